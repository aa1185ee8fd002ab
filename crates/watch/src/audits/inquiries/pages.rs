//! Pages of questions and findings: what is put to one's organisation, one question, one finding.
use super::flow::{self, Do, FINDING, FINDING_ACTS, Put, QUESTION, QUESTION_ACTS, may_finding, may_question};
use super::store;
use crate::Watch;
use crate::audits::{lists, store as audits};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Gate, Routes, Upload};
use base::said::{self, FILE_BYTES_MAX, File, Spoken};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::Fen;
use rules::audit::severity;
use rules::calendar::show_time;
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[Duty::Auditor, Duty::Regulator, Duty::Signer, Duty::SupplierAdmin]);
const ACTORS: Gate = Gate::Any(&[Duty::Auditor, Duty::Signer, Duty::SupplierAdmin]);
/// Questions and findings on the list, each.
const MOST: usize = 200;
/// Most characters of what is said.
const WORDS_MAX: usize = 4000;

struct Item {
    href: String,
    number: String,
    kind: &'static str,
    org: String,
    what: String,
    state: (&'static str, &'static str),
    due: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "audits/inquiries/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    office: bool,
}

async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let (db, actor, now) = (watch.db(), cx.actor()?, watch.db().now());
    let questions = store::questions(db, actor, MOST).await?;
    let findings = store::findings(db, actor, MOST).await?;
    let orgs: Vec<i64> = questions.iter().map(|q| q.org).chain(findings.iter().map(|f| f.org)).collect();
    let names = base::orgs::names(db, &orgs).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let late = |due: Option<i64>| due.is_some_and(|d| d < now);
    let mut items: Vec<(bool, i64, Item)> = Vec::new();
    for q in questions {
        let item = Item {
            href: format!("/inquiries/questions/{}", q.id),
            number: q.number.clone(),
            kind: "质询",
            org: name(q.org),
            what: format!("{} 提出", show_time(q.asked_at)),
            state: (q.state.label(), q.state.tone()),
            due: q.due.map_or(String::new(), show_time),
            late: late(q.due),
        };
        items.push((q.state.over(), q.id, item));
    }
    for f in findings {
        let kind = lists::kind(&f.kind).map_or("", |k| &k.title);
        let item = Item {
            href: format!("/inquiries/findings/{}", f.id),
            number: f.number.clone(),
            kind: "审计发现",
            org: name(f.org),
            what: kind.to_owned(),
            state: (f.state.label(), f.state.tone()),
            due: f.due.map_or(String::new(), show_time),
            late: late(f.due),
        };
        items.push((f.closed_at.is_some(), f.id, item));
    }
    items.sort_by_key(|(over, id, _)| (*over, -id));
    web::html(&List {
        s: Shell::work(&cx, "审计质询").await?,
        items: items.into_iter().map(|(_, _, i)| i).collect(),
        office: actor.may(Duty::Auditor) || actor.may(Duty::Regulator),
    })
}

/// What an act is called where it is told.
pub(in crate::audits) fn what(act: &str) -> &'static str {
    match act {
        "ask" => "质询",
        "escalate" => "报财政部门督促",
        "lapse" => "逾期未陈述",
        other => QUESTION_ACTS
            .iter()
            .map(|(k, _, w)| (*k, *w))
            .chain(FINDING_ACTS.iter().map(|(k, _, w)| (*k, *w)))
            .find(|(k, _)| *k == other)
            .map_or("其他", |(_, w)| w),
    }
}

#[derive(Template)]
#[template(path = "audits/inquiries/pages/one.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    typed: String,
    title: String,
    state: (&'static str, &'static str),
    /// Address of the audit for those who may open it, and its number.
    audit: Option<(String, String)>,
    post: String,
    /// Address before that of a file.
    files: String,
    most: usize,
    facts: Vec<(&'static str, String)>,
    text: Vec<(&'static str, String)>,
    orders: Vec<(i64, String)>,
    links: Vec<(String, &'static str)>,
    steps: Vec<Spoken>,
    acts: Vec<(&'static str, &'static str)>,
    late: bool,
}

impl Page {
    /// Is it this field that was refused?
    fn bad(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.field == Some(name))
    }
}

/// Units and suppliers learn the number of the audit, not its page.
async fn audit_link(cx: &Cx, a: &audits::Audit) -> Result<Option<(String, String)>> {
    let actor = cx.actor()?;
    let found = audits::load(cx.base.db(), &actor.scope(), actor.may(Duty::Auditor), a.id).await;
    match found {
        Ok(_) => Ok(Some((format!("/audits/{}", a.id), a.number.clone()))),
        Err(Fail::Hidden) => Ok(None),
        Err(e) => Err(e),
    }
}

async fn question_page(watch: &Watch, cx: &Cx, id: i64, wrong: Option<Refused>, typed: &str) -> Result<Page> {
    let (db, actor) = (watch.db(), cx.actor()?);
    let q = store::question(db, actor, id).await?;
    let a = audits::any(db, q.audit).await?;
    let names = base::orgs::names(db, &[q.org, a.org]).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let orders = match q.order {
        Some(order) => vec![(order, crate::audits::papers::head(db, order).await?.number)],
        None => Vec::new(),
    };
    let mut facts = vec![
        ("审计机关", name(a.org)),
        ("审计项目", format!("{} {}", a.number, a.title)),
        ("被质询方", name(q.org)),
        ("提出时间", show_time(q.asked_at)),
    ];
    facts.extend(q.due.map(|d| ("答复期限", show_time(d))));
    let may = QUESTION_ACTS.iter().filter(|(_, act, _)| may_question(actor, &a, &q, *act));
    Ok(Page {
        s: Shell::work(cx, format!("审计质询 {}", q.number)).await?,
        wrong,
        typed: typed.to_owned(),
        title: format!("审计质询 {}", q.number),
        state: (q.state.label(), q.state.tone()),
        audit: audit_link(cx, &a).await?,
        files: format!("/inquiries/questions/{id}"),
        post: format!("/inquiries/questions/{id}"),
        facts,
        text: Vec::new(),
        orders,
        links: Vec::new(),
        steps: base::said::spoken(db, QUESTION, id).await?,
        acts: may.map(|(k, _, w)| (*k, *w)).collect(),
        late: q.due.is_some_and(|d| d < db.now()),
        most: FILE_BYTES_MAX / 1024 / 1024,
    })
}

async fn finding_page(watch: &Watch, cx: &Cx, id: i64, wrong: Option<Refused>, typed: &str) -> Result<Page> {
    let (db, actor) = (watch.db(), cx.actor()?);
    let f = store::finding(db, actor, id).await?;
    let a = audits::any(db, f.audit).await?;
    let kind = lists::kind(&f.kind).ok_or(Fail::Hidden)?;
    let names = base::orgs::names(db, &[f.org, a.org]).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let mut facts = vec![
        ("审计机关", name(a.org)),
        ("审计项目", format!("{} {}", a.number, a.title)),
        ("被审计方", name(f.org)),
        ("问题种类", kind.title.clone()),
        ("依据", kind.basis.clone()),
        ("严重程度", severity(&f.severity).unwrap_or("").to_owned()),
        ("涉及金额", Fen(f.amount).yuan()),
    ];
    facts.extend(f.due.map(|d| ("期限", show_time(d))));
    facts.extend(f.finance_at.map(|at| ("移送财政部门", show_time(at))));
    let may = FINDING_ACTS.iter().filter(|(_, what, _)| may_finding(actor, &a, &f, *what));
    Ok(Page {
        s: Shell::work(cx, format!("审计发现 {}", f.number)).await?,
        wrong,
        typed: typed.to_owned(),
        title: format!("审计发现 {}", f.number),
        state: (f.state.label(), f.state.tone()),
        audit: audit_link(cx, &a).await?,
        files: format!("/inquiries/findings/{id}"),
        post: format!("/inquiries/findings/{id}"),
        facts,
        text: vec![("事实", f.facts.clone()), ("处理建议", f.advice.clone())],
        orders: store::orders_of(db, id).await?,
        links: f.conduct.map(|c| (format!("/conduct/{c}"), "移送的诚信事项")).into_iter().collect(),
        steps: base::said::spoken(db, FINDING, id).await?,
        acts: may.map(|(k, _, w)| (*k, *w)).collect(),
        late: f.due.is_some_and(|d| d < db.now()),
        most: FILE_BYTES_MAX / 1024 / 1024,
    })
}

async fn question(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&question_page(&watch, &cx, id, None, "").await?)
}

async fn finding(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&finding_page(&watch, &cx, id, None, "").await?)
}

/// What was said, with the file that came with it.
fn put(upload: &Upload) -> Result<(String, Option<File>)> {
    Ok((upload.form.lines("words", "说明", WORDS_MAX)?, said::uploaded(upload)?))
}

/// A file of a question or finding, for whoever may see it.
async fn file(watch: &Watch, matter: &str, id: i64, digest: &str) -> Result<Response> {
    let (name, bytes) = said::file(watch.db(), matter, id, digest).await?;
    Ok(web::download(&name, web::BYTES, bytes))
}

async fn question_file(
    State(watch): State<Watch>,
    cx: Cx,
    Path((id, digest)): Path<(i64, String)>,
) -> Result<Response> {
    store::question(watch.db(), cx.actor()?, id).await?;
    file(&watch, QUESTION, id, &digest).await
}

async fn finding_file(State(watch): State<Watch>, cx: Cx, Path((id, digest)): Path<(i64, String)>) -> Result<Response> {
    store::finding(watch.db(), cx.actor()?, id).await?;
    file(&watch, FINDING, id, &digest).await
}

async fn answer_question(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let did = match put(&upload) {
        Ok((words, file)) => {
            let p = Put { words: &words, file: file.as_ref() };
            flow::answer_question(&watch, cx.actor()?, id, upload.form.get("act"), &p).await
        }
        Err(e) => Err(e),
    };
    match did {
        Ok(()) => Ok(web::see(&format!("/inquiries/questions/{id}?done={}", percent("已办理，并通知了对方。")))),
        Err(Fail::Refused(r)) => {
            let shown = question_page(&watch, &cx, id, Some(*r), upload.form.get("words")).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn answer_finding(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let did = match put(&upload) {
        Ok((words, file)) => {
            let p = Put { words: &words, file: file.as_ref() };
            flow::answer_finding(&watch, cx.actor()?, id, upload.form.get("act"), &p).await
        }
        Err(e) => Err(e),
    };
    match did {
        Ok(()) => Ok(web::see(&format!("/inquiries/findings/{id}?done={}", percent("已办理。")))),
        Err(Fail::Refused(r)) => {
            let shown = finding_page(&watch, &cx, id, Some(*r), upload.form.get("words")).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// What danger looks like: acts that blame or hand over.
fn grave(key: &str) -> bool {
    FINDING_ACTS.iter().any(|(k, what, _)| {
        *k == key && matches!(what, Do::Conduct | Do::Finance | Do::Move(rules::audit::finding::Act::Confirm))
    })
}

/// Routes of questions and findings.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/inquiries", READERS, list)
        .get("/inquiries/questions/{id}", READERS, question)
        .post("/inquiries/questions/{id}", ACTORS, answer_question)
        .get("/inquiries/questions/{id}/files/{digest}", READERS, question_file)
        .get("/inquiries/findings/{id}", READERS, finding)
        .post("/inquiries/findings/{id}", ACTORS, answer_finding)
        .get("/inquiries/findings/{id}/files/{digest}", READERS, finding_file)
}

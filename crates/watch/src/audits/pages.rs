//! Pages of audits: the list, a plan, one audit, its working papers, the report, the record of the draw, the case file.
mod form;
mod paper;

use super::flow::{self, ACTS, Move, leads};
use super::inquiries::{self, Found, Row};
use super::store::{self, Audit, Paper};
use super::{case, lists};
use crate::Watch;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Upload};
use base::said::{self, FILE_BYTES_MAX, Spoken};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::audit::{SEVERITIES, State as At, next, severity};
use rules::calendar::{show_day, show_time};
use rules::duty::Duty;
use std::collections::HashMap;

const AUDITOR: Gate = Gate::Any(&[Duty::Auditor]);
const READERS: Gate = Gate::Any(&[Duty::Auditor, Duty::Regulator]);
const PAGE: usize = 20;

/// Loads an audit that the person may read.
async fn read(watch: &Watch, actor: &Actor, id: i64) -> Result<Audit> {
    store::load(watch.db(), &actor.scope(), actor.may(Duty::Auditor), id).await
}

struct Item {
    a: Audit,
    org: String,
    place: String,
    period: String,
}

async fn items(watch: &Watch, list: Vec<Audit>) -> Result<Vec<Item>> {
    let facts = watch.facts();
    let names = base::orgs::names(watch.db(), &list.iter().map(|a| a.org).collect::<Vec<_>>()).await?;
    let item = |a: Audit| Item {
        org: names.get(&a.org).cloned().unwrap_or_default(),
        place: facts.region_name(&a.scope.region),
        period: format!("{} 至 {}", show_day(a.scope.day_from), show_day(a.scope.day_to)),
        a,
    };
    Ok(list.into_iter().map(item).collect())
}

#[derive(Template)]
#[template(path = "audits/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
    auditor: bool,
}

async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let auditor = actor.may(Duty::Auditor);
    let (found, total) = store::list(watch.db(), &actor.scope(), auditor, cx.page(), PAGE).await?;
    web::html(&List {
        s: Shell::work(&cx, "审计").await?,
        items: items(&watch, found).await?,
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        auditor,
    })
}

/// A question or finding in a list.
struct Put {
    href: String,
    number: String,
    org: String,
    what: String,
    state: (&'static str, &'static str),
    due: String,
    late: bool,
}

fn due(at: Option<i64>, now: i64) -> (String, bool) {
    (at.map_or(String::new(), show_time), at.is_some_and(|d| d < now))
}

/// What is shown of an audit beside its papers.
struct Shown {
    x: Item,
    scope: Vec<(&'static str, String)>,
    papers: Vec<(Paper, String, String, String)>,
    questions: Vec<Put>,
    findings: Vec<Put>,
    raw_findings: Vec<Found>,
    names: HashMap<i64, String>,
}

fn scope_words(watch: &Watch, a: &Audit, names: &HashMap<i64, String>) -> Vec<(&'static str, String)> {
    let s = &a.scope;
    let facts = watch.facts();
    let all = |t: String| if t.is_empty() { "全部".to_owned() } else { t };
    let org = |id: i64| all(names.get(&id).cloned().unwrap_or_default());
    let amount = match (s.amount_min, s.amount_max) {
        (0, i64::MAX) => "不限".to_owned(),
        (min, i64::MAX) => format!("{} 以上", Fen(min).yuan()),
        (min, max) => format!("{} 至 {}", Fen(min).yuan(), Fen(max).yuan()),
    };
    let method = match a.method {
        rules::audit::sample::Method::All => a.method.label().to_owned(),
        rules::audit::sample::Method::Random => format!("{}，抽 {} 个", a.method.label(), a.size),
        rules::audit::sample::Method::Weighted => format!("{}，{} 个金额点", a.method.label(), a.size),
    };
    let category = if s.category.is_empty() { String::new() } else { facts.category_name(&s.category) };
    vec![
        ("品目", all(category)),
        ("采购方式", all(form::word(&form::MODES, &s.mode))),
        ("交易方式", all(form::word(&form::FORMS, &s.form))),
        ("采购人", org(s.unit)),
        ("供应商", org(s.supplier)),
        ("订单金额", amount),
        ("抽取方法", method),
    ]
}

async fn shown(watch: &Watch, a: Audit, auditor: bool) -> Result<Shown> {
    let (db, id, now) = (watch.db(), a.id, watch.db().now());
    let papers = store::papers(db, id).await?;
    let questions = inquiries::questions_of(db, id).await?;
    let findings = inquiries::findings_of(db, id, auditor).await?;
    let mut orgs: Vec<i64> = papers.iter().flat_map(|p| [p.unit, p.supplier]).collect();
    orgs.extend([a.scope.unit, a.scope.supplier]);
    let names = base::orgs::names(db, &orgs).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let question = |q: &Row| {
        let (due, late) = due(q.due, now);
        Put {
            href: format!("/inquiries/questions/{}", q.id),
            number: q.number.clone(),
            org: name(q.org),
            what: papers.iter().find(|p| Some(p.order) == q.order).map_or("—".into(), |p| p.number.clone()),
            state: (q.state.label(), q.state.tone()),
            due,
            late,
        }
    };
    let finding = |f: &Found| {
        let (due, late) = due(f.due, now);
        let kind = lists::kind(&f.kind).map_or("", |k| &k.title);
        Put {
            href: format!("/inquiries/findings/{}", f.id),
            number: f.number.clone(),
            org: name(f.org),
            what: format!("{kind}（{}，{}）", severity(&f.severity).unwrap_or(""), Fen(f.amount).yuan()),
            state: (f.state.label(), f.state.tone()),
            due,
            late,
        }
    };
    Ok(Shown {
        scope: scope_words(watch, &a, &names),
        questions: questions.iter().map(question).collect(),
        findings: findings.iter().map(finding).collect(),
        raw_findings: findings,
        papers: papers
            .into_iter()
            .map(|p| (name(p.unit), name(p.supplier), Fen(p.total).yuan(), p))
            .map(|(u, s, t, p)| (p, u, s, t))
            .collect(),
        x: items(watch, vec![a]).await?.remove(0),
        names,
    })
}

#[derive(Template)]
#[template(path = "audits/pages/audit.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    h: Shown,
    drawn: String,
    amount: String,
    lead: bool,
    working: bool,
    naming: bool,
    /// Acts without words, then those that need them.
    acts: Vec<(&'static str, &'static str)>,
    worded: Vec<(&'static str, &'static str)>,
    obstacles: Vec<String>,
    parties: Vec<(i64, String)>,
    kinds: &'static [lists::Kind],
    severities: [(&'static str, &'static str); 3],
    typed: Vec<(String, String)>,
    /// Megabytes of a file.
    most: usize,
}

impl Page {
    fn get(&self, name: &str) -> &str {
        self.typed.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    fn has(&self, name: &str, value: &i64) -> bool {
        let value = value.to_string();
        self.typed.iter().any(|(k, v)| k == name && *v == value)
    }
}

fn parties(h: &Shown) -> Vec<(i64, String)> {
    let mut out: Vec<(i64, String)> = Vec::new();
    for (p, unit, supplier, _) in &h.papers {
        for (id, name) in [(p.unit, unit), (p.supplier, supplier)] {
            if !out.iter().any(|(known, _)| *known == id) {
                out.push((id, name.clone()));
            }
        }
    }
    out
}

async fn page(watch: &Watch, cx: &Cx, id: i64, wrong: Option<Refused>, form: Option<&Form>) -> Result<Page> {
    let actor = cx.actor()?;
    let a = read(watch, actor, id).await?;
    let lead = leads(actor, &a);
    let obstacles = match a.state {
        At::Working => {
            let [papers, questions, findings] = store::open_things(watch.db(), id).await?;
            rules::audit::obstacles(papers, questions, findings)
        }
        _ => Vec::new(),
    };
    let may: Vec<_> = ACTS.iter().filter(|(_, act, _)| lead && next(a.state, *act).is_some()).collect();
    let worded = |key: &str| matches!(key, "conclude" | "drop");
    let of = |with: bool| may.iter().filter(|(k, ..)| worded(k) == with).map(|(k, _, w)| (*k, *w)).collect();
    let (acts, with_words) = (of(false), of(true));
    let h = shown(watch, a, actor.may(Duty::Auditor)).await?;
    let state = h.x.a.state;
    Ok(Page {
        s: Shell::work(cx, format!("审计 {}", h.x.a.number)).await?,
        wrong,
        drawn: h.x.a.drawn_at.map_or(String::new(), show_time),
        amount: Fen(h.x.a.population_amount).yuan(),
        lead,
        working: lead && state == At::Working,
        naming: lead && matches!(state, At::Drawn | At::Working),
        acts,
        worded: with_words,
        obstacles,
        parties: parties(&h),
        kinds: lists::kinds(),
        severities: SEVERITIES,
        typed: form.map_or(Vec::new(), |f| f.fields().to_vec()),
        most: FILE_BYTES_MAX / 1024 / 1024,
        h,
    })
}

async fn one(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&watch, &cx, id, None, None).await?)
}

/// After a command: on with it, or the page again with what was typed.
async fn done(watch: &Watch, cx: &Cx, id: i64, form: &Form, did: Result<()>, words: &str) -> Result<Response> {
    match did {
        Ok(()) => Ok(web::see(&format!("/audits/{id}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(watch, cx, id, Some(*r), Some(form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn act(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let words: String = form.get("opinion").chars().take(form::WORDS_MAX).collect();
    let key = form.get("act");
    let did = flow::act(&watch, cx.actor()?, id, &Move { key, words: &words }).await;
    let told = match key {
        "announce" => "已公告，随机数已锁定；商城里有新的记录之后就可以抽取。",
        "draw" => "已抽取，记录可以重算。",
        "conclude" => "已出具报告，财政部门已收到通知。",
        _ => "已办理。",
    };
    done(&watch, &cx, id, &form, did, told).await
}

async fn name(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let reason: String = form.get("reason").chars().take(500).collect();
    let did = flow::name(&watch, cx.actor()?, id, form.get("number"), &reason).await;
    done(&watch, &cx, id, &form, did, "已加入底稿，注明是指定的。").await
}

async fn ask(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let did = match form::question(&upload).and_then(|(what, words)| Ok((what, words, said::uploaded(&upload)?))) {
        Ok((what, words, file)) => {
            let p = inquiries::Put { words: &words, file: file.as_ref() };
            inquiries::ask(&watch, cx.actor()?, id, &what, &p).await.map(|_| ())
        }
        Err(e) => Err(e),
    };
    done(&watch, &cx, id, &upload.form, did, "已发出质询，开始计时。").await
}

async fn find(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let did = match form::finding(&form) {
        Ok(f) => inquiries::find(&watch, cx.actor()?, id, &f).await.map(|_| ()),
        Err(e) => Err(e),
    };
    done(&watch, &cx, id, &form, did, "已初拟。核对后发给对方征求意见。").await
}

async fn record_json(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let a = read(&watch, cx.actor()?, id).await?;
    Ok(web::json(case::draw_record(&watch, &a).await?.ok_or(Fail::Hidden)?.to_string()))
}

struct Told {
    f: Found,
    title: &'static str,
    basis: &'static str,
    severity: &'static str,
    org: String,
    amount: String,
    orders: Vec<(i64, String)>,
    steps: Vec<Spoken>,
}

#[derive(Template)]
#[template(path = "audits/pages/report.html")]
struct Report {
    s: Shell,
    h: Shown,
    drawn: String,
    concluded: String,
    amount: String,
    named: usize,
    looked: String,
    differing: Vec<(&'static str, i64)>,
    findings: Vec<Told>,
    questions: usize,
    printed: String,
}

async fn report(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let db = watch.db();
    let actor = cx.actor()?;
    let a = read(&watch, actor, id).await?;
    if !a.state.has_papers() {
        return Err(Fail::Hidden);
    }
    let h = shown(&watch, a, actor.may(Duty::Auditor)).await?;
    let mut findings = Vec::new();
    for f in h.raw_findings.iter().filter(|f| f.state.confirmed()) {
        let kind = lists::kind(&f.kind).ok_or(Fail::Hidden)?;
        findings.push(Told {
            title: &kind.title,
            basis: &kind.basis,
            severity: severity(&f.severity).unwrap_or(""),
            org: h.names.get(&f.org).cloned().unwrap_or_default(),
            amount: Fen(f.amount).yuan(),
            orders: inquiries::orders_of(db, f.id).await?,
            steps: base::said::spoken(db, inquiries::FINDING, f.id).await?,
            f: f.clone(),
        });
    }
    let mut differing = Vec::new();
    for (line, n) in store::differing(db, id).await? {
        differing.push((lists::line(&line)?.title.as_str(), n));
    }
    web::html(&Report {
        s: Shell::work(&cx, format!("审计报告 {}", h.x.a.number)).await?,
        drawn: h.x.a.drawn_at.map_or(String::new(), show_time),
        concluded: h.x.a.concluded_at.map_or(String::new(), show_time),
        amount: Fen(h.x.a.population_amount).yuan(),
        named: h.papers.iter().filter(|(p, ..)| p.named).count(),
        looked: Fen(h.papers.iter().map(|(p, ..)| p.total).sum()).yuan(),
        differing,
        findings,
        questions: h.questions.len(),
        printed: show_time(db.now()),
        h,
    })
}

async fn case_file(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let actor = cx.actor()?;
    let a = read(&watch, actor, id).await?;
    let name = format!("{}-案卷.zip", a.number);
    Ok(web::download(&name, "application/zip", case::file(&watch, &a, actor.may(Duty::Auditor)).await?))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/audits", READERS, list)
        .get("/audits/new", AUDITOR, form::new)
        .post("/audits", AUDITOR, form::plan)
        .get("/audits/{id}", READERS, one)
        .post("/audits/{id}/act", AUDITOR, act)
        .post("/audits/{id}/named", AUDITOR, name)
        .post("/audits/{id}/questions", AUDITOR, ask)
        .post("/audits/{id}/findings", AUDITOR, find)
        .get("/audits/{id}/orders/{order}", READERS, paper::one)
        .post("/audits/{id}/orders/{order}", AUDITOR, paper::work)
        .get("/audits/{id}/record.json", READERS, record_json)
        .get("/audits/{id}/report", READERS, report)
        .get("/audits/{id}/case.zip", READERS, case_file)
        .merge(inquiries::routes())
}

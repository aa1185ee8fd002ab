//! What offices see: the queue of applications, one application, the decision.
use super::{CENTRE, OVERSEER, PaperRow, area_names, category_names, paper_rows, size_word};
use crate::Supply;
use crate::admission::papers;
use crate::admission::review::{self, Verdict};
use crate::admission::store::{self, Application, Remark};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::admission::{FIELDS, REASONS, field_label, reason_label};
use rules::calendar::show_time;
use rules::duty::Duty;

const PAGE: usize = 30;

struct Item {
    a: Application,
    org: String,
    submitted: String,
    due: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "admission/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let (actor, db) = (cx.actor()?, supply.db());
    let (found, total) = store::list(db, &actor.scope(), cx.page(), PAGE).await?;
    let ids: Vec<i64> = found.iter().map(|a| a.org).collect();
    let names = base::orgs::names(db, &ids).await?;
    let item = |a: Application| Item {
        org: names.get(&a.org).cloned().unwrap_or_default(),
        submitted: a.submitted_at.map_or(String::new(), show_time),
        due: a.due.map_or(String::new(), show_time),
        late: a.decided_at.is_none() && a.due.is_some_and(|d| d < db.now()),
        a,
    };
    web::html(&List {
        s: Shell::work(&cx, "入驻审核").await?,
        items: found.into_iter().map(item).collect(),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

/// One field of an application with the reason chosen for it.
struct Row {
    field: &'static str,
    label: &'static str,
    value: String,
    /// What holds now, for a change.
    before: String,
    code: String,
    words: String,
}

#[derive(Template)]
#[template(path = "admission/pages/review.html")]
struct Review {
    s: Shell,
    wrong: Option<String>,
    a: Application,
    org: String,
    uscc: String,
    place: String,
    submitted: String,
    due: String,
    rows: Vec<Row>,
    papers: Vec<PaperRow>,
    reasons: [(&'static str, &'static str); 9],
    earlier: Vec<(&'static str, &'static str, Remark)>,
    may: bool,
}

async fn page(supply: &Supply, cx: &Cx, id: i64, wrong: Option<String>, form: Option<&Form>) -> Result<Review> {
    let (actor, db, facts) = (cx.actor()?, supply.db(), supply.facts());
    let a = store::load(db, &actor.scope(), id).await?;
    let org = base::orgs::org(db, a.org).await?;
    let papers = paper_rows(supply, a.org).await?;
    let now = match a.purpose.as_str() {
        "change" => Some((crate::suppliers::get(db, a.org).await?, store::account(db, a.org).await?)),
        _ => None,
    };
    let value = |field: &str| match field {
        "kind" => a.kind.clone(),
        "size" => size_word(&a.size).to_owned(),
        "areas" => area_names(&facts, &a.areas),
        "categories" => category_names(&facts, &a.categories),
        "brands" => a.brands.clone(),
        "legal_person" => a.legal_person.clone(),
        "phone" => a.phone.clone(),
        "address" => a.address.clone(),
        "bank_account" => a.bank_account.clone(),
        "controller" => a.controller.clone(),
        "site" => a.site.clone(),
        _ => format!("{} 份，见下表", papers.len()),
    };
    let before = |field: &str| {
        let Some((s, account)) = &now else { return String::new() };
        let was = match field {
            "kind" => account.as_ref().map_or(String::new(), |(k, _)| k.clone()),
            "size" => size_word(&s.size).to_owned(),
            "areas" => area_names(&facts, &s.areas),
            "categories" => category_names(&facts, &s.categories),
            "legal_person" => s.legal_person.clone(),
            "phone" => s.phone.clone(),
            "address" => s.address.clone(),
            "controller" => s.controller.clone(),
            _ => return String::new(),
        };
        if was == value(field) { String::new() } else { was }
    };
    let typed = |name: String| form.map_or(String::new(), |f| f.get(&name).to_owned());
    let rows = FIELDS.iter().map(|(field, label)| Row {
        field,
        label,
        value: value(field),
        before: before(field),
        code: typed(format!("code-{field}")),
        words: typed(format!("words-{field}")),
    });
    let last = if a.state == rules::admission::State::Submitted { a.rounds - 1 } else { a.rounds };
    let earlier = store::remarks(db, id, last).await?;
    Ok(Review {
        s: Shell::work(cx, format!("入驻申请 {}", a.number)).await?,
        wrong,
        org: org.name,
        uscc: org.uscc,
        place: facts.region_name(&a.region),
        submitted: a.submitted_at.map_or(String::new(), show_time),
        due: a.due.map_or(String::new(), show_time),
        rows: rows.collect(),
        reasons: REASONS,
        earlier: earlier.into_iter().map(|r| (field_label(&r.field), reason_label(&r.code), r)).collect(),
        may: actor.may(Duty::Centre) && a.state == rules::admission::State::Submitted,
        papers,
        a,
    })
}

async fn show(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&supply, &cx, id, None, None).await?)
}

fn remarks(form: &Form) -> Vec<Remark> {
    FIELDS
        .iter()
        .filter_map(|(field, _)| {
            let code = form.get(&format!("code-{field}"));
            let words: String = form.get(&format!("words-{field}")).trim().chars().take(200).collect();
            (!code.is_empty()).then(|| Remark { field: (*field).to_owned(), code: code.to_owned(), words })
        })
        .collect()
}

async fn decide(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let verdict = match form.get("verdict") {
        "admit" if !remarks(&form).is_empty() => {
            Err(Fail::field("code", "review.mixed", "选了退回原因就不能直接通过；要通过请先清空原因。"))
        }
        "admit" => Ok(Verdict::Admit),
        "return" => Ok(Verdict::Return(remarks(&form))),
        "refuse" => Ok(Verdict::Refuse(remarks(&form))),
        _ => Err(Fail::refuse("review.verdict", "请用页面上的按钮办理。")),
    };
    let done = match &verdict {
        Ok(v) => review::decide(&supply, cx.actor()?, id, v).await,
        Err(Fail::Refused(r)) => Err(Fail::Refused(r.clone())),
        Err(_) => Err(Fail::Hidden),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/admissions/{id}?done={}", percent("已办理，供应商已收到通知。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, id, Some(r.words), Some(&form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "admission/pages/papers.html")]
struct Papers {
    s: Shell,
    org: i64,
    name: String,
    papers: Vec<PaperRow>,
    may: bool,
}

async fn papers_page(State(supply): State<Supply>, cx: Cx, Path(org): Path<i64>) -> Result<Response> {
    let actor = cx.actor()?;
    let firm = base::orgs::org(supply.db(), org).await?;
    let inside = matches!(actor.scope(), base::access::Scope::Region(prefix) if firm.region.starts_with(&prefix));
    if !inside || firm.kind != "supplier" {
        return Err(Fail::Hidden);
    }
    let papers = paper_rows(&supply, org).await?;
    web::html(&Papers {
        s: Shell::work(&cx, format!("{}的材料", firm.name)).await?,
        org,
        name: firm.name,
        may: actor.may(Duty::Centre) && papers.iter().any(|p| p.p.state == "asked"),
        papers,
    })
}

async fn renew(State(supply): State<Supply>, cx: Cx, Path(org): Path<i64>, _: Form) -> Result<Response> {
    papers::renew(&supply, cx.actor()?, org).await?;
    Ok(web::see(&format!("/suppliers/{org}/papers?done={}", percent("材料已核对，马上生效。"))))
}

/// Routes of offices.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/admissions", OVERSEER, list)
        .get("/admissions/{id}", OVERSEER, show)
        .post("/admissions/{id}/decide", CENTRE, decide)
        .get("/suppliers/{id}/papers", OVERSEER, papers_page)
        .post("/suppliers/{id}/papers", CENTRE, renew)
}

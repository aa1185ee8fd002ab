//! One notice under its permanent address, and the forms to correct or withdraw it.
use crate::Watch;
use crate::disclosure::flow;
use crate::disclosure::store::{self, Notice};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form};
use base::orgs::Contact;
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, show_day, show_time};
use rules::notice::{corrected, is_free};

/// Signs of a reason at most.
const REASON_MAX: usize = 200;

/// A field as it is shown.
struct Field {
    label: String,
    words: String,
    /// Where it leads, empty for nowhere.
    link: String,
}

/// The label under which a notice says when it was published.
const PUBLISHED: &str = "公告日期";

fn field((label, words): &(String, String)) -> Field {
    let link = if words.starts_with('/') && !words.contains(' ') { words.clone() } else { String::new() };
    Field { label: label.clone(), words: words.clone(), link }
}

/// The words say when it happened; a notice that came late is of the day it could first be read.
fn dated(f: Field, issued: i64) -> Field {
    if f.label == PUBLISHED { Field { words: show_day(day_of(issued)), ..f } } else { f }
}

/// A correction as the notice it is about shows it.
struct Correction {
    n: Notice,
    day: String,
}

#[derive(Template)]
#[template(path = "disclosure/pages/notice.html")]
struct One {
    s: Shell,
    fields: Vec<Field>,
    published: String,
    due: String,
    late: bool,
    changed: String,
    corrections: Vec<Correction>,
    about: Option<Notice>,
    place: String,
    finance: String,
    why: bool,
    may: bool,
    /// Whom to ask: what they are, and how they can be reached now.
    contacts: Vec<(&'static str, Contact)>,
    n: Notice,
}

/// Whom to ask about a notice, as the national format ends: the buyer or office that answers for it, the supplier, who supervises. They
/// are looked up when the page is read, so that an office that moved is found; the supplier's own telephone may be a person's.
async fn contacts(watch: &Watch, n: &Notice) -> Result<Vec<(&'static str, Contact)>> {
    let db = watch.db();
    let mut out = Vec::new();
    if n.owner != 0 {
        let kind = base::orgs::org(db, n.owner).await?.kind;
        out.push((if kind == "centre" { "集采机构" } else { "采购人" }, base::orgs::contact(db, n.owner).await?));
    }
    // A supplier that the notice does not name is a secret, or there is none.
    if n.orders != 0 && !n.supplier.is_empty() && !n.withdrawn() {
        out.extend(store::supplier_of(db, n.orders).await?.map(|c| ("供应商", c)));
    }
    let facts = watch.facts();
    out.extend(base::orgs::finance_contact(db, &facts.path(&n.region)).await?.map(|c| ("监督部门", c)));
    Ok(out)
}

/// A notice by its id or its number.
pub(super) async fn find(watch: &Watch, key: &str) -> Result<Notice> {
    match key.parse::<i64>() {
        Ok(id) => store::notice(watch.db(), id).await,
        Err(_) => store::by_number(watch.db(), key).await,
    }
}

pub(super) async fn notice(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    let db = watch.db();
    let n = find(&watch, &key).await?;
    let facts = watch.facts();
    let corrections = store::corrections(db, n.id).await?;
    let about = if n.about == 0 { None } else { Some(store::notice(db, n.about).await?) };
    let issued = store::issued_at(db, n.id).await?;
    web::html(&One {
        s: Shell::public(&cx, n.title.clone()),
        fields: if n.withdrawn() { Vec::new() } else { n.body.iter().map(field).map(|f| dated(f, issued)).collect() },
        published: show_time(issued),
        due: show_day(day_of(n.due_at)),
        late: issued > n.due_at,
        changed: show_time(n.changed_at),
        corrections: corrections.into_iter().map(|n| Correction { day: show_day(day_of(n.published_at)), n }).collect(),
        place: facts.region_name(&n.region),
        finance: facts.region(&n.region).map_or(String::new(), |r| r.finance()),
        // Of a trade secret nobody is told why it won.
        why: !n.withdrawn()
            && (matches!(n.kind.as_str(), "result" | "auction_award" | "job_deal")
                || n.kind == "contract" && n.amount > 0),
        may: cx.actor.as_ref().is_some_and(|a| flow::may(a, &n)),
        about,
        contacts: contacts(&watch, &n).await?,
        n,
    })
}

/// A field of the form: its label, what it says, what was typed, and whether it may be changed.
struct Input {
    label: String,
    words: String,
    free: bool,
}

#[derive(Template)]
#[template(path = "disclosure/pages/correct.html")]
struct CorrectPage {
    s: Shell,
    wrong: Option<Refused>,
    n: Notice,
    inputs: Vec<Input>,
    reason: String,
}

async fn correct_page(
    watch: &Watch,
    cx: &Cx,
    id: i64,
    wrong: Option<Refused>,
    form: Option<&Form>,
) -> Result<CorrectPage> {
    let n = flow::own(watch.db(), cx.actor()?, id).await?;
    let (changes, ..) = store::acts(watch.db(), id).await?;
    let typed = |label: &str, words: &str| match form {
        Some(f) if f.fields().iter().any(|(k, _)| k == label) => f.get(label).to_owned(),
        _ => words.to_owned(),
    };
    let inputs = corrected(&n.body, &changes)
        .into_iter()
        .map(|(label, words)| Input { free: is_free(&label), words: typed(&label, &words), label })
        .collect();
    Ok(CorrectPage {
        s: Shell::work(cx, "更正公告").await?,
        wrong,
        inputs,
        reason: form.map_or(String::new(), |f| f.get("reason").to_owned()),
        n,
    })
}

/// The id in an address of a command; numbers lead to the same notice.
async fn id_of(watch: &Watch, key: &str) -> Result<i64> {
    Ok(find(watch, key).await?.id)
}

pub(super) async fn correct_form(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    let id = id_of(&watch, &key).await?;
    web::html(&correct_page(&watch, &cx, id, None, None).await?)
}

async fn done(watch: &Watch, cx: &Cx, id: i64, form: &Form, done: Result<()>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/notices/{id}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = correct_page(watch, cx, id, Some(*r), Some(form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

pub(super) async fn correct(
    State(watch): State<Watch>,
    cx: Cx,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response> {
    let id = id_of(&watch, &key).await?;
    let own = |(k, _): &&(String, String)| !matches!(k.as_str(), "_csrf" | "reason");
    let wanted: Vec<(String, String)> = form.fields().iter().filter(own).cloned().collect();
    let made = match form.need("reason", "更正原因", REASON_MAX) {
        Ok(reason) => flow::correct(&watch, cx.actor()?, id, &wanted, reason).await,
        Err(e) => Err(e),
    };
    done(&watch, &cx, id, &form, made, "已更正，更正公告随即发布。").await
}

pub(super) async fn withdraw(
    State(watch): State<Watch>,
    cx: Cx,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response> {
    let id = id_of(&watch, &key).await?;
    let made = match form.need("reason", "撤回原因", REASON_MAX) {
        Ok(reason) => flow::withdraw(&watch, cx.actor()?, id, reason).await,
        Err(e) => Err(e),
    };
    done(&watch, &cx, id, &form, made, "已撤回，网址保留，显示撤回原因。").await
}

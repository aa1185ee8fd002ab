//! Looking a certificate up, for everybody; taking a register in, for the province.
use super::flow::{self, Taken};
use super::store;
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Gate, Routes, Upload};
use base::shell::Shell;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, show_day, show_time};
use rules::certificate::{State as Standing, number_of};
use rules::duty::Duty;

const OFFICE: Gate = Gate::Any(&[Duty::Centre, Duty::Regulator]);
/// Products listed of one certificate.
const PRODUCTS_MAX: usize = 100;

struct Found {
    c: store::Certificate,
    since: String,
    until: String,
    standing: (&'static str, &'static str),
    products: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "certificates/pages/register.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    asked: String,
    found: Option<Found>,
    size: i64,
    taken_at: String,
    may: bool,
    taken: Option<Taken>,
}

async fn page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, taken: Option<Taken>) -> Result<Page> {
    let db = supply.db();
    let asked = number_of(cx.param("number"));
    let (size, at) = store::size(db).await?;
    let today = day_of(db.now());
    let mut found = None;
    if let Some(c) = store::one(db, &asked).await? {
        let standing = match c.state {
            Standing::Valid if today > c.until => ("已到期", "bad"),
            Standing::Valid => ("有效", "ok"),
            other => (other.label(), "bad"),
        };
        let products = store::products(db, &c.number, PRODUCTS_MAX).await?;
        found = Some(Found { since: show_day(c.since), until: show_day(c.until), standing, products, c });
    }
    let office = cx.actor.as_ref().is_some_and(|a| a.may(Duty::Centre) || a.may(Duty::Regulator));
    Ok(Page {
        s: Shell::public(cx, "证书查询"),
        wrong,
        asked,
        found,
        size,
        taken_at: at.map_or(String::new(), show_time),
        may: office && cx.actor()?.region == supply.facts().root,
        taken,
    })
}

async fn show(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&page(&supply, &cx, None, None).await?)
}

async fn take(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    let done = match (upload.form.need("source", "来源", 60), upload.files.first()) {
        (Err(e), _) => Err(e),
        (_, None) => Err(Fail::field("file", "certificate.none", "请选择要上传的证书库文件。")),
        (Ok(source), Some(f)) => flow::take(&supply, cx.actor()?, source, &f.bytes).await,
    };
    match done {
        Ok(taken) => web::html(&page(&supply, &cx, None, Some(taken)).await?),
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, Some(*r), None).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default().get("/certificates", Gate::Public, show).post("/certificates", OFFICE, take)
}

//! Pages of platforms: the supplier's own with its test console and runs; the province's list.
use super::flow;
use super::store::{self, Place, Run};
use super::test::Called;
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::show_time;
use rules::duty::Duty;

const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const OVERSEER: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::Auditor]);
/// Runs shown.
const RUNS: usize = 10;
/// Refused goods shown.
const REFUSED: usize = 100;

fn state_word(state: &str) -> (&'static str, &'static str) {
    match state {
        "draft" => ("待测试", "warn"),
        "passed" => ("测试通过，待省级启用", "info"),
        "on" => ("已启用", "ok"),
        _ => ("已停用", "bad"),
    }
}

#[derive(Template)]
#[template(path = "platforms/pages/own.html")]
struct Own {
    s: Shell,
    wrong: Option<Refused>,
    place: Option<Place>,
    state: (&'static str, &'static str),
    testing: bool,
    report: Vec<Called>,
    runs: Vec<(Run, String)>,
    refused: Vec<store::Sku>,
    typed: (String, String),
}

async fn own_page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Result<Own> {
    let (db, org) = (supply.db(), cx.actor()?.org);
    let place = store::place(db, org).await?;
    let typed = match (form, &place) {
        (Some(f), _) => (f.get("address").to_owned(), f.get("app_key").to_owned()),
        (None, Some(p)) => (p.address.clone(), p.app_key.clone()),
        _ => Default::default(),
    };
    Ok(Own {
        s: Shell::work(cx, "平台对接").await?,
        wrong,
        state: place.as_ref().map_or(("", ""), |p| state_word(&p.state)),
        testing: place.as_ref().is_some_and(|p| p.test_asked > 0),
        report: place.as_ref().and_then(|p| serde_json::from_str(&p.report).ok()).unwrap_or_default(),
        runs: store::runs(db, org, RUNS).await?.into_iter().map(|r| (r.clone(), show_time(r.began_at))).collect(),
        refused: store::refused(db, org, REFUSED).await?,
        place,
        typed,
    })
}

async fn own(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&own_page(&supply, &cx, None, None).await?)
}

async fn answered(supply: &Supply, cx: &Cx, done: Result<()>, words: &str, form: &Form) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/platform?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let page = own_page(supply, cx, Some(*r), Some(form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn describe(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let read = || -> Result<(&str, &str, &str)> {
        Ok((
            form.need("address", "网址", 200)?,
            form.need("app_key", "appKey", 100)?,
            form.need("secret", "appSecret", 200)?,
        ))
    };
    let done = match read() {
        Ok((address, key, secret)) => flow::describe(&supply, cx.actor()?, address, key, secret).await,
        Err(e) => Err(e),
    };
    answered(&supply, &cx, done, "已保存，请测试接口。", &form).await
}

async fn test(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = flow::ask_test(&supply, cx.actor()?).await;
    answered(&supply, &cx, done, "已开始测试，稍后刷新本页看结果。", &form).await
}

async fn pause(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let actor = cx.actor()?;
    let done = flow::switch(&supply, actor, actor.org, false).await;
    answered(&supply, &cx, done, "已停用。", &form).await
}

struct Item {
    p: Place,
    name: String,
    state: (&'static str, &'static str),
    last: Option<(Run, String)>,
}

#[derive(Template)]
#[template(path = "platforms/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    allowed: Vec<String>,
    may: bool,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let mut items = Vec::new();
    for (p, name) in store::all(supply.db()).await? {
        let last = store::runs(supply.db(), p.supplier, 1).await?.pop();
        let state = state_word(&p.state);
        items.push(Item { p, name, state, last: last.map(|r| (r.clone(), show_time(r.began_at))) });
    }
    web::html(&List {
        s: Shell::work(&cx, "平台对接").await?,
        items,
        allowed: supply.settings().platforms.clone(),
        may: actor.may(Duty::Centre) && actor.region == supply.facts().root,
    })
}

async fn switch(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::switch(&supply, cx.actor()?, id, form.get("on") == "1").await?;
    Ok(web::see(&format!("/platforms?done={}", percent("已办理。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/platform", ADMIN, own)
        .post("/platform", ADMIN, describe)
        .post("/platform/test", ADMIN, test)
        .post("/platform/pause", ADMIN, pause)
        .get("/platforms", OVERSEER, list)
        .post("/platforms/{supplier}/switch", CENTRE, switch)
}

//! The page of keys, and the API that they open.
mod one;

use super::offered::Offered;
use super::take::{self, Did};
use super::{keys, store};
use crate::Supply;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::{percent, sha256};
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, show_day, show_time};
use rules::duty::Duty;
use serde_json::{Value, json};

const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
/// Offers of one call.
const ROWS_MAX: usize = 500;

struct Row {
    k: store::Key,
    ends: String,
    used: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "intake/pages/keys.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    made: Option<String>,
    rows: Vec<Row>,
    days: i64,
    most: usize,
}

async fn page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, made: Option<String>) -> Result<Page> {
    let now = supply.db().now();
    let row = |k: store::Key| Row {
        ends: show_day(day_of(k.ends_at)),
        used: k.used_at.map_or("没有用过".into(), show_time),
        holds: k.revoked_at.is_none() && k.ends_at > now,
        k,
    };
    Ok(Page {
        s: Shell::work(cx, "接口密钥").await?,
        wrong,
        made,
        rows: store::of_org(supply.db(), cx.actor()?.org).await?.into_iter().map(row).collect(),
        days: keys::DAYS,
        most: ROWS_MAX,
    })
}

async fn show(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&page(&supply, &cx, None, None).await?)
}

async fn make(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = match form.need("name", "用途", 60) {
        Ok(name) => keys::make(&supply, cx.actor()?, name).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(key) => web::html(&page(&supply, &cx, None, Some(key)).await?),
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, Some(*r), None).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn revoke(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    keys::revoke(&supply, cx.actor()?, id).await?;
    Ok(web::see(&format!("/keys?done={}", percent("已吊销，马上失效。"))))
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn error(status: StatusCode, code: &str, words: &str) -> Response {
    answer(status, json!({"error": {"code": code, "message": words}}))
}

/// The key a request shows, if it holds.
async fn key(supply: &Supply, headers: &HeaderMap) -> Result<Option<store::Key>> {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or("");
    let hash = sha256(&[given.strip_prefix("Bearer ").unwrap_or("").as_bytes()]);
    let key = store::holding(supply.db(), &hash, supply.db().now()).await?;
    if let Some(k) = &key {
        let id = k.id;
        supply.db().upkeep("key.used", |tx| Box::pin(async move { store::used(tx, id).await })).await?;
    }
    Ok(key)
}

fn unknown_key() -> Response {
    error(StatusCode::UNAUTHORIZED, "key.unknown", "密钥不对、已到期或已吊销。")
}

/// Takes one picture, the body of the request, of goods the supplier offers or has filed: `?brand=…&model=…`.
async fn pictures(State(supply): State<Supply>, cx: Cx, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(key) = key(&supply, &headers).await? else { return Ok(unknown_key()) };
    let done =
        take::picture(&supply, (key.org, key.person), "api", cx.param("brand"), cx.param("model"), body.to_vec());
    match done.await {
        Ok(n) => Ok(answer(StatusCode::OK, json!({"result": if n == 0 { "same" } else { "waits" }}))),
        Err(Fail::Refused(r)) => Ok(error(StatusCode::UNPROCESSABLE_ENTITY, r.code, &r.words)),
        Err(e) => Err(e),
    }
}

/// Takes offers: rows that cannot be read and rows that are refused answer for themselves, the others go on.
async fn offers(State(supply): State<Supply>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(key) = key(&supply, &headers).await? else { return Ok(unknown_key()) };
    let Ok(list) = serde_json::from_slice::<Vec<Value>>(&body) else {
        return Ok(error(StatusCode::UNPROCESSABLE_ENTITY, "body.list", "内容应是商品的 JSON 数组。"));
    };
    if list.is_empty() || list.len() > ROWS_MAX {
        let words = format!("一次 1 到 {ROWS_MAX} 件商品，现在是 {} 件。", list.len());
        return Ok(error(StatusCode::UNPROCESSABLE_ENTITY, "body.rows", &words));
    }
    let read: Vec<std::result::Result<Offered, String>> =
        list.into_iter().map(|v| serde_json::from_value(v).map_err(|e| e.to_string())).collect();
    let rows: Vec<Vec<String>> = read.iter().flatten().map(Offered::cells).collect();
    let mut taken = take::take(&supply, key.org, key.person, "api", &rows).await?.into_iter();
    let mut out = Vec::new();
    for (n, r) in read.iter().enumerate() {
        let did = match r {
            Ok(_) => taken.next().ok_or_else(|| Fail::Fault("an answer is missing".into()))?,
            Err(e) => Did::Refused(format!("读不懂：{e}")),
        };
        out.push(json!({"row": n + 1, "result": did.key(), "message": did.words()}));
    }
    Ok(answer(StatusCode::OK, json!({ "rows": out })))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/keys", ADMIN, show)
        .post("/keys", ADMIN, make)
        .post("/keys/{id}/revoke", ADMIN, revoke)
        .post("/api/offers", Gate::Public, offers)
        .post("/api/pictures", Gate::Public, pictures)
        .get("/offers/new", ADMIN, one::new)
        .post("/offers/new", ADMIN, one::make)
}

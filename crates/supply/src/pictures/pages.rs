//! The pictures of one product, the queue of those that wait, and the bytes.
use super::flow::{self, PICTURES_MAX};
use super::store::{self, Alike, Picture, State as Shown};
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::duty::Duty;

const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
/// Who sees the queue: auditors look on.
const LOOKERS: Gate = Gate::Any(&[Duty::Centre, Duty::Auditor]);
const READERS: Gate = Gate::Any(&[Duty::SupplierAdmin, Duty::Centre, Duty::Regulator, Duty::Auditor]);
/// Pictures on one page of the queue.
const QUEUE: usize = 24;

/// The bytes of a picture. What nobody has looked at yet is for its supplier and the offices only.
async fn bytes(State(supply): State<Supply>, cx: Cx, Path(name): Path<String>) -> Result<Response> {
    let stem = name.strip_suffix(".jpg").ok_or(Fail::Hidden)?;
    let (digest, small) = stem.strip_suffix("-s").map_or((stem, false), |d| (d, true));
    let public = store::is_shown(supply.db(), digest).await?;
    if !public {
        let a = cx.actor.as_ref().ok_or(Fail::Hidden)?;
        let office = a.may(Duty::Centre) || a.may(Duty::Regulator) || a.may(Duty::Auditor);
        if !office && !store::brought(supply.db(), digest, a.org).await? {
            return Err(Fail::Hidden);
        }
    }
    let body = store::bytes(supply.db(), digest, small).await?;
    let keep = if public { "public, max-age=86400" } else { "private, no-store" };
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, keep)], body).into_response())
}

struct Item {
    p: Picture,
    brought_by: String,
    alike: Vec<Alike>,
    mine: bool,
}

async fn items(supply: &Supply, cx: &Cx, list: Vec<Picture>, compare: bool) -> Result<Vec<Item>> {
    let names = base::orgs::names(supply.db(), &list.iter().map(|p| p.supplier).collect::<Vec<_>>()).await?;
    let own = cx.actor()?.org;
    let mut out = Vec::new();
    for p in list {
        let alike = if compare { flow::alike(supply.db(), &p.goods, p.print).await? } else { Vec::new() };
        let brought_by = names.get(&p.supplier).cloned().unwrap_or_default();
        out.push(Item { brought_by, alike, mine: p.supplier == own, p });
    }
    Ok(out)
}

#[derive(Template)]
#[template(path = "pictures/pages/queue.html")]
struct Queue {
    s: Shell,
    wrong: Option<String>,
    items: Vec<Item>,
    total: i64,
    may: bool,
}

async fn queue_page(supply: &Supply, cx: &Cx, wrong: Option<String>) -> Result<Queue> {
    let found = store::queue(supply.db(), QUEUE).await?;
    Ok(Queue {
        s: Shell::work(cx, "图片审核").await?,
        wrong,
        items: items(supply, cx, found, true).await?,
        total: store::waiting(supply.db()).await?,
        may: cx.actor()?.may(Duty::Centre),
    })
}

async fn queue(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&queue_page(&supply, &cx, None).await?)
}

async fn decide(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let reason: String = form.get("reason").trim().chars().take(200).collect();
    match flow::decide(&supply, cx.actor()?, id, form.get("show") == "1", &reason).await {
        Ok(()) => {
            let back = Some(form.get("back")).filter(|b| web::local(b)).unwrap_or("/pictures").to_owned();
            Ok(web::see(&format!("{back}?done={}", percent("图片已处理。"))))
        }
        Err(Fail::Refused(r)) => {
            let page = queue_page(&supply, &cx, Some(r.words)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "pictures/pages/product.html")]
struct Product {
    s: Shell,
    wrong: Option<String>,
    product: i64,
    title: String,
    items: Vec<Item>,
    may_bring: bool,
    may_remove: bool,
    most: usize,
}

async fn product_page(supply: &Supply, cx: &Cx, id: i64, wrong: Option<String>) -> Result<Product> {
    let actor = cx.actor()?;
    let (goods, title, offers) = store::goods_of(supply.db(), id, actor.org).await?;
    let office = !actor.may(Duty::SupplierAdmin);
    let mut found = store::of_goods(supply.db(), &goods.brand, &goods.key).await?;
    // A supplier sees what is shown, and what became of its own.
    found.retain(|p| office || p.state == Shown::Shown || p.supplier == actor.org);
    Ok(Product {
        s: Shell::work(cx, "商品图片").await?,
        wrong,
        product: id,
        title,
        items: items(supply, cx, found, false).await?,
        may_bring: offers && actor.may(Duty::SupplierAdmin),
        may_remove: actor.may(Duty::Centre),
        most: PICTURES_MAX,
    })
}

async fn product(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&product_page(&supply, &cx, id, None).await?)
}

async fn bring(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let files = upload.files.into_iter().map(|f| f.bytes).collect();
    match flow::bring(&supply, cx.actor()?, id, files).await {
        Ok(n) => {
            let words = if n == 0 {
                "这张图片已经有了。".into()
            } else {
                format!("收到 {n} 张，审核后展示。")
            };
            Ok(web::see(&format!("/products/{id}/pictures?done={}", percent(&words))))
        }
        Err(Fail::Refused(r)) => {
            let page = product_page(&supply, &cx, id, Some(r.words)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
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
    Routes::default()
        .get("/pictures", LOOKERS, queue)
        .get("/pictures/{name}", Gate::Public, bytes)
        .post("/pictures/{id}/decide", CENTRE, decide)
        .get("/products/{id}/pictures", READERS, product)
        .post("/products/{id}/pictures", ADMIN, bring)
}

//! Pages of price control: what lies above the market now; the observations of one product.
use super::feed;
use super::flow::{self, Seen};
use super::store::{self, Observation};
use super::tips::{self, Tip};
use crate::{Supply, offers, shelf};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Scope, Upload};
use base::shell::Shell;
use kit::text::{percent, sha256};
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::calendar::{day_of, parse_day, show_day};
use rules::duty::Duty;
use rules::price::{Band, Reference, bands, distance, terms};

const OVERSEER: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::Auditor]);
const INSPECTOR: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre]);
const SEER: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::SupplierAdmin]);
const SELLER: Gate = Gate::Any(&[Duty::SupplierAdmin]);
/// Observed products judged on one page.
const PRODUCTS_MAX: usize = 500;
/// Tips on one page.
const TIPS_MAX: usize = 100;
/// Observations shown of one product.
const SHOWN_MAX: usize = 100;

/// A tip with what people read of it.
struct Pointed {
    t: Tip,
    price: String,
    day: String,
}

fn pointed(t: Tip) -> Pointed {
    Pointed { price: Fen(t.seen.price).yuan(), day: show_day(t.seen.day), t }
}

struct Above {
    line: offers::Line,
    price: String,
    reference: String,
    samples: usize,
    distance: String,
    band: Band,
    blocked: bool,
}

#[derive(Template)]
#[template(path = "prices/pages/list.html")]
struct List {
    s: Shell,
    judged: usize,
    observed: usize,
    above: Vec<Above>,
    place: String,
    may: bool,
    tips: Vec<Pointed>,
    wrong: Option<Refused>,
    taken: Option<(usize, Vec<feed::Wrong>)>,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&list_page(&supply, &cx, None, None).await?)
}

async fn import(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    let done = match upload.files.first() {
        Some(file) => feed::take(&supply, cx.actor()?, &file.bytes).await,
        None => Err(Fail::field("file", "feed.none", "请选择要上传的观测文件。")),
    };
    match done {
        Ok(taken) => web::html(&list_page(&supply, &cx, None, Some(taken)).await?),
        Err(Fail::Refused(r)) => {
            let shown = list_page(&supply, &cx, Some(*r), None).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn list_page(
    supply: &Supply,
    cx: &Cx,
    wrong: Option<Refused>,
    taken: Option<(usize, Vec<feed::Wrong>)>,
) -> Result<List> {
    let actor = cx.actor()?;
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let path = facts.path(&actor.region);
    let age = terms(&facts.rulebook, &path, today).map_or(0, |t| t.age_days_max);
    let products = store::observed_products(supply.db(), i64::from(today) - age, PRODUCTS_MAX).await?;
    let references = super::references(supply, &actor.region, &products).await?;
    let known: Vec<i64> = references.keys().copied().collect();
    let mut above = Vec::new();
    for line in offers::of_products(supply.db(), &known).await? {
        let Some(r) = references.get(&line.product) else { continue };
        let Some(bands) = bands(&facts.rulebook, &path, &line.category, today) else { continue };
        let band = bands.band(line.price, r.price);
        if band == Band::Fair {
            continue;
        }
        above.push(Above {
            price: Fen(line.price).yuan(),
            reference: Fen(r.price).yuan(),
            samples: r.samples,
            distance: distance(line.price, r.price),
            blocked: bands.blocks(band),
            band,
            line,
        });
    }
    above.sort_by(|a, b| b.band.cmp(&a.band).then(a.line.offer.cmp(&b.line.offer)));
    let tips = tips::waiting(supply.db(), TIPS_MAX).await?.into_iter().map(pointed).collect();
    let s = Shell::work(cx, "价格监控").await?;
    Ok(List {
        s,
        judged: references.len(),
        observed: products.len(),
        above,
        place: facts.region_name(&actor.region),
        may: inspects(Some(actor)),
        tips,
        wrong,
        taken,
    })
}

struct Row {
    o: Observation,
    price: String,
    day: String,
    office: String,
    mine: bool,
}

fn inspects(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|a| a.may(Duty::Centre) || a.may(Duty::Regulator))
}

#[derive(Template)]
#[template(path = "prices/pages/product.html")]
struct Product {
    s: Shell,
    wrong: Option<Refused>,
    p: shelf::Product,
    reference: Option<(String, Reference, String)>,
    needs: String,
    origin: String,
    rows: Vec<Row>,
    may: bool,
    sells: bool,
    today: String,
    f: Vec<(&'static str, String)>,
}

impl Product {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

async fn page(supply: &Supply, cx: &Cx, id: i64, wrong: Option<Refused>, form: Option<&Form>) -> Result<Product> {
    let p = shelf::product(supply.db(), id).await?;
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let path = facts.path(&cx.station);
    let reference = super::references(supply, &cx.station, &[id]).await?.remove(&id);
    let scope = rules::rulebook::Scope { mode: None, form: None, category: None, amount: None };
    let origin = facts.rule("price.reference.samples_min", &cx.station, &scope, today);
    let needs = terms(&facts.rulebook, &path, today).map_or("规则库没有规定参考价".into(), |t| {
        let how = if t.mean { "平均数" } else { "中位数" };
        format!("至少 {} 个来源、{} 天以内的观测，每个来源取最近一次，取{how}", t.samples_min, t.age_days_max)
    });
    let scope = cx.actor.as_ref().filter(|a| inspects(Some(a))).map(Actor::scope);
    let rows = store::of_product(supply.db(), id, SHOWN_MAX).await?.into_iter().map(|o| Row {
        price: Fen(o.price).yuan(),
        day: show_day(o.day),
        office: facts.region(&o.region).map_or(String::new(), |r| r.name.clone()),
        mine: o.withdrawn.is_empty() && matches!(&scope, Some(Scope::Region(prefix)) if o.region.starts_with(prefix)),
        o,
    });
    Ok(Product {
        s: Shell::public(cx, format!("{}的市场价格", p.title)),
        wrong,
        reference: reference.map(|r| (Fen(r.price).yuan(), r, format!("{} 到 {}", show_day(r.from), show_day(r.to)))),
        needs,
        origin: origin.map_or(String::new(), |e| facts.origin(&e)),
        rows: rows.collect(),
        may: inspects(cx.actor.as_ref()),
        sells: cx.actor.as_ref().is_some_and(|a| a.may(Duty::SupplierAdmin)),
        today: show_day(today),
        f: ["source", "url", "day", "price"].map(|k| (k, form.map_or(String::new(), |f| f.get(k).to_owned()))).into(),
        p,
    })
}

async fn product(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&supply, &cx, id, None, None).await?)
}

fn read(id: i64, upload: &Upload) -> Result<Seen> {
    let form = &upload.form;
    let (day, price) = (form.get("day"), form.get("price"));
    let wrong_day = || Fail::field("day", "form.day", format!("日期应写成 2026-01-31，现在是“{day}”。"));
    let wrong_price = || Fail::field("price", "price.money", format!("价格应填金额（元），现在是“{price}”。"));
    Ok(Seen {
        product: id,
        source: form.need("source", "来源", 40)?.to_owned(),
        url: form.get("url").chars().take(500).collect(),
        day: parse_day(day).ok_or_else(wrong_day)?,
        price: Fen::parse_yuan(price).ok_or_else(wrong_price)?.0,
        digest: upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes])),
    })
}

async fn record(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let actor = cx.actor()?;
    let (done, words) = match read(id, &upload) {
        Ok(seen) if inspects(Some(actor)) => (flow::record(&supply, actor, &seen).await, "观测已记录。"),
        Ok(seen) => (tips::point_out(&supply, actor, &seen).await, "已提交，采购中心核实后才会计入。"),
        Err(e) => (Err(e), ""),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/prices/{id}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, id, Some((*r).clone()), Some(&upload.form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn withdraw(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let product = flow::withdraw(&supply, cx.actor()?, id, form.need("reason", "撤销理由", 100)?).await?;
    Ok(web::see(&format!("/prices/{product}?done={}", percent("已撤销，理由和原观测一起保留。"))))
}

async fn take(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    tips::take(&supply, cx.actor()?, id).await?;
    Ok(web::see(&format!("/prices?done={}", percent("已作为观测记录。"))))
}

async fn decline(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    tips::decline(&supply, cx.actor()?, id, form.need("reason", "不采用的理由", 100)?).await?;
    Ok(web::see(&format!("/prices?done={}", percent("没有采用，已告知供应商。"))))
}

#[derive(Template)]
#[template(path = "prices/pages/tips.html")]
struct Tips {
    s: Shell,
    tips: Vec<Pointed>,
}

async fn my_tips(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let found = tips::of_supplier(supply.db(), cx.actor()?.org, TIPS_MAX).await?;
    let s = Shell::work(&cx, "提供的市场价格").await?;
    web::html(&Tips { s, tips: found.into_iter().map(pointed).collect() })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/prices", OVERSEER, list)
        .post("/prices", INSPECTOR, import)
        .get("/prices/{product}", Gate::Public, product)
        .post("/prices/{product}", SEER, record)
        .post("/observations/{id}/withdraw", INSPECTOR, withdraw)
        .post("/price-tips/{id}/take", INSPECTOR, take)
        .post("/price-tips/{id}/decline", INSPECTOR, decline)
        .get("/price-tips", SELLER, my_tips)
}

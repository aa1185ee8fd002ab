//! Pages of review: the queue of a reviewer, worked by keyboard; what a supplier filed and what became of it.
use super::judge::{self, Outcome, REASONS, Verdict};
use super::stale;
use super::store::{self, Filing};
use crate::offers::NewOffer;
use crate::{Supply, offers, pictures};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::facts::Facts;
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::Fen;
use rules::calendar::{show_day, show_time};
use rules::duty::Duty;
use serde::Deserialize;

const READERS: Gate = Gate::Any(&[Duty::SupplierAdmin, Duty::Regulator, Duty::Centre, Duty::Auditor]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
/// Filings on one page of the queue.
const QUEUE: usize = 20;
const PAGE: usize = 30;
/// Filings decided at once.
const BATCH_MAX: usize = 100;

#[derive(Deserialize)]
struct Seen {
    code: String,
    weight: String,
    words: String,
}

/// One line of a difference: what, before, after.
struct Diff {
    label: String,
    before: String,
    after: String,
}

struct Card {
    f: Filing,
    supplier: String,
    kind: &'static str,
    state: (&'static str, &'static str),
    diffs: Vec<Diff>,
    found: Vec<Seen>,
    category: String,
    made: String,
    due: String,
    late: bool,
    link: String,
    product: Option<i64>,
    pictures: Vec<String>,
}

fn kind_word(kind: &str) -> &'static str {
    match kind {
        "new" => "新上架",
        "price" => "涨价",
        _ => "参数变更",
    }
}

fn state_word(state: &str) -> (&'static str, &'static str) {
    match state {
        "waiting" => ("待审核", "warn"),
        "passed" => ("已通过", "ok"),
        "refused" => ("未通过", "bad"),
        _ => ("已撤回", "info"),
    }
}

fn line(label: &str, before: impl Into<String>, after: impl Into<String>) -> Diff {
    Diff { label: label.to_owned(), before: before.into(), after: after.into() }
}

/// Only what differs; of a new listing, all that matters.
fn diffs(f: &Filing, n: &NewOffer) -> Vec<Diff> {
    let before: serde_json::Value = serde_json::from_str(&f.before).unwrap_or_default();
    match f.kind.as_str() {
        "price" => {
            let was = before["price"].as_i64().unwrap_or(0);
            let up = rules::price::distance(n.price, was);
            vec![line("单价", Fen(was).yuan(), format!("{}（{up}）", Fen(n.price).yuan()))]
        }
        "params" => {
            let was: Vec<(String, String)> = serde_json::from_value(before["attrs"].clone()).unwrap_or_default();
            let old = |k: &str| was.iter().find(|(name, _)| name == k).map_or("", |(_, v)| v.as_str());
            let new = |k: &str| n.product.attrs.iter().find(|(name, _)| name == k).map_or("", |(_, v)| v.as_str());
            let mut names: Vec<&String> = was.iter().chain(&n.product.attrs).map(|(k, _)| k).collect();
            names.dedup();
            let mut out: Vec<Diff> = Vec::new();
            for k in names {
                if old(k) != new(k) && !out.iter().any(|d| d.label == *k) {
                    out.push(line(k, old(k), new(k)));
                }
            }
            out
        }
        _ => {
            let p = &n.product;
            let attrs: Vec<String> = p.attrs.iter().map(|(k, v)| format!("{k} {v}")).collect();
            vec![
                line("品牌型号", "", format!("{} {}", p.brand, p.model)),
                line("单价", "", format!("{} / {}", Fen(n.price).yuan(), p.unit)),
                line("参数", "", attrs.join("；")),
                line("库存", "", n.stock.to_string()),
            ]
        }
    }
}

async fn cards(supply: &Supply, list: Vec<Filing>) -> Result<Vec<Card>> {
    let (facts, db): (std::sync::Arc<Facts>, _) = (supply.facts(), supply.db());
    let names = base::orgs::names(db, &list.iter().map(|f| f.supplier).collect::<Vec<_>>()).await?;
    let known: Vec<i64> = list.iter().filter_map(|f| f.offer).collect();
    let lines = offers::lines(db, &known).await?;
    let mut out = Vec::new();
    for f in list {
        let n: NewOffer = serde_json::from_str(&f.after).map_err(Fail::fault)?;
        let found = if f.kind == "new" { pictures::of_goods(db, &f.brand, &f.model_key).await? } else { Vec::new() };
        let own = found.into_iter().filter(|p| p.supplier == f.supplier);
        out.push(Card {
            pictures: own.map(|p| p.digest).collect(),
            supplier: names.get(&f.supplier).cloned().unwrap_or_default(),
            kind: kind_word(&f.kind),
            state: state_word(&f.state),
            diffs: diffs(&f, &n),
            found: serde_json::from_str(&f.findings).map_err(Fail::fault)?,
            category: facts.category_name(&f.category),
            made: show_time(f.made_at),
            due: f.due.map_or(String::new(), |d| show_day(rules::calendar::day_of(d))),
            late: f.state == "waiting" && f.due.is_some_and(|d| d < db.now()),
            link: n.link,
            product: lines.iter().find(|l| Some(l.offer) == f.offer).map(|l| l.product),
            f,
        });
    }
    Ok(out)
}

#[derive(Template)]
#[template(path = "filings/pages/queue.html")]
struct Queue {
    s: Shell,
    wrong: Option<String>,
    cards: Vec<Card>,
    total: i64,
    reasons: [(&'static str, &'static str); 10],
}

#[derive(Template)]
#[template(path = "filings/pages/list.html")]
struct List {
    s: Shell,
    cards: Vec<Card>,
    own: bool,
    total: i64,
    page: usize,
    pages: usize,
}

async fn queue_page(supply: &Supply, cx: &Cx, wrong: Option<String>) -> Result<Queue> {
    let actor = cx.actor()?;
    let (found, total) = store::queue(supply.db(), &actor.scope(), actor.person, QUEUE).await?;
    Ok(Queue {
        s: Shell::work(cx, "商品审核").await?,
        wrong,
        cards: cards(supply, found).await?,
        total,
        reasons: REASONS,
    })
}

async fn filings(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    if actor.may(Duty::Centre) && cx.param("all").is_empty() {
        return web::html(&queue_page(&supply, &cx, None).await?);
    }
    let (found, total) = store::list(supply.db(), &actor.scope(), cx.page(), PAGE).await?;
    web::html(&List {
        s: Shell::work(&cx, "商品申报").await?,
        cards: cards(&supply, found).await?,
        own: actor.may(Duty::SupplierAdmin),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

fn verdict(form: &Form) -> Verdict {
    Verdict {
        pass: form.get("pass") == "1",
        code: form.get("code").to_owned(),
        words: form.get("words").trim().chars().take(200).collect(),
    }
}

async fn again(supply: &Supply, cx: &Cx, e: Fail) -> Result<Response> {
    match e {
        Fail::Refused(r) => {
            let shown = queue_page(supply, cx, Some(r.words)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        e => Err(e),
    }
}

async fn decide(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    match judge::judge(&supply, cx.actor()?, id, &verdict(&form)).await {
        Ok(Outcome::Decided) => Ok(web::see(&format!("/filings?done={}", percent("已审，供应商已收到通知。")))),
        Ok(Outcome::Another) => Ok(web::see(&format!("/filings?done={}", percent("已记下，等另一位同事独立审核。")))),
        Err(e) => again(&supply, &cx, e).await,
    }
}

/// Several at once; each stands for itself, and how many went through is said.
async fn batch(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let actor = cx.actor()?;
    let ids: Vec<i64> = form.all("id").iter().filter_map(|v| v.parse().ok()).take(BATCH_MAX).collect();
    if ids.is_empty() {
        return again(&supply, &cx, Fail::refuse("filing.none", "请先勾选要一起通过的申报。")).await;
    }
    let mut done = 0;
    for id in &ids {
        match judge::judge(&supply, actor, *id, &verdict(&form)).await {
            Ok(_) => done += 1,
            // Somebody else was faster, or it is not ours: the others go on.
            Err(Fail::Refused(_) | Fail::Hidden) => {}
            Err(e) => return again(&supply, &cx, e).await,
        }
    }
    let words = format!("勾选 {} 条，审了 {done} 条。", ids.len());
    Ok(web::see(&format!("/filings?done={}", percent(&words))))
}

async fn withdraw(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    judge::withdraw(&supply, cx.actor()?, id).await?;
    Ok(web::see(&format!("/filings?done={}", percent("已撤回。"))))
}

async fn confirm(State(supply): State<Supply>, cx: Cx, _: Form) -> Result<Response> {
    stale::confirm(&supply, cx.actor()?).await?;
    Ok(web::see(&format!("/offers?done={}", percent("已确认全部在架商品仍在供应。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/filings", READERS, filings)
        .post("/filings/batch", CENTRE, batch)
        .post("/filings/{id}/judge", CENTRE, decide)
        .post("/filings/{id}/withdraw", ADMIN, withdraw)
        .post("/offers/confirm", ADMIN, confirm)
}

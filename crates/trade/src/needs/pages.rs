//! Pages of needs: the list with its share, the form that shows the nearest goods, the certificate.
use super::flow::{self, REASONS, Stated};
use super::store::{self, Near, Need};
use crate::Trade;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::calendar::{day_from, day_of, show_day, show_time, start_of, year_of};
use rules::duty::Duty;
use rules::venue::share_bp;

const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const READERS: Gate =
    Gate::Any(&[Duty::Handler, Duty::Reviewer, Duty::Signer, Duty::Regulator, Duty::Centre, Duty::Auditor]);
const PAGE: usize = 20;

fn reason_word(key: &str) -> &'static str {
    REASONS.iter().find(|(k, _)| *k == key).map_or("", |(_, w)| w)
}

fn state_word(key: &str) -> (&'static str, &'static str) {
    match key {
        "stated" => ("待集采机构答复", "warn"),
        "promoted" => ("已转入商品征集", "ok"),
        "declined" => ("未转入", "bad"),
        _ => ("已撤回", "bad"),
    }
}

struct Item {
    n: Need,
    unit: String,
    amount: String,
    reason: &'static str,
    state: (&'static str, &'static str),
    day: String,
}

#[derive(Template)]
#[template(path = "needs/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    year: i32,
    count: i64,
    sum: String,
    bought: String,
    share: String,
    reasons: Vec<(&'static str, i64, String)>,
    page: usize,
    pages: usize,
}

async fn list(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let (db, scope) = (trade.db(), cx.actor()?.scope());
    let (found, total) = store::list(db, &scope, cx.page(), PAGE).await?;
    let year = year_of(day_of(db.now()));
    let since = day_from(year, 1, 1).map_or(0, start_of);
    let (count, sum, bought) = store::share(db, &scope, since).await?;
    let reasons = store::by_reason(db, &scope, since).await?;
    let names = base::orgs::names(db, &found.iter().map(|n| n.unit).collect::<Vec<_>>()).await?;
    let share = share_bp(sum, sum + bought);
    let items = found
        .into_iter()
        .map(|n| Item {
            unit: names.get(&n.unit).cloned().unwrap_or_default(),
            amount: Fen(n.amount).yuan(),
            reason: reason_word(&n.reason),
            state: state_word(&n.state),
            day: show_day(day_of(n.at)),
            n,
        })
        .collect();
    web::html(&List {
        s: Shell::work(&cx, "商城无货").await?,
        items,
        year,
        count,
        sum: Fen(sum).yuan(),
        bought: Fen(bought).yuan(),
        share: format!("{}.{:02}%", share / 100, share % 100),
        reasons: reasons.into_iter().map(|(k, n, v)| (reason_word(&k), n, Fen(v).yuan())).collect(),
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

struct NearRow {
    n: Near,
    price: String,
}

fn near_rows(found: Vec<Near>) -> Vec<NearRow> {
    found.into_iter().map(|n| NearRow { price: Fen(n.price).yuan(), n }).collect()
}

#[derive(Template)]
#[template(path = "needs/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    words: String,
    category: String,
    category_name: String,
    amount: String,
    reason: String,
    explanation: String,
    near: Vec<NearRow>,
    categories: Vec<(String, String)>,
    reasons: [(&'static str, &'static str); 5],
}

/// Categories of the second level, for those who do not know the code.
fn categories(trade: &Trade) -> Vec<(String, String)> {
    let facts = trade.facts();
    let level = facts.categories.values().filter(|c| c.level == 3);
    level.map(|c| (c.code.clone(), format!("{} {}", c.code, c.name))).collect()
}

async fn new_page(
    trade: &Trade,
    cx: &Cx,
    get: &(dyn Fn(&str) -> String + Sync),
    wrong: Option<Refused>,
) -> Result<New> {
    let actor = cx.actor()?;
    let (words, category) = (get("words"), get("category"));
    let asked = !words.is_empty() && trade.facts().category(&category).is_some();
    let near = if asked { flow::nearest(trade, &actor.region, &category, &words) } else { Vec::new() };
    Ok(New {
        s: Shell::work(cx, "提出商城无货的需求").await?,
        wrong,
        category_name: trade.facts().category_name(&category),
        amount: get("amount"),
        reason: get("reason"),
        explanation: get("explanation"),
        near: near_rows(near),
        categories: if asked { Vec::new() } else { categories(trade) },
        reasons: REASONS,
        category: if asked { category } else { String::new() },
        words,
    })
}

async fn new_form(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let get = |name: &str| cx.param(name).chars().take(200).collect::<String>();
    web::html(&new_page(&trade, &cx, &get, None).await?)
}

async fn state(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let read = || -> Result<Stated> {
        let typed = form.get("amount");
        let amount = Fen::parse_yuan(typed).ok_or_else(|| {
            Fail::field("amount", "need.amount", format!("预计金额应填金额（元），现在是“{typed}”。"))
        })?;
        Ok(Stated {
            category: form.get("category").to_owned(),
            words: form.need("words", "需要什么", 200)?.to_owned(),
            reason: form.get("reason").to_owned(),
            explanation: form.need("explanation", "具体说明", 500)?.to_owned(),
            amount: amount.0,
        })
    };
    let done = match read() {
        Ok(s) => flow::state(&trade, cx.actor()?, &s).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(web::see(&format!("/needs/{id}?done={}", percent("已出具商城无货证明。")))),
        Err(Fail::Refused(r)) => {
            let get = |name: &str| form.get(name).to_owned();
            let page = new_page(&trade, &cx, &get, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "needs/pages/need.html")]
struct Page {
    s: Shell,
    n: Need,
    unit: String,
    category: String,
    amount: String,
    capitals: String,
    reason: &'static str,
    state: (&'static str, &'static str),
    at: String,
    valid_to: String,
    near: Vec<NearRow>,
    fits: bool,
    holds: bool,
    may_withdraw: bool,
    may_decide: bool,
}

async fn need(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let (actor, db) = (cx.actor()?, trade.db());
    let n = store::load(db, &actor.scope(), id).await?;
    web::html(&Page {
        s: Shell::work(&cx, format!("商城无货证明 {}", n.number)).await?,
        unit: base::orgs::org(db, n.unit).await?.name,
        category: trade.facts().category_name(&n.category),
        amount: Fen(n.amount).yuan(),
        capitals: Fen(n.amount).capitals(),
        reason: reason_word(&n.reason),
        state: state_word(&n.state),
        at: show_time(n.at),
        valid_to: show_time(n.valid_to),
        near: near_rows(n.nearest.clone()),
        fits: flow::digest(&n)? == n.digest,
        holds: n.state != "withdrawn" && db.now() <= n.valid_to,
        may_withdraw: n.state == "stated" && actor.org == n.unit && actor.may(Duty::Handler),
        may_decide: n.state == "stated" && actor.may(Duty::Centre),
        n,
    })
}

async fn withdraw(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    flow::withdraw(&trade, cx.actor()?, id).await?;
    Ok(web::see(&format!("/needs/{id}?done={}", percent("已撤回，证明作废。"))))
}

async fn decide(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let promote = form.get("promote") == "1";
    let answer = if promote {
        form.get("answer").chars().take(200).collect::<String>()
    } else {
        form.need("answer", "理由", 200)?.to_owned()
    };
    let told = flow::decide(&trade, cx.actor()?, id, promote, &answer).await?;
    let words = if promote {
        format!("已转入商品征集，通知了 {told} 家供应商。")
    } else {
        "已答复采购人。".into()
    };
    Ok(web::see(&format!("/needs/{id}?done={}", percent(&words))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/needs", READERS, list)
        .get("/needs/new", HANDLER, new_form)
        .post("/needs", HANDLER, state)
        .get("/needs/{id}", READERS, need)
        .post("/needs/{id}/withdraw", HANDLER, withdraw)
        .post("/needs/{id}/decide", CENTRE, decide)
}

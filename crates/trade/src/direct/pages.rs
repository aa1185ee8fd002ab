//! Pages of the cart, the checkout, approvals.
use super::approve::{self, Edit};
use super::judge;
use super::store;
use super::submit::{self, Judged, Outcome, Secret, Submit, SubmitLine};
use crate::Trade;
use crate::orders::store as orders;
use crate::plans::{self, Address, PlanLine};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::duty::Duty;
use std::collections::BTreeMap;
use supply::offers::{self, Line as Offer};

const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
const APPROVER: Gate = Gate::Any(&[Duty::Reviewer, Duty::Signer]);

struct CartItem {
    o: Offer,
    quantity: i64,
    price: String,
    sum: String,
    trouble: Option<&'static str>,
}

struct CartGroup {
    supplier: String,
    items: Vec<CartItem>,
    sum: String,
}

#[derive(Template)]
#[template(path = "direct/pages/cart.html")]
struct CartPage {
    s: Shell,
    groups: Vec<CartGroup>,
    total: String,
    proposals: Vec<crate::batch::Proposal>,
    foreseen: Vec<Judged>,
}

async fn groups(trade: &Trade, person: i64) -> Result<(Vec<CartGroup>, Vec<(Offer, i64)>)> {
    let cart = store::cart(trade.db(), person).await?;
    let found = offers::lines(trade.db(), &cart.iter().map(|c| c.0).collect::<Vec<_>>()).await?;
    let mut by: BTreeMap<i64, Vec<(Offer, i64)>> = BTreeMap::new();
    for (offer, quantity) in &cart {
        if let Some(o) = found.iter().find(|o| o.offer == *offer) {
            by.entry(o.supplier).or_default().push((o.clone(), *quantity));
        }
    }
    let all = by.values().flatten().cloned().collect();
    let group = |list: Vec<(Offer, i64)>| CartGroup {
        supplier: list[0].0.supplier_name.clone(),
        sum: Fen(list.iter().map(|(o, q)| o.price * q).sum()).yuan(),
        items: list
            .into_iter()
            .map(|(o, quantity)| CartItem {
                price: Fen(o.price).yuan(),
                sum: Fen(o.price * quantity).yuan(),
                trouble: if !o.live() {
                    Some("已下架")
                } else if o.stock < quantity {
                    Some("库存不够")
                } else {
                    None
                },
                quantity,
                o,
            })
            .collect(),
    };
    Ok((by.into_values().map(group).collect(), all))
}

async fn cart(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let (groups, all) = groups(&trade, cx.actor()?.person).await?;
    let total = Fen(all.iter().map(|(o, q)| o.price * q).sum()).yuan();
    let proposals = crate::batch::proposals(&trade, cx.actor()?).await?;
    let foreseen = judge::foreseen(&trade, cx.actor()?, &all).await?;
    web::html(&CartPage { s: Shell::work(&cx, "采购车").await?, groups, total, proposals, foreseen })
}

async fn add(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let person = cx.actor()?.person;
    let (offer, quantity) = (form.int("offer", "商品")?, form.int("quantity", "数量")?);
    if !(1..=100_000).contains(&quantity) {
        return Err(Fail::field("quantity", "cart.quantity", "数量应在 1 到 100000 之间。"));
    }
    if offers::lines(trade.db(), &[offer]).await?.is_empty() {
        return Err(Fail::Hidden);
    }
    if store::cart(trade.db(), person).await?.len() as i64 >= store::CART_MAX {
        return Err(Fail::refuse("cart.full", format!("采购车最多放 {} 种商品，请先提交一部分。", store::CART_MAX)));
    }
    trade
        .db()
        .upkeep("cart.add", |tx| Box::pin(async move { store::add_to_cart(tx, person, offer, quantity).await }))
        .await?;
    Ok(web::see("/cart"))
}

async fn update(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let person = cx.actor()?.person;
    let (offer, quantity) = (form.int("offer", "商品")?, form.int("quantity", "数量")?);
    if !(0..=100_000).contains(&quantity) {
        return Err(Fail::field("quantity", "cart.quantity", "数量应在 0 到 100000 之间，0 表示移除。"));
    }
    trade
        .db()
        .upkeep("cart.set", |tx| Box::pin(async move { store::set_quantity(tx, person, offer, quantity).await }))
        .await?;
    Ok(web::see("/cart"))
}

struct PlanChoice {
    id: i64,
    label: String,
    chosen: bool,
}

struct CheckoutItem {
    item: CartItem,
    plans: Vec<PlanChoice>,
}

struct CheckoutGroup {
    supplier: String,
    items: Vec<CheckoutItem>,
    sum: String,
}

#[derive(Template)]
#[template(path = "direct/pages/checkout.html")]
struct Checkout {
    s: Shell,
    groups: Vec<CheckoutGroup>,
    addresses: Vec<(Address, String)>,
    chosen_address: i64,
    purpose: String,
    dearer: String,
    secret: String,
    secret_words: String,
    total: String,
    key: String,
    blocked: Vec<Judged>,
    foreseen: Vec<Judged>,
    wrong: Option<Refused>,
}

fn choices(plans: &[PlanLine], category: &str, amount: i64, chosen: Option<i64>) -> Vec<PlanChoice> {
    let best = chosen.or_else(|| judge::best_plan(plans, category, amount).map(|p| p.id));
    let fitting = plans.iter().filter(|p| category.starts_with(&p.category));
    fitting
        .map(|p| PlanChoice {
            id: p.id,
            label: format!(
                "{} · {}（还剩 {}，预算可用 {}）",
                p.plan_title,
                p.title,
                Fen(p.amount - p.used).yuan(),
                Fen(p.available).yuan()
            ),
            chosen: best == Some(p.id),
        })
        .collect()
}

async fn checkout_page(
    trade: &Trade,
    cx: &Cx,
    form: Option<&Form>,
    blocked: Vec<Judged>,
    wrong: Option<Refused>,
) -> Result<Checkout> {
    let actor = cx.actor()?;
    let (groups, all) = groups(trade, actor.person).await?;
    let plans = judge::plans(trade, actor).await?;
    let facts = trade.facts();
    let given = |name: &str| form.map_or(String::new(), |f| f.get(name).to_owned());
    let groups = groups
        .into_iter()
        .map(|g| CheckoutGroup {
            supplier: g.supplier,
            sum: g.sum,
            items: g
                .items
                .into_iter()
                .map(|item| CheckoutItem {
                    plans: choices(
                        &plans,
                        &item.o.category,
                        item.o.price * item.quantity,
                        given(&format!("plan-{}", item.o.offer)).parse().ok(),
                    ),
                    item,
                })
                .collect(),
        })
        .collect();
    let addresses = plans::addresses(trade.db(), actor.org).await?;
    // What came back blocked says all by itself.
    let foreseen = if blocked.is_empty() { judge::foreseen(trade, actor, &all).await? } else { Vec::new() };
    Ok(Checkout {
        s: Shell::work(cx, "提交订单").await?,
        groups,
        addresses: addresses.into_iter().map(|a| (a.clone(), facts.region_name(&a.region))).collect(),
        chosen_address: given("address").parse().unwrap_or(0),
        purpose: given("purpose"),
        dearer: given("dearer"),
        secret: given("secret"),
        secret_words: given("secret_words"),
        total: Fen(all.iter().map(|(o, q)| o.price * q).sum()).yuan(),
        key: form.map_or_else(|| kit::ids::random_hex(16), |f| f.get("key").to_owned()),
        blocked,
        foreseen,
        wrong,
    })
}

async fn checkout(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let page = checkout_page(&trade, &cx, None, Vec::new(), None).await?;
    if page.groups.is_empty() {
        return Ok(web::see("/cart"));
    }
    web::html(&page)
}

fn submission(form: &Form) -> Result<Submit> {
    let mut lines = Vec::new();
    for offer in form.all("offer") {
        let number = |name: &str| form.get(&format!("{name}-{offer}")).parse::<i64>();
        lines.push(SubmitLine {
            offer: offer.parse().map_err(|_| Fail::Hidden)?,
            quantity: number("quantity").map_err(|_| Fail::field("quantity", "cart.quantity", "数量应是整数。"))?,
            price_seen: number("price").map_err(|_| Fail::Hidden)?,
            plan_line: number("plan").unwrap_or(0),
        });
    }
    Ok(Submit {
        key: form.get("key").to_owned(),
        address: form.get("address").parse().unwrap_or(0),
        purpose: form.get("purpose").chars().take(200).collect(),
        dearer: form.get("dearer").chars().take(200).collect(),
        lines,
        via: "page",
    })
}

async fn place(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let s = submission(&form)?;
    let secret = Secret { basis: form.get("secret").to_owned(), words: form.get("secret_words").to_owned() };
    let page = match submit::submit_with(&trade, cx.actor()?, &s, &secret).await {
        Ok(Outcome::Placed(ids)) => {
            let to = match ids.as_slice() {
                [one] => format!("/orders/{one}"),
                _ => "/orders".to_owned(),
            };
            return Ok(web::see(&format!("{to}?done={}", percent("已提交。"))));
        }
        Ok(Outcome::Blocked(judged)) => checkout_page(&trade, &cx, Some(&form), judged, None).await?,
        Err(Fail::Refused(r)) => checkout_page(&trade, &cx, Some(&form), Vec::new(), Some(*r)).await?,
        Err(e) => return Err(e),
    };
    Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
}

fn order_page(id: i64, words: &str) -> Response {
    web::see(&format!("/orders/{id}?done={}", percent(words)))
}

async fn approve_order(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    approve::approve(&trade, cx.actor()?, id).await?;
    Ok(order_page(id, "已同意。"))
}

async fn return_order(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    approve::send_back(&trade, cx.actor()?, id, form.need("reason", "退回理由", 200)?).await?;
    Ok(order_page(id, "已退回经办人。"))
}

async fn withdraw_order(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    approve::withdraw(&trade, cx.actor()?, id).await?;
    Ok(order_page(id, "已撤回，占用的预算和库存已释放。"))
}

struct EditLine {
    line: orders::Line,
    price: String,
    plans: Vec<PlanChoice>,
}

#[derive(Template)]
#[template(path = "direct/pages/edit.html")]
struct EditPage {
    s: Shell,
    o: orders::Order,
    lines: Vec<EditLine>,
    blocked: Vec<Judged>,
}

async fn edit_page(trade: &Trade, cx: &Cx, actor: &Actor, id: i64, blocked: Vec<Judged>) -> Result<EditPage> {
    let o = approve::own(trade.db(), actor, id).await?;
    let plans = judge::plans(trade, actor).await?;
    let lines = orders::lines(trade.db(), id)
        .await?
        .into_iter()
        .map(|line| EditLine {
            price: Fen(line.price).yuan(),
            plans: choices(&plans, &line.category, line.amount(), Some(line.plan_line)),
            line,
        })
        .collect();
    Ok(EditPage { s: Shell::work(cx, "修改订单").await?, o, lines, blocked })
}

async fn edit(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&edit_page(&trade, &cx, cx.actor()?, id, Vec::new()).await?)
}

async fn resubmit(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let mut edits = Vec::new();
    for line in form.all("line") {
        let number = |name: &str| form.get(&format!("{name}-{line}")).parse::<i64>().unwrap_or(0);
        edits.push(Edit { line: line.parse().unwrap_or(0), quantity: number("quantity"), plan_line: number("plan") });
    }
    let purpose = form.need("purpose", "采购理由", 200)?;
    match approve::resubmit(&trade, cx.actor()?, id, &edits, purpose).await? {
        Outcome::Placed(_) => Ok(order_page(id, "已重新提交，审批从头开始。")),
        Outcome::Blocked(judged) => {
            let page = edit_page(&trade, &cx, cx.actor()?, id, judged).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/cart", HANDLER, cart)
        .post("/cart/add", HANDLER, add)
        .post("/cart/update", HANDLER, update)
        .get("/checkout", HANDLER, checkout)
        .post("/checkout", HANDLER, place)
        .post("/orders/{id}/approve", APPROVER, approve_order)
        .post("/orders/{id}/return", APPROVER, return_order)
        .post("/orders/{id}/withdraw", HANDLER, withdraw_order)
        .get("/orders/{id}/edit", HANDLER, edit)
        .post("/orders/{id}/resubmit", HANDLER, resubmit)
}

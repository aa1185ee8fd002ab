//! Pages of orders: what waits, lists, one order with everything about it, its contract, cancellations.
use super::store::{self, Approval, CancelAsk, Contract, Filter, Line, Order};
use super::view::{self, Can};
use super::{flow, store::KeptCheck};
use crate::Trade;
use crate::delivery::pages::back;
use crate::delivery::store::{self as delivery, Case, Shipment};
use crate::settlement::store::{self as settlement, Invoice, Payment};
use crate::{evaluations, outside};
use askama::Template;
use axum::extract::{FromRef, Path, State as Ext};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::facts::words::say;
use base::shell::Shell;
use kit::journal::Recorded;
use kit::{Fail, Result, journal, web};
use rules::Fen;
use rules::calendar::{day_of, show_day, show_time};
use rules::duty::Duty;
use rules::orders::State;
use std::collections::HashMap;

const PARTIES: Gate = Gate::Any(Duty::BUSINESS);
const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const SIGNERS: Gate = Gate::Any(&[Duty::Signer, Duty::SupplierOrders]);
const SIDES: Gate = Gate::Any(&[Duty::Handler, Duty::SupplierOrders]);
const REGULATOR: Gate = Gate::Any(&[Duty::Regulator]);
const OFFICE: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor]);
const PAGE: usize = 20;
/// Orders of an export.
const EXPORT_MAX: usize = 20_000;

struct Item {
    o: Order,
    unit: String,
    supplier: String,
    total: String,
    made: String,
}

async fn items(trade: &Trade, found: Vec<Order>) -> Result<Vec<Item>> {
    let ids: Vec<i64> = found.iter().flat_map(|o| [o.unit, o.supplier]).collect();
    let names = base::orgs::names(trade.db(), &ids).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let item = |o: Order| Item {
        unit: name(o.unit),
        supplier: name(o.supplier),
        total: Fen(o.total).yuan(),
        made: show_time(o.made_at),
        o,
    };
    Ok(found.into_iter().map(item).collect())
}

/// The day of a time, for templates.
fn day(at: &i64) -> String {
    show_day(day_of(*at))
}

#[derive(Template)]
#[template(path = "orders/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    states: Vec<(&'static str, &'static str)>,
    f: Filter,
    total: i64,
    pages: usize,
    export: String,
}

fn filter(cx: &Cx, size: usize) -> Filter {
    Filter { state: cx.param("state").to_owned(), words: cx.param("words").to_owned(), page: cx.page(), size }
}

async fn list(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let f = filter(&cx, PAGE);
    let (found, total) = store::list(trade.db(), &cx.actor()?.scope(), &f).await?;
    web::html(&List {
        s: Shell::work(&cx, "订单").await?,
        items: items(&trade, found).await?,
        states: State::ALL.into_iter().map(|s| (s.key(), s.label())).collect(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        export: format!("/orders.xlsx?state={}&words={}", kit::text::percent(&f.state), kit::text::percent(&f.words)),
        f,
        total,
    })
}

async fn export(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let f = Filter { page: 1, ..filter(&cx, EXPORT_MAX) };
    let (found, _) = store::list(trade.db(), &cx.actor()?.scope(), &f).await?;
    let mut rows = vec![
        ["订单编号", "采购人", "供应商", "金额（元）", "状态", "采购理由", "提交时间"].map(str::to_owned).to_vec(),
    ];
    for i in items(&trade, found).await? {
        rows.push(vec![
            i.o.number,
            i.unit,
            i.supplier,
            Fen(i.o.total).plain(),
            i.o.state.label().to_owned(),
            i.o.purpose,
            i.made,
        ]);
    }
    Ok(web::download("订单.xlsx", web::XLSX, kit::sheet::xlsx_of("订单", &rows)?))
}

struct Todo {
    i: Item,
    words: String,
}

struct Message {
    link: String,
    words: String,
    at: String,
}

#[derive(Template)]
#[template(path = "orders/pages/todo.html")]
struct TodoPage {
    s: Shell,
    todos: Vec<Todo>,
    projects: Vec<crate::projects::Waiting>,
    /// What waits on other pages of the menu: word, address, how many.
    others: Vec<(String, String, i64)>,
    messages: Vec<Message>,
}

/// What waits in the rooms whose things are not listed here themselves.
fn elsewhere(s: &Shell) -> Vec<(String, String, i64)> {
    let all =
        s.side.iter().flat_map(|g| &g.items).filter(|i| i.count > 0 && !matches!(i.href.as_str(), "/todo" | "/cart"));
    all.map(|i| (i.label.to_string(), i.href.to_string(), i.count)).collect()
}

async fn todo(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let (mut found, mut words) = (Vec::new(), Vec::new());
    if matches!(actor.org_kind.as_str(), "unit" | "supplier") {
        for (o, w) in view::todo(trade.db(), actor).await? {
            found.push(o);
            words.push(w.join("、"));
        }
    }
    let todos = items(&trade, found).await?.into_iter().zip(words).map(|(i, words)| Todo { i, words }).collect();
    let messages = base::messages::newest(trade.db(), actor.org, &actor.duties.list(), 20)
        .await?
        .into_iter()
        .map(|(link, words, at)| Message { link, words, at: show_time(at) })
        .collect();
    let projects = crate::projects::todo(trade.db(), actor).await?;
    let s = Shell::work(&cx, "待办事项").await?;
    web::html(&TodoPage { others: elsewhere(&s), s, todos, projects, messages })
}

struct Row {
    l: Line,
    price: String,
    plain: String,
    amount: String,
    lowered: bool,
}

struct Event {
    at: String,
    words: String,
    who: String,
    kind: String,
}

struct PaymentRow {
    p: Payment,
    amount: String,
    word: &'static str,
    due: String,
    interest: String,
    may: bool,
}

struct CaseRow {
    c: Case,
    title: String,
    word: &'static str,
}

/// The checks of an order for its supplier, who is not told how much the unit has left.
fn covered(o: &Order) -> Vec<KeptCheck> {
    o.checks.iter().cloned().map(KeptCheck::covered).collect()
}

#[derive(Template)]
#[template(path = "orders/pages/order.html")]
struct Page {
    s: Shell,
    o: Order,
    unit: String,
    supplier: String,
    handler: String,
    place: String,
    total: String,
    capitals: String,
    due: String,
    can: Can,
    rows: Vec<Row>,
    steps: Vec<(&'static str, &'static str)>,
    checks: Vec<KeptCheck>,
    approvals: Vec<(Approval, String, String)>,
    contract: Option<Contract>,
    filing: String,
    shipments: Vec<(Shipment, String, String)>,
    acceptances: Vec<(String, String, String, String)>,
    photos: Vec<i64>,
    cases: Vec<CaseRow>,
    invoices: Vec<(Invoice, String, String)>,
    payments: Vec<PaymentRow>,
    payable: String,
    payable_plain: String,
    evaluations: Vec<evaluations::Evaluation>,
    handed: Option<outside::Handed>,
    ask: Option<CancelAsk>,
    project: Option<(String, String)>,
    may_answer_cancel: bool,
    may_decide_cancel: bool,
    events: Vec<Event>,
    today: String,
    is_seller: bool,
    mask: bool,
}

impl Page {
    /// What whoever approves reads first.
    fn raised(&self) -> Vec<&KeptCheck> {
        KeptCheck::raised(&self.checks)
    }
}

/// A time for templates.
fn when(at: &i64) -> String {
    show_time(*at)
}

/// Publication and filing of a contract in words.
fn filing(c: &Contract) -> String {
    let day = |t: Option<i64>| t.map_or(String::new(), |t| show_day(day_of(t)));
    format!("应于 {} 前公告、{} 前备案；{} 已由系统公告并备案。", day(c.publish_due), day(c.file_due), day(c.filed_at))
}

/// What an entry about an order means, in Chinese.
pub fn words(e: &Recorded) -> String {
    let fixed = say(&e.kind);
    let more = match e.kind.as_str() {
        "payment.applied" | "payment.paid" | "payment.approved" | "invoice.recorded" | "acceptance.recorded" => {
            e.data["amount"].as_i64().map(|v| format!("，{}", Fen(v).yuan()))
        }
        "order.confirmed" => match (e.data["total"].as_i64(), e.data["total_before"].as_i64()) {
            (Some(now), Some(before)) if now < before => {
                Some(format!("，从 {} 降到 {}", Fen(before).yuan(), Fen(now).yuan()))
            }
            _ => None,
        },
        "contract.signed" | "evaluation.made" | "cancel.asked" => match e.data["side"].as_str() {
            Some("unit") => Some("（采购人）".to_owned()),
            Some("supplier") => Some("（供应商）".to_owned()),
            _ => None,
        },
        _ => None,
    };
    format!("{fixed}{}", more.unwrap_or_default())
}

/// The seven steps of an order with their look: done, now or nothing.
fn steps(o: &Order, lines: &[Line], payable: i64) -> Vec<(&'static str, &'static str)> {
    let all = |f: fn(&Line) -> bool| !lines.is_empty() && lines.iter().all(f);
    let at = match o.state {
        State::Approving | State::Returned => 1,
        State::Offered => 2,
        State::Contracting => 3,
        State::Performing if !all(|l| l.shipped >= l.quantity) => 4,
        State::Performing if !all(|l| l.accepted == l.quantity) => 5,
        State::Performing if payable > 0 => 6,
        State::Performing => 7,
        State::Completed => 8,
        State::Refused | State::Expired | State::Withdrawn | State::Cancelled => 0,
    };
    ["提交", "审批", "供应商确认", "合同", "发货", "验收", "付款", "评价"]
        .into_iter()
        .enumerate()
        .map(|(i, w)| {
            (
                w,
                if i < at {
                    "done"
                } else if i == at && at > 0 {
                    "now"
                } else {
                    ""
                },
            )
        })
        .collect()
}

async fn order(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let actor = cx.actor()?;
    let db = trade.db();
    let facts = trade.facts();
    let o = store::load(db, &actor.scope(), id).await?;
    let (can, lines) = view::of(db, actor, &o).await?;
    let names = base::orgs::names(db, &[o.unit, o.supplier]).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let approvals = store::approvals(db, id).await?;
    let acceptances = delivery::acceptances(db, id).await?;
    let events = journal::about(db, &o.subject()).await?;
    let mut people: Vec<i64> = approvals.iter().map(|a| a.person).chain(acceptances.iter().map(|a| a.person)).collect();
    people.extend(events.iter().map(|e| e.actor).filter(|a| *a > 0));
    people.push(o.handler);
    let people: HashMap<i64, String> = base::orgs::person_names(db, &people).await?;
    let who = |id: i64| people.get(&id).cloned().unwrap_or_else(|| "系统".into());
    let invoices = settlement::invoices(db, id).await?;
    let contract = store::contract(db, id).await?;
    let payments = settlement::payments(db, id).await?;
    let value: i64 = lines.iter().map(|l| l.kept() * l.price).sum();
    let invoiced: i64 = invoices.iter().map(|i| i.amount).sum();
    let claimed: i64 = payments.iter().filter(|p| p.state != "declined").map(|p| p.amount).sum();
    let paid: i64 = payments.iter().filter(|p| p.state == "paid").map(|p| p.amount).sum();
    let payable = (value.min(invoiced) - claimed).max(0);
    let now = db.now();
    let bp = facts.number("pay.late_bp_per_day", &o.region, &o.scope(), day_of(now), 0);
    let late = |p: &Payment| rules::settlement::late_interest(Fen(p.amount), p.due_at, p.paid_at.unwrap_or(now), bp);
    let ask = store::cancel_ask(db, id).await?;
    let other_side = ask.as_ref().is_some_and(|a| (a.side == "unit") != (actor.org == o.unit));
    let project = match o.project {
        Some(id) => crate::projects::store::any(db, id).await.map(|p| Some((p.href(), p.number)))?,
        None => None,
    };
    let page = Page {
        project,
        s: Shell::work(&cx, format!("订单 {}", o.number)).await?,
        unit: name(o.unit),
        supplier: name(o.supplier),
        handler: who(o.handler),
        place: facts.region_name(&o.address_region),
        total: Fen(o.total).yuan(),
        capitals: Fen(o.total).capitals(),
        due: o.next_due.map_or(String::new(), show_time),
        steps: steps(&o, &lines, value - paid),
        checks: if actor.org == o.supplier { covered(&o) } else { o.checks.clone() },
        approvals: approvals
            .into_iter()
            .map(|a| (who(a.person), show_time(a.at), a))
            .map(|(w, t, a)| (a, w, t))
            .collect(),
        filing: contract.as_ref().map_or(String::new(), filing),
        contract,
        shipments: delivery::shipments(db, id)
            .await?
            .into_iter()
            .map(|s| (show_time(s.shipped_at), s.received_at.map_or(String::new(), show_time), s))
            .map(|(a, b, s)| (s, a, b))
            .collect(),
        acceptances: acceptances
            .into_iter()
            .map(|a| {
                let word = match a.verdict.as_str() {
                    "full" => "全部合格",
                    "part" => "部分合格",
                    _ => "拒收",
                };
                let words = if a.reason.is_empty() { word.to_owned() } else { format!("{word}：{}", a.reason) };
                (show_time(a.at), who(a.person), words, Fen(a.amount).yuan())
            })
            .collect(),
        photos: delivery::photos(db, id).await?,
        cases: delivery::cases(db, id)
            .await?
            .into_iter()
            .map(|c| CaseRow {
                title: lines.iter().find(|l| l.id == c.line).map_or(String::new(), |l| l.title.clone()),
                word: match c.state.as_str() {
                    "asked" => "等供应商答复",
                    "agreed" => "已同意",
                    "declined" => "未同意",
                    _ => "已办结",
                },
                c,
            })
            .collect(),
        invoices: invoices
            .into_iter()
            .map(|i| (Fen(i.amount).yuan(), show_day(i.day), i))
            .map(|(a, d, i)| (i, a, d))
            .collect(),
        payments: payments
            .into_iter()
            .map(|p| PaymentRow {
                amount: Fen(p.amount).yuan(),
                word: crate::settlement::word(&p.state),
                due: show_time(p.due_at),
                interest: late(&p).yuan(),
                may: can.decide && p.state == "applied" && p.applied_by != actor.person,
                p,
            })
            .map(|mut r| {
                if late(&r.p).0 == 0 {
                    r.interest.clear();
                }
                r
            })
            .collect(),
        payable: Fen(payable).yuan(),
        payable_plain: if payable > 0 { Fen(payable).plain() } else { String::new() },
        evaluations: evaluations::evaluations(db, id).await?,
        handed: outside::of_order(db, id).await?,
        may_answer_cancel: other_side && can.cancel,
        may_decide_cancel: ask.is_some() && actor.may(Duty::Regulator) && o.state == State::Performing,
        ask,
        events: events
            .iter()
            .map(|e| Event { at: show_time(e.at), words: words(e), who: who(e.actor), kind: e.kind.clone() })
            .collect(),
        today: show_day(day_of(now)),
        is_seller: actor.org == o.supplier,
        // The supplier learns who receives the goods once the order is its own.
        mask: actor.org != o.unit && matches!(o.state, State::Offered | State::Refused | State::Expired),
        rows: lines
            .into_iter()
            .map(|l| Row {
                price: Fen(l.price).yuan(),
                plain: Fen(l.price).plain(),
                amount: Fen(l.amount()).yuan(),
                lowered: l.price < l.listed_price,
                l,
            })
            .collect(),
        can,
        o,
    };
    web::html(&page)
}

struct ContractLine {
    title: String,
    model: String,
    quantity: String,
    price: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "orders/pages/contract.html")]
struct ContractPage {
    s: Shell,
    id: i64,
    c: Contract,
    d: serde_json::Value,
    lines: Vec<ContractLine>,
    total: String,
    unit_signed: String,
    supplier_signed: String,
    deliver: i64,
    accept: i64,
    pay: i64,
    fits: bool,
}

async fn contract(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    store::load(trade.db(), &cx.actor()?.scope(), id).await?;
    let c = store::contract(trade.db(), id).await?.ok_or(Fail::Hidden)?;
    let d: serde_json::Value = serde_json::from_str(&c.body).map_err(Fail::fault)?;
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let lines = d["lines"].as_array().into_iter().flatten().map(|l| ContractLine {
        title: text(&l["title"]),
        model: format!("{} {}", text(&l["brand"]), text(&l["model"])),
        quantity: format!("{} {}", l["quantity"], text(&l["unit"])),
        price: Fen(l["price"].as_i64().unwrap_or(0)).yuan(),
        amount: Fen(l["amount"].as_i64().unwrap_or(0)).yuan(),
    });
    let signed =
        |s: Option<(i64, i64)>| s.map_or("尚未确认".to_owned(), |(at, _)| format!("{} 在线确认", show_time(at)));
    web::html(&ContractPage {
        s: Shell::public(&cx, "采购合同"),
        id,
        lines: lines.collect(),
        total: Fen(d["total"].as_i64().unwrap_or(0)).yuan(),
        unit_signed: signed(c.unit_signed),
        supplier_signed: signed(c.supplier_signed),
        deliver: d["deliver_days"].as_i64().unwrap_or(7),
        accept: d["accept_days"].as_i64().unwrap_or(5),
        pay: d["pay_days"].as_i64().unwrap_or(30),
        fits: kit::text::sha256(&[c.body.as_bytes()]) == c.digest,
        d,
        c,
    })
}

async fn confirm(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let mut prices = Vec::new();
    for line in form.all("line") {
        let given = form.get(&format!("price-{line}"));
        let wrong = || Fail::field("price", "form.money", format!("单价应是最多两位小数的数，现在是“{given}”。"));
        prices.push((line.parse().map_err(|_| Fail::Hidden)?, Fen::parse_yuan(given).ok_or_else(wrong)?.0));
    }
    flow::confirm(&trade, cx.actor()?, id, &prices).await?;
    Ok(back(id, "已接单，合同已生成，请双方确认。"))
}

async fn refuse(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::refuse(&trade, cx.actor()?, id, form.need("reason", "不接单的理由", 200)?).await?;
    Ok(back(id, "已回复不接单。"))
}

async fn sign(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    flow::sign(&trade, cx.actor()?, id).await?;
    Ok(back(id, "已确认合同。双方都确认后合同生效，系统自动公告和备案。"))
}

async fn ask_cancel(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::ask_cancel(&trade, cx.actor()?, id, form.need("reason", "取消的理由", 200)?).await?;
    Ok(back(id, "已提出取消，等对方答复。"))
}

async fn answer_cancel(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::answer_cancel(&trade, cx.actor()?, id, form.get("agree") == "1").await?;
    Ok(back(id, "已答复。"))
}

async fn decide_cancel(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::decide_cancel(&trade, cx.actor()?, id, form.get("agree") == "1").await?;
    Ok(back(id, "已审核。"))
}

#[derive(Template)]
#[template(path = "orders/pages/cancellations.html")]
struct Cancellations {
    s: Shell,
    list: Vec<(i64, String, &'static str, String, String)>,
}

async fn cancellations(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let found = store::cancellations(trade.db(), &cx.actor()?.scope()).await?;
    let side = |s: &str| if s == "unit" { "采购人" } else { "供应商" };
    let list = found.into_iter().map(|(id, n, s, r, t)| (id, n, side(&s), r, Fen(t).yuan())).collect();
    web::html(&Cancellations { s: Shell::work(&cx, "待审合同注销").await?, list })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/todo", Gate::SignedIn, todo)
        .get("/orders", PARTIES, list)
        .get("/orders.xlsx", PARTIES, export)
        .get("/orders/{id}", PARTIES, order)
        .get("/orders/{id}/contract", PARTIES, contract)
        .post("/orders/{id}/confirm", SELLER, confirm)
        .post("/orders/{id}/refuse", SELLER, refuse)
        .post("/orders/{id}/sign", SIGNERS, sign)
        .post("/orders/{id}/cancel", SIDES, ask_cancel)
        .post("/orders/{id}/cancel/answer", SIDES, answer_cancel)
        .post("/orders/{id}/cancel/decide", REGULATOR, decide_cancel)
        .get("/cancellations", OFFICE, cancellations)
}

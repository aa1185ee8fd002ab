//! Commands of delivery.
use super::store;
use crate::orders::flow::{entry, mine};
use crate::orders::{Line, Order, conduct, store as orders};
use crate::{Trade, settlement};
use base::access::Actor;
use kit::{Fail, Query, Result, Tx};
use rules::calendar::{Day, Ms, day_of, end_of, show_day};
use rules::duty::Duty;
use rules::orders::State;
use serde_json::json;

/// Photos of one acceptance.
pub const PHOTOS_MAX: usize = 6;
/// Size of one photo, bytes.
pub const PHOTO_BYTES_MAX: usize = 5 * 1024 * 1024;

fn performing(o: &Order) -> Result<()> {
    if o.state == State::Performing {
        return Ok(());
    }
    Err(Fail::refuse("order.state", format!("订单现在是“{}”，合同生效后才能办理。", o.state.label())))
}

fn find(lines: &[Line], id: i64) -> Result<&Line> {
    lines.iter().find(|l| l.id == id).ok_or(Fail::Hidden)
}

/// How goods are sent.
pub struct Way<'a> {
    /// Carrier.
    pub carrier: &'a str,
    /// Tracking number.
    pub tracking: &'a str,
    /// The day they are expected to arrive.
    pub expected: Option<Day>,
}

/// Goods are expected at most so many days ahead.
const EXPECTED_DAYS_MAX: Day = 90;

/// When to look whether a shipment arrived: at the end of the day it is expected, or after the time of the rulebook.
fn look_at(trade: &Trade, o: &Order, now: Ms, expected: Option<Day>) -> Option<Ms> {
    expected
        .map(end_of)
        .or_else(|| trade.facts().clock("clock.arrival_assumed", &o.region, &o.scope(), now).map(|d| d.at))
}

/// The supplier sends goods: line id and quantity.
pub async fn ship(trade: &Trade, actor: &Actor, id: i64, way: &Way<'_>, parts: &[(i64, i64)]) -> Result<()> {
    let today = day_of(trade.db().now());
    if way.expected.is_some_and(|d| d < today || d > today + EXPECTED_DAYS_MAX) {
        let words = format!("预计到货日应在 {} 到 {} 之间。", show_day(today), show_day(today + EXPECTED_DAYS_MAX));
        return Err(Fail::field("expected", "shipment.expected", words));
    }
    trade
        .db()
        .write("shipment.send", |tx| {
            Box::pin(async move {
                let o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                performing(&o)?;
                let lines = orders::lines(tx, id).await?;
                let mut words = Vec::new();
                for (line, quantity) in parts.iter().filter(|p| p.1 != 0) {
                    let l = find(&lines, *line)?;
                    if *quantity < 0 || *quantity > l.to_ship() {
                        let words = format!("“{}”还能发 {}，填的是 {quantity}。", l.title, l.to_ship());
                        return Err(Fail::field("quantity", "shipment.quantity", words));
                    }
                    orders::progress(tx, l.id, *quantity, 0, 0, 0).await?;
                    words.push(format!("{} × {quantity}", l.title));
                }
                if words.is_empty() {
                    return Err(Fail::field("quantity", "shipment.empty", "请填写这次发货的数量。"));
                }
                let new = store::NewShipment {
                    carrier: way.carrier,
                    tracking: way.tracking,
                    lines: &words.join("；"),
                    expected_at: way.expected.map(end_of),
                    look_at: look_at(trade, &o, tx.now(), way.expected),
                };
                store::add_shipment(tx, id, &new, actor.person).await?;
                orders::save(tx, &o).await?;
                let day = way.expected.map_or(String::new(), |d| format!("，预计 {} 到货", show_day(d)));
                let told = format!("订单 {} 已发货{day}，请到货后登记收货并验收。", o.number);
                orders::tell(tx, o.unit, Duty::Receiver, id, &told).await?;
                let parcel = json!([way.carrier, way.tracking, words.join("；")]).to_string();
                let data = json!({"lines": parts.len(), "parcel": kit::text::sha256(&[parcel.as_bytes()])});
                tx.journal(entry(&o, "delivery", "shipment.sent", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// The unit notes that a shipment arrived.
pub async fn receive(trade: &Trade, actor: &Actor, id: i64, shipment: i64) -> Result<()> {
    trade
        .db()
        .write("shipment.receive", |tx| {
            Box::pin(async move {
                let o = orders::load(tx, &actor.scope(), id).await?;
                actor.must(&[Duty::Receiver, Duty::Handler])?;
                let next = trade.facts().clock("clock.accept_warn", &o.region, &o.scope(), tx.now()).map(|d| d.at);
                let known = store::shipments(tx, id).await?;
                let assumed = known.iter().any(|s| s.id == shipment && s.assumed_at.is_some());
                if store::receive(tx, id, shipment, actor.person, next).await? == 0 {
                    return Err(Fail::refuse("shipment.received_already", "这批货已经登记过收货。"));
                }
                let data = json!({"assumed": assumed});
                tx.journal(entry(&o, "delivery", "shipment.received", actor.person, data)).await?;
                conduct::arrived(trade, tx, &o).await
            })
        })
        .await
}

/// The unit says that a shipment did not arrive: it does not count as arrived, and the supplier is asked about it.
pub async fn miss(trade: &Trade, actor: &Actor, id: i64, shipment: i64) -> Result<()> {
    trade
        .db()
        .write("shipment.missing", |tx| {
            Box::pin(async move {
                let o = orders::load(tx, &actor.scope(), id).await?;
                actor.must(&[Duty::Receiver, Duty::Handler])?;
                performing(&o)?;
                let next = look_at(trade, &o, tx.now(), None);
                if store::missing(tx, id, shipment, next).await? == 0 {
                    return Err(Fail::refuse("shipment.received_already", "这批货已经登记过收货。"));
                }
                let words = format!("订单 {} 的采购人说还没有收到货，请查物流并联系采购人。", o.number);
                orders::tell(tx, o.supplier, Duty::SupplierOrders, id, &words).await?;
                // Other goods may be there that still wait to be looked at.
                let looked_at = store::acceptances(tx, id).await?.last().map(|a| a.at);
                let there =
                    store::shipments(tx, id).await?.iter().any(|s| s.begins().is_some_and(|at| Some(at) > looked_at));
                let data = json!({"there": there});
                tx.journal(entry(&o, "delivery", "shipment.missing", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// The duties a person has exercised on an order before.
pub(crate) async fn exercised(q: &dyn Query, o: &Order, person: i64) -> Result<Vec<Duty>> {
    let approvals = orders::approvals(q, o.id).await?;
    let mut out: Vec<Duty> =
        approvals.iter().filter(|a| !a.void && a.person == person).filter_map(|a| Duty::of(&a.duty)).collect();
    if o.handler == person {
        out.push(Duty::Handler);
    }
    if store::acceptances(q, o.id).await?.iter().any(|a| a.person == person) {
        out.push(Duty::Receiver);
    }
    Ok(out)
}

/// Refuses when the rulebook keeps apart what the person did on this order and what the person wants to do now.
pub(crate) async fn separate(
    trade: &Trade,
    q: &dyn Query,
    o: &Order,
    actor: &Actor,
    now: Duty,
    code: &'static str,
) -> Result<()> {
    let facts = trade.facts();
    let day = rules::calendar::day_of(trade.db().now());
    let rule = facts.rule("approval.separate", &o.region, &o.scope(), day);
    let pairs = rule.as_ref().and_then(|e| e.list()).unwrap_or(&[]);
    let before = exercised(q, o, actor.person).await?;
    match rules::orders::conflict(pairs, &before, now) {
        None => Ok(()),
        Some(b) => {
            let words = format!("您是这个订单的{}，按规定不能再办{}，请由其他同事办理。", b.label(), now.label());
            Err(Fail::refuse(code, words))
        }
    }
}

/// What the receiver found: line id, accepted, refused.
pub struct Accept {
    /// Lines.
    pub lines: Vec<(i64, i64, i64)>,
    /// Why something was refused.
    pub reason: String,
    /// Photos: MIME kind and bytes.
    pub photos: Vec<(&'static str, Vec<u8>)>,
}

/// Kind of a picture by its first bytes; None when it is no JPEG, PNG or WebP.
pub fn picture(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Goods are accepted in full, in part, or refused.
pub async fn accept(trade: &Trade, actor: &Actor, id: i64, a: &Accept) -> Result<()> {
    trade.db().write("acceptance.record", |tx| Box::pin(async move { accepted(trade, tx, actor, id, a).await })).await
}

async fn accepted(trade: &Trade, tx: &Tx<'_>, actor: &Actor, id: i64, a: &Accept) -> Result<()> {
    let mut o = mine(tx, actor, Duty::Receiver, id).await?;
    separate(trade, tx, &o, actor, Duty::Receiver, "delivery.own_acceptance").await?;
    performing(&o)?;
    let lines = orders::lines(tx, id).await?;
    let (mut yes, mut no, mut amount, mut facts) = (0, 0, 0, Vec::new());
    for (line, good, bad) in &a.lines {
        let l = find(&lines, *line)?;
        if *good < 0 || *bad < 0 || good + bad > l.to_accept() {
            let words = format!("“{}”待验收 {}，填的合格 {good}、拒收 {bad}。", l.title, l.to_accept());
            return Err(Fail::field("quantity", "acceptance.quantity", words));
        }
        orders::progress(tx, l.id, 0, *good, *bad, 0).await?;
        (yes, no, amount) = (yes + good, no + bad, amount + good * l.price);
        facts.push(json!({
            "product": l.product.to_string(), "accepted": good, "refused": bad, "title": l.title, "unit": l.unit,
        }));
    }
    if yes + no == 0 {
        return Err(Fail::field("quantity", "acceptance.empty", "请填写验收合格或拒收的数量。"));
    }
    if no > 0 && a.reason.trim().is_empty() {
        return Err(Fail::field("reason", "acceptance.reason", "拒收要写明理由，供应商据此重新发货。"));
    }
    let verdict = match (yes, no) {
        (0, _) => "refused",
        (_, 0) => "full",
        _ => "part",
    };
    let words = serde_json::Value::Array(facts.clone()).to_string();
    store::add_acceptance(tx, id, verdict, &words, amount, &a.reason, actor.person).await?;
    for (kind, bytes) in &a.photos {
        store::add_photo(tx, id, "acceptance", kind, bytes, actor.person).await?;
    }
    if orders::lines(tx, id).await?.iter().all(|l| l.to_accept() <= 0) {
        store::rest(tx, id).await?;
    }
    settlement::after_progress(trade, tx, &mut o).await?;
    orders::save(tx, &o).await?;
    orders::tell(tx, o.supplier, Duty::SupplierOrders, id, &format!("订单 {} 已验收，请查看结果。", o.number)).await?;
    let due = trade.facts().clock("clock.accept_publish", &o.region, &o.scope(), tx.now());
    let (unit, supplier) = (base::orgs::org(tx, o.unit).await?, base::orgs::org(tx, o.supplier).await?);
    let contract = orders::contract(tx, id).await?.map(|c| c.number);
    let data = json!({
        "verdict": verdict, "amount": amount, "lines": facts, "number": o.number, "contract": contract, "unit": unit.name,
        "supplier": supplier.name, "title": crate::orders::flow::headline(&lines), "secret": o.secret,
        "publish_due": due.map(|d| d.at), "reason": rules::mask::public(a.reason.trim()),
        "reason_digest": orders::salted(&o.salt, &a.reason),
    });
    tx.journal(entry(&o, "delivery", "acceptance.recorded", actor.person, data)).await?;
    let received = store::shipments(tx, id).await?.iter().filter_map(store::Shipment::begins).max();
    conduct::accepted(trade, tx, &o, received).await?;
    settlement::maybe_complete(trade, tx, id).await
}

/// The unit asks for a return or an exchange of accepted goods.
pub async fn ask_return(
    trade: &Trade,
    actor: &Actor,
    id: i64,
    exchange: bool,
    line: i64,
    quantity: i64,
    reason: &str,
) -> Result<()> {
    trade
        .db()
        .write("return.ask", |tx| {
            Box::pin(async move {
                let o = orders::load(tx, &actor.scope(), id).await?;
                actor.must(&[Duty::Handler, Duty::Receiver])?;
                performing(&o)?;
                let lines = orders::lines(tx, id).await?;
                let l = find(&lines, line)?;
                let open: i64 = store::cases(tx, id)
                    .await?
                    .iter()
                    .filter(|c| c.line == line && matches!(c.state.as_str(), "asked" | "agreed"))
                    .map(|c| c.quantity)
                    .sum();
                if quantity < 1 || quantity > l.kept() - open {
                    let words = format!("“{}”能退换的数量是 {}，填的是 {quantity}。", l.title, l.kept() - open);
                    return Err(Fail::field("quantity", "return.quantity", words));
                }
                let kind = if exchange { "exchange" } else { "return" };
                store::add_case(tx, id, kind, line, quantity, reason, actor.person).await?;
                orders::tell(
                    tx,
                    o.supplier,
                    Duty::SupplierOrders,
                    id,
                    &format!("订单 {} 申请退换货，请答复。", o.number),
                )
                .await?;
                tx.journal(entry(
                    &o,
                    "delivery",
                    "return.asked",
                    actor.person,
                    json!({"kind": kind, "quantity": quantity}),
                ))
                .await?;
                Ok(())
            })
        })
        .await
}

/// The supplier answers.
pub async fn answer_return(trade: &Trade, actor: &Actor, id: i64, case: i64, agree: bool, words: &str) -> Result<()> {
    trade
        .db()
        .write("return.answer", |tx| {
            Box::pin(async move {
                let o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                let (to, kind) = if agree { ("agreed", "return.agreed") } else { ("declined", "return.declined") };
                if store::move_case(tx, id, case, "asked", to, words).await? == 0 {
                    return Err(Fail::refuse("return.state", "这个申请已经答复过了。"));
                }
                orders::tell(tx, o.unit, Duty::Handler, id, &format!("订单 {} 的退换货申请已答复。", o.number)).await?;
                tx.journal(entry(&o, "delivery", kind, actor.person, json!({}))).await?;
                Ok(())
            })
        })
        .await
}

/// The supplier has the goods back: a return lowers what is paid or is refunded, an exchange is shipped again.
pub async fn finish_return(trade: &Trade, actor: &Actor, id: i64, case: i64) -> Result<()> {
    trade
        .db()
        .write("return.finish", |tx| {
            Box::pin(async move {
                let mut o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                let c = store::cases(tx, id).await?.into_iter().find(|c| c.id == case).ok_or(Fail::Hidden)?;
                if store::move_case(tx, id, case, "agreed", "done", "").await? == 0 {
                    return Err(Fail::refuse("return.state", "同意之后、收到退货时才能办结，请刷新页面。"));
                }
                let lines = orders::lines(tx, id).await?;
                let l = find(&lines, c.line)?;
                let mut refunded = 0;
                if c.kind == "exchange" {
                    orders::progress(tx, l.id, 0, -c.quantity, c.quantity, 0).await?;
                } else {
                    orders::progress(tx, l.id, 0, 0, 0, c.quantity).await?;
                    refunded = settlement::give_back(tx, &o, l, c.quantity * l.price).await?;
                }
                settlement::after_progress(trade, tx, &mut o).await?;
                orders::save(tx, &o).await?;
                let product = [json!({"product": l.product.to_string(), "accepted": -c.quantity})];
                tx.journal(entry(
                    &o,
                    "delivery",
                    "return.done",
                    actor.person,
                    json!({"kind": c.kind, "lines": product, "amount": c.quantity * l.price, "refunded": refunded}),
                ))
                .await?;
                settlement::maybe_complete(trade, tx, id).await
            })
        })
        .await
}

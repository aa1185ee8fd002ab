//! What clocks of an order measure goes into the record of conduct of the side that was late.
use super::store::{self, Order};
use crate::Trade;
use kit::{Result, Tx};
use rules::calendar::{day_of, show_time};
use supply::conduct::{self, Charge, Measure};

/// Working days that count as one step of lateness.
const STEP_DAYS: u32 = 5;
/// Calendar days that count as one step of late payment.
const PAY_STEP_DAYS: i64 = 30;

struct Finding<'a> {
    rule: &'a str,
    words: &'a str,
    /// How many steps late; 1 for what has no steps.
    steps: i64,
    /// Rule of the most points, or empty.
    most: &'a str,
}

async fn charge(trade: &Trade, tx: &Tx<'_>, o: &Order, org: i64, f: Finding<'_>) -> Result<()> {
    let number = |key: &str, or: i64| trade.facts().number(key, &o.region, &o.scope(), day_of(tx.now()), or);
    let most = if f.most.is_empty() { i64::MAX } else { number(f.most, i64::MAX) };
    let charge = Charge {
        region: &o.region,
        org,
        rule: f.rule,
        subject: &format!("order/{}", o.id),
        words: f.words,
        digest: "",
        measure: Measure::None,
        points: Some((number(f.rule, 0) * f.steps).min(most)),
        by: (0, 0),
    };
    conduct::open(trade, tx, &charge).await.map(|_| ())
}

/// The supplier let the time to confirm pass.
pub(super) async fn unconfirmed(trade: &Trade, tx: &Tx<'_>, o: &Order) -> Result<()> {
    let words = format!("订单 {} 逾期未确认，系统自动取消", o.number);
    let f = Finding { rule: "credit.deduct.order_unconfirmed", words: &words, steps: 1, most: "" };
    charge(trade, tx, o, o.supplier, f).await
}

/// The supplier does not take an order.
pub(super) async fn refused(trade: &Trade, tx: &Tx<'_>, o: &Order, reason: &str) -> Result<()> {
    let words = format!("订单 {} 供应商不接单，所写理由：{reason}", o.number);
    let f = Finding { rule: "credit.deduct.order_refused", words: &words, steps: 1, most: "" };
    charge(trade, tx, o, o.supplier, f).await
}

/// Steps of lateness between a deadline and now, in working days; 0 for in time.
fn steps(trade: &Trade, due: i64, now: i64) -> i64 {
    let days = trade.facts().calendar.working_days_between(due, now);
    if now <= due { 0 } else { i64::from(days.div_ceil(STEP_DAYS)).max(1) }
}

/// A shipment has arrived: in time?
pub(crate) async fn arrived(trade: &Trade, tx: &Tx<'_>, o: &Order) -> Result<()> {
    let signed = store::contract(tx, o.id).await?.and_then(|c| c.signed_at);
    let Some(due) = signed.and_then(|at| trade.facts().clock("clock.deliver", &o.region, &o.scope(), at)) else {
        return Ok(());
    };
    let steps = steps(trade, due.at, tx.now());
    if steps == 0 {
        return Ok(());
    }
    let words = format!("订单 {} 应于 {} 前交货，{} 登记到货", o.number, show_time(due.at), show_time(tx.now()));
    let f =
        Finding { rule: "credit.deduct.late_delivery", words: &words, steps, most: "credit.deduct.late_delivery_max" };
    charge(trade, tx, o, o.supplier, f).await
}

/// The unit accepts what had arrived at a time: in time?
pub(crate) async fn accepted(trade: &Trade, tx: &Tx<'_>, o: &Order, received: Option<i64>) -> Result<()> {
    let clock = |at: i64| trade.facts().clock("clock.accept", &o.region, &o.scope(), at);
    let Some(due) = received.and_then(clock) else { return Ok(()) };
    let steps = steps(trade, due.at, tx.now());
    if steps == 0 {
        return Ok(());
    }
    let words = format!("订单 {} 应于 {} 前验收，{} 验收", o.number, show_time(due.at), show_time(tx.now()));
    let f = Finding { rule: "credit.deduct.buyer_late_acceptance", words: &words, steps, most: "" };
    charge(trade, tx, o, o.unit, f).await
}

/// A payment is made: in time?
pub(crate) async fn paid(trade: &Trade, tx: &Tx<'_>, o: &Order, number: &str, due: i64) -> Result<()> {
    let late = i64::from(day_of(tx.now())) - i64::from(day_of(due));
    if tx.now() <= due || late < 1 {
        return Ok(());
    }
    let words =
        format!("订单 {} 的付款 {number} 应于 {} 前支付，{} 支付", o.number, show_time(due), show_time(tx.now()));
    let steps = late.div_euclid(PAY_STEP_DAYS) + i64::from(late % PAY_STEP_DAYS != 0);
    let f = Finding { rule: "credit.deduct.buyer_late_payment", words: &words, steps, most: "" };
    charge(trade, tx, o, o.unit, f).await
}

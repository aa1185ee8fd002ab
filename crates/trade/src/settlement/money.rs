//! What follows from progress: payments to the treasury, refunds, completion.
use super::{store, treasury};
use crate::orders::flow::{entry, step};
use crate::orders::{Line, Order, conduct, store as orders};
use crate::{Trade, plans};
use kit::{Query, Result, Tx};
use rules::orders::{Act, State};
use rules::settlement::{Bucket, allocate};
use serde_json::json;

/// Approved payments sent at a time.
const PIECE: i64 = 20;

/// Accepted and kept, by budget line, less what was paid: what may still be paid.
pub(super) async fn payable(q: &dyn Query, order: i64) -> Result<Vec<Bucket>> {
    let lines = orders::lines(q, order).await?;
    let spent = store::spent(q, order).await?;
    let mut out: Vec<Bucket> = Vec::new();
    for l in &lines {
        let value = l.kept() * l.price;
        match out.iter_mut().find(|b| b.budget == l.budget) {
            Some(b) => b.payable += value,
            None => out.push(Bucket { budget: l.budget, payable: value }),
        }
    }
    for b in &mut out {
        b.payable -= spent.iter().find(|(line, _)| *line == b.budget).map_or(0, |(_, v)| *v);
    }
    Ok(out)
}

/// Sends an approved payment to the treasury and records the answer; a second call changes nothing.
pub(super) async fn send(trade: &Trade, id: i64) -> Result<()> {
    let p = store::payment(trade.db(), id).await?;
    if p.state != "approved" {
        return Ok(());
    }
    let paid = treasury::pay(&trade.settings().treasury, &p.number, p.amount).await?;
    let (paid, p) = (&paid, &p);
    trade
        .db()
        .write("payment.paid", |tx| {
            Box::pin(async move {
                if store::paid(tx, p.id, &paid.reference).await? == 0 {
                    return Ok(());
                }
                let o = orders::any(tx, p.order).await?;
                let buckets = payable(tx, p.order).await?;
                let parts = allocate(p.amount, &buckets)
                    .ok_or_else(|| kit::Fail::Fault(format!("payment {} is larger than what is payable", p.number)))?;
                for (budget, amount) in parts {
                    plans::spend(tx, budget, amount, p.order).await?;
                }
                tx.journal(entry(
                    &o,
                    "settlement",
                    "payment.paid",
                    0,
                    json!({"payment": p.number, "amount": p.amount}),
                ))
                .await?;
                conduct::paid(trade, tx, &o, &p.number, p.due_at).await?;
                maybe_complete_in(tx, p.order).await
            })
        })
        .await
}

/// Sends what was approved and not answered, for example because the process stopped in between.
pub async fn retry_payments(trade: &Trade) -> Result<usize> {
    let waiting = store::approved(trade.db(), PIECE).await?;
    for p in &waiting {
        send(trade, p.id).await?;
    }
    Ok(waiting.len())
}

/// Goods given back: frozen money is freed first, then what was paid comes back. Returns what came back, fen.
pub async fn give_back(tx: &Tx<'_>, o: &Order, l: &Line, amount: i64) -> Result<i64> {
    let spent = store::spent(tx, o.id).await?.iter().find(|(b, _)| *b == l.budget).map_or(0, |(_, v)| *v);
    let lines = orders::lines(tx, o.id).await?;
    // What stays to be paid on this budget line after the return, against what was paid already.
    let due: i64 = lines.iter().filter(|x| x.budget == l.budget).map(|x| (x.quantity - x.returned) * x.price).sum();
    let refund = (spent - due).clamp(0, amount);
    if refund > 0 {
        plans::unspend(tx, l.budget, l.plan_line, refund, o.id, "退货退款").await?;
    }
    plans::release(tx, l.budget, l.plan_line, amount - refund, o.id, "退货").await?;
    Ok(refund)
}

/// When everything was accepted the window of evaluation begins; the caller saves the order.
pub async fn after_progress(trade: &Trade, tx: &Tx<'_>, o: &mut Order) -> Result<()> {
    let lines = orders::lines(tx, o.id).await?;
    if o.next_command.is_none() && lines.iter().all(|l| l.accepted == l.quantity) {
        let due = trade.facts().clock("clock.evaluate", &o.region, &o.scope(), tx.now());
        (o.next_due, o.next_command) = (due.map(|d| d.at), due.map(|_| "close".to_owned()));
    }
    Ok(())
}

/// Accepted, paid and evaluated by both: the order is complete.
pub async fn maybe_complete(_: &Trade, tx: &Tx<'_>, id: i64) -> Result<()> {
    maybe_complete_in(tx, id).await
}

pub(crate) async fn maybe_complete_in(tx: &Tx<'_>, id: i64) -> Result<()> {
    let mut o = orders::any(tx, id).await?;
    let both = crate::evaluations::evaluations(tx, id).await?.len() == 2;
    if o.state == State::Performing && both && settled(tx, id).await? {
        complete(tx, &mut o).await?;
    }
    Ok(())
}

async fn settled(q: &dyn Query, id: i64) -> Result<bool> {
    let lines = orders::lines(q, id).await?;
    let all = lines.iter().all(|l| l.accepted == l.quantity);
    Ok(all && payable(q, id).await?.iter().all(|b| b.payable == 0))
}

async fn complete(tx: &Tx<'_>, o: &mut Order) -> Result<()> {
    step(o, Act::Complete)?;
    (o.next_due, o.next_command) = (None, None);
    orders::save(tx, o).await?;
    tx.journal(entry(o, "settlement", "order.completed", 0, json!({}))).await?;
    Ok(())
}

/// The window of evaluation is over: complete when paid, else look again in a day.
pub async fn close(tx: &Tx<'_>, o: &mut Order) -> Result<()> {
    const DAY: i64 = 86_400_000;
    if settled(tx, o.id).await? {
        return complete(tx, o).await;
    }
    o.next_due = Some(tx.now() + DAY);
    orders::save(tx, o).await?;
    tx.journal(entry(o, "settlement", "evaluation.closed", 0, json!({"unpaid": true}))).await?;
    Ok(())
}

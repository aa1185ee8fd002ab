//! Commands of settlement.
use super::{money, store};
use crate::Trade;
use crate::delivery::flow::separate;
use crate::orders::flow::{entry, mine};
use crate::orders::store as orders;
use base::access::Actor;
use kit::{Fail, Query, Result};
use rules::Fen;
use rules::calendar::{Day, day_of};
use rules::check::Verdict;
use rules::duty::Duty;
use rules::settlement::{InvoiceFacts, OrderFacts, check_invoice};
use serde_json::json;

/// An invoice as the supplier records it.
pub struct Invoice {
    /// Number.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// Seller on it.
    pub seller: String,
    /// Buyer on it.
    pub buyer: String,
    /// Amount, fen.
    pub amount: i64,
    /// Day on it.
    pub day: Day,
}

/// The supplier records an invoice; it is compared with the order at once. One that does not fit is refused.
pub async fn record_invoice(trade: &Trade, actor: &Actor, id: i64, i: &Invoice) -> Result<()> {
    trade
        .db()
        .write("invoice.record", |tx| {
            Box::pin(async move {
                let o = mine(tx, actor, Duty::SupplierOrders, id).await?;
                let (unit, seller) = (base::orgs::org(tx, o.unit).await?, base::orgs::org(tx, o.supplier).await?);
                let accepted: i64 = orders::lines(tx, id).await?.iter().map(|l| l.kept() * l.price).sum();
                let invoiced = invoiced(tx, id).await?;
                let facts = InvoiceFacts {
                    number: &i.number,
                    seller: &i.seller,
                    buyer: &i.buyer,
                    amount: Fen(i.amount),
                    day: i.day,
                };
                let order = OrderFacts {
                    seller: &seller.name,
                    buyer: &unit.name,
                    accepted: Fen(accepted),
                    invoiced: Fen(invoiced),
                    number_known: store::invoice_known(tx, &i.seller, &i.number).await?,
                    since: day_of(o.made_at),
                    today: day_of(tx.now()),
                };
                let findings = check_invoice(&facts, &order);
                if let Some(bad) = findings.iter().find(|f| f.verdict == Verdict::Block) {
                    return Err(Fail::field(
                        "invoice",
                        "invoice.differs",
                        format!("发票与订单不符：{}：{}。", bad.title, bad.figures),
                    ));
                }
                let kept: Vec<_> = findings.iter().map(|f| (f.title, f.verdict.key(), &f.figures)).collect();
                let new = store::NewInvoice {
                    order: id,
                    number: &i.number,
                    kind: &i.kind,
                    seller: &i.seller,
                    buyer: &i.buyer,
                    amount: i.amount,
                    day: i.day,
                    state: "checked",
                    findings: &json!(kept).to_string(),
                    person: actor.person,
                };
                if store::add_invoice(tx, &new).await? == 0 {
                    return Err(Fail::field("invoice", "invoice.duplicate", "这张发票刚刚登记过。"));
                }
                orders::tell(tx, o.unit, Duty::Accountant, id, &format!("订单 {} 已开发票，可以申请付款。", o.number))
                    .await?;
                tx.journal(entry(
                    &o,
                    "settlement",
                    "invoice.recorded",
                    actor.person,
                    json!({"amount": i.amount, "digest": invoice_digest(&new)}),
                ))
                .await?;
                Ok(())
            })
        })
        .await
}

async fn invoiced(q: &dyn Query, id: i64) -> Result<i64> {
    Ok(store::invoices(q, id).await?.iter().filter(|i| i.state == "checked").map(|i| i.amount).sum())
}

/// Applied for or paid so far.
async fn claimed(q: &dyn Query, id: i64) -> Result<i64> {
    Ok(store::payments(q, id).await?.iter().filter(|p| p.state != "declined").map(|p| p.amount).sum())
}

/// The clock of payment for a supplier: micro, small and medium ones have their own by law.
pub async fn pay_clock(q: &dyn Query, supplier: i64) -> Result<&'static str> {
    Ok(if store::supplier_size(q, supplier).await? == "large" { "clock.pay" } else { "clock.pay_sme" })
}

/// The digest of an invoice's facts that its entry holds.
fn invoice_digest(i: &store::NewInvoice<'_>) -> String {
    let facts = json!([i.number, i.kind, i.seller, i.buyer, i.amount, i.day]).to_string();
    kit::text::sha256(&[facts.as_bytes()])
}

/// The unit applies for a payment, at most what is accepted, invoiced and not yet applied for.
pub async fn apply(trade: &Trade, actor: &Actor, id: i64, amount: i64) -> Result<i64> {
    trade
        .db()
        .write("payment.apply", |tx| {
            Box::pin(async move {
                let o = orders::load(tx, &actor.scope(), id).await?;
                actor.must(&[Duty::Handler, Duty::Accountant])?;
                let accepted: i64 = orders::lines(tx, id).await?.iter().map(|l| l.kept() * l.price).sum();
                let open = accepted.min(invoiced(tx, id).await?) - claimed(tx, id).await?;
                if amount < 1 || amount > open {
                    let words = format!(
                        "可以申请的金额是 {}（已验收 {}，已开票 {}，已申请 {}），填的是 {}。",
                        Fen(open.max(0)).yuan(),
                        Fen(accepted).yuan(),
                        Fen(invoiced(tx, id).await?).yuan(),
                        Fen(claimed(tx, id).await?).yuan(),
                        Fen(amount).yuan()
                    );
                    return Err(Fail::field("amount", "payment.amount", words));
                }
                let at = crate::delivery::store::acceptances(tx, id).await?.last().map_or(tx.now(), |a| a.at);
                let key = pay_clock(tx, o.supplier).await?;
                let due = trade.facts().clock(key, &o.region, &o.scope(), at).map_or(at, |d| d.at);
                let payment = store::add_payment(tx, id, amount, due, actor.person).await?;
                // The version of the order counts the application, so two at once cannot both fit.
                orders::save(tx, &o).await?;
                orders::tell(
                    tx,
                    o.unit,
                    Duty::Accountant,
                    id,
                    &format!("订单 {} 申请付款 {}，请审批。", o.number, Fen(amount).yuan()),
                )
                .await?;
                tx.journal(entry(
                    &o,
                    "settlement",
                    "payment.applied",
                    actor.person,
                    json!({"amount": amount, "due_at": due}),
                ))
                .await?;
                Ok(payment)
            })
        })
        .await
}

/// The accountant approves; then the treasury is asked.
pub async fn approve(trade: &Trade, actor: &Actor, id: i64, payment: i64) -> Result<()> {
    decide(trade, actor, id, payment, true, "").await?;
    money::send(trade, payment).await
}

/// The accountant declines with a reason.
pub async fn decline(trade: &Trade, actor: &Actor, id: i64, payment: i64, reason: &str) -> Result<()> {
    decide(trade, actor, id, payment, false, reason).await
}

async fn decide(trade: &Trade, actor: &Actor, id: i64, payment: i64, yes: bool, note: &str) -> Result<()> {
    trade
        .db()
        .write("payment.decide", |tx| {
            Box::pin(async move {
                let o = mine(tx, actor, Duty::Accountant, id).await?;
                let p = store::payments(tx, id).await?.into_iter().find(|p| p.id == payment).ok_or(Fail::Hidden)?;
                if p.applied_by == actor.person {
                    let words = "不能审批自己申请的付款，请由另一位财务办理。";
                    return Err(Fail::refuse("settlement.own_approval", words));
                }
                separate(trade, tx, &o, actor, Duty::Accountant, "settlement.separate").await?;
                let (to, kind) = if yes { ("approved", "payment.approved") } else { ("declined", "payment.declined") };
                if store::move_payment(tx, payment, "applied", to, actor.person, note).await? == 0 {
                    return Err(Fail::refuse("payment.state", "这笔付款已经办理过了，请刷新页面。"));
                }
                tx.journal(entry(
                    &o,
                    "settlement",
                    kind,
                    actor.person,
                    json!({"payment": p.number, "amount": p.amount}),
                ))
                .await?;
                Ok(())
            })
        })
        .await
}

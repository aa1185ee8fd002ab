//! What time does to goods that were sent: they count as arrived when nobody says otherwise, and whoever has to accept them is
//! reminded, then reported to those above. So the clocks of acceptance and payment run although nobody registers an arrival
//! (保障中小企业款项支付条例 art. 10: a buyer who delays acceptance does not gain time).
use super::store;
use crate::Trade;
use crate::orders::flow::entry;
use crate::orders::{Order, store as orders};
use kit::fail::carried;
use kit::{Result, Tx};
use rules::calendar::{Ms, show_time};
use rules::duty::Duty;
use serde_json::json;

/// Shipments handled at a time.
const PIECE: usize = 100;

/// Looks at the shipments whose time has come; returns how many.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = 0;
    for id in store::due(trade.db(), trade.db().now(), PIECE).await? {
        let moved = trade.db().write("shipment.follow", |tx| Box::pin(step(trade, tx, id))).await;
        done += usize::from(carried("shipment", id, moved));
    }
    Ok(done)
}

async fn step(trade: &Trade, tx: &Tx<'_>, id: i64) -> Result<()> {
    let Some(s) = store::followed(tx, id, tx.now()).await? else { return Ok(()) };
    let o = orders::any(tx, s.order).await?;
    let clock = |key: &str, from: Ms| trade.facts().clock(key, &o.region, &o.scope(), from).map(|d| d.at);
    let Some(begins) = s.begins else {
        store::assume(tx, id, clock("clock.accept_warn", tx.now())).await?;
        let words = format!(
            "订单 {} 的货应该已经到了，还没有登记收货，从现在起按已到货计算验收期限；没有收到的，请在订单里点“没有收到”。",
            o.number
        );
        for duty in [Duty::Receiver, Duty::Handler] {
            orders::tell(tx, o.unit, duty, o.id, &words).await?;
        }
        return tx.journal(entry(&o, "delivery", "shipment.assumed", 0, json!({}))).await.map(|_| ());
    };
    let due = clock("clock.accept", begins);
    if s.reminded == 0 {
        store::remind(tx, id, 1, clock("clock.accept_escalate", begins)).await?;
        let until = due.map_or(String::new(), |d| format!("，期限 {}", show_time(d)));
        let words = format!("订单 {} 已到货，还没有验收，请尽快验收{until}。", o.number);
        orders::tell(tx, o.unit, Duty::Receiver, o.id, &words).await?;
        return tx.journal(entry(&o, "delivery", "acceptance.reminded", 0, json!({"due": due}))).await.map(|_| ());
    }
    store::remind(tx, id, 2, None).await?;
    let told = report(tx, trade, &o).await?;
    let data = json!({"due": due, "to": told.to_string()});
    tx.journal(entry(&o, "delivery", "acceptance.escalated", 0, data)).await.map(|_| ())
}

/// Tells the unit's signer, and who supervises the unit: the unit above it, or else the finance department of its place. Returns
/// which organisation, 0 when there is none.
async fn report(tx: &Tx<'_>, trade: &Trade, o: &Order) -> Result<i64> {
    let unit = base::orgs::org(tx, o.unit).await?;
    let words = format!("{}的订单 {} 到货后逾期没有验收，请督促。", unit.name, o.number);
    orders::tell(tx, o.unit, Duty::Signer, o.id, &words).await?;
    let facts = trade.facts();
    let above = match unit.parent {
        Some(parent) => Some((parent, Duty::Signer)),
        None => base::orgs::finance_contact(tx, &facts.path(&o.region)).await?.map(|c| (c.org, Duty::Regulator)),
    };
    let Some((org, duty)) = above else { return Ok(0) };
    orders::tell(tx, org, duty, o.id, &words).await?;
    Ok(org)
}

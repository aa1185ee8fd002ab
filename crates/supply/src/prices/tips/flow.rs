//! Pointing out, taking over, declining.
use super::store::{self, Tip};
use crate::Supply;
use crate::prices::flow::{self, Seen};
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx};
use rules::duty::Duty;
use serde_json::{Value, json};

/// Tips of one supplier that may wait at a time.
const OPEN_MAX: i64 = 50;

fn entry(t: i64, actor: &Actor, kind: &'static str, data: Value) -> Entry {
    Entry {
        region: actor.region.clone(),
        room: "prices",
        kind,
        subject: format!("tip/{t}"),
        actor: actor.person,
        via: "page",
        data,
    }
}

/// A supplier points a market price out. A second click finds the first one done.
pub async fn point_out(supply: &Supply, actor: &Actor, seen: &Seen) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    flow::sound(supply, seen)?;
    supply
        .db()
        .write("price.tip", |tx| {
            Box::pin(async move {
                crate::shelf::product(tx, seen.product).await?;
                if store::open(tx, actor.org).await? >= OPEN_MAX {
                    let words = format!("已有 {OPEN_MAX} 条等待核实，请等采购中心处理后再提供。");
                    return Err(Fail::refuse("price.tips", words));
                }
                if let Some(id) = store::add(tx, seen, actor.org, actor.person).await? {
                    let data = json!({
                        "product": seen.product.to_string(), "supplier": actor.org.to_string(), "source": seen.source,
                        "url": seen.url, "price": seen.price, "evidence": seen.digest,
                    });
                    tx.journal(entry(id, actor, "tip.made", data)).await?;
                }
                Ok(())
            })
        })
        .await
}

/// An office has looked and takes the price over as its own observation.
pub async fn take(supply: &Supply, actor: &Actor, id: i64) -> Result<()> {
    actor.must(&[Duty::Centre, Duty::Regulator])?;
    supply
        .db()
        .write("price.take_tip", |tx| {
            Box::pin(async move {
                let t = store::one(tx, id).await?;
                if decided(tx, &t, "taken", "", actor).await? {
                    flow::observe(tx, actor, &t.seen).await?;
                    tx.journal(entry(id, actor, "tip.taken", json!({"product": t.seen.product.to_string()}))).await?;
                }
                Ok(())
            })
        })
        .await
}

/// An office declines a tip, with a reason the supplier reads.
pub async fn decline(supply: &Supply, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    actor.must(&[Duty::Centre, Duty::Regulator])?;
    supply
        .db()
        .write("price.decline_tip", |tx| {
            Box::pin(async move {
                let t = store::one(tx, id).await?;
                if decided(tx, &t, "declined", reason, actor).await? {
                    let words = format!("您提供的“{}”市场价格没有采用：{reason}", t.title);
                    base::messages::tell(tx, t.supplier, Duty::SupplierAdmin, "/price-tips", &words).await?;
                    tx.journal(entry(id, actor, "tip.declined", json!({"reason": reason}))).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Decides a tip once; false for a second click, refused when another decided otherwise.
async fn decided(tx: &Tx<'_>, t: &Tip, state: &str, reason: &str, actor: &Actor) -> Result<bool> {
    if store::decide(tx, t.id, state, reason, actor.person).await? {
        return Ok(true);
    }
    if t.state == state {
        return Ok(false);
    }
    Err(Fail::refuse("price.tip_decided", "这条价格已经有人处理过了，请刷新页面。"))
}

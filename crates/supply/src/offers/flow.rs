//! A supplier changes its own offer: price, stock, on the shelf or off.
use super::store;
use crate::{Supply, filings};
use base::access::Actor;
use kit::{Entry, Fail, Result};
use serde_json::json;

/// What may change of an offer.
pub struct Change {
    /// Price of one, fen.
    pub price: i64,
    /// How many may be sold.
    pub stock: i64,
    /// On the shelf?
    pub listed: bool,
}

/// Changes an own offer. A price rise is filed for review while the rest takes effect; returns whether it was.
pub async fn change(supply: &Supply, actor: &Actor, offer: i64, c: Change) -> Result<bool> {
    if c.price <= 0 {
        return Err(Fail::field("price", "offer.price", "单价要大于 0。"));
    }
    if c.stock < 0 {
        return Err(Fail::field("stock", "offer.stock", "库存不能小于 0。"));
    }
    let c = &c;
    let (product, filed) = supply
        .db()
        .write("offer.change", |tx| {
            Box::pin(async move {
                let old = store::own(tx, actor.org, offer).await?;
                let filed = c.price > old.price && filings::rise(supply, tx, actor, &old, c.price).await?;
                let price = if filed { old.price } else { c.price };
                store::change(tx, &old, price, c.stock, c.listed).await?;
                tx.journal(Entry {
                    region: actor.region.clone(),
                    room: "offers",
                    kind: "offer.changed",
                    subject: format!("offer/{offer}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({
                        "offers": [offer.to_string()], "products": [old.product.to_string()], "price": price, "price_before": old.price,
                        "stock": c.stock, "listed": c.listed
                    }),
                })
                .await?;
                Ok((old.product, filed))
            })
        })
        .await?;
    // What was too dear and is not any more is sold again at once.
    crate::prices::check(supply, &[product]).await?;
    Ok(filed)
}

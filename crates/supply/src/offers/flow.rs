//! A supplier changes its own offer: price, stock, on the shelf or off.
use super::store;
use crate::Supply;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::Fen;
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

/// Changes an own offer; a price rise is refused here, it goes through a file and later through review.
pub async fn change(supply: &Supply, actor: &Actor, offer: i64, c: Change) -> Result<()> {
    if c.price <= 0 {
        return Err(Fail::field("price", "offer.price", "单价要大于 0。"));
    }
    if c.stock < 0 {
        return Err(Fail::field("stock", "offer.stock", "库存不能小于 0。"));
    }
    let c = &c;
    let product = supply
        .db()
        .write("offer.change", |tx| {
            Box::pin(async move {
                let old = store::own(tx, actor.org, offer).await?;
                if c.price > old.price {
                    let words = format!(
                        "这里只能降价：现价 {}，新价 {}。涨价请在“批量上传”里重新申报。",
                        Fen(old.price).yuan(),
                        Fen(c.price).yuan()
                    );
                    return Err(Fail::field("price", "offer.price_up", words));
                }
                store::change(tx, &old, c.price, c.stock, c.listed).await?;
                tx.journal(Entry {
                    region: actor.region.clone(),
                    room: "offers",
                    kind: "offer.changed",
                    subject: format!("offer/{offer}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({
                        "offers": [offer.to_string()], "products": [old.product.to_string()], "price": c.price, "price_before": old.price,
                        "stock": c.stock, "listed": c.listed
                    }),
                })
                .await?;
                Ok(old.product)
            })
        })
        .await?;
    // What was too dear and is not any more is sold again at once.
    crate::prices::check(supply, &[product]).await.map(|_| ())
}

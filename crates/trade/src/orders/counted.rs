//! What statistics need to know of an order and what may change afterwards: the journal keeps it as it was on the day on
//! which the contract took effect, so that every figure can be made again.
use super::store::{self, Order};
use crate::{Trade, settlement};
use kit::{Result, Tx};
use rules::calendar::day_of;
use serde_json::{Value, json};
use supply::{prices, venues};

/// Adds the supplier's size, and for each line what the market asked and the venues the product was in.
pub(super) async fn write_down(trade: &Trade, tx: &Tx<'_>, o: &Order, data: &mut Value) -> Result<()> {
    let lines = store::lines(tx, o.id).await?;
    let products: Vec<i64> = lines.iter().map(|l| l.product).filter(|p| *p != 0).collect();
    let market = prices::references_by(trade, tx, &o.region, &products).await?;
    let within = venues::of_products(tx, &o.region, &products, day_of(tx.now())).await?;
    data["size"] = json!(settlement::supplier_size(tx, o.supplier).await?);
    for (l, kept) in lines.iter().zip(data["lines"].as_array_mut().into_iter().flatten()) {
        if let Some(r) = market.get(&l.product) {
            kept["market"] = json!(r.price);
        }
        if let Some(keys) = within.get(&l.product) {
            kept["venues"] = json!(keys);
        }
    }
    Ok(())
}

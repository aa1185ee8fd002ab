//! What the goods on sale answer to requirements, by their attributes.
use super::super::store;
use crate::Trade;
use crate::projects::store as headers;
use kit::Result;
use rules::auction::{Demand, shut_out};
use supply::shelf::{self, Product};

/// Products of a category that are looked at.
const GOODS_MAX: usize = 5_000;

/// A product on sale, who sells it, and its answer to each requirement.
pub(super) type Answered = (Product, Vec<i64>, Vec<Option<String>>);

/// The answers that products of a category give by their attributes.
pub(super) async fn answers(trade: &Trade, category: &str, demands: &[Demand]) -> Result<Vec<Answered>> {
    let found = shelf::in_category(trade.db(), base::facts::short_code(category), GOODS_MAX).await?;
    let answer = |attrs: &[(String, String)], d: &Demand| {
        let name = rules::naming::fold(&d.name);
        attrs.iter().find(|(k, _)| rules::naming::fold(k) == name).map(|(_, v)| v.clone())
    };
    let answered = |(p, who): (Product, Vec<i64>)| {
        let row = demands.iter().map(|d| answer(&p.attrs, d)).collect();
        (p, who, row)
    };
    Ok(found.into_iter().map(answered).collect())
}

/// How many goods on sale meet everything that an auction asks, and how many of its category are on sale; None where it asks
/// for one product by name. As of now: whoever follows the journal asks within moments of publication.
pub async fn fit(trade: &Trade, id: i64) -> Result<Option<(usize, usize)>> {
    let a = store::get(trade.db(), id).await?;
    if a.product != 0 || a.demands.is_empty() {
        return Ok(None);
    }
    let category = headers::any(trade.db(), id).await?.category;
    let rows: Vec<_> = answers(trade, &category, &a.demands).await?.into_iter().map(|(.., row)| row).collect();
    Ok(Some((shut_out(&a.demands, &rows).0, rows.len())))
}

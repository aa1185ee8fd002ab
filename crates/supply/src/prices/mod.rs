//! 价格监控: prices seen outside the mall, the reference price they make, and who asks more than it.
//!
//! An observation names its source, its address, its day and the SHA-256 of the evidence; it is never changed, only
//! withdrawn with a reason. How many sources make a reference, how old they may be and where the bands begin is said by the
//! rulebook (`price.*`). Reference and band are computed when asked, from observations and rules of that day. Once a day, and
//! when a supplier changes a price, every observed offer is looked at and what the rulebook says about its band is done.

mod feed;
mod flow;
mod pages;
mod store;
mod tips;
mod watch;

pub use flow::{Seen, record, withdraw};
pub use pages::routes;
pub use store::Observation;
pub use tips::count_waiting as waiting;
pub use watch::{check, check_all, run_due};

use crate::Supply;
use kit::{Query, Result};
use rules::calendar::day_of;
use rules::price::{Observed, Reference, Terms, reference, terms};
use std::collections::HashMap;

/// Reference prices of products at a place today; products of which too little is known are missing.
pub async fn references(supply: &Supply, region: &str, products: &[i64]) -> Result<HashMap<i64, Reference>> {
    references_by(supply, supply.db(), region, products).await
}

/// The same, read through a transaction.
pub async fn references_by(
    supply: &Supply,
    q: &dyn Query,
    region: &str,
    products: &[i64],
) -> Result<HashMap<i64, Reference>> {
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let Some(terms) = terms(&facts.rulebook, &facts.path(region), today) else { return Ok(HashMap::new()) };
    let found = store::since(q, products, i64::from(today) - terms.age_days_max).await?;
    let mut by_product: HashMap<i64, Vec<&Observation>> = HashMap::new();
    for o in &found {
        by_product.entry(o.product).or_default().push(o);
    }
    let made = by_product.into_iter().filter_map(|(p, list)| Some((p, of_list(&list, today, terms)?)));
    Ok(made.collect())
}

fn of_list(list: &[&Observation], today: rules::calendar::Day, terms: Terms) -> Option<Reference> {
    let seen: Vec<Observed<'_>> = list
        .iter()
        .filter(|o| o.withdrawn.is_empty())
        .map(|o| Observed { source: &o.source, day: o.day, price: o.price })
        .collect();
    reference(&seen, today, terms)
}

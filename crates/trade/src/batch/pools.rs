//! Proposals to pool: several units of an area have the same product in their carts. Who they are stays hidden until each
//! agrees; then the centre of the area is told and opens a round.
use super::store;
use crate::Trade;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::duty::Duty;
use serde_json::json;

/// A proposal runs so long, ms.
const RUNS: i64 = 30 * 86_400_000;

/// A proposal as a cart shows it.
pub struct Proposal {
    /// Product.
    pub product: i64,
    /// What it is.
    pub title: String,
    /// How many other units want it.
    pub others: i64,
    /// What this unit answered.
    pub answer: Option<bool>,
    /// Units that agreed, once this one has and somebody else too.
    pub agreed: Vec<String>,
}

/// The city a region belongs to: pools do not cross it.
fn city<'a>(path: &[&'a str]) -> &'a str {
    path.get(1).or(path.first()).copied().unwrap_or_default()
}

/// What this person's cart shares with carts of other units nearby.
pub async fn proposals(trade: &Trade, actor: &Actor) -> Result<Vec<Proposal>> {
    let facts = trade.facts();
    let region = city(&facts.path(&actor.region)).to_owned();
    let (db, mut out) = (trade.db(), Vec::new());
    for (product, units) in store::in_carts(db, base::facts::short_code(&region), actor.person).await? {
        let answer = store::own_answer(db, &region, product, actor.org, db.now()).await?;
        let mut agreed = Vec::new();
        if let Some((pool, true)) = answer {
            let who: Vec<i64> = store::agreed(db, pool).await?.into_iter().map(|(u, _)| u).collect();
            if who.len() > 1 {
                agreed = base::orgs::names(db, &who).await?.into_values().collect();
                agreed.sort();
            }
        }
        let title = supply::shelf::product(db, product).await?.title;
        out.push(Proposal { product, title, others: units - 1, answer: answer.map(|(_, yes)| yes), agreed });
    }
    Ok(out)
}

/// A unit agrees to pool its need, or declines.
pub async fn answer(trade: &Trade, actor: &Actor, product: i64, yes: bool) -> Result<()> {
    let facts = trade.facts();
    let path = facts.path(&actor.region);
    let region = city(&path).to_owned();
    let quantity = store::cart_quantity(trade.db(), actor.person, product).await?;
    if quantity == 0 {
        return Err(Fail::refuse("pool.empty", "采购车里已经没有这个商品。"));
    }
    let title = supply::shelf::product(trade.db(), product).await?.title;
    let (region, title) = (&region, &title);
    trade
        .db()
        .write("pool.answer", |tx| {
            Box::pin(async move {
                let pool = store::pool(tx, region, product, title, tx.now() + RUNS).await?;
                store::answer_pool(tx, pool, actor.org, actor.person, quantity, yes).await?;
                let agreed = store::agreed(tx, pool).await?;
                if yes && agreed.len() > 1 {
                    let sum: i64 = agreed.iter().map(|(_, q)| q).sum();
                    let words = format!("{} 家单位愿意合并采购“{title}”，共 {sum}。可以开一批批量采购。", agreed.len());
                    for centre in base::orgs::of_kind(tx, "centre", region).await? {
                        let link = format!("/batch/new?product={product}");
                        base::messages::tell(tx, centre, Duty::Centre, &link, &words).await?;
                    }
                }
                let e = Entry {
                    region: actor.region.clone(),
                    room: "batch",
                    kind: "pool.answered",
                    subject: format!("pool/{pool}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({"yes": yes, "agreed": agreed.len()}),
                };
                tx.journal(e).await?;
                Ok(())
            })
        })
        .await
}

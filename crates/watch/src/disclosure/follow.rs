//! The follower that publishes.
use super::deals::store::{self as prices, Deal};
use super::make;
use super::store::{self, Notice};
use crate::Watch;
use kit::journal::{self, Recorded};
use kit::{Result, Tx};
use rules::conduct::State;
use serde_json::Value;

/// Name of this projection.
pub const PROJECTION: &str = "disclosure";
/// Entries of one transaction.
const PIECE: i64 = 200;

/// Follows the journal by one piece; returns how many entries were seen.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let from = journal::position(watch.db(), PROJECTION).await?;
    let entries = journal::after(watch.db(), from, PIECE).await?;
    let Some(last) = entries.last().map(|e| e.seq) else { return Ok(0) };
    let entries = &entries;
    watch
        .db()
        .upkeep("disclosure.follow", |tx| {
            Box::pin(async move {
                // Another node may have done this piece meanwhile; then there is nothing to do.
                if !journal::advance(tx, PROJECTION, from, last).await? {
                    return Ok(());
                }
                apply(watch, tx, entries).await
            })
        })
        .await?;
    Ok(entries.len())
}

/// Publishes what these entries say.
pub async fn apply(watch: &Watch, tx: &Tx<'_>, entries: &[Recorded]) -> Result<()> {
    for e in entries {
        e.whole(rules::erasure::may)?;
        one(watch, tx, e).await?;
    }
    Ok(())
}

/// Forgets what was made and makes it again from the first entry. Returns how many entries were read.
pub async fn rebuild(watch: &Watch) -> Result<usize> {
    watch
        .db()
        .upkeep("disclosure.clear", |tx| {
            Box::pin(async move {
                store::clear(tx).await?;
                journal::forget(tx, PROJECTION).await
            })
        })
        .await?;
    let mut seen = 0;
    loop {
        match follow(watch).await? {
            0 => return Ok(seen),
            n => seen += n,
        }
    }
}

/// What one entry brings about. State secrets bring about nothing.
async fn one(watch: &Watch, tx: &Tx<'_>, e: &Recorded) -> Result<()> {
    if e.data["secret"] == "state" {
        return Ok(());
    }
    let notice = match e.kind.as_str() {
        "contract.concluded" => {
            deals(tx, e).await?;
            Some(make::contract(e))
        }
        "order.confirmed" => make::result(e),
        "acceptance.recorded" => make::acceptance(e),
        "order.cancelled" if !e.data["contract"].is_null() => {
            prices::drop_deals(tx, make::subject_id(e)).await?;
            Some(make::cancelled(e))
        }
        "auction.published" => Some(make::auction(e)),
        "auction.awarded" => make::awarded(e),
        "auction.failed" | "auction.cancelled" => Some(make::ended(e)),
        "agreement.made" | "agreement.ended" => Some(make::agreement(e)),
        "agreement.joined" | "agreement.left" => make::member(e),
        "job.ordered" => make::job(e),
        "batch.opened" => Some(make::round(e)),
        "batch.shared" | "batch.failed" | "batch.cancelled" => Some(make::round_over(e)),
        "conduct.moved" => return conduct(watch, tx, e).await,
        "inspection.closed" => make::inspection(e),
        "notice.corrected" | "notice.withdrawn" => return acted(tx, e).await,
        _ => None,
    };
    let Some(mut n) = notice else { return Ok(()) };
    n.owner = store::owner(tx, &e.subject).await?;
    store::publish(tx, &of_office(watch, n)).await
}

/// A notice of the office of a region, under its name.
fn of_office(watch: &Watch, mut n: Notice) -> Notice {
    if n.unit.is_empty() {
        n.unit = format!("{}集中采购机构", watch.facts().region_name(&n.region));
    }
    n
}

/// Prices of what was bought. What came without a product of the catalogue has no price to compare, and a secret is none.
async fn deals(tx: &Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    if d["secret"].as_str().is_some_and(|s| !s.is_empty()) {
        return Ok(());
    }
    let id = |v: &Value| v.as_i64().or_else(|| v.as_str()?.parse().ok()).unwrap_or(0);
    let lines = d["lines"].as_array().into_iter().flatten().enumerate();
    for (i, l) in lines.filter(|(_, l)| id(&l["product"]) != 0) {
        let deal = Deal {
            product: id(&l["product"]),
            orders: make::subject_id(e),
            region: e.region.clone(),
            unit: make::text(d, "unit"),
            supplier: make::text(d, "supplier"),
            price: l["price"].as_i64().unwrap_or(0),
            quantity: l["quantity"].as_i64().unwrap_or(0),
            at: d["signed_at"].as_i64().unwrap_or(e.at),
        };
        prices::add_deal(tx, e.id, i as i64, &deal).await?;
    }
    Ok(())
}

/// A decided case is told; one that was revoked or made good is taken back, as from the exposure list.
async fn conduct(watch: &Watch, tx: &Tx<'_>, e: &Recorded) -> Result<()> {
    let state = |key: &str| e.data[key].as_str().and_then(State::of);
    let (Some(from), Some(to)) = (state("from"), state("to")) else { return Ok(()) };
    match (from.holds(), to.holds()) {
        (false, true) => match make::conduct(e) {
            Some(n) => store::publish(tx, &of_office(watch, n)).await,
            None => Ok(()),
        },
        (true, false) => {
            let reason = if to == State::Revoked { "处理已经撤销" } else { "已经整改合格，恢复诚信" };
            match store::of_entry_kind(tx, "conduct", &make::conduct_title(&e.data)).await? {
                Some(id) => store::became(tx, id, "withdrawn", reason, e.at).await,
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Somebody corrected or withdrew a notice.
async fn acted(tx: &Tx<'_>, e: &Recorded) -> Result<()> {
    let old = store::notice(tx, make::subject_id(e)).await?;
    let reason = make::text(&e.data, "reason");
    if e.kind == "notice.withdrawn" {
        return store::became(tx, old.id, "withdrawn", &reason, e.at).await;
    }
    store::became(tx, old.id, "corrected", &reason, e.at).await?;
    store::publish(tx, &make::correction(e, &old)).await
}

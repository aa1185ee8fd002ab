//! The follower that writes what is counted.
use super::store::{self, Change, Counted, Line};
use crate::Watch;
use kit::journal::{self, Recorded};
use kit::{Query, Result, Tx};
use rules::calendar::{Ms, day_of};
use rules::price::quartiles;
use rules::rulebook::Scope;
use rules::statistics::{Clock, End};
use serde_json::Value;

/// Name of this projection.
pub const PROJECTION: &str = "statistics";
/// Entries of one transaction.
const PIECE: i64 = 500;
/// Deals before a deal that make the median paid: of so many days, at least and at most so many.
const PAID_DAYS: i32 = 365;
const PAID_LEAST: usize = 3;
const PAID_MAX: usize = 101;

/// Follows the journal by one piece and brings this node's memory up to it; returns how many entries were seen. It stays behind
/// the notices: a contract's page is its notice.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let db = watch.db();
    let from = journal::position(db, PROJECTION).await?;
    let bound = journal::position(db, crate::disclosure::PROJECTION).await?;
    let mut entries = journal::after(db, from, PIECE).await?;
    entries.retain(|e| e.seq <= bound);
    let Some(last) = entries.last().map(|e| e.seq) else {
        // Another node may have moved on.
        watch.desk().refresh(watch, from).await?;
        return Ok(0);
    };
    let entries = &entries;
    db.upkeep("statistics.follow", |tx| {
        Box::pin(async move {
            // Another node may have done this piece meanwhile; then there is nothing to do.
            if !journal::advance(tx, PROJECTION, from, last).await? {
                return Ok(());
            }
            for e in entries {
                e.whole(rules::erasure::may)?;
                let Some(id) = e.subject.strip_prefix("order/").and_then(|s| s.parse().ok()) else { continue };
                match e.kind.as_str() {
                    "contract.concluded" => concluded(watch, tx, e, id).await?,
                    "shipment.received"
                    | "shipment.assumed"
                    | "shipment.missing"
                    | "acceptance.recorded"
                    | "payment.paid"
                    | "return.done"
                    | "order.cancelled" => {
                        moved(watch, tx, e, id).await?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    })
    .await?;
    watch.desk().refresh(watch, last).await?;
    Ok(entries.len())
}

/// Forgets what was counted and counts it again from the first entry. Returns how many entries were read.
pub async fn rebuild(watch: &Watch) -> Result<usize> {
    watch
        .db()
        .upkeep("statistics.clear", |tx| {
            Box::pin(async move {
                store::clear(tx).await?;
                journal::forget(tx, PROJECTION).await
            })
        })
        .await?;
    watch.desk().forget().await;
    let mut seen = 0;
    loop {
        match follow(watch).await? {
            0 => return Ok(seen),
            n => seen += n,
        }
    }
}

fn seconds(at: Ms) -> u32 {
    u32::try_from(at / 1000).unwrap_or(u32::MAX)
}

/// A deadline that begins at a moment; one that never ends when the rulebook says nothing.
fn begun(watch: &Watch, key: &str, c: &Counted, at: Ms) -> Clock {
    let scope = Scope { mode: Some(&c.mode), form: Some(&c.form), ..Scope::default() };
    let due = watch.facts().clock(key, &c.region, &scope, at).map_or(0, |d| seconds(d.at));
    Clock { due, end: End::Open }
}

/// A deadline whose obligation is met at a moment.
fn ended(c: Clock, at: Ms) -> Clock {
    match c {
        Clock { due, end: End::Open } if due != 0 && seconds(at) > due => Clock { due, end: End::Late },
        Clock { due, end: End::Open } if due != 0 => Clock { due, end: End::Kept },
        other => other,
    }
}

/// Goods are accepted whose arrival nobody registered: they were there by then. Accepted in time they were delivered in time;
/// accepted later, nobody knows, and the supplier is not blamed for it.
fn found(c: Clock, at: Ms) -> Clock {
    match c {
        Clock { due, end: End::Open } if due != 0 && seconds(at) > due => Clock::default(),
        other => ended(other, at),
    }
}

/// An obligation arises again: one that was kept runs anew, one that was missed stays missed.
fn again(old: Clock, new: Clock) -> Clock {
    match old.end {
        End::Open if old.due != 0 => old,
        End::Late => old,
        _ => new,
    }
}

/// Goods turn out not to have arrived then: a deadline that runs for them does not run, and what was accepted before was in time.
fn back(old: Clock, accepted: i64) -> Clock {
    match (old.end, accepted > 0) {
        (End::Open, true) => Clock { end: End::Kept, ..old },
        (End::Open, false) => Clock::default(),
        _ => old,
    }
}

async fn concluded(watch: &Watch, tx: &Tx<'_>, e: &Recorded, id: i64) -> Result<()> {
    let d = &e.data;
    // Sums of a station would tell what a contract with secret clauses does not.
    if d["secret"].as_str().is_some_and(|s| !s.is_empty()) {
        return Ok(());
    }
    let Some(o) = store::order(tx, id).await? else { return Ok(()) };
    let signed = d["signed_at"].as_i64().unwrap_or(e.at);
    // Entries of before statistics do not say the size; then today's is the best there is.
    let size = match d["size"].as_str() {
        Some(size) => size.to_owned(),
        None => trade::settlement::supplier_size(tx, o.supplier).await?,
    };
    let mut c = Counted {
        orders: id,
        seq: e.seq,
        since: e.seq,
        gone: 0,
        notice: e.id,
        day: day_of(signed),
        region: e.region.clone(),
        unit: o.unit,
        supplier: o.supplier,
        mode: o.mode.clone(),
        form: o.form.clone(),
        size,
        quotes: store::quotes(tx, &o).await?,
        amount: d["total"].as_i64().unwrap_or(0),
        accepted: 0,
        paid: 0,
        clocks: [Clock::default(); 4],
    };
    let publish = Clock { due: d["publish_due"].as_i64().map_or(0, seconds), end: End::Open };
    c.clocks[0] = ended(publish, e.at);
    c.clocks[1] = begun(watch, "clock.deliver", &c, signed);
    store::add(tx, &c).await?;
    let lines = store::lines(tx, id).await?;
    let kept: Vec<&Value> = d["lines"].as_array().into_iter().flatten().collect();
    let mut left = o.ceiling;
    for (n, l) in lines.iter().enumerate() {
        let noted = kept.get(n).copied().unwrap_or(&Value::Null);
        let venues: Vec<&str> = noted["venues"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        // The ceiling of a procedure covers all its lines; each has its part of it, the last one the rest.
        let part = match n + 1 == lines.len() {
            true => left,
            false => (i128::from(o.ceiling) * i128::from(l.amount()) / i128::from(c.amount.max(1))) as i64,
        };
        left -= part;
        let line = Line {
            // Goods that a procedure brought have no price on the shelf.
            list: if o.project { 0 } else { l.listed * l.quantity },
            market: noted["market"].as_i64().unwrap_or(0) * l.quantity,
            paid: paid_before(tx, e.seq, c.day, l.product).await? * l.quantity,
            ceiling: part,
            venues: venues.join(" "),
        };
        store::add_line(tx, &c, n as i64, l, &line).await?;
    }
    Ok(())
}

/// The median of what was paid for a product in the year before an entry; 0 when that is not known.
async fn paid_before(q: &dyn Query, seq: i64, day: i32, product: i64) -> Result<i64> {
    if product == 0 {
        return Ok(0);
    }
    let prices = store::paid(q, product, seq, day - PAID_DAYS, PAID_MAX).await?;
    if prices.len() < PAID_LEAST {
        return Ok(0);
    }
    Ok(quartiles(&prices).map_or(0, |q| q[1]))
}

/// What happens to an order that counts.
async fn moved(watch: &Watch, tx: &Tx<'_>, e: &Recorded, id: i64) -> Result<()> {
    let Some(mut c) = store::one(tx, id).await? else { return Ok(()) };
    let d = &e.data;
    let amount = d["amount"].as_i64().unwrap_or(0);
    let [_, deliver, accept, pay] = &mut c.clocks;
    match e.kind.as_str() {
        "shipment.received" => {
            *deliver = if deliver.end == End::Kept { Clock { end: End::Open, ..*deliver } } else { *deliver };
            *deliver = ended(*deliver, e.at);
            // They had counted as arrived already: now it is known when they did.
            let old = if d["assumed"] == true { back(*accept, c.accepted) } else { *accept };
            c.clocks[2] = again(old, begun(watch, "clock.accept", &c, e.at));
        }
        // Nobody registered the goods: they count as arrived for those who have to accept them, not for who delivered them.
        "shipment.assumed" => {
            let old = *accept;
            c.clocks[2] = again(old, begun(watch, "clock.accept", &c, e.at));
        }
        "shipment.missing" if d["there"] != true => *accept = back(*accept, c.accepted),
        "shipment.missing" => {}
        "acceptance.recorded" => {
            *deliver = found(*deliver, e.at);
            *accept = ended(*accept, e.at);
            c.accepted += amount;
            if amount > 0 {
                let key = if c.size == "large" { "clock.pay" } else { "clock.pay_sme" };
                let old = *pay;
                c.clocks[3] = again(old, begun(watch, key, &c, e.at));
            }
        }
        "payment.paid" => {
            c.paid += amount;
            if c.paid >= c.accepted {
                *pay = ended(*pay, e.at);
            }
        }
        "return.done" => {
            c.accepted -= amount;
            c.paid -= d["refunded"].as_i64().unwrap_or(0);
        }
        _ => c.gone = e.seq,
    }
    store::save(tx, &Change { seq: e.seq, c: &c }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_goods_have_arrived_and_nobody_is_blamed_for_what_is_not_known() {
        let open = Clock { due: 100, end: End::Open };
        assert_eq!(found(open, 100_000), Clock { due: 100, end: End::Kept });
        assert_eq!(found(open, 101_000), Clock::default(), "later than due, and no arrival is registered");
        let late = Clock { due: 100, end: End::Late };
        assert_eq!(found(late, 90_000), late, "a registered arrival says more");
        assert_eq!(found(Clock::default(), 1), Clock::default());
    }

    #[test]
    fn goods_that_did_not_arrive_start_no_clock() {
        let open = Clock { due: 100, end: End::Open };
        assert_eq!(back(open, 0), Clock::default());
        assert_eq!(back(open, 5), Clock { due: 100, end: End::Kept }, "the part before was accepted in time");
        let late = Clock { due: 100, end: End::Late };
        assert_eq!(back(late, 5), late);
    }
}

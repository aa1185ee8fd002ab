//! What is counted of each order, compared with the entries it was counted from and with the order.
mod store;

use super::told::Told;
use crate::ledger::log::Found;
use crate::statistics::PROJECTION;
use kit::journal;
use kit::{Query, Result};
use serde_json::Value;
use store::Counted;

/// Rows read at a time.
const PIECE: i64 = 500;
/// A row that moves all the time is looked at so often; then it is left to the next audit.
const LOOKS: usize = 5;

/// Names the rows of statistics that say otherwise than the journal up to which they were counted.
pub async fn compare(q: &dyn Query, out: &mut Found) -> Result<()> {
    let mut after = 0;
    loop {
        let piece = store::counted(q, after, PIECE).await?;
        let Some(last) = piece.last().map(|c| c.orders) else { break };
        out.rows += piece.len();
        for c in piece {
            one(q, c, out).await?;
        }
        after = last;
    }
    for id in store::uncounted(q, journal::position(q, PROJECTION).await?).await? {
        out.say(format!("stat_deal {id} is missing, the journal says it"));
    }
    Ok(())
}

/// A row that seems to differ is looked at again as long as the follower moves.
async fn one(q: &dyn Query, first: Counted, out: &mut Found) -> Result<()> {
    let id = first.orders;
    if differs(q, &first, journal::position(q, PROJECTION).await?).await?.is_none() {
        return Ok(());
    }
    for _ in 0..LOOKS {
        // Row and position are of one moment when the position is the same before and after.
        let end = journal::position(q, PROJECTION).await?;
        let row = store::counted(q, id - 1, 1).await?.into_iter().find(|c| c.orders == id);
        let still = journal::position(q, PROJECTION).await? == end;
        let Some(row) = row else { return Ok(()) };
        match differs(q, &row, end).await? {
            Some(what) if still => {
                out.say(what);
                return Ok(());
            }
            Some(_) => {}
            None => return Ok(()),
        }
    }
    Ok(())
}

async fn differs(q: &dyn Query, c: &Counted, end: i64) -> Result<Option<String>> {
    let named = format!("stat_deal {}", c.orders);
    let mut entries = journal::about(q, &format!("order/{}", c.orders)).await?;
    entries.retain(|e| e.seq > 0 && e.seq <= end);
    let Some(e) = entries.iter().find(|e| e.kind == "contract.concluded") else {
        return Ok(Some(format!("{named} comes from no entry of the journal")));
    };
    let mut told = Told::default();
    entries.iter().for_each(|e| told.hear(e));
    let d = &e.data;
    let (mut accepted, mut paid, mut gone, mut last) = (0, 0, 0, e.seq);
    for x in entries.iter().filter(|x| x.seq > e.seq) {
        let sum = |key: &str| x.data[key].as_i64().unwrap_or(0);
        match x.kind.as_str() {
            "acceptance.recorded" => accepted += sum("amount"),
            "payment.paid" => paid += sum("amount"),
            "return.done" => (accepted, paid) = (accepted - sum("amount"), paid - sum("refunded")),
            "order.cancelled" => gone = x.seq,
            "shipment.received" | "shipment.assumed" | "shipment.missing" => {}
            _ => continue,
        }
        last = x.seq;
    }
    let signed = d["signed_at"].as_i64().unwrap_or(e.at);
    let size = d["size"].as_str().unwrap_or(&c.size);
    let kind = told.kept.kind.clone().unwrap_or_else(|| c.kind.clone());
    let same = c.since == e.seq
        && c.seq == last
        && c.gone == gone
        && c.notice == e.id
        && c.day == i64::from(rules::calendar::day_of(signed))
        && c.region == e.region
        && (c.unit, c.supplier) == told.sides
        && c.kind == kind
        && c.size == size
        && c.amount == d["total"].as_i64().unwrap_or(0)
        && c.accepted == accepted
        && c.paid == paid
        && c.publish_due == d["publish_due"].as_i64().map_or(0, |ms| ms / 1000);
    if !same {
        return Ok(Some(format!("{named} differs from what the journal says")));
    }
    let lines = d["lines"].as_array().map_or(&[][..], Vec::as_slice);
    let fits = |(is, said): (&store::CountedLine, &Value)| line_fits(is, said) && is.counts == (c.day, c.since, c.gone);
    let wrong = match c.lines.iter().zip(lines).position(|pair| !fits(pair)) {
        None if c.lines.len() == lines.len() => return Ok(None),
        found => found.unwrap_or(lines.len().min(c.lines.len())),
    };
    Ok(Some(format!("stat_line {}/{wrong} differs from what the journal says", c.orders)))
}

fn line_fits(is: &store::CountedLine, said: &Value) -> bool {
    let n = |key: &str| said[key].as_i64().unwrap_or(0);
    let venues: Vec<&str> = said["venues"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let product = said["product"].as_str().and_then(|p| p.parse().ok()).unwrap_or(0);
    is.product == product
        && is.quantity == n("quantity")
        && is.amount == n("price") * n("quantity")
        && is.market == n("market") * n("quantity")
        && is.venues == venues.join(" ")
        && is.category == base::facts::second_level(&is.ordered)
}

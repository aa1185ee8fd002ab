//! The mall's own outages: measured by its pulse, made good to every event that was about to end, alike.
use super::flow::entry;
use super::store;
use crate::Trade;
use crate::projects::store as headers;
use kit::Result;
use rules::calendar::day_of;
use rules::rulebook::Scope;
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const AUCTION: Scope<'static> = Scope { mode: None, form: Some("auction"), category: None, amount: None };

/// The pulse is taken this often.
const EVERY: Duration = Duration::from_secs(5);

/// When this process last took the mall's pulse, by a clock that nobody sets.
#[derive(Default)]
pub struct Pulse {
    last: Mutex<Option<Instant>>,
}

/// Notes that the mall lives; first makes good the time in which no process did. Returns the events that got time back.
///
/// Called before anything due is run: an event that would have ended while the mall was away is prolonged, not closed.
/// A wall clock that was set is no outage: within one process the time that really passed decides.
pub async fn beat(trade: &Trade) -> Result<usize> {
    let last = *trade.pulse().last.lock().unwrap_or_else(PoisonError::into_inner);
    let passed = last.map(|t| t.elapsed());
    if passed.is_some_and(|p| p < EVERY) {
        return Ok(0);
    }
    let (now, known) = (trade.db().now(), store::last_beat(trade.db()).await?);
    let gap = minutes(trade, "auction.outage_minutes", 1, now);
    let away = passed.is_none_or(|p| p.as_millis() as i64 > gap);
    let done = if away && known > 0 && now - known > gap { make_good(trade, known, now).await? } else { 0 };
    note(trade).await?;
    Ok(done)
}

/// Notes that the mall lives now, without asking since when.
pub async fn note(trade: &Trade) -> Result<()> {
    let now = trade.db().now();
    let node = kit::text::sha256(&[trade.settings().data.to_string_lossy().as_bytes()]);
    let node = &node[..16];
    trade.db().upkeep("pulse", |tx| Box::pin(async move { store::beat(tx, node, now).await })).await?;
    *trade.pulse().last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    Ok(())
}

fn minutes(trade: &Trade, key: &str, or: i64, at: i64) -> i64 {
    let facts = trade.facts();
    facts.number(key, &facts.root, &AUCTION, day_of(at), or) * 60_000
}

/// Gives the time from `from` to `to`, and a grace, back to every event that was in its last minutes then.
pub async fn make_good(trade: &Trade, from: i64, to: i64) -> Result<usize> {
    let window = minutes(trade, "auction.outage_window_minutes", 30, to);
    let grace = minutes(trade, "auction.outage_grace_minutes", 5, to);
    let mut done = 0;
    for id in store::ending(trade.db(), from, to + window).await? {
        let given = trade
            .db()
            .write("auction.outage", |tx| {
                Box::pin(async move {
                    let mut p = headers::any(tx, id).await?;
                    // Two processes may find the same outage; the time is given once.
                    if p.state != "live" || store::outage_since(tx, id, from).await? {
                        return Ok(false);
                    }
                    let a = store::get(tx, id).await?;
                    let mut book = store::book(tx, &a).await?;
                    let happened = book.outage(from, to, grace);
                    store::advance(tx, id, a.version, &book).await?;
                    let data = json!({"from": from, "to": to, "grace": grace, "until": book.until()});
                    let entry = tx.journal(entry(&p, "auction.outage", 0, data)).await?;
                    store::add_event(tx, entry, id, book.quotes(), &happened).await?;
                    p.next_due = book.next_change();
                    headers::save(tx, &mut p).await?;
                    Ok(true)
                })
            })
            .await?;
        done += usize::from(given);
    }
    Ok(done)
}

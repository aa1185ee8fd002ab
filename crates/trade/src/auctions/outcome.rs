//! How a closed auction was decided, as the public may read it: every bidder's last quote under its alias, checks, exclusions, ranking.
use super::close;
use super::record;
use super::store;
use crate::projects::store as headers;
use kit::{Query, Result};
use rules::auction::Phase;
use std::collections::HashMap;

/// One bidder's part.
#[derive(Clone, Debug)]
pub struct Bid {
    /// Name in the public record until the award.
    pub alias: String,
    /// Who; public only once somebody was awarded.
    pub supplier: i64,
    /// The last quote, fen; None for a seal that held nothing readable.
    pub amount: Option<i64>,
    /// When it came, ms UTC.
    pub at: i64,
    /// Place by amount among quotes that stand, from 1; 0 for none.
    pub place: i64,
    /// Brand and model offered.
    pub goods: String,
    /// Was the response to the demands found in order? None before it was looked at.
    pub passed: Option<bool>,
    /// In what way it was abnormally low, in words; empty for not.
    pub abnormal: String,
    /// `response` or `abnormal` for who is out, empty for who is in.
    pub out: &'static str,
    /// The reason given for a check or an exclusion.
    pub reason: String,
}

/// A closed auction.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Whose secret some clauses are; empty for none.
    pub secret: String,
    /// State of the header, see [`rules::auction::State`].
    pub state: String,
    /// Highest total allowed, fen.
    pub ceiling: i64,
    /// Valid quotes that are needed.
    pub minimum: usize,
    /// Opened, ms UTC.
    pub opens_at: i64,
    /// When it really ended, extensions among it, ms UTC.
    pub ended_at: i64,
    /// Who takes part, by place; those without a place last.
    pub bids: Vec<Bid>,
}

/// How an auction was decided; None while it runs or when it was ended before its close.
pub async fn decided(q: &dyn Query, id: i64) -> Result<Option<Decided>> {
    let (p, a) = (headers::any(q, id).await?, store::get(q, id).await?);
    if a.phase != Phase::Closed.key() {
        return Ok(None);
    }
    let entries = store::entries(q, id).await?;
    let out: HashMap<i64, &'static str> = close::excluded(&entries).into_iter().collect();
    let mut last: HashMap<i64, (Option<i64>, i64)> = HashMap::new();
    for quote in store::last_quotes(q, id).await? {
        last.insert(quote.0, (quote.1, quote.2));
    }
    let bid = |e: store::Entry| {
        let (amount, at) = *last.get(&e.supplier)?;
        Some(Bid {
            alias: e.alias,
            supplier: e.supplier,
            amount,
            at,
            place: e.place,
            goods: format!("{} {}", e.brand, e.model).trim().to_owned(),
            passed: match e.verdict.as_str() {
                "pass" => Some(true),
                "fail" => Some(false),
                _ => None,
            },
            abnormal: e.abnormal,
            out: out.get(&e.supplier).copied().unwrap_or(""),
            reason: rules::mask::public(&e.reason),
        })
    };
    let mut bids: Vec<Bid> = entries.into_iter().filter_map(bid).collect();
    bids.sort_by_key(|b| (b.place == 0, b.place, b.alias.clone()));
    let tail = record::tail(&a.seed, a.settings.tail_max);
    Ok(Some(Decided {
        number: p.number,
        title: p.title,
        secret: p.secret,
        state: p.state,
        ceiling: p.ceiling,
        minimum: a.settings.minimum,
        opens_at: a.opens_at,
        ended_at: a.until + tail,
        bids,
    }))
}

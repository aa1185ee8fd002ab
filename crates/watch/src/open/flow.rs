//! The follower that writes releases.
use super::release::{self, Process};
use super::store::{self, Release};
use crate::Watch;
use futures_util::future::try_join_all;
use kit::journal::{self, Recorded};
use kit::{Query, Result, Tx};
use rules::calendar::{day_of, show_day};

/// Name of this projection.
pub const PROJECTION: &str = "open";
/// Entries of one transaction.
const PIECE: i64 = 500;

/// The chain with one release more.
pub fn chained(before: &str, body: &str) -> String {
    kit::text::sha256(&[before.as_bytes(), body.as_bytes()])
}

/// What an entry belongs to; None for entries that are of no process.
async fn process(watch: &Watch, q: &dyn Query, e: &Recorded) -> Result<Option<Process>> {
    let prefix = &watch.settings().ocid_prefix;
    let found = match e.subject.split_once('/') {
        Some(("order", id)) => store::of_order(q, prefix, id.parse().unwrap_or(0), &e.kind).await?,
        Some(("agreement", id)) => store::of_agreement(q, prefix, id.parse().unwrap_or(0), e).await?,
        Some(("auction", id)) => store::of_project(q, prefix, id.parse().unwrap_or(0), e).await?,
        _ => None,
    };
    // Documents are read where the mall is.
    let base = watch.settings().address.trim_end_matches('/');
    Ok(found.map(|p| Process { page: if p.page.is_empty() { p.page } else { format!("{base}{}", p.page) }, ..p }))
}

/// Events that become releases.
const PUBLIC: [&str; 14] = [
    "agreement.made",
    "agreement.joined",
    "agreement.left",
    "agreement.ended",
    "auction.published",
    "auction.awarded",
    "auction.abandoned",
    "auction.failed",
    "auction.cancelled",
    "contract.concluded",
    "acceptance.recorded",
    "payment.paid",
    "order.completed",
    "order.cancelled",
];

/// Follows the journal by one piece; returns how many entries were seen. It stays behind the notices: a contract's release
/// names its notice.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let db = watch.db();
    let from = journal::position(db, PROJECTION).await?;
    let bound = journal::position(db, crate::disclosure::PROJECTION).await?;
    let mut entries = journal::after(db, from, PIECE).await?;
    entries.retain(|e| e.seq <= bound);
    let Some(last) = entries.last().map(|e| e.seq) else { return Ok(0) };
    let entries = &entries;
    db.upkeep("open.follow", |tx| {
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

/// Writes the releases of these entries behind those that are there.
pub async fn apply(watch: &Watch, tx: &Tx<'_>, entries: &[Recorded]) -> Result<()> {
    entries.iter().try_for_each(|e| e.whole(rules::erasure::may))?;
    let public: Vec<&Recorded> = entries.iter().filter(|e| PUBLIC.contains(&e.kind.as_str())).collect();
    // Asked together, the questions travel together where the database is far.
    let known = try_join_all(public.iter().map(|e| process(watch, tx, e))).await?;
    let (_, mut n, mut chain) = store::newest(tx).await?;
    let mut rows = Vec::new();
    for (e, p) in public.into_iter().zip(known) {
        let Some(p) = p else { continue };
        let Some(body) = release::of(e, &p) else { continue };
        let body = body.to_string();
        (n, chain) = (n + 1, chained(&chain, &body));
        let month: String = show_day(day_of(e.at)).chars().take(7).collect();
        let r = Release { seq: e.seq, n, body, chain: chain.clone() };
        rows.push(store::row(&r, &p.ocid, e.at, &month, &e.region));
    }
    store::add(tx, &rows).await
}

/// Forgets all releases and makes them again from the first entry. Returns how many entries were read.
pub async fn rebuild(watch: &Watch) -> Result<usize> {
    watch
        .db()
        .upkeep("open.clear", |tx| {
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

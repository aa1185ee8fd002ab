//! The doctor: is this installation sound?

mod store;

use crate::MIGRATIONS;
use kit::journal::Recorded;
use kit::{Db, Fail, Result, journal};
use std::collections::HashMap;
use std::time::Instant;
use watch::Watch;
use watch::ledger::{compare, log};

/// Checks schema, sums and journal; prints one line each. With the districts every row that the log covers is compared too.
/// Fails when anything is wrong.
pub async fn examine(db: &Db, audit: Option<&Watch>, say: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let known = store::migrations(db).await?;
    let mut ill = 0;
    for (name, _) in MIGRATIONS.iter().filter(|(name, _)| !known.iter().any(|k| k == name)) {
        say(format!("missing: migration {name}; run qicai migrate"));
        ill += 1;
    }
    for (what, found) in store::unsound(db).await? {
        say(format!("{}: {what}: {found}", if found == 0 { "ok" } else { "BAD" }));
        ill += found;
    }
    let (mut seq, mut wrong, mut beside) = (0, 0, Vec::new());
    loop {
        let piece = journal::after(db, seq, 1000).await?;
        let Some(last) = piece.last() else { break };
        wrong += piece.iter().filter(|e| !e.erased() && journal::leaf(&e.body) != e.hash).count();
        // The audit compares this with everything else of an order.
        if audit.is_none() {
            beside.extend(uncompared(db, &piece).await?);
        }
        seq = last.seq;
    }
    say(format!(
        "{}: journal entries whose hash does not fit: {wrong} of {seq}",
        if wrong == 0 { "ok" } else { "BAD" }
    ));
    for order in &beside {
        say(format!("BAD: what was compared for order {order} is not what its journal entry says"));
    }
    ill += beside.len();
    if let Some(watch) = audit {
        ill += compared(watch, say).await?;
    }
    if ill + wrong == 0 { Ok(()) } else { Err(Fail::Fault("the installation is not sound, see above".into())) }
}

/// The log, then the rooms' rows; how many rows are wrong.
async fn compared(watch: &Watch, say: &mut (dyn FnMut(String) + Send)) -> Result<usize> {
    let rate = |n: usize, began: Instant| n as f64 / began.elapsed().as_secs_f64().max(0.001);
    let word = |wrong: usize| if wrong == 0 { "ok" } else { "BAD" };
    let began = Instant::now();
    let mut found = log::audit(watch.db(), &log::Keys::of(watch)).await?;
    let (wrong, speed) = (found.wrong.len(), rate(found.entries as usize, began));
    say(format!(
        "{}: log of {} entries and {} signed heads compared, {speed:.0} entries a second; {} entries without words by law, {} heads of \
         before SM2",
        word(wrong),
        found.entries,
        found.checkpoints,
        found.erased,
        found.without_sm2
    ));
    let began = Instant::now();
    compare::audit(watch, &mut found).await?;
    let speed = rate(found.rows, began);
    let more = word(found.wrong.len() - wrong);
    say(format!("{more}: {} rows beside the journal compared with it, {speed:.0} rows a second", found.rows));
    found.wrong.iter().for_each(|w| say(format!("BAD: {w}")));
    Ok(found.wrong.len())
}

/// Orders of these entries whose kept comparison is missing or other than the digest the journal holds.
async fn uncompared(db: &Db, piece: &[Recorded]) -> Result<Vec<i64>> {
    let digest = |e: &Recorded| {
        let placed = matches!(e.kind.as_str(), "order.placed" | "order.resubmitted");
        let order: i64 = e.subject.strip_prefix("order/")?.parse().ok()?;
        let digest = e.data["compared"].as_str().filter(|d| placed && !d.is_empty())?;
        Some((order, digest.to_owned()))
    };
    let told: HashMap<i64, String> = piece.iter().filter_map(digest).collect();
    let kept = store::compared(db, &told.keys().copied().collect::<Vec<_>>()).await?;
    let mut out = Vec::new();
    for (order, digest_told) in told {
        if kept.get(&order) == Some(&digest_told) {
            continue;
        }
        // An order that was placed again has the later comparison.
        let all = journal::about(db, &format!("order/{order}")).await?;
        let last = all.iter().rev().find_map(digest).map(|(_, d)| d);
        if last.is_none() || kept.get(&order) != last.as_ref() {
            out.push(order);
        }
    }
    out.sort_unstable();
    Ok(out)
}

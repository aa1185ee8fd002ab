//! The doctor: is this installation sound?

mod store;

use crate::MIGRATIONS;
use kit::journal::Recorded;
use kit::note::Verifier;
use kit::{Db, Fail, Result, journal};
use std::collections::HashMap;
use watch::ledger::log;

/// Checks schema, sums and journal; prints one line each. With the log's key every row that the log covers is compared too.
/// Fails when anything is wrong.
pub async fn examine(db: &Db, key: Option<&Verifier>, say: &mut (dyn FnMut(String) + Send)) -> Result<()> {
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
    let (mut seq, mut wrong, mut compared) = (0, 0, Vec::new());
    loop {
        let piece = journal::after(db, seq, 1000).await?;
        let Some(last) = piece.last() else { break };
        wrong += piece.iter().filter(|e| journal::leaf(&e.body) != e.hash).count();
        compared.extend(uncompared(db, &piece).await?);
        seq = last.seq;
    }
    say(format!(
        "{}: journal entries whose hash does not fit: {wrong} of {seq}",
        if wrong == 0 { "ok" } else { "BAD" }
    ));
    for order in &compared {
        say(format!("BAD: what was compared for order {order} is not what its journal entry says"));
    }
    ill += compared.len();
    if let Some(key) = key {
        let began = std::time::Instant::now();
        let found = log::audit(db, key).await?;
        let rate = found.entries as f64 / began.elapsed().as_secs_f64().max(0.001);
        found.wrong.iter().for_each(|w| say(format!("BAD: {w}")));
        say(format!(
            "{}: log of {} entries and {} signed heads compared, {rate:.0} entries a second",
            if found.wrong.is_empty() { "ok" } else { "BAD" },
            found.entries,
            found.checkpoints
        ));
        ill += found.wrong.len();
    }
    if ill + wrong == 0 { Ok(()) } else { Err(Fail::Fault("the installation is not sound, see above".into())) }
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

//! The doctor: is this installation sound?

mod store;

use crate::MIGRATIONS;
use kit::note::Verifier;
use kit::{Db, Fail, Result, journal};
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
    let (mut seq, mut wrong) = (0, 0);
    loop {
        let piece = journal::after(db, seq, 1000).await?;
        let Some(last) = piece.last() else { break };
        wrong += piece.iter().filter(|e| journal::leaf(&e.body) != e.hash).count();
        seq = last.seq;
    }
    say(format!(
        "{}: journal entries whose hash does not fit: {wrong} of {seq}",
        if wrong == 0 { "ok" } else { "BAD" }
    ));
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

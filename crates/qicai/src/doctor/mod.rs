//! The doctor: is this installation sound?

mod store;

use crate::MIGRATIONS;
use kit::{Db, Fail, Result, journal};

/// Checks schema, sums and journal; prints one line each. Fails when anything is wrong.
pub async fn examine(db: &Db, say: &mut (dyn FnMut(String) + Send)) -> Result<()> {
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
    if ill + wrong == 0 { Ok(()) } else { Err(Fail::Fault("the installation is not sound, see above".into())) }
}

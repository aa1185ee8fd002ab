//! What followers make, made again and compared.
use super::store;
use crate::ledger::log::Found;
use crate::{Watch, disclosure, open};
use kit::journal::{self, Recorded};
use kit::{Result, Tx};
use std::collections::BTreeMap;

/// Entries read at a time.
const PIECE: i64 = 1_000;

/// A follower whose rows depend on nothing but the journal and what never changes.
#[derive(Clone, Copy)]
enum Follower {
    Disclosure,
    Open,
}

impl Follower {
    fn name(self) -> &'static str {
        match self {
            Follower::Disclosure => disclosure::PROJECTION,
            Follower::Open => open::PROJECTION,
        }
    }

    /// Its tables, with the columns that name a row.
    fn tables(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Follower::Disclosure => &[("notice", &["id"]), ("deal", &["entry", "line"])],
            Follower::Open => &[("open_release", &["seq"])],
        }
    }

    async fn clear(self, tx: &Tx<'_>) -> Result<()> {
        match self {
            Follower::Disclosure => disclosure::clear(tx).await,
            Follower::Open => open::clear(tx).await,
        }
    }

    async fn apply(self, watch: &Watch, tx: &Tx<'_>, entries: &[Recorded]) -> Result<()> {
        match self {
            Follower::Disclosure => disclosure::apply(watch, tx, entries).await,
            Follower::Open => open::apply(watch, tx, entries).await,
        }
    }
}

/// Rows as they are and as they would be, by table.
type Both = Vec<(&'static str, Digests, Digests)>;
type Digests = BTreeMap<store::Key, [u8; 16]>;

/// Names every row that a follower would make otherwise.
pub async fn compare(watch: &Watch, out: &mut Found) -> Result<()> {
    for f in [Follower::Disclosure, Follower::Open] {
        let both = watch.db().rehearse("compare.again", |tx| Box::pin(again(watch, f, tx))).await?;
        for (table, is, would) in both {
            out.rows += is.len();
            let two = f.tables().iter().any(|(t, key)| *t == table && key.len() == 2);
            let name = |key: &store::Key| {
                if two { format!("{table} {}/{}", key.0, key.1) } else { format!("{table} {}", key.0) }
            };
            for (key, row) in &is {
                match would.get(key) {
                    Some(again) if again == row => {}
                    Some(_) => out.say(format!("{} differs from what the journal says", name(key))),
                    None => out.say(format!("{} comes from no entry of the journal", name(key))),
                }
            }
            let missing = would.keys().filter(|k| !is.contains_key(*k));
            missing.for_each(|key| out.say(format!("{} is missing, the journal says it", name(key))));
        }
    }
    Ok(())
}

/// Makes a follower's rows again up to where it stands. The caller undoes it.
async fn again(watch: &Watch, f: Follower, tx: &Tx<'_>) -> Result<Both> {
    // The follower itself waits meanwhile, so that both sides end with the same entry.
    store::hold(tx, f.name()).await?;
    let end = journal::position(tx, f.name()).await?;
    let mut is = Vec::new();
    for (table, key) in f.tables() {
        is.push(store::digests(tx, table, key).await?);
    }
    f.clear(tx).await?;
    let mut seq = 0;
    while seq < end {
        let mut piece = journal::after(tx, seq, PIECE).await?;
        piece.retain(|e| e.seq <= end);
        let Some(last) = piece.last().map(|e| e.seq) else { break };
        f.apply(watch, tx, &piece).await?;
        seq = last;
    }
    let mut both = Vec::new();
    for ((table, key), is) in f.tables().iter().zip(is) {
        both.push((*table, is, store::digests(tx, table, key).await?));
    }
    Ok(both)
}

//! Looking at every row that the log covers: journal, tiles, leaves, checkpoints. The first wrong row is named.
use super::keys::Keys;
use super::{flow, store};
use kit::db::Db;
use kit::journal::{self, Recorded};
use kit::merkle::{self, Hash, TILE};
use kit::{Query, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// Rows named at most.
const NAMED_MAX: usize = 20;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Entries compared.
    pub entries: u64,
    /// Of them without words.
    pub erased: usize,
    /// Checkpoints compared.
    pub checkpoints: usize,
    /// Of them without a line of the SM2 key: made before it was there.
    pub without_sm2: usize,
    /// Rows of the rooms compared with the journal.
    pub rows: usize,
    /// Rows that are wrong, in words; at most twenty.
    pub wrong: Vec<String>,
}

impl Found {
    /// Names a row that is wrong.
    pub(crate) fn say(&mut self, words: String) {
        if self.wrong.len() < NAMED_MAX {
            self.wrong.push(words);
        }
    }
}

/// Does a journal row say in its columns what its bytes say?
fn same(e: &Recorded) -> bool {
    let Ok(v) = serde_json::from_str::<Value>(&e.body) else { return false };
    v["at"].as_i64() == Some(e.at) && columns(e, &v) && journal::leaf(&e.body) == e.hash
}

/// Are these the columns of an entry, as it says itself or as the entry says by which its words were erased?
fn columns(e: &Recorded, v: &Value) -> bool {
    let text = |key: &str| v[key].as_str().unwrap_or_default();
    text("id") == e.id.to_string()
        && text("region") == e.region
        && text("room") == e.room
        && text("kind") == e.kind
        && text("subject") == e.subject
        && text("actor") == e.actor.to_string()
}

/// Does a row without words say what the entry says by which they were erased?
async fn same_erased(q: &dyn Query, e: &Recorded) -> Result<bool> {
    let by = flow::erased_by(q, e.seq).await?;
    let fits = by.is_some_and(|by| by.seq > e.seq && columns(e, &by.data));
    Ok(fits && rules::erasure::may(&e.kind) && e.hash.is_empty() && e.salt.is_empty())
}

/// What is read of one entry: its leaf as the row has it, and whether its columns agree with its words.
async fn row(q: &dyn Query, e: &Recorded) -> Result<(String, bool)> {
    let leaf = flow::leaf_of(q, e).await.unwrap_or_default();
    Ok((leaf, if e.erased() { same_erased(q, e).await? } else { same(e) }))
}

/// Is an entry still what the log says: does its row make its leaf again, and do its columns agree with its words?
pub async fn intact(q: &dyn Query, e: &Recorded) -> Result<bool> {
    let leaf = flow::leaf_at(q, (e.seq - 1).max(0) as u64).await?;
    let (made, agrees) = row(q, e).await?;
    Ok(agrees && made.as_bytes() == leaf)
}

/// Compares everything. The tree is the judge of the journal, the signed heads are the judges of the tree.
pub async fn audit(db: &Db, keys: &Keys) -> Result<Found> {
    let mut out = Found::default();
    let logged = journal::position(db, flow::PROJECTION).await? as u64;
    let mut rows: Vec<Vec<Hash>> = vec![Vec::new()];
    let mut erased = BTreeSet::new();
    let mut seq = 0;
    for n in 0..logged.div_ceil(TILE) {
        let bundle = store::bundle(db, n).await?;
        let leaves: Vec<&[u8]> = flow::leaves(&bundle).collect();
        let tile = store::tile(db, 0, n).await?;
        let entries = journal::after(db, seq, TILE as i64).await?;
        let want = (logged - n * TILE).min(TILE) as usize;
        let mut found = entries.iter().peekable();
        for i in 0..want {
            let number = n * TILE + i as u64 + 1;
            let Some(e) = found.next_if(|e| e.seq as u64 == number) else {
                out.say(format!("journal entry {number} is missing"));
                continue;
            };
            let (leaf, agrees) = row(db, e).await?;
            let fits = tile.get(i) == Some(&merkle::leaf(leaf.as_bytes()));
            let named = format!("journal entry {number} ({} {}, id {})", e.kind, e.subject, e.id);
            match (agrees, fits, leaves.get(i) == Some(&leaf.as_bytes())) {
                (true, true, true) => {}
                (_, false, false) if e.erased() => out.say(format!("{named} has no words and no entry says why")),
                (_, false, false) => out.say(format!("{named} was altered")),
                (false, ..) => out.say(format!("{named} was altered: its columns differ from its words")),
                (_, false, true) => out.say(format!("log_tile 0/{n} was altered at entry {number}")),
                (_, true, false) => out.say(format!("log_bundle {n} was altered at entry {number}")),
            }
            if e.erased() {
                erased.insert(e.seq);
            }
            if e.kind == flow::ERASED && e.data["seq"].as_i64().is_none_or(|target| !erased.contains(&target)) {
                out.say(format!("journal entry {} has words again that entry {number} erased", e.data["seq"]));
            }
        }
        if !fits_length(db, logged, want, tile.len()).await?
            || !fits_length(db, logged, want, leaves.len()).await?
            || flow::leaves(&bundle).map(|l| l.len() + 2).sum::<usize>() != bundle.len()
        {
            out.say(format!(
                "log_tile 0/{n} or log_bundle {n} has {} and {} entries, not {want}",
                tile.len(),
                leaves.len()
            ));
        }
        seq += want as i64;
        rows[0].extend(tile.into_iter().take(want));
    }
    (out.entries, out.erased) = (logged, erased.len());
    fresh(db, logged as i64, &mut out).await?;
    upper(db, logged, &mut rows, &mut out).await?;
    heads(db, keys, logged, &mut out).await?;
    Ok(out)
}

/// Rows the log has not taken in yet, and rows with numbers that nothing gave: they agree with themselves at least.
async fn fresh(db: &Db, logged: i64, out: &mut Found) -> Result<()> {
    let (mut seq, head) = (logged, store::numbered(db).await?);
    if head.0 < 1 && head.1 > 0 {
        out.say(format!("a journal entry has the number {}", head.0));
    }
    loop {
        let piece = journal::after(db, seq, TILE as i64).await?;
        for e in &piece {
            seq += 1;
            if e.seq != seq {
                out.say(format!("journal entry {} has a number that was never given", e.seq));
                return Ok(());
            }
            if !same(e) {
                out.say(format!("journal entry {} ({} {}, id {}) was altered", e.seq, e.kind, e.subject, e.id));
            }
        }
        if piece.len() < TILE as usize {
            return Ok(());
        }
    }
}

/// Has a row as many parts as it should? More are right when the mall went on meanwhile.
async fn fits_length(db: &Db, logged: u64, want: usize, is: usize) -> Result<bool> {
    Ok(is == want || (is > want && journal::position(db, flow::PROJECTION).await? as u64 > logged))
}

/// Tiles above the first level follow from those below.
async fn upper(db: &Db, logged: u64, rows: &mut Vec<Vec<Hash>>, out: &mut Found) -> Result<()> {
    let mut level = 0;
    while rows[level].len() as u64 >= TILE {
        let next: Vec<Hash> = rows[level].chunks(TILE as usize).filter_map(merkle::above).collect();
        level += 1;
        for (n, part) in next.chunks(TILE as usize).enumerate() {
            let tile = store::tile(db, level as u32, n as u64).await?;
            if !tile.starts_with(part) || !fits_length(db, logged, part.len(), tile.len()).await? {
                out.say(format!("log_tile {level}/{n} was altered"));
            }
        }
        rows.push(next);
    }
    Ok(())
}

/// Every kept checkpoint is signed, by keys we know only, and fits the tree.
async fn heads(db: &Db, keys: &Keys, logged: u64, out: &mut Found) -> Result<()> {
    let (keys, wrong) = keys.clone().with_former(db).await?;
    wrong.iter().for_each(|vkey| out.say(format!("log_witness {vkey} was altered: it is no key")));
    let all = store::checkpoints(db, usize::MAX >> 1).await?;
    let newest = all.first().map_or(0, |c| c.size);
    if !fits_length(db, logged, logged as usize, newest as usize).await? {
        out.say(format!("log_checkpoint {logged}, the newest, is missing"));
    }
    out.checkpoints = all.len();
    for c in all {
        let named = format!("log_checkpoint {}", c.size);
        let signed = match keys.read(&c.note) {
            Ok(s) if s.size == c.size => s,
            Ok(s) => {
                out.say(format!("{named} was altered: its note is one of {} entries", s.size));
                continue;
            }
            Err(what) => {
                out.say(format!("{named} was altered: {what}"));
                continue;
            }
        };
        out.without_sm2 += usize::from(!signed.sm2);
        if signed.witnesses.len() as i64 != c.witnessed {
            out.say(format!("{named} was altered: {} witnesses signed, not {}", signed.witnesses.len(), c.witnessed));
        }
        // The time is that of the newest leaf under it; a leaf that is wrong was named above.
        let leaf = flow::leaf_at(db, c.size.saturating_sub(1)).await.unwrap_or_default();
        let at = serde_json::from_slice::<Value>(&leaf).ok().and_then(|v| v["at"].as_i64());
        if at.is_some_and(|at| at != c.at) {
            out.say(format!("{named} was altered: its time is not that of its newest entry"));
        }
        let wanted = flow::wanted(|get| merkle::root(c.size, get));
        let fits = match flow::nodes(db, &wanted).await {
            Ok(known) => merkle::root(c.size, &mut |n| known[&n]) == signed.root,
            Err(_) => false,
        };
        if !fits {
            out.say(format!("the log differs from checkpoint {}, which was signed", c.size));
        }
    }
    Ok(())
}

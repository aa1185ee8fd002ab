//! Looking at every row that the log covers: journal, tiles, leaves, checkpoints. The first wrong row is named.
use super::flow::{self, leaf_of, read_checkpoint};
use super::store;
use kit::Result;
use kit::db::Db;
use kit::journal::{self, Recorded};
use kit::merkle::{self, Hash, TILE};
use kit::note::Verifier;

/// Rows named at most.
const NAMED_MAX: usize = 20;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Entries compared.
    pub entries: u64,
    /// Checkpoints compared.
    pub checkpoints: usize,
    /// Rows that are wrong, in words; at most twenty.
    pub wrong: Vec<String>,
}

impl Found {
    fn say(&mut self, words: String) {
        if self.wrong.len() < NAMED_MAX {
            self.wrong.push(words);
        }
    }
}

/// Does a journal row say in its columns what its bytes say?
fn same(e: &Recorded) -> bool {
    let Ok(v) = serde_json::from_str::<serde_json::Value>(&e.body) else { return false };
    let text = |key: &str| v[key].as_str().unwrap_or_default();
    text("id") == e.id.to_string()
        && v["at"].as_i64() == Some(e.at)
        && text("region") == e.region
        && text("room") == e.room
        && text("kind") == e.kind
        && text("subject") == e.subject
        && text("actor") == e.actor.to_string()
        && journal::leaf(&e.body) == e.hash
}

/// Compares everything. The tree is the judge of the journal, the signed heads are the judges of the tree.
pub async fn audit(db: &Db, key: &Verifier) -> Result<Found> {
    let mut out = Found::default();
    let logged = journal::position(db, flow::PROJECTION).await? as u64;
    let mut rows: Vec<Vec<Hash>> = vec![Vec::new()];
    let mut seq = 0;
    for n in 0..logged.div_ceil(TILE) {
        let bundle = store::bundle(db, n).await?;
        let leaves: Vec<&[u8]> = flow::leaves(&bundle).collect();
        let tile = store::tile(db, 0, n).await?;
        let entries = journal::after(db, seq, TILE as i64).await?;
        let want = (logged - n * TILE).min(TILE) as usize;
        for i in 0..want {
            let number = n * TILE + i as u64 + 1;
            let Some(e) = entries.get(i).filter(|e| e.seq as u64 == number) else {
                out.say(format!("journal entry {number} is missing"));
                continue;
            };
            let leaf = leaf_of(e).unwrap_or_default();
            let hash = merkle::leaf(leaf.as_bytes());
            let fits = tile.get(i) == Some(&hash);
            let named = format!("journal entry {number} ({} {}, id {})", e.kind, e.subject, e.id);
            match (same(e), fits, leaves.get(i) == Some(&leaf.as_bytes())) {
                (true, true, true) => {}
                (_, false, false) => out.say(format!("{named} was altered")),
                (false, ..) => out.say(format!("{named} was altered: its columns differ from its words")),
                (_, false, true) => out.say(format!("log_tile 0/{n} was altered at entry {number}")),
                (_, true, false) => out.say(format!("log_bundle {n} was altered at entry {number}")),
            }
        }
        if tile.len() != want
            || leaves.len() != want
            || flow::leaves(&bundle).map(|l| l.len() + 2).sum::<usize>() != bundle.len()
        {
            out.say(format!(
                "log_tile 0/{n} or log_bundle {n} has {} and {} entries, not {want}",
                tile.len(),
                leaves.len()
            ));
        }
        seq += want as i64;
        rows[0].extend(tile);
    }
    out.entries = logged;
    upper(db, &mut rows, &mut out).await?;
    heads(db, key, logged, &mut out).await?;
    Ok(out)
}

/// Tiles above the first level follow from those below.
async fn upper(db: &Db, rows: &mut Vec<Vec<Hash>>, out: &mut Found) -> Result<()> {
    let mut level = 0;
    while rows[level].len() as u64 >= TILE {
        let next: Vec<Hash> = rows[level].chunks(TILE as usize).filter_map(merkle::above).collect();
        level += 1;
        for (n, part) in next.chunks(TILE as usize).enumerate() {
            if store::tile(db, level as u32, n as u64).await? != part {
                out.say(format!("log_tile {level}/{n} was altered"));
            }
        }
        rows.push(next);
    }
    Ok(())
}

/// Every kept checkpoint is signed and fits the tree.
async fn heads(db: &Db, key: &Verifier, logged: u64, out: &mut Found) -> Result<()> {
    let all = store::checkpoints(db, usize::MAX >> 1).await?;
    if logged > 0 && all.first().is_none_or(|c| c.size != logged) {
        out.say(format!("log_checkpoint {logged}, the newest, is missing"));
    }
    out.checkpoints = all.len();
    for c in all {
        let read = key.open(&c.note).and_then(|text| read_checkpoint(&key.name, text));
        let Some((size, root)) = read.filter(|(size, _)| *size == c.size) else {
            out.say(format!("log_checkpoint {} was altered: its signature does not hold", c.size));
            continue;
        };
        let wanted = flow::wanted(|get| merkle::root(size, get));
        let fits = match flow::nodes(db, &wanted).await {
            Ok(known) => merkle::root(size, &mut |n| known[&n]) == root,
            Err(_) => false,
        };
        if !fits {
            out.say(format!("the log differs from checkpoint {size}, which was signed at {} ms UTC", c.at));
        }
    }
    Ok(())
}

//! Growing the tree, signing its head, proving from it.
use super::store::{self, Checkpoint};
use crate::Watch;
use kit::journal::{self, Recorded};
use kit::merkle::{self, Hash, Node, TILE};
use kit::note::Verifier;
use kit::text::{base64, unbase64, unhex};
use kit::{Fail, Query, Result};
use serde_json::{Value, json};
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};

/// Name of this projection.
pub const PROJECTION: &str = "log";
/// Kind of the entry that says that another's words were erased.
pub const ERASED: &str = "journal.erased";
/// Entries of one step: ten tiles.
const PIECE: i64 = 2_560;
/// Checkpoints kept beside those that witnesses signed.
const CHECKPOINTS: usize = 1_000;

/// The leaf of an entry: when, which, and a hash over its salt and its own hash. It tells nothing else.
pub fn leaf(seq: i64, at: i64, hash: &str) -> String {
    json!({"v": 1, "seq": seq, "at": at, "hash": hash}).to_string()
}

/// The hash in an entry's leaf. Of an entry whose words were erased the entry that says so tells it.
pub async fn hash_of(q: &dyn Query, e: &Recorded) -> Result<String> {
    if e.erased() {
        let by = erased_by(q, e.seq).await?;
        let told = by.and_then(|by| by.data["hash"].as_str().map(str::to_owned));
        return told.ok_or_else(|| Fail::Fault(format!("journal entry {} has no words and no entry says why", e.seq)));
    }
    let salt =
        unhex(&e.salt).ok_or_else(|| Fail::Fault(format!("salt of journal entry {} is not hexadecimal", e.seq)))?;
    let own =
        unhex(&e.hash).ok_or_else(|| Fail::Fault(format!("hash of journal entry {} is not hexadecimal", e.seq)))?;
    Ok(kit::text::sha256(&[&salt, &own]))
}

/// The leaf of a row of the journal.
pub async fn leaf_of(q: &dyn Query, e: &Recorded) -> Result<String> {
    Ok(leaf(e.seq, e.at, &hash_of(q, e).await?))
}

/// The entry that says that the words of another were erased.
pub async fn erased_by(q: &dyn Query, seq: i64) -> Result<Option<Recorded>> {
    Ok(journal::about(q, &format!("entry/{seq}")).await?.into_iter().rfind(|e| e.kind == ERASED))
}

/// What one step changes.
#[derive(Default)]
struct Grown {
    tiles: BTreeMap<(u32, u64), Vec<Hash>>,
    bundles: BTreeMap<u64, Vec<u8>>,
}

impl Grown {
    /// The tile at a place, from the database when this step has not touched it yet.
    async fn tile(&mut self, q: &dyn Query, level: u32, n: u64) -> Result<&mut Vec<Hash>> {
        Ok(match self.tiles.entry((level, n)) {
            Slot::Occupied(o) => o.into_mut(),
            Slot::Vacant(v) => v.insert(store::tile(q, level, n).await?),
        })
    }

    async fn push(&mut self, q: &dyn Query, index: u64, bytes: &[u8]) -> Result<()> {
        let n = index / TILE;
        let bundle = match self.bundles.entry(n) {
            Slot::Occupied(o) => o.into_mut(),
            Slot::Vacant(v) => {
                v.insert(if index.is_multiple_of(TILE) { Vec::new() } else { store::bundle(q, n).await? })
            }
        };
        bundle.extend((bytes.len() as u16).to_be_bytes());
        bundle.extend(bytes);
        let (mut level, mut at, mut hash) = (0, index, merkle::leaf(bytes));
        loop {
            let tile = self.tile(q, level, at / TILE).await?;
            if tile.len() as u64 != at % TILE {
                return Err(Fail::Fault(format!("tile {level}/{} has {} hashes at {at}", at / TILE, tile.len())));
            }
            tile.push(hash);
            match merkle::above(tile) {
                Some(up) => (level, at, hash) = (level + 1, at / TILE, up),
                None => return Ok(()),
            }
        }
    }
}

/// Puts what is new in the journal into the tree and signs its head; returns how many entries.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let db = watch.db();
    let from = journal::position(db, PROJECTION).await?;
    let entries = journal::after(db, from, PIECE).await?;
    let Some((last, at)) = entries.last().map(|e| (e.seq, e.at)) else { return Ok(0) };
    let mut grown = Grown::default();
    for e in &entries {
        grown.push(db, e.seq as u64 - 1, leaf_of(db, e).await?.as_bytes()).await?;
    }
    let size = last as u64;
    let known = nodes_with(db, &wanted(|get| merkle::root(size, get)), &grown.tiles).await?;
    let root = merkle::root(size, &mut |n| known[&n]);
    let text = checkpoint_text(&watch.signer().verifier().name, size, &root);
    let note = &format!("{}{}", watch.signer().note(&text), watch.sm2().line(&text));
    let grown = &grown;
    db.upkeep("log.follow", |tx| {
        Box::pin(async move {
            // Another node may have done this piece meanwhile; then there is nothing to do.
            if !journal::advance(tx, PROJECTION, from, last).await? {
                return Ok(());
            }
            for ((level, n), hashes) in &grown.tiles {
                store::put_tile(tx, *level, *n, hashes).await?;
            }
            for (n, entries) in &grown.bundles {
                store::put_bundle(tx, *n, entries).await?;
            }
            store::put_checkpoint(tx, size, note, at, CHECKPOINTS).await
        })
    })
    .await?;
    Ok(entries.len())
}

/// The text of a checkpoint.
pub fn checkpoint_text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", base64(root))
}

/// Size and root of a checkpoint's text, if it is one of this origin.
pub fn read_checkpoint(origin: &str, text: &str) -> Option<(u64, Hash)> {
    let mut lines = text.lines();
    let fits = lines.next() == Some(origin);
    let size = lines.next()?;
    let n: u64 = size.parse().ok().filter(|n: &u64| n.to_string() == size)?;
    let root = unbase64(lines.next()?)?.try_into().ok()?;
    fits.then_some((n, root))
}

/// The nodes that a computation asks for.
pub fn wanted<T>(f: impl FnOnce(merkle::Get<'_>) -> T) -> Vec<Node> {
    let mut out = Vec::new();
    let _ = f(&mut |n| {
        out.push(n);
        [0; 32]
    });
    out
}

/// The hashes of nodes, from the tiles.
pub async fn nodes(q: &dyn Query, list: &[Node]) -> Result<HashMap<Node, Hash>> {
    nodes_with(q, list, &BTreeMap::new()).await
}

async fn nodes_with(
    q: &dyn Query,
    list: &[Node],
    fresh: &BTreeMap<(u32, u64), Vec<Hash>>,
) -> Result<HashMap<Node, Hash>> {
    let mut tiles: BTreeMap<(u32, u64), Vec<Hash>> = BTreeMap::new();
    let mut out = HashMap::new();
    for node in list {
        let (level, n) = merkle::tile_of(*node);
        let tile = match (tiles.entry((level, n)), fresh.get(&(level, n))) {
            (Slot::Occupied(o), _) => o.into_mut(),
            (Slot::Vacant(v), Some(t)) => v.insert(t.clone()),
            (Slot::Vacant(v), None) => v.insert(store::tile(q, level, n).await?),
        };
        let hash = merkle::in_tile(*node, tile);
        out.insert(*node, hash.ok_or_else(|| Fail::Fault(format!("tile {level}/{n} of the log is too short")))?);
    }
    Ok(out)
}

/// A proof that an entry stands in the log, with what is needed to check it without us. With the size of an older checkpoint
/// that is still kept it also shows that the log only grew since.
pub async fn proof(watch: &Watch, seq: i64, old: Option<u64>) -> Result<Value> {
    let db = watch.db();
    let head = store::newest(db).await?.ok_or(Fail::Hidden)?;
    let index = u64::try_from(seq - 1).map_err(|_| Fail::Hidden)?;
    if index >= head.size {
        return Err(Fail::Hidden);
    }
    let leaf = leaf_at(db, index).await?;
    let known = nodes(db, &wanted(|get| merkle::inclusion(index, head.size, get))).await?;
    let inclusion = merkle::inclusion(index, head.size, &mut |n| known[&n]);
    let list = |hashes: &[Hash]| hashes.iter().map(|h| base64(h)).collect::<Vec<_>>();
    let mut out = json!({
        "v": 1, "kind": "receipt", "seq": seq, "vkey": watch.signer().verifier().vkey(), "sm2_key": watch.sm2().verifier().pem(),
        "checkpoint": head.note, "index": index, "leaf": base64(&leaf), "inclusion": list(&inclusion),
    });
    if let Some(old) = old
        && let Some(before) = store::of_size(db, old).await?
    {
        let known = nodes(db, &wanted(|get| merkle::consistency(old, head.size, get))).await?;
        out["old_checkpoint"] = json!(before.note);
        out["consistency"] = json!(list(&merkle::consistency(old, head.size, &mut |n| known[&n])));
    }
    Ok(out)
}

/// The bytes of a leaf.
pub async fn leaf_at(q: &dyn Query, index: u64) -> Result<Vec<u8>> {
    let bundle = store::bundle(q, index / TILE).await?;
    leaves(&bundle).nth((index % TILE) as usize).map(<[u8]>::to_vec).ok_or(Fail::Hidden)
}

/// The leaves of a bundle.
pub fn leaves(bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bundle;
    std::iter::from_fn(move || {
        let (len, after) = rest.split_first_chunk::<2>()?;
        let (one, next) = after.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        rest = next;
        Some(one)
    })
}

/// Takes a witness's signature in: a note with the text of a checkpoint we signed and a line of a witness the settings name.
/// Returns the witness's name.
pub async fn cosign(watch: &Watch, note: &str) -> Result<String> {
    let refuse = |code: &'static str, words: &str| Fail::refuse(code, words);
    let (text, lines) =
        kit::note::parts(note).ok_or_else(|| refuse("witness.note", "内容应是签名说明（signed note）。"))?;
    let known: Vec<Verifier> = watch.settings().witnesses.iter().filter_map(|k| Verifier::parse(k)).collect();
    let line = lines.lines().find_map(|l| known.iter().find(|v| v.signed(text, l)).map(|v| (l, v.clone())));
    let (line, by) = line.ok_or_else(|| refuse("witness.unknown", "没有登记的见证方签名。"))?;
    let origin = watch.signer().verifier().name;
    let (size, _) = read_checkpoint(&origin, text)
        .ok_or_else(|| refuse("witness.text", "第一行应是本日志的名称，后面是大小和根哈希。"))?;
    let kept = store::of_size(watch.db(), size).await?;
    let kept = kept.ok_or_else(|| refuse("witness.size", "这个大小的检查点没有保存，请取最新的。"))?;
    let (own, signed) = kit::note::parts(&kept.note).unwrap_or_default();
    if own != text {
        return Err(refuse(
            "witness.differs",
            "内容与本日志签发的检查点不同。如果您收到的是另一个，请保留作为证据并联系监管部门。",
        ));
    }
    if signed.lines().any(|l| l == line) {
        return Ok(by.name);
    }
    let note = &format!("{}{line}\n", kept.note);
    let (before, vkey): (&Checkpoint, &str) = (&kept, &by.vkey());
    watch
        .db()
        .upkeep("log.witness", |tx| {
            Box::pin(async move {
                match store::witness(tx, size, &before.note, note, vkey).await? {
                    true => Ok(()),
                    false => Err(Fail::Retry),
                }
            })
        })
        .await?;
    Ok(by.name)
}

/// The log as one text that is checked without us: the head, then every entry with salt and leaf.
pub async fn dump(watch: &Watch, write: &mut (dyn FnMut(String) -> Result<()> + Send)) -> Result<u64> {
    let db = watch.db();
    while follow(watch).await? > 0 {}
    let Some(head) = store::newest(db).await? else { return Ok(0) };
    let older: Vec<String> = store::checkpoints(db, CHECKPOINTS).await?.into_iter().map(|c| c.note).collect();
    let first = json!({
        "v": 1, "kind": "dump", "vkey": watch.signer().verifier().vkey(), "sm2_key": watch.sm2().verifier().pem(),
        "checkpoint": head.note, "size": head.size, "checkpoints": older,
    });
    write(first.to_string())?;
    let mut seq = 0;
    while (seq as u64) < head.size {
        let piece = journal::after(db, seq, 1_000).await?;
        let Some(last) = piece.last().map(|e| e.seq) else { break };
        for e in piece.iter().filter(|e| e.seq as u64 <= head.size) {
            let hash = hash_of(db, e).await?;
            let leaf = base64(&merkle::leaf(leaf(e.seq, e.at, &hash).as_bytes()));
            write(match e.erased() {
                true => json!({"seq": e.seq, "at": e.at, "erased": hash, "leaf": leaf}).to_string(),
                false => json!({"seq": e.seq, "at": e.at, "salt": e.salt, "body": e.body, "leaf": leaf}).to_string(),
            })?;
        }
        seq = last;
    }
    Ok(head.size)
}

/// Forgets the tree and makes it again from the journal; every checkpoint that is kept has to fit what is made.
pub async fn rebuild(watch: &Watch) -> Result<u64> {
    watch
        .db()
        .upkeep("log.clear", |tx| {
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
            n => seen += n as u64,
        }
    }
}

//! Rows of the log: tiles, entries by the 256, checkpoints, signatures of witnesses.
use kit::db::Row;
use kit::merkle::Hash;
use kit::{Query, Result, Tx, params};

/// The hashes of a tile, as many as there are.
pub async fn tile(q: &dyn Query, level: u32, n: u64) -> Result<Vec<Hash>> {
    let sql = "SELECT hashes FROM log_tile WHERE level = $1 AND n = $2";
    let bytes = q.row(sql, params![i64::from(level), n as i64]).await?.map(|r| r.bytes(0)).unwrap_or_default();
    Ok(bytes.as_chunks::<32>().0.to_vec())
}

/// Writes a tile as it is now.
pub async fn put_tile(tx: &Tx<'_>, level: u32, n: u64, hashes: &[Hash]) -> Result<()> {
    let sql =
        "INSERT INTO log_tile (level, n, hashes) VALUES ($1,$2,$3) ON CONFLICT (level, n) DO UPDATE SET hashes = $3";
    tx.run(sql, params![i64::from(level), n as i64, hashes.concat()]).await?;
    Ok(())
}

/// Entries of one bundle, as its address gives them out: each with its length before it.
pub async fn bundle(q: &dyn Query, n: u64) -> Result<Vec<u8>> {
    let sql = "SELECT entries FROM log_bundle WHERE n = $1";
    Ok(q.row(sql, params![n as i64]).await?.map(|r| r.bytes(0)).unwrap_or_default())
}

/// Writes a bundle as it is now.
pub async fn put_bundle(tx: &Tx<'_>, n: u64, entries: &[u8]) -> Result<()> {
    let sql = "INSERT INTO log_bundle (n, entries) VALUES ($1,$2) ON CONFLICT (n) DO UPDATE SET entries = $2";
    tx.run(sql, params![n as i64, entries.to_vec()]).await?;
    Ok(())
}

/// A checkpoint as it was signed.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Leaves.
    pub size: u64,
    /// The note: text, our signature, those of witnesses.
    pub note: String,
    /// Time of the newest entry under it, ms UTC.
    pub at: i64,
    /// Witnesses that signed it.
    pub witnessed: i64,
}

const HEAD: &str = "SELECT size, note, at, witnessed FROM log_checkpoint";

fn read(r: &Row) -> Checkpoint {
    Checkpoint { size: r.int(0) as u64, note: r.text(1), at: r.int(2), witnessed: r.int(3) }
}

/// The newest checkpoint.
pub async fn newest(q: &dyn Query) -> Result<Option<Checkpoint>> {
    let sql = format!("{HEAD} ORDER BY size DESC LIMIT 1");
    Ok(q.row(&sql, params![]).await?.as_ref().map(read))
}

/// The checkpoint of a size, if it is kept.
pub async fn of_size(q: &dyn Query, size: u64) -> Result<Option<Checkpoint>> {
    let sql = format!("{HEAD} WHERE size = $1");
    Ok(q.row(&sql, params![size as i64]).await?.as_ref().map(read))
}

/// The newest checkpoints.
pub async fn checkpoints(q: &dyn Query, most: usize) -> Result<Vec<Checkpoint>> {
    let sql = format!("{HEAD} ORDER BY size DESC LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// The newest checkpoints that witnesses signed.
pub async fn witnessed(q: &dyn Query, most: usize) -> Result<Vec<Checkpoint>> {
    let sql = format!("{HEAD} WHERE witnessed > 0 ORDER BY size DESC LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// Keys of all witnesses that ever signed.
pub async fn witness_keys(q: &dyn Query) -> Result<Vec<String>> {
    Ok(q.rows("SELECT vkey FROM log_witness ORDER BY vkey", params![]).await?.iter().map(|r| r.text(0)).collect())
}

/// Keeps a checkpoint; of those no witness has signed only the newest stay.
pub async fn put_checkpoint(tx: &Tx<'_>, size: u64, note: &str, at: i64, keep: usize) -> Result<()> {
    let sql =
        "INSERT INTO log_checkpoint (size, note, at, witnessed) VALUES ($1,$2,$3,0) ON CONFLICT (size) DO NOTHING";
    tx.run(sql, params![size as i64, note, at]).await?;
    let sql = "DELETE FROM log_checkpoint WHERE witnessed = 0 AND size NOT IN (SELECT size FROM log_checkpoint ORDER BY size DESC LIMIT $1)";
    tx.run(sql, params![keep]).await?;
    Ok(())
}

/// Adds a witness's signature to a checkpoint.
pub async fn witness(tx: &Tx<'_>, size: u64, before: &str, note: &str, vkey: &str) -> Result<bool> {
    tx.run("INSERT INTO log_witness (vkey) VALUES ($1) ON CONFLICT (vkey) DO NOTHING", params![vkey]).await?;
    let sql = "UPDATE log_checkpoint SET note = $3, witnessed = witnessed + 1 WHERE size = $1 AND note = $2";
    Ok(tx.run(sql, params![size as i64, before, note]).await? == 1)
}

/// Forgets the tree, so that it is made again. Checkpoints stay: what is made again has to fit them.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM log_tile", params![]).await?;
    tx.run("DELETE FROM log_bundle", params![]).await?;
    Ok(())
}

/// The lowest number in the journal, and how many entries have one.
pub async fn numbered(q: &dyn Query) -> Result<(i64, i64)> {
    let r = q.one("SELECT COALESCE(MIN(seq), 0), COUNT(seq) FROM journal", params![]).await?;
    Ok((r.int(0), r.int(1)))
}

/// Where numbers for people stand: the table, and the kind of subject its entries have.
const NUMBERED: [(&str, &str); 11] = [
    ("SELECT id FROM orders WHERE number = $1", "order"),
    ("SELECT orders FROM contract WHERE number = $1", "order"),
    ("SELECT orders FROM payment WHERE number = $1", "order"),
    ("SELECT id FROM batch_round WHERE number = $1", "batch"),
    ("SELECT id FROM agreement WHERE number = $1", "agreement"),
    ("SELECT id FROM statement WHERE number = $1", "statement"),
    ("SELECT id FROM need WHERE number = $1", "need"),
    ("SELECT id FROM conduct WHERE number = $1", "conduct"),
    ("SELECT id FROM dispute WHERE number = $1", "dispute"),
    ("SELECT id FROM application WHERE number = $1", "application"),
    ("SELECT id FROM inspection WHERE number = $1", "inspection"),
];

/// Subjects of the records that have a number for people, such as an order's.
pub async fn subjects(q: &dyn Query, number: &str) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for (sql, kind) in NUMBERED {
        out.extend(q.rows(sql, params![number]).await?.iter().map(|r| format!("{kind}/{}", r.int(0))));
    }
    let sql = "SELECT kind, id FROM project WHERE number = $1";
    out.extend(q.rows(sql, params![number]).await?.iter().map(|r| format!("{}/{}", r.str(0), r.int(1))));
    // A notice stands for the record whose entry it was made from.
    let sql = "SELECT j.subject FROM notice n JOIN journal j ON j.id = n.id WHERE n.number = $1";
    out.extend(q.rows(sql, params![number]).await?.iter().map(|r| r.text(0)));
    out.dedup();
    Ok(out)
}

/// The entry a notice was made from, by the notice's number.
pub async fn notice_entry(q: &dyn Query, number: &str) -> Result<Option<i64>> {
    Ok(q.row("SELECT entry FROM notice WHERE number = $1", params![number]).await?.map(|r| r.int(0)))
}

/// The organisation of a person.
pub async fn org_of(q: &dyn Query, person: i64) -> Result<Option<i64>> {
    Ok(q.row("SELECT org FROM person WHERE id = $1", params![person]).await?.map(|r| r.int(0)))
}

/// Whom a record concerns beside the offices: the query gives organisations. A supplier is concerned by an order once it is offered.
const CONCERNED: [(&str, &str); 9] = [
    (
        "order",
        "SELECT unit FROM orders WHERE id = $1 UNION \
         SELECT supplier FROM orders WHERE id = $1 AND state NOT IN ('approving', 'returned', 'withdrawn')",
    ),
    ("auction", "SELECT unit FROM project WHERE id = $1 AND state <> 'live'"),
    ("demand", "SELECT unit FROM project WHERE id = $1"),
    ("job", "SELECT unit FROM project WHERE id = $1"),
    ("statement", "SELECT unit FROM statement WHERE id = $1 UNION SELECT supplier FROM statement WHERE id = $1"),
    ("need", "SELECT unit FROM need WHERE id = $1"),
    ("conduct", "SELECT org FROM conduct WHERE id = $1"),
    (
        "dispute",
        "SELECT filer FROM dispute WHERE id = $1 AND filer IS NOT NULL UNION SELECT against FROM dispute WHERE id = $1",
    ),
    ("application", "SELECT org FROM application WHERE id = $1"),
];

/// Organisations that a record concerns.
pub async fn concerned(q: &dyn Query, kind: &str, id: i64) -> Result<Vec<i64>> {
    let Some((_, sql)) = CONCERNED.iter().find(|(k, _)| *k == kind) else { return Ok(Vec::new()) };
    Ok(q.rows(sql, params![id]).await?.iter().map(|r| r.int(0)).collect())
}

/// The alias of a supplier in an auction.
pub async fn alias(q: &dyn Query, auction: i64, supplier: i64) -> Result<Option<String>> {
    let sql = "SELECT alias FROM auction_entry WHERE auction = $1 AND supplier = $2";
    Ok(q.row(sql, params![auction, supplier]).await?.map(|r| r.text(0)))
}

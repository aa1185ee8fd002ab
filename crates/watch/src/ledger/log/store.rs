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
    /// Signed, ms UTC.
    pub at: i64,
}

fn read(r: &Row) -> Checkpoint {
    Checkpoint { size: r.int(0) as u64, note: r.text(1), at: r.int(2) }
}

/// The newest checkpoint.
pub async fn newest(q: &dyn Query) -> Result<Option<Checkpoint>> {
    let sql = "SELECT size, note, at FROM log_checkpoint ORDER BY size DESC LIMIT 1";
    Ok(q.row(sql, params![]).await?.as_ref().map(read))
}

/// The checkpoint of a size, if it is kept.
pub async fn of_size(q: &dyn Query, size: u64) -> Result<Option<Checkpoint>> {
    let sql = "SELECT size, note, at FROM log_checkpoint WHERE size = $1";
    Ok(q.row(sql, params![size as i64]).await?.as_ref().map(read))
}

/// The newest checkpoints.
pub async fn checkpoints(q: &dyn Query, most: usize) -> Result<Vec<Checkpoint>> {
    let sql = "SELECT size, note, at FROM log_checkpoint ORDER BY size DESC LIMIT $1";
    Ok(q.rows(sql, params![most]).await?.iter().map(read).collect())
}

/// Keeps a checkpoint; of those no witness has signed only the newest stay.
pub async fn put_checkpoint(tx: &Tx<'_>, size: u64, note: &str, keep: usize) -> Result<()> {
    let sql =
        "INSERT INTO log_checkpoint (size, note, at, witnessed) VALUES ($1,$2,$3,0) ON CONFLICT (size) DO NOTHING";
    tx.run(sql, params![size as i64, note, tx.now()]).await?;
    let sql = "DELETE FROM log_checkpoint WHERE witnessed = 0 AND size NOT IN (SELECT size FROM log_checkpoint ORDER BY size DESC LIMIT $1)";
    tx.run(sql, params![keep]).await?;
    Ok(())
}

/// Adds a witness's signature to a checkpoint.
pub async fn witness(tx: &Tx<'_>, size: u64, before: &str, note: &str) -> Result<bool> {
    let sql = "UPDATE log_checkpoint SET note = $3, witnessed = witnessed + 1 WHERE size = $1 AND note = $2";
    Ok(tx.run(sql, params![size as i64, before, note]).await? == 1)
}

/// Forgets the tree, so that it is made again. Checkpoints stay: what is made again has to fit them.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM log_tile", params![]).await?;
    tx.run("DELETE FROM log_bundle", params![]).await?;
    Ok(())
}

/// Subjects of the records that have a number for people, such as an order's or a notice's.
pub async fn subjects(q: &dyn Query, number: &str) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for (sql, kind) in
        [("SELECT id FROM orders WHERE number = $1", "order"), ("SELECT id FROM conduct WHERE number = $1", "conduct")]
    {
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

/// The organisation of a person.
pub async fn org_of(q: &dyn Query, person: i64) -> Result<Option<i64>> {
    Ok(q.row("SELECT org FROM person WHERE id = $1", params![person]).await?.map(|r| r.int(0)))
}

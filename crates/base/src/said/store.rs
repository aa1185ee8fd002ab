//! Rows of what was said, and its files.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// What was said at one point of a matter.
#[derive(Clone, Debug)]
pub struct Said {
    /// When, ms UTC.
    pub at: i64,
    /// By which organisation; 0 for the mall itself and the public.
    pub org: i64,
    /// Key of the act.
    pub act: String,
    /// Words.
    pub words: String,
    /// SHA-256 of an attached file, or empty.
    pub digest: String,
}

/// Writes what was said in a matter such as `conduct` about one of its records.
pub async fn say(tx: &Tx<'_>, matter: &str, about: i64, person: i64, s: &Said) -> Result<()> {
    tx.run(
        "INSERT INTO said (id, matter, about, at, org, person, act, words, digest) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        params![tx.id(), matter, about, s.at, s.org, person, &s.act, &s.words, &s.digest],
    )
    .await?;
    Ok(())
}

/// Everything said in a matter about one of its records, in order.
pub async fn all(q: &dyn Query, matter: &str, about: i64) -> Result<Vec<Said>> {
    let sql = "SELECT at, org, act, words, digest FROM said WHERE matter = $1 AND about = $2 ORDER BY id";
    let read = |r: &Row| Said { at: r.int(0), org: r.int(1), act: r.text(2), words: r.text(3), digest: r.text(4) };
    Ok(q.rows(sql, params![matter, about]).await?.iter().map(read).collect())
}

/// A file that goes with what is said.
#[derive(Clone, Debug)]
pub struct File {
    /// SHA-256, hex.
    pub digest: String,
    /// Name for people; it may hold personal data, so it goes into no entry.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Keeps a file of a matter's record, once.
pub async fn keep(tx: &Tx<'_>, matter: &str, about: i64, f: &File) -> Result<()> {
    let sql = "INSERT INTO said_file (matter, about, digest, name, bytes, at) VALUES ($1,$2,$3,$4,$5,$6) \
               ON CONFLICT (matter, about, digest) DO NOTHING";
    tx.run(sql, params![matter, about, &f.digest, &f.name, f.bytes.clone(), tx.now()]).await.map(|_| ())
}

/// Digests and names of the files of a matter's record.
pub async fn files(q: &dyn Query, matter: &str, about: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT digest, name FROM said_file WHERE matter = $1 AND about = $2 ORDER BY at, digest";
    Ok(q.rows(sql, params![matter, about]).await?.iter().map(|r| (r.text(0), r.text(1))).collect())
}

/// Name and content of a file. Whoever asks has made sure that the record may be seen.
pub async fn file(q: &dyn Query, matter: &str, about: i64, digest: &str) -> Result<(String, Vec<u8>)> {
    let sql = "SELECT name, bytes FROM said_file WHERE matter = $1 AND about = $2 AND digest = $3";
    let r = q.one(sql, params![matter, about, digest]).await?;
    Ok((r.text(0), r.bytes(1)))
}

/// What names a kept file: matter, record, digest.
pub type Key = (String, i64, String);

/// Files behind one of them, by what names them, for whoever checks them all.
pub async fn kept(q: &dyn Query, after: &Key, most: usize) -> Result<Vec<(Key, Vec<u8>)>> {
    let sql = "SELECT matter, about, digest, bytes FROM said_file WHERE (matter, about, digest) > ($1, $2, $3) \
               ORDER BY matter, about, digest LIMIT $4";
    let read = |r: &Row| ((r.text(0), r.int(1), r.text(2)), r.bytes(3));
    Ok(q.rows(sql, params![&after.0, after.1, &after.2, most]).await?.iter().map(read).collect())
}

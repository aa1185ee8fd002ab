//! Rows of what was said.
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

//! Rows of what is asked for, and what stands against it.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// A request to erase the words of an entry.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Id.
    pub id: i64,
    /// Number of the entry.
    pub seq: i64,
    /// Its kind.
    pub kind: String,
    /// `personal` or `secret`.
    pub ground: String,
    /// The law's article.
    pub basis: String,
    /// Why, in words that do not repeat what is erased.
    pub reason: String,
    /// `asked`, `declined` or `done`.
    pub state: String,
    /// Who asked.
    pub asked_by: i64,
    /// When, ms UTC.
    pub asked_at: i64,
    /// Who decided, 0 for nobody yet.
    pub decided_by: i64,
    /// When, ms UTC; 0 for not yet.
    pub decided_at: i64,
    /// What the decider said.
    pub note: String,
}

const ERASURE: &str =
    "SELECT id, seq, kind, ground, basis, reason, state, asked_by, asked_at, decided_by, decided_at, note FROM erasure";

fn read(r: &Row) -> Erasure {
    Erasure {
        id: r.int(0),
        seq: r.int(1),
        kind: r.text(2),
        ground: r.text(3),
        basis: r.text(4),
        reason: r.text(5),
        state: r.text(6),
        asked_by: r.int(7),
        asked_at: r.int(8),
        decided_by: r.opt_int(9).unwrap_or(0),
        decided_at: r.opt_int(10).unwrap_or(0),
        note: r.text(11),
    }
}

/// A request.
pub async fn one(q: &dyn Query, id: i64) -> Result<Erasure> {
    Ok(read(&q.one(&format!("{ERASURE} WHERE id = $1"), params![id]).await?))
}

/// Requests, newest first.
pub async fn newest(q: &dyn Query, most: usize) -> Result<Vec<Erasure>> {
    let sql = format!("{ERASURE} ORDER BY id DESC LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// What was erased, newest first.
pub async fn done(q: &dyn Query, most: usize) -> Result<Vec<Erasure>> {
    let sql = format!("{ERASURE} WHERE state = 'done' ORDER BY decided_at DESC, id DESC LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// Writes a request; false when one about this entry is open or done.
pub async fn add(tx: &Tx<'_>, e: &Erasure) -> Result<bool> {
    let sql = "INSERT INTO erasure (id, seq, kind, ground, basis, reason, state, asked_by, asked_at, note) \
               VALUES ($1,$2,$3,$4,$5,$6,'asked',$7,$8,'') ON CONFLICT DO NOTHING";
    let values = params![e.id, e.seq, &e.kind, &e.ground, &e.basis, &e.reason, e.asked_by, e.asked_at];
    Ok(tx.run(sql, values).await? == 1)
}

/// Decides an open request; false when somebody was faster.
pub async fn decide(tx: &Tx<'_>, id: i64, state: &str, person: i64, note: &str) -> Result<bool> {
    let sql =
        "UPDATE erasure SET state = $2, decided_by = $3, decided_at = $4, note = $5 WHERE id = $1 AND state = 'asked'";
    Ok(tx.run(sql, params![id, state, person, tx.now(), note]).await? == 1)
}

/// Did a draw take its chance from an entry?
pub async fn drawn(q: &dyn Query, seq: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM job WHERE draw_seq = $1 UNION ALL SELECT 1 FROM inspection WHERE entry_seq = $1";
    Ok(q.row(sql, params![seq]).await?.is_some())
}

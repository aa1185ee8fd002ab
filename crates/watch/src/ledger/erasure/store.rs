//! Rows of what is asked for, and what stands against it.
use kit::db::Row;
use kit::journal::Recorded;
use kit::{Query, Result, Tx, params};
use std::collections::BTreeSet;

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

/// What stands where erased words stood in a room's own row.
pub const GONE: &str = "（内容已依法删除）";
/// Shorter words are not looked for in messages: they would be parts of others.
const LOOKED_FOR_MIN: usize = 4;

/// Where the words of an entry stand beside the journal.
struct Place {
    /// Kind of the entry, and the fact that holds the words.
    kind: &'static str,
    fact: &'static str,
    /// Table and column of the words, and the column that names a row.
    table: &'static str,
    column: &'static str,
    key: &'static str,
    /// The column that the entry's subject names.
    by: &'static str,
    /// The column of the time at which the entry's own transaction wrote the words: the same words of another day are another entry's.
    /// Empty where a subject has one row.
    at: &'static str,
    /// Do the words stay gone? Elsewhere somebody may rightly write new ones.
    stays: bool,
}

const fn place(
    (kind, fact): (&'static str, &'static str),
    (table, column): (&'static str, &'static str),
    (key, by, at): (&'static str, &'static str, &'static str),
    stays: bool,
) -> Place {
    Place { kind, fact, table, column, key, by, at, stays }
}

/// Every room that keeps words of an erasable kind (see [`rules::erasure::KINDS`]).
const PLACES: [Place; 15] = [
    place(("auction.asked", "question"), ("auction_question", "question"), ("id", "auction", "asked_at"), true),
    place(("auction.answered", "answer"), ("auction_question", "answer"), ("id", "auction", "answered_at"), true),
    place(("brand.asked", "written"), ("brand_ask", "written"), ("id", "id", "at"), true),
    place(("brand.answered", "written"), ("brand_ask", "written"), ("id", "id", "decided_at"), true),
    place(("brand.answered", "reason"), ("brand_ask", "reason"), ("id", "id", "decided_at"), true),
    place(("cancel.asked", "reason"), ("cancel_ask", "reason"), ("id", "orders", "at"), true),
    // An order that was cancelled shows why.
    place(("cancel.asked", "reason"), ("orders", "note"), ("id", "id", ""), true),
    place(("demand.returned", "reason"), ("project_approval", "reason"), ("id", "project", "at"), true),
    place(("demand.returned", "reason"), ("project", "note"), ("id", "id", ""), false),
    place(("job.returned", "reason"), ("project_approval", "reason"), ("id", "project", "at"), true),
    place(("job.returned", "reason"), ("project", "note"), ("id", "id", ""), false),
    place(("need.declined", "answer"), ("need", "answer"), ("id", "id", ""), true),
    place(("platform.described", "address"), ("platform", "address"), ("supplier", "supplier", ""), false),
    place(("price.withdrawn", "reason"), ("observation", "withdrawn"), ("id", "id", ""), true),
    place(("tip.declined", "reason"), ("price_tip", "reason"), ("id", "id", "decided_at"), true),
];

/// The facts of a kind of entries that hold words.
pub fn facts(kind: &str) -> BTreeSet<&'static str> {
    PLACES.iter().filter(|p| p.kind == kind).map(|p| p.fact).collect()
}

/// A row of a room from which words were taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blanked {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// What names the row.
    pub row: i64,
}

/// Takes the words of an entry out of the rows of rooms that its own transaction wrote, and out of the messages it sent. Returns the rows.
pub async fn blank(tx: &Tx<'_>, e: &Recorded) -> Result<Vec<Blanked>> {
    let subject: i64 = e.subject.split_once('/').and_then(|(_, id)| id.parse().ok()).unwrap_or(0);
    let mut out = Vec::new();
    for p in PLACES.iter().filter(|p| p.kind == e.kind) {
        let words = e.data[p.fact].as_str().unwrap_or_default();
        if words.is_empty() {
            continue;
        }
        let at = if p.at.is_empty() { "CAST($3 AS BIGINT)" } else { p.at };
        let sql = format!(
            "SELECT {} FROM {} WHERE {} = $1 AND {} = $2 AND {at} = $3 ORDER BY 1",
            p.key, p.table, p.by, p.column
        );
        for r in tx.rows(&sql, params![subject, words, e.at]).await? {
            let set = match p.table {
                // The folded name, its Latin form and the proof say the same again.
                "brand_ask" if p.column == "written" => {
                    ", folded = CAST(id AS TEXT), latin = '', proof = $2".to_owned()
                }
                // A shop without an address is asked no more.
                "platform" => ", state = 'off'".to_owned(),
                _ => String::new(),
            };
            let sql = format!("UPDATE {} SET {} = $2{set} WHERE {} = $1", p.table, p.column, p.key);
            tx.run(&sql, params![r.int(0), GONE]).await?;
            out.push(Blanked { table: p.table.into(), column: p.column.into(), row: r.int(0) });
        }
        if words.chars().count() >= LOOKED_FOR_MIN {
            let sql = "UPDATE message SET words = REPLACE(words, $1, $2) \
                       WHERE at = $3 AND (orders = $4 OR link LIKE $5) AND REPLACE(words, $1, '') <> words";
            tx.run(sql, params![words, GONE, e.at, subject, leads_to(&e.kind, subject)]).await?;
        }
    }
    Ok(out)
}

/// Where a message about a subject leads, as a pattern; one about an order names it otherwise.
fn leads_to(kind: &str, subject: i64) -> String {
    match kind {
        // Pages of all of a supplier's wishes and hints.
        "brand.asked" | "brand.answered" => "/brands".into(),
        "tip.declined" => "/price-tips".into(),
        _ => format!("/%/{subject}"),
    }
}

/// Is a row of a room, from which words were taken, still without them? True for rows that may rightly have new ones.
pub async fn still_blank(q: &dyn Query, b: &Blanked) -> Result<bool> {
    let Some(p) = PLACES.iter().find(|p| p.table == b.table && p.column == b.column) else { return Ok(false) };
    if !p.stays {
        return Ok(true);
    }
    let sql = format!("SELECT {} FROM {} WHERE {} = $1", p.column, p.table, p.key);
    Ok(q.row(&sql, params![b.row]).await?.is_none_or(|r| r.str(0) == GONE))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_erasable_kind_has_its_room() {
        for kind in rules::erasure::KINDS {
            assert!(super::PLACES.iter().any(|p| p.kind == kind), "{kind}: where else do its words stand?");
        }
        assert!(super::PLACES.iter().all(|p| rules::erasure::may(p.kind)));
    }
}

//! Rows of evaluations.
use kit::db::Row;
use kit::{Query, Result, Tx, params};
use rules::evaluation::Given;

/// An evaluation.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// unit or supplier: who wrote it.
    pub side: String,
    /// 1 to 5.
    pub quality: i64,
    /// 1 to 5.
    pub delivery: i64,
    /// 1 to 5.
    pub service: i64,
    /// Words; only the two sides and their offices read them.
    pub words: String,
    /// When, ms UTC.
    pub at: i64,
}

/// Writes an evaluation; 0 rows when this side has evaluated.
pub async fn add(tx: &Tx<'_>, order: i64, e: &Evaluation, person: i64) -> Result<u64> {
    tx.run(
        "INSERT INTO evaluation (orders, side, quality, delivery, service, words, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) \
         ON CONFLICT (orders, side) DO NOTHING",
        params![order, &e.side, e.quality, e.delivery, e.service, &e.words, person, tx.now()],
    )
    .await
}

/// Evaluations of an order.
pub async fn evaluations(q: &dyn Query, order: i64) -> Result<Vec<Evaluation>> {
    let sql = "SELECT side, quality, delivery, service, words, at FROM evaluation WHERE orders = $1 ORDER BY side DESC";
    let read = |r: &Row| Evaluation {
        side: r.text(0),
        quality: r.int(1),
        delivery: r.int(2),
        service: r.int(3),
        words: r.text(4),
        at: r.int(5),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// An evaluation as the public sees it.
pub struct Received {
    /// Number of the order.
    pub order: String,
    /// When, ms UTC.
    pub at: i64,
    /// Who evaluated, and how.
    pub given: Given,
}

/// Columns of one who is evaluated and of who evaluates.
fn columns(unit: bool) -> (&'static str, &'static str, &'static str) {
    if unit { ("unit", "supplier", "supplier") } else { ("supplier", "unit", "unit") }
}

/// What the other sides said about a unit or a supplier in a time, youngest first.
pub async fn received(
    q: &dyn Query,
    org: i64,
    unit: bool,
    (from, to): (i64, i64),
    most: usize,
) -> Result<Vec<Received>> {
    let (one, other, side) = columns(unit);
    let sql = format!(
        "SELECT CASE WHEN o.secret = '' THEN o.number ELSE '' END, e.at, o.{other}, e.quality, e.delivery, e.service FROM evaluation e JOIN orders o ON o.id = e.orders \
         WHERE o.{one} = $1 AND e.side = '{side}' AND e.at >= $2 AND e.at <= $3 ORDER BY e.at DESC, o.id LIMIT $4"
    );
    let read = |r: &Row| Received {
        order: r.text(0),
        at: r.int(1),
        given: Given { by: r.int(2), stars: [r.int(3), r.int(4), r.int(5)] },
    };
    Ok(q.rows(&sql, params![org, from, to, most]).await?.iter().map(read).collect())
}

/// Units or suppliers that enough others evaluated in a time, after an id.
pub async fn evaluated(
    q: &dyn Query,
    unit: bool,
    (from, to): (i64, i64),
    voices_min: i64,
    (after, most): (i64, usize),
) -> Result<Vec<i64>> {
    let (one, other, side) = columns(unit);
    let sql = format!(
        "SELECT o.{one} FROM evaluation e JOIN orders o ON o.id = e.orders WHERE e.side = '{side}' AND e.at >= $1 AND e.at <= $2 \
         AND o.{one} > $3 GROUP BY o.{one} HAVING COUNT(DISTINCT o.{other}) >= $4 ORDER BY o.{one} LIMIT $5"
    );
    Ok(q.rows(&sql, params![from, to, after, voices_min, most]).await?.iter().map(|r| r.int(0)).collect())
}

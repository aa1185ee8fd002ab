//! Rows of orders handed over.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// An order handed over, or to be.
#[derive(Clone, Debug)]
pub struct Handed {
    /// sent, waiting, given_up.
    pub state: String,
    /// The platform's number.
    pub foreign_id: String,
    /// The day it says the goods arrive.
    pub arrives: String,
    /// How often it was tried.
    pub tries: i64,
    /// What went wrong last.
    pub error: String,
}

/// What became of an order, if it is one for a platform.
pub async fn of_order(q: &dyn Query, order: i64) -> Result<Option<Handed>> {
    let sql = "SELECT state, foreign_id, arrives, tries, error FROM platform_order WHERE orders = $1";
    let read = |r: &Row| Handed {
        state: r.text(0),
        foreign_id: r.text(1),
        arrives: r.text(2),
        tries: r.int(3),
        error: r.text(4),
    };
    Ok(q.row(sql, params![order]).await?.as_ref().map(read))
}

/// Signed orders of platforms that are on, not handed over yet and due now.
pub async fn due(q: &dyn Query, now: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT o.id FROM orders o JOIN platform p ON p.supplier = o.supplier AND p.state = 'on' \
               LEFT JOIN platform_order h ON h.orders = o.id WHERE o.state = 'performing' AND o.mode = 'supermarket' \
               AND (h.orders IS NULL OR (h.state = 'waiting' AND h.next_at <= $1)) ORDER BY o.id LIMIT $2";
    Ok(q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Writes what became of an attempt; false when another process was first.
pub async fn put(tx: &Tx<'_>, order: i64, supplier: i64, h: &Handed, next_at: i64) -> Result<bool> {
    let sql = "INSERT INTO platform_order (orders, supplier, state, foreign_id, arrives, tries, next_at, error) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (orders) DO UPDATE SET state = $3, foreign_id = $4, arrives = $5, \
               tries = $6, next_at = $7, error = $8 WHERE platform_order.state = 'waiting' AND platform_order.tries < $6";
    let all = params![order, supplier, &h.state, &h.foreign_id, &h.arrives, h.tries, next_at, &h.error];
    Ok(tx.run(sql, all).await? == 1)
}

//! The doctor's questions: each query finds the rows that are wrong.
use kit::{Query, Result, params};
use std::collections::HashMap;

/// What must not exist, and the query that finds it.
const SOUND: [(&str, &str); 10] = [
    (
        "budget lines whose entries do not add up to their columns",
        "SELECT b.id FROM budget_line b LEFT JOIN \
      (SELECT line, SUM(CASE WHEN credit = 'available' THEN amount WHEN debit = 'available' THEN -amount ELSE 0 END) AS a, \
      SUM(CASE WHEN credit = 'frozen' THEN amount WHEN debit = 'frozen' THEN -amount ELSE 0 END) AS f, \
      SUM(CASE WHEN credit = 'spent' THEN amount WHEN debit = 'spent' THEN -amount ELSE 0 END) AS s FROM budget_entry GROUP BY line) e \
      ON e.line = b.id WHERE COALESCE(e.a, 0) <> b.available OR COALESCE(e.f, 0) <> b.frozen OR COALESCE(e.s, 0) <> b.spent",
    ),
    (
        "budget lines that spent more than granted",
        "SELECT id FROM budget_line WHERE available + frozen + spent <> granted",
    ),
    (
        "orders whose lines do not sum to the total",
        "SELECT o.id FROM orders o WHERE o.total <> \
      (SELECT COALESCE(SUM(l.price * l.quantity), 0) FROM order_line l WHERE l.orders = o.id)",
    ),
    (
        "projects whose held money differs from what was frozen for them",
        "SELECT p.id FROM project p WHERE p.held <> (SELECT COALESCE(SUM(CASE WHEN e.credit = 'frozen' THEN e.amount \
      WHEN e.debit = 'frozen' THEN -e.amount ELSE 0 END), 0) FROM budget_entry e WHERE e.orders = p.id)",
    ),
    (
        "projects that ended and still hold money",
        "SELECT id FROM project WHERE held <> 0 AND state IN ('returned', 'withdrawn', 'concluded', 'failed', \
      'cancelled', 'ordered', 'unmet', 'ended')",
    ),
    (
        "auctions whose count of quotes differs from their quotes",
        "SELECT a.id FROM auction a WHERE a.quotes <> (SELECT COUNT(*) FROM auction_quote q WHERE q.auction = a.id)",
    ),
    ("offers with negative stock", "SELECT id FROM offer WHERE stock < 0 OR held < 0"),
    (
        "orders placed twice under one key",
        "SELECT MIN(id) FROM orders GROUP BY handler, idem_key, supplier HAVING COUNT(*) > 1",
    ),
    (
        "orders that statistics count with another amount",
        "SELECT d.orders FROM stat_deal d JOIN orders o ON o.id = d.orders WHERE d.gone = 0 AND (d.amount <> o.total OR d.amount <> \
      (SELECT COALESCE(SUM(l.amount), 0) FROM stat_line l WHERE l.orders = d.orders))",
    ),
    (
        "journal numbers that are missing",
        "SELECT seq FROM journal j WHERE seq > 1 AND NOT EXISTS (SELECT 1 FROM journal k WHERE k.seq = j.seq - 1)",
    ),
];

/// Names of the migrations that were applied.
pub async fn migrations(q: &dyn Query) -> Result<Vec<String>> {
    Ok(q.rows("SELECT name FROM migration", params![]).await?.iter().map(|r| r.text(0)).collect())
}

/// Each question with how many rows are wrong.
pub async fn unsound(q: &dyn Query) -> Result<Vec<(&'static str, usize)>> {
    let mut out = Vec::new();
    for (what, sql) in SOUND {
        out.push((what, q.rows(sql, params![]).await?.len()));
    }
    Ok(out)
}

/// The digest of what is kept of the comparisons of some orders.
pub async fn compared(q: &dyn Query, orders: &[i64]) -> Result<HashMap<i64, String>> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        format!("SELECT orders, body FROM order_compared WHERE orders IN ({})", kit::text::marks(1, orders.len()));
    let ids: Vec<kit::db::Val> = orders.iter().map(kit::db::Val::from).collect();
    let found = q.rows(&sql, &ids).await?;
    Ok(found.iter().map(|r| (r.int(0), kit::text::sha256(&[r.str(1).as_bytes()]))).collect())
}

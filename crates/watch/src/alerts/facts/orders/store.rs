//! Orders, their units and suppliers.
use kit::db::Row;
use kit::{Query, Result, params};

/// Orders that came to nothing do not count.
const ALIVE: &str = "state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";
/// The newest orders of a supplier or a station that are looked at.
const ORDERS_MAX: i64 = 200;

/// A line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    /// Offer, 0 for none.
    pub offer: i64,
    /// Product, 0 for none.
    pub product: i64,
    /// Budget line.
    pub budget: i64,
    /// Category code.
    pub category: String,
    /// Price when it was ordered, fen.
    pub listed: i64,
    /// Price agreed, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// Number of the certificate that holds, or empty.
    pub certificate: String,
    /// Flags of the product.
    pub flags: i64,
}

/// Lines of an order; a certificate that the register knows to be over is none.
pub async fn lines(q: &dyn Query, order: i64, day: i64) -> Result<Vec<Line>> {
    let sql = "SELECT l.offer, l.product, l.budget, l.category, l.listed_price, l.price, l.quantity, \
               CASE WHEN c.number IS NOT NULL AND (c.until < $2 OR c.state <> 'valid') THEN '' ELSE COALESCE(p.certificate, '') END, \
               COALESCE(p.flags, 0) FROM order_line l LEFT JOIN product p ON p.id = l.product \
               LEFT JOIN certificate c ON c.number = p.certificate WHERE l.orders = $1 ORDER BY l.id";
    let read = |r: &Row| Line {
        offer: r.int(0),
        product: r.int(1),
        budget: r.int(2),
        category: r.text(3),
        listed: r.int(4),
        price: r.int(5),
        quantity: r.int(6),
        certificate: r.text(7),
        flags: r.int(8),
    };
    Ok(q.rows(sql, params![order, day]).await?.iter().map(read).collect())
}

/// What an order says beside what all rules ask: its sum, why it was bought, whether a reason overcame a warning.
pub async fn words(q: &dyn Query, order: i64) -> Result<(i64, String, bool)> {
    let sql = "SELECT total, purpose, CASE WHEN checks LIKE '%\"direct.cheaper\"%' THEN 1 ELSE 0 END FROM orders WHERE id = $1";
    let r = q.one(sql, params![order]).await?;
    Ok((r.int(0), r.text(1), r.flag(2)))
}

/// What a unit has committed in a second-level category in a year, fen.
pub async fn annual(q: &dyn Query, unit: i64, year: i64, category: &str) -> Result<i64> {
    let sql = "SELECT amount FROM annual_sum WHERE unit = $1 AND year = $2 AND category = $3";
    Ok(q.row(sql, params![unit, year, category]).await?.map_or(0, |r| r.int(0)))
}

/// How many of a category a unit bought within a time.
pub async fn bought(q: &dyn Query, unit: i64, category: &str, from: i64, to: i64) -> Result<i64> {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(l.quantity - l.returned), 0) AS BIGINT) FROM orders o JOIN order_line l ON l.orders = o.id \
         WHERE o.unit = $1 AND o.made_at >= $2 AND o.made_at <= $3 AND o.{ALIVE} AND l.category = $4"
    );
    Ok(q.one(&sql, params![unit, from, to, category]).await?.int(0))
}

/// Sums of a station's latest orders but one, newest first.
pub async fn latest_totals(q: &dyn Query, region: &str, but: i64, to: i64) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT total FROM orders WHERE region = $1 AND made_at <= $2 AND id <> $3 AND {ALIVE} ORDER BY made_at DESC, id DESC LIMIT $4"
    );
    Ok(q.rows(&sql, params![region, to, but, ORDERS_MAX]).await?.iter().map(|r| r.int(0)).collect())
}

/// Unit and sum of a supplier's latest orders within a time, newest first.
pub async fn of_supplier(q: &dyn Query, supplier: i64, from: i64, to: i64) -> Result<Vec<(i64, i64)>> {
    let sql = format!(
        "SELECT unit, total FROM orders WHERE supplier = $1 AND made_at >= $2 AND made_at <= $3 AND {ALIVE} \
         ORDER BY made_at DESC, id DESC LIMIT $4"
    );
    let all = params![supplier, from, to, ORDERS_MAX];
    Ok(q.rows(&sql, all).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// When a supplier was first admitted, where an application says so.
pub async fn admitted(q: &dyn Query, supplier: i64) -> Result<Option<i64>> {
    let sql = "SELECT MIN(decided_at) FROM application WHERE org = $1 AND state = 'admitted'";
    Ok(q.one(sql, params![supplier]).await?.opt_int(0))
}

/// A supplier's credit code, telephone and standing; None when it is none.
pub async fn party(q: &dyn Query, supplier: i64) -> Result<Option<(String, String, String)>> {
    let sql = "SELECT g.uscc, s.phone, s.state FROM supplier s JOIN org g ON g.id = s.org WHERE s.org = $1";
    Ok(q.row(sql, params![supplier]).await?.map(|r| (r.text(0), r.text(1), r.text(2))))
}

/// Measures against the whole of a supplier that were in force at a time: kind and why.
pub async fn measures(q: &dyn Query, supplier: i64, at: i64, day: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT kind, reason FROM standing WHERE supplier = $1 AND level = 'whole' AND from_at <= $2 \
               AND (lifted_at IS NULL OR lifted_at > $2) AND (until IS NULL OR until >= $3) ORDER BY id LIMIT 5";
    Ok(q.rows(sql, params![supplier, at, day]).await?.iter().map(|r| (r.text(0), r.text(1))).collect())
}

/// Cases of one indicator against a supplier, opened before a time and not dropped.
pub async fn cases(q: &dyn Query, supplier: i64, indicator: &str, at: i64, day: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM conduct WHERE org = $1 AND rule = $2 AND opened_at <= $3 AND (until IS NULL OR until >= $4) \
               AND state NOT IN ('dropped', 'revoked', 'restored')";
    Ok(q.one(sql, params![supplier, indicator, at, day]).await?.int(0))
}

/// Orders of a supplier that are still going on.
pub async fn going_on(q: &dyn Query, supplier: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM orders WHERE supplier = $1 AND state IN ('offered', 'contracting', 'performing')";
    Ok(q.one(sql, params![supplier]).await?.int(0))
}

/// The last complaint of a unit against a supplier that it withdrew before a time: which, and when.
pub async fn withdrawn(q: &dyn Query, unit: i64, supplier: i64, to: i64) -> Result<Option<(i64, i64)>> {
    let sql = "SELECT id, closed_at FROM dispute WHERE filer = $1 AND against = $2 AND state = 'withdrawn' AND closed_at <= $3 \
               ORDER BY closed_at DESC, id DESC LIMIT 1";
    Ok(q.row(sql, params![unit, supplier, to]).await?.map(|r| (r.int(0), r.int(1))))
}

/// What was paid of an order, and the sum of its contract once it holds, fen.
pub async fn paid(q: &dyn Query, order: i64) -> Result<(i64, Option<i64>)> {
    let sql = "SELECT (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment WHERE orders = o.id AND state = 'paid'), \
               CASE WHEN c.signed_at IS NULL THEN NULL ELSE o.total END FROM orders o LEFT JOIN contract c ON c.orders = o.id WHERE o.id = $1";
    let r = q.one(sql, params![order]).await?;
    Ok((r.int(0), r.opt_int(1)))
}

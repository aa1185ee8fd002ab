//! Orders, their units and suppliers.
use kit::{Query, Result, params};

/// Orders that came to nothing do not count.
const ALIVE: &str = "state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";
/// How many of a category a unit bought within a time.
pub async fn bought(q: &dyn Query, unit: i64, category: &str, from: i64, to: i64) -> Result<i64> {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(l.quantity - l.returned), 0) AS BIGINT) FROM orders o JOIN order_line l ON l.orders = o.id \
         WHERE o.unit = $1 AND o.made_at >= $2 AND o.made_at <= $3 AND o.{ALIVE} AND l.category = $4"
    );
    Ok(q.one(&sql, params![unit, from, to, category]).await?.int(0))
}

/// Sums of a station's latest orders but one, newest first.
pub async fn latest_totals(q: &dyn Query, region: &str, but: i64, to: i64, most: usize) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT total FROM orders WHERE region = $1 AND made_at <= $2 AND id <> $3 AND {ALIVE} ORDER BY made_at DESC, id DESC LIMIT $4"
    );
    Ok(q.rows(&sql, params![region, to, but, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Unit, sum and time of a supplier's latest orders within a time, newest first.
pub async fn of_supplier(
    q: &dyn Query,
    supplier: i64,
    (from, to): (i64, i64),
    most: usize,
) -> Result<Vec<(i64, i64, i64)>> {
    let sql = format!(
        "SELECT unit, total, made_at FROM orders WHERE supplier = $1 AND made_at >= $2 AND made_at <= $3 AND {ALIVE} \
         ORDER BY made_at DESC, id DESC LIMIT $4"
    );
    let all = params![supplier, from, to, most];
    Ok(q.rows(&sql, all).await?.iter().map(|r| (r.int(0), r.int(1), r.int(2))).collect())
}

/// How a supplier stands; None when it is none.
pub async fn standing(q: &dyn Query, supplier: i64) -> Result<Option<String>> {
    Ok(q.row("SELECT state FROM supplier WHERE org = $1", params![supplier]).await?.map(|r| r.text(0)))
}

/// Orders of a supplier that are still going on.
pub async fn going_on(q: &dyn Query, supplier: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM orders WHERE supplier = $1 AND state IN ('offered', 'contracting', 'performing')";
    Ok(q.one(sql, params![supplier]).await?.int(0))
}

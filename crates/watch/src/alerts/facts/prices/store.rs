//! Prices and goods.
use kit::{Query, Result, params};

/// Lines of a class that are counted, at most.
const LINES_MAX: i64 = 2000;

/// Deals of a product since a time.
pub async fn deals_since(q: &dyn Query, product: i64, from: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM deal WHERE product = $1 AND at >= $2";
    Ok(q.one(sql, params![product, from]).await?.int(0))
}

const BACK: &str = "CASE WHEN EXISTS (SELECT 1 FROM return_case c WHERE c.orders = l.orders AND c.line = l.id \
                    AND c.state IN ('agreed', 'done')) THEN 1 ELSE 0 END";

/// Accepted lines of a supplier's product since a time, and how many came back.
pub async fn returns(q: &dyn Query, product: i64, supplier: i64, from: i64) -> Result<(i64, i64)> {
    let sql = format!(
        "SELECT COUNT(*), COALESCE(SUM(s.back), 0) FROM (SELECT {BACK} AS back FROM order_line l JOIN orders o ON o.id = l.orders \
         WHERE l.product = $1 AND o.supplier = $2 AND o.made_at >= $3 AND l.accepted + l.returned > 0 LIMIT $4) s"
    );
    let r = q.one(&sql, params![product, supplier, from, LINES_MAX]).await?;
    Ok((r.int(0), r.int(1)))
}

/// The latest accepted lines of a category since a time, and how many came back.
pub async fn class_returns(q: &dyn Query, category: &str, from: i64) -> Result<(i64, i64)> {
    let sql = format!(
        "SELECT COUNT(*), COALESCE(SUM(s.back), 0) FROM (SELECT {BACK} AS back FROM order_line l JOIN orders o ON o.id = l.orders \
         WHERE l.category = $1 AND o.made_at >= $2 AND l.accepted + l.returned > 0 ORDER BY l.id DESC LIMIT $3) s"
    );
    let r = q.one(&sql, params![category, from, LINES_MAX]).await?;
    Ok((r.int(0), r.int(1)))
}

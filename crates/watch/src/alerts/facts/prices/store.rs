//! Prices and goods.
use kit::{Query, Result, params};

/// Prices that are compared, at most.
const PRICES_MAX: i64 = 300;
/// Lines of a class that are counted, at most.
const LINES_MAX: i64 = 2000;

/// Prices of the offers of a product that can be bought now.
pub async fn offers(q: &dyn Query, product: i64) -> Result<Vec<i64>> {
    let sql = "SELECT o.price FROM offer o JOIN supplier s ON s.org = o.supplier WHERE o.product = $1 AND o.state = 'listed' \
               AND o.stops = 0 AND s.state = 'admitted' ORDER BY o.id LIMIT $2";
    Ok(q.rows(sql, params![product, PRICES_MAX]).await?.iter().map(|r| r.int(0)).collect())
}

/// What others agreed for a product since a time, newest first.
pub async fn deals(q: &dyn Query, product: i64, but: i64, from: i64) -> Result<Vec<i64>> {
    let sql = "SELECT price FROM deal WHERE product = $1 AND at >= $2 AND orders <> $3 ORDER BY at DESC, entry DESC, line DESC LIMIT $4";
    Ok(q.rows(sql, params![product, from, but, PRICES_MAX]).await?.iter().map(|r| r.int(0)).collect())
}

/// What the latest lines of a category cost, those of one order left out.
pub async fn class(q: &dyn Query, category: &str, but: i64) -> Result<Vec<i64>> {
    let sql = "SELECT price FROM order_line WHERE category = $1 AND orders <> $2 ORDER BY id DESC LIMIT $3";
    Ok(q.rows(sql, params![category, but, PRICES_MAX]).await?.iter().map(|r| r.int(0)).collect())
}

/// Was a market price of a product ever seen?
pub async fn observations(q: &dyn Query, product: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM observation WHERE product = $1 AND withdrawn = ''";
    Ok(q.one(sql, params![product]).await?.int(0))
}

/// Deals of a product since a time, and offers of it that name a place outside.
pub async fn known(q: &dyn Query, product: i64, from: i64) -> Result<(i64, i64)> {
    let sql = "SELECT (SELECT COUNT(*) FROM deal WHERE product = $1 AND at >= $2), \
               (SELECT COUNT(*) FROM offer WHERE product = $1 AND link <> '')";
    let r = q.one(sql, params![product, from]).await?;
    Ok((r.int(0), r.int(1)))
}

/// Another model of the same brand and category with the same parameters, and its lowest price now.
pub async fn twin(q: &dyn Query, product: i64) -> Result<Option<(String, i64)>> {
    let sql = "SELECT t.model, MIN(o.price) FROM product p JOIN product t ON t.brand = p.brand AND t.category = p.category \
               AND t.attrs = p.attrs AND t.id <> p.id JOIN offer o ON o.product = t.id AND o.state = 'listed' AND o.stops = 0 \
               WHERE p.id = $1 AND length(p.attrs) > 20 GROUP BY t.id, t.model ORDER BY 2, t.id LIMIT 1";
    Ok(q.row(sql, params![product]).await?.map(|r| (r.text(0), r.int(1))))
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

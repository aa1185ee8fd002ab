//! Sums and counts that the rules judge.
use kit::{Query, Result, params};

/// An order, as far as rules ask.
#[derive(Clone, Debug)]
pub struct Order {
    /// Buying unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Region of the unit.
    pub region: String,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Made, ms UTC.
    pub made_at: i64,
}

/// An order by id.
pub async fn order(q: &dyn Query, id: i64) -> Result<Option<Order>> {
    let sql = "SELECT unit, supplier, region, mode, form, made_at FROM orders WHERE id = $1";
    Ok(q.row(sql, params![id]).await?.map(|r| Order {
        unit: r.int(0),
        supplier: r.int(1),
        region: r.text(2),
        mode: r.text(3),
        form: r.text(4),
        made_at: r.int(5),
    }))
}

/// Lines of an order: offer, product, price, category.
pub async fn lines(q: &dyn Query, id: i64) -> Result<Vec<(i64, i64, i64, String)>> {
    let sql = "SELECT offer, product, price, category FROM order_line WHERE orders = $1 ORDER BY id";
    Ok(q.rows(sql, params![id]).await?.iter().map(|r| (r.int(0), r.int(1), r.int(2), r.text(3))).collect())
}

/// Who quoted in an auction.
pub async fn quoted_in(q: &dyn Query, auction: i64) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT supplier FROM auction_quote WHERE auction = $1 ORDER BY supplier";
    Ok(q.rows(sql, params![auction]).await?.iter().map(|r| r.int(0)).collect())
}

/// Region of a project.
pub async fn region_of_project(q: &dyn Query, id: i64) -> Result<Option<String>> {
    Ok(q.row("SELECT region FROM project WHERE id = $1", params![id]).await?.map(|r| r.text(0)))
}

/// Decided auctions in which a supplier quoted since a time: how many, how many it won, and the other that won most of the
/// rest, with how many. Who is named decides; a name that was given back does not count.
pub async fn contests(q: &dyn Query, supplier: i64, from: i64) -> Result<(i64, i64, Option<(i64, i64)>)> {
    let sql = "SELECT e.supplier, COUNT(DISTINCT a.id) FROM auction a JOIN auction_quote m ON m.auction = a.id AND m.supplier = $1 \
               JOIN auction_entry e ON e.auction = a.id AND e.standing IN ('named', 'confirmed') \
               WHERE a.closes_at >= $2 GROUP BY e.supplier ORDER BY 2 DESC, 1";
    let found: Vec<(i64, i64)> =
        q.rows(sql, params![supplier, from]).await?.iter().map(|r| (r.int(0), r.int(1))).collect();
    let all = found.iter().map(|(_, n)| n).sum();
    let won = found.iter().find(|(s, _)| *s == supplier).map_or(0, |(_, n)| *n);
    Ok((all, won, found.into_iter().find(|(s, _)| *s != supplier)))
}

/// Orders a supplier received since a time: how many, of them dropped, of them with goods that came back.
pub async fn fulfilment(q: &dyn Query, supplier: i64, from: i64) -> Result<(i64, i64, i64)> {
    let sql = "SELECT COUNT(*), SUM(CASE WHEN o.state IN ('refused', 'expired', 'cancelled') THEN 1 ELSE 0 END), \
               SUM(CASE WHEN EXISTS (SELECT 1 FROM return_case r WHERE r.orders = o.id AND r.state IN ('agreed', 'done')) THEN 1 ELSE 0 END) \
               FROM orders o WHERE o.supplier = $1 AND o.made_at >= $2 AND o.state NOT IN ('approving', 'returned', 'withdrawn')";
    let r = q.one(sql, params![supplier, from]).await?;
    Ok((r.int(0), r.opt_int(1).unwrap_or(0), r.opt_int(2).unwrap_or(0)))
}

/// Evaluations a unit made of a supplier since a time: how many, of them with the best marks throughout.
pub async fn stars(q: &dyn Query, unit: i64, supplier: i64, from: i64) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), SUM(CASE WHEN e.quality = 5 AND e.delivery = 5 AND e.service = 5 THEN 1 ELSE 0 END) \
               FROM evaluation e JOIN orders o ON o.id = e.orders \
               WHERE e.side = 'unit' AND o.unit = $1 AND o.supplier = $2 AND e.at >= $3";
    let r = q.one(sql, params![unit, supplier, from]).await?;
    Ok((r.int(0), r.opt_int(1).unwrap_or(0)))
}

/// The lowest price of an offer within a time; the one that held at its beginning counts.
pub async fn lowest(q: &dyn Query, offer: i64, from: i64, to: i64) -> Result<Option<i64>> {
    let sql = "SELECT MIN(price) FROM price_point WHERE offer = $1 AND at <= $3 AND at >= \
               COALESCE((SELECT MAX(x.at) FROM price_point x WHERE x.offer = $1 AND x.at <= $2), 0)";
    Ok(q.one(sql, params![offer, from, to]).await?.opt_int(0))
}

/// The lowest price another unit agreed for a product within a time.
pub async fn elsewhere(q: &dyn Query, product: i64, unit: i64, from: i64, to: i64) -> Result<Option<i64>> {
    let sql = "SELECT MIN(l.price) FROM order_line l JOIN orders o ON o.id = l.orders WHERE l.product = $1 AND o.unit <> $2 \
               AND o.made_at >= $3 AND o.made_at <= $4 AND o.state IN ('contracting', 'performing', 'completed')";
    Ok(q.one(sql, params![product, unit, from, to]).await?.opt_int(0))
}

/// When goods of an order were last shipped.
pub async fn shipped(q: &dyn Query, order: i64) -> Result<Option<i64>> {
    Ok(q.one("SELECT MAX(shipped_at) FROM shipment WHERE orders = $1", params![order]).await?.opt_int(0))
}

/// When a supplier's account last changed.
pub async fn account_changed(q: &dyn Query, supplier: i64) -> Result<Option<i64>> {
    let sql = "SELECT MAX(effective_at) FROM account_change WHERE supplier = $1 AND state = 'done'";
    Ok(q.one(sql, params![supplier]).await?.opt_int(0))
}

/// Orders whose contract was concluded within a time, after an id.
pub async fn concluded(q: &dyn Query, from: i64, to: i64, after: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT orders FROM notice WHERE kind = 'contract' AND published_at >= $1 AND published_at <= $2 AND orders > $3 \
               ORDER BY orders LIMIT $4";
    Ok(q.rows(sql, params![from, to, after, most]).await?.iter().map(|r| r.int(0)).collect())
}

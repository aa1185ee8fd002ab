//! Rows of deal prices.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use std::collections::HashMap;

/// A deal price of one product.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Product id.
    pub product: i64,
    /// Order id.
    pub orders: i64,
    /// Region.
    pub region: String,
    /// Buyer's name.
    pub unit: String,
    /// Supplier's name.
    pub supplier: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// Signed, ms UTC.
    pub at: i64,
}

/// Adds a deal price once.
pub async fn add_deal(tx: &Tx<'_>, entry: i64, line: i64, d: &Deal) -> Result<()> {
    tx.run(
        "INSERT INTO deal (entry, line, product, orders, region, unit, supplier, price, quantity, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT DO NOTHING",
        params![entry, line, d.product, d.orders, &d.region, &d.unit, &d.supplier, d.price, d.quantity, d.at],
    )
    .await?;
    Ok(())
}

/// The deals of a cancelled order no longer count.
pub async fn drop_deals(tx: &Tx<'_>, orders: i64) -> Result<()> {
    tx.run("DELETE FROM deal WHERE orders = $1", params![orders]).await?;
    Ok(())
}

/// Deals of a product (0 for all) in a region and below, newest first.
pub async fn deals(q: &dyn Query, product: i64, prefix: &str, page: usize, size: usize) -> Result<(Vec<Deal>, i64)> {
    let region = format!("{prefix}%");
    let filter = "region LIKE $1 AND ($2 = 0 OR product = $2)";
    let sql = format!(
        "SELECT product, orders, region, unit, supplier, price, quantity, at FROM deal WHERE {filter} \
         ORDER BY at DESC, entry DESC, line LIMIT $3 OFFSET $4"
    );
    let found = q.rows(&sql, params![&region, product, size, (page - 1) * size]).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM deal WHERE {filter}"), params![&region, product]).await?.int(0);
    let read = |r: &Row| Deal {
        product: r.int(0),
        orders: r.int(1),
        region: r.text(2),
        unit: r.text(3),
        supplier: r.text(4),
        price: r.int(5),
        quantity: r.int(6),
        at: r.int(7),
    };
    Ok((found.iter().map(read).collect(), total))
}

/// Titles of products by id.
pub async fn titles(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(Default::default());
    }
    let sql = format!("SELECT id, title FROM product WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let ids: Vec<_> = ids.iter().map(Val::from).collect();
    Ok(q.rows(&sql, &ids).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Prices paid for a product from one time to before another, at most so many of the newest.
pub async fn paid(q: &dyn Query, product: i64, from: i64, to: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT price FROM deal WHERE product = $1 AND at >= $2 AND at < $3 ORDER BY at DESC, entry LIMIT $4";
    Ok(q.rows(sql, params![product, from, to, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Mean price paid for each product of an area between two times: second-level category, product, fen.
pub async fn means(q: &dyn Query, prefix: &str, from: i64, to: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT SUBSTR(p.category, 1, 5), d.product, CAST(SUM(d.price * d.quantity) / SUM(d.quantity) AS BIGINT) \
               FROM deal d JOIN product p ON p.id = d.product WHERE d.at >= $1 AND d.at < $2 AND d.region LIKE $3 AND d.quantity > 0 \
               GROUP BY SUBSTR(p.category, 1, 5), d.product";
    let found = q.rows(sql, params![from, to, format!("{prefix}%")]).await?;
    Ok(found.iter().map(|r| (r.text(0), r.int(1), r.int(2))).collect())
}

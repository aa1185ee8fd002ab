//! Rows of carts and of the sums that limits compare with.
use kit::db::Val;
use kit::{Query, Result, Tx, params};
use std::collections::BTreeMap;

/// Lines a cart may hold.
pub const CART_MAX: i64 = 60;

/// The cart of a person: offer and quantity, in the order of adding.
pub async fn cart(q: &dyn Query, person: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT offer, quantity FROM cart_line WHERE person = $1 ORDER BY at, offer";
    Ok(q.rows(sql, params![person]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// How many kinds of goods are in a person's cart.
pub async fn cart_size(q: &dyn Query, person: i64) -> Result<i64> {
    Ok(q.one("SELECT COUNT(*) FROM cart_line WHERE person = $1", params![person]).await?.int(0))
}

/// Puts an offer into a cart or adds to its quantity.
pub async fn add_to_cart(tx: &Tx<'_>, person: i64, offer: i64, quantity: i64) -> Result<()> {
    tx.run(
        "INSERT INTO cart_line (person, offer, quantity, at) VALUES ($1,$2,$3,$4) \
         ON CONFLICT (person, offer) DO UPDATE SET quantity = cart_line.quantity + $3",
        params![person, offer, quantity, tx.now()],
    )
    .await?;
    Ok(())
}

/// Sets a quantity; 0 takes the line away.
pub async fn set_quantity(tx: &Tx<'_>, person: i64, offer: i64, quantity: i64) -> Result<()> {
    if quantity == 0 {
        tx.run("DELETE FROM cart_line WHERE person = $1 AND offer = $2", params![person, offer]).await?;
    } else {
        tx.run("UPDATE cart_line SET quantity = $3 WHERE person = $1 AND offer = $2", params![person, offer, quantity])
            .await?;
    }
    Ok(())
}

/// What a unit has committed in a year, by second-level category.
pub async fn annual(q: &dyn Query, unit: i64, year: i64) -> Result<BTreeMap<String, i64>> {
    let sql = "SELECT category, amount FROM annual_sum WHERE unit = $1 AND year = $2";
    Ok(q.rows(sql, params![unit, year]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// Adds to the sum of a year and returns the new sum; the row stays locked until the end of the transaction.
pub async fn add_annual(tx: &Tx<'_>, unit: i64, year: i64, category: &str, amount: i64) -> Result<i64> {
    let row = tx
        .one(
            "INSERT INTO annual_sum (unit, year, category, amount, orders) VALUES ($1,$2,$3,$4,1) \
             ON CONFLICT (unit, year, category) DO UPDATE SET amount = annual_sum.amount + $4, orders = annual_sum.orders + 1 RETURNING amount",
            params![unit, year, category, amount],
        )
        .await?;
    Ok(row.int(0))
}

/// Takes back from the sum of a year.
pub async fn sub_annual(tx: &Tx<'_>, unit: i64, year: i64, category: &str, amount: i64) -> Result<()> {
    let sql =
        "UPDATE annual_sum SET amount = amount - $4 WHERE unit = $1 AND year = $2 AND category = $3 AND amount >= $4";
    tx.must(sql, params![unit, year, category, amount]).await
}

const ALIVE: &str = "o.state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";

/// Orders of a unit since a time, by second-level category.
pub async fn orders_since(q: &dyn Query, unit: i64, since: i64) -> Result<BTreeMap<String, i64>> {
    let sql = format!(
        "SELECT substr(l.category, 1, 5), COUNT(DISTINCT o.id) FROM orders o JOIN order_line l ON l.orders = o.id \
         WHERE o.unit = $1 AND o.made_at >= $2 AND {ALIVE} GROUP BY substr(l.category, 1, 5)"
    );
    Ok(q.rows(&sql, params![unit, since]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// How many of some categories a unit has bought since a time.
pub async fn bought_since(
    q: &dyn Query,
    unit: i64,
    since: i64,
    categories: &[String],
) -> Result<BTreeMap<String, i64>> {
    if categories.is_empty() {
        return Ok(BTreeMap::new());
    }
    let marks = kit::text::marks(3, categories.len());
    let sql = format!(
        "SELECT l.category, SUM(l.quantity - l.returned) FROM orders o JOIN order_line l ON l.orders = o.id \
         WHERE o.unit = $1 AND o.made_at >= $2 AND {ALIVE} AND l.category IN ({marks}) GROUP BY l.category"
    );
    let mut all = vec![Val::from(unit), since.into()];
    all.extend(categories.iter().map(Val::from));
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

//! Rows of tips.
use crate::prices::flow::Seen;
use kit::db::Row;
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;

/// A market price a supplier points out.
#[derive(Clone, Debug)]
pub struct Tip {
    /// Id.
    pub id: i64,
    /// What was seen.
    pub seen: Seen,
    /// Title of the product.
    pub title: String,
    /// Who points it out.
    pub supplier: i64,
    /// Its name.
    pub supplier_name: String,
    /// waiting, taken, declined.
    pub state: String,
    /// Why declined, or empty.
    pub reason: String,
}

const TIP: &str = "SELECT t.id, t.product, t.source, t.url, t.day, t.price, t.digest, p.title, t.supplier, g.name, t.state, t.reason \
                   FROM price_tip t JOIN product p ON p.id = t.product JOIN org g ON g.id = t.supplier";

fn read(r: &Row) -> Tip {
    Tip {
        id: r.int(0),
        seen: Seen {
            product: r.int(1),
            source: r.text(2),
            url: r.text(3),
            day: r.int(4) as Day,
            price: r.int(5),
            digest: r.text(6),
        },
        title: r.text(7),
        supplier: r.int(8),
        supplier_name: r.text(9),
        state: r.text(10),
        reason: r.text(11),
    }
}

/// A tip.
pub async fn one(q: &dyn Query, id: i64) -> Result<Tip> {
    Ok(read(&q.one(&format!("{TIP} WHERE t.id = $1"), params![id]).await?))
}

/// Tips nobody has looked at, oldest first.
pub async fn waiting(q: &dyn Query, most: usize) -> Result<Vec<Tip>> {
    let sql = format!("{TIP} WHERE t.state = 'waiting' ORDER BY t.id LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// How many tips nobody has looked at.
pub async fn count_waiting(q: &dyn Query) -> Result<i64> {
    Ok(q.one("SELECT COUNT(*) FROM price_tip WHERE state = 'waiting'", params![]).await?.int(0))
}

/// Tips of a supplier, youngest first.
pub async fn of_supplier(q: &dyn Query, supplier: i64, most: usize) -> Result<Vec<Tip>> {
    let sql = format!("{TIP} WHERE t.supplier = $1 ORDER BY t.id DESC LIMIT $2");
    Ok(q.rows(&sql, params![supplier, most]).await?.iter().map(read).collect())
}

/// How many tips of a supplier wait.
pub async fn open(q: &dyn Query, supplier: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM price_tip WHERE supplier = $1 AND state = 'waiting'";
    Ok(q.one(sql, params![supplier]).await?.int(0))
}

/// Writes a tip; None when the same waits already.
pub async fn add(tx: &Tx<'_>, s: &Seen, supplier: i64, person: i64) -> Result<Option<i64>> {
    let id = tx.id();
    let n = tx
        .run(
            "INSERT INTO price_tip (id, product, supplier, source, url, day, price, digest, state, reason, made_by, made_at) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'waiting','',$9,$10) ON CONFLICT DO NOTHING",
            params![
                id, s.product, supplier, &s.source, &s.url, i64::from(s.day), s.price, &s.digest, person, tx.now()
            ],
        )
        .await?;
    Ok((n == 1).then_some(id))
}

/// Decides a tip; false when it is decided.
pub async fn decide(tx: &Tx<'_>, id: i64, state: &str, reason: &str, person: i64) -> Result<bool> {
    let sql = "UPDATE price_tip SET state = $2, reason = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = 'waiting'";
    Ok(tx.run(sql, params![id, state, reason, person, tx.now()]).await? == 1)
}

//! Rows of observations.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;

/// A price seen outside the mall.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Id.
    pub id: i64,
    /// Product.
    pub product: i64,
    /// Who asks it.
    pub source: String,
    /// Where it can be looked at; may be empty for a paper list.
    pub url: String,
    /// The day it was seen.
    pub day: Day,
    /// For one of the product's unit, fen.
    pub price: i64,
    /// SHA-256 of the evidence, hexadecimal, or empty.
    pub digest: String,
    /// Region of the office that recorded it.
    pub region: String,
    /// Why it no longer counts, or empty.
    pub withdrawn: String,
}

const OBSERVATION: &str = "SELECT id, product, source, url, day, price, digest, region, withdrawn FROM observation";

fn read(r: &Row) -> Observation {
    Observation {
        id: r.int(0),
        product: r.int(1),
        source: r.text(2),
        url: r.text(3),
        day: r.int(4) as Day,
        price: r.int(5),
        digest: r.text(6),
        region: r.text(7),
        withdrawn: r.text(8),
    }
}

/// Observations that count of some products, seen on or after a day.
pub async fn since(q: &dyn Query, products: &[i64], day: i64) -> Result<Vec<Observation>> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<Val> = vec![day.into()];
    all.extend(products.iter().map(Val::from));
    let marks = kit::text::marks(2, products.len());
    let sql = format!("{OBSERVATION} WHERE withdrawn = '' AND day >= $1 AND product IN ({marks})");
    Ok(q.rows(&sql, &all).await?.iter().map(read).collect())
}

/// All observations of a product, youngest first, withdrawn ones too.
pub async fn of_product(q: &dyn Query, product: i64, most: usize) -> Result<Vec<Observation>> {
    let sql = format!("{OBSERVATION} WHERE product = $1 ORDER BY day DESC, id DESC LIMIT $2");
    Ok(q.rows(&sql, params![product, most]).await?.iter().map(read).collect())
}

/// An observation.
pub async fn one(q: &dyn Query, id: i64) -> Result<Observation> {
    Ok(read(&q.one(&format!("{OBSERVATION} WHERE id = $1"), params![id]).await?))
}

/// Writes an observation; None when this source has one of that day.
pub async fn add(tx: &Tx<'_>, o: &Observation, person: i64) -> Result<Option<i64>> {
    let id = tx.id();
    let n = tx
        .run(
            "INSERT INTO observation (id, product, source, url, day, price, digest, region, person, made_at, withdrawn) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'') ON CONFLICT DO NOTHING",
            params![
                id, o.product, &o.source, &o.url, i64::from(o.day), o.price, &o.digest, &o.region, person, tx.now()
            ],
        )
        .await?;
    Ok((n == 1).then_some(id))
}

/// Withdraws an observation; false when it was withdrawn before.
pub async fn withdraw(tx: &Tx<'_>, id: i64, reason: &str) -> Result<bool> {
    let sql = "UPDATE observation SET withdrawn = $2 WHERE id = $1 AND withdrawn = ''";
    Ok(tx.run(sql, params![id, reason]).await? == 1)
}

/// Products observed on or after a day, youngest first.
pub async fn observed_products(q: &dyn Query, day: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT product FROM observation WHERE withdrawn = '' AND day >= $1 GROUP BY product \
               ORDER BY MAX(day) DESC, product LIMIT $2";
    Ok(q.rows(sql, params![day, most]).await?.iter().map(|r| r.int(0)).collect())
}

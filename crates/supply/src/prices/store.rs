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

/// Observed products after an id, in order of id.
pub async fn observed_after(q: &dyn Query, day: i64, after: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT product FROM observation WHERE withdrawn = '' AND day >= $1 AND product > $2 ORDER BY product LIMIT $3";
    Ok(q.rows(sql, params![day, after, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Products with a watched offer after an id, in order of id: their observations may all be gone.
pub async fn watched_after(q: &dyn Query, after: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT o.product FROM price_watch w JOIN offer o ON o.id = w.offer WHERE o.product > $1 ORDER BY o.product LIMIT $2";
    Ok(q.rows(sql, params![after, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// An offer above the market or far below it.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Offer.
    pub offer: i64,
    /// Key of its band.
    pub band: String,
    /// Price it was found with, fen.
    pub price: i64,
    /// Reference it was compared with, fen.
    pub reference: i64,
    /// Since when, ms UTC.
    pub since: i64,
    /// To be put right until, ms UTC; None when that does not run.
    pub due: Option<i64>,
}

const WATCHED: &str = "SELECT offer, band, price, reference, since, due FROM price_watch";

fn read_watched(r: &Row) -> Watched {
    Watched {
        offer: r.int(0),
        band: r.text(1),
        price: r.int(2),
        reference: r.int(3),
        since: r.int(4),
        due: r.opt_int(5),
    }
}

/// What is known of some offers.
pub async fn watched(q: &dyn Query, offers: &[i64]) -> Result<Vec<Watched>> {
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Val> = offers.iter().map(Val::from).collect();
    let sql = format!("{WATCHED} WHERE offer IN ({})", kit::text::marks(1, ids.len()));
    Ok(q.rows(&sql, &ids).await?.iter().map(read_watched).collect())
}

/// Offers whose time to be put right is over.
pub async fn overdue(q: &dyn Query, now: i64, most: usize) -> Result<Vec<Watched>> {
    let sql = format!("{WATCHED} WHERE due < $1 ORDER BY due LIMIT $2");
    Ok(q.rows(&sql, params![now, most]).await?.iter().map(read_watched).collect())
}

/// Writes what is known of an offer.
pub async fn watch(tx: &Tx<'_>, w: &Watched) -> Result<()> {
    tx.run(
        "INSERT INTO price_watch (offer, band, price, reference, since, due) VALUES ($1,$2,$3,$4,$5,$6) \
         ON CONFLICT (offer) DO UPDATE SET band = $2, price = $3, reference = $4, due = $6",
        params![w.offer, &w.band, w.price, w.reference, w.since, w.due],
    )
    .await?;
    Ok(())
}

/// Nothing is known of an offer any more.
pub async fn unwatch(tx: &Tx<'_>, offer: i64) -> Result<()> {
    tx.run("DELETE FROM price_watch WHERE offer = $1", params![offer]).await?;
    Ok(())
}

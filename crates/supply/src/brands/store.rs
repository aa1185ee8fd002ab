//! The brand library: one canonical name per brand, found by any alias in any width or case.
use kit::{Db, Entry, Fail, Query, Result, Tx, params};
use rules::naming::brand_key;
use std::collections::HashMap;

const BRANDS: &str = include_str!("../../../../data/brands.csv");

/// Canonical brands by folded alias.
#[derive(Default)]
pub struct Brands {
    by_alias: HashMap<String, String>,
    shandong: HashMap<String, bool>,
}

impl Brands {
    /// The canonical name of a brand written in any way.
    pub fn find(&self, written: &str) -> Option<&str> {
        self.by_alias.get(&brand_key(written)).map(String::as_str)
    }

    /// The brand with which a title begins, the longest that fits; Latin names end where a word ends.
    pub fn in_title(&self, title: &str) -> Option<&str> {
        let key = brand_key(title);
        let fits = |alias: &str| {
            let next = key[alias.len()..].chars().next();
            let latin = alias.is_ascii() && next.is_some_and(|c| c.is_ascii_alphanumeric());
            alias.chars().count() >= 2 && !latin
        };
        let found = self.by_alias.iter().filter(|(alias, _)| key.starts_with(alias.as_str()) && fits(alias));
        found.max_by_key(|(alias, _)| alias.len()).map(|(_, brand)| brand.as_str())
    }

    /// Is it a brand of the province?
    pub fn is_local(&self, brand: &str) -> bool {
        self.shandong.get(brand).copied().unwrap_or(false)
    }
}

#[derive(serde::Deserialize)]
struct Line {
    brand: String,
    latin: String,
    aliases: String,
    home: String,
    shandong: String,
}

/// Fills an empty library from the file in `data/`.
pub async fn seed(db: &Db) -> Result<()> {
    if db.row("SELECT name FROM brand LIMIT 1", params![]).await?.is_some() {
        return Ok(());
    }
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(BRANDS.as_bytes());
    let lines = reader.deserialize().collect::<std::result::Result<Vec<Line>, _>>().map_err(Fail::fault)?;
    let lines = &lines;
    db.write("brands.seed", |tx| {
        Box::pin(async move {
            let mut seen = std::collections::HashSet::new();
            for b in lines {
                let local = b.shandong == "1";
                tx.run(
                    "INSERT INTO brand (name, latin, home, shandong) VALUES ($1,$2,$3,$4)",
                    params![&b.brand, &b.latin, &b.home, local],
                )
                .await?;
                let both = format!("{}({})", b.brand, b.latin);
                for alias in [b.brand.as_str(), b.latin.as_str(), both.as_str()].into_iter().chain(b.aliases.split('|'))
                {
                    let key = brand_key(alias);
                    if !key.is_empty() && seen.insert(key.clone()) {
                        tx.run("INSERT INTO brand_alias (folded, brand) VALUES ($1,$2)", params![key, &b.brand])
                            .await?;
                    }
                }
            }
            tx.journal(Entry {
                region: String::new(),
                room: "offers",
                kind: "brands.seeded",
                subject: "brands".into(),
                actor: 0,
                via: "command",
                data: serde_json::json!({"brands": lines.len()}),
            })
            .await?;
            Ok(())
        })
    })
    .await
}

/// Reads the library.
pub async fn load(q: &dyn Query) -> Result<Brands> {
    let found = q
        .rows("SELECT a.folded, b.name, b.shandong FROM brand_alias a JOIN brand b ON b.name = a.brand", params![])
        .await?;
    let mut out = Brands::default();
    for r in &found {
        out.by_alias.insert(r.text(0), r.text(1));
        out.shandong.insert(r.text(1), r.flag(2));
    }
    Ok(out)
}

/// A wish for a brand.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Id.
    pub id: i64,
    /// Who asks.
    pub supplier: i64,
    /// As written.
    pub written: String,
    /// Its key.
    pub folded: String,
    /// Latin name, as far as given.
    pub latin: String,
    /// Trade mark number or where it is sold.
    pub proof: String,
    /// `asked`, `made`, `alias`, `refused`.
    pub state: String,
    /// The brand it became.
    pub brand: String,
    /// Why not.
    pub reason: String,
}

const ASK: &str = "SELECT id, supplier, written, folded, latin, proof, state, brand, reason FROM brand_ask";

fn read_ask(r: &kit::db::Row) -> Ask {
    Ask {
        id: r.int(0),
        supplier: r.int(1),
        written: r.text(2),
        folded: r.text(3),
        latin: r.text(4),
        proof: r.text(5),
        state: r.text(6),
        brand: r.text(7),
        reason: r.text(8),
    }
}

/// Writes a wish and returns its id; None when the same is being looked at.
pub async fn add_ask(
    tx: &Tx<'_>,
    supplier: i64,
    written: &str,
    folded: &str,
    latin: &str,
    proof: &str,
) -> Result<Option<i64>> {
    let id = tx.id();
    let sql = "INSERT INTO brand_ask (id, supplier, written, folded, latin, proof, state, brand, reason, at) \
               VALUES ($1,$2,$3,$4,$5,$6,'asked','','',$7) ON CONFLICT DO NOTHING";
    let made = tx.run(sql, params![id, supplier, written, folded, latin, proof, tx.now()]).await?;
    Ok((made == 1).then_some(id))
}

/// A wish by id.
pub async fn ask(q: &dyn Query, id: i64) -> Result<Ask> {
    Ok(read_ask(&q.one(&format!("{ASK} WHERE id = $1"), params![id]).await?))
}

/// Wishes of a supplier, or all that wait when none is named, newest first.
pub async fn asks(q: &dyn Query, supplier: Option<i64>) -> Result<Vec<Ask>> {
    let sql = match supplier {
        Some(_) => format!("{ASK} WHERE supplier = $1 ORDER BY id DESC LIMIT 50"),
        None => format!("{ASK} WHERE state = 'asked' AND id > $1 ORDER BY id LIMIT 100"),
    };
    Ok(q.rows(&sql, params![supplier.unwrap_or(0)]).await?.iter().map(read_ask).collect())
}

/// Closes a wish; false when somebody did.
pub async fn close_ask(tx: &Tx<'_>, id: i64, state: &str, brand: &str, reason: &str) -> Result<bool> {
    let sql =
        "UPDATE brand_ask SET state = $2, brand = $3, reason = $4, decided_at = $5 WHERE id = $1 AND state = 'asked'";
    Ok(tx.run(sql, params![id, state, brand, reason, tx.now()]).await? == 1)
}

/// Adds a brand.
pub async fn add_brand(tx: &Tx<'_>, name: &str, latin: &str, home: &str) -> Result<()> {
    let local = home.contains("山东");
    let sql = "INSERT INTO brand (name, latin, home, shandong) VALUES ($1,$2,$3,$4)";
    tx.run(sql, params![name, latin, home, local]).await?;
    Ok(())
}

/// Adds a way to write a brand; one that is there stays as it is.
pub async fn add_alias(tx: &Tx<'_>, folded: &str, brand: &str) -> Result<()> {
    if !folded.is_empty() {
        let sql = "INSERT INTO brand_alias (folded, brand) VALUES ($1,$2) ON CONFLICT DO NOTHING";
        tx.run(sql, params![folded, brand]).await?;
    }
    Ok(())
}

/// Gives a way of writing to another brand.
pub async fn move_alias(tx: &Tx<'_>, folded: &str, brand: &str) -> Result<()> {
    tx.must("UPDATE brand_alias SET brand = $2 WHERE folded = $1", params![folded, brand]).await
}

/// Products of a brand with the keys of their models.
pub async fn products_of(q: &dyn Query, brand: &str) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, model_key FROM product WHERE brand = $1 ORDER BY id";
    Ok(q.rows(sql, params![brand]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// The product of a brand and model.
pub async fn product_of(q: &dyn Query, brand: &str, model_key: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM product WHERE brand = $1 AND model_key = $2";
    Ok(q.row(sql, params![brand, model_key]).await?.map(|r| r.int(0)))
}

/// Gives a product to another brand.
pub async fn set_brand(tx: &Tx<'_>, product: i64, brand: &str) -> Result<()> {
    let sql = "UPDATE goods_picture SET brand = $2 WHERE brand = (SELECT brand FROM product WHERE id = $1) \
               AND model_key = (SELECT model_key FROM product WHERE id = $1) AND NOT EXISTS (SELECT 1 FROM goods_picture b \
               WHERE b.brand = $2 AND b.model_key = goods_picture.model_key AND b.digest = goods_picture.digest)";
    tx.run(sql, params![product, brand]).await?;
    tx.must("UPDATE product SET brand = $2 WHERE id = $1", params![product, brand]).await
}

/// Moves offers and observations of one product to another; where a supplier or a source has both, the other's stays and
/// this one leaves the shelf. The product itself stays for old orders.
pub async fn join_products(tx: &Tx<'_>, from: i64, into: i64) -> Result<()> {
    let sql = "UPDATE offer SET product = $2, changed_at = $3 WHERE product = $1 \
               AND supplier NOT IN (SELECT supplier FROM offer WHERE product = $2)";
    tx.run(sql, params![from, into, tx.now()]).await?;
    tx.run("UPDATE offer SET state = 'off', changed_at = $2 WHERE product = $1", params![from, tx.now()]).await?;
    let sql = "UPDATE observation SET product = $2 WHERE product = $1 AND NOT EXISTS (SELECT 1 FROM observation b \
               WHERE b.product = $2 AND b.source = observation.source AND b.day = observation.day)";
    tx.run(sql, params![from, into]).await?;
    Ok(())
}

/// A brand is part of another now. Products that stayed for old orders keep its name.
pub async fn drop_brand(tx: &Tx<'_>, from: &str, into: &str) -> Result<()> {
    tx.run("UPDATE brand_alias SET brand = $2 WHERE brand = $1", params![from, into]).await?;
    tx.run("UPDATE authorisation SET brand = $2 WHERE brand = $1", params![from, into]).await?;
    let sql = "UPDATE model_alias SET brand = $2 WHERE brand = $1 AND NOT EXISTS \
               (SELECT 1 FROM model_alias b WHERE b.brand = $2 AND b.model_key = model_alias.model_key)";
    tx.run(sql, params![from, into]).await?;
    tx.must("DELETE FROM brand WHERE name = $1", params![from]).await
}

/// A way to write a model that was joined to another.
pub struct Joined {
    /// Brand.
    pub brand: String,
    /// The way of writing, folded.
    pub model_key: String,
    /// The product it was.
    pub product: i64,
    /// The product it is part of now.
    pub into_product: i64,
    /// Offers that went over.
    pub offers: Vec<i64>,
    /// Observations that went over.
    pub observations: Vec<i64>,
}

fn ids(text: &str) -> Vec<i64> {
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

fn text_of(ids: &[i64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// What a way of writing was joined to, if it was.
pub async fn joined(q: &dyn Query, brand: &str, model_key: &str) -> Result<Option<Joined>> {
    let sql = "SELECT brand, model_key, product, into_product, offers, observations FROM model_alias \
               WHERE brand = $1 AND model_key = $2";
    Ok(q.row(sql, params![brand, model_key]).await?.map(|r| Joined {
        brand: r.text(0),
        model_key: r.text(1),
        product: r.int(2),
        into_product: r.int(3),
        offers: ids(r.str(4)),
        observations: ids(r.str(5)),
    }))
}

/// The model that a way of writing stands for, where it is not a model itself.
pub async fn model_of(q: &dyn Query, brand: &str, model_key: &str) -> Result<Option<String>> {
    let sql = "SELECT p.model FROM model_alias a JOIN product p ON p.id = a.into_product WHERE a.brand = $1 AND a.model_key = $2";
    Ok(q.row(sql, params![brand, model_key]).await?.map(|r| r.text(0)))
}

/// Unit of count of a product.
pub async fn unit_of(q: &dyn Query, product: i64) -> Result<String> {
    Ok(q.one("SELECT unit FROM product WHERE id = $1", params![product]).await?.text(0))
}

/// Offers and observations that [`join_products`] would move.
pub async fn going_over(q: &dyn Query, from: i64, into: i64) -> Result<(Vec<i64>, Vec<i64>)> {
    let offers = "SELECT id FROM offer WHERE product = $1 AND supplier NOT IN (SELECT supplier FROM offer WHERE product = $2) ORDER BY id";
    let seen = "SELECT id FROM observation WHERE product = $1 AND NOT EXISTS (SELECT 1 FROM observation b \
                WHERE b.product = $2 AND b.source = observation.source AND b.day = observation.day) ORDER BY id";
    let mut out = (Vec::new(), Vec::new());
    for (sql, list) in [(offers, &mut out.0), (seen, &mut out.1)] {
        list.extend(q.rows(sql, params![from, into]).await?.iter().map(|r| r.int(0)));
    }
    Ok(out)
}

/// What was joined to a product that is joined itself is part of the other too.
pub async fn follow_on(tx: &Tx<'_>, from: i64, into: i64) -> Result<()> {
    let sql = "UPDATE model_alias SET into_product = $2 WHERE into_product = $1";
    tx.run(sql, params![from, into]).await.map(|_| ())
}

/// Writes that a way of writing was joined.
pub async fn add_joined(tx: &Tx<'_>, j: &Joined) -> Result<()> {
    let sql = "INSERT INTO model_alias (brand, model_key, product, into_product, offers, observations) VALUES ($1,$2,$3,$4,$5,$6)";
    let (offers, observations) = (text_of(&j.offers), text_of(&j.observations));
    tx.must(sql, params![&j.brand, &j.model_key, j.product, j.into_product, offers, observations]).await
}

/// Forgets it.
pub async fn drop_joined(tx: &Tx<'_>, j: &Joined) -> Result<()> {
    tx.must("DELETE FROM model_alias WHERE brand = $1 AND model_key = $2", params![&j.brand, &j.model_key]).await
}

/// Gives offers and observations back to the product they came from, where nothing of the same supplier or source is there.
pub async fn bring_back(tx: &Tx<'_>, j: &Joined) -> Result<()> {
    for id in &j.offers {
        let sql = "UPDATE offer SET product = $2, changed_at = $4 WHERE id = $1 AND product = $3 \
                   AND supplier NOT IN (SELECT supplier FROM offer WHERE product = $2)";
        tx.run(sql, params![id, j.product, j.into_product, tx.now()]).await?;
    }
    for id in &j.observations {
        let sql = "UPDATE observation SET product = $2 WHERE id = $1 AND product = $3 AND NOT EXISTS (SELECT 1 FROM observation b \
                   WHERE b.product = $2 AND b.source = observation.source AND b.day = observation.day)";
        tx.run(sql, params![id, j.product, j.into_product]).await?;
    }
    Ok(())
}

/// Writes what happened to the library.
pub async fn add_event(tx: &Tx<'_>, kind: &str, brand: &str, other: &str, words: &str, person: i64) -> Result<()> {
    let sql = "INSERT INTO brand_event (id, kind, brand, other, words, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7)";
    tx.run(sql, params![tx.id(), kind, brand, other, words, person, tx.now()]).await?;
    Ok(())
}

/// What happened to the library: kind, brand, other, words, time; newest first.
pub async fn events(q: &dyn Query, most: usize) -> Result<Vec<(String, String, String, String, i64)>> {
    let sql = "SELECT kind, brand, other, words, at FROM brand_event ORDER BY id DESC LIMIT $1";
    let read = |r: &kit::db::Row| (r.text(0), r.text(1), r.text(2), r.text(3), r.int(4));
    Ok(q.rows(sql, params![most]).await?.iter().map(read).collect())
}

/// Brands whose name or Latin name holds some words: name, Latin, home.
pub async fn search(q: &dyn Query, words: &str, most: usize) -> Result<Vec<(String, String, String)>> {
    let sql = "SELECT name, latin, home FROM brand WHERE name LIKE $1 OR latin LIKE $1 ORDER BY name LIMIT $2";
    let found = q.rows(sql, params![format!("%{words}%"), most]).await?;
    Ok(found.iter().map(|r| (r.text(0), r.text(1), r.text(2))).collect())
}

/// How many wishes wait.
pub async fn waiting(q: &dyn Query) -> Result<i64> {
    Ok(q.one("SELECT COUNT(*) FROM brand_ask WHERE state = 'asked'", params![]).await?.int(0))
}

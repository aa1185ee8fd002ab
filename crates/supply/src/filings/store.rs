//! Rows of filings and verdicts; what the machine needs to know of goods that are there.
use base::access::Scope;
use kit::db::Row;
use kit::{Query, Result, Tx, params};
use std::collections::HashMap;

/// A filed listing or change.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Id.
    pub id: i64,
    /// Supplier.
    pub supplier: i64,
    /// Its region; the centres of the area decide.
    pub region: String,
    /// `new`, `price`, `params`.
    pub kind: String,
    /// Brand.
    pub brand: String,
    /// Key of the model.
    pub model_key: String,
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// The offer it changes; None for a new one.
    pub offer: Option<i64>,
    /// JSON of what is.
    pub before: String,
    /// JSON of what is wanted.
    pub after: String,
    /// JSON of the machine's findings.
    pub findings: String,
    /// `page`, `file`, `api`, `folder`, `pull`.
    pub via: String,
    /// Who filed.
    pub person: i64,
    /// How many reviewers look.
    pub needs: i64,
    /// `waiting`, `passed`, `refused`, `withdrawn`.
    pub state: String,
    /// When, ms UTC.
    pub made_at: i64,
    /// To be decided until, ms UTC.
    pub due: Option<i64>,
    /// Why it was refused or taken back.
    pub reason: String,
    /// Version; every change counts it up.
    pub version: i64,
}

const FILING: &str = "SELECT id, supplier, region, kind, brand, model_key, category, title, offer, before, after, findings, via, person, \
                      needs, state, made_at, due, reason, version FROM filing";

fn read(r: &Row) -> Filing {
    Filing {
        id: r.int(0),
        supplier: r.int(1),
        region: r.text(2),
        kind: r.text(3),
        brand: r.text(4),
        model_key: r.text(5),
        category: r.text(6),
        title: r.text(7),
        offer: r.opt_int(8),
        before: r.text(9),
        after: r.text(10),
        findings: r.text(11),
        via: r.text(12),
        person: r.int(13),
        needs: r.int(14),
        state: r.text(15),
        made_at: r.int(16),
        due: r.opt_int(17),
        reason: r.text(18),
        version: r.int(19),
    }
}

/// What waits of a kind for one thing of a supplier.
pub async fn open(q: &dyn Query, supplier: i64, brand: &str, model_key: &str, kind: &str) -> Result<Option<Filing>> {
    let sql =
        format!("{FILING} WHERE supplier = $1 AND brand = $2 AND model_key = $3 AND kind = $4 AND state = 'waiting'");
    Ok(q.row(&sql, params![supplier, brand, model_key, kind]).await?.as_ref().map(read))
}

/// Writes a filing; one that waits for the same thing makes room.
pub async fn add(tx: &Tx<'_>, f: &Filing) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "UPDATE filing SET state = 'withdrawn', reason = '由新的申报代替', decided_at = $5, version = version + 1 \
         WHERE supplier = $1 AND brand = $2 AND model_key = $3 AND kind = $4 AND state = 'waiting'",
        params![f.supplier, &f.brand, &f.model_key, &f.kind, tx.now()],
    )
    .await?;
    tx.run(
        "INSERT INTO filing (id, supplier, region, kind, brand, model_key, category, title, offer, before, after, findings, via, person, \
         needs, state, made_at, due, reason, version) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,'waiting',$16,$17,'',1)",
        params![
            id, f.supplier, &f.region, &f.kind, &f.brand, &f.model_key, &f.category, &f.title, f.offer, &f.before, &f.after, &f.findings,
            &f.via, f.person, f.needs, tx.now(), f.due
        ],
    )
    .await?;
    Ok(id)
}

/// A filing in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Filing> {
    let (condition, who) = scope.condition("supplier", "supplier", "region", 1);
    Ok(read(&q.one(&format!("{FILING} WHERE {condition} AND id = $2"), &[who, id.into()]).await?))
}

/// What waits in a scope for a person who has not looked yet, by its clock; and how many wait in all.
pub async fn queue(q: &dyn Query, scope: &Scope, person: i64, limit: usize) -> Result<(Vec<Filing>, i64)> {
    let (condition, who) = scope.condition("supplier", "supplier", "region", 1);
    let open = format!(
        "{condition} AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM filing_verdict v WHERE v.filing = filing.id AND v.person = $2)"
    );
    let all = [who, person.into(), limit.into()];
    let found = q.rows(&format!("{FILING} WHERE {open} ORDER BY due, id LIMIT $3"), &all).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM filing WHERE {open}"), &all[..2]).await?.int(0);
    Ok((found.iter().map(read).collect(), total))
}

/// How many wait in a scope for a person.
pub async fn waiting(q: &dyn Query, scope: &Scope, person: i64) -> Result<i64> {
    let (condition, who) = scope.condition("supplier", "supplier", "region", 1);
    let sql = format!(
        "SELECT COUNT(*) FROM filing WHERE {condition} AND state = 'waiting' \
         AND NOT EXISTS (SELECT 1 FROM filing_verdict v WHERE v.filing = filing.id AND v.person = $2)"
    );
    Ok(q.one(&sql, &[who, person.into()]).await?.int(0))
}

/// Filings in a scope, newest first, and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Filing>, i64)> {
    let (condition, who) = scope.condition("supplier", "supplier", "region", 1);
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&format!("{FILING} WHERE {condition} ORDER BY id DESC LIMIT $2 OFFSET $3"), &all).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM filing WHERE {condition}"), &all[..1]).await?.int(0);
    Ok((found.iter().map(read).collect(), total))
}

/// Moves a filing from waiting on, if nobody did meanwhile.
pub async fn decide(tx: &Tx<'_>, f: &Filing, state: &str, reason: &str) -> Result<bool> {
    let sql = "UPDATE filing SET state = $3, reason = $4, decided_at = $5, version = version + 1 \
               WHERE id = $1 AND version = $2 AND state = 'waiting'";
    Ok(tx.run(sql, params![f.id, f.version, state, reason, tx.now()]).await? == 1)
}

/// Two reviewers differ: a third looks.
pub async fn ask_third(tx: &Tx<'_>, f: &Filing) -> Result<bool> {
    let sql = "UPDATE filing SET needs = 3, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'waiting'";
    Ok(tx.run(sql, params![f.id, f.version]).await? == 1)
}

/// Is something filed for an offer still waiting?
pub async fn waits(q: &dyn Query, offer: i64) -> Result<bool> {
    Ok(q.row("SELECT id FROM filing WHERE offer = $1 AND state = 'waiting' LIMIT 1", params![offer]).await?.is_some())
}

/// What a reviewer found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Reviewer.
    pub person: i64,
    /// Passed?
    pub pass: bool,
    /// Code of the reason, or empty.
    pub code: String,
    /// Words.
    pub words: String,
}

/// Writes what a reviewer found; false when the person looked before.
pub async fn add_verdict(tx: &Tx<'_>, filing: i64, v: &Found) -> Result<bool> {
    let sql = "INSERT INTO filing_verdict (filing, person, pass, code, words, at) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING";
    Ok(tx.run(sql, params![filing, v.person, v.pass, &v.code, &v.words, tx.now()]).await? == 1)
}

/// What all reviewers found.
pub async fn verdicts(q: &dyn Query, filing: i64) -> Result<Vec<Found>> {
    let sql = "SELECT person, pass, code, words FROM filing_verdict WHERE filing = $1 ORDER BY at, person";
    let read = |r: &Row| Found { person: r.int(0), pass: r.flag(1), code: r.text(2), words: r.text(3) };
    Ok(q.rows(sql, params![filing]).await?.iter().map(read).collect())
}

/// A product and a supplier's offer of it, as far as a filing asks.
pub struct There {
    /// Product.
    pub product: i64,
    /// Its attributes.
    pub attrs: Vec<(String, String)>,
    /// The supplier's offer, if it has one.
    pub offer: Option<Own>,
}

/// An offer of the supplier's own.
#[derive(Clone, Copy)]
pub struct Own {
    /// Offer.
    pub id: i64,
    /// Price, fen.
    pub price: i64,
    /// Did its supplier take it off the shelf?
    pub off: bool,
}

/// What is there of a brand and model.
pub async fn there(q: &dyn Query, brand: &str, model_key: &str, supplier: i64) -> Result<Option<There>> {
    let sql = "SELECT p.id, p.attrs, o.id, o.price, o.state FROM product p LEFT JOIN offer o ON o.product = p.id AND o.supplier = $3 \
               WHERE p.brand = $1 AND p.model_key = $2";
    let found = q.row(sql, params![brand, model_key, supplier]).await?;
    Ok(found.map(|r| There {
        product: r.int(0),
        attrs: serde_json::from_str(r.str(1)).unwrap_or_default(),
        offer: r.opt_int(2).map(|id| Own { id, price: r.int(3), off: r.str(4) == "off" }),
    }))
}

/// A product that goods may be the same as: of the same brand and category, its model beginning alike, or of the same picture.
pub struct Sibling {
    /// Model.
    pub model: String,
    /// Unit of count.
    pub unit: String,
    /// Attributes as JSON.
    pub attrs: String,
    /// Lowest price on the shelf.
    pub price: Option<i64>,
    /// Does the supplier list it?
    pub own: bool,
    /// Has somebody shown that the open market sells it?
    pub market: bool,
}

const SIBLING: &str = "SELECT p.model, p.unit, p.attrs, MIN(o.price), MAX(CASE WHEN o.supplier = $1 THEN 1 ELSE 0 END), \
                       MAX(CASE WHEN o.link <> '' THEN 1 WHEN EXISTS (SELECT 1 FROM observation b WHERE b.product = p.id \
                       AND b.withdrawn = '') THEN 1 ELSE 0 END) FROM product p JOIN offer o ON o.product = p.id AND o.state = 'listed'";

fn read_sibling(r: &Row) -> Sibling {
    Sibling {
        model: r.text(0),
        unit: r.text(1),
        attrs: r.text(2),
        price: r.opt_int(3),
        own: r.int(4) == 1,
        market: r.int(5) == 1,
    }
}

/// The product of a brand and model, as a sibling.
pub async fn sibling(q: &dyn Query, brand: &str, model_key: &str, supplier: i64) -> Result<Option<Sibling>> {
    let sql = format!("{SIBLING} WHERE p.brand = $2 AND p.model_key = $3 GROUP BY p.id, p.model, p.unit, p.attrs");
    Ok(q.row(&sql, params![supplier, brand, model_key]).await?.as_ref().map(read_sibling))
}

/// Siblings of a model, at most so many.
pub async fn siblings(
    q: &dyn Query,
    brand: &str,
    category: &str,
    model_key: &str,
    supplier: i64,
    most: usize,
) -> Result<Vec<Sibling>> {
    // Renamed models keep their beginning; a look-alike first character is rare enough.
    let like: String = model_key.chars().take(1).chain(['%']).collect();
    let sql = format!(
        "{SIBLING} WHERE p.brand = $2 AND p.category = $3 AND p.model_key LIKE $4 AND p.model_key <> $5 \
         GROUP BY p.id, p.model, p.unit, p.attrs ORDER BY p.id DESC LIMIT $6"
    );
    Ok(q.rows(&sql, params![supplier, brand, category, like, model_key, most])
        .await?
        .iter()
        .map(read_sibling)
        .collect())
}

/// Was a product seen on the open market?
pub async fn observed(q: &dyn Query, product: i64) -> Result<bool> {
    let sql = "SELECT id FROM observation WHERE product = $1 AND withdrawn = '' LIMIT 1";
    Ok(q.row(sql, params![product]).await?.is_some())
}

/// How many offers a supplier keeps, by the first five characters of the category.
pub async fn kept(q: &dyn Query, supplier: i64) -> Result<HashMap<String, i64>> {
    let sql = "SELECT SUBSTR(p.category, 1, 5), COUNT(*) FROM offer o JOIN product p ON p.id = o.product \
               WHERE o.supplier = $1 AND o.state = 'listed' GROUP BY SUBSTR(p.category, 1, 5)";
    Ok(q.rows(sql, params![supplier]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// Writes the attributes that a review let pass.
pub async fn set_attrs(tx: &Tx<'_>, product: i64, attrs: &[(String, String)]) -> Result<()> {
    let list: Vec<[&String; 2]> = attrs.iter().map(|(k, v)| [k, v]).collect();
    let text = serde_json::to_string(&list).map_err(kit::Fail::fault)?;
    tx.must("UPDATE product SET attrs = $2 WHERE id = $1", params![product, text]).await
}

/// Suppliers with offers nobody touched or confirmed since a time, and how many: those stopped for it, or those that are not.
pub async fn untouched(q: &dyn Query, before: i64, stop: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT supplier, COUNT(*) FROM offer WHERE state = 'listed' AND stops & $2 = 0 AND changed_at < $1 AND confirmed_at < $1 \
               GROUP BY supplier ORDER BY supplier";
    Ok(q.rows(sql, params![before, stop]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// Was a supplier told of a page with words like these since a time?
pub async fn told(q: &dyn Query, supplier: i64, like: &str, since: i64) -> Result<bool> {
    let sql = "SELECT id FROM message WHERE org = $1 AND at >= $2 AND words LIKE $3 LIMIT 1";
    Ok(q.row(sql, params![supplier, since, like]).await?.is_some())
}

/// Stops a supplier's offers nobody touched since a time; returns their products.
pub async fn go_stale(tx: &Tx<'_>, supplier: i64, before: i64, stop: i64) -> Result<Vec<i64>> {
    let which = "supplier = $1 AND state = 'listed' AND stops & $3 = 0 AND changed_at < $2 AND confirmed_at < $2";
    let found = tx.rows(&format!("SELECT product FROM offer WHERE {which}"), params![supplier, before, stop]).await?;
    // changed_at stays: that nobody touched them is the point.
    tx.run(&format!("UPDATE offer SET stops = stops | $3 WHERE {which}"), params![supplier, before, stop]).await?;
    Ok(found.iter().map(|r| r.int(0)).collect())
}

/// A supplier says that all it lists is still for sale; returns the products that come back.
pub async fn confirm(tx: &Tx<'_>, supplier: i64, stop: i64) -> Result<Vec<i64>> {
    let found =
        tx.rows("SELECT product FROM offer WHERE supplier = $1 AND stops & $2 <> 0", params![supplier, stop]).await?;
    tx.run("UPDATE offer SET confirmed_at = $2 WHERE supplier = $1 AND state = 'listed'", params![supplier, tx.now()])
        .await?;
    tx.run("UPDATE offer SET stops = stops - $2 WHERE supplier = $1 AND stops & $2 = $2", params![supplier, stop])
        .await?;
    Ok(found.iter().map(|r| r.int(0)).collect())
}

/// The product of a brand and model, if the mall knows it.
pub async fn known(q: &dyn Query, brand: &str, model_key: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM product WHERE brand = $1 AND model_key = $2";
    Ok(q.row(sql, params![brand, model_key]).await?.map(|r| r.int(0)))
}

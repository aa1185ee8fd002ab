//! Rows of API keys.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// A key; its secret is kept nowhere.
#[derive(Clone, Debug)]
pub struct Key {
    /// Id.
    pub id: i64,
    /// Supplier.
    pub org: i64,
    /// Who made it.
    pub person: i64,
    /// What it is for.
    pub name: String,
    /// Ends, ms UTC.
    pub ends_at: i64,
    /// Revoked, ms UTC.
    pub revoked_at: Option<i64>,
    /// Last used, ms UTC.
    pub used_at: Option<i64>,
}

const KEY: &str = "SELECT id, org, person, name, ends_at, revoked_at, used_at FROM api_key";

fn read(r: &Row) -> Key {
    Key {
        id: r.int(0),
        org: r.int(1),
        person: r.int(2),
        name: r.text(3),
        ends_at: r.int(4),
        revoked_at: r.opt_int(5),
        used_at: r.opt_int(6),
    }
}

/// Writes a key.
pub async fn add(tx: &Tx<'_>, hash: &str, org: i64, person: i64, name: &str, ends_at: i64) -> Result<i64> {
    let id = tx.id();
    let sql = "INSERT INTO api_key (id, key_hash, org, person, name, made_at, ends_at) VALUES ($1,$2,$3,$4,$5,$6,$7)";
    tx.run(sql, params![id, hash, org, person, name, tx.now(), ends_at]).await?;
    Ok(id)
}

/// Keys of a supplier, newest first.
pub async fn of_org(q: &dyn Query, org: i64) -> Result<Vec<Key>> {
    Ok(q.rows(&format!("{KEY} WHERE org = $1 ORDER BY id DESC"), params![org]).await?.iter().map(read).collect())
}

/// The key of a hash that holds now, if its maker still works there.
pub async fn holding(q: &dyn Query, hash: &str, now: i64) -> Result<Option<Key>> {
    let sql = format!(
        "{KEY} WHERE key_hash = $1 AND revoked_at IS NULL AND ends_at > $2 \
         AND EXISTS (SELECT 1 FROM person p JOIN duty d ON d.person = p.id WHERE p.id = api_key.person AND p.active = 1 \
         AND d.duty = 'supplier_admin')"
    );
    Ok(q.row(&sql, params![hash, now]).await?.as_ref().map(read))
}

/// Revokes a key of a supplier; false when it was.
pub async fn revoke(tx: &Tx<'_>, org: i64, id: i64) -> Result<bool> {
    let sql = "UPDATE api_key SET revoked_at = $3 WHERE id = $1 AND org = $2 AND revoked_at IS NULL";
    Ok(tx.run(sql, params![id, org, tx.now()]).await? == 1)
}

/// A key was used.
pub async fn used(tx: &Tx<'_>, id: i64) -> Result<()> {
    tx.run("UPDATE api_key SET used_at = $2 WHERE id = $1", params![id, tx.now()]).await?;
    Ok(())
}

/// Offers a supplier has on the shelf: id, product, title.
pub async fn on_shelf(q: &dyn Query, supplier: i64) -> Result<Vec<(i64, i64, String)>> {
    let sql = "SELECT o.id, o.product, p.title FROM offer o JOIN product p ON p.id = o.product \
               WHERE o.supplier = $1 AND o.state = 'listed' ORDER BY o.id";
    Ok(q.rows(sql, params![supplier]).await?.iter().map(|r| (r.int(0), r.int(1), r.text(2))).collect())
}

/// Products a supplier offers, by brand and key of the model.
pub async fn offered(q: &dyn Query, supplier: i64, brand: &str, model_key: &str) -> Result<Option<i64>> {
    let sql = "SELECT o.id FROM offer o JOIN product p ON p.id = o.product WHERE o.supplier = $1 AND p.brand = $2 AND p.model_key = $3";
    Ok(q.row(sql, params![supplier, brand, model_key]).await?.map(|r| r.int(0)))
}

/// A supplier's offer on the shelf of a brand and model: offer, product, title.
pub async fn listed(q: &dyn Query, supplier: i64, brand: &str, model_key: &str) -> Result<Option<(i64, i64, String)>> {
    let sql = "SELECT o.id, o.product, p.title FROM offer o JOIN product p ON p.id = o.product \
               WHERE o.supplier = $1 AND p.brand = $2 AND p.model_key = $3 AND o.state = 'listed'";
    Ok(q.row(sql, params![supplier, brand, model_key]).await?.map(|r| (r.int(0), r.int(1), r.text(2))))
}

/// Model and category of goods that a supplier offers or has filed.
pub async fn brought(q: &dyn Query, supplier: i64, brand: &str, model_key: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT p.model, p.category FROM offer o JOIN product p ON p.id = o.product \
               WHERE o.supplier = $1 AND p.brand = $2 AND p.model_key = $3";
    if let Some(r) = q.row(sql, params![supplier, brand, model_key]).await? {
        return Ok(Some((r.text(0), r.text(1))));
    }
    let sql = "SELECT after, category FROM filing WHERE supplier = $1 AND brand = $2 AND model_key = $3 AND state = 'waiting' LIMIT 1";
    let Some(r) = q.row(sql, params![supplier, brand, model_key]).await? else { return Ok(None) };
    let filed: serde_json::Value = serde_json::from_str(r.str(0)).map_err(kit::Fail::fault)?;
    Ok(Some((filed["product"]["model"].as_str().unwrap_or_default().to_owned(), r.text(1))))
}

/// Takes offers off the shelf.
pub async fn off(tx: &Tx<'_>, supplier: i64, offer: i64) -> Result<bool> {
    let sql = "UPDATE offer SET state = 'off', version = version + 1, changed_at = $3 WHERE id = $1 AND supplier = $2 AND state = 'listed'";
    Ok(tx.run(sql, params![offer, supplier, tx.now()]).await? == 1)
}

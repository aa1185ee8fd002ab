//! Rows that only the demo writes: suppliers as admitted, and generated goods in bulk.
use kit::db::Val;
use kit::{Query, Result, Tx, params};
use std::collections::HashMap;

/// A supplier as the demo admits it.
pub struct Supplier<'a> {
    /// Organisation id.
    pub org: i64,
    /// 电商, 厂商, 代理商, 定点.
    pub kind: &'a str,
    /// `micro`, `small`, `medium`, `large`.
    pub size: &'a str,
    /// Areas, separated by spaces.
    pub areas: &'a str,
    /// Category prefixes, separated by spaces; empty for all.
    pub categories: &'a str,
    /// Legal representative.
    pub legal_person: &'a str,
    /// Phone.
    pub phone: &'a str,
    /// Address.
    pub address: &'a str,
    /// Bank account.
    pub bank_account: &'a str,
    /// Who controls it, by name; empty for nobody.
    pub controller: &'a str,
}

pub async fn admit(tx: &Tx<'_>, s: &Supplier<'_>) -> Result<()> {
    tx.run(
        "INSERT INTO supplier (org, kind, size, areas, categories, legal_person, phone, address, bank_account, controller, state, credit) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'admitted',100)",
        params![s.org, s.kind, s.size, s.areas, s.categories, s.legal_person, s.phone, s.address, s.bank_account, s.controller],
    )
    .await?;
    Ok(())
}

/// Region of every buying unit.
pub async fn regions(q: &dyn Query) -> Result<HashMap<i64, String>> {
    let found = q.rows("SELECT id, region FROM org WHERE kind = 'unit'", params![]).await?;
    Ok(found.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Suppliers with their areas and categories, in order of id.
pub async fn suppliers(q: &dyn Query) -> Result<Vec<(i64, String, String)>> {
    let found = q.rows("SELECT org, areas, categories FROM supplier ORDER BY org", params![]).await?;
    Ok(found.iter().map(|r| (r.int(0), r.text(1), r.text(2))).collect())
}

pub async fn add_products(tx: &Tx<'_>, rows: &[Vec<Val>]) -> Result<()> {
    tx.run_many(
        "INSERT INTO product (id, category, brand, model, model_key, title, unit, attrs, words, flags, origin, certificate, per_unit, made_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)",
        rows,
    )
    .await?;
    Ok(())
}

pub async fn add_offers(tx: &Tx<'_>, rows: &[Vec<Val>]) -> Result<()> {
    tx.run_many(
        "INSERT INTO offer (id, product, supplier, price, stock, held, areas, link, state, version, changed_at) \
         VALUES ($1,$2,$3,$4,$5,0,$6,'','listed',1,$7)",
        rows,
    )
    .await?;
    Ok(())
}

pub async fn add_price_points(tx: &Tx<'_>, rows: &[Vec<Val>]) -> Result<()> {
    tx.run_many(
        "INSERT INTO price_point (offer, at, price) VALUES ($1,$2,$3) ON CONFLICT (offer, at) DO NOTHING",
        rows,
    )
    .await?;
    Ok(())
}

//! Rows of venues and the products that meet their conditions.
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;
use rules::venue::{Admission, Goods};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A venue.
#[derive(Clone, Debug)]
pub struct Venue {
    /// Key, part of the address and of rulebook keys.
    pub key: String,
    /// Title.
    pub title: String,
    /// One line on its banner.
    pub banner: String,
    /// What is in it, in words.
    pub words: String,
    /// Area: this region and all below it.
    pub region: String,
    /// First day.
    pub from: Day,
    /// Last day, or None.
    pub to: Option<Day>,
    /// Conditions.
    pub admission: Admission,
    /// Categories of which a share is reserved for it.
    pub reserve_base: Vec<String>,
    /// Place among the venues.
    pub place: i64,
    /// Version; every change counts it up.
    pub version: i64,
}

fn conditions(v: &Venue) -> String {
    json!({
        "flags": v.admission.flags, "origin": v.admission.origin, "certificate": v.admission.certificate,
        "categories": v.admission.categories, "listed": v.admission.listed, "reserve_base": v.reserve_base,
    })
    .to_string()
}

fn read(r: &Row) -> Result<Venue> {
    let c: Value = serde_json::from_str(r.str(7)).map_err(Fail::fault)?;
    let list = |key: &str| {
        let items = c[key].as_array().into_iter().flatten();
        items.filter_map(|v| v.as_str().map(str::to_owned)).collect::<Vec<String>>()
    };
    Ok(Venue {
        key: r.text(0),
        title: r.text(1),
        banner: r.text(2),
        words: r.text(3),
        region: r.text(4),
        from: r.int(5) as Day,
        to: r.opt_int(6).map(|d| d as Day),
        admission: Admission {
            flags: c["flags"].as_i64().unwrap_or(0),
            origin: c["origin"].as_str().unwrap_or_default().to_owned(),
            certificate: c["certificate"].as_bool().unwrap_or(false),
            categories: list("categories"),
            listed: c["listed"].as_bool().unwrap_or(false),
        },
        reserve_base: list("reserve_base"),
        place: r.int(8),
        version: r.int(9),
    })
}

const VENUE: &str = "SELECT key, title, banner, words, region, from_day, to_day, conditions, place, version FROM venue";

/// All venues in their order.
pub async fn all(q: &dyn Query) -> Result<Vec<Venue>> {
    q.rows(&format!("{VENUE} ORDER BY place, key"), params![]).await?.iter().map(read).collect()
}

/// A venue.
pub async fn venue(q: &dyn Query, key: &str) -> Result<Venue> {
    read(&q.one(&format!("{VENUE} WHERE key = $1"), params![key]).await?)
}

/// Writes a venue: new when its version is 0, else if nobody changed it meanwhile.
pub async fn put(tx: &Tx<'_>, v: &Venue) -> Result<bool> {
    let (from, to) = (i64::from(v.from), v.to.map(i64::from));
    let n = if v.version == 0 {
        tx.run(
            "INSERT INTO venue (key, title, banner, words, region, from_day, to_day, conditions, place, version) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,1) ON CONFLICT (key) DO NOTHING",
            params![&v.key, &v.title, &v.banner, &v.words, &v.region, from, to, conditions(v), v.place],
        )
        .await?
    } else {
        tx.run(
            "UPDATE venue SET title = $2, banner = $3, words = $4, from_day = $5, to_day = $6, conditions = $7, version = version + 1 \
             WHERE key = $1 AND version = $8",
            params![&v.key, &v.title, &v.banner, &v.words, from, to, conditions(v), v.version],
        )
        .await?
    };
    Ok(n == 1)
}

/// The list of a venue becomes this one.
pub async fn set_list(tx: &Tx<'_>, key: &str, products: &[i64]) -> Result<()> {
    tx.run("DELETE FROM venue_list WHERE venue = $1", params![key]).await?;
    for p in products {
        tx.run("INSERT INTO venue_list (venue, product) VALUES ($1,$2)", params![key, *p]).await?;
    }
    Ok(())
}

/// The list of a venue.
pub async fn list(q: &dyn Query, key: &str) -> Result<Vec<i64>> {
    let sql = "SELECT product FROM venue_list WHERE venue = $1 ORDER BY product";
    Ok(q.rows(sql, params![key]).await?.iter().map(|r| r.int(0)).collect())
}

/// The venues of a place that are open on a day and in which each of these products is, by their keys.
pub async fn of_products(q: &dyn Query, region: &str, products: &[i64], day: Day) -> Result<HashMap<i64, Vec<String>>> {
    let mut out: HashMap<i64, Vec<String>> = HashMap::new();
    if products.is_empty() {
        return Ok(out);
    }
    let ids: Vec<Val> = products.iter().map(Val::from).collect();
    let marks = kit::text::marks(1, ids.len());
    let sql = format!("SELECT id, flags, origin, certificate, category FROM product WHERE id IN ({marks})");
    let found = q.rows(&sql, &ids).await?;
    let sql = format!("SELECT venue, product FROM venue_list WHERE product IN ({marks})");
    let listed: Vec<(String, i64)> = q.rows(&sql, &ids).await?.iter().map(|r| (r.text(0), r.int(1))).collect();
    for v in all(q).await? {
        let here =
            region.starts_with(rules::place::prefix(&v.region)) && v.from <= day && v.to.is_none_or(|to| to >= day);
        for r in found.iter().filter(|_| here) {
            let goods = Goods {
                flags: r.int(1),
                origin: r.str(2),
                certificate: r.str(3),
                category: r.str(4),
                listed: listed.iter().any(|(key, product)| *key == v.key && *product == r.int(0)),
            };
            if v.admission.admits(&goods) {
                out.entry(r.int(0)).or_default().push(v.key.clone());
            }
        }
    }
    Ok(out)
}

/// The conditions as SQL on `product p`, the same as [`Admission::admits`]; parameters are added to `all`.
fn admitted(v: &Venue, all: &mut Vec<Val>) -> String {
    let mut add = |value: Val| {
        all.push(value);
        format!("${}", all.len())
    };
    let a = &v.admission;
    let flags = add(a.flags.into());
    let mut sql = format!("(p.flags & {flags}) = {flags}");
    if !a.origin.is_empty() {
        sql.push_str(&format!(" AND p.origin LIKE {}", add(format!("{}%", a.origin).into())));
    }
    if a.certificate {
        sql.push_str(" AND p.certificate <> ''");
    }
    if !a.categories.is_empty() {
        let any: Vec<String> =
            a.categories.iter().map(|c| format!("p.category LIKE {}", add(format!("{c}%").into()))).collect();
        sql.push_str(&format!(" AND ({})", any.join(" OR ")));
    }
    if a.listed {
        let key = add(v.key.as_str().into());
        sql.push_str(&format!(" AND EXISTS (SELECT 1 FROM venue_list k WHERE k.venue = {key} AND k.product = p.id)"));
    }
    sql
}

/// A page of a venue's products that somebody sells now, cheapest first, and how many there are.
pub async fn shelf(q: &dyn Query, v: &Venue, words: &str, page: usize, size: usize) -> Result<(Vec<i64>, i64)> {
    let mut all: Vec<Val> = Vec::new();
    let mut filter = admitted(v, &mut all);
    filter
        .push_str(" AND EXISTS (SELECT 1 FROM offer o WHERE o.product = p.id AND o.state = 'listed' AND o.stops = 0)");
    if !words.is_empty() {
        all.push(format!("%{words}%").into());
        filter.push_str(&format!(" AND (p.title LIKE ${0} OR p.model LIKE ${0})", all.len()));
    }
    let total = q.one(&format!("SELECT COUNT(*) FROM product p WHERE {filter}"), &all).await?.int(0);
    let (limit, offset) = (all.len() + 1, all.len() + 2);
    all.extend([Val::from(size), Val::from((page - 1) * size)]);
    let sql = format!(
        "SELECT p.id FROM product p WHERE {filter} ORDER BY (SELECT MIN(o.price) FROM offer o WHERE o.product = p.id \
         AND o.state = 'listed' AND o.stops = 0), p.id LIMIT ${limit} OFFSET ${offset}"
    );
    Ok((q.rows(&sql, &all).await?.iter().map(|r| r.int(0)).collect(), total))
}

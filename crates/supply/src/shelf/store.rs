//! Rows the shelf reads.
use kit::db::Row;
use kit::{Query, Result, params};
use search::Offer;
use std::collections::HashMap;

/// A product as its page shows it.
#[derive(Clone, Debug)]
pub struct Product {
    /// Id.
    pub id: i64,
    /// Category code.
    pub category: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub unit: String,
    /// Attributes in order.
    pub attrs: Vec<(String, String)>,
    /// Other words for it.
    pub words: String,
    /// Flags.
    pub flags: i64,
    /// Place of origin.
    pub origin: String,
    /// Certificate number or empty.
    pub certificate: String,
    /// Comparable quantity or empty.
    pub per_unit: String,
    /// Digests of the pictures shown, in order.
    pub pictures: Vec<String>,
}

const PRODUCT: &str = "SELECT id, category, brand, model, title, unit, attrs, words, flags, origin, certificate, per_unit, pictures FROM product";

fn read(r: &Row) -> Product {
    Product {
        id: r.int(0),
        category: r.text(1),
        brand: r.text(2),
        model: r.text(3),
        title: r.text(4),
        unit: r.text(5),
        attrs: serde_json::from_str(r.str(6)).unwrap_or_default(),
        words: r.text(7),
        flags: r.int(8),
        origin: r.text(9),
        certificate: r.text(10),
        per_unit: r.text(11),
        pictures: r.str(12).split_whitespace().map(str::to_owned).collect(),
    }
}

/// A product by id.
pub async fn product(q: &dyn Query, id: i64) -> Result<Product> {
    Ok(read(&q.one(&format!("{PRODUCT} WHERE id = $1"), params![id]).await?))
}

/// Products of a category that somebody sells now, with the suppliers of each.
pub async fn in_category(q: &dyn Query, prefix: &str, most: usize) -> Result<Vec<(Product, Vec<i64>)>> {
    let like = format!("{prefix}%");
    let sql = format!(
        "{PRODUCT} WHERE category LIKE $1 AND EXISTS (SELECT 1 FROM offer o WHERE o.product = product.id AND o.state = 'listed' AND o.stops = 0) \
         ORDER BY id LIMIT $2"
    );
    let found: Vec<Product> = q.rows(&sql, params![&like, most]).await?.iter().map(read).collect();
    let sql = "SELECT o.product, o.supplier FROM offer o JOIN product p ON p.id = o.product \
               WHERE p.category LIKE $1 AND o.state = 'listed' AND o.stops = 0";
    let mut sellers: HashMap<i64, Vec<i64>> = HashMap::new();
    for r in q.rows(sql, params![&like]).await? {
        sellers.entry(r.int(0)).or_default().push(r.int(1));
    }
    Ok(found.into_iter().map(|p| (sellers.remove(&p.id).unwrap_or_default(), p)).map(|(s, p)| (p, s)).collect())
}

/// Products after an id, in order of id; for filling the engine.
pub async fn products_after(q: &dyn Query, after: i64, limit: i64) -> Result<Vec<Product>> {
    let sql = format!("{PRODUCT} WHERE id > $1 ORDER BY id LIMIT $2");
    Ok(q.rows(&sql, params![after, limit]).await?.iter().map(read).collect())
}

const OFFER: &str = "SELECT o.id, o.product, o.supplier, o.price, o.stock, o.areas, s.credit, o.changed_at, o.state, o.stops FROM offer o \
                     JOIN supplier s ON s.org = o.supplier";

fn read_offer(r: &Row) -> (Offer, bool) {
    let offer = Offer {
        id: r.int(0),
        product: r.int(1),
        supplier: r.int(2),
        price: r.int(3),
        stock: r.int(4),
        areas: r.str(5).split_whitespace().map(str::to_owned).collect(),
        sales: 0,
        credit: r.int(6) as i32,
        at: r.int(7),
    };
    (offer, r.str(8) == "listed" && r.int(9) == 0)
}

/// Offers after an id with whether they are listed; for filling the engine.
pub async fn offers_after(q: &dyn Query, after: i64, limit: i64) -> Result<Vec<(Offer, bool)>> {
    let sql = format!("{OFFER} WHERE o.id > $1 ORDER BY o.id LIMIT $2");
    Ok(q.rows(&sql, params![after, limit]).await?.iter().map(read_offer).collect())
}

/// All offers of a product with whether they are listed.
pub async fn offers_of(q: &dyn Query, product: i64) -> Result<Vec<(Offer, bool)>> {
    let sql = format!("{OFFER} WHERE o.product = $1");
    Ok(q.rows(&sql, params![product]).await?.iter().map(read_offer).collect())
}

/// Price history of a product: offer, time, price, oldest first.
pub async fn price_points(q: &dyn Query, product: i64) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT c.offer, c.at, c.price FROM price_point c JOIN offer o ON o.id = c.offer WHERE o.product = $1 ORDER BY c.at, c.offer";
    Ok(q.rows(sql, params![product]).await?.iter().map(|r| (r.int(0), r.int(1), r.int(2))).collect())
}

/// Names of all suppliers, by organisation id.
pub async fn supplier_names(q: &dyn Query) -> Result<HashMap<i64, String>> {
    let sql = "SELECT g.id, g.name FROM supplier s JOIN org g ON g.id = s.org";
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

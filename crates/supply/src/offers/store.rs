//! Rows of products and offers; what trade may do to stock.
use crate::suppliers;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// An offer with its product and supplier, as a purchase needs it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Offer id.
    pub offer: i64,
    /// Product id.
    pub product: i64,
    /// Supplier's organisation id.
    pub supplier: i64,
    /// Supplier's name.
    pub supplier_name: String,
    /// Supplier's standing: `admitted`, `frozen`, `suspended`, `withdrawn`.
    pub supplier_state: String,
    /// Supplier's size: `micro`, `small`, `medium`, `large`.
    pub supplier_size: String,
    /// Supplier's credit score.
    pub credit: i64,
    /// Price of one, fen.
    pub price: i64,
    /// How many may still be sold.
    pub stock: i64,
    /// Areas the offer reaches, separated by spaces; a province or city covers all below it.
    pub areas: String,
    /// Does its supplier want it on the shelf? `listed` or `off`.
    pub state: String,
    /// Why it may not be sold now, see [`super::stop`]; 0 for nothing.
    pub stops: i64,
    /// What measures have closed for the supplier, see [`suppliers::Supplier`].
    pub closed: String,
    /// Link to the goods elsewhere.
    pub link: String,
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
    /// Flags, see [`crate::shelf::FLAGS`].
    pub flags: i64,
    /// Certificate number, or empty.
    pub certificate: String,
    /// When the offer last changed, ms UTC.
    pub changed_at: i64,
}

impl Line {
    /// May it be sold now?
    pub fn live(&self) -> bool {
        self.state == "listed" && self.stops == 0
    }

    /// Is it delivered to a place? Areas that a measure closed for the supplier are not.
    pub fn reaches(&self, place: &str) -> bool {
        rules::place::reached(self.areas.split_whitespace(), place) && !suppliers::area_closed(&self.closed, place)
    }
}

const LINE: &str = "SELECT o.id, o.product, o.supplier, g.name, s.state, s.size, s.credit, o.price, o.stock, o.areas, o.state, o.link, \
                    p.category, p.brand, p.model, p.title, p.unit, p.flags, p.certificate, o.changed_at, o.stops, s.closed \
                    FROM offer o JOIN product p ON p.id = o.product JOIN supplier s ON s.org = o.supplier JOIN org g ON g.id = o.supplier";

fn read(r: &Row) -> Line {
    Line {
        offer: r.int(0),
        product: r.int(1),
        supplier: r.int(2),
        supplier_name: r.text(3),
        supplier_state: r.text(4),
        supplier_size: r.text(5),
        credit: r.int(6),
        price: r.int(7),
        stock: r.int(8),
        areas: r.text(9),
        state: r.text(10),
        link: r.text(11),
        category: r.text(12),
        brand: r.text(13),
        model: r.text(14),
        title: r.text(15),
        unit: r.text(16),
        flags: r.int(17),
        certificate: r.text(18),
        changed_at: r.int(19),
        stops: r.int(20),
        closed: r.text(21),
    }
}

/// Offers by id, in no order; unknown ids are missing.
pub async fn lines(q: &dyn Query, offers: &[i64]) -> Result<Vec<Line>> {
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Val> = offers.iter().map(Val::from).collect();
    let sql = format!("{LINE} WHERE o.id IN ({})", kit::text::marks(1, ids.len()));
    Ok(q.rows(&sql, &ids).await?.iter().map(read).collect())
}

/// All listed offers of some products, dearest first.
pub async fn of_products(q: &dyn Query, products: &[i64]) -> Result<Vec<Line>> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Val> = products.iter().map(Val::from).collect();
    let marks = kit::text::marks(1, ids.len());
    let sql = format!(
        "{LINE} WHERE o.product IN ({marks}) AND o.state = 'listed' AND o.stops = 0 ORDER BY o.price DESC, o.id"
    );
    Ok(q.rows(&sql, &ids).await?.iter().map(read).collect())
}

/// All offers of some products that their suppliers want on the shelf, stopped or not.
pub async fn wanted(q: &dyn Query, products: &[i64]) -> Result<Vec<Line>> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Val> = products.iter().map(Val::from).collect();
    let marks = kit::text::marks(1, ids.len());
    let sql = format!("{LINE} WHERE o.product IN ({marks}) AND o.state = 'listed' ORDER BY o.id");
    Ok(q.rows(&sql, &ids).await?.iter().map(read).collect())
}

/// The lowest price of each offer of some products since a time; the price that held at its beginning counts.
pub async fn lowest_since(q: &dyn Query, products: &[i64], since: i64) -> Result<HashMap<i64, i64>> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let mut all: Vec<Val> = vec![since.into()];
    all.extend(products.iter().map(Val::from));
    let marks = kit::text::marks(2, products.len());
    let sql = format!(
        "SELECT c.offer, MIN(c.price) FROM price_point c JOIN offer o ON o.id = c.offer WHERE o.product IN ({marks}) AND c.at >= \
         COALESCE((SELECT MAX(x.at) FROM price_point x WHERE x.offer = c.offer AND x.at < $1), 0) GROUP BY c.offer"
    );
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// All listed offers of a product, cheapest first.
pub async fn of_product(q: &dyn Query, product: i64) -> Result<Vec<Line>> {
    let sql = format!("{LINE} WHERE o.product = $1 AND o.state = 'listed' AND o.stops = 0 ORDER BY o.price, o.id");
    Ok(q.rows(&sql, params![product]).await?.iter().map(read).collect())
}

/// One page of a supplier's own offers, newest change first, and how many there are.
pub async fn of_supplier(
    q: &dyn Query,
    supplier: i64,
    words: &str,
    page: usize,
    size: usize,
) -> Result<(Vec<Line>, i64)> {
    let like = format!("%{words}%");
    let filter = "o.supplier = $1 AND ($2 = '%%' OR p.title LIKE $2 OR p.model LIKE $2 OR p.brand LIKE $2)";
    let sql = format!("{LINE} WHERE {filter} ORDER BY o.changed_at DESC, o.id LIMIT $3 OFFSET $4");
    let found = q.rows(&sql, params![supplier, &like, size, (page - 1) * size]).await?;
    let count = format!("SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE {filter}");
    let total = q.one(&count, params![supplier, &like]).await?.int(0);
    Ok((found.iter().map(read).collect(), total))
}

/// Sets `quantity` aside for an order, if the offer is listed at `price` and has as many. Refuses otherwise.
pub async fn hold(tx: &Tx<'_>, offer: i64, quantity: i64, price: i64) -> Result<()> {
    let n = tx
        .run(
            "UPDATE offer SET stock = stock - $2, held = held + $2 WHERE id = $1 AND stock >= $2 AND price = $3 AND state = 'listed' AND stops = 0",
            params![offer, quantity, price],
        )
        .await?;
    if n == 1 {
        return Ok(());
    }
    Err(Fail::refuse("offer.changed", "商品的价格或库存刚刚变了，请回到采购车核对新的价格和库存后再提交。"))
}

/// Gives what was held back to the shelf.
pub async fn release(tx: &Tx<'_>, offer: i64, quantity: i64) -> Result<()> {
    tx.must(
        "UPDATE offer SET stock = stock + $2, held = held - $2 WHERE id = $1 AND held >= $2",
        params![offer, quantity],
    )
    .await
}

/// What was held is sold.
pub async fn take(tx: &Tx<'_>, offer: i64, quantity: i64) -> Result<()> {
    tx.must("UPDATE offer SET held = held - $2 WHERE id = $1 AND held >= $2", params![offer, quantity]).await
}

/// Sells from the shelf what a procedure has awarded; the price was agreed there.
pub async fn sell(tx: &Tx<'_>, offer: i64, quantity: i64) -> Result<()> {
    let sql = "UPDATE offer SET stock = stock - $2 WHERE id = $1 AND stock >= $2";
    if tx.run(sql, params![offer, quantity]).await? == 1 {
        return Ok(());
    }
    Err(Fail::refuse("offer.short", format!("库存不够 {quantity}，请先在“我的商品”里补足库存再确认。")))
}

/// A product as a file names it, already checked and normalised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewProduct {
    /// Category code.
    pub category: String,
    /// Canonical brand.
    pub brand: String,
    /// Model as written.
    pub model: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub unit: String,
    /// Attributes, in order.
    pub attrs: Vec<(String, String)>,
    /// Other words people use for it.
    pub words: String,
    /// Flags.
    pub flags: i64,
    /// Place of origin.
    pub origin: String,
    /// Certificate number or empty.
    pub certificate: String,
    /// Comparable quantity, such as `2500 张`.
    pub per_unit: String,
}

/// An offer as a file names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewOffer {
    /// What is offered.
    pub product: NewProduct,
    /// Supplier's organisation id.
    pub supplier: i64,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub stock: i64,
    /// Areas, separated by spaces.
    pub areas: String,
    /// Link or empty.
    pub link: String,
}

/// What putting an offer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// A new offer.
    Made(i64),
    /// Price, stock, areas or link changed.
    Changed(i64),
    /// Nothing to do.
    Same(i64),
}

/// Puts an offer on the shelf: finds or makes its product, then makes or changes the offer. The caller journals.
pub async fn put(tx: &Tx<'_>, n: &NewOffer) -> Result<(Put, i64)> {
    let product = put_product(tx, &n.product).await?;
    let known = tx
        .row(
            "SELECT id, price, stock, areas, link, state FROM offer WHERE product = $1 AND supplier = $2",
            params![product, n.supplier],
        )
        .await?;
    let Some(o) = known else {
        let id = tx.id();
        tx.run(
            "INSERT INTO offer (id, product, supplier, price, stock, held, areas, link, state, version, changed_at) \
             VALUES ($1,$2,$3,$4,$5,0,$6,$7,'listed',1,$8)",
            params![id, product, n.supplier, n.price, n.stock, &n.areas, &n.link, tx.now()],
        )
        .await?;
        tx.run("INSERT INTO price_point (offer, at, price) VALUES ($1,$2,$3)", params![id, tx.now(), n.price]).await?;
        return Ok((Put::Made(id), product));
    };
    let id = o.int(0);
    if o.int(1) == n.price && o.int(2) == n.stock && o.str(3) == n.areas && o.str(4) == n.link && o.str(5) == "listed" {
        return Ok((Put::Same(id), product));
    }
    tx.run(
        "UPDATE offer SET price = $2, stock = $3, areas = $4, link = $5, state = 'listed', version = version + 1, changed_at = $6 WHERE id = $1",
        params![id, n.price, n.stock, &n.areas, &n.link, tx.now()],
    )
    .await?;
    if o.int(1) != n.price {
        tx.run(
            "INSERT INTO price_point (offer, at, price) VALUES ($1,$2,$3) ON CONFLICT (offer, at) DO UPDATE SET price = $3",
            params![id, tx.now(), n.price],
        )
        .await?;
    }
    Ok((Put::Changed(id), product))
}

async fn put_product(tx: &Tx<'_>, p: &NewProduct) -> Result<i64> {
    let key = rules::naming::model_key(&p.model);
    let find = "SELECT id FROM product WHERE brand = $1 AND model_key = $2";
    if let Some(r) = tx.row(find, params![&p.brand, &key]).await? {
        return Ok(r.int(0));
    }
    let attrs = serde_json::Value::Array(p.attrs.iter().map(|(k, v)| json!([k, v])).collect()).to_string();
    tx.run(
        "INSERT INTO product (id, category, brand, model, model_key, title, unit, attrs, words, flags, origin, certificate, per_unit, made_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) ON CONFLICT (brand, model_key) DO NOTHING",
        params![
            tx.id(), &p.category, &p.brand, &p.model, &key, &p.title, &p.unit, attrs, &p.words, p.flags, &p.origin, &p.certificate,
            &p.per_unit, tx.now()
        ],
    )
    .await?;
    Ok(tx.one(find, params![&p.brand, &key]).await?.int(0))
}

/// A supplier's own offer.
pub async fn own(q: &dyn Query, supplier: i64, offer: i64) -> Result<Line> {
    Ok(read(&q.one(&format!("{LINE} WHERE o.id = $1 AND o.supplier = $2"), params![offer, supplier]).await?))
}

/// Changes price, stock and listing; keeps the price history.
pub async fn change(tx: &Tx<'_>, old: &Line, price: i64, stock: i64, listed: bool) -> Result<()> {
    let state = if listed { "listed" } else { "off" };
    tx.must(
        "UPDATE offer SET price = $2, stock = $3, state = $4, version = version + 1, changed_at = $5 WHERE id = $1",
        params![old.offer, price, stock, state, tx.now()],
    )
    .await?;
    if price != old.price {
        tx.run(
            "INSERT INTO price_point (offer, at, price) VALUES ($1,$2,$3) ON CONFLICT (offer, at) DO UPDATE SET price = $3",
            params![old.offer, tx.now(), price],
        )
        .await?;
    }
    Ok(())
}

/// Another price for an offer as it is now; keeps the price history.
pub async fn reprice(tx: &Tx<'_>, old: &Line, price: i64) -> Result<()> {
    change(tx, old, price, old.stock, old.state == "listed").await
}

/// Sold goods come back to the shelf after a cancellation.
pub async fn put_back(tx: &Tx<'_>, offer: i64, quantity: i64) -> Result<()> {
    tx.must("UPDATE offer SET stock = stock + $2 WHERE id = $1", params![offer, quantity]).await
}

/// Stops an offer for a reason; false when it was stopped for it before.
pub async fn stop(tx: &Tx<'_>, offer: i64, reason: i64) -> Result<bool> {
    let sql = "UPDATE offer SET stops = stops | $2, changed_at = $3 WHERE id = $1 AND stops & $2 = 0";
    Ok(tx.run(sql, params![offer, reason, tx.now()]).await? == 1)
}

/// Lifts one reason; others may still stop it. False when it was not stopped for this one.
pub async fn unstop(tx: &Tx<'_>, offer: i64, reason: i64) -> Result<bool> {
    let sql = "UPDATE offer SET stops = stops - $2, changed_at = $3 WHERE id = $1 AND stops & $2 = $2";
    Ok(tx.run(sql, params![offer, reason, tx.now()]).await? == 1)
}

/// Products of a supplier's offers in a category (an empty one is all), for followers of the journal.
pub async fn products_of(q: &dyn Query, supplier: i64, category: &str) -> Result<Vec<i64>> {
    let sql =
        "SELECT o.product FROM offer o JOIN product p ON p.id = o.product WHERE o.supplier = $1 AND p.category LIKE $2";
    let found = q.rows(sql, params![supplier, format!("{category}%")]).await?;
    Ok(found.iter().map(|r| r.int(0)).collect())
}

/// Stops or frees all offers of a supplier in a category (an empty one is all).
pub async fn stop_all(tx: &Tx<'_>, supplier: i64, category: &str, reason: i64, on: bool) -> Result<u64> {
    let which = "supplier = $1 AND product IN (SELECT id FROM product WHERE category LIKE $4)";
    let sql = match on {
        true => format!("UPDATE offer SET stops = stops | $2, changed_at = $3 WHERE stops & $2 = 0 AND {which}"),
        false => format!("UPDATE offer SET stops = stops - $2, changed_at = $3 WHERE stops & $2 = $2 AND {which}"),
    };
    tx.run(&sql, params![supplier, reason, tx.now(), format!("{category}%")]).await
}

/// An offer by id.
pub async fn one(q: &dyn Query, offer: i64) -> Result<Line> {
    Ok(read(&q.one(&format!("{LINE} WHERE o.id = $1"), params![offer]).await?))
}

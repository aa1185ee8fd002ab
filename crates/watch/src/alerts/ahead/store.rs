//! Rows that a piece of entries needs, many at a time.
use super::super::facts::store::{each, of_each};
use kit::db::{Row, Val};
use kit::ids;
use kit::{Query, Result, params};
use rules::calendar::Ms;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// Prices that are compared, at most.
pub const PRICES_MAX: usize = 300;

/// Rows by their first column, which is an id; the order of the rows stays.
fn by_first<T>(rows: &[Row], read: impl Fn(&Row) -> T) -> HashMap<i64, Vec<T>> {
    let mut out: HashMap<i64, Vec<T>> = HashMap::new();
    for r in rows {
        out.entry(r.int(0)).or_default().push(read(r));
    }
    out
}

/// An order, as far as rules ask.
#[derive(Clone, Debug)]
pub struct Order {
    /// Buying unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Region of the unit.
    pub region: String,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Made, ms UTC.
    pub made_at: i64,
    /// Sum, fen.
    pub total: i64,
    /// Why it was bought.
    pub purpose: String,
    /// Did a reason overcome the warning that others are cheaper?
    pub excepted: bool,
    /// Staff of the unit.
    pub staff: i64,
}

impl Order {
    /// Was it bought directly from the shelf?
    pub fn direct(&self) -> bool {
        self.mode == "supermarket" && self.form == "direct"
    }
}

/// Orders.
pub async fn orders(q: &dyn Query, ids: &BTreeSet<i64>) -> Result<HashMap<i64, Order>> {
    let sql = |ids: &str| {
        format!(
            "SELECT o.id, o.unit, o.supplier, o.region, o.mode, o.form, o.made_at, o.total, o.purpose, \
             CASE WHEN o.checks LIKE '%\"direct.cheaper\"%' THEN 1 ELSE 0 END, g.headcount \
             FROM orders o JOIN org g ON g.id = o.unit WHERE o.id IN ({ids})"
        )
    };
    let read = |r: &Row| Order {
        unit: r.int(1),
        supplier: r.int(2),
        region: r.text(3),
        mode: r.text(4),
        form: r.text(5),
        made_at: r.int(6),
        total: r.int(7),
        purpose: r.text(8),
        excepted: r.flag(9),
        staff: r.int(10),
    };
    Ok(each(q, ids, &[], sql).await?.iter().map(|r| (r.int(0), read(r))).collect())
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    /// Offer, 0 for none.
    pub offer: i64,
    /// Product, 0 for none.
    pub product: i64,
    /// Budget line.
    pub budget: i64,
    /// Category code.
    pub category: String,
    /// Price when it was ordered, fen.
    pub listed: i64,
    /// Price agreed, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// Number of its certificate, or empty.
    certificate: String,
    /// What the register says of that: last day, does it hold?
    register: Option<(i64, bool)>,
    /// Flags of the product.
    pub flags: i64,
}

impl Line {
    /// Had the goods a certificate on a day? One that the register knows to be over is none.
    pub fn certified(&self, day: i64) -> bool {
        !self.certificate.is_empty() && self.register.is_none_or(|(until, holds)| holds && until >= day)
    }
}

/// Lines of orders, in their order.
pub async fn lines(q: &dyn Query, orders: &BTreeSet<i64>) -> Result<HashMap<i64, Vec<Line>>> {
    let sql = |ids: &str| {
        format!(
            "SELECT l.orders, l.offer, l.product, l.budget, l.category, l.listed_price, l.price, l.quantity, \
             COALESCE(p.certificate, ''), c.until, CASE WHEN c.state = 'valid' THEN 1 ELSE 0 END, COALESCE(p.flags, 0) \
             FROM order_line l LEFT JOIN product p ON p.id = l.product LEFT JOIN certificate c ON c.number = p.certificate \
             WHERE l.orders IN ({ids}) ORDER BY l.id"
        )
    };
    let read = |r: &Row| Line {
        offer: r.int(1),
        product: r.int(2),
        budget: r.int(3),
        category: r.text(4),
        listed: r.int(5),
        price: r.int(6),
        quantity: r.int(7),
        certificate: r.text(8),
        register: r.opt_int(9).map(|until| (until, r.flag(10))),
        flags: r.int(11),
    };
    Ok(by_first(&each(q, orders, &[], sql).await?, read))
}

/// When accounts of suppliers last changed.
pub async fn accounts(q: &dyn Query, suppliers: &BTreeSet<i64>) -> Result<HashMap<i64, Ms>> {
    let sql = |ids: &str| {
        format!(
            "SELECT supplier, MAX(effective_at) FROM account_change WHERE supplier IN ({ids}) AND state = 'done' GROUP BY supplier"
        )
    };
    let rows = each(q, suppliers, &[], sql).await?;
    Ok(rows.iter().filter_map(|r| Some((r.int(0), r.opt_int(1)?))).collect())
}

/// A supplier as a party of an order.
#[derive(Clone, Debug)]
pub struct Party {
    /// Credit code.
    pub code: String,
    /// Telephone.
    pub phone: String,
    /// When it was first admitted, where an application says so.
    pub admitted: Option<Ms>,
}

/// Suppliers.
pub async fn parties(q: &dyn Query, suppliers: &BTreeSet<i64>) -> Result<HashMap<i64, Party>> {
    let sql = |ids: &str| {
        format!(
            "SELECT s.org, g.uscc, s.phone, (SELECT MIN(a.decided_at) FROM application a WHERE a.org = s.org AND a.state = 'admitted') \
             FROM supplier s JOIN org g ON g.id = s.org WHERE s.org IN ({ids})"
        )
    };
    let read = |r: &Row| Party { code: r.text(1), phone: r.text(2), admitted: r.opt_int(3) };
    Ok(each(q, suppliers, &[], sql).await?.iter().map(|r| (r.int(0), read(r))).collect())
}

/// Something against a supplier: a measure against the whole of it, or a case.
#[derive(Clone, Debug)]
pub struct Clue {
    /// Kind of measure; empty for a case.
    pub kind: String,
    /// Why.
    pub why: String,
    from: Ms,
    lifted: Option<Ms>,
    until: Option<i64>,
}

impl Clue {
    /// Did it hold at a time of a day?
    pub fn held(&self, at: Ms, day: i64) -> bool {
        self.from <= at && self.lifted.is_none_or(|l| l > at) && self.until.is_none_or(|u| u >= day)
    }
}

/// Measures against suppliers, and cases of one indicator that were not dropped, oldest first.
pub async fn clues(q: &dyn Query, suppliers: &BTreeSet<i64>, indicator: &str) -> Result<HashMap<i64, Vec<Clue>>> {
    let sql = |ids: &str| {
        format!(
            "SELECT supplier, kind, reason, from_at, lifted_at, until, id FROM standing WHERE supplier IN ({ids}) AND level = 'whole' \
             UNION ALL SELECT org, '', '', opened_at, NULL, until, id FROM conduct WHERE org IN ({ids}) AND rule = $1 \
             AND state NOT IN ('dropped', 'revoked', 'restored') ORDER BY 7"
        )
    };
    let read =
        |r: &Row| Clue { kind: r.text(1), why: r.text(2), from: r.int(3), lifted: r.opt_int(4), until: r.opt_int(5) };
    Ok(by_first(&each(q, suppliers, params![indicator], sql).await?, read))
}

/// A complaint that was withdrawn.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawn {
    /// Dispute.
    pub id: i64,
    /// Who complained.
    pub filer: i64,
    /// When withdrawn.
    pub at: Ms,
}

/// Withdrawn complaints against suppliers, the last first.
pub async fn withdrawn(q: &dyn Query, suppliers: &BTreeSet<i64>) -> Result<HashMap<i64, Vec<Withdrawn>>> {
    let sql = |ids: &str| {
        format!(
            "SELECT against, id, filer, closed_at FROM dispute WHERE against IN ({ids}) AND state = 'withdrawn' \
             AND filer IS NOT NULL AND closed_at IS NOT NULL ORDER BY closed_at DESC, id DESC"
        )
    };
    let read = |r: &Row| Withdrawn { id: r.int(1), filer: r.int(2), at: r.int(3) };
    Ok(by_first(&each(q, suppliers, &[], sql).await?, read))
}

/// What units have committed by year and second-level category, fen.
pub async fn annual(
    q: &dyn Query,
    units: &BTreeSet<i64>,
    years: (i64, i64),
) -> Result<HashMap<(i64, i64, String), i64>> {
    let sql = |ids: &str| {
        format!(
            "SELECT unit, year, category, amount FROM annual_sum WHERE unit IN ({ids}) AND year >= $1 AND year <= $2"
        )
    };
    let rows = each(q, units, params![years.0, years.1], sql).await?;
    Ok(rows.iter().map(|r| ((r.int(0), r.int(1), r.text(2)), r.int(3))).collect())
}

/// Prices of the offers of products that can be bought now.
pub async fn offers(q: &dyn Query, products: &BTreeSet<i64>) -> Result<HashMap<i64, Vec<i64>>> {
    let sql = |ids: &str| {
        format!(
            "SELECT o.product, o.price FROM offer o JOIN supplier s ON s.org = o.supplier WHERE o.product IN ({ids}) \
             AND o.state = 'listed' AND o.stops = 0 AND s.state = 'admitted' ORDER BY o.id"
        )
    };
    let mut found = by_first(&each(q, products, &[], sql).await?, |r| r.int(1));
    found.values_mut().for_each(|prices| prices.truncate(PRICES_MAX));
    Ok(found)
}

/// Prices of offers within a time, with the ones that held at its beginning; oldest first.
pub async fn points(
    q: &dyn Query,
    offers: &BTreeSet<i64>,
    (from, to): (Ms, Ms),
) -> Result<HashMap<i64, Vec<(Ms, i64)>>> {
    let sql = |ids: &str| {
        format!(
            "SELECT p.offer, p.at, p.price FROM price_point p WHERE p.offer IN ({ids}) AND p.at <= $2 AND p.at >= \
             COALESCE((SELECT MAX(x.at) FROM price_point x WHERE x.offer = p.offer AND x.at <= $1), 0) ORDER BY p.offer, p.at"
        )
    };
    Ok(by_first(&each(q, offers, params![from, to], sql).await?, |r| (r.int(1), r.int(2))))
}

/// What is known of a product outside and beside one deal.
#[derive(Clone, Debug, Default)]
pub struct Goods {
    /// Market prices seen, ever.
    pub seen: i64,
    /// Offers that name a place outside.
    pub links: i64,
    /// Another model of the same brand and category with the same parameters, and its lowest price now.
    pub twin: Option<(String, i64)>,
    /// What units agreed for it lately: unit, when ordered, price.
    pub beside: Vec<(i64, Ms, i64)>,
}

/// What is known of products; deals of orders made within a time.
pub async fn goods(q: &dyn Query, products: &BTreeSet<i64>, (from, to): (Ms, Ms)) -> Result<HashMap<i64, Goods>> {
    let mut out: HashMap<i64, Goods> = products.iter().map(|p| (*p, Goods::default())).collect();
    let known = |ids: &str| {
        format!(
            "SELECT p.id, (SELECT COUNT(*) FROM observation b WHERE b.product = p.id AND b.withdrawn = ''), \
             (SELECT COUNT(*) FROM offer o WHERE o.product = p.id AND o.link <> '') FROM product p WHERE p.id IN ({ids})"
        )
    };
    for r in each(q, products, &[], known).await? {
        let g = out.entry(r.int(0)).or_default();
        (g.seen, g.links) = (r.int(1), r.int(2));
    }
    let twins = |ids: &str| {
        format!(
            "SELECT p.id, t.model, MIN(o.price) FROM product p JOIN product t ON t.brand = p.brand AND t.category = p.category \
             AND t.attrs = p.attrs AND t.id <> p.id JOIN offer o ON o.product = t.id AND o.state = 'listed' AND o.stops = 0 \
             WHERE p.id IN ({ids}) AND length(p.attrs) > 20 GROUP BY p.id, t.id, t.model ORDER BY p.id, 3, t.id"
        )
    };
    for r in each(q, products, &[], twins).await? {
        out.entry(r.int(0)).or_default().twin.get_or_insert((r.text(1), r.int(2)));
    }
    let beside = |ids: &str| {
        format!(
            "SELECT l.product, o.unit, o.made_at, MIN(l.price) FROM order_line l JOIN orders o ON o.id = l.orders WHERE l.product IN ({ids}) \
             AND l.orders >= $3 AND o.made_at >= $1 AND o.made_at <= $2 AND o.state IN ('contracting', 'performing', 'completed') \
             GROUP BY l.product, o.unit, o.made_at"
        )
    };
    // No order is made later than its id was born: older ids need not be looked at.
    for r in each(q, products, params![from, to, ids::first(from)], beside).await? {
        out.entry(r.int(0)).or_default().beside.push((r.int(1), r.int(2), r.int(3)));
    }
    Ok(out)
}

/// A deal of a product.
#[derive(Clone, Copy, Debug)]
pub struct Deal {
    orders: i64,
    at: Ms,
    price: i64,
}

/// Deals of products since a time, the newest `most` of each first.
pub async fn deals(q: &dyn Query, products: &BTreeSet<i64>, from: Ms, most: usize) -> Result<HashMap<i64, Vec<Deal>>> {
    let one = |product: &str| {
        format!(
            "SELECT product, orders, at, price, entry, line FROM deal WHERE product = {product} AND at >= $1 \
             ORDER BY at DESC, entry DESC, line DESC LIMIT $2"
        )
    };
    let keys: Vec<Val> = products.iter().map(Val::from).collect();
    let mut rows = of_each(q, &keys, Val::from(-1_i64), params![from, most], one).await?;
    rows.sort_by_key(|r| Reverse((r.int(2), r.int(4), r.int(5))));
    Ok(by_first(&rows, |r| Deal { orders: r.int(1), at: r.int(2), price: r.int(3) }))
}

/// The newest of some deals since a time, those of one order left out.
pub fn newest(deals: &[Deal], but: i64, from: Ms) -> Vec<i64> {
    deals.iter().filter(|d| d.at >= from && d.orders != but).take(PRICES_MAX).map(|d| d.price).collect()
}

/// How many of some deals were made since a time.
pub fn count_since(deals: &[Deal], from: Ms) -> i64 {
    deals.iter().filter(|d| d.at >= from).count() as i64
}

/// What the latest lines of categories cost, by order, the newest first; `own` more than are compared.
pub async fn classes(
    q: &dyn Query,
    categories: &BTreeSet<String>,
    own: usize,
) -> Result<HashMap<String, Vec<(i64, i64)>>> {
    let one = |category: &str| {
        format!(
            "SELECT category, orders, price, id FROM order_line WHERE category = {category} ORDER BY id DESC LIMIT $1"
        )
    };
    let keys: Vec<Val> = categories.iter().map(|c| Val::from(c.as_str())).collect();
    let mut rows = of_each(q, &keys, Val::from(""), params![PRICES_MAX + own], one).await?;
    rows.sort_by_key(|r| Reverse(r.int(3)));
    let mut out: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
    for r in rows {
        out.entry(r.text(0)).or_default().push((r.int(1), r.int(2)));
    }
    Ok(out)
}

/// The latest lines of a category, those of one order left out.
pub fn others(class: &[(i64, i64)], but: i64) -> Vec<i64> {
    class.iter().filter(|(order, _)| *order != but).take(PRICES_MAX).map(|(_, price)| *price).collect()
}

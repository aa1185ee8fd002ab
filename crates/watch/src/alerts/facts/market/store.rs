//! Stations and suppliers as a whole, for the daily look.
use kit::db::Row;
use kit::{Query, Result, params};
use rules::alert::m10_local_share::Choice;

const ALIVE: &str = "o.state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";
/// The newest orders of a station whose sellers are compared.
const ORDERS_MAX: i64 = 500;

/// The next station with orders after a code.
pub async fn station_after(q: &dyn Query, code: &str) -> Result<Option<String>> {
    let sql = "SELECT region FROM orders WHERE region > $1 ORDER BY region LIMIT 1";
    Ok(q.row(sql, params![code]).await?.map(|r| r.text(0)))
}

/// What a station bought of each second-level category of each supplier since a time: category, supplier, fen.
pub async fn shares(q: &dyn Query, region: &str, from: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = format!(
        "SELECT substr(l.category, 1, 5), o.supplier, CAST(SUM(l.price * l.quantity) AS BIGINT) FROM orders o \
         JOIN order_line l ON l.orders = o.id WHERE o.region = $1 AND o.made_at >= $2 AND {ALIVE} \
         GROUP BY substr(l.category, 1, 5), o.supplier ORDER BY 1, 2"
    );
    Ok(q.rows(&sql, params![region, from]).await?.iter().map(|r| (r.text(0), r.int(1), r.int(2))).collect())
}

/// Orders and units of each second-level category of a station since a time.
pub async fn sizes(q: &dyn Query, region: &str, from: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = format!(
        "SELECT substr(l.category, 1, 5), COUNT(DISTINCT o.id), COUNT(DISTINCT o.unit) FROM orders o \
         JOIN order_line l ON l.orders = o.id WHERE o.region = $1 AND o.made_at >= $2 AND {ALIVE} \
         GROUP BY substr(l.category, 1, 5) ORDER BY 1"
    );
    Ok(q.rows(&sql, params![region, from]).await?.iter().map(|r| (r.text(0), r.int(1), r.int(2))).collect())
}

/// What each unit of a station bought since a time: of micro, small and medium enterprises, and in all, fen.
pub async fn reserved(q: &dyn Query, region: &str, from: i64) -> Result<Vec<(i64, i64, i64)>> {
    let sql = format!(
        "SELECT o.unit, CAST(SUM(CASE WHEN s.size IN ('micro', 'small', 'medium') THEN o.total ELSE 0 END) AS BIGINT), \
         CAST(SUM(o.total) AS BIGINT) FROM orders o JOIN supplier s ON s.org = o.supplier \
         WHERE o.region = $1 AND o.made_at >= $2 AND {ALIVE} GROUP BY o.unit ORDER BY o.unit"
    );
    Ok(q.rows(&sql, params![region, from]).await?.iter().map(|r| (r.int(0), r.int(1), r.int(2))).collect())
}

/// Lines of a station's latest direct orders since a time: whom they went to, and who else sells the goods.
pub async fn choices(q: &dyn Query, region: &str, from: i64) -> Result<Vec<Choice>> {
    let city = "substr(g.region, 1, 4) = substr($1, 1, 4)";
    let sql = format!(
        "SELECT CASE WHEN {city} THEN 1 ELSE 0 END, (SELECT COUNT(*) FROM offer f JOIN org h ON h.id = f.supplier WHERE f.product = l.product \
         AND f.state = 'listed' AND substr(h.region, 1, 4) = substr($1, 1, 4)), \
         (SELECT COUNT(*) FROM offer f WHERE f.product = l.product AND f.state = 'listed') \
         FROM (SELECT id, supplier FROM orders o WHERE region = $1 AND made_at >= $2 AND mode = 'supermarket' AND form = 'direct' AND {ALIVE} \
         ORDER BY made_at DESC, id DESC LIMIT $3) x JOIN order_line l ON l.orders = x.id JOIN org g ON g.id = x.supplier ORDER BY l.id"
    );
    let read = |r: &Row| Choice { local: r.flag(0), local_offers: r.int(1), offers: r.int(2) };
    Ok(q.rows(&sql, params![region, from, ORDERS_MAX]).await?.iter().map(read).collect())
}

/// Suppliers that are not gone, after an id, with their regions.
pub async fn suppliers(q: &dyn Query, after: i64, most: usize) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT s.org, g.region FROM supplier s JOIN org g ON g.id = s.org WHERE s.org > $1 AND s.state <> 'withdrawn' \
               ORDER BY s.org LIMIT $2";
    Ok(q.rows(sql, params![after, most]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// A category of what a supplier has on the shelf: how many goods, of them with prices seen, with none young enough, without a
/// certificate that holds.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// Category.
    pub category: String,
    /// Goods.
    pub listed: i64,
    /// With market prices seen at some time.
    pub observed: i64,
    /// With none since the day.
    pub stale: i64,
    /// Without certificate.
    pub uncertified: i64,
}

/// What a supplier has on the shelf, by category; prices seen before `young` are old, certificates ended before `today` too.
pub async fn shelf(q: &dyn Query, supplier: i64, young: i64, today: i64) -> Result<Vec<Shelf>> {
    let sql = "SELECT x.category, COUNT(*), SUM(CASE WHEN x.seen IS NOT NULL THEN 1 ELSE 0 END), \
               SUM(CASE WHEN x.seen < $2 THEN 1 ELSE 0 END), SUM(x.bare) FROM (SELECT p.category AS category, \
               (SELECT MAX(b.day) FROM observation b WHERE b.product = p.id AND b.withdrawn = '') AS seen, \
               CASE WHEN p.certificate = '' OR EXISTS (SELECT 1 FROM certificate c WHERE c.number = p.certificate \
               AND (c.until < $3 OR c.state <> 'valid')) THEN 1 ELSE 0 END AS bare \
               FROM offer o JOIN product p ON p.id = o.product WHERE o.supplier = $1 AND o.state = 'listed' AND o.stops = 0) x \
               GROUP BY x.category ORDER BY x.category";
    let read = |r: &Row| Shelf {
        category: r.text(0),
        listed: r.int(1),
        observed: r.int(2),
        stale: r.int(3),
        uncertified: r.int(4),
    };
    Ok(q.rows(sql, params![supplier, young, today]).await?.iter().map(read).collect())
}

/// Good papers of a supplier that end by a day and that no later one of the kind replaces.
pub async fn ending_papers(q: &dyn Query, supplier: i64, by: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM paper p WHERE p.org = $1 AND p.state = 'good' AND p.until <= $2 AND NOT EXISTS (SELECT 1 FROM paper n \
               WHERE n.org = p.org AND n.kind = p.kind AND n.state = 'good' AND n.id <> p.id AND (n.until IS NULL OR n.until > p.until))";
    Ok(q.one(sql, params![supplier, by]).await?.int(0))
}

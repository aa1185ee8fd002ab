//! What is counted, row by row.
use kit::db::Row;
use kit::{Query, Result, params};
use std::collections::HashMap;

/// What is counted of an order.
pub struct Counted {
    /// Order.
    pub orders: i64,
    /// The newest entry that was counted, and the one it was counted from.
    pub seq: i64,
    /// See `seq`.
    pub since: i64,
    /// The entry that cancelled it, 0 for none.
    pub gone: i64,
    /// Its notice.
    pub notice: i64,
    /// Day it counts on.
    pub day: i64,
    /// Region.
    pub region: String,
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Mode and form.
    pub kind: (String, String),
    /// The supplier's size.
    pub size: String,
    /// Amounts, fen.
    pub amount: i64,
    /// See `amount`.
    pub accepted: i64,
    /// See `amount`.
    pub paid: i64,
    /// Last moment to publish, seconds.
    pub publish_due: i64,
    /// Lines.
    pub lines: Vec<CountedLine>,
}

/// What is counted of a line.
pub struct CountedLine {
    /// Category as counted, and as ordered.
    pub category: String,
    /// See `category`.
    pub ordered: String,
    /// Venues.
    pub venues: String,
    /// Product.
    pub product: i64,
    /// How many.
    pub quantity: i64,
    /// Sum, fen.
    pub amount: i64,
    /// What the market asked, fen.
    pub market: i64,
    /// Day of its order, the entry it counts from, the entry that cancelled it.
    pub counts: (i64, i64, i64),
}

/// Orders counted, after one.
pub async fn counted(q: &dyn Query, after: i64, most: i64) -> Result<Vec<Counted>> {
    let sql = "SELECT orders, seq, since, gone, notice, day, region, unit, supplier, mode, form, size, amount, accepted, paid, publish_due \
               FROM stat_deal WHERE orders > $1 ORDER BY orders LIMIT $2";
    let found = q.rows(sql, params![after, most]).await?;
    let Some(to) = found.last().map(|r| r.int(0)) else { return Ok(Vec::new()) };
    let sql = "SELECT s.orders, s.category, COALESCE(l.category, ''), s.venues, s.product, s.quantity, s.amount, s.market, s.day, s.since, \
               s.gone FROM stat_line s \
               LEFT JOIN (SELECT orders, category, row_number() OVER (PARTITION BY orders ORDER BY id) - 1 AS n FROM order_line \
               WHERE orders > $1 AND orders <= $2) l ON l.orders = s.orders AND l.n = s.line \
               WHERE s.orders > $1 AND s.orders <= $2 ORDER BY s.orders, s.line";
    let mut lines: HashMap<i64, Vec<CountedLine>> = HashMap::new();
    for r in q.rows(sql, params![after, to]).await? {
        lines.entry(r.int(0)).or_default().push(CountedLine {
            category: r.text(1),
            ordered: r.text(2),
            venues: r.text(3),
            product: r.int(4),
            quantity: r.int(5),
            amount: r.int(6),
            market: r.int(7),
            counts: (r.int(8), r.int(9), r.int(10)),
        });
    }
    let mut read = |r: &Row| Counted {
        orders: r.int(0),
        seq: r.int(1),
        since: r.int(2),
        gone: r.int(3),
        notice: r.int(4),
        day: r.int(5),
        region: r.text(6),
        unit: r.int(7),
        supplier: r.int(8),
        kind: (r.text(9), r.text(10)),
        size: r.text(11),
        amount: r.int(12),
        accepted: r.int(13),
        paid: r.int(14),
        publish_due: r.int(15),
        lines: lines.remove(&r.int(0)).unwrap_or_default(),
    };
    Ok(found.iter().map(&mut read).collect())
}

/// Orders that concluded a contract without secret clauses up to an entry and are not counted.
pub async fn uncounted(q: &dyn Query, end: i64) -> Result<Vec<i64>> {
    let sql = "SELECT o.id FROM orders o JOIN journal j ON j.subject = 'order/' || CAST(o.id AS TEXT) AND j.kind = 'contract.concluded' \
               AND j.seq <= $1 WHERE o.secret = '' AND NOT EXISTS (SELECT 1 FROM stat_deal d WHERE d.orders = o.id) ORDER BY o.id LIMIT 20";
    Ok(q.rows(sql, params![end]).await?.iter().map(|r| r.int(0)).collect())
}

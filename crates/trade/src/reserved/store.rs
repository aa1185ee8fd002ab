//! What units bought in some categories in a year, order by order.
use base::access::Scope;
use kit::db::{Row, Val};
use kit::{Query, Result, params};

/// One order's part in the categories that a share is reserved of.
#[derive(Clone, Debug)]
pub struct Part {
    /// Unit.
    pub unit: i64,
    /// Everything bought in the categories, fen.
    pub base: i64,
    /// Of it from the venue, fen.
    pub venue: i64,
    /// Everything of the order is accepted.
    pub accepted: bool,
    /// Everything of the order is paid.
    pub paid: bool,
    /// The unit has evaluated.
    pub evaluated: bool,
}

/// Orders of a scope made in a span of time, with what they hold of these categories and of goods with these flags.
pub async fn parts(
    q: &dyn Query,
    scope: &Scope,
    (from, to): (i64, i64),
    categories: &[String],
    flags: i64,
) -> Result<Vec<Part>> {
    if categories.is_empty() {
        return Ok(Vec::new());
    }
    let (condition, who) = scope.condition("o.unit", "o.supplier", "o.region", 1);
    let mut all: Vec<Val> = vec![who];
    all.extend(params![from, to, flags].iter().cloned());
    let any: Vec<String> = categories
        .iter()
        .map(|c| {
            all.push(format!("{c}%").into());
            format!("l.category LIKE ${}", all.len())
        })
        .collect();
    let sql = format!(
        "SELECT o.unit, CAST(SUM((l.quantity - l.returned) * l.price) AS BIGINT), \
         CAST(SUM(CASE WHEN (p.flags & $4) = $4 THEN (l.quantity - l.returned) * l.price ELSE 0 END) AS BIGINT), \
         CASE WHEN EXISTS (SELECT 1 FROM order_line k WHERE k.orders = o.id AND k.accepted < k.quantity) THEN 0 ELSE 1 END, \
         CASE WHEN (SELECT COALESCE(SUM(y.amount), 0) FROM payment y WHERE y.orders = o.id AND y.state = 'paid') \
              >= (SELECT SUM((k.quantity - k.returned) * k.price) FROM order_line k WHERE k.orders = o.id) THEN 1 ELSE 0 END, \
         CASE WHEN EXISTS (SELECT 1 FROM evaluation e WHERE e.orders = o.id AND e.side = 'unit') THEN 1 ELSE 0 END \
         FROM orders o JOIN order_line l ON l.orders = o.id LEFT JOIN product p ON p.id = l.product \
         WHERE {condition} AND o.made_at >= $2 AND o.made_at < $3 AND o.state IN ('contracting', 'performing', 'completed') \
         AND ({}) GROUP BY o.id, o.unit ORDER BY o.unit, o.id",
        any.join(" OR ")
    );
    let read = |r: &Row| Part {
        unit: r.int(0),
        base: r.int(1),
        venue: r.int(2),
        accepted: r.flag(3),
        paid: r.flag(4),
        evaluated: r.flag(5),
    };
    Ok(q.rows(&sql, &all).await?.iter().map(read).collect())
}

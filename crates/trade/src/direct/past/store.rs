//! Rows of orders as rules about a unit's orders see them.
use kit::db::Row;
use kit::{Query, Result, params};
use rules::alert::past::{Bought, Past};
use rules::alert::r033_related::{Ties, ties as compare};

/// Orders that came to nothing do not count.
const ALIVE: &str = "state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";
/// The newest orders of a unit that are looked at.
const ORDERS_MAX: i64 = 2000;
/// Sellers are counted up to this; more make no difference.
const SELLERS_MAX: i64 = 20;
/// People of one organisation that are compared.
const PEOPLE_MAX: i64 = 500;

/// What a unit bought within a time, both ends with it, by order, second-level category and budget line; oldest first.
pub async fn bought(q: &dyn Query, unit: i64, from: i64, to: i64) -> Result<Past> {
    let sql = format!(
        "SELECT o.id, o.supplier, CASE WHEN o.mode = 'supermarket' AND o.form = 'direct' THEN 1 ELSE 0 END, o.total, o.made_at, \
         substr(l.category, 1, 5), l.budget, CAST(SUM(l.price * l.quantity) AS BIGINT) \
         FROM (SELECT id, supplier, mode, form, total, made_at FROM orders WHERE unit = $1 AND made_at >= $2 AND made_at <= $3 AND {ALIVE} \
         ORDER BY made_at DESC, id DESC LIMIT $4) o JOIN order_line l ON l.orders = o.id \
         GROUP BY o.id, o.supplier, o.mode, o.form, o.total, o.made_at, substr(l.category, 1, 5), l.budget ORDER BY o.made_at, o.id"
    );
    let read = |r: &Row| Bought {
        order: r.int(0),
        supplier: r.int(1),
        direct: r.flag(2),
        total: r.int(3),
        at: r.int(4),
        kind: r.text(5),
        budget: r.int(6),
        amount: r.int(7),
    };
    Ok(Past(q.rows(&sql, params![unit, from, to, ORDERS_MAX]).await?.iter().map(read).collect()))
}

/// May there be more orders than were read?
pub fn may_lack(past: &Past) -> bool {
    // Lines of one order stand together.
    past.0.chunk_by(|a, b| a.order == b.order).count() as i64 >= ORDERS_MAX
}

/// How many suppliers sell goods of a category now, counted up to twenty.
pub async fn sellers(q: &dyn Query, category: &str) -> Result<i64> {
    // CROSS keeps SQLite from looking through all offers by supplier, which a kind with few sellers would make it do to the end.
    let sql = "SELECT COUNT(*) FROM (SELECT DISTINCT o.supplier FROM product p CROSS JOIN offer o WHERE o.product = p.id \
               AND p.category >= $1 AND p.category < $2 AND o.state = 'listed' AND o.stops = 0 LIMIT $3) s";
    // Categories are letters and digits; `~` comes after both.
    Ok(q.one(sql, params![category, format!("{category}~"), SELLERS_MAX]).await?.int(0))
}

/// What people of a unit share with a supplier. Names and numbers stay here; only counts leave.
pub async fn ties(q: &dyn Query, unit: i64, supplier: i64) -> Result<Ties> {
    let people = |who: i64, org: &str| {
        format!(
            "SELECT who, name, phone FROM (SELECT {who} AS who, name, phone FROM person WHERE org = {org} AND active = 1 ORDER BY id LIMIT $3) p{who}"
        )
    };
    let sql = format!(
        "{} UNION ALL {} UNION ALL SELECT 2, legal_person, phone FROM supplier WHERE org = $2 \
         UNION ALL SELECT 3, controller, '' FROM supplier WHERE org = $2",
        people(0, "$1"),
        people(1, "$2")
    );
    let rows = q.rows(&sql, params![unit, supplier, PEOPLE_MAX]).await?;
    let of = |who: i64| rows.iter().filter(move |r| r.int(0) == who).map(|r| (r.str(1), r.str(2)));
    let (ours, theirs): (Vec<_>, Vec<_>) = (of(0).collect(), of(1).collect());
    let (head, phone) = of(2).next().unwrap_or_default();
    let (controller, _) = of(3).next().unwrap_or_default();
    Ok(compare(&ours, &theirs, phone, [head, controller]))
}

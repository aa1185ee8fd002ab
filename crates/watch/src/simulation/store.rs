//! Orders of the past, as far as they can be judged again.
use kit::db::{Row, Val};
use kit::{Query, Result, params};
use rules::calendar::day_of;
use rules::simulate::{Deed, Part, runs};
use std::collections::HashMap;

/// Orders that came to nothing do not count.
const ALIVE: &str = "o.state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";

/// Units of an area that ordered since a time: id, name, region, staff.
pub async fn units(q: &dyn Query, prefix: &str, from: i64) -> Result<Vec<(i64, String, String, i64)>> {
    let sql = "SELECT id, name, region, headcount FROM org WHERE kind = 'unit' AND region LIKE $1 \
               AND EXISTS (SELECT 1 FROM orders o WHERE o.unit = org.id AND o.made_at >= $2) ORDER BY id";
    let read = |r: &Row| (r.int(0), r.text(1), r.text(2), r.int(3));
    Ok(q.rows(sql, params![format!("{prefix}%"), from]).await?.iter().map(read).collect())
}

/// Orders of a unit since a time, oldest first. What the market asked is what statistics kept of the day of the contract.
pub async fn deeds(q: &dyn Query, unit: i64, from: i64, name: impl Fn(&str) -> String) -> Result<Vec<Deed>> {
    let sql = format!(
        "SELECT o.id, o.made_at, o.mode, o.form, o.total, d.quotes, l.title, l.category, l.price, l.quantity, \
         COALESCE((SELECT MAX(s.market / s.quantity) FROM stat_line s WHERE s.orders = o.id AND s.product = l.product AND s.quantity > 0), 0), \
         COALESCE(p.flags, 0), COALESCE(p.certificate, ''), \
         (SELECT c.signed_at FROM contract c WHERE c.orders = o.id), \
         (SELECT MAX(COALESCE(t.received_at, t.assumed_at)) FROM shipment t WHERE t.orders = o.id), \
         (SELECT MAX(a.at) FROM acceptance a WHERE a.orders = o.id), \
         (SELECT MAX(y.paid_at) FROM payment y WHERE y.orders = o.id), \
         (SELECT f.size FROM supplier f WHERE f.org = o.supplier) \
         FROM orders o JOIN order_line l ON l.orders = o.id LEFT JOIN stat_deal d ON d.orders = o.id LEFT JOIN product p ON p.id = l.product \
         WHERE o.unit = $1 AND o.made_at >= $2 AND {ALIVE} ORDER BY o.made_at, o.id, l.id"
    );
    let mut out: Vec<Deed> = Vec::new();
    for r in &q.rows(&sql, params![unit, from]).await? {
        if out.last().is_none_or(|d| d.order != r.int(0)) {
            out.push(Deed {
                order: r.int(0),
                day: day_of(r.int(1)),
                mode: r.text(2),
                form: r.text(3),
                total: r.int(4),
                quotes: r.opt_int(5),
                lines: Vec::new(),
                runs: runs(r.opt_int(13), r.opt_int(14), r.opt_int(15), r.opt_int(16), large(r)),
            });
        }
        if let Some(d) = out.last_mut() {
            d.lines.push(Part {
                title: r.text(6),
                category: r.text(7),
                category_name: name(r.str(7)),
                second_name: name(base::facts::second_level(r.str(7))),
                price: r.int(8),
                quantity: r.int(9),
                market: r.int(10),
                imported: r.int(11) & supply::shelf::IMPORTED != 0,
                certified: !r.str(12).is_empty(),
            });
        }
    }
    Ok(out)
}

/// Is the supplier no small or medium one?
fn large(r: &Row) -> bool {
    r.opt_text(17).as_deref() == Some("large")
}

/// Numbers of orders.
pub async fn numbers(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, number FROM orders WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let ids: Vec<Val> = ids.iter().map(Val::from).collect();
    Ok(q.rows(&sql, &ids).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

//! Clocks of orders: what has begun, what was done when.
use super::super::store::each;
use kit::db::Row;
use kit::{Query, Result, params};
use std::collections::{BTreeSet, HashMap};

/// An order with what its clocks depend on; times in ms UTC.
#[derive(Clone, Debug)]
pub struct Open {
    /// Order.
    pub id: i64,
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
    /// State.
    pub state: String,
    /// End of the clock that the order itself runs.
    pub next_due: Option<i64>,
    /// When the contract took effect.
    pub signed: Option<i64>,
    /// The unit's signature.
    pub unit_signed: Option<i64>,
    /// To be published until.
    pub publish_due: Option<i64>,
    /// To be filed until.
    pub file_due: Option<i64>,
    /// Filed.
    pub filed: Option<i64>,
    /// Published.
    pub published: Option<i64>,
    /// Last arrival that was noted.
    pub received: Option<i64>,
    /// Last shipment.
    pub shipped: Option<i64>,
    /// Last acceptance.
    pub accepted: Option<i64>,
    /// First acceptance.
    pub accepted_first: Option<i64>,
    /// Last payment.
    pub paid_at: Option<i64>,
    /// Paid, fen.
    pub paid: i64,
    /// Still to be shipped, pieces.
    pub to_ship: i64,
    /// Still to be looked at, pieces.
    pub to_accept: i64,
    /// Accepted and kept, fen.
    pub kept: i64,
    /// Size of the supplier.
    pub size: String,
    /// Category of the first line.
    pub category: String,
    /// When goods were there: registered, or counted as arrived because nobody registered them.
    pub there: Option<i64>,
}

const OPEN: &str = "SELECT o.id, o.unit, o.supplier, o.region, o.mode, o.form, o.state, o.next_due, c.signed_at, c.unit_signed_at, \
    c.publish_due, c.file_due, c.filed_at, \
    (SELECT MIN(n.published_at) FROM notice n WHERE n.orders = o.id AND n.kind = 'contract'), \
    (SELECT MAX(h.received_at) FROM shipment h WHERE h.orders = o.id), (SELECT MAX(h.shipped_at) FROM shipment h WHERE h.orders = o.id), \
    (SELECT MAX(a.at) FROM acceptance a WHERE a.orders = o.id), (SELECT MIN(a.at) FROM acceptance a WHERE a.orders = o.id), \
    (SELECT MAX(y.paid_at) FROM payment y WHERE y.orders = o.id AND y.state = 'paid'), \
    (SELECT CAST(COALESCE(SUM(y.amount), 0) AS BIGINT) FROM payment y WHERE y.orders = o.id AND y.state = 'paid'), \
    (SELECT CAST(COALESCE(SUM(l.quantity + l.refused - l.shipped), 0) AS BIGINT) FROM order_line l WHERE l.orders = o.id), \
    (SELECT CAST(COALESCE(SUM(l.shipped - l.accepted - l.refused), 0) AS BIGINT) FROM order_line l WHERE l.orders = o.id), \
    (SELECT CAST(COALESCE(SUM((l.accepted - l.returned) * l.price), 0) AS BIGINT) FROM order_line l WHERE l.orders = o.id), \
    s.size, (SELECT l.category FROM order_line l WHERE l.orders = o.id ORDER BY l.id LIMIT 1), \
    (SELECT MAX(COALESCE(h.received_at, h.assumed_at)) FROM shipment h WHERE h.orders = o.id) \
    FROM orders o JOIN supplier s ON s.org = o.supplier LEFT JOIN contract c ON c.orders = o.id";

fn read(r: &Row) -> Open {
    Open {
        id: r.int(0),
        unit: r.int(1),
        supplier: r.int(2),
        region: r.text(3),
        mode: r.text(4),
        form: r.text(5),
        state: r.text(6),
        next_due: r.opt_int(7),
        signed: r.opt_int(8),
        unit_signed: r.opt_int(9),
        publish_due: r.opt_int(10),
        file_due: r.opt_int(11),
        filed: r.opt_int(12),
        published: r.opt_int(13),
        received: r.opt_int(14),
        shipped: r.opt_int(15),
        accepted: r.opt_int(16),
        accepted_first: r.opt_int(17),
        paid_at: r.opt_int(18),
        paid: r.int(19),
        to_ship: r.int(20),
        to_accept: r.int(21),
        kept: r.int(22),
        size: r.text(23),
        category: r.opt_text(24).unwrap_or_default(),
        there: r.opt_int(25),
    }
}

/// Orders that are going on, after an id; a performed one without a contract has no clocks.
pub async fn open(q: &dyn Query, after: i64, most: usize) -> Result<Vec<Open>> {
    let sql = format!(
        "{OPEN} WHERE o.state IN ('offered', 'contracting', 'performing') AND o.id > $1 \
         AND (o.state <> 'performing' OR c.signed_at IS NOT NULL) ORDER BY o.id LIMIT $2"
    );
    Ok(q.rows(&sql, params![after, most]).await?.iter().map(read).collect())
}

/// Orders.
pub async fn some(q: &dyn Query, orders: &BTreeSet<i64>) -> Result<HashMap<i64, Open>> {
    let rows = each(q, orders, &[], |ids| format!("{OPEN} WHERE o.id IN ({ids})")).await?;
    Ok(rows.iter().map(read).map(|o| (o.id, o)).collect())
}

/// Were all approvals of an order given, so that it lay with the supplier?
pub async fn lay_with_supplier(q: &dyn Query, order: i64) -> Result<bool> {
    let sql = "SELECT o.steps, (SELECT COUNT(*) FROM approval a WHERE a.orders = o.id AND a.void = 0 AND a.verdict = 'approved') \
               FROM orders o WHERE o.id = $1";
    let r = q.one(sql, params![order]).await?;
    Ok(r.str(0).split_whitespace().count() as i64 <= r.int(1))
}

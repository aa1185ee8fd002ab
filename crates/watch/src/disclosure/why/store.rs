//! What the record holds of an order's decision.
use kit::{Query, Result, params};

/// An order as the public may know it.
pub struct Order {
    /// Id.
    pub id: i64,
    /// Number.
    pub number: String,
    /// Region of the unit.
    pub region: String,
    /// Unit's name.
    pub unit: String,
    /// Supplier's name.
    pub supplier: String,
    /// `supermarket`, `batch`, `fixed`.
    pub mode: String,
    /// `direct`, `auction`.
    pub form: String,
    /// Project and its kind.
    pub project: Option<(i64, String)>,
    /// Total, fen.
    pub total: i64,
    /// Checks as JSON.
    pub checks: String,
    /// Placed, ms UTC.
    pub made_at: i64,
}

const ORDER: &str = "SELECT o.id, o.number, o.region, u.name, s.name, o.mode, o.form, o.project, p.kind, o.total, o.checks, o.made_at \
                     FROM orders o JOIN org u ON u.id = o.unit JOIN org s ON s.id = o.supplier LEFT JOIN project p ON p.id = o.project";

/// An order of which a contract was published; orders with secret clauses are none.
pub async fn order(q: &dyn Query, id: i64, number: &str) -> Result<Order> {
    let sql = format!(
        "{ORDER} WHERE (o.id = $1 OR o.number = $2) AND o.secret = '' AND EXISTS (SELECT 1 FROM notice n WHERE n.orders = o.id \
         AND n.kind IN ('contract', 'result') AND n.state <> 'withdrawn')"
    );
    let r = q.one(&sql, params![id, number]).await?;
    Ok(Order {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        unit: r.text(3),
        supplier: r.text(4),
        mode: r.text(5),
        form: r.text(6),
        project: r.opt_int(7).zip(r.opt_text(8)),
        total: r.int(9),
        checks: r.text(10),
        made_at: r.int(11),
    })
}

/// An approval without its person: duty, verdict, when, void.
pub type Step = (String, String, i64, bool);

/// Approvals of an order, or of its project where one led to it.
pub async fn steps(q: &dyn Query, order: i64, project: i64) -> Result<Vec<Step>> {
    let sql = "SELECT duty, verdict, at, void, id FROM approval WHERE orders = $1 \
               UNION ALL SELECT duty, verdict, at, void, id FROM project_approval WHERE project = $2 ORDER BY 5";
    let found = q.rows(sql, params![order, project]).await?;
    Ok(found.iter().map(|r| (r.text(0), r.text(1), r.int(2), r.flag(3))).collect())
}

/// Product and agreed price of an order's lines.
pub async fn prices(q: &dyn Query, order: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT product, price FROM order_line WHERE orders = $1 ORDER BY id";
    Ok(q.rows(sql, params![order]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

//! Rows with the entries that were written in their transactions.
use super::super::store::Key;
use kit::db::{Row, Val};
use kit::{Query, Result, params};
use std::collections::HashSet;

/// Rows read at a time.
pub const PIECE: i64 = 5_000;

/// A row with the entry that was written in its transaction.
pub struct Kept {
    /// What names the row.
    pub key: Key,
    /// Columns that are compared.
    pub columns: Vec<serde_json::Value>,
    /// The entry's words; empty when they were erased, None when there is no entry.
    pub entry: Option<String>,
}

// Each query gives two naming numbers, the entry's words, and columns; `$1, $2` are the naming numbers before, `$3` how many.
/// Approvals of direct orders.
pub const APPROVALS: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.duty FROM approval a LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(a.orders AS TEXT) AND j.at = a.at AND j.actor = a.person \
    AND j.kind = CASE a.verdict WHEN 'approved' THEN 'order.approved' ELSE 'order.returned' END \
    WHERE (a.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY a.id LIMIT $3";
/// Approvals of projects.
pub const PROJECT_APPROVALS: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.duty FROM project_approval a JOIN project p ON p.id = a.project \
    LEFT JOIN journal j ON j.subject = p.kind || '/' || CAST(p.id AS TEXT) AND j.at = a.at AND j.actor = a.person \
    AND j.kind = p.kind || '.' || a.verdict WHERE (a.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY a.id LIMIT $3";
/// Acceptances.
pub const ACCEPTANCES: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.verdict, a.amount, a.lines, a.reason, o.salt FROM acceptance a \
    JOIN orders o ON o.id = a.orders LEFT JOIN journal j ON j.subject = 'order/' || CAST(a.orders AS TEXT) AND j.at = a.at AND j.actor = a.person \
    AND j.kind = 'acceptance.recorded' WHERE (a.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY a.id LIMIT $3";
/// Evaluations; the second number is 1 for the unit's, 2 for the supplier's.
pub const EVALUATIONS: &str = "SELECT v.orders, v.n, j.body, v.side, v.quality, v.delivery, v.service, v.words FROM \
    (SELECT e.*, CAST(CASE e.side WHEN 'unit' THEN 1 ELSE 2 END AS BIGINT) AS n FROM evaluation e) v \
    LEFT JOIN journal j ON j.subject = 'order/' || CAST(v.orders AS TEXT) AND j.at = v.at AND j.actor = v.person \
    AND j.kind = 'evaluation.made' WHERE (v.orders, v.n) > ($1, $2) ORDER BY v.orders, v.n LIMIT $3";
/// Payments as they were applied for.
pub const APPLIED: &str = "SELECT p.id, CAST(0 AS BIGINT), j.body, p.amount, p.due_at FROM payment p LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(p.orders AS TEXT) AND j.at = p.applied_at AND j.actor = p.applied_by AND j.kind = 'payment.applied' \
    WHERE (p.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY p.id LIMIT $3";
/// Payments as they were decided.
pub const DECIDED: &str = "SELECT p.id, CAST(0 AS BIGINT), j.body, p.number, p.amount FROM payment p LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(p.orders AS TEXT) AND j.at = p.approved_at AND j.actor = p.approved_by \
    AND j.kind = CASE p.state WHEN 'declined' THEN 'payment.declined' ELSE 'payment.approved' END \
    WHERE p.approved_at IS NOT NULL AND (p.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY p.id LIMIT $3";
/// Payments that were made.
pub const PAID: &str = "SELECT p.id, CAST(0 AS BIGINT), j.body, p.number, p.amount FROM payment p LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(p.orders AS TEXT) AND j.at = p.paid_at AND j.kind = 'payment.paid' \
    WHERE p.paid_at IS NOT NULL AND (p.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY p.id LIMIT $3";
/// Invoices.
pub const INVOICES: &str = "SELECT i.id, CAST(0 AS BIGINT), j.body, i.number, i.kind, i.seller, i.buyer, i.amount, i.day FROM invoice i \
    LEFT JOIN journal j ON j.subject = 'order/' || CAST(i.orders AS TEXT) AND j.at = i.at AND j.actor = i.recorded_by \
    AND j.kind = 'invoice.recorded' WHERE (i.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY i.id LIMIT $3";
/// Signatures under contracts; the second number is 1 for the unit's, 2 for the supplier's.
pub const SIGNED: &str = "SELECT s.orders, s.n, j.body, s.side FROM \
    (SELECT orders, CAST(1 AS BIGINT) AS n, 'unit' AS side, unit_signed_at AS at, unit_signed_by AS person FROM contract WHERE unit_signed_at IS NOT NULL \
    UNION ALL SELECT orders, CAST(2 AS BIGINT), 'supplier', supplier_signed_at, supplier_signed_by FROM contract WHERE supplier_signed_at IS NOT NULL) s \
    LEFT JOIN journal j ON j.subject = 'order/' || CAST(s.orders AS TEXT) AND j.at = s.at AND j.actor = s.person \
    AND j.kind = 'contract.signed' WHERE (s.orders, s.n) > ($1, $2) ORDER BY s.orders, s.n LIMIT $3";
/// Deadlines of contracts.
pub const CONCLUDED: &str = "SELECT c.orders, CAST(0 AS BIGINT), j.body, c.publish_due, c.file_due FROM contract c LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(c.orders AS TEXT) AND j.at = c.signed_at AND j.kind = 'contract.concluded' \
    WHERE c.signed_at IS NOT NULL AND (c.orders, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY c.orders LIMIT $3";
/// What was done to notices.
pub const NOTICE_ACTS: &str = "SELECT a.notice, a.n, j.body, a.changes, a.reason FROM notice_act a LEFT JOIN journal j ON \
    j.subject = 'notice/' || CAST(a.notice AS TEXT) AND j.at = a.at AND j.actor = a.person \
    AND j.kind = CASE a.act WHEN 'correct' THEN 'notice.corrected' ELSE 'notice.withdrawn' END \
    WHERE (a.notice, a.n) > ($1, $2) ORDER BY a.notice, a.n LIMIT $3";
/// Framework agreements.
pub const AGREEMENTS: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.number, a.title, a.category, a.pricing, a.from_day, a.to_day, a.places \
    FROM agreement a LEFT JOIN journal j ON j.subject = 'agreement/' || CAST(a.id AS TEXT) AND j.region = a.region AND j.actor = a.made_by \
    AND j.kind = 'agreement.made' WHERE (a.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY a.id LIMIT $3";
/// Projects.
pub const PROJECTS: &str = "SELECT p.id, CAST(0 AS BIGINT), j.body, p.number, p.quantity, p.category, p.ceiling FROM project p LEFT JOIN journal j ON \
    j.subject = p.kind || '/' || CAST(p.id AS TEXT) AND j.region = p.region AND (j.actor = p.handler OR j.actor = 0) \
    AND j.kind = p.kind || '.made' WHERE (p.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY p.id LIMIT $3";
/// Auctions that were published.
pub const AUCTIONS: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.basis, a.opens_at, a.commitment FROM auction a LEFT JOIN journal j ON \
    j.subject = 'auction/' || CAST(a.id AS TEXT) AND j.kind = 'auction.published' \
    WHERE a.opens_at > 0 AND (a.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY a.id LIMIT $3";
/// Parcels as they were sent.
pub const SHIPPED: &str = "SELECT s.id, CAST(0 AS BIGINT), j.body, s.carrier, s.tracking, s.lines FROM shipment s LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(s.orders AS TEXT) AND j.at = s.shipped_at AND j.actor = s.shipped_by AND j.kind = 'shipment.sent' \
    WHERE (s.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY s.id LIMIT $3";
/// Parcels that came.
pub const RECEIVED: &str = "SELECT s.id, CAST(0 AS BIGINT), j.body FROM shipment s LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(s.orders AS TEXT) AND j.at = s.received_at AND j.actor = s.received_by AND j.kind = 'shipment.received' \
    WHERE s.received_at IS NOT NULL AND (s.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY s.id LIMIT $3";
/// Requests to cancel.
pub const CANCEL_ASKED: &str = "SELECT c.id, CAST(0 AS BIGINT), j.body, c.side, c.reason FROM cancel_ask c LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(c.orders AS TEXT) AND j.at = c.at AND j.actor = c.person AND j.kind = 'cancel.asked' \
    WHERE (c.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY c.id LIMIT $3";
/// Returns and exchanges as they were asked for.
pub const RETURNS: &str = "SELECT c.id, CAST(0 AS BIGINT), j.body, c.kind, c.quantity FROM return_case c LEFT JOIN journal j ON \
    j.subject = 'order/' || CAST(c.orders AS TEXT) AND j.at = c.asked_at AND j.actor = c.asked_by AND j.kind = 'return.asked' \
    WHERE (c.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY c.id LIMIT $3";
/// Cases of conduct.
pub const CASES: &str = "SELECT c.id, CAST(0 AS BIGINT), j.body, c.number, c.org, c.rule, c.subject, c.points, c.measure FROM conduct c LEFT JOIN journal j ON \
    j.subject = 'conduct/' || CAST(c.id AS TEXT) AND j.at = c.opened_at AND j.region = c.region AND j.kind = 'conduct.told' \
    WHERE (c.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY c.id LIMIT $3";
/// Needs that the mall has no goods for.
pub const NEEDS: &str = "SELECT n.id, CAST(0 AS BIGINT), j.body, n.number, n.category, n.reason, n.amount, n.digest, n.valid_to, n.at FROM need n \
    LEFT JOIN journal j ON j.subject = 'need/' || CAST(n.id AS TEXT) AND j.actor = n.person AND j.kind = 'need.stated' \
    WHERE (n.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY n.id LIMIT $3";
/// Prices observed on the market.
pub const OBSERVED: &str = "SELECT o.id, CAST(0 AS BIGINT), j.body, o.source, o.url, o.price, o.day FROM observation o LEFT JOIN journal j ON \
    j.subject = 'observation/' || CAST(o.id AS TEXT) AND j.at = o.made_at AND j.actor = o.person AND j.kind = 'price.observed' \
    WHERE (o.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY o.id LIMIT $3";
/// Rounds of batch purchase.
pub const ROUNDS: &str = "SELECT r.id, CAST(0 AS BIGINT), j.body, r.number, r.title, r.category, r.due_on, r.method, r.winners FROM batch_round r \
    LEFT JOIN journal j ON j.subject = 'batch/' || CAST(r.id AS TEXT) AND j.region = r.region AND j.kind = 'batch.opened' \
    WHERE (r.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY r.id LIMIT $3";

/// Rows that entries tell of: about what such entries are and of which kinds, and what is there about some of it (`{}`), as what it is
/// about, time and person; a person of -1 stands for whoever, a time of -1 for whenever.
pub const TOLD: [(&str, &str, &str); 25] = [
    ("approval", "order order.approved order.returned", "SELECT orders, at, person FROM approval WHERE orders IN ({})"),
    ("project_approval", "auction auction.approved auction.returned", GIVEN),
    // A demand that the supervising unit returns has no approval.
    ("project_approval", "demand demand.approved", GIVEN),
    ("project_approval", "job job.approved job.returned", GIVEN),
    ("acceptance", "order acceptance.recorded", "SELECT orders, at, person FROM acceptance WHERE orders IN ({})"),
    ("evaluation", "order evaluation.made", "SELECT orders, at, person FROM evaluation WHERE orders IN ({})"),
    ("payment", "order payment.applied", "SELECT orders, applied_at, applied_by FROM payment WHERE orders IN ({})"),
    (
        "payment",
        "order payment.approved payment.declined",
        "SELECT orders, approved_at, approved_by FROM payment WHERE orders IN ({})",
    ),
    ("payment", "order payment.paid", "SELECT orders, paid_at, CAST(-1 AS BIGINT) FROM payment WHERE orders IN ({})"),
    ("invoice", "order invoice.recorded", "SELECT orders, at, recorded_by FROM invoice WHERE orders IN ({})"),
    (
        "contract",
        "order contract.signed",
        "SELECT s.orders, s.at, s.person FROM (SELECT orders, unit_signed_at AS at, unit_signed_by AS person FROM contract \
         UNION ALL SELECT orders, supplier_signed_at, supplier_signed_by FROM contract) s WHERE s.orders IN ({})",
    ),
    ("shipment", "order shipment.sent", "SELECT orders, shipped_at, shipped_by FROM shipment WHERE orders IN ({})"),
    (
        "shipment",
        "order shipment.received",
        "SELECT orders, received_at, received_by FROM shipment WHERE orders IN ({})",
    ),
    ("cancel_ask", "order cancel.asked", "SELECT orders, at, person FROM cancel_ask WHERE orders IN ({})"),
    ("return_case", "order return.asked", "SELECT orders, asked_at, asked_by FROM return_case WHERE orders IN ({})"),
    (
        "notice_act",
        "notice notice.corrected notice.withdrawn",
        "SELECT notice, at, person FROM notice_act WHERE notice IN ({})",
    ),
    ("agreement", "agreement agreement.made", "SELECT id, CAST(-1 AS BIGINT), made_by FROM agreement WHERE id IN ({})"),
    ("project", "auction auction.made", MADE),
    ("project", "demand demand.made", MADE),
    ("project", "job job.made", MADE),
    (
        "auction",
        "auction auction.published",
        "SELECT id, CAST(-1 AS BIGINT), CAST(-1 AS BIGINT) FROM auction WHERE opens_at > 0 AND id IN ({})",
    ),
    ("conduct", "conduct conduct.told", "SELECT id, opened_at, CAST(-1 AS BIGINT) FROM conduct WHERE id IN ({})"),
    ("need", "need need.stated", "SELECT id, CAST(-1 AS BIGINT), person FROM need WHERE id IN ({})"),
    ("observation", "observation price.observed", "SELECT id, made_at, person FROM observation WHERE id IN ({})"),
    (
        "batch_round",
        "batch batch.opened",
        "SELECT id, CAST(-1 AS BIGINT), CAST(-1 AS BIGINT) FROM batch_round WHERE id IN ({})",
    ),
];
const GIVEN: &str = "SELECT project, at, person FROM project_approval WHERE project IN ({})";
const MADE: &str = "SELECT id, CAST(-1 AS BIGINT), CAST(-1 AS BIGINT) FROM project WHERE id IN ({})";

/// What is there by one of [`TOLD`]: what it is about, time, person. A time that is NULL is none.
pub async fn there(q: &dyn Query, sql: &str, about: &[i64]) -> Result<HashSet<(i64, i64, i64)>> {
    let sql = sql.replace("{}", &kit::text::marks(1, about.len()));
    let values: Vec<Val> = about.iter().map(Val::from).collect();
    let read = |r: &Row| Some((r.int(0), r.opt_int(1)?, r.opt_int(2)?));
    Ok(q.rows(&sql, &values).await?.iter().filter_map(read).collect())
}

/// A column as JSON; bytes are not compared this way.
fn column(v: &Val) -> serde_json::Value {
    match v {
        Val::Int(n) => (*n).into(),
        Val::Text(t) => t.as_str().into(),
        Val::Null | Val::Bytes(_) => serde_json::Value::Null,
    }
}

/// Rows of one of the queries above, after a naming pair.
pub async fn kept(q: &dyn Query, sql: &str, last: Key) -> Result<Vec<Kept>> {
    let found = q.rows(sql, params![last.0, last.1, PIECE]).await?;
    let read = |r: &Row| Kept {
        key: (r.int(0), r.int(1)),
        entry: r.opt_text(2),
        columns: r.all()[3..].iter().map(column).collect(),
    };
    Ok(found.iter().map(read).collect())
}

/// Ids of framework agreements.
pub async fn agreements(q: &dyn Query) -> Result<Vec<i64>> {
    Ok(q.rows("SELECT id FROM agreement ORDER BY id", params![]).await?.iter().map(|r| r.int(0)).collect())
}

/// Has an agreement ended?
pub async fn ended(q: &dyn Query, agreement: i64) -> Result<bool> {
    let found = q.row("SELECT state FROM agreement WHERE id = $1", params![agreement]).await?;
    Ok(found.is_some_and(|r| r.str(0) == "ended"))
}

/// A member of a framework agreement.
pub struct Member {
    /// Who.
    pub supplier: i64,
    /// Discount, hundredths of a percent.
    pub discount_bp: i64,
    /// Place, from 1.
    pub place: i64,
    /// `in` or `out`.
    pub state: String,
}

/// Members of an agreement.
pub async fn members(q: &dyn Query, agreement: i64) -> Result<Vec<Member>> {
    let sql = "SELECT supplier, discount_bp, place, state FROM agreement_member WHERE agreement = $1 ORDER BY supplier";
    let read = |r: &Row| Member { supplier: r.int(0), discount_bp: r.int(1), place: r.int(2), state: r.text(3) };
    Ok(q.rows(sql, params![agreement]).await?.iter().map(read).collect())
}

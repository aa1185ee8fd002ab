//! Rows of invoices, payments, evaluations.
use base::access::Scope;
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// An invoice.
#[derive(Clone, Debug)]
pub struct Invoice {
    /// Number.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// Amount, fen.
    pub amount: i64,
    /// Day on it.
    pub day: i32,
    /// checked or rejected.
    pub state: String,
    /// What was compared, title and figures.
    pub findings: Vec<(String, String, String)>,
}

/// A new invoice.
pub struct NewInvoice<'a> {
    /// Order.
    pub order: i64,
    /// Number.
    pub number: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// Seller on it.
    pub seller: &'a str,
    /// Buyer on it.
    pub buyer: &'a str,
    /// Amount, fen.
    pub amount: i64,
    /// Day on it.
    pub day: i32,
    /// checked or rejected.
    pub state: &'a str,
    /// What was compared, JSON.
    pub findings: &'a str,
    /// Who recorded it.
    pub person: i64,
}

pub async fn add_invoice(tx: &Tx<'_>, n: &NewInvoice<'_>) -> Result<u64> {
    tx.run(
        "INSERT INTO invoice (id, orders, number, kind, seller, buyer, amount, day, state, findings, recorded_by, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT (seller, number) DO NOTHING",
        params![
            tx.id(),
            n.order,
            n.number,
            n.kind,
            n.seller,
            n.buyer,
            n.amount,
            n.day,
            n.state,
            n.findings,
            n.person,
            tx.now()
        ],
    )
    .await
}

/// Is the number known for this seller?
pub async fn invoice_known(q: &dyn Query, seller: &str, number: &str) -> Result<bool> {
    Ok(q.row("SELECT id FROM invoice WHERE seller = $1 AND number = $2", params![seller, number]).await?.is_some())
}

/// Invoices of an order.
pub async fn invoices(q: &dyn Query, order: i64) -> Result<Vec<Invoice>> {
    let sql = "SELECT number, kind, amount, day, state, findings FROM invoice WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Invoice {
        number: r.text(0),
        kind: r.text(1),
        amount: r.int(2),
        day: r.int(3) as i32,
        state: r.text(4),
        findings: serde_json::from_str(r.str(5)).unwrap_or_default(),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// A payment.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Id.
    pub id: i64,
    /// Order.
    pub order: i64,
    /// Number.
    pub number: String,
    /// Amount, fen.
    pub amount: i64,
    /// applied, approved, paid, declined.
    pub state: String,
    /// Who applied.
    pub applied_by: i64,
    /// When, ms UTC.
    pub applied_at: i64,
    /// Last day to pay, ms UTC.
    pub due_at: i64,
    /// When paid.
    pub paid_at: Option<i64>,
    /// Treasury's reference.
    pub reference: String,
    /// Reason when declined.
    pub note: String,
}

const PAYMENT: &str = "SELECT p.id, p.orders, p.number, p.amount, p.state, p.applied_by, p.applied_at, p.due_at, p.paid_at, p.treasury_ref, p.note FROM payment p";

fn read_payment(r: &Row) -> Payment {
    Payment {
        id: r.int(0),
        order: r.int(1),
        number: r.text(2),
        amount: r.int(3),
        state: r.text(4),
        applied_by: r.int(5),
        applied_at: r.int(6),
        due_at: r.int(7),
        paid_at: r.opt_int(8),
        reference: r.text(9),
        note: r.text(10),
    }
}

pub async fn add_payment(tx: &Tx<'_>, order: i64, amount: i64, due_at: i64, person: i64) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO payment (id, orders, number, amount, state, applied_by, applied_at, due_at, treasury_ref, note) \
         VALUES ($1,$2,$3,$4,'applied',$5,$6,$7,'','')",
        params![id, order, format!("ZF{}", kit::ids::tail(id)), amount, person, tx.now(), due_at],
    )
    .await?;
    Ok(id)
}

/// Moves a payment; returns how many rows moved (0 when it was not in that state).
pub async fn move_payment(tx: &Tx<'_>, id: i64, from: &str, to: &str, person: i64, note: &str) -> Result<u64> {
    let sql =
        "UPDATE payment SET state = $3, approved_by = $4, approved_at = $5, note = $6 WHERE id = $1 AND state = $2";
    tx.run(sql, params![id, from, to, person, tx.now(), note]).await
}

/// Marks an approved payment as paid; 0 rows when it was paid before.
pub async fn paid(tx: &Tx<'_>, id: i64, reference: &str) -> Result<u64> {
    let sql = "UPDATE payment SET state = 'paid', paid_at = $2, treasury_ref = $3 WHERE id = $1 AND state = 'approved'";
    tx.run(sql, params![id, tx.now(), reference]).await
}

/// A payment by id.
pub async fn payment(q: &dyn Query, id: i64) -> Result<Payment> {
    Ok(read_payment(&q.one(&format!("{PAYMENT} WHERE p.id = $1"), params![id]).await?))
}

/// Payments of an order.
pub async fn payments(q: &dyn Query, order: i64) -> Result<Vec<Payment>> {
    Ok(q.rows(&format!("{PAYMENT} WHERE p.orders = $1 ORDER BY p.id"), params![order])
        .await?
        .iter()
        .map(read_payment)
        .collect())
}

/// Payments in a scope, newest first.
pub async fn payments_of(q: &dyn Query, scope: &Scope, limit: usize) -> Result<Vec<(Payment, String)>> {
    let (condition, who) = scope.condition("o.unit", "o.supplier", "o.region", 1);
    let sql = format!("{PAYMENT_WITH_NUMBER} WHERE {condition} ORDER BY p.id DESC LIMIT $2");
    Ok(q.rows(&sql, &[who, limit.into()]).await?.iter().map(|r| (read_payment(r), r.text(11))).collect())
}

const PAYMENT_WITH_NUMBER: &str = "SELECT p.id, p.orders, p.number, p.amount, p.state, p.applied_by, p.applied_at, p.due_at, p.paid_at, \
                                   p.treasury_ref, p.note, o.number FROM payment p JOIN orders o ON o.id = p.orders";

/// Approved payments that the treasury has not answered yet.
pub async fn approved(q: &dyn Query, limit: i64) -> Result<Vec<Payment>> {
    let sql = format!("{PAYMENT} WHERE p.state = 'approved' ORDER BY p.id LIMIT $1");
    Ok(q.rows(&sql, params![limit]).await?.iter().map(read_payment).collect())
}

/// What an order has spent so far, by budget line: from frozen to spent, less what came back.
pub async fn spent(q: &dyn Query, order: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT line, SUM(CASE WHEN credit = 'spent' THEN amount WHEN debit = 'spent' THEN -amount ELSE 0 END) FROM budget_entry \
               WHERE orders = $1 GROUP BY line ORDER BY line";
    Ok(q.rows(sql, params![order]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// Size of a supplier, for the clock of payment.
pub async fn supplier_size(q: &dyn Query, supplier: i64) -> Result<String> {
    Ok(q.one("SELECT size FROM supplier WHERE org = $1", params![supplier]).await?.text(0))
}

//! Rows to be compared.
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Query, Result, Tx, params};
use std::collections::{BTreeMap, HashMap};

/// Keeps a follower from moving on until this transaction ends.
pub async fn hold(tx: &Tx<'_>, name: &str) -> Result<()> {
    tx.run("UPDATE projection SET seq = seq WHERE name = $1", params![name]).await?;
    Ok(())
}

/// What names a row: one number or two.
pub type Key = (i64, i64);

/// Rows read at a time.
pub const PIECE: i64 = 5_000;

/// A digest of every row of a table, by the one or two columns that name the row.
pub async fn digests(q: &dyn Query, table: &str, key: &[&str]) -> Result<BTreeMap<Key, [u8; 16]>> {
    let two = key.len() == 2;
    let keys = key.iter().map(|k| format!("t.{k}")).collect::<Vec<_>>().join(", ");
    let after = if two { format!("({keys}) > ($2, $3)") } else { format!("{keys} > $2") };
    let sql = format!("SELECT {keys}, t.* FROM {table} t WHERE {after} ORDER BY {keys} LIMIT $1");
    let named = |r: &Row| (r.int(0), if two { r.int(1) } else { 0 });
    let (mut out, mut last) = (BTreeMap::new(), (i64::MIN, i64::MIN));
    loop {
        let values = [Val::from(PIECE), Val::from(last.0), Val::from(last.1)];
        let piece = q.rows(&sql, &values[..if two { 3 } else { 2 }]).await?;
        for r in &piece {
            let whole = kit::merkle::leaf(format!("{:?}", r.all()).as_bytes());
            out.insert(named(r), std::array::from_fn(|i| whole[i]));
        }
        match piece.last() {
            Some(r) if piece.len() as i64 == PIECE => last = named(r),
            _ => return Ok(out),
        }
    }
}

fn list<'a, T: 'a>(all: &'a [T]) -> Vec<Val>
where
    Val: From<&'a T>,
{
    all.iter().map(Val::from).collect()
}

/// A contract.
pub struct Contract {
    /// Number.
    pub number: String,
    /// Facts.
    pub body: String,
    /// SHA-256 of them.
    pub digest: String,
    /// When it took effect, ms UTC.
    pub signed_at: Option<i64>,
}

/// Contracts of some orders.
pub async fn contracts(q: &dyn Query, orders: &[i64]) -> Result<HashMap<i64, Contract>> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let marks = marks(1, orders.len());
    let sql = format!("SELECT orders, number, body, digest, signed_at FROM contract WHERE orders IN ({marks})");
    let read = |r: &Row| {
        (r.int(0), Contract { number: r.text(1), body: r.text(2), digest: r.text(3), signed_at: r.opt_int(4) })
    };
    Ok(q.rows(&sql, &list(orders)).await?.iter().map(read).collect())
}

/// Payments by number: order, amount, state.
pub async fn payments(q: &dyn Query, numbers: &[&str]) -> Result<HashMap<String, (i64, i64, String)>> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let marks = marks(1, numbers.len());
    let sql = format!("SELECT number, orders, amount, state FROM payment WHERE number IN ({marks})");
    let read = |r: &Row| (r.text(0), (r.int(1), r.int(2), r.text(3)));
    Ok(q.rows(&sql, &list(numbers)).await?.iter().map(read).collect())
}

/// A quote.
pub struct Quote {
    /// Auction.
    pub auction: i64,
    /// Its place among the quotes.
    pub seq: i64,
    /// Who quoted, as the auction calls the supplier.
    pub alias: String,
    /// Amount, None while it is sealed.
    pub amount: Option<i64>,
    /// The seal.
    pub sealed: Option<Vec<u8>>,
}

/// Quotes by id.
pub async fn quotes(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, Quote>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let marks = marks(1, ids.len());
    let sql = format!(
        "SELECT k.id, k.auction, k.seq, COALESCE(e.alias, ''), k.amount, k.sealed FROM auction_quote k \
         LEFT JOIN auction_entry e ON e.auction = k.auction AND e.supplier = k.supplier WHERE k.id IN ({marks})"
    );
    let quote = |r: &Row| Quote {
        auction: r.int(1),
        seq: r.int(2),
        alias: r.text(3),
        amount: r.opt_int(4),
        sealed: r.opt_bytes(5),
    };
    Ok(q.rows(&sql, &list(ids)).await?.iter().map(|r| (r.int(0), quote(r))).collect())
}

/// Amounts of an auction that were sealed once, with the alias of who quoted.
pub async fn opened(q: &dyn Query, auction: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT e.alias, k.amount FROM auction_quote k JOIN auction_entry e ON e.auction = k.auction AND e.supplier = k.supplier \
               WHERE k.auction = $1 AND k.sealed IS NOT NULL AND k.amount IS NOT NULL";
    Ok(q.rows(sql, params![auction]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// Quotes that no entry says.
pub async fn quotes_without_entry(q: &dyn Query) -> Result<Vec<i64>> {
    let sql = "SELECT k.id FROM auction_quote k WHERE NOT EXISTS \
               (SELECT 1 FROM journal j WHERE j.id = k.id AND j.kind = 'auction.quoted') ORDER BY k.id LIMIT 20";
    Ok(q.rows(sql, params![]).await?.iter().map(|r| r.int(0)).collect())
}

/// What was erased, by number of the entry: kind, ground, basis, reason, who asked, who decided, what the decider said.
pub async fn erasures(q: &dyn Query, seqs: &[i64]) -> Result<HashMap<i64, [String; 7]>> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let marks = marks(1, seqs.len());
    let sql = format!(
        "SELECT seq, kind, ground, basis, reason, asked_by, decided_by, note FROM erasure WHERE state = 'done' AND seq IN ({marks})"
    );
    let read = |r: &Row| {
        let who = |i: usize| r.opt_int(i).unwrap_or(0).to_string();
        (r.int(0), [r.text(1), r.text(2), r.text(3), r.text(4), who(5), who(6), r.text(7)])
    };
    Ok(q.rows(&sql, &list(seqs)).await?.iter().map(read).collect())
}

/// An order with what is summed up from its other rows.
pub struct Order {
    /// Id.
    pub id: i64,
    /// Number.
    pub number: String,
    /// Region.
    pub region: String,
    /// Unit and supplier.
    pub sides: (i64, i64),
    /// Sum, fen.
    pub total: i64,
    /// State.
    pub state: String,
    /// `supermarket`, `batch`, `fixed`; `direct`, `auction`.
    pub kind: (String, String),
    /// Whose secret some clauses are.
    pub secret: String,
    /// Salted hash of what is personal or secret; empty where there is no salt.
    pub private: String,
    /// The digest of what was compared when it was placed; empty where nothing was kept.
    pub compared: String,
    /// Lines: id, and the columns that entries tell.
    pub lines: Vec<(i64, serde_json::Value)>,
    /// Accepted and refused, pieces of all lines.
    pub taken: (i64, i64),
    /// Invoiced, fen.
    pub invoiced: i64,
    /// Paid, fen.
    pub paid: i64,
    /// Spent of the budget, fen.
    pub spent: i64,
}

/// Lines of an order, and how many pieces of them were accepted and refused.
#[derive(Default)]
struct Lines {
    all: Vec<(i64, serde_json::Value)>,
    taken: (i64, i64),
}

/// Sums by order for orders from one id to another.
async fn sums(q: &dyn Query, sql: &str, from: i64, to: i64) -> Result<HashMap<i64, i64>> {
    Ok(q.rows(sql, params![from, to]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// Orders after an id.
pub async fn orders(q: &dyn Query, after: i64, most: i64) -> Result<Vec<Order>> {
    let sql = "SELECT id, number, region, unit, supplier, total, state, mode, form, secret, salt, purpose, address, contact, phone, \
               address_region, secret_words FROM orders WHERE id > $1 ORDER BY id LIMIT $2";
    let found = q.rows(sql, params![after, most]).await?;
    let Some(to) = found.last().map(|r| r.int(0)) else { return Ok(Vec::new()) };
    let sql = "SELECT orders, id, product, category, brand, model, title, unit, price, quantity, accepted, refused, offer, plan_line, budget, \
               listed_price FROM order_line \
               WHERE orders > $1 AND orders <= $2 ORDER BY orders, id";
    let mut lines: HashMap<i64, Lines> = HashMap::new();
    for r in q.rows(sql, params![after, to]).await? {
        let of = lines.entry(r.int(0)).or_default();
        let line = serde_json::json!({
            "product": r.int(2), "category": r.str(3), "brand": r.str(4), "model": r.str(5), "title": r.str(6), "unit": r.str(7),
            "price": r.int(8), "quantity": r.int(9),
            "facts": trade::orders::line_digest(std::array::from_fn(|i| r.str(4 + i)), std::array::from_fn(|i| r.int(12 + i))),
        });
        of.all.push((r.int(1), line));
        of.taken = (of.taken.0 + r.int(10), of.taken.1 + r.int(11));
    }
    let sql = "SELECT orders, body FROM order_compared WHERE orders > $1 AND orders <= $2";
    let mut compared: HashMap<i64, String> = HashMap::new();
    for r in q.rows(sql, params![after, to]).await? {
        compared.insert(r.int(0), kit::text::sha256(&[r.str(1).as_bytes()]));
    }
    let sum = |of: &str| format!("SELECT orders, CAST(SUM({of}) AS BIGINT)");
    let within = "orders > $1 AND orders <= $2";
    let invoices =
        sums(q, &format!("{} FROM invoice WHERE {within} GROUP BY orders", sum("amount")), after, to).await?;
    let paid = format!("{} FROM payment WHERE {within} AND state = 'paid' GROUP BY orders", sum("amount"));
    let paid = sums(q, &paid, after, to).await?;
    let spent = sum("CASE WHEN credit = 'spent' THEN amount WHEN debit = 'spent' THEN -amount ELSE 0 END");
    let spent = sums(q, &format!("{spent} FROM budget_entry WHERE {within} GROUP BY orders"), after, to).await?;
    let read = |r: &Row| {
        let id = r.int(0);
        let of = |all: &HashMap<i64, i64>| all.get(&id).copied().unwrap_or(0);
        Order {
            id,
            number: r.text(1),
            region: r.text(2),
            sides: (r.int(3), r.int(4)),
            total: r.int(5),
            state: r.text(6),
            kind: (r.text(7), r.text(8)),
            secret: r.text(9),
            private: trade::orders::private(r.str(10), std::array::from_fn(|i| r.str(11 + i))),
            compared: compared.get(&id).cloned().unwrap_or_default(),
            taken: lines.get(&id).map_or((0, 0), |l| l.taken),
            lines: lines.get(&id).map_or(Vec::new(), |l| l.all.clone()),
            invoiced: of(&invoices),
            paid: of(&paid),
            spent: of(&spent),
        }
    };
    Ok(found.iter().map(read).collect())
}

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
pub const ACCEPTANCES: &str = "SELECT a.id, CAST(0 AS BIGINT), j.body, a.verdict, a.amount, a.lines, a.reason FROM acceptance a \
    LEFT JOIN journal j ON j.subject = 'order/' || CAST(a.orders AS TEXT) AND j.at = a.at AND j.actor = a.person \
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
pub const CASES: &str = "SELECT c.id, CAST(0 AS BIGINT), j.body, c.number, c.org, c.rule, c.subject FROM conduct c LEFT JOIN journal j ON \
    j.subject = 'conduct/' || CAST(c.id AS TEXT) AND j.at = c.opened_at AND j.region = c.region AND j.kind = 'conduct.told' \
    WHERE (c.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY c.id LIMIT $3";
/// Needs that the mall has no goods for.
pub const NEEDS: &str = "SELECT n.id, CAST(0 AS BIGINT), j.body, n.number, n.category, n.reason, n.amount, n.digest, n.valid_to FROM need n \
    LEFT JOIN journal j ON j.subject = 'need/' || CAST(n.id AS TEXT) AND j.at = n.at AND j.actor = n.person AND j.kind = 'need.stated' \
    WHERE (n.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY n.id LIMIT $3";
/// Prices observed on the market.
pub const OBSERVED: &str = "SELECT o.id, CAST(0 AS BIGINT), j.body, o.product, o.source, o.url, o.price, o.day FROM observation o LEFT JOIN journal j ON \
    j.subject = 'observation/' || CAST(o.id AS TEXT) AND j.at = o.made_at AND j.actor = o.person AND j.kind = 'price.observed' \
    WHERE (o.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY o.id LIMIT $3";
/// Rounds of batch purchase.
pub const ROUNDS: &str = "SELECT r.id, CAST(0 AS BIGINT), j.body, r.number, r.title, r.category, r.due_on, r.method, r.winners FROM batch_round r \
    LEFT JOIN journal j ON j.subject = 'batch/' || CAST(r.id AS TEXT) AND j.region = r.region AND j.kind = 'batch.opened' \
    WHERE (r.id, CAST(0 AS BIGINT)) > ($1, $2) ORDER BY r.id LIMIT $3";

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
}

/// Orders counted, after one.
pub async fn counted(q: &dyn Query, after: i64) -> Result<Vec<Counted>> {
    let sql = "SELECT orders, seq, since, gone, notice, day, region, unit, supplier, mode, form, size, amount, accepted, paid, publish_due \
               FROM stat_deal WHERE orders > $1 ORDER BY orders LIMIT 500";
    let found = q.rows(sql, params![after]).await?;
    let Some(to) = found.last().map(|r| r.int(0)) else { return Ok(Vec::new()) };
    let sql = "SELECT s.orders, s.category, COALESCE(l.category, ''), s.venues, s.product, s.quantity, s.amount, s.market FROM stat_line s \
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

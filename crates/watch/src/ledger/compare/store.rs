//! Rows to be compared.
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Query, Result, Tx, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Keeps a follower from moving on until this transaction ends.
pub async fn hold(tx: &Tx<'_>, name: &str) -> Result<()> {
    tx.run("UPDATE projection SET seq = seq WHERE name = $1", params![name]).await?;
    Ok(())
}

/// What names a row: one number or two.
pub type Key = (i64, i64);

/// Rows read at a time.
const PIECE: i64 = 5_000;

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

/// Which of some orders are there.
pub async fn known_orders(q: &dyn Query, orders: &[i64]) -> Result<HashSet<i64>> {
    if orders.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!("SELECT id FROM orders WHERE id IN ({})", marks(1, orders.len()));
    Ok(q.rows(&sql, &list(orders)).await?.iter().map(|r| r.int(0)).collect())
}

/// The station of a task.
pub async fn station_of_task(q: &dyn Query, task: i64) -> Result<Option<String>> {
    Ok(q.row("SELECT region FROM station_task WHERE id = $1", params![task]).await?.map(|r| r.text(0)))
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

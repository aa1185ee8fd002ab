//! Rows of shipments, acceptances, photos, returns.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// A shipment.
pub struct Shipment {
    /// Id.
    pub id: i64,
    /// Carrier.
    pub carrier: String,
    /// Tracking number.
    pub tracking: String,
    /// What is in it, in words.
    pub lines: String,
    /// Sent, ms UTC.
    pub shipped_at: i64,
    /// Received, ms UTC.
    pub received_at: Option<i64>,
    /// When the supplier expects it to arrive.
    pub expected_at: Option<i64>,
    /// Since when it counts as arrived although nobody registered it.
    pub assumed_at: Option<i64>,
}

impl Shipment {
    /// When the time to accept it begins; None while it is on its way.
    pub fn begins(&self) -> Option<i64> {
        self.received_at.or(self.assumed_at)
    }
}

/// What a shipment needs beside its order.
pub struct NewShipment<'a> {
    /// Carrier.
    pub carrier: &'a str,
    /// Tracking number.
    pub tracking: &'a str,
    /// What is in it, in words.
    pub lines: &'a str,
    /// When it is expected.
    pub expected_at: Option<i64>,
    /// When to look whether it arrived.
    pub look_at: Option<i64>,
}

pub async fn add_shipment(tx: &Tx<'_>, order: i64, s: &NewShipment<'_>, person: i64) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO shipment (id, orders, carrier, tracking, lines, kind, shipped_at, shipped_by, expected_at, look_at) \
         VALUES ($1,$2,$3,$4,$5,'delivery',$6,$7,$8,$9)",
        params![id, order, s.carrier, s.tracking, s.lines, tx.now(), person, s.expected_at, s.look_at],
    )
    .await?;
    Ok(id)
}

/// Somebody registers that a shipment arrived; 0 when that was done.
pub async fn receive(tx: &Tx<'_>, order: i64, shipment: i64, person: i64, look_at: Option<i64>) -> Result<u64> {
    let sql = "UPDATE shipment SET received_at = $3, received_by = $4, assumed_at = NULL, reminded = 0, look_at = $5 \
               WHERE id = $2 AND orders = $1 AND received_at IS NULL";
    tx.run(sql, params![order, shipment, tx.now(), person, look_at]).await
}

/// Somebody says that a shipment did not arrive; 0 when its arrival was registered.
pub async fn missing(tx: &Tx<'_>, order: i64, shipment: i64, look_at: Option<i64>) -> Result<u64> {
    let sql = "UPDATE shipment SET assumed_at = NULL, reminded = 0, look_at = $3 \
               WHERE id = $2 AND orders = $1 AND received_at IS NULL";
    tx.run(sql, params![order, shipment, look_at]).await
}

/// Nothing of an order is left to be looked at.
pub async fn rest(tx: &Tx<'_>, order: i64) -> Result<()> {
    tx.run("UPDATE shipment SET look_at = NULL WHERE orders = $1", params![order]).await.map(|_| ())
}

/// A shipment that is followed.
pub struct Followed {
    /// Order.
    pub order: i64,
    /// When it counts as arrived, registered or assumed.
    pub begins: Option<i64>,
    /// How often the unit was reminded.
    pub reminded: i64,
}

/// Goods that are on their way or wait to be looked at.
const WAITS: &str = "EXISTS (SELECT 1 FROM orders o WHERE o.id = s.orders AND o.state = 'performing') \
                     AND EXISTS (SELECT 1 FROM order_line l WHERE l.orders = s.orders AND l.shipped > l.accepted + l.refused)";

/// Shipments whose time has come.
pub async fn due(q: &dyn Query, now: i64, most: usize) -> Result<Vec<i64>> {
    let sql =
        format!("SELECT s.id FROM shipment s WHERE s.look_at <= $1 AND {WAITS} ORDER BY s.look_at, s.id LIMIT $2");
    Ok(q.rows(&sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// A shipment whose time has come; None when that was dealt with meanwhile.
pub async fn followed(q: &dyn Query, id: i64, now: i64) -> Result<Option<Followed>> {
    let sql = format!(
        "SELECT s.orders, COALESCE(s.received_at, s.assumed_at), s.reminded FROM shipment s \
         WHERE s.id = $1 AND s.look_at <= $2 AND {WAITS}"
    );
    let read = |r: Row| Followed { order: r.int(0), begins: r.opt_int(1), reminded: r.int(2) };
    Ok(q.row(&sql, params![id, now]).await?.map(read))
}

/// A shipment counts as arrived from now on.
pub async fn assume(tx: &Tx<'_>, id: i64, look_at: Option<i64>) -> Result<()> {
    let sql = "UPDATE shipment SET assumed_at = $2, look_at = $3 WHERE id = $1";
    tx.must(sql, params![id, tx.now(), look_at]).await
}

/// The unit was reminded so often; the next look.
pub async fn remind(tx: &Tx<'_>, id: i64, reminded: i64, look_at: Option<i64>) -> Result<()> {
    tx.must("UPDATE shipment SET reminded = $2, look_at = $3 WHERE id = $1", params![id, reminded, look_at]).await
}

/// Shipments of an order.
pub async fn shipments(q: &dyn Query, order: i64) -> Result<Vec<Shipment>> {
    let sql = "SELECT id, carrier, tracking, lines, shipped_at, received_at, expected_at, assumed_at FROM shipment WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Shipment {
        id: r.int(0),
        carrier: r.text(1),
        tracking: r.text(2),
        lines: r.text(3),
        shipped_at: r.int(4),
        received_at: r.opt_int(5),
        expected_at: r.opt_int(6),
        assumed_at: r.opt_int(7),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// Shipments of an order whose arrival nobody has registered.
pub async fn on_the_way(q: &dyn Query, order: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM shipment WHERE orders = $1 AND received_at IS NULL ORDER BY id";
    Ok(q.rows(sql, params![order]).await?.iter().map(|r| r.int(0)).collect())
}

/// An acceptance.
pub struct Acceptance {
    /// full, part, refused.
    pub verdict: String,
    /// Accepted value, fen.
    pub amount: i64,
    /// Reason of what was refused.
    pub reason: String,
    /// Who accepted.
    pub person: i64,
    /// When, ms UTC.
    pub at: i64,
}

pub async fn add_acceptance(
    tx: &Tx<'_>,
    order: i64,
    verdict: &str,
    lines: &str,
    amount: i64,
    reason: &str,
    person: i64,
) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO acceptance (id, orders, verdict, lines, amount, reason, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        params![id, order, verdict, lines, amount, reason, person, tx.now()],
    )
    .await?;
    Ok(id)
}

/// Acceptances of an order.
pub async fn acceptances(q: &dyn Query, order: i64) -> Result<Vec<Acceptance>> {
    let sql = "SELECT verdict, amount, reason, person, at FROM acceptance WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Acceptance {
        verdict: r.text(0),
        amount: r.int(1),
        reason: r.text(2),
        person: r.int(3),
        at: r.int(4),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

pub async fn add_photo(tx: &Tx<'_>, order: i64, about: &str, kind: &str, bytes: &[u8], person: i64) -> Result<()> {
    tx.run(
        "INSERT INTO photo (id, orders, about, kind, digest, bytes, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        params![tx.id(), order, about, kind, kit::text::sha256(&[bytes]), bytes, person, tx.now()],
    )
    .await?;
    Ok(())
}

/// Ids of an order's photos.
pub async fn photos(q: &dyn Query, order: i64) -> Result<Vec<i64>> {
    Ok(q.rows("SELECT id FROM photo WHERE orders = $1 ORDER BY id", params![order])
        .await?
        .iter()
        .map(|r| r.int(0))
        .collect())
}

/// A photo of an order: kind and bytes.
pub async fn photo(q: &dyn Query, order: i64, id: i64) -> Result<(String, Vec<u8>)> {
    let r = q.one("SELECT kind, bytes FROM photo WHERE orders = $1 AND id = $2", params![order, id]).await?;
    Ok((r.text(0), r.bytes(1)))
}

/// A return or exchange.
#[derive(Clone, Debug)]
pub struct Case {
    /// Id.
    pub id: i64,
    /// return or exchange.
    pub kind: String,
    /// Order line.
    pub line: i64,
    /// How many.
    pub quantity: i64,
    /// Why.
    pub reason: String,
    /// asked, agreed, declined, done.
    pub state: String,
    /// The supplier's answer.
    pub answer: String,
}

pub async fn add_case(
    tx: &Tx<'_>,
    order: i64,
    kind: &str,
    line: i64,
    quantity: i64,
    reason: &str,
    person: i64,
) -> Result<()> {
    tx.run(
        "INSERT INTO return_case (id, orders, kind, line, quantity, reason, state, answer, asked_by, asked_at) \
         VALUES ($1,$2,$3,$4,$5,$6,'asked','',$7,$8)",
        params![tx.id(), order, kind, line, quantity, reason, person, tx.now()],
    )
    .await?;
    Ok(())
}

pub async fn move_case(tx: &Tx<'_>, order: i64, id: i64, from: &str, to: &str, answer: &str) -> Result<u64> {
    let sql = "UPDATE return_case SET state = $4, answer = CASE WHEN $5 = '' THEN answer ELSE $5 END, ended_at = $6 \
               WHERE orders = $1 AND id = $2 AND state = $3";
    tx.run(sql, params![order, id, from, to, answer, tx.now()]).await
}

/// Returns and exchanges of an order.
pub async fn cases(q: &dyn Query, order: i64) -> Result<Vec<Case>> {
    let sql = "SELECT id, kind, line, quantity, reason, state, answer FROM return_case WHERE orders = $1 ORDER BY id";
    let read = |r: &Row| Case {
        id: r.int(0),
        kind: r.text(1),
        line: r.int(2),
        quantity: r.int(3),
        reason: r.text(4),
        state: r.text(5),
        answer: r.text(6),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

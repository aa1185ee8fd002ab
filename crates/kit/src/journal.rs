//! The journal: every change of state as an entry, written in the transaction of the change.
//!
//! An entry's canonical bytes are JSON with sorted keys and no spaces (RFC 8785; ids are decimal strings, so every
//! number fits a double). Its hash is SHA-256 of a zero byte and those bytes: the leaf hash of RFC 9162, final since
//! the first version. Entries get a dense number after commit, in the order of their ids among those committed;
//! everything that follows the journal follows that number.
//!
//! An entry's words can be erased ([`erase`]): words, hash and salt go, number, time, kind and subject stay. Whoever follows says
//! by [`Recorded::whole`] which kinds it can do without; at any other entry without words it stops.
use crate::db::{Db, Query, Row, Tx, Val};
use crate::fail::{Fail, Result};
use crate::params;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What is to be written down.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Region in which it happened.
    pub region: String,
    /// Room that did it, such as `orders`.
    pub room: &'static str,
    /// What happened, such as `order.approved`.
    pub kind: &'static str,
    /// About which record, such as `order/123`.
    pub subject: String,
    /// Who did it: a person's id, or 0 for the system itself.
    pub actor: i64,
    /// How: `page`, `file`, `timer`, `demo`, `command`.
    pub via: &'static str,
    /// The facts that followers need. No personal data, no secrets.
    pub data: Value,
}

/// A numbered entry as followers see it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Dense number, from 1.
    pub seq: i64,
    /// Id, which also orders entries within a transaction.
    pub id: i64,
    /// Time, ms UTC.
    pub at: i64,
    /// Region in which it happened.
    pub region: String,
    /// Room that did it.
    pub room: String,
    /// What happened.
    pub kind: String,
    /// About which record.
    pub subject: String,
    /// Person's id, 0 for the system.
    pub actor: i64,
    /// Facts.
    pub data: Value,
    /// The canonical bytes, as text.
    pub body: String,
    /// Leaf hash, hex.
    pub hash: String,
    /// What the log adds before it hashes the entry's hash, hex: nobody finds the words by trying.
    pub salt: String,
}

impl Recorded {
    /// Were the words erased?
    pub fn erased(&self) -> bool {
        self.body.is_empty()
    }

    /// Fails at an entry without words, unless its kind is one that may be without.
    pub fn whole(&self, may: impl Fn(&str) -> bool) -> Result<()> {
        match self.erased() && !may(&self.kind) {
            true => Err(Fail::Fault(format!(
                "journal entry {} ({}) has no words; nothing goes on from it",
                self.seq, self.kind
            ))),
            false => Ok(()),
        }
    }
}

/// Erases the words of an entry, with the hash and the salt from which they could be guessed. False when they were gone.
pub async fn erase(tx: &Tx<'_>, seq: i64) -> Result<bool> {
    let sql = "UPDATE journal SET body = '', hash = '', salt = '' WHERE seq = $1 AND body <> ''";
    Ok(tx.run(sql, params![seq]).await? == 1)
}

/// The canonical bytes of an entry.
pub fn canonical(id: i64, at: i64, e: &Entry) -> String {
    // serde_json's map is sorted; its escapes are those of RFC 8785.
    json!({
        "v": 1, "id": id.to_string(), "at": at, "region": e.region, "room": e.room, "kind": e.kind,
        "subject": e.subject, "actor": e.actor.to_string(), "via": e.via, "data": e.data,
    })
    .to_string()
}

/// The leaf hash of canonical bytes, hex.
pub fn leaf(body: &str) -> String {
    crate::text::sha256(&[&[0], body.as_bytes()])
}

const INSERT: &str = "INSERT INTO journal (id, at, region, room, kind, subject, actor, body, hash, salt) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)";

fn salt() -> String {
    crate::ids::random_hex(16)
}

pub(crate) async fn insert(tx: &Tx<'_>, id: i64, e: &Entry) -> Result<()> {
    let body = canonical(id, tx.now(), e);
    let hash = leaf(&body);
    tx.run(INSERT, params![id, tx.now(), &e.region, e.room, e.kind, &e.subject, e.actor, body, hash, salt()]).await?;
    Ok(())
}

pub(crate) async fn insert_many(tx: &Tx<'_>, entries: &[Entry]) -> Result<Vec<(i64, String)>> {
    let mut made = Vec::with_capacity(entries.len());
    let mut rows = Vec::with_capacity(entries.len());
    for e in entries {
        let id = tx.id();
        let body = canonical(id, tx.now(), e);
        let hash = leaf(&body);
        rows.push(params![id, tx.now(), &e.region, e.room, e.kind, &e.subject, e.actor, body, &hash, salt()].to_vec());
        made.push((id, hash));
    }
    tx.run_many(INSERT, &rows).await?;
    Ok(made)
}

/// One entry by id: number (0 while it has none), time, kind, subject, hash.
pub async fn receipt(q: &dyn Query, id: i64) -> Result<Recorded> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE id = $1");
    Ok(recorded(&q.one(&sql, params![id]).await?))
}

/// Gives numbers to all entries that have none: one statement, the same on both engines.
const NUMBER: &str = "UPDATE journal SET seq = n.s FROM (SELECT id AS i, (SELECT COALESCE(MAX(seq), 0) FROM journal) \
     + row_number() OVER (ORDER BY id) AS s FROM journal WHERE seq IS NULL) AS n WHERE journal.id = n.i";

/// SQLite numbers entries inside the commit itself: there is one writer, so commit order is known.
pub(crate) fn number(conn: &rusqlite::Connection) -> rusqlite::Result<()> {
    let exists = conn.prepare_cached("SELECT 1 FROM journal WHERE seq IS NULL LIMIT 1").and_then(|mut s| s.exists([]));
    match exists {
        Ok(true) => conn.prepare_cached(NUMBER)?.execute([]).map(|_| ()),
        // No journal table yet: the first migration is still to come.
        Ok(false) | Err(_) => Ok(()),
    }
}

/// Numbers what is committed and not numbered yet; on PostgreSQL one node at a time, by the row lock on its lease.
/// Returns how many it numbered. On SQLite there is nothing left to do.
pub async fn sequence(db: &Db) -> Result<u64> {
    let waiting = db.rows("SELECT id FROM journal WHERE seq IS NULL LIMIT 1", params![]).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    db.upkeep("journal.sequence", |tx| {
        Box::pin(async move {
            tx.run("UPDATE lease SET until = $1 WHERE name = 'sequencer'", params![tx.now()]).await?;
            tx.run(NUMBER, params![]).await
        })
    })
    .await
}

const COLUMNS: &str = "seq, id, at, region, room, kind, subject, actor, body, hash, salt";

/// Reads a row of [`COLUMNS`] back.
fn recorded(r: &Row) -> Recorded {
    let body = r.text(8);
    let data = serde_json::from_str::<Value>(&body).map(|mut v| v["data"].take()).unwrap_or(Value::Null);
    Recorded {
        seq: r.opt_int(0).unwrap_or(0),
        id: r.int(1),
        at: r.int(2),
        region: r.text(3),
        room: r.text(4),
        kind: r.text(5),
        subject: r.text(6),
        actor: r.int(7),
        data,
        body,
        hash: r.text(9),
        salt: r.text(10),
    }
}

/// The entry with a number; [`Fail::Hidden`] when there is none.
pub async fn one(q: &dyn Query, seq: i64) -> Result<Recorded> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE seq = $1");
    Ok(recorded(&q.one(&sql, params![seq]).await?))
}

/// The numbered entries after `seq`, at most `limit`.
pub async fn after(q: &dyn Query, seq: i64, limit: i64) -> Result<Vec<Recorded>> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2");
    Ok(q.rows(&sql, params![seq, limit]).await?.iter().map(recorded).collect())
}

/// The highest number given so far.
pub async fn head(q: &dyn Query) -> Result<i64> {
    Ok(q.one("SELECT COALESCE(MAX(seq), 0) FROM journal", params![]).await?.int(0))
}

/// Everything recorded about one subject, oldest first.
pub async fn about(q: &dyn Query, subject: &str) -> Result<Vec<Recorded>> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE subject = $1 ORDER BY id");
    Ok(q.rows(&sql, params![subject]).await?.iter().map(recorded).collect())
}

/// Everything recorded about some subjects, by subject, oldest first.
pub async fn about_all(q: &dyn Query, subjects: &[String]) -> Result<HashMap<String, Vec<Recorded>>> {
    let mut out: HashMap<String, Vec<Recorded>> = HashMap::new();
    if subjects.is_empty() {
        return Ok(out);
    }
    let marks = crate::text::marks(1, subjects.len());
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE subject IN ({marks}) ORDER BY id");
    let values: Vec<Val> = subjects.iter().map(Val::from).collect();
    for e in q.rows(&sql, &values).await?.iter().map(recorded) {
        out.entry(e.subject.clone()).or_default().push(e);
    }
    Ok(out)
}

/// A page of the journal, newest first, below `before` (0 for the top), filtered by region prefix and by kind, or by the family of
/// kinds that ends with a dot.
pub async fn page(
    q: &dyn Query,
    before: i64,
    region: &str,
    kind: &str,
    subject: &str,
    limit: i64,
) -> Result<Vec<Recorded>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journal WHERE seq < $1 AND region LIKE $2 AND kind LIKE $3 AND ($4 = '' OR subject = $4) \
         ORDER BY seq DESC LIMIT $5"
    );
    let before = if before > 0 { before } else { i64::MAX };
    let kind = if kind.is_empty() || kind.ends_with('.') { format!("{kind}%") } else { kind.to_owned() };
    let found = q.rows(&sql, params![before, format!("{region}%"), kind, subject, limit]).await?;
    Ok(found.iter().map(recorded).collect())
}

/// Where a projection stands.
pub async fn position(q: &dyn Query, name: &str) -> Result<i64> {
    Ok(q.row("SELECT seq FROM projection WHERE name = $1", params![name]).await?.map_or(0, |r| r.int(0)))
}

/// All projections with their positions.
pub async fn positions(q: &dyn Query) -> Result<Vec<(String, i64)>> {
    Ok(q.rows("SELECT name, seq FROM projection ORDER BY name", params![])
        .await?
        .iter()
        .map(|r| (r.text(0), r.int(1)))
        .collect())
}

/// Moves a projection from `from` to `to` in the transaction of its output. False when another node was faster.
pub async fn advance(tx: &Tx<'_>, name: &str, from: i64, to: i64) -> Result<bool> {
    if from == 0 {
        let made = tx
            .run("INSERT INTO projection (name, seq) VALUES ($1,$2) ON CONFLICT (name) DO NOTHING", params![name, to])
            .await?;
        if made == 1 {
            return Ok(true);
        }
    }
    Ok(tx.run("UPDATE projection SET seq = $1 WHERE name = $2 AND seq = $3", params![to, name, from]).await? == 1)
}

/// Puts a projection back to the beginning, in the transaction that forgets its output.
pub async fn forget(tx: &Tx<'_>, name: &str) -> Result<()> {
    tx.run("DELETE FROM projection WHERE name = $1", params![name]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_bytes_and_hash_are_final() {
        let e = Entry {
            region: "370112".into(),
            room: "orders",
            kind: "order.placed",
            subject: "order/7".into(),
            actor: 5,
            via: "page",
            data: json!({"total": 12_300, "b": "甲", "a": "\n"}),
        };
        let body = canonical(9, 1000, &e);
        assert_eq!(
            body,
            "{\"actor\":\"5\",\"at\":1000,\"data\":{\"a\":\"\\n\",\"b\":\"甲\",\"total\":12300},\"id\":\"9\",\
             \"kind\":\"order.placed\",\"region\":\"370112\",\"room\":\"orders\",\"subject\":\"order/7\",\"v\":1,\"via\":\"page\"}"
        );
        assert_eq!(leaf(&body).len(), 64);
        assert_eq!(leaf(""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }
}

//! Rows of needs.
use base::access::Scope;
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};
use serde::{Deserialize, Serialize};

/// One of the nearest goods, as it was shown.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Near {
    /// Product.
    pub product: i64,
    /// Title.
    pub title: String,
    /// Lowest price, fen.
    pub price: i64,
}

/// A need.
#[derive(Clone, Debug)]
pub struct Need {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Region of the unit.
    pub region: String,
    /// Unit.
    pub unit: i64,
    /// Person.
    pub person: i64,
    /// Category code.
    pub category: String,
    /// What is needed.
    pub words: String,
    /// Key of the reason.
    pub reason: String,
    /// Why, in words.
    pub explanation: String,
    /// Expected amount, fen.
    pub amount: i64,
    /// The nearest goods.
    pub nearest: Vec<Near>,
    /// `stated`, `withdrawn`, `promoted`, `declined`.
    pub state: String,
    /// The centre's answer.
    pub answer: String,
    /// Digest of the certificate.
    pub digest: String,
    /// When, ms UTC.
    pub at: i64,
    /// The certificate holds until, ms UTC.
    pub valid_to: i64,
    /// Version; every change counts it up.
    pub version: i64,
}

fn read(r: &Row) -> Result<Need> {
    Ok(Need {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        unit: r.int(3),
        person: r.int(4),
        category: r.text(5),
        words: r.text(6),
        reason: r.text(7),
        explanation: r.text(8),
        amount: r.int(9),
        nearest: serde_json::from_str(r.str(10)).map_err(Fail::fault)?,
        state: r.text(11),
        answer: r.text(12),
        digest: r.text(13),
        at: r.int(14),
        valid_to: r.int(15),
        version: r.int(16),
    })
}

const NEED: &str = "SELECT id, number, region, unit, person, category, words, reason, explanation, amount, nearest, state, answer, digest, \
                    at, valid_to, version FROM need";

/// Writes a new need.
pub async fn add(tx: &Tx<'_>, n: &Need) -> Result<()> {
    let nearest = serde_json::to_string(&n.nearest).map_err(Fail::fault)?;
    tx.run(
        "INSERT INTO need (id, number, region, unit, person, category, words, reason, explanation, amount, nearest, state, answer, digest, \
         at, valid_to, version) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'stated','',$12,$13,$14,1)",
        params![
            n.id, &n.number, &n.region, n.unit, n.person, &n.category, &n.words, &n.reason, &n.explanation, n.amount, nearest, &n.digest,
            n.at, n.valid_to
        ],
    )
    .await?;
    Ok(())
}

/// A need in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Need> {
    let (condition, who) = scope.condition("unit", "unit", "region", 1);
    read(&q.one(&format!("{NEED} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// Needs in a scope, newest first, and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Need>, i64)> {
    let (condition, who) = scope.condition("unit", "unit", "region", 1);
    let sql = format!("{NEED} WHERE {condition} ORDER BY id DESC LIMIT $2 OFFSET $3");
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM need WHERE {condition}"), &all[..1]).await?.int(0);
    Ok((found, total))
}

/// Moves a need on, if nobody did meanwhile.
pub async fn set_state(tx: &Tx<'_>, n: &Need, state: &str, answer: &str) -> Result<()> {
    let sql = "UPDATE need SET state = $3, answer = $4, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'stated'";
    if tx.run(sql, params![n.id, n.version, state, answer]).await? == 1 {
        return Ok(());
    }
    Err(Fail::refuse("need.state", "这条需求已经办理过，请刷新页面。"))
}

/// Needs of an area that wait for the centre.
pub(crate) async fn waiting(q: &dyn Query, prefix: &str, limit: usize) -> Result<Vec<(i64, String, String, i64)>> {
    let sql =
        "SELECT id, number, words, amount FROM need WHERE state = 'stated' AND region LIKE $1 ORDER BY id LIMIT $2";
    let found = q.rows(sql, params![format!("{prefix}%"), limit]).await?;
    Ok(found.iter().map(|r| (r.int(0), r.text(1), r.text(2), r.int(3))).collect())
}

/// What was certified and what was bought since a time, in a scope: certificates, their amount, amount of orders.
pub async fn share(q: &dyn Query, scope: &Scope, since: i64) -> Result<(i64, i64, i64)> {
    let (condition, who) = scope.condition("unit", "unit", "region", 1);
    let sql = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM need WHERE {condition} AND at >= $2 AND state <> 'withdrawn'"
    );
    let r = q.one(&sql, &[who.clone(), since.into()]).await?;
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM orders WHERE {condition} AND made_at >= $2 \
         AND state IN ('contracting', 'performing', 'completed')"
    );
    let bought = q.one(&sql, &[who, since.into()]).await?.int(0);
    Ok((r.int(0), r.int(1), bought))
}

/// Certificates since a time by reason: reason, how many, amount.
pub async fn by_reason(q: &dyn Query, scope: &Scope, since: i64) -> Result<Vec<(String, i64, i64)>> {
    let (condition, who) = scope.condition("unit", "unit", "region", 1);
    let sql = format!(
        "SELECT reason, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM need WHERE {condition} AND at >= $2 AND state <> 'withdrawn' \
         GROUP BY reason ORDER BY 3 DESC"
    );
    let found = q.rows(&sql, &[who, since.into()]).await?;
    Ok(found.iter().map(|r| (r.text(0), r.int(1), r.int(2))).collect())
}

//! Rows of disputes.
use base::access::Scope;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::dispute::State;

/// A dispute.
#[derive(Clone, Debug)]
pub struct Dispute {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// `order` or `price`.
    pub kind: String,
    /// Region whose centre decides.
    pub region: String,
    /// Who filed it; None for the public.
    pub filer: Option<i64>,
    /// Whom it is about.
    pub against: i64,
    /// The order it is about.
    pub order: Option<i64>,
    /// The product it is about.
    pub product: Option<i64>,
    /// Key of the reason.
    pub reason: String,
    /// SHA-256 of the key with which the public finds it again, or empty.
    pub key_hash: String,
    /// State.
    pub state: State,
    /// Filed, ms UTC.
    pub filed_at: i64,
    /// End of the clock that runs.
    pub due: Option<i64>,
    /// Closed.
    pub closed_at: Option<i64>,
    /// The case it led to.
    pub conduct: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

const DISPUTE: &str = "SELECT id, number, kind, region, filer, against, orders, product, reason, key_hash, state, filed_at, due, closed_at, \
                       conduct, version FROM dispute";

fn read(r: &Row) -> Result<Dispute> {
    let state = r.str(10);
    Ok(Dispute {
        id: r.int(0),
        number: r.text(1),
        kind: r.text(2),
        region: r.text(3),
        filer: r.opt_int(4),
        against: r.int(5),
        order: r.opt_int(6),
        product: r.opt_int(7),
        reason: r.text(8),
        key_hash: r.text(9),
        state: State::of(state).ok_or_else(|| Fail::Fault(format!("unknown state of a dispute: {state}")))?,
        filed_at: r.int(11),
        due: r.opt_int(12),
        closed_at: r.opt_int(13),
        conduct: r.opt_int(14),
        version: r.int(15),
    })
}

/// Both sides see a dispute, and the offices of its area.
fn seen_by(scope: &Scope) -> (&'static str, Val) {
    match scope {
        Scope::Unit(id) | Scope::Supplier(id) => ("(filer = $1 OR against = $1)", (*id).into()),
        Scope::Region(prefix) => ("region LIKE $1", format!("{prefix}%").into()),
        Scope::Nothing => ("id = $1", 0_i64.into()),
    }
}

/// Writes a new dispute.
pub async fn add(tx: &Tx<'_>, d: &Dispute) -> Result<()> {
    tx.run(
        "INSERT INTO dispute (id, number, kind, region, filer, against, orders, product, reason, key_hash, state, filed_at, due, version) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,1)",
        params![
            d.id, &d.number, &d.kind, &d.region, d.filer, d.against, d.order, d.product, &d.reason, &d.key_hash, d.state.key(),
            d.filed_at, d.due
        ],
    )
    .await?;
    Ok(())
}

/// Saves what moves, if nobody moved it meanwhile.
pub async fn save(tx: &Tx<'_>, d: &Dispute) -> Result<()> {
    let sql = "UPDATE dispute SET state = $3, due = $4, closed_at = $5, conduct = $6, version = version + 1 WHERE id = $1 AND version = $2";
    match tx.run(sql, params![d.id, d.version, d.state.key(), d.due, d.closed_at, d.conduct]).await? {
        1 => Ok(()),
        _ => Err(Fail::Retry),
    }
}

/// A dispute in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Dispute> {
    let (condition, who) = seen_by(scope);
    read(&q.one(&format!("{DISPUTE} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// A dispute by id, for the clock.
pub async fn any(q: &dyn Query, id: i64) -> Result<Dispute> {
    read(&q.one(&format!("{DISPUTE} WHERE id = $1"), params![id]).await?)
}

/// A report of the public by number and the digest of its key.
pub async fn tracked(q: &dyn Query, number: &str, key_hash: &str) -> Result<Option<Dispute>> {
    let sql = format!("{DISPUTE} WHERE number = $1 AND key_hash = $2 AND key_hash <> ''");
    q.row(&sql, params![number, key_hash]).await?.as_ref().map(read).transpose()
}

/// Number of the report that was made with a key about a supplier's product, if there is one.
pub async fn keyed(q: &dyn Query, key_hash: &str, against: i64, product: i64) -> Result<Option<String>> {
    let sql = "SELECT number FROM dispute WHERE key_hash = $1 AND key_hash <> '' AND against = $2 AND product = $3";
    Ok(q.row(sql, params![key_hash, against, product]).await?.map(|r| r.text(0)))
}

/// Disputes in a scope, open ones first, then newest first; and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Dispute>, i64)> {
    let (condition, who) = seen_by(scope);
    let sql = format!(
        "{DISPUTE} WHERE {condition} ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT $2 OFFSET $3"
    );
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM dispute WHERE {condition}"), &all[..1]).await?.int(0);
    Ok((found, total))
}

/// An open dispute of somebody about an order or a product, if there is one.
pub async fn open_about(
    q: &dyn Query,
    filer: Option<i64>,
    order: Option<i64>,
    product: Option<i64>,
) -> Result<Option<i64>> {
    let sql = "SELECT id FROM dispute WHERE filer = $1 AND closed_at IS NULL AND (orders = $2 OR product = $3) LIMIT 1";
    Ok(q.row(sql, params![filer, order, product]).await?.map(|r| r.int(0)))
}

/// Disputes whose time to answer is over.
pub async fn unanswered(q: &dyn Query, now: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM dispute WHERE due < $1 AND state = 'filed' ORDER BY due LIMIT $2";
    Ok(q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// How many wait for one side's answer or for a centre.
pub async fn waiting(q: &dyn Query, scope: &Scope) -> Result<i64> {
    let (condition, who) = match scope {
        Scope::Region(_) => (format!("{} AND state = 'answered'", seen_by(scope).0), seen_by(scope).1),
        Scope::Unit(id) | Scope::Supplier(id) => ("against = $1 AND state = 'filed'".to_owned(), (*id).into()),
        Scope::Nothing => return Ok(0),
    };
    Ok(q.one(&format!("SELECT COUNT(*) FROM dispute WHERE {condition}"), &[who]).await?.int(0))
}

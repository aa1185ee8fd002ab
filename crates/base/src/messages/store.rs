//! Rows of messages.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use rules::duty::Duty;

const ADD: &str = "INSERT INTO message (id, org, duty, orders, words, at, link) VALUES ($1,$2,$3,NULL,$4,$5,$6)";

/// Tells a duty of an organisation something.
pub async fn tell(tx: &Tx<'_>, org: i64, duty: Duty, link: &str, words: &str) -> Result<()> {
    tx.run(ADD, params![tx.id(), org, duty.key(), words, tx.now(), link]).await?;
    Ok(())
}

/// Tells a duty of many organisations the same.
pub async fn tell_many(tx: &Tx<'_>, orgs: &[i64], duty: Duty, link: &str, words: &str) -> Result<()> {
    let row = |org: &i64| params![tx.id(), *org, duty.key(), words, tx.now(), link].to_vec();
    let rows: Vec<Vec<Val>> = orgs.iter().map(row).collect();
    tx.run_many(ADD, &rows).await?;
    Ok(())
}

/// The newest messages for some duties of an organisation: where to look, words, time.
pub async fn newest(q: &dyn Query, org: i64, duties: &[Duty], limit: usize) -> Result<Vec<(String, String, i64)>> {
    let keys: Vec<Val> = duties.iter().map(|d| d.key().into()).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let marks = kit::text::marks(3, keys.len());
    let sql = format!(
        "SELECT orders, words, at, link FROM message WHERE org = $1 AND duty IN ({marks}) ORDER BY id DESC LIMIT $2"
    );
    let mut all = vec![Val::from(org), limit.into()];
    all.extend(keys);
    let link = |r: &Row| match r.opt_int(0) {
        Some(order) => format!("/orders/{order}"),
        None => r.text(3),
    };
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (link(r), r.text(1), r.int(2))).collect())
}

//! Rows of what was used.
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;

/// The salt of a day; `fresh` becomes it when there is none, and what is left of earlier days goes.
pub async fn salt(tx: &Tx<'_>, today: Day, fresh: &str) -> Result<String> {
    let day = i64::from(today);
    let made = tx
        .run("INSERT INTO allowance_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING", params![day, fresh])
        .await?;
    if made == 1 {
        tx.run("DELETE FROM allowance_salt WHERE day < $1", params![day]).await?;
        tx.run("DELETE FROM allowance WHERE day < $1", params![day]).await?;
    }
    Ok(tx.one("SELECT salt FROM allowance_salt WHERE day = $1", params![day]).await?.text(0))
}

/// Counts one up to `most`; false when all are used.
pub async fn take(tx: &Tx<'_>, today: Day, what: &str, who: &str, most: i64) -> Result<bool> {
    if most < 1 {
        return Ok(false);
    }
    let sql = "INSERT INTO allowance (day, what, who, used) VALUES ($1, $2, $3, 1) \
               ON CONFLICT (day, what, who) DO UPDATE SET used = allowance.used + 1 WHERE allowance.used < $4";
    Ok(tx.run(sql, params![i64::from(today), what, who, most]).await? == 1)
}

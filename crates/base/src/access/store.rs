//! Rows of sessions and sign-in state.
use super::Actor;
use kit::{Query, Result, Tx, params};
use rules::duty::{Duties, Duty};

/// What sign-in needs to know of a person.
pub struct Credentials {
    pub person: i64,
    pub region: String,
    pub password: String,
    pub failed: i64,
    pub locked_until: i64,
    pub active: bool,
}

/// A session as its owner sees it.
pub struct SessionRow {
    /// Id.
    pub id: i64,
    /// Start, ms UTC.
    pub made_at: i64,
    /// Last use, ms UTC.
    pub seen_at: i64,
    /// Browser as it called itself, cut short.
    pub agent: String,
    /// Network address.
    pub address: String,
}

pub async fn credentials(q: &dyn Query, login: &str) -> Result<Option<Credentials>> {
    let sql = "SELECT p.id, o.region, p.password, p.failed, p.locked_until, p.active FROM person p JOIN org o ON o.id = p.org \
               WHERE p.login = $1";
    Ok(q.row(sql, params![login]).await?.map(|r| Credentials {
        person: r.int(0),
        region: r.text(1),
        password: r.text(2),
        failed: r.int(3),
        locked_until: r.int(4),
        active: r.flag(5),
    }))
}

pub async fn count_failure(tx: &Tx<'_>, person: i64, failures_max: i64, lock_until: i64) -> Result<()> {
    tx.run(
        "UPDATE person SET failed = CASE WHEN failed + 1 >= $2 THEN 0 ELSE failed + 1 END, \
         locked_until = CASE WHEN failed + 1 >= $2 THEN $3 ELSE locked_until END WHERE id = $1",
        params![person, failures_max, lock_until],
    )
    .await?;
    Ok(())
}

pub async fn clear_failures(tx: &Tx<'_>, person: i64) -> Result<()> {
    tx.run("UPDATE person SET failed = 0, locked_until = 0 WHERE id = $1", params![person]).await?;
    Ok(())
}

pub struct NewSession<'a> {
    pub token_hash: &'a str,
    pub person: i64,
    pub csrf: &'a str,
    pub ends_at: i64,
    pub agent: &'a str,
    pub address: &'a str,
}

pub async fn add_session(tx: &Tx<'_>, s: &NewSession<'_>) -> Result<()> {
    tx.run("DELETE FROM session WHERE person = $1 AND ends_at < $2", params![s.person, tx.now()]).await?;
    tx.run(
        "INSERT INTO session (token_hash, id, person, csrf, made_at, seen_at, ends_at, agent, address) VALUES ($1,$2,$3,$4,$5,$5,$6,$7,$8)",
        params![s.token_hash, tx.id(), s.person, s.csrf, tx.now(), s.ends_at, s.agent, s.address],
    )
    .await?;
    Ok(())
}

/// A session that has not ended.
pub struct Live {
    /// Who.
    pub actor: Actor,
    /// Last use that was written down, ms UTC.
    pub seen_at: i64,
    /// Has the person yet to replace a password that somebody else chose?
    pub fresh: bool,
}

/// The session of a token.
pub async fn live(q: &dyn Query, token_hash: &str, now: i64) -> Result<Option<Live>> {
    let found = q
        .rows(
            "SELECT s.id, s.csrf, s.seen_at, p.id, p.name, o.id, o.name, o.kind, o.region, d.duty, p.fresh FROM session s \
             JOIN person p ON p.id = s.person JOIN org o ON o.id = p.org LEFT JOIN duty d ON d.person = p.id \
             WHERE s.token_hash = $1 AND s.ends_at > $2 AND p.active = 1",
            params![token_hash, now],
        )
        .await?;
    let Some(r) = found.first() else {
        return Ok(None);
    };
    let mut duties = Duties::NONE;
    for d in found.iter().filter_map(|r| r.opt_text(9)).filter_map(|d| Duty::of(&d)) {
        duties.insert(d);
    }
    let actor = Actor {
        session: r.int(0),
        csrf: r.text(1),
        person: r.int(3),
        name: r.text(4),
        org: r.int(5),
        org_name: r.text(6),
        org_kind: r.text(7),
        region: r.text(8),
        duties,
    };
    Ok(Some(Live { actor, seen_at: r.int(2), fresh: r.flag(10) }))
}

pub async fn touch(tx: &Tx<'_>, session: i64) -> Result<()> {
    tx.run("UPDATE session SET seen_at = $1 WHERE id = $2", params![tx.now(), session]).await?;
    Ok(())
}

pub async fn end(tx: &Tx<'_>, person: i64, session: i64) -> Result<()> {
    tx.must("DELETE FROM session WHERE person = $1 AND id = $2", params![person, session]).await
}

pub async fn sessions(q: &dyn Query, person: i64, now: i64) -> Result<Vec<SessionRow>> {
    let sql = "SELECT id, made_at, seen_at, agent, address FROM session WHERE person = $1 AND ends_at > $2 ORDER BY seen_at DESC";
    let found = q.rows(sql, params![person, now]).await?;
    Ok(found
        .iter()
        .map(|r| SessionRow {
            id: r.int(0),
            made_at: r.int(1),
            seen_at: r.int(2),
            agent: r.text(3),
            address: r.text(4),
        })
        .collect())
}

//! Sign-in, sign-out, ending sessions.
use super::{Actor, password, store};
use crate::Base;
use kit::{Entry, Fail, Result};
use serde_json::json;

/// Failures in a row that lock an account.
pub const FAILURES_MAX: i64 = 5;
/// How long a locked account stays locked, minutes.
pub const LOCK_MINUTES: i64 = 15;
/// How long a session lasts at most, hours: one working day with its evening.
pub const SESSION_HOURS: i64 = 12;
const AGENT_MAX: usize = 120;

/// Where a sign-in came from.
pub struct Origin<'a> {
    /// Browser as it calls itself.
    pub agent: &'a str,
    /// Network address.
    pub address: &'a str,
}

/// Checks login and password; returns the token for the cookie.
pub async fn sign_in(base: &Base, login: &str, word: &str, from: Origin<'_>) -> Result<String> {
    let wrong = || Fail::field("password", "access.wrong", "用户名或密码不对，请检查后重新输入。");
    let known = store::credentials(base.db(), login).await?;
    if let Some(c) = known.as_ref().filter(|c| c.locked_until > base.db().now()) {
        let minutes = (c.locked_until - base.db().now()) / 60_000 + 1;
        let words =
            format!("连续 {FAILURES_MAX} 次输错密码，账号已锁定，请 {minutes} 分钟后再试，或联系本单位管理员。");
        return Err(Fail::field("password", "access.locked", words));
    }
    let hash = known.as_ref().map(|c| c.password.clone());
    let tried = word.to_owned();
    let fits =
        tokio::task::spawn_blocking(move || password::fits(&tried, hash.as_deref())).await.map_err(Fail::fault)?;
    let Some(c) = known else { return Err(wrong()) };
    let c = &c;
    if !fits || !c.active {
        base.db()
            .write("access.refused", |tx| {
                Box::pin(async move {
                    store::count_failure(tx, c.person, FAILURES_MAX, tx.now() + LOCK_MINUTES * 60_000).await?;
                    let failures = if c.failed + 1 >= FAILURES_MAX { "locked" } else { "counted" };
                    tx.journal(entry(&c.region, "session.refused", c.person, json!({"failure": failures}))).await?;
                    Ok(())
                })
            })
            .await?;
        return Err(wrong());
    }
    let (token, csrf) = (kit::ids::random_hex(32), kit::ids::random_hex(16));
    let token_hash = kit::text::sha256(&[token.as_bytes()]);
    let agent: String = from.agent.chars().take(AGENT_MAX).collect();
    let (token_hash, csrf, agent, address) = (&token_hash, &csrf, &agent, from.address);
    base.db()
        .write("access.sign_in", |tx| {
            Box::pin(async move {
                store::clear_failures(tx, c.person).await?;
                let ends_at = tx.now() + SESSION_HOURS * 3_600_000;
                store::add_session(
                    tx,
                    &store::NewSession { token_hash, person: c.person, csrf, ends_at, agent, address },
                )
                .await?;
                tx.journal(entry(&c.region, "session.started", c.person, json!({}))).await?;
                Ok(())
            })
        })
        .await?;
    Ok(token)
}

/// The hash of a new password, made off the async threads.
pub async fn hash(word: &str) -> Result<String> {
    let word = word.to_owned();
    tokio::task::spawn_blocking(move || password::hash(&word)).await.map_err(Fail::fault)?
}

/// Does a password fit a hash? Made off the async threads.
pub async fn fits(word: &str, hash: &str) -> Result<bool> {
    let (word, hash) = (word.to_owned(), hash.to_owned());
    tokio::task::spawn_blocking(move || password::fits(&word, Some(&hash))).await.map_err(Fail::fault)
}

/// Ends one of the actor's own sessions.
pub async fn sign_out(base: &Base, actor: &Actor, session: i64) -> Result<()> {
    base.db()
        .write("access.sign_out", |tx| {
            Box::pin(async move {
                store::end(tx, actor.person, session).await?;
                tx.journal(entry(&actor.region, "session.ended", actor.person, json!({}))).await?;
                Ok(())
            })
        })
        .await
}

fn entry(region: &str, kind: &'static str, person: i64, data: serde_json::Value) -> Entry {
    Entry {
        region: region.into(),
        room: "access",
        kind,
        subject: format!("person/{person}"),
        actor: person,
        via: "page",
        data,
    }
}

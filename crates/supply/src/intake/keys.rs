//! Making and revoking keys.
use super::store;
use crate::Supply;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::duty::Duty;
use serde_json::json;

/// A key holds so long, days.
pub const DAYS: i64 = 365;
/// Keys of one supplier that hold at once.
const KEYS_MAX: usize = 10;

/// Makes a key; it is shown once and kept nowhere.
pub async fn make(supply: &Supply, actor: &Actor, name: &str) -> Result<String> {
    actor.must(&[Duty::SupplierAdmin])?;
    let key = format!("qicai_{}", kit::ids::random_hex(24));
    let hash = &kit::text::sha256(&[key.as_bytes()]);
    supply
        .db()
        .write("key.make", |tx| {
            Box::pin(async move {
                crate::suppliers::get(tx, actor.org).await?;
                let holding = store::of_org(tx, actor.org).await?;
                let now = tx.now();
                if holding.iter().filter(|k| k.revoked_at.is_none() && k.ends_at > now).count() >= KEYS_MAX {
                    return Err(Fail::refuse("key.many", format!("最多同时有 {KEYS_MAX} 个密钥，请先吊销不用的。")));
                }
                let ends_at = now + DAYS * 86_400_000;
                let id = store::add(tx, hash, actor.org, actor.person, name, ends_at).await?;
                tx.journal(entry(actor, "key.made", id, json!({"ends_at": ends_at}))).await.map(|_| ())
            })
        })
        .await?;
    Ok(key)
}

/// Revokes a key, at once.
pub async fn revoke(supply: &Supply, actor: &Actor, id: i64) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("key.revoke", |tx| {
            Box::pin(async move {
                if !store::revoke(tx, actor.org, id).await? {
                    return Err(Fail::Hidden);
                }
                tx.journal(entry(actor, "key.revoked", id, json!({}))).await.map(|_| ())
            })
        })
        .await
}

fn entry(actor: &Actor, kind: &'static str, id: i64, data: serde_json::Value) -> Entry {
    Entry {
        region: actor.region.clone(),
        room: "intake",
        kind,
        subject: format!("key/{id}"),
        actor: actor.person,
        via: "page",
        data,
    }
}

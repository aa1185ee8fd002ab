//! The account that money goes to: asked by one person, confirmed by another, effective after a time in which anybody of the
//! firm can stop it.
use super::store::{self, AccountChange};
use crate::Supply;
use base::access::Actor;
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::show_time;
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::json;

/// Changes taken at a time.
const PIECE: usize = 50;
const DESKS: [Duty; 2] = [Duty::SupplierAdmin, Duty::SupplierOrders];

/// Only the end of an account is shown or told.
pub fn tail(account: &str) -> String {
    let digits: String = account.chars().filter(char::is_ascii_digit).collect();
    format!("尾号 {}", &digits[digits.len().saturating_sub(4)..])
}

async fn tell(tx: &Tx<'_>, supplier: i64, words: &str) -> Result<()> {
    for desk in DESKS {
        base::messages::tell(tx, supplier, desk, "/admission/account", words).await?;
    }
    Ok(())
}

/// The account itself is no business of the journal; its digest proves it later.
async fn journal(tx: &Tx<'_>, region: &str, c: &AccountChange, kind: &'static str, actor: i64) -> Result<()> {
    let digest = kit::text::sha256(&[c.account.as_bytes(), &c.id.to_be_bytes()]);
    tx.journal(Entry {
        region: region.to_owned(),
        room: "admission",
        kind,
        subject: format!("supplier/{}", c.supplier),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data: json!({"change": c.id.to_string(), "digest": digest, "effective_at": c.effective_at}),
    })
    .await
    .map(|_| ())
}

/// Asks for another account.
pub async fn ask(supply: &Supply, actor: &Actor, account: &str) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    if !(8..=32).contains(&account.chars().filter(char::is_ascii_digit).count()) {
        return Err(Fail::field("account", "account.form", "收款账户应有 8 到 32 位数字。"));
    }
    supply
        .db()
        .write("account.ask", |tx| {
            Box::pin(async move {
                let (_, old) = store::account(tx, actor.org).await?.ok_or(Fail::Hidden)?;
                if old == account {
                    return Err(Fail::field("account", "account.same", "这就是现在的账户。"));
                }
                if !store::add_change(tx, actor.org, account, actor.person).await? {
                    return Err(Fail::refuse("account.open", "已有一次变更在办理，请先办完或撤销。"));
                }
                let c = store::open_change(tx, actor.org).await?.ok_or(Fail::Retry)?;
                let words = format!(
                    "有人申请把收款账户改为{}，请另一位同事核对后确认；不是本单位的意思请马上撤销。",
                    tail(account)
                );
                tell(tx, actor.org, &words).await?;
                journal(tx, &actor.region, &c, "account.asked", actor.person).await
            })
        })
        .await
}

/// Another person of the firm confirms; the cooling time begins.
pub async fn confirm(supply: &Supply, actor: &Actor) -> Result<()> {
    actor.must(&DESKS)?;
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let facts = supply.facts();
    let cooled = |now| facts.clock("supplier.account_cooling_days", &actor.region, &any, now).map_or(now, |d| d.at);
    let cooled = &cooled;
    supply
        .db()
        .write("account.confirm", |tx| {
            Box::pin(async move {
                let mut c = open(tx, actor.org).await?;
                if c.asked_by == actor.person {
                    return Err(Fail::refuse("account.second", "要由另一位同事确认，申请人自己不能确认。"));
                }
                if c.state != "asked" {
                    return Err(Fail::refuse("account.confirmed", "已经确认过了。"));
                }
                let at = cooled(tx.now());
                if !store::move_change(tx, &c, "confirmed", Some(actor.person), Some(at)).await? {
                    return Err(Fail::Retry);
                }
                c.effective_at = Some(at);
                let words = format!("收款账户变更已由第二人确认，{} 起生效；之前可以撤销。", show_time(at));
                tell(tx, actor.org, &words).await?;
                journal(tx, &actor.region, &c, "account.confirmed", actor.person).await
            })
        })
        .await
}

/// Anybody of the firm stops it.
pub async fn stop(supply: &Supply, actor: &Actor) -> Result<()> {
    actor.must(&DESKS)?;
    supply
        .db()
        .write("account.stop", |tx| {
            Box::pin(async move {
                let c = open(tx, actor.org).await?;
                if !store::move_change(tx, &c, "stopped", None, None).await? {
                    return Err(Fail::Retry);
                }
                tell(tx, actor.org, "收款账户变更已撤销，账户不变。").await?;
                journal(tx, &actor.region, &c, "account.stopped", actor.person).await
            })
        })
        .await
}

async fn open(tx: &Tx<'_>, supplier: i64) -> Result<AccountChange> {
    let none = || Fail::refuse("account.none", "没有正在办理的账户变更。");
    store::open_change(tx, supplier).await?.ok_or_else(none)
}

/// Lets confirmed changes take effect when their time has come.
pub async fn run_due(supply: &Supply) -> Result<usize> {
    let root = &supply.facts().root;
    let mut done = 0;
    for c in &store::due_changes(supply.db(), supply.db().now(), PIECE).await? {
        let changed = supply
            .db()
            .write("account.change", |tx| {
                Box::pin(async move {
                    if !store::move_change(tx, c, "done", None, None).await? {
                        return Ok(());
                    }
                    store::set_account(tx, c.supplier, &c.account).await?;
                    tell(tx, c.supplier, &format!("收款账户已改为{}。", tail(&c.account))).await?;
                    journal(tx, root, c, "account.changed", 0).await
                })
            })
            .await;
        done += usize::from(carried("account change", c.id, changed));
    }
    Ok(done)
}

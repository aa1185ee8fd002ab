//! Finding who does a job: named, in turn, by a draw, by sealed quotes; and what follows when nobody answers.
use super::draw;
use super::job::{entry, put, step};
use super::store::{self, Job, Quoted};
use crate::Trade;
use crate::projects::{self, Project, store as headers};
use kit::{Fail, Result, Tx, journal};
use rules::Fen;
use rules::duty::Duty;
use rules::fixed::{Act, INVITED_MIN, Way, turn};
use serde_json::json;

/// The draw is tried this often until the journal has moved on, ms.
const DRAW_EVERY: i64 = 1_000;

/// After the last approval: starts to find a supplier.
pub(super) async fn look(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    match job.way {
        Way::Direct => {
            step(p, Act::Offer)?;
            let asked = store::asked(tx, job.id).await?;
            let who = asked.first().map(|a| a.supplier).ok_or(Fail::Hidden)?;
            let members = store::members(tx, job.agreement).await?;
            match members.iter().any(|m| m.supplier == who && m.takes()) {
                true => offer(trade, tx, p, job, who).await,
                false => end(tx, p, 0, "所选供应商已被冻结、暂停或退出").await,
            }
        }
        Way::Rotate => {
            step(p, Act::Offer)?;
            rotate(trade, tx, p, job).await
        }
        Way::Draw => {
            step(p, Act::Draw)?;
            wait_for_draw(tx, p, job).await
        }
        Way::Compete => {
            step(p, Act::Invite)?;
            job.answer_by =
                projects::clock(trade, p, "clock.supplier_confirm", tx.now()).unwrap_or(tx.now() + 86_400_000);
            (p.next_due, p.next_command) = (Some(job.answer_by), Some("open".to_owned()));
            for a in store::asked(tx, job.id).await? {
                let words = format!("邀请贵单位为“{}”密封报价。", p.title);
                base::messages::tell(tx, a.supplier, Duty::SupplierOrders, &p.href(), &words).await?;
            }
            tx.journal(entry(p, "job.invited", 0, json!({"until": job.answer_by}))).await?;
            store::save_job(tx, job).await
        }
    }
}

async fn rotate(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let without: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
    let members = store::members(tx, job.agreement).await?;
    let turns: Vec<_> = members.iter().filter(|m| m.takes()).map(store::Member::turn).collect();
    match turn(&turns, &without) {
        Some(who) => offer(trade, tx, p, job, who).await,
        None => end(tx, p, 0, "入围供应商都没有接单").await,
    }
}

async fn wait_for_draw(tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    job.draw_after = journal::head(tx).await?;
    (p.next_due, p.next_command) = (Some(tx.now()), Some("draw".to_owned()));
    store::save_job(tx, job).await
}

/// One supplier is asked to quote within its clock.
async fn offer(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job, who: i64) -> Result<()> {
    job.supplier = Some(who);
    job.answer_by = projects::clock(trade, p, "clock.supplier_confirm", tx.now()).unwrap_or(tx.now() + 86_400_000);
    (p.next_due, p.next_command) = (Some(job.answer_by), Some("expire".to_owned()));
    put(tx, job.id, who, "invited").await?;
    let name = base::orgs::org(tx, who).await?.name;
    base::messages::tell(tx, who, Duty::SupplierOrders, &p.href(), &format!("“{}”请贵单位按协议价目报价。", p.title))
        .await?;
    tx.journal(entry(p, "job.offered", 0, json!({"supplier_name": name, "until": job.answer_by}))).await?;
    store::save_job(tx, job).await
}

/// Ends without an order: money freed, both told. The caller saves.
pub(super) async fn end(tx: &Tx<'_>, p: &mut Project, actor: i64, reason: &str) -> Result<()> {
    step(p, Act::End)?;
    projects::free(tx, p, "服务需求终止").await?;
    p.note = reason.to_owned();
    (p.next_due, p.next_command) = (None, None);
    base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &format!("{} 已终止：{reason}。预算已释放。", p.number))
        .await?;
    tx.journal(entry(p, "job.ended", actor, json!({"reason": reason}))).await?;
    Ok(())
}

/// Runs a due command of a job.
pub(crate) async fn run_due(trade: &Trade, id: i64, command: &str) -> Result<()> {
    trade
        .db()
        .write("job.due", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                if p.next_due.is_none_or(|d| d > tx.now()) || p.next_command.as_deref() != Some(command) {
                    return Ok(());
                }
                let mut job = store::job(tx, id).await?;
                match command {
                    "draw" => draw_now(trade, tx, &mut p, &mut job).await?,
                    "open" => open(trade, tx, &mut p, &mut job).await?,
                    "expire" => {
                        pass(trade, tx, &mut p, &mut job, "credit.deduct.order_unconfirmed", "逾期未答复", 0).await?
                    }
                    other => return Err(Fail::Fault(format!("job {id} has unknown command {other}"))),
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

async fn draw_now(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let without: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
    let mut left: Vec<i64> = store::members(tx, job.agreement)
        .await?
        .into_iter()
        .filter(|m| m.takes() && !without.contains(&m.supplier))
        .map(|m| m.supplier)
        .collect();
    left.sort_unstable();
    if left.is_empty() {
        return end(tx, p, 0, "入围供应商都没有接单").await;
    }
    let Some(e) = journal::after(tx, job.draw_after, 1).await?.into_iter().next() else {
        // Nothing was written since: the wait itself is written, and decides the next time.
        p.next_due = Some(tx.now() + DRAW_EVERY);
        tx.journal(entry(p, "job.waits", 0, json!({}))).await?;
        return Ok(());
    };
    (job.draw_seq, job.draw_hash) = (e.seq, e.hash);
    let who = left[draw::drawn(&job.secret, &job.draw_hash, left.len())];
    let names = base::orgs::names(tx, &left).await?;
    let members: Vec<String> = left.iter().map(|s| names.get(s).cloned().unwrap_or_default()).collect();
    step(p, Act::Offer)?;
    tx.journal(entry(p, "job.drawn", 0, draw::record(&p.number, &job.secret, job.draw_seq, &job.draw_hash, &members)))
        .await?;
    offer(trade, tx, p, job, who).await
}

/// The supplier that was asked is out; somebody else follows where the way allows it.
pub(super) async fn pass(
    trade: &Trade,
    tx: &Tx<'_>,
    p: &mut Project,
    job: &mut Job,
    rule: &str,
    reason: &str,
    actor: i64,
) -> Result<()> {
    let Some(who) = job.supplier.take() else { return Err(Fail::Hidden) };
    put(tx, job.id, who, "lost").await?;
    let case = projects::charge(trade, tx, p, who, rule, &format!("定点服务 {}：{reason}", p.number)).await?;
    let name = base::orgs::org(tx, who).await?.name;
    let data = json!({"supplier_name": name, "reason": reason, "case": case.to_string()});
    tx.journal(entry(p, "job.declined", actor, data)).await?;
    match job.way {
        Way::Direct | Way::Compete => end(tx, p, 0, &format!("{name}{reason}")).await?,
        Way::Rotate => {
            let members = store::members(tx, job.agreement).await?;
            let asked: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
            if members.iter().any(|m| m.takes() && !asked.contains(&m.supplier)) {
                step(p, Act::Offer)?;
            }
            rotate(trade, tx, p, job).await?;
        }
        Way::Draw => {
            step(p, Act::Again)?;
            // A fresh secret with its own promise: the old one is known since the first draw.
            job.secret = kit::ids::random_hex(32);
            job.commitment = draw::commitment(&job.secret);
            tx.journal(entry(p, "job.promised", 0, json!({"commitment": job.commitment}))).await?;
            wait_for_draw(tx, p, job).await?;
        }
    }
    store::save_job(tx, job).await
}

/// Invited quotes are opened: the lowest, then the earliest, is chosen.
async fn open(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let event = format!("job/{}", job.id);
    let mut asked = store::asked(tx, job.id).await?;
    for a in &mut asked {
        let Some(sealed) = &a.sealed else { continue };
        let text = trade.keepers().open_seal(&event, a.supplier, tx.now(), sealed);
        a.amount = text.and_then(|m| String::from_utf8(m).ok()?.parse().ok());
    }
    let valid = asked.iter().filter(|a| a.amount.is_some()).count();
    let best = asked.iter().filter_map(|a| Some((a.amount?, a.at?, a.supplier))).min();
    for a in &mut asked {
        a.state =
            if best.is_some_and(|b| b.2 == a.supplier) && valid >= INVITED_MIN { "won" } else { "lost" }.to_owned();
        store::put_asked(tx, job.id, a).await?;
    }
    let data = json!({"quotes": valid});
    tx.journal(entry(p, "job.opened", 0, data)).await?;
    match best {
        Some((amount, _, who)) if valid >= INVITED_MIN => {
            job.supplier = Some(who);
            job.lines = vec![Quoted { title: p.title.clone(), measure: p.measure.clone(), price: amount, quantity: 1 }];
            job.total = amount;
            quoted(tx, p, job, 0).await
        }
        _ => end(tx, p, 0, &format!("有效报价 {valid} 家，不足 {INVITED_MIN} 家")).await,
    }
}

pub(super) async fn quoted(tx: &Tx<'_>, p: &mut Project, job: &mut Job, actor: i64) -> Result<()> {
    step(p, Act::Quote)?;
    (p.next_due, p.next_command) = (None, None);
    store::save_job(tx, job).await?;
    let name = base::orgs::org(tx, job.supplier.unwrap_or(0)).await?.name;
    tx.journal(entry(p, "job.quoted", actor, json!({"supplier_name": name, "total": job.total}))).await?;
    let words = format!("{} 报价 {}，请确认。", p.number, Fen(job.total).yuan());
    base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await
}

//! Approvals, return, withdrawal, and submitting again after a return.
use super::compared::{Chosen, compared};
use super::judge::{self, Wanted};
use super::submit::{self, Judged, Outcome};
use crate::Trade;
use crate::orders::{KeptCheck, Line, Order, store as orders};
use base::access::Actor;
use kit::{Entry, Fail, Query, Result};
use rules::check::Verdict;
use rules::duty::Duty;
use rules::orders::{Act, State, next};
use serde_json::json;
use supply::offers;

fn entry(o: &Order, kind: &'static str, actor: &Actor, data: serde_json::Value) -> Entry {
    Entry {
        region: o.region.clone(),
        room: "direct",
        kind,
        subject: o.subject(),
        actor: actor.person,
        via: "page",
        data,
    }
}

fn step(o: &mut Order, act: Act) -> Result<()> {
    let words = || format!("订单现在是“{}”，不能这样办理，请刷新页面。", o.state.label());
    o.state = next(o.state, act).ok_or_else(|| Fail::refuse("order.state", words()))?;
    Ok(())
}

/// Loads an order for approval and makes sure this person may give it.
async fn for_approval(q: &dyn Query, actor: &Actor, id: i64) -> Result<(Order, Duty)> {
    let o = orders::load(q, &actor.scope(), id).await?;
    let words = format!("订单现在是“{}”，不在审批中，请刷新页面。", o.state.label());
    let duty = o.awaits().ok_or_else(|| Fail::refuse("order.state", words))?;
    if o.handler == actor.person {
        return Err(Fail::refuse("order.own_approval", "不能审批自己经办的订单，请由其他有审批职责的同事办理。"));
    }
    if !actor.may(duty) {
        let words = format!("这一步由{}办理，您的职责是{}。", duty.label(), actor.duties.labels());
        return Err(Fail::refuse("order.other_duty", words));
    }
    let before = orders::approvals(q, id).await?;
    if before.iter().any(|a| !a.void && a.person == actor.person) {
        return Err(Fail::refuse("order.approved_already", "同一个人不能办两步审批，这一步请由另一位同事办理。"));
    }
    Ok((o, duty))
}

/// Gives the approval that is awaited.
pub async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("order.approve", |tx| {
            Box::pin(async move {
                let (mut o, duty) = for_approval(tx, actor, id).await?;
                orders::add_approval(tx, &o, duty, actor.person, "approved", "").await?;
                let last = o.step + 1 == o.steps.len() as i64;
                step(&mut o, if last { Act::Approve } else { Act::Pass })?;
                o.step += 1;
                if last {
                    (_, o.next_due, o.next_command) = submit::placed(trade, &o.region, true, tx.now());
                }
                orders::save(tx, &o).await?;
                submit::tell_next(tx, &o).await?;
                tx.journal(entry(&o, "order.approved", actor, json!({"duty": duty.key(), "last": last}))).await?;
                Ok(())
            })
        })
        .await
}

/// Sends an order back to its handler with a reason; what was held is freed.
pub async fn send_back(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("order.return", |tx| {
            Box::pin(async move {
                let (mut o, duty) = for_approval(tx, actor, id).await?;
                let lines = orders::lines(tx, id).await?;
                submit::undo_holds(tx, &o, &lines, "退回修改").await?;
                orders::add_approval(tx, &o, duty, actor.person, "returned", reason).await?;
                orders::void_approvals(tx, id).await?;
                step(&mut o, Act::Return)?;
                (o.step, o.note) = (0, reason.to_owned());
                (o.next_due, o.next_command) = (None, None);
                orders::save(tx, &o).await?;
                orders::tell(tx, o.unit, Duty::Handler, id, &format!("订单 {} 被退回：{reason}", o.number)).await?;
                tx.journal(entry(&o, "order.returned", actor, json!({"duty": duty.key()}))).await?;
                Ok(())
            })
        })
        .await
}

/// The handler takes the order back before the supplier has confirmed it.
pub async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("order.withdraw", |tx| {
            Box::pin(async move {
                let mut o = own(tx, actor, id).await?;
                let held = o.state != State::Returned;
                step(&mut o, Act::Withdraw)?;
                if held {
                    let lines = orders::lines(tx, id).await?;
                    submit::undo_holds(tx, &o, &lines, "撤回订单").await?;
                }
                (o.next_due, o.next_command) = (None, None);
                orders::save(tx, &o).await?;
                tx.journal(entry(&o, "order.withdrawn", actor, json!({}))).await?;
                Ok(())
            })
        })
        .await
}

/// An order that this person made.
pub(super) async fn own(q: &dyn Query, actor: &Actor, id: i64) -> Result<Order> {
    let o = orders::load(q, &actor.scope(), id).await?;
    if o.handler != actor.person {
        return Err(Fail::refuse("order.not_handler", "这个订单由另一位经办人办理，请由本人操作。"));
    }
    Ok(o)
}

/// One line of a changed order: line id, quantity (0 takes it away), plan line.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Line.
    pub line: i64,
    /// New quantity.
    pub quantity: i64,
    /// Plan line.
    pub plan_line: i64,
}

/// Submits a returned order again with other quantities or plans; all checks and approvals begin anew.
pub async fn resubmit(trade: &Trade, actor: &Actor, id: i64, edits: &[Edit], purpose: &str) -> Result<Outcome> {
    let o = own(trade.db(), actor, id).await?;
    let old = orders::lines(trade.db(), id).await?;
    let found = offers::lines(trade.db(), &old.iter().map(|l| l.offer).collect::<Vec<_>>()).await?;
    let known = judge::plans(trade, actor).await?;
    let mut lines: Vec<Line> = Vec::new();
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for l in &old {
        let Some(e) = edits.iter().find(|e| e.line == l.id && e.quantity > 0) else { continue };
        let offer = found.iter().find(|f| f.offer == l.offer).ok_or(Fail::Hidden)?;
        let plan = known.iter().find(|p| p.id == e.plan_line).cloned();
        if let Some(p) = &plan {
            let fresh = Line {
                quantity: e.quantity,
                price: offer.price,
                listed_price: offer.price,
                plan_line: p.id,
                budget: p.budget,
                ..l.clone()
            };
            lines.push(fresh);
        }
        wanted.push(Wanted { offer, quantity: e.quantity, plan });
    }
    if wanted.is_empty() {
        return Err(Fail::refuse("order.no_lines", "订单里至少要留一件商品；都不要了请撤回订单。"));
    }
    let categories: Vec<String> = old.iter().map(|l| l.category.clone()).collect();
    let products: Vec<i64> = wanted.iter().map(|w| w.offer.product).collect();
    let mut unit = judge::unit(trade, actor, &categories, &products).await?;
    unit.before = Some(judge::known(trade, actor, &found).await?);
    // What was begun while the station was open is finished, whatever became of the station.
    unit.station = None;
    let checks = judge::judged(trade, &unit, &wanted, &o.address_region, true, None);
    if checks.iter().any(|(c, _)| c.verdict == Verdict::Block) {
        let name = wanted[0].offer.supplier_name.clone();
        return Ok(Outcome::Blocked(vec![(name, checks) as Judged]));
    }
    let chosen: Vec<Chosen<'_>> = wanted.iter().map(|w| Chosen { offer: w.offer, quantity: w.quantity }).collect();
    let beside = compared(&unit, &chosen, &o.address_region).to_string();
    let (lines, checks, beside) = (&lines, &checks, &beside);
    trade
        .db()
        .write("order.resubmit", |tx| {
            Box::pin(async move {
                let mut o = own(tx, actor, id).await?;
                let total: i64 = lines.iter().map(Line::amount).sum();
                o.steps = submit::steps_of(trade, &o.region, total, !o.secret.is_empty());
                let straight = o.steps.is_empty();
                step(&mut o, if straight { Act::Approve } else { Act::Resubmit })?;
                (o.step, o.total, o.note) = (0, total, String::new());
                o.purpose = purpose.to_owned();
                o.checks = checks.iter().map(|(c, origin)| KeptCheck::of(c, origin.clone())).collect();
                (_, o.next_due, o.next_command) = submit::placed(trade, &o.region, straight, tx.now());
                orders::drop_lines(tx, id).await?;
                orders::insert_lines(tx, id, lines).await?;
                let digest = orders::keep_compared(tx, id, beside).await?;
                submit::take_holds(trade, tx, &o, lines).await?;
                orders::save(tx, &o).await?;
                submit::tell_next(tx, &o).await?;
                tx.journal(submit::entry(&o, lines, "order.resubmitted", actor.person, "page", &digest)).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Outcome::Placed(vec![id]))
}

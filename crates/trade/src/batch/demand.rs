//! A unit's demand: filed, approved in the unit, reviewed by whoever supervises it.
use super::store;
use crate::projects::{self, Project, Ready, store as headers};
use crate::{Trade, direct};
use base::access::Actor;
use base::facts::words::say;
use kit::journal::Recorded;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::batch::demand::{Act, State, next};
use rules::batch::round;
use rules::calendar::day_of;
use rules::check::{Check, blocked};
use rules::duty::Duty;
use serde_json::{Value, json};

/// Waiting demands on one list.
const WAITING_MAX: usize = 50;
/// Rules that are kept with every demand.
const KEPT: [(&str, &str); 3] =
    [("batch.period", "批次周期"), ("batch.submit_day", "需求报送截止日"), ("batch.discount_bp_min", "批量折扣下限")];

/// A demand to be filed.
pub struct Filing {
    /// Package.
    pub package: i64,
    /// How many.
    pub quantity: i64,
    /// Plan line to charge.
    pub plan: i64,
    /// Place of delivery.
    pub address: i64,
    /// Why.
    pub purpose: String,
    /// Clauses that are kept from the public.
    pub secret: direct::Secret,
    /// Key of this submission; the same key never makes two.
    pub key: String,
}

/// Word and tone of a state key.
pub(crate) fn label(key: &str) -> (&'static str, &'static str) {
    State::of(key).map_or(("", "info"), |s| (s.label(), s.tone()))
}

/// What a journal entry of a demand means, in Chinese.
pub(crate) fn words(e: &Recorded) -> String {
    let reason = e.data["reason"].as_str().unwrap_or_default();
    let fixed = say(&e.kind);
    if reason.is_empty() { fixed.to_owned() } else { format!("{fixed}：{reason}") }
}

pub(super) fn state(p: &Project) -> Result<State> {
    State::of(&p.state).ok_or_else(|| Fail::Fault(format!("demand {} is in state {}", p.id, p.state)))
}

pub(super) fn step(p: &mut Project, act: Act) -> Result<()> {
    let now = state(p)?;
    p.state = next(now, act).ok_or_else(|| projects::refuse_state(now.label()))?.key().to_owned();
    Ok(())
}

pub(super) fn entry(p: &Project, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: p.region.clone(), room: "batch", kind, subject: p.subject(), actor, via, data }
}

/// Files a demand; Err holds the checks when something blocks, and nothing changed.
pub async fn file(trade: &Trade, actor: &Actor, f: &Filing) -> Result<std::result::Result<i64, Vec<(Check, String)>>> {
    if f.key.is_empty() || f.key.len() > 64 {
        return Err(Fail::refuse("project.key", "页面已过期，请重新打开再提交。"));
    }
    if let Some(id) = headers::by_key(trade.db(), actor.person, &f.key).await? {
        return Ok(Ok(id));
    }
    projects::must_not_be_state(&f.secret)?;
    let package = store::package(trade.db(), f.package).await?;
    let r = store::round(trade.db(), package.round).await?;
    collects(trade, actor, &r)?;
    let ceiling = package.ceiling.checked_mul(f.quantity.max(0)).unwrap_or(i64::MAX);
    let ready = Ready {
        kind: "demand",
        mode: "batch",
        form: "direct",
        title: package.title.clone(),
        purpose: f.purpose.clone(),
        category: r.category.clone(),
        quantity: f.quantity,
        measure: package.measure.clone(),
        ceiling,
        plan_line: f.plan,
        address: f.address,
        parent: Some(r.id),
        secret: f.secret.clone(),
    };
    let (mut p, checks) = projects::prepare(trade, actor, &ready).await?;
    if blocked(&checks.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>()) {
        return Ok(Err(checks));
    }
    p.rules = projects::snapshot(trade, &p, &KEPT);
    let (p, r) = (&p, &r);
    let made = trade
        .db()
        .write("demand.file", |tx| {
            Box::pin(async move {
                let mut p = p.clone();
                if !headers::insert(tx, &p, &f.key).await? {
                    return Err(Fail::refuse("project.same_key", "这次提交已经办过了。"));
                }
                store::add_demand(tx, p.id, r.id, f.package).await?;
                projects::hold(trade, tx, &mut p).await?;
                let data = json!({"number": p.number, "round": r.number, "quantity": p.quantity, "ceiling": p.ceiling});
                tx.journal(entry(&p, "demand.made", actor.person, data)).await?;
                if p.steps.is_empty() {
                    submit(tx, &mut p, r.centre).await?;
                } else {
                    projects::tell_next(tx, &p).await?;
                }
                headers::save(tx, &mut p).await?;
                Ok(p.id)
            })
        })
        .await;
    match made {
        Err(Fail::Refused(e)) if e.code == "project.same_key" => {
            headers::by_key(trade.db(), actor.person, &f.key).await?.map(Ok).ok_or(Fail::Hidden)
        }
        other => other.map(Ok),
    }
}

fn collects(trade: &Trade, actor: &Actor, r: &store::Round) -> Result<()> {
    let today = day_of(trade.db().now());
    if r.state != round::State::Collecting || !(r.opens_on..=r.due_on).contains(&today) {
        return Err(Fail::refuse("batch.closed", "这一批现在不收需求，请报下一批。"));
    }
    if !trade.facts().path(&actor.region).contains(&r.region.as_str()) {
        return Err(Fail::refuse("batch.area", "这一批不面向贵单位所在地区。"));
    }
    Ok(())
}

/// To whoever supervises the unit; a unit without one is reviewed by the centre.
async fn submit(tx: &Tx<'_>, p: &mut Project, centre: i64) -> Result<()> {
    step(p, Act::Submit)?;
    let words = format!("批量需求 {} 待审核：{} × {}。", p.number, p.title, p.quantity);
    match base::orgs::org(tx, p.unit).await?.parent {
        Some(parent) => base::messages::tell(tx, parent, Duty::Reviewer, &p.href(), &words).await,
        None => base::messages::tell(tx, centre, Duty::Centre, &p.href(), &words).await,
    }
}

/// One approval in the unit; the last one hands it to the supervising unit.
pub(crate) async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("demand.approve", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                let last = projects::give_approval(tx, actor, &mut p).await?;
                tx.journal(entry(&p, "demand.approved", actor.person, json!({"last": last, "duty": p.approved_as()})))
                    .await?;
                if last {
                    let (round, _) = store::demand(tx, id).await?;
                    let centre = store::round(tx, round).await?.centre;
                    submit(tx, &mut p, centre).await?;
                } else {
                    step(&mut p, Act::Pass)?;
                    projects::tell_next(tx, &p).await?;
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Back to the handler with a reason; the money is freed.
pub(crate) async fn send_back(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("demand.return", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                projects::take_back(tx, actor, &mut p, reason).await?;
                step(&mut p, Act::Return)?;
                tx.journal(entry(&p, "demand.returned", actor.person, json!({"reason": reason}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The handler takes it back before it is counted.
pub(crate) async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("demand.withdraw", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                step(&mut p, Act::Withdraw)?;
                projects::free(tx, &mut p, "撤回需求").await?;
                tx.journal(entry(&p, "demand.withdrawn", actor.person, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// May this person review the demand: the supervising unit's reviewer, or the centre where there is none.
pub(super) async fn may_review(q: &dyn Query, a: &Actor, p: &Project) -> Result<bool> {
    let parent = base::orgs::org(q, p.unit).await?.parent;
    Ok(match parent {
        Some(parent) => parent == a.org && a.may(Duty::Reviewer),
        None => a.may(Duty::Centre) && headers::load(q, &a.scope(), p.id).await.is_ok(),
    })
}

/// The supervising unit agrees, or sends the demand back with a reason.
pub async fn review(trade: &Trade, actor: &Actor, id: i64, accept: bool, reason: &str) -> Result<()> {
    trade
        .db()
        .write("demand.review", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                if p.kind != "demand" || !may_review(tx, actor, &p).await? {
                    return Err(Fail::Hidden);
                }
                if accept {
                    step(&mut p, Act::Accept)?;
                    tx.journal(entry(&p, "demand.accepted", actor.person, json!({}))).await?;
                } else {
                    step(&mut p, Act::Return)?;
                    headers::void_approvals(tx, id).await?;
                    projects::free(tx, &mut p, "主管退回").await?;
                    (p.step, p.note) = (0, reason.to_owned());
                    let words = format!("批量需求 {} 被主管退回：{reason}", p.number);
                    base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await?;
                    tx.journal(entry(&p, "demand.returned", actor.person, json!({"reason": reason}))).await?;
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Demands that wait for this person's review.
pub(crate) async fn to_review(q: &dyn Query, a: &Actor) -> Result<Vec<Project>> {
    if !a.may(Duty::Reviewer) && !a.may(Duty::Centre) {
        return Ok(Vec::new());
    }
    let prefix = match a.scope() {
        base::access::Scope::Region(prefix) if a.may(Duty::Centre) => Some(prefix),
        _ => None,
    };
    let ids = store::to_review(q, a.org, prefix.as_deref(), WAITING_MAX).await?;
    headers::some(q, &ids).await
}

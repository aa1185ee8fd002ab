//! A job from the need to the order: approval, finding a supplier, its quote, the unit's agreement, completion.
use super::finding::look;
use super::store::{self, Agreement, Asked, Job};
use super::{agreement, draw};
use crate::projects::{self, Project, Ready, store as headers};
use crate::{Trade, direct};
use base::access::Actor;
use base::facts::words::say;
use kit::journal::Recorded;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::calendar::day_of;
use rules::check::{Check, blocked};
use rules::duty::Duty;
use rules::fixed::{Act, INVITED_MIN, State, Way, next};
use serde_json::{Value, json};

/// Waiting jobs on one list.
const WAITING_MAX: usize = 50;
/// Rules that are kept with every job.
const KEPT: [(&str, &str); 4] = [
    ("fixed.select", "可用的选定办法"),
    ("fixed.annual_fen", "定点品目全年限额"),
    ("fixed.discount_percent_min", "最低优惠率（%）"),
    ("clock.supplier_confirm", "供应商答复期限"),
];

/// A job to be called off.
pub struct CallOff {
    /// Agreement.
    pub agreement: i64,
    /// What is to be done.
    pub title: String,
    /// Why.
    pub purpose: String,
    /// No more than this in all, fen.
    pub ceiling: i64,
    /// How a supplier is found.
    pub way: Way,
    /// The one named, or those invited; empty for all members.
    pub suppliers: Vec<i64>,
    /// Plan line to charge.
    pub plan: i64,
    /// Place.
    pub address: i64,
    /// Clauses that are kept from the public.
    pub secret: direct::Secret,
    /// Key of this submission; the same key never makes two.
    pub key: String,
}

/// Word and tone of a state key.
pub(crate) fn label(key: &str) -> (&'static str, &'static str) {
    State::of(key).map_or(("", "info"), |s| (s.label(), s.tone()))
}

/// What a journal entry of a job means, in Chinese.
pub(crate) fn words(e: &Recorded) -> String {
    let text = |key: &str| e.data[key].as_str().unwrap_or_default().to_owned();
    let fixed = say(&e.kind);
    let more =
        [text("supplier_name"), text("reason")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("，");
    if more.is_empty() { fixed.to_owned() } else { format!("{fixed}：{more}") }
}

pub(super) fn state(p: &Project) -> Result<State> {
    State::of(&p.state).ok_or_else(|| Fail::Fault(format!("job {} is in state {}", p.id, p.state)))
}

pub(super) fn step(p: &mut Project, act: Act) -> Result<()> {
    let now = state(p)?;
    p.state = next(now, act).ok_or_else(|| projects::refuse_state(now.label()))?.key().to_owned();
    Ok(())
}

pub(super) fn entry(p: &Project, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: p.region.clone(), room: "fixed", kind, subject: p.subject(), actor, via, data }
}

/// Calls off a job; the inner Err holds the checks when something blocks, and nothing changed.
pub async fn call_off(
    trade: &Trade,
    actor: &Actor,
    c: &CallOff,
) -> Result<std::result::Result<i64, Vec<(Check, String)>>> {
    if c.key.is_empty() || c.key.len() > 64 {
        return Err(Fail::refuse("project.key", "页面已过期，请重新打开再提交。"));
    }
    if let Some(id) = headers::by_key(trade.db(), actor.person, &c.key).await? {
        return Ok(Ok(id));
    }
    let a = store::agreement(trade.db(), c.agreement).await?;
    let asked = find(trade, actor, &a, c).await?;
    let ready = Ready {
        kind: "job",
        mode: "fixed",
        form: "direct",
        title: c.title.clone(),
        purpose: c.purpose.clone(),
        category: a.category.clone(),
        quantity: 1,
        measure: "项".to_owned(),
        ceiling: c.ceiling,
        plan_line: c.plan,
        address: c.address,
        parent: Some(a.id),
        secret: c.secret.clone(),
    };
    let (mut p, checks) = projects::prepare(trade, actor, &ready).await?;
    if blocked(&checks.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>()) {
        return Ok(Err(checks));
    }
    p.rules = projects::snapshot(trade, &p, &KEPT);
    let secret = kit::ids::random_hex(32);
    let job = Job {
        id: p.id,
        agreement: a.id,
        way: c.way,
        supplier: None,
        commitment: draw::commitment(&secret),
        secret,
        draw_after: 0,
        draw_seq: 0,
        draw_hash: String::new(),
        answer_by: 0,
        lines: Vec::new(),
        total: 0,
        done_words: String::new(),
        done_at: None,
        order: None,
    };
    let (p, a, job, asked) = (&p, &a, &job, &asked);
    let made = trade
        .db()
        .write("job.make", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = (p.clone(), job.clone());
                if !headers::insert(tx, &p, &c.key).await? {
                    return Err(Fail::refuse("project.same_key", "这次提交已经办过了。"));
                }
                store::add_job(tx, &job).await?;
                for supplier in asked {
                    put(tx, job.id, *supplier, "invited").await?;
                }
                projects::hold(trade, tx, &mut p).await?;
                let data = json!({
                    "number": p.number, "agreement": a.number, "way": job.way.key(), "ceiling": p.ceiling, "commitment": job.commitment,
                });
                tx.journal(entry(&p, "job.made", actor.person, data)).await?;
                if p.steps.is_empty() {
                    look(trade, tx, &mut p, &mut job).await?;
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
            headers::by_key(trade.db(), actor.person, &c.key).await?.map(Ok).ok_or(Fail::Hidden)
        }
        other => other.map(Ok),
    }
}

pub(super) async fn put(tx: &Tx<'_>, job: i64, supplier: i64, state: &str) -> Result<()> {
    store::put_asked(tx, job, &Asked { supplier, amount: None, sealed: None, at: None, state: state.to_owned() }).await
}

/// Whether the agreement and the way may be used, and whom the unit names.
async fn find(trade: &Trade, actor: &Actor, a: &Agreement, c: &CallOff) -> Result<Vec<i64>> {
    let (facts, today) = (trade.facts(), day_of(trade.db().now()));
    if a.state != "running" || !(a.from..=a.to).contains(&today) {
        return Err(Fail::refuse("fixed.ended", "这份协议还没有开始或已经到期。"));
    }
    if !facts.path(&actor.region).contains(&a.region.as_str()) {
        return Err(Fail::refuse("fixed.area", "这份协议不面向贵单位所在地区。"));
    }
    let rule = facts.rule("fixed.select", &actor.region, &agreement::scope(&a.category), today);
    let origin = rule.as_ref().map_or(String::new(), |e| facts.origin(e));
    let ways = rule.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    if !ways.iter().any(|w| w == c.way.key()) {
        return Err(Fail::field("way", "fixed.way", format!("本地不能用“{}”。{origin}", c.way.label())));
    }
    let members = store::members(trade.db(), a.id).await?;
    let active: Vec<i64> = members.iter().filter(|m| m.takes()).map(|m| m.supplier).collect();
    if active.is_empty() {
        return Err(Fail::refuse("fixed.nobody", "这份协议还没有入围供应商。"));
    }
    if c.suppliers.iter().any(|s| !active.contains(s)) {
        return Err(Fail::field("supplier", "fixed.member", "选的供应商不在入围名单里，请刷新页面再选。"));
    }
    match c.way {
        Way::Direct if c.suppliers.len() == 1 => Ok(c.suppliers.clone()),
        Way::Direct => Err(Fail::field("supplier", "fixed.one", "直接选定请选一家供应商。")),
        Way::Compete => {
            let asked = if c.suppliers.is_empty() { active } else { c.suppliers.clone() };
            if asked.len() < INVITED_MIN {
                let words = format!("二次竞价至少邀请 {INVITED_MIN} 家，现在 {} 家。", asked.len());
                return Err(Fail::field("supplier", "fixed.three", words));
            }
            Ok(asked)
        }
        Way::Rotate | Way::Draw => Ok(Vec::new()),
    }
}

/// One approval; the last one starts the search.
pub(crate) async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("job.approve", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                let last = projects::give_approval(tx, actor, &mut p).await?;
                tx.journal(entry(&p, "job.approved", actor.person, json!({"last": last, "duty": p.approved_as()})))
                    .await?;
                if last {
                    let mut job = store::job(tx, id).await?;
                    look(trade, tx, &mut p, &mut job).await?;
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
        .write("job.return", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                projects::take_back(tx, actor, &mut p, reason).await?;
                step(&mut p, Act::Return)?;
                tx.journal(entry(&p, "job.returned", actor.person, json!({"reason": reason}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The handler takes it back before a supplier is looked for.
pub(crate) async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("job.withdraw", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                step(&mut p, Act::Withdraw)?;
                projects::free(tx, &mut p, "撤回服务需求").await?;
                tx.journal(entry(&p, "job.withdrawn", actor.person, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// What waits for a supplier: project and what to do.
pub(crate) async fn todo(q: &dyn Query, a: &Actor) -> Result<Vec<(Project, &'static str)>> {
    if !a.may(Duty::SupplierOrders) {
        return Ok(Vec::new());
    }
    let ids = store::for_supplier(q, a.org, WAITING_MAX).await?;
    Ok(headers::some(q, &ids).await?.into_iter().map(|p| (p, "报价")).collect())
}

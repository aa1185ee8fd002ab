//! Leading stations through their states: planning, naming units for the trial, moving, handing over.
use super::figures::{above, gather, judged};
use super::standard::standard;
use super::store::{self, Task, Way};
use crate::Watch;
use base::access::Actor;
use base::facts::{Facts, Region};
use base::stations;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{Calendar, Day, day_of, show_day};
use rules::check::{Check, Verdict};
use rules::duty::Duty;
use rules::place::within;
use rules::rulebook::Scope;
use rules::station::{Act, State, next, opens, working_days_before};
use serde_json::{Value, json};

/// A station is planned at most this many days ahead.
pub const PLAN_DAYS_MAX: Day = 3 * 365;
/// Most characters of a reason.
pub const REASON_MAX: usize = 500;

pub(super) fn entry(code: &str, kind: &'static str, actor: i64, data: Value) -> Entry {
    let subject = format!("station/{code}");
    Entry { region: code.to_owned(), room: "stations", kind, subject, actor, via: "page", data }
}

/// A station in the reader's area. Own nodes are part of their station; what is not there and not his looks the same.
pub(super) fn station(facts: &Facts, actor: &Actor, code: &str) -> Result<Region> {
    let region = facts.region(code).filter(|r| r.kind != "own" && within(code, &actor.region));
    let overseer = matches!(actor.org_kind.as_str(), "finance" | "audit");
    region.filter(|_| overseer).cloned().ok_or(Fail::Hidden)
}

/// May a finance department make this move? Trials are begun and ended by the station's own or one above; opening, closing and
/// opening again by whom the rulebook says. The province's own station stays as it is.
pub(super) fn may(facts: &Facts, actor: &Actor, code: &str, act: Act, today: Day) -> bool {
    if !actor.may(Duty::Regulator) || code == facts.root {
        return false;
    }
    match act {
        Act::Try | Act::Withdraw => within(code, &actor.region),
        Act::Open | Act::Close | Act::Reopen => {
            let scope = Scope { mode: None, form: None, category: None, amount: None };
            let own = facts.rule("station.opened_by", above(facts, code), &scope, today);
            opens(own.is_some_and(|e| e.text() == Some("own")), &actor.region, code)
        }
    }
}

/// Begins preparing with a planned day, or moves the planned day; open tasks move with it.
pub async fn plan(watch: &Watch, actor: &Actor, code: &str, planned: Day) -> Result<()> {
    actor.must(&[Duty::Regulator])?;
    let facts = watch.facts();
    station(&facts, actor, code)?;
    let today = day_of(watch.db().now());
    if planned <= today || planned > today + PLAN_DAYS_MAX {
        let words = format!("计划上线日应在 {} 到 {} 之间。", show_day(today + 1), show_day(today + PLAN_DAYS_MAX));
        return Err(Fail::field("planned", "station.planned", words));
    }
    let calendar = &facts.calendar;
    watch
        .db()
        .write("station.plan", |tx| {
            Box::pin(async move {
                let now = stations::standing(tx, &watch.facts(), code, 0).await?.state;
                if !matches!(now, State::Preparing | State::Trial) {
                    let words = format!("分站现在是“{}”，不能再定计划上线日。", now.label());
                    return Err(Fail::refuse("station.state", words));
                }
                let found = store::way(tx, code).await?;
                let mut way = found.unwrap_or_else(|| Way { region: code.to_owned(), ..Way::default() });
                let began = way.prepared_at.is_none();
                if way.planned == Some(planned) {
                    let words = format!("计划上线日已经是 {}。", show_day(planned));
                    return Err(Fail::field("planned", "station.same_day", words));
                }
                way.planned = Some(planned);
                way.prepared_at = way.prepared_at.or(Some(tx.now()));
                store::save_way(tx, &way).await?;
                let (kind, tasks) = match began {
                    true => ("station.prepared", copy_tasks(tx, calendar, code, planned).await?),
                    false => ("station.planned", move_tasks(tx, calendar, code, planned).await?),
                };
                let data = json!({"planned": show_day(planned), "tasks": tasks});
                tx.journal(entry(code, kind, actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// The standard tasks for a station, due days counted back from the planned day.
async fn copy_tasks(tx: &Tx<'_>, calendar: &Calendar, code: &str, planned: Day) -> Result<usize> {
    let mut made = 0;
    for t in &standard()?.task {
        let task = Task {
            id: tx.id(),
            region: code.to_owned(),
            area: t.area.clone(),
            title: t.title.clone(),
            must: t.must,
            before: Some(t.before.into()),
            due: working_days_before(calendar, planned, t.before),
            owner: None,
            done: false,
            done_at: None,
            version: 1,
        };
        made += usize::from(store::add_task(tx, &task).await?);
    }
    Ok(made)
}

/// Open tasks whose day follows the planned day.
async fn move_tasks(tx: &Tx<'_>, calendar: &Calendar, code: &str, planned: Day) -> Result<usize> {
    let mut moved = 0;
    for mut t in store::tasks(tx, code).await?.into_iter().filter(|t| !t.done) {
        let Some(before) = t.before else { continue };
        t.due = working_days_before(calendar, planned, before.clamp(0, PLAN_DAYS_MAX.into()) as u32);
        store::save_task(tx, &t).await?;
        moved += 1;
    }
    Ok(moved)
}

/// Names a unit for the trial, or takes it out again.
pub async fn name(watch: &Watch, actor: &Actor, code: &str, unit: i64, on: bool) -> Result<()> {
    actor.must(&[Duty::Regulator])?;
    let facts = watch.facts();
    station(&facts, actor, code)?;
    let parts = &stations::parts(&facts, code);
    watch
        .db()
        .write("station.name", |tx| {
            Box::pin(async move {
                let now = stations::standing(tx, &watch.facts(), code, 0).await?.state;
                if !matches!(now, State::Preparing | State::Trial) {
                    let words = format!("分站现在是“{}”，不再有试点单位。", now.label());
                    return Err(Fail::refuse("station.state", words));
                }
                if !store::units(tx, parts).await?.iter().any(|(id, ..)| *id == unit) {
                    return Err(Fail::Hidden);
                }
                let changed = match on {
                    true => stations::name_unit(tx, code, unit, actor.person).await?,
                    false => stations::unname_unit(tx, code, unit).await?,
                };
                if !changed {
                    let words = if on {
                        "这个单位已经是试点单位。"
                    } else {
                        "这个单位已经不是试点单位。"
                    };
                    return Err(Fail::refuse("station.unit", words));
                }
                if !on && now == State::Trial && stations::named(tx, code).await?.is_empty() {
                    let words = "试运行期间至少要有一个试点单位；要停止试运行请退回筹备。";
                    return Err(Fail::refuse("station.last_unit", words));
                }
                let data = json!({"unit": unit.to_string(), "named": on});
                tx.journal(entry(code, "station.unit", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// A move that somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    /// What.
    pub act: Act,
    /// Why; needed for going back, closing and opening again.
    pub reason: &'a str,
    /// Code of the station that takes over a closing one.
    pub heir: &'a str,
}

/// Moves a station. What blocks is computed in the same transaction; two who press at once: the second is told where it stands.
pub async fn act(watch: &Watch, actor: &Actor, code: &str, m: Move<'_>) -> Result<()> {
    let facts = watch.facts();
    let region = station(&facts, actor, code)?;
    let today = day_of(watch.db().now());
    if !may(&facts, actor, code, m.act, today) {
        return Err(Fail::refuse("station.who", who_words(&facts, code)));
    }
    if matches!(m.act, Act::Withdraw | Act::Close | Act::Reopen) && m.reason.is_empty() {
        return Err(Fail::field("reason", "station.reason", "请写明理由。"));
    }
    if m.act == Act::Close {
        heir_fits(&facts, code, m.heir)?;
    }
    let (facts, region) = (&facts, &region);
    watch
        .db()
        .write("station.move", |tx| {
            Box::pin(async move {
                let from = stations::standing(tx, facts, code, 0).await?.state;
                let Some(to) = next(from, m.act) else {
                    let words = format!("分站现在是“{}”，不能{}，请刷新页面。", from.label(), m.act.words().1);
                    return Err(Fail::refuse("station.state", words));
                };
                let checks = ready(tx, facts, code, m.act).await?;
                let found = store::way(tx, code).await?;
                let mut way = found.unwrap_or_else(|| Way { region: code.to_owned(), ..Way::default() });
                if m.act == Act::Try && way.prepared_at.is_none() {
                    return Err(Fail::refuse("station.not_begun", "还没有启动筹备，请先定计划上线日。"));
                }
                stamp(&mut way, &m, to, tx.now());
                store::save_way(tx, &way).await?;
                let since = match m.act {
                    Act::Open => Some(day_of(tx.now())),
                    Act::Close => region.since,
                    Act::Try | Act::Withdraw | Act::Reopen => None,
                };
                if !stations::move_on(tx, code, from, to, since).await? {
                    return Err(Fail::Retry);
                }
                tell(tx, facts, code, &m).await?;
                if matches!(m.act, Act::Open | Act::Close) {
                    stations::unname_all(tx, code).await?;
                }
                let warned: Vec<_> = checks.iter().filter(|c| c.verdict == Verdict::Warn).map(|c| c.code).collect();
                let data = json!({
                    "act": m.act.words().0, "from": from.key(), "to": to.key(), "reason": m.reason, "heir": way.heir, "warned": warned,
                });
                tx.journal(entry(code, "station.moved", actor.person, data)).await.map(|_| ())
            })
        })
        .await?;
    // Other nodes read the facts again when they come to this entry in the journal.
    watch.reload_facts().await
}

/// The checks of a move; fails when one of them blocks, with the first of them in words.
async fn ready(tx: &Tx<'_>, facts: &Facts, code: &str, act: Act) -> Result<Vec<Check>> {
    let figures = gather(tx, facts, tx.now(), &[code.to_owned()]).await?.remove(code).unwrap_or_default();
    let checks = judged(facts, code, day_of(tx.now()), act, &figures);
    let blocking: Vec<&Check> = checks.iter().filter(|c| c.verdict == Verdict::Block).collect();
    match blocking.first() {
        Some(first) => {
            let words = format!(
                "不能{}，还有 {} 项没有做到。{}：{}{}",
                act.words().1,
                blocking.len(),
                first.title,
                first.figures,
                first.advice
            );
            Err(Fail::refuse("station.blocked", words))
        }
        None => Ok(checks),
    }
}

fn stamp(way: &mut Way, m: &Move<'_>, to: State, now: i64) {
    match to {
        State::Trial => way.trial_at = Some(now),
        State::Live => way.live_at = Some(now),
        State::Closed => {
            way.closed_at = Some(now);
            (way.heir, way.reason) = (Some(m.heir.to_owned()), m.reason.to_owned());
        }
        State::Preparing if m.act == Act::Reopen => {
            (way.heir, way.reason) = (None, String::new());
            (way.trial_at, way.live_at, way.closed_at) = (None, None, None);
        }
        State::Preparing => way.trial_at = None,
    }
}

fn who_words(facts: &Facts, code: &str) -> String {
    if code == facts.root {
        return "省级分站不能在这里办理。".into();
    }
    let office = facts.region(above(facts, code)).map_or(String::new(), Region::finance);
    format!("这一步由上一级财政部门（{office}）办理，请报请核准。")
}

/// Whoever takes over is live, and is not the station itself or below it.
fn heir_fits(facts: &Facts, code: &str, heir: &str) -> Result<()> {
    let fits = facts.region(heir).is_some_and(|r| r.state == "live" && r.kind != "own") && !within(heir, code);
    if fits {
        Ok(())
    } else {
        Err(Fail::field("heir", "station.heir", "请选一个已上线的分站来接手，不能是它自己或它的下级。"))
    }
}

/// Tells the units concerned, and at a hand-over the office that takes over.
async fn tell(tx: &Tx<'_>, facts: &Facts, code: &str, m: &Move<'_>) -> Result<()> {
    let place = facts.region_name(code);
    let all = store::units(tx, &stations::parts(facts, code)).await?.into_iter().map(|(id, ..)| id).collect();
    let (who, words): (Vec<i64>, String) = match m.act {
        Act::Try => (
            stations::named(tx, code).await?,
            format!("{place}分站开始试运行，本单位是试点单位，可以下单了；发现的问题请告诉财政部门。"),
        ),
        Act::Withdraw => (stations::named(tx, code).await?, format!("{place}分站退回筹备，暂时不能下单。")),
        Act::Open => (all, format!("{place}分站正式上线，可以下单了。")),
        Act::Close => {
            let heir = facts.region_name(m.heir);
            (all, format!("{place}分站已关闭，由{heir}分站接手；已经发起的采购继续办完。"))
        }
        Act::Reopen => return Ok(()),
    };
    base::messages::tell_many(tx, &who, Duty::Handler, "/stations/map", &words).await?;
    if m.act == Act::Close {
        let words = format!("{place}分站已关闭，由本级分站接手，请安排承接。理由：{}", m.reason);
        let offices = base::orgs::finance_ladder(tx, &facts.path(m.heir)).await?.into_iter().next().unwrap_or_default();
        base::messages::tell_many(tx, &offices, Duty::Regulator, "/stations/map", &words).await?;
    }
    Ok(())
}

//! Tasks of a station: added, given to somebody, done with what shows it, opened again.
use super::flow::{entry, station};
use super::standard::standard;
use super::store::{self, Task};
use crate::Watch;
use base::access::Actor;
use base::said::{self, File, Said};
use kit::{Fail, Result};
use rules::calendar::{Day, day_of, parse_day, show_day};
use rules::duty::Duty;
use serde_json::json;

/// The matter under which what is said about tasks is kept.
pub(super) const MATTER: &str = "station_task";
/// Most characters of a title.
pub const TITLE_MAX: usize = 100;
/// Most characters of what shows that a task is done.
pub const WORDS_MAX: usize = 2000;
/// Most tasks of one station.
pub const TASKS_MAX: usize = 300;

/// A task somebody adds.
pub struct NewTask<'a> {
    /// Area of work.
    pub area: &'a str,
    /// What is to be done.
    pub title: &'a str,
    /// Due day.
    pub due: Day,
    /// Does the station wait for it?
    pub must: bool,
}

/// Adds a task.
pub async fn add(watch: &Watch, actor: &Actor, code: &str, n: &NewTask<'_>) -> Result<()> {
    actor.must(&[Duty::Regulator])?;
    station(&watch.facts(), actor, code)?;
    if !standard()?.areas().contains(&n.area) {
        return Err(Fail::field("area", "station.area", "请从列表里选工作类别。"));
    }
    watch
        .db()
        .write("station.task", |tx| {
            Box::pin(async move {
                if store::way(tx, code).await?.is_none_or(|w| w.prepared_at.is_none()) {
                    return Err(Fail::refuse("station.not_begun", "还没有启动筹备，请先定计划上线日。"));
                }
                if store::tasks(tx, code).await?.len() >= TASKS_MAX {
                    let words = format!("一个分站最多 {TASKS_MAX} 项任务，请合并后再加。");
                    return Err(Fail::refuse("station.tasks_max", words));
                }
                let t = Task {
                    id: tx.id(),
                    region: code.to_owned(),
                    area: n.area.to_owned(),
                    title: n.title.to_owned(),
                    must: n.must,
                    before: None,
                    due: n.due,
                    owner: None,
                    done: false,
                    done_at: None,
                    version: 1,
                };
                if !store::add_task(tx, &t).await? {
                    return Err(Fail::field("title", "station.same_task", "已经有一项同名的任务没有办结。"));
                }
                let data = json!({"task": t.id.to_string(), "area": t.area, "due": show_day(t.due), "must": t.must});
                tx.journal(entry(code, "station.task_added", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// What somebody does with a task.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// Gives it to a person, or to nobody.
    Assign(Option<i64>),
    /// Gives it another day.
    Due(Day),
    /// Done; words and file say what shows it.
    Done(&'a str, Option<&'a File>),
    /// Not done after all; words say why.
    Reopen(&'a str),
}

impl What<'_> {
    /// Key in the journal and in what was said.
    fn key(self) -> &'static str {
        match self {
            What::Assign(_) => "assign",
            What::Due(_) => "due",
            What::Done(..) => "done",
            What::Reopen(_) => "reopen",
        }
    }
}

/// Words for what was done with a task.
pub(super) fn word(key: &str) -> &'static str {
    match key {
        "assign" => "指定责任人",
        "due" => "改期限",
        "done" => "办结",
        _ => "重新打开",
    }
}

/// Does something with a task.
pub async fn act(watch: &Watch, actor: &Actor, code: &str, id: i64, what: What<'_>) -> Result<()> {
    actor.must(&[Duty::Regulator])?;
    let facts = watch.facts();
    station(&facts, actor, code)?;
    let path: Vec<String> = facts.path(code).into_iter().map(str::to_owned).collect();
    let path = &path;
    watch
        .db()
        .write("station.task", |tx| {
            Box::pin(async move {
                let mut t = store::task(tx, code, id).await?;
                let wrong = |open: bool| match (open, t.done) {
                    (true, true) => Err(Fail::refuse("station.task_done", "这项任务已经办结，要改请先重新打开。")),
                    (false, false) => Err(Fail::refuse("station.task_open", "这项任务还没有办结，请刷新页面。")),
                    _ => Ok(()),
                };
                let mut said = Said { at: tx.now(), org: actor.org, act: what.key().into(), words: String::new(), digest: String::new() };
                match what {
                    What::Assign(owner) => {
                        wrong(true)?;
                        let known = base::orgs::regulators(tx, path).await?;
                        let person = owner.map(|o| known.iter().find(|p| p.person == o));
                        if person.is_some_and(|p| p.is_none()) {
                            return Err(Fail::field("owner", "station.owner", "责任人应是本级或上级财政部门的监管人员。"));
                        }
                        // Whom it was given to stands in the journal as an id; names are not kept among words.
                        said.words = person.flatten().map_or("不指定".into(), |p| p.office.clone());
                        t.owner = owner;
                    }
                    What::Due(day) => {
                        wrong(true)?;
                        said.words = format!("{} 改为 {}", show_day(t.due), show_day(day));
                        (t.due, t.before) = (day, None);
                    }
                    What::Done(words, file) => {
                        wrong(true)?;
                        if let Some(f) = file {
                            said::keep(tx, MATTER, id, f).await?;
                            said.digest.clone_from(&f.digest);
                        }
                        said.words = words.to_owned();
                        (t.done, t.done_at) = (true, Some(tx.now()));
                    }
                    What::Reopen(words) => {
                        wrong(false)?;
                        said.words = words.to_owned();
                        (t.done, t.done_at) = (false, None);
                    }
                }
                store::save_task(tx, &t).await?;
                said::say(tx, MATTER, id, actor.person, &said).await?;
                let data = json!({
                    "task": id.to_string(), "act": what.key(), "owner": t.owner.map(|o| o.to_string()), "due": show_day(t.due),
                    "done": t.done, "evidence": said.digest,
                });
                tx.journal(entry(code, "station.task", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// A day from a form, not long past and not far ahead.
pub(super) fn day(text: &str, now: i64) -> Result<Day> {
    let wrong = || Fail::field("due", "station.due", "期限请写成“年-月-日”，例如 2026-10-30，不早于今天。");
    let day = parse_day(text).ok_or_else(wrong)?;
    let today = day_of(now);
    if (today..=today + super::flow::PLAN_DAYS_MAX).contains(&day) { Ok(day) } else { Err(wrong()) }
}

//! One station: where it stands, what blocks the next step, its units, tasks and record; and the buttons.
use crate::Watch;
use crate::stations::figures::{ahead, bare, gather, judged};
use crate::stations::flow::{self, Move, REASON_MAX, may};
use crate::stations::standard::standard;
use crate::stations::store::{self, Task, Way};
use crate::stations::tasks;
use askama::Template;
use axum::extract::{Path, State as Of};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form};
use base::facts::{Facts, Region};
use base::shell::Shell;
use base::stations::{self, state};
use kit::journal::{self, Recorded};
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::Fen;
use rules::calendar::{Day, day_of, parse_day, show_day, show_time};
use rules::check::{Check, Verdict};
use rules::duty::Duty;
use rules::place::within;
use rules::station::{Act, State, Unit, next};
use std::collections::HashMap;

/// A check with its rule's origin and the page where one does something about it.
struct Line {
    c: Check,
    origin: String,
    link: Option<(String, &'static str)>,
}

struct Todo {
    t: Task,
    due: String,
    late: bool,
    owner: String,
}

struct Event {
    words: String,
    at: String,
    who: String,
}

#[derive(Template)]
#[template(path = "stations/pages/one.html")]
struct Page {
    s: Shell,
    region: Region,
    state: State,
    /// Preparing, and nobody has begun.
    idle: bool,
    way: Way,
    planned: String,
    since: String,
    heir: String,
    /// What is judged: the word of the next step.
    ahead: Option<&'static str>,
    blocking: usize,
    lines: Vec<Line>,
    units: Vec<Unit>,
    tasks: Vec<Todo>,
    open: usize,
    areas: Vec<&'static str>,
    /// Orders of the trial and their sum; None when there was no trial.
    trial: Option<(i64, String)>,
    unfinished: (i64, i64),
    events: Vec<Event>,
    office: bool,
    /// May name units and set the day.
    shaping: bool,
    /// Moves this person can make: key, word.
    acts: Vec<(&'static str, &'static str)>,
    /// Why the next move is not this person's.
    elsewhere: String,
    heirs: Vec<(String, String)>,
    wrong: Option<Refused>,
    typed: Typed,
}

/// What was typed in a form that was refused.
#[derive(Default)]
struct Typed {
    planned: String,
    act: String,
    reason: String,
    heir: String,
    title: String,
    due: String,
    area: String,
}

impl Page {
    /// Tasks that are done, or still to do.
    fn tasks_of(&self, done: bool) -> Vec<&Todo> {
        self.tasks.iter().filter(|d| d.t.done == done).collect()
    }

    fn bad(&self, field: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.field == Some(field))
    }
}

/// Where one does something about a check.
fn place_of(code: &str, check: &str) -> Option<(String, &'static str)> {
    let at = |path: String, word| Some((path, word));
    match check {
        "station.rules" => at(format!("/s/{code}?back=/rules"), "规则查询"),
        "station.trial_units" | "station.units" | "station.duties" => at("#units".into(), "看各单位"),
        "station.budget" => at("/plans".into(), "计划与预算"),
        "station.trained" => at(format!("/golive/{code}/training"), "培训记录"),
        "station.suppliers" => at("/admissions".into(), "入驻审核"),
        "station.shelf" => at(format!("/s/{code}?back=/search"), "看本地商品"),
        "station.tasks" => at("#tasks".into(), "看任务"),
        "station.trial_orders" => at("/orders".into(), "订单"),
        _ => at("/orgs".into(), "单位与账号"),
    }
}

fn event(e: &Recorded, titles: &HashMap<String, String>) -> String {
    let text = |key: &str| e.data[key].as_str().unwrap_or_default().to_owned();
    match e.kind.as_str() {
        "station.prepared" => format!("启动筹备，计划 {} 上线，任务 {} 项", text("planned"), e.data["tasks"]),
        "station.planned" => format!("计划上线日改为 {}", text("planned")),
        "station.unit" => if e.data["named"] == true { "点名一个试点单位" } else { "取消一个试点单位" }.into(),
        "station.task_added" => format!("增加任务“{}”", titles.get(&text("task")).map_or("", String::as_str)),
        "station.task" => {
            format!("任务“{}”{}", titles.get(&text("task")).map_or("", String::as_str), tasks::word(&text("act")))
        }
        "station.trained" => format!("登记培训 {} 人", e.data["people"].as_array().map_or(0, Vec::len)),
        "station.moved" => {
            let word = Act::of(&text("act")).map_or("", |a| a.words().1);
            let reason = text("reason");
            if reason.is_empty() { word.to_owned() } else { format!("{word}：{reason}") }
        }
        other => base::facts::words::say(other).to_owned(),
    }
}

async fn events(watch: &Watch, code: &str, tasks: &[Todo]) -> Result<Vec<Event>> {
    let titles: HashMap<String, String> = tasks.iter().map(|l| (l.t.id.to_string(), l.t.title.clone())).collect();
    let found = journal::about(watch.db(), &format!("station/{code}")).await?;
    let people: Vec<i64> = found.iter().map(|e| e.actor).filter(|a| *a > 0).collect();
    let names = base::orgs::person_names(watch.db(), &people).await?;
    let line = |e: &Recorded| Event {
        words: event(e, &titles),
        at: show_time(e.at),
        who: names.get(&e.actor).cloned().unwrap_or_else(|| "系统".into()),
    };
    Ok(found.iter().rev().map(line).collect())
}

/// The tasks of a station as a page lists them.
async fn listed(watch: &Watch, code: &str, today: Day) -> Result<Vec<Todo>> {
    let found = store::tasks(watch.db(), code).await?;
    let owners: Vec<i64> = found.iter().filter_map(|t| t.owner).collect();
    let names: HashMap<i64, String> = base::orgs::person_names(watch.db(), &owners).await?;
    let line = |t: Task| Todo {
        due: show_day(t.due),
        late: !t.done && t.due < today,
        owner: t.owner.and_then(|o| names.get(&o).cloned()).unwrap_or_default(),
        t,
    };
    let mut all: Vec<Todo> = found.into_iter().map(line).collect();
    all.sort_by_key(|l| (l.t.done, l.t.due, l.t.id));
    Ok(all)
}

async fn page(watch: &Watch, cx: &Cx, code: &str, wrong: Option<Refused>, typed: Typed) -> Result<Page> {
    let (facts, actor, now) = (watch.facts(), cx.actor()?, watch.db().now());
    let region = flow::station(&facts, actor, code)?;
    let (today, state) = (day_of(now), state(&facts, code));
    let found = store::way(watch.db(), code).await?;
    let step = ahead(state, found.as_ref());
    let way = found.unwrap_or_default();
    let mut figures = gather(watch.db(), &facts, now, &[code.to_owned()]).await?.remove(code).unwrap_or_default();
    if step.is_some() {
        figures.bare = bare(watch, &facts, code, today);
    }
    let origin = |c: &Check| facts.rulebook.by_id(c.rule).map_or(String::new(), |r| facts.rule_origin(r));
    let checks = step.map(|act| judged(&facts, code, today, act, &figures)).unwrap_or_default();
    let blocking = checks.iter().filter(|c| c.verdict == Verdict::Block).count();
    let line = |c: Check| Line {
        origin: origin(&c),
        link: Some(&c).filter(|c| c.verdict != Verdict::Pass).and_then(|c| place_of(code, c.code)),
        c,
    };
    let parts = stations::parts(&facts, code);
    let trial = match way.trial_at {
        Some(since) => Some(store::of_trial(watch.db(), &parts, since).await?),
        None => None,
    };
    let tasks = listed(watch, code, today).await?;
    let begun = way.prepared_at.is_some();
    let legal: Vec<Act> = [Act::Try, Act::Open, Act::Withdraw, Act::Close, Act::Reopen]
        .into_iter()
        .filter(|a| next(state, *a).is_some() && (*a != Act::Try || begun))
        .collect();
    let mine: Vec<Act> = legal.iter().copied().filter(|a| may(&facts, actor, code, *a, today)).collect();
    let office = actor.may(Duty::Regulator);
    let elsewhere = match mine.len() == legal.len() || !office {
        true => String::new(),
        false => elsewhere(&facts, code),
    };
    Ok(Page {
        s: Shell::work(cx, format!("{}分站上线", region.name)).await?,
        idle: state == State::Preparing && !begun,
        planned: way.planned.map_or(String::new(), show_day),
        since: region.since.map_or(String::new(), show_day),
        heir: way.heir.as_ref().map_or(String::new(), |h| facts.region_name(h)),
        ahead: step.map(|a| a.words().1),
        blocking,
        lines: checks.into_iter().map(line).collect(),
        units: figures.units,
        events: events(watch, code, &tasks).await?,
        open: tasks.iter().filter(|t| !t.t.done).count(),
        tasks,
        areas: standard()?.areas(),
        trial: trial.map(|(n, sum)| (n, Fen(sum).yuan())),
        unfinished: store::unfinished(watch.db(), &parts).await?,
        office,
        shaping: office && code != facts.root && matches!(state, State::Preparing | State::Trial),
        acts: mine.into_iter().map(Act::words).collect(),
        elsewhere,
        heirs: heirs(&facts, code),
        region,
        state,
        way,
        wrong,
        typed,
    })
}

fn elsewhere(facts: &Facts, code: &str) -> String {
    match facts.region(code).and_then(|r| facts.region(&r.parent)) {
        Some(up) => format!("上线、关闭和重新筹备由上一级财政部门（{}）核准。", up.finance()),
        None => String::new(),
    }
}

/// Live stations that may take over.
fn heirs(facts: &Facts, code: &str) -> Vec<(String, String)> {
    let fit = facts.regions.values().filter(|r| r.kind != "own" && r.state == "live" && !within(&r.code, code));
    // The level above first, then those beside it.
    let mut all: Vec<&Region> = fit.collect();
    all.sort_by_key(|r| (!within(code, &r.code), r.code[..4] != code[..4], r.code.clone()));
    all.into_iter().map(|r| (r.code.clone(), r.name.clone())).collect()
}

pub(super) async fn one(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>) -> Result<Response> {
    web::html(&page(&watch, &cx, &code, None, Typed::default()).await?)
}

/// After a command: back to the page, or the page again with what was typed.
async fn after(watch: &Watch, cx: &Cx, code: &str, did: Result<()>, words: &str, typed: Typed) -> Result<Response> {
    match did {
        Ok(()) => Ok(web::see(&format!("/golive/{code}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(watch, cx, code, Some(*r), typed).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

pub(super) async fn plan(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>, form: Form) -> Result<Response> {
    let typed = Typed { planned: form.get("planned").to_owned(), ..Typed::default() };
    let did = match parse_day(form.get("planned")) {
        Some(day) => flow::plan(&watch, cx.actor()?, &code, day).await,
        None => {
            flow::station(&watch.facts(), cx.actor()?, &code)?;
            Err(Fail::field("planned", "station.planned", "计划上线日请写成“年-月-日”，例如 2026-12-01。"))
        }
    };
    after(&watch, &cx, &code, did, "计划上线日已定，任务期限已按工作日倒排。", typed).await
}

pub(super) async fn units(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>, form: Form) -> Result<Response> {
    flow::station(&watch.facts(), cx.actor()?, &code)?;
    let on = form.get("named") == "1";
    let did = match form.int("unit", "单位") {
        Ok(unit) => flow::name(&watch, cx.actor()?, &code, unit, on).await,
        Err(e) => Err(e),
    };
    after(&watch, &cx, &code, did, if on { "已点名为试点单位。" } else { "已取消试点单位。" }, Typed::default()).await
}

pub(super) async fn act(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>, form: Form) -> Result<Response> {
    flow::station(&watch.facts(), cx.actor()?, &code)?;
    let reason: String = form.get("reason").chars().take(REASON_MAX).collect();
    let heir = form.get("heir").to_owned();
    let did = match Act::of(form.get("act")) {
        Some(act) => flow::act(&watch, cx.actor()?, &code, Move { act, reason: &reason, heir: &heir }).await,
        None => Err(Fail::refuse("station.act", "请用页面上的按钮办理。")),
    };
    let typed =
        Typed { act: form.get("act").to_owned(), reason: reason.clone(), heir: heir.clone(), ..Typed::default() };
    after(&watch, &cx, &code, did, "已办理，状态已改变。", typed).await
}

/// The page again with what was typed about a new task.
pub(super) async fn with_task(watch: &Watch, cx: &Cx, code: &str, did: Result<()>, form: &Form) -> Result<Response> {
    let get = |name: &str| form.get(name).to_owned();
    let typed = Typed { title: get("title"), due: get("due"), area: get("area"), ..Typed::default() };
    after(watch, cx, code, did, "任务已增加。", typed).await
}

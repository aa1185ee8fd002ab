//! Pages of drafts: the list, one draft, choosing a rule, changing it, what past orders say.
mod change;
mod simulated;

use super::flow::{self, BASIS_MAX, Head, TITLE_MAX};
use super::store::{self, Draft, WANTED};
use super::{at_desk, findings};
use crate::Base;
use crate::access::{Actor, Cx, Form, Gate, Routes};
use crate::facts::{Facts, LIST_SHOWN, beyond, scope_words, show_brief, show_value};
use crate::shell::Shell;
use askama::Template;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::response::Response;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{Day, day_of, parse_day, show_day, show_time};
use rules::check::Verdict;
use rules::draft::{Act, State, next, replaced};
use rules::duty::Duty;
use rules::rulebook::{Rule, Scope, Value};

const READERS: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor]);
const WRITERS: Gate = Gate::Any(&[Duty::Regulator]);
const PAGE: usize = 30;

struct Item {
    d: Draft,
    place: String,
    from: String,
    made: String,
}

#[derive(Template)]
#[template(path = "drafts/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
    writer: bool,
    place: String,
    wrong: Option<Refused>,
    title: String,
    basis: String,
    from: String,
    title_max: usize,
    basis_max: usize,
}

async fn list_page(cx: &Cx, wrong: Option<Refused>, typed: [&str; 3]) -> Result<List> {
    let actor = cx.actor()?;
    let facts = cx.base.facts();
    let (found, total) = store::list(cx.base.db(), &actor.scope(), cx.page(), PAGE).await?;
    let item = |d: Draft| Item {
        place: facts.region_name(&d.region),
        from: show_day(d.from),
        made: show_day(day_of(d.made_at)),
        d,
    };
    let [title, basis, from] = typed;
    let from = if from.is_empty() { show_day(day_of(cx.base.db().now()) + 1) } else { from.to_owned() };
    Ok(List {
        s: Shell::work(cx, "规则变更").await?,
        items: found.into_iter().map(item).collect(),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        writer: actor.may(Duty::Regulator),
        place: facts.region_name(&actor.region),
        wrong,
        title: title.to_owned(),
        basis: basis.to_owned(),
        from,
        title_max: TITLE_MAX,
        basis_max: BASIS_MAX,
    })
}

async fn list(cx: Cx) -> Result<Response> {
    web::html(&list_page(&cx, None, [""; 3]).await?)
}

fn head(form: &Form) -> Result<Head> {
    let day = form.get("from");
    let wrong = || Fail::field("from", "form.day", format!("生效日期应写成 2026-12-31，现在是“{day}”。"));
    Ok(Head {
        title: form.need("title", "标题", TITLE_MAX)?.to_owned(),
        basis: form.need("basis", "依据", BASIS_MAX)?.to_owned(),
        from: parse_day(day).ok_or_else(wrong)?,
    })
}

async fn begin(cx: Cx, form: Form) -> Result<Response> {
    let done = match head(&form) {
        Ok(head) => flow::begin(&cx.base, cx.actor()?, &head, None).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(web::see(&format!("/rulebook/{id}"))),
        Err(Fail::Refused(r)) => {
            let typed = [form.get("title"), form.get("basis"), form.get("from")];
            let page = list_page(&cx, Some(*r), typed).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

/// A change as people read it.
struct Shown {
    title: String,
    key: String,
    scope: String,
    now: String,
    origin: String,
    then: String,
    says: Vec<(&'static str, &'static str, String)>,
}

/// What comes and what goes between two long lists; None when a value is told whole.
fn difference(facts: &Facts, key: &str, before: &Value, after: &Value) -> Option<String> {
    let (Value::List(b), Value::List(a)) = (before, after) else { return None };
    if b.len().max(a.len()) <= LIST_SHOWN {
        return None;
    }
    let part =
        |word: &str, l: Vec<String>| if l.is_empty() { String::new() } else { format!("{word} {}；", l.join("、")) };
    let (more, less) = (beyond(facts, key, a, b), beyond(facts, key, b, a));
    if more.is_empty() && less.is_empty() {
        return Some("内容没有变".into());
    }
    Some(format!("{}{}共 {} 项", part("增加", more), part("去掉", less), a.len()))
}

/// A rule's value, or how it differs from the one before, with what it lays on those below.
fn told(facts: &Facts, r: &Rule, before: Option<&Value>) -> String {
    let bound = |n: i64| show_value(facts, &r.key, &Value::Int(n), &r.unit);
    let changed = before.and_then(|b| difference(facts, &r.key, b, &r.value));
    let mut out = changed.unwrap_or_else(|| show_value(facts, &r.key, &r.value, &r.unit));
    if let Some(min) = r.min {
        out.push_str(&format!("；下级不低于 {}", bound(min)));
    }
    if let Some(max) = r.max {
        out.push_str(&format!("；下级不高于 {}", bound(max)));
    }
    if r.fixed {
        out.push_str("；下级不得变更");
    }
    if let Some(to) = r.to {
        out.push_str(&format!("；到 {} 止", show_day(to)));
    }
    out
}

fn shown(base: &Base, facts: &Facts, d: &Draft) -> (Vec<Shown>, Vec<(&'static str, &'static str, String)>) {
    let changes = d.changes();
    let today = day_of(base.db().now());
    let open = matches!(d.state, State::Editing | State::Submitted);
    let found = if open { findings(base, &d.region, d.from, &changes) } else { Vec::new() };
    let says = |n: Option<usize>| -> Vec<(&'static str, &'static str, String)> {
        let mine = found.iter().filter(|f| f.change == n);
        mine.map(|f| (f.verdict.key(), f.verdict.label(), words_with_rule(facts, f.rule, &f.words))).collect()
    };
    let path = facts.path(&d.region);
    let one = |(n, line): (usize, &store::Line)| {
        let c = &line.change;
        let like = c.set.as_ref().map(|set| c.version(set, 0, &d.region, d.from, ("", "")));
        let own = at_desk(facts, &facts.rulebook, &d.region, (d.from, today), |desk| replaced(desk, c).cloned());
        let holding = facts.rulebook.resolve(&c.key, &path, &c.scope(), d.from);
        let (now, origin) = match (&line.was, open, &holding) {
            (Some(was), false, _) => (show_brief(facts, &c.key, &was.value, &was.unit), "发布前本级的规定".into()),
            (None, false, _) => ("（按上级规定）".into(), String::new()),
            (_, true, Some(e)) => (
                show_brief(facts, &c.key, &e.value, &e.rule.unit),
                format!("{}规定", facts.region_name(&e.rule.region)),
            ),
            (_, true, None) => ("（没有规定）".into(), String::new()),
        };
        let about = like.as_ref().or(own.as_ref());
        let before = match &line.was {
            Some(was) if !open => Some(&was.value),
            _ => holding.as_ref().filter(|_| open).map(|e| &e.value),
        };
        Shown {
            title: facts.key_title(&c.key).to_owned(),
            key: c.key.clone(),
            scope: about.map_or("全部".into(), |r| scope_words(facts, r)),
            now,
            origin,
            then: like.as_ref().map_or("取消本级规定，按上级规定执行".into(), |r| told(facts, r, before)),
            says: says(Some(n)),
        }
    };
    (d.lines.iter().enumerate().map(one).collect(), says(None))
}

fn words_with_rule(facts: &Facts, rule: i64, words: &str) -> String {
    match facts.rulebook.by_id(rule) {
        Some(r) => format!("{words}（{}）", facts.rule_origin(r)),
        None => words.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "drafts/pages/draft.html")]
struct Page {
    s: Shell,
    d: Draft,
    wrong: Option<Refused>,
    place: String,
    from: String,
    changes: Vec<Shown>,
    says: Vec<(&'static str, &'static str, String)>,
    blocked: bool,
    editing: bool,
    mine: bool,
    acts: Vec<(&'static str, &'static str, &'static str)>,
    simulating: bool,
    outcome: Option<simulated::Summary>,
    made: String,
    decided: String,
    by: String,
    decider: String,
    undo: bool,
    title_max: usize,
    basis_max: usize,
}

/// Buttons: key, act, words, kind.
const ACTS: [(&str, Act, &str, &str); 4] = [
    ("submit", Act::Submit, "提交审核", "seal"),
    ("publish", Act::Publish, "审核通过，发布", "seal"),
    ("return", Act::Return, "退回修改", "danger"),
    ("drop", Act::Drop, "撤销这份变更", "danger"),
];

/// What this person may do with a draft now.
fn acts(facts: &Facts, actor: &Actor, d: &Draft, today: Day) -> Vec<(&'static str, &'static str, &'static str)> {
    if d.region != actor.region || !actor.may(Duty::Regulator) {
        return Vec::new();
    }
    let second = facts.rule("rulebook.second_person", &d.region, &Scope::default(), today).and_then(|e| e.flag());
    let fits = |act: Act| match (act, second.unwrap_or(true)) {
        (Act::Publish, true) => d.state == State::Submitted && d.made_by != actor.person,
        (Act::Submit, false) => false,
        _ => true,
    };
    let legal = ACTS.into_iter().filter(|(_, act, ..)| next(d.state, *act).is_some() && fits(*act));
    legal.map(|(key, _, words, kind)| (key, words, kind)).collect()
}

async fn page(cx: &Cx, id: i64, wrong: Option<Refused>) -> Result<Page> {
    let actor = cx.actor()?;
    let d = store::load(cx.base.db(), &actor.scope(), id).await?;
    let facts = cx.base.facts();
    let (changes, says) = shown(&cx.base, &facts, &d);
    let bad = |list: &[(&'static str, &'static str, String)]| list.iter().any(|s| s.0 == Verdict::Block.key());
    let people: Vec<i64> = [Some(d.made_by), d.decided_by].into_iter().flatten().collect();
    let names = crate::orgs::person_names(cx.base.db(), &people).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let mine = d.region == actor.region && actor.may(Duty::Regulator);
    Ok(Page {
        s: Shell::work(cx, format!("规则变更 {}", d.number)).await?,
        wrong,
        place: facts.region_name(&d.region),
        from: show_day(d.from),
        blocked: bad(&says) || changes.iter().any(|c| bad(&c.says)),
        changes,
        says,
        editing: mine && d.state == State::Editing,
        mine,
        acts: acts(&facts, actor, &d, day_of(cx.base.db().now())),
        simulating: d.simulated == WANTED,
        outcome: simulated::summary(&d.simulated),
        made: show_time(d.made_at),
        decided: d.decided_at.map_or(String::new(), show_time),
        by: name(d.made_by),
        decider: d.decided_by.map_or(String::new(), name),
        undo: mine && d.state == State::Published,
        title_max: TITLE_MAX,
        basis_max: BASIS_MAX,
        d,
    })
}

async fn one(cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&cx, id, None).await?)
}

/// Back to the draft, or the draft with what was wrong.
async fn answered(cx: &Cx, id: i64, done: Result<()>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/rulebook/{id}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(cx, id, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn describe(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let done = match head(&form) {
        Ok(head) => flow::describe(&cx.base, cx.actor()?, id, &head).await,
        Err(e) => Err(e),
    };
    answered(&cx, id, done, "已保存。").await
}

async fn take_out(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let done = match form.get("n").parse() {
        Ok(n) => flow::take_out(&cx.base, cx.actor()?, id, n).await,
        Err(_) => Err(Fail::refuse("rulebook.gone", "请用页面上的按钮删除。")),
    };
    answered(&cx, id, done, "已删去这一条。").await
}

async fn want(cx: Cx, Path(id): Path<i64>, _form: Form) -> Result<Response> {
    let done = flow::want(&cx.base, cx.actor()?, id).await;
    answered(&cx, id, done, "正在用过去 12 个月的订单试算，刷新本页看结果。").await
}

async fn act(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let words: String = form.get("words").chars().take(500).collect();
    let done = match ACTS.iter().find(|(key, ..)| *key == form.get("act")) {
        Some((_, act, ..)) => flow::act(&cx.base, cx.actor()?, id, *act, &words).await,
        None => Err(Fail::refuse("rulebook.act", "请用页面上的按钮办理。")),
    };
    answered(&cx, id, done, "已办理。").await
}

async fn undo(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let done = match head(&form) {
        Ok(head) => flow::begin(&cx.base, cx.actor()?, &head, Some(id)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(made) => {
            let words = percent("已起草撤回：请核对后提交审核。");
            Ok(web::see(&format!("/rulebook/{made}?done={words}")))
        }
        Err(e) => answered(&cx, id, Err(e), "").await,
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
{
    Routes::default()
        .get("/rulebook", READERS, list)
        .post("/rulebook", WRITERS, begin)
        .get("/rulebook/{id}", READERS, one)
        .post("/rulebook/{id}", WRITERS, describe)
        .get("/rulebook/{id}/pick", WRITERS, change::pick)
        .get("/rulebook/{id}/change", WRITERS, change::form)
        .post("/rulebook/{id}/change", WRITERS, change::put)
        .post("/rulebook/{id}/remove", WRITERS, take_out)
        .post("/rulebook/{id}/simulate", WRITERS, want)
        .get("/rulebook/{id}/simulated", READERS, simulated::page)
        .post("/rulebook/{id}/act", WRITERS, act)
        .post("/rulebook/{id}/undo", WRITERS, undo)
}

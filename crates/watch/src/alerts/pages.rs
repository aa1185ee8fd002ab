//! Pages of leads: the list, one lead with its record, the rules with how well they do.
use super::flow::{self, ACTS, MATTER, may};
use super::shadow;
use super::store::{self, Alert, Tally};
use crate::Watch;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Gate, Routes, Upload};
use base::facts::Facts;
use base::facts::pages::show_value;
use base::said::Spoken;
use base::shell::Shell;
use kit::text::{percent, sha256};
use kit::{Fail, Result, web};
use rules::Fen;
use rules::alert::{Level, RULES, Rule, Topic, rule};
use rules::calendar::{Day, day_of, show_time};
use rules::duty::Duty;
use rules::rulebook::Scope;

const READERS: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor, Duty::Signer, Duty::SupplierAdmin, Duty::Centre]);
const ACTORS: Gate = Gate::Any(&[Duty::Regulator, Duty::Signer, Duty::SupplierAdmin, Duty::Centre]);
const OFFICE: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor]);
const PAGE: usize = 30;
/// Lists longer than this are not written out.
const LIST_SHOWN: usize = 8;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

struct Item {
    a: Alert,
    org: String,
    title: &'static str,
    raised: String,
    due: String,
    late: bool,
}

async fn items(watch: &Watch, list: Vec<Alert>) -> Result<Vec<Item>> {
    let names = base::orgs::names(watch.db(), &list.iter().map(|a| a.org).collect::<Vec<_>>()).await?;
    let now = watch.db().now();
    let item = |a: Alert| Item {
        org: names.get(&a.org).cloned().unwrap_or_default(),
        title: rule(&a.rule).map_or("其他", |r| r.title),
        raised: show_time(a.raised_at),
        due: a.due.map_or(String::new(), show_time),
        late: !a.state.over() && a.due.is_some_and(|d| d < now),
        a,
    };
    Ok(list.into_iter().map(item).collect())
}

#[derive(Template)]
#[template(path = "alerts/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
    rule: String,
    office: bool,
}

async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let only = cx.param("rule").to_owned();
    let (found, total) = store::list(watch.db(), &flow::reach(actor), &only, cx.page(), PAGE).await?;
    web::html(&List {
        s: Shell::work(&cx, "动态预警").await?,
        items: items(&watch, found).await?,
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        rule: only,
        office: actor.may(Duty::Regulator) || actor.may(Duty::Auditor),
    })
}

fn what(act: &str) -> &'static str {
    match act {
        "ask" => "请对方说明",
        "explain" => "说明",
        "escalate" => "转上级督办",
        "justify" => "办结：有正当理由",
        "correct" => "办结：已纠正",
        _ => "办结：作诚信处理",
    }
}

#[derive(Template)]
#[template(path = "alerts/pages/alert.html")]
struct Page {
    s: Shell,
    wrong: Option<String>,
    typed: String,
    i: Item,
    about: Option<Line>,
    links: Vec<String>,
    steps: Vec<Spoken>,
    acts: Vec<(&'static str, &'static str)>,
    sanction: bool,
}

async fn page(watch: &Watch, cx: &Cx, id: i64, wrong: Option<String>, typed: &str) -> Result<Page> {
    let actor = cx.actor()?;
    let a = store::load(watch.db(), &flow::reach(actor), id).await?;
    let acts: Vec<_> = ACTS.iter().filter(|(_, act, _)| may(actor, &a, *act)).map(|(k, _, w)| (*k, *w)).collect();
    Ok(Page {
        s: Shell::work(cx, format!("预警 {}", a.number)).await?,
        wrong,
        typed: typed.to_owned(),
        about: rule(&a.rule).map(|r| line(&watch.facts(), &a.region, day_of(a.raised_at), r)),
        links: a.evidence.split_whitespace().map(str::to_owned).collect(),
        steps: base::said::spoken(watch.db(), MATTER, id).await?,
        sanction: acts.iter().any(|(k, _)| *k == "sanction"),
        acts,
        i: items(watch, vec![a]).await?.remove(0),
    })
}

async fn one(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&watch, &cx, id, None, "").await?)
}

async fn act(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let words: String = form.get("words").trim().chars().take(2000).collect();
    let digest = upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes]));
    match flow::act(&watch, cx.actor()?, id, form.get("act"), &words, &digest).await {
        Ok(()) => Ok(web::see(&format!("/alerts/{id}?done={}", percent("已办理，并通知了对方。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&watch, &cx, id, Some(r.words), &words).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// A parameter of a rule as it holds at the reader's place.
struct Parameter {
    key: &'static str,
    title: String,
    value: String,
}

struct Line {
    r: &'static Rule,
    formula: String,
    parameters: Vec<Parameter>,
    t: Tally,
    raised: i64,
    closed: i64,
    precision: String,
    /// On seeded cases: precision and recall, percent; None for a rule that has none.
    seeded: Option<(String, String)>,
}

/// A choice of the filter: key, name, how many rules, is it chosen?
type Choice = (&'static str, &'static str, usize, bool);

#[derive(Template)]
#[template(path = "alerts/pages/rules.html")]
struct Rules {
    s: Shell,
    groups: Vec<(Topic, Vec<Line>)>,
    topics: Vec<Choice>,
    levels: Vec<Choice>,
    hit: bool,
    all: usize,
    shown: usize,
}

/// Keys in braces of a formula, each once.
fn keys(formula: &'static str) -> Vec<&'static str> {
    let mut out: Vec<&str> = Vec::new();
    for key in formula.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        if !out.contains(&key) {
            out.push(key);
        }
    }
    out
}

/// A rule for people: its formula with what the parameters are at a place, by their names where that is not one number.
fn line(facts: &Facts, region: &str, day: Day, r: &'static Rule) -> Line {
    let (mut formula, mut parameters) = (r.formula.to_owned(), Vec::new());
    for key in keys(r.formula) {
        let title = facts.key_title(key).to_owned();
        // Where the rulebook speaks only of some goods or sums, there is no one value to show.
        let found = facts.rule(key, region, &ANY, day).filter(|e| e.list().is_none_or(|l| l.len() <= LIST_SHOWN));
        let number = found.as_ref().and_then(|e| Some((e.int()?, e.rule.unit.as_str())));
        let inline = match number {
            Some((n, "fen")) => Fen(n).yuan(),
            Some((n, _)) => n.to_string(),
            None => format!("〔{title}〕"),
        };
        formula = formula.replace(&format!("{{{key}}}"), &inline);
        let value =
            found.map_or("按品目、金额或方式规定".to_owned(), |e| show_value(&e.value, &e.rule.unit));
        parameters.push(Parameter { key, title, value });
    }
    Line { r, formula, parameters, t: Tally::default(), raised: 0, closed: 0, precision: String::new(), seeded: None }
}

async fn rules(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let (tallies, ends) = (store::tallies(watch.db()).await?, store::ends(watch.db()).await?);
    let (facts, day) = (watch.facts(), day_of(watch.db().now()));
    let region = cx.actor()?.region.clone();
    let (topic, level, hit) = (cx.param("topic").to_owned(), cx.param("level").to_owned(), cx.param("hit") == "1");
    let hits = |r: &Rule| tallies.get(r.id).is_some_and(|t| t.hits > 0);
    let fits = |r: &&&'static Rule| {
        (topic.is_empty() || Topic::of(r.id).key() == topic)
            && (level.is_empty() || r.level.key() == level)
            && (!hit || hits(r))
    };
    let full = |r: &'static Rule| {
        let (raised, justified, right) = ends.get(r.id).copied().unwrap_or_default();
        let closed = justified + right;
        let precision = if closed == 0 { "—".into() } else { format!("{}%", right * 100 / closed) };
        let t = tallies.get(r.id).cloned().unwrap_or_default();
        let part = |n: u64| format!("{}.{}%", n / 10, n % 10);
        let seeded = shadow::held().get(r.id).map(|q| (part(q.precision()), part(q.recall())));
        Line { t, raised, closed, precision, seeded, ..line(&facts, &region, day, r) }
    };
    let count = |f: &dyn Fn(&Rule) -> bool| RULES.iter().filter(|r| f(r)).count();
    let topics = Topic::ALL.map(|t| (t.key(), t.label(), count(&|r| Topic::of(r.id) == t), t.key() == topic));
    let levels = [Level::Red, Level::Orange, Level::Yellow];
    let levels = levels.map(|l| (l.key(), l.label(), count(&|r| r.level == l), l.key() == level));
    let chosen: Vec<&'static Rule> = RULES.iter().filter(fits).copied().collect();
    let of = |t: Topic| chosen.iter().filter(|r| Topic::of(r.id) == t).map(|r| full(r)).collect::<Vec<_>>();
    web::html(&Rules {
        s: Shell::work(&cx, "预警规则").await?,
        groups: Topic::ALL.map(|t| (t, of(t))).into_iter().filter(|(_, l)| !l.is_empty()).collect(),
        topics: topics.to_vec(),
        levels: levels.to_vec(),
        hit,
        all: RULES.len(),
        shown: chosen.len(),
    })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/alerts", READERS, list)
        .get("/alerts/rules", OFFICE, rules)
        .get("/alerts/{id}", READERS, one)
        .post("/alerts/{id}", ACTORS, act)
}

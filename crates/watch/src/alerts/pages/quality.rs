//! The rules of leads, with their parameters at the reader's place and how well they do.
use crate::Watch;
use crate::alerts::shadow;
use crate::alerts::store::{self, Ends, Tally};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::facts::{Facts, show_value};
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::alert::{Level, RULES, Rule, Topic};
use rules::calendar::{Day, day_of};
use rules::rulebook::Scope;

/// Lists longer than this are not written out.
const LIST_SHOWN: usize = 8;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// A parameter of a rule as it holds at the reader's place.
pub(super) struct Parameter {
    pub(super) key: &'static str,
    pub(super) title: String,
    pub(super) value: String,
}

/// A rule with how it did.
pub(super) struct Line {
    pub(super) r: &'static Rule,
    pub(super) formula: String,
    pub(super) parameters: Vec<Parameter>,
    t: Tally,
    ends: Ends,
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

/// Does a parameter have other values for some goods, sums or ways of buying?
fn narrower(facts: &Facts, region: &str, day: Day, key: &str) -> bool {
    let path = facts.path(region);
    facts.rulebook.all(key).iter().filter(|r| r.in_force(day) && path.contains(&r.region.as_str())).any(|r| {
        let ways = r.mode.is_some() || r.form.is_some() || r.category.is_some();
        ways || r.amount_from.is_some() || r.amount_below.is_some()
    })
}

/// A rule for people: its formula with what the parameters are at a place, by their names where that is not one number.
pub(super) fn line(facts: &Facts, region: &str, day: Day, r: &'static Rule) -> Line {
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
        let more = found.is_some() && narrower(facts, region, day, key);
        let value = found
            .map_or("按品目、金额或方式规定".to_owned(), |e| show_value(facts, key, &e.value, &e.rule.unit));
        let value = if more { format!("{value}（部分品目、金额或方式另有规定）") } else { value };
        parameters.push(Parameter { key, title, value });
    }
    Line { r, formula, parameters, t: Tally::default(), ends: Ends::default(), precision: String::new(), seeded: None }
}

pub(super) async fn rules(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
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
        let ends = ends.get(r.id).copied().unwrap_or_default();
        let precision = if ends.closed == 0 { "—".into() } else { format!("{}%", ends.right * 100 / ends.closed) };
        let t = tallies.get(r.id).cloned().unwrap_or_default();
        let part = |n: u64| format!("{}.{}%", n / 10, n % 10);
        let seeded = shadow::held().get(r.id).map(|q| (part(q.precision()), part(q.recall())));
        Line { t, ends, precision, seeded, ..line(&facts, &region, day, r) }
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

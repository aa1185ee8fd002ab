//! What is known of stations before they move, counted from what is really there: rules in force, people, plans, suppliers, tasks.
use super::store::{self, Way};
use crate::Watch;
use base::facts::Facts;
use base::stations;
use kit::{Query, Result};
use rules::calendar::{Day, day_of, year_of};
use rules::check::{Check, blocked};
use rules::duty::Duties;
use rules::rulebook::Scope;
use rules::station::{self, Act, Figures, Param, Params, State, Unit, coverage, lacking};
use std::collections::{BTreeMap, HashSet};

const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// The level above a station: by its rules a station is measured, so that nobody eases them for himself.
pub(super) fn above<'a>(facts: &'a Facts, code: &'a str) -> &'a str {
    match facts.region(code) {
        Some(r) if !r.parent.is_empty() => &r.parent,
        _ => code,
    }
}

/// What the rulebook wants of a station.
pub(super) fn params(facts: &Facts, code: &str, today: Day) -> Params {
    let get = |key: &str, or: i64| match facts.rule(key, above(facts, code), &ANY, today) {
        Some(e) => Param { value: e.int().unwrap_or(or), rule: e.rule.id },
        None => Param { value: or, rule: 0 },
    };
    Params {
        suppliers_min: get("station.suppliers_min", 1),
        duties_percent: get("station.duties_percent", 100),
        trained_percent: get("station.trained_percent", 100),
        budget_percent: get("station.budget_percent", 100),
        trial_orders_min: get("station.trial_orders_min", 1),
    }
}

/// From which day on a training record counts.
pub(super) fn trained_since(facts: &Facts, code: &str, today: Day) -> Day {
    let years = facts.number("station.training_years", above(facts, code), &ANY, today, 3);
    today - (years.clamp(0, 100) * 365) as Day
}

/// Rules that a purchase needs: how many, titles of those not in force at a station, how many it set itself.
fn rules_of(facts: &Facts, code: &str, today: Day) -> (usize, Vec<String>, usize) {
    let listed = facts.rule("station.required_rules", above(facts, code), &ANY, today);
    let keys = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    let path = facts.path(code);
    let here = |key: &str, own: bool| {
        let fits = |r: &rules::rulebook::Rule| match own {
            true => r.region == code,
            false => path.contains(&r.region.as_str()),
        };
        facts.rulebook.all(key).iter().any(|r| r.in_force(today) && fits(r))
    };
    let missing = keys.iter().filter(|k| !here(k, false)).map(|k| facts.key_title(k).to_owned()).collect();
    (keys.len(), missing, keys.iter().filter(|k| here(k, true)).count())
}

/// Prefixes of the catalogue at a station: what the mall trades there, and what is bought from fixed suppliers.
fn catalogue(facts: &Facts, code: &str, today: Day) -> Vec<String> {
    let list = |key: &str| {
        facts.rule(key, code, &ANY, today).and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default()
    };
    let mut all = list("catalogue.member");
    all.extend(list("catalogue.fixed"));
    all.sort();
    all.dedup();
    all
}

/// Counts for some stations at once; on each the trial's orders only while it runs.
pub(super) async fn gather(
    q: &dyn Query,
    facts: &Facts,
    now: i64,
    list: &[String],
) -> Result<BTreeMap<String, Figures>> {
    if list.is_empty() {
        return Ok(BTreeMap::new());
    }
    let today = day_of(now);
    let regions: Vec<String> = list.iter().flat_map(|c| stations::parts(facts, c)).collect();
    let mut units = units(q, facts, today, &regions, list).await?;
    let (offices, suppliers, ways) = (store::offices(q).await?, store::reaches(q).await?, store::ways(q).await?);
    let mut tasks: BTreeMap<String, Vec<store::Task>> = BTreeMap::new();
    for t in store::needed_tasks(q, list).await? {
        tasks.entry(t.region.clone()).or_default().push(t);
    }
    let began = |code: &String| ways.get(code).filter(|w| w.live_at.is_none()).and_then(|w| w.trial_at);
    let trials: Vec<_> = list.iter().filter_map(|c| Some((stations::parts(facts, c), began(c)?))).collect();
    let mut trial_orders: BTreeMap<&str, i64> = BTreeMap::new();
    let found = store::of_trials(q, &trials).await?;
    for (region, n) in &found {
        *trial_orders.entry(stations::station_of(facts, region)).or_default() += n;
    }
    let mut out = BTreeMap::new();
    for code in list {
        let (rules_needed, rules_missing, rules_own) = rules_of(facts, code, today);
        let office = |at: &str| offices.get(at).copied().unwrap_or_default();
        let wanted = catalogue(facts, code, today);
        let least = params(facts, code, today).suppliers_min.value;
        let (counts, reaching) = coverage(&suppliers, code, &wanted, least);
        let thin = wanted.iter().zip(&counts).filter(|(_, n)| **n < least);
        let tasks = tasks.remove(code).unwrap_or_default();
        let figures = Figures {
            regulators: office(code).0,
            regulators_above: office(above(facts, code)).0,
            centre: facts.path(code).iter().rev().map(|at| office(at).1).find(|n| *n > 0).unwrap_or(0),
            rules_needed,
            rules_missing,
            rules_own,
            units: units.remove(code).unwrap_or_default(),
            categories: wanted.len(),
            thin: thin.map(|(c, n)| (facts.category_name(c), *n)).collect(),
            suppliers: reaching,
            bare: Vec::new(),
            must: tasks.len(),
            must_open: tasks.iter().filter(|t| !t.done).map(|t| t.title.clone()).collect(),
            trial_orders: trial_orders.get(code.as_str()).copied().unwrap_or(0),
        };
        out.insert(code.clone(), figures);
    }
    Ok(out)
}

/// The units of each station with what they have.
async fn units(
    q: &dyn Query,
    facts: &Facts,
    today: Day,
    regions: &[String],
    list: &[String],
) -> Result<BTreeMap<String, Vec<Unit>>> {
    let mut people: BTreeMap<i64, Vec<(i64, Duties)>> = BTreeMap::new();
    for b in store::buyers(q, regions).await? {
        people.entry(b.unit).or_default().push((b.person, b.duties));
    }
    // The longest time for which a record counts somewhere is asked for; each station then takes its own.
    let since = list.iter().map(|c| trained_since(facts, c, today)).min().unwrap_or(today);
    let trained: HashSet<(i64, i64)> = store::trained(q, regions, since).await?.into_iter().collect();
    let equipped = store::equipped(q, regions, year_of(today).into()).await?;
    let named: HashSet<i64> = stations::named_of(q, list).await?.into_iter().collect();
    let mut out: BTreeMap<String, Vec<Unit>> = BTreeMap::new();
    for (org, name, region) in store::units(q, regions).await? {
        let own = people.remove(&org).unwrap_or_default();
        let (plans, addresses) = equipped.get(&org).copied().unwrap_or_default();
        let unit = Unit {
            org,
            name,
            named: named.contains(&org),
            lacking: lacking(&own.iter().map(|(_, d)| *d).collect::<Vec<_>>()),
            buyers: own.len() as i64,
            trained: own.iter().filter(|(p, _)| trained.contains(&(org, *p))).count() as i64,
            plans,
            addresses,
        };
        out.entry(stations::station_of(facts, &region).to_owned()).or_default().push(unit);
    }
    Ok(out)
}

/// Categories of goods with nothing on the shelf that is delivered to a station, by name.
pub(super) fn bare(watch: &Watch, facts: &Facts, code: &str, today: Day) -> Vec<String> {
    let wanted = catalogue(facts, code, today);
    let goods = wanted.iter().filter(|c| c.starts_with('A'));
    let empty = |c: &&String| {
        let q = search::Query {
            category: Some((*c).clone()),
            region: Some(code.to_owned()),
            page: 1,
            size: 1,
            ..search::Query::default()
        };
        watch.engine().search(&q).total == 0
    };
    goods.filter(empty).map(|c| facts.category_name(c)).collect()
}

/// The move a station makes next on its way to going live; None when it is live, closed, or preparing has not begun.
pub(super) fn ahead(state: State, way: Option<&Way>) -> Option<Act> {
    match state {
        State::Preparing => way.filter(|w| w.prepared_at.is_some()).map(|_| Act::Try),
        State::Trial => Some(Act::Open),
        State::Live | State::Closed => None,
    }
}

/// What speaks for and against a move of a station.
pub(super) fn judged(facts: &Facts, code: &str, today: Day, act: Act, f: &Figures) -> Vec<Check> {
    station::judge(act, f, &params(facts, code, today))
}

/// How many things block the next move.
pub(super) fn blockers(facts: &Facts, code: &str, today: Day, act: Act, f: &Figures) -> usize {
    let found = judged(facts, code, today, act, f);
    found.iter().filter(|c| blocked(std::slice::from_ref(c))).count()
}

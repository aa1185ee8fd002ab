//! All stations of an office's area on one page: the map, and a table that can be filtered, sorted and taken away.
use super::map::{IDLE, Map, stands};
use crate::Watch;
use crate::stations::figures::{ahead, blockers, gather, trained_since};
use crate::stations::store::{self, Counts, Tally, Way};
use askama::Template;
use axum::extract::State as Of;
use axum::response::Response;
use base::access::Cx;
use base::facts::{Facts, Region};
use base::shell::Shell;
use base::stations::{self, state};
use kit::{Result, sheet, web};
use rules::calendar::{day_of, show_day};
use rules::place::prefix;
use rules::station::{State, coverage};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// Stations of one page; the file has all.
const PAGE: usize = 40;

/// A station as the table shows it.
struct Row {
    code: String,
    name: String,
    city: String,
    state: State,
    /// Preparing, and nobody has begun.
    idle: bool,
    planned: String,
    since: String,
    tasks: Tally,
    /// How much blocks the next step; None when there is none.
    blockers: Option<usize>,
    units: i64,
    buyers: i64,
    trained: i64,
    suppliers: i64,
    heir: String,
}

impl Row {
    fn word(&self) -> &'static str {
        if self.idle { IDLE.1 } else { self.state.label() }
    }

    fn blocked(&self) -> String {
        self.blockers.map_or("—".into(), |n| n.to_string())
    }
}

/// Columns by which the table is sorted: key, heading.
const SORTS: [(&str, &str); 9] = [
    ("name", "分站"),
    ("state", "状态"),
    ("planned", "计划上线"),
    ("since", "上线日期"),
    ("open", "未办任务"),
    ("late", "逾期"),
    ("blockers", "阻碍"),
    ("trained", "培训人数"),
    ("suppliers", "供应商"),
];

/// What a column is called in the file.
const HEADINGS: [&str; 16] = [
    "代码",
    "分站",
    "所属",
    "状态",
    "计划上线日",
    "上线日",
    "任务",
    "未办任务",
    "逾期任务",
    "阻碍",
    "采购单位",
    "采购人员",
    "培训人数",
    "供应商",
    "接手分站",
    "截至",
];

#[derive(Template)]
#[template(path = "stations/pages/overview.html")]
struct Page {
    s: Shell,
    map: Option<Map>,
    rows: Vec<Row>,
    /// How many fit, of how many.
    fit: usize,
    all: usize,
    page: usize,
    pages: usize,
    /// The address of the other pages, to be followed by their number.
    more: String,
    /// Key of the filter, word, how many.
    counts: Vec<(&'static str, &'static str, usize)>,
    /// Key, heading, address, direction when it is the one.
    heads: Vec<(&'static str, &'static str, String, &'static str)>,
    state: String,
    only: String,
    city: String,
    cities: Vec<(String, String)>,
    file: String,
}

/// Counts by station over all units of an area.
async fn counts(watch: &Watch, facts: &Facts, area: &str) -> Result<BTreeMap<String, Counts>> {
    let since = trained_since(facts, &facts.root, day_of(watch.db().now()));
    let mut out: BTreeMap<String, Counts> = BTreeMap::new();
    for (region, n) in store::counts(watch.db(), area, since).await? {
        let c = out.entry(stations::station_of(facts, &region).to_owned()).or_default();
        *c = Counts { units: c.units + n.units, buyers: c.buyers + n.buyers, trained: c.trained + n.trained };
    }
    Ok(out)
}

/// The stations of an area with everything that is known of them.
async fn rows(
    watch: &Watch,
    facts: &Facts,
    ways: &BTreeMap<String, Way>,
    area: &str,
    list: &[Region],
) -> Result<Vec<Row>> {
    let (db, now) = (watch.db(), watch.db().now());
    let today = day_of(now);
    let tallies = store::tallies(db, prefix(&facts.root), today).await?;
    let next = |r: &Region| ahead(state(facts, &r.code), ways.get(&r.code));
    let begun: Vec<String> = list.iter().filter(|r| next(r).is_some()).map(|r| r.code.clone()).collect();
    let (figures, reaches) = (gather(db, facts, now, &begun).await?, store::reaches(db).await?);
    let counted = counts(watch, facts, area).await?;
    let row = |r: &Region| {
        let way = ways.get(&r.code);
        let c = counted.get(&r.code).copied().unwrap_or_default();
        let found = next(r).and_then(|act| Some((act, figures.get(&r.code)?)));
        Row {
            code: r.code.clone(),
            name: r.name.clone(),
            city: facts.region_name(&r.parent),
            state: state(facts, &r.code),
            idle: stands(facts, ways, &r.code) == IDLE,
            planned: way.and_then(|w| w.planned).map_or("—".into(), show_day),
            since: r.since.map_or("—".into(), show_day),
            tasks: tallies.get(&r.code).cloned().unwrap_or_default(),
            blockers: found.map(|(act, f)| blockers(facts, &r.code, today, act, f)),
            units: c.units,
            buyers: c.buyers,
            trained: c.trained,
            suppliers: coverage(&reaches, &r.code, &[], 1).1,
            heir: way.and_then(|w| w.heir.as_ref()).map_or(String::new(), |h| facts.region_name(h)),
        }
    };
    Ok(list.iter().map(row).collect())
}

/// Sorts by a column; what has no value stands behind.
fn sort(rows: &mut [Row], key: &str, down: bool) {
    let order = |s: State| State::ALL.iter().position(|x| *x == s).unwrap_or(0);
    match key {
        "state" => rows.sort_by_key(|r| (order(r.state), r.idle, r.code.clone())),
        "planned" => rows.sort_by_key(|r| (r.planned == "—", r.planned.clone(), r.code.clone())),
        "since" => rows.sort_by_key(|r| (r.since == "—", r.since.clone(), r.code.clone())),
        "open" => rows.sort_by_key(|r| (Reverse(r.tasks.open), r.code.clone())),
        "late" => rows.sort_by_key(|r| (Reverse(r.tasks.late), r.code.clone())),
        "blockers" => rows.sort_by_key(|r| (Reverse(r.blockers), r.code.clone())),
        "trained" => rows.sort_by_key(|r| (Reverse(r.trained), r.code.clone())),
        "suppliers" => rows.sort_by_key(|r| (Reverse(r.suppliers), r.code.clone())),
        "name" => rows.sort_by(|a, b| a.code.cmp(&b.code)),
        // What is on its way first: there is something to do.
        _ => rows.sort_by_key(|r| {
            let moving = r.state == State::Trial || r.state == State::Preparing && !r.idle;
            (!moving, r.code.clone())
        }),
    }
    if down {
        rows.reverse();
    }
}

fn file(rows: &[Row], until: &str) -> Result<Response> {
    let mut out = vec![HEADINGS.map(str::to_owned).to_vec()];
    for r in rows {
        out.push(vec![
            r.code.clone(),
            r.name.clone(),
            r.city.clone(),
            r.word().to_owned(),
            r.planned.clone(),
            r.since.clone(),
            r.tasks.all.to_string(),
            r.tasks.open.to_string(),
            r.tasks.late.to_string(),
            r.blocked(),
            r.units.to_string(),
            r.buyers.to_string(),
            r.trained.to_string(),
            r.suppliers.to_string(),
            r.heir.clone(),
            until.to_owned(),
        ]);
    }
    Ok(web::download(&format!("stations-{until}.csv"), web::CSV, sheet::csv_of(&out)?))
}

/// The address of this page with other words in it.
fn link(cx: &Cx, change: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for key in ["state", "only", "city", "sort", "down", "format"] {
        let value = change.iter().find(|(k, _)| *k == key).map_or_else(|| cx.param(key), |(_, v)| v);
        if !value.is_empty() {
            parts.push(format!("{key}={}", kit::text::percent(value)));
        }
    }
    if parts.is_empty() { "/golive".into() } else { format!("/golive?{}", parts.join("&")) }
}

pub(super) async fn overview(Of(watch): Of<Watch>, cx: Cx) -> Result<Response> {
    let facts = watch.facts();
    let actor = cx.actor()?;
    let area = prefix(&actor.region);
    let mine = |r: &&Region| r.kind != "own" && r.code.starts_with(area);
    let list: Vec<Region> = facts.regions.values().filter(mine).cloned().collect();
    let ways = store::ways(watch.db()).await?;
    let mut found = rows(&watch, &facts, &ways, area, &list).await?;
    let number = |idle: bool, s: State| found.iter().filter(|r| r.idle == idle && r.state == s).count();
    let mut counts = vec![(IDLE.0, IDLE.1, number(true, State::Preparing))];
    counts.extend(State::ALL.iter().map(|s| (s.key(), s.label(), number(false, *s))));
    let all = found.len();
    let (wanted, only, city) = (cx.param("state"), cx.param("only"), cx.param("city"));
    if !city.is_empty() {
        found.retain(|r| r.code.starts_with(prefix(city)));
    }
    match wanted {
        "" => {}
        "idle" => found.retain(|r| r.idle),
        key => found.retain(|r| r.state.key() == key && !r.idle),
    }
    match only {
        "late" => found.retain(|r| r.tasks.late > 0),
        "blocked" => found.retain(|r| r.blockers.is_some_and(|n| n > 0)),
        "ready" => found.retain(|r| r.blockers == Some(0)),
        _ => {}
    }
    let (key, down) = (cx.param("sort"), cx.param("down") == "1");
    sort(&mut found, key, down);
    if cx.param("format") == "csv" {
        return file(&found, &show_day(day_of(watch.db().now())));
    }
    let head = |(k, word): (&'static str, &'static str)| {
        let on = k == key;
        let turned = if on && !down { "1" } else { "" };
        (
            k,
            word,
            link(&cx, &[("sort", k), ("down", turned)]),
            if !on {
                ""
            } else if down {
                "descending"
            } else {
                "ascending"
            },
        )
    };
    let cities: HashSet<&str> = list.iter().filter(|r| r.kind == "city").map(|r| r.code.as_str()).collect();
    let mut cities: Vec<(String, String)> = cities.into_iter().map(|c| (c.to_owned(), facts.region_name(c))).collect();
    cities.sort();
    let (fit, pages) = (found.len(), found.len().div_ceil(PAGE).max(1));
    let page = cx.page().min(pages);
    let rows: Vec<Row> = found.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    let here = link(&cx, &[]);
    web::html(&Page {
        s: Shell::work(&cx, "分站上线").await?,
        map: if cities.len() > 1 { Some(Map::of(&facts, &ways, area, "/golive?city=")?) } else { None },
        all,
        counts,
        heads: SORTS.into_iter().map(head).collect(),
        state: wanted.to_owned(),
        only: only.to_owned(),
        city: city.to_owned(),
        cities,
        file: link(&cx, &[("format", "csv")]),
        rows,
        fit,
        page,
        pages,
        more: format!("{here}{}page=", if here.contains('?') { '&' } else { '?' }),
    })
}

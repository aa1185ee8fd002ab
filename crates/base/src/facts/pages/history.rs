//! Every version of a rule, and how two places or two days differ.
use crate::access::Cx;
use crate::facts::{Facts, scope_words, show_value};
use crate::shell::Shell;
use askama::Template;
use axum::response::Response;
use kit::{Fail, Result};
use rules::calendar::{Day, day_of, parse_day, show_day};
use rules::rulebook::{Rule, Scope};

struct Version {
    place: String,
    scope: String,
    value: String,
    /// Is the value a figure, which stands at the right?
    figure: bool,
    from: String,
    to: String,
    basis: String,
    state: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "facts/pages/history.html")]
struct History {
    s: Shell,
    title: String,
    key: String,
    place: String,
    versions: Vec<Version>,
}

fn state(r: &Rule, today: Day) -> (&'static str, &'static str) {
    match r {
        r if r.from > today => ("待生效", "info"),
        r if r.in_force(today) => ("执行中", "ok"),
        _ => ("已失效", ""),
    }
}

/// The versions of one rule at a station and above it, youngest first.
pub(super) async fn history(cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let key = cx.param("key").to_owned();
    let known = facts.keys.get(&key).ok_or(Fail::Hidden)?;
    let path = facts.path(&cx.station);
    let today = day_of(cx.base.db().now());
    let mut all: Vec<&Rule> = facts.rulebook.all(&key).iter().filter(|r| path.contains(&r.region.as_str())).collect();
    all.sort_by_key(|r| std::cmp::Reverse((r.from, r.id)));
    let version = |r: &Rule| Version {
        place: facts.region_name(&r.region),
        scope: scope_words(&facts, r),
        value: show_value(&facts, &key, &r.value, &r.unit),
        figure: super::figure(&r.value),
        from: show_day(r.from),
        to: r.to.map_or("现在".into(), show_day),
        basis: r.basis.clone(),
        state: state(r, today),
    };
    kit::web::html(&History {
        s: Shell::public(&cx, format!("{}的沿革", known.title)),
        title: known.title.clone(),
        place: facts.region_name(&cx.station),
        versions: all.into_iter().filter(|r| r.to.is_none_or(|to| to >= r.from)).map(version).collect(),
        key,
    })
}

/// A rule as one side has it.
type Side = Option<(String, String)>;

struct Row {
    title: String,
    key: String,
    scope: String,
    sides: [Side; 2],
}

#[derive(Template)]
#[template(path = "facts/pages/compare.html")]
struct Compare {
    s: Shell,
    /// Code, name, chosen?
    places: [Vec<(String, String, bool)>; 2],
    days: [String; 2],
    names: [String; 2],
    rows: Vec<Row>,
    same: usize,
}

/// The scopes that any rule of a key on these paths has; each is asked for as the purchase that only it describes.
fn scopes<'a>(facts: &'a Facts, key: &str, paths: &[Vec<&str>; 2]) -> Vec<&'a Rule> {
    let mut out: Vec<&Rule> = Vec::new();
    let same = |a: &Rule, b: &Rule| {
        (&a.mode, &a.form, &a.category, a.amount_from, a.amount_below)
            == (&b.mode, &b.form, &b.category, b.amount_from, b.amount_below)
    };
    for r in facts.rulebook.all(key) {
        let here = paths.iter().any(|p| p.contains(&r.region.as_str()));
        if here && !out.iter().any(|known| same(known, r)) {
            out.push(r);
        }
    }
    out
}

fn side(facts: &Facts, key: &str, path: &[&str], like: &Rule, day: Day) -> Side {
    let amount = like.amount_from.or(like.amount_below.map(|b| b - 1));
    let scope =
        Scope { mode: like.mode.as_deref(), form: like.form.as_deref(), category: like.category.as_deref(), amount };
    let e = facts.rulebook.resolve(key, path, &scope, day)?;
    Some((show_value(facts, key, &e.value, &e.rule.unit), facts.region_name(&e.rule.region)))
}

/// What holds at one place on one day, and at another or on another day.
pub(super) async fn compare(cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let today = day_of(cx.base.db().now());
    let place = |param: &str| match cx.param(param) {
        "" => Ok(cx.station.clone()),
        code if facts.region(code).is_some() => Ok(code.to_owned()),
        _ => Err(Fail::refuse("rules.region", "没有这个地区，请从列表里选。")),
    };
    let day = |param: &str| match cx.param(param) {
        "" => Ok(today),
        text => parse_day(text).ok_or_else(|| Fail::refuse("rules.day", "日期请写成“年-月-日”，例如 2026-01-01。")),
    };
    let chosen = [place("a")?, place("b")?];
    let days = [day("on")?, day("and")?];
    let paths = [facts.path(&chosen[0]), facts.path(&chosen[1])];
    let (mut rows, mut same) = (Vec::new(), 0);
    for (key, known) in &facts.keys {
        for like in scopes(&facts, key, &paths) {
            let sides = [0, 1].map(|i| side(&facts, key, &paths[i], like, days[i]));
            if sides[0].as_ref().map(|s| &s.0) == sides[1].as_ref().map(|s| &s.0) {
                same += usize::from(sides[0].is_some());
                continue;
            }
            let scope = scope_words(&facts, like);
            rows.push(Row { title: known.title.clone(), key: key.clone(), scope, sides });
        }
    }
    let places = |chosen: &String| {
        let own = facts.regions.values().filter(|r| r.kind != "own");
        own.map(|r| (r.code.clone(), r.name.clone(), r.code == *chosen)).collect()
    };
    let name = |i: usize| format!("{}，{}", facts.region_name(&chosen[i]), show_day(days[i]));
    kit::web::html(&Compare {
        s: Shell::public(&cx, "规则比较"),
        places: [places(&chosen[0]), places(&chosen[1])],
        names: [name(0), name(1)],
        days: days.map(show_day),
        rows,
        same,
    })
}

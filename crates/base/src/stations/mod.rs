//! Stations (分站) as everybody asks: in which state, may this unit begin a purchase there now, who took over.
//!
//! A region with its own node (本级) is one station: both stand in the same state. The room above that leads stations through
//! their states writes by this door.

mod store;

pub use store::{heirs, move_on, name_unit, named, named_of, standing, unname_all, unname_unit};

use crate::facts::Facts;
use kit::{Fail, Query, Result};
use rules::calendar::Day;
use rules::check::{Check, Verdict};
use rules::rulebook::Scope;
use rules::station::{Standing, State, admit};

/// The station of a region: of an own node the region it belongs to.
pub fn station_of<'a>(facts: &'a Facts, region: &'a str) -> &'a str {
    match facts.region(region) {
        Some(r) if r.kind == "own" => &r.parent,
        _ => region,
    }
}

/// The regions that are one station: itself and its own node.
pub fn parts(facts: &Facts, station: &str) -> Vec<String> {
    let own = facts.regions.values().filter(|r| r.kind == "own" && r.parent == station);
    std::iter::once(station.to_owned()).chain(own.map(|r| r.code.clone())).collect()
}

/// State of a region's station, as facts have it.
pub fn state(facts: &Facts, region: &str) -> State {
    facts.region(region).and_then(|r| State::of(&r.state)).unwrap_or(State::Preparing)
}

/// How a unit stands to the station of its region, for pages: where memory says that it is live, nothing is asked. What is written
/// asks the database, see [`must_be_open`].
pub async fn seen(q: &dyn Query, facts: &Facts, region: &str, unit: i64) -> Result<Standing> {
    match state(facts, station_of(facts, region)) {
        State::Live => Ok(Standing { state: State::Live, named: false, heir: String::new() }),
        State::Preparing | State::Trial | State::Closed => standing(q, facts, region, unit).await,
    }
}

/// Fails unless a unit may begin a purchase at its station. Asked within the transaction that begins it, so that nothing begins
/// after a station was closed elsewhere.
pub async fn must_be_open(
    q: &dyn Query,
    facts: &Facts,
    (region, day): (&str, Day),
    unit: i64,
    way: &str,
) -> Result<()> {
    let open = admit(&standing(q, facts, region, unit).await?, &facts.region_name(station_of(facts, region)));
    for (code, c) in [("station.state", open), ("station.feature", offers(facts, region, day, way))] {
        if c.verdict == Verdict::Block {
            return Err(Fail::refuse(code, format!("{}{}", c.figures, c.advice)));
        }
    }
    Ok(())
}

/// Is a way of buying, one of [`rules::station::WAYS`], switched on at the station of a region?
pub fn offers(facts: &Facts, region: &str, day: Day, way: &str) -> Check {
    let found = facts.rule("station.features", region, &Scope::default(), day);
    let list = found.as_ref().and_then(|e| e.list());
    let place = facts.region_name(station_of(facts, region));
    rules::station::switched_on(list, way, &place, found.as_ref().map_or(0, |e| e.rule.id))
}

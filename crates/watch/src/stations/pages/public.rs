//! For everybody: which stations are in which state, since when, and who took over.
use super::map::{Map, stands};
use crate::Watch;
use crate::stations::store;
use askama::Template;
use axum::extract::State as Of;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use base::stations::{heirs, state};
use kit::{Result, web};
use rules::calendar::show_day;
use rules::place::prefix;
use rules::station::State;

struct Row {
    code: String,
    name: String,
    tone: &'static str,
    word: &'static str,
    since: String,
    heir: String,
}

#[derive(Template)]
#[template(path = "stations/pages/public.html")]
struct Page {
    s: Shell,
    map: Map,
    rows: Vec<Row>,
    place: String,
    narrowed: bool,
}

pub(super) async fn map(Of(watch): Of<Watch>, cx: Cx) -> Result<Response> {
    let facts = watch.facts();
    let city = facts.region(cx.param("city")).map_or(facts.root.as_str(), |r| r.code.as_str());
    let (heirs, ways) = (heirs(watch.db()).await?, store::ways(watch.db()).await?);
    let row = |r: &base::facts::Region| Row {
        code: r.code.clone(),
        name: r.name.clone(),
        tone: state(&facts, &r.code).tone(),
        word: stands(&facts, &ways, &r.code).1,
        since: r.since.map_or("—".into(), show_day),
        heir: heirs.get(&r.code).map_or(String::new(), |h| facts.region_name(h)),
    };
    // The whole province shows its cities and what is not as usual; a city shows all of its own.
    let whole = city == facts.root;
    let shown = |r: &&base::facts::Region| {
        let unusual = matches!(state(&facts, &r.code), State::Trial | State::Closed);
        let wanted = !whole || unusual || matches!(r.kind.as_str(), "province" | "city");
        wanted && r.kind != "own" && r.code.starts_with(prefix(city))
    };
    let all = facts.regions.values().filter(shown);
    web::html(&Page {
        s: Shell::public(&cx, "分站上线情况"),
        map: Map::of(&facts, &ways, prefix(&facts.root), "/stations/map?city=")?,
        rows: all.map(row).collect(),
        place: facts.region_name(city),
        narrowed: !whole,
    })
}

//! 价格指数: how prices paid moved from month to month, by category, for goods that were bought in both months.
use crate::Watch;
use crate::disclosure::deals::store;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Result, web};
use rules::calendar::{civil, day_from, day_of, show_day, start_of};
use rules::conduct::months_on;
use rules::price::movement;
use std::collections::{BTreeMap, HashMap};

/// Months shown, the running one among them.
const MONTHS: i64 = 6;

struct Row {
    category: String,
    /// One for each month: the index with one decimal, and how many goods were bought in it and the month before.
    cells: Vec<(String, usize)>,
}

#[derive(Template)]
#[template(path = "disclosure/pages/index.html")]
struct Page {
    s: Shell,
    place: String,
    months: Vec<String>,
    rows: Vec<Row>,
}

/// Basis points of the first month as an index with one decimal.
fn shown(bp: i64) -> String {
    format!("{}.{}", bp / 100, bp % 100 / 10)
}

pub(super) async fn index(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let facts = watch.facts();
    let (year, month, _) = civil(day_of(watch.db().now()));
    let this = day_from(year, month, 1).unwrap_or_else(|| day_of(watch.db().now()));
    let firsts: Vec<_> = (0..MONTHS).map(|n| months_on(this, n + 1 - MONTHS)).collect();
    let prefix = rules::place::prefix(&cx.station);
    let mut months: Vec<HashMap<i64, i64>> = Vec::new();
    let mut of: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for first in &firsts {
        let (from, to) = (start_of(*first), start_of(months_on(*first, 1)));
        let mut paid = HashMap::new();
        for (category, product, price) in store::means(watch.db(), prefix, from, to).await? {
            let known = of.entry(category).or_default();
            if !known.contains(&product) {
                known.push(product);
            }
            paid.insert(product, price);
        }
        months.push(paid);
    }
    let rows = of.into_iter().map(|(category, products)| {
        let mut level = 10_000;
        let cells = (0..months.len()).map(|m| {
            let pairs: Vec<(i64, i64)> = match m {
                0 => Vec::new(),
                _ => products.iter().filter_map(|p| Some((*months[m - 1].get(p)?, *months[m].get(p)?))).collect(),
            };
            // A month without goods to compare keeps the level and says so.
            level = movement(&pairs).map_or(level, |bp| level * bp / 10_000);
            (shown(level), pairs.len())
        });
        Row { category: facts.category_name(&category), cells: cells.collect() }
    });
    web::html(&Page {
        s: Shell::public(&cx, "价格指数"),
        place: facts.region_name(&cx.station),
        rows: rows.collect(),
        months: firsts.iter().map(|d| show_day(*d)[..7].to_owned()).collect(),
    })
}

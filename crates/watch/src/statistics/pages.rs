//! Pages of statistics: the overview of a place, any two dimensions, the orders that a figure counts, the month's report; and
//! the cockpit of those who answer for a place or a unit.
mod asked;
mod chart;
mod forecast;
mod orders;
mod overview;
mod table;

pub(super) use forecast::Forecast;

use crate::Watch;
use axum::extract::FromRef;
use base::Base;
use base::access::{Gate, Routes};
use rules::duty::Duty;
use rules::statistics::Cell;

const COCKPIT: Gate = Gate::Any(&[
    Duty::Handler,
    Duty::Reviewer,
    Duty::Signer,
    Duty::Receiver,
    Duty::Accountant,
    Duty::Regulator,
    Duty::Centre,
    Duty::Auditor,
]);

/// A share in words: 12.3%; a dash of nothing.
fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".into();
    }
    let tenths = i128::from(part) * 1000 / i128::from(whole);
    format!("{}{}.{}%", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}

/// Fen as ten thousand yuan with two decimals, for charts and tiles.
fn wan(fen: i64) -> String {
    let hundredths = (i128::from(fen) + if fen < 0 { -5_000 } else { 5_000 }) / 10_000;
    format!("{}{}.{:02}", if hundredths < 0 { "-" } else { "" }, hundredths.abs() / 100, hundredths.abs() % 100)
}

/// The mean number of quotes with one decimal.
fn mean(c: &Cell) -> String {
    if c.contested == 0 {
        return "—".into();
    }
    let tenths = c.quotes * 10 / c.contested;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The first so many of a list in an order, without bringing the others in order.
fn top<T>(mut all: Vec<T>, most: usize, order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Vec<T> {
    if all.len() > most {
        all.select_nth_unstable_by(most, &order);
        all.truncate(most);
    }
    all.sort_unstable_by(order);
    all
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/statistics", Gate::Public, overview::public)
        .get("/statistics/table", Gate::Public, table::table)
        .get("/statistics/orders", Gate::Public, orders::orders)
        .get("/statistics/report", Gate::Public, overview::report)
        .get("/cockpit", COCKPIT, overview::cockpit)
}

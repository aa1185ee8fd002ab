//! What the year will leave unspent, and what of the rest December will bring.
use super::asked::{Asked, year_before};
use super::share;
use crate::Watch;
use crate::statistics::store;
use kit::Result;
use rules::Fen;
use rules::calendar::{Day, civil, day_from, day_of};
use rules::statistics::{Dim, Filter, Sum, Tables, december, year_end};
use std::collections::HashMap;
use std::sync::Arc;

/// Units shown: those that will leave most.
const TOP: usize = 10;
/// The December rush is spoken of after so many days of the year.
const RUSH_DAYS_MIN: i64 = 90;

/// What the year will leave unspent.
pub(in crate::statistics) struct Forecast {
    pub granted: String,
    pub committed: String,
    pub expected: String,
    pub unspent: String,
    pub rate: String,
    /// Share of the year before that fell into its December.
    pub december: String,
    /// What is still expected, and what of it in December.
    pub rest: String,
    pub rush: String,
    /// How many times the mean of the months before that is, in percent, where it is more than the rulebook warns of.
    pub rushed: Option<String>,
    pub rows: Vec<(String, String, String, String, String)>,
}

/// Budget of this year against how spending ran last year, by unit; those who will leave most come first.
pub(super) async fn forecast(watch: &Watch, a: &Asked) -> Result<Arc<Option<Forecast>>> {
    let today = day_of(watch.db().now());
    watch.desk().forecast(watch, (a.filter.clone(), today), made(watch, a, today)).await
}

async fn made(watch: &Watch, a: &Asked, today: Day) -> Result<Option<Forecast>> {
    let (year, ..) = civil(today);
    let unit = a.filter.equal.iter().find(|(d, _)| *d == Dim::Unit).and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let budgets = store::budgets(watch.db(), &a.filter.region, unit, i64::from(year)).await?;
    if budgets.is_empty() {
        return Ok(None);
    }
    let first = |y: i32| day_from(y, 1, 1).unwrap_or(today);
    let whole = Filter { from: first(year - 1), to: first(year) - 1, ..a.filter.clone() };
    let part = Filter { to: year_before(today), ..whole.clone() };
    let units = watch.desk().sums(watch, &whole, &[(Dim::Unit, None), (Dim::Month, None)]).await?.made;
    let so_far = watch.desk().sums(watch, &part, &[(Dim::Unit, None)]).await?.made;
    let amounts = |t: &Tables<Sum>| -> HashMap<i64, i64> {
        t.tables[0].iter().filter_map(|(v, _, c)| Some((v.parse().ok()?, c.amount))).collect()
    };
    let (all, early) = (amounts(&units), amounts(&so_far));
    let days = (i64::from(today - first(year)) + 1, i64::from(first(year + 1) - first(year)));
    let (mut sums, mut rows) = ([0_i64; 3], Vec::new());
    for (org, granted, frozen, spent) in budgets {
        let last = |m: &HashMap<i64, i64>| m.get(&org).copied().unwrap_or(0);
        let committed = frozen + spent;
        let expected = year_end(committed, granted, (last(&early), last(&all)), days);
        for (sum, v) in sums.iter_mut().zip([granted, committed, expected]) {
            *sum += v;
        }
        rows.push((org, granted, committed, expected));
    }
    rows.sort_by_key(|(org, granted, _, expected)| (expected - granted, *org));
    rows.truncate(TOP);
    let words = base::orgs::names(watch.db(), &rows.iter().map(|r| r.0).collect::<Vec<_>>()).await?;
    let [granted, committed, expected] = sums;
    let past = units.tables[1].iter().find(|(m, ..)| m.ends_with("-12")).map_or(0, |(.., c)| c.amount);
    let to_come = units.total.amount - so_far.total.amount;
    let rush = december(expected - committed, (past.min(to_come), to_come), days.1 - days.0);
    let any = rules::rulebook::Scope { mode: None, form: None, category: None, amount: None };
    let warns = watch.facts().number("alert.december_percent", &watch.facts().root, &any, today, 200);
    // Against the mean of as many days as December has; a few weeks say nothing about a year.
    let percent = i128::from(rush) * 100 * i128::from(days.0) / (i128::from(committed.max(1)) * 31);
    let tells = committed > 0 && days.0 >= RUSH_DAYS_MIN;
    Ok(Some(Forecast {
        granted: Fen(granted).yuan(),
        committed: Fen(committed).yuan(),
        expected: Fen(expected).yuan(),
        unspent: Fen(granted - expected).yuan(),
        rate: share(committed, granted),
        december: share(past, units.total.amount),
        rest: Fen(expected - committed).yuan(),
        rush: Fen(rush).yuan(),
        rushed: (tells && percent >= i128::from(warns)).then(|| format!("是今年至今月均的 {percent}%")),
        rows: rows
            .into_iter()
            .map(|(org, granted, committed, expected)| {
                let name = words.get(&org).cloned().unwrap_or_default();
                (
                    name,
                    Fen(granted).yuan(),
                    Fen(committed).yuan(),
                    Fen(granted - expected).yuan(),
                    share(committed, granted),
                )
            })
            .collect(),
    }))
}

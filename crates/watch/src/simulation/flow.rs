//! Trying the oldest draft that wants it.
use super::store;
use crate::Watch;
use base::drafts::{self, Draft};
use kit::fail::carried;
use kit::{Fail, Result};
use rules::calendar::{Day, civil, day_from, day_of, start_of};
use rules::simulate::{Deed, Difference, Unit, What, replay, seen};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How far back orders are judged, days.
const WINDOW_DAYS: Day = 365;
/// Differences that are listed one by one; all are counted.
const ROWS_MAX: usize = 500;

/// What was found so far.
#[derive(Default)]
struct Found {
    orders: i64,
    units: i64,
    counts: BTreeMap<What, i64>,
    blocked_units: i64,
    blocked_amount: i64,
    rows: Vec<(What, Value)>,
}

/// Tries one draft on past orders; returns whether there was one.
pub async fn run(watch: &Watch) -> Result<bool> {
    let Some(draft) = drafts::wanted(watch.db()).await? else { return Ok(false) };
    let (result, short) = tried(watch, &draft).await?;
    // Somebody changed the draft meanwhile: then it does not want this answer any more.
    match drafts::keep(watch, &draft, &result, &short).await {
        Err(Fail::Retry) => Ok(true),
        done => Ok(carried("simulation", draft.id, done)),
    }
}

/// The first day whose orders count towards sums, the first that is judged, and the day whose rules judge.
fn days(draft: &Draft, now: i64) -> (Day, Day, Day) {
    let today = day_of(now);
    let since = today - WINDOW_DAYS;
    let (year, ..) = civil(since);
    (day_from(year, 1, 1).unwrap_or(since), since, draft.from.max(today))
}

async fn tried(watch: &Watch, draft: &Draft) -> Result<(Value, Value)> {
    let facts = watch.facts();
    let before = &facts.rulebook;
    let after = before.with(&drafts::foreseen(watch, draft)?);
    let now = watch.db().now();
    let (first, since, on) = days(draft, now);
    let mut f = Found::default();
    for (id, name, region, headcount) in
        store::units(watch.db(), rules::place::prefix(&draft.region), start_of(first)).await?
    {
        let path = facts.path(&region);
        let unit = Unit { path: &path, headcount };
        let deeds = store::deeds(watch.db(), id, start_of(first), |c| facts.category_name(c)).await?;
        let found = replay((before, &after), &facts.calendar, &unit, &deeds, (since, on));
        count(&mut f, found, &name, &deeds, since);
    }
    let (mut rows, number) = (f.rows, |what: What| f.counts.get(&what).copied().unwrap_or(0));
    rows.sort_by_key(|(what, _)| *what);
    let listed: Vec<i64> = rows.iter().take(ROWS_MAX).filter_map(|(_, r)| r["order"].as_str()?.parse().ok()).collect();
    let numbers = store::numbers(watch.db(), &listed).await?;
    let row = |mut r: Value| {
        let id = r["order"].as_str().and_then(|o| o.parse().ok()).unwrap_or(0);
        r["number"] = numbers.get(&id).cloned().unwrap_or_default().into();
        r
    };
    let mut blind: Vec<&str> =
        draft.lines.iter().filter(|l| !seen(&l.change.key)).map(|l| facts.key_title(&l.change.key)).collect();
    blind.dedup();
    let short = json!({
        "number": draft.number, "orders": f.orders, "units": f.units, "blocked": number(What::Blocked),
        "blocked_units": f.blocked_units, "blocked_amount": f.blocked_amount, "warned": number(What::Warned),
        "freed": number(What::Freed), "chains": number(What::Chain), "failed": number(What::Failed), "late": number(What::Late),
    });
    let mut result = short.clone();
    result["at"] = now.into();
    result["blind"] = blind.into();
    result["rows_max"] = ROWS_MAX.into();
    result["rows"] = rows.into_iter().take(ROWS_MAX).map(|(_, r)| row(r)).collect();
    Ok((result, short))
}

/// Adds what one unit's orders said.
fn count(f: &mut Found, found: Vec<Difference>, name: &str, deeds: &[Deed], since: Day) {
    let judged = deeds.iter().filter(|d| d.day >= since).count() as i64;
    f.orders += judged;
    f.units += i64::from(judged > 0);
    let mut blocked = BTreeSet::new();
    for Difference { order, what, words } in found {
        let Some(d) = deeds.iter().find(|d| d.order == order) else { continue };
        *f.counts.entry(what).or_default() += 1;
        if what == What::Blocked {
            f.blocked_amount += d.total;
            blocked.insert(order);
        }
        // Enough of each kind is kept to choose the gravest from.
        if f.counts[&what] <= ROWS_MAX as i64 {
            let row = json!({
                "order": order.to_string(), "unit": name, "day": d.day, "amount": d.total, "what": what.key(), "words": words,
            });
            f.rows.push((what, row));
        }
    }
    f.blocked_units += i64::from(!blocked.is_empty());
}

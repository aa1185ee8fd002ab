//! Clocks of orders that were made: the times are known, so each is measured again by the rules as they would be.
use super::{Deed, Unit, What};
use crate::calendar::{Calendar, Day, Ms, day_of, show_day};
use crate::rulebook::{Rulebook, Scope};

/// Clocks that are known of orders: key and name. Payment is measured by the key for the supplier's size.
pub const CLOCKS: [(&str, &str); 4] = [
    ("clock.deliver", "交货期限"),
    ("clock.accept", "验收期限"),
    ("clock.pay", "付款期限"),
    ("clock.pay_sme", "付款期限"),
];

/// A clock of an order that ran and was stopped.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Key of the clock.
    pub key: &'static str,
    /// When it began.
    pub from: Ms,
    /// When what it is for was done.
    pub done: Ms,
}

/// The clocks of an order from the times that are known of it.
pub fn runs(signed: Option<Ms>, arrived: Option<Ms>, accepted: Option<Ms>, paid: Option<Ms>, large: bool) -> Vec<Run> {
    let run = |key, from: Option<Ms>, done: Option<Ms>| Some(Run { key, from: from?, done: done? });
    let pay = if large { "clock.pay" } else { "clock.pay_sme" };
    [run("clock.deliver", signed, arrived), run("clock.accept", arrived, accepted), run(pay, accepted, paid)]
        .into_iter()
        .flatten()
        .collect()
}

fn due(book: &Rulebook, unit: &Unit<'_>, d: &Deed, run: &Run, on: Day, calendar: &Calendar) -> Option<Ms> {
    let scope = Scope { mode: Some(&d.mode), form: Some(&d.form), ..Scope::default() };
    let e = book.resolve(run.key, unit.path, &scope, on)?;
    let n = e.int()?;
    let days = u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    Some(match e.rule.unit.as_str() {
        "working_days" => calendar.end_after_working(run.from, days).at,
        "hours" => run.from.saturating_add(n.max(0).saturating_mul(3_600_000)),
        _ => calendar.end_after_calendar(run.from, days).at,
    })
}

/// A clock that would have been missed and was not, or the other way round.
pub(super) fn otherwise_late(
    (before, after): (&Rulebook, &Rulebook),
    unit: &Unit<'_>,
    d: &Deed,
    on: Day,
    calendar: &Calendar,
) -> Option<(What, String)> {
    let mut freed = None;
    for run in &d.runs {
        let until = |book| due(book, unit, d, run, on, calendar);
        let (Some(old), Some(new)) = (until(before), until(after)) else { continue };
        let title = CLOCKS.iter().find(|(k, _)| *k == run.key).map_or("期限", |(_, t)| t);
        let days = |verb: &str| {
            format!("{title}：按新规定应在 {} 前，实际 {}，{verb}。", show_day(day_of(new)), show_day(day_of(run.done)))
        };
        match (run.done > old, run.done > new) {
            (false, true) => return Some((What::Late, days("会逾期"))),
            (true, false) => freed = Some((What::Freed, days("不再逾期"))),
            _ => {}
        }
    }
    freed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_runs_when_both_its_ends_are_known() {
        let keys = |runs: Vec<Run>| runs.iter().map(|r| (r.key, r.from, r.done)).collect::<Vec<_>>();
        assert_eq!(keys(runs(Some(1), Some(5), None, None, true)), [("clock.deliver", 1, 5)]);
        assert_eq!(
            keys(runs(None, Some(5), Some(6), Some(9), false)),
            [("clock.accept", 5, 6), ("clock.pay_sme", 6, 9)]
        );
        assert_eq!(keys(runs(None, None, Some(6), Some(9), true)), [("clock.pay", 6, 9)]);
        assert!(runs(Some(1), None, Some(6), None, true).is_empty());
    }
}

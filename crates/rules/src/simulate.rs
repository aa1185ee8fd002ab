//! What a changed rulebook would have meant for orders that were made: each is judged by the rules as they are and as they would
//! be, with what its unit had bought until then. What an order does not keep (stock, budget, standing on that day) is taken as
//! in order on both sides, so every difference comes from the change alone.

mod clocks;

pub use clocks::{Run, runs};

use crate::calendar::{Calendar, Day, month_of, year_of};
use crate::check::{Check, Verdict};
use crate::direct::{Ask, AskLine, judge, judge_need};
use crate::duty::Duty;
use crate::price::Reference;
use crate::rulebook::{Rulebook, Scope};
use std::collections::BTreeMap;

/// An order that was made.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Order id.
    pub order: i64,
    /// Day on which it was made.
    pub day: Day,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Amount, fen.
    pub total: i64,
    /// How many suppliers quoted, where they compete.
    pub quotes: Option<i64>,
    /// Its lines.
    pub lines: Vec<Part>,
    /// Its clocks.
    pub runs: Vec<Run>,
}

/// A line of an order that was made.
#[derive(Clone, Debug)]
pub struct Part {
    /// Title.
    pub title: String,
    /// Category code.
    pub category: String,
    /// Category name.
    pub category_name: String,
    /// Name of its second-level category.
    pub second_name: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// What the market asked for one on that day, fen; 0 when too little was known.
    pub market: i64,
    /// Is it imported?
    pub imported: bool,
    /// Has it a certificate?
    pub certified: bool,
}

/// The unit whose orders they are.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Region codes from the top to the unit's region.
    pub path: &'a [&'a str],
    /// Staff.
    pub headcount: i64,
}

/// How an order would have fared otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It would not have been allowed.
    Blocked,
    /// Its auction would have had too few quotes.
    Failed,
    /// Somebody would have been warned.
    Warned,
    /// A clock would have been missed.
    Late,
    /// Others would have had to approve it.
    Chain,
    /// The warning would not have come.
    Freed,
}

impl What {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            What::Blocked => "blocked",
            What::Failed => "failed",
            What::Warned => "warned",
            What::Late => "late",
            What::Chain => "chain",
            What::Freed => "freed",
        }
    }
}

/// An order that would have fared otherwise, and why in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Order id.
    pub order: i64,
    /// How.
    pub what: What,
    /// The check that answers otherwise, with its figures.
    pub words: String,
}

/// Beginnings of keys for which orders that were made can be judged again.
pub const SEEN: [&str; 15] = [
    "limit.direct.",
    "limit.mall.",
    "limit.annual.",
    "limit.decentralised.",
    "limit.same_kind.",
    "fixed.annual_fen",
    "catalogue.member",
    "catalogue.fixed",
    "catalogue.batch",
    "asset.",
    "energy.mandatory",
    "price.band.",
    "price.order_block_band",
    "approval.chain",
    "quote.minimum",
];

/// Can orders that were made say anything about a change of this key?
pub fn seen(key: &str) -> bool {
    SEEN.iter().any(|begin| key.starts_with(begin)) || clocks::CLOCKS.iter().any(|(clock, _)| key == *clock)
}

/// What a unit has bought so far.
#[derive(Default)]
struct Ledger {
    annual: BTreeMap<(i32, String), i64>,
    month: BTreeMap<(i32, i32, String), i64>,
    bought: BTreeMap<(i32, String), i64>,
}

fn second_level(code: &str) -> &str {
    code.get(..5).unwrap_or(code)
}

impl Ledger {
    /// Adds an order that was made.
    fn add(&mut self, d: &Deed) {
        let (year, month) = (year_of(d.day), month_of(d.day));
        let mut kinds: Vec<&str> = Vec::new();
        for l in &d.lines {
            let kind = second_level(&l.category);
            *self.annual.entry((year, kind.to_owned())).or_default() += l.price.saturating_mul(l.quantity);
            *self.bought.entry((year, l.category.clone())).or_default() += l.quantity;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for kind in kinds {
            *self.month.entry((year, month, kind.to_owned())).or_default() += 1;
        }
    }

    /// The question that the order asked, as far as it is known.
    fn ask<'a>(&self, unit: &Unit<'a>, d: &'a Deed, on: Day) -> Ask<'a> {
        let (year, month) = (year_of(d.day), month_of(d.day));
        let line = |l: &Part| AskLine {
            title: l.title.clone(),
            category: l.category.clone(),
            category_name: l.category_name.clone(),
            second_name: l.second_name.clone(),
            price: l.price,
            quantity: l.quantity,
            unit: String::new(),
            listed: true,
            rival: None,
            lowest: None,
            stopped: String::new(),
            stock: l.quantity,
            reaches: true,
            certified: l.certified,
            imported: l.imported,
            bought: self.bought.get(&(year, l.category.clone())).copied().unwrap_or(0),
            reference: (l.market > 0).then_some(Reference { price: l.market, samples: 1, from: d.day, to: d.day }),
            plan: None,
        };
        let of_year = self.annual.iter().filter(|((y, _), _)| *y == year);
        let of_month = self.month.iter().filter(|((y, m, _), _)| (*y, *m) == (year, month));
        Ask {
            mode: &d.mode,
            form: &d.form,
            path: unit.path,
            day: on,
            headcount: Some(unit.headcount),
            supplier_state: "admitted",
            credit: i64::MAX,
            place: String::new(),
            lines: d.lines.iter().map(line).collect(),
            annual: Some(of_year.map(|((_, kind), n)| (kind.clone(), *n)).collect()),
            month: of_month.map(|((_, _, kind), n)| (kind.clone(), *n)).collect(),
            with_plan: false,
            rounds: Vec::new(),
            dearer: Some("—"),
            before: None,
        }
    }
}

/// Orders of one unit, oldest first, judged twice as if it were day `on`. Those made before `since` only count towards sums.
pub fn replay(
    (before, after): (&Rulebook, &Rulebook),
    calendar: &Calendar,
    unit: &Unit<'_>,
    deeds: &[Deed],
    (since, on): (Day, Day),
) -> Vec<Difference> {
    let mut ledger = Ledger::default();
    let mut out = Vec::new();
    for d in deeds {
        if d.day >= since {
            let ask = ledger.ask(unit, d, on);
            let direct = d.mode == "supermarket" && d.form == "direct";
            let court = |book| if direct { judge(book, &ask) } else { judge_need(book, &ask) };
            let found = differing(&court(before), &court(after))
                .or_else(|| thin(before, after, unit, d, on))
                .or_else(|| clocks::otherwise_late((before, after), unit, d, on, calendar))
                .or_else(|| otherwise_approved(before, after, unit, d, on));
            out.extend(found.map(|(what, words)| Difference { order: d.order, what, words }));
        }
        ledger.add(d);
    }
    out
}

/// The gravest check that answers otherwise.
fn differing(before: &[Check], after: &[Check]) -> Option<(What, String)> {
    let was = |c: &Check| {
        let same = before.iter().find(|b| b.code == c.code && b.title == c.title);
        same.map_or(Verdict::Pass, |b| b.verdict)
    };
    let now = |c: &Check| {
        let same = after.iter().find(|a| a.code == c.code && a.title == c.title);
        same.map_or(Verdict::Pass, |a| a.verdict)
    };
    let words = |c: &Check| format!("{}：{}", c.title, c.figures);
    let worse = |v: Verdict| after.iter().find(|c| c.verdict == v && was(c) < v);
    let better = || before.iter().find(|c| c.verdict > now(c));
    worse(Verdict::Block)
        .map(|c| (What::Blocked, words(c)))
        .or_else(|| worse(Verdict::Warn).map(|c| (What::Warned, words(c))))
        .or_else(|| better().map(|c| (What::Freed, words(c))))
}

fn scope(d: &Deed) -> Scope<'_> {
    let category = d.lines.first().map(|l| l.category.as_str());
    Scope { mode: Some(&d.mode), form: Some(&d.form), category, amount: Some(d.total) }
}

/// Too few quotes by the new rule, enough by the old one.
fn thin(before: &Rulebook, after: &Rulebook, unit: &Unit<'_>, d: &Deed, on: Day) -> Option<(What, String)> {
    let quotes = d.quotes?;
    let least = |book: &Rulebook| book.resolve("quote.minimum", unit.path, &scope(d), on).and_then(|e| e.int());
    let (old, new) = (least(before)?, least(after)?);
    (quotes >= old && quotes < new).then(|| (What::Failed, format!("有 {quotes} 家报价，新规则要求至少 {new} 家。")))
}

/// Another chain of approvals.
fn otherwise_approved(
    before: &Rulebook,
    after: &Rulebook,
    unit: &Unit<'_>,
    d: &Deed,
    on: Day,
) -> Option<(What, String)> {
    let s = Scope { category: None, ..scope(d) };
    let chain = |book: &Rulebook| -> Vec<String> {
        let rule = book.resolve("approval.chain", unit.path, &s, on);
        rule.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default()
    };
    let (old, new) = (chain(before), chain(after));
    let shown = |list: &[String]| match list {
        [] => "不用审批".to_owned(),
        list => list.iter().map(|d| Duty::of(d).map_or("", |d| d.label())).collect::<Vec<_>>().join("、"),
    };
    (old != new).then(|| (What::Chain, format!("审批由“{}”改为“{}”。", shown(&old), shown(&new))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Rule, Value};

    fn rule(id: i64, key: &str, value: Value) -> Rule {
        Rule {
            id,
            key: key.into(),
            region: "370000".into(),
            mode: None,
            form: None,
            category: None,
            amount_from: None,
            amount_below: None,
            value,
            unit: "fen".into(),
            min: None,
            max: None,
            fixed: false,
            from: 0,
            to: None,
            basis: String::new(),
            grade: "A".into(),
        }
    }

    fn list(words: &[&str]) -> Value {
        Value::List(words.iter().map(|w| (*w).to_owned()).collect())
    }

    /// A rulebook in which everything of A05 may be bought, with more rules.
    fn book(more: &[(&str, Value)]) -> Rulebook {
        let base = [("catalogue.member", list(&["A05"])), ("approval.chain", list(&["reviewer"]))];
        let all = base.iter().chain(more).enumerate();
        Rulebook::new(all.map(|(n, (key, v))| rule(n as i64 + 1, key, v.clone())).collect())
    }

    fn deed(order: i64, day: Day, price: i64) -> Deed {
        let part = Part {
            title: "纸".into(),
            category: "A05040101".into(),
            category_name: "复印纸".into(),
            second_name: "纸制文具".into(),
            price,
            quantity: 1,
            market: 0,
            imported: false,
            certified: false,
        };
        Deed {
            order,
            day,
            mode: "supermarket".into(),
            form: "direct".into(),
            total: price,
            quotes: None,
            lines: vec![part],
            runs: Vec::new(),
        }
    }

    const UNIT: Unit<'static> = Unit { path: &["370000", "370100"], headcount: 50 };

    fn replayed(before: &Rulebook, after: &Rulebook, deeds: &[Deed], since: Day) -> Vec<(i64, What)> {
        replay((before, after), &Calendar::default(), &UNIT, deeds, (since, 20_000))
            .into_iter()
            .map(|d| (d.order, d.what))
            .collect()
    }

    #[test]
    fn a_lower_limit_stops_the_orders_above_it_and_no_other() {
        let limit = |n| book(&[("limit.direct.order_fen", Value::Int(n))]);
        let deeds = [deed(1, 19_000, 900), deed(2, 19_001, 1_000), deed(3, 19_002, 1_001)];
        assert_eq!(replayed(&limit(5_000), &limit(1_000), &deeds, 0), [(3, What::Blocked)]);
        assert_eq!(replayed(&limit(5_000), &limit(5_000), &deeds, 0), []);
        // What was blocked before and is not now would have been let through; orders before the window only count.
        assert_eq!(replayed(&limit(1_000), &limit(5_000), &deeds, 0), [(3, What::Freed)]);
        assert_eq!(replayed(&limit(5_000), &limit(1_000), &deeds, 19_003), []);
    }

    #[test]
    fn sums_of_the_year_and_the_month_grow_as_they_did() {
        let annual = |n| book(&[("limit.decentralised.annual_fen", Value::Int(n))]);
        // 2022-01-07, 2022-01-08, 2022-02-10, 2023-01-05: a new year begins anew.
        let deeds = [deed(1, 18_999, 400), deed(2, 19_000, 400), deed(3, 19_033, 400), deed(4, 19_362, 400)];
        assert_eq!(replayed(&annual(100_000), &annual(1_100), &deeds, 0), [(3, What::Blocked)]);
        // Orders before the window are in the sum.
        assert_eq!(replayed(&annual(100_000), &annual(1_100), &deeds, 19_033), [(3, What::Blocked)]);
        let often = |n| book(&[("limit.same_kind.orders_per_month", Value::Int(n))]);
        assert_eq!(replayed(&often(9), &often(1), &deeds, 0), [(2, What::Warned)]);
    }

    #[test]
    fn catalogue_approval_and_quotes_are_seen() {
        let deeds = [deed(1, 19_000, 400)];
        let narrow = Rulebook::new(vec![
            rule(1, "catalogue.member", list(&["A02"])),
            rule(2, "approval.chain", list(&["reviewer"])),
        ]);
        assert_eq!(replayed(&book(&[]), &narrow, &deeds, 0), [(1, What::Blocked)]);
        let two = Rulebook::new(vec![
            rule(1, "catalogue.member", list(&["A05"])),
            rule(2, "approval.chain", list(&["reviewer", "signer"])),
        ]);
        let found = replay((&book(&[]), &two), &Calendar::default(), &UNIT, &deeds, (0, 20_000));
        assert_eq!((found[0].what, found[0].words.as_str()), (What::Chain, "审批由“审核人”改为“审核人、确认人”。"));
        let least = |n| book(&[("quote.minimum", Value::Int(n))]);
        let auction = Deed { form: "auction".into(), quotes: Some(3), ..deed(1, 19_000, 400) };
        assert_eq!(replayed(&least(3), &least(4), std::slice::from_ref(&auction), 0), [(1, What::Failed)]);
        assert_eq!(replayed(&least(2), &least(3), &[auction], 0), []);
    }

    #[test]
    fn price_bands_use_what_the_market_asked_then() {
        let bands = |red| {
            book(&[
                ("price.band.notice_bp", Value::Int(0)),
                ("price.band.yellow_bp", Value::Int(500)),
                ("price.band.orange_bp", Value::Int(1_000)),
                ("price.band.red_bp", Value::Int(red)),
                ("price.band.abnormal_low_bp", Value::Int(5_000)),
                ("price.order_block_band", Value::Text("red".into())),
            ])
        };
        let with = |market| {
            let mut d = deed(1, 19_000, 130);
            d.lines[0].market = market;
            d
        };
        assert_eq!(replayed(&bands(4_000), &bands(2_000), &[with(100)], 0), [(1, What::Blocked)]);
        assert_eq!(replayed(&bands(4_000), &bands(2_000), &[with(0)], 0), [], "nothing was known of the market");
    }

    #[test]
    fn what_past_orders_cannot_tell_is_known() {
        assert!(seen("limit.direct.order_fen") && seen("asset.unit_price_fen") && seen("approval.chain"));
        assert!(seen("clock.deliver") && seen("clock.pay_sme"));
        assert!(!seen("clock.approve") && !seen("approval.separate") && !seen("credit.level.a"));
    }

    #[test]
    fn clocks_are_measured_again_by_the_times_that_are_known() {
        const DAY: i64 = 86_400_000;
        let within = |days| {
            let mut clock = rule(3, "clock.deliver", Value::Int(days));
            clock.unit = "calendar_days".into();
            let rest = [rule(1, "catalogue.member", list(&["A05"])), rule(2, "approval.chain", list(&["reviewer"]))];
            Rulebook::new(rest.into_iter().chain([clock]).collect())
        };
        // Signed on day 19 000, arrived on the fifth day after.
        let (signed, arrived) = (19_000 * DAY, 19_005 * DAY);
        let d = Deed { runs: runs(Some(signed), Some(arrived), None, None, true), ..deed(1, 19_000, 400) };
        let d = std::slice::from_ref(&d);
        assert_eq!(replayed(&within(7), &within(4), d, 0), [(1, What::Late)]);
        assert_eq!(replayed(&within(7), &within(5), d, 0), [], "the last day is in time");
        assert_eq!(replayed(&within(4), &within(7), d, 0), [(1, What::Freed)]);
        assert_eq!(replayed(&within(3), &within(4), d, 0), [], "late before and after");
        let found = replay((&within(7), &within(4)), &Calendar::default(), &UNIT, d, (0, 20_000));
        assert_eq!(found[0].words, "交货期限：按新规定应在 2022-01-12 前，实际 2022-01-13，会逾期。");
    }
}

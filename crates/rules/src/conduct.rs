//! 诚信评价: states of a case, and the score that everybody can compute again.
//!
//! Nothing costs a point before the one concerned was told and could answer. A case in force costs its points for the
//! calendar year of the decision, and as long as it is on the exposure list; an accepted rectification gives them back.
use crate::calendar::{Day, civil, day_from, day_of, year_of};
use crate::states::{moves, states};

states! {
    /// States of a case.
    State {
        /// The one concerned has been told and may answer.
        Told "told" "已告知，待陈述" "warn",
        /// Has answered or let the time pass; the office decides.
        Answered "answered" "待决定" "info",
        /// Decided: points and measure hold.
        InForce "in_force" "已处理" "bad",
        /// Decided: nothing follows.
        Dropped "dropped" "不予处理" "ok",
        /// The office above decides; points and measure hold meanwhile.
        Appealed "appealed" "申诉中" "info",
        /// The office above took it back.
        Revoked "revoked" "已撤销" "ok",
        /// Put right, to be checked; points and measure hold meanwhile.
        Mending "mending" "整改待核" "info",
        /// Put right: points and measure are lifted.
        Restored "restored" "已恢复" "ok",
    }
}

moves! {
    /// What moves a case.
    Act on State {
        /// The one concerned answers.
        Answer,
        /// The office decides against.
        Uphold,
        /// The office decides that nothing follows.
        Drop,
        /// Nobody answered in time, though told, and told again where the first notice was never opened.
        Lapse,
        /// The same where a person opened the case: time alone decides nothing that one person charged somebody with.
        Pass,
        /// The one concerned appeals.
        Appeal,
        /// The office above agrees with the decision.
        Confirm,
        /// The office above takes it back.
        Revoke,
        /// The one concerned reports what was put right.
        Mend,
        /// The office accepts that.
        Accept,
        /// The office does not.
        Reject,
    } [
        Told Answer => Answered,
        Told Lapse => InForce,
        Told Pass => Answered,
        Told Drop => Dropped,
        Answered Uphold => InForce,
        Answered Drop => Dropped,
        InForce Appeal => Appealed,
        Appealed Confirm => InForce,
        Appealed Revoke => Revoked,
        InForce Mend => Mending,
        Mending Accept => Restored,
        Mending Reject => InForce,
    ]
}

impl State {
    /// Do points and measure hold?
    pub fn holds(self) -> bool {
        matches!(self, State::InForce | State::Appealed | State::Mending)
    }

    /// Is there nothing more to do by the one concerned or an office, apart from time?
    pub fn over(self) -> bool {
        matches!(self, State::Dropped | State::Revoked | State::Restored)
    }
}

/// Why a person keeps out of an act: an earlier part in the case was his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// He opened it.
    Opened,
    /// He decided it.
    Decided,
}

/// What time does to a case nobody answered: what the mall itself measured comes into force, what a person charged goes to a
/// second person. `opened_by` is 0 for the mall itself.
pub fn when_unanswered(opened_by: i64) -> Act {
    if opened_by == 0 { Act::Lapse } else { Act::Pass }
}

/// Two people stand behind every decision: who opened a case by hand decides neither it nor the appeal, who decided it does
/// not decide the appeal.
pub fn own_part(act: Act, person: i64, opened_by: i64, decided_by: Option<i64>) -> Option<Own> {
    let decides = matches!(act, Act::Uphold | Act::Drop | Act::Confirm | Act::Revoke);
    if decides && opened_by == person {
        return Some(Own::Opened);
    }
    let appeal = matches!(act, Act::Confirm | Act::Revoke);
    (appeal && decided_by == Some(person)).then_some(Own::Decided)
}

/// Whom an indicator concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A supplier.
    Supplier,
    /// A buying unit.
    Unit,
}

/// An indicator of conduct: the rulebook says how many points it costs.
#[derive(Clone, Copy, Debug)]
pub struct Indicator {
    /// Key of the rule.
    pub rule: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// Whom it concerns.
    pub side: Side,
}

const fn indicator(rule: &'static str, label: &'static str, side: Side) -> Indicator {
    Indicator { rule, label, side }
}

/// All indicators.
pub const INDICATORS: &[Indicator] = &[
    indicator("credit.deduct.order_unconfirmed", "逾期不确认订单", Side::Supplier),
    indicator("credit.deduct.order_refused", "拒绝有效订单", Side::Supplier),
    indicator("credit.deduct.late_delivery", "逾期交货", Side::Supplier),
    indicator("credit.deduct.goods_differ", "所供与所列不符", Side::Supplier),
    indicator("credit.deduct.counterfeit", "假冒或翻新", Side::Supplier),
    indicator("credit.deduct.price_orange", "价格明显偏高（橙色）", Side::Supplier),
    indicator("credit.deduct.price_red", "价格严重偏高（红色）", Side::Supplier),
    indicator("credit.deduct.category_wrong", "品目错放", Side::Supplier),
    indicator("credit.deduct.duplicate", "重复铺货", Side::Supplier),
    indicator("credit.deduct.source_expired", "货源证明缺失或过期", Side::Supplier),
    indicator("credit.deduct.declaration_false", "声明不实", Side::Supplier),
    indicator("credit.deduct.award_abandoned", "放弃成交", Side::Supplier),
    indicator("credit.deduct.collusion", "围标串标", Side::Supplier),
    indicator("credit.deduct.complaint_upheld", "投诉成立", Side::Supplier),
    indicator("credit.deduct.fake_trade", "虚假交易", Side::Supplier),
    indicator("credit.deduct.evaluated_low", "采购人评价低", Side::Supplier),
    indicator("credit.deduct.blacklisted", "被列入严重失信名单", Side::Supplier),
    indicator("credit.deduct.buyer_late_acceptance", "逾期验收", Side::Unit),
    indicator("credit.deduct.buyer_late_payment", "逾期付款", Side::Unit),
    indicator("credit.deduct.buyer_split", "拆分采购", Side::Unit),
    indicator("credit.deduct.buyer_off_platform", "场外交易", Side::Unit),
    indicator("credit.deduct.buyer_reject_no_reason", "无故拒收", Side::Unit),
    indicator("credit.deduct.buyer_evaluated_low", "供应商评价低", Side::Unit),
];

/// The indicator of a rule.
pub fn indicator_of(rule: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().find(|i| i.rule == rule)
}

/// What a case costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// State of the case.
    pub state: State,
    /// Points.
    pub points: i64,
    /// The day of the decision.
    pub decided: Option<Day>,
    /// The last day on the exposure list.
    pub exposed_to: Option<Day>,
}

impl Cost {
    /// Do its points count on a day?
    pub fn counts(&self, today: Day) -> bool {
        let Some(decided) = self.decided else { return false };
        self.state.holds() && decided <= today && (year_of(decided) == year_of(today) || self.exposed(today))
    }

    /// Is it on the exposure list on a day?
    pub fn exposed(&self, today: Day) -> bool {
        self.state.holds() && self.decided.is_some_and(|d| d <= today) && self.exposed_to.is_some_and(|d| today <= d)
    }
}

/// The score on a day: what one starts with, less the points that count, never below zero.
pub fn score(start: i64, costs: &[Cost], today: Day) -> i64 {
    let lost: i64 = costs.iter().filter(|c| c.counts(today)).map(|c| c.points).sum();
    (start - lost).max(0)
}

/// Level of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Best.
    A,
    /// Good.
    B,
    /// May not quote, by default.
    C,
    /// Suspended, by default.
    D,
}

impl Level {
    /// The level of a score by the lowest scores of A, B and C.
    pub fn of(score: i64, [a, b, c]: [i64; 3]) -> Level {
        match score {
            s if s >= a => Level::A,
            s if s >= b => Level::B,
            s if s >= c => Level::C,
            _ => Level::D,
        }
    }

    /// Key in the rulebook: `credit.exposure_months.<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Level::A => "a",
            Level::B => "b",
            Level::C => "c",
            Level::D => "d",
        }
    }

    /// Letter shown.
    pub fn label(self) -> &'static str {
        match self {
            Level::A => "A",
            Level::B => "B",
            Level::C => "C",
            Level::D => "D",
        }
    }

    /// Kind of tag that shows it.
    pub fn tone(self) -> &'static str {
        match self {
            Level::A => "ok",
            Level::B => "info",
            Level::C => "warn",
            Level::D => "bad",
        }
    }
}

/// The same date so many months on; the last of the month where there is no such date.
pub fn months_on(day: Day, months: i64) -> Day {
    let (year, month, date) = civil(day);
    let at = i64::from(year) * 12 + i64::from(month) - 1 + months;
    let (year, month) = (at.div_euclid(12) as i32, at.rem_euclid(12) as u32 + 1);
    (1..=date).rev().find_map(|d| day_from(year, month, d)).unwrap_or(day)
}

/// The last day of exposure of a decision made at a time; None for no exposure.
pub fn exposed_to(decided_at: i64, months: i64) -> Option<Day> {
    (months > 0).then(|| months_on(day_of(decided_at), months))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        crate::calendar::parse_day(text).unwrap()
    }

    #[test]
    fn nobody_pays_before_being_told() {
        // However a case came into force, it began as told, and an answer was possible.
        for (from, act, to) in MOVES {
            if to.holds() && !from.holds() {
                assert!(matches!((from, act), (State::Told, Act::Lapse) | (State::Answered, Act::Uphold)));
            }
            assert!(!from.over(), "{from:?} is over");
        }
        assert_eq!(next(State::Told, Act::Uphold), None, "an office waits for the answer or the end of the time");
    }

    #[test]
    fn two_people_stand_behind_a_decision() {
        let (opener, second, third) = (7, 8, 9);
        for act in [Act::Uphold, Act::Drop] {
            assert_eq!(own_part(act, opener, opener, None), Some(Own::Opened));
            assert_eq!(own_part(act, second, opener, None), None);
            assert_eq!(own_part(act, opener, 0, None), None, "opened by the mall itself");
        }
        for act in [Act::Confirm, Act::Revoke] {
            assert_eq!(own_part(act, opener, opener, Some(second)), Some(Own::Opened));
            assert_eq!(own_part(act, second, opener, Some(second)), Some(Own::Decided));
            assert_eq!(own_part(act, third, opener, Some(second)), None);
            assert_eq!(own_part(act, third, 0, Some(0)), None, "decided by time");
        }
        for act in [Act::Answer, Act::Appeal, Act::Mend, Act::Accept, Act::Reject] {
            assert_eq!(own_part(act, opener, opener, Some(opener)), None, "{act:?} decides nothing against anybody");
        }
    }

    #[test]
    fn time_alone_decides_only_what_the_mall_measured() {
        assert_eq!(next(State::Told, when_unanswered(0)), Some(State::InForce));
        assert_eq!(next(State::Told, when_unanswered(7)), Some(State::Answered));
    }

    #[test]
    fn points_count_in_the_year_and_while_exposed() {
        let cost = |state, exposed: Option<&str>| Cost {
            state,
            points: 15,
            decided: Some(day("2026-11-20")),
            exposed_to: exposed.map(day),
        };
        let told = Cost { decided: None, ..cost(State::Told, None) };
        let list = [cost(State::InForce, None), cost(State::Restored, None), told];
        assert_eq!(score(100, &list, day("2026-11-19")), 100, "not before the decision");
        assert_eq!(score(100, &list, day("2026-12-31")), 85);
        assert_eq!(score(100, &list, day("2027-01-01")), 100);
        let exposed = [cost(State::Appealed, Some("2027-02-20"))];
        assert_eq!(score(100, &exposed, day("2027-02-20")), 85);
        assert_eq!(score(100, &exposed, day("2027-02-21")), 100);
        assert_eq!(score(10, &list, day("2026-12-31")), 0);
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(months_on(day("2026-11-30"), 3), day("2027-02-28"));
        assert_eq!(months_on(day("2026-08-31"), 1), day("2026-09-30"));
        assert_eq!(months_on(day("2026-12-15"), 1), day("2027-01-15"));
        assert_eq!(exposed_to(crate::calendar::start_of(day("2026-01-31")), 0), None);
    }

    proptest! {
        #[test]
        fn levels_fall_with_the_score(a in 0_i64..200, b in 0_i64..200) {
            let line = [90, 80, 60];
            if a <= b {
                prop_assert!(Level::of(a, line) >= Level::of(b, line));
            }
        }

        /// Restoring a case never lowers the score; a new case in force never raises it.
        #[test]
        fn the_score_moves_the_right_way(
            list in proptest::collection::vec((0_usize..8, 0_i64..120, 20_000_i32..21_000, 0_i32..200), 0..8), today in 20_000_i32..21_500
        ) {
            let costs: Vec<Cost> = list.iter().map(|(s, points, at, more)| Cost {
                state: State::ALL[*s], points: *points, decided: Some(*at), exposed_to: Some(at + more),
            }).collect();
            let now = score(100, &costs, today);
            prop_assert!((0..=100).contains(&now));
            for i in 0..costs.len() {
                let mut better = costs.clone();
                better[i].state = State::Restored;
                prop_assert!(score(100, &better, today) >= now);
                let mut worse = costs.clone();
                worse[i].state = State::InForce;
                prop_assert!(score(100, &worse, today) <= now);
            }
        }
    }
}

//! 动态预警: what may be wrong, seen from figures. One file a rule; each says what it needs, how it reckons and on what it rests.
//!
//! A hit is a lead, never a verdict. What cannot be judged for want of data is said to be so; it is not passed over.

use crate::states::{moves, states};

pub mod contest;
pub mod k01_low_spread;
pub mod k02_cover_quotes;
pub mod k03_split_market;
pub mod m04_price_bump;
pub mod m07_other_station;
pub mod m08_hasty_acceptance;
pub mod m09_one_answer;
pub mod m11_fits_one;
pub mod m13_account_before_payment;
pub mod r003_short_period;
pub mod r018_single_bidder;
pub mod r019_few_bidders;
pub mod r022_spread;
pub mod r023_round_numbers;
pub mod r024_close_second;
pub mod r025_hardly_wins;
pub mod r026_same_partners;
pub mod r027_regular_absent;
pub mod r028_equal_quotes;
pub mod r029_first_digits;
pub mod r030_late_quote;
pub mod r031_near_ceiling;
pub mod r034_in_step;
pub mod r035_all_others_out;
pub mod r036_lowest_out;
pub mod r038_exclusions;
pub mod r048_many_classes;
pub mod r053_same_winner;
pub mod r057_rotation;
pub mod r058_far_second;
pub mod r061_decision_time;
pub mod w03_frequency;
pub mod w04_hugging;
pub mod w05_pair;
pub mod w06_same_machine;
pub mod w07_shared_people;
pub mod w08_quote_pattern;
pub mod w09_companion;
pub mod w11_low_quote;
pub mod w14_fulfilment;
pub mod w18_five_stars;

/// How serious a lead is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// To be looked at.
    Yellow,
    /// To be looked at soon.
    Orange,
    /// To be looked at at once.
    Red,
}

impl Level {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Level::Yellow => "yellow",
            Level::Orange => "orange",
            Level::Red => "red",
        }
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Level::Yellow => "黄色",
            Level::Orange => "橙色",
            Level::Red => "红色",
        }
    }

    /// The level of a key; yellow for anything else.
    pub fn of(key: &str) -> Level {
        match key {
            "red" => Level::Red,
            "orange" => Level::Orange,
            _ => Level::Yellow,
        }
    }

    /// Kind of tag that shows it.
    pub fn tone(self) -> &'static str {
        if self == Level::Yellow { "warn" } else { "bad" }
    }
}

/// What a rule is, for people.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Code, such as `W04`.
    pub id: &'static str,
    /// Chinese name.
    pub title: &'static str,
    /// Level of its hits.
    pub level: Level,
    /// How it reckons, in words; parameters stand in braces by their key in the rulebook.
    pub formula: &'static str,
    /// What it rests on.
    pub basis: &'static str,
    /// When the same is not raised again.
    pub repeat: &'static str,
}

/// What a rule says of some figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A lead, with its figures in words.
    Hit(String),
    /// Nothing to see.
    Clear,
    /// Cannot be judged: what is missing.
    Blind(&'static str),
}

/// All rules.
pub const RULES: [&Rule; 41] = [
    &w03_frequency::RULE,
    &w04_hugging::RULE,
    &w05_pair::RULE,
    &w09_companion::RULE,
    &w14_fulfilment::RULE,
    &w18_five_stars::RULE,
    &m04_price_bump::RULE,
    &m07_other_station::RULE,
    &m08_hasty_acceptance::RULE,
    &m13_account_before_payment::RULE,
    &w06_same_machine::RULE,
    &w07_shared_people::RULE,
    &w08_quote_pattern::RULE,
    &w11_low_quote::RULE,
    &m09_one_answer::RULE,
    &m11_fits_one::RULE,
    &r003_short_period::RULE,
    &r018_single_bidder::RULE,
    &r019_few_bidders::RULE,
    &r022_spread::RULE,
    &r023_round_numbers::RULE,
    &r024_close_second::RULE,
    &r025_hardly_wins::RULE,
    &r026_same_partners::RULE,
    &r027_regular_absent::RULE,
    &r028_equal_quotes::RULE,
    &r029_first_digits::RULE,
    &r030_late_quote::RULE,
    &r031_near_ceiling::RULE,
    &r034_in_step::RULE,
    &r035_all_others_out::RULE,
    &r036_lowest_out::RULE,
    &r038_exclusions::RULE,
    &r048_many_classes::RULE,
    &r053_same_winner::RULE,
    &r057_rotation::RULE,
    &r058_far_second::RULE,
    &r061_decision_time::RULE,
    &k01_low_spread::RULE,
    &k02_cover_quotes::RULE,
    &k03_split_market::RULE,
];

/// A rule by its code.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|r| r.id == id)
}

/// A share in percent, rounded down; 0 of nothing.
pub(crate) fn percent(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { (i128::from(part) * 100 / i128::from(whole)) as i64 }
}

states! {
    /// States of a lead.
    State {
        /// The machine found it.
        Raised "raised" "待处理" "warn",
        /// The one concerned is asked to explain.
        Asked "asked" "待说明" "warn",
        /// Has explained; the office decides.
        Explained "explained" "已说明，待核实" "info",
        /// There was a good reason.
        Justified "justified" "有正当理由" "ok",
        /// Something was wrong and was put right.
        Corrected "corrected" "已纠正" "info",
        /// Something was wrong and goes into the record of conduct.
        Sanctioned "sanctioned" "已作诚信处理" "bad",
    }
}

moves! {
    /// What moves a lead.
    Act on State {
        /// The office asks for an explanation.
        Ask,
        /// The one concerned explains.
        Explain,
        /// The office finds a good reason.
        Justify,
        /// The office sees it put right.
        Correct,
        /// The office opens a case.
        Sanction,
    } [
        Raised Ask => Asked,
        Asked Explain => Explained,
        Explained Ask => Asked,
        Raised Justify => Justified,
        Raised Correct => Corrected,
        Raised Sanction => Sanctioned,
        Asked Justify => Justified,
        Asked Correct => Corrected,
        Asked Sanction => Sanctioned,
        Explained Justify => Justified,
        Explained Correct => Corrected,
        Explained Sanction => Sanctioned,
    ]
}

impl State {
    /// Is it closed?
    pub fn over(self) -> bool {
        matches!(self, State::Justified | State::Corrected | State::Sanctioned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_lead_can_be_closed() {
        for (i, r) in RULES.iter().enumerate() {
            assert!(RULES[i + 1..].iter().all(|other| other.id != r.id), "{}", r.id);
            assert!(rule(r.id).is_some_and(|found| found.title == r.title));
        }
        for s in State::ALL.iter().filter(|s| !s.over()) {
            assert!(next(*s, Act::Justify).is_some_and(State::over), "{s:?}");
        }
        assert!(State::ALL.iter().filter(|s| s.over()).all(|s| MOVES.iter().all(|(from, ..)| from != s)));
        assert_eq!((percent(1, 3), percent(5, 0)), (33, 0));
    }
}

//! 动态预警: what may be wrong, seen from figures. One file a rule; each says what it needs, how it reckons and on what it rests.
//!
//! A hit is a lead, never a verdict. What cannot be judged for want of data is said to be so; it is not passed over.

use crate::states::{moves, states};

pub mod m04_price_bump;
pub mod m07_other_station;
pub mod m08_hasty_acceptance;
pub mod m13_account_before_payment;
pub mod w03_frequency;
pub mod w04_hugging;
pub mod w05_pair;
pub mod w09_companion;
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
pub const RULES: [&Rule; 10] = [
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

//! 动态预警: what may be wrong, seen from figures. One file a rule; each says what it needs, how it reckons and on what it rests.
//!
//! A hit is a lead, never a verdict. What cannot be judged for want of data is said to be so; it is not passed over.

use crate::states::{moves, states};

pub mod contest;
pub mod d01_newcomer;
pub mod d02_captive;
pub mod figures;
pub mod k01_low_spread;
pub mod k02_cover_quotes;
pub mod k03_split_market;
pub mod m01_above_offers;
pub mod m02_above_lowest;
pub mod m04_price_bump;
pub mod m05_only_here;
pub mod m06_accessories;
pub mod m07_other_station;
pub mod m08_hasty_acceptance;
pub mod m09_one_answer;
pub mod m10_local_share;
pub mod m11_fits_one;
pub mod m12_bunching;
pub mod m13_account_before_payment;
pub mod m14_overrides;
pub mod m15_withdrawn_complaint;
pub mod m16_top_marks;
pub mod m17_returns;
pub mod m18_never_finds;
pub mod past;
pub mod r002_just_under;
pub mod r003_short_period;
pub mod r010_no_reason;
pub mod r011_cluster;
pub mod r013_direct_share;
pub mod r016_outlier;
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
pub mod r033_related;
pub mod r034_in_step;
pub mod r035_all_others_out;
pub mod r036_lowest_out;
pub mod r038_exclusions;
pub mod r040_buyer_share;
pub mod r044_malformed;
pub mod r046_barred;
pub mod r048_many_classes;
pub mod r049_near_year;
pub mod r050_market_share;
pub mod r052_low_then_large;
pub mod r053_same_winner;
pub mod r055_near_pair;
pub mod r057_rotation;
pub mod r058_far_second;
pub mod r059_contract;
pub mod r061_decision_time;
pub mod r068_overpaid;
pub mod terms;
pub mod topic;
pub mod w01_splitting;
pub mod w02_annual;
pub mod w03_frequency;
pub mod w04_hugging;
pub mod w05_pair;
pub mod w06_same_machine;
pub mod w07_shared_people;
pub mod w08_quote_pattern;
pub mod w09_companion;
pub mod w10_deal_price;
pub mod w11_low_quote;
pub mod w12_overdue;
pub mod w13_stale_goods;
pub mod w14_fulfilment;
pub mod w15_asset;
pub mod w16_policy;
pub mod w17_blacklist;
pub mod w18_five_stars;
pub mod w19_december;

pub use terms::Terms;
pub use topic::Topic;

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
    /// A lead of another level than its rule's, where a rule has stages.
    At(Level, String),
    /// Nothing to see.
    Clear,
    /// Cannot be judged: what is missing.
    Blind(&'static str),
}

impl Outcome {
    /// The level that a staged rule found; None for what has none of its own.
    pub fn level(&self) -> Option<Level> {
        match self {
            Outcome::At(level, _) => Some(*level),
            Outcome::Hit(_) | Outcome::Clear | Outcome::Blind(_) => None,
        }
    }

    /// The figures of a lead.
    pub fn words(&self) -> Option<&str> {
        match self {
            Outcome::Hit(words) | Outcome::At(_, words) => Some(words),
            Outcome::Clear | Outcome::Blind(_) => None,
        }
    }
}

/// All rules.
pub const RULES: [&Rule; 78] = [
    &w01_splitting::RULE,
    &w02_annual::RULE,
    &w03_frequency::RULE,
    &w04_hugging::RULE,
    &w05_pair::RULE,
    &w06_same_machine::RULE,
    &w07_shared_people::RULE,
    &w08_quote_pattern::RULE,
    &w09_companion::RULE,
    &w10_deal_price::RULE,
    &w11_low_quote::RULE,
    &w12_overdue::RULE,
    &w13_stale_goods::RULE,
    &w14_fulfilment::RULE,
    &w15_asset::RULE,
    &w16_policy::RULE,
    &w17_blacklist::RULE,
    &w18_five_stars::RULE,
    &w19_december::RULE,
    &m01_above_offers::RULE,
    &m02_above_lowest::RULE,
    &m04_price_bump::RULE,
    &m05_only_here::RULE,
    &m06_accessories::RULE,
    &m07_other_station::RULE,
    &m08_hasty_acceptance::RULE,
    &m09_one_answer::RULE,
    &m10_local_share::RULE,
    &m11_fits_one::RULE,
    &m12_bunching::RULE,
    &m13_account_before_payment::RULE,
    &m14_overrides::RULE,
    &m15_withdrawn_complaint::RULE,
    &m16_top_marks::RULE,
    &m17_returns::RULE,
    &m18_never_finds::RULE,
    &r002_just_under::RULE,
    &r003_short_period::RULE,
    &r010_no_reason::RULE,
    &r011_cluster::RULE,
    &r013_direct_share::RULE,
    &r016_outlier::RULE,
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
    &r033_related::RULE,
    &r034_in_step::RULE,
    &r035_all_others_out::RULE,
    &r036_lowest_out::RULE,
    &r038_exclusions::RULE,
    &r040_buyer_share::RULE,
    &r044_malformed::RULE,
    &r046_barred::RULE,
    &r048_many_classes::RULE,
    &r049_near_year::RULE,
    &r050_market_share::RULE,
    &r052_low_then_large::RULE,
    &r053_same_winner::RULE,
    &r055_near_pair::RULE,
    &r057_rotation::RULE,
    &r058_far_second::RULE,
    &r059_contract::RULE,
    &r061_decision_time::RULE,
    &r068_overpaid::RULE,
    &d01_newcomer::RULE,
    &d02_captive::RULE,
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
        /// Has explained; the office checks.
        Explained "explained" "已说明，待核实" "info",
        /// The office has checked what was said, or what there is when nothing was; it decides.
        Verified "verified" "已核实，待办结" "info",
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
        /// The office checks.
        Verify,
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
        Verified Ask => Asked,
        Asked Verify => Verified,
        Explained Verify => Verified,
        Raised Justify => Justified,
        Verified Justify => Justified,
        Verified Correct => Corrected,
        Verified Sanction => Sanctioned,
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
    fn codes_are_unique_and_nobody_is_found_wrong_unheard() {
        for (i, r) in RULES.iter().enumerate() {
            assert!(RULES[i + 1..].iter().all(|other| other.id != r.id), "{}", r.id);
            assert!(rule(r.id).is_some_and(|found| found.title == r.title));
        }
        // Whoever was found right in the first look is let go; nobody is found wrong who was not asked and checked.
        assert_eq!(next(State::Raised, Act::Justify), Some(State::Justified));
        for (from, act, to) in MOVES.iter().filter(|(.., to)| matches!(to, State::Corrected | State::Sanctioned)) {
            assert_eq!(*from, State::Verified, "{act:?} {to:?}");
        }
        assert!(MOVES.iter().filter(|(.., to)| *to == State::Verified).all(|(from, ..)| *from != State::Raised));
        for s in State::ALL.iter().filter(|s| !s.over()) {
            assert!(MOVES.iter().any(|(from, ..)| from == s), "{s:?}");
        }
        assert!(State::ALL.iter().filter(|s| s.over()).all(|s| MOVES.iter().all(|(from, ..)| from != s)));
        assert_eq!((percent(1, 3), percent(5, 0)), (33, 0));
    }
}

//! How good the rules are: synthetic cases of which it is known what they are, fed to the same judges as real figures.
//!
//! A maker makes the figures of one case, guilty or honest, and lets the rule judge them. Guilty cases are made as people
//! would do it, now and then in a way that no rule expects; honest ones look alike now and then. Nothing of this touches the
//! mall's data. Rules were tuned on the seed [`TUNING`]; what is shown is another one, [`HELD`]. To add a rule: write its
//! maker and a line in [`SEEDED`]; a test holds the list against [`rules::alert::RULES`].

mod conduct;
mod dice;
mod field;
mod market;
mod orders;
mod quotes;
mod sales;
mod single;

pub use dice::Dice;

use rules::alert::Outcome;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Makes one case, guilty or not, and says what its rule says of it.
pub type Make = fn(&Dice, bool) -> Outcome;

/// The seed rules were tuned on.
pub const TUNING: u64 = 1;
/// The seed that is held back for measuring.
pub const HELD: u64 = 20_261_125;
/// Cases of each rule for the figures on the page of rules; half of them guilty.
const SHOWN: u64 = 200;
/// A rule that cannot tell at least so many in a thousand is not good enough.
pub const ENOUGH: u64 = 900;

/// Every rule that can be seeded, with its maker.
pub const SEEDED: &[(&str, Make)] = &[
    ("W03", orders::frequency),
    ("W04", orders::hugging),
    ("W05", orders::pair),
    ("W09", orders::companion),
    ("W14", orders::fulfilment),
    ("W18", orders::five_stars),
    ("M04", orders::price_bump),
    ("M07", orders::other_station),
    ("M08", orders::hasty_acceptance),
    ("M13", orders::account),
    ("W06", single::same_machine),
    ("W07", single::shared_people),
    ("W08", quotes::pattern),
    ("W11", quotes::low_quote),
    ("M09", single::one_answer),
    ("M11", single::fits_one),
    ("R003", single::short_period),
    ("R018", single::single_bidder),
    ("R019", single::few_bidders),
    ("R022", quotes::spread),
    ("R023", quotes::round_numbers),
    ("R024", quotes::close_second),
    ("R025", field::hardly_wins),
    ("R026", field::same_partners),
    ("R027", field::regular_absent),
    ("R028", quotes::equal),
    ("R029", quotes::first_digits),
    ("R030", single::late_quote),
    ("R031", quotes::near_ceiling),
    ("R034", single::in_step),
    ("R035", single::all_others_out),
    ("R036", single::lowest_out),
    ("R038", field::exclusions),
    ("R048", field::many_classes),
    ("R053", field::same_winner),
    ("R057", field::rotation),
    ("R058", quotes::far_second),
    ("R061", single::decision_time),
    ("K01", quotes::low_spread),
    ("K02", quotes::cover),
    ("K03", field::split_market),
    ("W01", sales::splitting),
    ("W02", sales::annual),
    ("W10", sales::deal_price),
    ("W15", sales::asset),
    ("W19", sales::december),
    ("M01", sales::above_offers),
    ("M02", sales::above_lowest),
    ("M06", sales::accessories),
    ("M12", sales::bunching),
    ("R002", sales::just_under),
    ("R010", sales::no_reason),
    ("R011", sales::cluster),
    ("R013", sales::direct_share),
    ("R016", sales::outlier),
    ("R049", sales::near_year),
    ("R055", sales::near_pair),
    ("R052", sales::low_then_large),
    ("R059", sales::contract),
    ("R068", sales::overpaid),
    ("D01", sales::newcomer),
    ("W12", conduct::overdue),
    ("W13", conduct::stale_goods),
    ("W16", conduct::policy),
    ("W17", conduct::blacklist),
    ("M05", conduct::only_here),
    ("M10", conduct::local_share),
    ("M14", conduct::overrides),
    ("M15", conduct::withdrawn_complaint),
    ("M16", conduct::top_marks),
    ("M17", conduct::returns),
    ("M18", conduct::never_finds),
    ("R033", conduct::related),
    ("R040", conduct::buyer_share),
    ("R044", conduct::malformed),
    ("R046", conduct::barred),
    ("R050", conduct::market_share),
    ("D02", conduct::captive),
];

/// How often a rule was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Guilty cases found.
    pub hits: u64,
    /// Honest cases named.
    pub false_alarms: u64,
    /// Guilty cases not named.
    pub missed: u64,
    /// Honest cases not named.
    pub passed: u64,
}

impl Quality {
    /// Of what it named, how much was guilty, in thousandths.
    pub fn precision(self) -> u64 {
        self.hits * 1000 / (self.hits + self.false_alarms).max(1)
    }

    /// Of the guilty, how much it named, in thousandths.
    pub fn recall(self) -> u64 {
        self.hits * 1000 / (self.hits + self.missed).max(1)
    }

    /// Good enough on both?
    pub fn enough(self) -> bool {
        self.precision() >= ENOUGH && self.recall() >= ENOUGH
    }
}

/// Judges so many cases of each rule, every other one guilty.
pub fn measure(seed: u64, cases: u64) -> Vec<(&'static str, Quality)> {
    let of = |(id, make): &(&'static str, Make)| {
        let (dice, mut q) = (Dice::new(seed, id), Quality::default());
        for i in 0..cases {
            let guilty = i % 2 == 0;
            let named = make(&dice, guilty).words().is_some();
            match (guilty, named) {
                (true, true) => q.hits += 1,
                (true, false) => q.missed += 1,
                (false, true) => q.false_alarms += 1,
                (false, false) => q.passed += 1,
            }
        }
        (*id, q)
    };
    SEEDED.iter().map(of).collect()
}

/// What the page of rules shows: the held seed, judged once in the life of the process.
pub fn held() -> &'static BTreeMap<&'static str, Quality> {
    static FOUND: OnceLock<BTreeMap<&'static str, Quality>> = OnceLock::new();
    FOUND.get_or_init(|| measure(HELD, SHOWN).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::alert::rule;

    #[test]
    fn every_seeded_rule_is_good_on_the_held_seed() {
        let found = measure(HELD, 1_000);
        let poor: Vec<_> = found.iter().filter(|(_, q)| !q.enough()).collect();
        assert!(poor.is_empty(), "{poor:?}");
        for (id, q) in &found {
            assert!(rule(id).is_some(), "{id} is no rule");
            assert_eq!(q.hits + q.missed, 500, "{id}");
        }
        assert_eq!(measure(HELD, 40), measure(HELD, 40), "the same seed, the same cases");
        assert_ne!(measure(HELD, 200), measure(TUNING, 200));
    }
}

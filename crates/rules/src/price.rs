//! 价格监控: the market's reference price of a product, and the band in which an asked price lies.
use crate::calendar::Day;
use crate::rulebook::{Effective, Rulebook, Scope};
use std::collections::BTreeMap;

/// A whole, in basis points.
const WHOLE_BP: i128 = 10_000;

/// A price seen outside the mall.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// Who asks it: a shop, a price list.
    pub source: &'a str,
    /// The day it was seen.
    pub day: Day,
    /// For one of the product's unit, fen.
    pub price: i64,
}

/// How a reference price is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Fewest sources.
    pub samples_min: usize,
    /// Older observations do not count, days.
    pub age_days_max: i64,
    /// The arithmetic mean instead of the median.
    pub mean: bool,
}

/// A reference price with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Fen.
    pub price: i64,
    /// How many sources.
    pub samples: usize,
    /// The oldest day that counts.
    pub from: Day,
    /// The youngest day.
    pub to: Day,
}

/// The reference price on a day: each source counts once, by its latest observation that is young enough. None when there
/// are too few sources: then nothing is judged, and that is said.
pub fn reference(observed: &[Observed<'_>], today: Day, terms: Terms) -> Option<Reference> {
    let fresh = |o: &&Observed<'_>| o.day <= today && i64::from(today) - i64::from(o.day) <= terms.age_days_max;
    let mut latest: BTreeMap<&str, &Observed<'_>> = BTreeMap::new();
    for o in observed.iter().filter(fresh) {
        let kept = latest.entry(o.source).or_insert(o);
        // Of two on one day the lower: a doubt is in favour of the market, not of the seller.
        if (o.day, -o.price) > (kept.day, -kept.price) {
            *kept = o;
        }
    }
    if latest.is_empty() || latest.len() < terms.samples_min {
        return None;
    }
    let mut prices: Vec<i64> = latest.values().map(|o| o.price).collect();
    prices.sort_unstable();
    let n = prices.len();
    let sum = |list: &[i64]| list.iter().map(|p| i128::from(*p)).sum::<i128>();
    let price = match terms.mean {
        true => sum(&prices) / n as i128,
        false => sum(&prices[(n - 1) / 2..=n / 2]) / if n.is_multiple_of(2) { 2 } else { 1 },
    };
    let days = latest.values().map(|o| o.day);
    Some(Reference { price: price as i64, samples: n, from: days.clone().min()?, to: days.max()? })
}

/// Where an asked price lies against the reference, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Not above the reference.
    Fair,
    /// So low that it has to be explained.
    AbnormalLow,
    /// A little above.
    Notice,
    /// Above: to be lowered in time.
    Yellow,
    /// Far above.
    Orange,
    /// Very far above.
    Red,
}

impl Band {
    /// All bands.
    pub const ALL: [Band; 6] = [Band::Fair, Band::AbnormalLow, Band::Notice, Band::Yellow, Band::Orange, Band::Red];

    /// Stable key, as the rulebook writes it.
    pub fn key(self) -> &'static str {
        match self {
            Band::Fair => "fair",
            Band::AbnormalLow => "abnormal_low",
            Band::Notice => "notice",
            Band::Yellow => "yellow",
            Band::Orange => "orange",
            Band::Red => "red",
        }
    }

    /// The band of a key.
    pub fn of(key: &str) -> Option<Band> {
        Band::ALL.into_iter().find(|b| b.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Band::Fair => "不高于参考价",
            Band::AbnormalLow => "异常低价",
            Band::Notice => "略高于参考价",
            Band::Yellow => "黄色：偏高",
            Band::Orange => "橙色：明显偏高",
            Band::Red => "红色：严重偏高",
        }
    }

    /// Kind of tag that shows it.
    pub fn tone(self) -> &'static str {
        match self {
            Band::Fair => "ok",
            Band::Notice => "info",
            Band::AbnormalLow | Band::Yellow => "warn",
            Band::Orange | Band::Red => "bad",
        }
    }
}

/// Where the bands begin, basis points above the reference; and where abnormally low ends, basis points of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// Notice.
    pub notice: i64,
    /// Yellow.
    pub yellow: i64,
    /// Orange.
    pub orange: i64,
    /// Red.
    pub red: i64,
    /// Abnormally low.
    pub low: i64,
    /// Orders are refused from here on; None for never.
    pub block: Option<Band>,
    /// Id of the rule that says so, 0 for none.
    pub rule: i64,
}

impl Bands {
    /// The band of a price. Exact: no rounding on the way.
    pub fn band(&self, price: i64, reference: i64) -> Band {
        let (asked, whole) = (i128::from(price) * WHOLE_BP, i128::from(reference));
        let above = |bp: i64| asked > whole * (WHOLE_BP + i128::from(bp));
        let from_above = [(self.red, Band::Red), (self.orange, Band::Orange), (self.yellow, Band::Yellow)];
        if let Some((_, band)) = from_above.into_iter().find(|(bp, _)| above(*bp)) {
            return band;
        }
        match () {
            () if above(self.notice) => Band::Notice,
            () if asked < whole * i128::from(self.low) => Band::AbnormalLow,
            () => Band::Fair,
        }
    }

    /// May nobody order in this band?
    pub fn blocks(&self, band: Band) -> bool {
        self.block.is_some_and(|from| band >= from)
    }
}

fn rule<'a>(book: &'a Rulebook, key: &str, path: &[&str], category: Option<&str>, day: Day) -> Option<Effective<'a>> {
    book.resolve(key, path, &Scope { mode: None, form: None, category, amount: None }, day)
}

/// How reference prices are made at a place. None when the rulebook does not say: then there are none.
pub fn terms(book: &Rulebook, path: &[&str], day: Day) -> Option<Terms> {
    let number = |key: &str| rule(book, key, path, None, day).and_then(|e| e.int());
    Some(Terms {
        samples_min: usize::try_from(number("price.reference.samples_min")?).ok()?,
        age_days_max: number("price.reference.age_days_max")?,
        mean: rule(book, "price.reference.method", path, None, day)?.text() == Some("mean"),
    })
}

/// The bands of a category at a place. None when the rulebook does not give them all.
pub fn bands(book: &Rulebook, path: &[&str], category: &str, day: Day) -> Option<Bands> {
    let number = |key: &str| rule(book, key, path, Some(category), day).and_then(|e| e.int());
    let block = rule(book, "price.order_block_band", path, Some(category), day);
    Some(Bands {
        notice: number("price.band.notice_bp")?,
        yellow: number("price.band.yellow_bp")?,
        orange: number("price.band.orange_bp")?,
        red: number("price.band.red_bp")?,
        low: number("price.band.abnormal_low_bp")?,
        block: block.as_ref().and_then(Effective::text).and_then(Band::of),
        rule: block.map_or(0, |e| e.rule.id),
    })
}

/// Lower quartile, median and upper quartile of prices that were paid, by nearest rank; None for none.
pub fn quartiles(prices: &[i64]) -> Option<[i64; 3]> {
    let mut all = prices.to_vec();
    all.sort_unstable();
    let at = |part: usize| all.get((all.len() * part).div_ceil(4).max(1) - 1).copied();
    Some([at(1)?, at(2)?, at(3)?])
}

/// How prices moved from one time to the next, in basis points of the earlier ones: the geometric mean over goods that were
/// bought in both (Jevons). None when there are none.
pub fn movement(pairs: &[(i64, i64)]) -> Option<i64> {
    let logs: Vec<f64> =
        pairs.iter().filter(|(a, b)| *a > 0 && *b > 0).map(|(a, b)| (*b as f64 / *a as f64).ln()).collect();
    if logs.is_empty() {
        return None;
    }
    Some(((logs.iter().sum::<f64>() / logs.len() as f64).exp() * 10_000.0).round() as i64)
}

/// What the rulebook does about a price in a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing beyond showing the band.
    Show,
    /// The supplier is told to lower it in time; afterwards the offer is frozen.
    Warn,
    /// The offer is not sold until the price is fair.
    Freeze,
    /// The same, and a case that takes it off the shelf.
    Delist,
    /// A person looks at it.
    Review,
}

/// The action of a band at a place.
pub fn action(book: &Rulebook, path: &[&str], category: &str, band: Band, day: Day) -> Action {
    let key = match band {
        Band::Fair => return Action::Show,
        Band::AbnormalLow => "price.action.abnormal_low",
        Band::Notice => "price.action.notice",
        Band::Yellow => "price.action.yellow",
        Band::Orange => "price.action.orange",
        Band::Red => "price.action.red",
    };
    match rule(book, key, path, Some(category), day).as_ref().and_then(Effective::text) {
        Some("warn") => Action::Warn,
        Some("freeze") => Action::Freeze,
        Some("delist") => Action::Delist,
        Some("review") => Action::Review,
        _ => Action::Show,
    }
}

/// How far a price is from the reference: 高 12.3% or 低 4.0%.
pub fn distance(price: i64, reference: i64) -> String {
    let tenths = (i128::from(price) - i128::from(reference)) * 1000 / i128::from(reference.max(1));
    let word = if tenths < 0 { "低" } else { "高" };
    format!("{word} {}.{}%", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TERMS: Terms = Terms { samples_min: 3, age_days_max: 30, mean: false };
    const BANDS: Bands =
        Bands { notice: 0, yellow: 500, orange: 1000, red: 2000, low: 5000, block: Some(Band::Orange), rule: 0 };

    fn seen(list: &[(&'static str, Day, i64)]) -> Vec<Observed<'static>> {
        list.iter().map(|(source, day, price)| Observed { source, day: *day, price: *price }).collect()
    }

    #[test]
    fn a_reference_needs_enough_young_sources_and_counts_each_once() {
        let three = [("a", 100, 10), ("b", 100, 20), ("c", 100, 60)];
        let want = Reference { price: 20, samples: 3, from: 100, to: 100 };
        assert_eq!(reference(&seen(&three), 100, TERMS), Some(want));
        assert_eq!(reference(&seen(&three), 100, Terms { mean: true, ..TERMS }).unwrap().price, 30);
        assert_eq!(reference(&seen(&three), 130, TERMS), Some(want), "thirty days are young enough");
        assert_eq!(reference(&seen(&three), 131, TERMS), None, "thirty-one are not");
        assert_eq!(reference(&seen(&three), 99, TERMS), None, "what will be seen tomorrow does not count today");
        assert_eq!(reference(&seen(&[("a", 100, 1), ("a", 99, 2), ("a", 98, 3)]), 100, TERMS), None, "one source");
        let twice = seen(&[("a", 90, 90), ("a", 100, 30), ("b", 100, 20), ("c", 100, 10)]);
        assert_eq!(reference(&twice, 100, TERMS).unwrap().price, 20, "the latest of a source");
        let even = seen(&[("a", 1, 10), ("b", 1, 20), ("c", 1, 31), ("d", 1, 90)]);
        assert_eq!(reference(&even, 1, TERMS).unwrap().price, 25);
        assert_eq!(reference(&[], 1, Terms { samples_min: 0, ..TERMS }), None);
    }

    #[test]
    fn bands_begin_just_above_their_limits() {
        for (price, want) in [
            (4_999, Band::AbnormalLow),
            (5_000, Band::Fair),
            (10_000, Band::Fair),
            (10_001, Band::Notice),
            (10_500, Band::Notice),
            (10_501, Band::Yellow),
            (11_000, Band::Yellow),
            (11_001, Band::Orange),
            (12_000, Band::Orange),
            (12_001, Band::Red),
        ] {
            assert_eq!(BANDS.band(price, 10_000), want, "{price}");
        }
        assert!(BANDS.blocks(Band::Orange) && BANDS.blocks(Band::Red));
        assert!(!BANDS.blocks(Band::Yellow) && !BANDS.blocks(Band::AbnormalLow));
        assert!(!Bands { block: None, ..BANDS }.blocks(Band::Red));
        assert_eq!((distance(11_234, 10_000), distance(9_600, 10_000)), ("高 12.3%".into(), "低 4.0%".into()));
        for b in Band::ALL {
            assert_eq!(Band::of(b.key()), Some(b));
        }
    }

    #[test]
    fn quartiles_and_movement() {
        assert_eq!(quartiles(&[]), None);
        assert_eq!(quartiles(&[7]), Some([7, 7, 7]));
        assert_eq!(quartiles(&[4, 1, 3, 2]), Some([1, 2, 3]));
        assert_eq!(movement(&[]), None);
        assert_eq!(movement(&[(100, 110), (200, 220)]), Some(11_000));
        assert_eq!(movement(&[(100, 200), (200, 100), (0, 5)]), Some(10_000));
    }

    proptest! {
        #[test]
        fn a_reference_lies_between_what_was_seen(prices in prop::collection::vec(1i64..1_000_000_000, 3..12), mean: bool) {
            let names: Vec<String> = (0..prices.len()).map(|i| i.to_string()).collect();
            let list: Vec<Observed<'_>> =
                prices.iter().zip(&names).map(|(p, n)| Observed { source: n, day: 7, price: *p }).collect();
            let r = reference(&list, 7, Terms { mean, ..TERMS }).unwrap();
            prop_assert!(prices.iter().min().unwrap() <= &r.price && &r.price <= prices.iter().max().unwrap());
            let mut turned = list.clone();
            turned.reverse();
            prop_assert_eq!(reference(&turned, 7, Terms { mean, ..TERMS }), Some(r), "the order does not matter");
        }

        #[test]
        fn a_higher_price_is_never_in_a_better_band(a in 1i64..10_000_000, b in 1i64..10_000_000, r in 1i64..10_000_000) {
            let (low, high) = (BANDS.band(a.min(b), r), BANDS.band(a.max(b), r));
            // Abnormally low is the only band that a higher price leaves for the better.
            prop_assert!(low <= high || low == Band::AbnormalLow);
            prop_assert!(a.min(b) > r || !BANDS.blocks(low));
        }

        /// There and back is where it began; quartiles are prices that were paid, in order.
        #[test]
        fn there_and_back(pairs in proptest::collection::vec((100_i64..10_000, 100_i64..10_000), 1..20)) {
            let back: Vec<(i64, i64)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
            let (there, back) = (movement(&pairs).unwrap() as f64, movement(&back).unwrap() as f64);
            prop_assert!((there / 10_000.0 * back / 10_000.0 - 1.0).abs() < 0.6 / there.min(back).max(1.0) + 0.001);
            let prices: Vec<i64> = pairs.iter().map(|p| p.0).collect();
            let [a, b, c] = quartiles(&prices).unwrap();
            prop_assert!(a <= b && b <= c && prices.contains(&a) && prices.contains(&b) && prices.contains(&c));
        }
    }
}

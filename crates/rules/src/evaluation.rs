//! 互评: what the evaluations of a quarter say about one side. One counterpart is one voice, however many orders it had.
use crate::calendar::{Day, civil, day_from};
use std::collections::BTreeMap;

/// The evaluation of one order by the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who evaluated.
    pub by: i64,
    /// Quality, delivery, service: 1 to 5 each.
    pub stars: [i64; 3],
}

/// What evaluations come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// Mean of the counterparts' means, hundredths of a star.
    pub hundredths: i64,
    /// How many counterparts.
    pub voices: usize,
    /// How many orders.
    pub orders: usize,
}

impl Mean {
    /// As people read it: `4.62`.
    pub fn show(&self) -> String {
        format!("{}.{:02}", self.hundredths / 100, self.hundredths % 100)
    }
}

/// The mean of what was given; None when nothing was.
pub fn mean(given: &[Given]) -> Option<Mean> {
    let mut voices: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for g in given {
        let voice = voices.entry(g.by).or_default();
        voice.0 += g.stars.iter().sum::<i64>();
        voice.1 += 3;
    }
    let all = voices.len();
    let sum: i64 = voices.values().map(|(stars, marks)| stars * 100 / marks).sum();
    (all > 0).then(|| Mean { hundredths: sum / all as i64, voices: all, orders: given.len() })
}

/// Is a mean low enough, by enough voices, to be answered for?
pub fn low(m: &Mean, fair: i64, voices_min: usize) -> bool {
    m.voices >= voices_min && m.hundredths < fair
}

/// The quarter before the one of a day: its name, first and last day.
pub fn quarter_before(day: Day) -> (String, Day, Day) {
    let (year, month, _) = civil(day);
    let this = (month - 1) / 3;
    let (y, q) = if this == 0 { (year - 1, 3) } else { (year, this - 1) };
    let first = |year: i32, quarter: u32| day_from(year, quarter * 3 + 1, 1).unwrap_or(day);
    (format!("{y}Q{}", q + 1), first(y, q), first(year, this) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{parse_day, show_day};

    #[test]
    fn one_counterpart_is_one_voice() {
        let cross = Given { by: 1, stars: [1, 1, 1] };
        let glad = |by| Given { by, stars: [5, 5, 5] };
        let m = mean(&[cross, cross, cross, cross, glad(2), glad(3)]).unwrap();
        assert_eq!((m.hundredths, m.voices, m.orders), (366, 3, 6));
        assert!(!low(&m, 300, 3));
        assert!(low(&m, 400, 3));
        assert!(!low(&m, 400, 4), "too few voices");
        assert_eq!(mean(&[]), None);
        assert_eq!(m.show(), "3.66");
    }

    #[test]
    fn quarters_follow_each_other() {
        let q = |d: &str| {
            let (name, a, b) = quarter_before(parse_day(d).unwrap());
            format!("{name} {} {}", show_day(a), show_day(b))
        };
        assert_eq!(q("2026-01-01"), "2025Q4 2025-10-01 2025-12-31");
        assert_eq!(q("2026-03-31"), "2025Q4 2025-10-01 2025-12-31");
        assert_eq!(q("2026-04-01"), "2026Q1 2026-01-01 2026-03-31");
        assert_eq!(q("2024-12-31"), "2024Q3 2024-07-01 2024-09-30");
    }
}

//! What a unit bought before, as far as rules about its orders ask. The cart adds the order that would be; so what the buyer is
//! told and what the office is told come from the same figures.
use crate::calendar::{DAY_MS, Ms, civil, day_from, day_of, start_of};
use std::collections::{BTreeMap, BTreeSet};

/// What one order holds of one second-level category charged to one budget line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// Order; 0 for one that is not made yet.
    pub order: i64,
    /// Supplier.
    pub supplier: i64,
    /// Bought directly from the shelf?
    pub direct: bool,
    /// The order's sum, fen.
    pub total: i64,
    /// When made, ms UTC.
    pub at: Ms,
    /// Second-level category, such as `A0504`.
    pub kind: String,
    /// Budget line.
    pub budget: i64,
    /// Of the sum in this category and budget line, fen.
    pub amount: i64,
}

/// One whole order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Order.
    pub order: i64,
    /// Supplier.
    pub supplier: i64,
    /// Bought directly from the shelf?
    pub direct: bool,
    /// Sum, fen.
    pub total: i64,
    /// When made, ms UTC.
    pub at: Ms,
}

/// How many orders and what they sum to, fen.
pub type Sum = (i64, i64);

/// Orders of a unit that came to something, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Past(pub Vec<Bought>);

impl Past {
    /// What of it lies within a time, both ends with it.
    pub fn within(&self, from: Ms, to: Ms) -> Past {
        Past(self.0.iter().filter(|b| b.at >= from && b.at <= to).cloned().collect())
    }

    /// Whole orders since a time, each once.
    pub fn orders(&self, from: Ms) -> Vec<Whole> {
        let mut seen = BTreeSet::new();
        let fresh = self.0.iter().filter(|b| b.at >= from && seen.insert(b.order));
        fresh
            .map(|b| Whole { order: b.order, supplier: b.supplier, direct: b.direct, total: b.total, at: b.at })
            .collect()
    }

    fn of<'a>(&'a self, kind: &'a str, from: Ms) -> impl Iterator<Item = &'a Bought> {
        self.0.iter().filter(move |b| b.kind == kind && b.at >= from)
    }

    /// Direct orders that hold something of a category since a time: when, and the whole sum.
    pub fn direct(&self, kind: &str, from: Ms) -> Vec<(Ms, i64)> {
        let mut seen = BTreeSet::new();
        self.of(kind, from).filter(|b| b.direct && seen.insert(b.order)).map(|b| (b.at, b.total)).collect()
    }

    /// How many orders hold something of a category since a time.
    pub fn count(&self, kind: &str, from: Ms) -> i64 {
        self.of(kind, from).map(|b| b.order).collect::<BTreeSet<_>>().len() as i64
    }

    /// Orders and amount in a category since a time: those of one supplier, and all.
    pub fn shares(&self, kind: &str, supplier: i64, from: Ms) -> (Sum, Sum) {
        let sum = |theirs: bool| {
            let part = self.of(kind, from).filter(|b| !theirs || b.supplier == supplier);
            let (mut orders, mut amount) = (BTreeSet::new(), 0);
            for b in part {
                orders.insert(b.order);
                amount += b.amount;
            }
            (orders.len() as i64, amount)
        };
        (sum(true), sum(false))
    }

    /// Orders and amount in a category charged to one budget line since a time.
    pub fn project(&self, kind: &str, budget: i64, from: Ms) -> Sum {
        let (mut orders, mut amount) = (BTreeSet::new(), 0);
        for b in self.of(kind, from).filter(|b| b.budget == budget) {
            orders.insert(b.order);
            amount += b.amount;
        }
        (orders.len() as i64, amount)
    }

    /// Sums of the months of the year that holds `now`, January first; the last is that of `now`.
    pub fn months(&self, now: Ms) -> Vec<i64> {
        let (year, month, _) = civil(day_of(now));
        let mut by: BTreeMap<u32, i64> = (1..=month).map(|m| (m, 0)).collect();
        for o in self.orders(year_start(now)) {
            let (y, m, _) = civil(day_of(o.at));
            if y == year
                && let Some(sum) = by.get_mut(&m)
            {
                *sum += o.total;
            }
        }
        by.into_values().collect()
    }
}

/// The first instant of the year of `now`.
pub fn year_start(now: Ms) -> Ms {
    day_from(civil(day_of(now)).0, 1, 1).map_or(now, start_of)
}

/// The first instant of the month of `now`.
pub fn month_start(now: Ms) -> Ms {
    let (y, m, _) = civil(day_of(now));
    day_from(y, m, 1).map_or(now, start_of)
}

/// So many days before.
pub fn days_before(now: Ms, days: i64) -> Ms {
    now - days.clamp(0, 36_500) * DAY_MS
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Noon of a Beijing day.
    pub fn noon(day: &str) -> Ms {
        start_of(crate::calendar::parse_day(day).unwrap()) + DAY_MS / 2
    }

    /// A direct order of paper.
    pub fn paper(order: i64, supplier: i64, total: i64, at: Ms) -> Bought {
        Bought { order, supplier, direct: true, total, at, kind: "A0504".into(), budget: 1, amount: total }
    }

    #[test]
    fn orders_count_once_however_many_lines_they_have() {
        let day = noon("2026-03-05");
        let other = Bought { kind: "A0201".into(), budget: 2, amount: 40, ..paper(1, 7, 100, day) };
        let p = Past(vec![
            Bought { amount: 60, ..paper(1, 7, 100, day) },
            other,
            Bought { direct: false, ..paper(2, 8, 50, day + 1) },
            paper(3, 7, 9, noon("2025-12-31")),
        ]);
        assert_eq!(p.orders(0).len(), 3);
        assert_eq!(p.direct("A0504", 0), [(day, 100), (noon("2025-12-31"), 9)], "the auction is no direct order");
        assert_eq!((p.count("A0504", 0), p.count("A0504", day + 1), p.count("A0201", 0)), (3, 1, 1));
        assert_eq!(p.shares("A0504", 7, 0), ((2, 69), (3, 119)));
        assert_eq!((p.project("A0201", 2, 0), p.project("A0201", 1, 0)), ((1, 40), (0, 0)));
        assert_eq!(p.months(noon("2026-04-01")), [0, 0, 150, 0]);
        assert_eq!(year_start(day), noon("2026-01-01") - DAY_MS / 2);
        assert_eq!(month_start(day), noon("2026-03-01") - DAY_MS / 2);
        assert_eq!(days_before(DAY_MS, -5), DAY_MS);
    }
}

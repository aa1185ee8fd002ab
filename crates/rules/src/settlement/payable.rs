//! What may be paid from which budget line, and the interest of late payment.
use crate::Fen;
use crate::calendar::{Ms, day_of};

/// The money of one order in one budget line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Budget line.
    pub budget: i64,
    /// Accepted and kept but not yet paid, fen.
    pub payable: i64,
}

/// Splits a payment over budget lines, in their order; `None` when together they do not hold that much.
pub fn allocate(amount: i64, buckets: &[Bucket]) -> Option<Vec<(i64, i64)>> {
    let mut left = amount;
    let mut out = Vec::new();
    for b in buckets {
        let part = left.min(b.payable.max(0));
        if part > 0 {
            out.push((b.budget, part));
            left -= part;
        }
    }
    (left == 0 && amount > 0).then_some(out)
}

/// Interest of a payment that came late: basis points of the amount for each Beijing day after the due day, cut to the fen.
///
/// Source: Regulation on Ensuring Payments to Small and Medium-sized Enterprises (State Council order 802) art. 17.
pub fn late_interest(amount: Fen, due_at: Ms, paid_or_now: Ms, bp_per_day: i64) -> Fen {
    let days = (i64::from(day_of(paid_or_now)) - i64::from(day_of(due_at))).max(0);
    let product = i128::from(amount.0.max(0)) * i128::from(bp_per_day.max(0)) * i128::from(days) / 10_000;
    Fen(i64::try_from(product).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{DAY_MS, end_of};

    #[track_caller]
    fn check(amount: i64, days_late: i64, bp: i64, want: i64) {
        let due = end_of(20_000);
        assert_eq!(late_interest(Fen(amount), due, due + days_late * DAY_MS, bp), Fen(want));
    }

    #[test]
    fn interest_counts_whole_days_after_the_due_day() {
        check(1_000_000, 0, 5, 0);
        check(1_000_000, -3, 5, 0);
        check(1_000_000, 1, 5, 500);
        check(1_000_000, 30, 5, 15_000);
        check(1_999, 1, 5, 0);
        check(0, 30, 5, 0);
        check(1_000_000, 30, 0, 0);
        let due = end_of(20_000);
        assert_eq!(late_interest(Fen(1_000_000), due, due + 1, 5), Fen(500));
    }

    #[test]
    fn a_payment_is_split_in_the_order_of_budget_lines() {
        let two = [Bucket { budget: 1, payable: 300 }, Bucket { budget: 2, payable: 500 }];
        for (amount, want) in [
            (200, Some(vec![(1, 200)])),
            (300, Some(vec![(1, 300)])),
            (301, Some(vec![(1, 300), (2, 1)])),
            (800, Some(vec![(1, 300), (2, 500)])),
            (801, None),
            (0, None),
        ] {
            assert_eq!(allocate(amount, &two), want, "{amount}");
        }
        assert_eq!(
            allocate(5, &[Bucket { budget: 1, payable: -9 }, Bucket { budget: 2, payable: 5 }]),
            Some(vec![(2, 5)])
        );
    }

    /// Numbers that look random and are the same every time.
    fn numbers() -> impl FnMut(i64) -> i64 {
        let mut x = 0x9e37_79b9_7f4a_7c15_u64;
        move |below| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            (x % below.unsigned_abs()) as i64
        }
    }

    #[test]
    fn parts_sum_to_the_payment_and_never_exceed_a_line() {
        let mut next = numbers();
        for _ in 0..2_000 {
            let payable: Vec<i64> = (0..next(6)).map(|_| next(2_000) - 200).collect();
            let amount = next(4_000) + 1;
            let buckets: Vec<_> =
                payable.iter().enumerate().map(|(i, p)| Bucket { budget: i as i64, payable: *p }).collect();
            match allocate(amount, &buckets) {
                Some(parts) => {
                    assert_eq!(parts.iter().map(|p| p.1).sum::<i64>(), amount);
                    assert!(parts.iter().all(|(b, part)| *part > 0 && *part <= payable[*b as usize]));
                }
                None => assert!(amount > payable.iter().map(|p| (*p).max(0)).sum::<i64>()),
            }
        }
    }

    #[test]
    fn interest_grows_with_time_and_is_never_negative() {
        let mut next = numbers();
        for _ in 0..2_000 {
            let (amount, due, late, bp) = (next(10_000_000_000), next(2_000_000_000_000), next(400), next(100));
            let at = |d: i64| late_interest(Fen(amount), due, due + d * DAY_MS, bp).0;
            assert_eq!(at(0), 0);
            assert!(at(late) >= 0 && at(late + 1) >= at(late));
        }
    }
}

//! 批量采购: rounds and demands with their tables of states, and how a summed demand is shared among winners.
use crate::calendar::{Day, civil, day_from};
use crate::states::{moves, states};

/// Rounds: one category, one area, one window.
pub mod round {
    use super::{moves, states};

    states! {
        /// Where a round stands.
        State {
            /// Units file their demand until the due day.
            Collecting "collecting" "征集需求" "info",
            /// Demand is summed; suppliers make sealed offers.
            Offering "offering" "供应商报价" "info",
            /// The centre holds an auction for each package.
            Auctioning "auctioning" "批量竞价" "info",
            /// Shared out into orders.
            Done "done" "已成交" "ok",
            /// Nobody offered, or nobody asked.
            Failed "failed" "未成交" "bad",
            /// Stopped with a reason.
            Cancelled "cancelled" "已终止" "bad",
        }
    }

    moves! {
        /// What moves a round.
        Act on State {
            /// The due day is over: sealed offers.
            Offer,
            /// The due day is over: auctions.
            Auction,
            /// Winners are found.
            Share,
            /// Nothing to share.
            Fail,
            /// Stopped by the centre.
            Cancel,
        }
        [
            Collecting Offer => Offering,
            Collecting Auction => Auctioning,
            Collecting Fail => Failed,
            Collecting Cancel => Cancelled,
            Offering Share => Done,
            Offering Fail => Failed,
            Offering Cancel => Cancelled,
            Auctioning Share => Done,
            Auctioning Fail => Failed,
        ]
    }
}

/// Demands: what one unit wants of one package.
pub mod demand {
    use super::{moves, states};

    states! {
        /// Where a demand stands.
        State {
            /// Under the unit's own review; the budget is frozen.
            Approving "approving" "审批中" "warn",
            /// Back with the handler, nothing frozen.
            Returned "returned" "已退回" "bad",
            /// Taken back.
            Withdrawn "withdrawn" "已撤回" "bad",
            /// With the supervising unit.
            Submitted "submitted" "主管单位审核" "warn",
            /// Counts in the round.
            Accepted "accepted" "已汇总" "info",
            /// Its order is made.
            Ordered "ordered" "已成交" "ok",
            /// The round brought nothing for it; the money is free.
            Unmet "unmet" "未成交" "bad",
        }
    }

    moves! {
        /// What moves a demand.
        Act on State {
            /// 同意, more approvals follow.
            Pass,
            /// 同意, the last one: to the supervising unit.
            Submit,
            /// 退回, by the unit's own people or the supervising unit.
            Return,
            /// 撤回.
            Withdraw,
            /// The supervising unit agrees.
            Accept,
            /// Its share of the result became an order.
            Order,
            /// No share for it.
            Miss,
        }
        [
            Approving Pass => Approving,
            Approving Submit => Submitted,
            Approving Return => Returned,
            Approving Withdraw => Withdrawn,
            Approving Miss => Unmet,
            Returned Withdraw => Withdrawn,
            Submitted Accept => Accepted,
            Submitted Return => Returned,
            Submitted Withdraw => Withdrawn,
            Submitted Miss => Unmet,
            Accepted Order => Ordered,
            Accepted Miss => Unmet,
        ]
    }
}

/// The next day by which demand is due: the `submit_day` of the next month of the period that is at least five days ahead.
/// Periods: `monthly`, `quarterly`, `half_year`.
pub fn next_due(today: Day, submit_day: i64, period: &str) -> Day {
    let every = match period {
        "quarterly" => 3,
        "half_year" => 6,
        _ => 1,
    };
    let (mut year, mut month, _) = civil(today);
    for _ in 0..24 {
        // The first month of each period: January and so on.
        if (month - 1) % every == 0
            && let Some(day) = day_from(year, month, submit_day.clamp(1, 28) as u32)
            && day >= today + 5
        {
            return day;
        }
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    today + 30
}

/// What a supplier offers: price of one, and how many at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub supplier: i64,
    /// Price of one, fen.
    pub price: i64,
    /// How many at most.
    pub most: i64,
    /// Order of arrival; the earlier wins a tie.
    pub seq: i64,
}

/// A demand to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Which.
    pub demand: i64,
    /// How many.
    pub quantity: i64,
}

/// A part of a demand that a supplier meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which demand.
    pub demand: i64,
    /// Who supplies.
    pub supplier: i64,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
}

/// The most that an offer may ask: shelf price less the discount that the rulebook wants.
pub fn most_price(shelf: i64, discount_bp: i64) -> i64 {
    (i128::from(shelf) * i128::from(10_000 - discount_bp) / 10_000) as i64
}

/// Shares wants among the `winners` cheapest offers. Large wants first, each whole with the cheapest winner that has room
/// for it; only what fits nowhere whole is split. What no winner has room for is left out.
pub fn share(wants: &[Want], offers: &[Offer], winners: usize) -> Vec<Share> {
    let mut line: Vec<Offer> = offers.to_vec();
    line.sort_by_key(|o| (o.price, o.seq));
    line.truncate(winners);
    let mut wants = wants.to_vec();
    wants.sort_by_key(|w| (-w.quantity, w.demand));
    let mut out = Vec::new();
    for w in wants {
        let mut left = w.quantity;
        let whole = line.iter().position(|o| o.most >= left);
        let order: Vec<usize> = whole.map_or_else(|| (0..line.len()).collect(), |i| vec![i]);
        for i in order {
            let quantity = left.min(line[i].most);
            if quantity > 0 {
                line[i].most -= quantity;
                left -= quantity;
                out.push(Share { demand: w.demand, supplier: line[i].supplier, price: line[i].price, quantity });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_winner_takes_all_and_the_rest_is_shared_by_room() {
        let offer = |supplier, price, most| Offer { supplier, price, most, seq: supplier };
        let want = |demand, quantity| Want { demand, quantity };
        let all = share(&[want(1, 5), want(2, 3)], &[offer(1, 90, 100), offer(2, 80, 100)], 1);
        assert!(all.iter().all(|s| s.supplier == 2) && all.iter().map(|s| s.quantity).sum::<i64>() == 8);
        let two = share(&[want(1, 5), want(2, 3)], &[offer(1, 90, 100), offer(2, 80, 5)], 2);
        assert_eq!(two[0], Share { demand: 1, supplier: 2, price: 80, quantity: 5 });
        assert_eq!(two[1], Share { demand: 2, supplier: 1, price: 90, quantity: 3 });
        let split = share(&[want(1, 8)], &[offer(1, 90, 4), offer(2, 80, 3)], 2);
        assert_eq!(
            split.iter().map(|s| (s.supplier, s.quantity)).collect::<Vec<_>>(),
            [(2, 3), (1, 4)],
            "one is unmet"
        );
        assert_eq!(share(&[want(1, 8)], &[], 3), []);
        assert_eq!(most_price(10_000, 300), 9_700);
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_wanted_or_gives_more_than_offered(
            wants in prop::collection::vec(1i64..50, 0..20),
            offers in prop::collection::vec((1i64..100, 1i64..200), 0..8),
            winners in 1usize..5,
        ) {
            let wants: Vec<Want> = wants.iter().enumerate().map(|(i, q)| Want { demand: i as i64, quantity: *q }).collect();
            let offers: Vec<Offer> = offers
                .iter()
                .enumerate()
                .map(|(i, (price, most))| Offer { supplier: i as i64, price: *price, most: *most, seq: i as i64 })
                .collect();
            let shares = share(&wants, &offers, winners);
            let sum = |f: &dyn Fn(&Share) -> bool| shares.iter().filter(|s| f(s)).map(|s| s.quantity).sum::<i64>();
            for w in &wants {
                prop_assert!(sum(&|s| s.demand == w.demand) <= w.quantity);
            }
            for o in &offers {
                prop_assert!(sum(&|s| s.supplier == o.supplier) <= o.most);
                prop_assert!(shares.iter().filter(|s| s.supplier == o.supplier).all(|s| s.price == o.price));
            }
            let mut who: Vec<i64> = shares.iter().map(|s| s.supplier).collect();
            who.sort_unstable();
            who.dedup();
            prop_assert!(who.len() <= winners);
            // Nothing is left over while a winner has room.
            let mut line = offers.clone();
            line.sort_by_key(|o| (o.price, o.seq));
            line.truncate(winners);
            let room: i64 = line.iter().map(|o| o.most).sum();
            let wanted: i64 = wants.iter().map(|w| w.quantity).sum();
            prop_assert_eq!(sum(&|_| true), room.min(wanted));
        }
    }

    #[test]
    fn demand_is_due_on_the_day_of_the_next_period() {
        let day = |y, m, d| day_from(y, m, d).unwrap();
        assert_eq!(next_due(day(2026, 11, 1), 10, "monthly"), day(2026, 11, 10));
        assert_eq!(next_due(day(2026, 11, 6), 10, "monthly"), day(2026, 12, 10));
        assert_eq!(next_due(day(2026, 12, 20), 10, "monthly"), day(2027, 1, 10));
        assert_eq!(next_due(day(2026, 11, 1), 10, "quarterly"), day(2027, 1, 10));
        assert_eq!(next_due(day(2026, 2, 1), 10, "half_year"), day(2026, 7, 10));
    }

    #[test]
    fn the_tables_are_whole() {
        assert!(round::State::ALL.iter().all(|s| round::State::of(s.key()) == Some(*s)));
        assert!(demand::State::ALL.iter().all(|s| demand::State::of(s.key()) == Some(*s)));
        assert_eq!(demand::next(demand::State::Ordered, demand::Act::Withdraw), None);
        assert_eq!(round::next(round::State::Collecting, round::Act::Share), None);
    }
}

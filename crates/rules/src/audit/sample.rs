//! What is drawn of a population: all, some, or by the weight of money.
//!
//! By weight (货币单元抽样): the amounts are laid end to end in the order of the draw, and every interval's worth of fen one point
//! falls; the order under the point is drawn. Whatever is as large as the interval is drawn for certain. Integers only.

use crate::states::states;

states! {
    /// How orders are drawn.
    Method {
        /// Every order of the scope.
        All "all" "全部" "info",
        /// So many, each with the same chance.
        Random "random" "随机抽样" "info",
        /// So many points of money, so that large orders come more often.
        Weighted "weighted" "按金额加权抽样" "info",
    }
}

/// The distance of two points, fen: what all orders come to, divided by the points. At least one fen.
pub fn interval(total: i64, points: i64) -> i64 {
    (total / points.max(1)).max(1)
}

/// Draws by weight: `ordered` are ids with fen in the order of the draw, the first point falls at `start`, which is below the
/// interval. Gives the ids drawn, in that order, with how many points fell on each.
pub fn weighted(ordered: &[(i64, i64)], points: i64, start: i64) -> Vec<(i64, i64)> {
    let total: i64 = ordered.iter().map(|(_, fen)| fen).sum();
    let step = interval(total, points);
    let (mut out, mut end, mut used) = (Vec::new(), 0_i64, 0_i64);
    for (id, fen) in ordered {
        end += fen;
        // Points below `end`: those at start, start + step, …
        let below = if end <= start { 0 } else { ((end - start - 1) / step + 1).min(points) };
        if below > used {
            out.push((*id, below - used));
            used = below;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_fall_where_the_money_lies() {
        let all = [(1, 100), (2, 300), (3, 50), (4, 550)];
        // Total 1000, four points, one every 250 fen.
        assert_eq!(interval(1000, 4), 250);
        assert_eq!(weighted(&all, 4, 0), [(1, 1), (2, 1), (4, 2)]);
        assert_eq!(weighted(&all, 4, 99), [(1, 1), (2, 1), (4, 2)]);
        assert_eq!(weighted(&all, 4, 100), [(2, 2), (4, 2)]);
        assert_eq!(weighted(&all, 4, 249), [(2, 1), (4, 3)]);
        assert_eq!(weighted(&all, 1, 999), [(4, 1)]);
        assert_eq!(weighted(&[], 3, 0), []);
        // More points than fen: everything.
        assert_eq!(weighted(&[(1, 2), (2, 1)], 9, 0), [(1, 2), (2, 1)]);
    }

    proptest! {
        /// As many points as asked for fall, whatever is as large as the interval is drawn, and each order's chance is its share.
        #[test]
        fn no_point_is_lost(amounts in proptest::collection::vec(1_i64..5_000, 1..60), points in 1_i64..40, roll in 0_i64..1_000_000) {
            let all: Vec<(i64, i64)> = amounts.iter().enumerate().map(|(i, a)| (i as i64, *a)).collect();
            let total: i64 = amounts.iter().sum();
            prop_assume!(points <= total);
            let step = interval(total, points);
            let drawn = weighted(&all, points, roll % step);
            prop_assert_eq!(drawn.iter().map(|(_, n)| n).sum::<i64>(), points);
            // What lies beyond the last whole interval is the remainder of a division and has no point of its own.
            let mut end = 0;
            for (id, fen) in &all {
                end += fen;
                if *fen >= step && end <= step * points {
                    prop_assert!(drawn.iter().any(|(d, _)| d == id));
                }
            }
            // Over all starts every fen below the last interval is hit once.
            if step <= 300 {
                let mut hits = vec![0_i64; all.len()];
                for start in 0..step {
                    for (id, n) in weighted(&all, points, start) {
                        hits[id as usize] += n;
                    }
                }
                let mut end = 0;
                for (id, fen) in &all {
                    let from = end;
                    end += fen;
                    let covered = (step * points).min(end) - from.min(step * points);
                    prop_assert_eq!(hits[*id as usize], covered);
                }
            }
        }
    }
}

//! K02 陪衬报价筛查: one quote stands well below the others, and the others lie close together: the picture of cover bids.
//!
//! Screens of cartel research on hidden quotes: relative distance RD (gap over the standard deviation of the losers), normalised
//! distance (gap over the mean gap of neighbours), DIFFP (gap over the winning quote); with five and more, on every group of
//! four that holds the winner too. Standard deviations are compared squared, so that nothing is rounded.
use super::contest::{ONE, percent_of, ratio};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "K02",
    title: "疑似陪衬报价（相对距离筛查）",
    level: Level::Orange,
    formula: "截止前互相看不到报价、≥ 4 家有效报价：次低价高出最低价 ≥ {alert.screen.gap_percent}%，且是落选报价标准差的 {alert.screen.distance} 倍以上、大于相邻差距平均数；5 家以上时，含最低价的四家组合中一半以上也如此",
    basis: "串通投标的相对距离筛查（RD、归一化距离、DIFFP）；韩国公正交易委员会所列“陪衬报价”；只作线索",
    repeat: "每场竞价一次",
};

/// Quotes below which the losers have no spread.
const QUOTES_MIN: usize = 4;
/// Groups of four are looked at among so many lowest quotes.
const LOOK: usize = 12;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The gap is at least this share of the lowest quote.
    pub gap_percent: i64,
    /// And this many standard deviations of the losers.
    pub distance: i64,
}

/// Sorted quotes: is the gap wide for the spread of the rest?
fn covered(q: &[i64], p: Params) -> bool {
    let gap = i128::from(q[1] - q[0]);
    let losers: Vec<i128> = q[1..].iter().map(|a| i128::from(*a)).collect();
    let m = losers.len() as i128;
    let sum: i128 = losers.iter().sum();
    // m(m−1) times the sample variance.
    let spread: i128 = m * losers.iter().map(|a| a * a).sum::<i128>() - sum * sum;
    let mean_gap = i128::from(q[q.len() - 1] - q[0]);
    gap * 100 >= i128::from(q[0]) * i128::from(p.gap_percent)
        && gap * gap * m * (m - 1) >= i128::from(p.distance).pow(2) * spread
        && gap * (q.len() as i128 - 1) > mean_gap
}

/// How many groups of four with the lowest quote there are, and in how many of them it is covered.
fn groups(q: &[i64], p: Params) -> (u32, u32) {
    let (mut all, mut hit) = (0, 0);
    let q = &q[..q.len().min(LOOK)];
    for a in 1..q.len() {
        for b in a + 1..q.len() {
            for c in b + 1..q.len() {
                all += 1;
                hit += u32::from(covered(&[q[0], q[a], q[b], q[c]], p));
            }
        }
    }
    (all, hit)
}

/// Valid quotes; were they hidden?
pub fn judge(quotes: &[i64], secret: bool, p: Params) -> Outcome {
    if !secret {
        return Outcome::Blind("公开报价互相看得到，差距不说明问题");
    }
    if quotes.len() < QUOTES_MIN {
        return Outcome::Blind("有效报价不足 4 家");
    }
    let mut q = quotes.to_vec();
    q.sort_unstable();
    if !covered(&q, p) {
        return Outcome::Clear;
    }
    let (all, hit) = groups(&q, p);
    if hit * 2 < all {
        return Outcome::Clear;
    }
    let share = percent_of(ratio((q[1] - q[0]).into(), q[0].into()).min(99 * ONE));
    let among = percent_of(ratio((q[q.len() - 1] - q[1]).into(), q[1].into()).min(99 * ONE));
    Outcome::Hit(format!("最低价之外 {} 家报价相差不过 {among}，却都比最低价高 {share} 以上", q.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_low_and_the_others_in_a_row() {
        let p = Params { gap_percent: 3, distance: 3 };
        assert!(
            matches!(judge(&[100_000, 105_000, 105_800, 106_400], true, p), Outcome::Hit(w) if w.contains("1.3%") && w.contains("5.0%"))
        );
        assert_eq!(judge(&[100_000, 105_000, 109_000, 113_000], true, p), Outcome::Clear, "the others differ as much");
        assert_eq!(judge(&[100_000, 102_900, 103_000, 103_100], true, p), Outcome::Clear, "near the lowest");
        assert!(matches!(judge(&[100_000, 105_000, 105_400, 105_800, 106_100], true, p), Outcome::Hit(_)));
        assert_eq!(groups(&[1, 2, 3, 4, 5], p).0, 4);
        assert!(matches!(judge(&[100_000, 105_000, 105_100], true, p), Outcome::Blind(_)));
        assert!(matches!(judge(&[100_000, 105_000, 105_100, 105_200], false, p), Outcome::Blind(_)));
    }
}

//! R034 步调一致: all bidders quote within one hour of a long event, or the same bidders come in the same order time after time.
//!
//! In the last hour everybody hurries: that is no sign. An order repeats by chance once in n! times; it is a lead when the
//! chance of all repetitions is below one in two hundred.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R034",
    title: "各家报价时间步调一致",
    level: Level::Yellow,
    formula: "≥ 3 家报价：开放 ≥ 24 小时的竞价中各家首次报价都在同一小时内，且不是最后一小时；或同样几家每次同场首次报价的先后都相同，纯属巧合的机会小于二百分之一",
    basis: "OCP 红旗指南 R034；时间和机会为平台建议值",
    repeat: "每场竞价一次",
};

const HOUR_MS: i64 = 3_600_000;
const BIDDERS_MIN: usize = 3;
/// A chance below one in so many is no chance.
const CHANCE: i128 = 200;

/// First quotes of this event (who and when), its opening and end; in earlier events of just these bidders, in which order they came.
pub fn judge(firsts: &[(i64, i64)], opened: i64, ended: i64, earlier: &[Vec<i64>]) -> Outcome {
    if firsts.len() < BIDDERS_MIN {
        return Outcome::Blind("不足 3 家报价");
    }
    let mut order = firsts.to_vec();
    order.sort_by_key(|(who, at)| (*at, *who));
    let (first, last) = (order[0].1, order[order.len() - 1].1);
    if ended - opened >= 24 * HOUR_MS && last - first < HOUR_MS && ended - last > HOUR_MS {
        return Outcome::Hit(format!("{} 家首次报价相隔不到 {} 分钟", order.len(), (last - first) / 60_000 + 1));
    }
    let who: Vec<i64> = order.iter().map(|(w, _)| *w).collect();
    let again = earlier.iter().filter(|e| **e == who).count();
    let ways = (1..=who.len().min(20) as i128).product::<i128>();
    // Below the limit once so many repetitions, or one of very many bidders, have come together.
    let odds = (0..again).fold(1_i128, |odds, _| odds.saturating_mul(ways));
    if again == earlier.len() && odds > CHANCE {
        return Outcome::Hit(format!("同样 {} 家 {} 场竞价的报价先后都相同", who.len(), again + 1));
    }
    Outcome::Clear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_an_hour_or_in_the_same_order() {
        let day = 24 * HOUR_MS;
        let at = |a, b, c| vec![(1, a), (2, b), (3, c)];
        assert!(matches!(judge(&at(0, 5, HOUR_MS - 1), 0, day, &[]), Outcome::Hit(w) if w.contains("60 分钟")));
        assert_eq!(judge(&at(0, 5, HOUR_MS), 0, day, &[]), Outcome::Clear, "an hour");
        assert_eq!(judge(&at(day - 9, day - 8, day - 7), 0, day, &[]), Outcome::Clear, "the last hour");
        assert_eq!(judge(&at(0, 5, 9), 0, day - 1, &[]), Outcome::Clear, "a short event");
        let far = at(0, 5 * HOUR_MS, 9 * HOUR_MS);
        let same = vec![1, 2, 3];
        assert!(matches!(judge(&far, 0, day, &vec![same.clone(); 3]), Outcome::Hit(w) if w.contains("4 场")));
        assert_eq!(judge(&far, 0, day, &vec![same.clone(); 2]), Outcome::Clear, "one in 36 is chance");
        assert_eq!(judge(&far, 0, day, &[same.clone(), same.clone(), same, vec![2, 1, 3]]), Outcome::Clear);
        assert!(matches!(judge(&far[..2], 0, day, &[]), Outcome::Blind(_)));
    }
}

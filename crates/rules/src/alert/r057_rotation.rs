//! R057 轮流成交: two or three suppliers take turns more regularly than chance lets them.
//!
//! The plain share of changes (above 0.6) is reached by three honest rivals too; so it must also lie two standard deviations
//! above what these winners would show in random order. All in whole numbers.
use super::{Level, Outcome, Rule};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R057",
    title: "少数几家轮流成交",
    level: Level::Orange,
    formula: "同一城市同一二级品目一年内 ≥ {alert.rotation.awards} 场成交，成交的只有 2 至 3 家（各 ≥ 2 场），相邻两场换人的比例 > {alert.rotation.percent}%，且比随机次序多两个标准差以上",
    basis: "OCP 红旗指南 R057；串通投标的“轮流中标”；场数和比例为平台建议值",
    repeat: "同一城市、品目、年度只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// From so many awards on.
    pub awards: usize,
    /// Above this share of changes.
    pub percent: i64,
}

/// Winners in order of time.
pub fn judge(winners: &[i64], p: Params) -> Outcome {
    if winners.len() < p.awards.max(4) {
        return Outcome::Blind("成交场数不够");
    }
    let mut each: BTreeMap<i64, i128> = BTreeMap::new();
    for w in winners {
        *each.entry(*w).or_default() += 1;
    }
    if !(2..=3).contains(&each.len()) || each.values().any(|n| *n < 2) {
        return Outcome::Clear;
    }
    let n = winners.len() as i128;
    let (steps, turns) = (n - 1, winners.windows(2).filter(|w| w[0] != w[1]).count() as i128);
    // In random order two neighbours differ with the chance e = 1 − Σ c(c−1) / n(n−1); kept as a fraction over n(n−1).
    let pairs = n * (n - 1);
    let e = pairs - each.values().map(|c| c * (c - 1)).sum::<i128>();
    let more = turns * pairs - steps * e;
    let beyond = more > 0 && more * more >= 4 * steps * e * (pairs - e);
    if turns * 100 <= steps * i128::from(p.percent) || !beyond {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("{n} 场只有 {} 家成交，{steps} 次相邻中 {turns} 次换人", each.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_that_are_no_chance() {
        let p = Params { awards: 10, percent: 60 };
        assert!(
            matches!(judge(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], p), Outcome::Hit(w) if w.contains("3 家") && w.contains("11 次换人"))
        );
        assert!(matches!(judge(&[1, 2, 1, 2, 1, 2, 1, 2, 1, 2], p), Outcome::Hit(_)));
        assert_eq!(judge(&[1, 2, 3, 3, 1, 2, 1, 1, 3, 2, 3, 1], p), Outcome::Clear, "three rivals");
        assert_eq!(judge(&[1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], p), Outcome::Clear, "four winners");
        assert_eq!(judge(&[1, 2, 1, 1, 1, 1, 1, 1, 1, 1], p), Outcome::Clear, "one strong supplier");
        assert!(matches!(judge(&[1, 2, 1, 2, 1, 2, 1, 2, 1], p), Outcome::Blind(_)));
    }
}

//! R019 参加家数偏少: fewer bidders than half of what is usual in the class.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R019",
    title: "参加家数明显少于同类",
    level: Level::Yellow,
    formula: "报价家数 < 同一二级品目一年内竞价报价家数中位数的 {alert.few_percent}%；同类不足 {alert.population} 场的无法判断",
    basis: "OCP 红旗指南 R019；比例为平台建议值",
    repeat: "每场竞价一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Below this share of the median.
    pub percent: i64,
    /// From so many events of the class on.
    pub population: usize,
}

/// How many quoted, and how many did in other events of the class.
pub fn judge(bidders: usize, others: &[usize], p: Params) -> Outcome {
    if others.len() < p.population.max(1) {
        return Outcome::Blind("同类竞价太少，没有可比的家数");
    }
    let mut all = others.to_vec();
    all.sort_unstable();
    let n = all.len();
    // Twice the median, so that nothing is rounded.
    let twice = (all[(n - 1) / 2] + all[n / 2]) as i64;
    if bidders as i64 * 200 >= twice * p.percent {
        return Outcome::Clear;
    }
    let median = if twice % 2 == 0 { (twice / 2).to_string() } else { format!("{}.5", twice / 2) };
    Outcome::Hit(format!("{bidders} 家报价，同类 {n} 场的中位数是 {median} 家"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_half_of_the_usual() {
        let p = Params { percent: 50, population: 4 };
        assert!(matches!(judge(2, &[4, 5, 5, 6], p), Outcome::Hit(w) if w.contains("中位数是 5 家")));
        assert!(matches!(judge(2, &[4, 4, 5, 6], p), Outcome::Hit(w) if w.contains("4.5 家")));
        assert_eq!(judge(2, &[3, 4, 4, 6], p), Outcome::Clear, "half is not less than half");
        assert!(matches!(judge(1, &[9, 9, 9], p), Outcome::Blind(_)));
    }
}

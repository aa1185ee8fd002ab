//! W18 评价失真: a unit gives one supplier nothing but the best marks, again and again.
use super::{Level, Outcome, Rule, percent};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W18",
    title: "评价总是满分",
    level: Level::Yellow,
    formula: "一年内同一单位对同一供应商评价 ≥ 5 次，且三项全满分的比例 ≥ {alert.five_star_percent}%",
    basis: "评价应如实；参数为平台建议默认值",
    repeat: "同一单位、供应商、年度只提示一次",
};

/// Evaluations below which a share says nothing.
pub const EVALUATIONS_MIN: i64 = 5;

/// Evaluations of the year, of them with the best marks throughout.
pub fn judge(all: i64, perfect: i64, least_percent: i64) -> Outcome {
    if all < EVALUATIONS_MIN {
        return Outcome::Blind("一年内评价不足 5 次");
    }
    if i128::from(perfect) * 100 < i128::from(all) * i128::from(least_percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("一年内评价 {all} 次，全满分 {perfect} 次（{}%）", percent(perfect, all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_best() {
        assert!(matches!(judge(20, 19, 95), Outcome::Hit(_)));
        assert_eq!(judge(20, 18, 95), Outcome::Clear);
        assert!(matches!(judge(4, 4, 95), Outcome::Blind(_)));
    }
}

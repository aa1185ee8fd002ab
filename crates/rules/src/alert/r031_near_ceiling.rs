//! R031 成交价贴近限价: an award at the ceiling although several quoted. Where one quoted, R018 says so.
use super::contest::{percent_of, ratio};
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R031",
    title: "多家竞争而成交价贴近限价",
    level: Level::Yellow,
    formula: "两家以上有效报价，成交价 ≥ 最高限价的 {alert.near_ceiling_percent}%",
    basis: "OCP 红旗指南 R031；比例为平台建议值",
    repeat: "同一单位每月只提示一次",
};

/// The award, the ceiling, how many valid quotes there were, the share.
pub fn judge(award: i64, ceiling: i64, quotes: usize, percent: i64) -> Outcome {
    if quotes < 2 || ceiling <= 0 {
        return Outcome::Blind("不足两家有效报价，没有竞争可看");
    }
    if i128::from(award) * 100 < i128::from(ceiling) * i128::from(percent) {
        return Outcome::Clear;
    }
    let share = percent_of(ratio(award.into(), ceiling.into()));
    Outcome::Hit(format!("{quotes} 家报价，成交 {}，为限价 {} 的 {share}", Fen(award).yuan(), Fen(ceiling).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_ceiling() {
        assert!(matches!(judge(980, 1000, 3, 98), Outcome::Hit(w) if w.contains("98.0%")));
        assert_eq!(judge(979, 1000, 3, 98), Outcome::Clear);
        assert!(matches!(judge(1000, 1000, 1, 98), Outcome::Blind(_)));
    }
}

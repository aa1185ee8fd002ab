//! R010 无竞争且无理由: bought directly where only one seller has the goods, and nothing that deserves to be called a reason.
use super::{Level, Outcome, Rule, Terms};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R010",
    title: "单一来源直购理由不充分",
    level: Level::Yellow,
    formula: "直购的商品只有一家在售，且采购理由不足 {alert.justify.chars} 个字",
    basis: "开放合同风险指标 R010（非竞争方式没有记录理由）；字数为平台建议值",
    repeat: "每张订单一次",
};

/// A reason has at least so many characters.
pub fn least(t: Terms<'_>) -> i64 {
    t.number("alert.justify.chars", 6)
}

/// How many sell the goods of the order that fewest sell, and what was written as a reason.
pub fn judge(sellers: i64, reason: &str, least_chars: i64) -> Outcome {
    let chars = reason.chars().filter(|c| c.is_alphanumeric()).count() as i64;
    if sellers > 1 || chars >= least_chars {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("商品只有 {sellers} 家在售，采购理由只写了 {chars} 个字"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seller_and_no_reason() {
        assert!(matches!(judge(1, "需要。", 6), Outcome::Hit(w) if w.contains("2 个字")));
        assert_eq!(judge(2, "需要", 6), Outcome::Clear, "somebody else sells it");
        assert_eq!(judge(1, "办公用纸补充", 6), Outcome::Clear);
    }
}

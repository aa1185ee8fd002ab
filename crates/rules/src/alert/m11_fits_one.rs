//! M11 需求指向唯一商品: exactly one of the goods on the shelves meets everything a requirement asks.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M11",
    title: "需求只有一种商品满足",
    level: Level::Red,
    formula: "发布时，本品目在售商品 ≥ {alert.fits_one.goods} 种，其中满足全部需求条款的只有 1 种",
    basis: "政府采购法实施条例第二十条（采购需求指向特定供应商、特定产品）；种数为平台建议值",
    repeat: "每场竞价一次",
};

/// How many goods meet everything, how many are on sale, and from how many on that says something.
pub fn judge(fit: usize, all: usize, least: usize) -> Outcome {
    if all < least.max(2) {
        return Outcome::Blind("本品目在售商品太少，无从比较");
    }
    if fit == 1 {
        return Outcome::Hit(format!("在售 {all} 种，满足全部条款的只有 1 种"));
    }
    Outcome::Clear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many() {
        assert!(matches!(judge(1, 10, 5), Outcome::Hit(w) if w.contains("10 种")));
        assert_eq!(judge(2, 10, 5), Outcome::Clear);
        assert_eq!(judge(0, 10, 5), Outcome::Clear, "something that nobody sells yet");
        assert!(matches!(judge(1, 4, 5), Outcome::Blind(_)));
    }
}

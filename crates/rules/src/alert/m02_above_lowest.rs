//! M02 高于本报价近期最低: the price of an order far above the lowest price of the same offer within thirty days.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::price::distance;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M02",
    title: "高于近 30 天最低价",
    level: Level::Orange,
    formula: "订单单价 > 这份报价近 30 天最低价的 {alert.lowest_percent}%",
    basis: "商品价格不得高于近期最低价；比例为平台建议值",
    repeat: "每张订单每件商品一次",
};

/// How far back the lowest is looked for, days.
pub const DAYS: i64 = 30;

/// Above this share of the lowest, percent.
pub fn most(t: Terms<'_>) -> i64 {
    t.number("alert.lowest_percent", 120)
}

/// The price of the order, and the lowest of the offer in the time before.
pub fn judge(price: i64, lowest: Option<i64>, most_percent: i64) -> Outcome {
    let Some(lowest) = lowest else { return Outcome::Blind("没有近 30 天的报价记录") };
    if i128::from(price) * 100 <= i128::from(lowest) * i128::from(most_percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "单价 {}，近 30 天最低 {}，{}",
        Fen(price).yuan(),
        Fen(lowest).yuan(),
        distance(price, lowest)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_above_the_lowest() {
        assert!(matches!(judge(12_001, Some(10_000), 120), Outcome::Hit(w) if w.contains("高 20.0%")));
        assert_eq!(judge(12_000, Some(10_000), 120), Outcome::Clear);
        assert!(matches!(judge(1, None, 120), Outcome::Blind(_)));
    }
}

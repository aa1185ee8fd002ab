//! M07 同物不同价: the same goods, cheaper at the same time for somebody else.
use super::{Level, Outcome, Rule, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M07",
    title: "同期别处更便宜",
    level: Level::Yellow,
    formula: "同一商品前后 7 天内，省内另一单位的成交价低 10% 以上",
    basis: "同一商品全省一个价；比例为平台建议值",
    repeat: "每张订单每件商品一次",
};

const CHEAPER_PERCENT: i64 = 10;

/// The price of the order, and the lowest that another unit agreed in the time.
pub fn judge(price: i64, elsewhere: Option<i64>) -> Outcome {
    let Some(elsewhere) = elsewhere else { return Outcome::Blind("同期没有别的单位买这件商品") };
    if i128::from(elsewhere) * 100 >= i128::from(price) * i128::from(100 - CHEAPER_PERCENT) {
        return Outcome::Clear;
    }
    let lower = percent(price - elsewhere, price);
    Outcome::Hit(format!("本单 {}，同期别处 {}，低 {lower}%", Fen(price).yuan(), Fen(elsewhere).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_tenth_cheaper() {
        assert!(matches!(judge(10_000, Some(8_999)), Outcome::Hit(_)));
        assert_eq!(judge(10_000, Some(9_000)), Outcome::Clear);
        assert!(matches!(judge(10_000, None), Outcome::Blind(_)));
    }
}

//! M04 下单前涨价: a price that rose just before an order and fell just after.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M04",
    title: "下单前涨、下单后降",
    level: Level::Red,
    formula: "订单前 7 天内报价上涨 ≥ 10%，且订单后 14 天内下降 ≥ 8%",
    basis: "商品价格不得高于近期最低价；依据各省商城价格监控做法，比例为平台建议值",
    repeat: "每张订单每件商品一次，订单满 14 天后计算",
};

const RISE_PERCENT: i64 = 10;
const FALL_PERCENT: i64 = 8;

/// The lowest price of the 7 days before, the price of the order, the lowest of the 14 days after.
pub fn judge(before: Option<i64>, ordered: i64, after: Option<i64>) -> Outcome {
    let (Some(before), Some(after)) = (before, after) else { return Outcome::Blind("没有前后的报价记录") };
    let rose = i128::from(ordered) * 100 >= i128::from(before) * i128::from(100 + RISE_PERCENT);
    let fell = i128::from(after) * 100 <= i128::from(ordered) * i128::from(100 - FALL_PERCENT);
    if !(rose && fell) {
        return Outcome::Clear;
    }
    let [b, o, a] = [before, ordered, after].map(|f| Fen(f).yuan());
    Outcome::Hit(format!("前 7 天最低 {b}，下单 {o}，后 14 天最低 {a}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_before_and_down_after() {
        assert!(matches!(judge(Some(10_000), 11_000, Some(10_120)), Outcome::Hit(_)));
        assert_eq!(judge(Some(10_000), 10_999, Some(1)), Outcome::Clear, "not a tenth");
        assert_eq!(judge(Some(10_000), 11_000, Some(10_121)), Outcome::Clear, "stayed up");
        assert!(matches!(judge(None, 1, Some(1)), Outcome::Blind(_)));
    }
}

//! M01 高于同款报价: the price of an order far above the middle of what the same goods are offered for now.
use super::figures::median;
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M01",
    title: "高于同款在售报价",
    level: Level::Orange,
    formula: "订单单价 > 同款在售报价（≥ 3 份，含本单）中位数的 {alert.offers_percent}%",
    basis: "政府采购法第十七条（价格低于市场平均价）；比例为平台建议值",
    repeat: "每张订单每件商品一次",
};

/// Offers below which the middle is not what others ask: of two it lies between the order's own price and the other.
pub const OFFERS_MIN: usize = 3;

/// Above this share of the median, percent.
pub fn most(t: Terms<'_>) -> i64 {
    t.number("alert.offers_percent", 120)
}

/// The price of the order and all live offers of the same goods, the order's own among them.
pub fn judge(price: i64, offers: &[i64], most_percent: i64) -> Outcome {
    let (Some(middle), true) = (median(offers), offers.len() >= OFFERS_MIN) else {
        return Outcome::Blind("在售的同款报价不足 3 份，中位数会随本单的价格变动");
    };
    if i128::from(price) * 100 <= i128::from(middle) * i128::from(most_percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "单价 {}，{} 份同款在售报价的中位数 {}，为中位数的 {}%",
        Fen(price).yuan(),
        offers.len(),
        Fen(middle).yuan(),
        percent(price, middle)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_above_the_middle() {
        assert!(matches!(judge(12_001, &[10_000, 9_000, 12_001], 120), Outcome::Hit(w) if w.contains("3 份")));
        assert_eq!(judge(12_000, &[10_000, 9_000, 12_000], 120), Outcome::Clear);
        assert!(matches!(judge(9, &[9], 120), Outcome::Blind(_)));
        // Twice the other's price is a third above the middle of both; at thirteen tenths nothing would be seen.
        assert!(matches!(judge(20_000, &[10_000, 20_000], 120), Outcome::Blind(_)));
        assert!(matches!(judge(13_000, &[10_000, 13_000], 120), Outcome::Blind(_)));
    }
}

//! W10 成交价超参考价 (M03 too): the price agreed against what the market asks, in the bands of the rulebook. A reference that is
//! too old is said to be so; it does not pass.
use super::{Level, Outcome, Rule};
use crate::Fen;
use crate::price::{Band, Bands, distance};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W10",
    title: "成交价超过市场参考价",
    level: Level::Yellow,
    formula: "合同单价与当日市场参考价相比，落在黄色 {price.band.yellow_bp}、橙色 {price.band.orange_bp}、红色 {price.band.red_bp} 区间，或低于 {price.band.abnormal_low_bp}（万分比）",
    basis: "商品价格不得高于市场平均价；区间由财政部门在规则库规定。同 M03：参考价过期的按“无法判断”记，不按通过记",
    repeat: "每张订单每件商品一次",
};

/// What is known of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    /// The reference price of the day on which the contract took effect, fen.
    Known(i64),
    /// Something was seen, but too long ago or too little.
    Stale,
    /// Nothing was ever seen.
    Unknown,
}

/// The price agreed, the market, and the bands of the place.
pub fn judge(price: i64, market: Market, bands: Option<Bands>) -> Outcome {
    let reference = match market {
        Market::Known(r) => r,
        Market::Stale => return Outcome::Blind("市场参考价已过期或来源不够，不作通过处理"),
        Market::Unknown => return Outcome::Blind("没有市场价观测"),
    };
    let Some(bands) = bands else { return Outcome::Blind("规则库没有规定价格区间") };
    let band = bands.band(price, reference);
    let level = match band {
        Band::Fair | Band::Notice => return Outcome::Clear,
        Band::AbnormalLow | Band::Yellow => Level::Yellow,
        Band::Orange => Level::Orange,
        Band::Red => Level::Red,
    };
    let gap = distance(price, reference);
    Outcome::At(
        level,
        format!("成交单价 {}，市场参考价 {}，{gap}，{}", Fen(price).yuan(), Fen(reference).yuan(), band.label()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_band_has_its_level_and_an_old_reference_does_not_pass() {
        let b = Bands { notice: 0, yellow: 500, orange: 1000, red: 2000, low: 5000, block: None, rule: 0 };
        let at = |price| judge(price, Market::Known(10_000), Some(b));
        assert_eq!((at(10_000), at(10_500)), (Outcome::Clear, Outcome::Clear));
        assert!(matches!(at(10_501), Outcome::At(Level::Yellow, w) if w.contains("高 5.0%")));
        assert!(matches!(at(11_001), Outcome::At(Level::Orange, _)));
        assert!(matches!(at(12_001), Outcome::At(Level::Red, _)));
        assert!(matches!(at(4_999), Outcome::At(Level::Yellow, w) if w.contains("异常低价")));
        assert!(matches!(judge(1, Market::Stale, Some(b)), Outcome::Blind(w) if w.contains("过期")));
        assert!(matches!(judge(1, Market::Unknown, Some(b)), Outcome::Blind(_)));
        assert!(matches!(judge(1, Market::Known(1), None), Outcome::Blind(_)));
    }
}

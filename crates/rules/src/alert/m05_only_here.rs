//! M05 疑似专供: goods that nobody sells elsewhere, or that are a cheaper model under another name.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::price::distance;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M05",
    title: "疑似政府专供型号",
    level: Level::Orange,
    formula: "同一型号一年内在商城成交 ≥ {alert.only_here.deals} 次，没有任何市场链接和市场价观测；或同品牌参数完全相同的另一型号便宜 10% 以上",
    basis: "参照山东省网上商城规定：市场上不销售的商品不得上架；次数和比例为平台建议值",
    repeat: "同一商品每年一次",
};

const TWIN_PERCENT: i64 = 10;

/// What is known of a model.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Deals of a year in the mall.
    pub deals: i64,
    /// Offers that name a place outside where the same is sold.
    pub links: i64,
    /// Prices seen outside, ever.
    pub seen: i64,
    /// Price of the deal, fen.
    pub price: i64,
    /// Another model of the brand with the same parameters, and its lowest price now.
    pub twin: Option<(String, i64)>,
}

/// Deals from which on nobody else's selling it is odd.
pub fn least(t: Terms<'_>) -> i64 {
    t.number("alert.only_here.deals", 3)
}

/// A model that exists only here, or twice.
pub fn judge(f: &Figures, least_deals: i64) -> Outcome {
    if let Some((model, price)) = &f.twin
        && i128::from(*price) * 100 <= i128::from(f.price) * i128::from(100 - TWIN_PERCENT)
    {
        let gap = distance(*price, f.price);
        return Outcome::Hit(format!(
            "成交单价 {}；同品牌参数完全相同的型号 {model} 在售 {}，{gap}",
            Fen(f.price).yuan(),
            Fen(*price).yuan()
        ));
    }
    if f.links > 0 || f.seen > 0 {
        return Outcome::Clear;
    }
    if f.deals < least_deals {
        return Outcome::Blind("没有市场信息，成交次数也太少");
    }
    Outcome::Hit(format!("一年内在商城成交 {} 次，没有任何市场链接和市场价观测", f.deals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sold_only_here_or_under_two_names() {
        let f = Figures { deals: 3, price: 1000, ..Figures::default() };
        assert!(matches!(judge(&f, 3), Outcome::Hit(w) if w.contains("3 次")));
        assert_eq!(judge(&Figures { links: 1, ..f.clone() }, 3), Outcome::Clear);
        assert_eq!(judge(&Figures { seen: 1, ..f.clone() }, 3), Outcome::Clear);
        assert!(matches!(judge(&Figures { deals: 2, ..f.clone() }, 3), Outcome::Blind(_)));
        let twin = |price| Figures { links: 1, twin: Some(("X2".into(), price)), ..f.clone() };
        assert!(matches!(judge(&twin(900), 3), Outcome::Hit(w) if w.contains("X2")));
        assert_eq!(judge(&twin(901), 3), Outcome::Clear, "not a tenth cheaper");
    }
}

//! W15 超资产配置标准: dearer than the standard allows, or more than the staff may have.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W15",
    title: "超资产配置标准",
    level: Level::Red,
    formula: "订单单价 > {asset.unit_price_fen}，或本年该品目采购数量 > 按编制人数 {asset.per_head_percent}% 或每 {asset.staff_per_unit} 人一台算出的数量",
    basis: "中央行政单位通用办公设备家具配置标准（财资〔2016〕27号）及各地标准",
    repeat: "每张订单每个品目一次",
};

/// One category of an order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// The dearest price of one, fen.
    pub price: i64,
    /// The highest price that the standard allows.
    pub price_most: Option<i64>,
    /// Bought this year, this order with it.
    pub count: i64,
    /// How many the staff may have.
    pub count_most: Option<i64>,
}

/// How many of a category a unit of this staff may have: by a share of the staff, or one for so many heads. None for no standard.
pub fn most_units(staff: i64, per_head_percent: Option<i64>, staff_per_unit: Option<i64>) -> Option<i64> {
    match (per_head_percent, staff_per_unit) {
        (Some(percent), _) => Some((staff * percent + 99) / 100),
        (None, Some(heads)) if heads > 0 => Some((staff + heads - 1) / heads),
        _ => None,
    }
}

/// None of the two standards is passed.
pub fn judge(f: Figures) -> Outcome {
    let mut words = Vec::new();
    if let Some(most) = f.price_most.filter(|m| f.price > *m) {
        words.push(format!("单价 {}，标准上限 {}", Fen(f.price).yuan(), Fen(most).yuan()));
    }
    if let Some(most) = f.count_most.filter(|m| f.count > *m) {
        words.push(format!("本年已买 {}，最多配 {most}", f.count));
    }
    match (words.is_empty(), f.price_most.is_none() && f.count_most.is_none()) {
        (false, _) => Outcome::Hit(words.join("；")),
        (true, true) => Outcome::Blind("这个品目没有配置标准"),
        (true, false) => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_and_number_against_the_standard() {
        let f = Figures { price: 500, price_most: Some(500), count: 20, count_most: Some(20) };
        assert_eq!(judge(f), Outcome::Clear);
        assert!(matches!(judge(Figures { price: 501, ..f }), Outcome::Hit(w) if w.contains("标准上限")));
        assert!(matches!(judge(Figures { count: 21, ..f }), Outcome::Hit(w) if w.contains("最多配 20")));
        assert!(matches!(judge(Figures { price: 9, count: 9, ..Figures::default() }), Outcome::Blind(_)));
        assert_eq!(most_units(21, Some(50), Some(5)), Some(11), "the share goes first, rounded up");
        assert_eq!((most_units(21, None, Some(20)), most_units(21, None, None)), (Some(2), None));
    }
}

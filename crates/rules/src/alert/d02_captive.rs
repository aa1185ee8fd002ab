//! D02 只卖给一家: a supplier all of whose orders come from one unit.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "D02",
    title: "供应商只做一家单位的生意",
    level: Level::Yellow,
    formula: "供应商 12 个月内订单 ≥ {alert.captive.orders} 单，全部来自同一单位",
    basis: "采购风险指标：依附于单一采购人的供应商；单数为平台建议值",
    repeat: "同一供应商、单位、年度一次",
};

/// From so many orders on.
pub fn least(t: Terms<'_>) -> i64 {
    t.number("alert.captive.orders", 10)
}

/// Units of a supplier's orders of a year with the sums.
pub fn judge(orders: &[(i64, i64)], least: i64) -> Outcome {
    let Some((first, _)) = orders.first() else { return Outcome::Clear };
    if (orders.len() as i64) < least.max(1) {
        return Outcome::Blind("12 个月内订单太少");
    }
    if orders.iter().any(|(unit, _)| unit != first) {
        return Outcome::Clear;
    }
    let sum: i64 = orders.iter().map(|o| o.1).sum();
    Outcome::Hit(format!("12 个月内 {} 单共 {}，全部来自同一单位", orders.len(), Fen(sum).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_buyer_only() {
        assert!(matches!(judge(&[(1, 5), (1, 6), (1, 7)], 3), Outcome::Hit(w) if w.contains("3 单")));
        assert_eq!(judge(&[(1, 5), (2, 6), (1, 7)], 3), Outcome::Clear);
        assert!(matches!(judge(&[(1, 5), (1, 6)], 3), Outcome::Blind(_)));
        assert_eq!(judge(&[], 3), Outcome::Clear);
    }
}

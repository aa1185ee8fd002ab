//! M14 屡次破例: orders that went through against a warning with no more than a reason, again and again.
use super::{Level, Outcome, Rule, Terms, percent};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M14",
    title: "屡次写理由破例",
    level: Level::Orange,
    formula: "12 个月内，同一单位以写理由的方式不选更便宜的同款 ≥ {alert.override.unit} 单且 ≥ 全部直购的 20%；或同一审批人对同一供应商放行 ≥ {alert.override.approver} 单",
    basis: "政府采购法第六十一条（内部控制）；单数为平台建议值",
    repeat: "同一单位、供应商、年度一次",
};

const SHARE_PERCENT: i64 = 20;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Orders of a unit.
    pub unit: i64,
    /// Orders of one supplier let through by one approver.
    pub approver: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { unit: t.number("alert.override.unit", 8), approver: t.number("alert.override.approver", 3) }
}

/// Direct orders of a unit, of them with such a reason; and those of one supplier that one and the same person approved.
pub fn judge((overrides, orders): (i64, i64), by_one: i64, p: Params) -> Outcome {
    if by_one >= p.approver.max(1) {
        return Outcome::Hit(format!("同一审批人 12 个月内对这家供应商放行 {by_one} 单“不选更低报价”的订单"));
    }
    if overrides < p.unit.max(1) || i128::from(overrides) * 100 < i128::from(orders) * i128::from(SHARE_PERCENT) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "12 个月内直购 {orders} 单，其中 {overrides} 单（{}%）写理由不选更便宜的同款",
        percent(overrides, orders)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_exceptions() {
        let p = Params { unit: 5, approver: 3 };
        assert!(matches!(judge((1, 1), 3, p), Outcome::Hit(w) if w.contains("3 单")));
        assert!(matches!(judge((5, 25), 2, p), Outcome::Hit(w) if w.contains("20%")));
        assert_eq!(judge((5, 26), 2, p), Outcome::Clear, "less than a fifth");
        assert_eq!(judge((4, 4), 2, p), Outcome::Clear, "too few");
    }
}

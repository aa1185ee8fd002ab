//! W03 频繁零星采购: many small orders of one kind in a month, where one would have done.
use super::past::{Past, month_start};
use super::{Level, Outcome, Rule, Terms};
use crate::calendar::Ms;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W03",
    title: "频繁零星采购",
    level: Level::Yellow,
    formula: "同一单位同一二级品目一个自然月内的有效订单数 > {limit.same_kind.orders_per_month}",
    basis: "参照天津等地网上商城规定：同类采购每月不宜超过两次；参数由财政部门在规则库规定",
    repeat: "同一单位、品目、月份只提示一次",
};

/// Orders of the month, and how many there may be.
pub fn judge(orders: i64, most: Option<i64>) -> Outcome {
    match most {
        None => Outcome::Blind("规则库没有规定每月次数"),
        Some(most) if orders > most => Outcome::Hit(format!("本月同类订单 {orders} 单，超过 {most} 单")),
        Some(_) => Outcome::Clear,
    }
}

/// How many orders of a kind a month may have.
pub fn most(t: Terms<'_>) -> Option<i64> {
    t.int("limit.same_kind.orders_per_month")
}

/// The same from what a unit bought.
pub fn look(past: &Past, kind: &str, now: Ms, t: Terms<'_>) -> Outcome {
    judge(past.count(kind, month_start(now)), most(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_may_be() {
        assert!(matches!(judge(3, Some(2)), Outcome::Hit(w) if w.contains("3 单")));
        assert_eq!(judge(2, Some(2)), Outcome::Clear);
        assert!(matches!(judge(9, None), Outcome::Blind(_)));
    }
}

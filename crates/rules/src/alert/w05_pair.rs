//! W05 固定对象: most of what a unit buys of a kind goes to one supplier.
use super::past::{Past, Sum, days_before};
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;
use crate::calendar::Ms;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W05",
    title: "采购对象过于集中",
    level: Level::Yellow,
    formula: "同一单位同一二级品目 {alert.pair.months} 个月内订单 ≥ {alert.pair.orders} 单，且其中一家供应商的金额 > {alert.pair.percent}%；另有供应商可选",
    basis: "政府采购法第三条（公平竞争）；参数为平台建议默认值",
    repeat: "同一单位、品目、供应商、年度只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Above this share.
    pub percent: i64,
    /// From so many orders on.
    pub orders: i64,
}

/// Orders and amount that went to the supplier, the same of all suppliers, and how many suppliers sell that kind there.
pub fn judge((theirs, all): (Sum, Sum), sellers: i64, p: Params) -> Outcome {
    if sellers < 2 {
        return Outcome::Blind("这个品目只有一家供应商在售，无从选择");
    }
    if all.0 < p.orders || i128::from(theirs.1) * 100 <= i128::from(all.1) * i128::from(p.percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "{} 单共 {}，其中这家 {} 单 {}（{}%），而在售的有 {sellers} 家",
        all.0,
        Fen(all.1).yuan(),
        theirs.0,
        Fen(theirs.1).yuan(),
        percent(theirs.1, all.1)
    ))
}

/// The parameters of a purchase.
pub fn params(t: Terms<'_>) -> Params {
    Params { percent: t.number("alert.pair.percent", 50), orders: t.number("alert.pair.orders", 5) }
}

/// The same from what a unit bought; `sellers` sell the kind now.
pub fn look(past: &Past, (kind, supplier): (&str, i64), sellers: i64, now: Ms, t: Terms<'_>) -> Outcome {
    let from = days_before(now, t.number("alert.pair.months", 12) * 30);
    judge(past.shares(kind, supplier, from), sellers, params(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_half_to_one() {
        let p = Params { percent: 50, orders: 5 };
        assert!(
            matches!(judge(((3, 501), (5, 1000)), 4, p), Outcome::Hit(w) if w.contains("50%") && w.contains("4 家"))
        );
        assert_eq!(judge(((3, 500), (5, 1000)), 4, p), Outcome::Clear, "half is not more than half");
        assert_eq!(judge(((4, 1000), (4, 1000)), 4, p), Outcome::Clear, "too few orders");
        assert!(matches!(judge(((9, 9), (9, 9)), 1, p), Outcome::Blind(_)));
    }
}

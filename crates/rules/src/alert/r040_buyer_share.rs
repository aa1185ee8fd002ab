//! R040 采购集中于一家: of all a unit buys, whatever the kind, much goes to one supplier.
use super::past::Sum;
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R040",
    title: "采购总额集中于一家供应商",
    level: Level::Yellow,
    formula: "同一单位 12 个月内向一家供应商采购 ≥ {alert.buyer_share.orders} 单，金额占全部品目的 > {alert.buyer_share.percent}%，且向 2 家以上采购",
    basis: "开放合同风险指标 R040；比例和单数为平台建议值",
    repeat: "同一单位、供应商、年度一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Above this share.
    pub percent: i64,
    /// From so many orders with the supplier on.
    pub orders: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { percent: t.number("alert.buyer_share.percent", 50), orders: t.number("alert.buyer_share.orders", 5) }
}

/// Orders and amount with one supplier, and with all; and how many suppliers there are.
pub fn judge(theirs: Sum, all: Sum, suppliers: usize, p: Params) -> Outcome {
    if suppliers < 2 {
        return Outcome::Blind("12 个月内只向一家采购过，无从比较");
    }
    if theirs.0 < p.orders || i128::from(theirs.1) * 100 <= i128::from(all.1) * i128::from(p.percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "12 个月内向 {suppliers} 家采购 {} 单共 {}，其中这家 {} 单 {}（{}%）",
        all.0,
        Fen(all.1).yuan(),
        theirs.0,
        Fen(theirs.1).yuan(),
        percent(theirs.1, all.1)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_half_of_everything() {
        let p = Params { percent: 50, orders: 5 };
        assert!(matches!(judge((5, 501), (9, 1000), 3, p), Outcome::Hit(w) if w.contains("50%")));
        assert_eq!(judge((5, 500), (9, 1000), 3, p), Outcome::Clear);
        assert_eq!(judge((4, 900), (9, 1000), 3, p), Outcome::Clear, "too few");
        assert!(matches!(judge((9, 9), (9, 9), 1, p), Outcome::Blind(_)));
    }
}

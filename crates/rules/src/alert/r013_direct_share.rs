//! R013 直购占比过高: nearly everything a unit buys is bought without competition, and it is much.
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R013",
    title: "直购占比过高",
    level: Level::Yellow,
    formula: "同一单位 12 个月内订单 ≥ {alert.direct.orders} 单，直购金额占比 > {alert.direct.percent}%，且直购金额超过商城竞价限额 {limit.mall.order_fen}",
    basis: "开放合同风险指标 R013；比例和单数为平台建议值",
    repeat: "同一单位每年一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Above this share.
    pub percent: i64,
    /// From so many orders on.
    pub orders: i64,
    /// Direct purchases of less do not matter, fen.
    pub least: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params {
        percent: t.number("alert.direct.percent", 95),
        orders: t.number("alert.direct.orders", 20),
        least: t.number("limit.mall.order_fen", 0),
    }
}

/// Orders of a year, what was bought directly, and all, fen.
pub fn judge(orders: i64, direct: i64, all: i64, p: Params) -> Outcome {
    if orders < p.orders.max(1) {
        return Outcome::Blind("12 个月内订单太少，比例没有意义");
    }
    if direct <= p.least || i128::from(direct) * 100 <= i128::from(all) * i128::from(p.percent) {
        return Outcome::Clear;
    }
    let share = percent(direct, all);
    Outcome::Hit(format!("12 个月内 {orders} 单共 {}，其中直购 {}（{share}%）", Fen(all).yuan(), Fen(direct).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_everything_and_much() {
        let p = Params { percent: 95, orders: 20, least: 500 };
        assert!(matches!(judge(20, 960, 1000, p), Outcome::Hit(w) if w.contains("96%")));
        assert_eq!(judge(20, 950, 1000, p), Outcome::Clear);
        assert_eq!(judge(20, 500, 500, p), Outcome::Clear, "little money");
        assert!(matches!(judge(19, 960, 1000, p), Outcome::Blind(_)));
    }
}

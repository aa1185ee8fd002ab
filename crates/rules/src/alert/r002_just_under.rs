//! R002 略低于限额: one order just under the limit of its way of buying.
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R002",
    title: "金额略低于限额",
    level: Level::Yellow,
    formula: "订单金额 ≥ 限额的 {alert.near.from_percent}% 且 < 限额（直购 {limit.direct.order_fen}，竞价 {limit.mall.order_fen}）",
    basis: "开放合同风险指标 R002；比例为平台建议值",
    repeat: "每张订单一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The limit, fen.
    pub limit: Option<i64>,
    /// From this share of it on.
    pub from_percent: i64,
}

/// The parameters for a form of transaction.
pub fn params(t: Terms<'_>, form: &str) -> Params {
    let key = if form == "auction" { "limit.mall.order_fen" } else { "limit.direct.order_fen" };
    Params { limit: t.int(key), from_percent: t.number("alert.near.from_percent", 95) }
}

/// The sum of the order.
pub fn judge(total: i64, p: Params) -> Outcome {
    let Some(limit) = p.limit else { return Outcome::Blind("规则库没有规定限额") };
    if total >= limit || i128::from(total) * 100 < i128::from(limit) * i128::from(p.from_percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("本单 {}，限额 {}，为限额的 {}%", Fen(total).yuan(), Fen(limit).yuan(), percent(total, limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_and_near() {
        let p = Params { limit: Some(10_000), from_percent: 95 };
        assert!(matches!(judge(9_500, p), Outcome::Hit(w) if w.contains("95%")));
        assert!(matches!(judge(9_999, p), Outcome::Hit(_)));
        assert_eq!((judge(9_499, p), judge(10_000, p)), (Outcome::Clear, Outcome::Clear));
        assert!(matches!(judge(1, Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

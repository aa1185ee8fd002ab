//! W04 紧贴限额: several orders just under the limit of direct purchase.
use super::past::{Past, days_before};
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::Ms;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W04",
    title: "紧贴直购限额",
    level: Level::Orange,
    formula: "同一单位同一二级品目 {alert.hug.days} 天内，金额在直购限额 {alert.hug.from_percent}% 至 100% 之间的直购订单 ≥ {alert.hug.count} 单",
    basis: "政府采购法实施条例第二十八条（化整为零规避）；参数为平台建议默认值",
    repeat: "同一单位、品目、月份只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The limit of a direct order, fen.
    pub limit: Option<i64>,
    /// From this share of it on.
    pub from_percent: i64,
    /// So many orders.
    pub count: i64,
}

/// Amounts of direct orders within the days.
pub fn judge(amounts: &[i64], p: Params) -> Outcome {
    let Some(limit) = p.limit else { return Outcome::Blind("规则库没有规定直购限额") };
    let near = |a: &&i64| **a <= limit && i128::from(**a) * 100 >= i128::from(limit) * i128::from(p.from_percent);
    let found: Vec<String> = amounts.iter().filter(near).map(|a| Fen(*a).yuan()).collect();
    if (found.len() as i64) < p.count.max(1) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("{} 单接近直购限额 {}：{}", found.len(), Fen(limit).yuan(), found.join("、")))
}

/// The parameters of a purchase.
pub fn params(t: Terms<'_>) -> Params {
    Params {
        limit: t.int("limit.direct.order_fen"),
        from_percent: t.number("alert.hug.from_percent", 90),
        count: t.number("alert.hug.count", 2),
    }
}

/// The same from what a unit bought.
pub fn look(past: &Past, kind: &str, now: Ms, t: Terms<'_>) -> Outcome {
    let from = days_before(now, t.number("alert.hug.days", 30));
    let amounts: Vec<i64> = past.direct(kind, from).iter().map(|o| o.1).collect();
    judge(&amounts, params(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_limit_and_not_beside_it() {
        let p = Params { limit: Some(3_000_000), from_percent: 90, count: 2 };
        assert!(matches!(judge(&[2_700_000, 3_000_000, 5], p), Outcome::Hit(w) if w.starts_with("2 单")));
        assert_eq!(judge(&[2_699_999, 3_000_000], p), Outcome::Clear, "one fen below the share");
        assert_eq!(judge(&[3_000_001, 3_000_000], p), Outcome::Clear, "above the limit is no direct order");
        assert!(matches!(judge(&[1], Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

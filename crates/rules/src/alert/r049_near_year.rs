//! R049 全年多单接近限额: a unit's direct orders of a year that come near the limit, whatever the kind.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R049",
    title: "全年多单接近直购限额",
    level: Level::Yellow,
    formula: "同一单位一个年度内，金额在直购限额 {alert.near_year.from_percent}%–100%（不含）的直购订单 ≥ {alert.near_year.count} 单",
    basis: "开放合同风险指标 R049；比例和单数为平台建议值",
    repeat: "同一单位每年一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The limit of a direct order, fen.
    pub limit: Option<i64>,
    /// From this share of it on.
    pub from_percent: i64,
    /// From so many orders on.
    pub count: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    counted(t, t.number("alert.near_year.count", 5))
}

/// The parameters of a place for whoever counts orders near the limit, with the count from which on it is many.
pub fn counted(t: Terms<'_>, count: i64) -> Params {
    let from_percent = t.number("alert.near_year.from_percent", 80);
    Params { limit: t.int("limit.direct.order_fen"), from_percent, count }
}

/// The limit and the sums that come near it and keep under it, if they are many; what the rule says otherwise.
pub fn near(totals: &[i64], p: Params) -> Result<(i64, Vec<i64>), Outcome> {
    let Some(limit) = p.limit else { return Err(Outcome::Blind("规则库没有规定直购限额")) };
    let is = |t: &&i64| **t < limit && i128::from(**t) * 100 >= i128::from(limit) * i128::from(p.from_percent);
    let found: Vec<i64> = totals.iter().filter(is).copied().collect();
    if (found.len() as i64) < p.count.max(1) { Err(Outcome::Clear) } else { Ok((limit, found)) }
}

/// Sums of direct orders of the year.
pub fn judge(totals: &[i64], p: Params) -> Outcome {
    let (limit, found) = match near(totals, p) {
        Ok(many) => many,
        Err(other) => return other,
    };
    let sum = Fen(found.iter().sum()).yuan();
    Outcome::Hit(format!("本年 {} 单接近直购限额 {}，共 {sum}", found.len(), Fen(limit).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_a_year() {
        let p = Params { limit: Some(100), from_percent: 80, count: 5 };
        assert!(matches!(judge(&[80, 81, 82, 83, 99], p), Outcome::Hit(w) if w.contains("5 单")));
        assert_eq!(judge(&[79, 81, 82, 83, 99], p), Outcome::Clear);
        assert_eq!(judge(&[100, 81, 82, 83, 99], p), Outcome::Clear, "the limit itself is not under it");
        assert!(matches!(judge(&[], Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

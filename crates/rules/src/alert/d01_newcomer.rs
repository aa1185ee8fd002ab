//! D01 新供应商大单: a supplier admitted not long ago gets one of the largest orders of the station.
use super::figures::ninetieth;
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::{DAY_MS, Ms};

/// The rule.
pub const RULE: Rule = Rule {
    id: "D01",
    title: "新入驻供应商的大单",
    level: Level::Yellow,
    formula: "供应商入驻不满 {alert.newcomer.days} 天，订单金额 > 本分站最近 200 单的第 90 百分位（≥ 30 单）",
    basis: "采购风险指标：新设企业获得大额合同；天数为平台建议值",
    repeat: "同一供应商、分站每年一次",
};

/// Orders of the station below which a rank says nothing.
pub const ORDERS_MIN: usize = 30;

/// Within so many days.
pub fn days(t: Terms<'_>) -> i64 {
    t.number("alert.newcomer.days", 365)
}

/// When the supplier was admitted, when it got the order and of what sum, and sums of the station's latest orders.
pub fn judge(admitted: Option<Ms>, (at, total): (Ms, i64), others: &[i64], days: i64) -> Outcome {
    let Some(admitted) = admitted else { return Outcome::Blind("没有入驻时间的记录") };
    let (Some(large), true) = (ninetieth(others), others.len() >= ORDERS_MIN) else {
        return Outcome::Blind("本分站订单不足 30 单");
    };
    if at - admitted >= days * DAY_MS || total <= large {
        return Outcome::Clear;
    }
    let age = (at - admitted) / DAY_MS;
    Outcome::Hit(format!("入驻 {age} 天，本单 {}，本分站 90% 的订单不超过 {}", Fen(total).yuan(), Fen(large).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn young_and_large() {
        let others: Vec<i64> = (1..=30).collect();
        assert!(matches!(judge(Some(0), (9 * DAY_MS, 28), &others, 365), Outcome::Hit(w) if w.contains("入驻 9 天")));
        assert_eq!(judge(Some(0), (9, 27), &others, 365), Outcome::Clear, "not among the largest");
        assert_eq!(judge(Some(0), (365 * DAY_MS, 99), &others, 365), Outcome::Clear, "a year old");
        assert!(matches!(judge(None, (9, 99), &others, 365), Outcome::Blind(_)));
        assert!(matches!(judge(Some(0), (9, 99), &others[..29], 365), Outcome::Blind(_)));
    }
}

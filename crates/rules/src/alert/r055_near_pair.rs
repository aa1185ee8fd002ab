//! R055 同一供应商多单接近限额: direct orders near the limit, all to one supplier.
pub use super::r049_near_year::Params;
use super::r049_near_year::{counted, near};
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R055",
    title: "同一供应商多单接近直购限额",
    level: Level::Orange,
    formula: "同一单位 12 个月内给同一供应商的直购订单，金额在直购限额 {alert.near_year.from_percent}%–100%（不含）的 ≥ {alert.near_pair.count} 单",
    basis: "开放合同风险指标 R055；比例和单数为平台建议值",
    repeat: "同一单位、供应商、年度一次",
};

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    counted(t, t.number("alert.near_pair.count", 3))
}

/// Sums of the pair's direct orders.
pub fn judge(totals: &[i64], p: Params) -> Outcome {
    let (limit, found) = match near(totals, p) {
        Ok(many) => many,
        Err(other) => return other,
    };
    let list: Vec<String> = found.iter().take(5).map(|t| Fen(*t).yuan()).collect();
    Outcome::Hit(format!(
        "12 个月内给这家供应商 {} 单接近直购限额 {}：{}",
        found.len(),
        Fen(limit).yuan(),
        list.join("、")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_to_one_supplier() {
        let p = Params { limit: Some(100), from_percent: 80, count: 3 };
        assert!(matches!(judge(&[80, 90, 99, 5], p), Outcome::Hit(w) if w.contains("3 单")));
        assert_eq!(judge(&[79, 90, 99], p), Outcome::Clear);
        assert!(matches!(judge(&[], Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

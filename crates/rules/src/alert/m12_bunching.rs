//! M12 紧贴审批档次: orders heap up just under the sum from which one more person must approve.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M12",
    title: "紧贴审批档次",
    level: Level::Yellow,
    formula: "同一单位 12 个月内，金额在审批档次 90%–100%（不含）的订单 ≥ {alert.bunch.count} 单，且超过 100%–110% 的 2 倍；档次见 {approval.chain}",
    basis: "政府采购法第六十一条（内部控制）；单数和倍数为平台建议值",
    repeat: "同一单位、档次、年度一次",
};

const RATIO: i64 = 2;

/// Orders from which on a heap is one.
pub fn least(t: Terms<'_>) -> i64 {
    t.number("alert.bunch.count", 5)
}

/// Is a sum just under an edge?
pub fn under(total: i64, edge: i64) -> bool {
    total < edge && i128::from(total) * 10 >= i128::from(edge) * 9
}

/// Sums of a unit's orders around one edge.
pub fn judge(totals: &[i64], edge: Option<i64>, least: i64) -> Outcome {
    let Some(edge) = edge else { return Outcome::Blind("审批不分金额档次") };
    let below = totals.iter().filter(|t| under(**t, edge)).count() as i64;
    let above = totals.iter().filter(|t| **t >= edge && i128::from(**t) * 10 <= i128::from(edge) * 11).count() as i64;
    if below < least.max(1) || below <= above * RATIO {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("12 个月内略低于审批档次 {} 的 {below} 单，略高于的 {above} 单", Fen(edge).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heap_under_the_edge() {
        assert!(matches!(judge(&[900, 950, 999, 1000, 3], Some(1000), 3), Outcome::Hit(w) if w.contains("3 单")));
        assert_eq!(judge(&[899, 950, 999], Some(1000), 3), Outcome::Clear, "one is farther off");
        assert_eq!(
            judge(&[900, 950, 999, 990, 1000, 1100], Some(1000), 3),
            Outcome::Clear,
            "as many above as chance gives"
        );
        assert!(matches!(judge(&[1], None, 3), Outcome::Blind(_)));
        assert!(under(900, 1000) && !under(899, 1000) && !under(1000, 1000));
    }
}

//! R052 先小后大: a supplier begins with a unit by a small order, and large ones follow.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R052",
    title: "首单很小、后续很大",
    level: Level::Yellow,
    formula: "同一单位向同一供应商 12 个月内 ≥ 4 单：首单 < 其后各单平均的 20%，且其后最大一单 > 首单的 5 倍，最大一单 ≥ ¥5,000.00",
    basis: "开放合同风险指标 R052",
    repeat: "同一单位、供应商、年度一次",
};

/// Orders below which nothing is a pattern.
pub const ORDERS_MIN: usize = 4;
/// Largest orders below this do not matter, fen.
const LARGE: i64 = 500_000;

/// Sums of a pair's orders, oldest first.
pub fn judge(totals: &[i64]) -> Outcome {
    let [first, later @ ..] = totals else { return Outcome::Clear };
    if totals.len() < ORDERS_MIN {
        return Outcome::Blind("订单不足 4 单，看不出走势");
    }
    let sum: i64 = later.iter().sum();
    let most = later.iter().max().copied().unwrap_or(0);
    let low = i128::from(*first) * 5 * (later.len() as i128) < i128::from(sum);
    if !low || most <= first.saturating_mul(5) || most < LARGE {
        return Outcome::Clear;
    }
    let mean = sum / later.len() as i64;
    Outcome::Hit(format!(
        "首单 {}，其后 {} 单平均 {}、最大 {}",
        Fen(*first).yuan(),
        later.len(),
        Fen(mean).yuan(),
        Fen(most).yuan()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_beginning() {
        assert!(matches!(judge(&[10_000, 200_000, 300_000, 500_000]), Outcome::Hit(w) if w.contains("¥100.00")));
        assert_eq!(judge(&[10_000, 200_000, 300_000, 499_999]), Outcome::Clear, "none is large");
        assert_eq!(judge(&[100_000, 500_000, 500_000, 500_000]), Outcome::Clear, "a fifth is not less than a fifth");
        assert!(matches!(judge(&[1, 900_000, 900_000]), Outcome::Blind(_)));
        assert_eq!(judge(&[]), Outcome::Clear);
    }
}

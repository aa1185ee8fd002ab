//! R058 次低价远离成交价: the runner-up is much further from the winner than is usual in the class.
use super::contest::{comparable, percent_of};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R058",
    title: "次低价异常远离成交价",
    level: Level::Yellow,
    formula: "d =（次低价 − 成交价）÷ 成交价 ≥ Q3 + 1.5·IQR；四分位数取同一二级品目一年内截止前互相看不到报价的竞价（第 8 型分位数，界限大于 0 时才判断）；不足 {alert.population} 场的无法判断",
    basis: "OCP 红旗指南 R058，公式与 Cardinal 一致；可能是陪衬报价",
    repeat: "每场竞价一次",
};

/// The gap of this event in billionths of the winning quote, the gaps of others, whether quotes were hidden, how many others
/// it takes.
pub fn judge(gap: Option<i128>, others: &[i128], secret: bool, least: usize) -> Outcome {
    match comparable(gap, others, secret, least) {
        Err(blind) => blind,
        Ok((gap, usual)) if usual.far_above(gap) => {
            Outcome::Hit(format!("次低价高出 {}，远大于同类 {} 场的差距", percent_of(gap), others.len()))
        }
        Ok(_) => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::contest::ONE;

    #[test]
    fn much_further_than_others() {
        let usual: Vec<i128> = (50..60).map(|n| n * ONE / 1000).collect();
        // The fence is 57.083… + 1.5 · 5.166… = 64.833….
        assert!(matches!(judge(Some(65 * ONE / 1000), &usual, true, 10), Outcome::Hit(w) if w.contains("6.5%")));
        assert_eq!(judge(Some(64 * ONE / 1000), &usual, true, 10), Outcome::Clear);
        assert_eq!(judge(Some(0), &[0; 10], true, 10), Outcome::Clear, "nothing is not far from nothing");
        assert!(matches!(judge(Some(ONE), &usual[1..], true, 10), Outcome::Blind(_)));
        assert!(matches!(judge(Some(0), &usual, false, 10), Outcome::Blind(_)));
        assert!(matches!(judge(None, &usual, true, 10), Outcome::Blind(_)));
    }
}

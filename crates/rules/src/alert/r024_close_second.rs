//! R024 次低价紧贴成交价: the runner-up is much nearer to the winner than is usual in the class.
use super::contest::{comparable, percent_of};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R024",
    title: "次低价异常贴近成交价",
    level: Level::Yellow,
    formula: "d =（次低价 − 成交价）÷ 成交价 ≤ Q1 − 1.5·IQR；四分位数取同一二级品目一年内截止前互相看不到报价的竞价（第 8 型分位数，Q1 和界限都大于 0 时才判断）；不足 {alert.population} 场的无法判断",
    basis: "OCP 红旗指南 R024，公式与 Cardinal 一致；可能是报价泄露",
    repeat: "每场竞价一次",
};

/// The gap of this event in billionths of the winning quote, the gaps of others, whether quotes were hidden, how many others
/// it takes.
pub fn judge(gap: Option<i128>, others: &[i128], secret: bool, least: usize) -> Outcome {
    match comparable(gap, others, secret, least) {
        Err(blind) => blind,
        Ok((gap, usual)) if usual.far_below(gap) => {
            Outcome::Hit(format!("次低价只高 {}，远低于同类 {} 场的差距", percent_of(gap), others.len()))
        }
        Ok(_) => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::contest::ONE;

    #[test]
    fn much_nearer_than_others() {
        let usual: Vec<i128> = (50..60).map(|n| n * ONE / 1000).collect();
        // Q1 = 51.916…, Q3 = 57.083…: the fence is 44.166….
        assert!(matches!(judge(Some(44 * ONE / 1000), &usual, true, 10), Outcome::Hit(w) if w.contains("4.4%")));
        assert_eq!(judge(Some(45 * ONE / 1000), &usual, true, 10), Outcome::Clear);
        let wide: Vec<i128> = (0..10).map(|n| n * ONE / 100).collect();
        assert_eq!(judge(Some(0), &wide, true, 10), Outcome::Clear, "the fence lies below nothing");
        assert!(matches!(judge(Some(0), &usual[1..], true, 10), Outcome::Blind(_)));
        assert!(matches!(judge(Some(0), &usual, false, 10), Outcome::Blind(_)));
        assert!(matches!(judge(None, &usual, true, 10), Outcome::Blind(_)));
    }
}

//! R022 报价离散过大: the highest and the lowest quote lie further apart than the mean is high.
use super::contest::{ONE, percent_of, ratio};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R022",
    title: "报价高低悬殊",
    level: Level::Yellow,
    formula: "（最高报价 − 最低报价）÷ 平均报价 > {alert.spread_percent}%",
    basis: "OCP 红旗指南 R022；高低悬殊可能是需求不清，也可能是陪衬报价；比例为平台建议值",
    repeat: "每场竞价一次",
};

/// Standing quotes and the share.
pub fn judge(quotes: &[i64], percent: i64) -> Outcome {
    let (Some(low), Some(high)) = (quotes.iter().min(), quotes.iter().max()) else {
        return Outcome::Blind("没有报价");
    };
    if quotes.len() < 2 {
        return Outcome::Blind("只有一家报价");
    }
    let (sum, n) = (quotes.iter().map(|q| i128::from(*q)).sum::<i128>(), quotes.len() as i128);
    let apart = i128::from(high - low) * n;
    if apart * 100 <= sum * i128::from(percent) {
        return Outcome::Clear;
    }
    let [l, h] = [*low, *high].map(|f| crate::Fen(f).yuan());
    Outcome::Hit(format!("最低 {l}，最高 {h}，相差为平均价的 {}", percent_of(ratio(apart, sum).min(99 * ONE))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_apart_than_the_mean() {
        assert!(matches!(judge(&[100, 200, 400], 100), Outcome::Hit(w) if w.contains("128.5%")));
        assert_eq!(judge(&[100, 300], 100), Outcome::Clear, "exactly the mean");
        assert!(matches!(judge(&[100], 100), Outcome::Blind(_)));
        assert!(matches!(judge(&[], 100), Outcome::Blind(_)));
    }
}

//! R029 首位数字: the first digits of many quotes over several orders of magnitude do not fall as figures of business do (Benford).
//!
//! The expected shares are log10(1 + 1/d) in millionths, which add up to exactly one million; the sum is kept in thousandths.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R029",
    title: "报价的首位数字分布异常",
    level: Level::Yellow,
    formula: "供应商一年内报价 ≥ {alert.benford.quotes} 次且最高价是最低价的 100 倍以上：首位数字对本福特分布的 χ² > 15.507（8 个自由度，显著性 5%），且任一数字的偏差超过 5 个百分点",
    basis: "OCP 红旗指南 R029；统计异常，只作线索；次数为平台建议值",
    repeat: "同一供应商、季度只提示一次",
};

/// log10(1 + 1/d) for d of 1 to 9, in millionths.
const EXPECTED: [i128; 9] = [301_030, 176_091, 124_939, 96_910, 79_181, 66_947, 57_992, 51_153, 45_757];
/// χ² of 8 degrees of freedom at 5 percent, in thousandths.
const LIMIT: i128 = 15_507;
/// So many orders of magnitude, as a factor.
const SPAN: i64 = 100;
/// A deviation of so many millionths is one to look at; with very many quotes any other becomes significant.
const APART: i128 = 50_000;

/// χ² of first digits in thousandths, each summand rounded down.
fn squares(counts: &[i128; 9], n: i128) -> i128 {
    let one = |(o, e): (&i128, &i128)| (o * 1_000_000 - n * e).pow(2) / (n * e * 1_000);
    counts.iter().zip(&EXPECTED).map(one).sum()
}

/// Quotes of one supplier, fen; from how many on.
pub fn judge(quotes: &[i64], least: usize) -> Outcome {
    let positive: Vec<i64> = quotes.iter().copied().filter(|q| *q > 0).collect();
    if positive.len() < least.max(10) {
        return Outcome::Blind("一年内报价次数不够");
    }
    let (low, high) = (positive.iter().min().copied().unwrap_or(1), positive.iter().max().copied().unwrap_or(1));
    if high / SPAN < low {
        return Outcome::Blind("报价大小不到两个数量级，首位数字没有意义");
    }
    let mut counts = [0_i128; 9];
    for q in &positive {
        let mut d = *q;
        while d >= 10 {
            d /= 10;
        }
        counts[d as usize - 1] += 1;
    }
    let n = positive.len() as i128;
    let x = squares(&counts, n);
    let apart = |(o, e): (&i128, &i128)| (o * 1_000_000 - n * e).abs() > n * APART;
    if x <= LIMIT || !counts.iter().zip(&EXPECTED).any(apart) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("{n} 次报价，χ² = {}.{:03}，界限 15.507", x / 1000, x % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_do_not_fall() {
        assert_eq!(EXPECTED.iter().sum::<i128>(), 1_000_000);
        // Growth of 1% a step over five orders of magnitude follows the law; digits in turn do not.
        let (mut grown, mut v) = (Vec::new(), 1_000_f64);
        while v < 1e8 {
            grown.push(v as i64);
            v *= 1.01;
        }
        assert_eq!(judge(&grown, 100), Outcome::Clear);
        let even: Vec<i64> = (0..200).map(|i| (i % 9 + 1) * if i % 2 == 0 { 1_000 } else { 1_000_000 }).collect();
        assert!(matches!(judge(&even, 100), Outcome::Hit(_)));
        assert!(matches!(judge(&even[..99], 100), Outcome::Blind(_)));
        let narrow: Vec<i64> = (0..200).map(|i| 1_000 + i).collect();
        assert!(matches!(judge(&narrow, 100), Outcome::Blind(w) if w.contains("数量级")));
        // Ten of each digit: χ² = 36.15 by hand.
        assert_eq!(squares(&[10; 9], 90) / 100, 361);
    }
}

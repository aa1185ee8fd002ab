//! W08 报价规律: quotes in equal steps, in a constant ratio, or with the same odd last digits.
//!
//! Where everybody sees the others' quotes, the least step of the event makes equal steps by itself: those are no pattern.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W08",
    title: "报价呈规律性差异",
    level: Level::Orange,
    formula: "有效报价从低到高：≥ 4 家等差，或 3 家等差且差额不是整十元；或相邻两家之比相同（各 ≥ 0.5%，误差 ≤ 十万分之一）；或各家单价末两位（分）相同且不是 00、99、88、66、50 等常见尾数。公开报价中差额等于最小降幅的不算",
    basis: "政府采购货物和服务招标投标管理办法第三十七条（报价呈规律性差异视为串通）",
    repeat: "每场竞价一次",
};

/// Quotes below which there is no pattern.
pub const QUOTES_MIN: usize = 3;
/// Ten yuan.
const ROUND: i64 = 1_000;
/// Endings that people like; alike in them says nothing.
const LIKED: [i64; 16] = [0, 99, 98, 88, 80, 66, 68, 60, 50, 90, 10, 20, 30, 40, 70, 55];

fn equal_steps(q: &[i64], step: i64) -> Option<i64> {
    let d = q[1] - q[0];
    let even = d > 0 && q.windows(2).all(|w| w[1] - w[0] == d);
    (even && d != step && (q.len() > 3 || d % ROUND != 0)).then_some(d)
}

fn constant_ratio(q: &[i64]) -> bool {
    q.windows(2).all(|w| i128::from(w[1] - w[0]) * 1000 >= i128::from(w[0]) * 5)
        && q.windows(3).all(|w| {
            let [a, b, c] = [w[0], w[1], w[2]].map(i128::from);
            (a * c - b * b).abs() * 100_000 <= b * b
        })
}

fn same_ending(q: &[i64], quantity: i64) -> Option<i64> {
    let end = |a: &i64| (a % quantity == 0).then(|| a / quantity % 100);
    let first = end(&q[0])?;
    (!LIKED.contains(&first) && q.iter().all(|a| end(a) == Some(first))).then_some(first)
}

/// Totals lowest first, how many goods they are for, the least step where quotes were seen (0 where not).
pub fn judge(quotes: &[i64], quantity: i64, step: i64) -> Outcome {
    if quotes.len() < QUOTES_MIN {
        return Outcome::Blind("有效报价不足 3 家");
    }
    if let Some(d) = equal_steps(quotes, step) {
        return Outcome::Hit(format!("{} 家报价等差，每级相差 {}", quotes.len(), crate::Fen(d).yuan()));
    }
    if constant_ratio(quotes) {
        return Outcome::Hit(format!("{} 家报价等比，相邻两家之比都相同", quotes.len()));
    }
    match same_ending(quotes, quantity.max(1)) {
        Some(end) => Outcome::Hit(format!("{} 家单价末两位都是 {end:02}", quotes.len())),
        None => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_ratios_and_endings() {
        assert!(matches!(judge(&[480_000, 483_300, 486_600], 1, 0), Outcome::Hit(w) if w.contains("等差")));
        assert_eq!(judge(&[480_000, 490_000, 500_000], 1, 0), Outcome::Clear, "three round quotes are no pattern");
        assert!(matches!(judge(&[480_000, 490_000, 500_000, 510_000], 1, 0), Outcome::Hit(_)));
        assert_eq!(judge(&[480_000, 483_300, 486_600], 1, 3_300), Outcome::Clear, "the event's own step");
        assert_eq!(judge(&[480_000, 483_300, 486_601], 1, 0), Outcome::Clear, "one fen off");
        assert!(matches!(judge(&[400_000, 412_000, 424_360], 1, 0), Outcome::Hit(w) if w.contains("等比")));
        assert_eq!(judge(&[400_000, 412_000, 424_400], 1, 0), Outcome::Clear);
        let fours = |end: i64| [4_387, 4_412, 4_498].map(|yuan| (yuan * 100 + end) * 2);
        assert!(matches!(judge(&fours(63), 2, 0), Outcome::Hit(w) if w.contains("63")));
        assert_eq!(judge(&fours(0), 2, 0), Outcome::Clear, "whole yuan");
        assert!(matches!(judge(&[1, 2], 1, 0), Outcome::Blind(_)));
    }
}

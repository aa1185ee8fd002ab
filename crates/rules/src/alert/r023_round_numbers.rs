//! R023 报价像是编的: nearly all quotes are very round, or one bidder's quotes are always the same multiple of another's.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R023",
    title: "报价过于整齐或成固定倍数",
    level: Level::Yellow,
    formula: "≥ 5 家报价且超过 80% 的总价只有一两位有效数字；或两家在同类 ≥ 4 场竞价中报价之比总是相同（误差 ≤ 万分之五，且不是 1）",
    basis: "OCP 红旗指南 R023；家数和场数为平台建议值",
    repeat: "每场竞价一次",
};

/// Quotes below which roundness says nothing.
const QUOTES_MIN: usize = 5;
/// Common events below which a ratio says nothing.
pub const EVENTS_MIN: usize = 4;

fn round(mut amount: i64) -> bool {
    while amount >= 100 {
        if amount % 10 != 0 {
            return false;
        }
        amount /= 10;
    }
    true
}

/// Is the ratio the same in all, and not simply one?
fn fixed(series: &[(i64, i64)]) -> bool {
    let Some((a, b)) = series.first().map(|(a, b)| (i128::from(*a), i128::from(*b))) else { return false };
    let far = (a - b).abs() * 1_000 > b * 5;
    far && series.iter().all(|(c, d)| {
        let (left, right) = (a * i128::from(*d), b * i128::from(*c));
        (left - right).abs() * 2_000 <= right
    })
}

/// Totals of this event; for pairs of its bidders, by their names in it, what both quoted in events of the class, this one too.
pub fn judge(quotes: &[i64], pairs: &[(String, Vec<(i64, i64)>)]) -> Outcome {
    let long: Vec<_> = pairs.iter().filter(|(_, s)| s.len() >= EVENTS_MIN).collect();
    if quotes.len() < QUOTES_MIN && long.is_empty() {
        return Outcome::Blind("报价不足 5 家，也没有两家多次同场");
    }
    if let Some((who, s)) = long.iter().find(|(_, s)| fixed(s)) {
        return Outcome::Hit(format!("供应商 {who} 在 {} 场竞价中报价之比总是相同", s.len()));
    }
    let n = quotes.iter().filter(|q| round(**q)).count();
    if quotes.len() >= QUOTES_MIN && n * 100 > quotes.len() * 80 {
        return Outcome::Hit(format!("{} 家报价中 {n} 家只有一两位有效数字", quotes.len()));
    }
    Outcome::Clear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_or_multiples() {
        assert!(
            matches!(judge(&[480_000, 500_000, 520_000, 460_000, 7_000_000], &[]), Outcome::Hit(w) if w.contains("5 家"))
        );
        assert_eq!(
            judge(&[480_000, 500_000, 520_000, 460_000, 471_230], &[]),
            Outcome::Clear,
            "four of five are 80 percent"
        );
        let pair = |s: &[(i64, i64)]| vec![("A、B".to_owned(), s.to_vec())];
        let fixed = [(100_000, 103_000), (50_000, 51_500), (73_210, 75_406), (20_000, 20_600)];
        assert!(matches!(judge(&[1, 2, 3], &pair(&fixed)), Outcome::Hit(w) if w.contains("A、B")));
        let off = [(100_000, 103_000), (50_000, 51_500), (73_210, 75_506), (20_000, 20_600)];
        assert_eq!(judge(&[1, 2, 3], &pair(&off)), Outcome::Clear);
        assert_eq!(judge(&[1, 2, 3], &pair(&[(5, 5); 4])), Outcome::Clear, "equal quotes are R028");
        assert!(matches!(judge(&[1, 2, 3], &pair(&fixed[..3])), Outcome::Blind(_)));
    }
}

//! R038 排除比例过高: a unit excludes, or a supplier is excluded, far more often than others.
use super::contest::{Quartiles, percent_of, ratio};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R038",
    title: "报价被排除的比例过高",
    level: Level::Yellow,
    formula: "一年内被排除的报价 ÷ 全部报价 ≥ Q3 + 1.5·IQR 且大于 0，分别按采购单位和供应商（≥ 2 次报价的）比较，第 8 型分位数；不足 {alert.population} 家的无法判断",
    basis: "OCP 红旗指南 R038，公式与 Cardinal 一致（界限为 0 时要求确有排除）",
    repeat: "同一单位或供应商、季度只提示一次",
};

/// Quotes and, of them, excluded: of this one, of all (this one among them); how many it takes.
pub fn judge(own: (i64, i64), all: &[(i64, i64)], least: usize) -> Outcome {
    if own.0 < 2 {
        return Outcome::Blind("一年内不足两次报价");
    }
    let shares: Vec<i128> =
        all.iter().filter(|(n, _)| *n >= 2).map(|(n, out)| ratio((*out).into(), (*n).into())).collect();
    if shares.len() < least.max(4) {
        return Outcome::Blind("可比的单位或供应商太少，没有四分位数");
    }
    let share = ratio(own.1.into(), own.0.into());
    match Quartiles::of(&shares) {
        // Where hardly anybody is ever excluded the fence is nothing, and whoever is stands out.
        Some(q) if own.1 > 0 && (q.far_above(share) || q.is_nothing()) => {}
        _ => return Outcome::Clear,
    }
    Outcome::Hit(format!(
        "{} 次报价中 {} 次被排除（{}），远高于其他 {} 家",
        own.0,
        own.1,
        percent_of(share),
        shares.len() - 1
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_more_than_others() {
        let usual: Vec<(i64, i64)> = (0..10).map(|i| (100, 10 + i % 3)).collect();
        assert!(matches!(judge((10, 4), &usual, 10), Outcome::Hit(w) if w.contains("40.0%")));
        assert_eq!(judge((100, 12), &usual, 10), Outcome::Clear);
        assert!(matches!(judge((5, 1), &[(10, 0); 12], 10), Outcome::Hit(_)), "nobody else excludes");
        assert_eq!(judge((5, 0), &[(10, 0); 12], 10), Outcome::Clear);
        assert!(matches!(judge((5, 5), &usual[..3], 10), Outcome::Blind(_)));
        assert!(matches!(judge((1, 1), &usual, 10), Outcome::Blind(_)));
    }
}

//! R025 参加多而几乎不成交: among those who take part most, one that wins far less than the others.
//!
//! W09 asks who always loses to the same one; this rule asks only how seldom somebody wins, and compares with the class.
use super::contest::{Quartiles, ratio};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R025",
    title: "常来报价而几乎不成交",
    level: Level::Yellow,
    formula: "同一二级品目一年内报价场数达到上四分位的供应商中，成交场数 ÷ 报价场数 ≤ Q1 − 1.5·IQR（第 8 型分位数，Q1 和界限都大于 0 时才判断）；供应商不足 {alert.population} 家的无法判断",
    basis: "OCP 红旗指南 R025，公式与 Cardinal 一致；可能是陪标",
    repeat: "同一供应商、品目、年度只提示一次",
};

/// Events quoted in and won: of this supplier, of all of the class (this one among them); how many suppliers it takes.
pub fn judge(own: (i64, i64), all: &[(i64, i64)], least: usize) -> Outcome {
    let took: Vec<i128> = all.iter().map(|(n, _)| i128::from(*n)).collect();
    let Some(most) = Quartiles::of(&took).filter(|_| all.len() >= least.max(4)) else {
        return Outcome::Blind("同类供应商太少，没有四分位数");
    };
    if !most.upper(own.0.into()) {
        return Outcome::Clear;
    }
    let rate = |(n, won): (i64, i64)| ratio(won.into(), n.into());
    let rates: Vec<i128> = all.iter().filter(|(n, _)| most.upper((*n).into())).map(|o| rate(*o)).collect();
    match Quartiles::of(&rates) {
        Some(q) if q.far_below(rate(own)) => {
            Outcome::Hit(format!("报价 {} 场，成交 {} 场，远少于同样常来的 {} 家", own.0, own.1, rates.len()))
        }
        _ => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_less_than_those_who_come_as_often() {
        let mut all = vec![(20, 6), (20, 6), (20, 7), (20, 7), (20, 6), (20, 7), (20, 0)];
        all.extend([
            (3, 1),
            (2, 0),
            (4, 1),
            (1, 1),
            (5, 2),
            (2, 1),
            (3, 0),
            (4, 2),
            (2, 2),
            (1, 0),
            (1, 0),
            (1, 0),
            (2, 0),
            (1, 0),
        ]);
        all.extend([(1, 0); 7]);
        assert!(matches!(judge((20, 0), &all, 10), Outcome::Hit(w) if w.contains("7 家")));
        assert_eq!(judge((20, 6), &all, 10), Outcome::Clear);
        assert_eq!(judge((1, 0), &all, 10), Outcome::Clear, "does not come often");
        let uneven: Vec<(i64, i64)> = (0..12).map(|i| (20, i)).collect();
        assert_eq!(judge((20, 0), &uneven, 10), Outcome::Clear, "the fence lies below nothing");
        assert!(matches!(judge((20, 0), &all[..3], 10), Outcome::Blind(_)));
    }
}

//! R048 成交品类过杂: a supplier wins in far more classes of goods than others.
use super::contest::Quartiles;
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R048",
    title: "成交的品类过于庞杂",
    level: Level::Yellow,
    formula: "供应商一年内竞价成交 ≥ {alert.classes.awards} 场，成交的二级品目数 ≥ 同样多成交的供应商的 Q3 + 1.5·IQR（第 8 型分位数），且不少于中位数的两倍；不足 {alert.population} 家的无法判断",
    basis: "OCP 红旗指南 R048，公式与 Cardinal 一致，另加两倍中位数的条件（品目数相同的人多时四分位距为 0，原公式会误报）；可能是挂靠或转手；场数为平台建议值",
    repeat: "同一供应商、年度只提示一次",
};

fn twice_the_middle(own: i64, mut classes: Vec<i128>) -> bool {
    classes.sort_unstable();
    i128::from(own) >= 2 * classes[classes.len() / 2]
}

/// Awards and classes: of this supplier, of all (this one among them); from how many awards on, and how many suppliers it takes.
pub fn judge(own: (i64, i64), all: &[(i64, i64)], awards: i64, least: usize) -> Outcome {
    if own.0 < awards {
        return Outcome::Blind("一年内成交场数不够");
    }
    let classes: Vec<i128> = all.iter().filter(|(n, _)| *n >= awards).map(|(_, c)| i128::from(*c)).collect();
    let others = classes.len().saturating_sub(1);
    match Quartiles::of(&classes).filter(|_| classes.len() >= least.max(4)) {
        None => Outcome::Blind("成交同样多的供应商太少，没有四分位数"),
        Some(q) if q.far_above(own.1.into()) && twice_the_middle(own.1, classes) => {
            Outcome::Hit(format!("成交 {} 场，跨 {} 个二级品目，远多于其他 {} 家", own.0, own.1, others))
        }
        Some(_) => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_more_classes() {
        let mut all: Vec<(i64, i64)> = (0..10).map(|i| (25, 2 + i % 3)).collect();
        all.push((30, 12));
        all.push((3, 3));
        assert!(matches!(judge((30, 12), &all, 20, 10), Outcome::Hit(w) if w.contains("12 个")));
        assert_eq!(judge((25, 4), &all, 20, 10), Outcome::Clear);
        assert_eq!(judge((25, 5), &[(25, 4); 12], 20, 10), Outcome::Clear, "one more than all others is not far");
        assert!(matches!(judge((19, 15), &all, 20, 10), Outcome::Blind(_)));
        assert!(matches!(judge((30, 12), &all[5..], 20, 10), Outcome::Blind(_)));
    }
}

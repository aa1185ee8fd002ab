//! K01 离散度筛查: hidden quotes lie unusually close together (coefficient of variation, the variance screen of cartel research).
use super::contest::{Quartiles, percent_of, variation};
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "K01",
    title: "报价异常集中（变异系数筛查）",
    level: Level::Yellow,
    formula: "截止前互相看不到报价、≥ 3 家有效报价：变异系数 CV = 标准差 ÷ 平均价 ≤ 同一二级品目同一报价方式一年内的 Q1 − 1.5·IQR（界限大于 0 时），或 ≤ {alert.screen.variation_bp}（万分之）且不到同类中位数的十分之一；不足 {alert.population} 场的无法判断",
    basis: "串通投标的方差筛查（Imhof 等人的 CV 指标）；韩国公正交易委员会式的串通筛查；只作线索",
    repeat: "每场竞价一次",
};

/// Valid hidden quotes below which a spread says nothing.
pub const QUOTES_MIN: usize = 3;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// At most this, in ten-thousandths.
    pub bp: i64,
    /// From so many events of the class on.
    pub population: usize,
}

/// Valid quotes, the coefficients of others of the class (billionths); were quotes hidden?
pub fn judge(quotes: &[i64], others: &[i128], secret: bool, p: Params) -> Outcome {
    if !secret {
        return Outcome::Blind("公开报价本来就会互相靠近");
    }
    let Some(own) = variation(quotes).filter(|_| quotes.len() >= QUOTES_MIN) else {
        return Outcome::Blind("有效报价不足 3 家");
    };
    let Some(q) = Quartiles::of(others).filter(|_| others.len() >= p.population.max(4)) else {
        return Outcome::Blind("同类密封竞价太少，没有可比的离散度");
    };
    let mut all = others.to_vec();
    all.sort_unstable();
    let middle = all[all.len() / 2];
    let small = own * 10_000 <= i128::from(p.bp) * super::contest::ONE && own * 10 <= middle;
    if !small && !q.far_below(own) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("{} 家报价的变异系数 {}，同类中位数 {}", quotes.len(), percent_of(own), percent_of(middle)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::contest::ONE;

    #[test]
    fn closer_together_than_others() {
        let p = Params { bp: 50, population: 10 };
        let usual: Vec<i128> = (50..60).map(|n| n * ONE / 1000).collect();
        assert!(matches!(judge(&[96, 100, 104], &usual, true, p), Outcome::Hit(w) if w.contains("3.2%")));
        assert_eq!(judge(&[94, 100, 106], &usual, true, p), Outcome::Clear, "4.9% is above the fence of 4.4%");
        let wide: Vec<i128> = (0..10).map(|n| n * ONE / 100).collect();
        assert!(matches!(judge(&[1000, 1001, 1003], &wide, true, p), Outcome::Hit(_)));
        assert_eq!(judge(&[1000, 1020, 1030], &wide, true, p), Outcome::Clear);
        assert!(matches!(judge(&[96, 100, 104], &usual, false, p), Outcome::Blind(_)));
        assert!(matches!(judge(&[96, 100], &usual, true, p), Outcome::Blind(_)));
        assert!(matches!(judge(&[96, 100, 104], &usual[1..], true, p), Outcome::Blind(_)));
    }
}

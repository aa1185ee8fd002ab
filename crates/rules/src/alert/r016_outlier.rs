//! R016 单价离群 (R017 too): a price far from what the same goods, or goods of the class, usually cost.
use super::figures::robust_z;
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R016",
    title: "单价离群",
    level: Level::Orange,
    formula: "单价取对数，与一年内同一商品（≥ 5 次成交）或同一品目（≥ 30 次成交）的成交价比较，稳健 z 值 > {alert.outlier.z}（百分之一）",
    basis: "开放合同风险指标 R016（商品内）、R017（品目内）；z 值为平台建议值",
    repeat: "每张订单每件商品一次",
};

/// Deals of the same goods below which they say nothing.
pub const SAME_MIN: usize = 5;
/// Deals of the class below which they say nothing.
pub const CLASS_MIN: usize = 30;

/// Above this z, hundredths.
pub fn most(t: Terms<'_>) -> i64 {
    t.number("alert.outlier.z", 350)
}

/// A price, what the same goods cost others, what goods of the category cost.
pub fn judge(price: i64, same: &[i64], class: &[i64], most_z: i64) -> Outcome {
    let (others, word) = match () {
        () if same.len() >= SAME_MIN => (same, "同一商品"),
        () if class.len() >= CLASS_MIN => (class, "同一品目"),
        () => return Outcome::Blind("可以比较的成交太少"),
    };
    let Some(z) = robust_z(price, others) else { return Outcome::Blind("没有可以比较的价格") };
    if z <= most_z {
        return Outcome::Clear;
    }
    let middle = super::figures::median(others).unwrap_or(0);
    let (n, price, middle) = (others.len(), Fen(price).yuan(), Fen(middle).yuan());
    let times = |z: i64| format!("{}.{:02} 倍", z / 100, z % 100);
    Outcome::Hit(format!(
        "单价 {price}，{word} {n} 次成交的中位价 {middle}，高出的幅度是平常波动的 {}，超过 {}",
        times(z),
        times(most_z)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_above_the_same_or_the_class() {
        let same = [10_000, 10_100, 9_900, 10_050, 9_950];
        let words = "单价 ¥120.00，同一商品 5 次成交的中位价 ¥100.00，高出的幅度是平常波动的 18.23 倍，超过 3.00 倍";
        assert_eq!(judge(12_000, &same, &[], 300), Outcome::Hit(words.into()));
        assert_eq!(judge(10_200, &same, &[], 300), Outcome::Clear);
        assert_eq!(judge(5_000, &same, &[], 300), Outcome::Clear, "cheap is asked about elsewhere");
        let class: Vec<i64> = (0..30).map(|i| 10_000 + i * 100).collect();
        assert!(matches!(judge(90_000, &same[..4], &class, 300), Outcome::Hit(w) if w.contains("同一品目 30 次")));
        assert!(matches!(judge(9, &same[..4], &class[..29], 300), Outcome::Blind(_)));
    }
}

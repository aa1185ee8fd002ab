//! W19 年底突击 (December share too): what a unit orders in December jumps over the months before.
use super::figures::median;
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W19",
    title: "年底突击采购",
    level: Level::Yellow,
    formula: "12 月订单金额 > 前 11 个月月均的 {alert.december_percent}%，并且 > 前 11 个月中位数的 2 倍",
    basis: "预算执行应均衡；比例为平台建议值（同“12 月份额”）",
    repeat: "同一单位每年一次",
};

/// Months with orders below which an average says nothing.
pub const MONTHS_MIN: usize = 6;

/// Above this share of the average month, percent.
pub fn most(t: Terms<'_>) -> i64 {
    t.number("alert.december_percent", 150)
}

/// Sums of the twelve months, January first; fewer before December.
pub fn judge(months: &[i64], most_percent: i64) -> Outcome {
    let [before @ .., december] = months else { return Outcome::Clear };
    if before.len() < 11 {
        return Outcome::Clear;
    }
    if before.iter().filter(|m| **m > 0).count() < MONTHS_MIN {
        return Outcome::Blind("前 11 个月有订单的月份不足 6 个");
    }
    let sum: i64 = before.iter().sum();
    let middle = median(before).unwrap_or(0);
    let jumps = i128::from(*december) * 1100 > i128::from(sum) * i128::from(most_percent);
    if !jumps || *december <= middle.saturating_mul(2) {
        return Outcome::Clear;
    }
    let mean = sum / 11;
    Outcome::Hit(format!(
        "12 月已下单 {}，前 11 个月月均 {}，为月均的 {}%",
        Fen(*december).yuan(),
        Fen(mean).yuan(),
        percent(*december, mean)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn december_against_the_months_before() {
        let year = |december: i64| [vec![100; 11], vec![december]].concat();
        assert!(matches!(judge(&year(201), 150), Outcome::Hit(w) if w.contains("201%")));
        assert_eq!(judge(&year(200), 150), Outcome::Clear, "twice the middle is not more than twice");
        assert_eq!(judge(&year(299), 300), Outcome::Clear, "below the share of the place");
        assert_eq!(judge(&[9, 9, 900], 150), Outcome::Clear, "it is March");
        assert_eq!(judge(&[], 150), Outcome::Clear);
        assert!(matches!(judge(&[0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 99], 150), Outcome::Blind(_)));
    }
}

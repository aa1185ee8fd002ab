//! R050 市场集中 (R051 too): one supplier has much of what a station buys of a kind, or a few have nearly all.
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R050",
    title: "分站品目供应集中",
    level: Level::Yellow,
    formula: "一个分站一个二级品目 12 个月内订单 ≥ {alert.market.deals} 单、采购单位 ≥ 2 家：一家供应商的金额份额 > {alert.market.share_percent}%，并且份额平方和（HHI）> {alert.market.hhi_percent}%",
    basis: "开放合同风险指标 R050（市场份额）、R051（集中度）；比例和单数为平台建议值",
    repeat: "同一分站、品目、供应商每半年一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Share of one above this, percent.
    pub share: i64,
    /// Sum of squares above this, percent.
    pub hhi: i64,
    /// From so many orders on.
    pub deals: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params {
        share: t.number("alert.market.share_percent", 30),
        hhi: t.number("alert.market.hhi_percent", 25),
        deals: t.number("alert.market.deals", 20),
    }
}

/// Amounts of each supplier, how many orders and how many units.
pub fn judge(amounts: &[i64], deals: i64, units: i64, p: Params) -> Outcome {
    let (all, first) = (amounts.iter().sum::<i64>(), amounts.iter().max().copied().unwrap_or(0));
    if deals < p.deals.max(1) || units < 2 || all <= 0 {
        return Outcome::Blind("订单太少或只有一家单位采购，份额没有意义");
    }
    let squares: i128 = amounts.iter().map(|a| i128::from(*a) * i128::from(*a)).sum();
    let whole = i128::from(all) * i128::from(all);
    if i128::from(first) * 100 <= i128::from(all) * i128::from(p.share) || squares * 100 <= whole * i128::from(p.hhi) {
        return Outcome::Clear;
    }
    let hhi = squares * 10_000 / whole;
    Outcome::Hit(format!(
        "12 个月内 {units} 家单位 {deals} 单共 {}，{} 家供应商，最大一家占 {}%，HHI {}.{:04}",
        Fen(all).yuan(),
        amounts.len(),
        percent(first, all),
        hhi / 10_000,
        hhi % 10_000
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_and_concentration() {
        let p = Params { share: 30, hhi: 25, deals: 10 };
        assert!(matches!(judge(&[60, 20, 20], 10, 2, p), Outcome::Hit(w) if w.contains("60%") && w.contains("0.4400")));
        assert!(matches!(judge(&[9], 10, 2, p), Outcome::Hit(w) if w.contains("HHI 1.0000")));
        assert_eq!(judge(&[30, 30, 20, 20], 10, 2, p), Outcome::Clear, "nobody has more than that");
        assert_eq!(judge(&[31; 1].iter().chain(&[7; 10]).copied().collect::<Vec<_>>(), 20, 2, p), Outcome::Clear);
        assert!(matches!(judge(&[9], 9, 2, p), Outcome::Blind(_)));
        assert!(matches!(judge(&[9], 10, 1, p), Outcome::Blind(_)));
    }
}

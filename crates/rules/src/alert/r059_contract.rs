//! R059 合同与成交不一致 (R060 too): the contract differs much from what was ordered or awarded, or was long in coming.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::{DAY_MS, Ms};
use crate::price::distance;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R059",
    title: "合同与下单金额或时间不符",
    level: Level::Yellow,
    formula: "合同金额与下单（成交）金额相差 > {alert.contract.percent}%，或下单（成交）后超过 {clock.contract_sign} 天才签订",
    basis: "政府采购法第四十六条；开放合同风险指标 R059（金额）、R060（时间）；比例为平台建议值",
    repeat: "每张订单一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// A difference above this, percent.
    pub percent: i64,
    /// More days than this.
    pub days: Option<i64>,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { percent: t.number("alert.contract.percent", 10), days: t.int("clock.contract_sign") }
}

/// Sum ordered and sum of the contract, fen; when ordered and when the contract took effect.
pub fn judge((award, contract): (i64, i64), (made, signed): (Ms, Ms), p: Params) -> Outcome {
    let mut words = Vec::new();
    let apart = i128::from((contract - award).abs());
    if apart * 100 > i128::from(award) * i128::from(p.percent) {
        words.push(format!("下单 {}，合同 {}，{}", Fen(award).yuan(), Fen(contract).yuan(), distance(contract, award)));
    }
    let took = (signed - made).max(0);
    if p.days.is_some_and(|d| took > d * DAY_MS) {
        words.push(format!("下单后 {} 天才签订合同", took / DAY_MS));
    }
    if words.is_empty() { Outcome::Clear } else { Outcome::Hit(words.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_and_time() {
        let p = Params { percent: 10, days: Some(30) };
        assert!(matches!(judge((1000, 899), (0, 0), p), Outcome::Hit(w) if w.contains("低 10.1%")));
        assert_eq!(judge((1000, 900), (0, 30 * DAY_MS), p), Outcome::Clear);
        assert!(matches!(judge((1000, 1000), (0, 31 * DAY_MS), p), Outcome::Hit(w) if w.contains("31 天")));
        assert_eq!(judge((1000, 1000), (0, 99 * DAY_MS), Params { days: None, ..p }), Outcome::Clear);
    }
}

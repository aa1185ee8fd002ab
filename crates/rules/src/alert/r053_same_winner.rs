//! R053 同场必是同一家成交: two bid together again and again, and it is nearly always the same of them that wins.
//!
//! Whoever wins as often against everybody is simply strong: the pair is a lead only where its winner wins clearly less
//! often without the other.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R053",
    title: "两家同场总是同一家成交",
    level: Level::Yellow,
    formula: "两家一年内在同一二级品目同场 ≥ {alert.same_winner.bids} 场，其中一家成交 ≥ {alert.same_winner.percent}%，另一家一场也没有成交；该家没有另一家同场时成交率不到同场时的一半（不足 5 场的不比）",
    basis: "OCP 红旗指南 R053；政府采购法实施条例第七十四条（恶意串通）；场数和比例为平台建议值",
    repeat: "同一对供应商、品目、年度只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// From so many common events on.
    pub bids: i64,
    /// From this share of them on.
    pub percent: i64,
}

/// How two fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// Events both quoted in.
    pub together: i64,
    /// Of them, won by the one.
    pub won: i64,
    /// Of them, won by the other.
    pub other_won: i64,
    /// Events the one quoted in without the other.
    pub alone: i64,
    /// Of them, won by the one.
    pub alone_won: i64,
}

/// Events below which a comparison without the other says nothing.
const ALONE_MIN: i64 = 5;

/// A pair: the winner of this event, and another bidder.
pub fn judge(s: Pair, p: Params) -> Outcome {
    if s.together < p.bids.max(2) {
        return Outcome::Blind("同场次数不够");
    }
    let often = s.won * 100 >= s.together * p.percent && s.other_won == 0;
    let strong = s.alone >= ALONE_MIN
        && i128::from(s.alone_won) * i128::from(s.together) * 2 >= i128::from(s.won) * i128::from(s.alone);
    if !often || strong {
        return Outcome::Clear;
    }
    let apart = if s.alone >= ALONE_MIN {
        format!("；对方不在的 {} 场成交 {} 场", s.alone, s.alone_won)
    } else {
        String::new()
    };
    Outcome::Hit(format!("同场 {} 场，成交 {} 场，对方一场没有{apart}", s.together, s.won))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_with_the_other() {
        let p = Params { bids: 5, percent: 80 };
        let of =
            |together, won, other_won, alone, alone_won| judge(Pair { together, won, other_won, alone, alone_won }, p);
        assert!(matches!(of(5, 4, 0, 0, 0), Outcome::Hit(w) if w.contains("同场 5 场")));
        assert!(matches!(of(6, 6, 0, 6, 2), Outcome::Hit(w) if w.contains("6 场成交 2 场")));
        assert_eq!(of(6, 6, 0, 6, 3), Outcome::Clear, "strong without it too");
        assert_eq!(of(5, 3, 0, 0, 0), Outcome::Clear);
        assert_eq!(of(5, 4, 1, 0, 0), Outcome::Clear, "the other wins too");
        assert!(matches!(of(4, 4, 0, 0, 0), Outcome::Blind(_)));
    }
}

//! R036 最低价被排除: the lowest quote was excluded and another one won.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R036",
    title: "最低报价被排除",
    level: Level::Orange,
    formula: "最低报价被判响应不满足，由报价更高的供应商成交；因异常低价没有说明而排除的不算",
    basis: "OCP 红旗指南 R036；政府采购法第七十一条（差别待遇）",
    repeat: "每场竞价一次",
};

/// For each bidder: total, excluded for its response, won.
pub fn judge(bidders: &[(i64, bool, bool)]) -> Outcome {
    let Some(won) = bidders.iter().find(|(.., won)| *won).map(|(a, ..)| *a) else {
        return Outcome::Blind("没有成交");
    };
    let low = bidders.iter().filter(|(a, out, _)| *out && *a < won).map(|(a, ..)| *a).min();
    match low {
        Some(low) if bidders.iter().all(|(a, ..)| *a >= low) => {
            Outcome::Hit(format!("最低报价 {} 被排除，{} 成交", Fen(low).yuan(), Fen(won).yuan()))
        }
        _ => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_and_not_another() {
        assert!(matches!(judge(&[(400, true, false), (500, false, true), (600, false, false)]), Outcome::Hit(_)));
        assert_eq!(judge(&[(400, false, true), (500, true, false)]), Outcome::Clear, "a higher one was excluded");
        assert_eq!(
            judge(&[(300, false, false), (400, true, false), (500, false, true)]),
            Outcome::Clear,
            "not the lowest"
        );
        assert!(matches!(judge(&[(400, true, false)]), Outcome::Blind(_)));
    }
}

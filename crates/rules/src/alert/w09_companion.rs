//! W09 陪标: a supplier that joins often, hardly ever wins, and always loses to the same one.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W09",
    title: "疑似陪标",
    level: Level::Orange,
    formula: "供应商参加并报价的竞价 ≥ {alert.companion.bids} 场，成交率 ≤ {alert.companion.win_percent}%，且没有成交的各场至多一场不是同一家成交",
    basis: "政府采购法实施条例第七十四条（恶意串通）；参数为平台建议默认值",
    repeat: "同一供应商、成交对象、年度只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// From so many events on.
    pub bids: i64,
    /// At most this share won.
    pub win_percent: i64,
}

/// Events quoted in, won, and lost to the supplier that won most of them.
pub fn judge(quoted: i64, won: i64, lost_to_one: i64, p: Params) -> Outcome {
    let rarely = i128::from(won) * 100 <= i128::from(quoted) * i128::from(p.win_percent);
    if quoted < p.bids || !rarely || lost_to_one + 1 < quoted - won {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("报价 {quoted} 场，成交 {won} 场，其中 {lost_to_one} 场都由同一家成交"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn always_second_to_the_same() {
        let p = Params { bids: 5, win_percent: 5 };
        assert!(matches!(judge(6, 0, 5, p), Outcome::Hit(_)));
        assert_eq!(judge(4, 0, 4, p), Outcome::Clear, "too few");
        assert_eq!(judge(6, 0, 4, p), Outcome::Clear, "others won too");
        assert_eq!(judge(6, 1, 5, p), Outcome::Clear, "wins now and then");
    }
}

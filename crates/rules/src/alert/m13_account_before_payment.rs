//! M13 付款前换账户: a supplier's account changed shortly before it was paid.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M13",
    title: "付款前变更收款账户",
    level: Level::Orange,
    formula: "付款前 30 天内收款账户变更生效",
    basis: "资金安全；天数为平台建议值",
    repeat: "每笔付款一次",
};

const DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// When the account last changed, if it ever did, and when was paid, ms.
pub fn judge(changed: Option<i64>, paid: i64) -> Outcome {
    match changed {
        Some(at) if at <= paid && paid - at <= DAYS * DAY_MS => {
            Outcome::Hit(format!("收款账户在付款前 {} 天变更", (paid - at) / DAY_MS))
        }
        _ => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortly_before() {
        assert!(matches!(judge(Some(0), 30 * DAY_MS), Outcome::Hit(_)));
        assert_eq!(judge(Some(0), 30 * DAY_MS + 1), Outcome::Clear);
        assert_eq!(judge(Some(10), 5), Outcome::Clear, "changed after");
        assert_eq!(judge(None, 5), Outcome::Clear);
    }
}

//! M08 验收过快: accepted within minutes of being shipped, or by who ordered.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M08",
    title: "验收过快",
    level: Level::Orange,
    formula: "发货到验收合格不足 10 分钟",
    basis: "政府采购法第四十一条（组织验收）；时间为平台建议值",
    repeat: "每张订单一次",
};

const LEAST_MS: i64 = 10 * 60_000;

/// When the last goods were shipped, and when they were accepted, ms.
pub fn judge(shipped: Option<i64>, accepted: i64) -> Outcome {
    let Some(shipped) = shipped else { return Outcome::Blind("没有发货记录") };
    let took = accepted - shipped;
    if took >= LEAST_MS {
        return Outcome::Clear;
    }
    let seconds = (took / 1000).max(0);
    Outcome::Hit(match seconds / 60 {
        0 => format!("发货后 {seconds} 秒即验收"),
        minutes => format!("发货后 {minutes} 分 {} 秒即验收", seconds % 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_too_few() {
        assert_eq!(judge(Some(0), LEAST_MS - 1), Outcome::Hit("发货后 9 分 59 秒即验收".into()));
        assert_eq!(judge(Some(1000), 41_000), Outcome::Hit("发货后 40 秒即验收".into()));
        assert_eq!(judge(Some(0), LEAST_MS), Outcome::Clear);
        assert!(matches!(judge(None, 5), Outcome::Blind(_)));
    }
}

//! R003 报价时间过短: an event is open for too few whole days.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R003",
    title: "报价时间过短",
    level: Level::Yellow,
    formula: "公告的报价时间（整日数，舍去零头）< {alert.short_days} 日",
    basis: "OCP 红旗指南 R003；商城竞价不适用招标的二十日；默认 1 日，即竞价时长下限 24 小时（auction.hours_min），达到下限的不提示，各地可以提高",
    repeat: "同一单位每月只提示一次",
};

const DAY_MS: i64 = 86_400_000;

/// Opened and announced end, ms, and the least whole days.
pub fn judge(opens: i64, closes: i64, least: i64) -> Outcome {
    if opens <= 0 || closes <= opens {
        return Outcome::Blind("没有公告的报价时间");
    }
    let days = (closes - opens) / DAY_MS;
    if days >= least {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("报价时间 {} 小时，不足 {least} 日", (closes - opens) / 3_600_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_days() {
        assert!(matches!(judge(1, 2 * DAY_MS, 2), Outcome::Hit(w) if w.contains("47 小时")));
        assert_eq!(judge(1, 2 * DAY_MS + 1, 2), Outcome::Clear);
        assert!(matches!(judge(0, 5, 2), Outcome::Blind(_)));
        assert_eq!(judge(1, DAY_MS + 1, 1), Outcome::Clear, "as long as the law of the place asks is not too short");
        assert!(matches!(judge(1, DAY_MS, 1), Outcome::Hit(w) if w.contains("23 小时")));
    }
}

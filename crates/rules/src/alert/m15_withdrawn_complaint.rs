//! M15 撤诉后下单: a unit withdraws its complaint and soon buys of the same supplier again.
use super::{Level, Outcome, Rule, Terms};
use crate::calendar::{DAY_MS, Ms};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M15",
    title: "撤回投诉后又下单",
    level: Level::Orange,
    formula: "单位撤回对供应商的投诉后 {alert.complaint.days} 天内，又向同一供应商下单",
    basis: "投诉应如实处理；天数为平台建议值",
    repeat: "每件撤回的投诉一次",
};

/// Within so many days.
pub fn days(t: Terms<'_>) -> i64 {
    t.number("alert.complaint.days", 30)
}

/// When the last complaint was withdrawn, if one was, and when the order was made.
pub fn judge(withdrawn: Option<Ms>, ordered: Ms, days: i64) -> Outcome {
    match withdrawn {
        Some(at) if at <= ordered && ordered - at <= days * DAY_MS => {
            Outcome::Hit(format!("撤回投诉 {} 天后又向同一供应商下单", (ordered - at) / DAY_MS))
        }
        _ => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_after() {
        assert!(matches!(judge(Some(0), 30 * DAY_MS, 30), Outcome::Hit(w) if w.contains("30 天")));
        assert_eq!(judge(Some(0), 30 * DAY_MS + 1, 30), Outcome::Clear);
        assert_eq!(judge(Some(9), 8, 30), Outcome::Clear, "withdrawn afterwards");
        assert_eq!(judge(None, 8, 30), Outcome::Clear);
    }
}

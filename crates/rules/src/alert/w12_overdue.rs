//! W12 环节逾期 (R063 late publication, R067 delivery missed too): each clock of an order in three stages, before, at and after
//! its end.
use super::{Level, Outcome, Rule, Terms};
use crate::calendar::{DAY_MS, Ms, show_time};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W12",
    title: "环节逾期",
    level: Level::Orange,
    formula: "接单、签约、公告、备案、交货、验收、付款各环节：到期前 {alert.overdue.ahead_days} 天为预期（黄色），到期未办为到期（橙色），超过 {alert.overdue.grave_days} 天为超期（红色）；办得晚的按晚的天数",
    basis: "政府采购法第四十六、四十七条，实施条例第五十条，保障中小企业款项支付条例；同 R063（公告逾期）、R067（交货逾期）",
    repeat: "每张订单每个环节每个阶段一次",
};

/// A step of an order that has a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 接单.
    Confirm,
    /// 双方确认合同.
    Sign,
    /// 合同公告.
    Publish,
    /// 合同备案.
    File,
    /// 交货.
    Deliver,
    /// 验收.
    Accept,
    /// 付款.
    Pay,
}

impl Step {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Step::Confirm => "confirm",
            Step::Sign => "sign",
            Step::Publish => "publish",
            Step::File => "file",
            Step::Deliver => "deliver",
            Step::Accept => "accept",
            Step::Pay => "pay",
        }
    }

    /// Chinese verb.
    pub fn label(self) -> &'static str {
        match self {
            Step::Confirm => "接单",
            Step::Sign => "确认合同",
            Step::Publish => "公告合同",
            Step::File => "备案合同",
            Step::Deliver => "交货",
            Step::Accept => "验收",
            Step::Pay => "付款",
        }
    }

    /// Is it the supplier's to do?
    pub fn suppliers(self) -> bool {
        matches!(self, Step::Confirm | Step::Deliver)
    }
}

/// What the rulebook says, days.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Said before the end.
    pub ahead: i64,
    /// Grave after the end.
    pub grave: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { ahead: t.number("alert.overdue.ahead_days", 1), grave: t.number("alert.overdue.grave_days", 5) }
}

/// A step with the end of its clock, when it was done if it was, and now.
pub fn judge(step: Step, due: Ms, done: Option<Ms>, now: Ms, p: Params) -> Outcome {
    let (what, until) = (step.label(), show_time(due));
    let late = done.unwrap_or(now) - due;
    let days = late.max(0) / DAY_MS;
    let level = if days >= p.grave { Level::Red } else { Level::Orange };
    match done {
        Some(at) if at <= due => Outcome::Clear,
        Some(at) => Outcome::At(level, format!("应于 {until} 前{what}，{} 才办，超期 {days} 天", show_time(at))),
        None if now < due - p.ahead * DAY_MS => Outcome::Clear,
        None if now <= due => Outcome::At(Level::Yellow, format!("应于 {until} 前{what}，即将到期")),
        None => Outcome::At(level, format!("应于 {until} 前{what}，到期未办，已超期 {days} 天")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Params = Params { ahead: 1, grave: 5 };

    #[track_caller]
    fn check(done: Option<Ms>, now: Ms, want: Option<Level>) {
        let got = judge(Step::Deliver, 10 * DAY_MS, done, now, P);
        assert_eq!(got.level(), want, "{got:?}");
    }

    #[test]
    fn before_at_and_after_the_end() {
        check(None, 9 * DAY_MS - 1, None);
        check(None, 9 * DAY_MS, Some(Level::Yellow));
        check(None, 10 * DAY_MS, Some(Level::Yellow));
        check(None, 10 * DAY_MS + 1, Some(Level::Orange));
        check(None, 15 * DAY_MS, Some(Level::Red));
        check(Some(10 * DAY_MS), 99 * DAY_MS, None);
        check(Some(10 * DAY_MS + 1), 99 * DAY_MS, Some(Level::Orange));
        check(Some(16 * DAY_MS), 99 * DAY_MS, Some(Level::Red));
        assert!(Step::Deliver.suppliers() && !Step::Pay.suppliers());
    }
}

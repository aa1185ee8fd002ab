//! A check: one question the mall asks before it allows something, with its answer, figures and rule.

/// The answer of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// In order.
    Pass,
    /// Allowed, but somebody should look.
    Warn,
    /// Not allowed.
    Block,
}

impl Verdict {
    /// Stable key: ok, warn, bad (also the style of its line).
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Pass => "ok",
            Verdict::Warn => "warn",
            Verdict::Block => "bad",
        }
    }

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Pass => "符合",
            Verdict::Warn => "提醒",
            Verdict::Block => "不符合",
        }
    }
}

/// One check with its answer. An order keeps its checks for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable code, such as `direct.limit`.
    pub code: &'static str,
    /// What was asked, in Chinese.
    pub title: String,
    /// The answer.
    pub verdict: Verdict,
    /// The figures compared, in Chinese: 本单 ¥12,000.00，限额 ¥20,000.00。
    pub figures: String,
    /// What the person can do now; empty when it passed.
    pub advice: String,
    /// Id of the rule judged by, 0 when the law itself asks (stock, plan, budget).
    pub rule: i64,
}

/// Does anything block?
pub fn blocked(checks: &[Check]) -> bool {
    checks.iter().any(|c| c.verdict == Verdict::Block)
}

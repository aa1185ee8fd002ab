//! 投诉、调解: states of a dispute between two sides, decided by the centre.
use crate::states::{moves, states};

states! {
    /// States of a dispute.
    State {
        /// The other side may answer.
        Filed "filed" "待对方答复" "warn",
        /// Answered, or the time to answer is over; the centre mediates and decides.
        Answered "answered" "待集采机构处理" "info",
        /// The filer is content.
        Settled "settled" "已和解" "ok",
        /// The centre finds it right.
        Upheld "upheld" "成立" "bad",
        /// The centre finds it wrong.
        Dismissed "dismissed" "不成立" "ok",
        /// Taken back.
        Withdrawn "withdrawn" "已撤回" "info",
    }
}

moves! {
    /// What moves a dispute.
    Act on State {
        /// The other side answers.
        Answer,
        /// It did not in time.
        Lapse,
        /// Either side or the centre adds something once it is answered.
        Say,
        /// The filer is content.
        Settle,
        /// The filer takes it back.
        Withdraw,
        /// The centre finds it right.
        Uphold,
        /// The centre finds it wrong.
        Dismiss,
    } [
        Filed Answer => Answered,
        Filed Lapse => Answered,
        Filed Settle => Settled,
        Filed Withdraw => Withdrawn,
        Answered Say => Answered,
        Answered Settle => Settled,
        Answered Withdraw => Withdrawn,
        Answered Uphold => Upheld,
        Answered Dismiss => Dismissed,
    ]
}

impl State {
    /// Is there something left to do?
    pub fn open(self) -> bool {
        matches!(self, State::Filed | State::Answered)
    }
}

/// What one side may complain of: key, Chinese, whether a buyer (true) or a supplier says it.
pub const REASONS: [(&str, &str, bool); 9] = [
    ("differ", "所供与所列不符", true),
    ("quality", "质量问题", true),
    ("late", "逾期交货或不交货", true),
    ("repair", "售后维修、退换不落实", true),
    ("fee", "另收运费、安装费、配件费", true),
    ("invoice", "发票问题", true),
    ("accept", "逾期验收或无故拒收", false),
    ("pay", "逾期付款", false),
    ("outside", "要求场外交易或另给好处", false),
];

/// Chinese name of a reason.
pub fn reason_label(key: &str) -> &'static str {
    REASONS.iter().find(|(k, ..)| *k == key).map_or("价格高于市场", |(_, l, _)| l)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_found_wrong_unheard() {
        for (from, act, to) in MOVES {
            assert!(from.open());
            if matches!(to, State::Upheld | State::Dismissed) {
                assert_eq!(*from, State::Answered, "{act:?}");
            }
        }
        assert_eq!(next(State::Filed, Act::Uphold), None);
        assert_eq!(next(State::Upheld, Act::Withdraw), None);
    }
}

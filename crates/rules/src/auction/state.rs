//! States of an auction and the table of legal moves. The phases within `Live` are the book's.
use crate::states::{moves, states};

states! {
    /// Where an auction stands.
    State {
        /// Under internal review; the budget is frozen.
        Approving "approving" "审批中" "warn",
        /// Back with the handler, nothing frozen.
        Returned "returned" "已退回" "bad",
        /// Taken back before publication.
        Withdrawn "withdrawn" "已撤回" "bad",
        /// Published; quotes come in by the book's phases.
        Live "live" "报价中" "info",
        /// Quotes are known; responses and abnormally low quotes are checked.
        Checking "checking" "响应核验" "warn",
        /// A winner is named and has to confirm.
        Awarded "awarded" "待成交供应商确认" "warn",
        /// Confirmed: the order is made.
        Concluded "concluded" "已成交" "ok",
        /// No valid outcome.
        Failed "failed" "竞价失败" "bad",
        /// Stopped with a reason.
        Cancelled "cancelled" "已终止" "bad",
    }
}

moves! {
    /// What moves an auction.
    Act on State {
        /// 同意, more approvals follow.
        Pass,
        /// 同意, the last one: published.
        Publish,
        /// 退回.
        Return,
        /// 撤回.
        Withdraw,
        /// The last phase is over.
        Close,
        /// Too few valid quotes, or nobody left in line.
        Fail,
        /// A winner is named.
        Award,
        /// The winner confirms.
        Confirm,
        /// The winner does not confirm: the next in line.
        PassOn,
        /// Stopped with a reason.
        Cancel,
    }
    [
        Approving Pass => Approving,
        Approving Publish => Live,
        Approving Return => Returned,
        Approving Withdraw => Withdrawn,
        Returned Withdraw => Withdrawn,
        Live Close => Checking,
        Live Fail => Failed,
        Live Cancel => Cancelled,
        Checking Award => Awarded,
        Checking Fail => Failed,
        Checking Cancel => Cancelled,
        Awarded Confirm => Concluded,
        Awarded PassOn => Awarded,
        Awarded Fail => Failed,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_no_move_is_ambiguous() {
        let mut seen = vec![State::Approving];
        for _ in State::ALL {
            for (from, _, to) in MOVES {
                if seen.contains(from) && !seen.contains(to) {
                    seen.push(*to);
                }
            }
        }
        assert_eq!(seen.len(), State::ALL.len());
        for (i, (f, a, _)) in MOVES.iter().enumerate() {
            assert!(!MOVES[..i].iter().any(|(g, b, _)| f == g && a == b), "{f:?} {a:?}");
        }
        assert!(State::ALL.iter().all(|s| State::of(s.key()) == Some(*s)));
    }
}

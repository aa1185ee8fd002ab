//! 审计发现: drafted, heard, confirmed or dropped, then put right.

use crate::states::{moves, states};

states! {
    /// States of a finding.
    State {
        /// Written by the auditor; nobody else has seen it.
        Draft "draft" "初拟" "info",
        /// The other side has it and may state its view; the clock runs.
        Sent "sent" "征求意见中" "warn",
        /// The time is over and nothing was said.
        Silent "silent" "逾期未陈述" "warn",
        /// The other side has stated its view.
        Answered "answered" "已陈述，待认定" "info",
        /// Confirmed; to be put right.
        Final "final" "已认定，待整改" "bad",
        /// Put right by the other side's account; to be checked.
        Mending "mending" "整改待核实" "info",
        /// Checked.
        Closed "closed" "整改完成" "ok",
        /// Not confirmed.
        Dropped "dropped" "不予认定" "ok",
    }
}

moves! {
    /// What moves a finding.
    Act on State {
        /// The other side is asked for its view.
        Send,
        /// The other side states it.
        Answer,
        /// Its time is over.
        Lapse,
        /// The auditor confirms.
        Confirm,
        /// The auditor does not.
        Drop,
        /// The other side reports what was put right.
        Mend,
        /// The auditor does not accept that.
        Reject,
        /// The auditor has checked it.
        Verify,
    } [
        Draft Send => Sent,
        Draft Drop => Dropped,
        Sent Answer => Answered,
        Sent Lapse => Silent,
        Silent Answer => Answered,
        Silent Confirm => Final,
        Silent Drop => Dropped,
        Answered Confirm => Final,
        Answered Drop => Dropped,
        Final Mend => Mending,
        Mending Reject => Final,
        Mending Verify => Closed,
    ]
}

impl State {
    /// Is it still open whether something was wrong?
    pub fn undecided(self) -> bool {
        matches!(self, State::Draft | State::Sent | State::Silent | State::Answered)
    }

    /// Was it confirmed that something was wrong?
    pub fn confirmed(self) -> bool {
        matches!(self, State::Final | State::Mending | State::Closed)
    }

    /// Does the other side have to do something in time?
    pub fn theirs(self) -> bool {
        matches!(self, State::Sent | State::Final)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_blamed_unheard() {
        for (from, act, to) in MOVES {
            if to.confirmed() && !from.confirmed() {
                assert_eq!(*act, Act::Confirm);
                assert!(matches!(from, State::Answered | State::Silent), "heard, or the time to speak is over");
            }
        }
        assert_eq!(next(State::Draft, Act::Confirm), None);
        assert_eq!(next(State::Sent, Act::Confirm), None);
        assert_eq!(next(State::Final, Act::Verify), None, "what was put right is told before it is checked");
        for s in State::ALL {
            assert!(*s == State::Draft || MOVES.iter().any(|(_, _, to)| to == s), "{s:?} is reached");
            assert!(!(s.undecided() && s.confirmed()));
        }
    }
}

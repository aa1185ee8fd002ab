//! 质询: what an auditor asks a unit or a supplier, until it is answered well.

use crate::states::{moves, states};

states! {
    /// States of a question.
    State {
        /// Asked; the clock runs.
        Asked "asked" "待答复" "warn",
        /// Answered; the auditor reads it.
        Answered "answered" "已答复，待核实" "info",
        /// The answer is enough.
        Closed "closed" "已了结" "ok",
        /// Taken back by the auditor.
        Withdrawn "withdrawn" "已撤回" "info",
    }
}

moves! {
    /// What moves a question.
    Act on State {
        /// The one asked answers.
        Answer,
        /// The auditor asks on.
        Follow,
        /// The auditor is content.
        Accept,
        /// The auditor takes it back.
        Withdraw,
    } [
        Asked Answer => Answered,
        Answered Follow => Asked,
        Answered Accept => Closed,
        Asked Withdraw => Withdrawn,
    ]
}

impl State {
    /// Is there nothing more to do?
    pub fn over(self) -> bool {
        matches!(self, State::Closed | State::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_closed_only_after_an_answer() {
        for (from, act, to) in MOVES {
            assert!(!from.over(), "{from:?} {act:?}");
            assert!(*to != State::Closed || *from == State::Answered);
        }
    }
}

//! 审计: states of an audit, what is drawn, what the machine sees in an order, and what becomes of questions and findings.
//!
//! An audit is announced with a promised secret before anything is drawn; nobody is blamed before the other side was heard.

use crate::states::{moves, states};

pub mod checklist;
pub mod finding;
pub mod question;
pub mod sample;

states! {
    /// States of an audit.
    State {
        /// Its scope is written down.
        Planned "planned" "拟定" "info",
        /// Its scope and the promise of its secret are on record; nothing is drawn yet.
        Announced "announced" "已公告，待抽取" "info",
        /// Its orders are drawn.
        Drawn "drawn" "已抽取，待实施" "warn",
        /// Papers are worked, questions asked, findings heard.
        Working "working" "实施中" "warn",
        /// Reported; only rectification goes on.
        Concluded "concluded" "已出具报告" "ok",
        /// Given up before anything was drawn.
        Dropped "dropped" "已撤销" "bad",
    }
}

moves! {
    /// What moves an audit.
    Act on State {
        /// Scope and promise go on record.
        Announce,
        /// Orders are drawn.
        Draw,
        /// Work begins.
        Begin,
        /// The report is given.
        Conclude,
        /// It is given up.
        Drop,
    } [
        Planned Announce => Announced,
        Announced Draw => Drawn,
        Drawn Begin => Working,
        Working Conclude => Concluded,
        Planned Drop => Dropped,
        Announced Drop => Dropped,
    ]
}

impl State {
    /// Are there orders to look at?
    pub fn has_papers(self) -> bool {
        matches!(self, State::Drawn | State::Working | State::Concluded)
    }

    /// Are there promise and scope that may not change any more?
    pub fn announced(self) -> bool {
        matches!(self, State::Announced) || self.has_papers()
    }
}

/// What still stands in the way of a report, in words; empty when nothing does.
pub fn obstacles(papers_open: i64, questions_open: i64, findings_open: i64) -> Vec<String> {
    [
        (papers_open, "份底稿没有完成"),
        (questions_open, "件质询没有了结"),
        (findings_open, "个问题没有听取意见、作出认定"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("还有 {n} {what}"))
    .collect()
}

/// How serious a finding is: key and Chinese word.
pub const SEVERITIES: [(&str, &str); 3] = [("minor", "一般"), ("serious", "较重"), ("grave", "严重")];

/// Chinese word for how serious a finding is.
pub fn severity(key: &str) -> Option<&'static str> {
    SEVERITIES.iter().find(|(k, _)| *k == key).map(|(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drawn_is_given_up_and_nothing_is_reported_unworked() {
        for s in State::ALL {
            assert_eq!(State::of(s.key()), Some(*s));
            assert!(*s == State::Planned || MOVES.iter().any(|(_, _, to)| to == s), "{s:?} is reached");
            assert_eq!(next(*s, Act::Conclude).is_some(), *s == State::Working);
            assert!(next(*s, Act::Drop).is_none() || !s.has_papers(), "{s:?}: who saw the sample may not try another");
        }
        assert_eq!(obstacles(0, 0, 0), Vec::<String>::new());
        assert_eq!(obstacles(2, 0, 1), ["还有 2 份底稿没有完成", "还有 1 个问题没有听取意见、作出认定"]);
        assert_eq!(severity("grave"), Some("严重"));
        assert_eq!(severity("huge"), None);
    }
}

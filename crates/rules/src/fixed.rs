//! 定点采购: jobs called off from a framework agreement, their table of states, prices and who is next.
use crate::states::{moves, states};

states! {
    /// Where a job stands.
    State {
        /// Under the unit's own review; the budget is frozen.
        Approving "approving" "审批中" "warn",
        /// Back with the handler, nothing frozen.
        Returned "returned" "已退回" "bad",
        /// Taken back.
        Withdrawn "withdrawn" "已撤回" "bad",
        /// The draw waits for the next entry of the journal.
        Drawing "drawing" "等待抽取" "info",
        /// Invited suppliers quote, sealed until the time is over.
        Inviting "inviting" "邀请报价中" "info",
        /// One supplier is asked to quote by the price schedule.
        Offered "offered" "待供应商报价" "warn",
        /// The unit looks at the quote.
        Quoted "quoted" "待采购人确认" "warn",
        /// The order is made.
        Ordered "ordered" "已成交" "ok",
        /// Came to nothing; the money is free.
        Ended "ended" "已终止" "bad",
    }
}

moves! {
    /// What moves a job.
    Act on State {
        /// 同意, more approvals follow.
        Pass,
        /// 同意, the last one: a draw follows.
        Draw,
        /// 同意, the last one: quotes are invited.
        Invite,
        /// A supplier is chosen, drawn or next in turn.
        Offer,
        /// 退回.
        Return,
        /// 撤回.
        Withdraw,
        /// The supplier quotes.
        Quote,
        /// The supplier declines or does not answer; somebody else is asked.
        Again,
        /// The unit agrees to the quote.
        Accept,
        /// Nobody left, or the unit ends it.
        End,
    }
    [
        Approving Pass => Approving,
        Approving Draw => Drawing,
        Approving Invite => Inviting,
        Approving Offer => Offered,
        Approving Return => Returned,
        Approving Withdraw => Withdrawn,
        Returned Withdraw => Withdrawn,
        Drawing Offer => Offered,
        Drawing End => Ended,
        Inviting Quote => Quoted,
        Inviting End => Ended,
        Offered Quote => Quoted,
        Offered Again => Drawing,
        Offered Offer => Offered,
        Offered End => Ended,
        Quoted Accept => Ordered,
        Quoted End => Ended,
    ]
}

/// How a supplier is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The unit names one.
    Direct,
    /// At least three are invited; the lowest wins.
    Compete,
    /// Whoever had the fewest jobs.
    Rotate,
    /// By a draw that anybody can repeat.
    Draw,
}

impl Way {
    /// All of them.
    pub const ALL: [Way; 4] = [Way::Direct, Way::Compete, Way::Rotate, Way::Draw];

    /// Stable key, as the rulebook writes it.
    pub fn key(self) -> &'static str {
        match self {
            Way::Direct => "direct",
            Way::Compete => "compete",
            Way::Rotate => "rotate",
            Way::Draw => "draw",
        }
    }

    /// Of a key.
    pub fn of(key: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|w| w.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Way::Direct => "直接选定",
            Way::Compete => "二次竞价（至少三家）",
            Way::Rotate => "顺序轮候",
            Way::Draw => "随机抽取",
        }
    }
}

/// The agreed price of an item: reference price less the member's discount, rounded down to the fen.
pub fn price(reference: i64, discount_bp: i64) -> i64 {
    (i128::from(reference) * i128::from(10_000 - discount_bp) / 10_000) as i64
}

/// A member of an agreement as rotation sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub supplier: i64,
    /// Its place in the agreement.
    pub place: i64,
    /// Jobs it got so far.
    pub turns: i64,
}

/// Whose turn it is: the fewest jobs, then the place. None when all are left out.
pub fn turn(members: &[Member], without: &[i64]) -> Option<i64> {
    let left = members.iter().filter(|m| !without.contains(&m.supplier));
    left.min_by_key(|m| (m.turns, m.place, m.supplier)).map(|m| m.supplier)
}

/// Fewest suppliers that are invited to compete.
pub const INVITED_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_discount_never_costs_the_unit_a_fen() {
        assert_eq!(price(10_000, 1_000), 9_000);
        assert_eq!(price(999, 1), 998);
        assert_eq!(price(5, 0), 5);
        assert_eq!(price(100, 9_999), 0);
    }

    #[test]
    fn turns_go_round() {
        let mut members: Vec<Member> = (1..=3).map(|n| Member { supplier: n * 10, place: n, turns: 0 }).collect();
        let mut seen = Vec::new();
        for _ in 0..6 {
            let who = turn(&members, &[]).unwrap();
            seen.push(who);
            members.iter_mut().find(|m| m.supplier == who).unwrap().turns += 1;
        }
        assert_eq!(seen, [10, 20, 30, 10, 20, 30]);
        assert_eq!(turn(&members, &[10]), Some(20));
        assert_eq!(turn(&members, &[10, 20, 30]), None);
    }

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
        assert!(Way::ALL.iter().all(|w| Way::of(w.key()) == Some(*w) && State::of(w.key()).is_none()));
    }
}

//! States of an order and the table of legal moves. Buttons, permissions and tests come from this table.
//!
//! Delivered, accepted, invoiced and paid are no states: they are sums of quantities and amounts.
use crate::duty::Duty;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// 审批中: price, stock and budget are held.
    Approving,
    /// 已退回: back with the handler, nothing held.
    Returned,
    /// 待供应商确认.
    Offered,
    /// 供应商不接单.
    Refused,
    /// 逾期未确认: the clock ended it.
    Expired,
    /// 已撤回 by the handler.
    Withdrawn,
    /// 待双方确认合同.
    Contracting,
    /// 履约中: the contract holds.
    Performing,
    /// 已完成: accepted, paid, and evaluated or the time for it over.
    Completed,
    /// 已取消 by consent, or by the finance department after filing.
    Cancelled,
}

/// What moves an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// 同意, and more approvals follow.
    Pass,
    /// 同意, the last approval.
    Approve,
    /// 退回 with a reason.
    Return,
    /// 修改后重新提交.
    Resubmit,
    /// 撤回.
    Withdraw,
    /// 供应商接单, perhaps at a lower price.
    Confirm,
    /// 供应商不接单 with a reason.
    Refuse,
    /// The supplier's time to confirm is over.
    Expire,
    /// 采购人确认合同.
    SignUnit,
    /// 供应商确认合同.
    SignSupplier,
    /// Both have signed: the contract takes effect.
    Conclude,
    /// The time to sign the contract is over.
    Lapse,
    /// 取消: both agree, or the finance department decides after filing.
    Cancel,
    /// Everything accepted and paid, evaluated or the window over.
    Complete,
}

impl State {
    /// All states.
    pub const ALL: [State; 10] = [
        State::Approving,
        State::Returned,
        State::Offered,
        State::Refused,
        State::Expired,
        State::Withdrawn,
        State::Contracting,
        State::Performing,
        State::Completed,
        State::Cancelled,
    ];

    /// Stable key in the database and the API.
    pub fn key(self) -> &'static str {
        match self {
            State::Approving => "approving",
            State::Returned => "returned",
            State::Offered => "offered",
            State::Refused => "refused",
            State::Expired => "expired",
            State::Withdrawn => "withdrawn",
            State::Contracting => "contracting",
            State::Performing => "performing",
            State::Completed => "completed",
            State::Cancelled => "cancelled",
        }
    }

    /// The state of a key.
    pub fn of(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            State::Approving => "审批中",
            State::Returned => "已退回",
            State::Offered => "待供应商确认",
            State::Refused => "供应商不接单",
            State::Expired => "逾期未确认",
            State::Withdrawn => "已撤回",
            State::Contracting => "待确认合同",
            State::Performing => "履约中",
            State::Completed => "已完成",
            State::Cancelled => "已取消",
        }
    }

    /// Kind of tag that shows it: ok, warn, bad, info.
    pub fn tone(self) -> &'static str {
        match self {
            State::Completed => "ok",
            State::Approving | State::Offered | State::Contracting => "warn",
            State::Performing => "info",
            State::Returned | State::Refused | State::Expired | State::Withdrawn | State::Cancelled => "bad",
        }
    }

    /// Nothing moves it any more.
    pub fn is_final(self) -> bool {
        acts(self).next().is_none()
    }
}

const UNIT: &[Duty] = &[Duty::Handler];
const TIMER: &[Duty] = &[];

/// One legal move: from, act, to, duties that may do it (empty: only the system).
pub const MOVES: [(State, Act, State, &[Duty]); 20] = [
    (State::Approving, Act::Pass, State::Approving, &[Duty::Reviewer, Duty::Signer]),
    (State::Approving, Act::Approve, State::Offered, &[Duty::Reviewer, Duty::Signer]),
    (State::Approving, Act::Return, State::Returned, &[Duty::Reviewer, Duty::Signer]),
    (State::Approving, Act::Withdraw, State::Withdrawn, UNIT),
    (State::Returned, Act::Resubmit, State::Approving, UNIT),
    (State::Returned, Act::Withdraw, State::Withdrawn, UNIT),
    (State::Offered, Act::Confirm, State::Contracting, &[Duty::SupplierOrders]),
    (State::Offered, Act::Refuse, State::Refused, &[Duty::SupplierOrders]),
    (State::Offered, Act::Expire, State::Expired, TIMER),
    (State::Offered, Act::Withdraw, State::Withdrawn, UNIT),
    (State::Contracting, Act::SignUnit, State::Contracting, &[Duty::Signer]),
    (State::Contracting, Act::SignSupplier, State::Contracting, &[Duty::SupplierOrders]),
    (State::Contracting, Act::Conclude, State::Performing, TIMER),
    (State::Contracting, Act::Lapse, State::Cancelled, TIMER),
    (State::Contracting, Act::Cancel, State::Cancelled, &[Duty::Handler, Duty::SupplierOrders]),
    (State::Performing, Act::Cancel, State::Cancelled, &[Duty::Handler, Duty::SupplierOrders, Duty::Regulator]),
    (State::Performing, Act::Complete, State::Completed, TIMER),
    // A station whose rulebook asks for no approval sends the order straight to the supplier.
    (State::Returned, Act::Approve, State::Offered, UNIT),
    (State::Approving, Act::Expire, State::Expired, TIMER),
    (State::Returned, Act::Expire, State::Expired, TIMER),
];

/// Where an act leads from a state; None when it is not legal there.
pub fn next(from: State, act: Act) -> Option<State> {
    MOVES.iter().find(|(f, a, _, _)| *f == from && *a == act).map(|(_, _, to, _)| *to)
}

/// The duties that may do an act in a state.
pub fn who(from: State, act: Act) -> &'static [Duty] {
    MOVES.iter().find(|(f, a, _, _)| *f == from && *a == act).map_or(&[], |(_, _, _, who)| who)
}

/// The acts that are legal in a state, with the duties that may do them.
pub fn acts(from: State) -> impl Iterator<Item = (Act, &'static [Duty])> {
    MOVES.iter().filter(move |(f, _, _, _)| *f == from).map(|(_, a, _, who)| (*a, *who))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_state_is_reached_and_no_move_is_ambiguous() {
        let mut seen = HashSet::from([State::Approving]);
        for _ in 0..State::ALL.len() {
            for (from, _, to, _) in MOVES {
                if seen.contains(&from) {
                    seen.insert(to);
                }
            }
        }
        assert_eq!(seen.len(), State::ALL.len());
        let pairs: HashSet<_> = MOVES.iter().map(|(f, a, _, _)| (*f, *a)).collect();
        assert_eq!(pairs.len(), MOVES.len());
    }

    #[test]
    fn the_ends_are_ends() {
        let ends: Vec<_> = State::ALL.into_iter().filter(|s| s.is_final()).map(State::key).collect();
        assert_eq!(ends, ["refused", "expired", "withdrawn", "completed", "cancelled"]);
        for s in State::ALL {
            assert_eq!(State::of(s.key()), Some(s));
        }
        assert_eq!(next(State::Offered, Act::Confirm), Some(State::Contracting));
        assert_eq!(next(State::Completed, Act::Cancel), None);
    }
}

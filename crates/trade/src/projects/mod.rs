//! The common header of every procedure beside the shelf: number, unit, plan and budget, rules as they were, deadline.
//!
//! A procedure (auction, batch demand, job) is its own room with its own states; it holds a [`Project`] and adds what is
//! its own. Money is frozen here when the procedure begins and handed over to the order it leads to.

mod flow;
mod pages;
pub(crate) mod store;

pub use flow::{Ready, free, hand_over, hold, judge, prepare, refuse_state, snapshot};
pub(crate) use flow::{charge, clock, figure, give_approval, must_not_be_state, number, own, take_back, tell_next};
pub(crate) use pages::{Frame, SecretPart, Waiting, count_waiting, frame, seen, todo};
pub use pages::{approve, routes};
pub use store::{KeptRule, Project, kept};

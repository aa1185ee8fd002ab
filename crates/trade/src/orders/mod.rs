//! Orders after approval: the supplier's answer, the contract, cancellation, deadlines; the order's own page.
//!
//! States and legal moves stand in [`rules::orders::state`]. The contract is published and filed by the mall itself as
//! soon as both sides have confirmed it (contract notice: Implementation Regulations art. 50; copy filed: Law art. 47).

mod award;
pub(crate) mod conduct;
mod counted;
mod due;
pub(crate) mod flow;
mod pages;
pub(crate) mod store;
mod view;

pub use award::{Award, AwardLine, award};
pub use due::run_due;
pub use flow::{answer_cancel, ask_cancel, confirm, decide_cancel, refuse, sign};
pub use pages::{routes, words as words_of};
pub use store::{
    KeptCheck, Line, Order, compared, line_digest, lines as lines_of, performing, private, salted, supplier_of, unit_of,
};
pub use view::install_counter;

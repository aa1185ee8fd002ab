//! 超市采购 · 直购: cart, checks, orders split per supplier, approvals.
//!
//! Price, stock and budget are held from submission on; a return or withdrawal frees them. Whoever made an order does
//! not approve it, and nobody approves two steps of it (Government Procurement Law art. 11, internal control rules).

mod approve;
mod compared;
mod judge;
mod pages;
pub mod past;
mod store;
mod submit;

pub use approve::{Edit, approve, resubmit, send_back, withdraw};
pub use judge::install as install_judge;
pub(crate) use judge::{in_the_way, need as judge_need, plans as unit_plans};
pub use pages::routes;
pub(crate) use store::cart_size;
pub(crate) use submit::{Annual, add_annual, number, sub_annual};
pub use submit::{Outcome, Secret, Submit, SubmitLine, lower_annual, submit, submit_with, undo_holds, undo_money};

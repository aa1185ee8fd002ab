//! 定点采购: framework agreements with a price schedule, jobs called off from them, monthly statements, the ledger.
//!
//! A job is a project of its unit. Whoever is found to do it (named, by competition, in turn, by a draw that anybody can
//! repeat) quotes by the schedule; the unit agrees; the order then goes the way of every order: contract, completion with
//! photos, acceptance, invoice, payment. A month's accepted jobs are summed in a statement.

mod agreement;
mod draw;
mod job;
mod month;
mod pages;
mod store;

pub use agreement::{NewAgreement, NewItem, add_member, end_due, make, remove_member};
pub use draw::verify;
pub use job::{CallOff, accept, bid, call_off, complete, decline, quote, reject};
pub(crate) use job::{approve, label, run_due, send_back, todo, withdraw, words};
pub use month::{confirm as confirm_statement, draw_up};
pub use pages::routes;

//! 定点采购: framework agreements with a price schedule, jobs called off from them, monthly statements, the ledger.
//!
//! A job is a project of its unit. Whoever is found to do it (named, by competition, in turn, by a draw that anybody can
//! repeat) quotes by the schedule; the unit agrees; the order then goes the way of every order: contract, completion with
//! photos, acceptance, invoice, payment. A month's accepted jobs are summed in a statement.

mod agreement;
mod answer;
mod draw;
mod finding;
mod job;
mod month;
mod outcome;
mod pages;
mod store;

pub use agreement::{NewAgreement, NewItem, add_member, end_due, make, remove_member};
pub use answer::{accept, bid, complete, decline, quote, reject};
pub use draw::verify;
pub(crate) use finding::run_due;
pub use job::{CallOff, call_off};
pub(crate) use job::{approve, label, send_back, todo, withdraw, words};
pub use month::{confirm as confirm_statement, draw_up};
pub use outcome::{Called, Part, called};
pub use pages::routes;
pub use store::schedule_digest;

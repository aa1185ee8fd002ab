//! What auditors put to units and suppliers: questions (质询) and findings, each with its clock, and what is said to them.

mod flow;
mod pages;
mod store;

pub(super) use flow::{FINDING, QUESTION};
pub use flow::{Finding, Put, Question, ask, find, run_due};
pub use pages::routes;
pub(super) use pages::what;
pub use store::{Found, Row, findings_of, orders_of, questions_of, waiting};

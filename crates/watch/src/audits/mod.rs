//! 审计: an auditor's room. What is examined is announced with a promised secret, drawn by nobody's choice or named with a reason;
//! working papers with what the machine sees; questions and findings with clocks; a report and a case file that is checked offline.
//!
//! An audit is led by the body that opened it; auditors of the place and above read it, the finance department once it is reported
//! or something was handed over. Units and suppliers see what is put to them, nothing else. What people say never enters the
//! journal, only its digest.

mod case;
mod draw;
mod flow;
mod inquiries;
mod lists;
mod pages;
mod papers;
mod store;

pub use draw::verify;
pub use flow::{Move, Scope, act, name, plan};
pub use inquiries::{Finding, Put, Question, ask, find, run_due, waiting};
pub use pages::routes;

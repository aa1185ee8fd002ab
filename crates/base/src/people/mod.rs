//! 人员与岗位: who opens accounts, and which duties they carry.
//!
//! A unit's signer and a supplier's administrator look after their own people; the finance department of a place looks after its
//! units, its centre and the departments below, the operator after finance, centre and audit. Nobody changes their own account's
//! duties. Duties come from templates of the rulebook (`role.*`) that each level may narrow. Names and phones stay in the table;
//! the journal carries ids and duties.

mod flow;
mod pages;
mod store;

pub use pages::routes;

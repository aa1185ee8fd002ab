//! Plans and budget (采购计划、预算): what a unit may spend on what, and where each fen of it stands.
//!
//! A budget line's money is available, frozen or spent; every movement is a pair of entries in the ledger, and the
//! three always sum to what was granted. A plan line says what the money is for; orders use it up.

mod flow;
mod pages;
mod store;

pub use flow::{Load, load_rows};
pub use pages::routes;
pub use store::{
    Address, NewBudget, PlanLine, add_address, add_budget, add_plan_line, address, addresses, freeze, plan_lines,
    release, spend, unspend,
};

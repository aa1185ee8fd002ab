//! 准入 (一地入驻、全省通行): a firm registers by its credit code, shows its papers, commits itself; the centre that receives
//! the application first decides with coded reasons within its clock; the verdict holds in every station at once.
//!
//! Beside it: papers with their last day, the change of the account by two people, and makers who let agents sell a brand.

mod account;
mod brands;
mod flow;
mod pages;
mod papers;
mod review;
mod store;

pub use account::run_due as run_accounts;
pub use brands::{end_due as end_authorisations, makers};
pub use flow::{Filled, Registered, commitment, register, submit};
pub use pages::routes;
pub use papers::{NewPaper, add_paper, look_daily};
pub use store::{supplier_kind, waiting};

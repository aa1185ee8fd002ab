//! 动态预警: leads from the journal as things happen, and from a daily look at what only time shows.
//!
//! The rules stand in [`rules::alert`], a file each; `judge` says which of them look at what, by subject. A lead is raised once; the finance department of the place asks for an
//! explanation, the one concerned gives it, the department closes it as justified, corrected or sanctioned. What is not dealt with
//! in time goes to the department above. How often a rule hit, could not judge, and was found right stands beside it.

mod ahead;
mod brief;
mod contest;
mod facts;
mod flow;
mod judge;
mod pages;
pub mod shadow;
mod store;

pub use brief::{Brief, briefs};
pub(crate) use flow::offices;
pub use flow::{PROJECTION, act, follow, reach, run_due, sweep};
pub use pages::routes;
pub use store::waiting;

//! 动态预警: leads from the journal as things happen, and from a daily look at what only time shows.
//!
//! The rules stand in [`rules::alert`], a file each; `judge` says which of them look at what, by subject. A lead is raised once; the
//! finance department of the place gives it to somebody and asks for an explanation, the one concerned gives it, the department
//! checks and closes it as justified, corrected or sanctioned, which opens a case of conduct. What is not dealt with in time goes to
//! the department above, step by step. How often a rule hit, could not judge, and was found right, by auditors where they looked,
//! stands beside it.

mod act;
mod ahead;
mod brief;
mod contest;
mod facts;
mod flow;
mod judge;
mod pages;
pub mod shadow;
mod store;

pub use act::{Put, act, run_due, waiting};
pub use brief::{Brief, briefs};
pub use flow::{PROJECTION, follow, sweep};
pub use pages::routes;

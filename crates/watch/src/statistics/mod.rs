//! 统计分析: how much was bought, by whom, how, at which price; every figure opens the orders it counts.
//!
//! A follower writes each order from the journal exactly once; each node holds them in memory as [`rules::statistics::Cube`],
//! and every page asks the same cube. What counts, and how, stands in docs/statistics.md.

mod answers;
mod desk;
mod follow;
mod names;
mod pages;
mod store;

pub use answers::Answer;
pub use desk::Desk;
pub use follow::{PROJECTION, follow, rebuild};
pub use pages::routes;

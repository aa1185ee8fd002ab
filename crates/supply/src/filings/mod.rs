//! 商品审核: what the machine finds in goods, what waits for people, and what they decide.
//!
//! A price cut and stock take effect at once. A rise of price and a change of parameters wait while the old offer stays (or
//! hides, as the rulebook says); a new listing waits when the machine found something or the rulebook wants all reviewed.
//! Where two reviewers are asked, neither sees what the other found; if they differ, a third decides.

mod file;
mod judge;
mod pages;
mod spec;
mod stale;
mod store;

pub(crate) use file::rise;
pub use file::{Desk, Filed, file};
pub use pages::routes;
pub use spec::Library;
pub use stale::look_daily;
pub use store::{known, waiting};

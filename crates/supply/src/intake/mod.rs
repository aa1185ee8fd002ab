//! Ways in beside the page and the file: an API with keys, and a folder that says what a shop sells. Every way has the same
//! checks and the same review; every row answers for itself.

mod keys;
mod offered;
mod pages;
mod store;
mod take;

pub use offered::Offered;
pub use pages::routes;
pub(crate) use store::listed;
pub use take::{Did, Plan, apply, picture, plan, put_off, take};

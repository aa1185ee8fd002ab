//! 商城无货: a unit states a need that the mall cannot meet, sees the nearest goods, says why they do not do, and gets a
//! certificate of it. The centre brings the goods into the mall or says why not; whoever oversees sees the share.

mod flow;
mod pages;
mod store;

pub use flow::{Stated, decide, nearest, state, withdraw};
pub use pages::routes;
pub(crate) use store::waiting;

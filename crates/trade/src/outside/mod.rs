//! 订单送达平台: an order whose contract is signed is handed to the supplier's own platform, if it has one that is on. The
//! order's number is the key by which the platform knows a second time; a platform that sleeps or refuses holds nothing up:
//! the supplier sees the order here as always.

mod flow;
mod store;

pub use flow::run;
pub(crate) use store::{Handed, of_order};

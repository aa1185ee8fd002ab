//! What a unit bought before, and who a supplier is to it: the cart asks before an order is made, the follower of alerts
//! afterwards, through the same queries.

mod store;

pub use store::{bought, may_lack, sellers, ties};

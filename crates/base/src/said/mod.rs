//! What two sides and an office say in a matter, in order. Nothing of it is ever changed.

mod store;

pub use store::{Said, all, say};

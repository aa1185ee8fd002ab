//! Mandatory disclosure (强制公开): contract notices and deal prices, made from the journal without anyone's help.
//!
//! Contracts are published within 2 working days of signing (Implementation Regulations art. 50); here that is the
//! moment the follower reads the entry. Each notice and deal carries the number of the entry it was made from, so a
//! rebuild from zero gives the same rows under the same ids.

mod follow;
mod pages;
mod store;

pub use follow::{PROJECTION, apply, follow, rebuild};
pub use pages::routes;
pub use store::clear;

//! Mandatory disclosure (强制公开): notices of every kind and deal prices, made from the journal without anyone's help; corrections and
//! withdrawals of them; why a deal was what it was; subscriptions.
//!
//! Contracts are published within 2 working days of signing (Implementation Regulations art. 50); here that is the
//! moment the follower reads the entry. Each notice and deal carries the number of the entry it was made from, so a
//! rebuild from zero gives the same rows under the same ids and numbers. A number is that of a series by station and year without
//! gaps, see [`rules::notice::number`]; what was withdrawn keeps its own.

mod compliance;
mod deals;
mod flow;
mod follow;
pub mod mail;
mod make;
mod pages;
mod store;
mod why;

pub use compliance::store::UNTOLD;
pub use flow::{correct, withdraw};
pub use follow::{PROJECTION, apply, follow, rebuild};
pub use pages::routes;
pub use store::clear;

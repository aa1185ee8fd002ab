//! The journal's explorer (全程留痕) for regulators and auditors, and the state of the projections for operators.

pub mod compare;
pub mod erasure;
pub mod log;
mod pages;
mod store;
mod subjects;

pub use pages::{rehearse, routes};

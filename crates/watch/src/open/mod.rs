//! 开放数据: the public record of every process in the Open Contracting Data Standard 1.1.5, for everybody's own tools.
//!
//! A follower of the journal writes one release for each public event; releases are never changed. Files by month, records by
//! process and a change feed that proves itself gapless are made from them. The mapping stands in docs/open-data.md.

mod flow;
mod pages;
mod release;
mod store;

pub use flow::{PROJECTION, apply, follow, rebuild};
pub use pages::routes;
pub use store::clear;

//! 投诉、调解、高价举报: a complaint about an order by either side, a report of a high price by anybody; the other side answers
//! within its clock, the centre mediates and decides, both keep the record. What is upheld becomes a case of conduct.

mod flow;
mod pages;
mod store;

pub use flow::run_due;
pub use pages::routes;
pub(crate) use store::waiting;

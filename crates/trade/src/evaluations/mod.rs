//! 互评: after acceptance each side evaluates the other, once an order; everybody sees the stars. A quarter in which enough
//! counterparts were unhappy becomes a case of conduct, with its notice, answer and appeal.

mod flow;
mod pages;
mod store;

pub use flow::{evaluate, look_back};
pub use pages::routes;
pub(crate) use store::{Evaluation, evaluations};

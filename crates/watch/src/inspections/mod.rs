//! 巡检: plans, a draw that anybody can repeat, findings with evidence, and the bulletin of each month, published by itself.
//!
//! A finding becomes a case of conduct: the supplier is told and heard there before anything follows.

mod bulletin;
mod draw;
mod flow;
mod pages;
mod store;

pub use bulletin::publish;
pub use draw::verify;
pub use pages::routes;

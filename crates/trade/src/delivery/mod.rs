//! Delivery: shipping, receiving, acceptance (验收), return and exchange.
//!
//! Quantities on the order lines are the progress; nothing here is a state of its own. What was sent is followed by its clock: it
//! counts as arrived when nobody registers it, and whoever has to accept it is reminded. Goods are accepted by a person
//! who neither handled nor approved the order. Refused goods are sent again; exchanged goods count as refused.

pub(crate) mod flow;
pub(crate) mod pages;
mod remind;
pub(crate) mod store;

pub use flow::{Accept, Way, accept, answer_return, ask_return, finish_return, receive, ship};
pub(crate) use pages::photo_kind;
pub use pages::routes;
pub use remind::run_due;
pub use store::on_the_way;

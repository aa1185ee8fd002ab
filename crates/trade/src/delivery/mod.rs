//! Delivery: shipping, receiving, acceptance (验收), return and exchange.
//!
//! Quantities on the order lines are the progress; nothing here is a state of its own. Goods are accepted by a person
//! who neither handled nor approved the order. Refused goods are sent again; exchanged goods count as refused.

pub(crate) mod flow;
pub(crate) mod pages;
pub(crate) mod store;

pub use flow::{Accept, accept, answer_return, ask_return, finish_return, receive, ship};
pub(crate) use pages::photo_kind;
pub use pages::routes;
pub use store::on_the_way;

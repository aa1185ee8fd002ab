//! 认证证书: the certifiers' register, taken in as files; goods that name a certificate are held against it when they come in and
//! every day. A certificate holds for the models it names and for no other. Until a register is there, only a number is asked.

mod flow;
mod pages;
mod store;

pub(crate) use flow::fault;
pub use flow::{Taken, look_daily, take};
pub use pages::routes;
pub use store::{Certificate, put};

//! 邮件订阅: who asked to be told of notices. Confirmed by a link sent to the address, ended by a link in every mail. The address stands in
//! its own table and nowhere else: not in the journal, not in logs, not on pages.
//!
//! A follower of the journal writes for each new notice one row for each subscriber it fits, in the transaction of its position: exactly
//! once. A task of its own sends what waits, bundled, at most so many mails a day.

mod flow;
mod send;
mod store;

pub use flow::{Asked, ask, confirm, end, found};
pub use send::{PROJECTION, follow, send};
pub use store::Subscriber;

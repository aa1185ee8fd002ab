//! 删除留痕内容: personal or secret words that got into an entry of the journal are taken out, and everybody sees that they were.
//!
//! Only the finance department of the whole province may, by two persons: one asks with ground and legal basis, another decides.
//! What goes is the entry's words, hash and salt; number, time, kind and subject stay, and so does the leaf of the log, so every proof
//! holds on. The entry `journal.erased` says which, why, by whom, and holds what the log's leaf had. See docs/decisions/0005.

mod flow;
mod pages;
mod store;

pub use flow::{ask, decide, may_ask, offered};
pub use pages::routes;
pub use store::{Blanked, Erasure, done, still_blank};

//! Loading offers from a file: every row is checked, correct rows wait until the file is confirmed.
//!
//! A file goes checking → checked → loading → loaded (or dropped). Checking and loading run in pieces in the
//! background; each piece is one transaction, so work goes on where it stopped, on any node.

mod check;
mod flow;
pub mod shape;
mod store;

pub(crate) use check::WRONG;
pub use check::{COLUMNS, Checker, TEMPLATE_NOTE, example};
pub use flow::{Court, confirm, drop_file, receive, work};
pub use store::{File, Row, file, files, rows};

//! The platform, without one business word: database, journal, ids, clock, failures, web plumbing.

pub mod archive;
pub mod clock;
pub mod db;
pub mod fail;
pub mod http;
pub mod ids;
pub mod journal;
pub mod mail;
pub mod merkle;
pub mod note;
pub mod picture;
pub mod seal;
pub mod sheet;
pub mod sm;
pub mod text;
pub mod web;

pub use clock::Clock;
pub use db::{Db, Query, Tx};
pub use fail::{Fail, Marks, Refused, Result};
pub use journal::Entry;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

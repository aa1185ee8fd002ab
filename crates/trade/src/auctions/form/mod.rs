//! The form that makes an auction.

mod pages;

pub use pages::routes;

//! The form that makes an auction.

mod fit;
mod pages;

pub use fit::fit;
pub use pages::routes;

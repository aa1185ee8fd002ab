//! 特色场馆: shelves of their own whose products are found by conditions, not put there by anybody's favour.

mod flow;
mod pages;
mod store;

pub use flow::{NewVenue, save, seed};
pub use pages::routes;
pub use store::{Venue, all, of_products, venue};

//! Brands (品牌库): one canonical name per brand, so that the same product of many suppliers meets on one page.
//! Suppliers ask for what it misses; a centre makes, joins and separates brands and models, and the history stays.

mod flow;
mod models;
mod pages;
mod store;

pub use pages::routes;
pub use store::{Brands, load, model_of, seed, waiting};

//! Brands (品牌库): one canonical name per brand, so that the same product of many suppliers meets on one page.

mod store;

pub use store::{Brands, load, seed};

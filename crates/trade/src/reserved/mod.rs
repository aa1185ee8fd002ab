//! Reserved shares (预留份额): how much of what a unit buys comes from a venue, counted only after the steps that the
//! rulebook names, such as acceptance, payment and evaluation.

mod pages;
mod store;

pub use pages::routes;

//! Offers (报价): supplier × product × areas × price × stock; loading them from files, holding them for orders.

mod flow;
pub mod import;
mod pages;
pub mod stop;
mod store;

pub use flow::{Change, change};
pub use pages::routes;
pub use store::{
    Line, NewOffer, NewProduct, Put, hold, lines, lowest_since, of_product, of_products, of_supplier, one, products_of,
    put, put_back, release, reprice, sell, stop_all, take, wanted,
};

//! 电商平台对接: suppliers' shop platforms that the mall asks for goods, prices and stock, by the ten calls that provincial malls use.
//!
//! Only addresses that the settings name are ever asked, by a task of its own: while a foreign server sleeps, nothing here
//! waits. What it answers goes through the same door as a file or a form. A supplier tests all ten calls itself; the province
//! switches on what passed.

mod flow;
mod pages;
mod speak;
mod store;
mod test;

pub use flow::{run, speaker};
pub use pages::routes;
pub use speak::{Ordered, Speaker, Trouble};
pub use store::{Place, place, sku_of};

//! 商品图片: stored once by digest, scaled, stripped of what the file said beside the picture; shown after a person looked.
//!
//! Beside each picture that waits stand goods under another name with nearly the same picture: the renamed model shows here
//! even where its papers differ. Goods on the way in may bring their pictures along; they pass with the goods.

mod flow;
mod pages;
mod store;

pub(crate) use flow::{Bringer, add, alike, pass_with};
pub use pages::routes;
pub use store::waiting;
pub(crate) use store::{Goods, of_goods};

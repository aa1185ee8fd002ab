//! Market prices that suppliers point out: an office looks at each and takes it over as its own observation, or says why not.

mod flow;
mod store;

pub use flow::{decline, point_out, take};
pub use store::{Tip, count_waiting, of_supplier, waiting};

//! 试算: drafts of rules tried on the orders of the last 12 months. The decision stands in [`rules::simulate`]; the draft waits
//! in [`base::drafts`] and is answered here, unit by unit, beside everything else.

mod flow;
mod store;

pub use flow::run;

//! 诚信评价: cases against suppliers and units, from the notice to the restoration; scores, levels, the exposure list.
//!
//! A case begins with a notice and a time to answer; who never opened it is told once more. If nobody answers it lapses into force; if somebody does, an office
//! decides. In force it costs points and may carry a measure (goods off the shelf, trade suspended); it can be appealed
//! against once, and rectification lifts it. Indicators, points, clocks, levels and months of exposure are in the rulebook.

mod act;
mod blacklist;
mod flow;
mod pages;
mod score;
mod store;

pub use flow::{Charge, Measure, begin, open, run_due};
pub use pages::routes;
pub use score::roll_over;
pub use store::waiting;

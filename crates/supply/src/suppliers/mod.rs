//! Suppliers as others judge them: standing, reach, credit, and who is related to whom; measures against them.

mod pages;
mod related;
mod standing;
mod store;

pub use pages::{measure_words, routes};
pub use related::{barred, flagged};
pub use standing::{Measure, impose, lift, run_due};
pub use store::{
    Standing, Supplier, area_closed, category_closed, get, of_category, set_credit, standing, standings, stopped,
};

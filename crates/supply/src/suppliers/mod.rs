//! Suppliers as others judge them: standing, reach, credit, and who is related to whom.

mod related;
mod store;

pub use related::{barred, flagged};
pub use store::{Supplier, deduct, get, of_category};

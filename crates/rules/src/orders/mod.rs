//! Orders: their states, who moves them, and what the law keeps apart.

mod separate;
pub mod state;

pub use separate::conflict;
pub use state::{Act, State, acts, next, who};

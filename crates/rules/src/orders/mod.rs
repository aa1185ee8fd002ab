//! Orders: their states, who moves them, and what the law keeps apart.

pub mod state;

pub use state::{Act, State, acts, next};

//! What the rules need to know.

pub(super) mod store;

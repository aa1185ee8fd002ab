//! 公开时限: how deadlines of publication were kept, counted from notices and, for what has none, from the contracts themselves.
pub(super) mod store;

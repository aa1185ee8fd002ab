//! 成交价格: what was paid for goods of the catalogue, one row for each line of a contract.
pub(super) mod store;

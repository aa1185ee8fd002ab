//! What the rules need to know, by subject.

pub(super) mod store;

/// Orders, units, suppliers.
pub(super) mod orders {
    pub(in crate::alerts) mod store;
}

/// Prices and goods.
pub(super) mod prices {
    pub(in crate::alerts) mod store;
}

/// What people did.
pub(super) mod people {
    pub(in crate::alerts) mod store;
}

/// Clocks of orders.
pub(super) mod clocks {
    pub(in crate::alerts) mod store;
}

/// Stations and suppliers as a whole.
pub(super) mod market {
    pub(in crate::alerts) mod store;
}

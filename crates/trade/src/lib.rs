//! Trade: plans and budget, direct purchase, orders and what follows from them.

pub mod delivery;
pub mod direct;
pub mod orders;
pub mod plans;
pub mod settlement;

use axum::extract::FromRef;
use base::{Base, access};
use std::ops::Deref;
use supply::Supply;

/// The state of the trade district. Cheap to clone; supply and base are reached through it.
#[derive(Clone)]
pub struct Trade {
    supply: Supply,
}

impl Trade {
    /// Opens the district and tells supply how purchases are judged.
    pub fn open(supply: Supply) -> Trade {
        let trade = Trade { supply };
        direct::install_judge(&trade);
        orders::install_counter(&trade);
        trade
    }

    /// The supply district.
    pub fn supply(&self) -> &Supply {
        &self.supply
    }
}

impl Deref for Trade {
    type Target = Supply;
    fn deref(&self) -> &Supply {
        &self.supply
    }
}

impl FromRef<Trade> for Base {
    fn from_ref(t: &Trade) -> Base {
        Base::from_ref(&t.supply)
    }
}

impl FromRef<Trade> for Supply {
    fn from_ref(t: &Trade) -> Supply {
        t.supply.clone()
    }
}

/// Routes of the district.
pub fn routes<S>() -> access::Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
    Trade: FromRef<S>,
{
    plans::routes()
        .merge(direct::routes())
        .merge(orders::routes())
        .merge(delivery::routes())
        .merge(settlement::routes())
}

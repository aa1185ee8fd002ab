//! Watch: what follows the journal and is called by nobody. Public notices, deal prices, the journal's explorer.

pub mod disclosure;
pub mod inspections;
pub mod ledger;

use axum::extract::FromRef;
use base::{Base, access};
use std::ops::Deref;
use supply::Supply;
use trade::Trade;

/// The state of the watch district. Cheap to clone; the districts below are reached through it.
#[derive(Clone)]
pub struct Watch {
    trade: Trade,
}

impl Watch {
    /// Opens the district.
    pub fn open(trade: Trade) -> Watch {
        Watch { trade }
    }

    /// The trade district.
    pub fn trade(&self) -> &Trade {
        &self.trade
    }
}

impl Deref for Watch {
    type Target = Trade;
    fn deref(&self) -> &Trade {
        &self.trade
    }
}

impl FromRef<Watch> for Base {
    fn from_ref(w: &Watch) -> Base {
        Base::from_ref(&w.trade)
    }
}

impl FromRef<Watch> for Supply {
    fn from_ref(w: &Watch) -> Supply {
        Supply::from_ref(&w.trade)
    }
}

impl FromRef<Watch> for Trade {
    fn from_ref(w: &Watch) -> Trade {
        w.trade.clone()
    }
}

/// Routes of the district.
pub fn routes<S>() -> access::Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
    Watch: FromRef<S>,
{
    disclosure::routes().merge(inspections::routes()).merge(ledger::routes())
}

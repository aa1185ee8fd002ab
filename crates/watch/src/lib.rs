//! Watch: what follows the journal and is called by nobody. Public notices, deal prices, the journal's explorer.

pub mod disclosure;
pub mod inspections;
pub mod ledger;
pub mod open;

use axum::extract::FromRef;
use base::{Base, access};
use kit::note::Signer;
use std::ops::Deref;
use std::sync::Arc;
use supply::Supply;
use trade::Trade;

/// The state of the watch district. Cheap to clone; the districts below are reached through it.
#[derive(Clone)]
pub struct Watch {
    trade: Trade,
    signer: Arc<Signer>,
}

impl Watch {
    /// Opens the district: finds the key that signs the log.
    pub fn open(trade: Trade) -> kit::Result<Watch> {
        let signer = Signer::open(&trade.settings().log_key, &trade.settings().log_name)?;
        Ok(Watch { trade, signer: Arc::new(signer) })
    }

    /// Who signs the log.
    pub fn signer(&self) -> &Signer {
        &self.signer
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
    disclosure::routes()
        .merge(inspections::routes())
        .merge(ledger::routes())
        .merge(ledger::log::routes())
        .merge(open::routes())
}

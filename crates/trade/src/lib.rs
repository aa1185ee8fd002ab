//! Trade: plans and budget, every way of buying, orders and what follows from them.

pub mod auctions;
pub mod batch;
pub mod delivery;
pub mod direct;
pub mod disputes;
mod due;
pub mod evaluations;
pub mod fixed;
pub mod needs;
pub mod orders;
pub mod outside;
pub mod plans;
pub mod projects;
pub mod reserved;
pub mod settlement;

use axum::extract::FromRef;
use base::{Base, access};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use supply::Supply;

pub use due::{run_daily, run_due, run_outside};

struct Inner {
    desks: auctions::Desks,
    lives: auctions::Lives,
    pulse: auctions::Pulse,
    daily: AtomicI32,
}

/// The state of the trade district. Cheap to clone; supply and base are reached through it.
#[derive(Clone)]
pub struct Trade {
    supply: Supply,
    inner: Arc<Inner>,
}

impl Trade {
    /// Opens the district: tells supply how purchases are judged.
    pub fn open(supply: Supply) -> kit::Result<Trade> {
        let inner = Inner {
            desks: auctions::Desks::default(),
            lives: auctions::Lives::default(),
            pulse: auctions::Pulse::default(),
            daily: AtomicI32::new(i32::MIN),
        };
        let trade = Trade { supply, inner: Arc::new(inner) };
        direct::install_judge(&trade);
        orders::install_counter(&trade);
        Ok(trade)
    }

    /// The supply district.
    pub fn supply(&self) -> &Supply {
        &self.supply
    }

    pub(crate) fn desks(&self) -> &auctions::Desks {
        &self.inner.desks
    }

    pub(crate) fn lives(&self) -> &auctions::Lives {
        &self.inner.lives
    }

    /// The last day whose daily work this process has done.
    pub(crate) fn day_done(&self) -> rules::calendar::Day {
        self.inner.daily.load(Ordering::Relaxed)
    }

    /// The daily work of a day went through.
    pub(crate) fn finish_day(&self, day: rules::calendar::Day) {
        self.inner.daily.store(day, Ordering::Relaxed);
    }

    pub(crate) fn pulse(&self) -> &auctions::Pulse {
        &self.inner.pulse
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
        .merge(evaluations::routes())
        .merge(projects::routes())
        .merge(auctions::routes())
        .merge(batch::routes())
        .merge(fixed::routes())
        .merge(reserved::routes())
        .merge(needs::routes())
        .merge(disputes::routes())
}

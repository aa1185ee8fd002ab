//! Watch: what follows the journal and is called by nobody. Public notices, deal prices, the journal's explorer.

pub mod alerts;
pub mod disclosure;
pub mod inspections;
pub mod ledger;
pub mod open;
pub mod statistics;

use axum::extract::FromRef;
use base::access::Actor;
use base::{Base, access};
use kit::mail::Mailer;
use kit::note::Signer;
use rules::duty::Duty;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use supply::Supply;
use trade::Trade;

/// The state of the watch district. Cheap to clone; the districts below are reached through it.
#[derive(Clone)]
pub struct Watch {
    trade: Trade,
    signer: Arc<Signer>,
    mailer: Arc<Mailer>,
    swept: Arc<AtomicI32>,
    desk: Arc<statistics::Desk>,
}

impl Watch {
    /// Opens the district: finds the key that signs the log.
    pub fn open(trade: Trade) -> kit::Result<Watch> {
        let signer = Signer::open(&trade.settings().log_key, &trade.settings().log_name)?;
        let settings = trade.settings();
        let mailer = Mailer::open(&settings.mail, &settings.mail_from).map_err(kit::Fail::Fault)?;
        let watch = Watch {
            signer: Arc::new(signer),
            mailer: Arc::new(mailer),
            swept: Arc::new(AtomicI32::new(i32::MIN)),
            desk: Arc::default(),
            trade,
        };
        watch.count_with(Box::new(|base: Base, actor: Actor| {
            Box::pin(async move {
                let concerned = [Duty::Regulator, Duty::Signer, Duty::SupplierAdmin].into_iter().any(|d| actor.may(d));
                match concerned {
                    true => Ok(vec![("/alerts", alerts::waiting(base.db(), &actor.scope()).await?)]),
                    false => Ok(Vec::new()),
                }
            })
        }));
        Ok(watch)
    }

    /// Who signs the log.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Who sends mail.
    pub fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    /// This node's memory of everything counted.
    pub fn desk(&self) -> &statistics::Desk {
        &self.desk
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

/// Runs what is for once a day; a second time changes nothing. Returns how much was looked at.
pub async fn run_daily(watch: &Watch) -> kit::Result<usize> {
    let today = rules::calendar::day_of(watch.db().now());
    if watch.swept.load(Ordering::Relaxed) == today {
        return Ok(0);
    }
    let done = alerts::sweep(watch).await?;
    watch.swept.store(today, Ordering::Relaxed);
    Ok(done)
}

/// Routes of the district.
pub fn routes<S>() -> access::Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
    Watch: FromRef<S>,
{
    alerts::routes()
        .merge(disclosure::routes())
        .merge(inspections::routes())
        .merge(ledger::routes())
        .merge(ledger::log::routes())
        .merge(open::routes())
        .merge(statistics::routes())
}

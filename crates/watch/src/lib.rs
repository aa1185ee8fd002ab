//! Watch: what follows the journal and is called by nobody. Public notices, deal prices, the journal's explorer.

pub mod alerts;
pub mod audits;
pub mod disclosure;
mod draw;
pub mod inspections;
pub mod ledger;
pub mod open;
pub mod simulation;
pub mod stations;
pub mod statistics;

use axum::extract::FromRef;
use base::access::Actor;
use base::{Base, access};
use kit::mail::Mailer;
use kit::note::Signer;
use kit::sm;
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
    sm2: Arc<sm::Signer>,
    mailer: Arc<Mailer>,
    swept: Arc<AtomicI32>,
    desk: Arc<statistics::Desk>,
}

impl Watch {
    /// Opens the district: finds the key that signs the log.
    pub fn open(trade: Trade) -> kit::Result<Watch> {
        let settings = trade.settings();
        let name = &settings.log_name;
        let watch = Watch {
            signer: Arc::new(Signer::open(&settings.log_key, name)?),
            sm2: Arc::new(sm::Signer::open(&settings.log_sm2_key, name)?),
            mailer: Arc::new(Mailer::open(&settings.mail, &settings.mail_from).map_err(kit::Fail::Fault)?),
            swept: Arc::new(AtomicI32::new(i32::MIN)),
            desk: Arc::default(),
            trade,
        };
        watch.count_with(Box::new(|base: Base, actor: Actor| {
            Box::pin(async move {
                let may = |any: &[Duty]| any.iter().any(|d| actor.may(*d));
                let mut out = Vec::new();
                if may(&[Duty::Auditor, Duty::Signer, Duty::SupplierAdmin]) {
                    out.push(("/inquiries", audits::waiting(base.db(), &actor).await?));
                }
                if may(&[Duty::Regulator, Duty::Signer, Duty::SupplierAdmin, Duty::Centre]) {
                    out.push(("/alerts", alerts::waiting(base.db(), &actor).await?));
                }
                if may(&[Duty::Regulator]) {
                    out.push(("/golive", stations::waiting(base.db(), &actor, base.db().now()).await?));
                }
                Ok(out)
            })
        }));
        Ok(watch)
    }

    /// Who signs the log.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Who signs the log with SM2.
    pub fn sm2(&self) -> &sm::Signer {
        &self.sm2
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

/// Runs what is for once a day, on each node; a second time raises nothing again. Returns how much was looked at.
pub async fn run_daily(watch: &Watch) -> kit::Result<usize> {
    let today = rules::calendar::day_of(watch.db().now());
    if watch.swept.load(Ordering::Relaxed) == today {
        return Ok(0);
    }
    let done = alerts::sweep(watch).await? + inspections::publish(watch).await?;
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
        .merge(audits::routes())
        .merge(disclosure::routes())
        .merge(inspections::routes())
        .merge(ledger::routes())
        .merge(ledger::log::routes())
        .merge(ledger::erasure::routes())
        .merge(open::routes())
        .merge(stations::routes())
        .merge(statistics::routes())
}

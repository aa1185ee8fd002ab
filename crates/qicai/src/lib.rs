//! The one binary: puts the districts together, keeps the followers running, answers HTTP.

pub mod bench;
pub mod demo;
pub mod detectors;
pub mod doctor;
pub mod folder;
pub mod settings;
pub mod shadow;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use base::access::Route;
use base::{Base, Settings, access};
use kit::db::Migration;
use kit::{Clock, Db, Result, journal};
use std::future::Future;
use std::time::Duration;
use supply::Supply;
use tower_http::compression::CompressionLayer;
use trade::Trade;
use watch::Watch;

/// All migrations in their one order.
pub const MIGRATIONS: &[Migration] = &[
    ("0001_base", include_str!("../../../migrations/0001_base.sql")),
    ("0002_supply", include_str!("../../../migrations/0002_supply.sql")),
    ("0003_trade", include_str!("../../../migrations/0003_trade.sql")),
    ("0004_watch", include_str!("../../../migrations/0004_watch.sql")),
    ("0005_projects", include_str!("../../../migrations/0005_projects.sql")),
    ("0006_prices", include_str!("../../../migrations/0006_prices.sql")),
    ("0007_conduct", include_str!("../../../migrations/0007_conduct.sql")),
    ("0008_admission", include_str!("../../../migrations/0008_admission.sql")),
    ("0009_goods", include_str!("../../../migrations/0009_goods.sql")),
    ("0010_disputes", include_str!("../../../migrations/0010_disputes.sql")),
    ("0011_inspections", include_str!("../../../migrations/0011_inspections.sql")),
    ("0012_intake", include_str!("../../../migrations/0012_intake.sql")),
    ("0013_price_tips", include_str!("../../../migrations/0013_price_tips.sql")),
    ("0014_pictures", include_str!("../../../migrations/0014_pictures.sql")),
    ("0015_certificates", include_str!("../../../migrations/0015_certificates.sql")),
    ("0016_platforms", include_str!("../../../migrations/0016_platforms.sql")),
    ("0017_log", include_str!("../../../migrations/0017_log.sql")),
    ("0018_open", include_str!("../../../migrations/0018_open.sql")),
    ("0019_alerts", include_str!("../../../migrations/0019_alerts.sql")),
    ("0020_statistics", include_str!("../../../migrations/0020_statistics.sql")),
    ("0021_rulebook", include_str!("../../../migrations/0021_rulebook.sql")),
    ("0022_stations", include_str!("../../../migrations/0022_stations.sql")),
    ("0023_leads", include_str!("../../../migrations/0023_leads.sql")),
    ("0026_log_keys", include_str!("../../../migrations/0026_log_keys.sql")),
    ("0027_audits", include_str!("../../../migrations/0027_audits.sql")),
    ("0028_care", include_str!("../../../migrations/0028_care.sql")),
    ("0029_people", include_str!("../../../migrations/0029_people.sql")),
    ("0030_lead_quotes", include_str!("../../../migrations/0030_lead_quotes.sql")),
    ("0031_rooms", include_str!("../../../migrations/0031_rooms.sql")),
    ("0032_proof", include_str!("../../../migrations/0032_proof.sql")),
    ("0033_lookups", include_str!("../../../migrations/0033_lookups.sql")),
    ("0034_audit", include_str!("../../../migrations/0034_audit.sql")),
    ("0025_disclosure", include_str!("../../../migrations/0025_disclosure.sql")),
];

/// Followers look at the journal at least this often; a change in this process wakes them at once.
const LOOK_EVERY: Duration = Duration::from_millis(60);
/// Due commands are looked for this often.
const DUE_EVERY: Duration = Duration::from_secs(1);
/// A follower that failed waits this long before it tries again.
const AFTER_FAULT: Duration = Duration::from_secs(2);

/// A mall ready to serve.
pub struct Mall {
    /// All districts.
    pub watch: Watch,
    /// All routes.
    pub router: Router,
    /// The table of all routes with their gates.
    pub table: Vec<Route>,
}

/// Opens the database of the settings: PostgreSQL when a URL is given, else SQLite in the data folder.
pub async fn open_db(data: &std::path::Path, url: Option<&str>, node: u8, clock: Clock) -> Result<Db> {
    std::fs::create_dir_all(data)?;
    match url {
        Some(url) => Db::postgres(url, clock, node).await,
        None => Db::sqlite(data, clock),
    }
}

/// Opens all districts on a migrated database, with an empty search engine.
pub async fn districts(db: Db, settings: Settings) -> Result<Watch> {
    let supply = Supply::open(Base::open(db, settings).await?).await?;
    Watch::open(Trade::open(supply)?)
}

/// Opens all districts on a migrated database and fills the search engine.
pub async fn open(db: Db, settings: Settings) -> Result<Mall> {
    let watch = districts(db, settings).await?;
    supply::shelf::fill(&watch).await?;
    let base: Base = axum::extract::FromRef::from_ref(&watch);
    let routes = base::routes::<Watch>().merge(supply::routes()).merge(trade::routes()).merge(watch::routes());
    let (router, table) = routes.finish(watch.clone());
    let router = router
        .fallback(|| async { kit::Fail::Hidden })
        .layer(middleware::from_fn_with_state(base.clone(), access::guard))
        .layer(DefaultBodyLimit::max(kit::sheet::BYTES_MAX + 1024 * 1024))
        .layer(CompressionLayer::new())
        .route("/healthz", get(|| async { "ok" }))
        .merge(Router::new().route("/readyz", get(ready)).with_state(base));
    Ok(Mall { watch, router, table })
}

/// Ready when the database answers.
async fn ready(State(base): State<Base>) -> Response {
    match base.db().alive().await {
        Ok(()) => "ready".into_response(),
        Err(e) => {
            tracing::error!(cause = %e, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}

/// Serves a handler that does nothing: what HTTP itself costs, for the bench.
pub(crate) async fn hello(listener: tokio::net::TcpListener) -> std::io::Result<()> {
    axum::serve(listener, Router::new().route("/", get(|| async { "hello" }))).await
}

/// Serves a router; for the bench.
pub(crate) async fn serve_on(listener: tokio::net::TcpListener, router: Router) -> std::io::Result<()> {
    axum::serve(listener, router.into_make_service_with_connect_info::<std::net::SocketAddr>()).await
}

/// What runs beside requests, on threads of its own: a page never waits behind it. It ends when this is dropped.
pub struct Beside(Option<tokio::runtime::Runtime>);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts what runs beside requests: the sequencer, the followers, imports, due commands.
pub fn start(watch: &Watch) -> Result<Beside> {
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_name("beside").enable_all().build()?;
    {
        // Tasks go where the caller is for the moment.
        let _here = runtime.enter();
        tasks(watch);
    }
    Ok(Beside(Some(runtime)))
}

fn tasks(watch: &Watch) {
    let every = |name: &'static str, look: Duration| (name, look, watch.clone());
    spawn(every("sequencer", LOOK_EVERY), |w| async move { Ok(journal::sequence(w.db()).await? > 0) });
    spawn(every("search", LOOK_EVERY), |w| async move { Ok(supply::shelf::follow(&w).await? > 0) });
    spawn(every("disclosure", LOOK_EVERY), |w| async move { Ok(watch::disclosure::follow(&w).await? > 0) });
    spawn(every("mail", LOOK_EVERY), |w| async move { Ok(watch::disclosure::mail::follow(&w).await? > 0) });
    spawn(every("mail-out", DUE_EVERY), |w| async move { Ok(watch::disclosure::mail::send(&w).await? > 0) });
    spawn(every("alerts", LOOK_EVERY), |w| async move { Ok(watch::alerts::follow(&w).await? > 0) });
    spawn(every("alerts-due", DUE_EVERY), |w| async move {
        Ok(watch::alerts::run_due(&w).await? + watch::run_daily(&w).await? > 0)
    });
    spawn(every("audits-due", DUE_EVERY), |w| async move { Ok(watch::audits::run_due(&w).await? > 0) });
    spawn(every("open", LOOK_EVERY), |w| async move { Ok(watch::open::follow(&w).await? > 0) });
    spawn(every("simulation", DUE_EVERY), |w| async move { watch::simulation::run(&w).await });
    spawn(every("statistics", LOOK_EVERY), |w| async move { Ok(watch::statistics::follow(&w).await? > 0) });
    spawn(every("log", LOOK_EVERY), |w| async move { Ok(watch::ledger::log::follow(&w).await? > 0) });
    spawn(every("imports", LOOK_EVERY), |w| async move { supply::offers::import::work(&w).await });
    spawn(every("due", DUE_EVERY), |w| async move { Ok(trade::run_due(w.trade()).await? > 0) });
    spawn(every("platforms", DUE_EVERY), |w| async move { Ok(trade::run_outside(w.trade()).await? > 0) });
    spawn(every("daily", DUE_EVERY), |w| async move { Ok(trade::run_daily(w.trade()).await? > 0) });
}

/// Runs `step` again and again: at once while it finds work, else when something changed or after `look`.
fn spawn<F, R>((name, look, watch): (&'static str, Duration, Watch), step: F)
where
    F: Fn(Watch) -> R + Send + 'static,
    R: Future<Output = Result<bool>> + Send + 'static,
{
    tokio::spawn(async move {
        loop {
            match step(watch.clone()).await {
                Ok(true) => {}
                Ok(false) => {
                    let _ = tokio::time::timeout(look, watch.db().changed()).await;
                }
                Err(e) => {
                    tracing::error!(follower = name, cause = %e, "follower failed, will try again");
                    tokio::time::sleep(AFTER_FAULT).await;
                }
            }
        }
    });
}

/// Runs all followers until nothing is left to do; for commands and tests.
pub async fn settle(watch: &Watch) -> Result<()> {
    loop {
        let mut busy = journal::sequence(watch.db()).await? > 0;
        busy |= supply::offers::import::work(watch).await?;
        busy |= supply::shelf::follow(watch).await? > 0;
        busy |= watch::disclosure::follow(watch).await? > 0;
        busy |= watch::disclosure::mail::follow(watch).await? > 0;
        busy |= watch::alerts::follow(watch).await? > 0;
        busy |= watch::open::follow(watch).await? > 0;
        busy |= watch::statistics::follow(watch).await? > 0;
        busy |= watch::simulation::run(watch).await?;
        busy |= watch::ledger::log::follow(watch).await? > 0;
        if !busy {
            return Ok(());
        }
    }
}

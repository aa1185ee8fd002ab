//! Base: who, where, under which rules. Regions, rulebook, organisations, people, sessions, and the frame of every page.

pub mod access;
pub mod allowance;
pub mod drafts;
pub mod facts;
pub mod messages;
pub mod orgs;
pub mod people;
pub mod said;
pub mod shell;
pub mod stations;

use facts::Facts;
use kit::{Clock, Db};
use std::sync::{Arc, RwLock};

/// What an installation is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder for the database (SQLite), the search index and nothing else.
    pub data: std::path::PathBuf,
    /// Show the demo accounts on the login page. Never in production.
    pub demo: bool,
    /// Cookies only over HTTPS.
    pub secure_cookies: bool,
    /// Where payments go: `stub` pays at once inside the process.
    pub treasury: String,
    /// Files of the three keepers of sealed quotes; any two open a seal after its time.
    pub keepers: [std::path::PathBuf; 3],
    /// Addresses of suppliers' platforms that may be asked; nothing else ever is.
    pub platforms: Vec<String>,
    /// Name under which the log is signed, such as the mall's host.
    pub log_name: String,
    /// File of the key that signs the log.
    pub log_key: std::path::PathBuf,
    /// File of the SM2 key that signs the log beside it.
    pub log_sm2_key: std::path::PathBuf,
    /// Keys of those who may sign the log's heads beside us, as C2SP's signed notes write them.
    pub witnesses: Vec<String>,
    /// Where the public reaches the mall: documents of the open data are named by it.
    pub address: String,
    /// Prefix of the processes' ids in the open data.
    pub ocid_prefix: String,
    /// Where mail goes: `none`, a folder, or an `smtp://` or `smtps://` address.
    pub mail: String,
    /// Whom mail is from.
    pub mail_from: String,
}

impl Settings {
    /// Settings of a demo in a folder, with everything in it.
    pub fn demo(data: impl Into<std::path::PathBuf>) -> Settings {
        let data = data.into();
        let (keepers, log_key, log_sm2_key) = (keepers_in(&data), log_key_in(&data), log_sm2_key_in(&data));
        Settings {
            data,
            demo: true,
            secure_cookies: false,
            treasury: "stub".into(),
            keepers,
            platforms: Vec::new(),
            log_name: LOG_NAME.into(),
            log_key,
            log_sm2_key,
            witnesses: Vec::new(),
            address: ADDRESS.into(),
            ocid_prefix: OCID_PREFIX.into(),
            mail: "none".into(),
            mail_from: MAIL_FROM.into(),
        }
    }
}

/// The log's name when nothing else is said.
pub const LOG_NAME: &str = "qicai.example/log";

/// The mall's address when nothing else is said.
pub const ADDRESS: &str = "https://qicai.example";

/// The prefix of open data when nothing else is said; a registered one comes from the Open Contracting Partnership.
pub const OCID_PREFIX: &str = "ocds-qicai0";

/// Whom mail is from when nothing else is said.
pub const MAIL_FROM: &str = "齐采 <noreply@qicai.example>";

/// Where the key of the log is when nothing else is said.
pub fn log_key_in(data: &std::path::Path) -> std::path::PathBuf {
    data.join("keepers").join("log.key")
}

/// Where the SM2 key of the log is when nothing else is said.
pub fn log_sm2_key_in(data: &std::path::Path) -> std::path::PathBuf {
    data.join("keepers").join("log.sm2.pem")
}

/// Where the keepers' files are when nothing else is said.
pub fn keepers_in(data: &std::path::Path) -> [std::path::PathBuf; 3] {
    [1, 2, 3].map(|n| data.join("keepers").join(format!("{n}.key")))
}

/// Counts what waits for a person, by the path of the page that shows it. Given by the districts above.
pub type Counter =
    Box<dyn Fn(Base, access::Actor) -> kit::BoxFuture<'static, kit::Result<Vec<(&'static str, i64)>>> + Send + Sync>;

struct Inner {
    db: Db,
    facts: RwLock<Arc<Facts>>,
    settings: Settings,
    counters: RwLock<Vec<Arc<Counter>>>,
}

/// The state of the base district, shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct Base {
    inner: Arc<Inner>,
}

impl Base {
    /// Opens the district on a migrated database; seeds the facts into an empty one.
    pub async fn open(db: Db, settings: Settings) -> kit::Result<Base> {
        facts::seed(&db).await?;
        let facts = RwLock::new(Arc::new(facts::load(&db).await?));
        let base = Base { inner: Arc::new(Inner { db, facts, settings, counters: RwLock::default() }) };
        drafts::install_counter(&base);
        Ok(base)
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.inner.db.clock()
    }

    /// Regions, categories, calendar and rulebook as of now; hold it for the length of one request.
    pub fn facts(&self) -> Arc<Facts> {
        self.inner.facts.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads the facts again after they changed.
    pub async fn reload_facts(&self) -> kit::Result<()> {
        let fresh = Arc::new(facts::load(self.db()).await?);
        *self.inner.facts.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Adds a counter of waiting things, at start; each district above has its own.
    pub fn count_with(&self, counter: Counter) {
        self.inner.counters.write().unwrap_or_else(std::sync::PoisonError::into_inner).push(Arc::new(counter));
    }

    pub(crate) fn counters(&self) -> Vec<Arc<Counter>> {
        self.inner.counters.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}

/// Routes of the district.
pub fn routes<S>() -> access::Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: axum::extract::FromRef<S>,
{
    shell::routes()
        .merge(access::pages::routes())
        .merge(facts::pages::routes())
        .merge(drafts::routes())
        .merge(people::routes())
}

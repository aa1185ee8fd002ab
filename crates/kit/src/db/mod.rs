//! One door to the database, whichever engine is behind it.
//!
//! SQL is written once, in the subset both engines share: placeholders `$1..`, types BIGINT, TEXT and BYTEA,
//! `ON CONFLICT`, `RETURNING`, window functions. Reads go through [`Query`], changes through [`Db::write`].
//! The body of a write may run again after a conflict: it does nothing but queries and pure rules.

mod migrate;
mod postgres;
mod sqlite;
mod val;

use crate::BoxFuture;
use crate::clock::Clock;
use crate::fail::{Fail, Result};
use crate::ids::Ids;
use crate::journal::{self, Entry};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

pub use migrate::Migration;
pub use val::{Row, Val};

/// How often a write is tried again after a serialization conflict or deadlock.
const RETRIES_MAX: u32 = 8;

/// Parameters of a statement: `params![id, "name", None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::db::Val] };
    ($($v:expr),+ $(,)?) => { &[$($crate::db::Val::from($v)),+] as &[$crate::db::Val] };
}

/// Anything that answers queries: the database outside a transaction, or a transaction.
pub trait Query: Send + Sync {
    /// All rows of a query.
    fn rows<'q>(&'q self, sql: &'q str, params: &'q [Val]) -> BoxFuture<'q, Result<Vec<Row>>>;

    /// The first row, if any.
    fn row<'q>(&'q self, sql: &'q str, params: &'q [Val]) -> BoxFuture<'q, Result<Option<Row>>> {
        Box::pin(async move { Ok(self.rows(sql, params).await?.into_iter().next()) })
    }

    /// The one row that must be there; [`Fail::Hidden`] when it is not.
    fn one<'q>(&'q self, sql: &'q str, params: &'q [Val]) -> BoxFuture<'q, Result<Row>> {
        Box::pin(async move { self.row(sql, params).await?.ok_or(Fail::Hidden) })
    }
}

enum Engine {
    Sqlite(Box<sqlite::Sqlite>),
    Postgres(Box<postgres::Postgres>),
}

struct Inner {
    engine: Engine,
    ids: Ids,
    clock: Clock,
    statements: AtomicU64,
    written: tokio::sync::Notify,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

/// A running transaction.
///
/// The lifetime stands for what the body of [`Db::write`] borrows from its caller.
pub struct Tx<'a> {
    run: Run,
    statements: &'a AtomicU64,
    changes: AtomicU32,
    entries: AtomicU32,
    ids: &'a Ids,
    now: i64,
}

/// What becomes of a transaction that went well.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    /// It stays when it wrote into the journal.
    WithEntry,
    /// It stays.
    Always,
    /// It is undone.
    Never,
}

enum Run {
    Sqlite(sqlite::Command),
    Postgres(Box<postgres::Command>),
}

impl Db {
    /// Opens `<folder>/qicai.db` as SQLite, creating both as needed.
    pub fn sqlite(folder: &std::path::Path, clock: Clock) -> Result<Db> {
        std::fs::create_dir_all(folder)?;
        Ok(Db::of(Engine::Sqlite(Box::new(sqlite::Sqlite::open(&folder.join("qicai.db"))?)), clock, 0))
    }

    /// Connects to PostgreSQL by URL; `node` is this process's number among those that share the database.
    pub async fn postgres(url: &str, clock: Clock, node: u8) -> Result<Db> {
        Ok(Db::of(Engine::Postgres(Box::new(postgres::Postgres::connect(url).await?)), clock, node))
    }

    fn of(engine: Engine, clock: Clock, node: u8) -> Db {
        let inner = Inner {
            engine,
            ids: Ids::new(node),
            clock,
            statements: AtomicU64::new(0),
            written: tokio::sync::Notify::new(),
        };
        Db { inner: Arc::new(inner) }
    }

    /// Which engine runs: `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match &self.inner.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// The clock of this installation.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Now, ms UTC.
    pub fn now(&self) -> i64 {
        self.inner.clock.now()
    }

    /// A new id.
    pub fn id(&self) -> i64 {
        self.inner.ids.next(self.now())
    }

    /// Fails when the database does not answer.
    pub async fn alive(&self) -> Result<()> {
        self.rows("SELECT 1", &[]).await.map(|_| ())
    }

    /// Statements sent since start; what a request costs is measured with it.
    pub fn statements(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    /// Resolves after the next committed change of this process.
    pub async fn changed(&self) {
        self.inner.written.notified().await;
    }

    /// Copies a SQLite database as it is at this moment into an empty folder; nobody who writes waits meanwhile. False on PostgreSQL, where
    /// readers hold nobody up anyway.
    pub async fn copy_to(&self, folder: &std::path::Path) -> Result<bool> {
        if let Engine::Postgres(_) = self.inner.engine {
            return Ok(false);
        }
        std::fs::create_dir_all(folder)?;
        let file = folder.join("qicai.db").display().to_string();
        self.rows("VACUUM INTO $1", params![file]).await?;
        Ok(true)
    }

    /// Applies the migrations that are missing; returns their names.
    pub async fn migrate(&self, all: &[Migration]) -> Result<Vec<&'static str>> {
        migrate::run(self, all).await
    }

    /// A command: all of `body` or nothing, and never without a journal entry.
    pub async fn write<'a, T, F>(&'a self, name: &'static str, body: F) -> Result<T>
    where
        F: for<'t> Fn(&'t Tx<'a>) -> BoxFuture<'t, Result<T>>,
    {
        self.transact(name, true, body).await
    }

    /// Housekeeping that changes no business state (sessions, leases, projections): no journal entry needed.
    /// The names in use are listed in the house's guard test.
    pub async fn upkeep<'a, T, F>(&'a self, name: &'static str, body: F) -> Result<T>
    where
        F: for<'t> Fn(&'t Tx<'a>) -> BoxFuture<'t, Result<T>>,
    {
        self.transact(name, false, body).await
    }

    /// Runs a body and undoes all it did: what would come of it is compared with what is there.
    pub async fn rehearse<'a, T, F>(&'a self, name: &'static str, body: F) -> Result<T>
    where
        F: for<'t> Fn(&'t Tx<'a>) -> BoxFuture<'t, Result<T>>,
    {
        self.run(name, Kept::Never, body).await
    }

    async fn transact<'a, T, F>(&'a self, name: &'static str, journaled: bool, body: F) -> Result<T>
    where
        F: for<'t> Fn(&'t Tx<'a>) -> BoxFuture<'t, Result<T>>,
    {
        self.run(name, if journaled { Kept::WithEntry } else { Kept::Always }, body).await
    }

    async fn run<'a, T, F>(&'a self, name: &'static str, kept: Kept, body: F) -> Result<T>
    where
        F: for<'t> Fn(&'t Tx<'a>) -> BoxFuture<'t, Result<T>>,
    {
        let mut tries = 0;
        loop {
            let run = match &self.inner.engine {
                Engine::Sqlite(e) => Run::Sqlite(e.begin().await?),
                Engine::Postgres(e) => Run::Postgres(Box::new(e.begin().await?)),
            };
            let tx = Tx {
                run,
                statements: &self.inner.statements,
                changes: AtomicU32::new(0),
                entries: AtomicU32::new(0),
                ids: &self.inner.ids,
                now: self.now(),
            };
            let mut out = body(&tx).await;
            let (changes, entries) = (tx.changes.load(Ordering::Relaxed), tx.entries.load(Ordering::Relaxed));
            if out.is_ok() && kept == Kept::WithEntry && changes > 0 && entries == 0 {
                out = Err(Fail::Fault(format!("{name} changed state without a journal entry")));
            }
            let keep = out.is_ok() && kept != Kept::Never;
            let out = match tx.run {
                Run::Sqlite(c) => c.end(keep, changes > 0).await.and(out),
                Run::Postgres(c) => {
                    let ended = c.end(keep).await;
                    if keep { ended.and(out) } else { out }
                }
            };
            match out {
                Err(Fail::Retry) if tries < RETRIES_MAX => {
                    tries += 1;
                    // Jitter from the clock's low bits keeps two contenders from meeting again.
                    let wait = u64::from(tries) * 3 + (self.id() as u64 ^ u64::from(std::process::id())) % 7;
                    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
                }
                out => {
                    if keep && changes > 0 {
                        self.inner.written.notify_waiters();
                    }
                    return out;
                }
            }
        }
    }
}

impl Query for Db {
    fn rows<'q>(&'q self, sql: &'q str, params: &'q [Val]) -> BoxFuture<'q, Result<Vec<Row>>> {
        self.inner.statements.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            match &self.inner.engine {
                Engine::Sqlite(e) => e.rows(sql, params).await,
                Engine::Postgres(e) => e.rows(sql, params).await,
            }
        })
    }
}

impl Tx<'_> {
    /// The time of this transaction, ms UTC.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// A new id.
    pub fn id(&self) -> i64 {
        self.ids.next(self.now)
    }

    /// Runs a change; returns how many rows it touched.
    pub async fn run(&self, sql: &str, params: &[Val]) -> Result<u64> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let n = match &self.run {
            Run::Sqlite(c) => c.run(sql, params),
            Run::Postgres(c) => c.run(sql, params).await,
        }?;
        self.touched(n);
        Ok(n)
    }

    /// Runs one change for many rows of parameters, in as few round trips as the engine allows.
    pub async fn run_many(&self, sql: &str, many: &[Vec<Val>]) -> Result<u64> {
        self.statements.fetch_add(many.len() as u64, Ordering::Relaxed);
        let mut n = 0;
        match &self.run {
            Run::Sqlite(c) => {
                for params in many {
                    n += c.run(sql, params)?;
                }
            }
            Run::Postgres(c) => n = c.run_many(sql, many).await?,
        }
        self.touched(n);
        Ok(n)
    }

    /// A statement that touched no row changed nothing.
    fn touched(&self, rows: u64) {
        if rows > 0 {
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Runs a change that must touch exactly the row it names; [`Fail::Hidden`] when it touched none.
    pub async fn must(&self, sql: &str, params: &[Val]) -> Result<()> {
        match self.run(sql, params).await? {
            0 => Err(Fail::Hidden),
            _ => Ok(()),
        }
    }

    /// Writes a journal entry; returns its id.
    pub async fn journal(&self, entry: Entry) -> Result<i64> {
        let id = self.id();
        journal::insert(self, id, &entry).await?;
        self.entries.fetch_add(1, Ordering::Relaxed);
        Ok(id)
    }

    /// Writes many journal entries in as few round trips as the engine allows; returns id and hash of each.
    pub async fn journal_many(&self, entries: &[Entry]) -> Result<Vec<(i64, String)>> {
        let made = journal::insert_many(self, entries).await?;
        self.entries.fetch_add(made.len() as u32, Ordering::Relaxed);
        Ok(made)
    }
}

impl Query for Tx<'_> {
    fn rows<'q>(&'q self, sql: &'q str, params: &'q [Val]) -> BoxFuture<'q, Result<Vec<Row>>> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let found = match &self.run {
                Run::Sqlite(c) => c.rows(sql, params),
                Run::Postgres(c) => c.rows(sql, params).await,
            }?;
            if !sql.trim_start().starts_with("SELECT") {
                self.touched(found.len() as u64);
            }
            Ok(found)
        })
    }
}

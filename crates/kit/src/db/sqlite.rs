//! SQLite: one writer with group commit, a few readers.
//!
//! Each command runs in a savepoint of the open batch, in the thread that asked for it. Whoever opens a batch wakes
//! the committer, which queues for the same fair lock: all commands that were already waiting join the batch, then one
//! COMMIT (one fsync) makes them durable and only then are they answered.
use super::val::{Row, Val};
use crate::fail::{Fail, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::{OwnedMutexGuard, Semaphore, oneshot};

const READERS: usize = 4;
const STATEMENTS_CACHED: usize = 256;

type Answer = oneshot::Sender<std::result::Result<(), String>>;

struct Writer {
    conn: Mutex<Connection>,
    waiting: Vec<Answer>,
    open: bool,
}

pub struct Sqlite {
    writer: Arc<tokio::sync::Mutex<Writer>>,
    commit: mpsc::Sender<()>,
    readers: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    // Else values decide on plans, and many a statement is prepared again each time it is run.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;",
    )?;
    Ok(conn)
}

impl Sqlite {
    pub fn open(path: &Path) -> Result<Sqlite> {
        let base = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let conn = connect(path, base | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        conn.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
        // What is erased or deleted is overwritten in the file: the pages are written anyway.
        conn.query_row("PRAGMA secure_delete=ON", [], |_| Ok(()))?;
        let readers =
            (0..READERS).map(|_| connect(path, base | OpenFlags::SQLITE_OPEN_READ_ONLY)).collect::<Result<Vec<_>>>()?;
        let writer =
            Arc::new(tokio::sync::Mutex::new(Writer { conn: Mutex::new(conn), waiting: Vec::new(), open: false }));
        let (commit, wake) = mpsc::channel::<()>();
        let shared = writer.clone();
        std::thread::Builder::new().name("commit".into()).spawn(move || {
            while wake.recv().is_ok() {
                commit_batch(&mut shared.blocking_lock());
            }
        })?;
        Ok(Sqlite { writer, commit, readers: Arc::new(Mutex::new(readers)), free: Arc::new(Semaphore::new(READERS)) })
    }

    pub async fn begin(&self) -> Result<Command> {
        let mut writer = self.writer.clone().lock_owned().await;
        if !writer.open {
            lock(&writer.conn).execute_batch("BEGIN IMMEDIATE")?;
            writer.open = true;
            self.commit.send(()).map_err(Fail::fault)?;
        }
        lock(&writer.conn).prepare_cached("SAVEPOINT command")?.execute([])?;
        Ok(Command { writer: Some(writer) })
    }

    pub async fn rows(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
        let _permit = self.free.acquire().await.map_err(Fail::fault)?;
        let conn = lock(&self.readers).pop().ok_or_else(|| Fail::fault("no reader"))?;
        let out = rows(&conn, sql, params);
        lock(&self.readers).push(conn);
        out
    }
}

impl Sqlite {
    /// Runs several statements in one durable transaction; for migrations.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        let mut writer = self.writer.lock().await;
        commit_batch(&mut writer);
        let conn = lock(&writer.conn);
        let done = conn.execute_batch(&format!("BEGIN IMMEDIATE;\n{sql}\nCOMMIT;"));
        if done.is_err() {
            let _ = conn.execute_batch("ROLLBACK");
        }
        Ok(done?)
    }
}

fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic inside a statement leaves the connection usable: the savepoint is rolled back by `Command::drop`.
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn commit_batch(writer: &mut Writer) {
    if !writer.open {
        return;
    }
    let done = {
        let conn = lock(&writer.conn);
        let done = crate::journal::number(&conn).and_then(|()| conn.execute_batch("COMMIT")).map_err(|e| e.to_string());
        if done.is_err() {
            let _ = conn.execute_batch("ROLLBACK");
        }
        done
    };
    writer.open = false;
    for answer in writer.waiting.drain(..) {
        let _ = answer.send(done.clone());
    }
}

/// One command inside the open batch; rolled back when dropped unfinished.
pub struct Command {
    writer: Option<OwnedMutexGuard<Writer>>,
}

impl Command {
    pub fn run(&self, sql: &str, params: &[Val]) -> Result<u64> {
        let conn = self.conn();
        let mut st = conn.prepare_cached(&numbered(sql))?;
        Ok(st.execute(rusqlite::params_from_iter(params))? as u64)
    }

    pub fn rows(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
        rows(&self.conn(), sql, params)
    }

    fn conn(&self) -> std::sync::MutexGuard<'_, Connection> {
        lock(&self.writer.as_ref().expect("a command holds the writer until it ends").conn)
    }

    pub async fn end(mut self, keep: bool, changed: bool) -> Result<()> {
        let mut writer = self.writer.take().expect("ended once");
        if keep {
            lock(&writer.conn).prepare_cached("RELEASE command")?.execute([])?;
        } else {
            undo(&writer);
        }
        // What a command without changes of its own saw, and may refuse for, must be durable too before it answers.
        let saw_others = !writer.waiting.is_empty();
        if !saw_others && (!keep || !changed) {
            return Ok(());
        }
        let (answer, committed) = oneshot::channel();
        writer.waiting.push(answer);
        drop(writer);
        committed.await.map_err(Fail::fault)?.map_err(|e| Fail::Fault(format!("commit: {e}")))
    }
}

fn undo(writer: &Writer) {
    let _ = lock(&writer.conn).execute_batch("ROLLBACK TO command; RELEASE command");
}

impl Drop for Command {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            undo(&writer);
        }
    }
}

fn rows(conn: &Connection, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
    let mut st = conn.prepare_cached(&numbered(sql))?;
    let width = st.column_count();
    let mut found = st.query(rusqlite::params_from_iter(params))?;
    let mut out = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::with_capacity(width);
        for i in 0..width {
            cells.push(match row.get_ref(i)? {
                ValueRef::Null => Val::Null,
                ValueRef::Integer(v) => Val::Int(v),
                ValueRef::Real(v) => Val::Int(v as i64),
                ValueRef::Text(v) => Val::Text(String::from_utf8_lossy(v).into_owned()),
                ValueRef::Blob(v) => Val::Bytes(v.to_vec()),
            });
        }
        out.push(Row(cells));
    }
    Ok(out)
}

/// `$1` is a name to SQLite and numbered by first use; `?1` is what PostgreSQL means by `$1`.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

impl rusqlite::ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Val::Null => ValueRef::Null,
            Val::Int(v) => ValueRef::Integer(*v),
            Val::Text(v) => ValueRef::Text(v.as_bytes()),
            Val::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erased_bytes_are_overwritten() {
        let folder = std::env::temp_dir().join(format!("qicai-kit-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("erased.db");
        let db = Sqlite::open(&path).unwrap();
        let writer = db.writer.blocking_lock();
        let conn = lock(&writer.conn);
        // Short words within a page, and long ones that have pages of their own.
        let words = ["short-words".to_owned(), "long-words ".repeat(2_000)];
        conn.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT)").unwrap();
        for w in &words {
            conn.execute("INSERT INTO t (words) VALUES (?1)", [w]).unwrap();
        }
        let checkpoint = || conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let holds = |w: &str| std::fs::read(&path).unwrap().windows(w.len()).any(|part| part == w.as_bytes());
        checkpoint();
        assert!(holds("short-words") && holds("long-words"));
        conn.execute_batch("UPDATE t SET words = ''").unwrap();
        checkpoint();
        assert!(!holds("short-words") && !holds("long-words"));
        drop(conn);
        drop(writer);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

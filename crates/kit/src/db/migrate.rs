//! Migrations: one global order, each applied once, the same text on both engines.
use super::{Db, Engine, Query};
use crate::fail::Result;
use crate::params;

/// A migration: its file name and its SQL.
pub type Migration = (&'static str, &'static str);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at BIGINT NOT NULL);";

pub async fn run(db: &Db, all: &[Migration]) -> Result<Vec<&'static str>> {
    batch(db, TABLE).await?;
    let known = db.rows("SELECT name FROM migration", params![]).await?;
    let mut fresh = Vec::new();
    for (name, sql) in all {
        if known.iter().any(|r| r.str(0) == *name) {
            continue;
        }
        // The name is ours, without quotes; text and mark are applied together or not at all.
        let mark = format!("INSERT INTO migration (name, at) VALUES ('{name}', {});", db.now());
        batch(db, &format!("{sql}\n{mark}")).await?;
        fresh.push(*name);
    }
    Ok(fresh)
}

async fn batch(db: &Db, sql: &str) -> Result<()> {
    match &db.inner.engine {
        Engine::Sqlite(e) => {
            // STRICT tables hold what the column says; their type names differ from PostgreSQL's.
            let sql = sql.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB").replace("\n);", "\n) STRICT;");
            e.batch(&sql).await
        }
        Engine::Postgres(e) => e.batch(&format!("BEGIN;\n{sql}\nCOMMIT;")).await,
    }
}

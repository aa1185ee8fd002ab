//! What the bench needs of the database: room to buy, and a bare order to compare with.
use kit::{Db, Entry, Query, Result, params};

/// Makes plans, budgets and stock large enough that no order is refused for them.
pub async fn make_room(db: &Db) -> Result<()> {
    db.write("bench.room", |tx| {
        Box::pin(async move {
            const MUCH: i64 = 1_000_000_000_000;
            tx.run("UPDATE plan_line SET amount = amount + $1", params![MUCH]).await?;
            tx.run("UPDATE budget_line SET granted = granted + $1, available = available + $1", params![MUCH]).await?;
            tx.run(
                "INSERT INTO budget_entry (id, line, at, debit, credit, amount, reason) \
                 SELECT -id, id, $2, 'granted', 'available', $1, 'bench' FROM budget_line",
                params![MUCH, tx.now()],
            )
            .await?;
            tx.run("UPDATE offer SET stock = stock + 1000000000", params![]).await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

fn entry() -> Entry {
    Entry {
        region: String::new(),
        room: "bench",
        kind: "bench.run",
        subject: "bench".into(),
        actor: 0,
        via: "command",
        data: serde_json::Value::Null,
    }
}

/// Ids of products spread over the catalogue.
pub async fn products(db: &Db, n: i64) -> Result<Vec<i64>> {
    let all = db.rows("SELECT id FROM product ORDER BY model_key LIMIT $1", params![n]).await?;
    Ok(all.iter().map(|r| r.int(0)).collect())
}

/// Tables for the bare order.
pub const BARE: &str = "CREATE TABLE stock (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);\nCREATE TABLE bare (id BIGINT PRIMARY KEY, \
                        body TEXT NOT NULL);\nINSERT INTO stock (id, n) VALUES (1, 1000000000);";

/// The least an order can be: one conditional update, three inserts, one of them the journal entry.
pub async fn bare_order(db: &Db) -> Result<()> {
    db.write("bench.bare", |tx| {
        Box::pin(async move {
            tx.must("UPDATE stock SET n = n - 1 WHERE id = 1 AND n >= 1", params![]).await?;
            tx.run("INSERT INTO bare (id, body) VALUES ($1,'order')", params![tx.id()]).await?;
            tx.run("INSERT INTO bare (id, body) VALUES ($1,'line')", params![tx.id()]).await?;
            tx.journal(entry()).await?;
            Ok(())
        })
    })
    .await
}

//! PostgreSQL: READ COMMITTED, prepared statements, a pool of connections.
use super::val::{Row, Val};
use crate::fail::{Fail, Result};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use std::error::Error;
use tokio_postgres::NoTls;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};

const CONNECTIONS_MAX: usize = 24;

pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    pub async fn connect(url: &str) -> Result<Postgres> {
        let config: tokio_postgres::Config = url.parse().map_err(|e| Fail::Fault(format!("database url: {e}")))?;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager).max_size(CONNECTIONS_MAX).build().map_err(Fail::fault)?;
        let me = Postgres { pool };
        drop(me.client().await?);
        Ok(me)
    }

    async fn client(&self) -> Result<Object> {
        self.pool.get().await.map_err(|e| Fail::Fault(format!("postgres connection: {e}")))
    }

    pub async fn begin(&self) -> Result<Command> {
        let client = self.client().await?;
        client.batch_execute("BEGIN").await?;
        Ok(Command { client: Some(client) })
    }

    pub async fn rows(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
        rows(&self.client().await?, sql, params).await
    }

    /// Runs several statements at once, outside any cache; for migrations.
    pub async fn batch(&self, sql: &str) -> Result<()> {
        let client = self.client().await?;
        let done = client.batch_execute(sql).await;
        if done.is_err() {
            // The connection stands in a failed transaction: nobody else may get it.
            drop(Object::take(client));
        }
        Ok(done?)
    }
}

/// One transaction; the connection is thrown away when dropped unfinished, so the server rolls back.
pub struct Command {
    client: Option<Object>,
}

impl Command {
    fn client(&self) -> &Object {
        self.client.as_ref().expect("a command holds its connection until it ends")
    }

    pub async fn run(&self, sql: &str, params: &[Val]) -> Result<u64> {
        let st = prepared(self.client(), sql, params).await?;
        Ok(self.client().execute_raw(&st, params).await?)
    }

    pub async fn run_many(&self, sql: &str, many: &[Vec<Val>]) -> Result<u64> {
        let Some(first) = many.first() else { return Ok(0) };
        // One type for each column, whichever rows have nothing there.
        let model: Vec<Val> = first
            .iter()
            .enumerate()
            .map(|(i, v)| many.iter().map(|r| &r[i]).find(|v| **v != Val::Null).unwrap_or(v).clone())
            .collect();
        let st = prepared(self.client(), sql, &model).await?;
        // Futures polled together are pipelined: one round trip for all rows of a chunk.
        let mut n = 0;
        for chunk in many.chunks(256) {
            let sent: Vec<_> = chunk.iter().map(|p| Box::pin(self.client().execute_raw(&st, p))).collect();
            for done in join_all(sent).await {
                n += done?;
            }
        }
        Ok(n)
    }

    pub async fn rows(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
        rows(self.client(), sql, params).await
    }

    pub async fn end(mut self, keep: bool) -> Result<()> {
        let client = self.client.take().expect("ended once");
        let done = client.batch_execute(if keep { "COMMIT" } else { "ROLLBACK" }).await;
        if done.is_err() {
            drop(Object::take(client));
        }
        Ok(done?)
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// Polls all futures together until every one is done.
async fn join_all<F: Future + Unpin>(mut waiting: Vec<F>) -> Vec<F::Output> {
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        let mut ready = true;
        for (f, out) in waiting.iter_mut().zip(&mut done) {
            if out.is_none() {
                match std::pin::Pin::new(f).poll(cx) {
                    std::task::Poll::Ready(v) => *out = Some(v),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// A statement whose parameters have the types of the values: an integer is a BIGINT wherever it stands.
async fn prepared(client: &Object, sql: &str, params: &[Val]) -> Result<tokio_postgres::Statement> {
    let types: Vec<Type> = params
        .iter()
        .map(|p| match p {
            Val::Null => Type::UNKNOWN,
            Val::Int(_) => Type::INT8,
            Val::Text(_) => Type::TEXT,
            Val::Bytes(_) => Type::BYTEA,
        })
        .collect();
    Ok(client.prepare_typed_cached(sql, &types).await?)
}

async fn rows(client: &Object, sql: &str, params: &[Val]) -> Result<Vec<Row>> {
    let st = prepared(client, sql, params).await?;
    let refs: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
    let found = client.query(&st, &refs).await?;
    found
        .iter()
        .map(|row| (0..row.len()).map(|i| Ok(row.try_get::<_, Val>(i)?)).collect::<Result<Vec<_>>>().map(Row))
        .collect()
}

type Trouble = Box<dyn Error + Sync + Send>;

impl ToSql for Val {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Trouble> {
        match self {
            Val::Null => Ok(IsNull::Yes),
            Val::Int(v) => match *ty {
                Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*v)?.to_sql(ty, out),
                Type::INT8 => v.to_sql(ty, out),
                _ => Err(format!("an integer was given where {ty} is wanted").into()),
            },
            Val::Text(v) => v.to_sql(ty, out),
            Val::Bytes(v) => v.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Val {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Val, Trouble> {
        Ok(match *ty {
            Type::INT8 => Val::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Val::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT2 => Val::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::BOOL => Val::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::NUMERIC => Val::Int(whole(raw)?),
            Type::BYTEA => Val::Bytes(raw.to_vec()),
            _ => Val::Text(std::str::from_utf8(raw)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Val, Trouble> {
        Ok(Val::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A NUMERIC without fraction, as SUM over BIGINT gives it: base-10000 digits after an 8-byte head.
fn whole(raw: &[u8]) -> std::result::Result<i64, Trouble> {
    let short = |at: usize| raw.get(at..at + 2).map(|b| i16::from_be_bytes([b[0], b[1]])).ok_or("numeric cut short");
    let (digits, weight, sign) = (short(0)?, short(2)?, short(4)?);
    let mut out: i64 = 0;
    for i in 0..=weight.max(-1) {
        let digit = if i < digits { i64::from(short(8 + 2 * i as usize)?) } else { 0 };
        out = out.checked_mul(10_000).and_then(|v| v.checked_add(digit)).ok_or("numeric too large")?;
    }
    Ok(if sign == 0x4000 { -out } else { out })
}

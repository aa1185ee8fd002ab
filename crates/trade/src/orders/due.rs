//! Deadlines that run by themselves, through the same tables as people's commands.
use super::store;
use super::{conduct, flow, store::Order};
use crate::{Trade, direct, settlement};
use kit::Result;
use kit::fail::carried;
use rules::duty::Duty;
use rules::orders::{Act, State};
use serde_json::json;

/// Due orders taken at a time.
const PIECE: i64 = 50;
/// Why an order ended whose contract nobody confirmed in time.
const LAPSED: &str = "合同逾期未确认";

/// Runs what is due; returns how many orders were moved. Two nodes may race: the version decides who did it.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = settlement::retry_payments(trade).await?;
    for (id, command) in store::due(trade.db(), trade.db().now(), PIECE).await? {
        let moved = trade
            .db()
            .write("order.due", |tx| {
                let command = command.clone();
                Box::pin(async move {
                    let mut o = store::any(tx, id).await?;
                    if o.next_due.is_none_or(|d| d > tx.now()) || o.next_command.as_deref() != Some(&command) {
                        return Ok(());
                    }
                    match command.as_str() {
                        "expire" => expire(trade, tx, &mut o).await,
                        "lapse" => {
                            flow::step(&mut o, Act::Lapse)?;
                            flow::wind_up(tx, &mut o, 0, LAPSED, LAPSED).await
                        }
                        "close" => settlement::close(tx, &mut o).await,
                        other => Err(kit::Fail::Fault(format!("order {id} has unknown command {other}"))),
                    }
                })
            })
            .await;
        done += usize::from(carried("order", id, moved));
    }
    Ok(done)
}

async fn expire(trade: &Trade, tx: &kit::Tx<'_>, o: &mut Order) -> Result<()> {
    let (held, offered) = (o.state != State::Returned, o.state == State::Offered);
    flow::step(o, Act::Expire)?;
    if held {
        let lines = store::lines(tx, o.id).await?;
        direct::undo_holds(tx, o, &lines, "逾期未确认").await?;
    }
    o.note = "逾期未确认，系统自动取消".to_owned();
    (o.next_due, o.next_command) = (None, None);
    store::save(tx, o).await?;
    store::tell(tx, o.unit, Duty::Handler, o.id, &format!("订单 {} 逾期未确认，已自动取消，预算已释放。", o.number))
        .await?;
    tx.journal(flow::entry(o, "orders", "order.expired", 0, json!({}))).await?;
    if offered { conduct::unconfirmed(trade, tx, o).await } else { Ok(()) }
}

//! Everything that runs by itself when its time comes, one step at a time.
use crate::projects::store as projects;
use crate::{Trade, auctions, batch, delivery, disputes, evaluations, fixed, orders, outside};
use futures_util::StreamExt;
use kit::fail::carried;
use kit::{Fail, Result};

/// Due projects taken at a time.
const PIECE: i64 = 50;
/// Of them so many are in work at a time.
const AT_ONCE: usize = 8;

/// Runs what is due; returns how much was done. First the pulse: time lost to an outage is given back before anything ends.
/// Deadlines of procedures come before the housekeeping of suppliers: a quotation ends to the second.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = auctions::beat(trade).await?;
    let found = projects::due(trade.db(), trade.db().now(), PIECE).await?;
    // Several at once: on PostgreSQL each waits for its own round trips most of the time.
    let moved = futures_util::stream::iter(found).map(|(id, kind, command)| step(trade, id, kind, command));
    done += moved.buffer_unordered(AT_ONCE).filter(|moved| std::future::ready(*moved)).count().await;
    done += orders::run_due(trade).await?;
    done += delivery::run_due(trade).await?;
    done += batch::run_due(trade).await?;
    done += disputes::run_due(trade).await?;
    done += supply::run_due(trade).await?;
    Ok(done)
}

/// Runs what is for once a day, beside [`run_due`]: a look at every offer takes its time. All of it may run again, so a day
/// counts only when it went through.
pub async fn run_daily(trade: &Trade) -> Result<usize> {
    let today = rules::calendar::day_of(trade.db().now());
    if trade.day_done() == today {
        return Ok(0);
    }
    let done = supply::run_daily(trade).await?
        + fixed::end_due(trade).await?
        + fixed::draw_up(trade).await?
        + evaluations::look_back(trade).await?;
    trade.finish_day(today);
    Ok(done)
}

/// Runs what asks other people's servers, beside everything else: they may sleep.
pub async fn run_outside(trade: &Trade) -> Result<usize> {
    Ok(supply::platforms::run(trade).await? + outside::run(trade).await?)
}

/// One due command; true when it was carried out.
async fn step(trade: &Trade, id: i64, kind: String, command: String) -> bool {
    let moved = match kind.as_str() {
        "auction" => auctions::run_due(trade, id, &command).await,
        "job" => fixed::run_due(trade, id, &command).await,
        other => Err(Fail::Fault(format!("project {id} is of unknown kind {other}"))),
    };
    carried("project", id, moved)
}

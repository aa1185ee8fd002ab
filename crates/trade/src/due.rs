//! Everything that runs by itself when its time comes, one step at a time.
use crate::projects::store as projects;
use crate::{Trade, auctions, batch, disputes, fixed, orders};
use futures_util::StreamExt;
use kit::{Fail, Result};

/// Due projects taken at a time.
const PIECE: i64 = 50;
/// Of them so many are in work at a time.
const AT_ONCE: usize = 8;

/// Runs what is due; returns how much was done. First the pulse: time lost to an outage is given back before anything ends.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = auctions::beat(trade).await?;
    done += supply::run_due(trade).await?;
    done += orders::run_due(trade).await?;
    done += batch::run_due(trade).await?;
    done += disputes::run_due(trade).await?;
    if trade.new_day() {
        done += supply::run_daily(trade).await?;
        done += fixed::end_due(trade).await?;
        done += fixed::draw_up(trade).await?;
    }
    let found = projects::due(trade.db(), trade.db().now(), PIECE).await?;
    // Several at once: on PostgreSQL each waits for its own round trips most of the time.
    let moved = futures_util::stream::iter(found).map(|(id, kind, command)| step(trade, id, kind, command));
    done += moved.buffer_unordered(AT_ONCE).filter(|moved| std::future::ready(*moved)).count().await;
    Ok(done)
}

/// One due command; true when it was carried out.
async fn step(trade: &Trade, id: i64, kind: String, command: String) -> bool {
    let moved = match kind.as_str() {
        "auction" => auctions::run_due(trade, id, &command).await,
        "job" => fixed::run_due(trade, id, &command).await,
        other => Err(Fail::Fault(format!("project {id} is of unknown kind {other}"))),
    };
    match moved {
        Ok(()) => return true,
        // Someone acted on it in the same instant; the next look sees what it became.
        Err(Fail::Refused(r)) => tracing::info!(project = id, code = r.code, "due command not needed any more"),
        Err(Fail::Retry) => {}
        // One project's trouble must not keep the others waiting.
        Err(e) => tracing::error!(project = id, cause = %e, "due command failed, will try again"),
    }
    false
}

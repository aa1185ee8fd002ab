//! Everything that runs by itself when its time comes, one step at a time.
use crate::projects::store as projects;
use crate::{Trade, auctions, batch, fixed, orders};
use kit::{Fail, Result};

/// Due projects taken at a time.
const PIECE: i64 = 50;

/// Runs what is due; returns how much was done. First the pulse: time lost to an outage is given back before anything ends.
pub async fn run_due(trade: &Trade) -> Result<usize> {
    let mut done = auctions::beat(trade).await?;
    done += orders::run_due(trade).await?;
    done += batch::run_due(trade).await?;
    if trade.new_day() {
        done += fixed::end_due(trade).await?;
        done += fixed::draw_up(trade).await?;
    }
    for (id, kind, command) in projects::due(trade.db(), trade.db().now(), PIECE).await? {
        let moved = match kind.as_str() {
            "auction" => auctions::run_due(trade, id, &command).await,
            "job" => fixed::run_due(trade, id, &command).await,
            other => Err(Fail::Fault(format!("project {id} is of unknown kind {other}"))),
        };
        match moved {
            Ok(()) => done += 1,
            // Someone acted on it in the same instant; the next look sees what it became.
            Err(Fail::Refused(r)) => tracing::info!(project = id, code = r.code, "due command not needed any more"),
            Err(Fail::Retry) => {}
            // One project's trouble must not keep the others waiting.
            Err(e) => tracing::error!(project = id, cause = %e, "due command failed, will try again"),
        }
    }
    Ok(done)
}

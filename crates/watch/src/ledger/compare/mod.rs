//! Rows that the rooms keep beside the journal, compared with what the journal says of them; the wrong row is named.
//!
//! Two ways. What a follower makes of the journal (notices, deal prices, releases of the open data) is made again in a transaction that
//! is undone, and compared row by row: [`projections`]. What people's commands write (orders with their lines, contracts, payments,
//! invoices, money spent, quotes) is compared with what the entries hold of it: [`business`]; and that what entries tell of is there at all.
//! docs/log.md says which columns, and a test holds its list against the statements here.

mod business;
mod files;
mod projections;
mod rows;
mod statistics;
mod store;
mod told;

use super::log::Found;
use crate::Watch;
use kit::Result;

/// Compares all of it.
pub async fn audit(watch: &Watch, out: &mut Found) -> Result<()> {
    // What followers make also depends on rooms' rows: those are named first, for what follows from them fills the list otherwise.
    business::compare(watch.db(), out).await?;
    rows::compare(watch.db(), out).await?;
    files::compare(watch.db(), out).await?;
    statistics::compare(watch.db(), out).await?;
    projections::compare(watch, out).await
}

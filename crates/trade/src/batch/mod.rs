//! 批量采购: a centre opens a round for a category, units file demand by the due day, suppliers offer for the sum, each
//! unit gets its own order.
//!
//! A demand is a project of its unit and holds the unit's money. A round is the centre's; it has its own states. Rounds
//! run by sealed offers with the batch discount (several winners, partial quantities) or by one auction a package.

mod close;
mod demand;
mod flow;
mod outcome;
mod pages;
mod pools;
mod store;

pub(crate) use close::{auction_failed, auction_won, run_due};
pub use demand::{Filing, file, review};
pub(crate) use demand::{approve, label, send_back, to_review, withdraw, words};
pub use flow::{NewPackage, NewRound, cancel, offer, open_round};
pub use outcome::{Met, Offer, met};
pub use pages::routes;
pub(crate) use pools::{Proposal, proposals};
pub(crate) use store::open_categories;
pub use store::prices as packages;

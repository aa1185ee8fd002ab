//! 竞价: same-product reverse auctions (反拍) and auctions by requirement (比价), by one engine in four formats.
//!
//! An auction is a project with settings fixed at publication. Quotes go through one desk per event, which decides in
//! memory by [`rules::auction::Book`], writes a batch in one transaction and answers after it is durable. Sealed quotes
//! are encrypted until the deadline. Everything the award depends on is in the public record and can be recomputed.

mod close;
mod desk;
mod entry;
mod flow;
mod form;
mod live;
mod outage;
mod outcome;
mod pages;
mod record;
mod store;
mod view;

pub use close::{abandon, award, check, confirm, explain, judge_explanation, run_due, switch};
pub use desk::{Desks, Receipt, quote};
pub use entry::{Entering, enter};
pub use flow::{Launch, Launched, answer, ask, cancel, launch};
pub(crate) use flow::{Pooled, approve, pooled, send_back, withdraw};
pub use form::fit;
pub use live::Lives;
pub use outage::{Pulse, beat, make_good, note};
pub use outcome::{Bid, Decided, decided};
pub use pages::routes;

pub use record::verify;
pub(crate) use record::{demands_json, demands_of};
pub(crate) use view::{label, todo, words};

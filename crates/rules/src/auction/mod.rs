//! 竞价: one quotation engine, four published formats, and what follows from the quotes.
//!
//! The engine knows bidders by number, amounts in fen and times in ms; it reads no clock. Fed with the same settings and
//! events it gives the same book on every machine, so anybody can recompute an award from its public record.

mod book;
mod decide;
mod requirement;
mod settings;
pub mod state;

pub use book::{Bidder, Book, Event, Phase, Refusal, Standing, Taken, replay};
pub use decide::{Abnormal, Limits, Outcome, Quote, abnormal, decide};
pub use requirement::{Answer, Demand, Kind, meets, shut_out};
pub use settings::{Against, Format, Settings, Sight, Step, Wrong};
pub use state::{Act, State, next};

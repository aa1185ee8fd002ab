//! 可信留痕: the journal as a Merkle log that everybody can check (C2SP tlog-tiles, RFC 6962).
//!
//! The log says of each entry when, which number and a salted hash. Whoever may read an entry gets its words and its salt and can
//! show that exactly these words were written then. Heads are signed; witnesses that the settings name may sign them too.

mod audit;
mod flow;
mod pages;
mod store;
pub mod verify;

pub use audit::{Found, audit};
pub use flow::{PROJECTION, dump, follow, leaf_of, proof, rebuild};
pub use pages::routes;

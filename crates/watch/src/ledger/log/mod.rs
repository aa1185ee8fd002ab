//! 可信留痕: the journal as a Merkle log that everybody can check (C2SP tlog-tiles, RFC 6962).
//!
//! The log says of each entry when, which number and a salted hash. Whoever may read an entry gets its words and its salt and can
//! show that exactly these words were written then. Heads are signed, by Ed25519 and by SM2; witnesses that the settings name may sign
//! them too. What the rooms keep beside the journal is compared with it by [`super::compare`].

mod audit;
mod find;
mod flow;
mod keys;
mod pages;
mod store;
pub mod verify;
pub mod witness;

pub use audit::{Found, audit};
pub use flow::{ERASED, PROJECTION, dump, erased_by, follow, hash_of, leaf_of, proof, rebuild};
pub use keys::{Keys, Signed};
pub use pages::routes;

//! Messages inside the mall: what a duty of an organisation is told, with the page where it is dealt with.

mod store;

pub use store::{newest, tell, tell_many};

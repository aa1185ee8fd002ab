//! Settlement: invoices held against the order, payments, late interest, completion.
//!
//! Whoever applies for a payment does not approve it, and neither does who accepted the goods. Small and medium
//! suppliers are paid within 30 days (Regulation on payments to SMEs); interest after that is computed and shown.

mod flow;
mod money;
mod pages;
pub(crate) mod store;
mod treasury;

pub use flow::{Invoice, apply, approve, decline, pay_clock, record_invoice};
pub(crate) use money::maybe_complete_in;
pub use money::{after_progress, close, give_back, maybe_complete, retry_payments};
pub use pages::routes;
pub(crate) use pages::word;
pub use store::supplier_size;

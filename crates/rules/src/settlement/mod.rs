//! Settlement: what is payable, how an invoice compares with its order, what lateness costs.

mod invoice;
mod payable;

pub use invoice::{Finding, InvoiceFacts, OrderFacts, check_invoice};
pub use payable::{Bucket, allocate, late_interest};

//! Where approved payments go. The adapter is chosen in the settings; `stub` stands in for the treasury system.
use kit::{Fail, Result};

/// What the treasury said.
pub struct Paid {
    /// Its reference.
    pub reference: String,
}

/// Sends a payment by its number; the same number again gives the same answer and pays nothing twice.
/// Called outside any transaction.
pub async fn pay(adapter: &str, number: &str, fen: i64) -> Result<Paid> {
    match adapter {
        "stub" => Ok(Paid { reference: format!("STUB-{}-{fen}", number) }),
        other => Err(Fail::Fault(format!("no treasury adapter is called {other}; settings.treasury knows: stub"))),
    }
}

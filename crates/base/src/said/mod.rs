//! What two sides and an office say in a matter, in order. Nothing of it is ever changed.

mod store;

pub use store::{Said, all, say};

use kit::{Query, Result};
use rules::calendar::show_time;

/// What was said, as pages show it: the time, who said it, and the rest.
pub struct Spoken {
    /// When.
    pub at: String,
    /// Name of the organisation; `系统` for the mall itself.
    pub who: String,
    /// What.
    pub said: Said,
}

/// Everything said in a matter about one of its records, for a page.
pub async fn spoken(q: &dyn Query, matter: &str, about: i64) -> Result<Vec<Spoken>> {
    let said = all(q, matter, about).await?;
    let orgs: Vec<i64> = said.iter().map(|s| s.org).collect();
    let names = crate::orgs::names(q, &orgs).await?;
    let line = |said: Said| Spoken {
        at: show_time(said.at),
        who: names.get(&said.org).cloned().unwrap_or_else(|| "系统".into()),
        said,
    };
    Ok(said.into_iter().map(line).collect())
}

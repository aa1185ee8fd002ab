//! How often what is open to everybody may be done in a day, by one network or one organisation. Counted in the database, so
//! it holds for all nodes together; a network is kept as a digest with a salt that is deleted with its day.

mod store;

use crate::Base;
use kit::{Fail, Result, Tx};
use rules::calendar::{day_of, start_of};
use rules::rulebook::Scope;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Registrations of suppliers.
    Register,
    /// Reports of high prices.
    Report,
}

/// By whom.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// A network, as [`crate::access::Cx::network`] names it.
    Network(&'a str),
    /// An organisation.
    Org(i64),
}

/// Uses of a network a day where the rulebook says nothing.
const NETWORK_DEFAULT: i64 = 20;
/// Uses of an organisation a day where the rulebook says nothing.
const ORG_DEFAULT: i64 = 30;

impl What {
    fn key(self) -> &'static str {
        match self {
            What::Register => "register",
            What::Report => "report",
        }
    }

    fn label(self) -> &'static str {
        match self {
            What::Register => "注册",
            What::Report => "举报",
        }
    }
}

/// The rule that says how often, and how often where there is none.
fn rule(what: What, who: Who<'_>) -> (&'static str, i64) {
    match (what, who) {
        (What::Register, _) => ("open.register.network_per_day", NETWORK_DEFAULT),
        (What::Report, Who::Network(_)) => ("open.report.network_per_day", NETWORK_DEFAULT),
        (What::Report, Who::Org(_)) => ("open.report.org_per_day", ORG_DEFAULT),
    }
}

/// Uses up one, or refuses. `salt` is fresh randomness for the case that this is the first use of the day; it is made outside
/// the transaction, which may run again.
pub async fn take(base: &Base, tx: &Tx<'_>, what: What, who: Who<'_>, salt: &str) -> Result<()> {
    let (facts, today) = (base.facts(), day_of(tx.now()));
    let (key, or) = rule(what, who);
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let most = facts.number(key, &facts.root, &any, today, or);
    let name = match who {
        Who::Network(address) => {
            let salt = store::salt(tx, today, salt).await?;
            kit::text::sha256(&[salt.as_bytes(), address.as_bytes()])
        }
        Who::Org(id) => format!("org/{id}"),
    };
    if store::take(tx, today, what.key(), &name, most).await? {
        return Ok(());
    }
    let hours = (start_of(today + 1) - tx.now()) / 3_600_000 + 1;
    let whose = match who {
        Who::Network(_) => "您所在的网络",
        Who::Org(_) => "贵单位",
    };
    let words = format!(
        "{whose}今天已{} {most} 次，为防止被人滥用，今天不再受理，请过 {hours} 小时后再来，或者联系集采机构当面办理。",
        what.label()
    );
    Err(Fail::refuse("allowance.used_up", words))
}

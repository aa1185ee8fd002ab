//! Access: who is asking, what the person's duties allow, and that a form was really sent from our page.
//!
//! Passwords are argon2id; five failures lock an account for a quarter of an hour. A session is a random token in a
//! cookie, kept as a hash; it can be listed and ended by its owner. Each route declares its [`Gate`]; the table of all
//! routes is compared with the golden matrix by a test.

mod flow;
mod gate;
pub mod pages;
mod password;
mod request;
mod store;

pub use flow::{
    FAILURES_MAX, LOCK_MINUTES, Origin, SESSION_HOURS, fits as fits_later, hash as hash_later, sign_in, sign_out,
};
pub use gate::{Gate, Route, Routes};
pub use password::hash as hash_password;
pub use request::{Cx, Form, STATION_COOKIE, Upload, UploadedFile, guard};
pub use store::SessionRow;

use rules::duty::{Duties, Duty};

/// The person behind a request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Person id.
    pub person: i64,
    /// Name, shown to the person and to those who share records with the person.
    pub name: String,
    /// Organisation id.
    pub org: i64,
    /// Organisation's name.
    pub org_name: String,
    /// Organisation's kind: `unit`, `supplier`, `finance`, `centre`, `audit`, `operator`.
    pub org_kind: String,
    /// Organisation's region.
    pub region: String,
    /// Duties.
    pub duties: Duties,
    /// Session id.
    pub session: i64,
    /// Token that every form of this session carries.
    pub csrf: String,
}

/// Which records a reader may see; every scoped query takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Records of one buying unit.
    Unit(i64),
    /// Records of one supplier.
    Supplier(i64),
    /// Records of a region and everything below it, by code prefix.
    Region(String),
    /// Nothing at all.
    Nothing,
}

impl Actor {
    /// Does the person hold this duty?
    pub fn may(&self, d: Duty) -> bool {
        self.duties.has(d)
    }

    /// Fails with [`kit::Fail::Denied`] unless the person holds one of these duties.
    pub fn must(&self, any: &[Duty]) -> kit::Result<()> {
        if self.duties.meets(Duties::of(any)) { Ok(()) } else { Err(kit::Fail::Denied) }
    }

    /// The records this person may read.
    pub fn scope(&self) -> Scope {
        match self.org_kind.as_str() {
            "unit" => Scope::Unit(self.org),
            "supplier" => Scope::Supplier(self.org),
            "finance" | "centre" | "audit" => Scope::Region(rules::place::prefix(&self.region).to_owned()),
            _ => Scope::Nothing,
        }
    }
}

impl Scope {
    /// A condition for SQL over the columns of unit, supplier and region, and its one parameter as `$n`.
    pub fn condition(&self, unit: &str, supplier: &str, region: &str, n: usize) -> (String, kit::db::Val) {
        match self {
            Scope::Unit(id) => (format!("{unit} = ${n}"), kit::db::Val::from(*id)),
            Scope::Supplier(id) => (format!("{supplier} = ${n}"), kit::db::Val::from(*id)),
            Scope::Region(prefix) => (format!("{region} LIKE ${n}"), kit::db::Val::from(format!("{prefix}%"))),
            Scope::Nothing => (format!("{unit} = ${n}"), kit::db::Val::from(0_i64)),
        }
    }
}

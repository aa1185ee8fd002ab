//! Pages of leads: the list, one lead with its record, the rules with how well they do.
mod list;
mod one;
mod quality;

use crate::Watch;
use axum::extract::FromRef;
use base::Base;
use base::access::{Gate, Routes};
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor, Duty::Signer, Duty::SupplierAdmin, Duty::Centre]);
const ACTORS: Gate = Gate::Any(&[Duty::Regulator, Duty::Signer, Duty::SupplierAdmin, Duty::Centre]);
const OFFICE: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor]);
const REGULATOR: Gate = Gate::Any(&[Duty::Regulator]);
const AUDITOR: Gate = Gate::Any(&[Duty::Auditor]);

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/alerts", READERS, list::list)
        .get("/alerts/rules", OFFICE, quality::rules)
        .get("/alerts/{id}", READERS, one::one)
        .post("/alerts/{id}", ACTORS, one::act)
        .post("/alerts/{id}/owner", REGULATOR, one::assign)
        .post("/alerts/{id}/review", AUDITOR, one::review)
        .get("/alerts/{id}/files/{digest}", READERS, one::file)
}

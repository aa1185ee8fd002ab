//! Pages of going live: the overview with its map, one station, its tasks, who was trained, and the short version for everybody.
mod map;
mod one;
mod overview;
mod people;
mod public;
mod task;

use crate::Watch;
use axum::extract::FromRef;
use base::Base;
use base::access::{Gate, Routes};
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[Duty::Regulator, Duty::Auditor]);
const OFFICE: Gate = Gate::Any(&[Duty::Regulator]);

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/stations/map", Gate::Public, public::map)
        .get("/golive", READERS, overview::overview)
        .get("/golive/{code}", READERS, one::one)
        .post("/golive/{code}", OFFICE, one::act)
        .post("/golive/{code}/plan", OFFICE, one::plan)
        .post("/golive/{code}/units", OFFICE, one::units)
        .post("/golive/{code}/tasks", OFFICE, task::add)
        .get("/golive/{code}/tasks/{id}", READERS, task::one)
        .post("/golive/{code}/tasks/{id}", OFFICE, task::act)
        .get("/golive/{code}/tasks/{id}/files/{digest}", READERS, task::file)
        .get("/golive/{code}/training", READERS, people::list)
        .post("/golive/{code}/training", OFFICE, people::record)
        .get("/training", Gate::SignedIn, people::mine)
}

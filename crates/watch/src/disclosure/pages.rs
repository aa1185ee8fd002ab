//! Public pages: notices with search and feeds, one notice, deadlines kept, deal prices, why this winner, subscriptions by mail.
mod compliance;
mod deals;
mod feeds;
mod index;
mod list;
mod notice;
mod subscribe;
mod why;

use crate::Watch;
use axum::extract::FromRef;
use base::Base;
use base::access::{Gate, Routes};
use rules::duty::Duty;

/// Who may correct a notice: the unit's signer, the centre.
const CORRECTORS: Gate = Gate::Any(&[Duty::Signer, Duty::Centre]);

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/notices", Gate::Public, list::notices)
        .get("/notices.rss", Gate::Public, feeds::rss)
        .get("/notices.atom", Gate::Public, feeds::atom)
        .get("/notices/compliance", Gate::Public, compliance::page)
        .get("/notices/subscribe", Gate::Public, subscribe::form)
        .post("/notices/subscribe", Gate::Public, subscribe::ask)
        .get("/notices/subscriptions/{key}", Gate::Public, subscribe::subscription)
        .post("/notices/subscriptions/{key}/confirm", Gate::Public, subscribe::confirm)
        .post("/notices/subscriptions/{key}/end", Gate::Public, subscribe::end)
        .get("/notices/{id}", Gate::Public, notice::notice)
        .get("/notices/{id}/correct", CORRECTORS, notice::correct_form)
        .post("/notices/{id}/correct", CORRECTORS, notice::correct)
        .post("/notices/{id}/withdraw", CORRECTORS, notice::withdraw)
        .get("/deals/index", Gate::Public, index::index)
        .get("/deals/why/{id}", Gate::Public, why::why)
        .get("/deals", Gate::Public, deals::deals)
}

//! The page of reserved shares: a unit sees its own, whoever oversees sees the units of the area.
use super::store::{self, Part};
use crate::Trade;
use askama::Template;
use axum::extract::{FromRef, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Gate, Routes};
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{day_from, day_of, start_of, year_of};
use rules::duty::Duty;
use rules::rulebook::Scope;
use rules::venue::{Progress, counts, share_bp};
use std::collections::BTreeMap;

const READERS: Gate = Gate::Any(&[
    Duty::Handler,
    Duty::Reviewer,
    Duty::Signer,
    Duty::Receiver,
    Duty::Accountant,
    Duty::Regulator,
    Duty::Centre,
    Duty::Auditor,
]);

#[derive(Clone, Copy, Default)]
struct Sum {
    base: i64,
    counted: i64,
    /// Ordered from the venue and not counted yet, by the first step that is missing.
    unaccepted: i64,
    unpaid: i64,
    unrated: i64,
}

struct RowOf {
    unit: String,
    base: String,
    counted: String,
    share: String,
    width: i64,
    reached: bool,
    missing: String,
    waiting: Vec<(&'static str, String)>,
}

struct Table {
    title: String,
    key: String,
    target: i64,
    origin: String,
    steps: String,
    rows: Vec<RowOf>,
}

#[derive(Template)]
#[template(path = "reserved/pages/reserved.html")]
struct Page {
    s: Shell,
    year: i32,
    tables: Vec<Table>,
}

fn step_word(key: &str) -> &'static str {
    match key {
        "accepted" => "验收",
        "paid" => "付款",
        "evaluated" => "评价",
        _ => "其他",
    }
}

fn sum_up(parts: &[Part], steps: &[String]) -> BTreeMap<i64, Sum> {
    let mut by: BTreeMap<i64, Sum> = BTreeMap::new();
    for p in parts {
        let s = by.entry(p.unit).or_default();
        s.base += p.base;
        let done = Progress { accepted: p.accepted, paid: p.paid, evaluated: p.evaluated };
        match () {
            () if counts(done, steps) => s.counted += p.venue,
            () if !p.accepted => s.unaccepted += p.venue,
            () if !p.paid => s.unpaid += p.venue,
            () => s.unrated += p.venue,
        }
    }
    by
}

async fn reserved(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let (actor, facts, db) = (cx.actor()?, trade.facts(), trade.db());
    let today = day_of(db.now());
    let year = year_of(today);
    let first = |y: i32| day_from(y, 1, 1).map_or(0, start_of);
    let mut tables = Vec::new();
    for v in supply::venues::all(db).await?.into_iter().filter(|v| !v.reserve_base.is_empty()) {
        let base = v.reserve_base.first().map(String::as_str);
        let scope = Scope { mode: None, form: None, category: base, amount: None };
        let rule = facts.rule(&format!("venue.{}.reserve_percent", v.key), &actor.region, &scope, today);
        let target = rule.as_ref().and_then(|e| e.int()).unwrap_or(0);
        let origin = rule.map_or(String::new(), |e| facts.origin(&e));
        let steps = facts.rule(&format!("venue.{}.counts_after", v.key), &actor.region, &scope, today);
        let steps = steps.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
        let span = (first(year), first(year + 1));
        let parts = store::parts(db, &actor.scope(), span, &v.reserve_base, v.admission.flags).await?;
        let by = sum_up(&parts, &steps);
        let names = base::orgs::names(db, &by.keys().copied().collect::<Vec<_>>()).await?;
        let row = |(unit, s): (&i64, &Sum)| {
            let share = share_bp(s.counted, s.base);
            // Rounded up: what is missing to reach the target.
            let need = (i128::from(s.base) * i128::from(target) + 99) / 100;
            let missing = (need as i64 - s.counted).max(0);
            let waiting = [("待验收", s.unaccepted), ("待付款", s.unpaid), ("待评价", s.unrated)];
            RowOf {
                unit: names.get(unit).cloned().unwrap_or_default(),
                base: Fen(s.base).yuan(),
                counted: Fen(s.counted).yuan(),
                share: format!("{}.{:02}%", share / 100, share % 100),
                width: share.clamp(0, 10_000) / 100,
                reached: share >= target * 100,
                missing: Fen(missing).yuan(),
                waiting: waiting.into_iter().filter(|w| w.1 > 0).map(|(w, v)| (w, Fen(v).yuan())).collect(),
            }
        };
        tables.push(Table {
            title: v.title.clone(),
            key: v.key.clone(),
            target,
            origin,
            steps: steps.iter().map(|s| step_word(s)).collect::<Vec<_>>().join("、"),
            rows: by.iter().map(row).collect(),
        });
    }
    web::html(&Page { s: Shell::work(&cx, "预留份额").await?, year, tables })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default().get("/reserved", READERS, reserved)
}

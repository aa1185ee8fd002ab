//! Scores: what the cases of an organisation come to.
use super::store;
use crate::{Supply, suppliers};
use base::Base;
use base::orgs::Org;
use kit::{Entry, Query, Result, Tx};
use rules::calendar::{Day, day_of};
use rules::conduct::{Cost, Level, score};
use rules::rulebook::Scope;
use serde_json::json;

/// Organisations looked at in one piece at the turn of a day.
const PIECE: usize = 500;

/// A score with its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What everybody starts with.
    pub start: i64,
    /// The score.
    pub score: i64,
    /// Its level.
    pub level: Level,
}

const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

/// Lowest scores of the levels A, B and C at a place.
pub(super) fn lines(base: &Base, region: &str, day: Day) -> [i64; 3] {
    let facts = base.facts();
    [("credit.level.a", 90), ("credit.level.b", 80), ("credit.level.c", 60)]
        .map(|(key, or)| facts.number(key, region, &ANY, day, or))
}

/// The score of an organisation today, computed from its cases.
pub async fn credit_of(base: &Base, q: &dyn Query, org: &Org) -> Result<Standing> {
    Ok(standing(base, &org.region, &store::costs(q, org.id).await?))
}

/// What costs come to at a place.
pub(super) fn standing(base: &Base, region: &str, costs: &[Cost]) -> Standing {
    let today = day_of(base.db().now());
    let start = base.facts().number("credit.start", region, &ANY, today, 100);
    let score = score(start, costs, today);
    Standing { start, score, level: Level::of(score, lines(base, region, today)) }
}

/// Writes a supplier's score where judges read it.
pub(super) async fn refresh(base: &Base, tx: &Tx<'_>, org: i64) -> Result<i64> {
    let org = base::orgs::org(tx, org).await?;
    let now = credit_of(base, tx, &org).await?.score;
    if org.kind == "supplier" {
        suppliers::set_credit(tx, org.id, now).await?;
    }
    Ok(now)
}

/// At the turn of a day: points of the year before and of ended exposure no longer count.
pub async fn roll_over(supply: &Supply) -> Result<usize> {
    let (mut after, mut changed) = (0, 0);
    loop {
        let piece = store::with_cases(supply.db(), after, PIECE).await?;
        let Some(last) = piece.last() else { return Ok(changed) };
        after = *last;
        for id in piece {
            let org = base::orgs::org(supply.db(), id).await?;
            if org.kind != "supplier" {
                continue;
            }
            let known = suppliers::get(supply.db(), id).await?.credit;
            if credit_of(supply, supply.db(), &org).await?.score == known {
                continue;
            }
            let region = &org.region;
            supply
                .db()
                .write("conduct.roll_over", |tx| {
                    Box::pin(async move {
                        let score = refresh(supply, tx, id).await?;
                        tx.journal(Entry {
                            region: region.clone(),
                            room: "conduct",
                            kind: "conduct.scored",
                            subject: format!("supplier/{id}"),
                            actor: 0,
                            via: "timer",
                            data: json!({"score": score, "before": known}),
                        })
                        .await?;
                        Ok(())
                    })
                })
                .await?;
            changed += 1;
        }
    }
}

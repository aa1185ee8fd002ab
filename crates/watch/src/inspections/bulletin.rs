//! 通报: what the inspections of a month found, published by itself when the month is over, and never changed.
use super::store::{self, Bulletin};
use crate::Watch;
use kit::{Entry, Result};
use rules::calendar::{civil, day_from, day_of, show_day, start_of};
use rules::conduct::months_on;
use serde_json::json;

/// Months looked back at: a mall that stood still for a while catches up.
const MONTHS_BACK: i64 = 12;

/// Publishes what is over and not published; returns how many bulletins.
pub async fn publish(watch: &Watch) -> Result<usize> {
    let today = day_of(watch.db().now());
    let (year, month, _) = civil(today);
    let this = day_from(year, month, 1).unwrap_or(today);
    let mut done = 0;
    for back in (1..=MONTHS_BACK).rev() {
        let first = months_on(this, -back);
        let (from, to) = (start_of(first), start_of(months_on(first, 1)));
        if store::published(watch.db(), first).await?.is_none() && store::ended(watch.db(), from, to).await? {
            done += usize::from(publish_one(watch, first, (from, to)).await?);
        }
    }
    Ok(done)
}

async fn publish_one(watch: &Watch, first: i32, (from, to): (i64, i64)) -> Result<bool> {
    let root = &watch.facts().root;
    watch
        .db()
        .write("inspection.bulletin", |tx| {
            Box::pin(async move {
                let list = store::bulletin(tx, from, to).await?;
                let looked: i64 = list.iter().map(|(_, [_, clean, found])| clean + found).sum();
                let found: i64 = list.iter().map(|(_, [.., found])| found).sum();
                let made_at = tx.now();
                let b = Bulletin { month: first, made_at, inspections: list.len() as i64, looked, found };
                // Another node may have been first.
                if !store::add_bulletin(tx, &b).await? {
                    return Ok(false);
                }
                let by_rule = store::by_rule(tx, from, to).await?;
                let numbers: Vec<&str> = list.iter().map(|(i, _)| i.number.as_str()).collect();
                let data = json!({
                    "month": &show_day(first)[..7], "inspections": numbers, "looked": looked, "found": found, "by_rule": by_rule,
                });
                tx.journal(Entry {
                    region: root.clone(),
                    room: "inspections",
                    kind: "inspection.bulletin",
                    subject: format!("bulletin/{first}"),
                    actor: 0,
                    via: "timer",
                    data,
                })
                .await?;
                Ok(true)
            })
        })
        .await
}

//! Goods that nobody confirms: warned of, then stopped until their supplier says that they are still for sale.
use super::store;
use crate::Supply;
use crate::offers::stop;
use base::access::Actor;
use kit::{Entry, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::json;

const DAY: i64 = 86_400_000;
/// Days between the warning and the stop.
const NOTICE_DAYS: i64 = 14;
/// How the warning begins; a supplier is warned once in the days of notice.
const WARNING: &str = "长期没有更新";

fn entry(region: &str, supplier: i64, kind: &'static str, actor: i64, products: &[i64]) -> Entry {
    let products: Vec<String> = products.iter().map(ToString::to_string).collect();
    Entry {
        region: region.to_owned(),
        room: "filings",
        kind,
        subject: format!("supplier/{supplier}"),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data: json!({"products": products}),
    }
}

/// Once a day: warns, and stops what was warned of and not confirmed.
pub async fn look_daily(supply: &Supply) -> Result<usize> {
    let (facts, now) = (supply.facts(), supply.db().now());
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let days = facts.number("offer.stale_days", &facts.root, &any, day_of(now), 180);
    let (stop_before, warn_before) = (now - days * DAY, now - (days - NOTICE_DAYS) * DAY);
    let root = &facts.root;
    let mut done = 0;
    for (supplier, _) in store::untouched(supply.db(), stop_before, stop::STALE).await? {
        supply
            .db()
            .write("stale.stop", |tx| {
                Box::pin(async move {
                    let products = store::go_stale(tx, supplier, stop_before, stop::STALE).await?;
                    if products.is_empty() {
                        return Ok(());
                    }
                    let words =
                        format!("{} 件商品长期未确认，已暂停销售。仍在供应的请在“我的商品”里确认。", products.len());
                    base::messages::tell(tx, supplier, Duty::SupplierAdmin, "/offers", &words).await?;
                    tx.journal(entry(root, supplier, "offers.stale", 0, &products)).await.map(|_| ())
                })
            })
            .await?;
        done += 1;
    }
    for (supplier, n) in store::untouched(supply.db(), warn_before, stop::STALE).await? {
        if store::told(supply.db(), supplier, &format!("{WARNING}%"), now - NOTICE_DAYS * DAY).await? {
            continue;
        }
        supply
            .db()
            .write("stale.warn", |tx| {
                Box::pin(async move {
                    let words = format!(
                        "{WARNING}的商品有 {n} 件，{NOTICE_DAYS} 天后暂停销售。仍在供应的请在“我的商品”里确认。"
                    );
                    base::messages::tell(tx, supplier, Duty::SupplierAdmin, "/offers", &words).await?;
                    tx.journal(entry(root, supplier, "offers.stale_warned", 0, &[])).await.map(|_| ())
                })
            })
            .await?;
        done += 1;
    }
    Ok(done)
}

/// The supplier says that all it lists is still for sale.
pub async fn confirm(supply: &Supply, actor: &Actor) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("offers.confirm", |tx| {
            Box::pin(async move {
                let products = store::confirm(tx, actor.org, stop::STALE).await?;
                tx.journal(entry(&actor.region, actor.org, "offers.confirmed", actor.person, &products))
                    .await
                    .map(|_| ())
            })
        })
        .await
}

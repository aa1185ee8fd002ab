//! The month's settlement: accepted jobs of one unit with one supplier under one agreement, on one sheet.
use super::store::{self, Statement};
use crate::Trade;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::calendar::{civil, day_from, day_of, start_of};
use rules::duty::Duty;
use serde_json::json;
use std::collections::BTreeMap;

/// A sheet in the making: region, jobs, sum.
type Sheet = (String, Vec<i64>, i64);

/// Draws up the statements of the months that are over; returns how many.
pub async fn draw_up(trade: &Trade) -> Result<usize> {
    let (year, month, _) = civil(day_of(trade.db().now()));
    let Some(first) = day_from(year, month, 1) else { return Ok(0) };
    let (y, m, _) = civil(first - 1);
    let label = format!("{y}-{m:02}");
    let mut by: BTreeMap<(i64, i64, i64), Sheet> = BTreeMap::new();
    for (job, agreement, unit, supplier, region, amount) in store::unsettled(trade.db(), start_of(first)).await? {
        let sheet = by.entry((agreement, unit, supplier)).or_insert((region, Vec::new(), 0));
        sheet.1.push(job);
        sheet.2 += amount;
    }
    let mut done = 0;
    for ((agreement, unit, supplier), (region, jobs, total)) in &by {
        let label = &label;
        let made = trade
            .db()
            .write("statement.draw", |tx| {
                Box::pin(async move {
                    let id = tx.id();
                    let s = Statement {
                        id,
                        number: format!("{region}-JS{}-{}", label.replace('-', ""), kit::ids::tail(id)),
                        agreement: *agreement,
                        unit: *unit,
                        supplier: *supplier,
                        month: label.clone(),
                        total: *total,
                        state: "drawn".to_owned(),
                    };
                    if !store::add_statement(tx, &s, region, jobs).await? {
                        return Ok(false);
                    }
                    let words = format!("{label} 定点服务结算单 {} 已生成，请核对。", s.number);
                    base::messages::tell(tx, *unit, Duty::Accountant, "/fixed/statements", &words).await?;
                    base::messages::tell(tx, *supplier, Duty::SupplierOrders, "/fixed/statements", &words).await?;
                    let e = Entry {
                        region: region.clone(),
                        room: "fixed",
                        kind: "statement.drawn",
                        subject: format!("statement/{id}"),
                        actor: 0,
                        via: "timer",
                        data: json!({"number": s.number, "month": label, "total": total, "jobs": jobs.len()}),
                    };
                    tx.journal(e).await?;
                    Ok(true)
                })
            })
            .await?;
        done += usize::from(made);
    }
    Ok(done)
}

/// The unit's accountant confirms a statement.
pub async fn confirm(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    actor.must(&[Duty::Accountant])?;
    trade
        .db()
        .write("statement.confirm", |tx| {
            Box::pin(async move {
                let s = store::statement(tx, &actor.scope(), id).await?;
                if !store::confirm_statement(tx, id).await? {
                    return Err(Fail::refuse("statement.confirmed", "这张结算单已经确认过。"));
                }
                let e = Entry {
                    region: actor.region.clone(),
                    room: "fixed",
                    kind: "statement.confirmed",
                    subject: format!("statement/{id}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({"number": s.number, "total": s.total}),
                };
                tx.journal(e).await?;
                Ok(())
            })
        })
        .await
}

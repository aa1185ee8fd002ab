//! An audit of the demo, invented: drawn by money, one order named by hand, one question waiting for an answer.
use super::orders::cast;
use base::orgs;
use kit::{Fail, Result, journal};
use rules::audit::sample::Method;
use rules::calendar::{civil, day_from, day_of};
use rules::duty::Duty;
use watch::Watch;
use watch::audits::{self, Move, Put, Question, Scope};

/// Points of money that fall.
const POINTS: i64 = 3;

async fn moved(watch: &Watch, actor: &base::access::Actor, id: i64, key: &str) -> Result<()> {
    audits::act(watch, actor, id, &Move { key, words: "" }).await
}

/// Makes it; returns how many questions wait, none when there is nothing to draw from.
pub async fn fill(watch: &Watch) -> Result<u64> {
    let people = orgs::people(watch.db(), None).await?;
    let missing = || Fail::Fault("demo: there is no auditor".into());
    let org = people.iter().find(|p| p.login == "jinan.shenji").map(|p| p.org).ok_or_else(missing)?;
    let auditor = cast(watch, org).await?.who(Duty::Auditor, 0).ok_or_else(missing)?;
    let today = day_of(watch.db().now());
    let scope = Scope {
        region: auditor.region.clone(),
        day_from: day_from(civil(today).0, 1, 1).unwrap_or(today),
        day_to: today,
        category: String::new(),
        mode: String::new(),
        form: String::new(),
        unit: 0,
        supplier: 0,
        amount_min: 0,
        amount_max: i64::MAX,
    };
    let title = "网上商城采购合规审计（演示，虚构）";
    let id = audits::plan(watch, &auditor, title, &scope, (Method::Weighted, POINTS)).await?;
    moved(watch, &auditor, id, "announce").await?;
    // Something has to happen between announcement and draw.
    super::more_orders(watch, 97, 1).await?;
    crate::settle(watch).await?;
    match moved(watch, &auditor, id, "draw").await {
        Ok(()) => {}
        // A demo without orders has nothing to draw from; its audit stays announced.
        Err(Fail::Refused(_)) => return Ok(0),
        Err(e) => return Err(e),
    }
    moved(watch, &auditor, id, "begin").await?;
    let entry = journal::about(watch.db(), &format!("audit/{id}")).await?.into_iter().find(|e| e.kind == "audit.drawn");
    let chosen = entry.and_then(|e| e.data["chosen"][0].as_str()?.parse::<i64>().ok());
    let Some(order) = chosen else { return Ok(0) };
    let unit = trade::orders::unit_of(watch.db(), order).await?;
    let p = Put { words: "请说明本单采购需求的依据，并提供验收资料（演示）。", file: None };
    audits::ask(watch, &auditor, id, &Question { org: unit, order: Some(order) }, &p).await?;
    Ok(1)
}

//! Orders of the demo, led through the real flow by the units' own people, to different points of it.
use super::{Dice, Size, store};
use base::access::Actor;
use base::orgs::{self, Person};
use kit::{Fail, Result};
use rules::duty::Duty;
use rules::station::State;
use trade::direct::{self, Outcome, Submit, SubmitLine};
use trade::{delivery, orders, settlement};
use watch::Watch;

/// Orders tried per order wanted; some are refused by the rules, as in life.
const TRIES: u64 = 6;

pub(super) struct Cast {
    unit: i64,
    people: Vec<(Person, orgs::Org)>,
}

impl Cast {
    pub(super) fn who(&self, duty: Duty, not: i64) -> Option<Actor> {
        let (p, o) = self.people.iter().find(|(p, _)| p.duties.has(duty) && p.id != not)?;
        Some(actor(p, o))
    }
}

fn actor(p: &Person, o: &orgs::Org) -> Actor {
    Actor {
        person: p.id,
        name: p.name.clone(),
        org: o.id,
        org_name: o.name.clone(),
        org_kind: o.kind.clone(),
        region: o.region.clone(),
        duties: p.duties,
        session: 0,
        csrf: String::new(),
    }
}

pub(super) async fn cast(watch: &Watch, org: i64) -> Result<Cast> {
    let o = orgs::org(watch.db(), org).await?;
    let people = orgs::people(watch.db(), Some(org)).await?.into_iter().map(|p| (p, o.clone())).collect();
    Ok(Cast { unit: org, people })
}

/// Makes orders; returns how many.
pub async fn fill(watch: &Watch, size: Size, say: &mut (dyn FnMut(String) + Send)) -> Result<u64> {
    let mut dice = Dice::new(size.seed.wrapping_add(77));
    let regions = store::regions(watch.db()).await?;
    let mut units: Vec<i64> =
        orgs::people(watch.db(), None).await?.iter().filter(|p| p.duties.has(Duty::Handler)).map(|p| p.org).collect();
    units.dedup();
    // Units of stations that are not live do not buy.
    let facts = watch.facts();
    let live = |unit: &i64| regions.get(unit).is_some_and(|r| base::stations::state(&facts, r) == State::Live);
    units.retain(live);
    let mut made = 0;
    for n in 0..size.orders * TRIES {
        if made == size.orders || units.is_empty() {
            break;
        }
        let unit = cast(watch, units[(dice.roll() % units.len() as u64) as usize]).await?;
        if let Some(id) = place(watch, &unit, &mut dice, n).await? {
            lead(watch, &unit, id, made % 9).await?;
            made += 1;
            if made % 50 == 0 {
                say(format!("{made}/{} orders", size.orders));
            }
        }
    }
    Ok(made)
}

/// One order of one or two lines; None when the rules refuse it.
pub(super) async fn place(watch: &Watch, unit: &Cast, dice: &mut Dice, n: u64) -> Result<Option<i64>> {
    let Some(handler) = unit.who(Duty::Handler, 0) else { return Ok(None) };
    let plans = trade::plans::plan_lines(watch.db(), unit.unit, 2026).await?;
    if plans.is_empty() {
        return Ok(None);
    }
    let plan = &plans[(dice.roll() % plans.len() as u64) as usize];
    let q = search::Query {
        category: Some(plan.category.clone()),
        region: Some(handler.region.clone()),
        in_stock: true,
        page: 1,
        size: 50,
        ..search::Query::default()
    };
    let found = watch.engine().search(&q);
    if found.hits.is_empty() {
        return Ok(None);
    }
    let hit = &found.hits[(dice.roll() % found.hits.len() as u64) as usize];
    let quantity = (dice.between(20_000, 300_000) / hit.price).clamp(1, 40);
    let address = trade::plans::addresses(watch.db(), unit.unit).await?;
    let s = Submit {
        key: format!("demo-{}-{n}", dice.roll()),
        address: address.first().map_or(0, |a| a.id),
        purpose: format!("{}（演示）", plan.title),
        dearer: "需要这一家的送货时间（演示）".into(),
        lines: vec![SubmitLine { offer: hit.best_offer, quantity, price_seen: hit.price, plan_line: plan.id }],
        via: "demo",
    };
    match direct::submit(watch.trade(), &handler, &s).await {
        Ok(Outcome::Placed(ids)) => Ok(ids.first().copied()),
        Ok(Outcome::Blocked(_)) | Err(Fail::Refused(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Leads an order `far` steps on: 0 stays in approval, 8 is complete.
pub(super) async fn lead(watch: &Watch, unit: &Cast, id: i64, far: u64) -> Result<()> {
    let trade = watch.trade();
    let missing = || Fail::Fault("demo: a duty has nobody".into());
    let handler = unit.who(Duty::Handler, 0).ok_or_else(missing)?;
    if far == 0 {
        return Ok(());
    }
    for duty in [Duty::Reviewer, Duty::Signer] {
        let approver = unit.who(duty, 0).ok_or_else(missing)?;
        match direct::approve(trade, &approver, id).await {
            Ok(()) | Err(Fail::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    let supplier = orders::supplier_of(watch.db(), id).await?;
    let seller = cast(watch, supplier).await?.who(Duty::SupplierOrders, 0).ok_or_else(missing)?;
    let signer = unit.who(Duty::Signer, handler.person).ok_or_else(missing)?;
    let receiver = unit.who(Duty::Receiver, handler.person).ok_or_else(missing)?;
    let accountant = unit.who(Duty::Accountant, handler.person).ok_or_else(missing)?;
    let lines = orders::lines_of(watch.db(), id).await?;
    for step in 2..=far {
        match step {
            2 => orders::confirm(trade, &seller, id, &[]).await?,
            3 => {
                orders::sign(trade, &signer, id).await?;
                orders::sign(trade, &seller, id).await?;
            }
            4 => {
                let parts: Vec<(i64, i64)> = lines.iter().map(|l| (l.id, l.quantity)).collect();
                delivery::ship(trade, &seller, id, "自送", "", &parts).await?;
            }
            5 => {
                let parts = lines.iter().map(|l| (l.id, l.quantity, 0)).collect();
                let a = delivery::Accept { lines: parts, reason: String::new(), photos: Vec::new() };
                delivery::accept(trade, &receiver, id, &a).await?;
            }
            6 => {
                let amount: i64 = lines.iter().map(orders::Line::amount).sum();
                let i = settlement::Invoice {
                    number: format!("{:020}", id % 1_000_000_000_000),
                    kind: "电子普通发票".into(),
                    seller: seller.org_name.clone(),
                    buyer: handler.org_name.clone(),
                    amount,
                    day: rules::calendar::day_of(watch.db().now()),
                };
                settlement::record_invoice(trade, &seller, id, &i).await?;
            }
            7 => {
                let amount: i64 = lines.iter().map(orders::Line::amount).sum();
                let payment = settlement::apply(trade, &handler, id, amount).await?;
                settlement::approve(trade, &accountant, id, payment).await?;
            }
            _ => {
                trade::evaluations::evaluate(trade, &handler, id, [5, 5, 4], "送货及时。").await?;
                trade::evaluations::evaluate(trade, &seller, id, [5, 5, 5], "").await?;
            }
        }
    }
    Ok(())
}

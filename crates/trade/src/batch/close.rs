//! What runs by itself: summing the demand on the due day, opening the offers, sharing out into orders.
use super::demand;
use super::flow::{entry, event, figure, insert, miss, number, scope, step};
use super::store::{self, Package, Round};
use crate::Trade;
use crate::auctions;
use crate::orders::{Award, AwardLine, award as make_order};
use crate::projects::{self, Project, store as headers};
use kit::fail::carried;
use kit::{Result, Tx};
use rules::Fen;
use rules::batch::demand::Act as DemandAct;
use rules::batch::round::{Act, State};
use rules::batch::{Offer, Share, Want, next_due, share};
use rules::calendar::day_of;
use rules::duty::Duty;
use serde_json::json;
use supply::suppliers;

/// Moves the rounds whose time has come; returns how many.
pub(crate) async fn run_due(trade: &Trade) -> Result<usize> {
    let now = trade.db().now();
    let found = store::due(trade.db(), day_of(now), now).await?;
    let mut done = 0;
    for r in found {
        let moved = trade
            .db()
            .write("batch.due", |tx| {
                Box::pin(async move {
                    let mut r = store::round(tx, r.id).await?;
                    match r.state {
                        State::Collecting if r.due_on < day_of(tx.now()) => sum_up(trade, tx, &mut r).await,
                        State::Offering if r.until <= tx.now() => open_offers(trade, tx, &mut r).await,
                        _ => Ok(()),
                    }
                })
            })
            .await;
        done += usize::from(carried("batch round", r.id, moved));
    }
    Ok(done)
}

/// The due day is over: what is reviewed counts, what is late rolls over to the next round.
async fn sum_up(trade: &Trade, tx: &Tx<'_>, r: &mut Round) -> Result<()> {
    let demands = store::demands(tx, r.id).await?;
    let late: Vec<&(Project, i64)> =
        demands.iter().filter(|(p, _)| matches!(p.state.as_str(), "approving" | "submitted")).collect();
    if !late.is_empty() {
        roll_over(trade, tx, r, &late).await?;
    }
    let counted: Vec<&(Project, i64)> = demands.iter().filter(|(p, _)| p.state == "accepted").collect();
    if counted.is_empty() {
        step(r, Act::Fail)?;
        r.note = "截止日前没有审核通过的需求。".to_owned();
        tx.journal(entry(r, "batch.failed", 0, json!({"number": r.number, "title": r.title, "reason": r.note})))
            .await?;
        return store::save_round(tx, r).await;
    }
    let packages = store::packages(tx, r.id).await?;
    let wanted = |p: &Package| counted.iter().filter(|(_, k)| *k == p.id).map(|(d, _)| d.quantity).sum::<i64>();
    let sums: Vec<_> = packages.iter().map(|p| json!({"package": p.title, "quantity": wanted(p)})).collect();
    if r.method == "auction" {
        step(r, Act::Auction)?;
        for p in packages.iter().filter(|p| wanted(p) > 0) {
            let need = auctions::Pooled {
                region: r.region.clone(),
                centre: r.centre,
                handler: r.made_by,
                category: r.category.clone(),
                title: format!("{}：{}", r.title, p.title),
                quantity: wanted(p),
                measure: p.measure.clone(),
                price: p.ceiling,
                demands: p.demands.clone(),
                parent: p.id,
            };
            auctions::pooled(trade, tx, need).await?;
        }
    } else {
        step(r, Act::Offer)?;
        let hours = trade.facts().number("auction.hours_default", &r.region, &scope(&r.category), day_of(tx.now()), 72);
        r.until = tx.now() + hours * 3_600_000;
    }
    let data = json!({"number": r.number, "title": r.title, "sums": sums, "units": counted.len(), "until": r.until});
    tx.journal(entry(r, "batch.summed", 0, data)).await?;
    store::save_round(tx, r).await
}

/// The next round of the same category with the same packages takes what is late.
async fn roll_over(trade: &Trade, tx: &Tx<'_>, r: &Round, late: &[&(Project, i64)]) -> Result<()> {
    let today = day_of(tx.now());
    let period = trade.facts();
    let period = period.rule("batch.period", &r.region, &scope(&r.category), today);
    let period = period.and_then(|e| e.text().map(str::to_owned)).unwrap_or_default();
    let id = tx.id();
    let next = Round {
        id,
        number: number(&r.region, id, tx.now()),
        opens_on: today,
        due_on: next_due(today, figure(trade, r, "batch.submit_day", 10), &period),
        state: State::Collecting,
        version: 1,
        note: String::new(),
        until: 0,
        ..r.clone()
    };
    let old = store::packages(tx, r.id).await?;
    let fresh: Vec<Package> = old.iter().map(|p| Package { id: tx.id(), round: id, ..p.clone() }).collect();
    insert(tx, &next, &fresh, 0).await?;
    for (p, package) in late {
        let Some(i) = old.iter().position(|o| o.id == *package) else { continue };
        store::move_demand(tx, p.id, id, fresh[i].id).await?;
        tx.journal(demand::entry(p, "demand.moved", 0, json!({"round": next.number}))).await?;
        let words = format!("批量需求 {} 截止日前没有审核完，转入下一批 {}。", p.number, next.number);
        base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await?;
    }
    Ok(())
}

/// The time for offers is over: seals are opened, the demand of each package is shared out.
async fn open_offers(trade: &Trade, tx: &Tx<'_>, r: &mut Round) -> Result<()> {
    let demands = store::demands(tx, r.id).await?;
    let mut won = false;
    let mut shown = Vec::new();
    for p in store::packages(tx, r.id).await? {
        let mut line = Vec::new();
        let offers = store::offers(tx, p.id).await?;
        for (i, o) in offers.iter().enumerate() {
            let message = trade.keepers().open_seal(&event(p.id), o.supplier, tx.now(), &o.sealed);
            let text = message.and_then(|m| String::from_utf8(m).ok()).unwrap_or_default();
            let Some((price, most)) = text.split_once(' ').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
            else {
                continue;
            };
            store::open_offer(tx, p.id, o.supplier, price, most).await?;
            // Opened for the record; whom a measure has reached since gets no share.
            if suppliers::get(tx, o.supplier).await?.stopped_for(&r.category, &r.region) {
                continue;
            }
            line.push(Offer { supplier: o.supplier, price, most, seq: i as i64 });
        }
        let wants: Vec<Want> = demands
            .iter()
            .filter(|(d, k)| *k == p.id && d.state == "accepted")
            .map(|(d, _)| Want { demand: d.id, quantity: d.quantity })
            .collect();
        let shares = share(&wants, &line, r.winners as usize);
        won |= !shares.is_empty();
        for s in &shares {
            let o = offers.iter().find(|o| o.supplier == s.supplier);
            let goods = o.map_or((String::new(), String::new()), |o| (o.brand.clone(), o.model.clone()));
            store::award_offer(tx, p.id, s.supplier, s.quantity).await?;
            deliver(trade, tx, &p, s, goods).await?;
        }
        shown.push(json!({
            "package": p.title, "shelf": p.shelf,
            "shares": shares.iter().map(|s| json!({"supplier": s.supplier.to_string(), "price": s.price, "quantity": s.quantity}))
                .collect::<Vec<_>>(),
        }));
    }
    settle(tx, r, won, shown).await
}

/// One share becomes an order of its unit, paid from what the demand holds.
async fn deliver(trade: &Trade, tx: &Tx<'_>, p: &Package, s: &Share, (brand, model): (String, String)) -> Result<()> {
    let mut d = headers::any(tx, s.demand).await?;
    let product = supply::shelf::product(tx, p.product).await?;
    let same = rules::naming::fold(&product.model) == rules::naming::fold(&model);
    let line = AwardLine {
        offer: 0,
        product: if same { p.product } else { 0 },
        category: d.category.clone(),
        brand,
        model,
        title: p.title.clone(),
        unit: p.measure.clone(),
        price: s.price,
        quantity: s.quantity,
    };
    let order =
        make_order(trade, tx, Award { project: &mut d, supplier: s.supplier, lines: vec![line], actor: 0 }).await?;
    let saved = (p.shelf - s.price) * s.quantity;
    let data = json!({"order": order.to_string(), "price": s.price, "quantity": s.quantity, "saved": saved});
    tx.journal(demand::entry(&d, "demand.ordered", 0, data)).await?;
    headers::save(tx, &mut d).await
}

/// After the shares: every demand ends, the round too.
async fn settle(tx: &Tx<'_>, r: &mut Round, won: bool, shown: Vec<serde_json::Value>) -> Result<()> {
    for (p, _) in store::demands(tx, r.id).await? {
        close_demand(tx, p, &r.number).await?;
    }
    step(r, if won { Act::Share } else { Act::Fail })?;
    if !won {
        r.note = "没有有效报价。".to_owned();
    }
    let kind = if won { "batch.shared" } else { "batch.failed" };
    let centre = base::orgs::org(tx, r.centre).await?.name;
    let data = json!({
        "number": r.number, "title": r.title, "unit": centre, "packages": shown, "reason": r.note, "awards": awards(tx, r.id).await?,
    });
    tx.journal(entry(r, kind, 0, data)).await?;
    store::save_round(tx, r).await
}

/// Who supplies what of a round at which price, as the result is published.
async fn awards(tx: &Tx<'_>, round: i64) -> Result<Vec<serde_json::Value>> {
    let all = store::awards(tx, round).await?;
    Ok(all
        .into_iter()
        .map(|a| {
            json!({
                "package": a.package, "measure": a.measure, "supplier": a.supplier, "brand": a.brand, "model": a.model, "price": a.price,
                "quantity": a.quantity, "shelf": a.shelf,
            })
        })
        .collect())
}

/// A demand with an order is done and frees what is left; one without gets nothing.
async fn close_demand(tx: &Tx<'_>, mut p: Project, round: &str) -> Result<()> {
    if p.state != "accepted" {
        return Ok(());
    }
    if headers::orders(tx, p.id).await?.is_empty() {
        return miss(tx, p, &format!("{round} 没有供应商有余量")).await;
    }
    demand::step(&mut p, DemandAct::Order)?;
    let left = p.held;
    projects::free(tx, &mut p, "成交价低于限价").await?;
    tx.journal(demand::entry(&p, "demand.closed", 0, json!({"freed": left}))).await?;
    headers::save(tx, &mut p).await
}

/// The auction of a package has a winner that confirmed: all demands of the package become its orders.
pub(crate) async fn auction_won(
    trade: &Trade,
    tx: &Tx<'_>,
    auction: &Project,
    supplier: i64,
    price: i64,
    goods: (String, String),
) -> Result<()> {
    let Some(package) = auction.parent else { return Ok(()) };
    let p = store::package(tx, package).await?;
    let mut r = store::round(tx, p.round).await?;
    for (d, k) in store::demands(tx, r.id).await? {
        if k == p.id && d.state == "accepted" {
            let s = Share { demand: d.id, supplier, price, quantity: d.quantity };
            deliver(trade, tx, &p, &s, goods.clone()).await?;
            close_demand(tx, headers::any(tx, d.id).await?, &r.number).await?;
        }
    }
    finish_auctions(tx, &mut r, Some(auction.id)).await
}

/// The auction of a package came to nothing: its demands are free.
pub(crate) async fn auction_failed(tx: &Tx<'_>, auction: &Project, reason: &str) -> Result<()> {
    let Some(package) = auction.parent else { return Ok(()) };
    let p = store::package(tx, package).await?;
    let mut r = store::round(tx, p.round).await?;
    for (d, k) in store::demands(tx, r.id).await? {
        if k == p.id {
            miss(tx, d, reason).await?;
        }
    }
    finish_auctions(tx, &mut r, None).await
}

/// The round ends with its last auction. `won`: an auction that is about to be concluded.
async fn finish_auctions(tx: &Tx<'_>, r: &mut Round, won: Option<i64>) -> Result<()> {
    if r.state != State::Auctioning || store::demands(tx, r.id).await?.iter().any(|(d, _)| d.state == "accepted") {
        return Ok(());
    }
    let mut any = won.is_some();
    let mut saved = 0;
    for (d, package) in store::demands(tx, r.id).await? {
        if d.state == "ordered" {
            any = true;
            let shelf = store::package(tx, package).await?.shelf;
            saved += shelf * d.quantity - headers::spent(tx, d.id).await?;
        }
    }
    step(r, if any { Act::Share } else { Act::Fail })?;
    let kind = if any { "batch.shared" } else { "batch.failed" };
    let centre = base::orgs::org(tx, r.centre).await?.name;
    let data = json!({
        "number": r.number, "title": r.title, "unit": centre, "saved": Fen(saved).yuan(), "reason": r.note,
        "awards": awards(tx, r.id).await?,
    });
    tx.journal(entry(r, kind, 0, data)).await?;
    store::save_round(tx, r).await
}

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

/// What happens to one order: it is placed, then led on to the point where its story ends.
struct Plot {
    /// The order, once it is placed; None too when the rules refused every try.
    order: Option<i64>,
    unit: Option<Cast>,
    /// The steps of [`step`] that are still to come, last first, each with its time on the mall's clock.
    ahead: Vec<(i64, u64)>,
}

/// The orders of a demo with their times. A clock that is behind is moved from one step to the next, so that goods take days
/// to arrive and payments come later; with any other clock everything happens at once, order after order.
pub(super) struct Story {
    plots: Vec<Plot>,
    units: Vec<i64>,
    dice: Dice,
    moves_clock: bool,
    /// When notices were last published, ms.
    told: i64,
    tries: u64,
    made: u64,
}

/// Steps of a complete order.
const STEPS: u64 = 10;
/// The step that accepts the goods.
const ACCEPTANCE: usize = 6;
const MINUTE: i64 = 60_000;
/// So often notices are published while the demo's time passes, ms.
const TOLD_EVERY: i64 = 12 * 60 * MINUTE;
/// Minutes from one step to the next, from and below: approval, confirmation, signatures, shipping, arrival, acceptance,
/// invoice, payment, evaluation.
const GAPS: [(i64, i64); 9] =
    [(60, 300), (120, 1200), (120, 480), (360, 1800), (600, 2400), (900, 2400), (120, 1200), (1440, 5760), (300, 2400)];
/// An honest alert list has a lead or two of each kind: one order in so many is accepted within minutes,
const HASTY_ONE_IN: u64 = 50;
/// and one in so many comes from the same unit, which likes the same goods of the same seller.
const HABIT_ONE_IN: u64 = 8;
/// Offices work from and to these minutes of the day.
const OFFICE: (i64, i64) = (8 * 60 + 30, 17 * 60 + 30);

/// The nearest time at which offices work.
fn office_hours(at: i64) -> i64 {
    let start = rules::calendar::start_of(rules::calendar::day_of(at));
    let minute = (at - start) / MINUTE;
    let moved = match minute {
        m if m < OFFICE.0 => OFFICE.0 + m % 60,
        m if m > OFFICE.1 => OFFICE.1 - m % 60,
        m => m,
    };
    at + (moved - minute) * MINUTE
}

impl Story {
    /// Decides how far each order comes and when. `end` is the last moment, ms; None for a clock that nobody moves.
    pub(super) async fn plan(watch: &Watch, size: Size, end: Option<i64>) -> Result<Story> {
        let mut dice = Dice::new(size.seed.wrapping_add(77));
        let people = orgs::people(watch.db(), None).await?;
        let mut units: Vec<i64> = people.iter().filter(|p| p.duties.has(Duty::Handler)).map(|p| p.org).collect();
        units.dedup();
        // Units of stations that are not live do not buy.
        let (facts, regions) = (watch.facts(), store::regions(watch.db()).await?);
        let live = |unit: &i64| regions.get(unit).is_some_and(|r| base::stations::state(&facts, r) == State::Live);
        units.retain(live);
        let mut plots: Vec<Plot> = Vec::new();
        for n in 0..size.orders {
            let times = times(&mut dice, n, end);
            let ahead = times.into_iter().enumerate().map(|(step, at)| (at, step as u64)).rev().collect();
            plots.push(Plot { order: None, unit: None, ahead });
        }
        Ok(Story { plots, units, dice, moves_clock: end.is_some(), told: 0, tries: 0, made: 0 })
    }

    /// Lets time pass to a moment with all that happens until then.
    pub(super) async fn until(&mut self, watch: &Watch, to: i64, say: &mut (dyn FnMut(String) + Send)) -> Result<()> {
        loop {
            let next = self.plots.iter().enumerate().filter_map(|(i, p)| p.ahead.last().map(|(at, _)| (*at, i)));
            let Some((at, i)) = next.min().filter(|(at, _)| *at <= to) else { break };
            self.wait(watch, at);
            let Some((_, step)) = self.plots[i].ahead.pop() else { break };
            self.take(watch, i, step).await?;
            self.tell(watch, at).await?;
            if step == 0 && self.made > 0 && self.made.is_multiple_of(50) {
                say(format!("{}/{} orders", self.made, self.plots.len()));
            }
        }
        self.wait(watch, to);
        Ok(())
    }

    /// The same for a span, ms.
    pub(super) async fn pass(&mut self, watch: &Watch, span: i64) -> Result<()> {
        let to = watch.db().now() + span;
        self.until(watch, to, &mut |_| {}).await
    }

    /// Notices are published as time goes by: all at the end would all be late.
    async fn tell(&mut self, watch: &Watch, at: i64) -> Result<()> {
        if self.moves_clock && at - self.told >= TOLD_EVERY {
            kit::journal::sequence(watch.db()).await?;
            while watch::disclosure::follow(watch).await? > 0 {}
            self.told = at;
        }
        Ok(())
    }

    fn wait(&self, watch: &Watch, to: i64) {
        if self.moves_clock {
            watch.clock().advance(to - watch.db().now());
        }
    }

    async fn take(&mut self, watch: &Watch, i: usize, step: u64) -> Result<()> {
        if step == 0 {
            let most = self.plots.len() as u64 * TRIES;
            let mut habit = self.moves_clock && i as u64 % HABIT_ONE_IN == 3;
            while self.plots[i].order.is_none() && self.tries < most && !self.units.is_empty() {
                self.tries += 1;
                let at = if habit { 0 } else { (self.dice.roll() % self.units.len() as u64) as usize };
                let unit = cast(watch, self.units[at]).await?;
                self.plots[i].order = place(watch, &unit, &mut self.dice, self.tries, habit).await?;
                self.plots[i].unit = Some(unit);
                habit = false;
            }
            self.made += u64::from(self.plots[i].order.is_some());
            return Ok(());
        }
        let plot = &mut self.plots[i];
        let (Some(id), Some(unit)) = (plot.order, plot.unit.as_ref()) else { return Ok(()) };
        match lead(watch, unit, id, step, &mut self.dice).await {
            Ok(()) => Ok(()),
            // A step that came too late, as in life: the order stays where it is.
            Err(Fail::Refused(_)) if self.moves_clock => {
                plot.ahead.clear();
                Ok(())
            }
            Err(e) => Err(e),
        }
    }
}

/// Times of the steps of the order of this number, which says how far it comes. What is complete ended somewhere in the last weeks; the rest took its
/// last step today, so that no clock has run out.
fn times(dice: &mut Dice, n: u64, end: Option<i64>) -> Vec<i64> {
    let far = n % STEPS;
    let Some(end) = end else { return vec![0; far as usize + 1] };
    let hasty = n % HASTY_ONE_IN == ACCEPTANCE as u64;
    let gaps: Vec<i64> = GAPS[..far as usize]
        .iter()
        .enumerate()
        .map(|(i, (from, below))| {
            if hasty && i + 2 >= ACCEPTANCE && i < ACCEPTANCE {
                dice.between(1, 4)
            } else {
                dice.between(*from, *below)
            }
        })
        .collect();
    let last = if far + 1 == STEPS { dice.between(60, 25 * 24 * 60) } else { dice.between(10, 9 * 60) };
    let mut at = end - (last + gaps.iter().sum::<i64>()) * MINUTE;
    let mut out = vec![office_hours(at).min(end)];
    for (i, gap) in gaps.iter().enumerate() {
        at += gap * MINUTE;
        // Whoever is hasty does not wait for the office to open.
        let planned =
            if hasty && i + 2 >= ACCEPTANCE && i < ACCEPTANCE { out[i] + gap * MINUTE } else { office_hours(at) };
        out.push(planned.clamp(out[i] + MINUTE, end.max(out[i] + MINUTE)));
    }
    out
}

/// Makes orders at once; returns how many.
pub async fn fill(watch: &Watch, size: Size, say: &mut (dyn FnMut(String) + Send)) -> Result<u64> {
    let mut story = Story::plan(watch, size, None).await?;
    story.until(watch, 0, say).await?;
    Ok(story.made)
}

impl Story {
    /// How many orders were made.
    pub(super) fn made(&self) -> u64 {
        self.made
    }
}

/// One order of one or two lines; None when the rules refuse it.
pub(super) async fn place(watch: &Watch, unit: &Cast, dice: &mut Dice, n: u64, habit: bool) -> Result<Option<i64>> {
    let Some(handler) = unit.who(Duty::Handler, 0) else { return Ok(None) };
    let plans = trade::plans::plan_lines(watch.db(), unit.unit, super::year(watch)).await?;
    if plans.is_empty() {
        return Ok(None);
    }
    let plan = &plans[if habit { 0 } else { (dice.roll() % plans.len() as u64) as usize }];
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
    let hit = &found.hits[if habit { 0 } else { (dice.roll() % found.hits.len() as u64) as usize }];
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

/// Leads an order one step on: 1 is the approval, 9 the evaluation that completes it.
pub(super) async fn lead(watch: &Watch, unit: &Cast, id: i64, step: u64, dice: &mut Dice) -> Result<()> {
    let trade = watch.trade();
    let missing = || Fail::Fault("demo: a duty has nobody".into());
    let handler = unit.who(Duty::Handler, 0).ok_or_else(missing)?;
    let supplier = orders::supplier_of(watch.db(), id).await?;
    let seller = cast(watch, supplier).await?.who(Duty::SupplierOrders, 0).ok_or_else(missing)?;
    let other = |duty| unit.who(duty, handler.person).ok_or_else(missing);
    let lines = orders::lines_of(watch.db(), id).await?;
    let amount: i64 = lines.iter().map(orders::Line::amount).sum();
    match step {
        1 => {
            for duty in [Duty::Reviewer, Duty::Signer] {
                let approver = unit.who(duty, 0).ok_or_else(missing)?;
                match direct::approve(trade, &approver, id).await {
                    Ok(()) | Err(Fail::Refused(_)) => {}
                    Err(e) => return Err(e),
                }
            }
        }
        2 => orders::confirm(trade, &seller, id, &[]).await?,
        3 => {
            orders::sign(trade, &other(Duty::Signer)?, id).await?;
            orders::sign(trade, &seller, id).await?;
        }
        4 => {
            let parts: Vec<(i64, i64)> = lines.iter().map(|l| (l.id, l.quantity)).collect();
            delivery::ship(
                trade,
                &seller,
                id,
                &delivery::Way { carrier: "自送", tracking: "", expected: None },
                &parts,
            )
            .await?;
        }
        5 => {
            for shipment in delivery::on_the_way(watch.db(), id).await? {
                delivery::receive(trade, &other(Duty::Receiver)?, id, shipment).await?;
            }
        }
        6 => {
            let parts = lines.iter().map(|l| (l.id, l.quantity, 0)).collect();
            let a = delivery::Accept { lines: parts, reason: String::new(), photos: Vec::new() };
            delivery::accept(trade, &other(Duty::Receiver)?, id, &a).await?;
        }
        7 => {
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
        8 => {
            let payment = settlement::apply(trade, &handler, id, amount).await?;
            settlement::approve(trade, &other(Duty::Accountant)?, id, payment).await?;
        }
        _ => {
            let mut stars = || dice.between(3, 6).max(dice.between(3, 6));
            let (ours, theirs) = ([stars(), stars(), stars()], [stars(), stars(), stars()]);
            trade::evaluations::evaluate(trade, &handler, id, ours, "送货及时。").await?;
            trade::evaluations::evaluate(trade, &seller, id, theirs, "").await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_take_their_days_and_end_before_now() {
        let end = rules::calendar::start_of(rules::calendar::parse_day("2026-11-27").unwrap()) + 12 * 60 * MINUTE;
        let mut dice = Dice::new(3);
        let (mut fast, mut slow) = (0, 0);
        for n in 0..900 {
            let all = times(&mut dice, n, Some(end));
            assert_eq!(all.len() as u64, n % STEPS + 1);
            assert!(all.is_sorted_by(|a, b| a < b) && *all.last().unwrap() <= end, "{n}: {all:?}");
            assert!(end - all[0] < super::super::BEFORE);
            if let (Some(shipped), Some(accepted)) = (all.get(ACCEPTANCE - 2), all.get(ACCEPTANCE)) {
                let quick = accepted - shipped < 10 * MINUTE;
                assert!(quick || accepted - shipped > 12 * 60 * MINUTE, "{n}: neither haste nor a day's work");
                fast += usize::from(quick);
                slow += usize::from(!quick);
            }
        }
        assert_eq!(fast, 18, "one in {HASTY_ONE_IN}");
        assert_eq!(slow, 342);
        assert_eq!(times(&mut dice, 9, None), vec![0; 10], "nobody moves this clock");
    }
}

//! Clocks of orders: judged when a step is done, and every day while it is not.
use super::super::facts::clocks::store::{self as clocks, Open};
use super::{About, Case, Sheet};
use crate::Watch;
use base::facts::Facts;
use kit::Result;
use rules::alert::Terms;
use rules::alert::w12_overdue::{self, Step};
use rules::calendar::{Ms, day_of};
use rules::rulebook::Scope;

/// A step that has begun: the end of its clock, and when it was done.
type Running = (Step, Ms, Option<Ms>);

/// The steps of an order whose clocks have begun.
fn running(f: &Facts, o: &Open) -> Vec<Running> {
    let scope = Scope { mode: Some(&o.mode), form: Some(&o.form), category: Some(&o.category), amount: None };
    let clock = |key: &str, from: Ms| f.clock(key, &o.region, &scope, from).map(|d| d.at);
    let mut out: Vec<Running> = Vec::new();
    let mut push = |step, due: Option<Ms>, done| out.extend(due.map(|d| (step, d, done)));
    match o.state.as_str() {
        "offered" => push(Step::Confirm, o.next_due, None),
        "contracting" => push(Step::Sign, o.next_due, None),
        _ => {}
    }
    let Some(signed) = o.signed else { return out };
    push(Step::Publish, o.publish_due, o.published);
    push(Step::File, o.file_due, o.filed);
    let arrived = o.received.or(o.accepted_first).or(o.shipped).filter(|_| o.to_ship <= 0);
    push(Step::Deliver, clock("clock.deliver", signed), arrived);
    // Goods that were neither noted nor count as arrived have no time to accept.
    let looked_at = o.accepted.filter(|_| o.to_accept <= 0);
    push(Step::Accept, o.there.and_then(|at| clock("clock.accept", at)), looked_at);
    if let Some(at) = o.accepted.filter(|_| o.kept > 0) {
        let key = if o.size == "large" { "clock.pay" } else { "clock.pay_sme" };
        push(Step::Pay, clock(key, at), o.paid_at.filter(|_| o.paid >= o.kept));
    }
    out
}

fn look(f: &Facts, o: &Open, now: Ms, sheet: &mut Sheet) {
    let path = f.path(&o.region);
    let t = Terms { book: &f.rulebook, path: &path, scope: Scope::default(), day: day_of(now) };
    let p = w12_overdue::params(t);
    for (step, due, done) in running(f, o) {
        let outcome = w12_overdue::judge(step, due, done, now, p);
        let stage = outcome.level().map_or("", |l| l.key());
        // The contract waits for whoever has not confirmed it.
        let suppliers = step.suppliers() || (step == Step::Sign && o.unit_signed.is_some());
        let about = About {
            rule: w12_overdue::RULE.id,
            key: format!("{}/{}/{stage}", o.id, step.key()),
            region: &o.region,
            org: if suppliers { o.supplier } else { o.unit },
            subject: &format!("order/{}", o.id),
            evidence: format!("/orders/{}", o.id),
        };
        sheet.note(about, outcome);
    }
}

/// A step of an order was done: in time?
pub(super) fn moved(c: &Case<'_>, sheet: &mut Sheet) {
    if let Some(o) = c.a.clock(c.id) {
        look(c.facts, o, c.e.at, sheet);
    }
}

/// An order expired: because its supplier said nothing?
pub(super) async fn expired(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    if !clocks::lay_with_supplier(c.q, c.id).await? {
        return Ok(());
    }
    // The order ended by its clock, so its clock ended no later than now.
    let outcome = w12_overdue::judge(Step::Confirm, c.e.at - 1, None, c.e.at, w12_overdue::params(c.terms().any()));
    let key = format!("{}/confirm/{}", c.id, outcome.level().map_or("", |l| l.key()));
    c.note(sheet, &w12_overdue::RULE, (key, c.o.supplier), "", outcome);
    Ok(())
}

/// Looks at orders that are going on, after an id; returns the last one.
pub async fn open(watch: &Watch, after: i64, most: usize, sheet: &mut Sheet) -> Result<Option<(i64, usize)>> {
    let (f, now) = (watch.facts(), watch.db().now());
    let piece = clocks::open(watch.db(), after, most).await?;
    for o in &piece {
        look(&f, o, now, sheet);
    }
    Ok(piece.last().map(|o| (o.id, piece.len())))
}

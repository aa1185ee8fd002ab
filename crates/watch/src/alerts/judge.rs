//! Which rules look at an event, with which figures.
use super::ahead::{self, Ahead, Line, Order};
use super::contest;
use super::facts::store as facts;
use super::store::Tally;
use crate::Watch;
use base::facts::Facts;
use kit::journal::Recorded;
use kit::{Query, Result};
use rules::alert::{
    Level, Outcome, Rule, Terms, m04_price_bump, m07_other_station, m08_hasty_acceptance, m13_account_before_payment,
    w09_companion, w14_fulfilment, w18_five_stars,
};
use rules::calendar::{civil, day_of};
use rules::rulebook::Scope;
use std::collections::BTreeMap;

pub mod clocks;
mod contracts;
mod orders;
mod people;
pub mod sweep;
mod units;

const DAY: i64 = 86_400_000;

/// A lead before it is one.
pub struct Found {
    /// Code of the rule.
    pub rule: &'static str,
    /// What it is about under the rule.
    pub key: String,
    /// Where.
    pub region: String,
    /// Whom it concerns.
    pub org: i64,
    /// What was being done.
    pub subject: String,
    /// Figures in words.
    pub words: String,
    /// Level, where the rule has stages; its own otherwise.
    pub level: Option<Level>,
    /// Pages that show them.
    pub evidence: String,
}

/// What judging has brought so far.
#[derive(Default)]
pub struct Sheet {
    /// Hits.
    pub found: Vec<Found>,
    /// By rule.
    pub tallies: BTreeMap<&'static str, Tally>,
}

/// What a hit would be about.
pub(super) struct About<'a> {
    pub(super) rule: &'static str,
    pub(super) key: String,
    pub(super) region: &'a str,
    pub(super) org: i64,
    pub(super) subject: &'a str,
    pub(super) evidence: String,
}

impl Sheet {
    pub(super) fn note(&mut self, about: About<'_>, outcome: Outcome) {
        let t = self.tallies.entry(about.rule).or_default();
        t.judged += 1;
        let level = outcome.level();
        match outcome {
            Outcome::Clear => {}
            Outcome::Blind(why) => {
                t.blind += 1;
                t.blind_why = why.to_owned();
            }
            Outcome::Hit(words) | Outcome::At(_, words) => {
                t.hits += 1;
                self.found.push(Found {
                    rule: about.rule,
                    key: about.key,
                    region: about.region.to_owned(),
                    org: about.org,
                    subject: about.subject.to_owned(),
                    words,
                    level,
                    evidence: about.evidence,
                });
            }
        }
    }
}

/// An event about an order, with what every rule about it asks first.
struct Case<'a> {
    q: &'a dyn Query,
    a: &'a Ahead,
    facts: &'a Facts,
    path: &'a [&'a str],
    e: &'a Recorded,
    id: i64,
    o: &'a Order,
}

impl<'a> Case<'a> {
    /// Where parameters are looked up, whatever the goods.
    fn terms(&self) -> Terms<'_> {
        let scope = Scope { mode: Some(&self.o.mode), form: Some(&self.o.form), category: None, amount: None };
        Terms { book: &self.facts.rulebook, path: self.path, scope, day: day_of(self.e.at) }
    }

    fn year(&self) -> i32 {
        civil(day_of(self.e.at)).0
    }

    /// Was it bought directly from the shelf?
    fn direct(&self) -> bool {
        self.o.direct()
    }

    fn lines(&self) -> &'a [Line] {
        self.a.lines(self.id)
    }

    /// Notes what a rule said; `more` are pages beside the order's own.
    fn note(&self, sheet: &mut Sheet, rule: &'static Rule, (key, org): (String, i64), more: &str, outcome: Outcome) {
        let evidence = format!("/orders/{} {more}", self.id).trim_end().to_owned();
        let about = About { rule: rule.id, key, region: &self.o.region, org, subject: &self.e.subject, evidence };
        sheet.note(about, outcome);
    }
}

/// Looks at an event, with what its piece of the journal asks of the books.
pub async fn event(watch: &Watch, a: &Ahead, e: &Recorded, sheet: &mut Sheet) -> Result<()> {
    let q = watch.db();
    let id = |kind: &str| e.subject.strip_prefix(kind).and_then(|s| s.parse::<i64>().ok());
    if let Some(id) = id("auction/") {
        if e.kind == "auction.awarded" {
            companions(watch, q, e, id, sheet).await?;
        }
        return contest::event(watch, e, id, sheet).await;
    }
    match e.kind.as_str() {
        "conduct.told" => return units::listed(q, e, sheet).await,
        "inspection.recorded" => return people::inspected(q, e, sheet).await,
        _ => {}
    }
    let Some(id) = ahead::order_of(e) else { return Ok(()) };
    let Some(o) = a.order(id) else { return Ok(()) };
    let f = watch.facts();
    let path = f.path(&o.region);
    let case = Case { q, a, facts: &f, path: &path, e, id, o };
    about_order(&case, sheet).await?;
    match e.kind.as_str() {
        "order.refused" | "order.expired" | "order.cancelled" | "return.done" => {
            fulfilment(watch, q, e, o, sheet).await?;
        }
        "evaluation.made" if e.data["side"] == "unit" => stars(watch, q, e, o, sheet).await?,
        "contract.concluded" => elsewhere(&case, sheet),
        "acceptance.recorded" => {
            let outcome = m08_hasty_acceptance::judge(a.clock(id).and_then(|c| c.shipped), e.at);
            case.note(sheet, &m08_hasty_acceptance::RULE, (id.to_string(), o.unit), "", outcome);
        }
        "payment.paid" => {
            let outcome = m13_account_before_payment::judge(a.account_changed(o.supplier), e.at);
            let key = e.data["payment"].as_str().unwrap_or_default().to_owned();
            case.note(sheet, &m13_account_before_payment::RULE, (key, o.unit), "", outcome);
        }
        _ => {}
    }
    Ok(())
}

/// Who looks at what of an order.
async fn about_order(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    match c.e.kind.as_str() {
        kind if ahead::made(kind) => {
            orders::placed(c, sheet).await?;
            units::placed(c, sheet).await
        }
        "order.approved" if c.e.data["last"] == true => people::approved(c, sheet).await,
        "order.expired" => clocks::expired(c, sheet).await,
        "contract.concluded" => {
            contracts::concluded(c, sheet).await?;
            clocks::moved(c, sheet);
            Ok(())
        }
        "shipment.received" | "acceptance.recorded" => {
            clocks::moved(c, sheet);
            Ok(())
        }
        "payment.paid" => {
            contracts::paid(c, sheet);
            clocks::moved(c, sheet);
            Ok(())
        }
        "return.agreed" | "return.done" => contracts::returned(c, sheet).await,
        "evaluation.made" if c.e.data["side"] == "unit" => people::evaluated(c, sheet).await,
        _ => Ok(()),
    }
}

async fn companions(watch: &Watch, q: &dyn Query, e: &Recorded, auction: i64, sheet: &mut Sheet) -> Result<()> {
    let Some(region) = facts::region_of_project(q, auction).await? else { return Ok(()) };
    let (f, day) = (watch.facts(), day_of(e.at));
    let scope = Scope { mode: None, form: Some("auction"), category: None, amount: None };
    let number = |key: &str, or| f.number(key, &region, &scope, day, or);
    let p = w09_companion::Params {
        bids: number("alert.companion.bids", 5),
        win_percent: number("alert.companion.win_percent", 5),
    };
    for (supplier, f) in facts::fared(q, auction, e.at - 365 * DAY).await? {
        let (winner, lost) = f.other.unwrap_or((0, 0));
        let key = format!("{supplier}/{winner}/{}", civil(day).0);
        let evidence = format!("/auctions/{auction} /scores/{supplier} /scores/{winner}");
        let about = About { rule: "W09", key, region: &region, org: supplier, subject: &e.subject, evidence };
        sheet.note(about, w09_companion::judge(f.all, f.won, lost, p));
    }
    Ok(())
}

async fn fulfilment(watch: &Watch, q: &dyn Query, e: &Recorded, o: &Order, sheet: &mut Sheet) -> Result<()> {
    let (f, day) = (watch.facts(), day_of(e.at));
    let scope = Scope { mode: None, form: None, category: None, amount: None };
    let number = |key: &str, or| f.number(key, &o.region, &scope, day, or);
    let (orders, dropped, returned) = facts::fulfilment(q, o.supplier, e.at - 90 * DAY).await?;
    let (year, month, _) = civil(day);
    let key = format!("{}/{year}Q{}", o.supplier, (month - 1) / 3 + 1);
    let evidence = format!("/{} /scores/{}", e.subject.replace("order/", "orders/"), o.supplier);
    let about = About { rule: "W14", key, region: &o.region, org: o.supplier, subject: &e.subject, evidence };
    let (cancel, back) = (number("alert.cancel_percent", 10), number("alert.return_percent", 10));
    sheet.note(about, w14_fulfilment::judge(orders, dropped, returned, cancel, back));
    Ok(())
}

async fn stars(watch: &Watch, q: &dyn Query, e: &Recorded, o: &Order, sheet: &mut Sheet) -> Result<()> {
    let (f, day) = (watch.facts(), day_of(e.at));
    let scope = Scope { mode: None, form: None, category: None, amount: None };
    let least = f.number("alert.five_star_percent", &o.region, &scope, day, 95);
    let (all, perfect) = facts::stars(q, o.unit, o.supplier, e.at - 365 * DAY).await?;
    let key = format!("{}/{}/{}", o.unit, o.supplier, civil(day).0);
    let evidence = format!("/evaluations/{}", o.supplier);
    let about = About { rule: "W18", key, region: &o.region, org: o.unit, subject: &e.subject, evidence };
    sheet.note(about, w18_five_stars::judge(all, perfect, least));
    Ok(())
}

fn elsewhere(c: &Case<'_>, sheet: &mut Sheet) {
    for l in c.lines().iter().filter(|l| l.product != 0) {
        let outcome = m07_other_station::judge(l.price, c.a.elsewhere(l.product, c.o.unit, c.e.at));
        let key = format!("{}/{}", c.id, l.product);
        c.note(sheet, &m07_other_station::RULE, (key, c.o.unit), &format!("/deals?product={}", l.product), outcome);
    }
}

/// Orders concluded so many days ago are looked at for what their prices did afterwards.
pub const AFTER_DAYS: i64 = 14;
/// And so many days before.
const BEFORE_DAYS: i64 = 7;

/// Looks at what the prices of the goods of orders did before and after.
pub async fn afterwards(q: &dyn Query, ids: &[i64], sheet: &mut Sheet) -> Result<()> {
    let a = Ahead::prices(q, ids, BEFORE_DAYS * DAY, AFTER_DAYS * DAY).await?;
    for id in ids {
        let Some(o) = a.order(*id).filter(|o| o.direct()) else { continue };
        for l in a.lines(*id) {
            let before = a.lowest(l.offer, o.made_at - BEFORE_DAYS * DAY, o.made_at - 1);
            let after = a.lowest(l.offer, o.made_at, o.made_at + AFTER_DAYS * DAY);
            let about = About {
                rule: "M04",
                key: format!("{id}/{}", l.product),
                region: &o.region,
                org: o.supplier,
                subject: &format!("order/{id}"),
                evidence: format!("/orders/{id} /products/{}", l.product),
            };
            sheet.note(about, m04_price_bump::judge(before, l.price, after));
        }
    }
    Ok(())
}

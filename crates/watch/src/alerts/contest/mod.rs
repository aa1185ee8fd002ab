//! Rules about auctions: whoever took part, what was quoted, how it was decided; alone, beside others of the class, over a year.
//!
//! An auction is judged when it is published (requirement, time), and when it is awarded or fails. Others of its class are the
//! newest [`CLASS_MAX`] of the same second-level category that ended within the year before. What needs sums over everybody is
//! looked at once a day, for those who took part lately.

mod daily;
pub(super) mod field;
mod single;
mod store;

use super::judge::{About, Sheet};
use crate::Watch;
use kit::Result;
use kit::journal::Recorded;
use rules::alert::{Outcome, m11_fits_one, r003_short_period};
use rules::calendar::{Day, civil, day_of, show_day};
use rules::rulebook::Scope;

pub(super) use daily::daily;

const DAY: i64 = 86_400_000;
/// How far back others of the class are looked at.
const YEAR: i64 = 365 * DAY;
/// Others of the class that an auction is compared with.
const CLASS_MAX: usize = 300;

/// An auction that is being judged.
struct Case<'a> {
    watch: &'a Watch,
    e: store::Event,
    /// What happened now, such as `auction/12`.
    subject: &'a str,
    /// When, ms UTC.
    at: i64,
}

impl Case<'_> {
    fn day(&self) -> Day {
        day_of(self.at)
    }

    fn scope(&self) -> Scope<'_> {
        Scope { mode: None, form: Some("auction"), category: Some(&self.e.category), amount: None }
    }

    /// A number of the rulebook.
    fn number(&self, key: &str, or: i64) -> i64 {
        self.watch.facts().number(key, &self.e.contest.place, &self.scope(), self.day(), or)
    }

    /// A count of the rulebook.
    fn count(&self, key: &str, or: usize) -> usize {
        usize::try_from(self.number(key, or as i64)).unwrap_or(or)
    }

    /// Is a switch of the rulebook on? It is where nothing is said.
    fn on(&self, key: &str) -> bool {
        let facts = self.watch.facts();
        let rule = facts.rule(key, &self.e.contest.place, &self.scope(), self.day());
        rule.and_then(|e| e.flag()).unwrap_or(true)
    }

    /// From so many others on a comparison says something.
    fn population(&self) -> usize {
        self.count("alert.population", 10)
    }

    /// Second-level category.
    fn class(&self) -> &str {
        base::facts::second_level(&self.e.category)
    }

    /// City of the buyer.
    fn city(&self) -> &str {
        self.e.contest.place.get(..4).unwrap_or(&self.e.contest.place)
    }

    fn year(&self) -> i32 {
        civil(self.day()).0
    }

    /// This auction, for a rule that is raised once for each.
    fn once(&self) -> String {
        self.e.contest.id.to_string()
    }

    /// This unit and month, for a rule that is raised once for those.
    fn monthly(&self) -> String {
        format!("{}/{}", self.e.contest.unit, &show_day(self.day())[..7])
    }

    /// Whom a lead about quotes is about: the winner, else the lowest.
    fn first(&self) -> i64 {
        let bids = &self.e.contest.bids;
        self.e.contest.winner().or(bids.first()).map_or(self.e.contest.unit, |b| b.who)
    }

    fn note(&self, sheet: &mut Sheet, rule: &'static str, key: String, org: i64, outcome: Outcome) {
        let evidence = match org == self.e.contest.unit {
            true => format!("/auctions/{}", self.e.contest.id),
            false => format!("/auctions/{} /scores/{org}", self.e.contest.id),
        };
        let region = &self.e.contest.place;
        sheet.note(About { rule, key, region, org, subject: self.subject, evidence }, outcome);
    }
}

/// Looks at something that happened to an auction.
pub(super) async fn event(watch: &Watch, r: &Recorded, id: i64, sheet: &mut Sheet) -> Result<()> {
    if !matches!(r.kind.as_str(), "auction.published" | "auction.awarded" | "auction.failed") {
        return Ok(());
    }
    let Some(e) = store::event(watch.db(), id).await? else { return Ok(()) };
    let c = Case { watch, e, subject: &r.subject, at: r.at };
    if r.kind == "auction.published" {
        return published(&c, sheet).await;
    }
    let t = &c.e.contest;
    let class = store::of_class(watch.db(), c.class(), t.ends_at - YEAR, t.ends_at, t.id, CLASS_MAX).await?;
    single::ended(&c, &class, sheet).await?;
    if r.kind == "auction.awarded" {
        single::awarded(&c, sheet);
        field::awarded(&c, &class, sheet).await?;
    }
    Ok(())
}

async fn published(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let (t, unit) = (&c.e, c.e.contest.unit);
    let outcome = r003_short_period::judge(t.contest.opens_at, t.closes_at, c.number("alert.short_days", 1));
    c.note(sheet, "R003", c.monthly(), unit, outcome);
    if let Some((fit, all)) = trade::auctions::fit(c.watch.trade(), t.contest.id).await? {
        let outcome = m11_fits_one::judge(fit, all, c.count("alert.fits_one.goods", 5));
        c.note(sheet, "M11", c.once(), unit, outcome);
    }
    Ok(())
}

//! Rules that compare everybody with everybody over a year: once a day, for those who took part lately.
use super::store::{self, Year};
use super::{DAY, YEAR};
use crate::Watch;
use crate::alerts::judge::{About, Sheet};
use kit::Result;
use rules::alert::{r029_first_digits, r038_exclusions, r048_many_classes};
use rules::calendar::{civil, day_of};
use rules::rulebook::Scope;

/// Whoever took part within this is looked at; a mall that stood still over a weekend misses nobody.
const LATELY: i64 = 4 * DAY;
/// Quotes of one supplier whose first digits are counted, the newest.
const QUOTES_MAX: usize = 5_000;

/// The daily look.
pub(in crate::alerts) async fn daily(watch: &Watch, now: i64, sheet: &mut Sheet) -> Result<()> {
    let (db, from, lately, day) = (watch.db(), now - YEAR, now - LATELY, day_of(now));
    let (year, month, _) = civil(day);
    let quarter = format!("{year}Q{}", (month - 1) / 3 + 1);
    let scope = Scope { mode: None, form: Some("auction"), category: None, amount: None };
    let number = |y: &Year, key: &str, or| watch.facts().number(key, &y.region, &scope, day, or);
    let count = |y: &Year, key: &str, or: usize| usize::try_from(number(y, key, or as i64)).unwrap_or(or);
    let pairs = |all: &[Year]| all.iter().map(|y| (y.all, y.part)).collect::<Vec<(i64, i64)>>();
    for by_unit in [true, false] {
        let all = store::exclusions(db, by_unit, from, lately).await?;
        let shares = pairs(&all);
        for y in all.iter().filter(|y| y.fresh) {
            let outcome = r038_exclusions::judge((y.all, y.part), &shares, count(y, "alert.population", 10));
            note(sheet, y, ("R038", format!("{}/{quarter}", y.org)), by_unit, outcome);
        }
    }
    let all = store::classes(db, from, lately).await?;
    let awards = pairs(&all);
    for y in all.iter().filter(|y| y.fresh) {
        let (least, population) = (number(y, "alert.classes.awards", 20), count(y, "alert.population", 10));
        let outcome = r048_many_classes::judge((y.all, y.part), &awards, least, population);
        note(sheet, y, ("R048", format!("{}/{year}", y.org)), false, outcome);
    }
    for y in store::busy(db, from, lately).await? {
        let least = count(&y, "alert.benford.quotes", 100);
        // Too few to say anything: they need not be read to say so.
        let quotes = match y.all as usize >= least {
            true => store::quotes(db, y.org, from, QUOTES_MAX).await?,
            false => Vec::new(),
        };
        let outcome = r029_first_digits::judge(&quotes, least);
        note(sheet, &y, ("R029", format!("{}/{quarter}", y.org)), false, outcome);
    }
    Ok(())
}

fn note(sheet: &mut Sheet, y: &Year, (rule, key): (&'static str, String), unit: bool, outcome: rules::alert::Outcome) {
    let evidence = if unit { "/auctions?area=all".to_owned() } else { format!("/scores/{}", y.org) };
    let subject = format!("org/{}", y.org);
    sheet.note(About { rule, key, region: &y.region, org: y.org, subject: &subject, evidence }, outcome);
}

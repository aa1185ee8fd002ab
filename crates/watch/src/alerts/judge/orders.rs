//! One order when it is made: its sum, its goods, its prices.
use super::super::ahead::Line;
use super::super::facts::orders::store as orders;
use super::{Case, Sheet};
use kit::Result;
use rules::alert::past::{days_before, year_start};
use rules::alert::{
    Terms, m01_above_offers, m02_above_lowest, m06_accessories, r002_just_under, r010_no_reason, w15_asset, w16_policy,
};
use rules::calendar::day_of;
use rules::rulebook::in_list;
use std::collections::BTreeMap;
use supply::shelf::IMPORTED;

/// Looks at an order that was made.
pub(super) async fn placed(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let lines = c.lines();
    let Some(first) = lines.first() else { return Ok(()) };
    let terms = c.terms();
    let t = terms.of(&first.category);
    let (key, unit) = (c.id.to_string(), c.o.unit);
    if c.direct() || c.o.form == "auction" {
        let outcome = r002_just_under::judge(c.o.total, r002_just_under::params(t, &c.o.form));
        c.note(sheet, &r002_just_under::RULE, (key.clone(), unit), "", outcome);
    }
    let parts: Vec<(&str, i64)> = lines.iter().map(|l| (l.category.as_str(), l.price * l.quantity)).collect();
    let outcome = m06_accessories::judge(&parts, &m06_accessories::params(t.any()));
    c.note(sheet, &m06_accessories::RULE, (key.clone(), unit), "", outcome);
    standards(c, terms, lines, sheet).await?;
    goods(c, terms, lines, sheet);
    if c.direct() {
        let fewest = asked(c, lines, terms, sheet);
        let outcome = r010_no_reason::judge(fewest, &c.o.purpose, r010_no_reason::least(t));
        c.note(sheet, &r010_no_reason::RULE, (key, unit), "", outcome);
    }
    Ok(())
}

/// Prices against what is asked now and was asked lately. Returns how many sell the goods that fewest sell.
fn asked(c: &Case<'_>, lines: &[Line], terms: Terms<'_>, sheet: &mut Sheet) -> i64 {
    let mut fewest = i64::MAX;
    for l in lines.iter().filter(|l| l.product != 0) {
        let t = terms.of(&l.category);
        let (key, page) = (format!("{}/{}", c.id, l.product), format!("/products/{}", l.product));
        let offers = c.a.offers(l.product);
        fewest = fewest.min(offers.len() as i64);
        let outcome = m01_above_offers::judge(l.price, offers, m01_above_offers::most(t));
        c.note(sheet, &m01_above_offers::RULE, (key.clone(), c.o.unit), &page, outcome);
        let from = days_before(c.e.at, m02_above_lowest::DAYS);
        let lowest = c.a.lowest(l.offer, from, c.e.at);
        let outcome = m02_above_lowest::judge(l.price, lowest, m02_above_lowest::most(t));
        c.note(sheet, &m02_above_lowest::RULE, (key, c.o.unit), &page, outcome);
    }
    fewest
}

/// Prices and numbers against the standards of equipment, category by category.
async fn standards(c: &Case<'_>, terms: Terms<'_>, lines: &[Line], sheet: &mut Sheet) -> Result<()> {
    let mut dearest: BTreeMap<&str, i64> = BTreeMap::new();
    for l in lines {
        let price = dearest.entry(&l.category).or_default();
        *price = l.price.max(*price);
    }
    for (category, price) in dearest {
        let t = terms.of(category);
        let number = |key: &str| t.int(key);
        let count_most =
            w15_asset::most_units(c.o.staff, number("asset.per_head_percent"), number("asset.staff_per_unit"));
        let price_most = number("asset.unit_price_fen");
        if price_most.is_none() && count_most.is_none() {
            continue;
        }
        let count = match count_most {
            Some(_) => orders::bought(c.q, c.o.unit, category, year_start(c.e.at), c.e.at).await?,
            None => 0,
        };
        let outcome = w15_asset::judge(w15_asset::Figures { price, price_most, count, count_most });
        c.note(sheet, &w15_asset::RULE, (format!("{}/{category}", c.id), c.o.unit), "", outcome);
    }
    Ok(())
}

/// What the law asks of the goods themselves.
fn goods(c: &Case<'_>, terms: Terms<'_>, lines: &[Line], sheet: &mut Sheet) {
    let (mandatory, day) = (terms.list("energy.mandatory"), i64::from(day_of(c.e.at)));
    for l in lines.iter().filter(|l| l.product != 0) {
        let outcome = w16_policy::goods(in_list(&l.category, &mandatory), l.certified(day), l.flags & IMPORTED != 0);
        let page = format!("/products/{}", l.product);
        c.note(sheet, &w16_policy::RULE, (format!("{}/{}", c.id, l.product), c.o.unit), &page, outcome);
    }
}

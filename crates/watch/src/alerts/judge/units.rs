//! An order among the others of its unit and its supplier.
use super::super::facts::orders::store as orders;
use super::{About, Case, DAY, Sheet};
use kit::journal::Recorded;
use kit::{Query, Result};
use rules::alert::past::{Past, Whole, days_before, year_start};
use rules::alert::{
    Terms, d01_newcomer, d02_captive, m12_bunching, m15_withdrawn_complaint, r011_cluster, r013_direct_share,
    r033_related, r040_buyer_share, r044_malformed, r046_barred, r049_near_year, r052_low_then_large, r055_near_pair,
    w01_splitting, w02_annual, w03_frequency, w04_hugging, w05_pair, w17_blacklist, w19_december,
};
use rules::calendar::{day_of, show_day};
use std::collections::BTreeSet;

/// How far back orders are looked at, days.
const YEAR: i64 = 365;
/// Orders shown as evidence.
const SHOWN: usize = 6;

/// Looks at an order that was made, beside what was before it.
pub(super) async fn placed(c: &Case<'_>, sheet: &mut Sheet) -> Result<()> {
    let past = c.a.past(c.q, c.o.unit, c.e.at).await?;
    let lines = c.lines();
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    for l in lines {
        // Rules name the category or none: the one of the first line of the kind decides, as it does in the cart.
        if kinds.insert(base::facts::second_level(&l.category)) {
            of_kind(c, &past, &l.category, sheet);
        }
    }
    let projects: BTreeSet<(&str, i64, &str)> =
        lines.iter().map(|l| (base::facts::second_level(&l.category), l.budget, l.category.as_str())).collect();
    for (kind, budget, category) in projects {
        let outcome = w01_splitting::look(&past, (kind, budget), c.e.at, c.terms().of(category));
        let key = format!("{}/{budget}/{kind}/{}", c.o.unit, c.year());
        c.note(sheet, &w01_splitting::RULE, (key, c.o.unit), &of_kind_pages(c, &past, kind), outcome);
    }
    let Some(first) = lines.first() else { return Ok(()) };
    let t = c.terms().of(&first.category);
    of_unit(c, &past, t, sheet);
    of_pair(c, &past, t, sheet);
    of_supplier(c, t, sheet).await
}

/// Pages of the newest of some orders, the judged one left out.
fn pages(c: &Case<'_>, list: impl DoubleEndedIterator<Item = i64>) -> String {
    let others: Vec<String> =
        list.rev().filter(|id| *id != c.id).take(SHOWN).map(|id| format!("/orders/{id}")).collect();
    others.join(" ")
}

fn of_kind_pages(c: &Case<'_>, past: &Past, kind: &str) -> String {
    let mut seen = BTreeSet::new();
    let ids: Vec<i64> = past.0.iter().filter(|b| b.kind == kind && seen.insert(b.order)).map(|b| b.order).collect();
    pages(c, ids.into_iter())
}

/// Orders of one second-level category.
fn of_kind(c: &Case<'_>, past: &Past, category: &str, sheet: &mut Sheet) {
    let (kind, t, unit, now) = (base::facts::second_level(category), c.terms().of(category), c.o.unit, c.e.at);
    let month = &show_day(day_of(now))[..7];
    let others = of_kind_pages(c, past, kind);
    let monthly = || (format!("{unit}/{kind}/{month}"), unit);
    c.note(sheet, &w03_frequency::RULE, monthly(), &others, w03_frequency::look(past, kind, now, t));
    c.note(sheet, &w04_hugging::RULE, monthly(), &others, w04_hugging::look(past, kind, now, t));
    if c.direct() {
        c.note(sheet, &r011_cluster::RULE, monthly(), &others, r011_cluster::look(past, kind, now, t));
    }
    let outcome = w05_pair::look(past, (kind, c.o.supplier), c.a.sellers(kind), now, t);
    let key = format!("{unit}/{kind}/{}/{}", c.o.supplier, c.year());
    c.note(sheet, &w05_pair::RULE, (key, unit), &others, outcome);
    if c.o.mode != "batch" {
        let sum = c.a.annual(unit, i64::from(c.year()), kind);
        let code = base::facts::full_code(kind);
        let outcome = w02_annual::judge(sum, w02_annual::params(t.of(&code), &c.o.mode));
        let stage = outcome.level().map_or("", |l| l.key());
        let key = format!("{unit}/{kind}/{}/{stage}", c.year());
        c.note(sheet, &w02_annual::RULE, (key, unit), &others, outcome);
    }
}

fn totals<'a>(list: impl Iterator<Item = &'a Whole>) -> Vec<i64> {
    list.map(|o| o.total).collect()
}

/// All orders of the unit.
fn of_unit(c: &Case<'_>, past: &Past, t: Terms<'_>, sheet: &mut Sheet) {
    let (unit, year, any) = (c.o.unit, c.year(), t.any());
    let all = past.orders(days_before(c.e.at, YEAR));
    let newest = pages(c, all.iter().map(|o| o.order).collect::<Vec<_>>().into_iter());
    let yearly = || (format!("{unit}/{year}"), unit);
    let sum: i64 = all.iter().map(|o| o.total).sum();
    let direct: i64 = all.iter().filter(|o| o.direct).map(|o| o.total).sum();
    let p = r013_direct_share::Params {
        // The limit of a quotation, whatever the way this order was bought.
        least: Terms { scope: rules::rulebook::Scope { form: Some("auction"), ..t.scope }, ..t }
            .number("limit.mall.order_fen", 0),
        ..r013_direct_share::params(any)
    };
    let outcome = r013_direct_share::judge(all.len() as i64, direct, sum, p);
    c.note(sheet, &r013_direct_share::RULE, yearly(), &newest, outcome);

    if c.direct() {
        let this_year = all.iter().filter(|o| o.direct && o.at >= year_start(c.e.at));
        let outcome = r049_near_year::judge(&totals(this_year), r049_near_year::params(t));
        c.note(sheet, &r049_near_year::RULE, yearly(), &newest, outcome);
        let theirs = all.iter().filter(|o| o.direct && o.supplier == c.o.supplier);
        let outcome = r055_near_pair::judge(&totals(theirs), r055_near_pair::params(t));
        let key = format!("{unit}/{}/{year}", c.o.supplier);
        c.note(sheet, &r055_near_pair::RULE, (key, unit), &newest, outcome);
        bunching(c, &all, t, &newest, sheet);
    }
    let outcome = w19_december::judge(&past.months(c.e.at), w19_december::most(any));
    c.note(sheet, &w19_december::RULE, yearly(), &newest, outcome);
}

/// Orders that heap up under a tier of approval; only an order under one is a reason to look.
fn bunching(c: &Case<'_>, all: &[Whole], t: Terms<'_>, newest: &str, sheet: &mut Sheet) {
    let (unit, year) = (c.o.unit, c.year());
    let edges = t.edges("approval.chain");
    let total = all.iter().find(|o| o.order == c.id).map_or(0, |o| o.total);
    let near = edges.iter().copied().find(|e| m12_bunching::under(total, *e));
    if near.is_none() && !edges.is_empty() {
        return;
    }
    let direct = totals(all.iter().filter(|o| o.direct));
    let outcome = m12_bunching::judge(&direct, near, m12_bunching::least(t.any()));
    let key = format!("{unit}/{}/{year}", near.unwrap_or(0));
    c.note(sheet, &m12_bunching::RULE, (key, unit), newest, outcome);
}

/// Orders of the unit with this supplier.
fn of_pair(c: &Case<'_>, past: &Past, t: Terms<'_>, sheet: &mut Sheet) {
    let (unit, supplier, any) = (c.o.unit, c.o.supplier, t.any());
    let score = format!("/scores/{supplier}");
    let yearly = || (format!("{unit}/{supplier}/{}", c.year()), unit);
    let all = past.orders(days_before(c.e.at, YEAR));
    let theirs: Vec<Whole> = all.iter().filter(|o| o.supplier == supplier).copied().collect();
    let sum = |list: &[Whole]| (list.len() as i64, list.iter().map(|o| o.total).sum::<i64>());
    let suppliers: BTreeSet<i64> = all.iter().map(|o| o.supplier).collect();
    let outcome = r040_buyer_share::judge(sum(&theirs), sum(&all), suppliers.len(), r040_buyer_share::params(any));
    c.note(sheet, &r040_buyer_share::RULE, yearly(), &score, outcome);
    let outcome = r052_low_then_large::judge(&totals(theirs.iter()));
    let shown = pages(c, theirs.iter().map(|o| o.order).collect::<Vec<_>>().into_iter());
    c.note(sheet, &r052_low_then_large::RULE, yearly(), &shown, outcome);
    let outcome = r033_related::judge(c.a.ties(unit, supplier));
    c.note(sheet, &r033_related::RULE, yearly(), &score, outcome);
    let complaint = c.a.withdrawn(unit, supplier, c.e.at);
    let at = complaint.map(|(_, at)| at);
    let outcome = m15_withdrawn_complaint::judge(at, c.e.at, m15_withdrawn_complaint::days(any));
    let page = complaint.map_or(String::new(), |(id, _)| format!("/disputes/{id}"));
    let key = complaint.map_or(String::new(), |(id, _)| id.to_string());
    c.note(sheet, &m15_withdrawn_complaint::RULE, (key, unit), &page, outcome);
}

/// The supplier by itself.
async fn of_supplier(c: &Case<'_>, t: Terms<'_>, sheet: &mut Sheet) -> Result<()> {
    let (supplier, any) = (c.o.supplier, t.any());
    let score = format!("/scores/{supplier}");
    let party = c.a.party(supplier);
    if let Some(p) = party {
        let outcome = r044_malformed::judge(&p.code, &p.phone);
        c.note(sheet, &r044_malformed::RULE, (format!("{supplier}/{}", c.year()), supplier), &score, outcome);
    }
    let found = c.a.measures(supplier, c.e.at);
    let words: Vec<String> = found.iter().map(|(kind, why)| format!("{}（{why}）", measure(kind))).collect();
    let outcome = r046_barred::judge(&words, c.a.cases(supplier, c.e.at));
    c.note(sheet, &r046_barred::RULE, (c.id.to_string(), c.o.unit), &score, outcome);

    newcomer(c, party.and_then(|p| p.admitted), d01_newcomer::days(any), sheet).await?;
    let sold = c.a.sold(c.q, supplier, c.e.at).await?;
    let outcome = d02_captive::judge(&sold, d02_captive::least(any));
    let key = format!("{supplier}/{}/{}", c.o.unit, c.year());
    c.note(sheet, &d02_captive::RULE, (key, supplier), &score, outcome);
    Ok(())
}

/// Orders of a station whose sums are compared.
const TOTALS_MAX: usize = 200;

/// Is this order of somebody who came lately one of the largest of the station?
async fn newcomer(c: &Case<'_>, admitted: Option<i64>, days: i64, sheet: &mut Sheet) -> Result<()> {
    let most = match admitted {
        None => 0,
        // Of whoever has been here for long only the number of orders matters.
        Some(at) if c.e.at - at >= days * DAY => d01_newcomer::ORDERS_MIN,
        Some(_) => TOTALS_MAX,
    };
    let others = match most {
        0 => Vec::new(),
        _ => orders::latest_totals(c.q, &c.o.region, c.id, c.e.at, most).await?,
    };
    let outcome = d01_newcomer::judge(admitted, (c.e.at, c.o.total), &others, days);
    let key = format!("{}/{}/{}", c.o.supplier, c.o.region, c.year());
    let score = format!("/scores/{}", c.o.supplier);
    c.note(sheet, &d01_newcomer::RULE, (key, c.o.unit), &score, outcome);
    Ok(())
}

fn measure(kind: &str) -> &'static str {
    match kind {
        "frozen" => "冻结",
        "suspended" => "暂停交易",
        _ => "退出",
    }
}

/// A case was opened: is it a supplier that others have listed?
pub(super) async fn listed(q: &dyn Query, e: &Recorded, sheet: &mut Sheet) -> Result<()> {
    let indicator = e.data["rule"].as_str().unwrap_or_default();
    let Some(org) = e.data["org"].as_str().and_then(|s| s.parse::<i64>().ok()) else { return Ok(()) };
    if indicator != w17_blacklist::INDICATOR {
        return Ok(());
    }
    let standing = orders::standing(q, org).await?.unwrap_or_default();
    let outcome = w17_blacklist::judge(indicator, &standing, orders::going_on(q, org).await?);
    let about = About {
        rule: w17_blacklist::RULE.id,
        key: e.subject.clone(),
        region: &e.region,
        org,
        subject: &e.subject,
        evidence: format!("/{} /scores/{org}", e.subject),
    };
    sheet.note(about, outcome);
    Ok(())
}

//! What only time and the whole show: suppliers' goods and papers, stations' shares.
use super::super::facts::market::store as market;
use super::{About, Sheet};
use crate::Watch;
use base::facts::Facts;
use kit::Result;
use rules::alert::past::{days_before, year_start};
use rules::alert::{Outcome, Terms, m10_local_share, r050_market_share, w13_stale_goods, w16_policy};
use rules::calendar::{civil, day_of, show_day};
use rules::rulebook::{Scope, in_list};

/// How far back a station's orders are looked at, days.
const YEAR: i64 = 365;
/// And where its sellers are from.
const QUARTER: i64 = 90;

fn terms<'a>(f: &'a Facts, path: &'a [&'a str], now: i64) -> Terms<'a> {
    Terms { book: &f.rulebook, path, scope: Scope::default(), day: day_of(now) }
}

/// Looks at suppliers after an id; returns the last one and how many there were.
pub async fn suppliers(watch: &Watch, after: i64, most: usize, sheet: &mut Sheet) -> Result<Option<(i64, usize)>> {
    let (f, q, now) = (watch.facts(), watch.db(), watch.db().now());
    let (root, today) = (f.path(&f.root), i64::from(day_of(now)));
    let t = terms(&f, &root, now);
    let (p, mandatory) = (w13_stale_goods::params(t), t.list("energy.mandatory"));
    let young = today - t.number("price.reference.age_days_max", 30);
    let piece = market::suppliers(q, after, most).await?;
    for (supplier, region) in &piece {
        let mut figures = w13_stale_goods::Figures {
            papers: market::ending_papers(q, *supplier, today + p.paper_days).await?,
            ..w13_stale_goods::Figures::default()
        };
        for s in market::shelf(q, *supplier, young, today).await? {
            figures.listed += s.listed;
            figures.observed += s.observed;
            figures.stale += s.stale;
            figures.uncertified += if in_list(&s.category, &mandatory) { s.uncertified } else { 0 };
        }
        let about = About {
            rule: w13_stale_goods::RULE.id,
            key: format!("{supplier}/{}", &show_day(day_of(now))[..7]),
            region,
            org: *supplier,
            subject: &format!("supplier/{supplier}"),
            evidence: format!("/scores/{supplier}"),
        };
        sheet.note(about, w13_stale_goods::judge(figures, p));
    }
    Ok(piece.last().map(|(id, _)| (*id, piece.len())))
}

/// Looks at the next station after a code; returns its code.
pub async fn station(watch: &Watch, after: &str, sheet: &mut Sheet) -> Result<Option<String>> {
    let Some(region) = market::station_after(watch.db(), after).await? else { return Ok(None) };
    let (f, now) = (watch.facts(), watch.db().now());
    let path = f.path(&region);
    let t = terms(&f, &path, now);
    concentration(watch, &region, t, sheet).await?;
    local(watch, &f, &region, sheet).await?;
    let p = w16_policy::params(t);
    if i64::from(civil(day_of(now)).1) >= p.from_month {
        for (unit, theirs, all) in market::reserved(watch.db(), &region, year_start(now)).await? {
            let about = About {
                rule: w16_policy::RULE.id,
                key: format!("{unit}/{}", civil(day_of(now)).0),
                region: &region,
                org: unit,
                subject: &format!("org/{unit}"),
                evidence: "/statistics?by=unit".into(),
            };
            sheet.note(about, w16_policy::reserve(theirs, all, now, p));
        }
    }
    Ok(Some(region))
}

/// One supplier has much of a kind.
async fn concentration(watch: &Watch, region: &str, t: Terms<'_>, sheet: &mut Sheet) -> Result<()> {
    let (q, now) = (watch.db(), watch.db().now());
    let from = days_before(now, YEAR);
    let shares = market::shares(q, region, from).await?;
    let p = r050_market_share::params(t);
    let (year, month, _) = civil(day_of(now));
    for (kind, deals, units) in market::sizes(q, region, from).await? {
        let of: Vec<(i64, i64)> = shares.iter().filter(|s| s.0 == kind).map(|s| (s.1, s.2)).collect();
        let Some((first, _)) = of.iter().max_by_key(|(supplier, sum)| (*sum, -supplier)) else { continue };
        let amounts: Vec<i64> = of.iter().map(|s| s.1).collect();
        let about = About {
            rule: r050_market_share::RULE.id,
            key: format!("{region}/{kind}/{first}/{year}H{}", (month - 1) / 6 + 1),
            region,
            org: *first,
            subject: &format!("supplier/{first}"),
            evidence: format!("/scores/{first}"),
        };
        sheet.note(about, r050_market_share::judge(&amounts, deals, units, p));
    }
    Ok(())
}

/// A station buys of its own city more than its offers would lead one to expect; its finance department is asked.
async fn local(watch: &Watch, f: &Facts, region: &str, sheet: &mut Sheet) -> Result<()> {
    let (q, now) = (watch.db(), watch.db().now());
    let ladder = base::orgs::finance_ladder(q, &f.path(region)).await?;
    let Some(org) = ladder.first().and_then(|offices| offices.first().copied()) else { return Ok(()) };
    let lines = market::choices(q, region, days_before(now, QUARTER)).await?;
    let (year, month, _) = civil(day_of(now));
    let about = About {
        rule: m10_local_share::RULE.id,
        key: format!("{region}/{year}Q{}", (month - 1) / 3 + 1),
        region,
        org,
        subject: &format!("region/{region}"),
        evidence: format!("/notices?region={region}"),
    };
    // Nobody deals with a lead about himself: above the province's own department stands none that could.
    let outcome = match ladder.len() {
        1 => Outcome::Blind("本级财政部门之上没有可以核实它的财政部门"),
        _ => m10_local_share::judge(&lines),
    };
    sheet.note(about, outcome);
    Ok(())
}

//! Which rules look at an event, with which figures.
use super::contest;
use super::facts::store::{self as facts, Order};
use super::store::Tally;
use crate::Watch;
use kit::journal::Recorded;
use kit::{Query, Result};
use rules::alert::{
    Outcome, m04_price_bump, m07_other_station, m08_hasty_acceptance, m13_account_before_payment, w03_frequency,
    w04_hugging, w05_pair, w09_companion, w14_fulfilment, w18_five_stars,
};
use rules::calendar::{civil, day_from, day_of, show_day, start_of};
use rules::rulebook::Scope;
use std::collections::{BTreeMap, BTreeSet};

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
        match outcome {
            Outcome::Clear => {}
            Outcome::Blind(why) => {
                t.blind += 1;
                t.blind_why = why.to_owned();
            }
            Outcome::Hit(words) => {
                t.hits += 1;
                self.found.push(Found {
                    rule: about.rule,
                    key: about.key,
                    region: about.region.to_owned(),
                    org: about.org,
                    subject: about.subject.to_owned(),
                    words,
                    evidence: about.evidence,
                });
            }
        }
    }
}

/// Looks at an event.
pub async fn event(watch: &Watch, e: &Recorded, sheet: &mut Sheet) -> Result<()> {
    let q = watch.db();
    let id = |kind: &str| e.subject.strip_prefix(kind).and_then(|s| s.parse::<i64>().ok());
    if let Some(id) = id("auction/") {
        if e.kind == "auction.awarded" {
            companions(watch, q, e, id, sheet).await?;
        }
        return contest::event(watch, e, id, sheet).await;
    }
    let Some(id) = id("order/") else { return Ok(()) };
    let Some(o) = facts::order(q, id).await? else { return Ok(()) };
    match e.kind.as_str() {
        "order.placed" | "order.awarded" => placed(watch, q, (e, id), &o, sheet).await,
        "order.refused" | "order.expired" | "order.cancelled" | "return.done" => {
            fulfilment(watch, q, e, &o, sheet).await
        }
        "evaluation.made" if e.data["side"] == "unit" => stars(watch, q, e, &o, sheet).await,
        "contract.concluded" => elsewhere(q, (e, id), &o, sheet).await,
        "acceptance.recorded" => {
            let outcome = m08_hasty_acceptance::judge(facts::shipped(q, id).await?, e.at);
            let about = About {
                rule: "M08",
                key: id.to_string(),
                region: &o.region,
                org: o.unit,
                subject: &e.subject,
                evidence: format!("/orders/{id}"),
            };
            sheet.note(about, outcome);
            Ok(())
        }
        "payment.paid" => {
            let outcome = m13_account_before_payment::judge(facts::account_changed(q, o.supplier).await?, e.at);
            let key = e.data["payment"].as_str().unwrap_or_default().to_owned();
            let about = About {
                rule: "M13",
                key,
                region: &o.region,
                org: o.unit,
                subject: &e.subject,
                evidence: format!("/orders/{id}"),
            };
            sheet.note(about, outcome);
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn placed(watch: &Watch, q: &dyn Query, (e, id): (&Recorded, i64), o: &Order, sheet: &mut Sheet) -> Result<()> {
    let f = watch.facts();
    let day = day_of(e.at);
    let (year, month, _) = civil(day);
    let month_from = day_from(year, month, 1).map_or(e.at, start_of);
    let lines = facts::lines(q, id).await?;
    let kinds: BTreeSet<&str> = lines.iter().map(|(.., c)| base::facts::second_level(c)).collect();
    for kind in kinds {
        // Rules name the category or none: the one of the first line of the kind decides, as it does when one buys.
        let code =
            lines.iter().map(|(.., c)| c.as_str()).find(|c| base::facts::second_level(c) == kind).unwrap_or(kind);
        let scope = Scope { mode: Some(&o.mode), form: Some(&o.form), category: Some(code), amount: None };
        let number = |key: &str, or| f.number(key, &o.region, &scope, day, or);
        let about = |rule, key| About {
            rule,
            key,
            region: &o.region,
            org: o.unit,
            subject: &e.subject,
            evidence: format!("/orders/{id}"),
        };
        let in_month = &show_day(day)[..7];

        let most = f.rule("limit.same_kind.orders_per_month", &o.region, &scope, day).and_then(|r| r.int());
        let orders = facts::orders_in(q, o.unit, kind, month_from, e.at).await?;
        sheet.note(about("W03", format!("{}/{kind}/{in_month}", o.unit)), w03_frequency::judge(orders, most));

        let p = w04_hugging::Params {
            limit: f.rule("limit.direct.order_fen", &o.region, &scope, day).and_then(|r| r.int()),
            from_percent: number("alert.hug.from_percent", 90),
            count: number("alert.hug.count", 2),
        };
        let from = e.at - number("alert.hug.days", 30) * DAY;
        let totals = facts::direct_totals(q, o.unit, kind, from, e.at).await?;
        sheet.note(about("W04", format!("{}/{kind}/{in_month}", o.unit)), w04_hugging::judge(&totals, p));

        let p = w05_pair::Params { percent: number("alert.pair.percent", 50), orders: number("alert.pair.orders", 5) };
        let from = e.at - number("alert.pair.months", 12) * 30 * DAY;
        let shares = facts::shares(q, o.unit, o.supplier, kind, from).await?;
        let sellers = facts::sellers(q, kind).await?;
        let key = format!("{}/{kind}/{}/{year}", o.unit, o.supplier);
        sheet.note(about("W05", key), w05_pair::judge(shares, sellers, p));
    }
    Ok(())
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
    for supplier in facts::quoted_in(q, auction).await? {
        let (all, won, other) = facts::contests(q, supplier, e.at - 365 * DAY).await?;
        let (winner, lost) = other.unwrap_or((0, 0));
        let key = format!("{supplier}/{winner}/{}", civil(day).0);
        let evidence = format!("/auctions/{auction} /scores/{supplier} /scores/{winner}");
        let about = About { rule: "W09", key, region: &region, org: supplier, subject: &e.subject, evidence };
        sheet.note(about, w09_companion::judge(all, won, lost, p));
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

async fn elsewhere(q: &dyn Query, (e, id): (&Recorded, i64), o: &Order, sheet: &mut Sheet) -> Result<()> {
    for (_, product, price, _) in facts::lines(q, id).await?.into_iter().filter(|(_, product, ..)| *product != 0) {
        let other = facts::elsewhere(q, product, o.unit, e.at - 7 * DAY, e.at + 7 * DAY).await?;
        let evidence = format!("/orders/{id} /deals?product={product}");
        let key = format!("{id}/{product}");
        let about = About { rule: "M07", key, region: &o.region, org: o.unit, subject: &e.subject, evidence };
        sheet.note(about, m07_other_station::judge(price, other));
    }
    Ok(())
}

/// Orders concluded so many days ago are looked at for what their prices did afterwards.
pub const AFTER_DAYS: i64 = 14;

/// Looks at what the prices of an order's goods did before and after.
pub async fn afterwards(q: &dyn Query, id: i64, sheet: &mut Sheet) -> Result<()> {
    let Some(o) = facts::order(q, id).await? else { return Ok(()) };
    if o.form != "direct" || o.mode != "supermarket" {
        return Ok(());
    }
    for (offer, product, price, _) in facts::lines(q, id).await? {
        let before = facts::lowest(q, offer, o.made_at - 7 * DAY, o.made_at - 1).await?;
        let after = facts::lowest(q, offer, o.made_at, o.made_at + AFTER_DAYS * DAY).await?;
        let about = About {
            rule: "M04",
            key: format!("{id}/{product}"),
            region: &o.region,
            org: o.supplier,
            subject: &format!("order/{id}"),
            evidence: format!("/orders/{id} /products/{product}"),
        };
        sheet.note(about, m04_price_bump::judge(before, price, after));
    }
    Ok(())
}

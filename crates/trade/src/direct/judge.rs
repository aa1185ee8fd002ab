//! Gathering what the rules want to know, and asking them.
use super::submit::Judged;
use super::{past, store};
use crate::Trade;
use crate::plans::PlanLine;
use crate::projects::Ready;
use base::access::Actor;
use kit::Result;
use rules::alert::past::{Bought, Past, days_before};
use rules::alert::r033_related::Ties;
use rules::calendar::{civil, day_from, day_of, start_of, year_of};
use rules::check::{Check, Verdict};
use rules::direct::{Ask, AskLine, Before, PlanRoom, judge, judge_need};
use rules::price::Reference;
use rules::rulebook::Scope;
use rules::station::Standing;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use supply::JudgeAsk;
use supply::offers::Line as Offer;
use supply::{offers, prices};

/// One line to be judged.
pub(super) struct Wanted<'a> {
    pub(super) offer: &'a Offer,
    pub(super) quantity: i64,
    pub(super) plan: Option<PlanLine>,
}

/// What is known of a buying unit before an order.
pub(super) struct Unit {
    pub(super) region: String,
    /// How it stands to its station; None where a purchase that was begun goes on.
    pub(super) station: Option<Standing>,
    pub(super) headcount: Option<i64>,
    pub(super) annual: Option<BTreeMap<String, i64>>,
    pub(super) month: BTreeMap<String, i64>,
    pub(super) bought: BTreeMap<String, i64>,
    /// Categories for which a batch round collects demand now.
    pub(super) rounds: Vec<String>,
    /// What the market asks, by product.
    pub(super) references: HashMap<i64, Reference>,
    /// All offers of the products that their suppliers want on the shelf, stopped or not.
    pub(super) offered: Vec<Offer>,
    /// The lowest price of each offer in the last 30 days.
    pub(super) lowest: HashMap<i64, i64>,
    /// What it bought before, where an order is about to be made.
    pub(super) before: Option<Known>,
}

/// What decides whether an order would be a lead.
pub(super) struct Known {
    now: i64,
    past: Past,
    sellers: BTreeMap<String, i64>,
    ties: HashMap<i64, Ties>,
}

/// What the unit bought before, and who these suppliers are to it.
pub(super) async fn known(trade: &Trade, actor: &Actor, offers: &[Offer]) -> Result<Known> {
    let (q, now) = (trade.db(), trade.db().now());
    let past = past::bought(q, actor.org, days_before(now, YEAR_DAYS), now).await?;
    let (mut sellers, mut ties) = (BTreeMap::new(), HashMap::new());
    for o in offers {
        let kind = base::facts::second_level(&o.category);
        // Sellers matter only from so many orders of a kind on, and are many to count.
        let scope =
            Scope { category: Some(&o.category), mode: Some("supermarket"), form: Some("direct"), amount: None };
        let least = trade.facts().number("alert.pair.orders", &actor.region, &scope, day_of(now), 5);
        if !sellers.contains_key(kind) && past.count(kind, 0) + 1 >= least {
            sellers.insert(kind.to_owned(), past::sellers(q, kind).await?);
        }
        if let Entry::Vacant(e) = ties.entry(o.supplier) {
            e.insert(past::ties(q, actor.org, o.supplier).await?);
        }
    }
    Ok(Known { now, past, sellers, ties })
}

impl Unit {
    /// The next supplier's part is judged as if this one were placed.
    pub(super) fn placed(&mut self, part: &[Wanted<'_>]) {
        let total = part.iter().map(|w| w.offer.price * w.quantity).sum();
        // Orders that are not made yet have negative numbers of their own.
        let order = -1 - part.first().map_or(0, |w| w.offer.supplier);
        let month: BTreeSet<&str> = part.iter().map(|w| base::facts::second_level(&w.offer.category)).collect();
        for kind in month {
            *self.month.entry(kind.to_owned()).or_default() += 1;
        }
        for w in part {
            let (kind, amount) = (base::facts::second_level(&w.offer.category), w.offer.price * w.quantity);
            if let Some(annual) = &mut self.annual {
                *annual.entry(kind.to_owned()).or_default() += amount;
            }
            *self.bought.entry(w.offer.category.clone()).or_default() += w.quantity;
            if let Some(k) = &mut self.before {
                k.past.0.push(Bought {
                    order,
                    supplier: w.offer.supplier,
                    direct: true,
                    total,
                    at: k.now,
                    kind: kind.to_owned(),
                    budget: w.plan.as_ref().map_or(0, |p| p.budget),
                    amount,
                });
            }
        }
    }
}

/// How far back a sudden rise is looked for, days.
const RISE_DAYS: i64 = 30;
/// How far back a unit's orders are looked at, days.
const YEAR_DAYS: i64 = 366;
const DAY: i64 = 86_400_000;

/// First millisecond of the year and of the month that hold `now`.
fn beginnings(now: i64) -> (i64, i64) {
    let (y, m, _) = civil(day_of(now));
    let at = |m| day_from(y, m, 1).map_or(now, start_of);
    (at(1), at(m))
}

pub(super) async fn unit(trade: &Trade, actor: &Actor, categories: &[String], products: &[i64]) -> Result<Unit> {
    let now = trade.db().now();
    let (year, month) = beginnings(now);
    let org = base::orgs::org(trade.db(), actor.org).await?;
    Ok(Unit {
        station: Some(base::stations::seen(trade.db(), &trade.facts(), &org.region, actor.org).await?),
        region: org.region,
        headcount: Some(org.headcount),
        annual: Some(store::annual(trade.db(), actor.org, i64::from(year_of(day_of(now)))).await?),
        month: store::orders_since(trade.db(), actor.org, month).await?,
        bought: store::bought_since(trade.db(), actor.org, year, categories).await?,
        rounds: rounds(trade, &actor.region, categories).await?,
        references: prices::references(trade.supply(), &actor.region, products).await?,
        offered: offers::wanted(trade.db(), products).await?,
        lowest: offers::lowest_since(trade.db(), products, now - RISE_DAYS * DAY).await?,
        before: None,
    })
}

/// Rounds are looked for only when one of the categories is bought in batches at all.
async fn rounds(trade: &Trade, region: &str, categories: &[String]) -> Result<Vec<String>> {
    let (facts, today) = (trade.facts(), day_of(trade.db().now()));
    let scope = Scope { mode: None, form: None, category: None, amount: None };
    let listed = facts.rule("catalogue.batch", region, &scope, today);
    let listed = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    if !categories.iter().any(|c| listed.iter().any(|l| c.starts_with(l.as_str()))) {
        return Ok(Vec::new());
    }
    let open = crate::batch::open_categories(trade.db(), &facts.path(region), today).await?;
    Ok(open.into_iter().map(|(category, _)| category).collect())
}

/// Judges one order; each check with the origin of its rule in words.
pub(super) fn judged(
    trade: &Trade,
    unit: &Unit,
    lines: &[Wanted<'_>],
    place: &str,
    with_plan: bool,
    dearer: Option<&str>,
) -> Vec<(Check, String)> {
    let facts = trade.facts();
    let path = facts.path(&unit.region);
    let Some(first) = lines.first() else { return Vec::new() };
    let line = |w: &Wanted<'_>| AskLine {
        title: w.offer.title.clone(),
        category: w.offer.category.clone(),
        category_name: facts.category_name(&w.offer.category),
        second_name: facts.category_name(base::facts::second_level(&w.offer.category)),
        price: w.offer.price,
        quantity: w.quantity,
        unit: w.offer.unit.clone(),
        listed: w.offer.state == "listed",
        rival: rival(unit, w, place),
        lowest: unit.lowest.get(&w.offer.offer).copied(),
        stopped: supply::offers::stop::words(w.offer.stops),
        stock: w.offer.stock,
        reaches: w.offer.reaches(place),
        certified: !w.offer.certificate.is_empty(),
        imported: w.offer.flags & supply::shelf::IMPORTED != 0,
        bought: unit.bought.get(&w.offer.category).copied().unwrap_or(0),
        reference: unit.references.get(&w.offer.product).copied(),
        plan: w.plan.as_ref().map(room),
    };
    let ask = Ask {
        mode: "supermarket",
        form: "direct",
        path: &path,
        day: day_of(trade.db().now()),
        headcount: unit.headcount,
        supplier_state: &first.offer.supplier_state,
        credit: first.offer.credit,
        place: facts.region_name(place),
        lines: lines.iter().map(line).collect(),
        annual: unit.annual.clone(),
        month: unit.month.clone(),
        with_plan,
        rounds: unit.rounds.clone(),
        dearer,
        before: unit.before.as_ref().map(|k| Before {
            past: k.past.clone(),
            now: k.now,
            supplier: first.offer.supplier,
            sellers: k.sellers.clone(),
            ties: k.ties.get(&first.offer.supplier).copied().unwrap_or_default(),
        }),
    };
    let origin = |c: &Check| facts.rulebook.by_id(c.rule).map_or(String::new(), |r| facts.rule_origin(r));
    let all = gate(trade, unit, ("supermarket", "direct")).into_iter().chain(judge(&facts.rulebook, &ask));
    all.map(|c| (c.clone(), origin(&c))).collect()
}

/// Whether purchases begin at the station at all comes before all other questions, and whether they begin in this way where they
/// do not.
fn gate(trade: &Trade, unit: &Unit, (mode, form): (&str, &str)) -> Vec<Check> {
    let way = match (mode, form) {
        ("batch" | "fixed", _) => mode,
        _ => form,
    };
    let (facts, today) = (trade.facts(), day_of(trade.db().now()));
    let place = facts.region_name(base::stations::station_of(&facts, &unit.region));
    let offered = base::stations::offers(&facts, &unit.region, today, way);
    let open = unit.station.as_ref().map(|s| rules::station::admit(s, &place));
    open.into_iter().chain(Some(offered).filter(|c| c.verdict == Verdict::Block)).collect()
}

/// The cheapest equal goods of another supplier that reach the place, are there and may be sold.
fn rival(unit: &Unit, w: &Wanted<'_>, place: &str) -> Option<(i64, String)> {
    let fits = |o: &&Offer| {
        o.product == w.offer.product
            && o.live()
            && o.supplier != w.offer.supplier
            && o.supplier_state == "admitted"
            && o.stock >= w.quantity
            && o.reaches(place)
    };
    let best = unit.offered.iter().filter(fits).min_by_key(|o| (o.price, o.offer))?;
    (best.price < w.offer.price).then(|| (best.price, best.supplier_name.clone()))
}

fn room(p: &PlanLine) -> PlanRoom {
    PlanRoom {
        plan_line: p.id,
        title: format!("{} {}", p.title, p.number),
        category: p.category.clone(),
        left: p.amount - p.used,
        budget: p.budget,
        available: p.available,
    }
}

/// Judges a need before any supplier is known; each check with the origin of its rule in words.
pub(crate) async fn need(
    trade: &Trade,
    actor: &Actor,
    r: &Ready,
    plan: Option<&PlanLine>,
) -> Result<Vec<(Check, String)>> {
    let unit = unit(trade, actor, std::slice::from_ref(&r.category), &[]).await?;
    let facts = trade.facts();
    let path = facts.path(&unit.region);
    let line = AskLine {
        title: r.title.clone(),
        category: r.category.clone(),
        category_name: facts.category_name(&r.category),
        second_name: facts.category_name(base::facts::second_level(&r.category)),
        // Rounded up, and the whole as one: the sum is the ceiling to the fen.
        price: if r.ceiling % r.quantity == 0 { r.ceiling / r.quantity } else { r.ceiling },
        quantity: if r.ceiling % r.quantity == 0 { r.quantity } else { 1 },
        unit: String::new(),
        listed: true,
        rival: None,
        lowest: None,
        stopped: String::new(),
        stock: r.quantity,
        reaches: true,
        certified: false,
        imported: false,
        bought: unit.bought.get(&r.category).copied().unwrap_or(0),
        reference: None,
        plan: plan.map(room),
    };
    let ask = Ask {
        mode: r.mode,
        form: r.form,
        path: &path,
        day: day_of(trade.db().now()),
        headcount: unit.headcount,
        supplier_state: "",
        credit: 0,
        place: String::new(),
        lines: vec![line],
        annual: unit.annual.clone(),
        month: unit.month.clone(),
        with_plan: true,
        rounds: unit.rounds.clone(),
        dearer: None,
        before: None,
    };
    let origin = |c: &Check| facts.rulebook.by_id(c.rule).map_or(String::new(), |r| facts.rule_origin(r));
    let all = gate(trade, &unit, (r.mode, r.form)).into_iter().chain(judge_need(&facts.rulebook, &ask));
    Ok(all.map(|c| (c.clone(), origin(&c))).collect())
}

/// What of these checks is not in order, what forbids first.
pub(crate) fn in_the_way(mut checks: Vec<(Check, String)>) -> Vec<(Check, String)> {
    checks.retain(|(c, _)| c.verdict != Verdict::Pass);
    checks.sort_by_key(|(c, _)| std::cmp::Reverse(c.verdict));
    checks
}

/// What a cart would meet if it were submitted now, supplier by supplier: only what is not in order.
pub(super) async fn foreseen(trade: &Trade, actor: &Actor, cart: &[(Offer, i64)]) -> Result<Vec<Judged>> {
    let found: Vec<Offer> = cart.iter().map(|(o, _)| o.clone()).collect();
    let categories: Vec<String> = found.iter().map(|o| o.category.clone()).collect();
    let products: Vec<i64> = found.iter().map(|o| o.product).collect();
    let mut unit = unit(trade, actor, &categories, &products).await?;
    unit.before = Some(known(trade, actor, &found).await?);
    let plans = plans(trade, actor).await?;
    let mut parts: BTreeMap<i64, Vec<Wanted<'_>>> = BTreeMap::new();
    for (offer, quantity) in cart {
        let plan = best_plan(&plans, &offer.category, offer.price * quantity);
        parts.entry(offer.supplier).or_default().push(Wanted { offer, quantity: *quantity, plan });
    }
    let mut out = Vec::new();
    for part in parts.values() {
        let checks = in_the_way(judged(trade, &unit, part, &actor.region, true, None));
        unit.placed(part);
        if !checks.is_empty() {
            out.push((part[0].offer.supplier_name.clone(), checks));
        }
    }
    Ok(out)
}

/// Tells the product page how purchases are judged.
pub fn install(trade: &Trade) {
    let trade = trade.clone();
    let supply = trade.supply().clone();
    supply.judge_with(Box::new(move |ask: JudgeAsk| {
        let trade = trade.clone();
        Box::pin(async move { Ok(for_page(&trade, &ask).await?.into_iter().map(|(c, _)| c).collect()) })
    }));
}

async fn for_page(trade: &Trade, ask: &JudgeAsk) -> Result<Vec<(Check, String)>> {
    let buyer = ask.actor.as_ref().filter(|a| a.org_kind == "unit");
    let mut unit = match buyer {
        Some(a) => unit(trade, a, std::slice::from_ref(&ask.offer.category), &[]).await?,
        None => Unit {
            region: ask.station.clone(),
            station: Some(base::stations::seen(trade.db(), &trade.facts(), &ask.station, 0).await?),
            headcount: None,
            annual: None,
            month: BTreeMap::new(),
            bought: BTreeMap::new(),
            rounds: Vec::new(),
            references: HashMap::new(),
            offered: Vec::new(),
            lowest: HashMap::new(),
            before: None,
        },
    };
    unit.references.extend(ask.reference.map(|r| (ask.offer.product, r)));
    let plan = match buyer {
        Some(a) => best_plan(&plans(trade, a).await?, &ask.offer.category, ask.offer.price * ask.quantity),
        None => None,
    };
    let place = buyer.map_or(ask.station.as_str(), |a| a.region.as_str());
    let lines = [Wanted { offer: &ask.offer, quantity: ask.quantity, plan }];
    Ok(judged(trade, &unit, &lines, place, buyer.is_some(), None))
}

/// The plan lines of the actor's unit this year.
pub(crate) async fn plans(trade: &Trade, actor: &Actor) -> Result<Vec<PlanLine>> {
    let year = i64::from(year_of(day_of(trade.db().now())));
    crate::plans::plan_lines(trade.db(), actor.org, year).await
}

/// The plan line that fits best: the narrowest category, with enough left if there is one.
pub(crate) fn best_plan(plans: &[PlanLine], category: &str, amount: i64) -> Option<PlanLine> {
    let fits = plans.iter().filter(|p| category.starts_with(&p.category));
    fits.max_by_key(|p| (p.amount - p.used >= amount && p.available >= amount, p.category.len(), -p.id)).cloned()
}

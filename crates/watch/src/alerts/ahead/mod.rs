//! What a piece of the journal asks of the books, read together before its entries are judged: most of it by one statement for all of them,
//! not one for each. An entry gets from here exactly what it would have read by itself; where a limit may have cut off what an
//! earlier entry of the piece would have seen, the entry asks for itself.

mod store;

pub use store::{Line, Order, Party};

use super::facts::clocks::store::{self as clocks, Open};
use super::facts::orders::store as orders;
use super::facts::prices::store as prices;
use kit::journal::Recorded;
use kit::{Query, Result};
use rules::alert::past::{Past, days_before};
use rules::alert::r033_related::Ties;
use rules::alert::{m02_above_lowest, w17_blacklist};
use rules::calendar::{Ms, civil, day_of};
use std::collections::{BTreeSet, HashMap};
use store::{Clue, Deal, Goods, Withdrawn};
use trade::direct::past;

/// How far back orders and deals are looked at, days.
const YEAR: i64 = 365;
/// Deals of others are beside one that was made within so much before or after, ms.
const BESIDE: i64 = 7 * 86_400_000;
/// The newest orders of a supplier that are looked at.
const SOLD_MAX: usize = 200;
/// Measures that are named at most.
const MEASURES_MAX: usize = 5;

/// What entries about orders need, by order, organisation or goods.
#[derive(Default)]
pub struct Ahead {
    orders: HashMap<i64, Order>,
    lines: HashMap<i64, Vec<Line>>,
    clocks: HashMap<i64, Open>,
    accounts: HashMap<i64, Ms>,
    parties: HashMap<i64, Party>,
    clues: HashMap<i64, Vec<Clue>>,
    withdrawn: HashMap<i64, Vec<Withdrawn>>,
    annual: HashMap<(i64, i64, String), i64>,
    sellers: HashMap<String, i64>,
    past: HashMap<i64, Past>,
    ties: HashMap<(i64, i64), Ties>,
    sold: HashMap<i64, Sold>,
    offers: HashMap<i64, Vec<i64>>,
    points: HashMap<i64, Vec<(Ms, i64)>>,
    goods: HashMap<i64, Goods>,
    deals: HashMap<i64, Vec<Deal>>,
    /// How many deals of each product were asked for.
    deals_most: usize,
    classes: HashMap<String, Vec<(i64, i64)>>,
}

/// Orders of a supplier.
struct Sold {
    /// Unit, sum and time, newest first.
    orders: Vec<(i64, i64, Ms)>,
    /// How many were asked for.
    most: usize,
}

/// Was an order made with this kind of entry?
pub fn made(kind: &str) -> bool {
    matches!(kind, "order.placed" | "order.awarded" | "order.resubmitted")
}

fn has_lines(kind: &str) -> bool {
    made(kind) || matches!(kind, "contract.concluded" | "return.agreed" | "return.done")
}

fn has_clocks(kind: &str) -> bool {
    matches!(kind, "contract.concluded" | "shipment.received" | "acceptance.recorded" | "payment.paid")
}

/// The order an entry is about.
pub fn order_of(e: &Recorded) -> Option<i64> {
    e.subject.strip_prefix("order/").and_then(|s| s.parse().ok())
}

/// The first and the last of some times.
fn span(all: impl Iterator<Item = Ms> + Clone) -> (Ms, Ms) {
    (all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
}

impl Ahead {
    /// Reads what these entries need.
    pub async fn read(q: &dyn Query, entries: &[Recorded]) -> Result<Ahead> {
        let of = |f: fn(&str) -> bool| -> Vec<(Ms, i64)> {
            entries.iter().filter(|e| f(&e.kind)).filter_map(|e| Some((e.at, order_of(e)?))).collect()
        };
        let ids = |list: Vec<(Ms, i64)>| -> BTreeSet<i64> { list.into_iter().map(|(_, id)| id).collect() };
        let mut a = Ahead {
            orders: store::orders(q, &ids(of(|_| true))).await?,
            lines: store::lines(q, &ids(of(has_lines))).await?,
            clocks: clocks::some(q, &ids(of(has_clocks))).await?,
            ..Ahead::default()
        };
        let paid = ids(of(|k| k == "payment.paid"));
        let payees: BTreeSet<i64> = paid.iter().filter_map(|id| a.order(*id)).map(|o| o.supplier).collect();
        a.accounts = store::accounts(q, &payees).await?;
        let new = of(made);
        a.parties_of(q, &new).await?;
        a.before(q, &new).await?;
        a.asked(q, &new).await?;
        a.dealt(q, &of(|k| k == "contract.concluded")).await?;
        Ok(a)
    }

    /// Orders with their lines, and what was asked for their goods from so long before each until so long after, ms.
    pub async fn prices(q: &dyn Query, ids: &[i64], before: Ms, after: Ms) -> Result<Ahead> {
        let ids: BTreeSet<i64> = ids.iter().copied().collect();
        let mut a =
            Ahead { orders: store::orders(q, &ids).await?, lines: store::lines(q, &ids).await?, ..Ahead::default() };
        let (from, to) = span(a.orders.values().map(|o| o.made_at));
        let offers: BTreeSet<i64> = a.lines.values().flatten().map(|l| l.offer).collect();
        a.points = store::points(q, &offers, (from - before, to + after)).await?;
        Ok(a)
    }

    fn known<'a>(&'a self, list: &[(Ms, i64)]) -> Vec<(Ms, &'a Order)> {
        list.iter().filter_map(|(at, id)| Some((*at, self.order(*id)?))).collect()
    }

    /// Who sold and who bought in new orders.
    async fn parties_of(&mut self, q: &dyn Query, new: &[(Ms, i64)]) -> Result<()> {
        let of = self.known(new);
        let units: BTreeSet<i64> = of.iter().map(|(_, o)| o.unit).collect();
        let suppliers: BTreeSet<i64> = of.iter().map(|(_, o)| o.supplier).collect();
        let pairs: BTreeSet<(i64, i64)> = of.iter().map(|(_, o)| (o.unit, o.supplier)).collect();
        let (from, to) = span(of.iter().map(|(at, _)| *at));
        let year = |at: Ms| i64::from(civil(day_of(at)).0);
        let parties = store::parties(q, &suppliers).await?;
        self.clues = store::clues(q, &suppliers, w17_blacklist::INDICATOR).await?;
        self.withdrawn = store::withdrawn(q, &suppliers).await?;
        self.annual = store::annual(q, &units, (year(from), year(to))).await?;
        self.parties = parties;
        for (unit, supplier) in pairs {
            self.ties.insert((unit, supplier), past::ties(q, unit, supplier).await?);
        }
        Ok(())
    }

    /// What units and suppliers of new orders did before.
    async fn before(&mut self, q: &dyn Query, new: &[(Ms, i64)]) -> Result<()> {
        let (mut units, mut suppliers): (HashMap<i64, Vec<Ms>>, HashMap<i64, Vec<Ms>>) = Default::default();
        for (at, o) in self.known(new) {
            units.entry(o.unit).or_default().push(at);
            suppliers.entry(o.supplier).or_default().push(at);
        }
        for (unit, at) in units {
            let (from, to) = span(at.into_iter());
            self.past.insert(unit, past::bought(q, unit, days_before(from, YEAR + 1), to).await?);
        }
        for (supplier, at) in suppliers {
            let most = SOLD_MAX + at.len();
            let (from, to) = span(at.into_iter());
            let orders = orders::of_supplier(q, supplier, (days_before(from, YEAR), to), most).await?;
            self.sold.insert(supplier, Sold { orders, most });
        }
        let lines = new.iter().flat_map(|(_, id)| self.lines(*id));
        let kinds: BTreeSet<String> = lines.map(|l| base::facts::second_level(&l.category).to_owned()).collect();
        for kind in kinds {
            let sellers = past::sellers(q, &kind).await?;
            self.sellers.insert(kind, sellers);
        }
        Ok(())
    }

    /// What is asked for the goods of new direct orders.
    async fn asked(&mut self, q: &dyn Query, new: &[(Ms, i64)]) -> Result<()> {
        let direct: Vec<(Ms, i64)> =
            new.iter().filter(|(_, id)| self.order(*id).is_some_and(Order::direct)).copied().collect();
        let lines = || direct.iter().flat_map(|(_, id)| self.lines(*id)).filter(|l| l.product != 0);
        let products: BTreeSet<i64> = lines().map(|l| l.product).collect();
        let offers: BTreeSet<i64> = lines().map(|l| l.offer).collect();
        let (from, to) = span(direct.iter().map(|(at, _)| *at));
        self.offers = store::offers(q, &products).await?;
        self.points = store::points(q, &offers, (days_before(from, m02_above_lowest::DAYS), to)).await?;
        Ok(())
    }

    /// What goods of concluded contracts cost otherwise and elsewhere.
    async fn dealt(&mut self, q: &dyn Query, concluded: &[(Ms, i64)]) -> Result<()> {
        let lines = || concluded.iter().flat_map(|(_, id)| self.lines(*id));
        let products: BTreeSet<i64> = lines().map(|l| l.product).filter(|p| *p != 0).collect();
        let classes: BTreeSet<String> = lines().map(|l| l.category.clone()).collect();
        // Lines of the order itself are read too and left out afterwards.
        let own = concluded.iter().map(|(_, id)| self.lines(*id).len()).max().unwrap_or(0);
        let (from, to) = span(concluded.iter().map(|(at, _)| *at));
        self.goods = store::goods(q, &products, (from - BESIDE, to + BESIDE)).await?;
        self.deals_most = store::PRICES_MAX + own;
        self.deals = store::deals(q, &products, days_before(from, YEAR), self.deals_most).await?;
        self.classes = store::classes(q, &classes, own).await?;
        Ok(())
    }
}

/// What one entry asks.
impl Ahead {
    /// An order.
    pub fn order(&self, id: i64) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// Lines of an order.
    pub fn lines(&self, order: i64) -> &[Line] {
        self.lines.get(&order).map_or(&[], Vec::as_slice)
    }

    /// An order with what its clocks depend on.
    pub fn clock(&self, order: i64) -> Option<&Open> {
        self.clocks.get(&order)
    }

    /// When the account of a supplier last changed.
    pub fn account_changed(&self, supplier: i64) -> Option<Ms> {
        self.accounts.get(&supplier).copied()
    }

    /// A supplier as a party.
    pub fn party(&self, supplier: i64) -> Option<&Party> {
        self.parties.get(&supplier)
    }

    fn clues(&self, supplier: i64, at: Ms) -> impl Iterator<Item = &Clue> {
        let day = i64::from(day_of(at));
        self.clues.get(&supplier).into_iter().flatten().filter(move |c| c.held(at, day))
    }

    /// Measures against the whole of a supplier that were in force at a time: kind and why.
    pub fn measures(&self, supplier: i64, at: Ms) -> Vec<(&str, &str)> {
        let measures = self.clues(supplier, at).filter(|c| !c.kind.is_empty()).take(MEASURES_MAX);
        measures.map(|c| (c.kind.as_str(), c.why.as_str())).collect()
    }

    /// How many cases of being listed by others there were against a supplier at a time.
    pub fn cases(&self, supplier: i64, at: Ms) -> i64 {
        self.clues(supplier, at).filter(|c| c.kind.is_empty()).count() as i64
    }

    /// The last complaint of a unit against a supplier that it withdrew before a time: which, and when.
    pub fn withdrawn(&self, unit: i64, supplier: i64, to: Ms) -> Option<(i64, Ms)> {
        let all = self.withdrawn.get(&supplier)?;
        all.iter().find(|w| w.filer == unit && w.at <= to).map(|w| (w.id, w.at))
    }

    /// What a unit has committed in a second-level category in a year, fen.
    pub fn annual(&self, unit: i64, year: i64, kind: &str) -> i64 {
        self.annual.get(&(unit, year, kind.to_owned())).copied().unwrap_or(0)
    }

    /// How many suppliers sell goods of a second-level category.
    pub fn sellers(&self, kind: &str) -> i64 {
        self.sellers.get(kind).copied().unwrap_or(0)
    }

    /// What people of a unit share with a supplier.
    pub fn ties(&self, unit: i64, supplier: i64) -> Ties {
        self.ties.get(&(unit, supplier)).cloned().unwrap_or_default()
    }

    /// What a unit bought in the year until a time.
    pub async fn past(&self, q: &dyn Query, unit: i64, to: Ms) -> Result<Past> {
        let from = days_before(to, YEAR + 1);
        match self.past.get(&unit) {
            Some(all) if !past::may_lack(all) => Ok(all.within(from, to)),
            _ => past::bought(q, unit, from, to).await,
        }
    }

    /// Unit and sum of a supplier's latest orders in the year until a time, newest first.
    pub async fn sold(&self, q: &dyn Query, supplier: i64, to: Ms) -> Result<Vec<(i64, i64)>> {
        let from = days_before(to, YEAR);
        let pick = |all: &[(i64, i64, Ms)]| -> Vec<(i64, i64)> {
            all.iter().filter(|o| o.2 >= from && o.2 <= to).take(SOLD_MAX).map(|o| (o.0, o.1)).collect()
        };
        if let Some(s) = self.sold.get(&supplier) {
            let found = pick(&s.orders);
            if s.orders.len() < s.most || found.len() == SOLD_MAX {
                return Ok(found);
            }
        }
        Ok(pick(&orders::of_supplier(q, supplier, (from, to), SOLD_MAX).await?))
    }

    /// Prices of the offers of a product that can be bought now.
    pub fn offers(&self, product: i64) -> &[i64] {
        self.offers.get(&product).map_or(&[], Vec::as_slice)
    }

    /// The lowest price of an offer within a time; the one that held at its beginning counts.
    pub fn lowest(&self, offer: i64, from: Ms, to: Ms) -> Option<i64> {
        let all = self.points.get(&offer)?;
        let first = all.iter().rposition(|(at, _)| *at <= from).unwrap_or(0);
        all[first..].iter().take_while(|(at, _)| *at <= to).map(|(_, price)| *price).min()
    }

    /// Market prices of a product seen ever, offers that name a place outside, and its twin: model and price.
    pub fn outside(&self, product: i64) -> (i64, i64, Option<(String, i64)>) {
        self.goods.get(&product).map_or((0, 0, None), |g| (g.seen, g.links, g.twin.clone()))
    }

    /// The lowest price another unit agreed for a product about a time.
    pub fn elsewhere(&self, product: i64, unit: i64, at: Ms) -> Option<i64> {
        let all = self.goods.get(&product)?.beside.iter();
        all.filter(|(who, made, _)| *who != unit && (made - at).abs() <= BESIDE).map(|(.., price)| *price).min()
    }

    /// What others agreed for a product in the year before a time and since, newest first.
    pub fn deals(&self, product: i64, but: i64, at: Ms) -> Vec<i64> {
        let from = days_before(at, YEAR);
        self.deals.get(&product).map_or_else(Vec::new, |all| store::newest(all, but, from))
    }

    /// How many deals of a product there were in the year before a time and since.
    pub async fn deals_since(&self, q: &dyn Query, product: i64, at: Ms) -> Result<i64> {
        let (from, all) = (days_before(at, YEAR), self.deals.get(&product).map_or(&[][..], Vec::as_slice));
        match all.len() < self.deals_most {
            true => Ok(store::count_since(all, from)),
            false => prices::deals_since(q, product, from).await,
        }
    }

    /// What the latest lines of a category cost, those of one order left out.
    pub fn class(&self, category: &str, but: i64) -> Vec<i64> {
        self.classes.get(category).map_or_else(Vec::new, |all| store::others(all, but))
    }
}

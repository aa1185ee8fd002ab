//! The demo province: invented bodies and people, real kinds of goods. Same seed, same data.

mod auctions;
mod audits;
mod bodies;
pub(crate) mod goods;
mod honest;
mod orders;
mod prices;
mod stations;
mod store;
mod ways;

use base::access::Actor;
use base::orgs::Org;
use kit::{Fail, Result};
use rules::calendar::{day_of, year_of};
use rules::duty::{Duties, Duty};
use watch::Watch;

/// How long before now the demo's clock begins, ms: a complete order of some weeks ago was placed after that.
pub const BEFORE: i64 = 40 * 86_400_000;

/// Accounts that the start page of a newcomer names: login and what the person does.
pub const GUIDE: [(&str, &str); 8] = [
    ("licheng.jingban", "历城区教育局 经办人: searches, fills the cart, places orders"),
    ("licheng.shenhe", "历城区教育局 审核人: approves"),
    ("licheng.queren", "历城区教育局 确认人: approves larger orders, signs contracts"),
    ("licheng.yanshou", "历城区教育局 验收人: accepts goods"),
    ("licheng.caiwu", "历城区教育局 财务: plans, budget, payments"),
    (goods::GUIDE_ADMIN, "supplier: goods and prices"),
    (goods::GUIDE_ORDERS, "supplier: orders"),
    ("jinan.shenji", "auditor of Jinan: audits, journal"),
];

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Same seed, same data.
    pub seed: u64,
    /// At least so many offers; 0 for the catalogue's own.
    pub offers: u64,
    /// Orders led through the real flow.
    pub orders: u64,
    /// The other ways of buying too: and orders take their days. Both need a clock that is behind, see [`BEFORE`].
    pub auctions: bool,
}

/// Fills an empty, opened installation. `say` gets a line of progress now and then.
pub async fn fill(watch: &Watch, size: Size, say: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    if !base::orgs::people(watch.db(), None).await?.is_empty() {
        return Err(Fail::Fault("the database already has people; the demo province goes into an empty one".into()));
    }
    // Where orders take their days, those days may belong to two years; and whoever plays in December goes on in January.
    let last = year_of(day_of(watch.db().now() + if size.auctions { BEFORE } else { 0 })) + 1;
    let made = bodies::fill(watch, year(watch)..=i64::from(last)).await?;
    say(format!("{} organisations, {} people, {} plan lines", made.orgs, made.people, made.plans));
    watch.reload_suppliers().await?;
    let offers = goods::fill(watch, size, say).await?;
    kit::journal::sequence(watch.db()).await?;
    supply::shelf::fill(watch).await?;
    say(format!("{offers} offers, {} products to search", watch.engine().len()));
    let mut orders = 0;
    if size.auctions {
        let end = watch.db().now() + BEFORE;
        let mut story = orders::Story::plan(watch, size, Some(end)).await?;
        story.until(watch, end - auctions::BEFORE, say).await?;
        let mut events = auctions::over(watch, &mut story).await?;
        story.until(watch, end, say).await?;
        orders += story.made();
        watch.clock().catch_up();
        // The days that the demo skipped are no outage.
        trade::auctions::note(watch.trade()).await?;
        events += auctions::running(watch, &mut story).await?;
        say(format!("{events} auctions"));
        let ways = ways::fill(watch).await?;
        say(format!("{ways} batch rounds, agreements and needs"));
    }
    if !size.auctions {
        orders += orders::fill(watch, size, say).await?;
    }
    let seen = prices::fill(watch).await?;
    say(format!("{seen} market prices"));
    if size.auctions {
        let waiting = honest::fill(watch).await?;
        say(format!("{waiting} things for the centre to decide"));
        let stations = stations::fill(watch).await?;
        say(format!("{stations} stations on their way"));
    }
    crate::settle(watch).await?;
    if size.auctions {
        let asked = audits::fill(watch).await?;
        say(format!("1 audit, {asked} question of it waiting"));
        crate::settle(watch).await?;
    }
    say(format!("{orders} orders"));
    Ok(())
}

/// The year of the mall's clock, whose plans are bought from.
pub fn year(watch: &Watch) -> i64 {
    i64::from(year_of(day_of(watch.db().now())))
}

/// Leads some more orders through the flow of a filled demo; returns how many.
pub async fn more_orders(watch: &Watch, seed: u64, orders: u64) -> Result<u64> {
    orders::fill(watch, Size { seed, offers: 0, orders, auctions: false }, &mut |_| {}).await
}

/// Someone who acts for a supplier on the command line: no person, so the journal names the system.
pub fn stand_in(org: &Org) -> Actor {
    Actor {
        person: 0,
        name: "命令行".into(),
        org: org.id,
        org_name: org.name.clone(),
        org_kind: org.kind.clone(),
        region: org.region.clone(),
        duties: Duties::of(&[Duty::SupplierAdmin]),
        session: 0,
        csrf: String::new(),
    }
}

/// A small generator with a seed (splitmix64): same seed, same numbers, on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next 64 bits.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to but not including `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.roll() % (high - low) as u64) as i64
    }
}

/// Rows of a CSV file with `#` comments, by heading.
pub(crate) fn table<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.map_err(|e| Fail::Fault(format!("data file {name}: {e}")))).collect()
}

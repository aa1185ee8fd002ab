//! Prices of some printers as the centre saw them at invented shops.
use super::orders::{Cast, cast};
use base::orgs;
use kit::{Fail, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use supply::prices::{Seen, record};
use watch::Watch;

const PRINTERS: &str = "A020210";
/// Shop and its price, in basis points of the lowest offer.
const SHOPS: [(&str, i64); 3] = [("示例商城自营", 9_700), ("示范电器网", 10_000), ("样例办公城", 10_200)];

async fn centre(watch: &Watch) -> Result<Cast> {
    let missing = || Fail::Fault("demo: the centre has nobody".into());
    let people = orgs::people(watch.db(), None).await?;
    let org = people.iter().find(|p| p.login == "jinan.jicai").map(|p| p.org).ok_or_else(missing)?;
    cast(watch, org).await
}

/// Records them; returns how many.
pub async fn fill(watch: &Watch) -> Result<u64> {
    let supply = watch.trade().supply();
    let Some(who) = centre(watch).await?.who(Duty::Centre, 0) else { return Ok(0) };
    let mut made = 0;
    for (p, _) in supply::shelf::in_category(watch.db(), PRINTERS, 8).await? {
        let offers = supply::offers::of_product(watch.db(), p.id).await?;
        let Some(lowest) = offers.first().map(|o| o.price) else { continue };
        for (i, (shop, bp)) in SHOPS.into_iter().enumerate() {
            let seen = Seen {
                product: p.id,
                source: shop.to_owned(),
                url: format!("https://shop{}.example/{}", i + 1, p.id),
                day: day_of(watch.db().now()) - i as i32,
                price: (lowest * bp / 10_000).max(1),
                digest: String::new(),
            };
            record(supply, &who, &seen).await?;
            made += 1;
        }
    }
    Ok(made)
}

//! Auctions of the demo: some that are over, led through by a clock that begins some days ago, and some that run.
use super::orders::{Cast, Story, cast};
use base::access::Actor;
use base::orgs;
use kit::{Fail, Result};
use rules::Fen;
use rules::auction::{Demand, Format, Kind};
use rules::duty::Duty;
use trade::auctions::{self, Entering, Launch, Launched};
use trade::projects::{self, Ready};
use watch::Watch;

/// How long before now the auctions begin that are over, ms.
pub(super) const BEFORE: i64 = 6 * 86_400_000;
const HOUR: i64 = 3_600_000;

fn missing() -> Fail {
    Fail::Fault("demo: a duty has nobody".into())
}

/// A person with a duty, by the organisation of a login.
async fn company(watch: &Watch, login: &str) -> Result<Cast> {
    let people = orgs::people(watch.db(), None).await?;
    let org = people.iter().find(|p| p.login == login).map(|p| p.org).ok_or_else(missing)?;
    cast(watch, org).await
}

/// What is put up: a product, or requirements in a category.
struct Need<'a> {
    unit: &'a str,
    title: &'a str,
    category: &'a str,
    product: i64,
    quantity: i64,
    measure: &'a str,
    price: i64,
    format: Format,
    demands: Vec<Demand>,
}

async fn launch(watch: &Watch, n: Need<'_>) -> Result<Option<i64>> {
    let unit = company(watch, n.unit).await?;
    let handler = unit.who(Duty::Handler, 0).ok_or_else(missing)?;
    let plans = trade::plans::plan_lines(watch.db(), handler.org, super::year(watch)).await?;
    let ceiling = n.price * n.quantity;
    let room = |p: &&trade::plans::PlanLine| {
        n.category.starts_with(&p.category) && p.amount - p.used >= ceiling && p.available >= ceiling
    };
    let Some(plan) = plans.iter().find(room) else { return Ok(None) };
    let address = trade::plans::addresses(watch.db(), handler.org).await?;
    let l = Launch {
        ready: Ready {
            kind: "auction",
            mode: "supermarket",
            form: "auction",
            title: n.title.to_owned(),
            purpose: "教学和办公需要（演示）".to_owned(),
            category: n.category.to_owned(),
            quantity: n.quantity,
            measure: n.measure.to_owned(),
            ceiling,
            plan_line: plan.id,
            address: address.first().map_or(0, |a| a.id),
            parent: None,
            secret: Default::default(),
        },
        key: format!("demo-auction-{}", watch.db().id()),
        product: n.product,
        format: n.format,
        sight: None,
        hours: 24,
        demands: n.demands,
        invited: Vec::new(),
        rerun_of: None,
        via: "demo",
    };
    let id = match auctions::launch(watch.trade(), &handler, &l).await {
        Ok(Launched::Made(id)) => id,
        Ok(Launched::Blocked(_)) | Err(Fail::Refused(_)) => return Ok(None),
        Err(e) => return Err(e),
    };
    for duty in [Duty::Reviewer, Duty::Signer] {
        let approver = unit.who(duty, 0).ok_or_else(missing)?;
        match projects::approve(watch.trade(), &approver, id).await {
            Ok(()) | Err(Fail::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    while trade::run_due(watch.trade()).await? > 0 {}
    Ok(Some(id))
}

async fn seller(watch: &Watch, key: &str) -> Result<Actor> {
    company(watch, &format!("{key}.dingdan")).await?.who(Duty::SupplierOrders, 0).ok_or_else(missing)
}

/// Suppliers take part and quote in turn, one pass a price; each quote is a unit price in fen.
async fn quotes(
    watch: &Watch,
    story: &mut Story,
    (id, quantity): (i64, i64),
    all: &[(&str, &str, &[i64])],
    apart: i64,
) -> Result<()> {
    // The notice is told before the clock moves on.
    crate::settle(watch).await?;
    let trade = watch.trade();
    for (key, brand, _) in all {
        let e = Entering {
            brand: (*brand).to_owned(),
            model: format!("{brand}-S1"),
            maker: format!("{brand}（示例制造商）"),
            answers: ["16GB", "512GB", "三年上门"].map(str::to_owned).to_vec(),
            address: String::new(),
            device: String::new(),
        };
        auctions::enter(trade, &seller(watch, key).await?, id, &e).await?;
    }
    let passes = all.iter().map(|(_, _, p)| p.len()).max().unwrap_or(0);
    for pass in 0..passes {
        for (key, _, prices) in all {
            let Some(price) = prices.get(pass) else { continue };
            let who = seller(watch, key).await?;
            auctions::quote(trade, id, who.org, who.person, price * quantity).await?;
            story.pass(watch, apart).await?;
        }
    }
    Ok(())
}

fn laptop() -> Vec<Demand> {
    let least = |name: &str, n: i64| Demand {
        name: name.into(),
        unit: "GB".into(),
        kind: Kind::Number { min: Some(n * 1000), max: None },
    };
    let words = Demand { name: "售后服务".into(), unit: String::new(), kind: Kind::Words };
    vec![least("内存容量", 16), least("硬盘容量", 512), words]
}

/// A product of a category that three of these suppliers sell, with its lowest price.
async fn shared(watch: &Watch, category: &str, sellers: &[i64]) -> Result<Option<(i64, i64)>> {
    let q = search::Query { category: Some(category.into()), page: 1, size: 50, ..search::Query::default() };
    for hit in watch.engine().search(&q).hits {
        let offers = supply::offers::of_product(watch.db(), hit.product).await?;
        let own = offers.iter().filter(|o| sellers.contains(&o.supplier) && o.stock >= 40);
        if own.count() >= 3 {
            let price = offers.iter().map(|o| o.price).max().unwrap_or(0);
            return Ok(Some((hit.product, price)));
        }
    }
    Ok(None)
}

/// What is over: one same-product auction with its order, one by requirement whose responses wait to be checked.
pub async fn over(watch: &Watch, story: &mut Story) -> Result<u64> {
    let mut made = 0;
    let names = ["lantian", "quancheng", "qilu"];
    let mut ids = Vec::new();
    for n in names {
        ids.push(seller(watch, n).await?.org);
    }
    if let Some((product, price)) = shared(watch, "A0504", &ids).await? {
        let title = supply::shelf::product(watch.db(), product).await?.title;
        let need = Need {
            unit: "licheng.jingban",
            title: &title,
            category: &supply::shelf::product(watch.db(), product).await?.category,
            product,
            quantity: 20,
            measure: "箱",
            price,
            format: Format::Open,
            demands: Vec::new(),
        };
        if let Some(id) = launch(watch, need).await? {
            let p = |bp: i64| price * bp / 10_000;
            let all: [(&str, &str, &[i64]); 3] = [
                ("lantian", "", &[p(9900), p(9500), p(9050)]),
                ("quancheng", "", &[p(9750), p(9300)]),
                ("qilu", "", &[p(9620), p(9180), p(8900)]),
            ];
            quotes(watch, story, (id, 20), &all, 2 * HOUR).await?;
            // Notices are told when they are due, not days later when the demo is done.
            crate::settle(watch).await?;
            story.pass(watch, 24 * HOUR).await?;
            while trade::run_due(watch.trade()).await? > 0 {}
            auctions::confirm(watch.trade(), &seller(watch, "qilu").await?, id).await?;
            crate::settle(watch).await?;
            made += 1;
        }
    }
    let need = Need {
        unit: "licheng.jingban",
        title: "教学用笔记本电脑",
        category: "A02010108",
        product: 0,
        quantity: 4,
        measure: "台",
        price: Fen::parse_yuan("5200").map_or(0, |f| f.0),
        format: Format::Sealed,
        demands: laptop(),
    };
    if let Some(id) = launch(watch, need).await? {
        let all: [(&str, &str, &[i64]); 4] = [
            ("qilu", "甲牌", &[498_000, 485_000]),
            ("taishan", "乙牌", &[479_000]),
            ("xinchuang", "丙牌", &[489_000]),
            ("lantian", "丁牌", &[210_000]),
        ];
        quotes(watch, story, (id, 4), &all, HOUR).await?;
        crate::settle(watch).await?;
        story.pass(watch, 24 * HOUR).await?;
        while trade::run_due(watch.trade()).await? > 0 {}
        made += 1;
    }
    Ok(made)
}

/// What runs: one in the open, one sealed, one that waits for approval's end at another unit.
pub async fn running(watch: &Watch, story: &mut Story) -> Result<u64> {
    let mut made = 0;
    let need = |unit, title, format, price: i64| Need {
        unit,
        title,
        category: "A02010105",
        product: 0,
        quantity: 6,
        measure: "台",
        price,
        format,
        demands: laptop(),
    };
    if let Some(id) = launch(watch, need("licheng.jingban", "教务处台式计算机", Format::Open, 480_000)).await? {
        let all: [(&str, &str, &[i64]); 3] = [
            ("taishan", "甲牌", &[470_000, 452_000]),
            ("xinchuang", "乙牌", &[463_000, 446_000]),
            ("qilu", "丙牌", &[458_000]),
        ];
        quotes(watch, story, (id, 6), &all, 0).await?;
        made += 1;
    }
    if let Some(id) = launch(watch, need("lixia.jingban", "阅览室台式计算机", Format::Sealed, 460_000)).await? {
        quotes(watch, story, (id, 6), &[("taishan", "甲牌", &[440_000]), ("qilu", "丙牌", &[436_000])], 0).await?;
        made += 1;
    }
    Ok(made)
}

//! Opening, offering to and stopping a round.
use super::demand;
use super::store::{self, Offered, Package, Round};
use crate::Trade;
use crate::projects::{self, store as headers};
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx, seal};
use rules::auction::Demand;
use rules::batch::demand::Act as DemandAct;
use rules::batch::most_price;
use rules::batch::round::{Act, State, next};
use rules::calendar::{Day, day_of};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::{Value, json};
use supply::suppliers;

/// Packages of one round.
const PACKAGES_MAX: usize = 10;
/// A round collects demand at most so many days.
const DAYS_MAX: Day = 200;

/// A round to be opened.
pub struct NewRound {
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// Last day for demand.
    pub due_on: Day,
    /// `auction` or `discount`.
    pub method: String,
    /// At most so many winners a package.
    pub winners: i64,
    /// Packages.
    pub packages: Vec<NewPackage>,
}

/// A package to be made from a product of the catalogue.
pub struct NewPackage {
    /// Title.
    pub title: String,
    /// Product; its lowest price is the shelf price.
    pub product: i64,
}

/// The rulebook for batch purchase of a category.
pub(super) fn scope(category: &str) -> Scope<'_> {
    Scope { mode: Some("batch"), form: None, category: Some(category), amount: None }
}

pub(super) fn figure(trade: &Trade, r: &Round, key: &str, or: i64) -> i64 {
    trade.facts().number(key, &r.region, &scope(&r.category), day_of(trade.db().now()), or)
}

pub(super) fn entry(r: &Round, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: r.region.clone(), room: "batch", kind, subject: format!("batch/{}", r.id), actor, via, data }
}

pub(super) fn step(r: &mut Round, act: Act) -> Result<()> {
    r.state = next(r.state, act)
        .ok_or_else(|| Fail::refuse("batch.state", format!("这一批现在是“{}”，不能这样办理。", r.state.label())))?;
    Ok(())
}

/// Number of a round: <region>-PC<yymmdd>-<tail of the id>.
pub(super) fn number(region: &str, id: i64, now: i64) -> String {
    let day = rules::calendar::show_day(day_of(now)).replace('-', "");
    format!("{region}-PC{}-{}", &day[2..], kit::ids::tail(id))
}

/// Opens a round of the actor's centre for its area.
pub async fn open_round(trade: &Trade, actor: &Actor, n: &NewRound) -> Result<i64> {
    actor.must(&[Duty::Centre])?;
    let facts = trade.facts();
    let today = day_of(trade.db().now());
    if facts.category(&n.category).is_none() {
        return Err(Fail::field("category", "batch.category", "请选择一个品目。"));
    }
    let listed = facts.rule("catalogue.batch", &actor.region, &scope(&n.category), today);
    let listed = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    if !listed.iter().any(|c| n.category.starts_with(c.as_str())) {
        let words = format!("“{}”不在本地批量采购品目里，请先由财政部门列入。", facts.category_name(&n.category));
        return Err(Fail::field("category", "batch.not_listed", words));
    }
    if !(today + 1..=today + DAYS_MAX).contains(&n.due_on) {
        return Err(Fail::field("due_on", "batch.due_on", format!("报送截止日应在明天到 {DAYS_MAX} 天以内。")));
    }
    if !matches!(n.method.as_str(), "auction" | "discount") {
        return Err(Fail::field("method", "batch.method", "请选择竞价或批量折扣。"));
    }
    if !(1..=5).contains(&n.winners) || (n.method == "auction" && n.winners != 1) {
        return Err(Fail::field("winners", "batch.winners", "成交供应商为 1 到 5 家；用竞价时只有 1 家。"));
    }
    if n.packages.is_empty() || n.packages.len() > PACKAGES_MAX {
        return Err(Fail::field("product", "batch.packages", format!("请列出 1 到 {PACKAGES_MAX} 个配置包。")));
    }
    let id = trade.db().id();
    let mut packages = Vec::new();
    for (i, p) in n.packages.iter().enumerate() {
        packages.push(package(trade, id, n, p, i + 1).await?);
    }
    let r = Round {
        id,
        number: number(&actor.region, id, trade.db().now()),
        region: actor.region.clone(),
        centre: actor.org,
        category: n.category.clone(),
        title: n.title.trim().to_owned(),
        opens_on: today,
        due_on: n.due_on,
        method: n.method.clone(),
        winners: n.winners,
        state: State::Collecting,
        version: 1,
        note: String::new(),
        until: 0,
        made_by: actor.person,
    };
    let (r, packages) = (&r, &packages);
    trade
        .db()
        .write("batch.open", |tx| {
            Box::pin(async move {
                insert(tx, r, packages, actor.person).await?;
                Ok(r.id)
            })
        })
        .await
}

/// Writes a round with its packages and tells the journal.
pub(super) async fn insert(tx: &Tx<'_>, r: &Round, packages: &[Package], actor: i64) -> Result<()> {
    store::add_round(tx, r).await?;
    for p in packages {
        store::add_package(tx, p).await?;
    }
    let listed: Vec<Value> = packages
        .iter()
        .map(|p| json!({"title": p.title, "shelf": p.shelf, "demands": p.demands.iter().map(Demand::words).collect::<Vec<_>>()}))
        .collect();
    let centre = base::orgs::org(tx, r.centre).await?.name;
    let data = json!({
        "number": r.number, "title": r.title, "unit": centre, "category": r.category, "due_on": r.due_on, "method": r.method,
        "winners": r.winners, "packages": listed,
    });
    tx.journal(entry(r, "batch.opened", actor, data)).await?;
    Ok(())
}

async fn package(trade: &Trade, round: i64, n: &NewRound, p: &NewPackage, line: usize) -> Result<Package> {
    let wrong = |words: String| Fail::field("product", "batch.product", format!("第 {line} 个配置包：{words}"));
    let product = supply::shelf::product(trade.db(), p.product).await.map_err(|e| match e {
        Fail::Hidden => wrong("没有这个商品。".into()),
        other => other,
    })?;
    if !product.category.starts_with(base::facts::short_code(&n.category)) {
        return Err(wrong(format!("“{}”不属于所选品目。", product.title)));
    }
    let offers = supply::offers::of_product(trade.db(), p.product).await?;
    let shelf = offers.iter().map(|o| o.price).min().ok_or_else(|| wrong("这个商品现在没有供应商在售。".into()))?;
    let one_of = |(name, value): &(String, String)| Demand {
        name: name.clone(),
        unit: String::new(),
        kind: rules::auction::Kind::OneOf(vec![value.clone()]),
    };
    Ok(Package {
        id: trade.db().id(),
        round,
        title: if p.title.trim().is_empty() { product.title.clone() } else { p.title.trim().to_owned() },
        measure: product.unit.clone(),
        demands: product.attrs.iter().map(one_of).collect(),
        product: product.id,
        shelf,
        ceiling: shelf,
    })
}

/// The centre stops a round with a reason; all demands are free again.
pub async fn cancel(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    trade
        .db()
        .write("batch.cancel", |tx| {
            Box::pin(async move {
                let mut r = store::round(tx, id).await?;
                if r.centre != actor.org {
                    return Err(Fail::Hidden);
                }
                step(&mut r, Act::Cancel)?;
                r.note = reason.to_owned();
                for (p, _) in store::demands(tx, id).await? {
                    miss(tx, p, &format!("{} 已终止：{reason}", r.number)).await?;
                }
                tx.journal(entry(
                    &r,
                    "batch.cancelled",
                    actor.person,
                    json!({"number": r.number, "title": r.title, "reason": reason}),
                ))
                .await?;
                store::save_round(tx, &mut r).await
            })
        })
        .await
}

/// A demand that gets nothing: its money is free, the unit is told what to do.
pub(super) async fn miss(tx: &Tx<'_>, mut p: projects::Project, why: &str) -> Result<()> {
    if !matches!(p.state.as_str(), "approving" | "submitted" | "accepted") {
        return Ok(());
    }
    demand::step(&mut p, DemandAct::Miss)?;
    projects::free(tx, &mut p, "批量采购未成交").await?;
    p.note = format!("{why}。可以改用直购或竞价，或报下一批。");
    tx.journal(demand::entry(&p, "demand.unmet", 0, json!({"reason": why}))).await?;
    let words = format!("批量需求 {} 未成交：{why}。预算已释放。", p.number);
    base::messages::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await?;
    headers::save(tx, &mut p).await
}

/// A supplier's sealed offer for a package: price of one and how many at most; a new one replaces the old.
pub async fn offer(
    trade: &Trade,
    actor: &Actor,
    package: i64,
    price: i64,
    most: i64,
    goods: (&str, &str),
) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    let p = store::package(trade.db(), package).await?;
    let r = store::round(trade.db(), p.round).await?;
    let me = suppliers::get(trade.db(), actor.org).await?;
    may_offer(trade, &r, &me)?;
    let top = most_price(p.shelf, figure(trade, &r, "batch.discount_bp_min", 0));
    if price <= 0 || price > top {
        let words =
            format!("单价应不高于 {}（货架价 {} 减去批量折扣）。", rules::Fen(top).yuan(), rules::Fen(p.shelf).yuan());
        return Err(Fail::field("price", "batch.price", words));
    }
    if most <= 0 || most > 1_000_000 {
        return Err(Fail::field("most", "batch.most", "最多可供数量应是大于零的整数。"));
    }
    if goods.0.trim().is_empty() || goods.1.trim().is_empty() {
        return Err(Fail::field("brand", "batch.goods", "请填写品牌和型号。"));
    }
    let message = format!("{price} {most}");
    let event = event(package);
    let bound = seal::Bound { event: &event, until: r.until, owner: actor.org };
    let sealed = trade.keepers().seal(&bound, message.as_bytes())?;
    let (r, sealed) = (&r, &sealed);
    trade
        .db()
        .write("batch.offer", |tx| {
            Box::pin(async move {
                let now = store::round(tx, r.id).await?;
                if now.state != State::Offering || tx.now() > now.until {
                    return Err(closed());
                }
                let o = Offered {
                    supplier: actor.org,
                    price: 0,
                    most: 0,
                    brand: goods.0.trim().to_owned(),
                    model: goods.1.trim().to_owned(),
                    awarded: 0,
                    sealed: sealed.clone(),
                    at: tx.now(),
                };
                store::put_offer(tx, package, &o).await?;
                let digest = kit::text::sha256(&[sealed]);
                tx.journal(entry(r, "batch.offered", 0, json!({"package": package.to_string(), "sealed": digest})))
                    .await?;
                Ok(())
            })
        })
        .await
}

/// What a seal of a package is bound to.
pub(super) fn event(package: i64) -> String {
    format!("batch/{package}")
}

fn closed() -> Fail {
    Fail::refuse("batch.offer_closed", "这一批现在不收报价，或报价已经截止。")
}

/// Admitted, for the category and the area, with enough credit.
fn may_offer(trade: &Trade, r: &Round, me: &suppliers::Supplier) -> Result<()> {
    if r.state != State::Offering || trade.db().now() > r.until {
        return Err(closed());
    }
    if me.state != "admitted" {
        return Err(Fail::refuse("entry.admitted", "贵单位入驻已冻结、暂停或退出，不能报价。"));
    }
    if !me.covers(&r.category) {
        return Err(Fail::refuse("entry.category", "贵单位没有入驻这个品目，不能报价。"));
    }
    if !me.reaches(&r.region) {
        return Err(Fail::refuse("entry.area", "这一批要供到整个地区，贵单位的供货区域不够。"));
    }
    let least = figure(trade, r, "credit.bar.auction_below", 0);
    if me.credit < least {
        return Err(Fail::refuse("entry.credit", format!("贵单位信用 {} 分，{least} 分以下不能报价。", me.credit)));
    }
    Ok(())
}

//! Making an agreement, its members, its end.
use super::store::{self, Agreement};
use crate::Trade;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::calendar::{Day, day_of};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::{Value, json};
use supply::suppliers;

/// Items of one price schedule.
const ITEMS_MAX: usize = 300;
/// Members of one agreement.
const PLACES_MAX: i64 = 200;

/// An agreement to be made.
pub struct NewAgreement {
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// `discount`, `items`, `ceiling`.
    pub pricing: String,
    /// Title of the reference list.
    pub list_title: String,
    /// Day of the reference list.
    pub list_day: Day,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// May members be added while it runs?
    pub refill: bool,
    /// At most so many members.
    pub places: i64,
    /// Price schedule.
    pub items: Vec<NewItem>,
}

/// An item to be agreed.
pub struct NewItem {
    /// `labour`, `part`, `service`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub measure: String,
    /// Reference price or ceiling of one, fen.
    pub price: i64,
}

/// The rulebook for fixed-point purchase of a category.
pub(super) fn scope(category: &str) -> Scope<'_> {
    Scope { mode: Some("fixed"), form: None, category: Some(category), amount: None }
}

fn entry(a: &Agreement, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: a.region.clone(), room: "fixed", kind, subject: format!("agreement/{}", a.id), actor, via, data }
}

/// Makes an agreement of the actor's centre for its area.
pub async fn make(trade: &Trade, actor: &Actor, n: &NewAgreement) -> Result<i64> {
    actor.must(&[Duty::Centre])?;
    let (facts, now) = (trade.facts(), trade.db().now());
    let (today, scope) = (day_of(now), scope(&n.category));
    let listed = facts.rule("catalogue.fixed", &actor.region, &scope, today);
    let listed = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    if facts.category(&n.category).is_none() || !listed.iter().any(|c| n.category.starts_with(c.as_str())) {
        return Err(Fail::field("category", "fixed.category", "请选择本地实行定点采购的品目。"));
    }
    if !matches!(n.pricing.as_str(), "discount" | "items" | "ceiling") {
        return Err(Fail::field("pricing", "fixed.pricing", "请选择一种计价办法。"));
    }
    let years = facts.number("fixed.term_years", &actor.region, &scope, today, 2);
    if n.to <= n.from || i64::from(n.to - n.from) > years * 366 || n.to < today {
        return Err(Fail::field("to", "fixed.term", format!("期限应在开始日之后，最长 {years} 年。")));
    }
    if !(1..=PLACES_MAX).contains(&n.places) {
        return Err(Fail::field("places", "fixed.places", format!("入围家数应在 1 到 {PLACES_MAX} 之间。")));
    }
    if n.items.is_empty() || n.items.len() > ITEMS_MAX {
        return Err(Fail::field("items", "fixed.items", format!("价目应有 1 到 {ITEMS_MAX} 项。")));
    }
    let id = trade.db().id();
    let day = rules::calendar::show_day(today).replace('-', "");
    let a = Agreement {
        id,
        number: format!("{}-KJ{}-{}", actor.region, &day[2..], kit::ids::tail(id)),
        region: actor.region.clone(),
        centre: actor.org,
        category: n.category.clone(),
        title: n.title.trim().to_owned(),
        pricing: n.pricing.clone(),
        list_title: n.list_title.trim().to_owned(),
        list_day: n.list_day,
        from: n.from,
        to: n.to,
        refill: n.refill,
        places: n.places,
        state: "running".to_owned(),
    };
    let a = &a;
    trade
        .db()
        .write("agreement.make", |tx| {
            Box::pin(async move {
                store::add(tx, a, actor.person).await?;
                for i in &n.items {
                    store::add_item(tx, a.id, &i.kind, &i.title, &i.measure, i.price).await?;
                }
                let data = json!({
                    "number": a.number, "title": a.title, "category": a.category, "pricing": a.pricing, "from": a.from, "to": a.to,
                    "items": n.items.len(), "schedule": store::schedule_digest(tx, a.id).await?, "places": a.places, "unit": actor.org_name,
                });
                tx.journal(entry(a, "agreement.made", actor.person, data)).await?;
                Ok(a.id)
            })
        })
        .await
}

/// An agreement of the actor's own centre that runs.
async fn own(trade: &Trade, actor: &Actor, id: i64) -> Result<Agreement> {
    actor.must(&[Duty::Centre])?;
    let a = store::agreement(trade.db(), id).await?;
    if a.centre != actor.org {
        return Err(Fail::Hidden);
    }
    if a.state != "running" {
        return Err(Fail::refuse("fixed.ended", "这份协议已经到期。"));
    }
    Ok(a)
}

/// Takes a supplier in at a discount; while jobs run only where the agreement allows refill.
pub async fn add_member(trade: &Trade, actor: &Actor, id: i64, supplier: i64, discount_bp: i64) -> Result<()> {
    let a = own(trade, actor, id).await?;
    let today = day_of(trade.db().now());
    let known = store::members(trade.db(), id).await?;
    if known.iter().filter(|m| m.active).count() as i64 >= a.places {
        return Err(Fail::refuse("fixed.full", format!("入围名额 {} 家已满。", a.places)));
    }
    if known.iter().any(|m| m.active && m.supplier == supplier) {
        return Err(Fail::refuse("fixed.member", "这家供应商已经入围。"));
    }
    if !a.refill && !store::ledger(trade.db(), id, true).await?.is_empty() {
        return Err(Fail::refuse("fixed.no_refill", "这份协议不增补，已有采购发生后不能再增加供应商。"));
    }
    let s = suppliers::get(trade.db(), supplier).await.map_err(|e| match e {
        Fail::Hidden => Fail::field("supplier", "fixed.supplier", "请选择一家供应商。"),
        other => other,
    })?;
    if s.state != "admitted" || !s.covers(&a.category) || !s.reaches(&a.region) {
        let words = format!("{} 没有入驻这个品目，或供货区域不够，或已冻结。", s.name);
        return Err(Fail::field("supplier", "fixed.supplier", words));
    }
    let least = trade.facts().number("fixed.discount_percent_min", &a.region, &scope(&a.category), today, 0) * 100;
    if a.pricing == "discount" && !(least..10_000).contains(&discount_bp) {
        let words = format!("优惠率应不低于 {}%。", least / 100);
        return Err(Fail::field("discount", "fixed.discount", words));
    }
    // Who comes back has the place of before.
    let before = known.iter().find(|m| m.supplier == supplier).map(|m| m.place);
    let place = before.unwrap_or_else(|| known.iter().map(|m| m.place).max().unwrap_or(0) + 1);
    let (a, s) = (&a, &s);
    trade
        .db()
        .write("agreement.join", |tx| {
            Box::pin(async move {
                store::put_member(tx, id, supplier, discount_bp, place).await?;
                let words = format!("贵单位入围 {}，请留意采购人的服务需求。", a.title);
                let link = format!("/fixed/{id}");
                base::messages::tell(tx, supplier, Duty::SupplierOrders, &link, &words).await?;
                let data = json!({
                    "supplier": s.name, "supplier_id": supplier.to_string(), "discount_bp": discount_bp, "place": place,
                    "number": a.number, "title": a.title, "pricing": a.pricing, "unit": actor.org_name,
                });
                tx.journal(entry(a, "agreement.joined", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// A member is taken out with a reason; its open jobs finish.
pub async fn remove_member(trade: &Trade, actor: &Actor, id: i64, supplier: i64, reason: &str) -> Result<()> {
    let a = own(trade, actor, id).await?;
    let a = &a;
    trade
        .db()
        .write("agreement.leave", |tx| {
            Box::pin(async move {
                store::member_out(tx, id, supplier).await?;
                let words = format!("贵单位已退出 {}：{reason}", a.title);
                let link = format!("/fixed/{id}");
                base::messages::tell(tx, supplier, Duty::SupplierOrders, &link, &words).await?;
                let name = base::orgs::org(tx, supplier).await?.name;
                let data = json!({
                    "supplier": supplier.to_string(), "supplier_name": name, "reason": reason, "number": a.number, "title": a.title,
                    "unit": actor.org_name,
                });
                tx.journal(entry(a, "agreement.left", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// Agreements whose last day is over end, with a summary of what they came to. Returns how many.
pub async fn end_due(trade: &Trade) -> Result<usize> {
    let found = store::over(trade.db(), day_of(trade.db().now())).await?;
    let mut done = 0;
    for a in &found {
        let ended = trade
            .db()
            .write("agreement.end", |tx| {
                Box::pin(async move {
                    if !store::end(tx, a.id).await? {
                        return Ok(false);
                    }
                    // The summary is published: what is secret is not in it.
                    let rows = store::ledger(tx, a.id, false).await?;
                    let sum = |f: fn(&store::LedgerRow) -> i64| rows.iter().map(f).sum::<i64>();
                    let data = json!({
                        "number": a.number, "title": a.title, "jobs": sum(|r| r.jobs), "ordered": sum(|r| r.ordered),
                        "done": sum(|r| r.done), "invoiced": sum(|r| r.invoiced), "paid": sum(|r| r.paid), "suppliers": rows.len(),
                    });
                    tx.journal(entry(a, "agreement.ended", 0, data)).await?;
                    let words = format!("{} 已到期，汇总见协议页，需要时请重新征集。", a.title);
                    let link = format!("/fixed/{}", a.id);
                    base::messages::tell(tx, a.centre, Duty::Centre, &link, &words).await?;
                    Ok(true)
                })
            })
            .await?;
        done += usize::from(ended);
    }
    Ok(done)
}

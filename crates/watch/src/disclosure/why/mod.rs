//! 为什么是这家: what stood beside the offers that were taken, who was out and by which code, rules and their origin, where the price
//! lies, which duties agreed. Made from what was kept when the order was placed; nothing is looked up anew but prices paid before it.
mod found;
mod store;

use super::deals::store as prices_paid;
use super::store as notices;
use crate::Watch;
pub use found::{Beside as Asked, Found};
use kit::{Fail, Result, journal};
use rules::calendar::{day_of, show_day};
use rules::duty::Duty;
use rules::price::quartiles;
use serde_json::{Value, json};
use store::Order;
use trade::auctions::{self, Decided};

/// Prices paid that are compared with: of so many days before the order, at most so many.
const PAID_DAYS: i64 = 90;
const PAID_MAX: usize = 500;
const DAY: i64 = 86_400_000;

/// An offer beside the one taken.
pub struct Beside {
    /// Supplier's name.
    pub supplier: String,
    /// Price of one, fen.
    pub price: i64,
    /// Code, see [`words`].
    pub why: String,
    /// What held a stopped offer, in words.
    pub stopped: String,
}

/// One line of the order.
pub struct Line {
    /// Title.
    pub title: String,
    /// Brand and model.
    pub make: String,
    /// How many, with the unit of count.
    pub quantity: String,
    /// On the shelf when ordered, fen.
    pub price: i64,
    /// Agreed, fen.
    pub agreed: i64,
    /// Quartiles of what was offered then.
    pub live: Option<[i64; 3]>,
    /// What the market asked, and of how many sources.
    pub reference: Option<(i64, i64)>,
    /// The lowest of 30 days of this offer.
    pub lowest: Option<i64>,
    /// How many deals in the 90 days before, and their quartiles.
    pub paid: Option<(usize, [i64; 3])>,
    /// Offers, the one taken first, then by price.
    pub offers: Vec<Beside>,
    /// How many more there were.
    pub left_out: i64,
}

/// A check by which the order was judged.
pub struct Check {
    /// Code.
    pub code: String,
    /// What was asked.
    pub title: String,
    /// `ok`, `warn`, `bad`.
    pub verdict: String,
    /// Figures; empty where they are the unit's own.
    pub figures: String,
    /// Id of the rule, empty where the law itself asks.
    pub rule: String,
    /// Where the rule comes from.
    pub origin: String,
}

/// All that explains one decision.
pub struct Why {
    /// Number of the order, or of the auction.
    pub number: String,
    /// Region.
    pub region: String,
    /// Unit's name.
    pub unit: String,
    /// Supplier's name.
    pub supplier: String,
    /// Total, fen.
    pub total: i64,
    /// `supermarket`, `batch`, `fixed`.
    pub mode: String,
    /// `direct`, `auction`.
    pub form: String,
    /// Placed, ms UTC.
    pub at: i64,
    /// Lines with what stood beside; empty where nothing was kept.
    pub lines: Vec<Line>,
    /// Does what was kept agree with the digest in the journal? None where nothing was kept.
    pub intact: Option<bool>,
    /// Checks.
    pub checks: Vec<Check>,
    /// Duty, verdict, when, no longer counting.
    pub steps: Vec<(String, String, i64, bool)>,
    /// Why cheaper equal goods were not taken; empty for none.
    pub choice: String,
    /// The auction, if one decided: its id and how.
    pub auction: Option<(i64, Decided)>,
    /// How a batch or an agreement led to the supplier.
    pub found: Option<Found>,
    /// Rules by which a procedure ran: what they set, value, origin.
    pub rules: Vec<(String, String, String)>,
}

/// A code in plain words.
pub fn words(code: &str) -> &'static str {
    match code {
        "chosen" => "选中",
        "cheaper" => "更便宜，未选（理由见下）",
        "equal" => "价格相同",
        "dearer" => "价格更高",
        "stock" => "库存不够",
        "reach" => "不送到收货地",
        "stopped" => "停售中",
        "standing" => "供应商不能交易",
        "response" => "响应不满足需求",
        "abnormal" => "异常低价，说明未被采纳",
        "full" => "报价较高，需求已分完或名次在成交家数之外",
        "unreadable" => "密封报价无法读取",
        "silent" => "未报价或未接单",
        _ => "",
    }
}

/// The decision behind a notice (id or number) or an order (number). Hidden where nothing was published.
pub async fn of(watch: &Watch, key: &str) -> Result<Why> {
    let db = watch.db();
    let notice = match key.parse::<i64>() {
        Ok(id) => Some(notices::notice(db, id).await?),
        Err(_) => match notices::by_number(db, key).await {
            Err(Fail::Hidden) => None,
            other => Some(other?),
        },
    };
    let Some(n) = notice else { return order(watch, store::order(db, 0, key).await?).await };
    if n.withdrawn() {
        return Err(Fail::Hidden);
    }
    if n.orders != 0 {
        return order(watch, store::order(db, n.orders, "").await?).await;
    }
    let subject = journal::receipt(db, n.id).await?.subject;
    let id = subject.strip_prefix("auction/").and_then(|s| s.parse().ok()).ok_or(Fail::Hidden)?;
    let d = auctions::decided(db, id).await?.filter(|d| d.secret.is_empty()).ok_or(Fail::Hidden)?;
    let (rules, checks) = kept_by(watch, id).await?;
    Ok(Why {
        number: d.number.clone(),
        region: n.region,
        unit: n.unit,
        supplier: n.supplier,
        total: n.amount,
        mode: "supermarket".into(),
        form: "auction".into(),
        at: d.ended_at,
        lines: Vec::new(),
        intact: None,
        checks,
        steps: store::steps(db, 0, id).await?,
        choice: String::new(),
        auction: Some((id, d)),
        found: None,
        rules,
    })
}

async fn order(watch: &Watch, o: Order) -> Result<Why> {
    let db = watch.db();
    let kept = trade::orders::compared(db, o.id).await?;
    let intact = match &kept {
        Some(body) => Some(told(watch, o.id).await? == kit::text::sha256(&[body.as_bytes()])),
        None => None,
    };
    let kept: Value = kept.and_then(|b| serde_json::from_str(&b).ok()).unwrap_or_default();
    let prices = store::prices(db, o.id).await?;
    let mut lines = Vec::new();
    for l in kept["lines"].as_array().into_iter().flatten() {
        lines.push(line(watch, &o, l, &prices).await?);
    }
    let checks: Vec<trade::orders::KeptCheck> = serde_json::from_str(&o.checks).map_err(Fail::fault)?;
    let choice = checks.iter().filter(|c| c.code == "direct.cheaper").map(|c| rules::mask::public(&c.figures));
    let choice = choice.collect::<Vec<_>>().join(" ");
    let found = found::of(watch, o.project.as_ref()).await?;
    let decided = match &o.project {
        Some((id, kind)) if kind == "auction" => Some(*id),
        _ => found.as_ref().and_then(|f| f.auction),
    };
    let auction = match decided {
        Some(id) => auctions::decided(db, id).await?.map(|d| (id, d)),
        None => None,
    };
    let rules = match &o.project {
        Some((id, _)) => kept_by(watch, *id).await?.0,
        None => Vec::new(),
    };
    Ok(Why {
        steps: store::steps(db, o.id, o.project.as_ref().map_or(0, |p| p.0)).await?,
        number: o.number,
        region: o.region,
        unit: o.unit,
        supplier: o.supplier,
        total: o.total,
        mode: o.mode,
        form: o.form,
        at: o.made_at,
        lines,
        intact,
        checks: checks.into_iter().map(check).collect(),
        choice,
        auction,
        found,
        rules,
    })
}

/// Rules in words and checks of a project, as they were when it began.
async fn kept_by(watch: &Watch, id: i64) -> Result<(Vec<(String, String, String)>, Vec<Check>)> {
    let (rules, checks) = trade::projects::kept(watch.db(), id).await?;
    Ok((rules.into_iter().map(|r| (r.title, r.value, r.origin)).collect(), checks.into_iter().map(check).collect()))
}

fn check(c: trade::orders::KeptCheck) -> Check {
    let c = c.covered();
    Check {
        figures: rules::mask::public(&c.figures),
        title: c.title,
        code: c.code,
        verdict: c.verdict,
        rule: c.rule,
        origin: c.origin,
    }
}

/// The digest that the journal holds of what was compared: of the last time the order was placed.
async fn told(watch: &Watch, order: i64) -> Result<String> {
    let all = journal::about(watch.db(), &format!("order/{order}")).await?;
    let placed = all.iter().rev().find(|e| matches!(e.kind.as_str(), "order.placed" | "order.resubmitted"));
    Ok(placed.and_then(|e| e.data["compared"].as_str()).unwrap_or_default().to_owned())
}

async fn line(watch: &Watch, o: &Order, l: &Value, prices: &[(i64, i64)]) -> Result<Line> {
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let n = |v: &Value| v.as_i64().unwrap_or(0);
    let product = text(l, "product").parse().unwrap_or(0);
    let paid = prices_paid::paid(watch.db(), product, o.made_at - PAID_DAYS * DAY, o.made_at, PAID_MAX).await?;
    let three = |v: &Value| Some([v[0].as_i64()?, v[1].as_i64()?, v[2].as_i64()?]);
    let beside = |b: &Value| Beside {
        supplier: text(b, "supplier"),
        price: n(&b["price"]),
        why: text(b, "why"),
        stopped: text(b, "stopped"),
    };
    Ok(Line {
        title: text(l, "title"),
        make: format!("{} {}", text(l, "brand"), text(l, "model")).trim().to_owned(),
        quantity: format!("{} {}", n(&l["quantity"]), text(l, "unit")),
        price: n(&l["price"]),
        agreed: prices.iter().find(|(p, _)| *p == product).map_or(n(&l["price"]), |(_, price)| *price),
        live: three(&l["live"]),
        reference: l["reference"]["price"].as_i64().map(|p| (p, n(&l["reference"]["samples"]))),
        lowest: l["lowest_30_days"].as_i64(),
        paid: quartiles(&paid).map(|q| (paid.len(), q)),
        offers: l["offers"].as_array().into_iter().flatten().map(beside).collect(),
        left_out: n(&l["left_out"]),
    })
}

/// The same for programs. Amounts in fen; times in ms UTC.
pub fn json(w: &Why) -> Value {
    let three = |q: &[i64; 3]| json!({"lower": q[0], "median": q[1], "upper": q[2]});
    let line = |l: &Line| {
        json!({
            "title": l.title, "make": l.make, "quantity": l.quantity, "shelf_price": l.price, "agreed_price": l.agreed,
            "offered_then": l.live.as_ref().map(three),
            "reference": l.reference.map(|(price, samples)| json!({"price": price, "samples": samples})),
            "lowest_30_days": l.lowest,
            "paid_90_days": l.paid.as_ref().map(|(n, q)| json!({"deals": n, "quartiles": three(q)})),
            "offers": l.offers.iter().map(|b| json!({"supplier": b.supplier, "price": b.price, "why": b.why, "stopped": b.stopped}))
                .collect::<Vec<_>>(),
            "left_out": l.left_out,
        })
    };
    let step = |(duty, verdict, at, void): &(String, String, i64, bool)| json!({"duty": duty, "verdict": verdict, "at": at, "void": void});
    json!({
        "number": w.number, "region": w.region, "unit": w.unit, "supplier": w.supplier, "total": w.total, "mode": w.mode,
        "form": w.form, "placed": w.at, "day": show_day(day_of(w.at)), "lines": w.lines.iter().map(line).collect::<Vec<_>>(),
        "agrees_with_journal": w.intact, "reason": w.choice, "steps": w.steps.iter().map(step).collect::<Vec<_>>(),
        "checks": w.checks.iter().map(|c| json!({
            "code": c.code, "title": c.title, "verdict": c.verdict, "figures": c.figures, "rule": c.rule, "origin": c.origin,
        })).collect::<Vec<_>>(),
        "rules": w.rules.iter().map(|(title, value, origin)| json!({"title": title, "value": value, "origin": origin}))
            .collect::<Vec<_>>(),
        "found": w.found.as_ref().map(found::json),
        "auction": w.auction.as_ref().map(|(id, d)| json!({
            "number": d.number, "ceiling": d.ceiling, "quotes_needed": d.minimum, "opened": d.opens_at, "ended": d.ended_at,
            "record": format!("/auctions/{id}/record.json"),
            "ranking": "lowest valid quote; of equal quotes the earlier",
            "quotes": d.bids.iter().map(|b| json!({
                "alias": b.alias, "amount": b.amount, "at": b.at, "place": b.place, "goods": b.goods, "passed": b.passed,
                "abnormal": b.abnormal, "out": b.out, "reason": b.reason,
            })).collect::<Vec<_>>(),
        })),
    })
}

/// A duty in words.
pub fn duty(key: &str) -> &'static str {
    Duty::of(key).map_or("", Duty::label)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_has_its_words() {
        let codes = [
            "chosen",
            "cheaper",
            "equal",
            "dearer",
            "stock",
            "reach",
            "stopped",
            "standing",
            "response",
            "abnormal",
            "full",
            "unreadable",
            "silent",
        ];
        assert!(codes.iter().all(|c| !super::words(c).is_empty()));
    }
}

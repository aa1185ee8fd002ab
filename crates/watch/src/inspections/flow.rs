//! Announcing, drawing, recording what was found, closing.
use super::draw;
use super::store::{self, Good, Inspection, Task};
use crate::Watch;
use base::access::Actor;
use kit::{Entry, Fail, Query, Result, Tx, journal};
use rules::calendar::{Day, day_of, show_day, start_of};
use rules::conduct::{Side, indicator_of, months_on};
use rules::duty::Duty;
use rules::goods::{Item, Weight, examine, spec_of};
use rules::rulebook::{Scope, in_list};
use serde_json::{Value, json};
use supply::conduct;

/// Goods the machine looks at in one piece.
const PIECE: usize = 1000;
/// Most tasks of one inspection; what is beyond waits for the next.
const TASKS_MAX: usize = 2000;

/// An inspection to be announced.
pub struct Plan {
    /// `machine`, `sample`, `deals`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Category prefix; empty for all.
    pub category: String,
    /// First day of the month whose deals are looked at.
    pub month: Option<Day>,
    /// How many are drawn.
    pub size: i64,
}

fn entry(i: &Inspection, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: i.region.clone(),
        room: "inspections",
        kind,
        subject: format!("inspection/{}", i.id),
        actor,
        via: "page",
        data,
    }
}

/// Announces an inspection with the promise of its secret.
pub async fn announce(watch: &Watch, actor: &Actor, p: &Plan) -> Result<i64> {
    actor.must(&[Duty::Centre])?;
    let facts = watch.facts();
    if !matches!(p.kind.as_str(), "machine" | "sample" | "deals") {
        return Err(Fail::field("kind", "inspection.kind", "请选择巡检方式。"));
    }
    if !p.category.is_empty() && facts.category(&p.category).is_none() {
        return Err(Fail::field("category", "inspection.category", "没有这个品目。"));
    }
    if p.kind == "sample" && !(1..=TASKS_MAX as i64).contains(&p.size) {
        return Err(Fail::field("size", "inspection.size", format!("抽样数量应是 1 到 {TASKS_MAX}。")));
    }
    if p.kind == "deals" && p.month.is_none() {
        return Err(Fail::field("month", "inspection.month", "请填写要检查哪个月的成交。"));
    }
    watch
        .db()
        .write("inspection.announce", |tx| {
            Box::pin(async move {
                let (id, now) = (tx.id(), tx.now());
                let secret = kit::ids::random_hex(32);
                let day = show_day(day_of(now)).replace('-', "");
                let i = Inspection {
                    id,
                    number: format!("{}-XJ{}-{}", actor.region, &day[2..], kit::ids::tail(id)),
                    region: actor.region.clone(),
                    kind: p.kind.clone(),
                    title: p.title.clone(),
                    category: p.category.clone(),
                    month: p.month,
                    size: p.size,
                    commitment: draw::commitment(&secret),
                    secret,
                    state: "announced".into(),
                    population: 0,
                    population_digest: String::new(),
                    entry_seq: None,
                    entry_hash: String::new(),
                    made_at: now,
                    drawn_at: None,
                    closed_at: None,
                    version: 1,
                };
                store::add(tx, &i, actor.person).await?;
                let data = json!({
                    "number": i.number, "kind": i.kind, "category": i.category, "size": i.size, "commitment": i.commitment,
                    "month": i.month.map(show_day),
                });
                tx.journal(entry(&i, "inspection.announced", actor.person, data)).await?;
                Ok(id)
            })
        })
        .await
}

/// One of the actor's area, in a state.
async fn own(q: &dyn Query, actor: &Actor, id: i64, state: &str) -> Result<Inspection> {
    actor.must(&[Duty::Centre])?;
    let i = store::one(q, id).await?;
    if !store::covers(&actor.scope(), &i.region) {
        return Err(Fail::Hidden);
    }
    if i.state != state {
        return Err(Fail::refuse("inspection.state", "这次巡检现在不能这样办理，请刷新页面。"));
    }
    Ok(i)
}

/// The offers an inspection may draw from.
pub(super) async fn population(q: &dyn Query, i: &Inspection) -> Result<Vec<i64>> {
    match (i.kind.as_str(), i.month) {
        ("deals", Some(month)) => {
            let (from, to) = (start_of(month), start_of(months_on(month, 1)));
            store::bought(q, rules::place::prefix(&i.region), &i.category, from, to).await
        }
        _ => store::listed(q, &i.category).await,
    }
}

/// Draws. The newest numbered entry of the journal decides with the secret; the announcement has to be older than it.
pub async fn draw(watch: &Watch, actor: &Actor, id: i64) -> Result<()> {
    let i = own(watch.db(), actor, id, "announced").await?;
    let head = journal::head(watch.db()).await?;
    let last = journal::after(watch.db(), head - 1, 1).await?.pop();
    let later = last.filter(|e| e.at > i.made_at && e.subject != format!("inspection/{id}"));
    let Some(last) = later else {
        let words = "公告之后商城里还没有别的记录，不能抽样，请过一会儿再试。";
        return Err(Fail::refuse("inspection.entry", words));
    };
    let ids = population(watch.db(), &i).await?;
    let hints = if i.kind == "machine" { look(watch, &i).await? } else { Vec::new() };
    let chosen: Vec<(i64, String)> = match i.kind.as_str() {
        "machine" => hints,
        "sample" => {
            draw::drawn(&i.secret, &last.hash, &ids, i.size as usize).into_iter().map(|o| (o, String::new())).collect()
        }
        _ => ids.iter().take(TASKS_MAX).map(|o| (*o, String::new())).collect(),
    };
    let (chosen, ids, last) = (&chosen, &ids, &last);
    watch
        .db()
        .write("inspection.draw", |tx| {
            Box::pin(async move {
                let mut i = own(tx, actor, id, "announced").await?;
                i.state = "drawn".into();
                (i.population, i.population_digest) = (ids.len() as i64, draw::population_digest(ids));
                (i.entry_seq, i.entry_hash, i.drawn_at) = (Some(last.seq), last.hash.clone(), Some(tx.now()));
                store::save(tx, &i).await?;
                store::add_tasks(tx, id, chosen).await?;
                if i.kind == "sample" {
                    store::keep_population(tx, id, ids).await?;
                }
                let data = json!({
                    "number": i.number, "population": i.population, "population_digest": i.population_digest, "entry": last.seq,
                    "entry_hash": last.hash, "secret": i.secret,
                    "chosen": chosen.iter().map(|(o, _)| o.to_string()).collect::<Vec<_>>(),
                });
                tx.journal(entry(&i, "inspection.drawn", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

/// What the machine sees in all listed goods; only those with something to look at.
async fn look(watch: &Watch, i: &Inspection) -> Result<Vec<(i64, String)>> {
    let supply = watch.trade().supply();
    let (facts, today, library) = (watch.facts(), day_of(watch.db().now()), supply.library());
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let energy = facts.rule("energy.mandatory", &facts.root, &any, today);
    let energy = energy.as_ref().and_then(|e| e.list()).unwrap_or_default();
    let (mut after, mut out) = (0, Vec::new());
    loop {
        let piece: Vec<Good> = store::goods_after(watch.db(), &i.category, after, PIECE).await?;
        let Some(last) = piece.last() else { return Ok(out) };
        after = last.offer;
        let products: Vec<i64> = piece.iter().map(|g| g.product).collect();
        let references = supply::prices::references(supply, &facts.root, &products).await?;
        for g in &piece {
            let item = Item {
                model: &g.model,
                title: &g.title,
                unit: &g.unit,
                attrs: &g.attrs,
                per_unit: &g.per_unit,
                price: g.price,
                market: !g.link.is_empty(),
            };
            let found = examine(&item, spec_of(&library.specs, &g.category), &[], &library.words);
            let mut words: Vec<String> =
                found.into_iter().filter(|f| f.weight >= Weight::Review).map(|f| f.words).collect();
            if in_list(&g.category, energy) && g.certificate.is_empty() {
                words.push("强制节能品目没有认证证书编号。".into());
            }
            if let Some(r) = references.get(&g.product)
                && g.price > r.price
            {
                words.push(format!("比市场参考价{}。", rules::price::distance(g.price, r.price)));
            }
            if !words.is_empty() {
                out.push((g.offer, words.join(" ")));
            }
            if out.len() >= TASKS_MAX {
                return Ok(out);
            }
        }
    }
}

/// What a person found in one offer.
pub struct Finding {
    /// Indicator; empty for nothing wrong.
    pub rule: String,
    /// Words.
    pub words: String,
    /// SHA-256 of the evidence, or empty.
    pub digest: String,
    /// Should the goods leave the shelf when the case is decided?
    pub delist: bool,
}

/// Records what was found. What is wrong becomes a case, which the supplier may answer.
pub async fn record(watch: &Watch, actor: &Actor, id: i64, offer: i64, f: &Finding) -> Result<()> {
    if !f.rule.is_empty() && indicator_of(&f.rule).is_none_or(|i| i.side != Side::Supplier) {
        return Err(Fail::field("rule", "inspection.rule", "请选择问题种类。"));
    }
    if !f.rule.is_empty() && f.words.is_empty() {
        return Err(Fail::field("words", "inspection.words", "有问题要写明事实。"));
    }
    watch
        .db()
        .write("inspection.record", |tx| Box::pin(async move { recorded(watch, tx, actor, id, offer, f).await }))
        .await
}

async fn recorded(watch: &Watch, tx: &Tx<'_>, actor: &Actor, id: i64, offer: i64, f: &Finding) -> Result<()> {
    let i = own(tx, actor, id, "drawn").await?;
    let mut t: Task = store::task(tx, id, offer).await?;
    t.state = if f.rule.is_empty() { "clean" } else { "found" }.into();
    (t.rule, t.words) = (f.rule.clone(), f.words.clone());
    if !f.rule.is_empty() {
        let charge = conduct::Charge {
            region: &i.region,
            org: t.supplier,
            rule: &f.rule,
            subject: &format!("inspection/{id}/{offer}"),
            words: &format!("巡检 {}，“{}”：{}", i.number, t.title, f.words),
            digest: &f.digest,
            measure: if f.delist { conduct::Measure::Delist(offer) } else { conduct::Measure::None },
            points: None,
            by: (actor.person, actor.org),
        };
        t.conduct = Some(conduct::open(watch, tx, &charge).await?);
    }
    if !store::found(tx, id, &t, &f.digest, actor.person).await? {
        return Err(Fail::refuse("inspection.done", "这一件已经检查过了，请刷新页面。"));
    }
    let data = json!({
        "number": i.number, "offer": offer.to_string(), "state": t.state, "rule": t.rule, "evidence": f.digest,
        "case": t.conduct.map(|c| c.to_string()),
    });
    tx.journal(entry(&i, "inspection.recorded", actor.person, data)).await.map(|_| ())
}

/// Closes an inspection all of whose goods were looked at; it stands in the bulletin of the month.
pub async fn close(watch: &Watch, actor: &Actor, id: i64) -> Result<()> {
    watch
        .db()
        .write("inspection.close", |tx| {
            Box::pin(async move {
                let mut i = own(tx, actor, id, "drawn").await?;
                let [open, clean, found] = store::counts(tx, id).await?;
                if open > 0 {
                    return Err(Fail::refuse("inspection.open", format!("还有 {open} 件没有检查，不能结束。")));
                }
                i.state = "closed".into();
                i.closed_at = Some(tx.now());
                store::save(tx, &i).await?;
                let data = json!({
                    "number": i.number, "clean": clean, "found": found, "population": i.population, "title": i.title,
                    "kind": i.kind, "category": i.category,
                });
                tx.journal(entry(&i, "inspection.closed", actor.person, data)).await?;
                Ok(())
            })
        })
        .await
}

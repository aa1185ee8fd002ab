//! Making, approving and publishing an auction; questions; stopping it.
use super::record;
use super::store::{self, Auction};
use super::view::state;
use crate::Trade;
use crate::projects::{self, Project, Ready, store as headers};
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx};
use rules::auction::{Act, Against, Demand, Format, Settings, Sight, Step, next};
use rules::check::{Check, blocked};
use rules::duty::Duty;
use serde_json::{Value, json};

/// Requirements of one auction.
const DEMANDS_MAX: usize = 20;

/// An auction to be made.
pub struct Launch {
    /// The need.
    pub ready: Ready,
    /// Key of this submission; the same key never makes two.
    pub key: String,
    /// Product for a same-product event, or 0.
    pub product: i64,
    /// Format.
    pub format: Format,
    /// What is seen meanwhile; None by the rulebook.
    pub sight: Option<Sight>,
    /// How long it is open, hours; 0 by the rulebook.
    pub hours: i64,
    /// Requirements.
    pub demands: Vec<Demand>,
    /// Only these suppliers; empty for all who qualify.
    pub invited: Vec<i64>,
    /// The failed auction it repeats.
    pub rerun_of: Option<i64>,
    /// How it came: `page`, `demo`, `bench`.
    pub via: &'static str,
}

/// What became of it.
pub enum Launched {
    /// Made, or made before under the same key.
    Made(i64),
    /// Something blocks; nothing changed.
    Blocked(Vec<(Check, String)>),
}

/// Suppliers that are told of one auction.
const TOLD_MAX: usize = 2_000;

/// Rules that are kept with every auction.
pub(super) const KEPT: [(&str, &str); 16] = [
    ("quote.minimum", "最少有效报价"),
    ("auction.visibility", "报价可见范围"),
    ("auction.step_min_fen", "最小降幅"),
    ("auction.extend_window_minutes", "截止前多少分钟内报价触发顺延"),
    ("auction.extend_minutes", "每次顺延分钟数"),
    ("auction.extend_count_max", "最多顺延次数"),
    ("auction.failed_extend_hours", "报价不足时自动延长"),
    ("auction.random_close_minutes", "随机截止的最长分钟数"),
    ("auction.tie", "同价如何定"),
    ("auction.hide_count", "截止前隐藏参加家数"),
    ("auction.abnormal.mean_bp", "异常低价：低于平均价的比例"),
    ("auction.abnormal.next_bp", "异常低价：低于次低价的比例"),
    ("auction.abnormal.ceiling_bp", "异常低价：低于限价的比例"),
    ("clock.award_confirm", "成交供应商确认期限"),
    ("clock.abnormal_explain", "低价说明期限"),
    ("credit.bar.auction_below", "参加竞价的最低信用分"),
];

pub(super) fn entry(p: &Project, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: p.region.clone(), room: "auctions", kind, subject: p.subject(), actor, via, data }
}

/// Moves the state by the table.
pub(super) fn step(p: &mut Project, act: Act) -> Result<()> {
    let now = state(p)?;
    p.state = next(now, act).ok_or_else(|| projects::refuse_state(now.label()))?.key().to_owned();
    Ok(())
}

/// The settings of an event by the rulebook.
pub(super) fn settings(trade: &Trade, p: &Project, format: Format, sight: Option<Sight>) -> Result<Settings> {
    let facts = trade.facts();
    let day = rules::calendar::day_of(trade.db().now());
    let rule = |key: &str| facts.rule(key, &p.region, &p.scope(), day);
    let n = |key: &str, or: i64| rule(key).and_then(|e| e.int()).unwrap_or(or);
    let minutes = |key: &str, or: i64| n(key, or) * 60_000;
    let by_rule = rule("auction.visibility").and_then(|e| e.text().and_then(Sight::of)).unwrap_or(Sight::Lowest);
    let sight = if format == Format::Sealed { Sight::Nothing } else { sight.unwrap_or(by_rule) };
    let retries = n("auction.failed_extend_count", 1);
    let s = Settings {
        format,
        ceiling: p.ceiling,
        // A step of more than a hundredth of a small ceiling would leave no room to quote.
        step: Step::Fen(n("auction.step_min_fen", 100).min(p.ceiling / 100).max(1)),
        against: if sight == Sight::Lowest { Against::Best } else { Against::Own },
        sight,
        minimum: usize::try_from(n("quote.minimum", 3)).unwrap_or(3),
        window: minutes("auction.extend_window_minutes", 5),
        extend_by: minutes("auction.extend_minutes", 5),
        extensions_max: u32::try_from(n("auction.extend_count_max", 12)).unwrap_or(12),
        retry_by: if retries > 0 { n("auction.failed_extend_hours", 24) * 3_600_000 } else { 0 },
        tail_max: minutes("auction.random_close_minutes", 0),
        rounds: u32::try_from(n("auction.rounds", 3)).unwrap_or(3),
        pause: minutes("auction.pause_minutes", 5),
        turn: minutes("auction.turn_minutes", 2),
        final_within_bp: n("auction.final_within_bp", 1000),
        final_least: usize::try_from(n("auction.final_least", 3)).unwrap_or(3),
        final_time: minutes("auction.final_minutes", 30),
        hide_count: rule("auction.hide_count").and_then(|e| e.flag()).unwrap_or(true),
    };
    s.check().map_err(|why| Fail::Fault(format!("the rulebook gives an impossible auction: {why:?}")))?;
    Ok(s)
}

/// Makes an auction: judged, money frozen, sent for review.
pub async fn launch(trade: &Trade, actor: &Actor, l: &Launch) -> Result<Launched> {
    if l.key.is_empty() || l.key.len() > 64 {
        return Err(Fail::refuse("project.key", "页面已过期，请重新打开再提交。"));
    }
    if let Some(id) = headers::by_key(trade.db(), actor.person, &l.key).await? {
        return Ok(Launched::Made(id));
    }
    projects::must_not_be_state(&l.ready.secret)?;
    let (mut p, checks) = projects::prepare(trade, actor, &l.ready).await?;
    if blocked(&checks.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>()) {
        return Ok(Launched::Blocked(checks));
    }
    if l.ready.ceiling % l.ready.quantity != 0 {
        return Err(Fail::field("ceiling", "auction.ceiling", "最高限价应按单价填写。"));
    }
    let mut a = shape(trade, &mut p, l)?;
    if let Some(before) = l.rerun_of {
        a.run = run_after(trade, actor, &p, before).await?;
    }
    let (p, a) = (&p, &a);
    let made = trade
        .db()
        .write("auction.launch", |tx| {
            Box::pin(async move {
                let (mut p, a) = (p.clone(), a.clone());
                if !headers::insert(tx, &p, &l.key).await? {
                    return Err(Fail::refuse("project.same_key", "这次提交已经办过了。"));
                }
                store::insert(tx, &a).await?;
                for supplier in &l.invited {
                    store::invite(tx, a.id, *supplier).await?;
                }
                projects::hold(trade, tx, &mut p).await?;
                let mut e = entry(&p, "auction.made", actor.person, made_data(&p, &a));
                e.via = l.via;
                tx.journal(e).await?;
                begin(trade, tx, &mut p, &a).await?;
                headers::save(tx, &mut p).await?;
                Ok(p.id)
            })
        })
        .await;
    match made {
        Err(Fail::Refused(r)) if r.code == "project.same_key" => {
            let id = headers::by_key(trade.db(), actor.person, &l.key).await?.ok_or(Fail::Hidden)?;
            Ok(Launched::Made(id))
        }
        other => other.map(Launched::Made),
    }
}

/// The number of the next run of a failed auction, if the rulebook allows one more.
async fn run_after(trade: &Trade, actor: &Actor, p: &Project, before: i64) -> Result<i64> {
    let old = headers::load(trade.db(), &actor.scope(), before).await?;
    if !matches!(old.state.as_str(), "failed" | "cancelled") {
        return Err(projects::refuse_state(state(&old)?.label()));
    }
    let run = store::get(trade.db(), before).await?.run;
    let most = projects::figure(trade, p, "auction.rerun_max", 2);
    if run > most {
        let words = format!("同一需求最多重新竞价 {most} 次，请改用其他采购方式，或调整需求后另建项目。");
        return Err(Fail::refuse("auction.rerun", words));
    }
    Ok(run + 1)
}

fn made_data(p: &Project, a: &Auction) -> Value {
    json!({
        "number": p.number, "ceiling": p.ceiling, "quantity": p.quantity, "category": p.category, "basis": a.basis,
        "product": a.product.to_string(), "format": a.settings.format.key(), "run": a.run,
    })
}

/// The auction of a header: settings by the rulebook, bounds of its length, a fresh seed.
fn shape(trade: &Trade, p: &mut Project, l: &Launch) -> Result<Auction> {
    if l.product == 0 && l.demands.is_empty() {
        return Err(Fail::field("demand", "auction.demands", "请至少写一项采购需求，供应商要逐项响应。"));
    }
    if l.demands.len() > DEMANDS_MAX {
        return Err(Fail::field("demand", "auction.demands", format!("采购需求最多 {DEMANDS_MAX} 项。")));
    }
    let n = |key: &str, or: i64| projects::figure(trade, p, key, or);
    let (least, most) = (n("auction.hours_min", 24), n("auction.hours_max", 240));
    let hours = if l.hours == 0 { n("auction.hours_default", 72) } else { l.hours };
    if !(least..=most).contains(&hours) {
        return Err(Fail::field("hours", "auction.hours", format!("报价时间应在 {least} 到 {most} 小时之间。")));
    }
    let settings = settings(trade, p, l.format, l.sight)?;
    p.rules = projects::snapshot(trade, p, &KEPT);
    let seed = kit::ids::random_hex(32);
    Ok(Auction {
        id: p.id,
        basis: if l.product != 0 { "product" } else { "requirement" }.to_owned(),
        product: l.product,
        settings,
        demands: if l.product != 0 { Vec::new() } else { l.demands.clone() },
        hours,
        opens_at: 0,
        closes_at: 0,
        commitment: record::commitment(&seed),
        seed,
        version: 0,
        phase: "waiting".to_owned(),
        until: 0,
        run: 1,
        rerun_of: l.rerun_of,
        winner: None,
        amount: None,
    })
}

/// A need that others hold the money for: the sum of a batch's package.
pub(crate) struct Pooled {
    /// Region of the centre.
    pub region: String,
    /// The centre.
    pub centre: i64,
    /// Person of the centre who handles it.
    pub handler: i64,
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// How many in all.
    pub quantity: i64,
    /// Unit of count.
    pub measure: String,
    /// No more than this for one, fen.
    pub price: i64,
    /// Requirements.
    pub demands: Vec<Demand>,
    /// What it serves.
    pub parent: i64,
}

/// Makes and publishes an auction for a pooled need; it holds no money of its own.
pub(crate) async fn pooled(trade: &Trade, tx: &Tx<'_>, n: Pooled) -> Result<i64> {
    let id = tx.id();
    let mut p = Project {
        id,
        kind: "auction".to_owned(),
        number: projects::number("auction", &n.region, id, tx.now()),
        region: n.region.clone(),
        unit: n.centre,
        handler: n.handler,
        mode: "batch".to_owned(),
        form: "auction".to_owned(),
        title: n.title,
        purpose: "批量采购汇总需求".to_owned(),
        category: n.category,
        quantity: n.quantity,
        measure: n.measure,
        plan_line: None,
        budget: None,
        ceiling: n.price * n.quantity,
        held: 0,
        address: "按各单位需求分送".to_owned(),
        contact: String::new(),
        phone: String::new(),
        address_region: n.region,
        rules: Vec::new(),
        checks: Vec::new(),
        state: headers::APPROVING.to_owned(),
        version: 1,
        step: 0,
        steps: Vec::new(),
        note: String::new(),
        parent: Some(n.parent),
        made_at: tx.now(),
        next_due: None,
        next_command: None,
        secret: String::new(),
        secret_words: String::new(),
    };
    let settings = settings(trade, &p, Format::Open, None)?;
    p.rules = projects::snapshot(trade, &p, &KEPT);
    let seed = kit::ids::random_hex(32);
    let a = Auction {
        id,
        basis: "requirement".to_owned(),
        product: 0,
        settings,
        demands: n.demands,
        hours: projects::figure(trade, &p, "auction.hours_default", 72),
        opens_at: 0,
        closes_at: 0,
        commitment: record::commitment(&seed),
        seed,
        version: 0,
        phase: "waiting".to_owned(),
        until: 0,
        run: 1,
        rerun_of: None,
        winner: None,
        amount: None,
    };
    if !headers::insert(tx, &p, &format!("pooled-{}", n.parent)).await? {
        return Err(Fail::Fault(format!("package {} has its auction", n.parent)));
    }
    store::insert(tx, &a).await?;
    tx.journal(entry(&p, "auction.made", 0, made_data(&p, &a))).await?;
    publish(trade, tx, &mut p, &a).await?;
    headers::save(tx, &mut p).await?;
    Ok(id)
}

/// After the money is frozen: to whoever approves, or straight out when the rulebook asks for no approval.
pub(super) async fn begin(trade: &Trade, tx: &Tx<'_>, p: &mut Project, a: &Auction) -> Result<()> {
    if p.steps.is_empty() {
        return publish(trade, tx, p, a).await;
    }
    projects::tell_next(tx, p).await
}

/// Out in the open: the clock starts, the notice follows by itself.
async fn publish(trade: &Trade, tx: &Tx<'_>, p: &mut Project, a: &Auction) -> Result<()> {
    step(p, Act::Publish)?;
    let (opens, closes) = (tx.now(), tx.now() + a.hours * 3_600_000);
    store::publish(tx, p.id, opens, closes).await?;
    (p.next_due, p.next_command) = (Some(opens), Some("advance".to_owned()));
    let unit = base::orgs::org(tx, p.unit).await?;
    let data = json!({
        "number": p.number, "title": p.title, "unit": unit.name, "ceiling": p.ceiling, "quantity": p.quantity, "measure": p.measure,
        "category": p.category, "category_name": trade.facts().category_name(&p.category), "basis": a.basis,
        "format": a.settings.format.label(), "demands": a.demands.iter().map(Demand::words).collect::<Vec<_>>(),
        "minimum": a.settings.minimum, "opens_at": opens, "closes_at": closes, "place": trade.facts().region_name(&p.address_region),
        "rules": p.rules.iter().map(|r| format!("{}：{}", r.title, r.value)).collect::<Vec<_>>(), "commitment": a.commitment,
        "secret": p.secret,
    });
    let mut data = data;
    let reached = reach(tx, p, a).await?;
    data["reached"] = json!(reached.len());
    tx.journal(entry(p, "auction.published", 0, data)).await?;
    let words = format!("新竞价 {}：{}，贵单位可以参加。", p.number, p.title);
    base::messages::tell_many(tx, &reached, Duty::SupplierOrders, &p.href(), &words).await
}

/// Suppliers that may take part and are told: those invited, else those that sell the product, else all of the category
/// that deliver to the place.
async fn reach(tx: &Tx<'_>, p: &Project, a: &Auction) -> Result<Vec<i64>> {
    let mut out = store::invited(tx, p.id).await?;
    if out.is_empty() && a.product != 0 {
        let offers = supply::offers::of_product(tx, a.product).await?;
        out = offers.into_iter().filter(|o| o.supplier_state == "admitted").map(|o| o.supplier).collect();
    } else if out.is_empty() {
        let found = supply::suppliers::of_category(tx, &p.category, &p.address_region).await?;
        out = found.into_iter().map(|s| s.org).collect();
    }
    out.truncate(TOLD_MAX);
    Ok(out)
}

/// One approval; the last one publishes.
pub(crate) async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("auction.approve", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                let last = projects::give_approval(tx, actor, &mut p).await?;
                tx.journal(entry(&p, "auction.approved", actor.person, json!({"last": last, "duty": p.approved_as()})))
                    .await?;
                if last {
                    let a = store::get(tx, id).await?;
                    publish(trade, tx, &mut p, &a).await?;
                } else {
                    step(&mut p, Act::Pass)?;
                    projects::tell_next(tx, &p).await?;
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Back to the handler with a reason; the money is freed.
pub(crate) async fn send_back(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("auction.return", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                projects::take_back(tx, actor, &mut p, reason).await?;
                step(&mut p, Act::Return)?;
                tx.journal(entry(&p, "auction.returned", actor.person, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The handler takes it back before publication.
pub(crate) async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("auction.withdraw", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                step(&mut p, Act::Withdraw)?;
                projects::free(tx, &mut p, "撤回竞价").await?;
                tx.journal(entry(&p, "auction.withdrawn", actor.person, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Stops a published auction with a reason; everybody is told.
pub async fn cancel(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("auction.cancel", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                step(&mut p, Act::Cancel)?;
                end(tx, &mut p, "auction.cancelled", actor.person, reason).await
            })
        })
        .await
}

/// Ends without a winner: money freed, everybody told.
pub(super) async fn end(tx: &Tx<'_>, p: &mut Project, kind: &'static str, actor: i64, reason: &str) -> Result<()> {
    projects::free(tx, p, "竞价未成交").await?;
    p.note = reason.to_owned();
    (p.next_due, p.next_command) = (None, None);
    let unit = base::orgs::org(tx, p.unit).await?;
    let data = json!({"number": p.number, "title": p.title, "unit": unit.name, "reason": reason, "ceiling": p.ceiling, "secret": p.secret});
    tx.journal(entry(p, kind, actor, data)).await?;
    let words = format!("竞价 {} 未成交：{reason}", p.number);
    base::messages::tell(tx, p.unit, desk_of(p), &p.href(), &words).await?;
    for e in store::entries(tx, p.id).await? {
        base::messages::tell(tx, e.supplier, Duty::SupplierOrders, &p.href(), &words).await?;
    }
    headers::save(tx, p).await?;
    if p.mode == "batch" {
        return crate::batch::auction_failed(tx, p, reason).await;
    }
    Ok(())
}

/// Who acts for the buyer: the handler of a unit, or the centre for a batch.
pub(super) fn desk_of(p: &Project) -> Duty {
    if p.mode == "batch" { Duty::Centre } else { Duty::Handler }
}

/// A supplier asks; who asks is told to nobody.
pub async fn ask(trade: &Trade, actor: &Actor, id: i64, question: &str) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("auction.ask", |tx| {
            Box::pin(async move {
                let p = headers::any(tx, id).await?;
                if p.state != "live" {
                    return Err(Fail::refuse("question.closed", "报价已经截止，不能再提问。"));
                }
                store::add_question(tx, id, actor.org, question).await?;
                let words = format!("竞价 {} 有供应商提问，请尽快答复。", p.number);
                base::messages::tell(tx, p.unit, desk_of(&p), &p.href(), &words).await?;
                tx.journal(entry(&p, "auction.asked", 0, json!({"question": question}))).await?;
                Ok(())
            })
        })
        .await
}

/// The handler answers for everybody to read.
pub async fn answer(trade: &Trade, actor: &Actor, id: i64, question: i64, words: &str) -> Result<()> {
    trade
        .db()
        .write("auction.answer", |tx| {
            Box::pin(async move {
                let p = projects::own(tx, actor, id).await?;
                if p.state != "live" {
                    return Err(projects::refuse_state(state(&p)?.label()));
                }
                store::answer(tx, id, question, words).await?;
                tx.journal(entry(&p, "auction.answered", actor.person, json!({"answer": words}))).await?;
                Ok(())
            })
        })
        .await
}

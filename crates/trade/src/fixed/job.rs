//! A job from the need to the order: approval, finding a supplier, its quote, the unit's agreement, completion.
use super::store::{self, Agreement, Asked, Job, Quoted};
use super::{agreement, draw};
use crate::Trade;
use crate::delivery;
use crate::orders::{Award, AwardLine, award as make_order, lines_of};
use crate::projects::{self, Project, Ready, store as headers};
use base::access::Actor;
use kit::journal::{self, Recorded};
use kit::{Entry, Fail, Query, Result, Tx, seal};
use rules::Fen;
use rules::calendar::day_of;
use rules::check::{Check, blocked};
use rules::duty::Duty;
use rules::fixed::{Act, INVITED_MIN, State, Way, next, price, turn};
use serde_json::{Value, json};
use supply::suppliers;

/// Waiting jobs on one list.
const WAITING_MAX: usize = 50;
/// Rules that are kept with every job.
const KEPT: [(&str, &str); 4] = [
    ("fixed.select", "可用的选定办法"),
    ("fixed.annual_fen", "定点品目全年限额"),
    ("fixed.discount_percent_min", "最低优惠率（%）"),
    ("clock.supplier_confirm", "供应商答复期限"),
];
/// The draw is tried this often until the journal has moved on, ms.
const DRAW_EVERY: i64 = 1_000;

/// A job to be called off.
pub struct CallOff {
    /// Agreement.
    pub agreement: i64,
    /// What is to be done.
    pub title: String,
    /// Why.
    pub purpose: String,
    /// No more than this in all, fen.
    pub ceiling: i64,
    /// How a supplier is found.
    pub way: Way,
    /// The one named, or those invited; empty for all members.
    pub suppliers: Vec<i64>,
    /// Plan line to charge.
    pub plan: i64,
    /// Place.
    pub address: i64,
    /// Key of this submission; the same key never makes two.
    pub key: String,
}

/// Word and tone of a state key.
pub(crate) fn label(key: &str) -> (&'static str, &'static str) {
    State::of(key).map_or(("", "info"), |s| (s.label(), s.tone()))
}

/// What a journal entry of a job means, in Chinese.
pub(crate) fn words(e: &Recorded) -> String {
    let text = |key: &str| e.data[key].as_str().unwrap_or_default().to_owned();
    let fixed = match e.kind.as_str() {
        "job.made" => "提出服务需求，冻结预算",
        "job.approved" => "审批同意",
        "job.returned" => "退回，预算释放",
        "job.withdrawn" => "撤回，预算释放",
        "job.drawn" => "随机抽取供应商",
        "job.offered" => "请供应商报价",
        "job.invited" => "邀请供应商密封报价",
        "job.bid" => "收到一份密封报价",
        "job.opened" => "报价开启，最低者中选",
        "job.quoted" => "供应商按价目报价",
        "job.promised" => "为下一次抽取作出新的承诺",
        "job.waits" => "等待留痕更新后抽取",
        "job.declined" => "供应商不接",
        "job.ordered" => "采购人同意报价，生成合同和订单",
        "job.completed" => "供应商完工",
        "job.ended" => "终止，预算释放",
        other => other,
    };
    let more =
        [text("supplier_name"), text("reason")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("，");
    if more.is_empty() { fixed.to_owned() } else { format!("{fixed}：{more}") }
}

pub(super) fn state(p: &Project) -> Result<State> {
    State::of(&p.state).ok_or_else(|| Fail::Fault(format!("job {} is in state {}", p.id, p.state)))
}

fn step(p: &mut Project, act: Act) -> Result<()> {
    let now = state(p)?;
    p.state = next(now, act).ok_or_else(|| projects::refuse_state(now.label()))?.key().to_owned();
    Ok(())
}

fn entry(p: &Project, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: p.region.clone(), room: "fixed", kind, subject: p.subject(), actor, via, data }
}

/// Calls off a job; the inner Err holds the checks when something blocks, and nothing changed.
pub async fn call_off(
    trade: &Trade,
    actor: &Actor,
    c: &CallOff,
) -> Result<std::result::Result<i64, Vec<(Check, String)>>> {
    if c.key.is_empty() || c.key.len() > 64 {
        return Err(Fail::refuse("project.key", "页面已过期，请重新打开再提交。"));
    }
    if let Some(id) = headers::by_key(trade.db(), actor.person, &c.key).await? {
        return Ok(Ok(id));
    }
    let a = store::agreement(trade.db(), c.agreement).await?;
    let asked = find(trade, actor, &a, c).await?;
    let ready = Ready {
        kind: "job",
        mode: "fixed",
        form: "direct",
        title: c.title.clone(),
        purpose: c.purpose.clone(),
        category: a.category.clone(),
        quantity: 1,
        measure: "项".to_owned(),
        ceiling: c.ceiling,
        plan_line: c.plan,
        address: c.address,
        parent: Some(a.id),
    };
    let (mut p, checks) = projects::prepare(trade, actor, &ready).await?;
    if blocked(&checks.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>()) {
        return Ok(Err(checks));
    }
    p.rules = projects::snapshot(trade, &p, &KEPT);
    let secret = kit::ids::random_hex(32);
    let job = Job {
        id: p.id,
        agreement: a.id,
        way: c.way,
        supplier: None,
        commitment: draw::commitment(&secret),
        secret,
        draw_after: 0,
        draw_seq: 0,
        draw_hash: String::new(),
        answer_by: 0,
        lines: Vec::new(),
        total: 0,
        done_words: String::new(),
        done_at: None,
        order: None,
    };
    let (p, a, job, asked) = (&p, &a, &job, &asked);
    let made = trade
        .db()
        .write("job.make", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = (p.clone(), job.clone());
                if !headers::insert(tx, &p, &c.key).await? {
                    return Err(Fail::refuse("project.same_key", "这次提交已经办过了。"));
                }
                store::add_job(tx, &job).await?;
                for supplier in asked {
                    put(tx, job.id, *supplier, "invited").await?;
                }
                projects::hold(trade, tx, &mut p).await?;
                let data = json!({
                    "number": p.number, "agreement": a.number, "way": job.way.key(), "ceiling": p.ceiling, "commitment": job.commitment,
                });
                tx.journal(entry(&p, "job.made", actor.person, data)).await?;
                if p.steps.is_empty() {
                    look(trade, tx, &mut p, &mut job).await?;
                } else {
                    projects::tell_next(tx, &p).await?;
                }
                headers::save(tx, &mut p).await?;
                Ok(p.id)
            })
        })
        .await;
    match made {
        Err(Fail::Refused(e)) if e.code == "project.same_key" => {
            headers::by_key(trade.db(), actor.person, &c.key).await?.map(Ok).ok_or(Fail::Hidden)
        }
        other => other.map(Ok),
    }
}

async fn put(tx: &Tx<'_>, job: i64, supplier: i64, state: &str) -> Result<()> {
    store::put_asked(tx, job, &Asked { supplier, amount: None, sealed: None, at: None, state: state.to_owned() }).await
}

/// Whether the agreement and the way may be used, and whom the unit names.
async fn find(trade: &Trade, actor: &Actor, a: &Agreement, c: &CallOff) -> Result<Vec<i64>> {
    let (facts, today) = (trade.facts(), day_of(trade.db().now()));
    if a.state != "running" || !(a.from..=a.to).contains(&today) {
        return Err(Fail::refuse("fixed.ended", "这份协议还没有开始或已经到期。"));
    }
    if !facts.path(&actor.region).contains(&a.region.as_str()) {
        return Err(Fail::refuse("fixed.area", "这份协议不面向贵单位所在地区。"));
    }
    let rule = facts.rule("fixed.select", &actor.region, &agreement::scope(&a.category), today);
    let origin = rule.as_ref().map_or(String::new(), |e| facts.origin(e));
    let ways = rule.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    if !ways.iter().any(|w| w == c.way.key()) {
        return Err(Fail::field("way", "fixed.way", format!("本地不能用“{}”。{origin}", c.way.label())));
    }
    let members = store::members(trade.db(), a.id).await?;
    let active: Vec<i64> = members.iter().filter(|m| m.active).map(|m| m.supplier).collect();
    if active.is_empty() {
        return Err(Fail::refuse("fixed.nobody", "这份协议还没有入围供应商。"));
    }
    if c.suppliers.iter().any(|s| !active.contains(s)) {
        return Err(Fail::field("supplier", "fixed.member", "选的供应商不在入围名单里，请刷新页面再选。"));
    }
    match c.way {
        Way::Direct if c.suppliers.len() == 1 => Ok(c.suppliers.clone()),
        Way::Direct => Err(Fail::field("supplier", "fixed.one", "直接选定请选一家供应商。")),
        Way::Compete => {
            let asked = if c.suppliers.is_empty() { active } else { c.suppliers.clone() };
            if asked.len() < INVITED_MIN {
                let words = format!("二次竞价至少邀请 {INVITED_MIN} 家，现在 {} 家。", asked.len());
                return Err(Fail::field("supplier", "fixed.three", words));
            }
            Ok(asked)
        }
        Way::Rotate | Way::Draw => Ok(Vec::new()),
    }
}

/// After the last approval: starts to find a supplier.
async fn look(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    match job.way {
        Way::Direct => {
            step(p, Act::Offer)?;
            let asked = store::asked(tx, job.id).await?;
            let who = asked.first().map(|a| a.supplier).ok_or(Fail::Hidden)?;
            offer(trade, tx, p, job, who).await
        }
        Way::Rotate => {
            step(p, Act::Offer)?;
            rotate(trade, tx, p, job).await
        }
        Way::Draw => {
            step(p, Act::Draw)?;
            wait_for_draw(tx, p, job).await
        }
        Way::Compete => {
            step(p, Act::Invite)?;
            job.answer_by =
                projects::clock(trade, p, "clock.supplier_confirm", tx.now()).unwrap_or(tx.now() + 86_400_000);
            (p.next_due, p.next_command) = (Some(job.answer_by), Some("open".to_owned()));
            for a in store::asked(tx, job.id).await? {
                let words = format!("邀请贵单位为“{}”密封报价。", p.title);
                headers::tell(tx, a.supplier, Duty::SupplierOrders, &p.href(), &words).await?;
            }
            tx.journal(entry(p, "job.invited", 0, json!({"until": job.answer_by}))).await?;
            store::save_job(tx, job).await
        }
    }
}

async fn rotate(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let without: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
    let members = store::members(tx, job.agreement).await?;
    let turns: Vec<_> = members.iter().filter(|m| m.active).map(store::Member::turn).collect();
    match turn(&turns, &without) {
        Some(who) => offer(trade, tx, p, job, who).await,
        None => end(tx, p, 0, "入围供应商都没有接单").await,
    }
}

async fn wait_for_draw(tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    job.draw_after = journal::head(tx).await?;
    (p.next_due, p.next_command) = (Some(tx.now()), Some("draw".to_owned()));
    store::save_job(tx, job).await
}

/// One supplier is asked to quote within its clock.
async fn offer(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job, who: i64) -> Result<()> {
    job.supplier = Some(who);
    job.answer_by = projects::clock(trade, p, "clock.supplier_confirm", tx.now()).unwrap_or(tx.now() + 86_400_000);
    (p.next_due, p.next_command) = (Some(job.answer_by), Some("expire".to_owned()));
    put(tx, job.id, who, "invited").await?;
    let name = base::orgs::org(tx, who).await?.name;
    headers::tell(tx, who, Duty::SupplierOrders, &p.href(), &format!("“{}”请贵单位按协议价目报价。", p.title)).await?;
    tx.journal(entry(p, "job.offered", 0, json!({"supplier_name": name, "until": job.answer_by}))).await?;
    store::save_job(tx, job).await
}

/// Ends without an order: money freed, both told. The caller saves.
async fn end(tx: &Tx<'_>, p: &mut Project, actor: i64, reason: &str) -> Result<()> {
    step(p, Act::End)?;
    projects::free(tx, p, "服务需求终止").await?;
    p.note = reason.to_owned();
    (p.next_due, p.next_command) = (None, None);
    headers::tell(tx, p.unit, Duty::Handler, &p.href(), &format!("{} 已终止：{reason}。预算已释放。", p.number))
        .await?;
    tx.journal(entry(p, "job.ended", actor, json!({"reason": reason}))).await?;
    Ok(())
}

/// Runs a due command of a job.
pub(crate) async fn run_due(trade: &Trade, id: i64, command: &str) -> Result<()> {
    trade
        .db()
        .write("job.due", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                if p.next_due.is_none_or(|d| d > tx.now()) || p.next_command.as_deref() != Some(command) {
                    return Ok(());
                }
                let mut job = store::job(tx, id).await?;
                match command {
                    "draw" => draw_now(trade, tx, &mut p, &mut job).await?,
                    "open" => open(trade, tx, &mut p, &mut job).await?,
                    "expire" => {
                        pass(trade, tx, &mut p, &mut job, "credit.deduct.order_unconfirmed", "逾期未答复", 0).await?
                    }
                    other => return Err(Fail::Fault(format!("job {id} has unknown command {other}"))),
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

async fn draw_now(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let without: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
    let mut left: Vec<i64> = store::members(tx, job.agreement)
        .await?
        .into_iter()
        .filter(|m| m.active && !without.contains(&m.supplier))
        .map(|m| m.supplier)
        .collect();
    left.sort_unstable();
    if left.is_empty() {
        return end(tx, p, 0, "入围供应商都没有接单").await;
    }
    let Some(e) = journal::after(tx, job.draw_after, 1).await?.into_iter().next() else {
        // Nothing was written since: the wait itself is written, and decides the next time.
        p.next_due = Some(tx.now() + DRAW_EVERY);
        tx.journal(entry(p, "job.waits", 0, json!({}))).await?;
        return Ok(());
    };
    (job.draw_seq, job.draw_hash) = (e.seq, e.hash);
    let who = left[draw::drawn(&job.secret, &job.draw_hash, left.len())];
    let names = base::orgs::names(tx, &left).await?;
    let members: Vec<String> = left.iter().map(|s| names.get(s).cloned().unwrap_or_default()).collect();
    step(p, Act::Offer)?;
    tx.journal(entry(p, "job.drawn", 0, draw::record(&p.number, &job.secret, job.draw_seq, &job.draw_hash, &members)))
        .await?;
    offer(trade, tx, p, job, who).await
}

/// The supplier that was asked is out; somebody else follows where the way allows it.
async fn pass(
    trade: &Trade,
    tx: &Tx<'_>,
    p: &mut Project,
    job: &mut Job,
    rule: &str,
    reason: &str,
    actor: i64,
) -> Result<()> {
    let Some(who) = job.supplier.take() else { return Err(Fail::Hidden) };
    put(tx, job.id, who, "lost").await?;
    let points = projects::figure(trade, p, rule, 0);
    suppliers::deduct(tx, who, rule, points, &p.subject(), &format!("定点服务 {}：{reason}", p.number)).await?;
    let name = base::orgs::org(tx, who).await?.name;
    let data = json!({"supplier_name": name, "reason": reason, "points": points});
    tx.journal(entry(p, "job.declined", actor, data)).await?;
    match job.way {
        Way::Direct | Way::Compete => end(tx, p, 0, &format!("{name}{reason}")).await?,
        Way::Rotate => {
            let members = store::members(tx, job.agreement).await?;
            let asked: Vec<i64> = store::asked(tx, job.id).await?.into_iter().map(|a| a.supplier).collect();
            if members.iter().any(|m| m.active && !asked.contains(&m.supplier)) {
                step(p, Act::Offer)?;
            }
            rotate(trade, tx, p, job).await?;
        }
        Way::Draw => {
            step(p, Act::Again)?;
            // A fresh secret with its own promise: the old one is known since the first draw.
            job.secret = kit::ids::random_hex(32);
            job.commitment = draw::commitment(&job.secret);
            tx.journal(entry(p, "job.promised", 0, json!({"commitment": job.commitment}))).await?;
            wait_for_draw(tx, p, job).await?;
        }
    }
    store::save_job(tx, job).await
}

/// Invited quotes are opened: the lowest, then the earliest, is chosen.
async fn open(trade: &Trade, tx: &Tx<'_>, p: &mut Project, job: &mut Job) -> Result<()> {
    let event = format!("job/{}", job.id);
    let mut asked = store::asked(tx, job.id).await?;
    for a in &mut asked {
        let Some(sealed) = &a.sealed else { continue };
        let text = trade.keepers().open_seal(&event, a.supplier, tx.now(), sealed);
        a.amount = text.and_then(|m| String::from_utf8(m).ok()?.parse().ok());
    }
    let valid = asked.iter().filter(|a| a.amount.is_some()).count();
    let best = asked.iter().filter_map(|a| Some((a.amount?, a.at?, a.supplier))).min();
    for a in &mut asked {
        a.state =
            if best.is_some_and(|b| b.2 == a.supplier) && valid >= INVITED_MIN { "won" } else { "lost" }.to_owned();
        store::put_asked(tx, job.id, a).await?;
    }
    let data = json!({"quotes": valid});
    tx.journal(entry(p, "job.opened", 0, data)).await?;
    match best {
        Some((amount, _, who)) if valid >= INVITED_MIN => {
            job.supplier = Some(who);
            job.lines = vec![Quoted { title: p.title.clone(), measure: p.measure.clone(), price: amount, quantity: 1 }];
            job.total = amount;
            quoted(tx, p, job, 0).await
        }
        _ => end(tx, p, 0, &format!("有效报价 {valid} 家，不足 {INVITED_MIN} 家")).await,
    }
}

async fn quoted(tx: &Tx<'_>, p: &mut Project, job: &mut Job, actor: i64) -> Result<()> {
    step(p, Act::Quote)?;
    (p.next_due, p.next_command) = (None, None);
    store::save_job(tx, job).await?;
    let name = base::orgs::org(tx, job.supplier.unwrap_or(0)).await?.name;
    tx.journal(entry(p, "job.quoted", actor, json!({"supplier_name": name, "total": job.total}))).await?;
    let words = format!("{} 报价 {}，请确认。", p.number, Fen(job.total).yuan());
    headers::tell(tx, p.unit, Duty::Handler, &p.href(), &words).await
}

/// An invited supplier's sealed quote for the whole job; a new one replaces the old.
pub async fn bid(trade: &Trade, actor: &Actor, id: i64, amount: i64) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("job.bid", |tx| {
            Box::pin(async move {
                let p = headers::any(tx, id).await?;
                let job = store::job(tx, id).await?;
                let known = store::asked(tx, id).await?.into_iter().find(|a| a.supplier == actor.org);
                if known.is_none() {
                    return Err(Fail::Hidden);
                }
                if state(&p)? != State::Inviting || tx.now() > job.answer_by {
                    return Err(Fail::refuse("job.closed", "报价已经截止。"));
                }
                if amount <= 0 || amount > p.ceiling {
                    let words = format!("报价应大于零、不高于 {}。", Fen(p.ceiling).yuan());
                    return Err(Fail::field("price", "job.price", words));
                }
                let event = format!("job/{id}");
                let bound = seal::Bound { event: &event, until: job.answer_by, owner: actor.org };
                let sealed = trade.keepers().seal(&bound, amount.to_string().as_bytes())?;
                let digest = kit::text::sha256(&[&sealed]);
                let a = Asked {
                    supplier: actor.org,
                    amount: None,
                    sealed: Some(sealed),
                    at: Some(tx.now()),
                    state: "quoted".to_owned(),
                };
                store::put_asked(tx, id, &a).await?;
                tx.journal(entry(&p, "job.bid", 0, json!({"sealed": digest}))).await?;
                Ok(())
            })
        })
        .await
}

/// A job this supplier is asked about now.
async fn asked_me(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<(Project, Job)> {
    actor.must(&[Duty::SupplierOrders])?;
    let job = store::job(tx, id).await?;
    if job.supplier != Some(actor.org) {
        return Err(Fail::Hidden);
    }
    Ok((headers::any(tx, id).await?, job))
}

/// The supplier quotes: how many of which items, by the schedule's prices less its discount, never above the ceiling.
pub async fn quote(trade: &Trade, actor: &Actor, id: i64, counts: &[(i64, i64)], lump: Option<i64>) -> Result<()> {
    trade
        .db()
        .write("job.quote", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = asked_me(tx, actor, id).await?;
                let a = store::agreement(tx, job.agreement).await?;
                let members = store::members(tx, a.id).await?;
                let me = members.iter().find(|m| m.supplier == actor.org).ok_or(Fail::Hidden)?;
                job.lines.clear();
                for i in store::items(tx, a.id).await? {
                    let Some((_, quantity)) = counts.iter().find(|(item, n)| *item == i.id && *n > 0) else { continue };
                    let one = if a.pricing == "discount" { price(i.price, me.discount_bp) } else { i.price };
                    job.lines.push(Quoted { title: i.title, measure: i.measure, price: one, quantity: *quantity });
                }
                if let ("ceiling", Some(amount)) = (a.pricing.as_str(), lump) {
                    job.lines =
                        vec![Quoted { title: p.title.clone(), measure: p.measure.clone(), price: amount, quantity: 1 }];
                }
                job.total = job.lines.iter().map(|l| l.price.saturating_mul(l.quantity)).fold(0, i64::saturating_add);
                if job.lines.is_empty() || job.lines.iter().any(|l| l.price <= 0 || l.quantity > 100_000) {
                    return Err(Fail::field("quantity", "job.lines", "请至少填一项数量。"));
                }
                if job.total > p.ceiling {
                    let words = format!("合计 {} 超过采购人的上限 {}。", Fen(job.total).yuan(), Fen(p.ceiling).yuan());
                    return Err(Fail::field("quantity", "job.ceiling", words));
                }
                let mine = Asked {
                    supplier: actor.org,
                    amount: Some(job.total),
                    sealed: None,
                    at: Some(tx.now()),
                    state: "quoted".to_owned(),
                };
                store::put_asked(tx, id, &mine).await?;
                quoted(tx, &mut p, &mut job, actor.person).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The supplier declines with a reason.
pub async fn decline(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("job.decline", |tx| {
            Box::pin(async move {
                let (mut p, mut job) = asked_me(tx, actor, id).await?;
                if state(&p)? != State::Offered {
                    return Err(projects::refuse_state(state(&p)?.label()));
                }
                let words = format!("不接：{reason}");
                pass(trade, tx, &mut p, &mut job, "credit.deduct.order_refused", &words, actor.person).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

async fn own(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<Project> {
    let p = headers::load(tx, &actor.scope(), id).await?;
    if p.handler != actor.person {
        return Err(Fail::refuse("project.not_handler", "这个项目由另一位经办人办理，请由本人操作。"));
    }
    Ok(p)
}

/// The unit agrees to the quote: the order is made.
pub async fn accept(trade: &Trade, actor: &Actor, id: i64) -> Result<i64> {
    trade
        .db()
        .write("job.accept", |tx| {
            Box::pin(async move {
                let mut p = own(tx, actor, id).await?;
                step(&mut p, Act::Accept)?;
                let mut job = store::job(tx, id).await?;
                let supplier = job.supplier.ok_or(Fail::Hidden)?;
                let lines = job.lines.iter().map(|l| AwardLine {
                    offer: 0,
                    product: 0,
                    category: p.category.clone(),
                    brand: String::new(),
                    model: String::new(),
                    title: l.title.clone(),
                    unit: l.measure.clone(),
                    price: l.price,
                    quantity: l.quantity,
                });
                let lines = lines.collect();
                let order =
                    make_order(trade, tx, Award { project: &mut p, supplier, lines, actor: actor.person }).await?;
                projects::free(tx, &mut p, "报价低于上限").await?;
                job.order = Some(order);
                store::save_job(tx, &job).await?;
                store::count_turn(tx, job.agreement, supplier).await?;
                (p.next_due, p.next_command) = (None, None);
                tx.journal(entry(
                    &p,
                    "job.ordered",
                    actor.person,
                    json!({"order": order.to_string(), "total": job.total}),
                ))
                .await?;
                headers::save(tx, &mut p).await?;
                Ok(order)
            })
        })
        .await
}

/// The unit does not agree, or ends the search, with a reason.
pub async fn reject(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("job.reject", |tx| {
            Box::pin(async move {
                let mut p = own(tx, actor, id).await?;
                end(tx, &mut p, actor.person, reason).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The supplier says the work is done, with photos; the receiver of the unit accepts on the order.
pub async fn complete(
    trade: &Trade,
    actor: &Actor,
    id: i64,
    words: &str,
    photos: &[(&'static str, Vec<u8>)],
) -> Result<i64> {
    let job = store::job(trade.db(), id).await?;
    let order = job.order.filter(|_| job.supplier == Some(actor.org)).ok_or(Fail::Hidden)?;
    if photos.is_empty() {
        return Err(Fail::field("photos", "job.photos", "请至少附一张完工照片。"));
    }
    let parts: Vec<(i64, i64)> = lines_of(trade.db(), order).await?.iter().map(|l| (l.id, l.to_ship())).collect();
    delivery::ship(trade, actor, order, "完工", words, &parts).await?;
    trade
        .db()
        .write("job.complete", |tx| {
            Box::pin(async move {
                let mut job = store::job(tx, id).await?;
                (job.done_words, job.done_at) = (words.to_owned(), Some(tx.now()));
                store::save_job(tx, &job).await?;
                for (kind, bytes) in photos {
                    delivery::store::add_photo(tx, order, "completion", kind, bytes, actor.person).await?;
                }
                let p = headers::any(tx, id).await?;
                tx.journal(entry(&p, "job.completed", actor.person, json!({"photos": photos.len()}))).await?;
                Ok(())
            })
        })
        .await?;
    Ok(order)
}

/// One approval; the last one starts the search.
pub(crate) async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("job.approve", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                let last = projects::give_approval(tx, actor, &mut p).await?;
                tx.journal(entry(&p, "job.approved", actor.person, json!({"last": last}))).await?;
                if last {
                    let mut job = store::job(tx, id).await?;
                    look(trade, tx, &mut p, &mut job).await?;
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
        .write("job.return", |tx| {
            Box::pin(async move {
                let mut p = headers::load(tx, &actor.scope(), id).await?;
                projects::take_back(tx, actor, &mut p, reason).await?;
                step(&mut p, Act::Return)?;
                tx.journal(entry(&p, "job.returned", actor.person, json!({"reason": reason}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The handler takes it back before a supplier is looked for.
pub(crate) async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("job.withdraw", |tx| {
            Box::pin(async move {
                let mut p = own(tx, actor, id).await?;
                step(&mut p, Act::Withdraw)?;
                projects::free(tx, &mut p, "撤回服务需求").await?;
                tx.journal(entry(&p, "job.withdrawn", actor.person, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// What waits for a supplier: project and what to do.
pub(crate) async fn todo(q: &dyn Query, a: &Actor) -> Result<Vec<(Project, &'static str)>> {
    if !a.may(Duty::SupplierOrders) {
        return Ok(Vec::new());
    }
    let ids = store::for_supplier(q, a.org, WAITING_MAX).await?;
    Ok(headers::some(q, &ids).await?.into_iter().map(|p| (p, "报价")).collect())
}

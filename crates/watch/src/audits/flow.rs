//! Planning, announcing, drawing, naming, reporting.
use super::draw;
use super::store::{self, Audit};
use crate::Watch;
use base::access::{Actor, Scope as Reach};
use kit::journal::{self, Recorded};
use kit::text::sha256;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::audit::sample::Method;
use rules::audit::{Act, State, next, obstacles};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use serde_json::{Value, json};

pub use store::Scope;

/// Most orders an audit may draw from.
const POPULATION_MAX: usize = 200_000;
/// Most working papers of an audit, drawn and named together.
pub const PAPERS_MAX: usize = 300;
/// Entries looked through for the one that decides.
const ENTRIES: i64 = 500;
/// Longest period of one audit, days.
const DAYS_MAX: Day = 3 * 366;

/// An entry about an audit.
pub(super) fn entry(a: &Audit, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: a.scope.region.clone(),
        room: "audits",
        kind,
        subject: format!("audit/{}", a.id),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data,
    }
}

/// Does a person lead this audit?
pub(super) fn leads(actor: &Actor, a: &Audit) -> bool {
    actor.may(Duty::Auditor) && actor.org == a.org
}

/// An audit that the person leads; others of the place read it, those elsewhere do not learn of it.
pub(super) async fn own(q: &dyn Query, actor: &Actor, id: i64) -> Result<Audit> {
    actor.must(&[Duty::Auditor])?;
    let a = store::load(q, &actor.scope(), true, id).await?;
    if leads(actor, &a) {
        return Ok(a);
    }
    Err(Fail::refuse("audit.other", "这个项目由其他审计机关办理，您只能查看。"))
}

/// One the person leads and works on now.
pub(super) async fn working(q: &dyn Query, actor: &Actor, id: i64) -> Result<Audit> {
    let a = own(q, actor, id).await?;
    if a.state != State::Working {
        return Err(Fail::refuse("audit.state", "项目实施中才能这样办理，请刷新页面看最新状态。"));
    }
    Ok(a)
}

fn within(actor: &Actor, region: &str) -> bool {
    matches!(actor.scope(), Reach::Region(prefix) if region.starts_with(&prefix))
}

fn check_plan(watch: &Watch, actor: &Actor, s: &Scope, (method, size): (Method, i64)) -> Result<()> {
    let facts = watch.facts();
    if facts.region(&s.region).is_none() || !within(actor, &s.region) {
        return Err(Fail::field("region", "audit.region", "请选择本级管辖范围内的地区。"));
    }
    let today = day_of(watch.db().now());
    if s.day_from > s.day_to || s.day_to > today || s.day_to - s.day_from > DAYS_MAX {
        return Err(Fail::field("day_to", "audit.days", "期间应从早到晚、不晚于今天，最长三年。"));
    }
    if !s.category.is_empty() && facts.category(&s.category).is_none() {
        return Err(Fail::field("category", "audit.category", "没有这个品目。"));
    }
    if s.amount_min < 0 || s.amount_min > s.amount_max {
        return Err(Fail::field("amount_max", "audit.amount", "金额范围应从小到大。"));
    }
    if method != Method::All && !(1..=PAPERS_MAX as i64).contains(&size) {
        return Err(Fail::field("size", "audit.size", format!("抽取数量应是 1 到 {PAPERS_MAX}。")));
    }
    Ok(())
}

/// Writes an audit down. Nothing is fixed yet.
pub async fn plan(watch: &Watch, actor: &Actor, title: &str, s: &Scope, (method, size): (Method, i64)) -> Result<i64> {
    actor.must(&[Duty::Auditor])?;
    check_plan(watch, actor, s, (method, size))?;
    watch
        .db()
        .write("audit.plan", |tx| {
            Box::pin(async move {
                let (id, now) = (tx.id(), tx.now());
                let day = show_day(day_of(now)).replace('-', "");
                let a = Audit {
                    id,
                    number: format!("{}-SJ{}-{}", s.region, &day[2..], kit::ids::tail(id)),
                    org: actor.org,
                    title: title.to_owned(),
                    scope: s.clone(),
                    method,
                    size: if method == Method::All { 0 } else { size },
                    state: State::Planned,
                    commitment: String::new(),
                    secret: String::new(),
                    population: 0,
                    population_amount: 0,
                    population_digest: String::new(),
                    entry_seq: None,
                    entry_hash: String::new(),
                    opinion: String::new(),
                    made_at: now,
                    announced_at: None,
                    drawn_at: None,
                    concluded_at: None,
                    version: 1,
                };
                store::add(tx, &a, actor.person).await?;
                tx.journal(entry(&a, "audit.planned", actor.person, json!({"number": a.number}))).await?;
                Ok(id)
            })
        })
        .await
}

/// What the leader does with an audit as a whole: key of the button, act, Chinese name.
pub(super) const ACTS: [(&str, Act, &str); 5] = [
    ("announce", Act::Announce, "公告，锁定随机数"),
    ("draw", Act::Draw, "现在抽取"),
    ("begin", Act::Begin, "开始实施"),
    ("conclude", Act::Conclude, "出具审计报告"),
    ("drop", Act::Drop, "撤销"),
];

/// An act with what it needs.
pub struct Move<'a> {
    /// Key of the button.
    pub key: &'a str,
    /// The opinion of a report, the reason of giving up; empty for others.
    pub words: &'a str,
}

fn stale() -> Fail {
    Fail::refuse("audit.state", "现在不能这样办理，请刷新页面看最新状态。")
}

/// Moves an audit.
pub async fn act(watch: &Watch, actor: &Actor, id: i64, m: &Move<'_>) -> Result<()> {
    let found = ACTS.iter().find(|(key, ..)| *key == m.key).map(|(_, act, _)| *act);
    let what = found.ok_or_else(|| Fail::refuse("audit.act", "请用页面上的按钮办理。"))?;
    if matches!(what, Act::Conclude | Act::Drop) && m.words.is_empty() {
        return Err(Fail::field("words", "audit.words", "请写明审计意见或者撤销的理由。"));
    }
    // The population may be large: it is read before the transaction that keeps it.
    let drawn = match what {
        Act::Draw => Some(look(watch, actor, id).await?),
        _ => None,
    };
    let drawn = drawn.as_ref();
    watch
        .db()
        .write("audit.act", |tx| Box::pin(async move { moved(watch, tx, actor, id, what, m.words, drawn).await }))
        .await
}

async fn moved(
    watch: &Watch,
    tx: &Tx<'_>,
    actor: &Actor,
    id: i64,
    what: Act,
    words: &str,
    drawn: Option<&Drawn>,
) -> Result<()> {
    let mut a = own(tx, actor, id).await?;
    a.state = next(a.state, what).ok_or_else(stale)?;
    let (kind, data) = match what {
        Act::Announce => announce(&mut a, tx.now()),
        Act::Draw => take(tx, &mut a, drawn.ok_or_else(stale)?).await?,
        Act::Begin => ("audit.begun", json!({"number": a.number})),
        Act::Conclude => conclude(watch, tx, &mut a, words).await?,
        Act::Drop => {
            a.opinion = words.to_owned();
            ("audit.dropped", json!({"number": a.number, "reason_digest": sha256(&[words.as_bytes()])}))
        }
    };
    store::save(tx, &a).await?;
    tx.journal(entry(&a, kind, actor.person, data)).await.map(|_| ())
}

/// Scope and promise go on record.
fn announce(a: &mut Audit, now: i64) -> (&'static str, Value) {
    a.secret = kit::ids::random_hex(32);
    a.commitment = draw::commitment(&a.secret);
    a.announced_at = Some(now);
    let s = &a.scope;
    let data = json!({
        "number": a.number, "commitment": a.commitment, "method": a.method.key(), "size": a.size, "from": show_day(s.day_from),
        "to": show_day(s.day_to), "category": s.category, "mode": s.mode, "form": s.form, "unit": s.unit.to_string(),
        "supplier": s.supplier.to_string(), "amount_min": s.amount_min, "amount_max": s.amount_max,
    });
    ("audit.announced", data)
}

/// What a draw rests on.
struct Drawn {
    entry: Recorded,
    population: Vec<(i64, i64)>,
}

/// The first entry after the announcement that is no audit's decides with the secret: nobody can choose another.
async fn look(watch: &Watch, actor: &Actor, id: i64) -> Result<Drawn> {
    let db = watch.db();
    let a = own(db, actor, id).await?;
    next(a.state, Act::Draw).ok_or_else(stale)?;
    let about = journal::about(db, &format!("audit/{id}")).await?;
    let announced = about.iter().find(|e| e.kind == "audit.announced" && e.seq > 0).map(|e| e.seq);
    let none = || Fail::refuse("audit.entry", "公告之后商城里还没有别的记录，不能抽取，请过一会儿再试。");
    let after = journal::after(db, announced.ok_or_else(none)?, ENTRIES).await?;
    let entry = after.into_iter().find(|e| e.room != "audits").ok_or_else(none)?;
    let population = store::population(db, &a.scope, POPULATION_MAX + 1).await?;
    if population.is_empty() {
        return Err(Fail::refuse("audit.empty", "范围里没有期间内生效的合同，请撤销后另定范围。"));
    }
    let most = if a.method == Method::All { PAPERS_MAX } else { POPULATION_MAX };
    if population.len() > most {
        let words = format!("范围里的订单超过 {most} 个，请撤销后缩小范围，或者改用抽样。");
        return Err(Fail::refuse("audit.population", words));
    }
    Ok(Drawn { entry, population })
}

async fn take(tx: &Tx<'_>, a: &mut Audit, d: &Drawn) -> Result<(&'static str, Value)> {
    let chosen = draw::drawn(a.method, a.size, &a.secret, &d.entry.hash, &d.population);
    a.population = d.population.len() as i64;
    a.population_amount = d.population.iter().map(|(_, fen)| fen).sum();
    a.population_digest = draw::digest(&d.population);
    (a.entry_seq, a.entry_hash, a.drawn_at) = (Some(d.entry.seq), d.entry.hash.clone(), Some(tx.now()));
    store::keep_population(tx, a.id, &draw::lines(&d.population)).await?;
    store::add_drawn(tx, a.id, &chosen).await?;
    let data = json!({
        "number": a.number, "secret": a.secret, "entry": d.entry.seq, "entry_hash": d.entry.hash, "population": a.population,
        "population_digest": a.population_digest, "chosen": chosen.iter().map(|(o, _)| o.to_string()).collect::<Vec<_>>(),
    });
    Ok(("audit.drawn", data))
}

async fn conclude(watch: &Watch, tx: &Tx<'_>, a: &mut Audit, words: &str) -> Result<(&'static str, Value)> {
    let [papers, questions, findings] = store::open_things(tx, a.id).await?;
    let open = obstacles(papers, questions, findings);
    if !open.is_empty() {
        return Err(Fail::refuse("audit.unfinished", format!("{}，不能出具报告。", open.join("，"))));
    }
    (a.opinion, a.concluded_at) = (words.to_owned(), Some(tx.now()));
    let told = format!("审计项目 {}（{}）已出具报告，可以查看和下载案卷。", a.number, a.title);
    let ladder = base::orgs::finance_ladder(tx, &watch.facts().path(&a.scope.region)).await?;
    let offices = ladder.into_iter().next().unwrap_or_default();
    base::messages::tell_many(tx, &offices, Duty::Regulator, &format!("/audits/{}", a.id), &told).await?;
    let data = json!({"number": a.number, "opinion_digest": sha256(&[words.as_bytes()])});
    Ok(("audit.concluded", data))
}

/// Adds an order of the place by hand, beside what was drawn; it is shown as such.
pub async fn name(watch: &Watch, actor: &Actor, id: i64, number: &str, reason: &str) -> Result<()> {
    if reason.is_empty() {
        return Err(Fail::field("reason", "audit.reason", "指定的订单要写明理由。"));
    }
    watch
        .db()
        .write("audit.name", |tx| {
            Box::pin(async move {
                let a = own(tx, actor, id).await?;
                if !matches!(a.state, State::Drawn | State::Working) {
                    return Err(Fail::refuse("audit.state", "抽取之后、出具报告之前才能指定订单。"));
                }
                let found = store::order_of(tx, rules::place::prefix(&a.scope.region), number).await?;
                let unknown = || Fail::field("order", "audit.order", "本项目的地区里没有这个编号的订单。");
                let order = found.ok_or_else(unknown)?;
                let papers = store::papers(tx, id).await?.len();
                if papers >= PAPERS_MAX {
                    return Err(Fail::refuse("audit.papers", format!("一个项目最多 {PAPERS_MAX} 份底稿。")));
                }
                if !store::add_named(tx, id, order, papers as i64, reason).await? {
                    return Err(Fail::field("order", "audit.order_there", "这个订单已经在底稿里了。"));
                }
                let digest = sha256(&[reason.as_bytes()]);
                let data = json!({"number": a.number, "order": order.to_string(), "reason_digest": digest});
                tx.journal(entry(&a, "audit.named", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

//! Raising leads, and what people do with them.
use super::ahead::Ahead;
use super::contest;
use super::facts::store as facts;
use super::judge::{self, Found, Sheet};
use super::store::{self, Alert};
use crate::Watch;
use base::access::{Actor, Scope};
use base::said::{self, Said};
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx, journal};
use rules::alert::{Act, Level, State, next, rule};
use rules::calendar::show_time;
use rules::duty::Duty;
use rules::rulebook;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Name of this projection.
pub const PROJECTION: &str = "alerts";
/// The matter under which what is said about leads is kept.
pub(super) const MATTER: &str = "alert";
/// Entries judged in one step.
const PIECE: i64 = 200;
/// Overdue leads handled at a time.
const OVERDUE: usize = 100;
/// Orders looked at afterwards in one step.
const SWEEP: usize = 500;
/// Suppliers looked at in one step.
const SUPPLIERS: usize = 50;
const DAY: i64 = 86_400_000;

const ANY: rulebook::Scope<'static> = rulebook::Scope { mode: None, form: None, category: None, amount: None };

fn entry(a: &Alert, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: a.region.clone(), room: "alerts", kind, subject: format!("alert/{}", a.id), actor, via, data }
}

fn clock(watch: &Watch, level: Level, region: &str) -> Option<i64> {
    let key = if level == Level::Red { "clock.alert_red" } else { "clock.alert_other" };
    watch.facts().clock(key, region, &ANY, watch.db().now()).map(|d| d.at)
}

/// Who answers on the side concerned.
async fn desk(tx: &dyn kit::Query, org: i64) -> Result<Duty> {
    Ok(match base::orgs::org(tx, org).await?.kind.as_str() {
        "unit" => Duty::Signer,
        "centre" => Duty::Centre,
        "finance" => Duty::Regulator,
        _ => Duty::SupplierAdmin,
    })
}

/// Judges what is new in the journal; returns how many entries. Every entry is judged once; it stays behind the notices.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let db = watch.db();
    let from = journal::position(db, PROJECTION).await?;
    let bound = journal::position(db, crate::disclosure::PROJECTION).await?;
    let mut entries = journal::after(db, from, PIECE).await?;
    entries.retain(|e| e.seq <= bound);
    let Some(last) = entries.last().map(|e| e.seq) else { return Ok(0) };
    for e in &entries {
        e.whole(rules::erasure::may)?;
    }
    let (ahead, mut sheet) = (Ahead::read(db, &entries).await?, Sheet::default());
    for e in &entries {
        judge::event(watch, &ahead, e, &mut sheet).await?;
    }
    write(watch, sheet, Some((from, last))).await?;
    Ok(entries.len())
}

/// Clocks that run, suppliers, stations: piece by piece, each written by itself.
async fn daily(watch: &Watch) -> Result<usize> {
    let (mut after, mut done) = (0, 0);
    loop {
        let mut sheet = Sheet::default();
        let Some((last, n)) = judge::clocks::open(watch, after, SWEEP, &mut sheet).await? else { break };
        write(watch, sheet, None).await?;
        (after, done) = (last, done + n);
    }
    after = 0;
    loop {
        let mut sheet = Sheet::default();
        let Some((last, n)) = judge::sweep::suppliers(watch, after, SUPPLIERS, &mut sheet).await? else { break };
        write(watch, sheet, None).await?;
        (after, done) = (last, done + n);
    }
    let mut region = String::new();
    loop {
        let mut sheet = Sheet::default();
        let Some(at) = judge::sweep::station(watch, &region, &mut sheet).await? else { return Ok(done) };
        write(watch, sheet, None).await?;
        (region, done) = (at, done + 1);
    }
}

/// Once a day: what is due, what suppliers and stations look like, what prices did after orders of a fortnight ago, and what a
/// year of auctions shows of those who took part lately. A second time raises nothing again.
pub async fn sweep(watch: &Watch) -> Result<usize> {
    let now = watch.db().now();
    let mut sheet = Sheet::default();
    contest::daily(watch, now, &mut sheet).await?;
    write(watch, sheet, None).await?;
    let (from, to) = (now - (judge::AFTER_DAYS + 2) * DAY, now - judge::AFTER_DAYS * DAY);
    let (mut after, mut done) = (0, daily(watch).await?);
    loop {
        let piece = facts::concluded(watch.db(), from, to, after, SWEEP).await?;
        let Some(furthest) = piece.last() else { return Ok(done) };
        after = *furthest;
        let mut sheet = Sheet::default();
        judge::afterwards(watch.db(), &piece, &mut sheet).await?;
        done += piece.len();
        write(watch, sheet, None).await?;
    }
}

/// Writes tallies and new leads in one transaction with the position, so that nothing is judged twice or forgotten.
async fn write(watch: &Watch, mut sheet: Sheet, moved: Option<(i64, i64)>) -> Result<()> {
    let db = watch.db();
    let mut fresh: Vec<Found> = Vec::new();
    let mut asked: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for f in &sheet.found {
        asked.entry(f.rule).or_default().insert(f.key.clone());
    }
    let known = store::known(db, &asked).await?;
    for f in sheet.found.drain(..) {
        let twice = fresh.iter().any(|other| other.rule == f.rule && other.key == f.key);
        if !twice && !known.contains(&(f.rule, f.key.clone())) {
            fresh.push(f);
        }
    }
    let (fresh, tallies) = (&fresh, &sheet.tallies);
    if fresh.is_empty() {
        return db
            .upkeep("alert.follow", |tx| {
                Box::pin(async move {
                    if !advanced(tx, moved).await? {
                        return Ok(());
                    }
                    store::count(tx, tallies).await
                })
            })
            .await;
    }
    db.write("alert.raise", |tx| {
        Box::pin(async move {
            if !advanced(tx, moved).await? {
                return Ok(());
            }
            store::count(tx, tallies).await?;
            for f in fresh {
                raise(watch, tx, f).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Moves the position on; false when another node has judged this piece.
async fn advanced(tx: &Tx<'_>, moved: Option<(i64, i64)>) -> Result<bool> {
    match moved {
        Some((from, to)) => journal::advance(tx, PROJECTION, from, to).await,
        None => Ok(true),
    }
}

async fn raise(watch: &Watch, tx: &Tx<'_>, f: &Found) -> Result<()> {
    let level = f.level.or(rule(f.rule).map(|r| r.level)).unwrap_or(Level::Yellow);
    let id = tx.id();
    let a = Alert {
        id,
        number: format!("YJ{}", kit::ids::tail(id)),
        rule: f.rule.to_owned(),
        key: f.key.clone(),
        level,
        region: f.region.clone(),
        org: f.org,
        subject: f.subject.clone(),
        words: f.words.clone(),
        evidence: f.evidence.clone(),
        state: State::Raised,
        raised_at: tx.now(),
        due: clock(watch, level, &f.region),
        escalated: false,
        closed_at: None,
        version: 1,
    };
    if store::add(tx, &a).await? {
        let data = json!({
            "number": a.number, "rule": a.rule, "level": level.key(), "org": a.org.to_string(), "about": a.subject, "words": a.words,
        });
        tx.journal(entry(&a, "alert.raised", 0, data)).await?;
    }
    Ok(())
}

/// The leads a person reaches: offices of finance and audit those of their area, everybody else those their own
/// organisation was asked about, a purchasing centre too.
pub fn reach(actor: &Actor) -> Scope {
    let office = actor.may(Duty::Regulator) || actor.may(Duty::Auditor);
    match actor.scope() {
        Scope::Region(_) if !office => Scope::Unit(actor.org),
        scope => scope,
    }
}

/// What people do with leads: key of the button, act, Chinese name.
pub(super) const ACTS: [(&str, Act, &str); 5] = [
    ("ask", Act::Ask, "请对方说明"),
    ("explain", Act::Explain, "提交说明"),
    ("justify", Act::Justify, "有正当理由，办结"),
    ("correct", Act::Correct, "已纠正，办结"),
    ("sanction", Act::Sanction, "作诚信处理，办结"),
];

/// May a person do this with a lead now? Offices of the place deal with it, the one concerned explains.
pub(super) fn may(actor: &Actor, a: &Alert, act: Act) -> bool {
    let legal = next(a.state, act).is_some();
    let own = a.org == actor.org;
    legal
        && match act {
            Act::Explain => {
                own && [Duty::Signer, Duty::SupplierAdmin, Duty::Centre, Duty::Regulator]
                    .into_iter()
                    .any(|d| actor.may(d))
            }
            _ => {
                !own && actor.may(Duty::Regulator)
                    && matches!(actor.scope(), Scope::Region(p) if a.region.starts_with(&p))
            }
        }
}

/// Does something with a lead.
pub async fn act(watch: &Watch, actor: &Actor, id: i64, key: &str, words: &str, digest: &str) -> Result<()> {
    let (key, what, _) =
        ACTS.iter().find(|(k, ..)| *k == key).ok_or_else(|| Fail::refuse("alert.act", "请用页面上的按钮办理。"))?;
    let what = *what;
    if words.is_empty() {
        return Err(Fail::field("words", "alert.words", "请写明要求、说明或理由。"));
    }
    watch
        .db()
        .write("alert.act", |tx| {
            Box::pin(async move {
                let mut a = store::load(tx, &reach(actor), id).await?;
                if !may(actor, &a, what) {
                    return Err(Fail::refuse("alert.state", "现在不能这样办理，请刷新页面看最新状态。"));
                }
                a.state = next(a.state, what).ok_or(Fail::Retry)?;
                (a.due, a.escalated) = (clock(watch, a.level, &a.region), false);
                if a.state.over() {
                    (a.due, a.closed_at) = (None, Some(tx.now()));
                }
                store::save(tx, &a, actor.person).await?;
                let step = Said {
                    at: tx.now(),
                    org: actor.org,
                    act: (*key).to_owned(),
                    words: words.to_owned(),
                    digest: digest.to_owned(),
                };
                said::say(tx, MATTER, id, actor.person, &step).await?;
                tell(watch, tx, &a, what).await?;
                let data =
                    json!({"number": a.number, "rule": a.rule, "act": key, "state": a.state.key(), "evidence": digest});
                tx.journal(entry(&a, "alert.moved", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// Tells the other side.
async fn tell(watch: &Watch, tx: &Tx<'_>, a: &Alert, what: Act) -> Result<()> {
    let link = format!("/alerts/{}", a.id);
    let title = rule(&a.rule).map_or("预警", |r| r.title);
    match what {
        Act::Ask => {
            let until = a.due.map_or(String::new(), |d| format!("，请在 {} 前说明", show_time(d)));
            let words = format!("预警 {}（{title}）：{}{until}。", a.number, a.words);
            base::messages::tell(tx, a.org, desk(tx, a.org).await?, &link, &words).await
        }
        Act::Explain => {
            let words = format!("预警 {}（{title}）的说明已提交，请核实。", a.number);
            for office in offices(watch, tx, &a.region, false).await? {
                base::messages::tell(tx, office, Duty::Regulator, &link, &words).await?;
            }
            Ok(())
        }
        _ => {
            let words = format!("预警 {}（{title}）已办结：{}。", a.number, a.state.label());
            base::messages::tell(tx, a.org, desk(tx, a.org).await?, &link, &words).await
        }
    }
}

/// The finance department of a place, or the one above it.
pub(crate) async fn offices(watch: &Watch, tx: &Tx<'_>, region: &str, above: bool) -> Result<Vec<i64>> {
    let facts = watch.facts();
    let path = facts.path(region);
    for at in path.into_iter().rev().skip(usize::from(above)) {
        let found = base::orgs::of_kind(tx, "finance", at).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Leads that nobody dealt with in time go to the department above, once.
pub async fn run_due(watch: &Watch) -> Result<usize> {
    let mut done = 0;
    for id in &store::overdue(watch.db(), watch.db().now(), OVERDUE).await? {
        let moved = watch
            .db()
            .write("alert.escalate", |tx| {
                Box::pin(async move {
                    let mut a = store::any(tx, *id).await?;
                    if a.state.over() || a.escalated || a.due.is_none_or(|d| d > tx.now()) {
                        return Ok(());
                    }
                    a.escalated = true;
                    store::save(tx, &a, 0).await?;
                    let title = rule(&a.rule).map_or("预警", |r| r.title);
                    let words = format!("预警 {}（{title}）逾期未办结，请督办。", a.number);
                    for office in offices(watch, tx, &a.region, true).await? {
                        base::messages::tell(tx, office, Duty::Regulator, &format!("/alerts/{id}"), &words).await?;
                    }
                    let step = Said { at: tx.now(), org: 0, act: "escalate".into(), words, digest: String::new() };
                    said::say(tx, MATTER, *id, 0, &step).await?;
                    tx.journal(entry(&a, "alert.escalated", 0, json!({"number": a.number}))).await.map(|_| ())
                })
            })
            .await;
        done += usize::from(carried("alert", *id, moved));
    }
    Ok(done)
}

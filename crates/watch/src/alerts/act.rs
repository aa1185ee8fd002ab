//! What people do with leads: giving them to somebody, asking, explaining, checking, closing, looking at them again; and what
//! time does to those that are left lying.
use super::flow::{clock, entry};
use super::store::{self, Alert, Reviewed};
use crate::Watch;
use base::access::{Actor, Scope};
use base::orgs::Regulator;
use base::said::{self, File, Said};
use kit::fail::carried;
use kit::{Fail, Query, Result, Tx};
use rules::alert::{Act, State, next, rule};
use rules::calendar::show_time;
use rules::duty::Duty;
use serde_json::json;
use supply::conduct;

/// The matter under which what is said about leads is kept.
pub(super) const MATTER: &str = "alert";
/// Leads that rise at a time.
const OVERDUE: usize = 100;

/// Who answers on the side concerned.
async fn desk(tx: &dyn Query, org: i64) -> Result<Duty> {
    Ok(match base::orgs::org(tx, org).await?.kind.as_str() {
        "unit" => Duty::Signer,
        "centre" => Duty::Centre,
        "finance" => Duty::Regulator,
        _ => Duty::SupplierAdmin,
    })
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

/// How many leads wait for a person and his colleagues.
pub async fn waiting(db: &kit::Db, actor: &Actor) -> Result<i64> {
    store::waiting(db, &reach(actor), actor.org, db.now()).await
}

/// What people do with leads: key of the button, act, Chinese name.
pub(super) const ACTS: [(&str, Act, &str); 6] = [
    ("ask", Act::Ask, "请对方说明"),
    ("explain", Act::Explain, "提交说明"),
    ("verify", Act::Verify, "记下核实情况"),
    ("justify", Act::Justify, "有正当理由，办结"),
    ("correct", Act::Correct, "已纠正，办结"),
    ("sanction", Act::Sanction, "作诚信处理，办结"),
];

/// Does an office of finance deal with this lead? Nobody deals with his own.
fn deals(actor: &Actor, a: &Alert) -> bool {
    a.org != actor.org
        && actor.may(Duty::Regulator)
        && matches!(actor.scope(), Scope::Region(p) if a.region.starts_with(&p))
}

/// May a person do this with a lead now? Offices of the place deal with it, the one concerned explains. Whoever was asked has his
/// time: without an explanation the office goes on when that is over.
pub(super) fn may(actor: &Actor, a: &Alert, act: Act, now: i64) -> bool {
    let duties = [Duty::Signer, Duty::SupplierAdmin, Duty::Centre, Duty::Regulator];
    next(a.state, act).is_some()
        && match act {
            Act::Explain => a.org == actor.org && duties.into_iter().any(|d| actor.may(d)),
            Act::Verify if a.state == State::Asked => deals(actor, a) && a.due.is_none_or(|d| d < now),
            Act::Ask | Act::Verify | Act::Justify | Act::Correct | Act::Sanction => deals(actor, a),
        }
}

/// May a person say who deals with a lead?
pub(super) fn may_assign(actor: &Actor, a: &Alert) -> bool {
    !a.state.over() && deals(actor, a)
}

/// May a person say whether a closed lead was right? Auditors of the place, of what is not their own.
pub(super) fn may_review(actor: &Actor, a: &Alert) -> bool {
    a.state.over() && a.org != actor.org && actor.may(Duty::Auditor)
}

/// Who can be given a lead by somebody: people who regulate in the departments of the place, up to his own, but not in the one
/// that it concerns.
pub(super) async fn owners(watch: &Watch, q: &dyn Query, actor: &Actor, a: &Alert) -> Result<Vec<Regulator>> {
    let facts = watch.facts();
    let own = rules::place::prefix(&actor.region);
    let path: Vec<String> =
        facts.path(&a.region).into_iter().filter(|c| c.starts_with(own)).map(str::to_owned).collect();
    if path.is_empty() {
        return Ok(Vec::new());
    }
    Ok(base::orgs::regulators(q, &path).await?.into_iter().filter(|p| p.org != a.org).collect())
}

fn stale() -> Fail {
    Fail::refuse("alert.state", "现在不能这样办理，请看最新状态再办；写的文字还在。")
}

/// Fails when something happened to a lead since the page was shown on which somebody decided.
fn as_read(a: &Alert, version: Option<i64>) -> Result<()> {
    match version {
        Some(read) if read != a.version => {
            Err(Fail::refuse("alert.moved", "这件预警刚刚有了新的情况，请看下面的最新经过再办；写的文字还在。"))
        }
        _ => Ok(()),
    }
}

/// What somebody says about a lead, with the file that goes with it and, for a sanction, the indicator.
#[derive(Clone, Copy)]
pub struct Put<'a> {
    /// Words.
    pub words: &'a str,
    /// File.
    pub file: Option<&'a File>,
    /// Key of the indicator of conduct; empty for anything but a sanction.
    pub indicator: &'a str,
    /// Version of the lead that was read before.
    pub version: Option<i64>,
}

impl Put<'_> {
    fn digest(&self) -> &str {
        self.file.map_or("", |f| &f.digest)
    }
}

/// Writes down what was said, with its file.
async fn speak(tx: &Tx<'_>, a: &Alert, actor: &Actor, act: &str, p: &Put<'_>) -> Result<()> {
    if let Some(f) = p.file {
        said::keep(tx, MATTER, a.id, f).await?;
    }
    let step = Said {
        at: tx.now(),
        org: actor.org,
        act: act.to_owned(),
        words: p.words.to_owned(),
        digest: p.digest().to_owned(),
    };
    said::say(tx, MATTER, a.id, actor.person, &step).await
}

/// Gives a lead to somebody, or to nobody in particular.
pub async fn assign(watch: &Watch, actor: &Actor, id: i64, owner: Option<i64>, version: Option<i64>) -> Result<()> {
    watch
        .db()
        .write("alert.assign", |tx| {
            Box::pin(async move {
                let mut a = store::load(tx, &reach(actor), id).await?;
                as_read(&a, version)?;
                if !may_assign(actor, &a) {
                    return Err(stale());
                }
                let known = owners(watch, tx, actor, &a).await?;
                let person = owner.map(|o| known.iter().find(|p| p.person == o));
                if person.is_some_and(|p| p.is_none()) {
                    let words = "承办人应是本地财政部门的监管人员，请从列表里选。";
                    return Err(Fail::field("owner", "alert.owner", words));
                }
                if a.owner == owner {
                    return Err(Fail::field("owner", "alert.same_owner", "承办人没有变。"));
                }
                a.owner = owner;
                store::save(tx, &a, actor.person).await?;
                // Who it is stands in the journal as an id; names are not kept among words.
                let person = person.flatten();
                let office = person.map_or("不指定承办人", |p| &p.office);
                speak(tx, &a, actor, "assign", &Put { words: office, file: None, indicator: "", version: None })
                    .await?;
                // Colleagues see it beside each other; another department has to be told.
                if let Some(p) = person.filter(|p| p.org != actor.org) {
                    let words = format!("预警 {} 已交给你单位承办。", a.number);
                    base::messages::tell(tx, p.org, Duty::Regulator, &format!("/alerts/{id}"), &words).await?;
                }
                let data = json!({"number": a.number, "rule": a.rule, "owner": owner.map(|o| o.to_string())});
                tx.journal(entry(&a, "alert.assigned", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// Does something with a lead.
pub async fn act(watch: &Watch, actor: &Actor, id: i64, key: &str, p: &Put<'_>) -> Result<()> {
    let (key, what, _) =
        ACTS.iter().find(|(k, ..)| *k == key).ok_or_else(|| Fail::refuse("alert.act", "请用页面上的按钮办理。"))?;
    let what = *what;
    if p.words.is_empty() {
        return Err(Fail::field("words", "alert.words", "请写明要求、说明、核实情况或理由。"));
    }
    watch
        .db()
        .write("alert.act", |tx| {
            Box::pin(async move {
                let mut a = store::load(tx, &reach(actor), id).await?;
                as_read(&a, p.version)?;
                if !may(actor, &a, what, tx.now()) {
                    return Err(stale());
                }
                a.state = next(a.state, what).ok_or(Fail::Retry)?;
                a.due = clock(watch, a.level, &a.region);
                (a.escalated, a.rises_at) = (0, a.due);
                if what != Act::Explain {
                    a.owner = a.owner.or(Some(actor.person));
                }
                if a.state.over() {
                    (a.due, a.rises_at, a.closed_at) = (None, None, Some(tx.now()));
                }
                if what == Act::Sanction {
                    a.conduct = Some(charge(watch, tx, actor, &a, p).await?);
                }
                store::save(tx, &a, actor.person).await?;
                speak(tx, &a, actor, key, p).await?;
                tell(watch, tx, &a, what).await?;
                let data = json!({
                    "number": a.number, "rule": a.rule, "act": key, "state": a.state.key(), "evidence": p.digest(),
                    "case": a.conduct.map(|c| c.to_string()),
                });
                tx.journal(entry(&a, "alert.moved", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// Opens a case of conduct; the one concerned is told and heard there again before anything follows.
async fn charge(watch: &Watch, tx: &Tx<'_>, actor: &Actor, a: &Alert, p: &Put<'_>) -> Result<i64> {
    let title = rule(&a.rule).map_or("预警", |r| r.title);
    let words = format!("预警 {}（{title}）：{}。处理理由：{}", a.number, a.words, p.words);
    let charge = conduct::Charge {
        region: &a.region,
        org: a.org,
        rule: p.indicator,
        subject: &format!("alert/{}", a.id),
        words: &words,
        digest: p.digest(),
        measure: conduct::Measure::None,
        points: None,
        by: (actor.person, actor.org),
    };
    conduct::open(watch, tx, &charge).await
}

/// An auditor says whether a closed lead was right; by that the rule is measured.
pub async fn review(watch: &Watch, actor: &Actor, id: i64, found: Reviewed, p: &Put<'_>) -> Result<()> {
    actor.must(&[Duty::Auditor])?;
    if p.words.is_empty() {
        return Err(Fail::field("words", "alert.review_words", "请写明复核的依据。"));
    }
    watch
        .db()
        .write("alert.review", |tx| {
            Box::pin(async move {
                let mut a = store::load(tx, &reach(actor), id).await?;
                as_read(&a, p.version)?;
                if !may_review(actor, &a) || a.reviewed == found {
                    return Err(stale());
                }
                a.reviewed = found;
                store::save(tx, &a, actor.person).await?;
                speak(tx, &a, actor, found.key(), p).await?;
                let words = format!("预警 {} 的办结经审计{}。", a.number, found.label());
                let offices = ladder(watch, tx, &a).await?.into_iter().next().unwrap_or_default();
                base::messages::tell_many(tx, &offices, Duty::Regulator, &format!("/alerts/{id}"), &words).await?;
                let data = json!({"number": a.number, "rule": a.rule, "found": found.key(), "evidence": p.digest()});
                tx.journal(entry(&a, "alert.reviewed", actor.person, data)).await.map(|_| ())
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
            let offices = ladder(watch, tx, a).await?.into_iter().next().unwrap_or_default();
            base::messages::tell_many(tx, &offices, Duty::Regulator, &link, &words).await
        }
        Act::Verify => Ok(()),
        // Whoever was let go in the first look hears of it too: it concerns him.
        Act::Justify | Act::Correct | Act::Sanction => {
            let words = format!("预警 {}（{title}）已办结：{}。", a.number, a.state.label());
            base::messages::tell(tx, a.org, desk(tx, a.org).await?, &link, &words).await
        }
    }
}

/// The finance departments that may deal with a lead, on the way up from its place; nobody deals with his own.
async fn ladder(watch: &Watch, tx: &Tx<'_>, a: &Alert) -> Result<Vec<Vec<i64>>> {
    let mut steps = base::orgs::finance_ladder(tx, &watch.facts().path(&a.region)).await?;
    steps.iter_mut().for_each(|offices| offices.retain(|org| *org != a.org));
    steps.retain(|offices| !offices.is_empty());
    Ok(steps)
}

/// Leads that nobody dealt with in time go to the department above, and when it does nothing in the same time, to the one above it.
pub async fn run_due(watch: &Watch) -> Result<usize> {
    let mut done = 0;
    for id in &store::rising(watch.db(), watch.db().now(), OVERDUE).await? {
        let moved = watch.db().write("alert.escalate", |tx| Box::pin(rise(watch, tx, *id))).await;
        done += usize::from(carried("alert", *id, moved));
    }
    Ok(done)
}

/// One step upwards. At the first the department itself and whoever has not explained are reminded too.
async fn rise(watch: &Watch, tx: &Tx<'_>, id: i64) -> Result<()> {
    let mut a = store::any(tx, id).await?;
    if a.state.over() || a.rises_at.is_none_or(|at| at > tx.now()) {
        return Ok(());
    }
    let link = format!("/alerts/{id}");
    let name = format!("预警 {}（{}）", a.number, rule(&a.rule).map_or("预警", |r| r.title));
    let steps = ladder(watch, tx, &a).await?;
    if a.escalated == 0 {
        let words = match a.state {
            State::Asked => format!("{name}对方没有按期说明，可以直接核实。"),
            State::Raised | State::Explained | State::Verified => format!("{name}已经逾期，请尽快办理。"),
            State::Justified | State::Corrected | State::Sanctioned => return Ok(()),
        };
        if let Some(offices) = steps.first() {
            base::messages::tell_many(tx, offices, Duty::Regulator, &link, &words).await?;
        }
        if a.state == State::Asked {
            let words = format!("{name}的说明已经逾期，请马上提交；不说明的，财政部门按现有材料核实。");
            base::messages::tell(tx, a.org, desk(tx, a.org).await?, &link, &words).await?;
        }
    }
    let at = usize::try_from(a.escalated).unwrap_or(usize::MAX).saturating_add(1);
    a.rises_at = steps.get(at.saturating_add(1)).and_then(|_| clock(watch, a.level, &a.region));
    let above = steps.get(at);
    let words = format!("{name}逾期未办结，请督办。");
    a.escalated += i64::from(above.is_some());
    store::save(tx, &a, 0).await?;
    if let Some(offices) = above {
        base::messages::tell_many(tx, offices, Duty::Regulator, &link, &words).await?;
        let step = Said { at: tx.now(), org: 0, act: "escalate".into(), words, digest: String::new() };
        said::say(tx, MATTER, id, 0, &step).await?;
    }
    let data = json!({"number": a.number, "step": a.escalated, "above": above.is_some()});
    tx.journal(entry(&a, "alert.escalated", 0, data)).await.map(|_| ())
}

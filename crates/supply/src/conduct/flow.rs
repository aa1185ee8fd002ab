//! Opening cases, delivering their notices, and what time does to them.
use super::act;
use super::store::{self, Case};
use crate::{Supply, offers};
use base::Base;
use base::access::{Actor, Scope};
use base::said::{self, Said};
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{Day, day_of, show_day};
use rules::conduct::{Act, Side, State, indicator_of, when_unanswered};
use rules::duty::Duty;
use rules::rulebook;
use serde_json::{Value, json};

/// The matter under which what is said in cases is kept.
pub(super) const MATTER: &str = "conduct";
/// Cases whose time is over, at most at a time.
const PIECE: usize = 100;

/// What follows beside the points when a case comes into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing.
    None,
    /// An offer leaves the shelf.
    Delist(i64),
    /// The supplier's trade is suspended to the end of a day.
    Suspend(Day),
}

/// What somebody is charged with.
pub struct Charge<'a> {
    /// Where it happened.
    pub region: &'a str,
    /// Whom it concerns.
    pub org: i64,
    /// Key of the indicator.
    pub rule: &'a str,
    /// The record it is about; one case for one rule and subject.
    pub subject: &'a str,
    /// The facts, in words. No personal data.
    pub words: &'a str,
    /// SHA-256 of the evidence, or empty.
    pub digest: &'a str,
    /// What follows beside the points.
    pub measure: Measure,
    /// Points, where a measure of time decides; None for those of the rulebook.
    pub points: Option<i64>,
    /// Who opens it: person and organisation, zeros for the mall itself.
    pub by: (i64, i64),
}

const ANY: rulebook::Scope<'static> = rulebook::Scope { mode: None, form: None, category: None, amount: None };

/// The end of a clock of the rulebook that starts now.
pub(super) fn clock(base: &Base, region: &str, key: &str) -> Option<i64> {
    base.facts().clock(key, region, &ANY, base.db().now()).map(|d| d.at)
}

pub(super) fn entry(c: &Case, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: c.region.clone(),
        room: "conduct",
        kind,
        subject: format!("conduct/{}", c.id),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data,
    }
}

/// Who is told on the side concerned.
pub(super) fn desk(c: &Case) -> Duty {
    match indicator_of(&c.rule).map(|i| i.side) {
        Some(Side::Unit) => Duty::Signer,
        _ => Duty::SupplierAdmin,
    }
}

/// Opens a case and delivers its notice. The same charge again finds the case there is. Returns its id.
pub async fn open(base: &Base, tx: &Tx<'_>, charge: &Charge<'_>) -> Result<i64> {
    let side = indicator_of(charge.rule).ok_or_else(|| Fail::field("rule", "conduct.rule", "请选择评价指标。"))?.side;
    let org = base::orgs::org(tx, charge.org).await?;
    let fits = match side {
        Side::Supplier => org.kind == "supplier",
        Side::Unit => org.kind == "unit",
    };
    if !fits {
        return Err(Fail::field("org", "conduct.side", "这个指标不适用于这个单位：供应商和采购人的指标不同。"));
    }
    let (id, now) = (tx.id(), tx.now());
    let day = show_day(day_of(now)).replace('-', "");
    let (measure, offer, until) = match charge.measure {
        Measure::None => ("", None, None),
        Measure::Delist(offer) => ("delist", Some(offer), None),
        Measure::Suspend(until) => ("suspend", None, Some(until)),
    };
    let c = Case {
        id,
        number: format!("{}-CX{}-{}", charge.region, &day[2..], kit::ids::tail(id)),
        region: charge.region.to_owned(),
        org: charge.org,
        rule: charge.rule.to_owned(),
        subject: charge.subject.to_owned(),
        points: match charge.points {
            Some(points) => points.max(0),
            None => base.facts().number(charge.rule, charge.region, &ANY, day_of(now), 0).max(0),
        },
        measure: measure.to_owned(),
        offer,
        until,
        state: State::Told,
        opened_at: now,
        opened_by: charge.by.0,
        due: clock(base, charge.region, "clock.credit_hearing"),
        seen_at: None,
        decided_at: None,
        decided_by: None,
        appeal_to: None,
        exposed_to: None,
        version: 1,
    };
    if !store::add(tx, &c).await? {
        return Ok(store::about(tx, c.org, &c.rule, &c.subject).await?.ok_or(Fail::Retry)?.id);
    }
    let opened = Said {
        at: now,
        org: charge.by.1,
        act: "open".into(),
        words: charge.words.to_owned(),
        digest: charge.digest.to_owned(),
    };
    said::say(tx, MATTER, id, charge.by.0, &opened).await?;
    let until = c.due.map_or(String::new(), |d| format!("，请在 {} 前陈述申辩", rules::calendar::show_time(d)));
    let words = format!("诚信事项告知 {}：{}{until}。", c.number, charge.words);
    base::messages::tell(tx, c.org, desk(&c), &format!("/conduct/{id}"), &words).await?;
    let data = json!({
        "number": c.number, "org": c.org.to_string(), "rule": c.rule, "about": c.subject, "points": c.points, "measure": c.measure,
        "due": c.due, "evidence": charge.digest,
    });
    tx.journal(entry(&c, "conduct.told", charge.by.0, data)).await?;
    Ok(id)
}

/// An office opens a case by hand, in its own area.
pub async fn begin(supply: &Supply, actor: &Actor, charge: &Charge<'_>) -> Result<i64> {
    let side = indicator_of(charge.rule).map(|i| i.side);
    actor.must(if side == Some(Side::Unit) { &[Duty::Regulator] } else { &[Duty::Centre, Duty::Regulator] })?;
    let org = base::orgs::org(supply.db(), charge.org).await?;
    let inside = matches!(actor.scope(), Scope::Region(prefix) if org.region.starts_with(&prefix));
    // A firm sells in the whole province and is told where it did wrong; a unit answers to its own finance department.
    if org.kind == "unit" && !inside {
        return Err(Fail::field("uscc", "conduct.reach", "这个单位不归本级管理，请由其所在地的财政部门告知。"));
    }
    if let Measure::Suspend(until) = charge.measure {
        if until < day_of(supply.db().now()) {
            return Err(Fail::field("until", "conduct.until", "暂停的截止日期不能早于今天。"));
        }
        if actor.region != supply.facts().root {
            return Err(Fail::field("until", "conduct.suspend_reach", "暂停交易全省有效，由省级作出。"));
        }
    }
    supply.db().write("conduct.open", |tx| Box::pin(async move { open(supply, tx, charge).await })).await
}

/// Whoever answers for the one concerned opened its case: the notice has arrived.
pub async fn seen(supply: &Supply, actor: &Actor, id: i64) -> Result<()> {
    supply
        .db()
        .write("conduct.seen", |tx| {
            Box::pin(async move {
                let mut c = store::load(tx, &actor.scope(), id).await?;
                if c.seen_at.is_some() || c.org != actor.org || !actor.may(desk(&c)) {
                    return Ok(());
                }
                c.seen_at = Some(tx.now());
                store::save(tx, &c).await?;
                let opened = Said {
                    at: tx.now(),
                    org: actor.org,
                    act: "seen".into(),
                    words: String::new(),
                    digest: String::new(),
                };
                said::say(tx, MATTER, id, actor.person, &opened).await?;
                tx.journal(entry(&c, "conduct.seen", actor.person, json!({"number": c.number}))).await?;
                Ok(())
            })
        })
        .await
}

/// Puts the measure of a case on or takes it off. Returns the products touched, for the journal and the shelf behind it.
pub(super) async fn apply(tx: &Tx<'_>, c: &Case, on: bool, actor: i64) -> Result<Vec<String>> {
    match (c.measure.as_str(), c.offer) {
        ("delist", Some(offer)) => {
            offers::stop::set(tx, offer, offers::stop::CONDUCT, on).await?;
            Ok(vec![offers::one(tx, offer).await?.product.to_string()])
        }
        // Decided after the last day of a suspension: nothing is left to suspend.
        ("suspend", _) if on && c.until.is_some_and(|d| d < day_of(tx.now())) => Ok(Vec::new()),
        ("suspend", _) if on => {
            let m = crate::suppliers::Measure {
                supplier: c.org,
                region: &c.region,
                kind: "suspended",
                level: "whole",
                code: "",
                reason: &format!("诚信事项 {}", c.number),
                conduct: Some(c.id),
                until: c.until,
                actor,
            };
            crate::suppliers::impose(tx, &m).await?;
            Ok(Vec::new())
        }
        ("suspend", _) => {
            for s in crate::suppliers::standings(tx, c.org).await?.iter().filter(|s| s.conduct == Some(c.id)) {
                crate::suppliers::lift(tx, s, &format!("诚信事项 {} 已恢复", c.number), actor).await?;
            }
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}

/// Lets cases nobody answered come into force, or go on to whoever decides what a person opened.
pub async fn run_due(supply: &Supply) -> Result<usize> {
    let mut done = 0;
    for id in &store::unanswered(supply.db(), supply.db().now(), PIECE).await? {
        let moved = supply
            .db()
            .write("conduct.lapse", |tx| {
                Box::pin(async move {
                    let mut c = store::any(tx, *id).await?;
                    if c.state != State::Told || c.due.is_none_or(|d| d > tx.now()) {
                        return Ok(());
                    }
                    if c.seen_at.is_none() && !reminded(tx, *id).await? {
                        return remind(supply, tx, &mut c).await;
                    }
                    let (act, words) = match when_unanswered(c.opened_by) {
                        Act::Lapse => (Act::Lapse, "逾期未陈述申辩，依据告知的事实处理"),
                        pass => (pass, "逾期未陈述申辩，由告知人以外的人依据告知的事实决定"),
                    };
                    act::step(supply, tx, &mut c, act, (0, 0), words, "").await
                })
            })
            .await;
        done += usize::from(carried("case", *id, moved));
    }
    Ok(done)
}

async fn reminded(tx: &Tx<'_>, id: i64) -> Result<bool> {
    Ok(said::all(tx, MATTER, id).await?.iter().any(|s| s.act == "remind"))
}

/// Nobody opened the notice: it is given once more, and the time to answer begins again.
async fn remind(base: &Base, tx: &Tx<'_>, c: &mut Case) -> Result<()> {
    c.due = clock(base, &c.region, "clock.credit_hearing");
    store::save(tx, c).await?;
    let until = c.due.map_or(String::new(), |d| format!("，请在 {} 前陈述申辩", rules::calendar::show_time(d)));
    let words = format!("诚信事项再次告知 {}：第一次告知没有打开{until}。逾期按告知的事实处理。", c.number);
    base::messages::tell(tx, c.org, desk(c), &format!("/conduct/{}", c.id), &words).await?;
    let again = Said { at: tx.now(), org: 0, act: "remind".into(), words, digest: String::new() };
    said::say(tx, MATTER, c.id, 0, &again).await?;
    tx.journal(entry(c, "conduct.reminded", 0, json!({"number": c.number, "due": c.due}))).await.map(|_| ())
}

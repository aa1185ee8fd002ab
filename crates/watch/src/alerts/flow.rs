//! Raising leads: as entries come, and by a daily look.
use super::ahead::Ahead;
use super::contest;
use super::facts::store as facts;
use super::judge::{self, Found, Sheet};
use super::store::{self, Alert, Reviewed};
use crate::Watch;
use kit::{Entry, Result, Tx, journal};
use rules::alert::{Level, State, rule};
use rules::rulebook;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Name of this projection.
pub const PROJECTION: &str = "alerts";
/// Entries judged in one step.
const PIECE: i64 = 200;
/// Orders looked at afterwards in one step.
const SWEEP: usize = 500;
/// Suppliers looked at in one step.
const SUPPLIERS: usize = 50;
const DAY: i64 = 86_400_000;

const ANY: rulebook::Scope<'static> = rulebook::Scope { mode: None, form: None, category: None, amount: None };

pub(super) fn entry(a: &Alert, kind: &'static str, actor: i64, data: Value) -> Entry {
    let via = if actor == 0 { "timer" } else { "page" };
    Entry { region: a.region.clone(), room: "alerts", kind, subject: format!("alert/{}", a.id), actor, via, data }
}

pub(super) fn clock(watch: &Watch, level: Level, region: &str) -> Option<i64> {
    let key = if level == Level::Red { "clock.alert_red" } else { "clock.alert_other" };
    watch.facts().clock(key, region, &ANY, watch.db().now()).map(|d| d.at)
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
    // Tallies need no entry, and another node may have raised the same meanwhile; each lead brings its entry itself.
    db.upkeep("alert.follow", |tx| {
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
        escalated: 0,
        rises_at: None,
        owner: None,
        conduct: None,
        reviewed: Reviewed::No,
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

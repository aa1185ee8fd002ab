//! Rows of stations on their way, their tasks, who was trained; and the counts that show what a station lacks.
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;
use rules::duty::{Duties, Duty};
use rules::station::Reach;
use std::collections::BTreeMap;

/// What a station has on its way.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Region code.
    pub region: String,
    /// Planned day of going live.
    pub planned: Option<Day>,
    /// When preparing began, ms UTC.
    pub prepared_at: Option<i64>,
    /// When the trial began.
    pub trial_at: Option<i64>,
    /// When it went live.
    pub live_at: Option<i64>,
    /// When it closed.
    pub closed_at: Option<i64>,
    /// Code of the station that took over.
    pub heir: Option<String>,
    /// Why it closed.
    pub reason: String,
    /// Version.
    pub version: i64,
}

const WAY: &str =
    "SELECT region, planned, prepared_at, trial_at, live_at, closed_at, heir, reason, version FROM station";

fn read_way(r: &Row) -> Way {
    Way {
        region: r.text(0),
        planned: r.opt_int(1).map(|d| d as Day),
        prepared_at: r.opt_int(2),
        trial_at: r.opt_int(3),
        live_at: r.opt_int(4),
        closed_at: r.opt_int(5),
        heir: r.opt_text(6),
        reason: r.text(7),
        version: r.int(8),
    }
}

/// The way of a station; None when nothing was ever done with it here.
pub async fn way(q: &dyn Query, code: &str) -> Result<Option<Way>> {
    Ok(q.row(&format!("{WAY} WHERE region = $1"), params![code]).await?.as_ref().map(read_way))
}

/// All ways, by region.
pub async fn ways(q: &dyn Query) -> Result<BTreeMap<String, Way>> {
    let found = q.rows(&format!("{WAY} ORDER BY region"), params![]).await?;
    Ok(found.iter().map(|r| (r.text(0), read_way(r))).collect())
}

/// Saves a way, new when its version is 0, if nobody saved it meanwhile.
pub async fn save_way(tx: &Tx<'_>, w: &Way) -> Result<()> {
    let mut all = params![
        &w.region,
        w.planned.map(i64::from),
        w.prepared_at,
        w.trial_at,
        w.live_at,
        w.closed_at,
        w.heir.as_ref(),
        &w.reason
    ]
    .to_vec();
    let sql = match w.version {
        0 => {
            "INSERT INTO station (region, planned, prepared_at, trial_at, live_at, closed_at, heir, reason, version) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,1) ON CONFLICT (region) DO NOTHING"
        }
        version => {
            all.push(version.into());
            "UPDATE station SET planned = $2, prepared_at = $3, trial_at = $4, live_at = $5, closed_at = $6, heir = $7, \
             reason = $8, version = version + 1 WHERE region = $1 AND version = $9"
        }
    };
    if tx.run(sql, &all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// A task of a station.
#[derive(Clone, Debug)]
pub struct Task {
    /// Id.
    pub id: i64,
    /// Station.
    pub region: String,
    /// Area of work.
    pub area: String,
    /// What is to be done.
    pub title: String,
    /// Does the station wait for it?
    pub must: bool,
    /// Working days before the planned day; None when its day does not move with that.
    pub before: Option<i64>,
    /// Due day.
    pub due: Day,
    /// Who does it.
    pub owner: Option<i64>,
    /// Is it done?
    pub done: bool,
    /// When it was done, ms UTC.
    pub done_at: Option<i64>,
    /// Version.
    pub version: i64,
}

const TASK: &str =
    "SELECT id, region, area, title, must, before, due, owner, state, done_at, version FROM station_task";

fn read_task(r: &Row) -> Task {
    Task {
        id: r.int(0),
        region: r.text(1),
        area: r.text(2),
        title: r.text(3),
        must: r.flag(4),
        before: r.opt_int(5),
        due: r.int(6) as Day,
        owner: r.opt_int(7),
        done: r.str(8) == "done",
        done_at: r.opt_int(9),
        version: r.int(10),
    }
}

/// Tasks of a station by due day.
pub async fn tasks(q: &dyn Query, code: &str) -> Result<Vec<Task>> {
    let sql = format!("{TASK} WHERE region = $1 ORDER BY due, id");
    Ok(q.rows(&sql, params![code]).await?.iter().map(read_task).collect())
}

/// Tasks that some stations wait for, by due day.
pub async fn needed_tasks(q: &dyn Query, list: &[String]) -> Result<Vec<Task>> {
    let (marks, all) = codes(&[], list);
    let sql = format!("{TASK} WHERE must = 1 AND region IN ({marks}) ORDER BY due, id");
    Ok(q.rows(&sql, &all).await?.iter().map(read_task).collect())
}

/// One task of a station.
pub async fn task(q: &dyn Query, code: &str, id: i64) -> Result<Task> {
    Ok(read_task(&q.one(&format!("{TASK} WHERE region = $1 AND id = $2"), params![code, id]).await?))
}

/// Adds a task; false when the station has an open one with this title.
pub async fn add_task(tx: &Tx<'_>, t: &Task) -> Result<bool> {
    let known = "SELECT id FROM station_task WHERE region = $1 AND title = $2 AND state = 'open'";
    if tx.row(known, params![&t.region, &t.title]).await?.is_some() {
        return Ok(false);
    }
    tx.run(
        "INSERT INTO station_task (id, region, area, title, must, before, due, owner, state, done_at, version) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'open',NULL,1)",
        params![t.id, &t.region, &t.area, &t.title, t.must, t.before, i64::from(t.due), t.owner],
    )
    .await?;
    Ok(true)
}

/// Saves what changes in a task, if nobody changed it meanwhile.
pub async fn save_task(tx: &Tx<'_>, t: &Task) -> Result<()> {
    let sql = "UPDATE station_task SET before = $3, due = $4, owner = $5, state = $6, done_at = $7, version = version + 1 \
               WHERE id = $1 AND version = $2";
    let state = if t.done { "done" } else { "open" };
    let all = params![t.id, t.version, t.before, i64::from(t.due), t.owner, state, t.done_at];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// Tasks of a station in numbers.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All.
    pub all: i64,
    /// Open.
    pub open: i64,
    /// Open and past their day.
    pub late: i64,
}

/// Tasks by station, of all stations whose code begins so.
pub async fn tallies(q: &dyn Query, prefix: &str, today: Day) -> Result<BTreeMap<String, Tally>> {
    let sql = "SELECT region, COUNT(*), CAST(SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN state = 'open' AND due < $2 THEN 1 ELSE 0 END) AS BIGINT) \
               FROM station_task WHERE region LIKE $1 GROUP BY region";
    let found = q.rows(sql, params![format!("{prefix}%"), i64::from(today)]).await?;
    Ok(found.iter().map(|r| (r.text(0), Tally { all: r.int(1), open: r.int(2), late: r.int(3) })).collect())
}

/// Open tasks past their day below a prefix.
pub async fn late(q: &dyn Query, prefix: &str, today: Day) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM station_task WHERE state = 'open' AND due < $2 AND region LIKE $1";
    Ok(q.one(sql, params![format!("{prefix}%"), i64::from(today)]).await?.int(0))
}

/// Parameters of `IN (…)` over some codes after the first `n`.
fn codes(first: &[Val], list: &[String]) -> (String, Vec<Val>) {
    let mut all = first.to_vec();
    all.extend(list.iter().map(Val::from));
    (marks(first.len() + 1, list.len()), all)
}

/// A person of a buying unit.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// Unit.
    pub unit: i64,
    /// Person.
    pub person: i64,
    /// Login name; personal data.
    pub login: String,
    /// Name; personal data.
    pub name: String,
    /// Duties.
    pub duties: Duties,
}

/// Active buying units of some regions: id, name, region.
pub async fn units(q: &dyn Query, regions: &[String]) -> Result<Vec<(i64, String, String)>> {
    let (marks, all) = codes(&[], regions);
    let sql = format!(
        "SELECT id, name, region FROM org WHERE kind = 'unit' AND state = 'active' AND region IN ({marks}) ORDER BY region, id"
    );
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.int(0), r.text(1), r.text(2))).collect())
}

/// Active people of the buying units of some regions.
pub async fn buyers(q: &dyn Query, regions: &[String]) -> Result<Vec<Buyer>> {
    let (marks, all) = codes(&[], regions);
    let sql = format!(
        "SELECT o.id, p.id, p.login, p.name, d.duty FROM org o JOIN person p ON p.org = o.id JOIN duty d ON d.person = p.id \
         WHERE o.kind = 'unit' AND o.state = 'active' AND p.active = 1 AND o.region IN ({marks}) ORDER BY o.id, p.id, d.duty"
    );
    let mut out: Vec<Buyer> = Vec::new();
    for r in &q.rows(&sql, &all).await? {
        if out.last().is_none_or(|b| b.person != r.int(1)) {
            let (login, name) = (r.text(2), r.text(3));
            out.push(Buyer { unit: r.int(0), person: r.int(1), login, name, duties: Duties::NONE });
        }
        if let (Some(b), Some(d)) = (out.last_mut(), Duty::of(r.str(4))) {
            b.duties.insert(d);
        }
    }
    Ok(out)
}

/// Plan lines of a year that have a budget, and places of delivery, by unit.
pub async fn equipped(q: &dyn Query, regions: &[String], year: i64) -> Result<BTreeMap<i64, (i64, i64)>> {
    let mut out: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let (marks, all) = codes(&[year.into()], regions);
    let sql = format!(
        "SELECT p.org, COUNT(*) FROM plan_line p JOIN budget_line b ON b.id = p.budget JOIN org o ON o.id = p.org \
         WHERE b.year = $1 AND b.granted > 0 AND o.region IN ({marks}) GROUP BY p.org"
    );
    for r in &q.rows(&sql, &all).await? {
        out.entry(r.int(0)).or_default().0 = r.int(1);
    }
    let (marks, all) = codes(&[], regions);
    let sql = format!(
        "SELECT a.org, COUNT(*) FROM address a JOIN org o ON o.id = a.org WHERE o.region IN ({marks}) GROUP BY a.org"
    );
    for r in &q.rows(&sql, &all).await? {
        out.entry(r.int(0)).or_default().1 = r.int(1);
    }
    Ok(out)
}

/// People of offices by region: those who regulate, those of centres.
pub async fn offices(q: &dyn Query) -> Result<BTreeMap<String, (i64, i64)>> {
    let sql = "SELECT o.region, d.duty, COUNT(DISTINCT p.id) FROM org o JOIN person p ON p.org = o.id JOIN duty d ON d.person = p.id \
               WHERE p.active = 1 AND ((o.kind = 'finance' AND d.duty = 'regulator') OR (o.kind = 'centre' AND d.duty = 'centre')) \
               GROUP BY o.region, d.duty";
    let mut out: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for r in &q.rows(sql, params![]).await? {
        let slot = out.entry(r.text(0)).or_default();
        match r.str(1) {
            "regulator" => slot.0 = r.int(2),
            _ => slot.1 = r.int(2),
        }
    }
    Ok(out)
}

/// Admitted suppliers, as far as coverage goes.
pub async fn reaches(q: &dyn Query) -> Result<Vec<Reach>> {
    let sql = "SELECT areas, categories, closed FROM supplier WHERE state = 'admitted'";
    let read = |r: &Row| Reach { areas: r.text(0), categories: r.text(1), closed: r.text(2) };
    Ok(q.rows(sql, params![]).await?.iter().map(read).collect())
}

/// People of the buying units of some regions with a training record not older than a day: unit, person.
pub async fn trained(q: &dyn Query, regions: &[String], since: Day) -> Result<Vec<(i64, i64)>> {
    let (marks, all) = codes(&[i64::from(since).into()], regions);
    let sql = format!(
        "SELECT DISTINCT o.id, p.id FROM training t JOIN person p ON p.id = t.person JOIN org o ON o.id = p.org \
         WHERE t.day >= $1 AND p.active = 1 AND o.kind = 'unit' AND o.state = 'active' AND o.region IN ({marks})"
    );
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// A training record.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Person.
    pub person: i64,
    /// Key of the course.
    pub course: String,
    /// Day.
    pub day: Day,
    /// Station whose finance department recorded it.
    pub region: String,
}

fn read_trained(r: &Row) -> Trained {
    Trained { person: r.int(0), course: r.text(1), day: r.int(2) as Day, region: r.text(3) }
}

/// Records a training; false when it is known.
pub async fn train(tx: &Tx<'_>, t: &Trained, by: i64) -> Result<bool> {
    let sql = "INSERT INTO training (id, region, person, course, day, made_by, made_at) VALUES ($1,$2,$3,$4,$5,$6,$7) \
               ON CONFLICT (person, course, day) DO NOTHING";
    let all = params![tx.id(), &t.region, t.person, &t.course, i64::from(t.day), by, tx.now()];
    Ok(tx.run(sql, all).await? == 1)
}

/// The records of one person, newest first: course, day, office that recorded it.
pub async fn of_person(q: &dyn Query, person: i64) -> Result<Vec<(String, Day, String)>> {
    let sql = "SELECT t.course, t.day, o.name FROM training t JOIN person m ON m.id = t.made_by JOIN org o ON o.id = m.org \
               WHERE t.person = $1 ORDER BY t.day DESC, t.id DESC";
    Ok(q.rows(sql, params![person]).await?.iter().map(|r| (r.text(0), r.int(1) as Day, r.text(2))).collect())
}

/// The records of all people of the buying units of some regions, newest first.
pub async fn of_regions(q: &dyn Query, regions: &[String]) -> Result<Vec<Trained>> {
    let (marks, all) = codes(&[], regions);
    let sql = format!(
        "SELECT t.person, t.course, t.day, t.region FROM training t JOIN person p ON p.id = t.person JOIN org o ON o.id = p.org \
         WHERE o.region IN ({marks}) ORDER BY t.day DESC, t.id DESC"
    );
    Ok(q.rows(&sql, &all).await?.iter().map(read_trained).collect())
}

/// Counts of a region.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Active buying units.
    pub units: i64,
    /// Their people.
    pub buyers: i64,
    /// Those of them with a training record that counts.
    pub trained: i64,
}

/// Units, their people, and those trained since a day, by region, of all regions whose code begins so.
pub async fn counts(q: &dyn Query, prefix: &str, since: Day) -> Result<BTreeMap<String, Counts>> {
    let area = format!("{prefix}%");
    let unit = "o.kind = 'unit' AND o.state = 'active' AND o.region LIKE $1";
    let mut out: BTreeMap<String, Counts> = BTreeMap::new();
    let sql = format!("SELECT o.region, COUNT(*) FROM org o WHERE {unit} GROUP BY o.region");
    for r in &q.rows(&sql, params![&area]).await? {
        out.entry(r.text(0)).or_default().units = r.int(1);
    }
    let sql = format!(
        "SELECT o.region, COUNT(DISTINCT p.id) FROM org o JOIN person p ON p.org = o.id JOIN duty d ON d.person = p.id \
         WHERE {unit} AND p.active = 1 GROUP BY o.region"
    );
    for r in &q.rows(&sql, params![&area]).await? {
        out.entry(r.text(0)).or_default().buyers = r.int(1);
    }
    let sql = format!(
        "SELECT o.region, COUNT(DISTINCT p.id) FROM training t JOIN person p ON p.id = t.person JOIN org o ON o.id = p.org \
         WHERE {unit} AND p.active = 1 AND t.day >= $2 GROUP BY o.region"
    );
    for r in &q.rows(&sql, params![&area, i64::from(since)]).await? {
        out.entry(r.text(0)).or_default().trained = r.int(1);
    }
    Ok(out)
}

/// What is no purchase of a trial: orders that came to nothing.
const CAME_TO_SOMETHING: &str = "state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";

/// Orders marked as made in trials that came to something, by region; each trial with its regions and its beginning.
pub async fn of_trials(q: &dyn Query, trials: &[(Vec<String>, i64)]) -> Result<BTreeMap<String, i64>> {
    if trials.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut all: Vec<Val> = vec![format!("%\"code\":\"{}\"%", rules::station::TRIAL).into()];
    let mut each = Vec::new();
    for (regions, since) in trials {
        all.push((*since).into());
        let (at, marks) = (all.len(), marks(all.len() + 1, regions.len()));
        each.push(format!("(made_at >= ${at} AND region IN ({marks}))"));
        all.extend(regions.iter().map(Val::from));
    }
    let sql = format!(
        "SELECT region, COUNT(*) FROM orders WHERE checks LIKE $1 AND {CAME_TO_SOMETHING} AND ({}) GROUP BY region",
        each.join(" OR ")
    );
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// Orders marked as made in the trial that came to something: how many, and their sum in fen.
pub async fn of_trial(q: &dyn Query, regions: &[String], since: i64) -> Result<(i64, i64)> {
    let mark = format!("%\"code\":\"{}\"%", rules::station::TRIAL);
    let (marks, all) = codes(&[since.into(), mark.into()], regions);
    let sql = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM orders WHERE made_at >= $1 AND checks LIKE $2 \
         AND {CAME_TO_SOMETHING} AND region IN ({marks})"
    );
    let r = q.one(&sql, &all).await?;
    Ok((r.int(0), r.int(1)))
}

/// What was begun and is not finished: orders, and projects that still hold money.
pub async fn unfinished(q: &dyn Query, regions: &[String]) -> Result<(i64, i64)> {
    let (marks, all) = codes(&[], regions);
    let orders = format!(
        "SELECT COUNT(*) FROM orders WHERE state IN ('approving', 'returned', 'offered', 'contracting', 'performing') AND region IN ({marks})"
    );
    let projects = format!("SELECT COUNT(*) FROM project WHERE held > 0 AND region IN ({marks})");
    Ok((q.one(&orders, &all).await?.int(0), q.one(&projects, &all).await?.int(0)))
}

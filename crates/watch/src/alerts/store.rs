//! Rows of leads and tallies.
use base::access::Scope;
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Fail, Query, Result, Tx, params};
use rules::alert::{Level, State};
use rules::calendar::Ms;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A lead.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Code of the rule.
    pub rule: String,
    /// What it is about under its rule; the same is not raised again.
    pub key: String,
    /// Level.
    pub level: Level,
    /// Where it happened; the offices of this region deal with it.
    pub region: String,
    /// Who is asked to explain.
    pub org: i64,
    /// What was being done when it was found, such as `order/12`.
    pub subject: String,
    /// The figures, in words.
    pub words: String,
    /// Pages that show them, separated by spaces.
    pub evidence: String,
    /// State.
    pub state: State,
    /// When found, ms UTC.
    pub raised_at: i64,
    /// End of the clock that runs.
    pub due: Option<i64>,
    /// How many departments above were told, one after the other, because nobody dealt with it.
    pub escalated: i64,
    /// When the next one above is told; None when there is none left.
    pub rises_at: Option<i64>,
    /// Who deals with it.
    pub owner: Option<i64>,
    /// The case of conduct it led to.
    pub conduct: Option<i64>,
    /// What an auditor found afterwards.
    pub reviewed: Reviewed,
    /// When closed.
    pub closed_at: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

const ALERT: &str = "SELECT id, number, rule, key, level, region, org, subject, words, evidence, state, raised_at, due, escalated, \
                     closed_at, version, rises_at, owner, conduct, reviewed FROM alert";

/// Whether an auditor found a closed lead right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// Not looked at.
    No,
    /// Something was wrong indeed.
    Right,
    /// Nothing was wrong.
    Wrong,
}

impl Reviewed {
    /// Key in the database and the journal.
    pub fn key(self) -> &'static str {
        match self {
            Reviewed::No => "",
            Reviewed::Right => "right",
            Reviewed::Wrong => "wrong",
        }
    }

    /// The review of a key.
    pub fn of(key: &str) -> Reviewed {
        match key {
            "right" => Reviewed::Right,
            "wrong" => Reviewed::Wrong,
            _ => Reviewed::No,
        }
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Reviewed::No => "没有复核",
            Reviewed::Right => "复核：确有问题",
            Reviewed::Wrong => "复核：没有问题",
        }
    }
}

fn read(r: &Row) -> Result<Alert> {
    let state = r.str(10);
    Ok(Alert {
        id: r.int(0),
        number: r.text(1),
        rule: r.text(2),
        key: r.text(3),
        level: Level::of(r.str(4)),
        region: r.text(5),
        org: r.int(6),
        subject: r.text(7),
        words: r.text(8),
        evidence: r.text(9),
        state: State::of(state).ok_or_else(|| Fail::Fault(format!("unknown state of a lead: {state}")))?,
        raised_at: r.int(11),
        due: r.opt_int(12),
        escalated: r.int(13),
        closed_at: r.opt_int(14),
        version: r.int(15),
        rises_at: r.opt_int(16),
        owner: r.opt_int(17),
        conduct: r.opt_int(18),
        reviewed: Reviewed::of(r.str(19)),
    })
}

/// Keys looked for in one statement, at most.
const KEYS_AT_ONCE: usize = 200;

/// Which of these, by rule and key, were raised before?
pub async fn known(
    q: &dyn Query,
    asked: &BTreeMap<&'static str, BTreeSet<String>>,
) -> Result<HashSet<(&'static str, String)>> {
    let mut out = HashSet::new();
    for (rule, keys) in asked {
        let keys: Vec<&String> = keys.iter().collect();
        for piece in keys.chunks(KEYS_AT_ONCE) {
            // The last one fills up to a power of two, so that few statements are ever prepared.
            let n = piece.len().next_power_of_two();
            let sql = format!("SELECT key FROM alert WHERE rule = $1 AND key IN ({})", marks(2, n));
            let keys = piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(n);
            let all: Vec<Val> = [Val::from(*rule)].into_iter().chain(keys.map(|k| Val::from(k.as_str()))).collect();
            out.extend(q.rows(&sql, &all).await?.iter().map(|r| (*rule, r.text(0))));
        }
    }
    Ok(out)
}

/// Writes a lead; false when it was raised before.
pub async fn add(tx: &Tx<'_>, a: &Alert) -> Result<bool> {
    let sql = "INSERT INTO alert (id, number, rule, key, level, region, org, subject, words, evidence, state, raised_at, due, rises_at, escalated, version) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$13,0,1) ON CONFLICT (rule, key) DO NOTHING";
    let all = params![
        a.id,
        &a.number,
        &a.rule,
        &a.key,
        a.level.key(),
        &a.region,
        a.org,
        &a.subject,
        &a.words,
        &a.evidence,
        a.state.key(),
        a.raised_at,
        a.due
    ];
    Ok(tx.run(sql, all).await? == 1)
}

/// Saves what moves, if nobody moved it meanwhile; `person` closes it, where it is closed now.
pub async fn save(tx: &Tx<'_>, a: &Alert, person: i64) -> Result<()> {
    let sql = "UPDATE alert SET state = $3, due = $4, escalated = $5, closed_at = $6, closed_by = COALESCE(closed_by, $7), rises_at = $8, \
               owner = $9, conduct = $10, reviewed = $11, version = version + 1 WHERE id = $1 AND version = $2";
    let by = a.closed_at.map(|_| person);
    let all = params![
        a.id,
        a.version,
        a.state.key(),
        a.due,
        a.escalated,
        a.closed_at,
        by,
        a.rises_at,
        a.owner,
        a.conduct,
        a.reviewed.key()
    ];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// Leads that somebody may see: offices those of their area, others those they were asked about.
fn visible(scope: &Scope) -> (String, kit::db::Val) {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    match scope {
        Scope::Region(_) => (condition, who),
        _ => (format!("{condition} AND state <> 'raised'"), who),
    }
}

/// A lead in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Alert> {
    let (condition, who) = visible(scope);
    read(&q.one(&format!("{ALERT} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// A lead by id, for the clock.
pub async fn any(q: &dyn Query, id: i64) -> Result<Alert> {
    read(&q.one(&format!("{ALERT} WHERE id = $1"), params![id]).await?)
}

const OPEN: &str = "state IN ('raised', 'asked', 'explained', 'verified')";

/// Which leads a list shows; empty and 0 mean all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Code of a rule.
    pub rule: String,
    /// A state, or `open`, or `over`.
    pub state: String,
    /// A level.
    pub level: String,
    /// Who deals with them.
    pub owner: i64,
    /// Open, and due before this time.
    pub due_before: i64,
    /// The lead's number, or part of the name of whom it concerns.
    pub words: String,
}

/// Leads in a scope, open ones first, the most serious of them first; and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, f: &Filter, page: usize, size: usize) -> Result<(Vec<Alert>, i64)> {
    let (condition, who) = visible(scope);
    let filter = format!(
        "{condition} AND ($2 = '' OR rule = $2) AND ($3 = '' OR state = $3 OR ($3 = 'open' AND {OPEN}) OR ($3 = 'over' AND NOT {OPEN})) \
         AND ($4 = '' OR level = $4) AND ($5 = 0 OR owner = $5) AND ($6 = 0 OR ({OPEN} AND due < $6)) \
         AND ($7 = '' OR number = $7 OR org IN (SELECT id FROM org WHERE name LIKE '%' || $7 || '%'))"
    );
    let sql = format!(
        "{ALERT} WHERE {filter} ORDER BY CASE WHEN {OPEN} THEN 0 ELSE 1 END, \
         CASE level WHEN 'red' THEN 0 WHEN 'orange' THEN 1 ELSE 2 END, id DESC LIMIT $8 OFFSET $9"
    );
    let mut all = [who].to_vec();
    all.extend(params![&f.rule, &f.state, &f.level, f.owner, f.due_before, &f.words].iter().cloned());
    let count = q.one(&format!("SELECT COUNT(*) FROM alert WHERE {filter}"), &all).await?.int(0);
    all.extend(params![size, (page - 1) * size].iter().cloned());
    Ok((q.rows(&sql, &all).await?.iter().map(read).collect::<Result<_>>()?, count))
}

/// Leads that wait are counted up to here; menus say 999+.
const WAITING_MAX: i64 = 1_000;

/// How many wait for somebody of an organisation, [`WAITING_MAX`] for all from there on: what offices deal with, and go on with when
/// nobody explains in time; and what everybody has to explain himself.
pub async fn waiting(q: &dyn Query, scope: &Scope, org: i64, now: Ms) -> Result<i64> {
    let (condition, who) = visible(scope);
    let waits = match scope {
        Scope::Region(_) => {
            "(org <> $2 AND (state IN ('raised', 'explained', 'verified') OR state = 'asked' AND due < $3) OR org = $2 AND state = 'asked')"
        }
        _ => "state = 'asked' AND org = $2 AND $3 > 0",
    };
    // Every page of an office asks this: beyond a number that nobody reads exactly it counts no further.
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM alert WHERE {condition} AND {OPEN} AND {waits} LIMIT {WAITING_MAX}) AS w"
    );
    Ok(q.one(&sql, &[who, org.into(), now.into()]).await?.int(0))
}

/// The most pressing leads that are not closed, red ones first, newest first.
pub async fn pressing(q: &dyn Query, scope: &Scope, most: usize) -> Result<Vec<Alert>> {
    let (condition, who) = visible(scope);
    // Level by level, so that an index gives them in their order.
    let sql = format!("{ALERT} WHERE {condition} AND {OPEN} AND level = $2 ORDER BY id DESC LIMIT $3");
    let mut out = Vec::new();
    for level in [Level::Red, Level::Orange, Level::Yellow] {
        let room = most - out.len();
        if room > 0 {
            let found = q.rows(&sql, &[who.clone(), level.key().into(), room.into()]).await?;
            out.extend(found.iter().map(read).collect::<Result<Vec<_>>>()?);
        }
    }
    Ok(out)
}

/// Leads that go to the next department above now.
pub async fn rising(q: &dyn Query, now: i64, most: usize) -> Result<Vec<i64>> {
    // A closed one rises no more: its time is taken away.
    let sql = "SELECT id FROM alert WHERE rises_at < $1 ORDER BY rises_at, id LIMIT $2";
    Ok(q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// What a rule did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How often it judged or tried to.
    pub judged: i64,
    /// How often it hit; the same lead again counts too.
    pub hits: i64,
    /// How often it could not judge.
    pub blind: i64,
    /// Why last.
    pub blind_why: String,
}

/// Adds to the tallies of rules.
pub async fn count(tx: &Tx<'_>, tallies: &BTreeMap<&'static str, Tally>) -> Result<()> {
    if tallies.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..tallies.len()).map(|i| format!("({})", marks(i * 5 + 1, 5))).collect();
    let sql = format!(
        "INSERT INTO alert_tally (rule, judged, hits, blind, blind_why) VALUES {} ON CONFLICT (rule) DO UPDATE \
         SET judged = alert_tally.judged + excluded.judged, hits = alert_tally.hits + excluded.hits, \
         blind = alert_tally.blind + excluded.blind, \
         blind_why = CASE WHEN excluded.blind_why = '' THEN alert_tally.blind_why ELSE excluded.blind_why END",
        rows.join(", ")
    );
    let all: Vec<Val> =
        tallies.iter().flat_map(|(rule, t)| params![*rule, t.judged, t.hits, t.blind, &t.blind_why].to_vec()).collect();
    tx.run(&sql, &all).await?;
    Ok(())
}

/// What the rules did.
pub async fn tallies(q: &dyn Query) -> Result<HashMap<String, Tally>> {
    let found = q.rows("SELECT rule, judged, hits, blind, blind_why FROM alert_tally", params![]).await?;
    let read = |r: &Row| Tally { judged: r.int(1), hits: r.int(2), blind: r.int(3), blind_why: r.text(4) };
    Ok(found.iter().map(|r| (r.text(0), read(r))).collect())
}

/// How leads of a rule ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    /// Raised.
    pub raised: i64,
    /// Closed.
    pub closed: i64,
    /// Closed, and something was wrong: as the auditor found where one looked, as the office did otherwise.
    pub right: i64,
    /// Looked at by an auditor.
    pub reviewed: i64,
}

/// How leads of each rule ended.
pub async fn ends(q: &dyn Query) -> Result<HashMap<String, Ends>> {
    let sql = "SELECT rule, COUNT(*), CAST(SUM(CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END) AS BIGINT), \
               CAST(SUM(CASE WHEN reviewed = 'right' OR (reviewed = '' AND state IN ('corrected', 'sanctioned')) THEN 1 ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN reviewed = '' THEN 0 ELSE 1 END) AS BIGINT) FROM alert GROUP BY rule";
    let read = |r: &Row| Ends { raised: r.int(1), closed: r.int(2), right: r.int(3), reviewed: r.int(4) };
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (r.text(0), read(r))).collect())
}

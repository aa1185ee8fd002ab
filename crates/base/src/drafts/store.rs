//! Rows of drafts.
use crate::access::Scope;
use crate::facts::{json_of, value_of};
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;
use rules::draft::{Change, Set, State};
use serde_json::{Value, json};

/// A draft of rules.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Region whose rules it changes.
    pub region: String,
    /// Title.
    pub title: String,
    /// Legal basis, shown beside every rule it makes.
    pub basis: String,
    /// First day in force.
    pub from: Day,
    /// State.
    pub state: State,
    /// The changes, each with what it replaced once published.
    pub lines: Vec<Line>,
    /// What past orders would have met: empty, `wanted`, or JSON.
    pub simulated: String,
    /// Why it was given back last.
    pub note: String,
    /// The publication it takes back.
    pub undoes: Option<i64>,
    /// Who began it.
    pub made_by: i64,
    /// When, ms UTC.
    pub made_at: i64,
    /// Who published or dropped it.
    pub decided_by: Option<i64>,
    /// When, ms UTC.
    pub decided_at: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

/// One change of a draft.
#[derive(Clone, Debug)]
pub struct Line {
    /// The change.
    pub change: Change,
    /// The own rule it replaced when it was published.
    pub was: Option<Set>,
}

/// Word for a draft that waits to be tried on past orders.
pub const WANTED: &str = "wanted";

impl Draft {
    /// The bare changes.
    pub fn changes(&self) -> Vec<Change> {
        self.lines.iter().map(|l| l.change.clone()).collect()
    }
}

fn set_json(s: &Set) -> Value {
    json!({"value": json_of(&s.value), "unit": s.unit, "min": s.min, "max": s.max, "fixed": s.fixed, "to": s.to})
}

fn set_of(v: &Value) -> Result<Option<Set>> {
    if v.is_null() {
        return Ok(None);
    }
    Ok(Some(Set {
        value: value_of(&v["value"].to_string())?,
        unit: v["unit"].as_str().unwrap_or_default().to_owned(),
        min: v["min"].as_i64(),
        max: v["max"].as_i64(),
        fixed: v["fixed"].as_bool().unwrap_or(false),
        to: v["to"].as_i64().map(|d| d as Day),
    }))
}

/// A change as the table and the journal keep it.
pub(super) fn line_json(l: &Line) -> Value {
    let c = &l.change;
    json!({
        "key": c.key, "mode": c.mode, "form": c.form, "category": c.category, "from": c.amount_from, "below": c.amount_below,
        "set": c.set.as_ref().map(set_json), "was": l.was.as_ref().map(set_json),
    })
}

fn line_of(v: &Value) -> Result<Line> {
    let text = |k: &str| v[k].as_str().map(str::to_owned);
    Ok(Line {
        change: Change {
            key: text("key").ok_or_else(|| Fail::Fault("a change without a key".into()))?,
            mode: text("mode"),
            form: text("form"),
            category: text("category"),
            amount_from: v["from"].as_i64(),
            amount_below: v["below"].as_i64(),
            set: set_of(&v["set"])?,
        },
        was: set_of(&v["was"])?,
    })
}

fn lines_json(lines: &[Line]) -> String {
    Value::from(lines.iter().map(line_json).collect::<Vec<_>>()).to_string()
}

const DRAFT: &str = "SELECT id, number, region, title, basis, day_from, state, changes, simulated, note, undoes, made_by, made_at, \
                     decided_by, decided_at, version FROM rule_draft";

fn read(r: &Row) -> Result<Draft> {
    let state = r.str(6);
    let lines: Vec<Value> = serde_json::from_str(r.str(7)).map_err(Fail::fault)?;
    Ok(Draft {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        title: r.text(3),
        basis: r.text(4),
        from: r.int(5) as Day,
        state: State::of(state).ok_or_else(|| Fail::Fault(format!("unknown state of a draft: {state}")))?,
        lines: lines.iter().map(line_of).collect::<Result<_>>()?,
        simulated: r.text(8),
        note: r.text(9),
        undoes: r.opt_int(10),
        made_by: r.int(11),
        made_at: r.int(12),
        decided_by: r.opt_int(13),
        decided_at: r.opt_int(14),
        version: r.int(15),
    })
}

/// Writes a new draft.
pub async fn add(tx: &Tx<'_>, d: &Draft) -> Result<()> {
    let sql = "INSERT INTO rule_draft (id, number, region, title, basis, day_from, state, changes, simulated, note, undoes, made_by, \
               made_at, version) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'','',$9,$10,$11,1)";
    let all = params![
        d.id,
        &d.number,
        &d.region,
        &d.title,
        &d.basis,
        i64::from(d.from),
        d.state.key(),
        lines_json(&d.lines),
        d.undoes,
        d.made_by,
        d.made_at
    ];
    tx.run(sql, all).await.map(|_| ())
}

/// Saves a draft, if nobody changed it meanwhile.
pub async fn save(tx: &Tx<'_>, d: &Draft) -> Result<()> {
    let sql = "UPDATE rule_draft SET title = $3, basis = $4, day_from = $5, state = $6, changes = $7, simulated = $8, note = $9, \
               decided_by = $10, decided_at = $11, version = version + 1 WHERE id = $1 AND version = $2";
    let all = params![
        d.id,
        d.version,
        &d.title,
        &d.basis,
        i64::from(d.from),
        d.state.key(),
        lines_json(&d.lines),
        &d.simulated,
        &d.note,
        d.decided_by,
        d.decided_at
    ];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// Drafts are seen by offices of their region and above.
fn visible(scope: &Scope) -> (String, kit::db::Val) {
    match scope {
        Scope::Region(_) => scope.condition("region", "region", "region", 1),
        Scope::Unit(_) | Scope::Supplier(_) | Scope::Nothing => ("id = $1".into(), 0_i64.into()),
    }
}

/// A draft in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Draft> {
    let (condition, who) = visible(scope);
    read(&q.one(&format!("{DRAFT} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// Drafts in a scope, open ones first, then the newest; and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Draft>, i64)> {
    let (condition, who) = visible(scope);
    let sql = format!(
        "{DRAFT} WHERE {condition} ORDER BY CASE WHEN state IN ('editing', 'submitted') THEN 0 ELSE 1 END, id DESC LIMIT $2 OFFSET $3"
    );
    let found = q.rows(&sql, &[who.clone(), size.into(), ((page - 1) * size).into()]).await?;
    let count = q.one(&format!("SELECT COUNT(*) FROM rule_draft WHERE {condition}"), &[who]).await?.int(0);
    Ok((found.iter().map(read).collect::<Result<_>>()?, count))
}

/// How many drafts of a region wait to be published by somebody else than this person.
pub async fn waiting(q: &dyn Query, region: &str, person: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM rule_draft WHERE region = $1 AND state = 'submitted' AND made_by <> $2";
    Ok(q.one(sql, params![region, person]).await?.int(0))
}

/// The oldest draft that waits to be tried on past orders.
pub async fn wanted(q: &dyn Query) -> Result<Option<Draft>> {
    let sql = format!("{DRAFT} WHERE simulated = '{WANTED}' ORDER BY id LIMIT 1");
    q.row(&sql, params![]).await?.as_ref().map(read).transpose()
}

/// Lets publications go one after the other: whoever comes second waits until the first is done.
pub async fn queue_up(tx: &Tx<'_>) -> Result<()> {
    tx.must("UPDATE lease SET until = until + 1 WHERE name = 'rulebook'", params![]).await
}

//! Rows of questions and findings.
use base::access::Actor;
use base::access::Scope as Reach;
use kit::db::{Row as DbRow, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::audit::{finding, question};
use rules::duty::Duty;

/// A question.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id.
    pub id: i64,
    /// Audit.
    pub audit: i64,
    /// Number for people.
    pub number: String,
    /// Who is asked.
    pub org: i64,
    /// Region whose finance department hears when nobody answers.
    pub region: String,
    /// The order it is about.
    pub order: Option<i64>,
    /// State.
    pub state: question::State,
    /// When, ms UTC.
    pub asked_at: i64,
    /// End of the clock that runs.
    pub due: Option<i64>,
    /// Were the finance departments told?
    pub escalated: bool,
    /// Version; every change counts it up.
    pub version: i64,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Found {
    /// Id.
    pub id: i64,
    /// Audit.
    pub audit: i64,
    /// Number for people.
    pub number: String,
    /// Whom it concerns.
    pub org: i64,
    /// Region whose finance department hears of it.
    pub region: String,
    /// Kind; see `data/audit-findings.csv`.
    pub kind: String,
    /// How serious: `minor`, `serious`, `grave`.
    pub severity: String,
    /// What it is about, fen.
    pub amount: i64,
    /// Facts.
    pub facts: String,
    /// What the auditor recommends.
    pub advice: String,
    /// State.
    pub state: finding::State,
    /// Made, ms UTC.
    pub made_at: i64,
    /// When the other side was asked for its view.
    pub sent_at: Option<i64>,
    /// Confirmed.
    pub final_at: Option<i64>,
    /// Put right and checked, or dropped.
    pub closed_at: Option<i64>,
    /// End of the clock that runs.
    pub due: Option<i64>,
    /// Were the finance departments told that time is over?
    pub escalated: bool,
    /// The case of conduct it was handed over as.
    pub conduct: Option<i64>,
    /// When it went to the finance department as a lead.
    pub finance_at: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

const QUESTION: &str = "SELECT q.id, q.audit, q.number, q.org, q.orders, q.state, q.asked_at, q.due, q.escalated, q.version, q.region \
                        FROM audit_question q JOIN audit a ON a.id = q.audit";
const FINDING: &str = "SELECT q.id, q.audit, q.number, q.org, q.kind, q.severity, q.amount, q.facts, q.advice, q.state, q.made_at, q.sent_at, \
                       q.final_at, q.closed_at, q.due, q.escalated, q.conduct, q.finance_at, q.version, q.region \
                       FROM audit_finding q JOIN audit a ON a.id = q.audit";

fn unknown(what: &str, key: &str) -> Fail {
    Fail::Fault(format!("unknown state of a {what}: {key}"))
}

fn read_question(r: &DbRow) -> Result<Row> {
    Ok(Row {
        id: r.int(0),
        audit: r.int(1),
        number: r.text(2),
        org: r.int(3),
        order: r.opt_int(4),
        state: question::State::of(r.str(5)).ok_or_else(|| unknown("question", r.str(5)))?,
        asked_at: r.int(6),
        due: r.opt_int(7),
        escalated: r.flag(8),
        version: r.int(9),
        region: r.text(10),
    })
}

fn read_finding(r: &DbRow) -> Result<Found> {
    Ok(Found {
        id: r.int(0),
        audit: r.int(1),
        number: r.text(2),
        org: r.int(3),
        kind: r.text(4),
        severity: r.text(5),
        amount: r.int(6),
        facts: r.text(7),
        advice: r.text(8),
        state: finding::State::of(r.str(9)).ok_or_else(|| unknown("finding", r.str(9)))?,
        made_at: r.int(10),
        sent_at: r.opt_int(11),
        final_at: r.opt_int(12),
        closed_at: r.opt_int(13),
        due: r.opt_int(14),
        escalated: r.flag(15),
        conduct: r.opt_int(16),
        finance_at: r.opt_int(17),
        version: r.int(18),
        region: r.text(19),
    })
}

/// Writes a question.
pub async fn add_question(tx: &Tx<'_>, q: &Row) -> Result<()> {
    let sql = "INSERT INTO audit_question (id, audit, number, org, orders, state, asked_at, due, escalated, version, region) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0,1,$9)";
    tx.run(sql, params![q.id, q.audit, &q.number, q.org, q.order, q.state.key(), q.asked_at, q.due, &q.region]).await?;
    Ok(())
}

/// Saves what moves of a question, if nobody moved it meanwhile.
pub async fn save_question(tx: &Tx<'_>, q: &Row) -> Result<()> {
    let sql = "UPDATE audit_question SET state = $3, due = $4, escalated = $5, version = version + 1 WHERE id = $1 AND version = $2";
    let all = params![q.id, q.version, q.state.key(), q.due, q.escalated];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// Writes a finding with the orders it is about.
pub async fn add_finding(tx: &Tx<'_>, f: &Found, orders: &[i64]) -> Result<()> {
    let sql = "INSERT INTO audit_finding (id, audit, number, org, kind, severity, amount, facts, advice, state, made_at, escalated, version, region) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,0,1,$12)";
    let all = params![
        f.id,
        f.audit,
        &f.number,
        f.org,
        &f.kind,
        &f.severity,
        f.amount,
        &f.facts,
        &f.advice,
        f.state.key(),
        f.made_at,
        &f.region
    ];
    tx.run(sql, all).await?;
    let rows: Vec<Vec<Val>> = orders.iter().map(|o| params![f.id, *o].to_vec()).collect();
    tx.run_many("INSERT INTO audit_finding_order (finding, orders) VALUES ($1,$2)", &rows).await?;
    Ok(())
}

/// Saves what moves of a finding, if nobody moved it meanwhile.
pub async fn save_finding(tx: &Tx<'_>, f: &Found) -> Result<()> {
    let sql = "UPDATE audit_finding SET state = $3, sent_at = $4, final_at = $5, closed_at = $6, due = $7, escalated = $8, conduct = $9, \
               finance_at = $10, version = version + 1 WHERE id = $1 AND version = $2";
    let all = params![
        f.id,
        f.version,
        f.state.key(),
        f.sent_at,
        f.final_at,
        f.closed_at,
        f.due,
        f.escalated,
        f.conduct,
        f.finance_at
    ];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// What a person may see: auditors of the place everything, finance departments what is overdue, handed over or reported, units and
/// suppliers what is put to them.
fn visible(a: &Actor, theirs: &str, finance: &str) -> (String, Val) {
    match a.scope() {
        Reach::Region(prefix) => {
            let reach = if a.may(Duty::Auditor) {
                "a.region LIKE $1".to_owned()
            } else {
                format!(
                    "(q.region LIKE $1 AND (q.escalated = 1{finance}) OR a.region LIKE $1 AND a.state = 'concluded'{theirs})"
                )
            };
            (reach, Val::from(format!("{prefix}%")))
        }
        Reach::Unit(org) | Reach::Supplier(org) => (format!("q.org = $1{theirs}"), Val::from(org)),
        Reach::Nothing => ("q.org = $1".into(), Val::from(0_i64)),
    }
}

const THEIRS: &str = " AND q.sent_at IS NOT NULL";
const HANDED: &str = " OR q.finance_at IS NOT NULL";

/// A question that a person may see.
pub async fn question(q: &dyn Query, a: &Actor, id: i64) -> Result<Row> {
    let (condition, who) = visible(a, "", "");
    read_question(&q.one(&format!("{QUESTION} WHERE {condition} AND q.id = $2"), &[who, id.into()]).await?)
}

/// A finding that a person may see.
pub async fn finding(q: &dyn Query, a: &Actor, id: i64) -> Result<Found> {
    let (condition, who) = visible(a, THEIRS, HANDED);
    read_finding(&q.one(&format!("{FINDING} WHERE {condition} AND q.id = $2"), &[who, id.into()]).await?)
}

/// A question by id, for the clock.
pub async fn any_question(q: &dyn Query, id: i64) -> Result<Row> {
    read_question(&q.one(&format!("{QUESTION} WHERE q.id = $1"), params![id]).await?)
}

/// A finding by id, for the clock.
pub async fn any_finding(q: &dyn Query, id: i64) -> Result<Found> {
    read_finding(&q.one(&format!("{FINDING} WHERE q.id = $1"), params![id]).await?)
}

/// Questions that a person may see, newest first, at most so many.
pub async fn questions(q: &dyn Query, a: &Actor, most: usize) -> Result<Vec<Row>> {
    let (condition, who) = visible(a, "", "");
    let sql = format!("{QUESTION} WHERE {condition} ORDER BY q.id DESC LIMIT $2");
    q.rows(&sql, &[who, most.into()]).await?.iter().map(read_question).collect()
}

/// Findings that a person may see, newest first, at most so many.
pub async fn findings(q: &dyn Query, a: &Actor, most: usize) -> Result<Vec<Found>> {
    let (condition, who) = visible(a, THEIRS, HANDED);
    let sql = format!("{FINDING} WHERE {condition} ORDER BY q.id DESC LIMIT $2");
    q.rows(&sql, &[who, most.into()]).await?.iter().map(read_finding).collect()
}

/// Questions of an audit, in order.
pub async fn questions_of(q: &dyn Query, audit: i64) -> Result<Vec<Row>> {
    q.rows(&format!("{QUESTION} WHERE q.audit = $1 ORDER BY q.id"), params![audit])
        .await?
        .iter()
        .map(read_question)
        .collect()
}

/// Findings of an audit, in order; with drafts that nobody else has seen, or without.
pub async fn findings_of(q: &dyn Query, audit: i64, drafts: bool) -> Result<Vec<Found>> {
    let sql = format!("{FINDING} WHERE q.audit = $1 AND ($2 = 1 OR q.sent_at IS NOT NULL) ORDER BY q.id");
    q.rows(&sql, params![audit, drafts]).await?.iter().map(read_finding).collect()
}

/// The orders a finding is about: id and number.
pub async fn orders_of(q: &dyn Query, finding: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT o.id, o.number FROM audit_finding_order f JOIN orders o ON o.id = f.orders WHERE f.finding = $1 ORDER BY o.id";
    Ok(q.rows(sql, params![finding]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// How many questions and findings wait for somebody.
pub async fn waiting(q: &dyn Query, a: &Actor) -> Result<i64> {
    let sql = if a.may(Duty::Auditor) {
        "SELECT (SELECT COUNT(*) FROM audit_question q JOIN audit a ON a.id = q.audit WHERE a.org = $1 AND q.state = 'answered') \
         + (SELECT COUNT(*) FROM audit_finding q JOIN audit a ON a.id = q.audit WHERE a.org = $1 AND q.state IN ('silent', 'answered', 'mending'))"
    } else {
        "SELECT (SELECT COUNT(*) FROM audit_question q WHERE q.org = $1 AND q.state = 'asked') \
         + (SELECT COUNT(*) FROM audit_finding q WHERE q.org = $1 AND q.state IN ('sent', 'silent', 'final'))"
    };
    Ok(q.one(sql, params![a.org]).await?.int(0))
}

/// Questions and findings whose time is over and about which something is still to be done: those asked and those to be put right
/// once, those sent until they lapse. Ids of questions, then of findings.
pub async fn overdue(q: &dyn Query, now: i64, most: usize) -> Result<(Vec<i64>, Vec<i64>)> {
    let sql =
        "SELECT id FROM audit_question WHERE state = 'asked' AND due < $1 AND escalated = 0 ORDER BY due, id LIMIT $2";
    let questions = q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect();
    let sql = "SELECT id FROM audit_finding WHERE due < $1 AND (state = 'sent' OR (state = 'final' AND escalated = 0)) ORDER BY due, id LIMIT $2";
    let findings = q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect();
    Ok((questions, findings))
}

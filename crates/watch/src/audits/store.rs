//! Rows of audits, of what they draw from and of their working papers.
use base::access::Scope as Reach;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::audit::State;
use rules::audit::checklist::Fit;
use rules::audit::sample::Method;
use rules::calendar::{Day, start_of};

/// What an audit examines.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Region and everything below it.
    pub region: String,
    /// First day on which contracts took effect.
    pub day_from: Day,
    /// Last day.
    pub day_to: Day,
    /// Category prefix; empty for all.
    pub category: String,
    /// Mode of purchase; empty for all.
    pub mode: String,
    /// Form of transaction; empty for all.
    pub form: String,
    /// Buying unit, 0 for all.
    pub unit: i64,
    /// Supplier, 0 for all.
    pub supplier: i64,
    /// Least total, fen.
    pub amount_min: i64,
    /// Greatest total, fen.
    pub amount_max: i64,
}

/// An audit.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// The body that leads it.
    pub org: i64,
    /// Title.
    pub title: String,
    /// What it examines.
    pub scope: Scope,
    /// How it draws.
    pub method: Method,
    /// How many are drawn, or how many points of money fall.
    pub size: i64,
    /// State.
    pub state: State,
    /// The promise of the secret; empty before the announcement.
    pub commitment: String,
    /// The secret; told once drawn.
    pub secret: String,
    /// How many orders could have been drawn.
    pub population: i64,
    /// What they come to, fen.
    pub population_amount: i64,
    /// What stands for them.
    pub population_digest: String,
    /// Number of the journal entry that decided.
    pub entry_seq: Option<i64>,
    /// Its hash.
    pub entry_hash: String,
    /// What the report says as a whole.
    pub opinion: String,
    /// Made, ms UTC.
    pub made_at: i64,
    /// Announced.
    pub announced_at: Option<i64>,
    /// Drawn.
    pub drawn_at: Option<i64>,
    /// Reported.
    pub concluded_at: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

const AUDIT: &str = "SELECT id, number, org, region, title, day_from, day_to, category, mode, form, unit, supplier, amount_min, amount_max, \
                     method, size, state, commitment, secret, population, population_amount, population_digest, entry_seq, entry_hash, \
                     opinion, made_at, announced_at, drawn_at, concluded_at, version FROM audit";

fn read(r: &Row) -> Result<Audit> {
    let unknown = |what: &str, key: &str| Fail::Fault(format!("unknown {what} of an audit: {key}"));
    Ok(Audit {
        id: r.int(0),
        number: r.text(1),
        org: r.int(2),
        title: r.text(4),
        scope: Scope {
            region: r.text(3),
            day_from: r.int(5) as Day,
            day_to: r.int(6) as Day,
            category: r.text(7),
            mode: r.text(8),
            form: r.text(9),
            unit: r.int(10),
            supplier: r.int(11),
            amount_min: r.int(12),
            amount_max: r.int(13),
        },
        method: Method::of(r.str(14)).ok_or_else(|| unknown("method", r.str(14)))?,
        size: r.int(15),
        state: State::of(r.str(16)).ok_or_else(|| unknown("state", r.str(16)))?,
        commitment: r.text(17),
        secret: r.text(18),
        population: r.int(19),
        population_amount: r.int(20),
        population_digest: r.text(21),
        entry_seq: r.opt_int(22),
        entry_hash: r.text(23),
        opinion: r.text(24),
        made_at: r.int(25),
        announced_at: r.opt_int(26),
        drawn_at: r.opt_int(27),
        concluded_at: r.opt_int(28),
        version: r.int(29),
    })
}

/// Writes a new audit.
pub async fn add(tx: &Tx<'_>, a: &Audit, person: i64) -> Result<()> {
    let s = &a.scope;
    let sql = "INSERT INTO audit (id, number, org, region, title, day_from, day_to, category, mode, form, unit, supplier, amount_min, \
               amount_max, method, size, state, commitment, secret, population, population_amount, population_digest, entry_hash, opinion, \
               made_at, person, version) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,'','',0,0,'','','',$18,$19,1)";
    let all = params![
        a.id,
        &a.number,
        a.org,
        &s.region,
        &a.title,
        i64::from(s.day_from),
        i64::from(s.day_to),
        &s.category,
        &s.mode,
        &s.form,
        s.unit,
        s.supplier,
        s.amount_min,
        s.amount_max,
        a.method.key(),
        a.size,
        a.state.key(),
        a.made_at,
        person
    ];
    tx.run(sql, all).await?;
    Ok(())
}

/// Saves what moves, if nobody moved it meanwhile.
pub async fn save(tx: &Tx<'_>, a: &Audit) -> Result<()> {
    let sql = "UPDATE audit SET state = $3, commitment = $4, secret = $5, population = $6, population_amount = $7, population_digest = $8, \
               entry_seq = $9, entry_hash = $10, opinion = $11, announced_at = $12, drawn_at = $13, concluded_at = $14, \
               version = version + 1 WHERE id = $1 AND version = $2";
    let all = params![
        a.id,
        a.version,
        a.state.key(),
        &a.commitment,
        &a.secret,
        a.population,
        a.population_amount,
        &a.population_digest,
        a.entry_seq,
        &a.entry_hash,
        &a.opinion,
        a.announced_at,
        a.drawn_at,
        a.concluded_at
    ];
    if tx.run(sql, all).await? == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// What a reader may see: auditors everything of their area, finance departments what is reported there.
fn visible(reach: &Reach, auditor: bool) -> (String, Val) {
    let Reach::Region(prefix) = reach else { return ("org = $1".into(), Val::from(0_i64)) };
    let more = if auditor { "" } else { " AND state = 'concluded'" };
    (format!("region LIKE $1{more}"), Val::from(format!("{prefix}%")))
}

/// An audit that a reader may see.
pub async fn load(q: &dyn Query, reach: &Reach, auditor: bool, id: i64) -> Result<Audit> {
    let (condition, who) = visible(reach, auditor);
    read(&q.one(&format!("{AUDIT} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// An audit by id, for those who may see something that hangs on it.
pub async fn any(q: &dyn Query, id: i64) -> Result<Audit> {
    read(&q.one(&format!("{AUDIT} WHERE id = $1"), params![id]).await?)
}

/// Audits that a reader may see, newest first, and how many there are.
pub async fn list(q: &dyn Query, reach: &Reach, auditor: bool, page: usize, size: usize) -> Result<(Vec<Audit>, i64)> {
    let (condition, who) = visible(reach, auditor);
    let sql = format!("{AUDIT} WHERE {condition} ORDER BY id DESC LIMIT $2 OFFSET $3");
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let count = format!("SELECT COUNT(*) FROM audit WHERE {condition}");
    Ok((found, q.one(&count, &all[..1]).await?.int(0)))
}

/// The orders of a scope whose contracts took effect in its days, id and fen, in the order of their ids; at most so many.
pub async fn population(q: &dyn Query, s: &Scope, most: usize) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT o.id, o.total FROM orders o JOIN contract c ON c.orders = o.id \
               WHERE c.signed_at >= $2 AND c.signed_at < $3 AND o.region LIKE $1 AND ($4 = '' OR o.mode = $4) AND ($5 = '' OR o.form = $5) \
               AND ($6 = 0 OR o.unit = $6) AND ($7 = 0 OR o.supplier = $7) AND o.total >= $8 AND o.total <= $9 \
               AND ($10 = '%' OR EXISTS (SELECT 1 FROM order_line l WHERE l.orders = o.id AND l.category LIKE $10)) \
               ORDER BY o.id LIMIT $11";
    let all = params![
        format!("{}%", rules::place::prefix(&s.region)),
        start_of(s.day_from),
        start_of(s.day_to + 1),
        &s.mode,
        &s.form,
        s.unit,
        s.supplier,
        s.amount_min,
        s.amount_max,
        format!("{}%", s.category),
        most
    ];
    Ok(q.rows(sql, all).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// Keeps what was drawn from.
pub async fn keep_population(tx: &Tx<'_>, audit: i64, lines: &[String]) -> Result<()> {
    tx.run("INSERT INTO audit_population (audit, lines) VALUES ($1,$2)", params![audit, lines.join("\n")]).await?;
    Ok(())
}

/// What was drawn from.
pub async fn kept_population(q: &dyn Query, audit: i64) -> Result<Vec<(i64, i64)>> {
    let r = q.one("SELECT lines FROM audit_population WHERE audit = $1", params![audit]).await?;
    let pair = |l: &str| l.split_once(' ').and_then(|(id, fen)| Some((id.parse().ok()?, fen.parse().ok()?)));
    Ok(r.str(0).lines().filter_map(pair).collect())
}

/// An order to be looked at.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Order.
    pub order: i64,
    /// Its number.
    pub number: String,
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// What it comes to, fen.
    pub total: i64,
    /// Was it named by hand?
    pub named: bool,
    /// Points of money that fell on it.
    pub points: i64,
    /// Why it was named.
    pub reason: String,
    /// Is the paper finished?
    pub done: bool,
}

const PAPER: &str = "SELECT p.orders, o.number, o.unit, o.supplier, o.total, p.how, p.points, p.reason, p.state FROM audit_paper p \
                     JOIN orders o ON o.id = p.orders";

fn read_paper(r: &Row) -> Paper {
    Paper {
        order: r.int(0),
        number: r.text(1),
        unit: r.int(2),
        supplier: r.int(3),
        total: r.int(4),
        named: r.str(5) == "named",
        points: r.int(6),
        reason: r.text(7),
        done: r.str(8) == "done",
    }
}

/// Papers of an audit, drawn ones first.
pub async fn papers(q: &dyn Query, audit: i64) -> Result<Vec<Paper>> {
    let sql = format!("{PAPER} WHERE p.audit = $1 ORDER BY p.how, p.place, p.orders");
    Ok(q.rows(&sql, params![audit]).await?.iter().map(read_paper).collect())
}

/// One paper.
pub async fn paper(q: &dyn Query, audit: i64, order: i64) -> Result<Paper> {
    let sql = format!("{PAPER} WHERE p.audit = $1 AND p.orders = $2");
    Ok(read_paper(&q.one(&sql, params![audit, order]).await?))
}

/// Adds drawn orders with the points that fell on them.
pub async fn add_drawn(tx: &Tx<'_>, audit: i64, chosen: &[(i64, i64)]) -> Result<()> {
    let row = |(n, (order, points)): (usize, &(i64, i64))| params![audit, *order, n, *points].to_vec();
    let rows: Vec<Vec<Val>> = chosen.iter().enumerate().map(row).collect();
    let sql = "INSERT INTO audit_paper (audit, orders, place, how, points, reason, state) VALUES ($1,$2,$3,'drawn',$4,'','open')";
    tx.run_many(sql, &rows).await?;
    Ok(())
}

/// Adds an order by hand; false when it is there.
pub async fn add_named(tx: &Tx<'_>, audit: i64, order: i64, place: i64, reason: &str) -> Result<bool> {
    let sql = "INSERT INTO audit_paper (audit, orders, place, how, points, reason, state) VALUES ($1,$2,$3,'named',0,$4,'open') \
               ON CONFLICT (audit, orders) DO NOTHING";
    Ok(tx.run(sql, params![audit, order, place, reason]).await? == 1)
}

/// An order of a region by its number.
pub async fn order_of(q: &dyn Query, prefix: &str, number: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM orders WHERE number = $1 AND region LIKE $2";
    Ok(q.row(sql, params![number, format!("{prefix}%")]).await?.map(|r| r.int(0)))
}

/// An organisation of a kind by its credit code or its whole name.
pub async fn org_of(q: &dyn Query, kind: &str, words: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM org WHERE kind = $1 AND (uscc = $2 OR name = $2) ORDER BY id LIMIT 1";
    Ok(q.row(sql, params![kind, words]).await?.map(|r| r.int(0)))
}

/// What the auditor says to a line, beside what the machine said then.
#[derive(Clone, Debug)]
pub struct Said {
    /// Code of the line.
    pub line: String,
    /// What the machine said.
    pub seen: Fit,
    /// Its figures.
    pub figures: String,
    /// What the auditor says.
    pub fit: Fit,
    /// Why, in words.
    pub words: String,
    /// When, ms UTC.
    pub at: i64,
}

/// Writes what the auditor says to one line of a paper; again replaces it.
pub async fn say(tx: &Tx<'_>, audit: i64, order: i64, s: &Said, person: i64) -> Result<()> {
    let sql = "INSERT INTO audit_check (audit, orders, line, seen, figures, fit, words, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) \
               ON CONFLICT (audit, orders, line) DO UPDATE SET seen = $4, figures = $5, fit = $6, words = $7, person = $8, at = $9";
    let all = params![audit, order, &s.line, s.seen.key(), &s.figures, s.fit.key(), &s.words, person, s.at];
    tx.run(sql, all).await?;
    Ok(())
}

/// What was said to the lines of a paper.
pub async fn said(q: &dyn Query, audit: i64, order: i64) -> Result<Vec<Said>> {
    let sql =
        "SELECT line, seen, figures, fit, words, at FROM audit_check WHERE audit = $1 AND orders = $2 ORDER BY line";
    let fit = |key: &str| Fit::of(key).unwrap_or(Fit::People);
    let read = |r: &Row| Said {
        line: r.text(0),
        seen: fit(r.str(1)),
        figures: r.text(2),
        fit: fit(r.str(3)),
        words: r.text(4),
        at: r.int(5),
    };
    Ok(q.rows(sql, params![audit, order]).await?.iter().map(read).collect())
}

/// A paper is finished, or open again.
pub async fn finish(tx: &Tx<'_>, audit: i64, order: i64, done: bool, person: i64) -> Result<()> {
    let sql = "UPDATE audit_paper SET state = $3, person = $4, at = $5 WHERE audit = $1 AND orders = $2";
    tx.must(sql, params![audit, order, if done { "done" } else { "open" }, person, tx.now()]).await
}

/// How many lines of an audit's papers do not fit, by line.
pub async fn differing(q: &dyn Query, audit: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT line, COUNT(*) FROM audit_check WHERE audit = $1 AND fit = 'differs' GROUP BY line ORDER BY 2 DESC, line";
    Ok(q.rows(sql, params![audit]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// What stands in the way of a report: open papers, questions, findings.
pub async fn open_things(q: &dyn Query, audit: i64) -> Result<[i64; 3]> {
    let sql = "SELECT (SELECT COUNT(*) FROM audit_paper WHERE audit = $1 AND state = 'open'), \
               (SELECT COUNT(*) FROM audit_question WHERE audit = $1 AND state IN ('asked', 'answered')), \
               (SELECT COUNT(*) FROM audit_finding WHERE audit = $1 AND state IN ('draft', 'sent', 'silent', 'answered'))";
    let r = q.one(sql, params![audit]).await?;
    Ok([r.int(0), r.int(1), r.int(2)])
}

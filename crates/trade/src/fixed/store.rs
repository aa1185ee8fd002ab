//! Rows of agreements, their items and members, jobs, quotes, statements.
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;
use rules::fixed::{Member as Turn, Way};
use serde::{Deserialize, Serialize};

/// A framework agreement.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Area: this region and all below it.
    pub region: String,
    /// Centre that made it.
    pub centre: i64,
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// `discount` on the reference list, `items` by agreed item prices, `ceiling` for the whole job.
    pub pricing: String,
    /// Title of the reference list.
    pub list_title: String,
    /// Day of the reference list.
    pub list_day: Day,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// May members be added while it runs?
    pub refill: bool,
    /// At most so many members.
    pub places: i64,
    /// `running` or `ended`.
    pub state: String,
}

const AGREEMENT: &str = "SELECT id, number, region, centre, category, title, pricing, list_title, list_day, from_day, to_day, refill, places, \
                         state FROM agreement";

fn read(r: &Row) -> Agreement {
    Agreement {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        centre: r.int(3),
        category: r.text(4),
        title: r.text(5),
        pricing: r.text(6),
        list_title: r.text(7),
        list_day: r.int(8) as Day,
        from: r.int(9) as Day,
        to: r.int(10) as Day,
        refill: r.flag(11),
        places: r.int(12),
        state: r.text(13),
    }
}

/// An agreement.
pub async fn agreement(q: &dyn Query, id: i64) -> Result<Agreement> {
    Ok(read(&q.one(&format!("{AGREEMENT} WHERE id = $1"), params![id]).await?))
}

/// Agreements of an area or of the areas above it, running ones first.
pub async fn agreements(q: &dyn Query, path: &[&str], below: &str, limit: usize) -> Result<Vec<Agreement>> {
    let marks = kit::text::marks(3, path.len());
    let sql =
        format!("{AGREEMENT} WHERE region IN ({marks}) OR region LIKE $1 ORDER BY state DESC, category, id LIMIT $2");
    let mut all: Vec<Val> = vec![format!("{below}%").into(), limit.into()];
    all.extend(path.iter().map(|p| Val::from(*p)));
    Ok(q.rows(&sql, &all).await?.iter().map(read).collect())
}

/// Running agreements whose last day is over.
pub async fn over(q: &dyn Query, today: Day) -> Result<Vec<Agreement>> {
    let sql = format!("{AGREEMENT} WHERE state = 'running' AND to_day < $1 ORDER BY id LIMIT 20");
    Ok(q.rows(&sql, params![i64::from(today)]).await?.iter().map(read).collect())
}

/// Writes a new agreement.
pub async fn add(tx: &Tx<'_>, a: &Agreement, person: i64) -> Result<()> {
    tx.run(
        "INSERT INTO agreement (id, number, region, centre, category, title, pricing, list_title, list_day, from_day, to_day, refill, \
         places, state, made_by, made_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,'running',$14,$15)",
        params![
            a.id, &a.number, &a.region, a.centre, &a.category, &a.title, &a.pricing, &a.list_title, i64::from(a.list_day),
            i64::from(a.from), i64::from(a.to), a.refill, a.places, person, tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// Ends an agreement; false when it had ended.
pub async fn end(tx: &Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.run("UPDATE agreement SET state = 'ended' WHERE id = $1 AND state = 'running'", params![id]).await? == 1)
}

/// An item of the price schedule.
#[derive(Clone, Debug)]
pub struct Item {
    /// Id.
    pub id: i64,
    /// `labour`, `part`, `service`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub measure: String,
    /// Reference price or agreed ceiling of one, fen.
    pub price: i64,
}

impl Item {
    /// Chinese word for the kind.
    pub fn kind_word(&self) -> &'static str {
        match self.kind.as_str() {
            "labour" => "工时",
            "part" => "材料",
            _ => "服务",
        }
    }
}

/// The digest of an agreement's price schedule that its entry holds.
pub async fn schedule_digest(q: &dyn Query, agreement: i64) -> Result<String> {
    let sql = "SELECT kind, title, measure, price FROM agreement_item WHERE agreement = $1 ORDER BY id";
    let rows = q.rows(sql, params![agreement]).await?;
    let all: Vec<_> = rows.iter().map(|r| serde_json::json!([r.str(0), r.str(1), r.str(2), r.int(3)])).collect();
    Ok(kit::text::sha256(&[serde_json::json!(all).to_string().as_bytes()]))
}

/// Items of an agreement.
pub async fn items(q: &dyn Query, agreement: i64) -> Result<Vec<Item>> {
    let sql = "SELECT id, kind, title, measure, price FROM agreement_item WHERE agreement = $1 ORDER BY id";
    let read = |r: &Row| Item { id: r.int(0), kind: r.text(1), title: r.text(2), measure: r.text(3), price: r.int(4) };
    Ok(q.rows(sql, params![agreement]).await?.iter().map(read).collect())
}

/// Writes an item.
pub async fn add_item(tx: &Tx<'_>, agreement: i64, kind: &str, title: &str, measure: &str, price: i64) -> Result<()> {
    tx.run(
        "INSERT INTO agreement_item (id, agreement, kind, title, measure, price) VALUES ($1,$2,$3,$4,$5,$6)",
        params![tx.id(), agreement, kind, title, measure, price],
    )
    .await?;
    Ok(())
}

/// A member of an agreement.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub supplier: i64,
    /// Discount on the reference list, hundredths of a percent.
    pub discount_bp: i64,
    /// Place, from 1.
    pub place: i64,
    /// Jobs it got.
    pub turns: i64,
    /// Is it in?
    pub active: bool,
    /// Does a measure keep it from taking jobs of the agreement?
    pub stopped: bool,
}

impl Member {
    /// May a job be given to it?
    pub fn takes(&self) -> bool {
        self.active && !self.stopped
    }

    /// As rotation sees it.
    pub fn turn(&self) -> Turn {
        Turn { supplier: self.supplier, place: self.place, turns: self.turns }
    }
}

/// Members of an agreement by place, those that left too.
pub async fn members(q: &dyn Query, agreement: i64) -> Result<Vec<Member>> {
    let sql = "SELECT m.supplier, m.discount_bp, m.place, m.turns, m.state, s.state, s.closed, a.category, a.region FROM agreement_member m \
               JOIN supplier s ON s.org = m.supplier JOIN agreement a ON a.id = m.agreement WHERE m.agreement = $1 ORDER BY m.place, m.supplier";
    let read = |r: &Row| Member {
        supplier: r.int(0),
        discount_bp: r.int(1),
        place: r.int(2),
        turns: r.int(3),
        active: r.str(4) == "in",
        stopped: supply::suppliers::stopped(r.str(5), r.str(6), r.str(7), r.str(8)),
    };
    Ok(q.rows(sql, params![agreement]).await?.iter().map(read).collect())
}

/// Adds a member, or takes one back in at a new discount.
pub async fn put_member(tx: &Tx<'_>, agreement: i64, supplier: i64, discount_bp: i64, place: i64) -> Result<()> {
    tx.run(
        "INSERT INTO agreement_member (agreement, supplier, discount_bp, place, turns, state) VALUES ($1,$2,$3,$4,0,'in') \
         ON CONFLICT (agreement, supplier) DO UPDATE SET discount_bp = $3, state = 'in'",
        params![agreement, supplier, discount_bp, place],
    )
    .await?;
    Ok(())
}

/// A member leaves.
pub async fn member_out(tx: &Tx<'_>, agreement: i64, supplier: i64) -> Result<()> {
    let sql = "UPDATE agreement_member SET state = 'out' WHERE agreement = $1 AND supplier = $2 AND state = 'in'";
    tx.must(sql, params![agreement, supplier]).await
}

/// One more job for a member.
pub async fn count_turn(tx: &Tx<'_>, agreement: i64, supplier: i64) -> Result<()> {
    let sql = "UPDATE agreement_member SET turns = turns + 1 WHERE agreement = $1 AND supplier = $2";
    tx.must(sql, params![agreement, supplier]).await
}

/// A line of a quote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quoted {
    /// Title.
    pub title: String,
    /// Unit of count.
    pub measure: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
}

/// A job without its header.
#[derive(Clone, Debug)]
pub struct Job {
    /// Id of the project.
    pub id: i64,
    /// Agreement.
    pub agreement: i64,
    /// How a supplier is found.
    pub way: Way,
    /// Who does it.
    pub supplier: Option<i64>,
    /// Promise of the secret.
    pub commitment: String,
    /// Secret until the draw.
    pub secret: String,
    /// The draw takes the first journal entry after this number.
    pub draw_after: i64,
    /// Number of the entry that decided, 0 before.
    pub draw_seq: i64,
    /// Its hash.
    pub draw_hash: String,
    /// End of the invited quotes or of the answer, ms UTC.
    pub answer_by: i64,
    /// The quote.
    pub lines: Vec<Quoted>,
    /// Its sum, fen.
    pub total: i64,
    /// What was done, in the supplier's words.
    pub done_words: String,
    /// When, ms UTC.
    pub done_at: Option<i64>,
    /// Order.
    pub order: Option<i64>,
}

const JOB: &str = "SELECT id, agreement, way, supplier, commitment, secret, draw_after, draw_seq, draw_hash, answer_by, lines, total, \
                   done_words, done_at, orders FROM job";

fn read_job(r: &Row) -> Result<Job> {
    Ok(Job {
        id: r.int(0),
        agreement: r.int(1),
        way: Way::of(r.str(2)).ok_or_else(|| Fail::Fault(format!("job {} has way {}", r.int(0), r.str(2))))?,
        supplier: r.opt_int(3),
        commitment: r.text(4),
        secret: r.text(5),
        draw_after: r.int(6),
        draw_seq: r.int(7),
        draw_hash: r.text(8),
        answer_by: r.int(9),
        lines: serde_json::from_str(r.str(10)).map_err(Fail::fault)?,
        total: r.int(11),
        done_words: r.text(12),
        done_at: r.opt_int(13),
        order: r.opt_int(14),
    })
}

/// A job.
pub async fn job(q: &dyn Query, id: i64) -> Result<Job> {
    read_job(&q.one(&format!("{JOB} WHERE id = $1"), params![id]).await?)
}

/// Writes a new job.
pub async fn add_job(tx: &Tx<'_>, j: &Job) -> Result<()> {
    tx.run(
        "INSERT INTO job (id, agreement, way, supplier, commitment, secret, draw_after, draw_seq, draw_hash, answer_by, lines, total, \
         done_words, done_at, statement, orders) VALUES ($1,$2,$3,$4,$5,$6,0,0,'',0,'[]',0,'',NULL,NULL,NULL)",
        params![j.id, j.agreement, j.way.key(), j.supplier, &j.commitment, &j.secret],
    )
    .await?;
    Ok(())
}

/// Writes a job back; its header's version guards against two at once.
pub async fn save_job(tx: &Tx<'_>, j: &Job) -> Result<()> {
    let lines = serde_json::to_string(&j.lines).map_err(Fail::fault)?;
    tx.must(
        "UPDATE job SET supplier = $2, draw_after = $3, draw_seq = $4, draw_hash = $5, answer_by = $6, lines = $7, total = $8, \
         done_words = $9, done_at = $10, orders = $11, commitment = $12, secret = $13 WHERE id = $1",
        params![
            j.id, j.supplier, j.draw_after, j.draw_seq, &j.draw_hash, j.answer_by, lines, j.total, &j.done_words, j.done_at, j.order, &j.commitment, &j.secret
        ],
    )
    .await
}

/// A supplier's part in a job: asked, invited, declined.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who.
    pub supplier: i64,
    /// Amount, None while sealed or without one.
    pub amount: Option<i64>,
    /// The seal.
    pub sealed: Option<Vec<u8>>,
    /// When it quoted, ms UTC.
    pub at: Option<i64>,
    /// `invited`, `quoted`, `won`, `lost`.
    pub state: String,
}

/// Everybody who was asked about a job.
pub async fn asked(q: &dyn Query, job: i64) -> Result<Vec<Asked>> {
    let sql = "SELECT supplier, amount, sealed, at, state FROM job_quote WHERE job = $1 ORDER BY supplier";
    let read = |r: &Row| Asked {
        supplier: r.int(0),
        amount: r.opt_int(1),
        sealed: r.opt_bytes(2),
        at: r.opt_int(3),
        state: r.text(4),
    };
    Ok(q.rows(sql, params![job]).await?.iter().map(read).collect())
}

/// Writes a supplier's part in a job.
pub async fn put_asked(tx: &Tx<'_>, job: i64, a: &Asked) -> Result<()> {
    tx.run(
        "INSERT INTO job_quote (job, supplier, amount, sealed, at, state) VALUES ($1,$2,$3,$4,$5,$6) \
         ON CONFLICT (job, supplier) DO UPDATE SET amount = $3, sealed = $4, at = $5, state = $6",
        params![job, a.supplier, a.amount, a.sealed.clone(), a.at, &a.state],
    )
    .await?;
    Ok(())
}

/// Jobs that wait for a supplier: asked to quote, or invited and not quoted yet.
pub async fn for_supplier(q: &dyn Query, supplier: i64, limit: usize) -> Result<Vec<i64>> {
    let sql = "SELECT j.id FROM job j JOIN project p ON p.id = j.id WHERE (p.state = 'offered' AND j.supplier = $1) \
               OR (p.state = 'inviting' AND EXISTS (SELECT 1 FROM job_quote k WHERE k.job = j.id AND k.supplier = $1 AND k.state = 'invited')) \
               ORDER BY j.id DESC LIMIT $2";
    Ok(q.rows(sql, params![supplier, limit]).await?.iter().map(|r| r.int(0)).collect())
}

/// What an agreement came to with one supplier: fen.
#[derive(Clone, Debug, Default)]
pub struct LedgerRow {
    /// Who.
    pub supplier: i64,
    /// Jobs with an order.
    pub jobs: i64,
    /// Ordered.
    pub ordered: i64,
    /// Accepted.
    pub done: i64,
    /// Invoiced.
    pub invoiced: i64,
    /// Paid.
    pub paid: i64,
}

/// Ordered, done, invoiced and paid under an agreement, by supplier; cancelled orders do not count, and those with secret clauses
/// only where asked for.
pub async fn ledger(q: &dyn Query, agreement: i64, secret: bool) -> Result<Vec<LedgerRow>> {
    let sql = "SELECT o.supplier, COUNT(*), CAST(SUM(o.total) AS BIGINT), \
         CAST(SUM((SELECT COALESCE(SUM((l.accepted - l.returned) * l.price), 0) FROM order_line l WHERE l.orders = o.id)) AS BIGINT), \
         CAST(SUM((SELECT COALESCE(SUM(i.amount), 0) FROM invoice i WHERE i.orders = o.id)) AS BIGINT), \
         CAST(SUM((SELECT COALESCE(SUM(y.amount), 0) FROM payment y WHERE y.orders = o.id AND y.state = 'paid')) AS BIGINT) \
         FROM job j JOIN orders o ON o.id = j.orders WHERE j.agreement = $1 AND ($2 = 1 OR o.secret = '') \
         AND o.state NOT IN ('cancelled', 'refused', 'expired', 'withdrawn') GROUP BY o.supplier ORDER BY o.supplier";
    let read = |r: &Row| LedgerRow {
        supplier: r.int(0),
        jobs: r.int(1),
        ordered: r.int(2),
        done: r.int(3),
        invoiced: r.int(4),
        paid: r.int(5),
    };
    Ok(q.rows(sql, params![agreement, i64::from(secret)]).await?.iter().map(read).collect())
}

/// Accepted jobs that are on no statement yet: job, agreement, unit, supplier, region, accepted amount.
pub async fn unsettled(q: &dyn Query, before: i64) -> Result<Vec<(i64, i64, i64, i64, String, i64)>> {
    let sql = "SELECT j.id, j.agreement, o.unit, o.supplier, o.region, \
         CAST((SELECT SUM((l.accepted - l.returned) * l.price) FROM order_line l WHERE l.orders = o.id) AS BIGINT) \
         FROM job j JOIN orders o ON o.id = j.orders WHERE j.statement IS NULL AND o.state IN ('performing', 'completed') \
         AND EXISTS (SELECT 1 FROM acceptance a WHERE a.orders = o.id AND a.at < $1) \
         AND NOT EXISTS (SELECT 1 FROM order_line l WHERE l.orders = o.id AND l.accepted < l.quantity) ORDER BY j.agreement, o.unit, o.supplier, j.id";
    let read = |r: &Row| (r.int(0), r.int(1), r.int(2), r.int(3), r.text(4), r.int(5));
    Ok(q.rows(sql, params![before]).await?.iter().map(read).collect())
}

/// A month's statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Agreement.
    pub agreement: i64,
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Month, 2026-11.
    pub month: String,
    /// Sum, fen.
    pub total: i64,
    /// `drawn` or `confirmed`.
    pub state: String,
}

/// Writes a statement and puts its jobs on it; false when the month has one.
pub async fn add_statement(tx: &Tx<'_>, s: &Statement, region: &str, jobs: &[i64]) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO statement (id, number, agreement, unit, supplier, region, month, total, state, at) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'drawn',$9) ON CONFLICT (agreement, unit, supplier, month) DO NOTHING",
            params![s.id, &s.number, s.agreement, s.unit, s.supplier, region, &s.month, s.total, tx.now()],
        )
        .await?;
    if n == 0 {
        return Ok(false);
    }
    for j in jobs {
        tx.must("UPDATE job SET statement = $2 WHERE id = $1 AND statement IS NULL", params![*j, s.id]).await?;
    }
    Ok(true)
}

fn read_statement(r: &Row) -> Statement {
    Statement {
        id: r.int(0),
        number: r.text(1),
        agreement: r.int(2),
        unit: r.int(3),
        supplier: r.int(4),
        month: r.text(5),
        total: r.int(6),
        state: r.text(7),
    }
}

const STATEMENT: &str = "SELECT id, number, agreement, unit, supplier, month, total, state FROM statement";

/// Statements in a scope, newest first.
pub async fn statements(q: &dyn Query, scope: &base::access::Scope, limit: usize) -> Result<Vec<Statement>> {
    let (condition, who) = scope.condition("unit", "supplier", "region", 1);
    let sql = format!("{STATEMENT} WHERE {condition} ORDER BY id DESC LIMIT $2");
    Ok(q.rows(&sql, &[who, limit.into()]).await?.iter().map(read_statement).collect())
}

/// A statement in a scope.
pub async fn statement(q: &dyn Query, scope: &base::access::Scope, id: i64) -> Result<Statement> {
    let (condition, who) = scope.condition("unit", "supplier", "region", 1);
    Ok(read_statement(&q.one(&format!("{STATEMENT} WHERE {condition} AND id = $2"), &[who, id.into()]).await?))
}

/// Jobs on a statement: job, title, order, sum.
pub async fn statement_jobs(q: &dyn Query, id: i64) -> Result<Vec<(i64, String, i64, i64)>> {
    let sql = "SELECT j.id, p.title, j.orders, o.total FROM job j JOIN project p ON p.id = j.id JOIN orders o ON o.id = j.orders \
               WHERE j.statement = $1 ORDER BY j.id";
    Ok(q.rows(sql, params![id]).await?.iter().map(|r| (r.int(0), r.text(1), r.int(2), r.int(3))).collect())
}

/// The unit confirms a statement.
pub async fn confirm_statement(tx: &Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.run("UPDATE statement SET state = 'confirmed' WHERE id = $1 AND state = 'drawn'", params![id]).await? == 1)
}

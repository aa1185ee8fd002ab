//! Rows of projects and their approvals.
use crate::orders::KeptCheck;
use base::access::{Actor, Scope};
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::duty::Duty;
use serde::{Deserialize, Serialize};

/// A rule as it was when the project began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptRule {
    /// Key in the rulebook.
    pub key: String,
    /// What it sets, in Chinese.
    pub title: String,
    /// Value in words.
    pub value: String,
    /// Where it comes from.
    pub origin: String,
}

/// The header of a procedure.
#[derive(Clone, Debug)]
pub struct Project {
    /// Id.
    pub id: i64,
    /// `auction`, `demand`, `job`.
    pub kind: String,
    /// Number for people.
    pub number: String,
    /// Region of the unit.
    pub region: String,
    /// Buying unit; the centre itself for an auction that serves a batch.
    pub unit: i64,
    /// Person who made it.
    pub handler: i64,
    /// Mode of purchase: `supermarket`, `batch`, `fixed`.
    pub mode: String,
    /// Form of transaction: `auction`, `direct`.
    pub form: String,
    /// What is bought.
    pub title: String,
    /// Why.
    pub purpose: String,
    /// Category code.
    pub category: String,
    /// How many.
    pub quantity: i64,
    /// Unit of count.
    pub measure: String,
    /// Plan line charged; None when others hold the money.
    pub plan_line: Option<i64>,
    /// Budget line charged.
    pub budget: Option<i64>,
    /// No more than this in all, fen.
    pub ceiling: i64,
    /// Frozen for it now, fen.
    pub held: i64,
    /// Place of delivery.
    pub address: String,
    /// Contact there; personal data.
    pub contact: String,
    /// Phone there; personal data.
    pub phone: String,
    /// Region of the place.
    pub address_region: String,
    /// The rules it runs by.
    pub rules: Vec<KeptRule>,
    /// The checks it was judged by.
    pub checks: Vec<KeptCheck>,
    /// A word of the kind's own table of states.
    pub state: String,
    /// Version; every change counts it up.
    pub version: i64,
    /// Approvals given so far.
    pub step: i64,
    /// Duties that must approve, in order.
    pub steps: Vec<Duty>,
    /// Last reason given.
    pub note: String,
    /// The project or round it serves.
    pub parent: Option<i64>,
    /// Made, ms UTC.
    pub made_at: i64,
    /// Next deadline, ms UTC.
    pub next_due: Option<i64>,
    /// What happens then.
    pub next_command: Option<String>,
    /// Whose secret some clauses are: `state`, `trade`, or empty for none.
    pub secret: String,
    /// Which clauses, and why.
    pub secret_words: String,
}

/// State of every kind while it is under internal review.
pub const APPROVING: &str = "approving";

impl Project {
    /// The journal's name for it.
    pub fn subject(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }

    /// Its page.
    pub fn href(&self) -> String {
        match self.kind.as_str() {
            "auction" => format!("/auctions/{}", self.id),
            "demand" => format!("/batch/demands/{}", self.id),
            _ => format!("/fixed/jobs/{}", self.id),
        }
    }

    /// Chinese word for the kind.
    pub fn kind_word(&self) -> &'static str {
        match (self.kind.as_str(), self.mode.as_str()) {
            ("auction", "fixed") => "定点竞价",
            ("auction", "batch") => "批量竞价",
            ("auction", _) => "竞价",
            ("demand", _) => "批量需求",
            _ => "定点服务",
        }
    }

    /// The duty whose approval is awaited.
    pub fn awaits(&self) -> Option<Duty> {
        if self.state == APPROVING { self.steps.get(self.step as usize).copied() } else { None }
    }

    /// The duty that approved last.
    pub(crate) fn approved_as(&self) -> &'static str {
        self.steps.get((self.step - 1).max(0) as usize).map_or("", |d| d.key())
    }

    /// The scope under which rules are looked up for it.
    pub fn scope(&self) -> rules::rulebook::Scope<'_> {
        rules::rulebook::Scope {
            mode: Some(&self.mode),
            form: Some(&self.form),
            category: Some(&self.category),
            amount: Some(self.ceiling),
        }
    }
}

const PROJECT: &str = "SELECT id, kind, number, region, unit, handler, mode, form, title, purpose, category, quantity, measure, plan_line, \
                       budget, ceiling, held, address, contact, phone, address_region, rules, checks, state, version, step, steps, note, \
                       parent, made_at, next_due, next_command, secret, secret_words FROM project";

fn read(r: &Row) -> Result<Project> {
    Ok(Project {
        id: r.int(0),
        kind: r.text(1),
        number: r.text(2),
        region: r.text(3),
        unit: r.int(4),
        handler: r.int(5),
        mode: r.text(6),
        form: r.text(7),
        title: r.text(8),
        purpose: r.text(9),
        category: r.text(10),
        quantity: r.int(11),
        measure: r.text(12),
        plan_line: r.opt_int(13),
        budget: r.opt_int(14),
        ceiling: r.int(15),
        held: r.int(16),
        address: r.text(17),
        contact: r.text(18),
        phone: r.text(19),
        address_region: r.text(20),
        rules: serde_json::from_str(r.str(21)).map_err(Fail::fault)?,
        checks: serde_json::from_str(r.str(22)).map_err(Fail::fault)?,
        state: r.text(23),
        version: r.int(24),
        step: r.int(25),
        steps: r.str(26).split(' ').filter_map(Duty::of).collect(),
        note: r.text(27),
        parent: r.opt_int(28),
        made_at: r.int(29),
        next_due: r.opt_int(30),
        next_command: r.opt_text(31),
        secret: r.text(32),
        secret_words: r.text(33),
    })
}

fn words(p: &Project) -> Result<(String, String, String)> {
    let rules = serde_json::to_string(&p.rules).map_err(Fail::fault)?;
    let checks = serde_json::to_string(&p.checks).map_err(Fail::fault)?;
    Ok((rules, checks, p.steps.iter().map(|d| d.key()).collect::<Vec<_>>().join(" ")))
}

/// Writes a new project; false when its key was used before.
pub async fn insert(tx: &Tx<'_>, p: &Project, key: &str) -> Result<bool> {
    let (rules, checks, steps) = words(p)?;
    let n = tx
        .run(
            "INSERT INTO project (id, kind, number, idem_key, region, unit, handler, mode, form, title, purpose, category, quantity, measure, \
             plan_line, budget, ceiling, held, address, contact, phone, address_region, rules, checks, state, version, step, steps, note, \
             parent, made_at, changed_at, next_due, next_command, secret, secret_words) VALUES \
             ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,1,$26,$27,$28,$29,$30,$30,$31,$32,$33,\
             $34) \
             ON CONFLICT (handler, idem_key) DO NOTHING",
            params![
                p.id, &p.kind, &p.number, key, &p.region, p.unit, p.handler, &p.mode, &p.form, &p.title, &p.purpose, &p.category, p.quantity,
                &p.measure, p.plan_line, p.budget, p.ceiling, p.held, &p.address, &p.contact, &p.phone, &p.address_region, rules, checks,
                &p.state, p.step, steps, &p.note, p.parent, p.made_at, p.next_due, p.next_command.as_ref(), &p.secret,
                &p.secret_words
            ],
        )
        .await?;
    Ok(n == 1)
}

/// Writes a project's movable parts back, if nobody changed it meanwhile.
pub async fn save(tx: &Tx<'_>, p: &mut Project) -> Result<()> {
    let (rules, checks, steps) = words(p)?;
    let n = tx
        .run(
            "UPDATE project SET state = $3, version = version + 1, step = $4, steps = $5, held = $6, rules = $7, checks = $8, note = $9, \
             changed_at = $10, next_due = $11, next_command = $12, title = $13, purpose = $14, quantity = $15, ceiling = $16, \
             plan_line = $17, budget = $18 WHERE id = $1 AND version = $2",
            params![
                p.id, p.version, &p.state, p.step, steps, p.held, rules, checks, &p.note, tx.now(), p.next_due, p.next_command.as_ref(),
                &p.title, &p.purpose, p.quantity, p.ceiling, p.plan_line, p.budget
            ],
        )
        .await?;
    if n == 1 {
        p.version += 1;
        return Ok(());
    }
    Err(Fail::refuse("project.changed", "这个项目刚刚被别人办理过，请刷新页面看它现在的状态。"))
}

/// Moves a project's deadline and nothing else; quotes do this while people may act on the project at the same time.
pub async fn reschedule(tx: &Tx<'_>, id: i64, due: i64) -> Result<()> {
    tx.must("UPDATE project SET next_due = $2 WHERE id = $1", params![id, due]).await
}

fn scoped(scope: &Scope) -> (String, Val) {
    match scope {
        // A procedure belongs to its unit; what suppliers see of it is the procedure's own matter.
        Scope::Supplier(_) => ("$1 = 0 AND id = 0".to_owned(), 1_i64.into()),
        Scope::Unit(_) | Scope::Region(_) | Scope::Nothing => scope.condition("unit", "unit", "region", 1),
    }
}

/// A project the reader may see; hidden otherwise.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Project> {
    let (condition, who) = scoped(scope);
    read(&q.one(&format!("{PROJECT} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// A project whoever asks; for public parts and the system's own commands.
pub async fn any(q: &dyn Query, id: i64) -> Result<Project> {
    read(&q.one(&format!("{PROJECT} WHERE id = $1"), params![id]).await?)
}

/// Some projects by id, in no order.
pub async fn some(q: &dyn Query, ids: &[i64]) -> Result<Vec<Project>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{PROJECT} WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let ids: Vec<Val> = ids.iter().map(Val::from).collect();
    q.rows(&sql, &ids).await?.iter().map(read).collect()
}

/// The rules and checks by which a project runs, as they were when it began.
pub async fn kept(q: &dyn Query, id: i64) -> Result<(Vec<KeptRule>, Vec<KeptCheck>)> {
    let p = any(q, id).await?;
    Ok((p.rules, p.checks))
}

/// The project made under a key.
pub async fn by_key(q: &dyn Query, handler: i64, key: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM project WHERE handler = $1 AND idem_key = $2";
    Ok(q.row(sql, params![handler, key]).await?.map(|r| r.int(0)))
}

/// A page of projects, newest first, and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, kind: &str, page: usize, size: usize) -> Result<(Vec<Project>, i64)> {
    let (condition, who) = scoped(scope);
    let filter = format!("{condition} AND ($2 = '' OR kind = $2)");
    let sql = format!("{PROJECT} WHERE {filter} ORDER BY id DESC LIMIT $3 OFFSET $4");
    let all = [who, kind.into(), size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM project WHERE {filter}"), &all[..2]).await?.int(0);
    Ok((found, total))
}

/// Projects of a unit that wait for a person's approval, came back to the person, or want to be checked; newest first.
pub async fn waiting(q: &dyn Query, a: &Actor, limit: usize) -> Result<Vec<Project>> {
    let sql = format!(
        "{PROJECT} WHERE unit = $1 AND (($3 = 1 AND state IN ('returned', 'checking', 'quoted') AND handler = $2) \
         OR (state = 'approving' AND handler <> $2 AND (($4 = 1 AND ((step = 0 AND steps LIKE 'reviewer%') OR (step = 1 AND steps LIKE '% reviewer%'))) \
         OR ($5 = 1 AND ((step = 0 AND steps LIKE 'signer%') OR (step = 1 AND steps LIKE '% signer%')))))) ORDER BY id DESC LIMIT $6"
    );
    let may = |d| i64::from(a.may(d));
    let all = params![a.org, a.person, may(Duty::Handler), may(Duty::Reviewer), may(Duty::Signer), limit];
    q.rows(&sql, all).await?.iter().map(read).collect()
}

/// Projects whose deadline has come, oldest first: id, kind, command.
pub async fn due(q: &dyn Query, now: i64, limit: i64) -> Result<Vec<(i64, String, String)>> {
    let sql = "SELECT id, kind, next_command FROM project WHERE next_due <= $1 AND next_command IS NOT NULL \
               ORDER BY next_due, id LIMIT $2";
    Ok(q.rows(sql, params![now, limit]).await?.iter().map(|r| (r.int(0), r.text(1), r.text(2))).collect())
}

/// Orders a project has led to.
pub async fn orders(q: &dyn Query, project: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, number FROM orders WHERE project = $1 ORDER BY id";
    Ok(q.rows(sql, params![project]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// How many its orders hold.
pub async fn ordered(q: &dyn Query, project: i64) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM orders o JOIN order_line l ON l.orders = o.id WHERE o.project = $1";
    Ok(q.one(sql, params![project]).await?.int(0))
}

/// Projects that serve one parent, oldest first.
pub async fn of_parent(q: &dyn Query, parent: i64, kind: &str) -> Result<Vec<Project>> {
    let sql = format!("{PROJECT} WHERE parent = $1 AND kind = $2 ORDER BY id");
    q.rows(&sql, params![parent, kind]).await?.iter().map(read).collect()
}

/// What the orders of a project come to, fen.
pub async fn spent(q: &dyn Query, project: i64) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM orders WHERE project = $1";
    Ok(q.one(sql, params![project]).await?.int(0))
}

/// An approval as pages show it.
pub struct Approval {
    /// Duty under which it was given.
    pub duty: String,
    /// Person.
    pub person: i64,
    /// approved or returned.
    pub verdict: String,
    /// Reason or empty.
    pub reason: String,
    /// Time, ms UTC.
    pub at: i64,
    /// No longer counts after an edit.
    pub void: bool,
}

impl Approval {
    /// Chinese word for the duty.
    pub fn duty_word(&self) -> &'static str {
        Duty::of(&self.duty).map_or("", Duty::label)
    }
}

/// Writes an approval.
pub async fn add_approval(
    tx: &Tx<'_>,
    p: &Project,
    duty: Duty,
    person: i64,
    verdict: &str,
    reason: &str,
) -> Result<()> {
    tx.run(
        "INSERT INTO project_approval (id, project, step, duty, person, verdict, reason, at, void) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0)",
        params![tx.id(), p.id, p.step, duty.key(), person, verdict, reason, tx.now()],
    )
    .await?;
    Ok(())
}

/// Earlier approvals no longer count.
pub async fn void_approvals(tx: &Tx<'_>, project: i64) -> Result<()> {
    tx.run("UPDATE project_approval SET void = 1 WHERE project = $1", params![project]).await?;
    Ok(())
}

/// All approvals of a project.
pub async fn approvals(q: &dyn Query, project: i64) -> Result<Vec<Approval>> {
    let sql = "SELECT duty, person, verdict, reason, at, void FROM project_approval WHERE project = $1 ORDER BY id";
    let read = |r: &Row| Approval {
        duty: r.text(0),
        person: r.int(1),
        verdict: r.text(2),
        reason: r.text(3),
        at: r.int(4),
        void: r.flag(5),
    };
    Ok(q.rows(sql, params![project]).await?.iter().map(read).collect())
}

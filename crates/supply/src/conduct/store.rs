//! Rows of cases.
use base::access::Scope;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::{Day, day_of};
use rules::conduct::{Cost, State};

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Where it happened; the offices of this region deal with it.
    pub region: String,
    /// Whom it concerns.
    pub org: i64,
    /// Key of the indicator.
    pub rule: String,
    /// The record it is about, such as `order/12`.
    pub subject: String,
    /// Points it costs.
    pub points: i64,
    /// `delist`, `suspend` or empty.
    pub measure: String,
    /// The offer a measure is about.
    pub offer: Option<i64>,
    /// The last day of a suspension.
    pub until: Option<Day>,
    /// State.
    pub state: State,
    /// When the notice was given, ms UTC.
    pub opened_at: i64,
    /// Who opened it by hand, 0 for the mall itself.
    pub opened_by: i64,
    /// End of the clock that runs, ms UTC.
    pub due: Option<i64>,
    /// When the one concerned first opened it.
    pub seen_at: Option<i64>,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// Who decided, 0 for the clock.
    pub decided_by: Option<i64>,
    /// An appeal is possible until, ms UTC; None before the decision and after an appeal.
    pub appeal_to: Option<i64>,
    /// The last day on the exposure list.
    pub exposed_to: Option<Day>,
    /// Version; every change counts it up.
    pub version: i64,
}

const CASE: &str = "SELECT id, number, region, org, rule, subject, points, measure, offer, until, state, opened_at, due, seen_at, \
                    decided_at, decided_by, appeal_to, exposed_to, version, opened_by FROM conduct";

fn read(r: &Row) -> Result<Case> {
    let state = r.str(10);
    Ok(Case {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        org: r.int(3),
        rule: r.text(4),
        subject: r.text(5),
        points: r.int(6),
        measure: r.text(7),
        offer: r.opt_int(8),
        until: r.opt_int(9).map(|d| d as Day),
        state: State::of(state).ok_or_else(|| Fail::Fault(format!("unknown state of a case: {state}")))?,
        opened_at: r.int(11),
        due: r.opt_int(12),
        seen_at: r.opt_int(13),
        decided_at: r.opt_int(14),
        decided_by: r.opt_int(15),
        appeal_to: r.opt_int(16),
        exposed_to: r.opt_int(17).map(|d| d as Day),
        version: r.int(18),
        opened_by: r.int(19),
    })
}

/// Writes a new case; false when there is one of this rule and subject already.
pub async fn add(tx: &Tx<'_>, c: &Case) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO conduct (id, number, region, org, rule, subject, points, measure, offer, until, state, opened_at, due, opened_by, version) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,1) ON CONFLICT (org, rule, subject) DO NOTHING",
            params![
                c.id, &c.number, &c.region, c.org, &c.rule, &c.subject, c.points, &c.measure, c.offer, c.until.map(i64::from),
                c.state.key(), c.opened_at, c.due, c.opened_by
            ],
        )
        .await?;
    Ok(n == 1)
}

/// A case of a rule and subject, if there is one.
pub async fn about(q: &dyn Query, org: i64, rule: &str, subject: &str) -> Result<Option<Case>> {
    let sql = format!("{CASE} WHERE org = $1 AND rule = $2 AND subject = $3");
    q.row(&sql, params![org, rule, subject]).await?.as_ref().map(read).transpose()
}

/// Saves what moves, if nobody moved it meanwhile.
pub async fn save(tx: &Tx<'_>, c: &Case) -> Result<()> {
    let sql = "UPDATE conduct SET state = $3, due = $4, seen_at = $5, decided_at = $6, decided_by = $7, appeal_to = $8, exposed_to = $9, \
               until = $10, version = version + 1 WHERE id = $1 AND version = $2";
    let n = tx
        .run(
            sql,
            params![
                c.id,
                c.version,
                c.state.key(),
                c.due,
                c.seen_at,
                c.decided_at,
                c.decided_by,
                c.appeal_to,
                c.exposed_to.map(i64::from),
                c.until.map(i64::from)
            ],
        )
        .await?;
    match n {
        1 => Ok(()),
        _ => Err(Fail::Retry),
    }
}

/// A case in a scope.
pub async fn load(q: &dyn Query, scope: &Scope, id: i64) -> Result<Case> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    read(&q.one(&format!("{CASE} WHERE {condition} AND id = $2"), &[who, id.into()]).await?)
}

/// A case by id, for the clock.
pub async fn any(q: &dyn Query, id: i64) -> Result<Case> {
    read(&q.one(&format!("{CASE} WHERE id = $1"), params![id]).await?)
}

/// Cases in a scope, those that wait first, then newest first; and how many there are.
pub async fn list(q: &dyn Query, scope: &Scope, page: usize, size: usize) -> Result<(Vec<Case>, i64)> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    let sql = format!(
        "{CASE} WHERE {condition} ORDER BY CASE WHEN state IN ('told', 'answered', 'appealed', 'mending') THEN 0 ELSE 1 END, id DESC \
         LIMIT $2 OFFSET $3"
    );
    let all = [who, size.into(), ((page - 1) * size).into()];
    let found = q.rows(&sql, &all).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
    let total = q.one(&format!("SELECT COUNT(*) FROM conduct WHERE {condition}"), &all[..1]).await?.int(0);
    Ok((found, total))
}

/// All cases of an organisation, newest first.
pub async fn of_org(q: &dyn Query, org: i64) -> Result<Vec<Case>> {
    q.rows(&format!("{CASE} WHERE org = $1 ORDER BY id DESC"), params![org]).await?.iter().map(read).collect()
}

/// Cases on the exposure list of a day, newest decision first.
pub async fn exposed(q: &dyn Query, today: Day, most: usize) -> Result<Vec<Case>> {
    let sql = format!(
        "{CASE} WHERE state IN ('in_force', 'appealed', 'mending') AND decided_at IS NOT NULL AND exposed_to >= $1 \
         ORDER BY decided_at DESC, id LIMIT $2"
    );
    q.rows(&sql, params![i64::from(today), most]).await?.iter().map(read).collect()
}

/// Cases whose time to answer is over.
pub async fn unanswered(q: &dyn Query, now: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM conduct WHERE due < $1 AND state = 'told' ORDER BY due LIMIT $2";
    Ok(q.rows(sql, params![now, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// What the cases of an organisation cost.
pub async fn costs(q: &dyn Query, org: i64) -> Result<Vec<Cost>> {
    let found = q.rows(&format!("{CASE} WHERE org = $1 AND decided_at IS NOT NULL"), params![org]).await?;
    found.iter().map(|r| Ok(cost(&read(r)?))).collect()
}

/// What the cases of some organisations cost.
pub async fn costs_of(q: &dyn Query, orgs: &[i64]) -> Result<Vec<(i64, Cost)>> {
    if orgs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Val> = orgs.iter().map(Val::from).collect();
    let sql = format!("{CASE} WHERE decided_at IS NOT NULL AND org IN ({})", kit::text::marks(1, ids.len()));
    q.rows(&sql, &ids).await?.iter().map(|r| read(r).map(|c| (c.org, cost(&c)))).collect()
}

/// What a case costs.
pub fn cost(c: &Case) -> Cost {
    Cost { state: c.state, points: c.points, decided: c.decided_at.map(day_of), exposed_to: c.exposed_to }
}

/// Organisations with a decided case, after an id.
pub async fn with_cases(q: &dyn Query, after: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT org FROM conduct WHERE org > $1 AND decided_at IS NOT NULL ORDER BY org LIMIT $2";
    Ok(q.rows(sql, params![after, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// How many cases wait for someone: for the one concerned, or for the offices of an area.
pub async fn waiting(q: &dyn Query, scope: &Scope, own: bool) -> Result<i64> {
    let (condition, who) = scope.condition("org", "org", "region", 1);
    let states = if own { "'told'" } else { "'answered', 'appealed', 'mending'" };
    let sql = format!("SELECT COUNT(*) FROM conduct WHERE {condition} AND state IN ({states})");
    Ok(q.one(&sql, &[who]).await?.int(0))
}

/// Suppliers or units by name, best names first: id, name, region.
pub async fn orgs(
    q: &dyn Query,
    kind: &str,
    words: &str,
    page: usize,
    size: usize,
) -> Result<(Vec<(i64, String, String)>, i64)> {
    let like = format!("%{words}%");
    let filter = "kind = $1 AND ($2 = '%%' OR name LIKE $2)";
    // A supplier that only applies is not one yet.
    let filter = format!("{filter} AND (kind <> 'supplier' OR EXISTS (SELECT 1 FROM supplier s WHERE s.org = org.id))");
    let sql = format!("SELECT id, name, region FROM org WHERE {filter} ORDER BY name, id LIMIT $3 OFFSET $4");
    let found = q.rows(&sql, params![kind, &like, size, (page - 1) * size]).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM org WHERE {filter}"), params![kind, &like]).await?.int(0);
    Ok((found.iter().map(|r| (r.int(0), r.text(1), r.text(2))).collect(), total))
}

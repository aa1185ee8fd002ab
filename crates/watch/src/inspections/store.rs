//! Rows of inspections and their tasks; the goods they look at.
use base::access::Scope;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;

/// An inspection.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Region of the office.
    pub region: String,
    /// `machine`, `sample`, `deals`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Category prefix; empty for all.
    pub category: String,
    /// First day of the month whose deals are looked at.
    pub month: Option<Day>,
    /// How many are drawn.
    pub size: i64,
    /// The promise of the secret.
    pub commitment: String,
    /// The secret; public once drawn.
    pub secret: String,
    /// `announced`, `drawn`, `closed`.
    pub state: String,
    /// How many could have been drawn.
    pub population: i64,
    /// What stands for them.
    pub population_digest: String,
    /// Number of the journal entry that decided.
    pub entry_seq: Option<i64>,
    /// Its hash.
    pub entry_hash: String,
    /// Announced, ms UTC.
    pub made_at: i64,
    /// Drawn.
    pub drawn_at: Option<i64>,
    /// Closed.
    pub closed_at: Option<i64>,
    /// Version; every change counts it up.
    pub version: i64,
}

const INSPECTION: &str = "SELECT id, number, region, kind, title, category, month, size, commitment, secret, state, population, \
                          population_digest, entry_seq, entry_hash, made_at, drawn_at, closed_at, version FROM inspection";

fn read(r: &Row) -> Inspection {
    Inspection {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        kind: r.text(3),
        title: r.text(4),
        category: r.text(5),
        month: r.opt_int(6).map(|d| d as Day),
        size: r.int(7),
        commitment: r.text(8),
        secret: r.text(9),
        state: r.text(10),
        population: r.int(11),
        population_digest: r.text(12),
        entry_seq: r.opt_int(13),
        entry_hash: r.text(14),
        made_at: r.int(15),
        drawn_at: r.opt_int(16),
        closed_at: r.opt_int(17),
        version: r.int(18),
    }
}

/// Writes a new inspection.
pub async fn add(tx: &Tx<'_>, i: &Inspection, person: i64) -> Result<()> {
    tx.run(
        "INSERT INTO inspection (id, number, region, kind, title, category, month, size, commitment, secret, state, population, \
         population_digest, entry_hash, made_at, person, version) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'announced',0,'','',$11,$12,1)",
        params![
            i.id, &i.number, &i.region, &i.kind, &i.title, &i.category, i.month.map(i64::from), i.size, &i.commitment, &i.secret,
            i.made_at, person
        ],
    )
    .await?;
    Ok(())
}

/// Saves what moves, if nobody moved it meanwhile.
pub async fn save(tx: &Tx<'_>, i: &Inspection) -> Result<()> {
    let sql = "UPDATE inspection SET state = $3, population = $4, population_digest = $5, entry_seq = $6, entry_hash = $7, drawn_at = $8, \
               closed_at = $9, version = version + 1 WHERE id = $1 AND version = $2";
    let n = tx
        .run(
            sql,
            params![
                i.id,
                i.version,
                &i.state,
                i.population,
                &i.population_digest,
                i.entry_seq,
                &i.entry_hash,
                i.drawn_at,
                i.closed_at
            ],
        )
        .await?;
    if n == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// An inspection by id.
pub async fn one(q: &dyn Query, id: i64) -> Result<Inspection> {
    Ok(read(&q.one(&format!("{INSPECTION} WHERE id = $1"), params![id]).await?))
}

/// All inspections, newest first, and how many there are.
pub async fn list(q: &dyn Query, page: usize, size: usize) -> Result<(Vec<Inspection>, i64)> {
    let sql = format!("{INSPECTION} ORDER BY id DESC LIMIT $1 OFFSET $2");
    let found = q.rows(&sql, params![size, (page - 1) * size]).await?;
    let total = q.one("SELECT COUNT(*) FROM inspection", params![]).await?.int(0);
    Ok((found.iter().map(read).collect(), total))
}

/// The offers that may be drawn: listed ones of a category whose supplier delivers somewhere in the province.
pub async fn listed(q: &dyn Query, category: &str) -> Result<Vec<i64>> {
    let sql = "SELECT o.id FROM offer o JOIN product p ON p.id = o.product WHERE o.state = 'listed' AND p.category LIKE $1 ORDER BY o.id";
    Ok(q.rows(sql, params![format!("{category}%")]).await?.iter().map(|r| r.int(0)).collect())
}

/// The offers that were bought in an area between two times.
pub async fn bought(q: &dyn Query, prefix: &str, category: &str, from: i64, to: i64) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT o.id FROM deal d JOIN orders r ON r.id = d.orders JOIN offer o ON o.product = d.product AND o.supplier = r.supplier \
               JOIN product p ON p.id = d.product \
               WHERE d.region LIKE $1 AND p.category LIKE $2 AND d.at >= $3 AND d.at < $4 ORDER BY o.id";
    let all = params![format!("{prefix}%"), format!("{category}%"), from, to];
    Ok(q.rows(sql, all).await?.iter().map(|r| r.int(0)).collect())
}

/// Goods as the machine looks at them.
pub struct Good {
    /// Offer.
    pub offer: i64,
    /// Product.
    pub product: i64,
    /// Category code.
    pub category: String,
    /// Model.
    pub model: String,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub unit: String,
    /// Attributes.
    pub attrs: Vec<(String, String)>,
    /// Comparable quantity.
    pub per_unit: String,
    /// Certificate number.
    pub certificate: String,
    /// Price, fen.
    pub price: i64,
    /// Link to the open market.
    pub link: String,
}

/// Listed goods of a category after an offer, in order.
pub async fn goods_after(q: &dyn Query, category: &str, after: i64, most: usize) -> Result<Vec<Good>> {
    let sql = "SELECT o.id, p.id, p.category, p.model, p.title, p.unit, p.attrs, p.per_unit, p.certificate, o.price, o.link \
               FROM offer o JOIN product p ON p.id = o.product \
               WHERE o.id > $1 AND o.state = 'listed' AND p.category LIKE $2 ORDER BY o.id LIMIT $3";
    let read = |r: &Row| Good {
        offer: r.int(0),
        product: r.int(1),
        category: r.text(2),
        model: r.text(3),
        title: r.text(4),
        unit: r.text(5),
        attrs: serde_json::from_str(r.str(6)).unwrap_or_default(),
        per_unit: r.text(7),
        certificate: r.text(8),
        price: r.int(9),
        link: r.text(10),
    };
    Ok(q.rows(sql, params![after, format!("{category}%"), most]).await?.iter().map(read).collect())
}

/// One offer to be looked at.
#[derive(Clone, Debug)]
pub struct Task {
    /// Offer.
    pub offer: i64,
    /// Product.
    pub product: i64,
    /// Supplier.
    pub supplier: i64,
    /// Its name.
    pub supplier_name: String,
    /// Title of the goods.
    pub title: String,
    /// Price, fen.
    pub price: i64,
    /// What the machine saw.
    pub hint: String,
    /// `open`, `clean`, `found`.
    pub state: String,
    /// Indicator that was found.
    pub rule: String,
    /// What was found.
    pub words: String,
    /// The case it led to.
    pub conduct: Option<i64>,
}

const TASK: &str = "SELECT t.offer, o.product, o.supplier, g.name, p.title, o.price, t.hint, t.state, t.rule, t.words, t.conduct \
                    FROM inspection_task t JOIN offer o ON o.id = t.offer JOIN product p ON p.id = o.product JOIN org g ON g.id = o.supplier";

fn read_task(r: &Row) -> Task {
    Task {
        offer: r.int(0),
        product: r.int(1),
        supplier: r.int(2),
        supplier_name: r.text(3),
        title: r.text(4),
        price: r.int(5),
        hint: r.text(6),
        state: r.text(7),
        rule: r.text(8),
        words: r.text(9),
        conduct: r.opt_int(10),
    }
}

/// Writes tasks: offer and what the machine saw, in order of the draw.
pub async fn add_tasks(tx: &Tx<'_>, inspection: i64, list: &[(i64, String)]) -> Result<()> {
    let row = |(n, (offer, hint)): (usize, &(i64, String))| params![inspection, *offer, n, hint].to_vec();
    let rows: Vec<Vec<Val>> = list.iter().enumerate().map(row).collect();
    let sql = "INSERT INTO inspection_task (inspection, offer, place, hint, state, rule, words, digest) \
               VALUES ($1,$2,$3,$4,'open','','','') ON CONFLICT DO NOTHING";
    tx.run_many(sql, &rows).await?;
    Ok(())
}

/// Tasks of an inspection, open ones first.
pub async fn tasks(q: &dyn Query, inspection: i64, most: usize) -> Result<Vec<Task>> {
    let sql = format!(
        "{TASK} WHERE t.inspection = $1 ORDER BY CASE WHEN t.state = 'open' THEN 0 ELSE 1 END, t.place LIMIT $2"
    );
    Ok(q.rows(&sql, params![inspection, most]).await?.iter().map(read_task).collect())
}

/// A task.
pub async fn task(q: &dyn Query, inspection: i64, offer: i64) -> Result<Task> {
    let sql = format!("{TASK} WHERE t.inspection = $1 AND t.offer = $2");
    Ok(read_task(&q.one(&sql, params![inspection, offer]).await?))
}

/// Writes what was found; false when somebody did before.
pub async fn found(tx: &Tx<'_>, inspection: i64, t: &Task, digest: &str, person: i64) -> Result<bool> {
    let sql = "UPDATE inspection_task SET state = $3, rule = $4, words = $5, digest = $6, person = $7, at = $8, conduct = $9 \
               WHERE inspection = $1 AND offer = $2 AND state = 'open'";
    let all = params![inspection, t.offer, &t.state, &t.rule, &t.words, digest, person, tx.now(), t.conduct];
    Ok(tx.run(sql, all).await? == 1)
}

/// How many tasks of an inspection are in each state: open, clean, found.
pub async fn counts(q: &dyn Query, inspection: i64) -> Result<[i64; 3]> {
    let sql = "SELECT state, COUNT(*) FROM inspection_task WHERE inspection = $1 GROUP BY state";
    let found = q.rows(sql, params![inspection]).await?;
    let of = |state: &str| found.iter().find(|r| r.str(0) == state).map_or(0, |r| r.int(1));
    Ok([of("open"), of("clean"), of("found")])
}

/// The bulletin of a time: closed inspections with how many were looked at and found.
pub async fn bulletin(q: &dyn Query, from: i64, to: i64) -> Result<Vec<(Inspection, [i64; 3])>> {
    let sql = format!("{INSPECTION} WHERE closed_at >= $1 AND closed_at < $2 ORDER BY closed_at");
    let mut out = Vec::new();
    for i in q.rows(&sql, params![from, to]).await?.iter().map(read) {
        let n = counts(q, i.id).await?;
        out.push((i, n));
    }
    Ok(out)
}

/// A published bulletin.
#[derive(Clone, Copy, Debug)]
pub struct Bulletin {
    /// First day of its month.
    pub month: Day,
    /// When it was published, ms UTC.
    pub made_at: i64,
    /// Inspections that ended in the month.
    pub inspections: i64,
    /// Goods that were looked at.
    pub looked: i64,
    /// Of these with a finding.
    pub found: i64,
}

const BULLETIN: &str = "SELECT month, made_at, inspections, looked, found FROM inspection_bulletin";

fn read_bulletin(r: &Row) -> Bulletin {
    Bulletin { month: r.int(0) as Day, made_at: r.int(1), inspections: r.int(2), looked: r.int(3), found: r.int(4) }
}

/// The bulletin of a month, once it is published.
pub async fn published(q: &dyn Query, month: Day) -> Result<Option<Bulletin>> {
    let sql = format!("{BULLETIN} WHERE month = $1");
    Ok(q.row(&sql, params![i64::from(month)]).await?.as_ref().map(read_bulletin))
}

/// Published bulletins, youngest first.
pub async fn bulletins(q: &dyn Query, most: usize) -> Result<Vec<Bulletin>> {
    let sql = format!("{BULLETIN} ORDER BY month DESC LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read_bulletin).collect())
}

/// Publishes a bulletin; false when its month has one.
pub async fn add_bulletin(tx: &Tx<'_>, b: &Bulletin) -> Result<bool> {
    let sql = "INSERT INTO inspection_bulletin (month, made_at, inspections, looked, found) VALUES ($1,$2,$3,$4,$5) \
               ON CONFLICT (month) DO NOTHING";
    let all = params![i64::from(b.month), b.made_at, b.inspections, b.looked, b.found];
    Ok(tx.run(sql, all).await? == 1)
}

/// Did an inspection end in a time?
pub async fn ended(q: &dyn Query, from: i64, to: i64) -> Result<bool> {
    let sql = "SELECT id FROM inspection WHERE closed_at >= $1 AND closed_at < $2 LIMIT 1";
    Ok(q.row(sql, params![from, to]).await?.is_some())
}

/// What was found in a time, by indicator.
pub async fn by_rule(q: &dyn Query, from: i64, to: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT t.rule, COUNT(*) FROM inspection_task t JOIN inspection i ON i.id = t.inspection \
               WHERE t.state = 'found' AND i.closed_at >= $1 AND i.closed_at < $2 GROUP BY t.rule ORDER BY 2 DESC, t.rule";
    Ok(q.rows(sql, params![from, to]).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// May an office of this scope deal with an inspection?
pub fn covers(scope: &Scope, region: &str) -> bool {
    matches!(scope, Scope::Region(prefix) if region.starts_with(prefix.as_str()))
}

/// Keeps the offers a sample was drawn from.
pub async fn keep_population(tx: &Tx<'_>, inspection: i64, ids: &[i64]) -> Result<()> {
    let text = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    tx.run("INSERT INTO inspection_population (inspection, ids) VALUES ($1,$2)", params![inspection, text]).await?;
    Ok(())
}

/// The offers a sample was drawn from.
pub async fn kept_population(q: &dyn Query, inspection: i64) -> Result<Vec<i64>> {
    let r = q.one("SELECT ids FROM inspection_population WHERE inspection = $1", params![inspection]).await?;
    Ok(r.str(0).lines().filter_map(|l| l.parse().ok()).collect())
}

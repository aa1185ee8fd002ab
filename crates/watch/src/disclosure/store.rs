//! Rows of notices and of what was done to them.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use rules::calendar::{day_of, year_of};
use rules::notice::{self, Change, Kind};
use serde_json::{Value, json};

/// A published notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Id: the id of the journal entry it was made from.
    pub id: i64,
    /// Number: station, year, series, place in the series.
    pub number: String,
    /// Key of its kind, see [`rules::notice::KINDS`].
    pub kind: String,
    /// Region of the record.
    pub region: String,
    /// Buyer's name, or the office's.
    pub unit: String,
    /// Organisation that answers for it; 0 for the office of the region.
    pub owner: i64,
    /// Supplier's name.
    pub supplier: String,
    /// Order id, or 0.
    pub orders: i64,
    /// Title.
    pub title: String,
    /// Amount, fen; 0 for none or kept secret.
    pub amount: i64,
    /// Label and value pairs, in order.
    pub body: Vec<(String, String)>,
    /// Last moment to publish, ms UTC.
    pub due_at: i64,
    /// When what it tells happened and the mall published it, ms UTC.
    pub published_at: i64,
    /// `published`, `corrected`, `withdrawn`.
    pub state: String,
    /// The notice a correction is about, or 0.
    pub about: i64,
    /// What a correction changes.
    pub changes: Vec<Change>,
    /// Why it was corrected or withdrawn; for a correction why it was made.
    pub reason: String,
    /// Last changed, ms UTC.
    pub changed_at: i64,
}

impl Notice {
    /// A notice with a body; what is missing is set by the maker.
    pub fn new(id: i64, kind: &str, region: &str, at: i64) -> Notice {
        Notice {
            id,
            number: String::new(),
            kind: kind.to_owned(),
            region: region.to_owned(),
            unit: String::new(),
            owner: 0,
            supplier: String::new(),
            orders: 0,
            title: String::new(),
            amount: 0,
            body: Vec::new(),
            // What is due at once is due by the end of the day.
            due_at: rules::calendar::end_of(day_of(at)),
            published_at: at,
            state: "published".into(),
            about: 0,
            changes: Vec::new(),
            reason: String::new(),
            changed_at: at,
        }
    }

    /// Its kind; unknown keys are of before the table and read as contract notices.
    pub fn kind(&self) -> &'static Kind {
        notice::kind(&self.kind).unwrap_or(&notice::KINDS[7])
    }

    /// Chinese word for the kind.
    pub fn kind_word(&self) -> &'static str {
        self.kind().word
    }

    /// Kind of tag that shows it.
    pub fn tone(&self) -> &'static str {
        self.kind().tone
    }

    /// Is its body hidden?
    pub fn withdrawn(&self) -> bool {
        self.state == "withdrawn"
    }

    /// Everything words are looked for in.
    pub fn text(&self) -> String {
        let body: Vec<&str> = self.body.iter().map(|(_, v)| v.as_str()).collect();
        [&self.title, &self.number, &self.unit, &self.supplier, &body.join(" ")].map(String::as_str).join(" ")
    }
}

const NOTICE: &str = "SELECT id, number, kind, region, unit, supplier, orders, title, amount, body, due_at, published_at, owner, state, about, \
                      changes, reason, changed_at FROM notice";

fn change(v: &Value) -> Change {
    let text = |key: &str| v[key].as_str().unwrap_or_default().to_owned();
    Change { field: text("field"), before: text("before"), after: text("after") }
}

/// Changes from JSON.
pub fn changes_of(v: &Value) -> Vec<Change> {
    v.as_array().into_iter().flatten().map(change).collect()
}

/// Changes as JSON.
pub fn changes_json(changes: &[Change]) -> Value {
    changes.iter().map(|c| json!({"field": c.field, "before": c.before, "after": c.after})).collect()
}

fn read(r: &Row) -> Notice {
    Notice {
        id: r.int(0),
        number: r.text(1),
        kind: r.text(2),
        region: r.text(3),
        unit: r.text(4),
        supplier: r.text(5),
        orders: r.opt_int(6).unwrap_or(0),
        title: r.text(7),
        amount: r.int(8),
        body: serde_json::from_str(r.str(9)).unwrap_or_default(),
        due_at: r.int(10),
        published_at: r.int(11),
        owner: r.int(12),
        state: r.text(13),
        about: r.opt_int(14).unwrap_or(0),
        changes: changes_of(&serde_json::from_str(r.str(15)).unwrap_or_default()),
        reason: r.text(16),
        changed_at: r.int(17),
    }
}

/// Publishes a notice under the next number of its series. Personal data in its words is covered here, whoever made it.
pub async fn publish(tx: &Tx<'_>, n: &Notice) -> Result<()> {
    let (letters, year) = (n.kind().letters, year_of(day_of(n.published_at)));
    let sql = "SELECT COALESCE(MAX(serial), 0) FROM notice WHERE region = $1 AND year = $2 AND letters = $3";
    let serial = tx.one(sql, params![&n.region, i64::from(year), letters]).await?.int(0) + 1;
    let number = notice::number(&n.region, year, letters, serial);
    let body: Vec<(&str, String)> = n.body.iter().map(|(k, v)| (k.as_str(), rules::mask::public(v))).collect();
    let body = serde_json::to_string(&body).map_err(kit::Fail::fault)?;
    let about = (n.about != 0).then_some(n.about);
    let orders = (n.orders != 0).then_some(n.orders);
    tx.run(
        "INSERT INTO notice (id, number, kind, region, year, letters, serial, unit, owner, supplier, orders, title, amount, body, due_at, \
         published_at, entry, state, about, changes, reason, changed_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$1,'published',$17,$18,$19,$16)",
        params![
            n.id, number, &n.kind, &n.region, i64::from(year), letters, serial, &n.unit, n.owner, &n.supplier, orders,
            rules::mask::public(&n.title), n.amount, body, n.due_at, n.published_at, about, changes_json(&n.changes).to_string(),
            &n.reason
        ],
    )
    .await?;
    tx.run("INSERT INTO notice_issue (id, at) VALUES ($1,$2) ON CONFLICT DO NOTHING", params![n.id, tx.now()]).await?;
    Ok(())
}

/// Says what became of a notice.
pub async fn became(tx: &Tx<'_>, id: i64, state: &str, reason: &str, at: i64) -> Result<()> {
    let sql = "UPDATE notice SET state = $2, reason = $3, changed_at = $4 WHERE id = $1 AND state <> 'withdrawn'";
    tx.run(sql, params![id, state, reason, at]).await?;
    Ok(())
}

/// The organisation that answers for a record of another room, 0 when there is none.
pub async fn owner(q: &dyn Query, subject: &str) -> Result<i64> {
    let (kind, id) = subject.split_once('/').unwrap_or_default();
    let sql = match kind {
        "order" => "SELECT unit FROM orders WHERE id = $1",
        "auction" | "demand" | "job" => "SELECT unit FROM project WHERE id = $1",
        "agreement" => "SELECT centre FROM agreement WHERE id = $1",
        "batch" => "SELECT centre FROM batch_round WHERE id = $1",
        _ => return Ok(0),
    };
    Ok(q.row(sql, params![id.parse::<i64>().unwrap_or(0)]).await?.map_or(0, |r| r.int(0)))
}

/// The supplier of an order with its address as it was admitted.
pub async fn supplier_of(q: &dyn Query, order: i64) -> Result<Option<base::orgs::Contact>> {
    let sql = "SELECT s.org, g.name, s.address FROM orders o JOIN supplier s ON s.org = o.supplier JOIN org g ON g.id = s.org WHERE o.id = $1";
    let read = |r: kit::db::Row| base::orgs::Contact {
        org: r.int(0),
        name: r.text(1),
        address: r.text(2),
        phone: String::new(),
    };
    Ok(q.row(sql, params![order]).await?.map(read))
}

/// The newest notice of a kind about an order; for the record of a case its notice.
pub async fn of_entry_kind(q: &dyn Query, kind: &str, title: &str) -> Result<Option<i64>> {
    let sql = "SELECT id FROM notice WHERE kind = $1 AND title = $2 ORDER BY id DESC LIMIT 1";
    Ok(q.row(sql, params![kind, title]).await?.map(|r| r.int(0)))
}

/// Forgets everything that can be made again from the journal.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM notice", params![]).await?;
    tx.run("DELETE FROM deal", params![]).await?;
    Ok(())
}

/// Which notices are looked for.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Region code prefix.
    pub prefix: String,
    /// Words in title, number, unit, supplier or, unless it was withdrawn, the body.
    pub words: String,
    /// Key of a kind, or empty.
    pub kind: String,
    /// Part of the unit's name, the whole name in quotation marks, or empty.
    pub unit: String,
    /// Published from, ms UTC; 0 for ever.
    pub from: i64,
    /// Published before, ms UTC; 0 for ever.
    pub to: i64,
    /// Least amount, fen.
    pub least: i64,
    /// Most, fen; 0 for any.
    pub most: i64,
}

const FILTER: &str = "region LIKE $1 AND ($2 = '%%' OR LOWER(title) LIKE $2 ESCAPE '!' OR LOWER(unit) LIKE $2 ESCAPE '!' \
                      OR LOWER(supplier) LIKE $2 ESCAPE '!' OR LOWER(number) LIKE $2 ESCAPE '!' \
                      OR (state <> 'withdrawn' AND LOWER(body) LIKE $2 ESCAPE '!')) AND ($3 = '' OR kind = $3) \
                      AND ($4 = '%%' OR unit LIKE $4 ESCAPE '!') AND published_at >= $5 AND published_at < $6 AND amount >= $7 AND amount <= $8";

/// Words that LIKE takes as they are typed.
fn literal(words: &str) -> String {
    words.chars().flat_map(|c| matches!(c, '!' | '%' | '_').then_some('!').into_iter().chain([c])).collect()
}

fn sought(s: &Sought) -> Vec<Val> {
    let or_all = |v: i64| if v == 0 { i64::MAX } else { v };
    let words = literal(&s.words.trim().to_lowercase());
    let whole = s.unit.strip_prefix('"').and_then(|u| u.strip_suffix('"'));
    let unit = whole.map_or_else(|| format!("%{}%", literal(&s.unit)), literal);
    params![
        format!("{}%", s.prefix),
        format!("%{words}%"),
        &s.kind,
        unit,
        s.from,
        or_all(s.to),
        s.least,
        or_all(s.most)
    ]
    .to_vec()
}

/// A page of notices, newest first, and their number.
pub async fn notices(q: &dyn Query, s: &Sought, page: usize, size: usize) -> Result<(Vec<Notice>, i64)> {
    let mut all = sought(s);
    let total = q.one(&format!("SELECT COUNT(*) FROM notice WHERE {FILTER}"), &all).await?.int(0);
    all.extend([size.into(), ((page - 1) * size).into()]);
    let sql = format!("{NOTICE} WHERE {FILTER} ORDER BY published_at DESC, id DESC LIMIT $9 OFFSET $10");
    Ok((q.rows(&sql, &all).await?.iter().map(read).collect(), total))
}

/// A notice by id.
pub async fn notice(q: &dyn Query, id: i64) -> Result<Notice> {
    Ok(read(&q.one(&format!("{NOTICE} WHERE id = $1"), params![id]).await?))
}

/// A notice by its number.
pub async fn by_number(q: &dyn Query, number: &str) -> Result<Notice> {
    Ok(read(&q.one(&format!("{NOTICE} WHERE number = $1"), params![number]).await?))
}

/// Some notices by id, in the order of ids.
pub async fn some(q: &dyn Query, ids: &[i64]) -> Result<Vec<Notice>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{NOTICE} WHERE id IN ({}) ORDER BY id", kit::text::marks(1, ids.len()));
    let ids: Vec<Val> = ids.iter().map(Val::from).collect();
    Ok(q.rows(&sql, &ids).await?.iter().map(read).collect())
}

/// Corrections of a notice, oldest first.
pub async fn corrections(q: &dyn Query, id: i64) -> Result<Vec<Notice>> {
    Ok(q.rows(&format!("{NOTICE} WHERE about = $1 ORDER BY id"), params![id]).await?.iter().map(read).collect())
}

/// When a notice could first be read, ms UTC.
pub async fn issued_at(q: &dyn Query, id: i64) -> Result<i64> {
    Ok(q.row("SELECT at FROM notice_issue WHERE id = $1", params![id]).await?.map_or(0, |r| r.int(0)))
}

/// What was done to a notice so far: the changes of all corrections, in order, how many acts, and whether it was withdrawn.
pub async fn acts(q: &dyn Query, id: i64) -> Result<(Vec<Change>, i64, bool)> {
    let found = q.rows("SELECT act, changes FROM notice_act WHERE notice = $1 ORDER BY n", params![id]).await?;
    let withdrawn = found.iter().any(|r| r.str(0) == "withdraw");
    let changes = found.iter().flat_map(|r| changes_of(&serde_json::from_str(r.str(1)).unwrap_or_default())).collect();
    Ok((changes, found.len() as i64, withdrawn))
}

/// Something that is done to a notice.
pub struct NewAct<'a> {
    /// Notice.
    pub notice: i64,
    /// Its place among the acts on this notice, from 1.
    pub n: i64,
    /// `correct` or `withdraw`.
    pub act: &'a str,
    /// What it changes.
    pub changes: &'a [Change],
    /// Why.
    pub reason: &'a str,
    /// Organisation and person.
    pub by: (i64, i64),
}

/// Writes an act down; false when another was faster.
pub async fn add_act(tx: &Tx<'_>, a: &NewAct<'_>) -> Result<bool> {
    let sql = "INSERT INTO notice_act (notice, n, act, changes, reason, org, person, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) \
               ON CONFLICT DO NOTHING";
    let changes = changes_json(a.changes).to_string();
    let all = params![a.notice, a.n, a.act, changes, a.reason, a.by.0, a.by.1, tx.now()];
    Ok(tx.run(sql, all).await? == 1)
}

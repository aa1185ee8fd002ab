//! Rows of suppliers and of the measures against them.
use kit::db::Row;
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;

/// A supplier with what decides about its part in an event. Phone, address and account are for comparing only.
#[derive(Clone, Debug)]
pub struct Supplier {
    /// Organisation.
    pub org: i64,
    /// Name.
    pub name: String,
    /// `admitted`, `frozen`, `suspended`, `withdrawn`.
    pub state: String,
    /// `micro`, `small`, `medium`, `large`.
    pub size: String,
    /// Credit score.
    pub credit: i64,
    /// Areas it delivers to, separated by spaces.
    pub areas: String,
    /// Categories it is admitted for, separated by spaces; empty for all.
    pub categories: String,
    /// Legal representative.
    pub legal_person: String,
    /// Phone.
    pub phone: String,
    /// Address.
    pub address: String,
    /// Account.
    pub bank_account: String,
    /// Who controls or manages it, by name; empty for nobody known.
    pub controller: String,
    /// Categories (`c:A0201`) and areas (`a:370102`) that measures have closed, separated by spaces.
    pub closed: String,
}

/// Do state and closed parts keep a supplier from dealing in a category at a place?
pub fn stopped(state: &str, closed: &str, category: &str, place: &str) -> bool {
    state != "admitted" || category_closed(closed, category) || area_closed(closed, place)
}

/// Is a place in an area that measures have closed?
pub fn area_closed(closed: &str, place: &str) -> bool {
    rules::place::reached(closed.split_whitespace().filter_map(|c| c.strip_prefix("a:")), place)
}

/// Is a category closed by a measure?
pub fn category_closed(closed: &str, category: &str) -> bool {
    closed.split_whitespace().filter_map(|c| c.strip_prefix("c:")).any(|c| category.starts_with(c))
}

impl Supplier {
    /// Is it admitted for a category?
    pub fn covers(&self, category: &str) -> bool {
        let admitted =
            self.categories.is_empty() || self.categories.split_whitespace().any(|c| category.starts_with(c));
        admitted && !category_closed(&self.closed, category)
    }

    /// Does a measure keep it from dealing in a category at a place? What it undertook before goes on to its end.
    pub fn stopped_for(&self, category: &str, place: &str) -> bool {
        stopped(&self.state, &self.closed, category, place)
    }

    /// Does it deliver to a region?
    pub fn reaches(&self, region: &str) -> bool {
        rules::place::reached(self.areas.split_whitespace(), region) && !area_closed(&self.closed, region)
    }
}

const SUPPLIER: &str = "SELECT s.org, g.name, s.state, s.size, s.credit, s.areas, s.categories, s.legal_person, s.phone, s.address, \
                        s.bank_account, s.controller, s.closed FROM supplier s JOIN org g ON g.id = s.org";

fn read(r: &Row) -> Supplier {
    Supplier {
        org: r.int(0),
        name: r.text(1),
        state: r.text(2),
        size: r.text(3),
        credit: r.int(4),
        areas: r.text(5),
        categories: r.text(6),
        legal_person: r.text(7),
        phone: r.text(8),
        address: r.text(9),
        bank_account: r.text(10),
        controller: r.text(11),
        closed: r.text(12),
    }
}

/// A supplier by organisation.
pub async fn get(q: &dyn Query, org: i64) -> Result<Supplier> {
    Ok(read(&q.one(&format!("{SUPPLIER} WHERE s.org = $1"), params![org]).await?))
}

/// Admitted suppliers of a category that deliver to a region.
pub async fn of_category(q: &dyn Query, category: &str, region: &str) -> Result<Vec<Supplier>> {
    let sql = format!("{SUPPLIER} WHERE s.state = 'admitted' ORDER BY g.name");
    let mut all: Vec<Supplier> = q.rows(&sql, params![]).await?.iter().map(read).collect();
    all.retain(|s| s.covers(category) && s.reaches(region));
    Ok(all)
}

/// A measure against a supplier.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Id.
    pub id: i64,
    /// Supplier.
    pub supplier: i64,
    /// Region of the office.
    pub region: String,
    /// `frozen`, `suspended`, `withdrawn`.
    pub kind: String,
    /// `whole`, `category`, `area`.
    pub level: String,
    /// Category prefix or area; empty for the whole.
    pub code: String,
    /// Why.
    pub reason: String,
    /// The case it follows from.
    pub conduct: Option<i64>,
    /// Since, ms UTC.
    pub from_at: i64,
    /// The last day, None for open.
    pub until: Option<Day>,
    /// When it was lifted.
    pub lifted_at: Option<i64>,
    /// Why it was lifted.
    pub lifted_why: String,
}

const STANDING: &str = "SELECT id, supplier, region, kind, level, code, reason, conduct, from_at, until, lifted_at, lifted_why FROM standing";

fn read_standing(r: &Row) -> Standing {
    Standing {
        id: r.int(0),
        supplier: r.int(1),
        region: r.text(2),
        kind: r.text(3),
        level: r.text(4),
        code: r.text(5),
        reason: r.text(6),
        conduct: r.opt_int(7),
        from_at: r.int(8),
        until: r.opt_int(9).map(|d| d as Day),
        lifted_at: r.opt_int(10),
        lifted_why: r.text(11),
    }
}

/// All measures against a supplier, newest first.
pub async fn standings(q: &dyn Query, supplier: i64) -> Result<Vec<Standing>> {
    let sql = format!("{STANDING} WHERE supplier = $1 ORDER BY id DESC");
    Ok(q.rows(&sql, params![supplier]).await?.iter().map(read_standing).collect())
}

/// A measure by id.
pub async fn standing(q: &dyn Query, id: i64) -> Result<Standing> {
    Ok(read_standing(&q.one(&format!("{STANDING} WHERE id = $1"), params![id]).await?))
}

/// Measures whose last day is past.
pub async fn ended(q: &dyn Query, today: Day, most: usize) -> Result<Vec<Standing>> {
    let sql = format!("{STANDING} WHERE lifted_at IS NULL AND until < $1 ORDER BY until LIMIT $2");
    Ok(q.rows(&sql, params![i64::from(today), most]).await?.iter().map(read_standing).collect())
}

/// Writes a measure; returns its id.
pub async fn add_standing(tx: &Tx<'_>, s: &Standing) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO standing (id, supplier, region, kind, level, code, reason, conduct, from_at, until, lifted_at, lifted_why) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,NULL,'')",
        params![
            id, s.supplier, &s.region, &s.kind, &s.level, &s.code, &s.reason, s.conduct, tx.now(), s.until.map(i64::from)
        ],
    )
    .await?;
    Ok(id)
}

/// Lifts a measure; false when it was lifted before.
pub async fn lift_standing(tx: &Tx<'_>, id: i64, why: &str) -> Result<bool> {
    let sql = "UPDATE standing SET lifted_at = $2, lifted_why = $3 WHERE id = $1 AND lifted_at IS NULL";
    Ok(tx.run(sql, params![id, tx.now(), why]).await? == 1)
}

/// What all measures in force come to.
pub async fn set_standing(tx: &Tx<'_>, supplier: i64, state: &str, closed: &str) -> Result<()> {
    tx.must("UPDATE supplier SET state = $2, closed = $3 WHERE org = $1", params![supplier, state, closed]).await
}

/// Writes the score that follows from the cases.
pub async fn set_credit(tx: &Tx<'_>, supplier: i64, credit: i64) -> Result<()> {
    tx.run("UPDATE supplier SET credit = $2 WHERE org = $1", params![supplier, credit]).await?;
    Ok(())
}

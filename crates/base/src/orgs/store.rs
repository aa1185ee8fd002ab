//! Rows of organisations and people.
use kit::{Query, Result, Tx, params};
use rules::duty::{Duties, Duty};
use std::collections::HashMap;

/// An organisation.
#[derive(Clone, Debug)]
pub struct Org {
    /// Id.
    pub id: i64,
    /// `unit`, `supplier`, `finance`, `centre`, `audit`, `operator`.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// Unified social credit code, GB 32100.
    pub uscc: String,
    /// Region it belongs to.
    pub region: String,
    /// The organisation that supervises it.
    pub parent: Option<i64>,
    /// Staff; asset standards count by it.
    pub headcount: i64,
}

/// A person with duties; no password, no phone.
#[derive(Clone, Debug)]
pub struct Person {
    /// Id.
    pub id: i64,
    /// Organisation.
    pub org: i64,
    /// Login name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Duties.
    pub duties: Duties,
}

/// What is needed to make a person.
pub struct NewPerson<'a> {
    /// Organisation.
    pub org: i64,
    /// Login name, unique.
    pub login: &'a str,
    /// Name.
    pub name: &'a str,
    /// Phone; personal data.
    pub phone: &'a str,
    /// argon2id hash in PHC form.
    pub password: &'a str,
    /// Duties.
    pub duties: &'a [Duty],
}

const ORG: &str = "SELECT id, kind, name, uscc, region, parent, headcount FROM org";

fn read_org(r: &kit::db::Row) -> Org {
    Org {
        id: r.int(0),
        kind: r.text(1),
        name: r.text(2),
        uscc: r.text(3),
        region: r.text(4),
        parent: r.opt_int(5),
        headcount: r.int(6),
    }
}

/// An organisation by id.
pub async fn org(q: &dyn Query, id: i64) -> Result<Org> {
    Ok(read_org(&q.one(&format!("{ORG} WHERE id = $1"), params![id]).await?))
}

/// An organisation by its credit code.
pub async fn by_uscc(q: &dyn Query, uscc: &str) -> Result<Option<Org>> {
    Ok(q.row(&format!("{ORG} WHERE uscc = $1"), params![uscc]).await?.as_ref().map(read_org))
}

/// Organisations of a kind in a region.
pub async fn of_kind(q: &dyn Query, kind: &str, region: &str) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM org WHERE kind = $1 AND region = $2 ORDER BY id";
    Ok(q.rows(sql, params![kind, region]).await?.iter().map(|r| r.int(0)).collect())
}

/// The finance departments on the way up from a place, the nearest first, each by its organisations; `path` begins at the top.
pub async fn finance_ladder(q: &dyn Query, path: &[&str]) -> Result<Vec<Vec<i64>>> {
    let sql = format!(
        "SELECT region, id FROM org WHERE kind = 'finance' AND region IN ({}) ORDER BY id",
        kit::text::marks(1, path.len())
    );
    let all: Vec<kit::db::Val> = path.iter().map(kit::db::Val::from).collect();
    let found = q.rows(&sql, &all).await?;
    let of = |at: &&str| found.iter().filter(|r| r.str(0) == *at).map(|r| r.int(1)).collect::<Vec<_>>();
    Ok(path.iter().rev().map(of).filter(|step| !step.is_empty()).collect())
}

/// Finance departments of an area, but one.
pub async fn finance_below(q: &dyn Query, prefix: &str, but: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM org WHERE kind = 'finance' AND region LIKE $1 AND id <> $2 ORDER BY id";
    Ok(q.rows(sql, params![format!("{prefix}%"), but]).await?.iter().map(|r| r.int(0)).collect())
}

/// Names of some organisations, by id.
pub async fn names(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, String>> {
    by_ids(q, "SELECT id, name FROM org WHERE id IN", ids).await
}

/// Names of some people, by id. For those who share a record with them; never for public pages.
pub async fn person_names(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, String>> {
    by_ids(q, "SELECT id, name FROM person WHERE id IN", ids).await
}

async fn by_ids(q: &dyn Query, head: &str, ids: &[i64]) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("{head} ({})", kit::text::marks(1, ids.len()));
    let params: Vec<_> = ids.iter().map(kit::db::Val::from).collect();
    Ok(q.rows(&sql, &params).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Adds an organisation; returns its id.
pub async fn add_org(tx: &Tx<'_>, o: &Org) -> Result<i64> {
    let id = if o.id == 0 { tx.id() } else { o.id };
    tx.run(
        "INSERT INTO org (id, kind, name, uscc, region, parent, headcount, state) VALUES ($1,$2,$3,$4,$5,$6,$7,'active')",
        params![id, &o.kind, &o.name, &o.uscc, &o.region, o.parent, o.headcount],
    )
    .await?;
    Ok(id)
}

/// Is a login name taken?
pub async fn login_taken(q: &dyn Query, login: &str) -> Result<bool> {
    Ok(q.row("SELECT id FROM person WHERE login = $1", params![login]).await?.is_some())
}

/// Adds a person with duties; returns the id.
pub async fn add_person(tx: &Tx<'_>, p: &NewPerson<'_>) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO person (id, org, login, name, phone, password, failed, locked_until, active) VALUES ($1,$2,$3,$4,$5,$6,0,0,1)",
        params![id, p.org, p.login, p.name, p.phone, p.password],
    )
    .await?;
    for d in p.duties {
        tx.run("INSERT INTO duty (person, duty) VALUES ($1,$2)", params![id, d.key()]).await?;
    }
    Ok(id)
}

/// Everyone, or the people of one organisation, with duties; for demo account lists and operators.
pub async fn people(q: &dyn Query, org: Option<i64>) -> Result<Vec<Person>> {
    let found = q
        .rows(
            "SELECT p.id, p.org, p.login, p.name, d.duty FROM person p JOIN duty d ON d.person = p.id \
             WHERE p.active = 1 AND ($1 = 0 OR p.org = $1) ORDER BY p.id, d.duty",
            params![org.unwrap_or(0)],
        )
        .await?;
    let mut out: Vec<Person> = Vec::new();
    for r in &found {
        if out.last().is_none_or(|p| p.id != r.int(0)) {
            out.push(Person { id: r.int(0), org: r.int(1), login: r.text(2), name: r.text(3), duties: Duties::NONE });
        }
        if let (Some(p), Some(d)) = (out.last_mut(), Duty::of(r.str(4))) {
            p.duties.insert(d);
        }
    }
    Ok(out)
}

/// Somebody who regulates in a finance department.
#[derive(Clone, Debug)]
pub struct Regulator {
    /// Id.
    pub person: i64,
    /// Name.
    pub name: String,
    /// Department.
    pub org: i64,
    /// Its name.
    pub office: String,
}

/// People who regulate in the finance departments of some regions. For colleagues who give them work.
pub async fn regulators(q: &dyn Query, regions: &[String]) -> Result<Vec<Regulator>> {
    let sql = format!(
        "SELECT p.id, p.name, o.id, o.name FROM person p JOIN org o ON o.id = p.org JOIN duty d ON d.person = p.id \
         WHERE o.kind = 'finance' AND d.duty = 'regulator' AND p.active = 1 AND o.region IN ({}) ORDER BY o.region DESC, p.id",
        kit::text::marks(1, regions.len())
    );
    let all: Vec<kit::db::Val> = regions.iter().map(kit::db::Val::from).collect();
    let read = |r: &kit::db::Row| Regulator { person: r.int(0), name: r.text(1), org: r.int(2), office: r.text(3) };
    Ok(q.rows(&sql, &all).await?.iter().map(read).collect())
}

/// How an office can be reached: no person's address or telephone.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// Id of the organisation.
    pub org: i64,
    /// Its name.
    pub name: String,
    /// Address; empty when nobody entered one.
    pub address: String,
    /// Telephone of the office; empty when nobody entered one.
    pub phone: String,
}

const CONTACT: &str = "SELECT id, name, address, phone FROM org";

fn read_contact(r: &kit::db::Row) -> Contact {
    Contact { org: r.int(0), name: r.text(1), address: r.text(2), phone: r.text(3) }
}

/// How an organisation can be reached.
pub async fn contact(q: &dyn Query, org: i64) -> Result<Contact> {
    Ok(read_contact(&q.one(&format!("{CONTACT} WHERE id = $1"), params![org]).await?))
}

/// How the finance department of a place can be reached: the nearest on the way up; `path` begins at the top.
pub async fn finance_contact(q: &dyn Query, path: &[&str]) -> Result<Option<Contact>> {
    let marks = kit::text::marks(1, path.len());
    let sql = format!(
        "SELECT id, name, address, phone, region FROM org WHERE kind = 'finance' AND region IN ({marks}) ORDER BY id"
    );
    let all: Vec<kit::db::Val> = path.iter().map(kit::db::Val::from).collect();
    let found = q.rows(&sql, &all).await?;
    let place = |r: &&kit::db::Row| path.iter().position(|p| *p == r.str(4));
    Ok(found.iter().rev().max_by_key(place).map(read_contact))
}

/// Says how an organisation can be reached.
pub async fn set_contact(tx: &Tx<'_>, org: i64, address: &str, phone: &str) -> Result<()> {
    tx.must("UPDATE org SET address = $2, phone = $3 WHERE id = $1", params![org, address, phone]).await
}

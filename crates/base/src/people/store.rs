//! Rows of people as those who look after them see them, and of new organisations.
use crate::orgs::Org;
use kit::db::Row;
use kit::{Query, Result, Tx, params};
use rules::duty::{Duties, Duty};

/// A person as the one who looks after the account sees it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Id.
    pub id: i64,
    /// Organisation.
    pub org: i64,
    /// Login name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Key of the template, or empty.
    pub role: String,
    /// Duties.
    pub duties: Duties,
    /// May sign in?
    pub active: bool,
}

fn gather(rows: &[Row]) -> Vec<Account> {
    let mut out: Vec<Account> = Vec::new();
    for r in rows {
        if out.last().is_none_or(|p| p.id != r.int(0)) {
            out.push(Account {
                id: r.int(0),
                org: r.int(1),
                login: r.text(2),
                name: r.text(3),
                role: r.text(4),
                duties: Duties::NONE,
                active: r.flag(5),
            });
        }
        if let (Some(p), Some(d)) = (out.last_mut(), r.opt_text(6).and_then(|d| Duty::of(&d))) {
            p.duties.insert(d);
        }
    }
    out
}

const ACCOUNT: &str =
    "SELECT p.id, p.org, p.login, p.name, p.role, p.active, d.duty FROM person p LEFT JOIN duty d ON d.person = p.id";

/// All people of an organisation.
pub async fn of_org(q: &dyn Query, org: i64) -> Result<Vec<Account>> {
    let sql = format!("{ACCOUNT} WHERE p.org = $1 ORDER BY p.id, d.duty");
    Ok(gather(&q.rows(&sql, params![org]).await?))
}

/// A person.
pub async fn one(q: &dyn Query, id: i64) -> Result<Account> {
    let sql = format!("{ACCOUNT} WHERE p.id = $1 ORDER BY p.id, d.duty");
    gather(&q.rows(&sql, params![id]).await?).pop().ok_or(kit::Fail::Hidden)
}

/// Gives a person the duties of a template.
pub async fn set_role(tx: &Tx<'_>, person: i64, role: &str, duties: &[Duty]) -> Result<()> {
    tx.must("UPDATE person SET role = $2 WHERE id = $1", params![person, role]).await?;
    tx.run("DELETE FROM duty WHERE person = $1", params![person]).await?;
    for d in duties {
        tx.run("INSERT INTO duty (person, duty) VALUES ($1,$2)", params![person, d.key()]).await?;
    }
    Ok(())
}

/// Lets a person sign in, or not any more.
pub async fn set_active(tx: &Tx<'_>, person: i64, active: bool) -> Result<()> {
    tx.must("UPDATE person SET active = $2 WHERE id = $1", params![person, active]).await
}

/// Sets a password: one's own, or a fresh one that has to be replaced.
pub async fn set_password(tx: &Tx<'_>, person: i64, hash: &str, fresh: bool) -> Result<()> {
    let sql = "UPDATE person SET password = $2, fresh = $3, failed = 0, locked_until = 0 WHERE id = $1";
    tx.must(sql, params![person, hash, fresh]).await
}

/// Does the person still have to replace a password that somebody else chose?
pub async fn is_fresh(q: &dyn Query, person: i64) -> Result<bool> {
    Ok(q.one("SELECT fresh FROM person WHERE id = $1", params![person]).await?.flag(0))
}

/// A person's password hash.
pub async fn password(q: &dyn Query, person: i64) -> Result<String> {
    Ok(q.one("SELECT password FROM person WHERE id = $1", params![person]).await?.text(0))
}

/// Ends sessions of a person, all but one.
pub async fn end_sessions(tx: &Tx<'_>, person: i64, but: i64) -> Result<()> {
    tx.run("DELETE FROM session WHERE person = $1 AND id <> $2", params![person, but]).await.map(|_| ())
}

/// An organisation in a list: with the number of people who may sign in, and whether it says how it can be reached.
pub type Listed = (Org, i64, bool);

/// Organisations of some kinds in an area whose name or code holds words; and how many there are.
pub async fn orgs(
    q: &dyn Query,
    kinds: &[&str],
    prefix: &str,
    words: &str,
    (page, size): (usize, usize),
) -> Result<(Vec<Listed>, i64)> {
    let marks = kit::text::marks(3, kinds.len());
    let filter =
        format!("region LIKE $1 AND ($2 = '' OR name LIKE '%' || $2 || '%' OR uscc = $2) AND kind IN ({marks})");
    let mut all: Vec<kit::db::Val> = vec![format!("{prefix}%").into(), words.into()];
    all.extend(kinds.iter().map(|k| kit::db::Val::from(*k)));
    let count = q.one(&format!("SELECT COUNT(*) FROM org WHERE {filter}"), &all).await?.int(0);
    let n = all.len();
    let sql = format!(
        "SELECT id, kind, name, uscc, region, parent, headcount, \
         (SELECT COUNT(*) FROM person p WHERE p.org = org.id AND p.active = 1), CASE WHEN phone = '' THEN 0 ELSE 1 END FROM org WHERE {filter} ORDER BY region, id LIMIT ${} OFFSET ${}",
        n + 1,
        n + 2
    );
    all.extend([size.into(), ((page - 1) * size).into()]);
    let read = |r: &Row| {
        let org = Org {
            id: r.int(0),
            kind: r.text(1),
            name: r.text(2),
            uscc: r.text(3),
            region: r.text(4),
            parent: r.opt_int(5),
            headcount: r.int(6),
        };
        (org, r.int(7), r.flag(8))
    };
    Ok((q.rows(&sql, &all).await?.iter().map(read).collect(), count))
}

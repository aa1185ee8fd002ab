//! Rows of suppliers and of what their score lost.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

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
}

impl Supplier {
    /// Is it admitted for a category?
    pub fn covers(&self, category: &str) -> bool {
        self.categories.is_empty() || self.categories.split_whitespace().any(|c| category.starts_with(c))
    }

    /// Does it deliver to a region?
    pub fn reaches(&self, region: &str) -> bool {
        rules::place::reached(self.areas.split_whitespace(), region)
    }
}

const SUPPLIER: &str = "SELECT s.org, g.name, s.state, s.size, s.credit, s.areas, s.categories, s.legal_person, s.phone, s.address, \
                        s.bank_account, s.controller FROM supplier s JOIN org g ON g.id = s.org";

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

/// Takes points from a supplier's score, once for one rule and subject. The caller journals.
pub async fn deduct(tx: &Tx<'_>, supplier: i64, rule: &str, points: i64, subject: &str, reason: &str) -> Result<bool> {
    let made = tx
        .run(
            "INSERT INTO credit_entry (id, supplier, rule, points, subject, reason, at) VALUES ($1,$2,$3,$4,$5,$6,$7) \
             ON CONFLICT (supplier, rule, subject) DO NOTHING",
            params![tx.id(), supplier, rule, points, subject, reason, tx.now()],
        )
        .await?;
    if made == 1 {
        let sql = "UPDATE supplier SET credit = CASE WHEN credit > $2 THEN credit - $2 ELSE 0 END WHERE org = $1";
        tx.must(sql, params![supplier, points]).await?;
    }
    Ok(made == 1)
}

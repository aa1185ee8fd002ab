//! Rows of certificates.
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};
use rules::calendar::Day;
use rules::certificate::State;

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Number.
    pub number: String,
    /// What it certifies, such as 节能产品认证.
    pub kind: String,
    /// Who holds it.
    pub holder: String,
    /// Brand, as the library has it.
    pub brand: String,
    /// Models, separated by `;`.
    pub models: String,
    /// The first day.
    pub since: Day,
    /// The last day.
    pub until: Day,
    /// State.
    pub state: State,
    /// Where it comes from.
    pub source: String,
}

impl Certificate {
    /// What decides about goods.
    pub fn terms(&self) -> rules::certificate::Certificate<'_> {
        rules::certificate::Certificate {
            number: &self.number,
            brand: &self.brand,
            models: &self.models,
            since: self.since,
            until: self.until,
            state: self.state,
        }
    }
}

const CERTIFICATE: &str = "SELECT number, kind, holder, brand, models, since, until, state, source FROM certificate";

fn read(r: &Row) -> Result<Certificate> {
    Ok(Certificate {
        number: r.text(0),
        kind: r.text(1),
        holder: r.text(2),
        brand: r.text(3),
        models: r.text(4),
        since: r.int(5) as Day,
        until: r.int(6) as Day,
        state: State::of(r.str(7)).ok_or_else(|| Fail::Fault(format!("state of certificate {}", r.str(0))))?,
        source: r.text(8),
    })
}

/// A certificate by number.
pub async fn one(q: &dyn Query, number: &str) -> Result<Option<Certificate>> {
    q.row(&format!("{CERTIFICATE} WHERE number = $1"), params![number]).await?.as_ref().map(read).transpose()
}

/// Is there a register at all?
pub async fn any(q: &dyn Query) -> Result<bool> {
    Ok(q.row("SELECT number FROM certificate LIMIT 1", params![]).await?.is_some())
}

/// How many certificates there are, and when the last file was taken in.
pub async fn size(q: &dyn Query) -> Result<(i64, Option<i64>)> {
    let r = q.one("SELECT COUNT(*), MAX(taken_at) FROM certificate", params![]).await?;
    Ok((r.int(0), r.opt_int(1)))
}

/// Writes a certificate as a file has it now.
pub async fn put(tx: &Tx<'_>, c: &Certificate) -> Result<()> {
    let sql = "INSERT INTO certificate (number, kind, holder, brand, models, since, until, state, source, taken_at, warned) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,0) ON CONFLICT (number) DO UPDATE SET kind = $2, holder = $3, brand = $4, \
               models = $5, since = $6, until = $7, state = $8, source = $9, taken_at = $10, \
               warned = CASE WHEN certificate.until = $7 THEN certificate.warned ELSE 0 END";
    let all = params![
        &c.number,
        &c.kind,
        &c.holder,
        &c.brand,
        &c.models,
        i64::from(c.since),
        i64::from(c.until),
        c.state.key(),
        &c.source,
        tx.now()
    ];
    tx.run(sql, all).await?;
    Ok(())
}

/// An offer whose certificate matters.
#[derive(Clone, Debug)]
pub struct Concerned {
    /// Offer.
    pub offer: i64,
    /// Product.
    pub product: i64,
    /// Supplier.
    pub supplier: i64,
    /// Title.
    pub title: String,
    /// Number of the certificate.
    pub number: String,
}

fn concerned(r: &Row) -> Concerned {
    Concerned { offer: r.int(0), product: r.int(1), supplier: r.int(2), title: r.text(3), number: r.text(4) }
}

const OFFER: &str =
    "SELECT o.id, o.product, o.supplier, p.title, p.certificate FROM offer o JOIN product p ON p.id = o.product";

/// Offers on the shelf, not stopped for it yet, whose certificate has ended or was paused.
pub async fn ended(q: &dyn Query, today: Day, stop: i64, most: usize) -> Result<Vec<Concerned>> {
    let sql = format!(
        "{OFFER} JOIN certificate c ON c.number = p.certificate WHERE p.certificate <> '' AND (c.until < $1 OR c.state <> 'valid') \
         AND o.state = 'listed' AND o.stops & $2 = 0 ORDER BY o.id LIMIT $3"
    );
    Ok(q.rows(&sql, params![i64::from(today), stop, most]).await?.iter().map(concerned).collect())
}

/// Offers stopped for a certificate that holds again.
pub async fn back(q: &dyn Query, today: Day, stop: i64, most: usize) -> Result<Vec<Concerned>> {
    let sql = format!(
        "{OFFER} WHERE o.stops & $2 <> 0 AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.number = p.certificate \
         AND (c.until < $1 OR c.state <> 'valid')) ORDER BY o.id LIMIT $3"
    );
    Ok(q.rows(&sql, params![i64::from(today), stop, most]).await?.iter().map(concerned).collect())
}

/// Certificates that end before a day and of which nobody was warned.
pub async fn ending(q: &dyn Query, today: Day, before: Day, most: usize) -> Result<Vec<Certificate>> {
    let sql = format!(
        "{CERTIFICATE} WHERE warned = 0 AND state = 'valid' AND until >= $1 AND until < $2 AND EXISTS \
         (SELECT 1 FROM product p WHERE p.certificate = certificate.number AND p.certificate <> '') ORDER BY until, number LIMIT $3"
    );
    q.rows(&sql, params![i64::from(today), i64::from(before), most]).await?.iter().map(read).collect()
}

/// Their sellers were warned.
pub async fn warned(tx: &Tx<'_>, number: &str) -> Result<bool> {
    let sql = "UPDATE certificate SET warned = 1 WHERE number = $1 AND warned = 0";
    Ok(tx.run(sql, params![number]).await? == 1)
}

/// Who lists goods with a certificate.
pub async fn sellers(q: &dyn Query, number: &str) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT o.supplier FROM offer o JOIN product p ON p.id = o.product \
               WHERE p.certificate = $1 AND o.state = 'listed' ORDER BY o.supplier";
    Ok(q.rows(sql, params![number]).await?.iter().map(|r| r.int(0)).collect())
}

/// Products with a certificate: id, title.
pub async fn products(q: &dyn Query, number: &str, most: usize) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, title FROM product WHERE certificate = $1 AND certificate <> '' ORDER BY title LIMIT $2";
    Ok(q.rows(sql, params![number, most]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

//! Rows of platforms, their goods, and what runs found.
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};

/// A supplier's platform.
#[derive(Clone, Debug)]
pub struct Place {
    /// Supplier.
    pub supplier: i64,
    /// Address of the calls.
    pub address: String,
    /// Key the platform gave out.
    pub app_key: String,
    /// Its secret, sealed.
    pub secret: Vec<u8>,
    /// draft, passed, on, off.
    pub state: String,
    /// Who set it up; what is pulled comes in that person's name.
    pub person: i64,
    /// When a test was asked for, ms UTC; 0 for none that waits.
    pub test_asked: i64,
    /// The last test, JSON.
    pub report: String,
    /// Asked next, ms UTC.
    pub next_at: i64,
    /// Runs in a row that went wrong.
    pub fails: i64,
    /// Version.
    pub version: i64,
}

const PLACE: &str = "SELECT supplier, address, app_key, secret, state, person, test_asked, report, next_at, fails, version FROM platform";

fn read(r: &Row) -> Place {
    Place {
        supplier: r.int(0),
        address: r.text(1),
        app_key: r.text(2),
        secret: r.bytes(3),
        state: r.text(4),
        person: r.int(5),
        test_asked: r.int(6),
        report: r.text(7),
        next_at: r.int(8),
        fails: r.int(9),
        version: r.int(10),
    }
}

/// The platform of a supplier, if it has one.
pub async fn place(q: &dyn Query, supplier: i64) -> Result<Option<Place>> {
    Ok(q.row(&format!("{PLACE} WHERE supplier = $1"), params![supplier]).await?.as_ref().map(read))
}

/// All platforms with their suppliers' names.
pub async fn all(q: &dyn Query) -> Result<Vec<(Place, String)>> {
    let sql = "SELECT p.supplier, p.address, p.app_key, p.secret, p.state, p.person, p.test_asked, p.report, p.next_at, p.fails, \
               p.version, g.name FROM platform p JOIN org g ON g.id = p.supplier ORDER BY g.name";
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (read(r), r.text(11))).collect())
}

/// Platforms to be tested or asked now.
pub async fn due(q: &dyn Query, now: i64, most: usize) -> Result<Vec<Place>> {
    let sql = format!(
        "{PLACE} WHERE next_at <= $1 AND (test_asked > 0 OR (state = 'on' AND EXISTS (SELECT 1 FROM supplier s \
         WHERE s.org = platform.supplier AND s.state = 'admitted'))) ORDER BY next_at LIMIT $2"
    );
    Ok(q.rows(&sql, params![now, most]).await?.iter().map(read).collect())
}

/// Takes a platform for this process until a time; false when another has.
pub async fn claim(tx: &Tx<'_>, p: &Place, until: i64) -> Result<bool> {
    let sql = "UPDATE platform SET next_at = $3, version = version + 1 WHERE supplier = $1 AND version = $2";
    Ok(tx.run(sql, params![p.supplier, p.version, until]).await? == 1)
}

/// Writes a platform as its supplier describes it; it has to be tested anew.
pub async fn put(tx: &Tx<'_>, p: &Place) -> Result<()> {
    let sql = "INSERT INTO platform (supplier, address, app_key, secret, state, person, test_asked, report, next_at, fails, version) \
               VALUES ($1,$2,$3,$4,'draft',$5,0,'[]',0,0,1) ON CONFLICT (supplier) DO UPDATE SET address = $2, app_key = $3, \
               secret = $4, state = 'draft', person = $5, test_asked = 0, report = '[]', next_at = 0, fails = 0, version = platform.version + 1";
    tx.run(sql, params![p.supplier, &p.address, &p.app_key, p.secret.clone(), p.person]).await?;
    Ok(())
}

/// Asks for a test.
pub async fn ask_test(tx: &Tx<'_>, supplier: i64) -> Result<bool> {
    let sql = "UPDATE platform SET test_asked = $2, next_at = 0, version = version + 1 WHERE supplier = $1";
    Ok(tx.run(sql, params![supplier, tx.now()]).await? == 1)
}

/// Writes what a test found; a draft that passed may be switched on.
pub async fn tested(tx: &Tx<'_>, supplier: i64, report: &str, passed: bool) -> Result<()> {
    let sql = "UPDATE platform SET test_asked = 0, report = $2, next_at = $4, version = version + 1, \
               state = CASE WHEN state = 'draft' AND $3 = 1 THEN 'passed' WHEN state = 'passed' AND $3 = 0 THEN 'draft' ELSE state END \
               WHERE supplier = $1";
    tx.must(sql, params![supplier, report, i64::from(passed), tx.now()]).await
}

/// Moves a platform from one state to another; false when it is not in the first.
pub async fn switch(tx: &Tx<'_>, supplier: i64, from: &[&str], to: &str) -> Result<bool> {
    let list: Vec<String> = from.iter().map(|s| format!("'{s}'")).collect();
    let sql = format!(
        "UPDATE platform SET state = $2, next_at = 0, fails = 0, version = version + 1 WHERE supplier = $1 AND state IN ({})",
        list.join(", ")
    );
    Ok(tx.run(&sql, params![supplier, to]).await? == 1)
}

/// When it is asked next, and how often in a row it went wrong.
pub async fn set_next(tx: &Tx<'_>, supplier: i64, next_at: i64, fails: i64) -> Result<()> {
    let sql = "UPDATE platform SET next_at = $2, fails = $3, version = version + 1 WHERE supplier = $1";
    tx.must(sql, params![supplier, next_at, fails]).await
}

/// A sku as last seen.
#[derive(Clone, Debug)]
pub struct Sku {
    /// The platform's number.
    pub sku: String,
    /// Canonical brand, or as written when the library does not have it.
    pub brand: String,
    /// Key of the model.
    pub model_key: String,
    /// The row of the template, without price and stock.
    pub row: Vec<String>,
    /// done, same, waits, refused.
    pub result: String,
    /// Why refused.
    pub words: String,
    /// On the platform's shelf?
    pub listed: bool,
    /// Were its pictures fetched?
    pub pictured: bool,
    /// When its description was read, ms UTC.
    pub looked_at: i64,
}

const SKU: &str = "SELECT sku, brand, model_key, row, result, words, listed, pictured, looked_at FROM platform_goods";

fn read_sku(r: &Row) -> Result<Sku> {
    Ok(Sku {
        sku: r.text(0),
        brand: r.text(1),
        model_key: r.text(2),
        row: serde_json::from_str(r.str(3)).map_err(Fail::fault)?,
        result: r.text(4),
        words: r.text(5),
        listed: r.int(6) == 1,
        pictured: r.int(7) == 1,
        looked_at: r.int(8),
    })
}

/// All skus known of a supplier.
pub async fn skus(q: &dyn Query, supplier: i64) -> Result<Vec<Sku>> {
    let sql = format!("{SKU} WHERE supplier = $1 ORDER BY sku");
    q.rows(&sql, params![supplier]).await?.iter().map(read_sku).collect()
}

/// Skus that were not taken in, for the supplier to read.
pub async fn refused(q: &dyn Query, supplier: i64, most: usize) -> Result<Vec<Sku>> {
    let sql = format!("{SKU} WHERE supplier = $1 AND result = 'refused' AND listed = 1 ORDER BY sku LIMIT $2");
    q.rows(&sql, params![supplier, most]).await?.iter().map(read_sku).collect()
}

/// Writes what is known of a sku.
pub async fn put_sku(tx: &Tx<'_>, supplier: i64, s: &Sku) -> Result<()> {
    let sql = "INSERT INTO platform_goods (supplier, sku, brand, model_key, row, result, words, listed, pictured, looked_at) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (supplier, sku) DO UPDATE SET brand = $3, model_key = $4, row = $5, \
               result = $6, words = $7, listed = $8, pictured = $9, looked_at = $10";
    let row = serde_json::to_string(&s.row).map_err(Fail::fault)?;
    let all = params![
        supplier,
        &s.sku,
        &s.brand,
        &s.model_key,
        row,
        &s.result,
        &s.words,
        i64::from(s.listed),
        i64::from(s.pictured),
        s.looked_at
    ];
    tx.run(sql, all).await?;
    Ok(())
}

/// The sku under which a supplier's platform knows goods.
pub async fn sku_of(q: &dyn Query, supplier: i64, brand: &str, model_key: &str) -> Result<Option<String>> {
    let sql =
        "SELECT sku FROM platform_goods WHERE supplier = $1 AND brand = $2 AND model_key = $3 ORDER BY sku LIMIT 1";
    Ok(q.row(sql, params![supplier, brand, model_key]).await?.map(|r| r.text(0)))
}

/// What a run brought.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Began, ms UTC.
    pub began_at: i64,
    /// Ended, ms UTC.
    pub ended_at: i64,
    /// Skus seen.
    pub goods: i64,
    /// Of them new or changed.
    pub done: i64,
    /// Of them waiting for review.
    pub waits: i64,
    /// Of them not taken.
    pub refused: i64,
    /// Taken off the shelf.
    pub off: i64,
    /// What went wrong, or empty.
    pub error: String,
}

/// Writes a run; older ones than the last hundred are dropped.
pub async fn add_run(tx: &Tx<'_>, supplier: i64, r: &Run) -> Result<i64> {
    let id = tx.id();
    let sql = "INSERT INTO platform_run (id, supplier, began_at, ended_at, goods, done, waits, refused, off, error) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)";
    let all = params![id, supplier, r.began_at, r.ended_at, r.goods, r.done, r.waits, r.refused, r.off, &r.error];
    tx.run(sql, all).await?;
    let sql = "DELETE FROM platform_run WHERE supplier = $1 AND id NOT IN \
               (SELECT id FROM platform_run WHERE supplier = $1 ORDER BY id DESC LIMIT 100)";
    tx.run(sql, params![supplier]).await?;
    Ok(id)
}

/// Runs of a supplier, newest first.
pub async fn runs(q: &dyn Query, supplier: i64, most: usize) -> Result<Vec<Run>> {
    let sql = "SELECT began_at, ended_at, goods, done, waits, refused, off, error FROM platform_run WHERE supplier = $1 \
               ORDER BY id DESC LIMIT $2";
    let read = |r: &Row| Run {
        began_at: r.int(0),
        ended_at: r.int(1),
        goods: r.int(2),
        done: r.int(3),
        waits: r.int(4),
        refused: r.int(5),
        off: r.int(6),
        error: r.text(7),
    };
    Ok(q.rows(sql, params![supplier, most]).await?.iter().map(read).collect())
}

//! Rows of notices and deals.
use kit::db::Row;
use kit::{Query, Result, Tx, params};

/// A published notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Id: the id of the journal entry it was made from.
    pub id: i64,
    /// Number, such as HT-370112-….
    pub number: String,
    /// `contract`, `cancelled`, `auction`, `auction_award`, `auction_end`,
    /// `batch`, `batch_result`, `batch_end`, `agreement`, `agreement_end`.
    pub kind: String,
    /// Region of the order.
    pub region: String,
    /// Buyer's name.
    pub unit: String,
    /// Supplier's name.
    pub supplier: String,
    /// Order id, or 0.
    pub orders: i64,
    /// Title.
    pub title: String,
    /// Amount, fen.
    pub amount: i64,
    /// Label and value pairs, in order.
    pub body: Vec<(String, String)>,
    /// Last moment to publish, ms UTC.
    pub due_at: i64,
    /// Published, ms UTC.
    pub published_at: i64,
}

impl Notice {
    /// Chinese word for the kind.
    pub fn kind_word(&self) -> &'static str {
        match self.kind.as_str() {
            "contract" => "合同公告",
            "auction" => "竞价公告",
            "auction_award" => "成交结果公告",
            "auction_end" => "竞价终止公告",
            "agreement" => "定点协议公告",
            "agreement_end" => "定点协议到期公告",
            "batch" => "批量采购征集公告",
            "batch_result" => "批量采购结果公告",
            "batch_end" => "批量采购终止公告",
            _ => "合同注销公告",
        }
    }

    /// Kind of tag that shows it.
    pub fn tone(&self) -> &'static str {
        match self.kind.as_str() {
            "contract" | "auction_award" | "batch_result" => "brand",
            "auction" | "batch" | "agreement" => "info",
            _ => "bad",
        }
    }
}

const NOTICE: &str =
    "SELECT id, number, kind, region, unit, supplier, orders, title, amount, body, due_at, published_at FROM notice";

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
    }
}

/// Publishes a notice once; a second time changes nothing.
pub async fn publish(tx: &Tx<'_>, n: &Notice) -> Result<()> {
    let body = serde_json::to_string(&n.body).map_err(kit::Fail::fault)?;
    tx.run(
        "INSERT INTO notice (id, number, kind, region, unit, supplier, orders, title, amount, body, due_at, published_at, entry) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$1) ON CONFLICT DO NOTHING",
        params![
            n.id, &n.number, &n.kind, &n.region, &n.unit, &n.supplier, n.orders, &n.title, n.amount, body, n.due_at,
            n.published_at
        ],
    )
    .await?;
    Ok(())
}

/// A deal price of one product.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Product id.
    pub product: i64,
    /// Order id.
    pub orders: i64,
    /// Region.
    pub region: String,
    /// Buyer's name.
    pub unit: String,
    /// Supplier's name.
    pub supplier: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many.
    pub quantity: i64,
    /// Contract's time, ms UTC.
    pub at: i64,
}

/// Writes a deal once.
pub async fn add_deal(tx: &Tx<'_>, entry: i64, line: i64, d: &Deal) -> Result<()> {
    tx.run(
        "INSERT INTO deal (entry, line, product, orders, region, unit, supplier, price, quantity, at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT DO NOTHING",
        params![entry, line, d.product, d.orders, &d.region, &d.unit, &d.supplier, d.price, d.quantity, d.at],
    )
    .await?;
    Ok(())
}

/// The deals of a cancelled order no longer count.
pub async fn drop_deals(tx: &Tx<'_>, orders: i64) -> Result<()> {
    tx.run("DELETE FROM deal WHERE orders = $1", params![orders]).await?;
    Ok(())
}

/// Forgets everything that can be made again from the journal.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM notice", params![]).await?;
    tx.run("DELETE FROM deal", params![]).await?;
    Ok(())
}

/// A page of notices of a region and below, newest first, and their number.
pub async fn notices(q: &dyn Query, prefix: &str, words: &str, page: usize, size: usize) -> Result<(Vec<Notice>, i64)> {
    let (region, like) = (format!("{prefix}%"), format!("%{words}%"));
    let filter =
        "region LIKE $1 AND ($2 = '%%' OR title LIKE $2 OR unit LIKE $2 OR supplier LIKE $2 OR number LIKE $2)";
    let sql = format!("{NOTICE} WHERE {filter} ORDER BY published_at DESC, id DESC LIMIT $3 OFFSET $4");
    let found = q.rows(&sql, params![&region, &like, size, (page - 1) * size]).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM notice WHERE {filter}"), params![&region, &like]).await?.int(0);
    Ok((found.iter().map(read).collect(), total))
}

/// A notice by id.
pub async fn notice(q: &dyn Query, id: i64) -> Result<Notice> {
    Ok(read(&q.one(&format!("{NOTICE} WHERE id = $1"), params![id]).await?))
}

/// Deals of a product (0 for all) in a region and below, newest first.
pub async fn deals(q: &dyn Query, product: i64, prefix: &str, page: usize, size: usize) -> Result<(Vec<Deal>, i64)> {
    let region = format!("{prefix}%");
    let filter = "region LIKE $1 AND ($2 = 0 OR product = $2)";
    let sql = format!(
        "SELECT product, orders, region, unit, supplier, price, quantity, at FROM deal WHERE {filter} \
         ORDER BY at DESC, entry DESC, line LIMIT $3 OFFSET $4"
    );
    let found = q.rows(&sql, params![&region, product, size, (page - 1) * size]).await?;
    let total = q.one(&format!("SELECT COUNT(*) FROM deal WHERE {filter}"), params![&region, product]).await?.int(0);
    let read = |r: &Row| Deal {
        product: r.int(0),
        orders: r.int(1),
        region: r.text(2),
        unit: r.text(3),
        supplier: r.text(4),
        price: r.int(5),
        quantity: r.int(6),
        at: r.int(7),
    };
    Ok((found.iter().map(read).collect(), total))
}

/// Titles of products by id.
pub async fn titles(q: &dyn Query, ids: &[i64]) -> Result<std::collections::HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(Default::default());
    }
    let sql = format!("SELECT id, title FROM product WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let ids: Vec<_> = ids.iter().map(kit::db::Val::from).collect();
    Ok(q.rows(&sql, &ids).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Prices paid for a product since a time, at most so many of the newest.
pub async fn paid(q: &dyn Query, product: i64, since: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT price FROM deal WHERE product = $1 AND at >= $2 ORDER BY at DESC LIMIT $3";
    Ok(q.rows(sql, params![product, since, most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Mean price paid for each product of an area between two times: second-level category, product, fen.
pub async fn means(q: &dyn Query, prefix: &str, from: i64, to: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT SUBSTR(p.category, 1, 5), d.product, CAST(SUM(d.price * d.quantity) / SUM(d.quantity) AS BIGINT) \
               FROM deal d JOIN product p ON p.id = d.product WHERE d.at >= $1 AND d.at < $2 AND d.region LIKE $3 AND d.quantity > 0 \
               GROUP BY SUBSTR(p.category, 1, 5), d.product";
    let found = q.rows(sql, params![from, to, format!("{prefix}%")]).await?;
    Ok(found.iter().map(|r| (r.text(0), r.int(1), r.int(2))).collect())
}

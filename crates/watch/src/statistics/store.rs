//! Rows of what is counted, and what the journal does not say of an order because it never changes.
use kit::db::{Row, Val};
use kit::{Query, Result, Tx, params};
use rules::calendar::Day;
use rules::statistics::{Clock, Deal, End, Part};
use std::collections::HashMap;

/// An order as it is kept.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Order id.
    pub orders: i64,
    /// Newest journal number that changed it.
    pub seq: i64,
    /// Journal number since which it counts.
    pub since: i64,
    /// Journal number with which it stopped counting, or 0.
    pub gone: i64,
    /// Its notice.
    pub notice: i64,
    /// Day of the contract.
    pub day: Day,
    /// Region of the unit.
    pub region: String,
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Size of the supplier.
    pub size: String,
    /// Quotes, where suppliers compete.
    pub quotes: Option<i64>,
    /// Amount, fen.
    pub amount: i64,
    /// Accepted and kept, fen.
    pub accepted: i64,
    /// Paid, fen.
    pub paid: i64,
    /// Deadlines in the order of [`rules::statistics::CLOCKS`].
    pub clocks: [Clock; 4],
}

/// What is changed of it by an entry.
pub struct Change<'a> {
    /// Number of the entry.
    pub seq: i64,
    /// As it is now.
    pub c: &'a Counted,
}

const COLUMNS: &str = "d.orders, d.seq, d.since, d.gone, d.notice, d.day, d.region, d.unit, d.supplier, d.mode, d.form, d.size, d.quotes, \
                       d.amount, d.accepted, d.paid, d.publish_due, d.publish_end, d.deliver_due, d.deliver_end, d.accept_due, d.accept_end, \
                       d.pay_due, d.pay_end";

fn clock(r: &Row, at: usize) -> Clock {
    let end = match r.int(at + 1) {
        1 => End::Kept,
        2 => End::Late,
        _ => End::Open,
    };
    Clock { due: u32::try_from(r.int(at)).unwrap_or(0), end }
}

fn read(r: &Row) -> Counted {
    Counted {
        orders: r.int(0),
        seq: r.int(1),
        since: r.int(2),
        gone: r.int(3),
        notice: r.int(4),
        day: r.int(5) as Day,
        region: r.text(6),
        unit: r.int(7),
        supplier: r.int(8),
        mode: r.text(9),
        form: r.text(10),
        size: r.text(11),
        quotes: r.opt_int(12),
        amount: r.int(13),
        accepted: r.int(14),
        paid: r.int(15),
        clocks: [clock(r, 16), clock(r, 18), clock(r, 20), clock(r, 22)],
    }
}

fn pair(c: Clock) -> [i64; 2] {
    [i64::from(c.due), c.end as i64]
}

/// Writes an order that begins to count.
pub async fn add(tx: &Tx<'_>, c: &Counted) -> Result<()> {
    let sql = "INSERT INTO stat_deal (orders, seq, since, gone, notice, day, region, unit, supplier, mode, form, size, quotes, amount, accepted, \
               paid, publish_due, publish_end, deliver_due, deliver_end, accept_due, accept_end, pay_due, pay_end) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24)";
    let mut all: Vec<Val> = params![
        c.orders,
        c.seq,
        c.since,
        c.gone,
        c.notice,
        i64::from(c.day),
        &c.region,
        c.unit,
        c.supplier,
        &c.mode,
        &c.form,
        &c.size,
        c.quotes,
        c.amount,
        c.accepted,
        c.paid
    ]
    .to_vec();
    all.extend(c.clocks.into_iter().flat_map(pair).map(Val::from));
    tx.run(sql, &all).await?;
    Ok(())
}

/// Writes what has changed.
pub async fn save(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let c = change.c;
    let sql = "UPDATE stat_deal SET seq = $2, gone = $3, accepted = $4, paid = $5, publish_due = $6, publish_end = $7, deliver_due = $8, \
               deliver_end = $9, accept_due = $10, accept_end = $11, pay_due = $12, pay_end = $13 WHERE orders = $1";
    let mut all: Vec<Val> = params![c.orders, change.seq, c.gone, c.accepted, c.paid].to_vec();
    all.extend(c.clocks.into_iter().flat_map(pair).map(Val::from));
    tx.must(sql, &all).await?;
    if c.gone != 0 {
        tx.run("UPDATE stat_line SET gone = $2 WHERE orders = $1", params![c.orders, c.gone]).await?;
    }
    Ok(())
}

/// An order that counts or counted.
pub async fn one(q: &dyn Query, order: i64) -> Result<Option<Counted>> {
    let sql = format!("SELECT {COLUMNS} FROM stat_deal d WHERE d.orders = $1");
    Ok(q.row(&sql, params![order]).await?.map(|r| read(&r)))
}

/// Some orders by id.
pub async fn some(q: &dyn Query, orders: &[i64]) -> Result<HashMap<i64, Counted>> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Val> = orders.iter().map(Val::from).collect();
    let sql = format!("SELECT {COLUMNS} FROM stat_deal d WHERE d.orders IN ({})", kit::text::marks(1, ids.len()));
    Ok(q.rows(&sql, &ids).await?.iter().map(|r| (r.int(0), read(r))).collect())
}

/// Forgets everything that can be made again from the journal.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM stat_line", params![]).await?;
    tx.run("DELETE FROM stat_deal", params![]).await?;
    Ok(())
}

/// The position of the projection and the rows that changed after a number, as they are at that position: one statement sees
/// one moment.
pub async fn after(q: &dyn Query, projection: &str, seq: i64, most: usize) -> Result<(i64, Vec<Counted>)> {
    let sql = format!(
        "SELECT {COLUMNS}, p.seq FROM projection p LEFT JOIN stat_deal d ON d.seq > $2 WHERE p.name = $1 ORDER BY d.seq LIMIT $3"
    );
    let found = q.rows(&sql, params![projection, seq, most]).await?;
    let position = found.first().map_or(0, |r| r.int(24));
    Ok((position, found.iter().filter(|r| r.opt_int(0).is_some()).map(read).collect()))
}

/// Lines of some orders.
pub async fn parts(q: &dyn Query, orders: &[i64]) -> Result<HashMap<i64, Vec<Part>>> {
    let mut out: HashMap<i64, Vec<Part>> = HashMap::new();
    if orders.is_empty() {
        return Ok(out);
    }
    let ids: Vec<Val> = orders.iter().map(Val::from).collect();
    let sql = format!(
        "SELECT orders, category, fund, venues, product, quantity, amount, list, market, paid, ceiling FROM stat_line \
         WHERE orders IN ({}) ORDER BY orders, line",
        kit::text::marks(1, ids.len())
    );
    for r in q.rows(&sql, &ids).await? {
        out.entry(r.int(0)).or_default().push(Part {
            category: r.text(1),
            fund: r.text(2),
            venues: r.str(3).split_whitespace().map(str::to_owned).collect(),
            product: r.int(4),
            quantity: r.int(5),
            amount: r.int(6),
            base: [r.int(7), r.int(8), r.int(9), r.int(10)],
        });
    }
    Ok(out)
}

impl Counted {
    /// As the cube takes it.
    pub fn deal(&self, lines: Vec<Part>) -> Deal {
        Deal {
            order: self.orders,
            day: self.day,
            region: self.region.clone(),
            unit: self.unit,
            supplier: self.supplier,
            mode: self.mode.clone(),
            form: self.form.clone(),
            size: self.size.clone(),
            quotes: self.quotes.and_then(|n| u32::try_from(n).ok()),
            clocks: self.clocks,
            accepted: self.accepted,
            paid: self.paid,
            gone: self.gone != 0,
            lines,
        }
    }
}

/// What never changes of an order.
pub struct Order {
    /// Unit.
    pub unit: i64,
    /// Supplier.
    pub supplier: i64,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Did a procedure lead to it?
    pub project: bool,
    /// Kind of the procedure and its id.
    procedure: Option<(String, i64)>,
    /// The procedure's ceiling, or 0.
    pub ceiling: i64,
}

/// An order by id.
pub async fn order(q: &dyn Query, id: i64) -> Result<Option<Order>> {
    let sql = "SELECT o.unit, o.supplier, o.mode, o.form, p.kind, p.id, p.ceiling FROM orders o LEFT JOIN project p ON p.id = o.project \
               WHERE o.id = $1";
    Ok(q.row(sql, params![id]).await?.map(|r| Order {
        unit: r.int(0),
        supplier: r.int(1),
        mode: r.text(2),
        form: r.text(3),
        project: r.opt_int(5).is_some(),
        procedure: r.opt_text(4).zip(r.opt_int(5)),
        ceiling: r.opt_int(6).unwrap_or(0),
    }))
}

/// How many suppliers quoted in the procedure of an order; None where nobody competes.
pub async fn quotes(q: &dyn Query, o: &Order) -> Result<Option<i64>> {
    let (sql, id) = match &o.procedure {
        Some((kind, id)) if kind == "auction" => {
            ("SELECT COUNT(DISTINCT supplier) FROM auction_quote WHERE auction = $1", *id)
        }
        // Several were invited to this service; a single one was chosen, not compared.
        Some((kind, id)) if kind == "job" => (
            "SELECT CASE WHEN COUNT(*) < 2 THEN NULL ELSE SUM(CASE WHEN state <> 'invited' THEN 1 ELSE 0 END) END \
             FROM job_quote WHERE job = $1",
            *id,
        ),
        _ => return Ok(None),
    };
    Ok(q.one(sql, params![id]).await?.opt_int(0))
}

/// A line of an order.
pub struct OrderLine {
    category: String,
    fund: String,
    /// Product, or 0.
    pub product: i64,
    /// How many.
    pub quantity: i64,
    price: i64,
    /// Price on the shelf, fen.
    pub listed: i64,
}

impl OrderLine {
    /// Amount, fen.
    pub fn amount(&self) -> i64 {
        self.price * self.quantity
    }
}

/// Lines of an order.
pub async fn lines(q: &dyn Query, order: i64) -> Result<Vec<OrderLine>> {
    let sql = "SELECT l.category, b.fund, l.product, l.quantity, l.price, l.listed_price FROM order_line l JOIN budget_line b ON b.id = l.budget \
               WHERE l.orders = $1 ORDER BY l.id";
    let read = |r: &Row| OrderLine {
        category: base::facts::second_level(r.str(0)).to_owned(),
        fund: r.text(1),
        product: r.int(2),
        quantity: r.int(3),
        price: r.int(4),
        listed: r.int(5),
    };
    Ok(q.rows(sql, params![order]).await?.iter().map(read).collect())
}

/// What a line would have cost otherwise, and its venues.
pub struct Line {
    /// By the price on the shelf, fen, or 0.
    pub list: i64,
    /// By what the market asked, fen, or 0.
    pub market: i64,
    /// By what was paid before, fen, or 0.
    pub paid: i64,
    /// By the ceiling of its procedure, fen, or 0.
    pub ceiling: i64,
    /// Keys of venues, separated by spaces.
    pub venues: String,
}

/// Writes a line.
pub async fn add_line(tx: &Tx<'_>, c: &Counted, n: i64, l: &OrderLine, line: &Line) -> Result<()> {
    let sql = "INSERT INTO stat_line (orders, line, category, fund, venues, product, quantity, amount, list, market, paid, ceiling, day, \
               since, gone) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)";
    let all = params![
        c.orders,
        n,
        &l.category,
        &l.fund,
        &line.venues,
        l.product,
        l.quantity,
        l.amount(),
        line.list,
        line.market,
        line.paid,
        line.ceiling,
        i64::from(c.day),
        c.since,
        c.gone
    ];
    tx.run(sql, all).await?;
    Ok(())
}

/// Prices paid for a product by orders that counted when an entry was written, from a day on, at most so many of the newest.
pub async fn paid(q: &dyn Query, product: i64, seq: i64, day: Day, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT amount / quantity FROM stat_line WHERE product = $1 AND since < $2 AND (gone = 0 OR gone > $2) AND day >= $3 \
               ORDER BY orders DESC, line DESC LIMIT $4";
    Ok(q.rows(sql, params![product, seq, i64::from(day), most]).await?.iter().map(|r| r.int(0)).collect())
}

/// Budget of a year in an area: granted and spent, fen, by unit.
pub async fn budgets(q: &dyn Query, region: &str, unit: i64, year: i64) -> Result<Vec<(i64, i64, i64, i64)>> {
    let sql = "SELECT org, CAST(SUM(granted) AS BIGINT), CAST(SUM(frozen) AS BIGINT), CAST(SUM(spent) AS BIGINT) FROM budget_line \
               WHERE year = $1 AND region LIKE $2 AND ($3 = 0 OR org = $3) GROUP BY org ORDER BY org";
    let found = q.rows(sql, params![year, format!("{region}%"), unit]).await?;
    Ok(found.iter().map(|r| (r.int(0), r.int(1), r.int(2), r.int(3))).collect())
}

/// Numbers and titles of orders.
pub async fn numbers(q: &dyn Query, orders: &[i64]) -> Result<HashMap<i64, String>> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Val> = orders.iter().map(Val::from).collect();
    let sql = format!("SELECT id, number FROM orders WHERE id IN ({})", kit::text::marks(1, ids.len()));
    Ok(q.rows(&sql, &ids).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

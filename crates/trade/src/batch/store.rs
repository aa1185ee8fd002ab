//! Rows of rounds, packages, demands, offers and pools.
use crate::projects::Project;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::auction::Demand;
use rules::batch::round::State;
use rules::calendar::Day;
use serde_json::Value;

/// A round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Id.
    pub id: i64,
    /// Number for people.
    pub number: String,
    /// Area: this region and all below it.
    pub region: String,
    /// Centre that holds it.
    pub centre: i64,
    /// Category code.
    pub category: String,
    /// Title.
    pub title: String,
    /// First day, days since 1970.
    pub opens_on: Day,
    /// Last day for demand.
    pub due_on: Day,
    /// `auction` or `discount`.
    pub method: String,
    /// At most so many winners a package.
    pub winners: i64,
    /// Where it stands.
    pub state: State,
    /// Version; every change counts it up.
    pub version: i64,
    /// Last reason given.
    pub note: String,
    /// End of the offers, ms UTC; 0 before.
    pub until: i64,
    /// Person of the centre who opened it.
    pub made_by: i64,
}

const ROUND: &str = "SELECT id, number, region, centre, category, title, opens_on, due_on, method, winners, state, version, note, until_at, \
                     made_by FROM batch_round";

fn read(r: &Row) -> Result<Round> {
    Ok(Round {
        id: r.int(0),
        number: r.text(1),
        region: r.text(2),
        centre: r.int(3),
        category: r.text(4),
        title: r.text(5),
        opens_on: r.int(6) as Day,
        due_on: r.int(7) as Day,
        method: r.text(8),
        winners: r.int(9),
        state: State::of(r.str(10))
            .ok_or_else(|| Fail::Fault(format!("round {} is in state {}", r.int(0), r.str(10))))?,
        version: r.int(11),
        note: r.text(12),
        until: r.int(13),
        made_by: r.int(14),
    })
}

/// A round.
pub async fn round(q: &dyn Query, id: i64) -> Result<Round> {
    read(&q.one(&format!("{ROUND} WHERE id = $1"), params![id]).await?)
}

/// Rounds of an area or of the areas above it, newest first.
pub async fn rounds(q: &dyn Query, path: &[&str], below: &str, limit: usize) -> Result<Vec<Round>> {
    let marks = kit::text::marks(3, path.len());
    let sql = format!("{ROUND} WHERE region IN ({marks}) OR region LIKE $1 ORDER BY id DESC LIMIT $2");
    let mut all: Vec<Val> = vec![format!("{below}%").into(), limit.into()];
    all.extend(path.iter().map(|p| Val::from(*p)));
    q.rows(&sql, &all).await?.iter().map(read).collect()
}

/// Rounds that something is due for: the due day is over, or the offers are.
pub async fn due(q: &dyn Query, today: Day, now: i64) -> Result<Vec<Round>> {
    let sql = format!(
        "{ROUND} WHERE (state = 'collecting' AND due_on < $1) OR (state = 'offering' AND until_at <= $2) ORDER BY id LIMIT 20"
    );
    q.rows(&sql, params![i64::from(today), now]).await?.iter().map(read).collect()
}

/// Categories with a round that collects demand now for one of these regions.
pub async fn open_categories(q: &dyn Query, path: &[&str], today: Day) -> Result<Vec<(String, i64)>> {
    let marks = kit::text::marks(2, path.len());
    let sql = format!(
        "SELECT category, id FROM batch_round WHERE state = 'collecting' AND due_on >= $1 AND region IN ({marks})"
    );
    let mut all: Vec<Val> = vec![i64::from(today).into()];
    all.extend(path.iter().map(|p| Val::from(*p)));
    Ok(q.rows(&sql, &all).await?.iter().map(|r| (r.text(0), r.int(1))).collect())
}

/// Writes a new round.
pub async fn add_round(tx: &Tx<'_>, r: &Round) -> Result<()> {
    tx.run(
        "INSERT INTO batch_round (id, number, region, centre, category, title, opens_on, due_on, method, winners, state, version, note, \
         until_at, made_by, made_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,1,'',0,$12,$13)",
        params![
            r.id, &r.number, &r.region, r.centre, &r.category, &r.title, i64::from(r.opens_on), i64::from(r.due_on), &r.method, r.winners, r.state.key(),
            r.made_by, tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// Writes a round's movable parts back, if nobody changed it meanwhile.
pub async fn save_round(tx: &Tx<'_>, r: &mut Round) -> Result<()> {
    let n = tx
        .run(
            "UPDATE batch_round SET state = $3, note = $4, until_at = $5, version = version + 1 WHERE id = $1 AND version = $2",
            params![r.id, r.version, r.state.key(), &r.note, r.until],
        )
        .await?;
    if n == 1 {
        r.version += 1;
        return Ok(());
    }
    Err(Fail::refuse("batch.changed", "这一批刚刚被别人办理过，请刷新页面。"))
}

/// A configuration package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Id.
    pub id: i64,
    /// Round.
    pub round: i64,
    /// Title.
    pub title: String,
    /// Unit of count.
    pub measure: String,
    /// What the goods must have.
    pub demands: Vec<Demand>,
    /// Product it was made from; the shelf price is that product's.
    pub product: i64,
    /// Shelf price of one when the package was made, fen.
    pub shelf: i64,
    /// No more than this for one, fen.
    pub ceiling: i64,
}

fn read_package(r: &Row) -> Result<Package> {
    let demands: Value = serde_json::from_str(r.str(4)).map_err(Fail::fault)?;
    Ok(Package {
        id: r.int(0),
        round: r.int(1),
        title: r.text(2),
        measure: r.text(3),
        demands: crate::auctions::demands_of(&demands),
        product: r.int(5),
        shelf: r.int(6),
        ceiling: r.int(7),
    })
}

const PACKAGE: &str = "SELECT id, round, title, measure, demands, product, shelf_price, ceiling FROM batch_package";

/// Packages of a round.
pub async fn packages(q: &dyn Query, round: i64) -> Result<Vec<Package>> {
    q.rows(&format!("{PACKAGE} WHERE round = $1 ORDER BY id"), params![round]).await?.iter().map(read_package).collect()
}

/// Packages of a round with the most that one may cost, fen.
pub async fn prices(q: &dyn Query, round: i64) -> Result<Vec<(i64, i64)>> {
    Ok(packages(q, round).await?.into_iter().map(|p| (p.id, p.ceiling)).collect())
}

/// A package.
pub async fn package(q: &dyn Query, id: i64) -> Result<Package> {
    read_package(&q.one(&format!("{PACKAGE} WHERE id = $1"), params![id]).await?)
}

/// Writes a package.
pub async fn add_package(tx: &Tx<'_>, p: &Package) -> Result<()> {
    tx.run(
        "INSERT INTO batch_package (id, round, title, measure, demands, product, shelf_price, ceiling) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        params![
            p.id, p.round, &p.title, &p.measure, crate::auctions::demands_json(&p.demands).to_string(), p.product, p.shelf, p.ceiling
        ],
    )
    .await?;
    Ok(())
}

/// Writes what a demand adds to its project.
pub async fn add_demand(tx: &Tx<'_>, id: i64, round: i64, package: i64) -> Result<()> {
    let sql = "INSERT INTO batch_demand (id, round, package, reviewer, orders) VALUES ($1,$2,$3,NULL,NULL)";
    tx.run(sql, params![id, round, package]).await?;
    Ok(())
}

/// Round and package of a demand.
pub async fn demand(q: &dyn Query, id: i64) -> Result<(i64, i64)> {
    let r = q.one("SELECT round, package FROM batch_demand WHERE id = $1", params![id]).await?;
    Ok((r.int(0), r.int(1)))
}

/// Moves a demand to another round.
pub async fn move_demand(tx: &Tx<'_>, id: i64, round: i64, package: i64) -> Result<()> {
    tx.must("UPDATE batch_demand SET round = $2, package = $3 WHERE id = $1", params![id, round, package]).await?;
    Ok(())
}

/// Demands of a round: project and package.
pub async fn demands(q: &dyn Query, round: i64) -> Result<Vec<(Project, i64)>> {
    let found = q.rows("SELECT id, package FROM batch_demand WHERE round = $1 ORDER BY id", params![round]).await?;
    let ids: Vec<i64> = found.iter().map(|r| r.int(0)).collect();
    let mut projects = crate::projects::store::some(q, &ids).await?;
    projects.sort_by_key(|p| p.id);
    Ok(projects.into_iter().zip(found.iter().map(|r| r.int(1))).collect())
}

/// Demands that wait for a supervising unit's review; `centre` also gets those of units without one in its area.
pub async fn to_review(q: &dyn Query, org: i64, centre: Option<&str>, limit: usize) -> Result<Vec<i64>> {
    let sql = "SELECT p.id FROM project p JOIN org g ON g.id = p.unit WHERE p.kind = 'demand' AND p.state = 'submitted' \
               AND (g.parent = $1 OR ($2 = 1 AND g.parent IS NULL AND p.region LIKE $3)) ORDER BY p.id LIMIT $4";
    let like = format!("{}%", centre.unwrap_or_default());
    let found = q.rows(sql, params![org, i64::from(centre.is_some()), like, limit]).await?;
    Ok(found.iter().map(|r| r.int(0)).collect())
}

/// A supplier's offer for a package.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Who.
    pub supplier: i64,
    /// Price of one, fen; 0 while sealed.
    pub price: i64,
    /// How many at most; 0 while sealed.
    pub most: i64,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// How many were awarded to it.
    pub awarded: i64,
    /// The seal.
    pub sealed: Vec<u8>,
    /// When, ms UTC.
    pub at: i64,
}

/// Offers for a package, earliest first.
pub async fn offers(q: &dyn Query, package: i64) -> Result<Vec<Offered>> {
    let sql = "SELECT supplier, COALESCE(price, 0), COALESCE(most, 0), brand, model, awarded, sealed, at FROM batch_offer \
               WHERE package = $1 ORDER BY at, supplier";
    let read = |r: &Row| Offered {
        supplier: r.int(0),
        price: r.int(1),
        most: r.int(2),
        brand: r.text(3),
        model: r.text(4),
        awarded: r.int(5),
        sealed: r.bytes(6),
        at: r.int(7),
    };
    Ok(q.rows(sql, params![package]).await?.iter().map(read).collect())
}

/// Writes an offer; a later one of the same supplier replaces it.
pub async fn put_offer(tx: &Tx<'_>, package: i64, o: &Offered) -> Result<()> {
    tx.run(
        "INSERT INTO batch_offer (package, supplier, price, most, brand, model, awarded, sealed, at) VALUES ($1,$2,NULL,NULL,$3,$4,0,$5,$6) \
         ON CONFLICT (package, supplier) DO UPDATE SET brand = $3, model = $4, sealed = $5, at = $6",
        params![package, o.supplier, &o.brand, &o.model, o.sealed.clone(), o.at],
    )
    .await?;
    Ok(())
}

/// Writes what was in an offer's seal.
pub async fn open_offer(tx: &Tx<'_>, package: i64, supplier: i64, price: i64, most: i64) -> Result<()> {
    let sql = "UPDATE batch_offer SET price = $3, most = $4 WHERE package = $1 AND supplier = $2";
    tx.must(sql, params![package, supplier, price, most]).await
}

/// Writes how many an offer won.
pub async fn award_offer(tx: &Tx<'_>, package: i64, supplier: i64, quantity: i64) -> Result<()> {
    let sql = "UPDATE batch_offer SET awarded = awarded + $3 WHERE package = $1 AND supplier = $2";
    tx.must(sql, params![package, supplier, quantity]).await
}

/// Products that carts of several units of an area hold: product, units.
pub async fn in_carts(q: &dyn Query, prefix: &str, person: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT o.product, COUNT(DISTINCT n.org) FROM cart_line c JOIN offer o ON o.id = c.offer JOIN person n ON n.id = c.person \
               JOIN org g ON g.id = n.org WHERE g.region LIKE $1 AND o.product IN \
               (SELECT o2.product FROM cart_line c2 JOIN offer o2 ON o2.id = c2.offer WHERE c2.person = $2) \
               GROUP BY o.product HAVING COUNT(DISTINCT n.org) > 1 ORDER BY o.product";
    Ok(q.rows(sql, params![format!("{prefix}%"), person]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// How many of a product a person's cart holds.
pub async fn cart_quantity(q: &dyn Query, person: i64, product: i64) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(c.quantity), 0) AS BIGINT) FROM cart_line c JOIN offer o ON o.id = c.offer \
               WHERE c.person = $1 AND o.product = $2";
    Ok(q.one(sql, params![person, product]).await?.int(0))
}

/// The running proposal for a product in an area, made when there is none.
pub async fn pool(tx: &Tx<'_>, region: &str, product: i64, title: &str, until: i64) -> Result<i64> {
    let sql = "SELECT id FROM pool WHERE region = $1 AND product = $2 AND until_at > $3 ORDER BY id DESC LIMIT 1";
    if let Some(r) = tx.row(sql, params![region, product, tx.now()]).await? {
        return Ok(r.int(0));
    }
    let id = tx.id();
    let sql = "INSERT INTO pool (id, region, product, title, made_at, until_at) VALUES ($1,$2,$3,$4,$5,$6)";
    tx.run(sql, params![id, region, product, title, tx.now(), until]).await?;
    Ok(id)
}

/// Writes a unit's answer to a proposal.
pub async fn answer_pool(tx: &Tx<'_>, pool: i64, unit: i64, person: i64, quantity: i64, yes: bool) -> Result<()> {
    tx.run(
        "INSERT INTO pool_member (pool, unit, person, quantity, answer, at) VALUES ($1,$2,$3,$4,$5,$6) \
         ON CONFLICT (pool, unit) DO UPDATE SET answer = $5, quantity = $4, person = $3, at = $6",
        params![pool, unit, person, quantity, if yes { "yes" } else { "no" }, tx.now()],
    )
    .await?;
    Ok(())
}

/// Units that agreed to a proposal, with quantities.
pub async fn agreed(q: &dyn Query, pool: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT unit, quantity FROM pool_member WHERE pool = $1 AND answer = 'yes' ORDER BY unit";
    Ok(q.rows(sql, params![pool]).await?.iter().map(|r| (r.int(0), r.int(1))).collect())
}

/// A unit's own answer for a product in an area: the proposal and the answer.
pub async fn own_answer(q: &dyn Query, region: &str, product: i64, unit: i64, now: i64) -> Result<Option<(i64, bool)>> {
    let sql = "SELECT p.id, m.answer FROM pool p JOIN pool_member m ON m.pool = p.id WHERE p.region = $1 AND p.product = $2 \
               AND m.unit = $3 AND p.until_at > $4 ORDER BY p.id DESC LIMIT 1";
    Ok(q.row(sql, params![region, product, unit, now]).await?.map(|r| (r.int(0), r.str(1) == "yes")))
}

/// What a supplier delivers of one package of a round, over all units.
pub struct Awarded {
    /// Title of the package.
    pub package: String,
    /// Unit of count.
    pub measure: String,
    /// Price on the shelf then, fen.
    pub shelf: i64,
    /// Supplier's name.
    pub supplier: String,
    /// Brand and model delivered.
    pub brand: String,
    /// See `brand`.
    pub model: String,
    /// Price of one, fen.
    pub price: i64,
    /// How many in all.
    pub quantity: i64,
}

/// What came of a round, by package and supplier; orders with secret clauses are left out.
pub async fn awards(q: &dyn Query, round: i64) -> Result<Vec<Awarded>> {
    let sql = "SELECT k.title, k.measure, k.shelf_price, g.name, l.brand, l.model, l.price, CAST(SUM(l.quantity) AS BIGINT) \
               FROM batch_demand d JOIN batch_package k ON k.id = d.package JOIN orders o ON o.project = d.id AND o.secret = '' \
               JOIN order_line l ON l.orders = o.id JOIN org g ON g.id = o.supplier WHERE d.round = $1 \
               GROUP BY k.id, k.title, k.measure, k.shelf_price, g.id, g.name, l.brand, l.model, l.price ORDER BY k.id, l.price, g.id";
    let read = |r: &Row| Awarded {
        package: r.text(0),
        measure: r.text(1),
        shelf: r.int(2),
        supplier: r.text(3),
        brand: r.text(4),
        model: r.text(5),
        price: r.int(6),
        quantity: r.int(7),
    };
    Ok(q.rows(sql, params![round]).await?.iter().map(read).collect())
}

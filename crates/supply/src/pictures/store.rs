//! Rows of pictures.
use kit::db::{Row, Val};
use kit::picture::Tidy;
use kit::{Query, Result, Tx, params};

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct Goods {
    /// Brand.
    pub brand: String,
    /// Model as written.
    pub model: String,
    /// Its key.
    pub key: String,
    /// Category.
    pub category: String,
}

/// Is a picture shown?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has looked.
    Waiting,
    /// Shown.
    Shown,
    /// Not taken.
    Refused,
    /// Was shown.
    Removed,
}

impl State {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Shown => "shown",
            State::Refused => "refused",
            State::Removed => "removed",
        }
    }

    fn of(key: &str) -> State {
        match key {
            "waiting" => State::Waiting,
            "shown" => State::Shown,
            "refused" => State::Refused,
            _ => State::Removed,
        }
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            State::Waiting => "待审核",
            State::Shown => "展示中",
            State::Refused => "未通过",
            State::Removed => "已撤下",
        }
    }
}

/// A picture of goods.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Id.
    pub id: i64,
    /// What it shows.
    pub goods: Goods,
    /// Digest.
    pub digest: String,
    /// Who brought it.
    pub supplier: i64,
    /// State.
    pub state: State,
    /// Why it is not shown.
    pub reason: String,
    /// Its 64 bits.
    pub print: u64,
}

const PICTURE: &str = "SELECT g.id, g.brand, g.model, g.model_key, g.category, g.digest, g.supplier, g.state, g.reason, p.print \
                       FROM goods_picture g JOIN picture p ON p.digest = g.digest";

fn read(r: &Row) -> Picture {
    Picture {
        id: r.int(0),
        goods: Goods { brand: r.text(1), model: r.text(2), key: r.text(3), category: r.text(4) },
        digest: r.text(5),
        supplier: r.int(6),
        state: State::of(r.str(7)),
        reason: r.text(8),
        print: r.int(9) as u64,
    }
}

/// A picture of goods.
pub async fn one(q: &dyn Query, id: i64) -> Result<Picture> {
    Ok(read(&q.one(&format!("{PICTURE} WHERE g.id = $1"), params![id]).await?))
}

/// Pictures of goods, oldest first.
pub async fn of_goods(q: &dyn Query, brand: &str, key: &str) -> Result<Vec<Picture>> {
    let sql = format!("{PICTURE} WHERE g.brand = $1 AND g.model_key = $2 ORDER BY g.id");
    Ok(q.rows(&sql, params![brand, key]).await?.iter().map(read).collect())
}

const ON_SHELF: &str = "EXISTS (SELECT 1 FROM product t WHERE t.brand = g.brand AND t.model_key = g.model_key)";

/// Pictures nobody has looked at of goods that are on the shelf, oldest first.
pub async fn queue(q: &dyn Query, most: usize) -> Result<Vec<Picture>> {
    let sql = format!("{PICTURE} WHERE g.state = 'waiting' AND {ON_SHELF} ORDER BY g.id LIMIT $1");
    Ok(q.rows(&sql, params![most]).await?.iter().map(read).collect())
}

/// How many of them there are.
pub async fn waiting(q: &dyn Query) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM goods_picture g WHERE g.state = 'waiting' AND {ON_SHELF}");
    Ok(q.one(&sql, params![]).await?.int(0))
}

/// Keeps a picture, once.
pub async fn keep(tx: &Tx<'_>, digest: &str, t: &Tidy) -> Result<()> {
    let sql = "INSERT INTO picture (digest, width, height, print, large, small, made_at) VALUES ($1,$2,$3,$4,$5,$6,$7) \
               ON CONFLICT (digest) DO NOTHING";
    let (w, h) = (i64::from(t.width), i64::from(t.height));
    let n = tx.run(sql, params![digest, w, h, t.print as i64, t.large.clone(), t.small.clone(), tx.now()]).await?;
    if n == 1 {
        let piece = |(place, value): (i64, i64)| params![place, value, digest].to_vec();
        let rows: Vec<Vec<Val>> = pieces(t.print).into_iter().map(piece).collect();
        tx.run_many("INSERT INTO picture_piece (place, value, digest) VALUES ($1,$2,$3)", &rows).await?;
    }
    Ok(())
}

fn pieces(print: u64) -> Vec<(i64, i64)> {
    print.to_be_bytes().iter().enumerate().map(|(place, value)| (place as i64, i64::from(*value))).collect()
}

/// Says what a picture shows; None when that was said before. What was refused or removed may be brought again.
pub async fn add(tx: &Tx<'_>, g: &Goods, digest: &str, supplier: i64, person: i64) -> Result<Option<i64>> {
    let id = tx.id();
    let sql = "INSERT INTO goods_picture (id, brand, model, model_key, category, digest, supplier, state, reason, made_by, made_at) \
               VALUES ($1,$2,$3,$4,$5,$6,$7,'waiting','',$8,$9) ON CONFLICT (brand, model_key, digest) DO UPDATE \
               SET state = 'waiting', reason = '', supplier = $7, made_by = $8, made_at = $9 \
               WHERE goods_picture.state IN ('refused', 'removed')";
    let all = params![id, &g.brand, &g.model, &g.key, &g.category, digest, supplier, person, tx.now()];
    if tx.run(sql, all).await? == 0 {
        return Ok(None);
    }
    let sql = "SELECT id FROM goods_picture WHERE brand = $1 AND model_key = $2 AND digest = $3";
    Ok(Some(tx.one(sql, params![&g.brand, &g.key, digest]).await?.int(0)))
}

/// Decides; false when it is not in that state.
pub async fn decide(tx: &Tx<'_>, id: i64, from: State, to: State, reason: &str, person: i64) -> Result<bool> {
    let sql = "UPDATE goods_picture SET state = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1 AND state = $2";
    Ok(tx.run(sql, params![id, from.key(), to.key(), reason, person, tx.now()]).await? == 1)
}

/// Writes which pictures a product shows; returns the product if its goods are on the shelf.
pub async fn show(tx: &Tx<'_>, brand: &str, key: &str) -> Result<Option<i64>> {
    let all = of_goods(tx, brand, key).await?;
    let shown: Vec<&str> = all.iter().filter(|p| p.state == State::Shown).map(|p| p.digest.as_str()).collect();
    let sql = "UPDATE product SET pictures = $3 WHERE brand = $1 AND model_key = $2";
    tx.run(sql, params![brand, key, shown.join(" ")]).await?;
    let sql = "SELECT id FROM product WHERE brand = $1 AND model_key = $2";
    Ok(tx.row(sql, params![brand, key]).await?.map(|r| r.int(0)))
}

/// The bytes of a picture.
pub async fn bytes(q: &dyn Query, digest: &str, small: bool) -> Result<Vec<u8>> {
    let column = if small { "small" } else { "large" };
    Ok(q.one(&format!("SELECT {column} FROM picture WHERE digest = $1"), params![digest]).await?.bytes(0))
}

/// Is a picture shown anywhere?
pub async fn is_shown(q: &dyn Query, digest: &str) -> Result<bool> {
    let sql = "SELECT id FROM goods_picture WHERE digest = $1 AND state = 'shown' LIMIT 1";
    Ok(q.row(sql, params![digest]).await?.is_some())
}

/// Did a supplier bring a picture?
pub async fn brought(q: &dyn Query, digest: &str, supplier: i64) -> Result<bool> {
    let sql = "SELECT id FROM goods_picture WHERE digest = $1 AND supplier = $2 LIMIT 1";
    Ok(q.row(sql, params![digest, supplier]).await?.is_some())
}

/// Goods with a nearly equal picture.
#[derive(Clone, Debug)]
pub struct Alike {
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Key of the model.
    pub key: String,
    /// Digest of its picture.
    pub digest: String,
    /// Bits that differ.
    pub apart: u32,
}

/// Pictures with a piece in common with a print, of goods of a category (by its beginning) under another name.
pub async fn near(q: &dyn Query, g: &Goods, print: u64, most: usize) -> Result<Vec<Alike>> {
    let found: Vec<String> =
        pieces(print).iter().map(|(place, value)| format!("(c.place = {place} AND c.value = {value})")).collect();
    let like = format!("{}%", g.category.get(..5).unwrap_or(&g.category));
    let sql = format!(
        "SELECT DISTINCT g.brand, g.model, g.model_key, g.digest, p.print FROM picture_piece c JOIN picture p ON p.digest = c.digest \
         JOIN goods_picture g ON g.digest = c.digest WHERE ({}) AND g.category LIKE $1 AND NOT (g.brand = $2 AND g.model_key = $3) \
         AND g.state IN ('waiting', 'shown') LIMIT $4",
        found.join(" OR ")
    );
    let read = |r: &Row| Alike {
        brand: r.text(0),
        model: r.text(1),
        key: r.text(2),
        digest: r.text(3),
        apart: kit::picture::apart(print, r.int(4) as u64),
    };
    Ok(q.rows(&sql, params![like, &g.brand, &g.key, most]).await?.iter().map(read).collect())
}

/// What the product with this id is, and whether a supplier offers it.
pub async fn goods_of(q: &dyn Query, product: i64, supplier: i64) -> Result<(Goods, String, bool)> {
    let sql = "SELECT brand, model, model_key, category, title, \
               (SELECT COUNT(*) FROM offer o WHERE o.product = product.id AND o.supplier = $2) FROM product WHERE id = $1";
    let r = q.one(sql, params![product, supplier]).await?;
    let goods = Goods { brand: r.text(0), model: r.text(1), key: r.text(2), category: r.text(3) };
    Ok((goods, r.text(4), r.int(5) > 0))
}

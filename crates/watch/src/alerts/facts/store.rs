//! Sums and counts that the rules judge.
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Query, Result, params};
use std::collections::{BTreeMap, BTreeSet};

/// Ids asked for in one statement, at most; fewer are filled up to one of these, so that few texts have to be prepared.
const AT_ONCE: [usize; 3] = [8, 64, 512];

/// Rows of a query about many ids: `sql` gets their marks, which come after the other parameters.
pub async fn each(q: &dyn Query, ids: &BTreeSet<i64>, first: &[Val], sql: impl Fn(&str) -> String) -> Result<Vec<Row>> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut out = Vec::new();
    for piece in ids.chunks(AT_ONCE[AT_ONCE.len() - 1]) {
        let size = AT_ONCE.into_iter().find(|n| *n >= piece.len()).unwrap_or(piece.len());
        let mut all = first.to_vec();
        // The same id once more changes nothing.
        all.extend((0..size).map(|i| Val::from(piece[i.min(piece.len() - 1)])));
        out.extend(q.rows(&sql(&marks(first.len() + 1, size)), &all).await?);
    }
    Ok(out)
}

/// Keys asked for in one statement of [`of_each`].
const UNITED: usize = 8;

/// Rows of one query for each of many keys, which may be limited and so cannot be asked with a list of keys; `one` gets the mark of
/// its key, which comes after the other parameters. `nobody` is a key that nothing has. The order of the rows is lost.
pub async fn of_each(
    q: &dyn Query,
    keys: &[Val],
    nobody: Val,
    first: &[Val],
    one: impl Fn(&str) -> String,
) -> Result<Vec<Row>> {
    let part = |i: usize| format!("SELECT * FROM ({}) u{i}", one(&format!("${}", first.len() + 1 + i)));
    let sql = (0..UNITED).map(part).collect::<Vec<_>>().join(" UNION ALL ");
    let mut out = Vec::new();
    for piece in keys.chunks(UNITED) {
        let mut all = first.to_vec();
        all.extend((0..UNITED).map(|i| piece.get(i).unwrap_or(&nobody).clone()));
        out.extend(q.rows(&sql, &all).await?);
    }
    Ok(out)
}

/// Region of a project.
pub async fn region_of_project(q: &dyn Query, id: i64) -> Result<Option<String>> {
    Ok(q.row("SELECT region FROM project WHERE id = $1", params![id]).await?.map(|r| r.text(0)))
}

/// How somebody who quoted in an auction fared since a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fared {
    /// Decided auctions it quoted in.
    pub all: i64,
    /// Of them, won by it.
    pub won: i64,
    /// The other that won most of the rest, with how many.
    pub other: Option<(i64, i64)>,
}

/// How those who quoted in an auction fared since a time, by supplier. Who is named decides; a name that was given back does
/// not count.
pub async fn fared(q: &dyn Query, auction: i64, from: i64) -> Result<BTreeMap<i64, Fared>> {
    let sql = "SELECT m.supplier, e.supplier, COUNT(*) FROM (SELECT DISTINCT supplier, auction FROM auction_quote WHERE supplier IN \
               (SELECT supplier FROM auction_quote WHERE auction = $1)) m JOIN auction a ON a.id = m.auction AND a.closes_at >= $2 \
               JOIN auction_entry e ON e.auction = a.id AND e.standing IN ('named', 'confirmed') \
               GROUP BY m.supplier, e.supplier ORDER BY m.supplier, 3 DESC, e.supplier";
    let mut out: BTreeMap<i64, Fared> = BTreeMap::new();
    for who in q.rows("SELECT DISTINCT supplier FROM auction_quote WHERE auction = $1", params![auction]).await? {
        out.entry(who.int(0)).or_default();
    }
    for r in q.rows(sql, params![auction, from]).await? {
        let (who, winner, n) = (r.int(0), r.int(1), r.int(2));
        let f = out.entry(who).or_default();
        f.all += n;
        match who == winner {
            true => f.won = n,
            false => f.other = f.other.or(Some((winner, n))),
        }
    }
    Ok(out)
}

/// Orders a supplier received since a time: how many, of them dropped, of them with goods that came back.
pub async fn fulfilment(q: &dyn Query, supplier: i64, from: i64) -> Result<(i64, i64, i64)> {
    let sql = "SELECT COUNT(*), SUM(CASE WHEN o.state IN ('refused', 'expired', 'cancelled') THEN 1 ELSE 0 END), \
               SUM(CASE WHEN EXISTS (SELECT 1 FROM return_case r WHERE r.orders = o.id AND r.state IN ('agreed', 'done')) THEN 1 ELSE 0 END) \
               FROM orders o WHERE o.supplier = $1 AND o.made_at >= $2 AND o.state NOT IN ('approving', 'returned', 'withdrawn')";
    let r = q.one(sql, params![supplier, from]).await?;
    Ok((r.int(0), r.opt_int(1).unwrap_or(0), r.opt_int(2).unwrap_or(0)))
}

/// Evaluations a unit made of a supplier since a time: how many, of them with the best marks throughout.
pub async fn stars(q: &dyn Query, unit: i64, supplier: i64, from: i64) -> Result<(i64, i64)> {
    // The plus keeps SQLite from looking through all orders of the supplier; a unit has fewer.
    let sql = "SELECT COUNT(*), SUM(CASE WHEN e.quality = 5 AND e.delivery = 5 AND e.service = 5 THEN 1 ELSE 0 END) \
               FROM evaluation e JOIN orders o ON o.id = e.orders \
               WHERE e.side = 'unit' AND o.unit = $1 AND +o.supplier = $2 AND e.at >= $3";
    let r = q.one(sql, params![unit, supplier, from]).await?;
    Ok((r.int(0), r.opt_int(1).unwrap_or(0)))
}

/// Orders whose contract was concluded within a time, after an id.
pub async fn concluded(q: &dyn Query, from: i64, to: i64, after: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT orders FROM notice WHERE kind = 'contract' AND published_at >= $1 AND published_at <= $2 AND orders > $3 \
               ORDER BY orders LIMIT $4";
    Ok(q.rows(sql, params![from, to, after, most]).await?.iter().map(|r| r.int(0)).collect())
}

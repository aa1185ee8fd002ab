//! What people did: approvals, marks, inspections.
use kit::{Query, Result, params};

/// The newest orders that are looked at.
const ORDERS_MAX: i64 = 500;
const ALIVE: &str = "state NOT IN ('returned', 'refused', 'expired', 'withdrawn', 'cancelled')";

/// Direct orders of a unit within a time, and how many of them went through with a reason for not taking the cheaper goods.
pub async fn overrides(q: &dyn Query, unit: i64, from: i64, to: i64) -> Result<(i64, i64)> {
    let sql = format!(
        "SELECT COALESCE(SUM(s.excepted), 0), COUNT(*) FROM (SELECT CASE WHEN checks LIKE '%\"direct.cheaper\"%' THEN 1 ELSE 0 END AS excepted \
         FROM orders WHERE unit = $1 AND made_at >= $2 AND made_at <= $3 AND mode = 'supermarket' AND form = 'direct' AND {ALIVE} \
         ORDER BY made_at DESC, id DESC LIMIT $4) s"
    );
    let r = q.one(&sql, params![unit, from, to, ORDERS_MAX]).await?;
    Ok((r.int(0), r.int(1)))
}

/// The most such orders of one supplier that one and the same person of a unit approved.
pub async fn by_one_approver(q: &dyn Query, unit: i64, supplier: i64, from: i64, to: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(DISTINCT o.id) FROM (SELECT id FROM orders WHERE unit = $1 AND supplier = $2 AND made_at >= $3 AND made_at <= $4 \
         AND checks LIKE '%\"direct.cheaper\"%' AND {ALIVE} ORDER BY made_at DESC, id DESC LIMIT $5) o \
         JOIN approval a ON a.orders = o.id AND a.verdict = 'approved' AND a.void = 0 GROUP BY a.person ORDER BY 1 DESC LIMIT 1"
    );
    Ok(q.row(&sql, params![unit, supplier, from, to, ORDERS_MAX]).await?.map_or(0, |r| r.int(0)))
}

/// Best marks of a supplier by unit within a time, and how many units bought of it.
pub async fn top_marks(q: &dyn Query, supplier: i64, from: i64) -> Result<(Vec<(i64, i64)>, i64)> {
    let latest = format!(
        "(SELECT id, unit FROM orders WHERE supplier = $1 AND made_at >= $2 AND {ALIVE} ORDER BY made_at DESC, id DESC LIMIT $3) o"
    );
    let marks = format!(
        "SELECT o.unit, COUNT(*) FROM {latest} JOIN evaluation e ON e.orders = o.id AND e.side = 'unit' AND e.quality = 5 \
         AND e.delivery = 5 AND e.service = 5 GROUP BY o.unit ORDER BY o.unit"
    );
    let all = params![supplier, from, ORDERS_MAX];
    let found = q.rows(&marks, all).await?.iter().map(|r| (r.int(0), r.int(1))).collect();
    let buyers = q.one(&format!("SELECT COUNT(DISTINCT o.unit) FROM {latest}"), all).await?.int(0);
    Ok((found, buyers))
}

/// Was anything of an order accepted by a time?
pub async fn accepted(q: &dyn Query, order: i64, by: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM acceptance WHERE orders = $1 AND at <= $2 AND verdict IN ('full', 'part')";
    Ok(q.one(sql, params![order, by]).await?.int(0) > 0)
}

/// Goods that a person looked at since a time and found faulty; the same of everybody else.
pub async fn inspected(q: &dyn Query, person: i64, from: i64) -> Result<((i64, i64), (i64, i64))> {
    let sql = "SELECT SUM(CASE WHEN person = $1 THEN 1 ELSE 0 END), SUM(CASE WHEN person = $1 AND state = 'found' THEN 1 ELSE 0 END), \
               SUM(CASE WHEN person <> $1 THEN 1 ELSE 0 END), SUM(CASE WHEN person <> $1 AND state = 'found' THEN 1 ELSE 0 END) \
               FROM inspection_task WHERE person IS NOT NULL AND at >= $2 AND state IN ('clean', 'found')";
    let r = q.one(sql, params![person, from]).await?;
    let n = |i| r.opt_int(i).unwrap_or(0);
    Ok(((n(0), n(1)), (n(2), n(3))))
}

/// Region and organisation of a person.
pub async fn office(q: &dyn Query, person: i64) -> Result<Option<(String, i64)>> {
    let sql = "SELECT g.region, g.id FROM person p JOIN org g ON g.id = p.org WHERE p.id = $1";
    Ok(q.row(sql, params![person]).await?.map(|r| (r.text(0), r.int(1))))
}

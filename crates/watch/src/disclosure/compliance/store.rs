//! Counting notices and contracts by unit.
use kit::{Query, Result, params};

/// One unit's notices of a period: how many were due, in time, late, by how much.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Region.
    pub region: String,
    /// Unit's name.
    pub unit: String,
    /// Published.
    pub all: i64,
    /// Of them in time.
    pub kept: i64,
    /// The longest delay, ms.
    pub longest: i64,
    /// All delays together, ms.
    pub delay: i64,
    /// Contracts and acceptances whose notice is not there.
    pub missing: i64,
}

/// Acceptances of some time whose notice is not there, by region and unit. Held against the entries: only they say whether a station
/// publishes acceptances, and those of before say nothing of it and make no notice. CROSS JOIN keeps SQLite to the order of the tables:
/// what was accepted in that time comes first, and its orders after it.
pub const UNTOLD: &str = "SELECT o.region, g.name, COUNT(*) FROM acceptance a CROSS JOIN orders o CROSS JOIN org g CROSS JOIN journal j \
    WHERE a.at >= $2 AND a.at < $3 AND o.id = a.orders AND o.region LIKE $1 AND o.secret = '' AND g.id = o.unit \
    AND j.subject = 'order/' || CAST(a.orders AS TEXT) AND j.kind = 'acceptance.recorded' AND j.at = a.at \
    AND j.body LIKE '%\"publish_due\":%' AND j.body NOT LIKE '%\"publish_due\":null%' \
    AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.entry = j.id) GROUP BY o.region, g.name ORDER BY o.region, g.name";

/// How deadlines of publication were kept, by station and unit, for what happened from one time to before another.
pub async fn kept(q: &dyn Query, prefix: &str, from: i64, to: i64) -> Result<Vec<Kept>> {
    let late = "CASE WHEN i.at > n.due_at THEN i.at - n.due_at ELSE 0 END";
    let sql = format!(
        "SELECT n.region, n.unit, COUNT(*), CAST(SUM(CASE WHEN i.at <= n.due_at THEN 1 ELSE 0 END) AS BIGINT), MAX({late}), \
         CAST(SUM({late}) AS BIGINT) FROM notice n JOIN notice_issue i ON i.id = n.id \
         WHERE n.region LIKE $1 AND n.published_at >= $2 AND n.published_at < $3 GROUP BY n.region, n.unit ORDER BY n.region, n.unit"
    );
    let area = format!("{prefix}%");
    let mut out: Vec<Kept> = q
        .rows(&sql, params![&area, from, to])
        .await?
        .iter()
        .map(|r| Kept {
            region: r.text(0),
            unit: r.text(1),
            all: r.int(2),
            kept: r.int(3),
            longest: r.int(4),
            delay: r.int(5),
            missing: 0,
        })
        .collect();
    // Told by the contracts themselves, not by what was made from the journal. State secrets have no notice.
    let sql = "SELECT o.region, g.name, COUNT(*) FROM contract c JOIN orders o ON o.id = c.orders JOIN org g ON g.id = o.unit \
               WHERE o.region LIKE $1 AND c.signed_at >= $2 AND c.signed_at < $3 AND o.secret <> 'state' \
               AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.orders = o.id AND n.kind = 'contract') \
               GROUP BY o.region, g.name ORDER BY o.region, g.name";
    let mut missing = q.rows(sql, params![&area, from, to]).await?;
    missing.extend(q.rows(UNTOLD, params![&area, from, to]).await?);
    for r in missing {
        match out.iter_mut().find(|k| k.region == r.str(0) && k.unit == r.str(1)) {
            Some(k) => k.missing += r.int(2),
            None => out.push(Kept {
                region: r.text(0),
                unit: r.text(1),
                all: 0,
                kept: 0,
                longest: 0,
                delay: 0,
                missing: r.int(2),
            }),
        }
    }
    Ok(out)
}

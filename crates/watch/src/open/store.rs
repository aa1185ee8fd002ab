//! Rows of open data, and what a release needs to know beside its event.
use super::release::{Bid, Bids, Party, Process};
use kit::db::{Row, Val};
use kit::journal::Recorded;
use kit::{Query, Result, Tx, params};
use rules::calendar::{day_of, end_of};
use rules::fixed::Way;

/// A release as it is kept.
#[derive(Clone, Debug)]
pub struct Release {
    /// Number of its journal entry.
    pub seq: i64,
    /// Its place among releases, from 1.
    pub n: i64,
    /// The release.
    pub body: String,
    /// The chain up to it.
    pub chain: String,
}

fn read(r: &Row) -> Release {
    Release { seq: r.int(0), n: r.int(1), body: r.text(2), chain: r.text(3) }
}

/// The newest release: journal number, place and chain; zeros and nothing for none.
pub async fn newest(q: &dyn Query) -> Result<(i64, i64, String)> {
    let r = q.row("SELECT seq, n, chain FROM open_release ORDER BY seq DESC LIMIT 1", params![]).await?;
    Ok(r.map_or((0, 0, String::new()), |r| (r.int(0), r.int(1), r.text(2))))
}

/// A release as a row.
pub fn row(r: &Release, ocid: &str, at: i64, month: &str, region: &str) -> Vec<Val> {
    params![r.seq, r.n, ocid, at, month, region, &r.body, &r.chain].to_vec()
}

/// Writes releases.
pub async fn add(tx: &Tx<'_>, rows: &[Vec<Val>]) -> Result<()> {
    let sql =
        "INSERT INTO open_release (seq, n, ocid, at, month, region, body, chain) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)";
    tx.run_many(sql, rows).await?;
    Ok(())
}

/// Releases after a journal number.
pub async fn after(q: &dyn Query, seq: i64, most: usize) -> Result<Vec<Release>> {
    let sql = "SELECT seq, n, body, chain FROM open_release WHERE seq > $1 ORDER BY seq LIMIT $2";
    Ok(q.rows(sql, params![seq, most]).await?.iter().map(read).collect())
}

/// Releases of a process.
pub async fn of_process(q: &dyn Query, ocid: &str) -> Result<Vec<Release>> {
    let sql = "SELECT seq, n, body, chain FROM open_release WHERE ocid = $1 ORDER BY seq";
    Ok(q.rows(sql, params![ocid]).await?.iter().map(read).collect())
}

/// Releases of a month, after a journal number.
pub async fn of_month(q: &dyn Query, month: &str, seq: i64, most: usize) -> Result<Vec<Release>> {
    let sql = "SELECT seq, n, body, chain FROM open_release WHERE month = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    Ok(q.rows(sql, params![month, seq, most]).await?.iter().map(read).collect())
}

/// Months with their releases: month, how many, first and last journal number; newest first.
pub async fn months(q: &dyn Query) -> Result<Vec<(String, i64, i64, i64)>> {
    let sql = "SELECT month, COUNT(*), MIN(seq), MAX(seq) FROM open_release GROUP BY month ORDER BY month DESC";
    Ok(q.rows(sql, params![]).await?.iter().map(|r| (r.text(0), r.int(1), r.int(2), r.int(3))).collect())
}

/// Forgets all releases, so that they are made again.
pub async fn clear(tx: &Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM open_release", params![]).await?;
    Ok(())
}

const PARTY: &str = "SELECT g.uscc, g.name, r.name FROM org g LEFT JOIN region r ON r.code = g.region WHERE g.id = $1";

async fn party(q: &dyn Query, org: i64) -> Result<Party> {
    let r = q.one(PARTY, params![org]).await?;
    Ok(Party { uscc: r.text(0), name: r.text(1), place: r.opt_text(2).unwrap_or_default() })
}

/// The process an order belongs to: its own, or its project's. How a job found its supplier and who quoted for it is read for the event that
/// tells it only; of a secret purchase nothing tells of what it is part.
pub async fn of_order(q: &dyn Query, prefix: &str, id: i64, event: &str) -> Result<Option<Process>> {
    let sql = "SELECT o.number, o.mode, o.form, o.unit, o.supplier, p.number, p.kind, o.secret, o.project, \
               c.body, c.signed_at FROM orders o LEFT JOIN project p ON p.id = o.project LEFT JOIN contract c ON c.orders = o.id WHERE o.id = $1";
    let Some(r) = q.row(sql, params![id]).await? else { return Ok(None) };
    let order = r.text(0);
    let tender = r.opt_text(5).unwrap_or_else(|| order.clone());
    let lines = q.rows("SELECT category FROM order_line WHERE orders = $1 ORDER BY id", params![id]).await?;
    let kind = r.opt_text(6).unwrap_or_default();
    let project = r.opt_int(8).filter(|_| r.str(7).is_empty());
    let (mut way, mut related, mut bids) = (String::new(), None, None);
    if let Some(project) = project {
        related = part_of(q, prefix, project, &kind).await?;
        if kind == "job" && event == "contract.concluded" {
            (way, bids) = found(q, project).await?;
        }
    }
    let notice = q.row("SELECT id FROM notice WHERE orders = $1 AND kind = 'contract'", params![id]).await?;
    Ok(Some(Process {
        ocid: format!("{prefix}-{tender}"),
        tender,
        mode: r.text(1),
        form: r.text(2),
        announced: kind == "auction",
        due: r.opt_int(10).and_then(|signed| due(signed, r.str(9))),
        way,
        related,
        categories: lines.iter().map(|l| l.text(0)).collect(),
        unit: party(q, r.int(3)).await?,
        supplier: Some(party(q, r.int(4)).await?),
        page: notice.map_or(String::new(), |n| format!("/notices/{}", n.int(0))),
        bids,
        secret: r.text(7),
        order,
    }))
}

/// By when the goods of a contract are due, ms UTC: the end of so many days after it took effect.
fn due(signed: i64, body: &str) -> Option<i64> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let days = i32::try_from(body["deliver_days"].as_i64()?).ok()?;
    // Whole seconds, as the standard writes times.
    Some(end_of(day_of(signed) + days) / 1000 * 1000)
}

/// What a process is part of: relationship, its own id, title.
type PartOf = Option<(&'static str, String, String)>;

/// What a job or a demand is part of: its agreement, or the auction of its round.
async fn part_of(q: &dyn Query, prefix: &str, project: i64, kind: &str) -> Result<PartOf> {
    let (relation, sql) = match kind {
        "job" => {
            ("framework", "SELECT a.number, a.title FROM job j JOIN agreement a ON a.id = j.agreement WHERE j.id = $1")
        }
        "demand" => (
            "parent",
            "SELECT p.number, p.title FROM batch_demand d JOIN project p ON p.parent = d.package AND p.kind = 'auction' \
             WHERE d.id = $1 ORDER BY p.id LIMIT 1",
        ),
        _ => return Ok(None),
    };
    let whole = q.row(sql, params![project]).await?;
    Ok(whole.map(|r| (relation, format!("{prefix}-{}", r.str(0)), r.text(1))))
}

/// How a job found its supplier, and who competed for it.
async fn found(q: &dyn Query, job: i64) -> Result<(String, Option<Bids>)> {
    let c = trade::fixed::called(q, job).await?;
    let bids = if c.way == Way::Compete { Some(competed(q, &c).await?) } else { None };
    Ok((c.way.key().to_owned(), bids))
}

/// The sealed quotes of a competition under an agreement.
async fn competed(q: &dyn Query, c: &trade::fixed::Called) -> Result<Bids> {
    let mut all = Vec::new();
    for (i, p) in c.parts.iter().filter(|p| p.amount.is_some()).enumerate() {
        let tenderer = Some(party(q, p.supplier).await?);
        let alias = (i + 1).to_string();
        all.push(Bid { alias, tenderer, amount: p.amount, at: p.at.unwrap_or(c.until), status: "valid" });
    }
    Ok(Bids { ended_at: c.until, all })
}

/// The process of a framework agreement; `supplier` is who came in or left.
pub async fn of_agreement(q: &dyn Query, prefix: &str, id: i64, e: &Recorded) -> Result<Option<Process>> {
    let Some(r) = q.row("SELECT number, centre FROM agreement WHERE id = $1", params![id]).await? else {
        return Ok(None);
    };
    let who = if e.kind == "agreement.left" { &e.data["supplier"] } else { &e.data["supplier_id"] };
    let supplier = match who.as_str().and_then(|s| s.parse().ok()) {
        Some(org) => Some(party(q, org).await?),
        None => None,
    };
    Ok(Some(Process {
        ocid: format!("{prefix}-{}", r.str(0)),
        tender: r.text(0),
        order: String::new(),
        mode: "fixed".into(),
        form: "agreement".into(),
        announced: true,
        way: String::new(),
        due: None,
        related: None,
        categories: Vec::new(),
        unit: party(q, r.int(1)).await?,
        supplier,
        page: format!("/fixed/{id}"),
        bids: None,
        secret: String::new(),
    }))
}

/// The process of a project; `supplier` is who won or gave up, if somebody did.
pub async fn of_project(q: &dyn Query, prefix: &str, id: i64, e: &Recorded) -> Result<Option<Process>> {
    let sql = "SELECT number, mode, form, unit, kind, secret FROM project WHERE id = $1";
    let Some(r) = q.row(sql, params![id]).await? else { return Ok(None) };
    let won = if e.kind == "auction.abandoned" { &e.data["supplier"] } else { &e.data["supplier_id"] };
    let won = won.as_str().and_then(|s| s.parse().ok());
    let supplier = match won {
        Some(org) => Some(party(q, org).await?),
        None => None,
    };
    Ok(Some(Process {
        ocid: format!("{prefix}-{}", r.str(0)),
        tender: r.text(0),
        order: String::new(),
        mode: r.text(1),
        form: r.text(2),
        announced: true,
        way: String::new(),
        due: None,
        related: None,
        categories: Vec::new(),
        unit: party(q, r.int(3)).await?,
        supplier,
        page: format!("/{}s/{id}", r.str(4)),
        bids: bids(q, id, &e.kind).await?,
        secret: r.text(5),
    }))
}

/// The bids of an auction with the events that decide it. Names are told with an award only.
async fn bids(q: &dyn Query, id: i64, event: &str) -> Result<Option<Bids>> {
    if !matches!(event, "auction.awarded" | "auction.failed") {
        return Ok(None);
    }
    let Some(d) = trade::auctions::decided(q, id).await? else { return Ok(None) };
    let mut all = Vec::new();
    for b in d.bids {
        let status = match (b.amount, b.out, b.passed) {
            (Some(_), "", Some(true)) => "valid",
            (Some(_), "", None) => "pending",
            _ => "disqualified",
        };
        let tenderer = if event == "auction.awarded" { Some(party(q, b.supplier).await?) } else { None };
        all.push(Bid { alias: b.alias, tenderer, amount: b.amount, at: b.at, status });
    }
    Ok(Some(Bids { ended_at: d.ended_at, all }))
}

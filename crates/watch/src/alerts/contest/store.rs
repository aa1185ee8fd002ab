//! Auctions with their quotes as rules see them, and sums over a year of them.
use kit::db::{Row, Val};
use kit::text::marks;
use kit::{Fail, Query, Result, params};
use rules::alert::contest::{Bid, Contest};
use rules::alert::w06_same_machine::Seat;
use rules::alert::w07_shared_people::Party;
use serde_json::Value;
use std::collections::HashMap;

/// An auction with what is not the same for all rules.
#[derive(Clone, Debug)]
pub struct Event {
    /// As rules see it.
    pub contest: Contest,
    /// Category code.
    pub category: String,
    /// Where goods are to go.
    pub address: String,
    /// Responses were read by people, not matched by the machine.
    pub by_requirement: bool,
    /// Announced end, ms UTC.
    pub closes_at: i64,
}

const FIELDS: &str = "a.id, p.unit, p.region, p.ceiling, p.quantity, a.settings, a.opens_at, a.until_at, p.category, p.address_region, \
                      a.basis, a.closes_at, a.winner, a.amount";
const FROM: &str = "FROM auction a JOIN project p ON p.id = a.id";
/// Over, with or without a winner.
const OVER: &str = "a.phase = 'closed' AND p.state IN ('checking', 'awarded', 'concluded', 'failed')";

/// The event, and who won at what.
fn read(r: &Row) -> Result<(Event, Option<(i64, i64)>)> {
    let settings: Value = serde_json::from_str(r.str(5)).map_err(Fail::fault)?;
    let secret = settings["format"] == "sealed" || settings["sight"] == "none";
    let contest = Contest {
        id: r.int(0),
        unit: r.int(1),
        place: r.text(2),
        ceiling: r.int(3),
        quantity: r.int(4),
        secret,
        step: if secret { 0 } else { settings["step"]["fen"].as_i64().unwrap_or(0) },
        opens_at: r.int(6),
        // A hidden tail may follow the end: quotes within it are in time.
        ends_at: r.int(7) + settings["tail_max"].as_i64().unwrap_or(0),
        bids: Vec::new(),
    };
    let e = Event {
        contest,
        category: r.text(8),
        address: r.text(9),
        by_requirement: r.str(10) == "requirement",
        closes_at: r.int(11),
    };
    Ok((e, r.opt_int(12).zip(r.opt_int(13))))
}

/// Standing quotes of each event, lowest first. Who is at no place did not quote, or had a seal that held nothing.
async fn bids(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, Vec<Bid>>> {
    let mut all: HashMap<i64, Vec<Bid>> = HashMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let sql = format!(
        "SELECT x.auction, e.supplier, e.alias, l.amount, f.at, l.at, e.verdict, e.explained, e.standing FROM \
         (SELECT auction, supplier, MIN(seq) AS low, MAX(seq) AS high FROM auction_quote WHERE auction IN ({}) AND amount IS NOT NULL \
         GROUP BY auction, supplier) x JOIN auction_entry e ON e.auction = x.auction AND e.supplier = x.supplier AND e.place > 0 \
         JOIN auction_quote f ON f.auction = x.auction AND f.seq = x.low JOIN auction_quote l ON l.auction = x.auction AND l.seq = x.high \
         ORDER BY x.auction, l.amount, e.place, e.supplier",
        marks(1, ids.len())
    );
    let ids: Vec<Val> = ids.iter().map(Val::from).collect();
    for r in q.rows(&sql, &ids).await? {
        all.entry(r.int(0)).or_default().push(Bid {
            who: r.int(1),
            alias: r.text(2),
            amount: r.int(3),
            first_at: r.int(4),
            last_at: r.int(5),
            out: r.str(6) == "fail" || r.str(7) == "rejected",
            failed: r.str(6) == "fail",
            won: matches!(r.str(8), "named" | "confirmed"),
        });
    }
    Ok(all)
}

async fn filled(q: &dyn Query, rows: &[Row]) -> Result<Vec<Event>> {
    let found = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let ids: Vec<i64> = found.iter().map(|(e, _)| e.contest.id).collect();
    let mut quotes = bids(q, &ids).await?;
    let fill = |(mut e, won): (Event, Option<(i64, i64)>)| {
        e.contest.bids = quotes.remove(&e.contest.id).unwrap_or_default();
        for b in &mut e.contest.bids {
            // The award says what the winner's quote was, whatever came after it.
            match won {
                Some((who, amount)) if who == b.who => b.amount = amount,
                _ => {}
            }
        }
        e
    };
    Ok(found.into_iter().map(fill).collect())
}

/// An auction by id.
pub async fn event(q: &dyn Query, id: i64) -> Result<Option<Event>> {
    let rows = q.rows(&format!("SELECT {FIELDS} {FROM} WHERE a.id = $1"), params![id]).await?;
    Ok(filled(q, &rows).await?.pop())
}

/// Auctions of a second-level category that ended within a time, the newest first, without one of them.
pub async fn of_class(
    q: &dyn Query,
    class: &str,
    from: i64,
    to: i64,
    without: i64,
    most: usize,
) -> Result<Vec<Contest>> {
    let sql = format!(
        "SELECT {FIELDS} {FROM} WHERE p.kind = 'auction' AND {OVER} AND p.category LIKE $1 AND a.until_at >= $2 AND a.until_at <= $3 AND a.id <> $4 \
         ORDER BY a.until_at DESC, a.id DESC LIMIT $5"
    );
    let rows = q.rows(&sql, params![format!("{class}%"), from, to, without, most]).await?;
    Ok(filled(q, &rows).await?.into_iter().map(|e| e.contest).collect())
}

/// The latest auctions of a unit that ended up to a time, newest first.
pub async fn of_unit(q: &dyn Query, unit: i64, to: i64, most: usize) -> Result<Vec<Contest>> {
    // CROSS and the empty text keep SQLite from looking through all auctions, instead of those of this unit.
    let sql = format!(
        "SELECT {FIELDS} FROM project p CROSS JOIN auction a WHERE a.id = p.id AND p.unit = $1 AND p.kind || '' = 'auction' AND {OVER} \
         AND a.until_at <= $2 ORDER BY a.until_at DESC, a.id DESC LIMIT $3"
    );
    let rows = q.rows(&sql, params![unit, to, most]).await?;
    Ok(filled(q, &rows).await?.into_iter().map(|e| e.contest).collect())
}

/// When winners were first named, by auction.
pub async fn decided(q: &dyn Query, ids: &[i64]) -> Result<HashMap<i64, i64>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT subject, MIN(at) FROM journal WHERE subject IN ({}) AND kind = 'auction.awarded' GROUP BY subject",
        marks(1, ids.len())
    );
    let subjects: Vec<Val> = ids.iter().map(|id| Val::from(format!("auction/{id}"))).collect();
    let read = |r: &Row| Some((r.str(0).strip_prefix("auction/")?.parse().ok()?, r.int(1)));
    Ok(q.rows(&sql, &subjects).await?.iter().filter_map(read).collect())
}

/// How many suppliers were invited; None when everybody could come.
pub async fn invited(q: &dyn Query, auction: i64) -> Result<Option<usize>> {
    let n = q.one("SELECT COUNT(*) FROM auction_invite WHERE auction = $1", params![auction]).await?.int(0);
    Ok((n > 0).then_some(n as usize))
}

/// Was a supplier invited, or everybody?
pub async fn could_come(q: &dyn Query, auction: i64, supplier: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*), SUM(CASE WHEN supplier = $2 THEN 1 ELSE 0 END) FROM auction_invite WHERE auction = $1";
    let r = q.one(sql, params![auction, supplier]).await?;
    Ok(r.int(0) == 0 || r.opt_int(1).unwrap_or(0) > 0)
}

/// Whence those who quoted took part.
pub async fn seats(q: &dyn Query, auction: i64) -> Result<Vec<Seat>> {
    let sql = "SELECT alias, address, device FROM auction_entry WHERE auction = $1 AND place > 0 ORDER BY alias";
    let read = |r: &Row| Seat { alias: r.text(0), address: r.text(1), device: r.text(2) };
    Ok(q.rows(sql, params![auction]).await?.iter().map(read).collect())
}

/// What is known of those who quoted, and of the people who act for them.
pub async fn parties(q: &dyn Query, auction: i64) -> Result<Vec<Party>> {
    let sql = "SELECT s.org, e.alias, g.name, s.legal_person, s.controller, s.phone, s.address, s.bank_account FROM auction_entry e \
               JOIN supplier s ON s.org = e.supplier JOIN org g ON g.id = s.org WHERE e.auction = $1 AND e.place > 0 ORDER BY e.alias";
    let mut found: Vec<(i64, Party)> = Vec::new();
    for r in q.rows(sql, params![auction]).await? {
        let party = Party {
            alias: r.text(1),
            name: r.text(2),
            legal_person: r.text(3),
            controller: r.text(4),
            people: Vec::new(),
            phones: vec![r.text(5)],
            address: r.text(6),
            account: r.text(7),
        };
        found.push((r.int(0), party));
    }
    let sql = "SELECT h.org, h.name, h.phone FROM person h JOIN auction_entry e ON e.supplier = h.org \
               WHERE e.auction = $1 AND e.place > 0 AND h.active = 1 ORDER BY h.id";
    for r in q.rows(sql, params![auction]).await? {
        if let Some((_, p)) = found.iter_mut().find(|(org, _)| *org == r.int(0)) {
            p.people.push(r.text(1));
            p.phones.push(r.text(2));
        }
    }
    Ok(found.into_iter().map(|(_, p)| p).collect())
}

/// Somebody over a year of auctions: organisation, its region, two counts, and whether anything of it is new.
pub struct Year {
    /// Organisation.
    pub org: i64,
    /// Its region.
    pub region: String,
    /// Quotes, or awards.
    pub all: i64,
    /// Of them excluded; or classes.
    pub part: i64,
    /// Something ended lately.
    pub fresh: bool,
}

fn year(r: &Row) -> Year {
    Year { org: r.int(0), region: r.text(1), all: r.int(2), part: r.int(3), fresh: r.int(4) == 1 }
}

/// Quotes and excluded quotes since a time, by unit or by supplier; fresh with an event that ended after `lately`.
pub async fn exclusions(q: &dyn Query, by_unit: bool, from: i64, lately: i64) -> Result<Vec<Year>> {
    let who = if by_unit { "p.unit" } else { "e.supplier" };
    let sql = format!(
        "SELECT {who}, g.region, COUNT(*), CAST(SUM(CASE WHEN e.verdict = 'fail' OR e.explained = 'rejected' THEN 1 ELSE 0 END) AS BIGINT), \
         MAX(CASE WHEN a.until_at > $2 THEN 1 ELSE 0 END) FROM auction_entry e JOIN auction a ON a.id = e.auction JOIN project p ON p.id = a.id \
         JOIN org g ON g.id = {who} WHERE e.place > 0 AND p.state IN ('awarded', 'concluded', 'failed') AND a.until_at >= $1 \
         GROUP BY {who}, g.region ORDER BY {who}"
    );
    Ok(q.rows(&sql, params![from, lately]).await?.iter().map(year).collect())
}

/// Awards and second-level categories of each winner since a time; fresh with an event that ended after `lately`.
pub async fn classes(q: &dyn Query, from: i64, lately: i64) -> Result<Vec<Year>> {
    let sql = "SELECT e.supplier, g.region, COUNT(*), COUNT(DISTINCT SUBSTR(p.category, 1, 5)), MAX(CASE WHEN a.until_at > $2 THEN 1 ELSE 0 END) \
               FROM auction_entry e JOIN auction a ON a.id = e.auction JOIN project p ON p.id = a.id JOIN org g ON g.id = e.supplier \
               WHERE e.standing IN ('named', 'confirmed') AND a.until_at >= $1 GROUP BY e.supplier, g.region ORDER BY e.supplier";
    Ok(q.rows(sql, params![from, lately]).await?.iter().map(year).collect())
}

/// Suppliers with readable quotes since a time, how many, and one in an event that ended after `lately` (a sealed one may have been
/// sent long before); with their regions.
pub async fn busy(q: &dyn Query, from: i64, lately: i64) -> Result<Vec<Year>> {
    let sql = "SELECT q.supplier, g.region, COUNT(*), 0, 1 FROM auction_quote q JOIN auction a ON a.id = q.auction \
               JOIN org g ON g.id = q.supplier WHERE q.at >= $1 AND q.amount IS NOT NULL GROUP BY q.supplier, g.region \
               HAVING MAX(a.until_at) > $2 ORDER BY q.supplier";
    Ok(q.rows(sql, params![from, lately]).await?.iter().map(year).collect())
}

/// The newest readable quotes of a supplier since a time.
pub async fn quotes(q: &dyn Query, supplier: i64, from: i64, most: usize) -> Result<Vec<i64>> {
    let sql = "SELECT amount FROM auction_quote WHERE supplier = $1 AND at >= $2 AND amount IS NOT NULL ORDER BY at DESC, id DESC LIMIT $3";
    Ok(q.rows(sql, params![supplier, from, most]).await?.iter().map(|r| r.int(0)).collect())
}

//! Rows of auctions, entries, quotes, events, questions; the mall's pulse.
use super::record;
use kit::db::{Row, Val};
use kit::{Fail, Query, Result, Tx, params};
use rules::auction::{Book, Demand, Event, Phase, Settings};
use serde_json::Value;

/// An auction without its header.
#[derive(Clone, Debug)]
pub struct Auction {
    /// Id of the project.
    pub id: i64,
    /// `product` (反拍) or `requirement` (比价).
    pub basis: String,
    /// Product, or 0.
    pub product: i64,
    /// Rules of the event.
    pub settings: Settings,
    /// What is asked of the goods.
    pub demands: Vec<Demand>,
    /// How long it is open, hours.
    pub hours: i64,
    /// Opened, ms UTC; 0 before publication.
    pub opens_at: i64,
    /// Announced end of the first phase, ms UTC.
    pub closes_at: i64,
    /// Secret until the end.
    pub seed: String,
    /// Promise of the seed.
    pub commitment: String,
    /// Batches of quotes so far.
    pub version: i64,
    /// Phase, see [`Phase::key`].
    pub phase: String,
    /// End of the phase, ms UTC.
    pub until: i64,
    /// How often this need was put up, from 1.
    pub run: i64,
    /// The failed auction it repeats.
    pub rerun_of: Option<i64>,
    /// Who won.
    pub winner: Option<i64>,
    /// At what total, fen.
    pub amount: Option<i64>,
}

const AUCTION: &str = "SELECT id, basis, product, settings, demands, hours, opens_at, closes_at, seed, commitment, version, phase, until_at, \
                       run, rerun_of, winner, amount FROM auction";

fn read(r: &Row) -> Result<Auction> {
    let json = |i: usize| serde_json::from_str::<Value>(r.str(i)).map_err(Fail::fault);
    Ok(Auction {
        id: r.int(0),
        basis: r.text(1),
        product: r.int(2),
        settings: record::settings_of(&json(3)?)
            .ok_or_else(|| Fail::Fault(format!("auction {} has impossible settings", r.int(0))))?,
        demands: record::demands_of(&json(4)?),
        hours: r.int(5),
        opens_at: r.int(6),
        closes_at: r.int(7),
        seed: r.text(8),
        commitment: r.text(9),
        version: r.int(10),
        phase: r.text(11),
        until: r.int(12),
        run: r.int(13),
        rerun_of: r.opt_int(14),
        winner: r.opt_int(15),
        amount: r.opt_int(16),
    })
}

/// An auction.
pub async fn get(q: &dyn Query, id: i64) -> Result<Auction> {
    read(&q.one(&format!("{AUCTION} WHERE id = $1"), params![id]).await?)
}

/// Some auctions by id, in no order.
pub async fn some(q: &dyn Query, ids: &[i64]) -> Result<Vec<Auction>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{AUCTION} WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let ids: Vec<Val> = ids.iter().map(Val::from).collect();
    q.rows(&sql, &ids).await?.iter().map(read).collect()
}

/// Only how far it is: version and state of the header.
pub async fn progress(q: &dyn Query, id: i64) -> Result<(i64, String)> {
    let sql = "SELECT a.version, p.state FROM auction a JOIN project p ON p.id = a.id WHERE a.id = $1";
    let r = q.one(sql, params![id]).await?;
    Ok((r.int(0), r.text(1)))
}

/// Writes a new auction.
pub async fn insert(tx: &Tx<'_>, a: &Auction) -> Result<()> {
    tx.run(
        "INSERT INTO auction (id, basis, product, settings, demands, hours, opens_at, closes_at, seed, commitment, version, phase, until_at, \
         quotes, run, rerun_of, winner, amount) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,0,'waiting',$11,0,$12,$13,NULL,NULL)",
        params![
            a.id, &a.basis, a.product, record::settings_json(&a.settings).to_string(), record::demands_json(&a.demands).to_string(), a.hours,
            a.opens_at, a.closes_at, &a.seed, &a.commitment, a.until, a.run, a.rerun_of
        ],
    )
    .await?;
    Ok(())
}

/// Opens it: from when to when.
pub async fn publish(tx: &Tx<'_>, id: i64, opens: i64, closes: i64) -> Result<()> {
    tx.must(
        "UPDATE auction SET opens_at = $2, closes_at = $3, until_at = $3, version = version + 1 WHERE id = $1 AND opens_at = 0",
        params![id, opens, closes],
    )
    .await
}

/// Writes how far the book is, if nobody wrote since `version`; otherwise the command runs again.
pub async fn advance(tx: &Tx<'_>, id: i64, version: i64, book: &Book) -> Result<()> {
    let quotes = book.quotes() as i64;
    let n = tx
        .run(
            "UPDATE auction SET version = version + 1, phase = $3, until_at = $4, quotes = $5 WHERE id = $1 AND version = $2",
            params![id, version, book.phase().key(), book.until(), quotes],
        )
        .await?;
    if n == 1 { Ok(()) } else { Err(Fail::Retry) }
}

/// Names or takes away the winner.
pub async fn set_winner(tx: &Tx<'_>, id: i64, winner: Option<i64>, amount: Option<i64>) -> Result<()> {
    let sql = "UPDATE auction SET winner = $2, amount = $3, version = version + 1 WHERE id = $1";
    tx.must(sql, params![id, winner, amount]).await
}

/// Makes the book of an auction again from its quotes and events. A sealed quote not opened yet counts as 1 fen: the
/// book keeps no amount of it.
pub async fn book(q: &dyn Query, a: &Auction) -> Result<Book> {
    let tail = record::tail(&a.seed, a.settings.tail_max);
    let found = replayed(q, a).await?;
    let events: Vec<Event> = found.into_iter().map(|(e, _)| e).collect();
    // Before publication nobody knows when it opens: a book that waits.
    let (opens, closes) = if a.opens_at == 0 { (i64::MAX / 4, i64::MAX / 2) } else { (a.opens_at, a.closes_at) };
    rules::auction::replay(a.settings.clone(), opens, closes, tail, &events)
        .map_err(|(i, why)| Fail::Fault(format!("auction {}: event {i} does not replay: {}", a.id, why.code())))
}

/// The book as of a time: phases that ended meanwhile are over.
pub async fn book_at(q: &dyn Query, a: &Auction, now: i64) -> Result<Book> {
    let mut book = book(q, a).await?;
    book.advance(now);
    Ok(book)
}

/// Everything that happened, in order, each with the id of its journal entry.
pub async fn replayed(q: &dyn Query, a: &Auction) -> Result<Vec<(Event, i64)>> {
    let sql = "SELECT id, seq, supplier, amount, at FROM auction_quote WHERE auction = $1 ORDER BY seq";
    let mut all: Vec<(i64, i64, Event)> = Vec::new();
    for r in q.rows(sql, params![a.id]).await? {
        let event = Event::Quoted { bidder: r.int(2), amount: r.opt_int(3).unwrap_or(1), at: r.int(4) };
        all.push((r.int(1), r.int(0), event));
    }
    let sql = "SELECT id, seq, kind, data, at FROM auction_event WHERE auction = $1 ORDER BY id";
    for r in q.rows(sql, params![a.id]).await? {
        let data: Value = serde_json::from_str(r.str(3)).map_err(Fail::fault)?;
        let n = |v: &Value| v.as_i64().unwrap_or(0);
        let event = match r.str(2) {
            "opened" => Event::Opened {
                at: r.int(4),
                amounts: data.as_array().into_iter().flatten().map(|x| (n(&x[0]), n(&x[1]))).collect(),
            },
            _ => Event::Outage { from: n(&data["from"]), at: r.int(4), grace: n(&data["grace"]) },
        };
        all.push((r.int(1), r.int(0), event));
    }
    // An event follows the quote whose number it carries; ids of both grow with time.
    all.sort_by_key(|(seq, id, e)| (*seq, !matches!(e, Event::Quoted { .. }), *id));
    Ok(all.into_iter().map(|(_, id, e)| (e, id)).collect())
}

/// Writes what happened between quotes.
pub async fn add_event(tx: &Tx<'_>, id: i64, auction: i64, seq: u64, event: &Event) -> Result<()> {
    let (kind, data, at) = match event {
        Event::Opened { at, amounts } => {
            ("opened", serde_json::json!(amounts.iter().map(|(b, v)| [*b, *v]).collect::<Vec<_>>()), *at)
        }
        Event::Outage { from, at, grace } => ("outage", serde_json::json!({"from": from, "grace": grace}), *at),
        Event::Quoted { .. } => return Err(Fail::Fault("a quote is no event between quotes".into())),
    };
    tx.run(
        "INSERT INTO auction_event (id, auction, seq, kind, data, at) VALUES ($1,$2,$3,$4,$5,$6)",
        params![id, auction, seq as i64, kind, data.to_string(), at],
    )
    .await?;
    Ok(())
}

/// A quote to be written.
pub struct NewQuote {
    /// Id of its journal entry.
    pub id: i64,
    /// Number within the event.
    pub seq: u64,
    /// Who.
    pub supplier: i64,
    /// The person who sent it.
    pub person: i64,
    /// Phase in which it came.
    pub phase: Phase,
    /// Amount, unless sealed.
    pub amount: Option<i64>,
    /// The seal.
    pub sealed: Option<Vec<u8>>,
    /// When, ms UTC.
    pub at: i64,
}

/// Writes a batch of quotes.
pub async fn add_quotes(tx: &Tx<'_>, auction: i64, quotes: Vec<NewQuote>) -> Result<()> {
    let row = |q: NewQuote| {
        params![q.id, auction, q.seq as i64, q.supplier, q.person, q.phase.key(), q.amount, q.sealed, q.at].to_vec()
    };
    let rows: Vec<Vec<Val>> = quotes.into_iter().map(row).collect();
    tx.run_many(
        "INSERT INTO auction_quote (id, auction, seq, supplier, person, phase, amount, sealed, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        &rows,
    )
    .await?;
    Ok(())
}

/// A sealed quote.
pub struct Sealed {
    /// Id of its journal entry.
    pub id: i64,
    /// Who.
    pub supplier: i64,
    /// The seal.
    pub sealed: Vec<u8>,
}

/// Sealed quotes that nobody has opened yet, oldest first.
pub async fn sealed(q: &dyn Query, auction: i64) -> Result<Vec<Sealed>> {
    let sql = "SELECT id, supplier, sealed FROM auction_quote WHERE auction = $1 AND amount IS NULL AND sealed IS NOT NULL ORDER BY seq";
    let read = |r: &Row| Sealed { id: r.int(0), supplier: r.int(1), sealed: r.bytes(2).to_vec() };
    Ok(q.rows(sql, params![auction]).await?.iter().map(read).collect())
}

/// Writes the amounts of opened quotes.
pub async fn set_amounts(tx: &Tx<'_>, amounts: &[(i64, i64)]) -> Result<()> {
    let rows: Vec<Vec<Val>> = amounts.iter().map(|(id, v)| params![*id, *v].to_vec()).collect();
    tx.run_many("UPDATE auction_quote SET amount = $2 WHERE id = $1 AND amount IS NULL", &rows).await?;
    Ok(())
}

/// Amounts of all quotes in order; None for a seal that held nothing readable.
pub async fn amounts(q: &dyn Query, auction: i64) -> Result<Vec<Option<i64>>> {
    let sql = "SELECT amount FROM auction_quote WHERE auction = $1 ORDER BY seq";
    Ok(q.rows(sql, params![auction]).await?.iter().map(|r| r.opt_int(0)).collect())
}

/// A quote as lists and charts show it: supplier, amount, time, journal entry, number.
pub struct QuoteRow {
    /// Id of its journal entry.
    pub id: i64,
    /// Number within the event.
    pub seq: i64,
    /// Who.
    pub supplier: i64,
    /// Amount, None while sealed.
    pub amount: Option<i64>,
    /// When, ms UTC.
    pub at: i64,
}

/// The newest quotes, newest first.
pub async fn newest(q: &dyn Query, auction: i64, limit: usize) -> Result<Vec<QuoteRow>> {
    let sql = "SELECT id, seq, supplier, amount, at FROM auction_quote WHERE auction = $1 ORDER BY seq DESC LIMIT $2";
    let read =
        |r: &Row| QuoteRow { id: r.int(0), seq: r.int(1), supplier: r.int(2), amount: r.opt_int(3), at: r.int(4) };
    Ok(q.rows(sql, params![auction, limit]).await?.iter().map(read).collect())
}

/// Someone who takes part.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub supplier: i64,
    /// Name in this event until the award.
    pub alias: String,
    /// Offer, or 0.
    pub offer: i64,
    /// Brand offered.
    pub brand: String,
    /// Model offered.
    pub model: String,
    /// Maker of the goods.
    pub maker: String,
    /// Answers to the requirements.
    pub answers: Vec<String>,
    /// '', pass, fail.
    pub verdict: String,
    /// Why it failed.
    pub reason: String,
    /// Why its quote is abnormally low, or empty.
    pub abnormal: String,
    /// Its explanation.
    pub explanation: String,
    /// '', asked, given, accepted, rejected.
    pub explained: String,
    /// What it shares with others, in words by alias.
    pub flags: String,
    /// Network address; never shown.
    pub address: String,
    /// Device; never shown.
    pub device: String,
    /// Person who entered.
    pub person: i64,
    /// Rank at the end, from 1; 0 before.
    pub place: i64,
    /// '', line, named, confirmed, abandoned, expired.
    pub standing: String,
}

const ENTRY: &str = "SELECT supplier, alias, offer, brand, model, maker, answers, verdict, reason, abnormal, explanation, explained, flags, \
                     address, device, person, place, standing FROM auction_entry";

fn read_entry(r: &Row) -> Result<Entry> {
    Ok(Entry {
        supplier: r.int(0),
        alias: r.text(1),
        offer: r.int(2),
        brand: r.text(3),
        model: r.text(4),
        maker: r.text(5),
        answers: serde_json::from_str(r.str(6)).map_err(Fail::fault)?,
        verdict: r.text(7),
        reason: r.text(8),
        abnormal: r.text(9),
        explanation: r.text(10),
        explained: r.text(11),
        flags: r.text(12),
        address: r.text(13),
        device: r.text(14),
        person: r.int(15),
        place: r.int(16),
        standing: r.text(17),
    })
}

/// Everyone who takes part, by alias.
pub async fn entries(q: &dyn Query, auction: i64) -> Result<Vec<Entry>> {
    let sql = format!("{ENTRY} WHERE auction = $1 ORDER BY alias");
    q.rows(&sql, params![auction]).await?.iter().map(read_entry).collect()
}

/// One who takes part.
pub async fn entry(q: &dyn Query, auction: i64, supplier: i64) -> Result<Option<Entry>> {
    let sql = format!("{ENTRY} WHERE auction = $1 AND supplier = $2");
    q.row(&sql, params![auction, supplier]).await?.as_ref().map(read_entry).transpose()
}

/// May this supplier quote now: its alias, if it takes part and is still admitted.
pub async fn may_quote(q: &dyn Query, auction: i64, supplier: i64) -> Result<Option<(String, bool)>> {
    let sql = "SELECT e.alias, s.state, s.closed, p.category, p.address_region FROM auction_entry e JOIN supplier s ON s.org = e.supplier \
               JOIN project p ON p.id = e.auction WHERE e.auction = $1 AND e.supplier = $2";
    let open = |r: &Row| !supply::suppliers::stopped(r.str(1), r.str(2), r.str(3), r.str(4));
    Ok(q.row(sql, params![auction, supplier]).await?.map(|r| (r.text(0), open(&r))))
}

/// Writes an entry; false when the supplier or the alias is there already.
pub async fn add_entry(tx: &Tx<'_>, auction: i64, e: &Entry) -> Result<bool> {
    let answers = serde_json::to_string(&e.answers).map_err(Fail::fault)?;
    let n = tx
        .run(
            "INSERT INTO auction_entry (auction, supplier, alias, offer, brand, model, maker, answers, verdict, reason, abnormal, explanation, \
             explained, flags, address, device, person, place, standing, at) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'','','','','',$9,$10,$11,$12,0,'',$13) ON CONFLICT DO NOTHING",
            params![
                auction, e.supplier, &e.alias, e.offer, &e.brand, &e.model, &e.maker, answers, &e.flags, &e.address, &e.device, e.person,
                tx.now()
            ],
        )
        .await?;
    // Who watches hears of it.
    tx.must("UPDATE auction SET version = version + 1 WHERE id = $1", params![auction]).await?;
    Ok(n == 1)
}

/// Writes back what happens to entries after the close.
pub async fn save_entries(tx: &Tx<'_>, auction: i64, entries: &[Entry]) -> Result<()> {
    let row = |e: &Entry| {
        params![
            auction,
            e.supplier,
            &e.verdict,
            &e.reason,
            &e.abnormal,
            &e.explanation,
            &e.explained,
            e.place,
            &e.standing
        ]
        .to_vec()
    };
    let rows: Vec<Vec<Val>> = entries.iter().map(row).collect();
    tx.run_many(
        "UPDATE auction_entry SET verdict = $3, reason = $4, abnormal = $5, explanation = $6, explained = $7, place = $8, standing = $9 \
         WHERE auction = $1 AND supplier = $2",
        &rows,
    )
    .await?;
    Ok(())
}

/// Writes one entry back.
pub async fn save_entry(tx: &Tx<'_>, auction: i64, e: &Entry) -> Result<()> {
    save_entries(tx, auction, std::slice::from_ref(e)).await
}

/// Invites a supplier.
pub async fn invite(tx: &Tx<'_>, auction: i64, supplier: i64) -> Result<()> {
    tx.run("INSERT INTO auction_invite (auction, supplier) VALUES ($1,$2)", params![auction, supplier]).await?;
    Ok(())
}

/// Who is invited; empty means everybody who qualifies.
pub async fn invited(q: &dyn Query, auction: i64) -> Result<Vec<i64>> {
    let sql = "SELECT supplier FROM auction_invite WHERE auction = $1 ORDER BY supplier";
    Ok(q.rows(sql, params![auction]).await?.iter().map(|r| r.int(0)).collect())
}

/// A question with its answer.
pub struct Question {
    /// Id.
    pub id: i64,
    /// What was asked.
    pub question: String,
    /// What was answered, or empty.
    pub answer: String,
}

/// Questions of an auction, oldest first. Who asked is not told.
pub async fn questions(q: &dyn Query, auction: i64) -> Result<Vec<Question>> {
    let sql = "SELECT id, question, answer FROM auction_question WHERE auction = $1 ORDER BY id";
    let read = |r: &Row| Question { id: r.int(0), question: r.text(1), answer: r.text(2) };
    Ok(q.rows(sql, params![auction]).await?.iter().map(read).collect())
}

/// Asks.
pub async fn add_question(tx: &Tx<'_>, auction: i64, supplier: i64, question: &str) -> Result<()> {
    tx.run(
        "INSERT INTO auction_question (id, auction, supplier, question, answer, asked_at) VALUES ($1,$2,$3,$4,'',$5)",
        params![tx.id(), auction, supplier, question, tx.now()],
    )
    .await?;
    Ok(())
}

/// Answers.
pub async fn answer(tx: &Tx<'_>, auction: i64, id: i64, answer: &str) -> Result<()> {
    let sql =
        "UPDATE auction_question SET answer = $3, answered_at = $4 WHERE id = $2 AND auction = $1 AND answer = ''";
    tx.must(sql, params![auction, id, answer, tx.now()]).await
}

/// Public auctions of the hall: ids, newest first, and how many. `state`: live, checking, awarded, concluded, failed or ''.
pub async fn hall(
    q: &dyn Query,
    region: &str,
    state: &str,
    secret: bool,
    (page, size): (usize, usize),
) -> Result<(Vec<i64>, i64)> {
    let filter = "p.kind = 'auction' AND p.state NOT IN ('approving', 'returned', 'withdrawn') AND p.region LIKE $1 AND ($2 = '' OR p.state = $2) \
                  AND ($3 = 1 OR p.secret = '')";
    let (like, secret) = (format!("{region}%"), i64::from(secret));
    let sql = format!(
        "SELECT p.id FROM project p WHERE {filter} ORDER BY CASE WHEN p.state = 'live' THEN 0 ELSE 1 END, p.id DESC LIMIT $4 OFFSET $5"
    );
    let found = q.rows(&sql, params![&like, state, secret, size, (page - 1) * size]).await?;
    let total =
        q.one(&format!("SELECT COUNT(*) FROM project p WHERE {filter}"), params![&like, state, secret]).await?.int(0);
    Ok((found.iter().map(|r| r.int(0)).collect(), total))
}

/// Auctions in which a supplier has something to do after the close: id and what (`named`, `asked`).
pub async fn for_supplier(q: &dyn Query, supplier: i64, limit: usize) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT e.auction, CASE WHEN e.standing = 'named' THEN 'named' ELSE 'asked' END FROM auction_entry e \
               JOIN project p ON p.id = e.auction WHERE e.supplier = $1 AND ((p.state = 'awarded' AND e.standing = 'named') \
               OR (p.state = 'checking' AND e.explained = 'asked')) ORDER BY e.auction DESC LIMIT $2";
    Ok(q.rows(sql, params![supplier, limit]).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// Live auctions whose phase ends between two times.
pub async fn ending(q: &dyn Query, from: i64, to: i64) -> Result<Vec<i64>> {
    let sql = "SELECT a.id FROM auction a JOIN project p ON p.id = a.id WHERE p.state = 'live' AND a.phase NOT IN ('opening', 'closed') \
               AND a.until_at >= $1 AND a.until_at <= $2 ORDER BY a.id";
    Ok(q.rows(sql, params![from, to]).await?.iter().map(|r| r.int(0)).collect())
}

/// Was an outage that ended after this time made good already?
pub async fn outage_since(q: &dyn Query, auction: i64, from: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM auction_event WHERE auction = $1 AND kind = 'outage' AND at > $2";
    Ok(q.one(sql, params![auction, from]).await?.int(0) > 0)
}

/// Notes that this node lives.
pub async fn beat(tx: &Tx<'_>, node: &str, at: i64) -> Result<()> {
    tx.run(
        "INSERT INTO pulse (node, at) VALUES ($1,$2) ON CONFLICT (node) DO UPDATE SET at = $2 WHERE pulse.at < $2",
        params![node, at],
    )
    .await?;
    Ok(())
}

/// When any node last lived, 0 for never.
pub async fn last_beat(q: &dyn Query) -> Result<i64> {
    Ok(q.one("SELECT COALESCE(MAX(at), 0) FROM pulse", params![]).await?.int(0))
}

/// Each bidder's last quote: who, amount, when; in the order of their coming.
pub async fn last_quotes(q: &dyn Query, auction: i64) -> Result<Vec<(i64, Option<i64>, i64)>> {
    let sql = "SELECT supplier, amount, at FROM auction_quote WHERE auction = $1 ORDER BY seq";
    let mut out: Vec<(i64, Option<i64>, i64)> = Vec::new();
    for r in q.rows(sql, params![auction]).await? {
        out.retain(|(who, ..)| *who != r.int(0));
        out.push((r.int(0), r.opt_int(1), r.int(2)));
    }
    Ok(out)
}

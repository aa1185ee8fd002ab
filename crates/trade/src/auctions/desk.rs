//! The desk of one event: quotes of all bidders in one line, decided in memory, written in batches, answered when durable.
//!
//! On both engines one hot event costs one transaction for all quotes that wait at that moment. Another node may write
//! too: the version tells, and the book is made again from the database.
use super::store::{self, Auction, NewQuote};
use crate::Trade;
use crate::projects::store as projects;
use kit::{Entry, Fail, Result, Tx, seal};
use rules::Fen;
use rules::auction::{Book, Refusal};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Quotes of one batch.
const BATCH: usize = 256;
/// Quotes that may wait; more are asked to try again.
const WAITING: usize = 4_096;
/// A desk nobody comes to closes after this.
const IDLE: Duration = Duration::from_secs(30);

/// A quote as it waits.
struct Waiting {
    supplier: i64,
    person: i64,
    alias: String,
    amount: i64,
    answer: oneshot::Sender<Result<Receipt>>,
}

/// Proof that a quote was accepted.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Id of its journal entry.
    pub entry: i64,
    /// Leaf hash of the entry.
    pub hash: String,
    /// Number among the quotes of the event.
    pub seq: u64,
    /// When, ms UTC.
    pub at: i64,
}

/// The desks that are open in this process.
#[derive(Default)]
pub struct Desks {
    open: Mutex<HashMap<i64, mpsc::Sender<Waiting>>>,
}

/// Quotes for a supplier that takes part. Answers after the quote is durable, or with the reason it does not count.
pub async fn quote(trade: &Trade, auction: i64, supplier: i64, person: i64, amount: i64) -> Result<Receipt> {
    let (alias, admitted) = store::may_quote(trade.db(), auction, supplier)
        .await?
        .ok_or_else(|| Fail::refuse("quote.not_entered", "请先在本页填写响应、参加竞价，再报价。"))?;
    if !admitted {
        return Err(Fail::refuse("quote.not_admitted", "贵单位入驻已冻结或暂停，不能报价，请联系集中采购机构。"));
    }
    let (answer, receipt) = oneshot::channel();
    let mut waiting = Waiting { supplier, person, alias, amount, answer };
    loop {
        let desk = desk(trade, auction);
        match desk.try_send(waiting) {
            Ok(()) => break,
            Err(mpsc::error::TrySendError::Full(_)) => return Err(Fail::Retry),
            // The desk has just closed; the next look opens a new one.
            Err(mpsc::error::TrySendError::Closed(back)) => {
                waiting = back;
                trade.desks().open.lock().unwrap_or_else(PoisonError::into_inner).remove(&auction);
            }
        }
    }
    receipt.await.map_err(|_| Fail::Retry)?
}

fn desk(trade: &Trade, auction: i64) -> mpsc::Sender<Waiting> {
    let mut open = trade.desks().open.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(desk) = open.get(&auction) {
        return desk.clone();
    }
    let (desk, line) = mpsc::channel(WAITING);
    open.insert(auction, desk.clone());
    tokio::spawn(serve(trade.clone(), auction, line));
    desk
}

async fn serve(trade: Trade, auction: i64, mut line: mpsc::Receiver<Waiting>) {
    let mut known: Option<(i64, Book)> = None;
    loop {
        let mut batch = Vec::new();
        match tokio::time::timeout(IDLE, line.recv_many(&mut batch, BATCH)).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(_) => {
                // Who is already in the line is still served; who comes later opens a new desk.
                line.close();
                continue;
            }
        }
        let done = {
            let (known, batch) = (&known, &batch);
            trade.db().write("auction.quotes", |tx| Box::pin(write(&trade, tx, auction, known.as_ref(), batch))).await
        };
        match done {
            Ok((answers, fresh)) => {
                known = fresh;
                for (w, a) in batch.into_iter().zip(answers) {
                    let _ = w.answer.send(a.map_err(refusal));
                }
            }
            Err(e) => {
                known = None;
                let again = matches!(e, Fail::Retry);
                if !again {
                    tracing::error!(auction, cause = %e, "a batch of quotes failed");
                }
                for w in batch {
                    let fail =
                        if again { Fail::Retry } else { Fail::Fault(format!("quotes of auction {auction}: {e}")) };
                    let _ = w.answer.send(Err(fail));
                }
            }
        }
    }
}

type Answers = (Vec<std::result::Result<Receipt, Refusal>>, Option<(i64, Book)>);

async fn write(trade: &Trade, tx: &Tx<'_>, id: i64, known: Option<&(i64, Book)>, batch: &[Waiting]) -> Result<Answers> {
    let a = store::get(tx, id).await?;
    let p = projects::any(tx, id).await?;
    if p.state != "live" {
        return Ok((batch.iter().map(|_| Err(Refusal::TooLate)).collect(), None));
    }
    let mut book = match known {
        Some((version, book)) if *version == a.version => book.clone(),
        _ => store::book(tx, &a).await?,
    };
    let before = book.next_change();
    let (mut answers, mut entries, mut quotes) = (Vec::new(), Vec::new(), Vec::new());
    for w in batch {
        match book.quote(w.supplier, w.amount, tx.now()) {
            Err(why) => answers.push(Err(why)),
            Ok(taken) => {
                let sealed = if taken.sealed { Some(seal_quote(trade, &a, &book, w)?) } else { None };
                let data = match &sealed {
                    None => json!({"alias": w.alias, "seq": taken.seq, "amount": w.amount, "extended": taken.extended}),
                    Some(s) => json!({"alias": w.alias, "seq": taken.seq, "sealed": kit::text::sha256(&[s])}),
                };
                entries.push(Entry {
                    region: p.region.clone(),
                    room: "auctions",
                    kind: "auction.quoted",
                    subject: p.subject(),
                    // Who quotes is told by alias only, until the award names everybody; the row keeps the person.
                    actor: 0,
                    via: "page",
                    data,
                });
                quotes.push(NewQuote {
                    id: 0,
                    seq: taken.seq,
                    supplier: w.supplier,
                    person: w.person,
                    phase: book.phase(),
                    amount: if taken.sealed { None } else { Some(w.amount) },
                    sealed,
                    at: book.time(),
                });
                answers.push(Ok(Receipt { entry: 0, hash: String::new(), seq: taken.seq, at: book.time() }));
            }
        }
    }
    if quotes.is_empty() {
        return Ok((answers, Some((a.version, book))));
    }
    store::advance(tx, id, a.version, &book).await?;
    let made = tx.journal_many(&entries).await?;
    for ((q, receipt), (entry, hash)) in quotes.iter_mut().zip(answers.iter_mut().flatten()).zip(made) {
        q.id = entry;
        (receipt.entry, receipt.hash) = (entry, hash);
    }
    store::add_quotes(tx, id, quotes).await?;
    match book.next_change() {
        Some(due) if Some(due) != before || p.next_due != Some(due) => projects::reschedule(tx, id, due).await?,
        _ => {}
    }
    Ok((answers, Some((a.version + 1, book))))
}

/// Seals an amount until the end of the running phase.
fn seal_quote(trade: &Trade, a: &Auction, book: &Book, w: &Waiting) -> Result<Vec<u8>> {
    let event = format!("auction/{}", a.id);
    let bound = seal::Bound { event: &event, until: book.until(), owner: w.supplier };
    trade.keepers().seal(&bound, w.amount.to_string().as_bytes())
}

/// A refused quote in words.
fn refusal(why: Refusal) -> Fail {
    let words = match why {
        Refusal::TooEarly => "还没有开始报价。".to_owned(),
        Refusal::TooLate => "报价已经截止（以服务器时间为准），这次报价没有记入。".to_owned(),
        Refusal::NotPositive => "报价应大于零。".to_owned(),
        Refusal::AboveCeiling => "报价高于最高限价，请降低后再报。".to_owned(),
        Refusal::NotLowEnough(must) => format!("报价还不够低：总价应不高于 {}。", Fen(must).yuan()),
        Refusal::NotYourTurn => "现在不是贵方的轮次，请等轮到时再报。".to_owned(),
        Refusal::NotFinalist => "最后一次密封报价只限入围的供应商。".to_owned(),
        Refusal::Repeated => "最后一次密封报价只能报一次，已经记入。".to_owned(),
    };
    Fail::field("price", why.code(), words)
}

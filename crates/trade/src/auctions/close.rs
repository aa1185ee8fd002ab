//! From the deadline to the order: opening seals, checking responses and low quotes, award, confirmation, next in line.
use super::flow::{desk_of, end, entry, step};
use super::record;
use super::store::{self, Auction, Entry};
use super::view::state;
use crate::Trade;
use crate::orders::{Award, AwardLine, award as make_order};
use crate::projects::{self, Project, store as headers};
use base::access::Actor;
use kit::{Fail, Result, Tx};
use rules::Fen;
use rules::auction::{Act, Book, Event, Limits, Outcome, Phase, Quote, State, abnormal, decide};
use rules::duty::Duty;
use serde_json::json;
use supply::suppliers;

/// Why whom a measure has reached is out.
const STOPPED: &str = "报价后入驻被冻结、暂停或退出";

/// Runs a due command of an auction.
pub async fn run_due(trade: &Trade, id: i64, command: &str) -> Result<()> {
    match command {
        "advance" => advance(trade, id).await,
        "explain" => unexplained(trade, id).await,
        "pass_on" => pass_on(trade, id, "expired", "逾期未确认成交", 0).await,
        other => Err(Fail::Fault(format!("auction {id} has unknown command {other}"))),
    }
}

/// Lets the phases follow the clock; opens what may be opened; ends what is over.
async fn advance(trade: &Trade, id: i64) -> Result<()> {
    trade
        .db()
        .write("auction.advance", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                if state(&p)? != State::Live || p.next_due.is_none_or(|d| d > tx.now()) {
                    return Ok(());
                }
                let a = store::get(tx, id).await?;
                let mut book = store::book(tx, &a).await?;
                book.advance(tx.now());
                while book.phase() == Phase::Opening {
                    open_seals(trade, tx, &p, &a, &mut book).await?;
                    book.advance(tx.now());
                }
                store::advance(tx, id, a.version, &book).await?;
                (p.next_due, p.next_command) = (book.next_change(), Some("advance".to_owned()));
                if book.phase().key() != a.phase || book.until() != a.until {
                    let data = json!({"phase": book.phase().key(), "until": book.until(), "prolonged": book.retried()});
                    tx.journal(entry(&p, "auction.phase", 0, data)).await?;
                } else {
                    // Nothing to tell, but the deadline moves on: the journal says so too.
                    tx.journal(entry(&p, "auction.looked", 0, json!({"until": book.until()}))).await?;
                }
                if book.phase() == Phase::Closed {
                    return conclude(trade, tx, &mut p, &a, &book).await;
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Two of the three keepers release their shares; what cannot be read is on record and does not count.
async fn open_seals(trade: &Trade, tx: &Tx<'_>, p: &Project, a: &Auction, book: &mut Book) -> Result<()> {
    let event = format!("auction/{}", a.id);
    let (mut read, mut amounts, mut broken) = (Vec::new(), Vec::<(i64, i64)>::new(), 0);
    for s in store::sealed(tx, a.id).await? {
        let message = trade.keepers().open_seal(&event, s.supplier, book.time(), &s.sealed);
        let amount = message.and_then(|m| String::from_utf8(m).ok()?.parse::<i64>().ok());
        amounts.retain(|(who, _)| *who != s.supplier);
        match amount {
            Some(v) => {
                read.push((s.id, v));
                amounts.push((s.supplier, v));
            }
            None => broken += 1,
        }
    }
    store::set_amounts(tx, &read).await?;
    let happened = Event::Opened { at: book.time(), amounts: amounts.clone() };
    let aliases = store::entries(tx, a.id).await?;
    let alias = |who: i64| aliases.iter().find(|e| e.supplier == who).map_or("", |e| e.alias.as_str());
    let shown: Vec<_> = amounts.iter().map(|(who, v)| json!({"alias": alias(*who), "amount": v})).collect();
    let data = json!({"amounts": shown, "unreadable": broken, "keepers": "2 of 3", "at": book.time()});
    let id = tx.journal(entry(p, "auction.opened", 0, data)).await?;
    store::add_event(tx, id, a.id, book.quotes(), &happened).await?;
    book.open(&amounts, book.time());
    Ok(())
}

/// The last phase is over: enough bidders, then the responses are checked.
async fn conclude(trade: &Trade, tx: &Tx<'_>, p: &mut Project, a: &Auction, book: &Book) -> Result<()> {
    let standing = record::standing(book);
    let mut entries = store::entries(tx, p.id).await?;
    for (i, q) in standing.iter().enumerate() {
        let e = entries.iter_mut().find(|e| e.supplier == q.bidder).ok_or(Fail::Hidden)?;
        e.place = i as i64 + 1;
        if a.basis == "product" {
            e.verdict = "pass".to_owned();
        }
    }
    store::save_entries(tx, p.id, &entries).await?;
    tx.journal(entry(p, "auction.closed", 0, json!({"bidders": standing.len(), "seed": a.seed}))).await?;
    if standing.len() < a.settings.minimum {
        step(p, Act::Fail)?;
        let words = format!("有效报价 {} 家，不足 {} 家。", standing.len(), a.settings.minimum);
        return end(tx, p, "auction.failed", 0, &words).await;
    }
    step(p, Act::Close)?;
    (p.next_due, p.next_command) = (None, None);
    let words = format!("竞价 {} 已截止，请核验响应。", p.number);
    base::messages::tell(tx, p.unit, desk_of(p), &p.href(), &words).await?;
    if a.basis == "product" && !ask_for_low(trade, tx, p, a, book).await? {
        return name_winner(trade, tx, p, a, book).await;
    }
    headers::save(tx, p).await
}

fn limits(trade: &Trade, p: &Project) -> Limits {
    let n = |key: &str| projects::figure(trade, p, key, 0);
    Limits {
        mean_bp: n("auction.abnormal.mean_bp"),
        next_bp: n("auction.abnormal.next_bp"),
        ceiling_bp: n("auction.abnormal.ceiling_bp"),
    }
}

/// The public record needs the limits too.
pub(super) fn limits_of(trade: &Trade, p: &Project) -> Limits {
    limits(trade, p)
}

/// Asks those whose quote is abnormally low to explain it; true when anybody has to.
async fn ask_for_low(trade: &Trade, tx: &Tx<'_>, p: &mut Project, a: &Auction, book: &Book) -> Result<bool> {
    let mut entries = store::entries(tx, p.id).await?;
    let passed = |who: i64| entries.iter().any(|e| e.supplier == who && e.verdict == "pass");
    let quotes: Vec<Quote> = record::standing(book).into_iter().filter(|q| passed(q.bidder)).collect();
    let low = abnormal(&quotes, a.settings.ceiling, &limits(trade, p));
    for (who, why) in &low {
        let e = entries.iter_mut().find(|e| e.supplier == *who).ok_or(Fail::Hidden)?;
        (e.abnormal, e.explained) = (record::abnormal_words(*why), "asked".to_owned());
        store::save_entry(tx, p.id, e).await?;
        let words = format!("竞价 {} 的报价{}，请在期限内说明成本构成。", p.number, e.abnormal);
        base::messages::tell(tx, *who, Duty::SupplierOrders, &p.href(), &words).await?;
        tx.journal(entry(p, "auction.low", 0, json!({"alias": e.alias, "why": e.abnormal}))).await?;
    }
    if low.is_empty() {
        return Ok(false);
    }
    p.next_due = projects::clock(trade, p, "clock.abnormal_explain", tx.now());
    p.next_command = p.next_due.map(|_| "explain".to_owned());
    Ok(true)
}

async fn checking(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<(Project, Auction, Vec<Entry>)> {
    let p = projects::own(tx, actor, id).await?;
    if state(&p)? != State::Checking {
        return Err(projects::refuse_state(state(&p)?.label()));
    }
    let (a, entries) = (store::get(tx, id).await?, store::entries(tx, id).await?);
    Ok((p, a, entries))
}

fn of_alias<'e>(entries: &'e mut [Entry], alias: &str) -> Result<&'e mut Entry> {
    entries.iter_mut().find(|e| e.alias == alias && e.place > 0).ok_or(Fail::Hidden)
}

/// The handler says whether a response meets the requirements; a refusal needs a reason. After the last one the low
/// quotes are looked at.
pub async fn check(trade: &Trade, actor: &Actor, id: i64, alias: &str, pass: bool, reason: &str) -> Result<()> {
    if !pass && reason.is_empty() {
        return Err(Fail::field("reason", "check.reason", "判为不满足时请写明哪一项、为什么。"));
    }
    trade
        .db()
        .write("auction.check", |tx| {
            Box::pin(async move {
                let (mut p, a, mut entries) = checking(tx, actor, id).await?;
                if entries.iter().any(|e| !e.explained.is_empty())
                    || entries.iter().all(|e| e.place == 0 || !e.verdict.is_empty())
                {
                    return Err(Fail::refuse("check.done", "响应核验已经完成，不能再改。"));
                }
                let e = of_alias(&mut entries, alias)?;
                (e.verdict, e.reason) = (if pass { "pass" } else { "fail" }.to_owned(), reason.to_owned());
                store::save_entry(tx, id, e).await?;
                let data = json!({"alias": alias, "pass": pass, "reason": reason});
                tx.journal(entry(&p, "auction.checked", actor.person, data)).await?;
                if entries.iter().all(|e| e.place == 0 || !e.verdict.is_empty()) {
                    let book = store::book_at(tx, &a, tx.now()).await?;
                    ask_for_low(trade, tx, &mut p, &a, &book).await?;
                }
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// A supplier explains its low quote.
pub async fn explain(trade: &Trade, actor: &Actor, id: i64, words: &str) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("auction.explain", |tx| {
            Box::pin(async move {
                let p = headers::any(tx, id).await?;
                let mut e = store::entry(tx, id, actor.org).await?.ok_or(Fail::Hidden)?;
                if p.state != "checking" || e.explained != "asked" {
                    return Err(Fail::refuse("explain.closed", "现在不需要或不能再说明。"));
                }
                (e.explanation, e.explained) = (words.to_owned(), "given".to_owned());
                store::save_entry(tx, id, &e).await?;
                let told = format!("竞价 {} 供应商 {} 说明了低价，请判断。", p.number, e.alias);
                base::messages::tell(tx, p.unit, desk_of(&p), &p.href(), &told).await?;
                let digest = kit::text::sha256(&[words.as_bytes()]);
                tx.journal(entry(&p, "auction.explained", 0, json!({"alias": e.alias, "digest": digest}))).await?;
                Ok(())
            })
        })
        .await
}

/// The handler accepts an explanation or excludes the quote, with a reason either way.
pub async fn judge_explanation(
    trade: &Trade,
    actor: &Actor,
    id: i64,
    alias: &str,
    accept: bool,
    reason: &str,
) -> Result<()> {
    trade
        .db()
        .write("auction.judge", |tx| {
            Box::pin(async move {
                let (mut p, _, mut entries) = checking(tx, actor, id).await?;
                let e = of_alias(&mut entries, alias)?;
                if e.explained != "given" {
                    return Err(Fail::refuse("explain.none", "供应商还没有说明，或已经判断过。"));
                }
                (e.explained, e.reason) = (if accept { "accepted" } else { "rejected" }.to_owned(), reason.to_owned());
                store::save_entry(tx, id, e).await?;
                let data = json!({"alias": alias, "accept": accept, "reason": reason});
                tx.journal(entry(&p, "auction.judged", actor.person, data)).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// The time to explain is over: who has not explained is excluded.
async fn unexplained(trade: &Trade, id: i64) -> Result<()> {
    trade
        .db()
        .write("auction.unexplained", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                if state(&p)? != State::Checking {
                    return Ok(());
                }
                for mut e in store::entries(tx, id).await?.into_iter().filter(|e| e.explained == "asked") {
                    (e.explained, e.reason) = ("rejected".to_owned(), "期限内没有说明成本构成".to_owned());
                    store::save_entry(tx, id, &e).await?;
                    tx.journal(entry(
                        &p,
                        "auction.judged",
                        0,
                        json!({"alias": e.alias, "accept": false, "reason": e.reason}),
                    ))
                    .await?;
                }
                (p.next_due, p.next_command) = (None, None);
                let words = format!("竞价 {} 低价说明期限已到，请确定成交。", p.number);
                base::messages::tell(tx, p.unit, desk_of(&p), &p.href(), &words).await?;
                tx.journal(entry(&p, "auction.explain_closed", 0, json!({}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

/// Everything is checked: the rules name the winner; nobody chooses.
pub async fn award(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    trade
        .db()
        .write("auction.award", |tx| {
            Box::pin(async move {
                let (mut p, a, entries) = checking(tx, actor, id).await?;
                if entries.iter().any(|e| e.place > 0 && e.verdict.is_empty()) {
                    return Err(Fail::refuse("award.unchecked", "还有响应没有核验，请逐家核验后再确定成交。"));
                }
                if entries.iter().any(|e| matches!(e.explained.as_str(), "asked" | "given")) {
                    return Err(Fail::refuse("award.unexplained", "还有异常低价没有说明或没有判断，请先处理。"));
                }
                let book = store::book_at(tx, &a, tx.now()).await?;
                name_winner(trade, tx, &mut p, &a, &book).await
            })
        })
        .await
}

/// Who is out of the line, and why.
pub(super) fn excluded(entries: &[Entry]) -> Vec<(i64, &'static str)> {
    let why = |e: &Entry| match (e.verdict.as_str(), e.explained.as_str()) {
        ("fail", _) => Some((e.supplier, "response")),
        (_, "rejected") => Some((e.supplier, "abnormal")),
        _ => None,
    };
    entries.iter().filter_map(why).collect()
}

async fn name_winner(trade: &Trade, tx: &Tx<'_>, p: &mut Project, a: &Auction, book: &Book) -> Result<()> {
    let mut entries = store::entries(tx, p.id).await?;
    leave_out(tx, p, &mut entries).await?;
    let out: Vec<i64> = excluded(&entries).into_iter().map(|(who, _)| who).collect();
    match decide(&record::standing(book), &out, a.settings.minimum) {
        Outcome::TooFew(valid, need) => {
            step(p, Act::Fail)?;
            end(tx, p, "auction.failed", 0, &format!("核验后有效报价 {valid} 家，不足 {need} 家。")).await
        }
        Outcome::Won(line) => {
            for q in &line {
                let e = entries.iter_mut().find(|e| e.supplier == q.bidder).ok_or(Fail::Hidden)?;
                e.standing = "line".to_owned();
            }
            store::save_entries(tx, p.id, &entries).await?;
            step(p, Act::Award)?;
            name(trade, tx, p, &line[0]).await
        }
    }
}

/// Whom a measure has reached since the quote does not win: out, with the reason in the record like any other.
async fn leave_out(tx: &Tx<'_>, p: &Project, entries: &mut [Entry]) -> Result<()> {
    for e in entries.iter_mut().filter(|e| e.place > 0 && e.verdict != "fail") {
        if suppliers::get(tx, e.supplier).await?.stopped_for(&p.category, &p.address_region) {
            (e.verdict, e.reason) = ("fail".to_owned(), STOPPED.to_owned());
            store::save_entry(tx, p.id, e).await?;
        }
    }
    Ok(())
}

/// Names a winner, the first time or the next in line.
async fn name(trade: &Trade, tx: &Tx<'_>, p: &mut Project, q: &Quote) -> Result<()> {
    let mut e = store::entry(tx, p.id, q.bidder).await?.ok_or(Fail::Hidden)?;
    e.standing = "named".to_owned();
    store::save_entry(tx, p.id, &e).await?;
    store::set_winner(tx, p.id, Some(q.bidder), Some(q.amount)).await?;
    let due = projects::clock(trade, p, "clock.award_confirm", tx.now());
    (p.next_due, p.next_command) = (due, due.map(|_| "pass_on".to_owned()));
    let (unit, winner) = (base::orgs::org(tx, p.unit).await?, base::orgs::org(tx, q.bidder).await?);
    let publish = projects::clock(trade, p, "clock.result_publish", tx.now());
    let data = json!({
        "number": p.number, "title": p.title, "unit": unit.name, "supplier": winner.name, "supplier_id": q.bidder.to_string(),
        "alias": e.alias, "amount": q.amount, "ceiling": p.ceiling, "quantity": p.quantity, "measure": p.measure, "brand": e.brand,
        "model": e.model, "publish_due": publish, "secret": p.secret,
    });
    tx.journal(entry(p, "auction.awarded", 0, data)).await?;
    let words = format!("竞价 {} 成交，总价 {}，请在期限内确认。", p.number, Fen(q.amount).yuan());
    base::messages::tell(tx, q.bidder, Duty::SupplierOrders, &p.href(), &words).await?;
    base::messages::tell(tx, p.unit, desk_of(p), &p.href(), &format!("竞价 {} 已定成交供应商。", p.number)).await?;
    headers::save(tx, p).await
}

/// The named winner confirms: the order is made, what is left of the money is freed. None for a batch: its units get
/// their orders.
pub async fn confirm(trade: &Trade, actor: &Actor, id: i64) -> Result<Option<i64>> {
    actor.must(&[Duty::SupplierOrders])?;
    trade
        .db()
        .write("auction.confirm", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                let a = store::get(tx, id).await?;
                let mut e = named(tx, actor, &p).await?;
                let amount = a.amount.ok_or(Fail::Hidden)?;
                e.standing = "confirmed".to_owned();
                store::save_entry(tx, id, &e).await?;
                step(&mut p, Act::Confirm)?;
                (p.next_due, p.next_command) = (None, None);
                let order = match p.mode.as_str() {
                    // Each unit of the batch gets its own order; the winner finds them in its list.
                    "batch" => {
                        let goods = (e.brand.clone(), e.model.clone());
                        crate::batch::auction_won(trade, tx, &p, actor.org, amount / p.quantity, goods).await?;
                        None
                    }
                    _ => Some(order_of(trade, tx, &mut p, &a, &e, amount, actor).await?),
                };
                let data = json!({"alias": e.alias, "amount": amount, "order": order.map(|o| o.to_string())});
                tx.journal(entry(&p, "auction.concluded", actor.person, data)).await?;
                headers::save(tx, &mut p).await?;
                Ok(order)
            })
        })
        .await
}

async fn order_of(
    trade: &Trade,
    tx: &Tx<'_>,
    p: &mut Project,
    a: &Auction,
    e: &Entry,
    amount: i64,
    actor: &Actor,
) -> Result<i64> {
    let product = a.basis == "product";
    let title = if product { p.title.clone() } else { format!("{}（{} {}）", p.title, e.brand, e.model) };
    let line = AwardLine {
        offer: e.offer,
        product: a.product,
        category: p.category.clone(),
        brand: e.brand.clone(),
        model: e.model.clone(),
        title,
        unit: p.measure.clone(),
        price: amount / p.quantity,
        quantity: p.quantity,
    };
    let award = Award { project: p, supplier: actor.org, lines: vec![line], actor: actor.person };
    let order = make_order(trade, tx, award).await?;
    projects::free(tx, p, "成交价低于限价").await?;
    Ok(order)
}

async fn named(tx: &Tx<'_>, actor: &Actor, p: &Project) -> Result<Entry> {
    let e = store::entry(tx, p.id, actor.org).await?.ok_or(Fail::Hidden)?;
    if state(p)? != State::Awarded || e.standing != "named" {
        return Err(Fail::refuse("award.not_named", "贵单位现在不是待确认的成交供应商。"));
    }
    Ok(e)
}

/// The named winner does not want it: the score pays, the next in line is named.
pub async fn abandon(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    actor.must(&[Duty::SupplierOrders])?;
    let p = headers::any(trade.db(), id).await?;
    if state(&p)? != State::Awarded || store::get(trade.db(), id).await?.winner != Some(actor.org) {
        return Err(Fail::refuse("award.not_named", "贵单位现在不是待确认的成交供应商。"));
    }
    pass_on(trade, id, "abandoned", reason, actor.org).await
}

/// `by` is the supplier that abandons, 0 for the clock.
async fn pass_on(trade: &Trade, id: i64, how: &str, reason: &str, by: i64) -> Result<()> {
    trade
        .db()
        .write("auction.pass_on", |tx| {
            Box::pin(async move {
                let mut p = headers::any(tx, id).await?;
                let a = store::get(tx, id).await?;
                let Some(winner) = a.winner.filter(|w| by == 0 || *w == by) else { return Ok(()) };
                if state(&p)? != State::Awarded || (by == 0 && p.next_due.is_none_or(|d| d > tx.now())) {
                    return Ok(());
                }
                let mut entries = store::entries(tx, id).await?;
                let e = entries.iter_mut().find(|e| e.supplier == winner).ok_or(Fail::Hidden)?;
                e.standing = how.to_owned();
                store::save_entry(tx, id, e).await?;
                let words = format!("竞价 {} 成交后{reason}", p.number);
                let case = projects::charge(trade, tx, &p, winner, "credit.deduct.award_abandoned", &words).await?;
                let data = json!({"alias": e.alias, "supplier": winner.to_string(), "how": how, "reason": reason, "case": case.to_string()});
                tx.journal(entry(&p, "auction.abandoned", 0, data)).await?;
                let book = store::book_at(tx, &a, tx.now()).await?;
                let mut line: Vec<Quote> = Vec::new();
                for q in record::standing(&book) {
                    let waits = entries.iter().any(|e| e.supplier == q.bidder && e.standing == "line");
                    if waits && !suppliers::get(tx, q.bidder).await?.stopped_for(&p.category, &p.address_region) {
                        line.push(q);
                    }
                }
                match line.first() {
                    Some(next) => {
                        step(&mut p, Act::PassOn)?;
                        name(trade, tx, &mut p, next).await
                    }
                    None => {
                        step(&mut p, Act::Fail)?;
                        store::set_winner(tx, id, None, None).await?;
                        end(tx, &mut p, "auction.failed", 0, "成交供应商放弃，没有下一顺位的供应商。").await
                    }
                }
            })
        })
        .await
}

/// The handler turns to another way of buying after a failure, with a reason.
pub async fn switch(trade: &Trade, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    trade
        .db()
        .write("auction.switch", |tx| {
            Box::pin(async move {
                let mut p = projects::own(tx, actor, id).await?;
                if !matches!(state(&p)?, State::Failed | State::Cancelled) {
                    return Err(projects::refuse_state(state(&p)?.label()));
                }
                p.note = format!("{}；改用其他方式：{reason}", p.note);
                tx.journal(entry(&p, "auction.switched", actor.person, json!({"reason": reason}))).await?;
                headers::save(tx, &mut p).await
            })
        })
        .await
}

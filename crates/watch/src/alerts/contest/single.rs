//! Rules that look at one auction.
use super::Case;
use super::store;
use crate::alerts::judge::Sheet;
use kit::Result;
use rules::alert::contest::{Bid, Contest};
use rules::alert::{
    m09_one_answer, r018_single_bidder, r019_few_bidders, r022_spread, r028_equal_quotes, r030_late_quote,
    r031_near_ceiling, r034_in_step, r035_all_others_out, r036_lowest_out, w06_same_machine, w07_shared_people,
    w08_quote_pattern, w11_low_quote,
};
use rules::auction::{Limits, Quote};

/// What is judged however an auction ended: who came, whence, and with what.
pub(super) async fn ended(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) -> Result<()> {
    let (db, t) = (c.watch.db(), &c.e.contest);
    let need = c.count("alert.one_answer.events", 3);
    let latest = store::of_unit(db, t.unit, t.ends_at, need.max(2)).await?;
    let who: Vec<Vec<i64>> = latest.iter().map(|l| l.bids.iter().map(|b| b.who).collect()).collect();
    c.note(sheet, "M09", c.monthly(), t.unit, m09_one_answer::judge(&who, need));
    let invited = store::invited(db, t.id).await?;
    c.note(sheet, "R018", c.once(), t.unit, r018_single_bidder::judge(t.bids.len(), invited));
    if t.bids.is_empty() {
        return Ok(());
    }
    let p = r019_few_bidders::Params { percent: c.number("alert.few_percent", 50), population: c.population() };
    let others: Vec<usize> = class.iter().map(|o| o.bids.len()).filter(|n| *n > 0).collect();
    c.note(sheet, "R019", c.once(), t.unit, r019_few_bidders::judge(t.bids.len(), &others, p));
    if t.bids.len() < 2 {
        return Ok(());
    }
    if c.on("alert.same_device") {
        c.note(sheet, "W06", c.once(), c.first(), w06_same_machine::judge(&store::seats(db, t.id).await?));
    }
    if c.on("alert.same_person") {
        c.note(sheet, "W07", c.once(), c.first(), w07_shared_people::judge(&store::parties(db, t.id).await?));
    }
    quotes(c, class, sheet);
    Ok(())
}

/// What the quotes themselves show.
fn quotes(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) {
    let t = &c.e.contest;
    let (valid, all): (Vec<i64>, Vec<i64>) = (t.valid(), t.bids.iter().map(|b| b.amount).collect());
    c.note(sheet, "W08", c.once(), c.first(), w08_quote_pattern::judge(&valid, t.quantity, t.step));
    c.note(sheet, "R022", c.once(), t.unit, r022_spread::judge(&all, c.number("alert.spread_percent", 100)));
    let named: Vec<(String, i64)> = t.bids.iter().map(|b| (b.alias.clone(), b.amount)).collect();
    c.note(sheet, "R028", c.once(), c.first(), r028_equal_quotes::judge(&named, t.ceiling, t.secret));
    let firsts: Vec<(i64, i64)> = t.bids.iter().map(|b| (b.who, b.first_at)).collect();
    let earlier: Vec<Vec<i64>> = class.iter().filter(|o| same_bidders(t, o)).map(order).collect();
    let outcome = r034_in_step::judge(&firsts, t.opens_at, t.ends_at, &earlier);
    c.note(sheet, "R034", c.once(), c.first(), outcome);
}

fn same_bidders(a: &Contest, b: &Contest) -> bool {
    a.bids.len() == b.bids.len() && a.bids.iter().all(|x| b.took_part(x.who))
}

/// Bidders in the order of their first quotes.
fn order(t: &Contest) -> Vec<i64> {
    let mut all: Vec<(i64, i64)> = t.bids.iter().map(|b| (b.first_at, b.who)).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, who)| who).collect()
}

/// What is judged of one auction that has a winner.
pub(super) fn awarded(c: &Case<'_>, sheet: &mut Sheet) {
    let t = &c.e.contest;
    let limits = Limits {
        mean_bp: c.number("auction.abnormal.mean_bp", 0),
        next_bp: c.number("auction.abnormal.next_bp", 0),
        ceiling_bp: c.number("auction.abnormal.ceiling_bp", 0),
    };
    let quote = |(i, b): (usize, &Bid)| Quote { bidder: b.who, amount: b.amount, seq: i as u64 };
    let quotes: Vec<Quote> = t.bids.iter().enumerate().filter(|(_, b)| !b.out).map(quote).collect();
    let won = t.winner();
    let outcome = w11_low_quote::judge(won.map_or(0, |b| b.who), &quotes, t.ceiling, &limits);
    c.note(sheet, "W11", format!("{}/{}", t.id, c.first()), c.first(), outcome);
    c.note(sheet, "R030", c.once(), t.unit, r030_late_quote::judge(won.map(|b| b.last_at), t.ends_at));
    let near = c.number("alert.near_ceiling_percent", 98);
    let outcome = r031_near_ceiling::judge(won.map_or(0, |b| b.amount), t.ceiling, quotes.len(), near);
    c.note(sheet, "R031", c.monthly(), t.unit, outcome);
    let verdicts: Vec<(bool, bool)> = t.bids.iter().map(|b| (b.out, b.won)).collect();
    let outcome = r035_all_others_out::judge(&verdicts, c.count("alert.excluded.others", 2));
    c.note(sheet, "R035", c.once(), t.unit, outcome);
    // Who did not explain a low quote is out by law; the rule asks about responses.
    let responses: Vec<(i64, bool, bool)> = t.bids.iter().map(|b| (b.amount, b.failed, b.won)).collect();
    c.note(sheet, "R036", c.once(), t.unit, r036_lowest_out::judge(&responses));
}

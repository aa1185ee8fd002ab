//! What commands wrote, compared with what their entries hold.
use super::store::{self, Order, Quote};
use super::told::{self, Told};
use super::{files, rows};
use crate::ledger::erasure::{self, Blanked};
use crate::ledger::log::{self, Found};
use kit::journal::{self, Recorded};
use kit::{Query, Result};
use serde_json::Value;

/// Entries read at a time.
const PIECE: i64 = 500;
/// Orders read at a time, with all their entries.
const ORDERS: i64 = 200;
/// An order that moves all the time is looked at so often; then it is left to the next audit.
const LOOKS: usize = 5;

/// Compares orders, contracts, payments, invoices, spent money and quotes; and whether the rows are there that entries tell of, files and
/// rows beside orders among them.
pub async fn compare(q: &dyn Query, out: &mut Found) -> Result<()> {
    let mut seq = 0;
    loop {
        let piece = journal::after(q, seq, PIECE).await?;
        let Some(last) = piece.last().map(|e| e.seq) else { break };
        placed(q, &piece, out).await?;
        contracts(q, &piece, out).await?;
        payments(q, &piece, out).await?;
        quotes(q, &piece, out).await?;
        erasures(q, &piece, out).await?;
        rows::missing(q, &piece, out).await?;
        files::missing(q, &piece, out).await?;
        seq = last;
    }
    for id in store::quotes_without_entry(q).await? {
        out.say(format!("auction_quote {id} comes from no entry of the journal"));
    }
    orders(q, out).await
}

/// Orders that an entry placed and that are not there.
async fn placed(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    let said: Vec<i64> = piece
        .iter()
        .filter(|e| matches!(e.kind.as_str(), "order.placed" | "order.awarded"))
        .filter_map(order_of)
        .collect();
    let known = store::known_orders(q, &said).await?;
    let gone = said.iter().filter(|id| !known.contains(id));
    gone.for_each(|id| out.say(format!("order {id} is missing, the journal tells of it")));
    Ok(())
}

fn order_of(e: &Recorded) -> Option<i64> {
    e.subject.strip_prefix("order/")?.parse().ok()
}

async fn contracts(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    let said: Vec<(i64, &Recorded)> =
        piece.iter().filter(|e| e.kind == "contract.concluded").filter_map(|e| Some((order_of(e)?, e))).collect();
    let rows = store::contracts(q, &said.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
    out.rows += rows.len();
    for (id, e) in said {
        let Some(c) = rows.get(&id) else {
            out.say(format!("contract {id} is missing, journal entry {} concluded it", e.seq));
            continue;
        };
        let body: Value = serde_json::from_str(&c.body).unwrap_or_default();
        let whole = told::contract_fits(&body, &e.data) && kit::text::sha256(&[c.body.as_bytes()]) == c.digest;
        if !whole || e.data["contract"] != c.number.as_str() || e.data["signed_at"].as_i64() != c.signed_at {
            out.say(format!("contract {id} ({}) differs from journal entry {}", c.number, e.seq));
        }
    }
    Ok(())
}

async fn payments(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    let said: Vec<(&str, &Recorded)> = piece
        .iter()
        .filter(|e| e.kind == "payment.paid")
        .filter_map(|e| Some((e.data["payment"].as_str()?, e)))
        .collect();
    let rows = store::payments(q, &said.iter().map(|(n, _)| *n).collect::<Vec<_>>()).await?;
    out.rows += rows.len();
    for (number, e) in said {
        match rows.get(number) {
            None => out.say(format!("payment {number} is missing, journal entry {} paid it", e.seq)),
            Some((order, amount, state)) => {
                let fits = order_of(e) == Some(*order) && e.data["amount"].as_i64() == Some(*amount) && state == "paid";
                if !fits {
                    out.say(format!("payment {number} differs from journal entry {}", e.seq));
                }
            }
        }
    }
    Ok(())
}

async fn quotes(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    let said: Vec<&Recorded> = piece.iter().filter(|e| e.kind == "auction.quoted").collect();
    let rows = store::quotes(q, &said.iter().map(|e| e.id).collect::<Vec<_>>()).await?;
    out.rows += rows.len();
    for e in said {
        match rows.get(&e.id) {
            None => out.say(format!("auction_quote {} is missing, journal entry {} says it", e.id, e.seq)),
            Some(row) if !quote_fits(e, row) => {
                out.say(format!("auction_quote {} differs from journal entry {}", e.id, e.seq));
            }
            Some(_) => {}
        }
    }
    for e in piece.iter().filter(|e| e.kind == "auction.opened") {
        let auction = e.subject.strip_prefix("auction/").and_then(|id| id.parse().ok()).unwrap_or(0);
        let read = store::opened(q, auction).await?;
        for a in e.data["amounts"].as_array().into_iter().flatten() {
            let said = (a["alias"].as_str().unwrap_or_default().to_owned(), a["amount"].as_i64().unwrap_or(0));
            if !read.contains(&said) {
                out.say(format!(
                    "auction_quote of {} in auction {auction} differs from journal entry {}",
                    said.0, e.seq
                ));
            }
        }
    }
    Ok(())
}

async fn erasures(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    let said: Vec<(i64, &Recorded)> =
        piece.iter().filter(|e| e.kind == log::ERASED).filter_map(|e| Some((e.data["seq"].as_i64()?, e))).collect();
    let rows = store::erasures(q, &said.iter().map(|(seq, _)| *seq).collect::<Vec<_>>()).await?;
    out.rows += rows.len();
    for (seq, e) in said {
        let text = |key: &str| e.data[key].as_str().unwrap_or_default().to_owned();
        let told = [
            text("kind"),
            text("ground"),
            text("basis"),
            text("reason"),
            text("asked_by"),
            e.actor.to_string(),
            text("note"),
        ];
        if rows.get(&seq) != Some(&told) {
            out.say(format!("erasure of entry {seq} differs from journal entry {}", e.seq));
        }
        for r in e.data["rooms"].as_array().into_iter().flatten() {
            let text = |key: &str| r[key].as_str().unwrap_or_default().to_owned();
            let b = Blanked { table: text("table"), column: text("column"), row: text("row").parse().unwrap_or(0) };
            out.rows += 1;
            if !erasure::still_blank(q, &b).await? {
                out.say(format!("{} {} has words again that entry {} erased", b.table, b.row, e.seq));
            }
        }
    }
    Ok(())
}

fn quote_fits(e: &Recorded, row: &Quote) -> bool {
    let d = &e.data;
    let amount = match (d["amount"].as_i64(), d["sealed"].as_str()) {
        (Some(said), _) => row.amount == Some(said),
        (None, Some(sealed)) => row.sealed.as_deref().is_some_and(|s| kit::text::sha256(&[s]) == sealed),
        (None, None) => false,
    };
    amount
        && e.subject == format!("auction/{}", row.auction)
        && d["seq"].as_i64() == Some(row.seq)
        && d["alias"].as_str() == Some(&row.alias)
}

async fn orders(q: &dyn Query, out: &mut Found) -> Result<()> {
    let mut after = 0;
    loop {
        let piece = store::orders(q, after, ORDERS).await?;
        let Some(last) = piece.last().map(|o| o.id) else { break };
        out.rows += piece.len();
        let subject = |o: &Order| format!("order/{}", o.id);
        let mut entries = journal::about_all(q, &piece.iter().map(subject).collect::<Vec<_>>()).await?;
        for o in piece {
            let mut heard = Told::default();
            entries.remove(&subject(&o)).into_iter().flatten().for_each(|e| heard.hear(&e));
            if differences(&o, &heard).next().is_some() {
                again(q, o, out).await?;
            }
        }
        after = last;
    }
    Ok(())
}

/// An order that seems to differ is looked at alone: entries that came meanwhile, or have no number yet, count too. What still
/// differs, while no entry came in between, does differ.
async fn again(q: &dyn Query, first: Order, out: &mut Found) -> Result<()> {
    let subject = format!("order/{}", first.id);
    let (id, mut o) = (first.id, Some(first));
    for _ in 0..LOOKS {
        let entries = journal::about(q, &subject).await?;
        o = store::orders(q, id - 1, 1).await?.into_iter().find(|o| o.id == id);
        if journal::about(q, &subject).await?.len() != entries.len() {
            continue;
        }
        let mut heard = Told::default();
        entries.iter().for_each(|e| heard.hear(e));
        let Some(o) = &o else { break };
        let named = format!("order {} ({})", o.id, o.number);
        if heard.number.is_empty() {
            out.say(format!("{named} was placed by no entry of the journal"));
        } else {
            differences(o, &heard).for_each(|what| out.say(format!("{named}: {what}")));
        }
        return Ok(());
    }
    if o.is_none() {
        out.say(format!("order {id} is missing, the journal tells of it"));
    }
    Ok(())
}

/// In what an order differs from what the journal tells.
fn differences<'a>(o: &'a Order, t: &'a Told) -> impl Iterator<Item = String> + 'a {
    let text =
        |what: &str, is: &str, said: &str| (is != said).then(|| format!("{what} is {is}, the journal says {said}"));
    let fen =
        |what: &str, is: i64, said: i64| (is != said).then(|| format!("{what} is {is} fen, the journal says {said}"));
    let counted = (o.lines.len() != t.lines.len())
        .then(|| format!("it has {} lines, the journal says {}", o.lines.len(), t.lines.len()));
    let line = |((id, is), told): (&(i64, Value), &Value)| {
        told::line_differs(is, told).map(|what| format!("its line {id}: {what}"))
    };
    let lines = o.lines.iter().zip(&t.lines).filter_map(line).next();
    let k = &t.kept;
    let kept = |what: &str, is: &str, said: &Option<String>| {
        said.as_ref().filter(|s| *s != is).map(|_| format!("{what} differs from what the journal says"))
    };
    [
        text("number", &o.number, &t.number),
        text("region", &o.region, &t.region),
        text("state", &o.state, &t.state),
        (o.sides != t.sides).then(|| "unit or supplier is not the one in the journal".to_owned()),
        fen("total", o.total, t.total),
        k.kind
            .as_ref()
            .filter(|kind| **kind != o.kind)
            .map(|_| "its mode or form is not the one in the journal".to_owned()),
        kept("whose secret it is", &o.secret, &k.secret),
        kept("what is private of it (reason, place, contact)", &o.private, &k.private),
        kept("what was compared", &o.compared, &k.compared),
        counted.or(lines),
        (o.taken != t.taken).then(|| format!("accepted and refused are {:?}, the journal says {:?}", o.taken, t.taken)),
        fen("invoiced", o.invoiced, t.invoiced),
        fen("paid", o.paid, t.paid),
        fen("spent of the budget", o.spent, t.spent),
    ]
    .into_iter()
    .flatten()
}

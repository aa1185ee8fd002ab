//! The daily look at every observed offer: what the rulebook says about its band is done, once.
use super::store::{self, Watched};
use crate::offers::{self, Line, stop};
use crate::{Supply, conduct};
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx};
use rules::Fen;
use rules::calendar::{day_of, show_day, show_time};
use rules::duty::Duty;
use rules::price::{Action, Band, Reference, action, bands, distance, terms};
use rules::rulebook::Scope;
use serde_json::json;
use std::collections::HashMap;

/// Products looked at in one piece.
const PIECE: usize = 1000;
/// Overdue offers taken at a time.
const OVERDUE: usize = 100;

/// Looks at every observed product, and at those found too dear before: what stopped one of them is lifted with its last
/// observation. Returns how many offers were looked at and how many changed.
pub async fn check_all(supply: &Supply) -> Result<(usize, usize)> {
    let (facts, today) = (supply.facts(), day_of(supply.db().now()));
    let age = terms(&facts.rulebook, &facts.path(&facts.root), today).map_or(0, |t| t.age_days_max);
    let since = i64::from(today) - age;
    let (mut after, mut seen, mut changed) = (0, 0, 0);
    loop {
        let mut piece = store::observed_after(supply.db(), since, after, PIECE).await?;
        piece.extend(store::watched_after(supply.db(), after, PIECE).await?);
        piece.sort_unstable();
        piece.dedup();
        piece.truncate(PIECE);
        let Some(last) = piece.last() else { return Ok((seen, changed)) };
        after = *last;
        let (s, c) = check(supply, &piece).await?;
        (seen, changed) = (seen + s, changed + c);
    }
}

/// Looks at the offers of some products. Returns how many there are and how many changed.
pub async fn check(supply: &Supply, products: &[i64]) -> Result<(usize, usize)> {
    let facts = supply.facts();
    let (root, today) = (facts.root.clone(), day_of(supply.db().now()));
    let references = super::references(supply, &root, products).await?;
    let lines = offers::wanted(supply.db(), products).await?;
    let ids: Vec<i64> = lines.iter().map(|l| l.offer).collect();
    let known: HashMap<i64, Watched> =
        store::watched(supply.db(), &ids).await?.into_iter().map(|w| (w.offer, w)).collect();
    let path = facts.path(&root);
    let mut changed = 0;
    for line in &lines {
        let found = references.get(&line.product).and_then(|r| {
            let band = bands(&facts.rulebook, &path, &line.category, today)?.band(line.price, r.price);
            Some((band, *r)).filter(|(b, _)| action(&facts.rulebook, &path, &line.category, *b, today) != Action::Show)
        });
        let was = known.get(&line.offer);
        let same = match (&found, was) {
            (None, None) => line.stops & stop::PRICE == 0,
            (Some((band, _)), Some(w)) => w.band == band.key(),
            _ => false,
        };
        if same {
            continue;
        }
        changed += usize::from(carried("price", line.offer, judge(supply, line, found).await));
    }
    Ok((lines.len(), changed))
}

/// Freezes what was not put right in time.
pub async fn run_due(supply: &Supply) -> Result<usize> {
    let mut done = 0;
    for w in &store::overdue(supply.db(), supply.db().now(), OVERDUE).await? {
        let frozen =
            supply.db().write("price.overdue", |tx| Box::pin(async move { overdue(supply, tx, w).await })).await;
        done += usize::from(carried("price", w.offer, frozen));
    }
    Ok(done)
}

fn about(supply: &Supply, line: &Line, kind: &'static str, data: serde_json::Value) -> Entry {
    Entry {
        region: supply.facts().root.clone(),
        room: "prices",
        kind,
        subject: format!("offer/{}", line.offer),
        actor: 0,
        via: "timer",
        data,
    }
}

async fn tell(tx: &Tx<'_>, line: &Line, words: &str) -> Result<()> {
    base::messages::tell(tx, line.supplier, Duty::SupplierAdmin, &format!("/prices/{}", line.product), words).await
}

async fn overdue(supply: &Supply, tx: &Tx<'_>, w: &Watched) -> Result<()> {
    let line = offers::one(tx, w.offer).await?;
    stop::set(tx, w.offer, stop::PRICE, true).await?;
    store::watch(tx, &Watched { due: None, ..w.clone() }).await?;
    tell(tx, &line, &format!("“{}”逾期没有调整价格，已冻结；降价后自动恢复。", line.title)).await?;
    let data =
        json!({"price": w.price, "reference": w.reference, "band": w.band, "products": [line.product.to_string()]});
    tx.journal(about(supply, &line, "price.frozen_late", data)).await.map(|_| ())
}

async fn judge(supply: &Supply, line: &Line, found: Option<(Band, Reference)>) -> Result<()> {
    let done = supply
        .db()
        .write("price.judge", |tx| {
            Box::pin(async move {
                // The offer may have changed since it was read; then the next look judges it.
                let now = offers::one(tx, line.offer).await?;
                if now.price != line.price || now.state != line.state {
                    return Err(Fail::Hidden);
                }
                match found {
                    None => clear(supply, tx, &now).await,
                    Some((band, r)) => act(supply, tx, &now, band, r).await,
                }
            })
        })
        .await;
    match done {
        Err(Fail::Hidden) => Ok(()),
        other => other,
    }
}

/// In order again.
async fn clear(supply: &Supply, tx: &Tx<'_>, line: &Line) -> Result<()> {
    store::unwatch(tx, line.offer).await?;
    let freed = stop::set(tx, line.offer, stop::PRICE, false).await?;
    if freed {
        tell(tx, line, &format!("“{}”的价格已恢复正常，冻结解除。", line.title)).await?;
    }
    let data = json!({"price": line.price, "freed": freed, "products": [line.product.to_string()]});
    tx.journal(about(supply, line, "price.cleared", data)).await.map(|_| ())
}

/// The end of the time that a supplier has after the notice; None where nothing follows, or where it is over already.
fn due(supply: &Supply, line: &Line, what: Action, known: Option<&Watched>, now: i64) -> Option<i64> {
    let facts = supply.facts();
    let key = match what {
        Action::Warn => "price.fix_days",
        Action::Freeze | Action::Delist => "price.freeze_notice_hours",
        _ => return None,
    };
    let scope = Scope { mode: None, form: None, category: Some(&line.category), amount: None };
    let from = |at: i64| facts.clock(key, &facts.root, &scope, at).map(|d| d.at);
    let end = from(now).filter(|end| *end > now);
    match known {
        // Frozen once it stays so in every band that freezes, and a price that moves between bands wins no time.
        Some(w) if w.due.is_none() && line.stops & stop::PRICE != 0 => end.filter(|_| what == Action::Warn),
        // Lowered, though not enough: the whole time counts from when it first was too dear.
        Some(Watched { due: Some(old), since, .. }) if what == Action::Warn => from(*since).map(|end| end.max(*old)),
        Some(Watched { due: Some(old), .. }) => end.map(|end| end.min(*old)),
        _ => end,
    }
}

async fn act(supply: &Supply, tx: &Tx<'_>, line: &Line, band: Band, r: Reference) -> Result<()> {
    let facts = supply.facts();
    let (root, today) = (facts.root.clone(), day_of(tx.now()));
    let path = facts.path(&root);
    let what = action(&facts.rulebook, &path, &line.category, band, today);
    let known = store::watched(tx, &[line.offer]).await?.into_iter().next();
    let since = known.as_ref().map_or(tx.now(), |w| w.since);
    let due = due(supply, line, what, known.as_ref(), tx.now());
    let w =
        Watched { offer: line.offer, band: band.key().to_owned(), price: line.price, reference: r.price, since, due };
    store::watch(tx, &w).await?;
    let figures = format!(
        "“{}”报价 {}，市场参考价 {}（{} 个来源，{} 至 {}），{}，{}",
        line.title,
        Fen(line.price).yuan(),
        Fen(r.price).yuan(),
        r.samples,
        show_day(r.from),
        show_day(r.to),
        distance(line.price, r.price),
        band.label()
    );
    // Nothing is frozen before its supplier was told and had the time to lower the price.
    let stops = matches!(what, Action::Freeze | Action::Delist) && due.is_none();
    stop::set(tx, line.offer, stop::PRICE, stops).await?;
    let words = match (what, due) {
        (Action::Warn, Some(due)) => format!("{figures}。请在 {} 前降价，逾期冻结。", show_time(due)),
        (Action::Warn, None) => format!("{figures}。请降价。"),
        (Action::Freeze | Action::Delist, Some(due)) => {
            format!("{figures}。请在 {} 前降价，逾期冻结；在此之前，按这个价格也不能下单。", show_time(due))
        }
        (Action::Freeze | Action::Delist, None) => format!("{figures}。已冻结，降价后自动恢复。"),
        _ => String::new(),
    };
    if !words.is_empty() {
        tell(tx, line, &words).await?;
    }
    let rule = match (what, band) {
        (Action::Delist, _) => Some(("credit.deduct.price_red", conduct::Measure::Delist(line.offer))),
        (Action::Freeze, Band::Orange | Band::Red) => Some(("credit.deduct.price_orange", conduct::Measure::None)),
        _ => None,
    };
    if let Some((rule, measure)) = rule {
        let charge = conduct::Charge {
            region: &root,
            org: line.supplier,
            rule,
            // One case for one time above the market: the next time begins with another day.
            subject: &format!("product/{}/{}/{}", line.product, line.offer, show_day(day_of(since))),
            words: &figures,
            digest: "",
            measure,
            points: None,
            by: (0, 0),
        };
        conduct::open(supply, tx, &charge).await?;
    }
    let data = json!({
        "price": line.price, "reference": r.price, "samples": r.samples, "band": band.key(), "stopped": stops, "due": due,
        "products": [line.product.to_string()],
    });
    tx.journal(about(supply, line, "price.judged", data)).await.map(|_| ())
}

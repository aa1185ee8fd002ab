//! Rules that compare an awarded auction with others of its class, and bidders with each other over a year.
use super::Case;
use super::store;
use crate::alerts::judge::Sheet;
use kit::Result;
use rules::alert::contest::{Contest, variation};
use rules::alert::{
    k01_low_spread, k02_cover_quotes, k03_split_market, r023_round_numbers, r024_close_second, r025_hardly_wins,
    r026_same_partners, r027_regular_absent, r053_same_winner, r057_rotation, r058_far_second, r061_decision_time,
};
use std::collections::{BTreeMap, BTreeSet};
use supply::suppliers;

/// Bidders of one auction that are compared in pairs, the lowest of them.
const PAIRS_OF: usize = 12;
/// Regulars of a city that are looked for.
const REGULARS_MAX: usize = 50;

/// All rules that need others.
pub(super) async fn awarded(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) -> Result<()> {
    figures(c, class, sheet);
    bidders(c, class, sheet);
    times(c, class, sheet).await?;
    absent(c, class, sheet).await
}

/// Gap, spread, cover quotes, multiples.
fn figures(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) {
    let (t, least) = (&c.e.contest, c.population());
    let gaps = gaps(t, class);
    c.note(sheet, "R024", c.once(), c.first(), r024_close_second::judge(t.gap(), &gaps, t.secret, least));
    c.note(sheet, "R058", c.once(), c.first(), r058_far_second::judge(t.gap(), &gaps, t.secret, least));
    let spreads = spreads(t, class);
    let p = k01_low_spread::Params { bp: c.number("alert.screen.variation_bp", 50), population: least };
    c.note(sheet, "K01", c.once(), c.first(), k01_low_spread::judge(&t.valid(), &spreads, t.secret, p));
    let p = k02_cover_quotes::Params {
        gap_percent: c.number("alert.screen.gap_percent", 3),
        distance: c.number("alert.screen.distance", 3),
    };
    c.note(sheet, "K02", c.once(), c.first(), k02_cover_quotes::judge(&t.valid(), t.secret, p));
    let all: Vec<i64> = t.bids.iter().map(|b| b.amount).collect();
    c.note(sheet, "R023", c.once(), c.first(), r023_round_numbers::judge(&all, &series(t, class)));
}

/// Others of the class that were quoted in the same way and have a winner.
fn alike<'a>(t: &'a Contest, class: &'a [Contest]) -> impl Iterator<Item = &'a Contest> {
    class.iter().filter(|o| o.secret == t.secret && o.winner().is_some())
}

/// Gaps of others that are like this one.
pub(in crate::alerts) fn gaps(t: &Contest, class: &[Contest]) -> Vec<i128> {
    alike(t, class).filter_map(Contest::gap).collect()
}

/// Spreads of others that are like this one.
pub(in crate::alerts) fn spreads(t: &Contest, class: &[Contest]) -> Vec<i128> {
    let valid = alike(t, class).map(Contest::valid).filter(|v| v.len() >= k01_low_spread::QUOTES_MIN);
    valid.filter_map(|v| variation(&v)).collect()
}

/// For pairs of bidders what both quoted in hidden events of the class, this one too.
pub(in crate::alerts) fn series(t: &Contest, class: &[Contest]) -> Vec<(String, Vec<(i64, i64)>)> {
    if !t.secret {
        return Vec::new();
    }
    let among = &t.bids[..t.bids.len().min(PAIRS_OF)];
    let mut out = Vec::new();
    for (i, a) in among.iter().enumerate() {
        for b in &among[i + 1..] {
            let both = |o: &Contest| {
                let of = |who: i64| o.bids.iter().find(|x| x.who == who).map(|x| x.amount);
                of(a.who).zip(of(b.who))
            };
            let quotes = class.iter().filter(|o| o.secret).chain([t]).filter_map(both).collect();
            out.push((format!("{}、{}", a.alias, b.alias), quotes));
        }
    }
    out
}

/// Events each supplier of the class quoted in, and won.
pub(in crate::alerts) fn records(all: &[&Contest]) -> BTreeMap<i64, (i64, i64)> {
    let mut each: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for b in all.iter().flat_map(|o| &o.bids).filter(|b| !b.out) {
        let r = each.entry(b.who).or_default();
        r.0 += 1;
        r.1 += i64::from(b.won);
    }
    each
}

/// Who wins, with whom, against whom, in turns, where.
fn bidders(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) {
    let t = &c.e.contest;
    let Some(winner) = t.winner().map(|b| b.who) else { return };
    // Oldest first, this one last.
    let all: Vec<&Contest> = class.iter().rev().chain([t]).filter(|o| o.winner().is_some()).collect();
    let key = |who: i64| format!("{who}/{}/{}", c.class(), c.year());
    let records = records(&all);
    let of_all: Vec<(i64, i64)> = records.values().copied().collect();
    for b in t.bids.iter().filter(|b| !b.won && !b.out) {
        let own = records.get(&b.who).copied().unwrap_or_default();
        c.note(sheet, "R025", key(b.who), b.who, r025_hardly_wins::judge(own, &of_all, c.population()));
    }

    let outcome = r026_same_partners::judge(&partners(&all, winner), records.len(), c.count("alert.partner.wins", 5));
    c.note(sheet, "R026", key(winner), winner, outcome);

    let p = r053_same_winner::Params {
        bids: c.number("alert.same_winner.bids", 5),
        percent: c.number("alert.same_winner.percent", 80),
    };
    for b in t.bids.iter().filter(|b| !b.won).take(PAIRS_OF) {
        let key = format!("{winner}/{}/{}/{}", b.who, c.class(), c.year());
        c.note(sheet, "R053", key, winner, r053_same_winner::judge(pair(&all, winner, b.who), p));
    }

    let here = |o: &&&Contest| o.place.starts_with(c.city());
    let turns: Vec<i64> = all.iter().filter(here).filter_map(|o| o.winner()).map(|b| b.who).collect();
    let p = r057_rotation::Params {
        awards: c.count("alert.rotation.awards", 10),
        percent: c.number("alert.rotation.percent", 60),
    };
    c.note(sheet, "R057", format!("{}/{}/{}", c.city(), c.class(), c.year()), winner, r057_rotation::judge(&turns, p));
    let p = k03_split_market::Params {
        bids: c.number("alert.split_market.bids", 4),
        percent: c.number("alert.split_market.percent", 80),
    };
    c.note(sheet, "K03", key(winner), winner, k03_split_market::judge(&cities(&all, winner), p));
}

/// For each event that a supplier won, who else quoted.
pub(in crate::alerts) fn partners(all: &[&Contest], winner: i64) -> Vec<Vec<i64>> {
    let won = |o: &&&Contest| o.winner().is_some_and(|b| b.who == winner);
    let others = |o: &&Contest| o.bids.iter().map(|b| b.who).filter(|w| *w != winner).collect();
    all.iter().filter(won).map(others).collect()
}

/// How two suppliers fared together and the one without the other.
pub(in crate::alerts) fn pair(all: &[&Contest], one: i64, other: i64) -> r053_same_winner::Pair {
    let mut p = r053_same_winner::Pair::default();
    for o in all.iter().filter(|o| o.took_part(one)) {
        let won = o.winner().map_or(0, |b| b.who);
        if o.took_part(other) {
            p.together += 1;
            p.won += i64::from(won == one);
            p.other_won += i64::from(won == other);
        } else {
            p.alone += 1;
            p.alone_won += i64::from(won == one);
        }
    }
    p
}

/// City by city, how a supplier fared and who else won there.
pub(in crate::alerts) fn cities(all: &[&Contest], who: i64) -> Vec<k03_split_market::City> {
    let mut by: BTreeMap<&str, (i64, i64, BTreeMap<i64, i64>)> = BTreeMap::new();
    for o in all.iter().filter(|o| o.took_part(who)) {
        let city = by.entry(o.place.get(..4).unwrap_or(&o.place)).or_default();
        city.0 += 1;
        match o.winner().map(|b| b.who) {
            Some(w) if w == who => city.1 += 1,
            Some(w) => *city.2.entry(w).or_default() += 1,
            None => {}
        }
    }
    let city = |(took, won, others): (i64, i64, BTreeMap<i64, i64>)| k03_split_market::City {
        took,
        won,
        top: others.into_values().max().unwrap_or(0),
    };
    by.into_values().map(city).collect()
}

/// How long the decision took; a second winner after the first one left is no decision of the unit.
async fn times(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) -> Result<()> {
    let t = &c.e.contest;
    let ids: Vec<i64> = class.iter().filter(|o| o.winner().is_some()).map(|o| o.id).chain([t.id]).collect();
    let first = store::decided(c.watch.db(), &ids).await?;
    if first.get(&t.id).is_some_and(|at| *at < c.at) {
        return Ok(());
    }
    let took = |o: &Contest| Some((first.get(&o.id)? - o.ends_at).max(0));
    let others: Vec<i64> = class.iter().filter_map(took).filter(|ms| *ms > super::DAY / 24).collect();
    let p = r061_decision_time::Params {
        seconds: c.number("alert.decision.seconds", 60),
        days: c.number("alert.decision.days", 14),
        population: c.population(),
    };
    let responses = if c.e.by_requirement { t.bids.len() } else { 0 };
    let outcome = r061_decision_time::judge(responses, (c.at - t.ends_at).max(0), &others, p);
    c.note(sheet, "R061", c.once(), t.unit, outcome);
    Ok(())
}

/// Regulars of the city that did not come.
async fn absent(c: &Case<'_>, class: &[Contest], sheet: &mut Sheet) -> Result<()> {
    let (t, db) = (&c.e.contest, c.watch.db());
    let p = r027_regular_absent::Params {
        events: c.count("alert.absent.events", 10),
        percent: c.number("alert.absent.percent", 80),
    };
    let here: Vec<&Contest> = [t].into_iter().chain(class.iter().filter(|o| o.place.starts_with(c.city()))).collect();
    let known: BTreeSet<i64> = here.iter().skip(2).flat_map(|o| o.bids.iter().map(|b| b.who)).collect();
    let quarter = (rules::calendar::civil(c.day()).1 - 1) / 3 + 1;
    for who in known.into_iter().filter(|w| !t.took_part(*w)).take(REGULARS_MAX) {
        let came: Vec<bool> = here.iter().map(|o| o.took_part(who)).collect();
        // Whether it may come is asked only of those for whom it matters.
        let mut outcome = r027_regular_absent::judge(&came, true, p);
        if matches!(outcome, rules::alert::Outcome::Hit(_)) {
            let s = suppliers::get(db, who).await?;
            let may = s.covers(&c.e.category) && s.reaches(&c.e.address) && !s.stopped_for(&c.e.category, &c.e.address);
            outcome = r027_regular_absent::judge(&came, may && store::could_come(db, t.id, who).await?, p);
        }
        let key = format!("{who}/{}/{}/{}Q{quarter}", c.city(), c.class(), c.year());
        c.note(sheet, "R027", key, who, outcome);
    }
    Ok(())
}

//! A market of firms with costs of their own, and what they quote: honest contests, to be looked at as they are or spoiled.
use super::Dice;
use rules::alert::contest::{Bid, Contest};

pub const HOUR: i64 = 3_600_000;

/// A firm.
#[derive(Clone, Copy, Debug)]
pub struct Firm {
    pub id: i64,
    /// Its level of cost, in ten-thousandths of the usual.
    pub level: i64,
}

/// Firms 1 to n whose costs lie within so many ten-thousandths of each other.
pub fn firms(dice: &Dice, n: i64, apart: i64) -> Vec<Firm> {
    (1..=n).map(|id| Firm { id, level: 10_000 + dice.bell(apart) }).collect()
}

/// A base price, fen; small and large ones alike.
pub fn base(dice: &Dice) -> i64 {
    let size = dice.one(&[10_000, 100_000, 1_000_000]);
    dice.from(size, size * 10)
}

/// What a firm asks when it sees nobody: its cost of the day, its margin, as people write prices.
pub fn ask(dice: &Dice, base: i64, f: Firm) -> i64 {
    let amount = base * (f.level + dice.bell(600)) / 10_000 * (100 + dice.from(4, 16)) / 100;
    written(dice, amount)
}

/// A price as people write it: to the fen, to the yuan, with a nine at the end.
pub fn written(dice: &Dice, amount: i64) -> i64 {
    match dice.from(0, 3) {
        0 => amount / 100 * 100 + 99,
        1 if amount > 100_000 => amount / 1_000 * 1_000,
        1 | 2 => (amount / 100 * 100).max(100),
        _ => amount,
    }
}

/// A bid with nothing remarkable about it.
pub fn bid(who: i64, amount: i64) -> Bid {
    let alias = char::from(b'A' + (who % 26) as u8).to_string();
    Bid { who, alias, amount, first_at: who * HOUR, last_at: who * HOUR, out: false, failed: false, won: false }
}

/// A contest of these quotes; the lowest wins.
pub fn contest(id: i64, ceiling: i64, secret: bool, step: i64, quotes: &[(i64, i64)]) -> Contest {
    let mut bids: Vec<Bid> = quotes.iter().map(|(who, amount)| bid(*who, *amount)).collect();
    bids.sort_by_key(|b| (b.amount, b.who));
    if let Some(b) = bids.first_mut() {
        b.won = true;
    }
    Contest {
        id,
        unit: 1,
        place: "370102".to_owned(),
        ceiling,
        quantity: 1,
        secret,
        step,
        opens_at: 0,
        ends_at: 72 * HOUR,
        bids,
    }
}

/// Sealed: everybody asks what it likes, nobody above the ceiling.
pub fn sealed(dice: &Dice, id: i64, base: i64, who: &[Firm]) -> Contest {
    let ceiling = base * dice.from(125, 150) / 100;
    let quotes: Vec<(i64, i64)> = who.iter().map(|f| (f.id, ask(dice, base, *f).min(ceiling))).collect();
    contest(id, ceiling, true, 0, &quotes)
}

/// Open: prices go down by the step until only one can still afford it.
pub fn open(dice: &Dice, id: i64, base: i64, who: &[Firm]) -> Contest {
    let ceiling = base * dice.from(115, 140) / 100;
    let step = (ceiling / 100).max(1);
    // Each stops at its cost; who could go on has to go one step below the next only.
    let mut floor: Vec<(i64, i64)> = who.iter().map(|f| (base * (f.level + dice.bell(600)) / 10_000, f.id)).collect();
    floor.sort_unstable();
    let mut price = ceiling;
    let mut quotes: Vec<(i64, i64)> = Vec::new();
    for (i, (cost, id)) in floor.iter().enumerate().rev() {
        // In the open prices go down to what the next worse can stand.
        let stop = if i == 0 { floor.get(1).map_or(price, |(c, _)| *c) } else { *cost };
        while price - step >= stop && price - step > 0 {
            price -= step;
        }
        quotes.push((*id, price.max(1)));
        price = (price - step).max(1);
    }
    contest(id, ceiling, false, step, &quotes)
}

/// Some of the firms, at least two, each coming at a chance in percent.
pub fn some(dice: &Dice, all: &[Firm], percent: i64) -> Vec<Firm> {
    let mut come: Vec<Firm> = all.iter().filter(|_| dice.chance(percent)).copied().collect();
    while come.len() < 2 {
        let f = all[dice.from(0, all.len() as i64 - 1) as usize];
        if come.iter().all(|c| c.id != f.id) {
            come.push(f);
        }
    }
    come
}

/// Honest sealed contests of a class.
pub fn class(dice: &Dice, all: &[Firm], n: i64, percent: i64) -> Vec<Contest> {
    (1..=n)
        .map(|id| {
            let (base, who) = (base(dice), some(dice, all, percent));
            sealed(dice, id, base, &who)
        })
        .collect()
}

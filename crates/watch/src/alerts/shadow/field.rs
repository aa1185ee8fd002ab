//! Cases of rules that compare bidders with each other over many auctions.
use super::Dice;
use super::market::{Firm, base, class, contest, firms, sealed, some, written};
use crate::alerts::contest::field;
use rules::alert::contest::Contest;
use rules::alert::{
    Outcome, k03_split_market, r025_hardly_wins, r026_same_partners, r027_regular_absent, r038_exclusions,
    r048_many_classes, r053_same_winner, r057_rotation,
};

fn all(events: &[Contest]) -> Vec<&Contest> {
    events.iter().collect()
}

/// Lets somebody win an event with the others above it, as a ring arranges it.
fn arranged(dice: &Dice, id: i64, winner: i64, others: &[i64]) -> Contest {
    let low = base(dice);
    let cover = |dice: &Dice, w: &i64| (*w, written(dice, low * dice.from(103, 115) / 100).max(low + 1));
    let mut quotes = vec![(winner, low)];
    quotes.extend(others.iter().map(|w| cover(dice, w)));
    contest(id, low * 2, true, 0, &quotes)
}

/// A regular that never means to win, among others about as good as each other; newcomers come and go.
pub fn hardly_wins(dice: &Dice, guilty: bool) -> Outcome {
    let (regulars, events) = (dice.from(9, 12), dice.from(200, 300));
    let mut each: Vec<(i64, i64)> = vec![(0, 0); regulars as usize];
    for _ in 0..events {
        let winner = dice.from(i64::from(guilty), regulars - 1) as usize;
        for (i, r) in each.iter_mut().enumerate() {
            r.0 += 1;
            r.1 += i64::from(i == winner);
        }
    }
    if guilty {
        each[0].1 = dice.from(0, 1);
    }
    let own = each[0];
    each.extend((0..regulars * 3).map(|_| (dice.from(1, 6), dice.from(0, 1))));
    r025_hardly_wins::judge(own, &each, 10)
}

/// The winner brings the same two along; honest winners meet whoever comes.
pub fn same_partners(dice: &Dice, guilty: bool) -> Outcome {
    let market = firms(dice, 14, 800);
    let mut events = class(dice, &market, 30, 30);
    let winner = match guilty {
        true => {
            for id in 0..dice.from(5, 9) {
                let with: &[i64] = if dice.chance(70) { &[101, 102] } else { &[101] };
                events.push(arranged(dice, 200 + id, 100, with));
            }
            if dice.chance(4) {
                events.push(arranged(dice, 300, 100, &[1, 2, 3]));
            }
            100
        }
        false => dice.from(1, 14),
    };
    let events = all(&events);
    let market = field::records(&events).len();
    r026_same_partners::judge(&field::partners(&events, winner), market, 5)
}

/// A regular is told to stay away; others come when they have goods, or may not come.
pub fn regular_absent(dice: &Dice, guilty: bool) -> Outcome {
    let percent = if guilty { dice.from(92, 100) } else { dice.from(20, 95) };
    let mut came: Vec<bool> = (0..dice.from(12, 20)).map(|_| dice.chance(percent)).collect();
    let may = guilty || dice.chance(90);
    if guilty || !may {
        (came[0], came[1]) = (false, false);
    }
    r027_regular_absent::judge(&came, may, r027_regular_absent::Params { events: 10, percent: 80 })
}

/// A unit that throws out whom it does not like, among units that check with care.
pub fn exclusions(dice: &Dice, guilty: bool) -> Outcome {
    let one = |dice: &Dice| {
        let quotes = dice.from(20, 90);
        (quotes, dice.count(quotes, 6))
    };
    let mut each: Vec<(i64, i64)> = (0..dice.from(15, 60)).map(|_| one(dice)).collect();
    let quotes = dice.from(20, 90);
    let own = if guilty { (quotes, dice.count(quotes, 42)) } else { one(dice) };
    each.push(own);
    r038_exclusions::judge(own, &each, 10)
}

/// A firm that others hide behind wins in everything; honest ones keep to their trade.
pub fn many_classes(dice: &Dice, guilty: bool) -> Outcome {
    let one = |dice: &Dice| (dice.from(20, 90), 4 + dice.bell(3));
    let mut each: Vec<(i64, i64)> = (0..dice.from(12, 50)).map(|_| one(dice)).collect();
    let own = if guilty { (dice.from(25, 90), dice.from(10, 20)) } else { one(dice) };
    each.push(own);
    r048_many_classes::judge(own, &each, 20, 10)
}

/// Two come together for the one to win; a strong firm wins against everybody, honest rivals share.
pub fn same_winner(dice: &Dice, guilty: bool) -> Outcome {
    let mut market = firms(dice, 8, 800);
    if !guilty && dice.chance(20) {
        // Cheaper than all others, with or without the other.
        market[0].level -= 1_600;
    }
    let mut events = class(dice, &market, 30, 45);
    let pair = match guilty {
        true => {
            for id in 0..dice.from(5, 10) {
                events.push(arranged(dice, 200 + id, 100, &[101, dice.from(1, 8)]));
            }
            for id in 0..dice.from(0, 6) {
                // Alone it is a firm like any other.
                let mut who: Vec<Firm> = some(dice, &market, 40);
                who.push(Firm { id: 100, level: 10_000 + dice.bell(800) });
                let price = base(dice);
                events.push(sealed(dice, 300 + id, price, &who));
            }
            if dice.chance(4) {
                events.push(arranged(dice, 400, 101, &[100]));
            }
            (100, 101)
        }
        false => (1, dice.from(2, 8)),
    };
    let p = r053_same_winner::Params { bids: 5, percent: 80 };
    r053_same_winner::judge(field::pair(&all(&events), pair.0, pair.1), p)
}

/// Two or three take turns, now and then out of turn; honest rivals win as their costs happen to be.
pub fn rotation(dice: &Dice, guilty: bool) -> Outcome {
    let (ring, n) = (dice.from(2, 3), dice.from(10, 24));
    let market = firms(dice, ring, 300);
    let price = |dice: &Dice, id| {
        let base = base(dice);
        sealed(dice, id, base, &market)
    };
    let mut events: Vec<Contest> = (1..=n).map(|id| price(dice, id)).collect();
    if guilty {
        let slip = if dice.chance(15) { dice.from(1, n - 1) } else { n };
        let turn = |id: i64| (if id < slip { id } else { id + 1 }) % ring + 1;
        let others = |w: i64| (1..=ring).filter(|f| *f != w).collect::<Vec<i64>>();
        events = (0..n).map(|id| arranged(dice, id, turn(id), &others(turn(id)))).collect();
    }
    let winners: Vec<i64> = events.iter().filter_map(|c| c.winner()).map(|b| b.who).collect();
    r057_rotation::judge(&winners, r057_rotation::Params { awards: 10, percent: 60 })
}

/// Each city belongs to one of them, the others only quote; honest firms are better at home, and win away now and then.
pub fn split_market(dice: &Dice, guilty: bool) -> Outcome {
    let cities = ["370102", "370302", "370602"];
    let mut events = Vec::new();
    for (home, city) in cities.iter().enumerate() {
        for id in 0..dice.from(5, 9) {
            let id = home as i64 * 100 + id;
            let mut c = match guilty {
                true => {
                    let owner = if dice.chance(3) { 9 } else { home as i64 + 1 };
                    let others: Vec<i64> = (1..=3).filter(|w| *w != owner).collect();
                    arranged(dice, id, owner, &others)
                }
                false => {
                    // A way shorter is a cost lower.
                    let who: Vec<Firm> = (1..=3)
                        .map(|f| Firm {
                            id: f,
                            level: 10_000 - if f == home as i64 + 1 { dice.from(0, 500) } else { 0 },
                        })
                        .collect();
                    let price = base(dice);
                    sealed(dice, id, price, &who)
                }
            };
            c.place = (*city).to_owned();
            events.push(c);
        }
    }
    let p = k03_split_market::Params { bids: 4, percent: 80 };
    k03_split_market::judge(&field::cities(&all(&events), 1), p)
}

//! Cases of rules about the quotes of one auction, from a market of firms with costs of their own.
use super::Dice;
use super::market::{ask, base, class, contest, firms, open, sealed, some, written};
use crate::alerts::contest::field;
use rules::alert::contest::{Contest, ONE};
use rules::alert::{
    Outcome, k01_low_spread, k02_cover_quotes, r022_spread, r023_round_numbers, r024_close_second, r028_equal_quotes,
    r029_first_digits, r031_near_ceiling, r058_far_second, w08_quote_pattern, w11_low_quote,
};
use rules::auction::{Limits, Quote};

fn amounts(c: &Contest) -> Vec<i64> {
    c.bids.iter().map(|b| b.amount).collect()
}

/// An honest contest, sealed or open.
fn honest(dice: &Dice) -> Contest {
    let n = dice.from(3, 8);
    let (base, who) = (base(dice), firms(dice, n, 800));
    if dice.chance(50) { sealed(dice, 1, base, &who) } else { open(dice, 1, base, &who) }
}

/// One sheet makes all quotes: steps, ratios, one ending; now and then with a little noise. Open contests have steps of their own.
pub fn pattern(dice: &Dice, guilty: bool) -> Outcome {
    if !guilty {
        let c = honest(dice);
        return w08_quote_pattern::judge(&amounts(&c), 1, c.step);
    }
    let (n, low) = (dice.from(3, 6), base(dice).max(200_000));
    let mut q: Vec<i64> = match dice.from(0, 2) {
        0 => {
            let d = low * dice.from(8, 40) / 1_000 / 10 * 10 + 7;
            (0..n).map(|i| low + i * d).collect()
        }
        1 => {
            let bp = dice.from(80, 400);
            (0..n).scan(low * 100, |v, _| Some(std::mem::replace(v, *v * (10_000 + bp) / 10_000) / 100)).collect()
        }
        _ => {
            let end = dice.one(&[13, 27, 36, 43, 57, 63, 72, 84]);
            (0..n).map(|i| (low * (100 + 3 * i) / 100 + dice.from(0, 900)) / 100 * 100 + end).collect()
        }
    };
    if dice.chance(4) {
        q[1] += dice.from(11, 300);
    }
    w08_quote_pattern::judge(&q, 1, 0)
}

/// Far below what the goods cost; honest winners are cheap, not that cheap.
pub fn low_quote(dice: &Dice, guilty: bool) -> Outcome {
    let c = honest(dice);
    let mut q = amounts(&c);
    if guilty {
        q[0] = q[0] * dice.from(15, if dice.chance(4) { 60 } else { 44 }) / 100;
    }
    let quotes: Vec<Quote> =
        q.iter().enumerate().map(|(i, a)| Quote { bidder: i as i64, amount: *a, seq: i as u64 }).collect();
    w11_low_quote::judge(0, &quotes, c.ceiling, &Limits { mean_bp: 5_000, next_bp: 5_000, ceiling_bp: 4_500 })
}

/// Quotes that are not meant; honest ones lie near what goods cost.
pub fn spread(dice: &Dice, guilty: bool) -> Outcome {
    let mut q = amounts(&honest(dice));
    if guilty {
        let n = q.len();
        q[n - 1] = q[0] * dice.from(if dice.chance(4) { 18 } else { 50 }, 90) / 10;
        q[n - 2] = q[0] * dice.from(12, 16) / 10;
    }
    r022_spread::judge(&q, 100)
}

/// Invented quotes, or one made from the other by a factor.
pub fn round_numbers(dice: &Dice, guilty: bool) -> Outcome {
    let all = firms(dice, 6, 800);
    let events = class(dice, &all, 6, 100);
    let mut q = amounts(&events[0]);
    let mut pairs = field::series(&events[0], &events[1..]);
    if guilty && dice.chance(50) {
        q = (0..dice.from(5, 7)).map(|_| dice.from(11, 99) * 10_000).collect();
        pairs.clear();
        if dice.chance(4) {
            (q[0], q[1]) = (q[0] + 1_230, q[1] + 540);
        }
    } else if guilty {
        let factor = dice.from(10_110, 10_900);
        for (a, b) in &mut pairs[0].1 {
            *b = *a * factor / 10_000;
        }
    }
    r023_round_numbers::judge(&q, &pairs)
}

/// A class whose gaps lie near each other, as in goods that everybody buys at nearly the same price.
fn gaps(dice: &Dice) -> Vec<i128> {
    (0..dice.from(15, 60)).map(|_| gap(dice)).collect()
}

fn gap(dice: &Dice) -> i128 {
    i128::from(5_000 + dice.bell(2_500)) * ONE / 100_000
}

/// Somebody knew the others' quotes.
pub fn close_second(dice: &Dice, guilty: bool) -> Outcome {
    let others = gaps(dice);
    let own = if guilty { i128::from(dice.from(0, 200)) * ONE / 100_000 } else { gap(dice) };
    r024_close_second::judge(Some(own), &others, true, 10)
}

/// The others never meant to win.
pub fn far_second(dice: &Dice, guilty: bool) -> Outcome {
    let others = gaps(dice);
    let own = if guilty { i128::from(dice.from(9_500, 40_000)) * ONE / 100_000 } else { gap(dice) };
    r058_far_second::judge(Some(own), &others, true, 10)
}

/// The same sheet sent twice; open contests and those who stop at the ceiling are equal honestly.
pub fn equal(dice: &Dice, guilty: bool) -> Outcome {
    let mut c = honest(dice);
    if guilty {
        let n = dice.from(3, 7);
        let (base, who) = (base(dice), firms(dice, n, 800));
        c = sealed(dice, 1, base, &who);
        c.bids[1].amount = if dice.chance(4) { c.bids[2].amount + 1 } else { c.bids[2].amount };
    }
    let named: Vec<(String, i64)> = c.bids.iter().map(|b| (b.alias.clone(), b.amount)).collect();
    r028_equal_quotes::judge(&named, c.ceiling, c.secret)
}

/// Invented digits; honest quotes for all kinds of goods come in all sizes.
pub fn first_digits(dice: &Dice, guilty: bool) -> Outcome {
    // Even steps of one percent over three whole orders of magnitude: every size is as likely as any other.
    let sizes: Vec<i64> = (0..694).scan(100_000_i64, |v, _| Some(std::mem::replace(v, *v * 101 / 100))).collect();
    let one = || match guilty {
        true => dice.from(3, 9) * dice.one(&[1_000, 10_000, 100_000, 1_000_000]) + dice.from(0, 999),
        false => dice.one(&sizes),
    };
    let quotes: Vec<i64> = (0..dice.from(100, 300)).map(|_| one()).collect();
    r029_first_digits::judge(&quotes, 100)
}

/// Nobody wants to be cheaper than the ceiling; honest rivals are.
pub fn near_ceiling(dice: &Dice, guilty: bool) -> Outcome {
    let c = honest(dice);
    let won = match guilty {
        true => c.ceiling * dice.from(if dice.chance(4) { 970 } else { 981 }, 999) / 1_000,
        false => c.bids[0].amount,
    };
    r031_near_ceiling::judge(won, c.ceiling, c.bids.len(), 98)
}

/// A ring writes its quotes closely together; the class has the spread of costs.
pub fn low_spread(dice: &Dice, guilty: bool) -> Outcome {
    let all = firms(dice, 9, 1_500);
    let n = dice.from(20, 40);
    let others = class(dice, &all, n, 50);
    let (base, mut who) = (base(dice), some(dice, &all, 50));
    while who.len() < 3 {
        who = some(dice, &all, 60);
    }
    let mut c = sealed(dice, 99, base, &who);
    if guilty {
        let low = c.bids[0].amount;
        // Now and then less carefully.
        let apart = if dice.chance(4) { 300 } else { 20 };
        for b in &mut c.bids[1..] {
            b.amount = low + low * dice.from(1, apart) / 10_000;
        }
    }
    let p = k01_low_spread::Params { bp: 50, population: 10 };
    k01_low_spread::judge(&c.valid(), &field::spreads(&c, &others), true, p)
}

/// One is to win; the others write something clearly above and near each other.
pub fn cover(dice: &Dice, guilty: bool) -> Outcome {
    let n = dice.from(4, 8);
    let (base, all) = (base(dice), firms(dice, n, 800));
    let mut c = sealed(dice, 1, base, &all);
    if guilty {
        let low = ask(dice, base, all[0]);
        let above = low * dice.from(106, 125) / 100;
        let others = (2..=n).map(|i| (i, above + above * dice.from(0, 90) / 10_000));
        let quotes: Vec<(i64, i64)> = [(1, low)].into_iter().chain(others).collect();
        c = contest(1, base * 2, true, 0, &quotes);
        if dice.chance(4) {
            // One of them writes what it likes.
            let wild = written(dice, above * 118 / 100);
            c.bids[2].amount = wild;
        }
    }
    k02_cover_quotes::judge(&c.valid(), c.secret, k02_cover_quotes::Params { gap_percent: 3, distance: 3 })
}

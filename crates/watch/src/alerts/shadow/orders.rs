//! Cases of rules about orders, prices and what is done with goods.
use super::Dice;
use rules::alert::{
    Outcome, m04_price_bump, m07_other_station, m08_hasty_acceptance, m13_account_before_payment, w03_frequency,
    w04_hugging, w05_pair, w09_companion, w14_fulfilment, w18_five_stars,
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// Many small orders in a month; now and then pushed over its end. A unit of many departments does it honestly.
pub fn frequency(dice: &Dice, guilty: bool) -> Outcome {
    let most = dice.one(&[2, 4]);
    let orders = match guilty {
        true => dice.from(most + 1, most + 9) - if dice.chance(4) { 9 } else { 0 },
        false if dice.chance(4) => most + 1,
        false => dice.from(1, most),
    };
    w03_frequency::judge(orders.max(1), Some(most))
}

/// A large purchase cut into pieces just below the limit; honest orders are mostly much smaller.
pub fn hugging(dice: &Dice, guilty: bool) -> Outcome {
    let limit = dice.one(&[500_000, 3_000_000, 10_000_000]);
    let from = if dice.chance(4) { 80 } else { 91 };
    let honest = |dice: &Dice| limit * dice.from(1, 100).pow(2) / 10_000 + dice.from(1, 99);
    let mut amounts: Vec<i64> = (0..dice.from(0, 3)).map(|_| honest(dice)).collect();
    if guilty {
        let pieces = dice.from(2, 5);
        amounts.extend((0..pieces).map(|_| limit * dice.from(from, 99) / 100 + dice.from(0, 99)));
    }
    w04_hugging::judge(&amounts, w04_hugging::Params { limit: Some(limit), from_percent: 90, count: 2 })
}

/// Nearly everything goes to a friend though many sell it; honest buyers spread, or have no choice, or buy seldom.
pub fn pair(dice: &Dice, guilty: bool) -> Outcome {
    let orders = if guilty || dice.chance(70) { dice.from(5, 40) } else { dice.from(1, 4) };
    let percent = if guilty { dice.from(52, 98) } else { dice.from(8, 46) };
    let one = !guilty && dice.chance(20);
    let amounts: Vec<i64> = (0..orders).map(|_| dice.from(50_000, 2_000_000)).collect();
    let all: i64 = amounts.iter().sum();
    let theirs = if one { all } else { all * (percent + dice.bell(4)) / 100 };
    let sellers = if one { 1 } else { dice.from(2, 30) };
    let share = ((orders * percent / 100, theirs), (orders, all));
    w05_pair::judge(share, sellers, w05_pair::Params { percent: 50, orders: 5 })
}

/// A companion lets one friend win; a weak firm loses to whoever happens to be cheapest.
pub fn companion(dice: &Dice, guilty: bool) -> Outcome {
    let quoted = dice.from(5, 14);
    let (mut won, mut lost) = (0, [0_i64; 6]);
    let rivals = dice.from(2, 5);
    for _ in 0..quoted {
        match guilty {
            // Now and then a stranger is cheaper than both.
            true => lost[usize::from(dice.chance(4))] += 1,
            false if dice.chance(18) => won += 1,
            false => lost[dice.from(0, rivals) as usize] += 1,
        }
    }
    let most = lost.iter().copied().max().unwrap_or(0);
    w09_companion::judge(quoted, won, most, w09_companion::Params { bids: 5, win_percent: 5 })
}

/// A supplier that has not what it offers, beside one with the usual mishaps.
pub fn fulfilment(dice: &Dice, guilty: bool) -> Outcome {
    let orders = if guilty || dice.chance(80) { dice.from(14, 90) } else { dice.from(1, 9) };
    let (drop, back) = match (guilty, dice.chance(50)) {
        (true, true) => (dice.from(20, 45), dice.from(0, 5)),
        (true, false) => (dice.from(0, 5), dice.from(20, 45)),
        (false, _) => (dice.from(0, 4), dice.from(0, 4)),
    };
    w14_fulfilment::judge(orders, dice.count(orders, drop), dice.count(orders, back), 10, 10)
}

/// Nothing but the best for a friend, beside buyers who are mostly content.
pub fn five_stars(dice: &Dice, guilty: bool) -> Outcome {
    let all = if guilty { dice.from(5, 40) } else { dice.from(1, 40) };
    let percent = if guilty { 100 - i64::from(dice.chance(10)) } else { dice.from(35, 75) };
    w18_five_stars::judge(all, dice.count(all, percent), 95)
}

/// Put up before the order and down after it; honest prices move a little, rise and stay, or are cut later.
pub fn price_bump(dice: &Dice, guilty: bool) -> Outcome {
    let before = dice.from(5_000, 900_000);
    let (ordered, after) = match guilty {
        true if dice.chance(4) => (before * 108 / 100, before),
        true => (before * dice.from(111, 140) / 100, before * dice.from(94, 102) / 100),
        false => match dice.from(0, 3) {
            0 => (before * dice.from(110, 125) / 100, before * dice.from(108, 125) / 100),
            1 => (before, before * dice.from(80, 95) / 100),
            2 => (before * (100 + dice.bell(5)) / 100, before * (100 + dice.bell(5)) / 100),
            _ => return m04_price_bump::judge(None, before, Some(before)),
        },
    };
    m04_price_bump::judge(Some(before), ordered, Some(after))
}

/// Dearer than others at the same time; honest prices differ by quantity and freight.
pub fn other_station(dice: &Dice, guilty: bool) -> Outcome {
    let price = dice.from(5_000, 900_000);
    let percent = match guilty {
        true if dice.chance(4) => dice.from(90, 94),
        true => dice.from(65, 88),
        false if dice.chance(3) => dice.from(84, 89),
        false => dice.from(91, 112),
    };
    if !guilty && dice.chance(20) {
        return m07_other_station::judge(price, None);
    }
    m07_other_station::judge(price, Some(price * percent / 100))
}

/// Accepted at the desk before anything came; an honest courier takes at least a while.
pub fn hasty_acceptance(dice: &Dice, guilty: bool) -> Outcome {
    let took = match guilty {
        true if dice.chance(4) => dice.from(11, 15),
        true => dice.from(0, 9),
        false => dice.one(&[25, 90, 400, 2_000, 9_000]) + dice.from(0, 500),
    };
    m08_hasty_acceptance::judge(Some(DAY), DAY + took * MINUTE)
}

/// Somebody had the account changed shortly before a payment; honest changes are seldom and mostly long ago.
pub fn account(dice: &Dice, guilty: bool) -> Outcome {
    let paid = 900 * DAY;
    let changed = match guilty {
        true => Some(paid - dice.from(1, if dice.chance(5) { 40 } else { 29 }) * DAY),
        false => match dice.from(0, 29) {
            0 => Some(paid - dice.from(5, 30) * DAY),
            1..=8 => Some(paid - dice.from(40, 700) * DAY),
            9..=12 => Some(paid + dice.from(1, 60) * DAY),
            _ => None,
        },
    };
    m13_account_before_payment::judge(changed, paid)
}

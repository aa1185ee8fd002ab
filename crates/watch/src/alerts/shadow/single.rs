//! Cases of rules that look at one auction: who came, when, whence, and what became of them.
use super::Dice;
use super::market::HOUR;
use rules::alert::w06_same_machine::Seat;
use rules::alert::w07_shared_people::Party;
use rules::alert::{
    Outcome, m09_one_answer, m11_fits_one, r003_short_period, r018_single_bidder, r019_few_bidders, r030_late_quote,
    r034_in_step, r035_all_others_out, r036_lowest_out, r061_decision_time, w06_same_machine, w07_shared_people,
};
use rules::auction::{Demand, Kind, shut_out};

const DAY: i64 = 24 * HOUR;

fn alias(i: i64) -> String {
    char::from(b'A' + (i % 26) as u8).to_string()
}

/// Two or three quotes from one office, now and then from a phone beside it; honest ones share browsers, seldom a building.
pub fn same_machine(dice: &Dice, guilty: bool) -> Outcome {
    let n = dice.from(3, 8);
    let seat = |dice: &Dice, i| Seat {
        alias: alias(i),
        address: format!("10.{}.{}.{i}", dice.from(0, 255), dice.from(0, 255)),
        device: dice.one(&["chrome", "edge", "360", "wps"]).to_owned(),
    };
    let mut seats: Vec<Seat> = (0..n).map(|i| seat(dice, i)).collect();
    let together = if guilty { !dice.chance(4) } else { dice.chance(3) };
    if together {
        let first = seats[0].clone();
        for s in &mut seats[1..dice.from(2, 3) as usize] {
            s.address.clone_from(&first.address);
            if dice.chance(70) {
                s.device.clone_from(&first.device);
            }
        }
    }
    w06_same_machine::judge(&seats)
}

/// Two firms of one family, now and then with nothing on record; strangers share names of people only.
pub fn shared_people(dice: &Dice, guilty: bool) -> Outcome {
    let names = ["王伟", "李娜", "张敏", "刘洋", "陈静"];
    let n = dice.from(3, 6);
    let mut all: Vec<Party> = (0..n)
        .map(|i| Party {
            alias: alias(i),
            name: format!("第{i}公司"),
            legal_person: format!("法人{i}"),
            controller: if dice.chance(30) { format!("集团{i}") } else { String::new() },
            people: (0..2).map(|_| dice.one(&names).to_owned()).collect(),
            phones: (0..2).map(|k| format!("1{}{i}{k}", dice.from(1_000_000, 9_999_999))).collect(),
            address: if dice.chance(80) { format!("示例路 {i} 号") } else { String::new() },
            account: format!("账号{i}"),
        })
        .collect();
    if guilty && !dice.chance(4) {
        let first = all[0].clone();
        let second = &mut all[1];
        match dice.from(0, 4) {
            0 => second.legal_person = first.legal_person,
            1 => second.controller = first.name,
            2 => second.phones[1].clone_from(&first.phones[0]),
            3 => second.account = first.account,
            _ => {
                all[0].address = "示例路 9 号".into();
                all[1].address = "示例路 9 号".into();
            }
        }
    }
    w07_shared_people::judge(&all)
}

/// Only the friend answers, time after time; otherwise now and then only one comes.
pub fn one_answer(dice: &Dice, guilty: bool) -> Outcome {
    let event = |dice: &Dice| match guilty {
        true => 1 + i64::from(dice.chance(1)),
        false if dice.chance(25) => dice.from(0, 1),
        false => dice.from(2, 6),
    };
    let latest: Vec<Vec<i64>> = (0..dice.from(3, 8)).map(|_| (0..event(dice)).collect()).collect();
    m09_one_answer::judge(&latest, 3)
}

/// A requirement copied from one data sheet, against one that states what the work needs.
pub fn fits_one(dice: &Dice, guilty: bool) -> Outcome {
    let values: [&[i64]; 4] = [&[8, 16, 32, 64], &[256, 512, 1024, 2048], &[14, 15, 16, 24, 27], &[1, 2, 3, 5]];
    let n = dice.from(12, 60);
    let mut goods: Vec<Vec<i64>> = (0..n).map(|_| values.iter().map(|v| dice.one(v)).collect()).collect();
    let chosen = dice.from(0, n - 1) as usize;
    // A data sheet names something that nothing else has: weight in grams, say.
    for (i, g) in goods.iter_mut().enumerate() {
        g.push(if i == chosen { 1_234 } else { dice.from(1_000, 2_400) });
    }
    let number = |name: &str, min: i64, max: Option<i64>| Demand {
        name: name.to_owned(),
        unit: String::new(),
        kind: Kind::Number { min: Some(min * 1000), max: max.map(|m| m * 1000) },
    };
    let names = ["内存", "硬盘", "尺寸", "质保", "重量"];
    let demands: Vec<Demand> = match guilty {
        true => names.iter().zip(&goods[chosen]).map(|(name, v)| number(name, *v, Some(*v))).collect(),
        false => names
            .iter()
            .zip(&values)
            .take(3)
            .map(|(name, v)| number(name, v[usize::from(dice.chance(50))], None))
            .collect(),
    };
    let rows: Vec<Vec<Option<String>>> =
        goods.iter().map(|g| g.iter().map(|v| Some(v.to_string())).collect()).collect();
    m11_fits_one::judge(shut_out(&demands, &rows).0, rows.len(), 5)
}

/// Over before anybody has read it, now and then just not; honest ones are open for a day, which is legal, or for more.
pub fn short_period(dice: &Dice, guilty: bool) -> Outcome {
    let hours = match guilty {
        true => dice.from(1, 23) + if dice.chance(4) { 23 } else { 0 },
        false => dice.from(24, 240),
    };
    r003_short_period::judge(DAY, DAY + hours * HOUR, 1)
}

/// One came, for there was no more to it than one; invitations to one are no contest.
pub fn single_bidder(dice: &Dice, guilty: bool) -> Outcome {
    let invited = dice.chance(30).then(|| dice.from(2, 6) as usize);
    match guilty {
        true => r018_single_bidder::judge(1, invited),
        false if dice.chance(10) => r018_single_bidder::judge(1, Some(1)),
        false => r018_single_bidder::judge(dice.from(2, 9) as usize, invited),
    }
}

/// A class with its usual number of bidders, and one that hardly anybody heard of.
pub fn few_bidders(dice: &Dice, guilty: bool) -> Outcome {
    let usual = dice.from(5, 9);
    let others: Vec<usize> = (0..dice.from(12, 60)).map(|_| (usual + dice.bell(4)).max(1) as usize).collect();
    let bidders = if guilty { dice.from(1, 2) } else { (usual + dice.bell(4)).max(1) };
    r019_few_bidders::judge(bidders as usize, &others, r019_few_bidders::Params { percent: 50, population: 10 })
}

/// Let in after the end; honest quotes come up to the last moment.
pub fn late_quote(dice: &Dice, guilty: bool) -> Outcome {
    let at = if guilty { dice.from(1, 600_000) } else { -dice.from(0, 60) * dice.from(0, 1_000_000) };
    r030_late_quote::judge(Some(DAY + at), DAY)
}

/// One hand sends all quotes, at once or always in one order; honest ones come over days, many in the last hour.
pub fn in_step(dice: &Dice, guilty: bool) -> Outcome {
    let n = dice.from(3, 6);
    let who: Vec<i64> = (1..=n).collect();
    let ended = 72 * HOUR;
    let spread = |dice: &Dice| -> Vec<(i64, i64)> {
        let rush = dice.chance(20);
        let at = |dice: &Dice| if rush { ended - dice.from(1, HOUR) } else { dice.from(0, ended) };
        (1..=n).map(|w| (w, at(dice))).collect()
    };
    let shuffled = |dice: &Dice| {
        let mut o = who.clone();
        dice.shuffle(&mut o);
        o
    };
    if !guilty {
        let earlier: Vec<Vec<i64>> = (0..dice.from(0, 5)).map(|_| shuffled(dice)).collect();
        return r034_in_step::judge(&spread(dice), 0, ended, &earlier);
    }
    if dice.chance(60) {
        let begin = dice.from(0, 60) * HOUR;
        // Now and then the hand takes its time.
        let within = if dice.chance(5) { 6 * HOUR } else { 50 * 60_000 };
        let firsts: Vec<(i64, i64)> = (1..=n).map(|w| (w, begin + dice.from(0, within))).collect();
        return r034_in_step::judge(&firsts, 0, ended, &[]);
    }
    let mut firsts = spread(dice);
    firsts.sort_by_key(|(_, at)| *at);
    let order: Vec<i64> = firsts.iter().map(|(w, _)| *w).collect();
    r034_in_step::judge(&firsts, 0, ended, &vec![order; dice.from(3, 6) as usize])
}

/// Everybody but the friend is thrown out; honest checks throw out one now and then.
pub fn all_others_out(dice: &Dice, guilty: bool) -> Outcome {
    let n = dice.from(3, 7);
    let mut all = vec![(false, true)];
    for _ in 1..n {
        all.push((if guilty { true } else { dice.chance(18) }, false));
    }
    if guilty && dice.chance(4) {
        // One is left in, for the look of it.
        all[1].0 = false;
    }
    r035_all_others_out::judge(&all, 2)
}

/// The cheapest is thrown out for a friend; honest checks fail others as well as the cheapest, seldom.
pub fn lowest_out(dice: &Dice, guilty: bool) -> Outcome {
    let n = dice.from(3, 7);
    let mut amounts: Vec<i64> = (0..n).map(|_| dice.from(400_000, 600_000)).collect();
    amounts.sort_unstable();
    let failed: Vec<bool> =
        (0..n).map(|i| if guilty { i == 0 } else { dice.chance(if i == 0 { 3 } else { 15 }) }).collect();
    let winner = failed.iter().position(|f| !*f);
    let all: Vec<(i64, bool, bool)> =
        amounts.iter().zip(&failed).enumerate().map(|(i, (a, f))| (*a, *f, Some(i) == winner)).collect();
    r036_lowest_out::judge(&all)
}

/// Decided before anybody can have read it, or left lying for weeks; honest decisions take hours to days.
pub fn decision_time(dice: &Dice, guilty: bool) -> Outcome {
    let usual = |dice: &Dice| dice.from(2, 120) * HOUR;
    let others: Vec<i64> = (0..dice.from(0, 40)).map(|_| usual(dice)).collect();
    let responses = dice.from(3, 8);
    let took = match guilty {
        true if dice.chance(60) => dice.from(1, responses * 55) * 1000,
        true => dice.from(15, 60) * DAY,
        false => usual(dice),
    };
    let p = r061_decision_time::Params { seconds: 60, days: 14, population: 10 };
    r061_decision_time::judge(if !guilty && dice.chance(10) { 0 } else { responses as usize }, took, &others, p)
}

//! Cases of rules about goods on the shelf, suppliers and what people do.
use super::Dice;
use rules::alert::{
    Outcome, d02_captive, m05_only_here, m10_local_share, m14_overrides, m15_withdrawn_complaint, m16_top_marks,
    m17_returns, m18_never_finds, r033_related, r040_buyer_share, r044_malformed, r046_barred, r050_market_share,
    w12_overdue, w13_stale_goods, w16_policy, w17_blacklist,
};
use rules::{calendar, uscc};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

/// A step that is not done in time; honest ones are done, now and then on the last day and then said to be near its end.
pub fn overdue(dice: &Dice, guilty: bool) -> Outcome {
    use w12_overdue::Step;
    let steps = [Step::Confirm, Step::Sign, Step::Publish, Step::File, Step::Deliver, Step::Accept, Step::Pay];
    let (step, due) = (dice.one(&steps), 900 * DAY);
    let (done, now) = match guilty {
        // Now and then it is written into the books as of the last day.
        true if dice.chance(4) => (Some(due), due + 2 * DAY),
        true if dice.chance(50) => (Some(due + dice.from(1, 480) * HOUR), due + 30 * DAY),
        true => (None, due + dice.from(1, 480) * HOUR),
        false if dice.chance(60) => (Some(due - dice.from(0, 240) * HOUR), due + dice.from(0, 9) * DAY),
        false => (None, due - dice.from(20, 240) * HOUR),
    };
    w12_overdue::judge(step, due, done, now, w12_overdue::Params { ahead: 1, grave: 5 })
}

/// A shelf that nobody keeps, or papers that nobody renews; on honest ones some goods are old too.
pub fn stale_goods(dice: &Dice, guilty: bool) -> Outcome {
    let listed = dice.from(if guilty { 12 } else { 3 }, 50);
    let observed = dice.count(listed, if guilty { 95 } else { 80 });
    let mut f = w13_stale_goods::Figures { listed, observed, ..Default::default() };
    match (guilty, dice.from(0, 2)) {
        (true, 0) => f.uncertified = dice.count(listed, 25),
        (true, 1) => f.papers = dice.count(3, 80),
        (true, _) => f.stale = dice.count(observed, 60),
        (false, _) => {
            f.stale = dice.count(observed, 5);
            f.papers = i64::from(dice.chance(2));
        }
    }
    w13_stale_goods::judge(f, w13_stale_goods::Params { count: 5, paper_days: 15 })
}

/// Goods bought against the policy, or a reserved share left behind; honest units are behind only early in the year.
pub fn policy(dice: &Dice, guilty: bool) -> Outcome {
    if dice.chance(50) {
        let (mandatory, certified, imported) = match guilty {
            // An import is offered under a domestic brand now and then.
            true if dice.chance(4) => (false, false, false),
            true if dice.chance(40) => (dice.chance(30), true, true),
            true => (true, false, dice.chance(10)),
            // A certificate that is renewed but not yet filed.
            false if dice.chance(3) => (true, false, false),
            false => (dice.chance(40), true, false),
        };
        return w16_policy::goods(mandatory, certified, imported);
    }
    let late = guilty || dice.chance(50);
    let month = if late { dice.from(10, 12) } else { dice.from(1, 9) };
    let day = calendar::day_from(2026, month as u32, dice.from(1, 28) as u32).unwrap_or(0);
    let percent = match (guilty, late) {
        (true, _) => dice.from(5, 38),
        (false, true) => dice.from(42, 100),
        (false, false) => dice.from(0, 100),
    };
    let all = dice.from(1_000_000, 400_000_000);
    let theirs = all / 100 * (percent + dice.bell(4)).max(0);
    w16_policy::reserve(theirs, all, calendar::start_of(day), w16_policy::Params { from_month: 10, percent: Some(40) })
}

/// A firm on a list that still sells; others have other matters, or have left. Some lists name a namesake, some come late.
pub fn blacklist(dice: &Dice, guilty: bool) -> Outcome {
    let listed = if guilty { !dice.chance(4) } else { dice.chance(30) };
    let indicator = match listed {
        true => w17_blacklist::INDICATOR,
        false => dice.one(&["credit.deduct.late_delivery", "credit.deduct.order_refused", "credit.deduct.counterfeit"]),
    };
    let standing = match guilty || dice.chance(6) {
        true => dice.one(&["admitted", "frozen", "suspended"]),
        false => dice.one(&["", "withdrawn"]),
    };
    w17_blacklist::judge(indicator, standing, dice.from(0, 20))
}

/// A model made for the government, alone or as a twin; some have a link that leads nowhere. Honest goods have a market.
pub fn only_here(dice: &Dice, guilty: bool) -> Outcome {
    let price = dice.from(5_000, 900_000);
    let twin = |percent: i64| Some(("X-2".to_owned(), price * percent / 100));
    let known = |links, seen, twin| m05_only_here::Figures { deals: dice.from(1, 30), links, seen, price, twin };
    let f = match guilty {
        true if dice.chance(50) => known(dice.from(0, 3), dice.from(0, 9), twin(dice.from(55, 90) + dice.bell(3))),
        true if dice.chance(4) => known(1, 0, None),
        true => m05_only_here::Figures { deals: dice.from(3, 30), ..known(0, 0, None) },
        // What is made to measure is sold nowhere else.
        false if dice.chance(5) => known(0, 0, None),
        false if dice.chance(30) => known(dice.from(0, 3), dice.from(1, 20), twin(dice.from(89, 120))),
        false => known(dice.from(1, 5), dice.from(0, 20), None),
    };
    m05_only_here::judge(&f, 3)
}

/// A city that prefers its own; honest ones draw from what is on offer, and chance favours some.
pub fn local_share(dice: &Dice, guilty: bool) -> Outcome {
    let bias = if guilty { dice.from(35, 80) } else { 0 };
    let line = |_| {
        let offers = dice.from(2, 12);
        let local_offers = dice.from(1, offers - 1);
        let local = dice.chance(bias) || dice.from(1, offers) <= local_offers;
        m10_local_share::Choice { local, local_offers, offers }
    };
    let lines: Vec<_> = (0..dice.from(if guilty { 40 } else { 20 }, 160)).map(line).collect();
    m10_local_share::judge(&lines)
}

/// A unit, or one who approves, for whom a reason is a formality; honest reasons are seldom needed.
pub fn overrides(dice: &Dice, guilty: bool) -> Outcome {
    let orders = dice.from(if guilty { 25 } else { 4 }, 90);
    let (percent, by_one) = match (guilty, dice.chance(50)) {
        (true, true) => (dice.from(30, 65), dice.from(0, 2)),
        (true, false) => (dice.from(2, 15), dice.count(12, 55)),
        (false, _) => (dice.from(0, 15), dice.count(2, 30) + i64::from(dice.chance(12))),
    };
    let p = m14_overrides::Params { unit: 8, approver: 3 };
    m14_overrides::judge((dice.count(orders, percent), orders), by_one, p)
}

/// A complaint sold for an order; some wait long enough. Honest units withdraw and buy elsewhere, or much later.
pub fn withdrawn_complaint(dice: &Dice, guilty: bool) -> Outcome {
    let ordered = 900 * DAY;
    let withdrawn = match guilty {
        true => Some(ordered - dice.from(0, if dice.chance(12) { 50 } else { 30 }) * DAY),
        false => match dice.from(0, 19) {
            0 => Some(ordered - dice.from(10, 60) * DAY),
            1..=9 => Some(ordered - dice.from(31, 700) * DAY),
            10..=13 => Some(ordered + dice.from(1, 90) * DAY),
            _ => None,
        },
    };
    m15_withdrawn_complaint::judge(withdrawn, ordered, 30)
}

/// Marks for a favour, or for goods that nobody has seen; honest best marks come from all who buy.
pub fn top_marks(dice: &Dice, guilty: bool) -> Outcome {
    let all = dice.from(if guilty { 6 } else { 1 }, 50);
    let (theirs, accepted) = match (guilty, dice.chance(30)) {
        (true, true) => (dice.count(all, 20), false),
        (true, false) => (dice.count(all, 99), true),
        // An acceptance that was put on paper only.
        (false, _) => (dice.count(all, dice.from(10, 70)), !dice.chance(3)),
    };
    m16_top_marks::judge(
        m16_top_marks::Figures { theirs, all, buyers: dice.from(1 + i64::from(guilty), 9), accepted },
        90,
    )
}

/// Bad goods among usual ones; usual ones come back by chance.
pub fn returns(dice: &Dice, guilty: bool) -> Outcome {
    let (lines, usual) = (dice.from(if guilty { 20 } else { 5 }, 90), dice.from(1, 4));
    let back = dice.count(lines, if guilty { dice.from(25, 55) } else { usual });
    let rest = dice.from(if guilty { 60 } else { 15 }, 900);
    m17_returns::judge((lines, back), (lines + rest, back + dice.count(rest, usual)))
}

/// Who looks away, with a find for form's sake now and then; honest ones find less in a good district.
pub fn never_finds(dice: &Dice, guilty: bool) -> Outcome {
    let usual = dice.from(6, 22);
    let (looked, others) = (dice.from(if guilty { 70 } else { 5 }, 220), dice.from(200, 2_000));
    let found = match guilty {
        true => i64::from(dice.chance(4)),
        false => dice.count(looked, if dice.chance(30) { usual / 2 } else { usual }),
    };
    m18_never_finds::judge((looked, found), (others, dice.count(others, usual)))
}

/// Somebody on both sides, who now and then uses a number that nobody knows; honest ones share at most a common name.
pub fn related(dice: &Dice, guilty: bool) -> Outcome {
    let number = |dice: &Dice| format!("13{}", dice.from(100_000_000, 999_999_999));
    let names = ["王伟", "李娜", "张敏", "刘洋", "陈静", "杨磊", "赵艳", "孙强"];
    let unit: Vec<(&str, String)> = names[..dice.from(2, 4) as usize].iter().map(|n| (*n, number(dice))).collect();
    let shared = unit[0].1.clone();
    let (phone, head) = match (guilty, dice.from(0, 24)) {
        (true, 0) => (number(dice), names[7]),
        (true, 1..=8) => (number(dice), names[dice.from(0, 1) as usize]),
        (true, 9..=15) => (format!("+86 {} {}", &shared[..3], &shared[3..]), names[6]),
        (true, _) => (format!("{}-{}-{}", &shared[..3], &shared[3..7], &shared[7..]), names[5]),
        (false, 0) => (number(dice), names[1]),
        (false, _) => (number(dice), dice.one(&names[4..])),
    };
    let unit: Vec<(&str, &str)> = unit.iter().map(|(n, p)| (*n, p.as_str())).collect();
    let staff = number(dice);
    let other = number(dice);
    // What is on record is the firm's own telephone or that of one of its people.
    let (firm, person) = if dice.chance(50) { (&phone, &staff) } else { (&other, &phone) };
    r033_related::judge(r033_related::ties(&unit, &[("周杰", person)], firm, [head, ""]))
}

/// Most of all that a unit buys goes to one; honest units have a main supplier too.
pub fn buyer_share(dice: &Dice, guilty: bool) -> Outcome {
    let orders = dice.from(if guilty { 10 } else { 2 }, 60);
    let percent = if guilty { dice.from(51, 96) } else { dice.from(5, 47) } + dice.bell(5);
    let all: i64 = (0..orders).map(|_| dice.from(50_000, 2_000_000)).sum();
    let theirs = dice.count(orders, percent);
    let suppliers = if !guilty && dice.chance(10) { 1 } else { dice.from(2, 25) as usize };
    let p = r040_buyer_share::Params { percent: 50, orders: 5 };
    r040_buyer_share::judge((theirs, all / 100 * percent), (orders, all), suppliers, p)
}

/// A code or a number that somebody made up; honest ones are written in many ways, now and then with an extension.
pub fn malformed(dice: &Dice, guilty: bool) -> Outcome {
    let eight = format!("{:08}", dice.from(10_000_000, 99_999_999));
    let check = uscc::organisation_check(&eight).unwrap_or('0');
    let right = uscc::complete(&format!("91370{}{eight}{check}", dice.from(100, 999))).unwrap_or_default();
    let mut code = right.clone();
    let mut phone = match dice.from(0, 2) {
        0 => format!("13{}", dice.from(100_000_000, 999_999_999)),
        1 => format!("0531-{} {}", dice.from(8_000, 8_999), dice.from(1_000, 9_999)),
        _ => format!("（0533）{}", dice.from(2_000_000, 8_999_999)),
    };
    match (guilty, dice.chance(50)) {
        // A number that could be one, of nobody.
        (true, _) if dice.chance(4) => phone = "88881234".to_owned(),
        // Two neighbours change places; nothing is seen of it where they are the same.
        (true, true) => {
            let at = dice.from(8, 16) as usize;
            code = format!("{}{}{}{}", &right[..at], &right[at + 1..at + 2], &right[at..=at], &right[at + 2..]);
        }
        (true, false) => phone = dice.one(&["无", "", "12345", "110", "139000000001390000", "同上"]).to_owned(),
        (false, _) if dice.chance(20) => phone.push_str("转8001"),
        (false, _) => {}
    }
    r044_malformed::judge(&code, &phone)
}

/// An order in the days of a measure; honest ones lie before it or after, and some measures are entered a day off.
pub fn barred(dice: &Dice, guilty: bool) -> Outcome {
    let (from, days, off) = (900, dice.from(15, 180), dice.one(&[-1, 0, 0, 1]));
    let ordered = match guilty {
        true => from + dice.from(0, days),
        false if dice.chance(50) => from - dice.from(1, 90),
        false => from + days + dice.from(1, 200),
    };
    let known = (from + off..=from + days + off).contains(&ordered);
    match dice.chance(70) {
        true => r046_barred::judge(&known.then(|| "暂停".to_owned()).into_iter().collect::<Vec<_>>(), 0),
        false => r046_barred::judge(&[], i64::from(known)),
    }
}

/// A class that belongs to one; honest ones are shared, though seldom evenly.
pub fn market_share(dice: &Dice, guilty: bool) -> Outcome {
    let rivals = dice.from(if guilty || dice.chance(4) { 2 } else { 5 }, 14);
    let mut amounts: Vec<i64> = (0..rivals).map(|_| dice.from(20_000, 2_000_000)).collect();
    if guilty {
        let (rest, percent) = (amounts.iter().sum::<i64>(), dice.from(45, 90));
        amounts.push(rest * percent / (100 - percent));
    }
    let deals = dice.from(if guilty { 20 } else { 5 }, 120);
    let p = r050_market_share::Params { share: 30, hhi: 25, deals: 20 };
    r050_market_share::judge(&amounts, deals, dice.from(2, 30), p)
}

/// A firm that lives of one unit, with a stray order for show now and then; honest ones have at least a few customers.
pub fn captive(dice: &Dice, guilty: bool) -> Outcome {
    let orders = dice.from(if guilty { 10 } else { 4 }, 40);
    let units = if guilty || dice.chance(4) { 1 } else { dice.from(2, 12) };
    let mut list: Vec<(i64, i64)> = (0..orders).map(|_| (dice.from(1, units), dice.from(10_000, 900_000))).collect();
    if guilty && dice.chance(4) {
        list[0].0 = 99;
    }
    d02_captive::judge(&list, 10)
}

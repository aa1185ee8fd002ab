//! Cases of rules about the sums and prices of orders.
use super::Dice;
use rules::alert::{
    Outcome, d01_newcomer, m01_above_offers, m02_above_lowest, m06_accessories, m12_bunching, r002_just_under,
    r010_no_reason, r011_cluster, r013_direct_share, r016_outlier, r049_near_year, r052_low_then_large, r055_near_pair,
    r059_contract, r068_overpaid, w01_splitting, w02_annual, w10_deal_price, w15_asset, w19_december,
};
use rules::price::Bands;

const DAY: i64 = 86_400_000;
/// The limit of public tender, fen.
const TENDER: i64 = 400_000_000;
/// Limits of a direct order in the province, fen.
const DIRECT: [i64; 4] = [2_000_000, 3_000_000, 4_000_000, 5_000_000];

/// What orders cost that nobody arranged: few are dear. Of an edge, up to its full sum.
fn ordinary(dice: &Dice, n: i64, edge: i64) -> Vec<i64> {
    (0..n).map(|_| edge * dice.from(1, 99).pow(3) / 1_000_000 + dice.from(1, 99)).collect()
}

/// A need of a year cut into orders; some keep their cuts under the limit after all. Honest needs are smaller, or one order.
pub fn splitting(dice: &Dice, guilty: bool) -> Outcome {
    let (orders, percent) = match guilty {
        true if dice.chance(4) => (dice.from(2, 6), dice.from(88, 99)),
        true => (dice.from(2, 14), dice.from(103, 220)),
        false if dice.chance(3) => (dice.from(2, 5), dice.from(101, 110)),
        false if dice.chance(10) => (1, dice.from(101, 160)),
        false => (dice.from(1, 14), dice.from(4, 92)),
    };
    w01_splitting::judge((orders, TENDER / 100 * (percent + dice.bell(3))), Some(TENDER))
}

/// What was planned for a year comes near its limit; needs turn out a little larger or smaller than planned.
pub fn annual(dice: &Dice, guilty: bool) -> Outcome {
    let limit = dice.one(&[30_000_000, 50_000_000, 60_000_000, 150_000_000]);
    let planned = if guilty { dice.from(81, 130) } else { dice.from(3, 78) };
    let sum = limit / 100 * (planned + dice.bell(5)).max(1);
    w02_annual::judge(sum, w02_annual::Params { limit: Some(limit), warn_percent: 80, full_percent: 100 })
}

/// A price put on top of the market's; what is seen of the market is never quite the market.
pub fn deal_price(dice: &Dice, guilty: bool) -> Outcome {
    let market = dice.from(5_000, 900_000);
    let on_top = if guilty { dice.from(7, 45) } else { dice.from(-15, 3) };
    let seen = match dice.from(0, 19) {
        0 if !guilty => w10_deal_price::Market::Stale,
        1 if !guilty => w10_deal_price::Market::Unknown,
        _ => w10_deal_price::Market::Known(market * (1_000 + dice.bell(40)) / 1_000),
    };
    let bands = Bands { notice: 0, yellow: 500, orange: 1_000, red: 2_000, low: 5_000, block: None, rule: 0 };
    w10_deal_price::judge(market * (100 + on_top) / 100, seen, Some(bands))
}

/// Better devices than the standard has, or more than there are people; the staff is known as it was some time ago.
pub fn asset(dice: &Dice, guilty: bool) -> Outcome {
    let (staff, most) = (dice.from(10, 300), dice.one(&[500_000, 700_000, 120_000, 1_500_000]));
    let (dear, many) = (guilty && dice.chance(50), guilty && dice.chance(50));
    let price = if dear || (guilty && !many) { dice.from(101, 160) } else { dice.from(45, 98) + dice.bell(4) };
    let count = if many { dice.from(110, 180) } else { dice.from(5, 95) };
    let known = staff * (100 + dice.bell(6)) / 100;
    // A way around: what makes it dear is bought as a part.
    let price = if guilty && dice.chance(5) { 98 } else { price };
    w15_asset::judge(w15_asset::Figures {
        price: most / 100 * price,
        price_most: Some(most),
        count: staff * count / 100,
        count_most: w15_asset::most_units(known, Some(100), None),
    })
}

/// Money that must go before the year ends; honest Decembers are a month like others, of a year that is not even.
pub fn december(dice: &Dice, guilty: bool) -> Outcome {
    let level = dice.from(100_000, 3_000_000);
    let mut months: Vec<i64> = (0..11).map(|_| level * dice.from(50, 150) / 100).collect();
    if dice.chance(20) {
        months[dice.from(0, 10) as usize] *= 3;
    }
    if !guilty && dice.chance(8) {
        months[..7].fill(0);
    }
    let december = match guilty {
        true if dice.chance(4) => dice.from(140, 200),
        true => dice.from(225, 500),
        false if dice.chance(3) => dice.from(210, 260),
        false => dice.from(40, 185),
    };
    months.push(level * december / 100);
    w19_december::judge(&months, 150)
}

/// The dear one among several that offer the same; with a single other the middle moves with the dear one.
pub fn above_offers(dice: &Dice, guilty: bool) -> Outcome {
    let usual = dice.from(5_000, 900_000);
    let others = if dice.chance(4) { 1 } else { dice.from(2, 9) };
    let percent = if guilty { dice.from(125, 180) } else { dice.from(85, 116) };
    let price = usual * percent / 100;
    let mut offers: Vec<i64> = (0..others).map(|_| usual * (100 + dice.bell(12)) / 100).collect();
    offers.push(price);
    m01_above_offers::judge(price, &offers, 120)
}

/// Raised for one order; honest prices follow the market, or an offer of some days has just ended.
pub fn above_lowest(dice: &Dice, guilty: bool) -> Outcome {
    let lowest = dice.from(5_000, 900_000);
    let percent = match guilty {
        true if dice.chance(4) => dice.from(112, 119),
        true => dice.from(121, 180),
        false if dice.chance(4) => dice.from(118, 130),
        false => 100 + dice.bell(14).abs(),
    };
    let known = guilty || !dice.chance(8);
    m02_above_lowest::judge(lowest * percent / 100 + 1, known.then_some(lowest), 120)
}

/// A cheap device and dear parts; honest devices come with a few, and parts are bought on their own.
pub fn accessories(dice: &Dice, guilty: bool) -> Outcome {
    let categories = ["A02010700", "A02021700", "A02031100", "A02062300", "A02082000", "A02091900"];
    let device = dice.from(100_000, 3_000_000);
    let share = if guilty { dice.from(31, 70) } else { dice.from(1, 28) } + dice.bell(4);
    let parts = device * share.max(0) / (100 - share);
    let mut lines = vec![("A02010108", device), (dice.one(&["A02021701", "A02010705", "A02082003"]), parts)];
    if !guilty && dice.chance(15) {
        lines.remove(0);
    }
    let p = m06_accessories::Params { categories: categories.map(String::from).to_vec(), percent: 30 };
    m06_accessories::judge(&lines, &p)
}

/// Orders cut to need one approval less; some units happen to buy what costs just that.
pub fn bunching(dice: &Dice, guilty: bool) -> Outcome {
    let edge = dice.one(&[1_000_000, 2_000_000, 5_000_000]);
    let mut totals = ordinary(dice, dice.from(5, 40), edge * 2);
    let heap = if guilty { dice.from(5, 12) } else { 4 * i64::from(dice.chance(5)) };
    totals.extend((0..heap).map(|_| edge * dice.from(89, 99) / 100 + dice.from(0, 99)));
    m12_bunching::judge(&totals, Some(edge), 5)
}

/// One order made to fit; honest sums lie where they lie.
pub fn just_under(dice: &Dice, guilty: bool) -> Outcome {
    let limit = dice.one(&[2_000_000, 3_000_000, 5_000_000, 30_000_000]);
    let total = match guilty {
        true if dice.chance(4) => limit * dice.from(90, 94) / 100,
        true => limit * dice.from(950, 999) / 1_000 + dice.from(0, 99),
        false => limit * dice.from(1, 115).pow(2) / 10_000,
    };
    r002_just_under::judge(total, r002_just_under::Params { limit: Some(limit), from_percent: 95 })
}

/// Nobody else sells it and nothing is said for it; now and then empty words are long, and good ones short.
pub fn no_reason(dice: &Dice, guilty: bool) -> Outcome {
    let (hollow, good) = (
        ["", "无", "急用", "工作需要", "领导安排", "按需采购。", "。。。。。。。。"],
        ["原有设备的专用耗材，只有原厂供应", "会议明天召开，本地只有这家有现货", "与现有门禁系统配套"],
    );
    let (sellers, reason) = match guilty {
        true if dice.chance(4) => (1, "按照领导的要求办理采购"),
        true => (1, dice.one(&hollow)),
        false if dice.chance(4) => (1, "专用耗材"),
        false if dice.chance(50) => (1, dice.one(&good)),
        false => (dice.from(2, 20), dice.one(&hollow)),
    };
    r010_no_reason::judge(sellers, reason, 6)
}

/// One need in pieces within a month; honest months hold few orders, most of them small.
pub fn cluster(dice: &Dice, guilty: bool) -> Outcome {
    let (limit, now) = (dice.one(&DIRECT), 900 * DAY);
    let pieces =
        if guilty && dice.chance(4) { 2 } else { dice.from(if guilty { 3 } else { 1 }, if guilty { 6 } else { 4 }) };
    let percent = |dice: &Dice| match guilty {
        true => dice.from(35, 99),
        false if dice.chance(10) => dice.from(30, 99),
        false => dice.from(1, 27),
    };
    let mut orders: Vec<(i64, i64)> =
        (1..pieces).map(|_| (now - dice.from(0, 29) * DAY, limit * percent(dice) / 100)).collect();
    orders.push((now, limit * percent(dice) / 100));
    r011_cluster::judge(&orders, now, r011_cluster::Params { limit: Some(limit), days: 30, count: 3 })
}

/// A unit that never lets anybody compete; honest units do sometimes, or buy little.
pub fn direct_share(dice: &Dice, guilty: bool) -> Outcome {
    let small = !guilty && dice.chance(25);
    let orders = if guilty || dice.chance(85) { dice.from(20, 150) } else { dice.from(1, 19) };
    let all = if small { dice.from(1_000_000, 30_000_000) } else { dice.from(32_000_000, 300_000_000) };
    let share = match guilty {
        true => dice.from(950, 1_000),
        false if small => 1_000,
        false => dice.from(200, 955),
    };
    let p = r013_direct_share::Params { percent: 95, orders: 20, least: 30_000_000 };
    r013_direct_share::judge(orders, all / 1_000 * share, all, p)
}

/// Far above what it costs elsewhere, among deals of the same goods or, where those are few, of the class.
pub fn outlier(dice: &Dice, guilty: bool) -> Outcome {
    let usual = dice.from(5_000, 900_000);
    let of_class = dice.chance(25);
    let around = |dice: &Dice| match of_class {
        true => usual * dice.from(70, 140) / 100,
        false => usual * (1_000 + dice.bell(60)) / 1_000,
    };
    let same: Vec<i64> = (0..if of_class { dice.from(0, 4) } else { dice.from(5, 30) }).map(|_| around(dice)).collect();
    let class: Vec<i64> = (0..if of_class { dice.from(30, 90) } else { 0 }).map(|_| around(dice)).collect();
    let price = match (guilty, of_class) {
        (true, true) => usual * dice.from(280, 600) / 100,
        (true, false) => usual * dice.from(108, 160) / 100,
        (false, _) => around(dice),
    };
    r016_outlier::judge(price, &same, &class, 350)
}

/// A year of orders near the limit, whatever the kind; honest ones lie there now and then.
pub fn near_year(dice: &Dice, guilty: bool) -> Outcome {
    let limit = dice.one(&DIRECT);
    let mut totals = ordinary(dice, dice.from(3, 25), limit);
    if guilty {
        totals.extend((0..dice.from(5, 12)).map(|_| limit * dice.from(78, 99) / 100));
    }
    r049_near_year::judge(&totals, r049_near_year::Params { limit: Some(limit), from_percent: 80, count: 5 })
}

/// The same with one supplier: fewer orders are enough to be odd.
pub fn near_pair(dice: &Dice, guilty: bool) -> Outcome {
    let limit = dice.one(&DIRECT);
    let mut totals = ordinary(dice, dice.from(0, 9), limit);
    if guilty {
        totals.extend((0..dice.from(3, 8)).map(|_| limit * dice.from(79, 99) / 100));
    }
    r055_near_pair::judge(&totals, r055_near_pair::Params { limit: Some(limit), from_percent: 80, count: 3 })
}

/// A trifle to begin with, then much; honest trade stays about its size, and seldom begins with a trial.
pub fn low_then_large(dice: &Dice, guilty: bool) -> Outcome {
    let (level, orders) = (dice.from(150_000, 1_500_000), dice.from(if guilty { 4 } else { 2 }, 14));
    let mut totals: Vec<i64> = (0..orders).map(|_| level * dice.from(40, 220) / 100).collect();
    match guilty {
        true => totals.iter_mut().skip(1).for_each(|t| *t += level * 4),
        false if dice.chance(4) => totals[0] = level / 10,
        false => {}
    }
    if guilty {
        totals[0] = level * dice.from(10, 110) / 100;
    }
    r052_low_then_large::judge(&totals)
}

/// A contract for another sum than was agreed, or long after; honest ones differ by what was measured on the spot.
pub fn contract(dice: &Dice, guilty: bool) -> Outcome {
    let award = dice.from(100_000, 20_000_000);
    let (percent, days) = match (guilty, dice.chance(50)) {
        (true, true) => (dice.one(&[1, -1]) * dice.from(10, 40), dice.from(1, 28)),
        (true, false) => (dice.bell(8), dice.from(30, 120)),
        (false, _) if dice.chance(3) => (dice.from(11, 13), dice.from(1, 28)),
        (false, _) => (dice.bell(12), dice.from(0, 30)),
    };
    let signed = 900 * DAY + days * DAY + dice.from(-3, 3) * DAY / 4;
    let p = r059_contract::Params { percent: 10, days: Some(30) };
    r059_contract::judge((award, award * (1_000 + percent * 10 + dice.bell(5)) / 1_000), (900 * DAY, signed), p)
}

/// Something on top when the last part is paid; honest parts add up, now and then with a fen of rounding.
pub fn overpaid(dice: &Dice, guilty: bool) -> Outcome {
    let (contract, parts) = (dice.from(100_000, 20_000_000), dice.from(1, 4));
    let part = contract / parts;
    let paid = match guilty {
        // What is on top goes through other books now and then.
        true if dice.chance(4) => contract,
        true => contract + part * dice.from(1, 30) / 100 + 1,
        false if dice.chance(3) => contract + 1,
        false => part * dice.from(1, parts),
    };
    let known = guilty || !dice.chance(5);
    r068_overpaid::judge(paid, known.then_some(contract))
}

/// A firm made for an order; honest newcomers begin with orders like others, large ones among them.
pub fn newcomer(dice: &Dice, guilty: bool) -> Outcome {
    let sum = |k: i64| 500 * k.pow(2) + 1;
    let others: Vec<i64> = (0..dice.from(28, 200)).map(|_| sum(dice.from(1, 100))).collect();
    let (days, total) = match guilty {
        true => (dice.from(3, 370), sum(dice.from(98, 160))),
        false if dice.chance(50) => (dice.from(1, 365), sum(dice.from(1, 96))),
        false => (dice.from(366, 2_000), sum(dice.from(1, 160))),
    };
    let now = 3_000 * DAY;
    d01_newcomer::judge(Some(now - days * DAY), (now, total), &others, 365)
}

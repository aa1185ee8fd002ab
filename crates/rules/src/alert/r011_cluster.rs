//! R011 短期拆分: direct orders of one kind that each keep the limit and together pass it, within a day or some days.
use super::past::{Past, days_before};
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::{Ms, day_of};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R011",
    title: "短期内拆分下单",
    level: Level::Orange,
    formula: "同一单位同一二级品目：{alert.split.days} 天内 ≥ {alert.split.count} 单直购，每单不超过直购限额 {limit.direct.order_fen}，合计超过；或一天内 ≥ {alert.split.count} 单，平均 ≥ 限额的 80%",
    basis: "政府采购法实施条例第二十八条；开放合同风险指标 R011；天数和单数为平台建议值",
    repeat: "同一单位、品目、月份只提示一次",
};

const NEAR_PERCENT: i64 = 80;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The limit of a direct order, fen.
    pub limit: Option<i64>,
    /// Within so many days.
    pub days: i64,
    /// From so many orders on.
    pub count: i64,
}

/// The parameters of a purchase.
pub fn params(t: Terms<'_>) -> Params {
    Params {
        limit: t.int("limit.direct.order_fen"),
        days: t.number("alert.split.days", 30),
        count: t.number("alert.split.count", 3),
    }
}

/// Direct orders within the days, when and how much, the newest among them at `now`.
pub fn judge(orders: &[(Ms, i64)], now: Ms, p: Params) -> Outcome {
    let Some(limit) = p.limit else { return Outcome::Blind("规则库没有规定直购限额") };
    let least = p.count.max(2);
    let small: Vec<&(Ms, i64)> = orders.iter().filter(|o| o.1 <= limit).collect();
    let sum: i64 = small.iter().map(|o| o.1).sum();
    let of_day: Vec<i64> = small.iter().filter(|o| day_of(o.0) == day_of(now)).map(|o| o.1).collect();
    let day_sum: i64 = of_day.iter().sum();
    let near = i128::from(day_sum) * 100 >= i128::from(limit) * i128::from(NEAR_PERCENT) * of_day.len() as i128;
    if of_day.len() as i64 >= least && near {
        let words =
            format!("一天内 {} 单共 {}，每单都接近直购限额 {}", of_day.len(), Fen(day_sum).yuan(), Fen(limit).yuan());
        return Outcome::Hit(words);
    }
    if (small.len() as i64) < least || sum <= limit {
        return Outcome::Clear;
    }
    let (n, days) = (small.len(), p.days);
    Outcome::Hit(format!(
        "{days} 天内同类直购 {n} 单共 {}，每单不超过而合计超过直购限额 {}",
        Fen(sum).yuan(),
        Fen(limit).yuan()
    ))
}

/// The same from what a unit bought.
pub fn look(past: &Past, kind: &str, now: Ms, t: Terms<'_>) -> Outcome {
    let p = params(t);
    judge(&past.direct(kind, days_before(now, p.days)), now, p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DAY_MS;

    #[test]
    fn together_over_the_limit() {
        let p = Params { limit: Some(100), days: 30, count: 3 };
        let now = 100 * DAY_MS;
        let on = |list: &[(i64, i64)]| list.iter().map(|(d, a)| (now - d * DAY_MS, *a)).collect::<Vec<_>>();
        assert!(matches!(judge(&on(&[(9, 40), (3, 40), (0, 21)]), now, p), Outcome::Hit(w) if w.contains("3 单")));
        assert_eq!(judge(&on(&[(9, 40), (3, 40), (0, 20)]), now, p), Outcome::Clear, "together as much as one may");
        assert_eq!(judge(&on(&[(9, 90), (0, 90)]), now, p), Outcome::Clear, "two");
        assert_eq!(judge(&on(&[(9, 101), (3, 40), (0, 40)]), now, p), Outcome::Clear, "one had another way");
        let day = judge(&on(&[(0, 80), (0, 80), (0, 80)]), now, p);
        assert!(matches!(day, Outcome::Hit(w) if w.starts_with("一天内 3 单")));
        assert!(matches!(judge(&[], now, Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

//! W01 化整为零: what one budget project buys of one kind in a year without public tender passes the limit of public tender.
use super::past::{Past, Sum, year_start};
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::Ms;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W01",
    title: "化整为零",
    level: Level::Red,
    formula: "同一单位同一预算项目同一二级品目，一个年度内非公开招标的订单 ≥ 2 单，累计金额 > {limit.tender.annual_fen}",
    basis: "政府采购法实施条例第二十八条；项目预算调整或者经批准采用其他方式的除外，由单位说明",
    repeat: "同一单位、预算项目、品目、年度只提示一次",
};

/// The limit of public tender.
pub fn limit(t: Terms<'_>) -> Option<i64> {
    t.int("limit.tender.annual_fen")
}

/// Orders of the year of one budget project in one category, and their sum.
pub fn judge((orders, sum): Sum, limit: Option<i64>) -> Outcome {
    let Some(limit) = limit else { return Outcome::Blind("规则库没有规定公开招标数额标准") };
    if orders < 2 || sum <= limit {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "本年同一预算项目同类采购 {orders} 单，累计 {}，超过公开招标数额标准 {}",
        Fen(sum).yuan(),
        Fen(limit).yuan()
    ))
}

/// The same from what a unit bought.
pub fn look(past: &Past, (kind, budget): (&str, i64), now: Ms, t: Terms<'_>) -> Outcome {
    judge(past.project(kind, budget, year_start(now)), limit(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_orders_over_the_limit_of_tender() {
        assert!(matches!(judge((2, 101), Some(100)), Outcome::Hit(w) if w.contains("2 单")));
        assert_eq!(judge((2, 100), Some(100)), Outcome::Clear, "the limit itself is kept");
        assert_eq!(judge((1, 500), Some(100)), Outcome::Clear, "one order is not split");
        assert!(matches!(judge((9, 9), None), Outcome::Blind(_)));
    }
}

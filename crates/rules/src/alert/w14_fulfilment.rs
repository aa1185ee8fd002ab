//! W14 履约异常: many of a supplier's orders are cancelled or refused, or come back.
use super::{Level, Outcome, Rule, percent};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W14",
    title: "取消或退货过多",
    level: Level::Orange,
    formula: "供应商 90 天内收到订单 ≥ 10 单，且拒绝、逾期、取消的比例 > {alert.cancel_percent}%，或有退换货的比例 > {alert.return_percent}%",
    basis: "有货才能上架；参数为平台建议默认值",
    repeat: "同一供应商、季度只提示一次",
};

/// Orders below which a share says nothing.
pub const ORDERS_MIN: i64 = 10;

/// Orders of the time, of them not carried out, of them with goods that came back; shares in percent.
pub fn judge(orders: i64, dropped: i64, returned: i64, cancel_percent: i64, return_percent: i64) -> Outcome {
    if orders < ORDERS_MIN {
        return Outcome::Blind("90 天内订单不足 10 单，比例没有意义");
    }
    let above = |part: i64, most: i64| i128::from(part) * 100 > i128::from(orders) * i128::from(most);
    if !above(dropped, cancel_percent) && !above(returned, return_percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "{orders} 单中拒绝、逾期、取消 {dropped} 单（{}%），退换货 {returned} 单（{}%）",
        percent(dropped, orders),
        percent(returned, orders)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_enough_orders() {
        assert!(matches!(judge(20, 3, 0, 10, 10), Outcome::Hit(_)));
        assert!(matches!(judge(20, 0, 3, 10, 10), Outcome::Hit(_)));
        assert_eq!(judge(20, 2, 2, 10, 10), Outcome::Clear, "a tenth is not more than a tenth");
        assert!(matches!(judge(9, 9, 9, 10, 10), Outcome::Blind(_)));
    }
}

//! R046 成交时被限制: an order given to a supplier that was barred, or about to be, on that day.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R046",
    title: "向受限供应商下单",
    level: Level::Red,
    formula: "下单或成交当日，供应商处于冻结、暂停、退出，或列入失信名单的事项已告知",
    basis: "政府采购法第二十二条、实施条例第十九条；开放合同风险指标 R046",
    repeat: "每张订单一次",
};

/// Measures in force that day, in words, and cases of a list that were told and not dropped.
pub fn judge(measures: &[String], cases: i64) -> Outcome {
    let mut words: Vec<String> = measures.iter().map(|m| format!("当日措施：{m}")).collect();
    if cases > 0 {
        words.push(format!("失信名单事项 {cases} 件已告知"));
    }
    if words.is_empty() { Outcome::Clear } else { Outcome::Hit(words.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn barred_that_day() {
        assert!(matches!(judge(&["暂停交易".into()], 0), Outcome::Hit(w) if w.contains("暂停交易")));
        assert!(matches!(judge(&[], 1), Outcome::Hit(w) if w.contains("1 件")));
        assert_eq!(judge(&[], 0), Outcome::Clear);
    }
}

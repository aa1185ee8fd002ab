//! W17 列入失信名单: a supplier that was admitted is found on a list of others.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W17",
    title: "入驻后列入失信名单",
    level: Level::Red,
    formula: "已入驻的供应商出现在导入的严重违法失信名单里",
    basis: "政府采购法第二十二条、实施条例第十九条；失信名单公示期内不得参加政府采购",
    repeat: "每件名单事项一次",
};

/// The indicator of a case that says so.
pub const INDICATOR: &str = "credit.deduct.blacklisted";

/// A case was opened by this indicator; the supplier's standing; orders that are still being performed.
pub fn judge(indicator: &str, standing: &str, open: i64) -> Outcome {
    if indicator != INDICATOR {
        return Outcome::Clear;
    }
    match standing {
        "" => Outcome::Blind("名单上的单位没有入驻"),
        "withdrawn" => Outcome::Clear,
        _ => Outcome::Hit(format!("名单事项已告知，供应商目前仍在册；履约中的订单 {open} 单")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_after_admission() {
        assert!(matches!(judge(INDICATOR, "admitted", 2), Outcome::Hit(w) if w.contains("2 单")));
        assert_eq!(judge(INDICATOR, "withdrawn", 0), Outcome::Clear);
        assert_eq!(judge("credit.deduct.duplicate", "admitted", 0), Outcome::Clear, "another case");
        assert!(matches!(judge(INDICATOR, "", 0), Outcome::Blind(_)));
    }
}

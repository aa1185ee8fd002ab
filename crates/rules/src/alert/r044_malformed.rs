//! R044 登记信息有误: a party of an order whose credit code or telephone cannot be one.
use super::{Level, Outcome, Rule};
use crate::uscc;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R044",
    title: "供应商登记信息不合规",
    level: Level::Yellow,
    formula: "供应商的统一社会信用代码校验不通过，或联系电话不是 7 至 12 位号码",
    basis: "开放合同风险指标 R044；GB 32100-2015",
    repeat: "同一供应商每年一次",
};

/// Credit code and telephone of a supplier.
pub fn judge(code: &str, phone: &str) -> Outcome {
    let mut words = Vec::new();
    if !uscc::valid(code) {
        words.push("统一社会信用代码校验不通过");
    }
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let written = phone.chars().all(|c| c.is_ascii_digit() || " -+()（）转".contains(c));
    if !written || !(7..=12).contains(&digits) {
        words.push("联系电话不是 7 至 12 位号码");
    }
    if words.is_empty() { Outcome::Clear } else { Outcome::Hit(words.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers() {
        let good = uscc::complete("91370112DM0000304").unwrap();
        assert_eq!(judge(&good, "0531-8888 0000"), Outcome::Clear);
        assert!(matches!(judge("91370112DM00003040", "13900000000"), Outcome::Hit(w) if w.contains("信用代码")));
        assert!(matches!(judge(&good, "123"), Outcome::Hit(w) if w.contains("电话")));
        assert!(matches!(judge(&good, "见名片"), Outcome::Hit(_)));
    }
}

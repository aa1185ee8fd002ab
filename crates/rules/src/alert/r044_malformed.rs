//! R044 登记信息有误: a party of an order whose credit code or telephone cannot be one.
use super::{Level, Outcome, Rule};
use crate::uscc;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R044",
    title: "供应商登记信息不合规",
    level: Level::Yellow,
    formula: "供应商的统一社会信用代码校验不通过，或联系电话（不算国家代码和分机号）不是 7 至 12 位号码",
    basis: "开放合同风险指标 R044；GB 32100-2015",
    repeat: "同一供应商每年一次",
};

/// What parts a number from the extension behind it.
const EXTENSION: [&str; 6] = ["转", "分机", "ext", "#", "*", "x"];
/// Digits of an extension, at most.
const EXTENSION_MAX: usize = 6;

/// Is it written as a telephone number is: 7 to 12 digits, a country code before and an extension behind them left out?
fn telephone(written: &str) -> bool {
    let lower = written.trim().to_lowercase();
    let mut bare = lower.as_str();
    for code in ["+86", "0086"] {
        bare = bare.strip_prefix(code).unwrap_or(bare);
    }
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_digit() || " -()（）－—.:：".contains(c));
    let extension = |part: &str| plain(part) && (1..=EXTENSION_MAX).contains(&digits(part));
    let number = |part: &str| plain(part) && (7..=12).contains(&digits(part));
    if let Some((first, rest)) = EXTENSION.iter().find_map(|mark| bare.split_once(mark)) {
        return number(first) && extension(rest);
    }
    // 0531-86000001-801: the last group is an extension where all together are too long for a number.
    let grouped = bare.rsplit_once(['-', '－', '—']);
    number(bare) || grouped.is_some_and(|(first, rest)| number(first) && extension(rest))
}

/// Credit code and telephone of a supplier.
pub fn judge(code: &str, phone: &str) -> Outcome {
    let mut words = Vec::new();
    if !uscc::valid(code) {
        words.push("统一社会信用代码校验不通过");
    }
    if !telephone(phone) {
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

    #[test]
    fn an_extension_and_a_country_code_are_no_part_of_the_number() {
        for right in [
            "0531-86000001转8012",
            "0531-8600 0001 转 801",
            "0531-86000001-8012",
            "（0531）86000001 分机 6",
            "053186000001 ext 801",
            "86000001#12",
            "+86 139 0000 0000",
            "0086-531-86000001-801",
            "400-800-1234转1",
        ] {
            assert!(telephone(right), "{right}");
        }
        for wrong in
            ["0531-86000001转", "0531-86000001转1234567", "转801", "123转45", "0531-86000001-1234567", "86000001/2", ""]
        {
            assert!(!telephone(wrong), "{wrong}");
        }
    }
}

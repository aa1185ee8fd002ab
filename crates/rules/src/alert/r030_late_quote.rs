//! R030 截止后报价成交: the quote that won came after the end.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R030",
    title: "成交的报价在截止之后",
    level: Level::Red,
    formula: "成交供应商的有效报价时间 > 这场竞价的截止时间（含顺延）",
    basis: "OCP 红旗指南 R030；政府采购货物和服务招标投标管理办法第三十三条（截止后拒收）",
    repeat: "每场竞价一次",
};

/// When the winning quote came and when the event ended, ms.
pub fn judge(quoted: Option<i64>, ended: i64) -> Outcome {
    match quoted {
        None => Outcome::Blind("没有成交的报价"),
        Some(at) if at > ended => {
            Outcome::Hit(format!("成交的报价在截止后 {} 秒", (at - ended).div_euclid(1000).max(1)))
        }
        Some(_) => Outcome::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_end() {
        assert!(matches!(judge(Some(100_001), 100_000), Outcome::Hit(w) if w.contains("1 秒")));
        assert_eq!(judge(Some(100_000), 100_000), Outcome::Clear, "at the end still counts");
        assert!(matches!(judge(None, 5), Outcome::Blind(_)));
    }
}

//! R018 只有一家报价: an event that was open to many has one bidder.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R018",
    title: "只有一家报价",
    level: Level::Yellow,
    formula: "可以有两家以上参加的竞价，截止时只有 1 家报价",
    basis: "OCP 红旗指南 R018；政府采购法第三条（公平竞争）",
    repeat: "每场竞价一次",
};

/// How many quoted; how many could at most: those invited, None for everybody.
pub fn judge(bidders: usize, invited: Option<usize>) -> Outcome {
    if invited == Some(1) {
        return Outcome::Blind("只邀请了一家，不是竞争");
    }
    if bidders != 1 {
        return Outcome::Clear;
    }
    Outcome::Hit(match invited {
        Some(n) => format!("邀请 {n} 家，只有 1 家报价"),
        None => "公开邀请，只有 1 家报价".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one() {
        assert!(matches!(judge(1, None), Outcome::Hit(_)));
        assert!(matches!(judge(1, Some(4)), Outcome::Hit(w) if w.contains("4 家")));
        assert_eq!((judge(2, None), judge(0, None)), (Outcome::Clear, Outcome::Clear));
        assert!(matches!(judge(1, Some(1)), Outcome::Blind(_)));
    }
}

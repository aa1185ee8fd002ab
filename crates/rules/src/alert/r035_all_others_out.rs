//! R035 其他报价人全部被排除: after the end everybody but the winner was excluded.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R035",
    title: "其他报价人全部被排除",
    level: Level::Orange,
    formula: "截止后只有成交供应商一家有效，另有 ≥ {alert.excluded.others} 家被判响应不满足或低价说明不成立",
    basis: "OCP 红旗指南 R035；政府采购法第七十一条（差别待遇）；家数为平台建议值",
    repeat: "每场竞价一次",
};

/// For each bidder: excluded, won. And from how many excluded on.
pub fn judge(bidders: &[(bool, bool)], least: usize) -> Outcome {
    if !bidders.iter().any(|(_, won)| *won) {
        return Outcome::Blind("没有成交");
    }
    let out = bidders.iter().filter(|(out, won)| *out && !*won).count();
    if out < least.max(1) || bidders.iter().any(|(out, won)| !*out && !*won) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("{} 家报价，成交的一家之外 {out} 家全部被排除", bidders.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_one() {
        let (won, out, valid) = ((false, true), (true, false), (false, false));
        assert!(matches!(judge(&[won, out, out], 2), Outcome::Hit(w) if w.contains("2 家全部")));
        assert_eq!(judge(&[won, out, valid], 1), Outcome::Clear, "one was left");
        assert_eq!(judge(&[won, out], 2), Outcome::Clear, "only one was excluded");
        assert_eq!(judge(&[won], 1), Outcome::Clear);
        assert!(matches!(judge(&[out, out], 1), Outcome::Blind(_)));
    }
}

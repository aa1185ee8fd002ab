//! M09 只有一家应答: several requests of one unit in a row are answered by one seller only.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M09",
    title: "连续多次只有一家应答",
    level: Level::Orange,
    formula: "同一单位最近连续 {alert.one_answer.events} 场竞价都只有一家供应商报价",
    basis: "政府采购法第二十二条、实施条例第二十条（不得以不合理条件限制供应商）；次数为平台建议值",
    repeat: "同一单位每月只提示一次",
};

/// Who quoted in the latest events of the unit, newest first, and how many in a row it takes.
pub fn judge(latest: &[Vec<i64>], need: usize) -> Outcome {
    let need = need.max(2);
    if latest.len() < need {
        return Outcome::Blind("这个单位结束的竞价还不够多");
    }
    let row = &latest[..need];
    if row.iter().any(|who| who.len() != 1) {
        return Outcome::Clear;
    }
    let same = row.iter().all(|who| who == &row[0]);
    Outcome::Hit(format!("最近 {need} 场竞价都只有一家报价{}", if same { "，而且是同一家" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_row() {
        let one = |w| vec![w];
        assert!(matches!(judge(&[one(1), one(1), one(1), vec![]], 3), Outcome::Hit(w) if w.contains("同一家")));
        assert!(matches!(judge(&[one(1), one(2), one(1)], 3), Outcome::Hit(w) if !w.contains("同一家")));
        assert_eq!(judge(&[one(1), vec![1, 2], one(1)], 3), Outcome::Clear, "two came in between");
        assert_eq!(judge(&[one(1), vec![], one(1)], 3), Outcome::Clear, "nobody came: another matter");
        assert!(matches!(judge(&[one(1), one(1)], 3), Outcome::Blind(_)));
    }
}

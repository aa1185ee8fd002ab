//! R026 成交时总是同几家作陪: whenever somebody wins, the same few others quote too, though the class has many more.
use super::{Level, Outcome, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R026",
    title: "成交时总是同样几家同场",
    level: Level::Orange,
    formula: "供应商一年内在同一二级品目成交 ≥ {alert.partner.wins} 场，各场其他报价人都出自同样的至多 3 家，而同类报价人有它们（连同自己）两倍以上",
    basis: "OCP 红旗指南 R026；政府采购法实施条例第七十四条（恶意串通）；场数为平台建议值",
    repeat: "同一供应商、品目、年度只提示一次",
};

/// At most so many companions are the same few.
const PARTNERS_MAX: usize = 3;

/// For each event the supplier won, who else quoted; how many quote in the class at all; from how many wins on.
pub fn judge(partners: &[Vec<i64>], market: usize, least: usize) -> Outcome {
    let with: Vec<&Vec<i64>> = partners.iter().filter(|p| !p.is_empty()).collect();
    if with.len() < least.max(2) {
        return Outcome::Blind("有别家同场的成交还不够多");
    }
    let all: BTreeSet<i64> = with.iter().flat_map(|p| p.iter().copied()).collect();
    if market < 2 * (all.len() + 1) {
        // In a small market everybody meets everybody.
        return if all.len() <= PARTNERS_MAX {
            Outcome::Blind("同类报价人太少，总是同几家不说明问题")
        } else {
            Outcome::Clear
        };
    }
    if all.len() > PARTNERS_MAX {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("成交 {} 场，其他报价人总是同样 {} 家，而同类报价人有 {market} 家", with.len(), all.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_few_of_many() {
        let won = |n: usize, with: &[i64]| vec![with.to_vec(); n];
        assert!(matches!(judge(&won(5, &[2, 3]), 6, 5), Outcome::Hit(w) if w.contains("2 家")));
        assert!(matches!(judge(&won(5, &[2, 3]), 5, 5), Outcome::Blind(_)), "a small market");
        let mut more = won(5, &[2, 3]);
        more.push(vec![4, 5]);
        assert_eq!(judge(&more, 20, 5), Outcome::Clear);
        assert!(matches!(judge(&won(4, &[2, 3]), 20, 5), Outcome::Blind(_)));
        assert!(matches!(judge(&won(9, &[]), 20, 5), Outcome::Blind(_)), "alone");
    }
}

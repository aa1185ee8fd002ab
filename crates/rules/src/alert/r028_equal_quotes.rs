//! R028 报价完全相同: different bidders name the same total where nobody saw the others' quotes.
use super::{Level, Outcome, Rule};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "R028",
    title: "不同供应商报价完全相同",
    level: Level::Orange,
    formula: "截止前互相看不到报价的竞价中，两家以上不同供应商的总价一分不差，且不等于最高限价",
    basis: "OCP 红旗指南 R028；政府采购法实施条例第七十四条（恶意串通）",
    repeat: "每场竞价一次",
};

/// Names and totals of this event, the ceiling; were quotes hidden until the end?
pub fn judge(quotes: &[(String, i64)], ceiling: i64, secret: bool) -> Outcome {
    if !secret {
        return Outcome::Blind("公开报价互相看得到，相同不说明问题");
    }
    if quotes.len() < 2 {
        return Outcome::Blind("只有一家报价");
    }
    let mut q: Vec<&(String, i64)> = quotes.iter().filter(|(_, a)| *a != ceiling).collect();
    q.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    let same = |g: &[&(String, i64)]| {
        let who: Vec<&str> = g.iter().map(|(w, _)| w.as_str()).collect();
        format!("供应商 {}都报 {}", who.join("、"), Fen(g[0].1).yuan())
    };
    let found: Vec<String> = q.chunk_by(|a, b| a.1 == b.1).filter(|g| g.len() > 1).map(same).collect();
    if found.is_empty() { Outcome::Clear } else { Outcome::Hit(found.join("；")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_the_fen() {
        let q = |all: &[i64]| -> Vec<(String, i64)> {
            all.iter().zip(["A", "B", "C"]).map(|(a, w)| (w.to_owned(), *a)).collect()
        };
        assert!(matches!(judge(&q(&[500, 400, 500]), 900, true), Outcome::Hit(w) if w.starts_with("供应商 A、C")));
        assert_eq!(judge(&q(&[500, 400, 501]), 900, true), Outcome::Clear);
        assert_eq!(judge(&q(&[900, 400, 900]), 900, true), Outcome::Clear, "both stopped at the ceiling");
        assert!(matches!(judge(&q(&[5, 5]), 900, false), Outcome::Blind(_)));
        assert!(matches!(judge(&q(&[5]), 900, true), Outcome::Blind(_)));
    }
}

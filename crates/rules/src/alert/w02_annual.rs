//! W02 接近限额: the year's sum of a second-level category nears or reaches the limit of decentralised purchase.
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W02",
    title: "全年累计接近限额",
    level: Level::Yellow,
    formula: "同一单位同一二级品目全年累计 ≥ 分散采购限额 {limit.decentralised.annual_fen} 的 {limit.annual.warn_percent}%（黄色）或 {limit.annual.block_percent}%（红色）；定点采购按 {fixed.annual_fen}",
    basis: "山东省分散采购品目分类目录（2020 年）：限额按二级品目全年累计；提醒比例为平台建议值",
    repeat: "同一单位、品目、年度，接近和达到各提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The limit of a year, fen.
    pub limit: Option<i64>,
    /// Near from this share of it on.
    pub warn_percent: i64,
    /// Reached from this share of it on.
    pub full_percent: i64,
}

/// The parameters for a mode of purchase; batches are centralised and have no limit of the unit's own.
pub fn params(t: Terms<'_>, mode: &str) -> Params {
    let key = if mode == "fixed" { "fixed.annual_fen" } else { "limit.decentralised.annual_fen" };
    Params {
        limit: t.int(key),
        warn_percent: t.number("limit.annual.warn_percent", 80),
        full_percent: t.number("limit.annual.block_percent", 100),
    }
}

/// What the unit has committed in the category this year.
pub fn judge(sum: i64, p: Params) -> Outcome {
    let Some(limit) = p.limit else { return Outcome::Blind("规则库没有规定全年限额") };
    let reaches = |share: i64| i128::from(sum) * 100 >= i128::from(limit) * i128::from(share);
    let level = match () {
        () if reaches(p.full_percent) => Level::Red,
        () if reaches(p.warn_percent) => Level::Yellow,
        () => return Outcome::Clear,
    };
    let words = format!("全年累计 {}，全年限额 {}，已到 {}%", Fen(sum).yuan(), Fen(limit).yuan(), percent(sum, limit));
    Outcome::At(level, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_reached() {
        let p = Params { limit: Some(1000), warn_percent: 80, full_percent: 100 };
        assert!(matches!(judge(800, p), Outcome::At(Level::Yellow, w) if w.contains("80%")));
        assert!(matches!(judge(1000, p), Outcome::At(Level::Red, _)));
        assert!(matches!(judge(999, p), Outcome::At(Level::Yellow, _)));
        assert_eq!(judge(799, p), Outcome::Clear);
        assert!(matches!(judge(9, Params { limit: None, ..p }), Outcome::Blind(_)));
    }
}

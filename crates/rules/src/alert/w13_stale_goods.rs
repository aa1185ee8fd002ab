//! W13 商品资料过期: what a supplier sells is not looked at by anybody any more, lacks its certificate, or its papers end.
use super::{Level, Outcome, Rule, Terms};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W13",
    title: "商品资料过期",
    level: Level::Yellow,
    formula: "供应商在售商品中：市场价观测超过 {price.reference.age_days_max} 天的 ≥ {alert.stale.count} 件，或强制节能品目没有有效证书的 ≥ 1 件，或入驻材料 {alert.stale.paper_days} 天内到期",
    basis: "参照上海市商品信息巡检做法；件数和天数为平台建议值",
    repeat: "同一供应商每月只提示一次",
};

/// What a supplier has on the shelf.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Goods on sale.
    pub listed: i64,
    /// Of them with market prices seen at some time.
    pub observed: i64,
    /// Of them with none that is young enough.
    pub stale: i64,
    /// Of them in categories that need a certificate, without one that holds.
    pub uncertified: i64,
    /// Papers that end soon or have ended.
    pub papers: i64,
}

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// From so many goods on.
    pub count: i64,
    /// Papers that end within so many days.
    pub paper_days: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { count: t.number("alert.stale.count", 5), paper_days: t.number("alert.stale.paper_days", 15) }
}

/// What is old or missing.
pub fn judge(f: Figures, p: Params) -> Outcome {
    if f.stale < p.count.max(1) && f.uncertified == 0 && f.papers == 0 {
        return match f.listed > 0 && f.observed == 0 {
            true => Outcome::Blind("在售商品都没有市场价观测"),
            false => Outcome::Clear,
        };
    }
    Outcome::Hit(format!(
        "在售 {} 件：市场价观测过期 {} 件，强制节能品目无有效证书 {} 件；{} 份入驻材料在 {} 天内到期或已过期",
        f.listed, f.stale, f.uncertified, f.papers, p.paper_days
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_prices_missing_certificates_ending_papers() {
        let (p, f) = (Params { count: 5, paper_days: 15 }, Figures { listed: 9, observed: 9, ..Figures::default() });
        assert!(matches!(judge(Figures { stale: 5, ..f }, p), Outcome::Hit(w) if w.contains("过期 5 件")));
        assert!(matches!(judge(Figures { uncertified: 1, ..f }, p), Outcome::Hit(_)));
        assert!(matches!(judge(Figures { papers: 1, ..f }, p), Outcome::Hit(_)));
        assert_eq!(judge(Figures { stale: 4, ..f }, p), Outcome::Clear);
        assert!(matches!(judge(Figures { observed: 0, ..f }, p), Outcome::Blind(_)));
        assert_eq!(judge(Figures::default(), p), Outcome::Clear, "nothing on sale");
    }
}

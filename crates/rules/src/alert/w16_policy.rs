//! W16 政策功能: goods without the certificate the law asks for, imports without approval, a reserved share that is behind late in
//! the year.
use super::{Level, Outcome, Rule, Terms};
use crate::Fen;
use crate::calendar::{Ms, civil, day_of};
use crate::venue::share_bp;

/// The rule.
pub const RULE: Rule = Rule {
    id: "W16",
    title: "政策要求未落实",
    level: Level::Orange,
    formula: "强制节能品目 {energy.mandatory} 的商品没有有效证书，或进口产品没有核准（橙色）；{alert.reserve.from_month} 月起，中小企业份额 < {sme.reserve_percent}%（黄色）",
    basis: "节能产品政府采购实施意见；政府采购进口产品管理办法；政府采购促进中小企业发展管理办法",
    repeat: "每张订单每件商品一次；预留份额同一单位每年一次",
};

/// Goods of an order: does the law ask for a certificate, is there one that holds, are they imported?
pub fn goods(mandatory: bool, certified: bool, imported: bool) -> Outcome {
    let mut words = Vec::new();
    if mandatory && !certified {
        words.push("强制采购节能产品品目，商品没有有效的认证证书");
    }
    if imported {
        words.push("进口产品，订单没有财政部门核准文件");
    }
    if words.is_empty() { Outcome::Clear } else { Outcome::Hit(words.join("；")) }
}

/// What the rulebook says of the share of small and medium enterprises.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Looked at from this month on.
    pub from_month: i64,
    /// Share to be reached, percent.
    pub percent: Option<i64>,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { from_month: t.number("alert.reserve.from_month", 10), percent: t.int("sme.reserve_percent") }
}

/// What a unit bought this year of such enterprises, and in all, fen.
pub fn reserve(theirs: i64, all: i64, now: Ms, p: Params) -> Outcome {
    let Some(percent) = p.percent else { return Outcome::Blind("规则库没有规定预留份额") };
    let late = i64::from(civil(day_of(now)).1) >= p.from_month;
    if !late || all <= 0 || i128::from(theirs) * 100 >= i128::from(all) * i128::from(percent) {
        return Outcome::Clear;
    }
    let bp = share_bp(theirs, all);
    let share = format!("{}.{:02}%", bp / 100, bp % 100);
    let words =
        format!("本年采购 {}，其中中小企业 {}（{share}），目标 {percent}%", Fen(all).yuan(), Fen(theirs).yuan());
    Outcome::At(Level::Yellow, words)
}

#[cfg(test)]
mod tests {
    use super::super::past::tests::noon;
    use super::*;

    #[test]
    fn certificates_imports_and_shares() {
        assert!(matches!(goods(true, false, false), Outcome::Hit(w) if w.contains("证书")));
        assert!(matches!(goods(false, false, true), Outcome::Hit(w) if w.contains("进口")));
        assert_eq!((goods(true, true, false), goods(false, false, false)), (Outcome::Clear, Outcome::Clear));
        let (p, october) = (Params { from_month: 10, percent: Some(40) }, noon("2026-10-01"));
        assert!(matches!(reserve(399, 1000, october, p), Outcome::At(Level::Yellow, w) if w.contains("39.90%")));
        assert_eq!(reserve(400, 1000, october, p), Outcome::Clear, "reached");
        assert_eq!(reserve(0, 1000, noon("2026-09-30"), p), Outcome::Clear, "the year is young");
        assert_eq!(reserve(0, 0, october, p), Outcome::Clear, "bought nothing");
        assert!(matches!(reserve(0, 9, october, Params { percent: None, ..p }), Outcome::Blind(_)));
    }
}

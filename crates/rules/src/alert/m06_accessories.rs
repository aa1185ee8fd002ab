//! M06 配件选件占比: a main device bought with accessories that make up much of the sum.
use super::{Level, Outcome, Rule, Terms, percent};
use crate::Fen;
use crate::rulebook::in_list;

/// The rule.
pub const RULE: Rule = Rule {
    id: "M06",
    title: "配件选件占比过高",
    level: Level::Yellow,
    formula: "订单里同时有主机和配件：配件品目 {alert.accessory.categories} 的金额 > 订单金额的 {alert.accessory.percent}%",
    basis: "参照浙江网上超市规定：不得以配件、选件变相加价；比例为平台建议值",
    repeat: "每张订单一次",
};

/// What the rulebook says.
#[derive(Clone, Debug)]
pub struct Params {
    /// Categories that count as accessories.
    pub categories: Vec<String>,
    /// Above this share.
    pub percent: i64,
}

/// The parameters of a place.
pub fn params(t: Terms<'_>) -> Params {
    Params { categories: t.list("alert.accessory.categories"), percent: t.number("alert.accessory.percent", 30) }
}

/// Category and amount of each line of an order.
pub fn judge(lines: &[(&str, i64)], p: &Params) -> Outcome {
    if p.categories.is_empty() {
        return Outcome::Blind("规则库没有规定哪些品目是配件");
    }
    let all: i64 = lines.iter().map(|l| l.1).sum();
    let extra: i64 = lines.iter().filter(|l| in_list(l.0, &p.categories)).map(|l| l.1).sum();
    let mixed = extra > 0 && extra < all;
    if !mixed || i128::from(extra) * 100 <= i128::from(all) * i128::from(p.percent) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("订单 {}，其中配件 {}，占 {}%", Fen(all).yuan(), Fen(extra).yuan(), percent(extra, all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessories_beside_a_main_device() {
        let p = Params { categories: vec!["A02010700".into(), "A02021700".into()], percent: 30 };
        assert!(matches!(judge(&[("A02010105", 69), ("A02010799", 31)], &p), Outcome::Hit(w) if w.contains("31%")));
        assert_eq!(judge(&[("A02010105", 70), ("A02010799", 30)], &p), Outcome::Clear);
        assert_eq!(judge(&[("A02010799", 30)], &p), Outcome::Clear, "only spare parts");
        assert!(matches!(judge(&[], &Params { categories: Vec::new(), percent: 30 }), Outcome::Blind(_)));
    }
}

//! M17 退换率异常: goods of a seller come back more often than chance lets expect in their class.
use super::figures::poisson_99;
use super::{Level, Outcome, Rule, percent};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M17",
    title: "商品退换率异常",
    level: Level::Orange,
    formula: "同一供应商同一商品一年内的退换行数 > 按同类商品退换率算出的泊松分布 99% 界限（≥ 2 行）",
    basis: "商品质量应符合约定；统计界限为平台建议值",
    repeat: "同一供应商、商品、年度一次",
};

/// Lines of the class below which its rate says nothing.
pub const CLASS_MIN: i64 = 30;

/// Lines and how many of them came back: of the goods of the seller, and of all goods of the category.
pub fn judge((lines, back): (i64, i64), (class_lines, class_back): (i64, i64)) -> Outcome {
    if class_lines < CLASS_MIN {
        return Outcome::Blind("同类商品成交不足 30 行");
    }
    // The goods themselves are part of the class; what remains is what they are compared with.
    let (rest, rest_back) = (class_lines - lines, class_back - back);
    let bound = poisson_99(rest_back.max(0), rest, lines);
    if back < 2 || back < bound {
        return Outcome::Clear;
    }
    let rate = percent(rest_back.max(0), rest);
    Outcome::Hit(format!("成交 {lines} 行，退换 {back} 行；其他同类商品退换率 {rate}%，99% 的情况下少于 {bound} 行"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_chance() {
        // Of 90 others 9 came back: one in ten; of ten lines five are more than chance gives in 99 of 100 cases.
        assert!(matches!(judge((10, 5), (100, 14)), Outcome::Hit(w) if w.contains("少于 5 行")));
        assert_eq!(judge((10, 4), (100, 13)), Outcome::Clear);
        assert_eq!(judge((10, 1), (100, 1)), Outcome::Clear, "once is no pattern");
        assert!(matches!(judge((10, 5), (29, 5)), Outcome::Blind(_)));
    }
}

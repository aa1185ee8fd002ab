//! M18 从不发现问题: an inspector whose goods are always in order, where others find something.
use super::figures::never;
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M18",
    title: "检查员从不发现问题",
    level: Level::Orange,
    formula: "同一检查员一年内检查的商品全部合格，而按其他检查员的问题率，出现这种情况的概率 < 1%",
    basis: "巡检应如实；概率为平台建议值",
    repeat: "同一检查员每年一次；页面和记录里不出现姓名",
};

/// Less than a hundredth, in millionths.
const CHANCE: i64 = 10_000;

/// Goods looked at and found faulty in a year: by the inspector, and by all others.
pub fn judge((looked, found): (i64, i64), (others, others_found): (i64, i64)) -> Outcome {
    if others == 0 {
        return Outcome::Blind("没有其他检查员的结果可以比较");
    }
    let chance = never(others_found, others, looked);
    if found > 0 || chance >= CHANCE {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "检查 {looked} 件，全部合格；其他检查员 {others} 件中发现 {others_found} 件问题，偶然如此的概率约万分之 {}",
        chance / 100
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_good_to_be_chance() {
        assert!(matches!(judge((44, 0), (100, 10)), Outcome::Hit(w) if w.contains("万分之 96")));
        assert_eq!(judge((43, 0), (100, 10)), Outcome::Clear, "0.9 to the 43rd is more than a hundredth");
        assert_eq!(judge((99, 1), (100, 10)), Outcome::Clear, "found one");
        assert_eq!(judge((99, 0), (100, 0)), Outcome::Clear, "nobody finds anything");
        assert!(matches!(judge((99, 0), (0, 0)), Outcome::Blind(_)));
    }
}

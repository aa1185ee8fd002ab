//! M16 好评集中: nearly all best marks of a supplier come from one unit, or marks were given before anything was received.
use super::{Level, Outcome, Rule, Terms, percent};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M16",
    title: "满分集中于一家单位",
    level: Level::Yellow,
    formula: "供应商一年内的全满分评价 ≥ 5 次，其中同一单位给的 ≥ {alert.top_marks.percent}%，而向它采购的单位 ≥ 2 家；或没有验收就评价",
    basis: "评价应如实；比例为平台建议值",
    repeat: "同一单位、供应商、年度一次",
};

/// Best marks below which a share says nothing.
pub const MARKS_MIN: i64 = 5;

/// What is known of a supplier's marks in a year.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Best marks of the unit.
    pub theirs: i64,
    /// Best marks of all units.
    pub all: i64,
    /// Units that buy of the supplier.
    pub buyers: i64,
    /// Was something accepted before this mark?
    pub accepted: bool,
}

/// From this share on.
pub fn most(t: Terms<'_>) -> i64 {
    t.number("alert.top_marks.percent", 90)
}

/// Where the best marks come from.
pub fn judge(f: Figures, percent_least: i64) -> Outcome {
    if !f.accepted {
        return Outcome::Hit("订单没有任何验收记录就作了评价".into());
    }
    if f.all < MARKS_MIN || f.buyers < 2 {
        return Outcome::Blind("全满分评价不足 5 次，或只有一家单位采购");
    }
    if i128::from(f.theirs) * 100 < i128::from(f.all) * i128::from(percent_least) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "供应商一年内全满分 {} 次，其中本单位给的 {} 次（{}%），而采购单位有 {} 家",
        f.all,
        f.theirs,
        percent(f.theirs, f.all),
        f.buyers
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_from_one_hand() {
        let f = Figures { theirs: 9, all: 10, buyers: 3, accepted: true };
        assert!(matches!(judge(f, 90), Outcome::Hit(w) if w.contains("90%")));
        assert_eq!(judge(Figures { theirs: 8, ..f }, 90), Outcome::Clear);
        assert!(matches!(judge(Figures { all: 4, theirs: 4, ..f }, 90), Outcome::Blind(_)));
        assert!(matches!(judge(Figures { buyers: 1, ..f }, 90), Outcome::Blind(_)));
        assert!(matches!(judge(Figures { accepted: false, ..f }, 90), Outcome::Hit(w) if w.contains("没有任何验收")));
    }
}

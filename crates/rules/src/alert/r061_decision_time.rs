//! R061、R062 评审时间异常: the decision after the end took less time than reading takes, or far more than usual.
use super::contest::Quartiles;
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R061",
    title: "确定成交过快或过慢",
    level: Level::Yellow,
    formula: "按需求比价的竞价，从截止到确定成交：每份响应不足 {alert.decision.seconds} 秒为过快；超过 {alert.decision.days} 日，且 ≥ 同一二级品目一年内的 Q3 + 1.5·IQR（不足 {alert.population} 场的只看日数）为过慢（含 R062）",
    basis: "OCP 红旗指南 R061、R062；时间为平台建议值。同款反拍由系统自动定成交，不判断",
    repeat: "每场竞价一次",
};

const DAY_MS: i64 = 86_400_000;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Less than this for each response is too fast, seconds.
    pub seconds: i64,
    /// More than this is slow, days.
    pub days: i64,
    /// From so many events of the class on the usual counts too.
    pub population: usize,
}

/// Responses to be read (0 where the machine decides), time from end to award, the same of others of the class, ms.
pub fn judge(responses: usize, took: i64, others: &[i64], p: Params) -> Outcome {
    if responses == 0 {
        return Outcome::Blind("由系统自动确定成交，没有评审");
    }
    if took < responses as i64 * p.seconds * 1000 {
        return Outcome::Hit(format!("{responses} 份响应，截止后 {} 秒即确定成交", (took / 1000).max(0)));
    }
    let times: Vec<i128> = others.iter().map(|t| i128::from(*t)).collect();
    let unusual = match Quartiles::of(&times).filter(|_| times.len() >= p.population.max(4)) {
        Some(q) => q.far_above(took.into()),
        None => true,
    };
    if took <= p.days * DAY_MS || !unusual {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("截止后 {} 日才确定成交", took / DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_fast_and_too_slow() {
        let p = Params { seconds: 60, days: 14, population: 10 };
        assert!(matches!(judge(3, 179_999, &[], p), Outcome::Hit(w) if w.contains("179 秒")));
        assert_eq!(judge(3, 180_000, &[], p), Outcome::Clear);
        assert!(matches!(judge(3, 15 * DAY_MS, &[], p), Outcome::Hit(w) if w.contains("15 日")));
        assert_eq!(judge(3, 14 * DAY_MS, &[], p), Outcome::Clear);
        let slow: Vec<i64> = (10..20).map(|d| d * DAY_MS).collect();
        assert_eq!(judge(3, 15 * DAY_MS, &slow, p), Outcome::Clear, "as slow as everybody");
        assert!(matches!(judge(3, 40 * DAY_MS, &slow, p), Outcome::Hit(_)));
        assert!(matches!(judge(0, 0, &[], p), Outcome::Blind(_)));
    }
}

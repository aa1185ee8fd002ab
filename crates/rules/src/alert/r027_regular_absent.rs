//! R027 常客缺席: somebody who nearly always quotes in the class stays away twice running, though nothing keeps it from coming.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "R027",
    title: "常来的供应商连续缺席",
    level: Level::Yellow,
    formula: "供应商在同一城市同一二级品目更早的 {alert.absent.events} 场竞价中参加了 ≥ {alert.absent.percent}%，最近两场都没有来，而它仍可供货、没有被停止交易",
    basis: "OCP 红旗指南 R027；串通投标的“放弃投标”；场数和比例为平台建议值",
    repeat: "同一供应商、品目、季度只提示一次",
};

/// The latest events that somebody may stay away from before it is noticed.
const AWAY: usize = 2;

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Events looked at before the latest two.
    pub events: usize,
    /// From this share of them on somebody is regular.
    pub percent: i64,
}

/// Did it quote, event by event, the newest first; may it still deal there?
pub fn judge(came: &[bool], may: bool, p: Params) -> Outcome {
    let events = p.events.max(4);
    if came.len() < AWAY + events {
        return Outcome::Blind("当地同类竞价还不够多，看不出谁是常客");
    }
    let times = came[AWAY..AWAY + events].iter().filter(|c| **c).count();
    let regular = times as i64 * 100 >= events as i64 * p.percent;
    if !may || came[..AWAY].iter().any(|c| *c) || !regular {
        return Outcome::Clear;
    }
    Outcome::Hit(format!("此前 {events} 场参加了 {times} 场，最近 {AWAY} 场都没有来"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_and_then_away_twice() {
        let p = Params { events: 10, percent: 80 };
        let mut came = [true; 12];
        (came[0], came[1]) = (false, false);
        assert!(matches!(judge(&came, true, p), Outcome::Hit(w) if w.contains("参加了 10 场")));
        assert_eq!(judge(&came, false, p), Outcome::Clear, "it may not come");
        (came[5], came[6]) = (false, false);
        assert!(matches!(judge(&came, true, p), Outcome::Hit(_)), "eight of ten");
        came[7] = false;
        assert_eq!(judge(&came, true, p), Outcome::Clear, "seven of ten");
        let mut once = [true; 12];
        once[0] = false;
        assert_eq!(judge(&once, true, p), Outcome::Clear, "away once");
        assert!(matches!(judge(&came[1..], true, p), Outcome::Blind(_)));
    }
}

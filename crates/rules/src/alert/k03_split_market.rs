//! K03 划分市场: a supplier quotes in several cities, wins nearly all in one and nothing in the others.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "K03",
    title: "疑似划分市场",
    level: Level::Orange,
    formula: "同一二级品目一年内，供应商在一个城市报价 ≥ {alert.split_market.bids} 场且成交 ≥ {alert.split_market.percent}%，在其他城市合计报价 ≥ {alert.split_market.bids} 场而一场也没有成交，且那里的成交也集中在一家手里",
    basis: "韩国公正交易委员会所列“划分市场”；政府采购法实施条例第七十四条（恶意串通）；场数和比例为平台建议值",
    repeat: "同一供应商、品目、年度只提示一次",
};

/// What the rulebook says.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// From so many events on, at home and away.
    pub bids: i64,
    /// From this share won at home on.
    pub percent: i64,
}

/// One city, as a supplier fared there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct City {
    /// Events it quoted in.
    pub took: i64,
    /// Of them, won.
    pub won: i64,
    /// Of them, won by the other that won most of them.
    pub top: i64,
}

/// Home and away: the city it wins most in, and the others each.
pub fn judge(cities: &[City], p: Params) -> Outcome {
    let Some(home) = cities.iter().max_by_key(|c| c.won) else { return Outcome::Blind("没有报价") };
    let at = cities.iter().position(|c| c == home).unwrap_or(0);
    let away: Vec<City> = cities.iter().enumerate().filter(|(i, c)| *i != at && c.took > 0).map(|(_, c)| *c).collect();
    let (took, won) = away.iter().fold((0, 0), |(t, w), c| (t + c.took, w + c.won));
    if home.took < p.bids || took < p.bids {
        return Outcome::Blind("没有在两个以上城市报价足够多场");
    }
    let share = |part: i64, whole: i64| part * 100 >= whole * p.percent;
    let top: i64 = away.iter().map(|c| c.top).sum();
    if !share(home.won, home.took) || won > 0 || !share(top, took) {
        return Outcome::Clear;
    }
    Outcome::Hit(format!(
        "本地报价 {} 场成交 {} 场，外地报价 {took} 场一场没有成交，外地 {top} 场都由当地各一家成交",
        home.took, home.won
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_at_home_and_nothing_away() {
        let p = Params { bids: 4, percent: 80 };
        let city = |took, won, top| City { took, won, top };
        assert!(matches!(judge(&[city(5, 4, 1), city(4, 0, 4)], p), Outcome::Hit(w) if w.contains("外地报价 4 场")));
        assert_eq!(judge(&[city(5, 4, 1), city(5, 1, 4)], p), Outcome::Clear, "wins away too");
        assert_eq!(judge(&[city(5, 3, 1), city(5, 0, 5)], p), Outcome::Clear, "loses at home too");
        assert_eq!(judge(&[city(5, 5, 0), city(5, 0, 3)], p), Outcome::Clear, "many others win away");
        assert!(matches!(judge(&[city(5, 5, 0), city(3, 0, 3)], p), Outcome::Blind(_)));
        assert!(matches!(judge(&[], p), Outcome::Blind(_)));
    }
}

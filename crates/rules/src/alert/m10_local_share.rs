//! M10 本地供应商占比异常: a station buys more from sellers of its own city than what is on offer would lead one to expect.
use super::{Level, Outcome, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "M10",
    title: "本地供应商占比异常",
    level: Level::Yellow,
    formula: "分站 90 天内直购的商品行：买自本市供应商的行数，比按各商品在售报价中本市供应商比例算出的期望值高出 2 个标准差以上（有两家以上在售、且不全是一边的行才算，≥ 30 行）",
    basis: "政府采购法第五条（不得阻挠外地供应商）；标准差倍数为平台建议值",
    repeat: "同一分站每季度一次",
};

/// Lines below which a share says nothing.
pub const LINES_MIN: usize = 30;
/// In how many ten-thousandths a chance is counted.
const WHOLE: i128 = 10_000;

/// One line that was bought: from a local seller? And of the live offers of the goods, how many are local, how many there are.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Bought of a seller of the same city.
    pub local: bool,
    /// Live offers of such sellers.
    pub local_offers: i64,
    /// All live offers.
    pub offers: i64,
}

/// The lines of a station. Each is a draw with the chance that its offers give; the sum may be two standard deviations off.
pub fn judge(lines: &[Choice]) -> Outcome {
    let open = |c: &&Choice| c.local_offers > 0 && c.local_offers < c.offers;
    let fair: Vec<&Choice> = lines.iter().filter(open).collect();
    if fair.len() < LINES_MIN {
        return Outcome::Blind("有选择余地的商品行不足 30 行");
    }
    let chance = |c: &&Choice| i128::from(c.local_offers) * WHOLE / i128::from(c.offers);
    let expected: i128 = fair.iter().map(chance).sum();
    let spread: i128 = fair.iter().map(|c| chance(c) * (WHOLE - chance(c))).sum();
    let local = fair.iter().filter(|c| c.local).count() as i128;
    let above = local * WHOLE - expected;
    if above <= 0 || above * above <= 4 * spread {
        return Outcome::Clear;
    }
    let tenths = expected * 10 / WHOLE;
    Outcome::Hit(format!(
        "{} 行中 {local} 行买自本市供应商，按在售报价期望 {}.{} 行",
        fair.len(),
        tenths / 10,
        tenths % 10
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_two_deviations_above_chance() {
        let lines = |local: usize, n: usize| -> Vec<Choice> {
            (0..n).map(|i| Choice { local: i < local, local_offers: 1, offers: 2 }).collect()
        };
        // Of 36 fair coins 18 are expected, the deviation is 3.
        assert_eq!(judge(&lines(24, 36)), Outcome::Clear, "two deviations are not more than two");
        assert!(matches!(judge(&lines(25, 36)), Outcome::Hit(w) if w.contains("期望 18.0 行")));
        assert_eq!(judge(&lines(0, 36)), Outcome::Clear, "fewer than expected");
        assert!(matches!(judge(&lines(29, 29)), Outcome::Blind(_)));
        let closed = vec![Choice { local: true, local_offers: 2, offers: 2 }; 50];
        assert!(matches!(judge(&closed), Outcome::Blind(_)), "where all are local nobody chose");
    }
}

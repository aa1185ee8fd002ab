//! W11 异常低价: the quote that won is abnormally low by the figures by which low quotes have to be explained.
use super::{Level, Outcome, Rule};
use crate::Fen;
use crate::auction::{Abnormal, Limits, Quote, abnormal};

/// The rule.
pub const RULE: Rule = Rule {
    id: "W11",
    title: "异常低价成交",
    level: Level::Orange,
    formula: "成交报价低于有效报价平均值的 {auction.abnormal.mean_bp}，或低于次低报价的 {auction.abnormal.next_bp}，或低于最高限价的 {auction.abnormal.ceiling_bp}（万分之）",
    basis: "财库〔2026〕2号（异常低价审查）；说明成本后成交的也提示，供履约验收时重点核对",
    repeat: "每场竞价每家供应商一次",
};

/// The winner, all valid quotes, the ceiling, the limits of the place.
pub fn judge(winner: i64, quotes: &[Quote], ceiling: i64, limits: &Limits) -> Outcome {
    if [limits.mean_bp, limits.next_bp, limits.ceiling_bp].iter().all(|bp| *bp == 0) {
        return Outcome::Blind("规则库没有规定异常低价的比例");
    }
    let Some(quote) = quotes.iter().find(|q| q.bidder == winner) else { return Outcome::Blind("没有成交报价") };
    let found = abnormal(quotes, ceiling, limits);
    let why = match found.iter().find(|(who, _)| *who == winner) {
        None => return Outcome::Clear,
        Some((_, Abnormal::Mean(v))) => format!("低于平均价警戒线 {}", Fen(*v).yuan()),
        Some((_, Abnormal::Next(v))) => format!("低于次低价警戒线 {}", Fen(*v).yuan()),
        Some((_, Abnormal::Ceiling(v))) => format!("低于限价警戒线 {}", Fen(*v).yuan()),
    };
    Outcome::Hit(format!("成交价 {}，{why}", Fen(quote.amount).yuan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_half_of_the_others() {
        let l = Limits { mean_bp: 5_000, next_bp: 5_000, ceiling_bp: 4_500 };
        let q = |all: &[i64]| -> Vec<Quote> {
            all.iter().enumerate().map(|(i, a)| Quote { bidder: i as i64, amount: *a, seq: i as u64 }).collect()
        };
        assert!(matches!(judge(0, &q(&[449, 800, 900]), 1000, &l), Outcome::Hit(w) if w.contains("限价")));
        assert_eq!(judge(0, &q(&[450, 800, 900]), 1000, &l), Outcome::Clear);
        assert_eq!(judge(1, &q(&[449, 800, 900]), 1000, &l), Outcome::Clear, "not the one that won");
        let none = Limits { mean_bp: 0, next_bp: 0, ceiling_bp: 0 };
        assert!(matches!(judge(0, &q(&[1, 800]), 1000, &none), Outcome::Blind(_)));
        assert!(matches!(judge(9, &q(&[1, 800]), 1000, &l), Outcome::Blind(_)));
    }
}

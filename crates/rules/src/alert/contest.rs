//! An auction as the rules about quotes see it, and the figures they share: quartiles as Cardinal takes them, shares of one.
//!
//! Everything is whole numbers. Shares are kept in billionths, rounded towards zero, so that the same quotes give the same
//! verdict on every machine; where a square root is needed it is the whole root of a figure in billionths.

use super::Outcome;

/// One in billionths.
pub const ONE: i128 = 1_000_000_000;

/// A standing quote at the end of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    /// Who.
    pub who: i64,
    /// Name within the event.
    pub alias: String,
    /// Total, fen.
    pub amount: i64,
    /// First quote, ms UTC.
    pub first_at: i64,
    /// Quote that stands, ms UTC.
    pub last_at: i64,
    /// Excluded after the end: response not met, or a low quote not explained.
    pub out: bool,
    /// Excluded because its response did not meet the requirements.
    pub failed: bool,
    /// Named as the winner.
    pub won: bool,
}

/// A decided event; its quotes lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// Id.
    pub id: i64,
    /// Who buys.
    pub unit: i64,
    /// Region of who buys.
    pub place: String,
    /// No quote above this, fen.
    pub ceiling: i64,
    /// Goods counted; quotes are totals.
    pub quantity: i64,
    /// Nobody saw others' quotes before the end: what stands there was not driven by what others did.
    pub secret: bool,
    /// Least step of the event, fen; 0 for none.
    pub step: i64,
    /// Opened, ms UTC.
    pub opens_at: i64,
    /// Ended, ms UTC.
    pub ends_at: i64,
    /// Standing quotes, lowest first.
    pub bids: Vec<Bid>,
}

impl Contest {
    /// The winner's quote.
    pub fn winner(&self) -> Option<&Bid> {
        self.bids.iter().find(|b| b.won)
    }

    /// Totals of the quotes that were not excluded, lowest first.
    pub fn valid(&self) -> Vec<i64> {
        self.bids.iter().filter(|b| !b.out).map(|b| b.amount).collect()
    }

    /// Did somebody quote here?
    pub fn took_part(&self, who: i64) -> bool {
        self.bids.iter().any(|b| b.who == who)
    }

    /// How far the lowest other valid quote lies above the winning one, as a share of the winning one. None without a winner,
    /// without another, or when the winner was not the lowest.
    pub fn gap(&self) -> Option<i128> {
        let won = self.winner()?.amount;
        let other = self.bids.iter().filter(|b| !b.out && !b.won).map(|b| b.amount).min()?;
        (other >= won).then(|| ratio((other - won).into(), won.into()))
    }
}

/// A share in billionths; 0 of nothing.
pub fn ratio(part: i128, whole: i128) -> i128 {
    if whole == 0 { 0 } else { part * ONE / whole }
}

/// A share in percent with one digit, for words.
pub fn percent_of(share: i128) -> String {
    let tenths = share / (ONE / 1000);
    format!("{}.{}%", tenths / 10, (tenths % 10).abs())
}

/// First and third quartile of a population, in twelfths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quartiles {
    q1: i128,
    q3: i128,
}

impl Quartiles {
    /// Quantiles of type 8, as Cardinal takes them: h = (n + 1/3)·τ + 1/3, between the two neighbours of h; the outermost
    /// value beyond the ends. In twelfths h is 3n + 5 and 9n + 7, so that nothing is rounded. None of nothing.
    pub fn of(values: &[i128]) -> Option<Quartiles> {
        let mut v = values.to_vec();
        v.sort_unstable();
        let (n, last) = (v.len(), *v.last()?);
        let at = |h: usize| match h / 12 {
            0 => v[0] * 12,
            i if i >= n => last * 12,
            i => v[i - 1] * 12 + (v[i] - v[i - 1]) * (h % 12) as i128,
        };
        Some(Quartiles { q1: at(3 * n + 5), q3: at(9 * n + 7) })
    }

    /// At or below Q1 − 1.5·IQR? As Cardinal guards it: only where Q1 and the fence lie above nothing.
    pub fn far_below(self, v: i128) -> bool {
        let fence = 5 * self.q1 - 3 * self.q3;
        self.q1 > 0 && fence > 0 && v * 24 <= fence
    }

    /// At or above Q3 + 1.5·IQR? Only where the fence lies above nothing.
    pub fn far_above(self, v: i128) -> bool {
        let fence = 5 * self.q3 - 3 * self.q1;
        fence > 0 && v * 24 >= fence
    }

    /// Are both quartiles nothing?
    pub fn is_nothing(self) -> bool {
        self.q1 == 0 && self.q3 == 0
    }

    /// At or above the third quartile?
    pub fn upper(self, v: i128) -> bool {
        v * 12 >= self.q3
    }
}

/// The gap of an event (see [`Contest::gap`]) and the quartiles of others' gaps, or why they cannot be compared; were quotes
/// hidden (in the open the least step makes the gap)? How many others it takes.
pub fn comparable(
    gap: Option<i128>,
    others: &[i128],
    secret: bool,
    least: usize,
) -> Result<(i128, Quartiles), Outcome> {
    if !secret {
        return Err(Outcome::Blind("公开竞价的差距由最小降幅决定"));
    }
    let Some(gap) = gap else { return Err(Outcome::Blind("没有次低价，或者成交的不是最低价")) };
    match Quartiles::of(others).filter(|_| others.len() >= least.max(4)) {
        None => Err(Outcome::Blind("同类竞价太少，没有四分位数")),
        Some(q) => Ok((gap, q)),
    }
}

/// Spread of quotes: standard deviation over mean, of all of them, in billionths. None below two quotes.
pub fn variation(amounts: &[i64]) -> Option<i128> {
    let (n, sum) = (amounts.len() as i128, amounts.iter().map(|a| i128::from(*a)).sum::<i128>());
    if n < 2 || sum <= 0 {
        return None;
    }
    // Deviations from the mean as billionths of it.
    let squares: i128 = amounts.iter().map(|a| ratio(i128::from(*a) * n - sum, sum).pow(2)).sum();
    Some((squares / n).isqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_type_eight() {
        // R's quantile(1:9, c(.25,.75), type = 8) is 2.6667 and 7.3333; of 1:4 it is 1.4167 and 3.5833.
        let of = |n: i128| Quartiles::of(&(1..=n).collect::<Vec<_>>()).unwrap();
        assert_eq!(of(9), Quartiles { q1: 32, q3: 88 });
        assert_eq!(of(4), Quartiles { q1: 17, q3: 43 });
        assert_eq!(of(1), Quartiles { q1: 12, q3: 12 });
        assert_eq!(Quartiles::of(&[]), None);
        // 2.6667 − 1.5 · 4.6667 lies below nothing; 7.3333 + 7 = 14.3333.
        assert!(!of(9).far_below(0) && !of(9).far_above(14) && of(9).far_above(15));
        let tight = Quartiles::of(&[100, 101, 102, 103, 104]).unwrap();
        assert!(tight.far_below(95) && !tight.far_below(97) && tight.far_above(108) && !tight.far_above(106));
        assert!(!Quartiles::of(&[0; 9]).unwrap().far_above(0), "nothing is not far above nothing");
    }

    #[test]
    fn spread_and_gap() {
        assert_eq!(variation(&[90, 110]), Some(ONE / 10));
        assert_eq!((variation(&[5]), variation(&[])), (None, None));
        let bid = |who, amount, won| Bid {
            who,
            alias: String::new(),
            amount,
            first_at: 0,
            last_at: 0,
            out: false,
            failed: false,
            won,
        };
        let mut c = Contest {
            id: 1,
            unit: 1,
            place: String::new(),
            ceiling: 900,
            quantity: 1,
            secret: true,
            step: 0,
            opens_at: 0,
            ends_at: 0,
            bids: vec![bid(1, 400, true), bid(2, 500, false), bid(3, 450, false)],
        };
        assert_eq!(c.gap(), Some(ONE / 8));
        (c.bids[0].won, c.bids[1].won) = (false, true);
        assert_eq!(c.gap(), None, "the winner was not the lowest");
        c.bids[0].out = true;
        assert_eq!(c.gap(), None, "450 is lower still");
        c.bids[2].out = true;
        assert_eq!(c.gap(), None, "nobody else is left");
        assert_eq!(percent_of(ONE / 8), "12.5%");
    }
}

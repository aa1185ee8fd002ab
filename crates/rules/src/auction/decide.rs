//! Who wins: the lowest valid quote, the earlier of equals; abnormally low quotes are explained or excluded.
use super::book::Bidder;

/// A quote that stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Who.
    pub bidder: Bidder,
    /// How much, fen.
    pub amount: i64,
    /// Number among the accepted quotes.
    pub seq: u64,
}

/// When a quote is abnormally low, in hundredths of a percent (rules.md W11; 财库〔2026〕2号).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Below this share of the mean of all.
    pub mean_bp: i64,
    /// Below this share of the next lowest.
    pub next_bp: i64,
    /// Below this share of the ceiling.
    pub ceiling_bp: i64,
}

/// Why a quote is abnormally low, with the figure it is below (fen, rounded down).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abnormal {
    /// Below the share of the mean.
    Mean(i64),
    /// Below the share of the next lowest.
    Next(i64),
    /// Below the share of the ceiling.
    Ceiling(i64),
}

/// Finds the abnormally low quotes among those whose responses passed. The first reason that holds is given.
pub fn abnormal(quotes: &[Quote], ceiling: i64, limits: &Limits) -> Vec<(Bidder, Abnormal)> {
    let mut ranked: Vec<Quote> = quotes.to_vec();
    ranked.sort_by_key(|q| (q.amount, q.seq));
    let sum: i128 = ranked.iter().map(|q| i128::from(q.amount)).sum();
    let n = ranked.len() as i128;
    let share = |of: i128, bp: i64| of * i128::from(bp) / 10_000;
    let why = |i: usize, q: &Quote| {
        let v = i128::from(q.amount);
        let next = ranked.get(i + 1).map(|q| i128::from(q.amount));
        // Compared without division, so that no rounding decides.
        if v * 10_000 < i128::from(ceiling) * i128::from(limits.ceiling_bp) {
            return Some(Abnormal::Ceiling(share(ceiling.into(), limits.ceiling_bp) as i64));
        }
        if n > 1 && v * n * 10_000 < sum * i128::from(limits.mean_bp) {
            return Some(Abnormal::Mean(share(sum / n, limits.mean_bp) as i64));
        }
        match next {
            Some(next) if v * 10_000 < next * i128::from(limits.next_bp) => {
                Some(Abnormal::Next(share(next, limits.next_bp) as i64))
            }
            _ => None,
        }
    };
    ranked.iter().enumerate().filter_map(|(i, q)| Some((q.bidder, why(i, q)?))).collect()
}

/// How an event ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The winner, then who is next in line.
    Won(Vec<Quote>),
    /// Too few valid quotes: how many there are and how many it takes.
    TooFew(usize, usize),
}

/// Decides. `excluded` failed the response check or did not explain an abnormally low quote.
pub fn decide(quotes: &[Quote], excluded: &[Bidder], minimum: usize) -> Outcome {
    let mut line: Vec<Quote> = quotes.iter().filter(|q| !excluded.contains(&q.bidder)).copied().collect();
    line.sort_by_key(|q| (q.amount, q.seq));
    if line.len() < minimum.max(1) { Outcome::TooFew(line.len(), minimum.max(1)) } else { Outcome::Won(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotes(amounts: &[i64]) -> Vec<Quote> {
        amounts.iter().enumerate().map(|(i, a)| Quote { bidder: i as i64, amount: *a, seq: i as u64 + 1 }).collect()
    }

    #[test]
    fn the_lowest_wins_and_of_equals_the_earlier() {
        let Outcome::Won(line) = decide(&quotes(&[500, 400, 400, 700]), &[], 3) else { panic!() };
        assert_eq!(line.iter().map(|q| q.bidder).collect::<Vec<_>>(), [1, 2, 0, 3]);
        assert_eq!(decide(&quotes(&[500, 400, 400]), &[1], 3), Outcome::TooFew(2, 3));
        let Outcome::Won(line) = decide(&quotes(&[500, 400, 400, 700]), &[1], 3) else { panic!() };
        assert_eq!(line[0].bidder, 2);
        assert_eq!(decide(&[], &[], 0), Outcome::TooFew(0, 1));
    }

    #[test]
    fn abnormal_lows_by_each_of_the_three_figures() {
        let l = Limits { mean_bp: 5000, next_bp: 5000, ceiling_bp: 4500 };
        assert_eq!(abnormal(&quotes(&[900, 800, 700]), 1000, &l), []);
        // 450 is exactly 45 % of the ceiling: allowed.
        assert_eq!(abnormal(&quotes(&[450, 800, 700]), 1000, &l), []);
        assert_eq!(abnormal(&quotes(&[449, 800, 700]), 1000, &l), [(0, Abnormal::Ceiling(450))]);
        // Mean of 2000, 2000, 790 is 1596; half of it is 798.
        assert_eq!(abnormal(&quotes(&[2000, 2000, 790]), 1700, &l), [(2, Abnormal::Mean(798))]);
        let loose = Limits { mean_bp: 1, next_bp: 5000, ceiling_bp: 1 };
        assert_eq!(abnormal(&quotes(&[400, 801]), 1000, &loose), [(0, Abnormal::Next(400))]);
        assert_eq!(abnormal(&quotes(&[400, 800]), 1000, &loose), []);
    }
}

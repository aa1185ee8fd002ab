//! Figures that several rules reckon with. Each is the same on every machine: integers, or doubles added in a fixed order.

/// The median, of two in the middle the mean rounded down; None of none.
pub fn median(list: &[i64]) -> Option<i64> {
    let mut all = list.to_vec();
    all.sort_unstable();
    let n = all.len();
    let (low, high) = (*all.get(n.checked_sub(1)? / 2)?, *all.get(n / 2)?);
    Some(((i128::from(low) + i128::from(high)) / 2) as i64)
}

/// The value that at most a tenth lies above, by nearest rank; None of none.
pub fn ninetieth(list: &[i64]) -> Option<i64> {
    let mut all = list.to_vec();
    all.sort_unstable();
    all.get((all.len() * 9).div_ceil(10).max(1) - 1).copied()
}

/// How far a price lies from others, in hundredths of their spread: the robust z of logarithms, from the median and the
/// median of distances to it (×1.4826). None when there are no others or they do not differ.
pub fn robust_z(price: i64, others: &[i64]) -> Option<i64> {
    if price <= 0 || others.is_empty() {
        return None;
    }
    let middle = |list: &mut Vec<f64>| {
        list.sort_by(f64::total_cmp);
        (list[(list.len() - 1) / 2] + list[list.len() / 2]) / 2.0
    };
    let mut logs: Vec<f64> = others.iter().filter(|p| **p > 0).map(|p| (*p as f64).ln()).collect();
    if logs.is_empty() {
        return None;
    }
    let centre = middle(&mut logs);
    let mut apart: Vec<f64> = logs.iter().map(|l| (l - centre).abs()).collect();
    // A spread below a hundredth says nothing about a price: goods then cost the same everywhere.
    let spread = (middle(&mut apart) * 1.4826).max(0.01);
    Some((((price as f64).ln() - centre) / spread * 100.0).round() as i64)
}

/// The least count that a Poisson variable of this mean reaches or passes in less than one case of a hundred. The mean is
/// `part × n ÷ whole`.
pub fn poisson_99(part: i64, whole: i64, n: i64) -> i64 {
    let mean = if whole <= 0 { 0.0 } else { part as f64 * n as f64 / whole as f64 };
    // Far out the curve is as good as normal, and its first term too small for a double.
    if mean > 500.0 {
        return (mean + 2.326 * mean.sqrt()).ceil() as i64;
    }
    let (mut term, mut sum, mut k) = ((-mean).exp(), 0.0, 0_i64);
    // Until what is left above is less than a hundredth.
    while 1.0 - sum > 0.01 && k < 10_000 {
        sum += term;
        k += 1;
        term *= mean / k as f64;
    }
    k
}

/// The chance, in millionths, that `n` tries never show what shows in `part` of `whole` cases.
pub fn never(part: i64, whole: i64, n: i64) -> i64 {
    if whole <= 0 || part <= 0 {
        return 1_000_000;
    }
    let miss = 1.0 - (part as f64 / whole as f64).min(1.0);
    (miss.powi(n.clamp(0, 100_000) as i32) * 1_000_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_and_tails() {
        assert_eq!((median(&[]), median(&[3]), median(&[4, 1]), median(&[9, 1, 5])), (None, Some(3), Some(2), Some(5)));
        assert_eq!((ninetieth(&[]), ninetieth(&[7])), (None, Some(7)));
        assert_eq!(ninetieth(&(1..=20).collect::<Vec<_>>()), Some(18));
    }

    #[test]
    fn distance_in_spreads() {
        let around = [100, 110, 90, 105, 95, 100, 102];
        assert_eq!(robust_z(100, &around), Some(0));
        assert!(robust_z(200, &around).is_some_and(|z| z > 300));
        assert!(robust_z(50, &around).is_some_and(|z| z < -300));
        assert_eq!(robust_z(101, &[100, 100, 100]), Some(100), "one hundredth above where all are equal");
        assert_eq!((robust_z(1, &[]), robust_z(0, &[1]), robust_z(1, &[0])), (None, None, None));
    }

    #[test]
    fn counts_that_chance_hardly_reaches() {
        // P(X ≥ 5 | mean 1) = 0.0037, P(X ≥ 4 | mean 1) = 0.0190.
        assert_eq!(poisson_99(1, 10, 10), 5);
        assert_eq!(poisson_99(0, 10, 10), 1);
        assert_eq!(poisson_99(1, 0, 10), 1);
        assert_eq!(poisson_99(1, 1, 10_000), 10_233);
        assert_eq!(never(1, 10, 44), 9698, "0.9 to the 44th");
        assert_eq!((never(0, 10, 9), never(1, 0, 9), never(5, 5, 1)), (1_000_000, 1_000_000, 0));
    }
}

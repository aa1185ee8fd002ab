//! Numbers from a seed: the same seed, the same cases.
use std::cell::Cell;

/// A seeded source of numbers (splitmix64).
pub struct Dice(Cell<u64>);

impl Dice {
    /// A source for one rule: rules that are added change nothing for the others.
    pub fn new(seed: u64, rule: &str) -> Dice {
        // FNV-1a, so that neighbouring codes begin far apart.
        let mixed = rule
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64 ^ seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
        Dice(Cell::new(mixed))
    }

    /// The next 64 bits.
    fn roll(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to and including `high`.
    pub fn from(&self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "{low} to {high}");
        low + (self.roll() % (high - low + 1) as u64) as i64
    }

    /// True so many times in a hundred.
    pub fn chance(&self, percent: i64) -> bool {
        self.from(0, 99) < percent
    }

    /// One of several.
    pub fn one<T: Copy>(&self, list: &[T]) -> T {
        list[self.from(0, list.len() as i64 - 1) as usize]
    }

    /// Around nothing, mostly near it, at most `reach` away: the mean of four even draws.
    pub fn bell(&self, reach: i64) -> i64 {
        (0..4).map(|_| self.from(-reach, reach)).sum::<i64>() / 4
    }

    /// In any order.
    pub fn shuffle<T>(&self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.from(0, i as i64) as usize);
        }
    }

    /// How many of `n` happen at a chance in percent.
    pub fn count(&self, n: i64, percent: i64) -> i64 {
        (0..n).filter(|_| self.chance(percent)).count() as i64
    }
}

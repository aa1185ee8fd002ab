//! The shelf: finding goods, product pages, the public face of a station.
//!
//! The search engine is fed from the journal: whatever changed offers or products names them in its entry, and the
//! follower reads their rows again. Its position is the journal number it has seen; the lag is shown to operators.

mod chart;
mod feed;
mod pages;
mod store;

pub use feed::{fill, follow, new_engine};
pub use pages::routes;
pub(crate) use pages::{Card, cards};
pub use store::{Product, in_category, product, supplier_names};

/// Flags of a product: bit and Chinese word.
pub const FLAGS: [(i64, &str); 8] =
    [(1, "节能"), (2, "环保"), (4, "进口"), (8, "中小企业"), (16, "本国"), (32, "鲁产"), (64, "832"), (128, "信创")];

/// The flag of imported goods.
pub const IMPORTED: i64 = 4;

/// The words of a set of flags.
pub fn flag_words(flags: i64) -> Vec<&'static str> {
    FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, w)| *w).collect()
}

/// The flags of words joined by |; the unknown word when there is one.
pub fn flags_of(words: &str) -> Result<i64, String> {
    words
        .split(['|', '、', '，', ',', ';', '；', ' '])
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .try_fold(0, |sum, w| {
            FLAGS.iter().find(|(_, known)| *known == w).map(|(bit, _)| sum | bit).ok_or_else(|| w.to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_words_go_both_ways() {
        assert_eq!(flags_of("节能|鲁产"), Ok(33));
        assert_eq!(flag_words(33), ["节能", "鲁产"]);
        assert_eq!(flags_of(""), Ok(0));
        assert_eq!(flags_of("节能|特供"), Err("特供".into()));
    }
}

//! A part of what is counted that is a figure of its own: what of an order counts for it.
use super::{BASELINES, CLOCKS, Clock, End};

/// A figure, as what it counts of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The amount bought from micro, small and medium suppliers.
    Sme,
    /// The amount of goods in a venue.
    Venue,
    /// The amount of orders for which suppliers competed.
    Contested,
    /// Of these with fewer than three quotes.
    Thin,
    /// What is accepted, not paid, and over.
    Overdue,
    /// The amount for which one of [`BASELINES`] is known.
    Based(usize),
    /// What was saved against it.
    Saved(usize),
    /// The amount of orders that kept one of [`CLOCKS`].
    Kept(usize),
    /// That met it too late.
    Late(usize),
    /// That have not met it though it is over.
    Over(usize),
}

/// Marks of one thing: key in addresses, mark and Chinese word.
const PLAIN: [(&str, Mark, &str); 5] = [
    ("sme", Mark::Sme, "中小企业"),
    ("venue", Mark::Venue, "特色场馆"),
    ("contested", Mark::Contested, "竞争项目"),
    ("thin", Mark::Thin, "报价不足三家"),
    ("overdue", Mark::Overdue, "逾期未付"),
];

impl Mark {
    /// All of them with their keys and words.
    pub fn all() -> Vec<(String, Mark, String)> {
        let mut out: Vec<(Mark, String)> = PLAIN.iter().map(|(_, m, w)| (*m, (*w).to_owned())).collect();
        for (i, (_, word)) in BASELINES.iter().enumerate() {
            out.push((Mark::Based(i), format!("有{word}可比")));
            out.push((Mark::Saved(i), format!("较{word}节约额")));
        }
        for (i, (_, word)) in CLOCKS.iter().enumerate() {
            out.push((Mark::Kept(i), format!("按时{word}")));
            out.push((Mark::Late(i), format!("{word}超期完成")));
            out.push((Mark::Over(i), format!("{word}超期未办")));
        }
        out.into_iter().map(|(m, w)| (m.key().concat(), m, w)).collect()
    }

    /// By its key: the mark and its word.
    pub fn of(key: &str) -> Option<(Mark, String)> {
        Mark::all().into_iter().find(|(k, ..)| k == key).map(|(_, m, w)| (m, w))
    }

    /// Its key, in two parts.
    pub fn key(self) -> [&'static str; 2] {
        match self {
            Mark::Based(i) => ["based-", BASELINES[i].0],
            Mark::Saved(i) => ["saved-", BASELINES[i].0],
            Mark::Kept(i) => ["kept-", CLOCKS[i].0],
            Mark::Late(i) => ["late-", CLOCKS[i].0],
            Mark::Over(i) => ["over-", CLOCKS[i].0],
            plain => ["", PLAIN.iter().find(|(_, m, _)| *m == plain).map_or("", |(k, ..)| k)],
        }
    }
}

/// Is a deadline missed, with its obligation not met yet? `now` in seconds since 1970.
pub(super) fn over(c: Clock, now: u32) -> bool {
    c.end == End::Open && c.due != 0 && c.due < now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_one_key() {
        let all = Mark::all();
        assert_eq!(all.len(), 5 + 8 + 12);
        for (key, mark, word) in &all {
            assert_eq!(Mark::of(key), Some((*mark, word.clone())));
            assert_eq!(&mark.key().concat(), key);
        }
        assert_eq!(Mark::of("everything"), None);
    }
}

//! Drawing by nobody's choice: a secret promised in an announcement and a journal entry written later decide together.
//!
//! `what` keeps the draws of different rooms apart, such as `inspection`: the same secret and entry give each another order.

/// The promise of a secret.
pub fn commitment(what: &str, secret: &str) -> String {
    kit::text::sha256(&[what.as_bytes(), b" commitment", secret.as_bytes()])
}

/// The digest of a population or of anything written line by line: SHA-256 of the lines with line breaks between.
pub fn digest(lines: &[String]) -> String {
    kit::text::sha256(&[lines.join("\n").as_bytes()])
}

/// A population in the order the draw puts it into: by digests of secret, entry and id.
pub fn order(what: &str, secret: &str, hash: &str, ids: &[i64]) -> Vec<i64> {
    let rank = |id: i64| {
        let id = id.to_string();
        kit::text::sha256(&[what.as_bytes(), secret.as_bytes(), b"\n", hash.as_bytes(), b"\n", id.as_bytes()])
    };
    let mut all: Vec<(String, i64)> = ids.iter().map(|id| (rank(*id), *id)).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, id)| id).collect()
}

/// A number that nobody chose, below `below`, which is positive: the first sixteen digits of a digest, divided with remainder. Of
/// sums of money its slant is below one in a million.
pub fn number(what: &str, secret: &str, hash: &str, below: i64) -> i64 {
    let all = kit::text::sha256(&[what.as_bytes(), b" number", secret.as_bytes(), b"\n", hash.as_bytes()]);
    let n = u64::from_str_radix(&all[..16], 16).unwrap_or(0);
    (n % below.max(1) as u64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_depends_on_everything_and_on_nothing_else() {
        let ids: Vec<i64> = (1..=50).collect();
        let one = order("a", "s", "h", &ids);
        assert_eq!(one, order("a", "s", "h", &ids));
        let backwards: Vec<i64> = ids.iter().rev().copied().collect();
        assert_eq!(one, order("a", "s", "h", &backwards), "not on how the population was listed");
        for other in [order("b", "s", "h", &ids), order("a", "t", "h", &ids), order("a", "s", "i", &ids)] {
            assert_ne!(one, other);
        }
        assert_ne!(commitment("a", "s"), commitment("b", "s"));
        assert!((0..1000).all(|n| number("a", "s", &n.to_string(), 7) < 7));
        let hits = (0..7000).filter(|n| number("a", "s", &n.to_string(), 7) == 3).count();
        assert!((800..1200).contains(&hits), "{hits}");
    }
}

//! The Merkle tree of RFC 6962 (RFC 9162), kept as tiles of 256 hashes as C2SP's tlog-tiles has it.
//!
//! A node is named by its level and index: it stands for the complete subtree over the leaves from `index << level` to
//! `(index + 1) << level`. Whoever reads the tree says how to get a node; here nothing is read or written.
use sha2::{Digest, Sha256};

/// A hash.
pub type Hash = [u8; 32];

/// Hashes of a full tile.
pub const TILE: u64 = 256;
/// Levels of the tree in one tile.
const HEIGHT: u32 = 8;

/// The hash of a leaf.
pub fn leaf(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// The hash of an inner node.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The hash of the empty tree.
pub fn empty() -> Hash {
    Sha256::digest([]).into()
}

/// A node: level and index.
pub type Node = (u32, u64);

/// How to get a node's hash.
pub type Get<'a> = &'a mut dyn FnMut(Node) -> Hash;

/// The complete subtrees that leaves `lo` to `hi` fall into, left to right; `lo` is where a subtree of that size may begin.
fn parts(lo: u64, hi: u64) -> Vec<Node> {
    let (mut at, mut out) = (lo, Vec::new());
    while at < hi {
        let fits = 63 - (hi - at).leading_zeros();
        let level = if at == 0 { fits } else { fits.min(at.trailing_zeros()) };
        out.push((level, at >> level));
        at += 1 << level;
    }
    out
}

/// The hash over the leaves from `lo` to `hi`.
fn range(lo: u64, hi: u64, get: Get<'_>) -> Hash {
    let hashes: Vec<Hash> = parts(lo, hi).into_iter().map(get).collect();
    let mut from_right = hashes.into_iter().rev();
    match from_right.next() {
        Some(last) => from_right.fold(last, |right, left| node(&left, &right)),
        None => empty(),
    }
}

/// The root over the first `size` leaves.
pub fn root(size: u64, get: Get<'_>) -> Hash {
    range(0, size, get)
}

/// The largest power of two below `n`, which is at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The proof that leaf `index` is in the tree of `size` leaves, nearest first.
pub fn inclusion(index: u64, size: u64, get: Get<'_>) -> Vec<Hash> {
    fn path(index: u64, lo: u64, hi: u64, get: Get<'_>, out: &mut Vec<Hash>) {
        if hi - lo <= 1 {
            return;
        }
        let mid = lo + split(hi - lo);
        if index < mid {
            path(index, lo, mid, get, out);
            out.push(range(mid, hi, get));
        } else {
            path(index, mid, hi, get, out);
            out.push(range(lo, mid, get));
        }
    }
    let mut out = Vec::new();
    path(index, 0, size, get, &mut out);
    out
}

/// The proof that the tree of `old` leaves is the beginning of the one of `size` leaves.
pub fn consistency(old: u64, size: u64, get: Get<'_>) -> Vec<Hash> {
    fn sub(old: u64, lo: u64, hi: u64, whole: bool, get: Get<'_>, out: &mut Vec<Hash>) {
        if old == hi {
            if !whole {
                out.push(range(lo, hi, get));
            }
            return;
        }
        let mid = lo + split(hi - lo);
        if old <= mid {
            sub(old, lo, mid, whole, get, out);
            out.push(range(mid, hi, get));
        } else {
            sub(old, mid, hi, false, get, out);
            out.push(range(lo, mid, get));
        }
    }
    let mut out = Vec::new();
    if old > 0 && old < size {
        sub(old, 0, size, true, get, &mut out);
    }
    out
}

/// Does a proof show that a leaf's hash stands at `index` in a tree of `size` leaves with this root?
pub fn included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    fn climb(leaf: &Hash, index: u64, lo: u64, hi: u64, proof: &[Hash]) -> Option<Hash> {
        if hi - lo == 1 {
            return proof.is_empty().then_some(*leaf);
        }
        let (last, rest) = proof.split_last()?;
        let mid = lo + split(hi - lo);
        match index < mid {
            true => Some(node(&climb(leaf, index, lo, mid, rest)?, last)),
            false => Some(node(last, &climb(leaf, index, mid, hi, rest)?)),
        }
    }
    index < size && climb(leaf, index, 0, size, proof).is_some_and(|h| h == *root)
}

/// Does a proof show that the tree of `old` leaves with root `old_root` is the beginning of that of `size` leaves?
pub fn consistent(old: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    /// Both roots, as the proof has them.
    fn climb(old: u64, lo: u64, hi: u64, whole: bool, old_root: &Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
        if old == hi {
            return match (whole, proof) {
                (true, []) => Some((*old_root, *old_root)),
                (false, [one]) => Some((*one, *one)),
                _ => None,
            };
        }
        let (last, rest) = proof.split_last()?;
        let mid = lo + split(hi - lo);
        if old <= mid {
            let (o, n) = climb(old, lo, mid, whole, old_root, rest)?;
            Some((o, node(&n, last)))
        } else {
            let (o, n) = climb(old, mid, hi, false, old_root, rest)?;
            Some((node(last, &o), node(last, &n)))
        }
    }
    match old {
        0 => proof.is_empty(),
        _ if old > size => false,
        _ if old == size => proof.is_empty() && old_root == root,
        _ => climb(old, 0, size, true, old_root, proof).is_some_and(|(o, n)| o == *old_root && n == *root),
    }
}

/// The tile a node's hash comes from: level and number of the tile.
pub fn tile_of((level, index): Node) -> (u32, u64) {
    (level / HEIGHT, (index << (level % HEIGHT)) / TILE)
}

/// How many hashes a tile has in a tree of so many leaves.
pub fn width(level: u32, n: u64, size: u64) -> u64 {
    (size >> (HEIGHT * level)).saturating_sub(n * TILE).min(TILE)
}

/// A node's hash out of its tile; None when the tile is too short.
pub fn in_tile((level, index): Node, tile: &[Hash]) -> Option<Hash> {
    let wide = level % HEIGHT;
    let first = ((index << wide) % TILE) as usize;
    let part = tile.get(first..first + (1 << wide))?;
    Some(fold(part))
}

/// The hash over a power of two of hashes.
fn fold(part: &[Hash]) -> Hash {
    let mut row = part.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|p| node(&p[0], &p[1])).collect();
    }
    row[0]
}

/// The hash that a full tile puts into the tile above it.
pub fn above(tile: &[Hash]) -> Option<Hash> {
    (tile.len() as u64 == TILE).then(|| fold(tile))
}

/// How the address of a tile writes its number: `1234067` → `x001/x234/067`.
pub fn number(n: u64) -> String {
    let mut out = format!("{:03}", n % 1000);
    let mut rest = n / 1000;
    while rest > 0 {
        out = format!("x{:03}/{out}", rest % 1000);
        rest /= 1000;
    }
    out
}

/// The number and width in an address such as `x001/x234/067` or `x001/067.p/12`.
pub fn numbered(path: &str) -> Option<(u64, u64)> {
    let (whole, width) = match path.split_once(".p/") {
        Some((whole, w)) => (whole, w.parse::<u64>().ok().filter(|n| n.to_string() == w && (1..TILE).contains(n))?),
        None => (path, TILE),
    };
    let mut n: u64 = 0;
    let groups: Vec<&str> = whole.split('/').collect();
    for (i, g) in groups.iter().enumerate() {
        let digits = if i + 1 < groups.len() { g.strip_prefix('x')? } else { g };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        n = n.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    (number(n) == whole).then_some((n, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The tree as RFC 6962 defines it, word by word.
    fn mth(d: &[Hash]) -> Hash {
        match d.len() {
            0 => empty(),
            1 => d[0],
            n => node(&mth(&d[..split(n as u64) as usize]), &mth(&d[split(n as u64) as usize..])),
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf(&i.to_be_bytes())).collect()
    }

    /// Tiles as a log fills them.
    fn tiles(all: &[Hash]) -> HashMap<(u32, u64), Vec<Hash>> {
        let mut out: HashMap<(u32, u64), Vec<Hash>> = HashMap::new();
        let (mut level, mut row) = (0, all.to_vec());
        while !row.is_empty() {
            let mut next = Vec::new();
            for (n, part) in row.chunks(TILE as usize).enumerate() {
                out.insert((level, n as u64), part.to_vec());
                next.extend(above(part));
            }
            (level, row) = (level + 1, next);
        }
        out
    }

    fn getter(t: &HashMap<(u32, u64), Vec<Hash>>) -> impl FnMut(Node) -> Hash {
        |n| in_tile(n, &t[&tile_of(n)]).unwrap()
    }

    #[test]
    fn tiles_are_as_wide_as_the_tree_asks() {
        assert_eq!((width(0, 0, 700), width(0, 2, 700), width(0, 3, 700)), (256, 188, 0));
        assert_eq!((width(1, 0, 700), width(1, 0, 65_536), width(2, 0, 65_536)), (2, 256, 1));
    }

    #[test]
    fn the_tree_is_that_of_the_rfc() {
        for n in (0..70).chain([255, 256, 257, 511, 513, 1000]) {
            let all = leaves(n);
            let t = tiles(&all);
            assert_eq!(root(n, &mut getter(&t)), mth(&all), "{n}");
        }
        // Vectors of RFC 6962's own test log (certificate-transparency-go): the empty tree and one empty leaf.
        assert_eq!(crate::text::hex(&empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(crate::text::hex(&leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn proofs_hold_and_nothing_else_does() {
        for n in (1..40).chain([256, 300, 700]) {
            let all = leaves(n);
            let (t, r) = (tiles(&all), mth(&all));
            for i in (0..n).step_by(if n > 50 { 37 } else { 1 }) {
                let p = inclusion(i, n, &mut getter(&t));
                assert!(included(&all[i as usize], i, n, &p, &r), "{i} of {n}");
                assert!(!included(&leaf(b"other"), i, n, &p, &r));
                assert!(!included(&all[i as usize], i + 1, n, &p, &r));
                assert!(!included(&all[i as usize], i, n, &p[..p.len().saturating_sub(1)], &r) || p.is_empty());
                let old = i;
                let before = mth(&all[..old as usize]);
                let c = consistency(old, n, &mut getter(&t));
                assert!(consistent(old, &before, n, &r, &c), "{old} to {n}");
                if old > 0 {
                    assert!(!consistent(old, &leaf(b"other"), n, &r, &c));
                    assert!(!consistent(old, &before, n, &leaf(b"other"), &c));
                }
            }
            assert!(consistent(n, &r, n, &r, &[]));
            assert!(!consistent(n + 1, &r, n, &r, &[]));
        }
    }

    #[test]
    fn addresses_of_tiles() {
        for (n, want) in [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")] {
            assert_eq!(number(n), want);
            assert_eq!(numbered(want), Some((n, 256)));
            assert_eq!(numbered(&format!("{want}.p/12")), Some((n, 12)));
        }
        for bad in ["", "1", "0000", "x000/001", "000.p/0", "000.p/256", "000.p/012", "../a", "000.p/", "x001"] {
            assert_eq!(numbered(bad), None, "{bad}");
        }
    }
}

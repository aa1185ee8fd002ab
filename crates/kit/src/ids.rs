//! Ids made by the application: 64 bits, ordered by time, unique across nodes, never reused.
use std::sync::atomic::{AtomicI64, Ordering};

/// Bits that follow the milliseconds: 6 for the node, 8 for a counter.
const TAIL_BITS: u32 = 14;
const COUNTER_BITS: u32 = 8;

/// Makes ids: milliseconds << 14 | node << 8 | counter.
pub struct Ids {
    node: i64,
    last: AtomicI64,
}

impl Ids {
    /// A maker for node 0..=63 of an installation.
    pub fn new(node: u8) -> Ids {
        assert!(node < 64, "node number must be below 64");
        Ids { node: i64::from(node) << COUNTER_BITS, last: AtomicI64::new(0) }
    }

    /// The next id at `now` (ms UTC). When 256 ids were taken in one ms the next ms is borrowed.
    pub fn next(&self, now: i64) -> i64 {
        // `last` counts ms and counter without the node, so that carry goes into the ms.
        let floor = now << COUNTER_BITS;
        let mut seen = self.last.load(Ordering::Relaxed);
        loop {
            let want = floor.max(seen + 1);
            match self.last.compare_exchange_weak(seen, want, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    let (ms, counter) = (want >> COUNTER_BITS, want & ((1 << COUNTER_BITS) - 1));
                    return (ms << TAIL_BITS) | self.node | counter;
                }
                Err(newer) => seen = newer,
            }
        }
    }
}

/// The least id that can be born at a time, ms UTC.
pub fn first(at: i64) -> i64 {
    at << TAIL_BITS
}

/// Time of birth of an id, ms UTC.
pub fn born(id: i64) -> i64 {
    id >> TAIL_BITS
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The part of a record number that stands for the id: Crockford base 32 of its low 45 bits, 9 signs.
pub fn tail(id: i64) -> String {
    let mut n = id & ((1 << 45) - 1);
    let mut out = [b'0'; 9];
    for slot in out.iter_mut().rev() {
        *slot = ALPHABET[(n & 31) as usize];
        n >>= 5;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `n` random bytes as lower-case hex, from the operating system.
pub fn random_hex(n: usize) -> String {
    let mut buf = vec![0u8; n];
    getrandom::fill(&mut buf).expect("the operating system gives random bytes");
    crate::text::hex(&buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_and_never_repeat() {
        let ids = Ids::new(3);
        let mut last = 0;
        for i in 0..2000 {
            let id = ids.next(1_000_000 + i / 1000);
            assert!(id > last);
            last = id;
        }
        assert_eq!(born(ids.next(9_000_000)), 9_000_000);
        assert_eq!(tail(33), "000000011");
    }
}

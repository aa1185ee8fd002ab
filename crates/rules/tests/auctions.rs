//! A seeded world of auctions with hostile, slow, dropping and duplicate bidders and a jumping clock, and an auditor who
//! looks after every step. The auditor shares no code with the engine: it keeps its own log and thinks in sentences of
//! the rules. A failing seed is named and fails again alone: `QICAI_SEED=17 cargo test -p rules --test auctions`.
use rules::auction::{Against, Book, Event, Format, Phase, Refusal, Settings, Sight, Step, replay};
use std::collections::BTreeMap;

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.roll() % (high - low) as u64) as i64
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll().is_multiple_of(n)
    }
}

fn settings(d: &mut Dice) -> Settings {
    let format = Format::ALL[d.between(0, 4) as usize];
    let ceiling = d.between(1_000, 1_000_000);
    Settings {
        format,
        ceiling,
        step: if d.one_in(2) { Step::Fen(d.between(1, 50)) } else { Step::Bp(d.between(1, 300)) },
        against: if d.one_in(2) { Against::Own } else { Against::Best },
        sight: Sight::ALL[d.between(0, 3) as usize],
        minimum: d.between(1, 5) as usize,
        window: d.between(0, 400),
        extend_by: d.between(0, 400),
        extensions_max: d.between(0, 5) as u32,
        retry_by: d.between(0, 2) * 700,
        tail_max: d.between(0, 2) * 300,
        rounds: d.between(1, 4) as u32,
        pause: d.between(0, 100),
        turn: d.between(1, 100),
        final_within_bp: d.between(0, 2000),
        final_least: d.between(1, 4) as usize,
        final_time: d.between(1, 300),
        hide_count: d.one_in(2),
    }
}

/// What the auditor wrote down about one accepted quote.
#[derive(Clone, Copy, Debug)]
struct Noted {
    bidder: i64,
    amount: i64,
    sealed: bool,
    /// Sealed, and the seal will turn out to hold nothing.
    lost: bool,
}

struct Auditor {
    log: Vec<Noted>,
    /// The quote of each bidder that everybody may know now.
    known: BTreeMap<i64, (i64, usize)>,
    ended: bool,
    until: i64,
    phase: Phase,
}

impl Auditor {
    /// Looks at the book after a step.
    fn look(&mut self, seed: u64, s: &Settings, book: &Book, opened: bool) {
        let at = format!("seed {seed}");
        if book.phase() != self.phase {
            self.phase = book.phase();
            if matches!(self.phase, Phase::Turn(..) | Phase::Pause(_) | Phase::Closed) {
                // What was quoted before this phase is public now.
                self.known = self.stand();
            }
        }
        assert!(book.until() >= self.until, "{at}: the end moved forward");
        self.until = book.until();
        assert!(book.extensions() <= s.extensions_max, "{at}: too many extensions");
        assert!(!self.ended || book.phase() == Phase::Closed, "{at}: opened again after the end");
        self.ended = book.phase() == Phase::Closed;
        let shown: BTreeMap<i64, i64> = book.ranking().iter().filter_map(|r| Some((r.bidder, r.amount?))).collect();
        if s.format == Format::Sealed && !opened {
            assert!(shown.is_empty(), "{at}: read before opening");
        }
        if matches!(book.phase(), Phase::Sealed | Phase::Final | Phase::Opening | Phase::Turn(..)) {
            // Nobody learns more than what was in the open before this phase.
            for (who, amount) in &shown {
                assert_eq!(self.known.get(who).map(|k| k.0), Some(*amount), "{at}: bidder {who} was read early");
            }
        }
        for pair in book.ranking().windows(2) {
            assert!((pair[0].amount, pair[0].seq) < (pair[1].amount, pair[1].seq), "{at}: ranking out of order");
        }
    }

    /// The quote that should stand for each bidder: its last accepted one that could be read.
    fn stand(&self) -> BTreeMap<i64, (i64, usize)> {
        let mut out = BTreeMap::new();
        for (i, n) in self.log.iter().enumerate() {
            if !n.lost {
                out.insert(n.bidder, (n.amount, i));
            }
        }
        out
    }
}

/// Plays one auction; returns how many quotes were accepted.
fn play(seed: u64) -> usize {
    let mut d = Dice(seed);
    let s = settings(&mut d);
    assert!(s.check().is_ok(), "seed {seed}: {s:?}");
    let (opens, closes) = (1_000, 1_000 + d.between(1, 2_000));
    let tail = if s.tail_max > 0 { d.between(0, s.tail_max) } else { 0 };
    let mut book = Book::new(s.clone(), opens, closes, tail);
    let mut events: Vec<Event> = Vec::new();
    let mut auditor =
        Auditor { log: Vec::new(), known: BTreeMap::new(), ended: false, until: 0, phase: Phase::Waiting };
    let bidders = d.between(0, 9);
    let (mut now, mut latest, mut opened, mut spoken) = (d.between(0, 1_500), 0, false, BTreeMap::<i64, u32>::new());
    for _ in 0..400 {
        // Time passes, sometimes jumps far, sometimes backwards.
        now += match d.between(0, 20) {
            0 => -d.between(0, 500),
            1 => d.between(0, 3_000),
            2..6 => 0,
            _ => d.between(0, 60),
        };
        latest = latest.max(now);
        if d.one_in(60) {
            let span = d.between(1, 400);
            events.push(book.outage(now - span, now, d.between(0, 50)));
            auditor.look(seed, &s, &book, opened);
            continue;
        }
        book.advance(now);
        auditor.look(seed, &s, &book, opened);
        if book.phase() == Phase::Opening {
            // Slow opening: quotes in between are too late.
            if d.one_in(2) {
                assert_eq!(book.quote(1, 1, now), Err(Refusal::TooLate), "seed {seed}");
            }
            let mut amounts: BTreeMap<i64, i64> = BTreeMap::new();
            for n in auditor.log.iter().filter(|n| n.sealed) {
                if n.lost {
                    amounts.remove(&n.bidder)
                } else {
                    amounts.insert(n.bidder, n.amount)
                };
            }
            let amounts: Vec<(i64, i64)> = amounts.into_iter().collect();
            book.open(&amounts, now);
            events.push(Event::Opened { at: book.time(), amounts });
            opened = true;
            auditor.known = auditor.stand();
            auditor.look(seed, &s, &book, opened);
            continue;
        }
        if bidders == 0 || book.phase() == Phase::Closed {
            continue;
        }
        let who = if d.one_in(3) { book.turn_of().unwrap_or(1) } else { d.between(0, bidders) };
        let must = book.must_be(who);
        let amount = match d.between(0, 12) {
            0 => -d.between(0, 100),
            1 => s.ceiling + d.between(1, 100),
            2 => must + d.between(1, 10),
            3 => must,
            _ => (must - d.between(0, 200)).max(1),
        };
        // Duplicate senders repeat themselves word for word.
        for _ in 0..if d.one_in(8) { 2 } else { 1 } {
            let (phase, until) = (book.phase(), book.until());
            let before = auditor.stand().get(&who).copied();
            let answer = book.quote(who, amount, now);
            if let Ok(taken) = answer {
                let at = format!("seed {seed}, quote {}", auditor.log.len() + 1);
                assert!(latest >= opens, "{at}: before the beginning");
                assert!(latest <= until + tail, "{at}: after the end");
                assert!(amount > 0 && amount <= s.ceiling, "{at}: {amount}");
                assert_eq!(taken.seq as usize, auditor.log.len() + 1, "{at}");
                assert_eq!(taken.sealed, matches!(phase, Phase::Sealed | Phase::Final), "{at}");
                if phase == Phase::Open
                    && s.against == Against::Own
                    && let Some((own, _)) = before
                {
                    assert!(amount < own, "{at}: a quote went up");
                }
                if phase == Phase::Open && s.against == Against::Best {
                    let best = auditor.stand().values().map(|v| v.0).min();
                    assert!(best.is_none_or(|b| amount < b), "{at}: not below the best");
                }
                if let Phase::Final = phase {
                    assert!(auditor.log.iter().filter(|n| n.bidder == who && n.sealed).count() == 0, "{at}: twice");
                }
                if let Phase::Turn(..) = phase {
                    let n = spoken.entry(who).or_default();
                    *n += 1;
                }
                // One seal in twenty is lost; a later quote of the same phase replaces it.
                let lost = taken.sealed && d.one_in(20);
                if taken.sealed && s.format != Format::Final {
                    for n in auditor.log.iter_mut().filter(|n| n.bidder == who) {
                        n.lost = true;
                    }
                }
                auditor.log.push(Noted { bidder: who, amount, sealed: taken.sealed, lost });
                if phase == Phase::Open {
                    auditor.known.insert(who, (amount, auditor.log.len()));
                }
                events.push(Event::Quoted { bidder: who, amount, at: book.time() });
            }
            auditor.look(seed, &s, &book, opened);
        }
    }
    // Let it end.
    for _ in 0..200 {
        latest += 5_000;
        book.advance(latest);
        if book.phase() == Phase::Opening {
            let mut amounts: BTreeMap<i64, i64> = BTreeMap::new();
            for n in auditor.log.iter().filter(|n| n.sealed) {
                if n.lost {
                    amounts.remove(&n.bidder)
                } else {
                    amounts.insert(n.bidder, n.amount)
                };
            }
            let amounts: Vec<(i64, i64)> = amounts.into_iter().collect();
            book.open(&amounts, latest);
            events.push(Event::Opened { at: latest, amounts });
        }
    }
    assert_eq!(book.phase(), Phase::Closed, "seed {seed}: never ends");
    assert_eq!(book.quote(1, 1, latest), Err(Refusal::TooLate), "seed {seed}");
    // The winner is the lowest valid quote, the earliest on ties, by the auditor's own log.
    let stand = auditor.stand();
    let winner = stand.iter().min_by_key(|(_, v)| **v).map(|(who, v)| (*who, v.0));
    let named = book.ranking().first().map(|r| (r.bidder, r.amount.unwrap()));
    assert_eq!(named, winner, "seed {seed}: {s:?}");
    assert_eq!(book.ranking().len(), stand.len(), "seed {seed}");
    // The public record gives the same book again.
    let mut again = replay(s, opens, closes, tail, &events).unwrap_or_else(|e| panic!("seed {seed}: {e:?}"));
    again.advance(latest);
    assert_eq!(again, book, "seed {seed}: replay differs");
    auditor.log.len()
}

#[test]
fn thousands_of_auctions_stand_the_audit() {
    if let Ok(seed) = std::env::var("QICAI_SEED") {
        play(seed.parse().expect("QICAI_SEED is a number"));
        return;
    }
    let accepted: usize = (0..6_000).map(play).sum();
    // A world in which nobody can quote proves nothing.
    assert!(accepted > 60_000, "only {accepted} quotes were accepted");
}

#[test]
fn a_deadline_is_inclusive_and_a_late_quote_extends() {
    let s = Settings {
        format: Format::Open,
        window: 300_000,
        extend_by: 300_000,
        extensions_max: 2,
        step: Step::Fen(100),
        against: Against::Best,
        ..Settings::sealed(100_000, 1)
    };
    let mut book = Book::new(s, 0, 1_000_000, 0);
    assert!(!book.quote(1, 90_000, 600_000).unwrap().extended);
    assert_eq!(book.quote(2, 89_901, 1_000_000), Err(Refusal::NotLowEnough(89_900)));
    assert!(book.quote(2, 89_900, 1_000_000).unwrap().extended);
    assert_eq!(book.until(), 1_300_000);
    assert!(book.quote(1, 80_000, 1_300_000).unwrap().extended);
    assert!(!book.quote(2, 70_000, 1_600_000).unwrap().extended, "extended at most twice");
    assert_eq!(book.quote(1, 60_000, 1_600_001), Err(Refusal::TooLate));
    assert_eq!(book.ranking()[0].bidder, 2);
}

#[test]
fn too_few_bidders_prolong_once() {
    let mut book = Book::new(Settings { retry_by: 50, ..Settings::sealed(1_000, 2) }, 0, 100, 0);
    book.quote(1, 900, 10).unwrap();
    assert!(book.advance(101));
    assert_eq!((book.until(), book.retried(), book.phase()), (150, true, Phase::Sealed));
    assert!(book.advance(151));
    assert_eq!(book.phase(), Phase::Opening, "who quoted is opened even when they are too few");
}

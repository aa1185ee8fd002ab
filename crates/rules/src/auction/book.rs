//! The book of one event: who stands where, which phase runs, and whether a quote counts.
use super::settings::{Against, Format, Settings};
use crate::calendar::Ms;

/// A bidder's number within the event.
pub type Bidder = i64;

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Published, not open yet.
    Waiting,
    /// Sealed quotes come in.
    Sealed,
    /// Quotes go down in the open.
    Open,
    /// The deadline is over; the sealed quotes wait to be opened.
    Opening,
    /// Pause before a round, from 1.
    Pause(u32),
    /// A round, from 1, and whose turn it is, from 0.
    Turn(u32, usize),
    /// The best make one last sealed quote.
    Final,
    /// Over.
    Closed,
}

impl Phase {
    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::Sealed => "sealed",
            Phase::Open => "open",
            Phase::Opening => "opening",
            Phase::Pause(_) => "pause",
            Phase::Turn(..) => "turn",
            Phase::Final => "final",
            Phase::Closed => "closed",
        }
    }

    /// Is what is quoted now kept sealed?
    pub fn is_sealed(self) -> bool {
        matches!(self, Phase::Sealed | Phase::Final)
    }
}

/// Where one bidder stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub bidder: Bidder,
    /// The quote that counts, fen; None while it is sealed.
    pub amount: Option<i64>,
    /// Its number among all accepted quotes of the event, from 1: the earlier wins a tie.
    pub seq: u64,
    /// When it was accepted, ms.
    pub at: Ms,
    /// A quote of the running turn, secret until the turn ends: amount, number, time.
    turn: Option<(i64, u64, Ms)>,
    /// The last sealed quote was given: its number and time.
    last: Option<(u64, Ms)>,
}

/// Why a quote does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not open yet.
    TooEarly,
    /// After the end, by the time of the transaction.
    TooLate,
    /// Zero or less.
    NotPositive,
    /// Above the ceiling.
    AboveCeiling,
    /// Must be this or lower.
    NotLowEnough(i64),
    /// Someone else's turn, or a pause.
    NotYourTurn,
    /// Not among those who may quote once more.
    NotFinalist,
    /// The one last quote was given already.
    Repeated,
}

impl Refusal {
    /// Stable code that bidders and records see.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::TooEarly => "quote.too_early",
            Refusal::TooLate => "quote.too_late",
            Refusal::NotPositive => "quote.not_positive",
            Refusal::AboveCeiling => "quote.above_ceiling",
            Refusal::NotLowEnough(_) => "quote.step",
            Refusal::NotYourTurn => "quote.not_your_turn",
            Refusal::NotFinalist => "quote.not_finalist",
            Refusal::Repeated => "quote.repeated",
        }
    }
}

/// An accepted quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its number, from 1.
    pub seq: u64,
    /// Its amount is to be kept sealed.
    pub sealed: bool,
    /// It extended the time.
    pub extended: bool,
}

/// What happened to an event, in order; the public record is a list of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A quote was accepted.
    Quoted {
        /// Who.
        bidder: Bidder,
        /// How much, fen.
        amount: i64,
        /// When, ms.
        at: Ms,
    },
    /// The sealed quotes were opened: bidder and amount, fen.
    Opened {
        /// When, ms.
        at: Ms,
        /// What was in them.
        amounts: Vec<(Bidder, i64)>,
    },
    /// The mall could not be reached: everybody gets the time back.
    Outage {
        /// Since when, ms.
        from: Ms,
        /// Until when, ms.
        at: Ms,
        /// Time given on top, ms.
        grace: Ms,
    },
}

/// The book of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    settings: Settings,
    opens: Ms,
    until: Ms,
    tail: Ms,
    phase: Phase,
    extensions: u32,
    retried: bool,
    seen: Ms,
    quotes: u64,
    standing: Vec<Standing>,
    order: Vec<Bidder>,
}

impl Book {
    /// A new book. `closes` is the announced end of the first phase, `tail` the hidden time after an open end
    /// (`0 <= tail < tail_max`, or 0).
    pub fn new(settings: Settings, opens: Ms, closes: Ms, tail: Ms) -> Book {
        assert!(settings.check().is_ok() && closes > opens && (0..settings.tail_max.max(1)).contains(&tail));
        Book {
            settings,
            opens,
            until: closes,
            tail,
            phase: Phase::Waiting,
            extensions: 0,
            retried: false,
            seen: 0,
            quotes: 0,
            standing: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Its rules.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The running phase.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The announced end of the running phase, ms; a quote at exactly this time still counts.
    pub fn until(&self) -> Ms {
        self.until
    }

    /// When something happens by itself next, ms; None while sealed quotes wait to be opened, or at the end.
    pub fn next_change(&self) -> Option<Ms> {
        match self.phase {
            Phase::Waiting => Some(self.opens),
            Phase::Open => Some(self.until + self.tail + 1),
            Phase::Sealed | Phase::Final | Phase::Pause(_) | Phase::Turn(..) => Some(self.until + 1),
            Phase::Opening | Phase::Closed => None,
        }
    }

    /// The latest time seen, ms: the time under which whatever happens now is recorded.
    pub fn time(&self) -> Ms {
        self.seen
    }

    /// How often late quotes have extended the time.
    pub fn extensions(&self) -> u32 {
        self.extensions
    }

    /// The time was prolonged because of too few bidders.
    pub fn retried(&self) -> bool {
        self.retried
    }

    /// Accepted quotes so far.
    pub fn quotes(&self) -> u64 {
        self.quotes
    }

    /// Bidders so far.
    pub fn bidders(&self) -> usize {
        self.standing.len()
    }

    /// Whose turn it is.
    pub fn turn_of(&self) -> Option<Bidder> {
        match self.phase {
            Phase::Turn(_, i) => self.order.get(i).copied(),
            _ => None,
        }
    }

    /// Those who may still quote in the last sealed phase.
    pub fn finalists(&self) -> &[Bidder] {
        if self.phase == Phase::Final { &self.order } else { &[] }
    }

    /// Everybody who quoted, in order of the first quote.
    pub fn standing(&self) -> &[Standing] {
        &self.standing
    }

    /// Lowest first; the earlier of equals first. Sealed quotes and those of a running turn are not in it.
    pub fn ranking(&self) -> Vec<&Standing> {
        let mut open: Vec<&Standing> = self.standing.iter().filter(|s| s.amount.is_some()).collect();
        open.sort_by_key(|s| (s.amount, s.seq));
        open
    }

    fn own(&mut self, who: Bidder) -> Option<&mut Standing> {
        self.standing.iter_mut().find(|s| s.bidder == who)
    }

    fn put(&mut self, who: Bidder, amount: Option<i64>, at: Ms) {
        self.quotes += 1;
        let seq = self.quotes;
        match self.own(who) {
            Some(s) => (s.amount, s.seq, s.at) = (amount, seq, at),
            None => self.standing.push(Standing { bidder: who, amount, seq, at, turn: None, last: None }),
        }
    }

    /// What the next open quote of `who` must not exceed, fen.
    pub fn must_be(&self, who: Bidder) -> i64 {
        let own = self.standing.iter().find(|s| s.bidder == who).and_then(|s| s.amount);
        let turn = matches!(self.phase, Phase::Turn(..) | Phase::Pause(_));
        let best = self.ranking().first().and_then(|s| s.amount);
        let from = if turn || self.settings.against == Against::Own { own } else { best };
        match (self.phase, from) {
            (Phase::Final, _) => own.unwrap_or(self.settings.ceiling),
            (Phase::Sealed | Phase::Waiting, _) | (_, None) => self.settings.ceiling,
            (_, Some(v)) => v - self.settings.step_from(v),
        }
    }

    /// A quote at a time. Time never runs backwards: an earlier time than one seen counts as that one.
    pub fn quote(&mut self, who: Bidder, amount: i64, at: Ms) -> Result<Taken, Refusal> {
        self.advance(at);
        let at = self.seen;
        if amount <= 0 {
            return Err(Refusal::NotPositive);
        }
        if amount > self.settings.ceiling {
            return Err(Refusal::AboveCeiling);
        }
        let must = self.must_be(who);
        let repeated = self.standing.iter().any(|s| s.bidder == who && s.last.is_some());
        let mut extended = false;
        match self.phase {
            Phase::Waiting => return Err(Refusal::TooEarly),
            Phase::Closed | Phase::Opening => return Err(Refusal::TooLate),
            Phase::Sealed => self.put(who, None, at),
            Phase::Open if amount > must => return Err(Refusal::NotLowEnough(must)),
            Phase::Open => {
                self.put(who, Some(amount), at);
                extended = self.extend(at);
            }
            Phase::Pause(_) => return Err(Refusal::NotYourTurn),
            Phase::Turn(..) if self.turn_of() != Some(who) => return Err(Refusal::NotYourTurn),
            Phase::Turn(..) if amount > must => return Err(Refusal::NotLowEnough(must)),
            Phase::Turn(..) => {
                self.quotes += 1;
                let seq = self.quotes;
                if let Some(s) = self.own(who) {
                    s.turn = Some((amount, seq, at));
                }
            }
            Phase::Final if !self.order.contains(&who) => return Err(Refusal::NotFinalist),
            Phase::Final if repeated => return Err(Refusal::Repeated),
            Phase::Final if amount > must => return Err(Refusal::NotLowEnough(must)),
            Phase::Final => {
                self.quotes += 1;
                let seq = self.quotes;
                if let Some(s) = self.own(who) {
                    s.last = Some((seq, at));
                }
            }
        }
        Ok(Taken { seq: self.quotes, sealed: self.phase.is_sealed(), extended })
    }

    /// A late quote extends the announced time; never in the hidden tail, so that the tail cannot be found by trying.
    fn extend(&mut self, at: Ms) -> bool {
        let s = &self.settings;
        if self.extensions >= s.extensions_max || at + s.window < self.until || at > self.until || s.window == 0 {
            return false;
        }
        self.until += s.extend_by;
        self.extensions += 1;
        true
    }

    /// Lets time pass; returns true when a phase changed or was prolonged.
    pub fn advance(&mut self, at: Ms) -> bool {
        self.seen = self.seen.max(at);
        let mut moved = false;
        while self.step() {
            moved = true;
        }
        moved
    }

    fn step(&mut self) -> bool {
        let now = self.seen;
        if self.next_change().is_none_or(|t| now < t) {
            return false;
        }
        let few = self.standing.len() < self.settings.minimum;
        match self.phase {
            Phase::Waiting if self.settings.format == Format::Open || self.settings.format == Format::Final => {
                self.phase = Phase::Open;
            }
            Phase::Waiting => self.phase = Phase::Sealed,
            Phase::Sealed | Phase::Open if few && !self.retried && self.settings.retry_by > 0 => {
                self.until += self.settings.retry_by;
                self.retried = true;
            }
            Phase::Sealed if self.standing.is_empty() => self.phase = Phase::Closed,
            Phase::Sealed => self.phase = Phase::Opening,
            Phase::Open if self.settings.format == Format::Final && !self.standing.is_empty() => {
                self.order = self.best_few();
                self.phase = Phase::Final;
                self.until += self.tail + self.settings.final_time;
            }
            Phase::Open => self.phase = Phase::Closed,
            Phase::Final if self.standing.iter().any(|s| s.last.is_some()) => self.phase = Phase::Opening,
            Phase::Final => self.phase = Phase::Closed,
            Phase::Pause(round) => {
                // The worst goes first: the best answers last.
                self.order = self.ranking().iter().rev().map(|s| s.bidder).collect();
                self.phase = Phase::Turn(round, 0);
                self.until += self.settings.turn;
            }
            Phase::Turn(round, i) => {
                for s in &mut self.standing {
                    if let Some((amount, seq, at)) = s.turn.take() {
                        (s.amount, s.seq, s.at) = (Some(amount), seq, at);
                    }
                }
                if i + 1 < self.order.len() {
                    self.phase = Phase::Turn(round, i + 1);
                    self.until += self.settings.turn;
                } else if round < self.settings.rounds {
                    self.phase = Phase::Pause(round + 1);
                    self.until += self.settings.pause;
                } else {
                    self.phase = Phase::Closed;
                }
            }
            Phase::Opening | Phase::Closed => return false,
        }
        true
    }

    /// The best, those near it, and in any case the least number.
    fn best_few(&self) -> Vec<Bidder> {
        let ranked = self.ranking();
        let Some(best) = ranked.first().and_then(|s| s.amount) else { return Vec::new() };
        let near = i128::from(best) * i128::from(10_000 + self.settings.final_within_bp);
        let near = |s: &Standing| i128::from(s.amount.unwrap_or(i64::MAX)) * 10_000 <= near;
        let few = ranked.iter().enumerate().filter(|(i, s)| *i < self.settings.final_least || near(s));
        few.map(|(_, s)| s.bidder).collect()
    }

    /// Opens the sealed quotes. A bidder whose seal held nothing keeps what it had: nothing, or its last open quote.
    pub fn open(&mut self, amounts: &[(Bidder, i64)], at: Ms) {
        self.advance(at);
        assert_eq!(self.phase, Phase::Opening, "sealed quotes are opened after the deadline only");
        for s in &mut self.standing {
            let found = amounts.iter().find(|(who, _)| *who == s.bidder).map(|(_, v)| *v);
            match (self.settings.format, s.last, found) {
                (Format::Final, Some((seq, at)), Some(v)) => (s.amount, s.seq, s.at) = (Some(v), seq, at),
                (Format::Final, ..) | (_, _, None) => {}
                (_, _, Some(v)) => s.amount = Some(v),
            }
        }
        let left = self.standing.iter().any(|s| s.amount.is_some());
        if self.settings.format == Format::Rounds && left {
            self.phase = Phase::Pause(1);
            self.until = self.seen + self.settings.pause;
        } else {
            self.phase = Phase::Closed;
        }
    }

    /// The mall could not be reached from `from` to `at`: the phase that ran when it began lasts so much longer, and
    /// `grace` more. Returns what is to be recorded; an outage nobody could notice changes nothing.
    pub fn outage(&mut self, from: Ms, at: Ms, grace: Ms) -> Event {
        let from = from.max(self.seen);
        self.advance(from);
        if at > from && !matches!(self.phase, Phase::Closed | Phase::Opening) {
            self.until += at - from + grace.max(0);
        }
        self.advance(at);
        Event::Outage { from, at, grace }
    }
}

/// Makes the book again from what happened. Err names the first quote (from 0) that the rules would have refused.
pub fn replay(settings: Settings, opens: Ms, closes: Ms, tail: Ms, events: &[Event]) -> Result<Book, (usize, Refusal)> {
    let mut book = Book::new(settings, opens, closes, tail);
    for (i, e) in events.iter().enumerate() {
        match e {
            Event::Quoted { bidder, amount, at } => {
                book.quote(*bidder, *amount, *at).map_err(|why| (i, why))?;
            }
            Event::Opened { at, amounts } => {
                book.advance(*at);
                if book.phase() != Phase::Opening {
                    return Err((i, Refusal::TooEarly));
                }
                book.open(amounts, *at);
            }
            Event::Outage { from, at, grace } => {
                book.outage(*from, *at, *grace);
            }
        }
    }
    Ok(book)
}

//! What is fixed before the first quote and never changes afterwards.
use crate::calendar::Ms;

/// How quotes are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 密封报价: quotes stay sealed until the deadline, then all are opened at once.
    Sealed,
    /// 公开竞价: quotes go down in the open; a late quote extends the time.
    Open,
    /// 轮次竞价: sealed quotes first, then rounds in which each bidder has one turn, the worst first.
    Rounds,
    /// 公开加密封: open first, then the best make one last sealed quote.
    Final,
}

/// The least by which a quote must be lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many fen.
    Fen(i64),
    /// So many hundredths of a percent of what it is compared with, rounded up.
    Bp(i64),
}

/// What a new quote is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The bidder's own last quote.
    Own,
    /// The lowest quote of all.
    Best,
}

/// What bidders and public see while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The lowest price and the order of aliases.
    Lowest,
    /// A bidder sees its own rank, nobody sees a price.
    Rank,
    /// Nothing but the clock.
    Nothing,
}

/// The rules of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How quotes are given.
    pub format: Format,
    /// No quote above this, fen.
    pub ceiling: i64,
    /// Minimum step.
    pub step: Step,
    /// What the step is measured against.
    pub against: Against,
    /// What is seen meanwhile.
    pub sight: Sight,
    /// Bidders needed.
    pub minimum: usize,
    /// A quote within this before the end extends it, ms; 0 never.
    pub window: Ms,
    /// By how much, ms.
    pub extend_by: Ms,
    /// At most so often.
    pub extensions_max: u32,
    /// Once, with too few bidders at the end, the time is prolonged by this, ms; 0 never.
    pub retry_by: Ms,
    /// The hidden tail after the announced end is shorter than this, ms; 0 for none.
    pub tail_max: Ms,
    /// Rounds of the rounds format.
    pub rounds: u32,
    /// Pause before each round, ms.
    pub pause: Ms,
    /// Length of one turn, ms.
    pub turn: Ms,
    /// Who is within so many hundredths of a percent of the best may quote once more.
    pub final_within_bp: i64,
    /// But at least so many.
    pub final_least: usize,
    /// Time for the last sealed quote, ms.
    pub final_time: Ms,
    /// The number of bidders stays hidden until the end.
    pub hide_count: bool,
}

/// Settings nobody should publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The ceiling is not above zero.
    Ceiling,
    /// The step is below one fen or as large as the ceiling.
    Step,
    /// Fewer than one bidder asked for.
    Minimum,
    /// A length of time is negative, or a phase has no length.
    Time,
}

impl Settings {
    /// A sealed event with nothing special, to start from.
    pub fn sealed(ceiling: i64, minimum: usize) -> Settings {
        Settings {
            format: Format::Sealed,
            ceiling,
            step: Step::Fen(1),
            against: Against::Own,
            sight: Sight::Nothing,
            minimum,
            window: 0,
            extend_by: 0,
            extensions_max: 0,
            retry_by: 0,
            tail_max: 0,
            rounds: 3,
            pause: 120_000,
            turn: 120_000,
            final_within_bp: 1000,
            final_least: 3,
            final_time: 600_000,
            hide_count: true,
        }
    }

    /// The least difference to `from`, fen.
    pub fn step_from(&self, from: i64) -> i64 {
        match self.step {
            Step::Fen(n) => n,
            // i128: a ceiling of a trillion yuan times ten thousand leaves 64 bits.
            Step::Bp(bp) => ((i128::from(from) * i128::from(bp) + 9_999) / 10_000).max(1) as i64,
        }
    }

    /// Are sealed quotes part of it?
    pub fn has_seals(&self) -> bool {
        self.format != Format::Open
    }

    /// Finds what is wrong with the settings.
    pub fn check(&self) -> Result<(), Wrong> {
        let steps = match self.step {
            Step::Fen(n) => n >= 1 && n < self.ceiling,
            Step::Bp(bp) => (1..10_000).contains(&bp),
        };
        let times = [self.window, self.extend_by, self.retry_by, self.tail_max, self.pause];
        let lengths = match self.format {
            Format::Sealed | Format::Open => true,
            Format::Rounds => self.rounds > 0 && self.turn > 0,
            Format::Final => self.final_time > 0 && self.final_least > 0 && self.final_within_bp >= 0,
        };
        match () {
            () if self.ceiling <= 0 => Err(Wrong::Ceiling),
            () if !steps => Err(Wrong::Step),
            () if self.minimum == 0 => Err(Wrong::Minimum),
            () if times.iter().any(|t| *t < 0) || !lengths => Err(Wrong::Time),
            () => Ok(()),
        }
    }
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 4] = [Format::Open, Format::Sealed, Format::Rounds, Format::Final];

    /// Stable key.
    pub fn key(self) -> &'static str {
        match self {
            Format::Sealed => "sealed",
            Format::Open => "open",
            Format::Rounds => "rounds",
            Format::Final => "final",
        }
    }

    /// The format of a key.
    pub fn of(key: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Format::Sealed => "密封报价",
            Format::Open => "公开竞价",
            Format::Rounds => "轮次竞价",
            Format::Final => "公开竞价加一次密封报价",
        }
    }
}

impl Sight {
    /// All of them.
    pub const ALL: [Sight; 3] = [Sight::Lowest, Sight::Rank, Sight::Nothing];

    /// Stable key, as the rulebook writes it.
    pub fn key(self) -> &'static str {
        match self {
            Sight::Lowest => "lowest",
            Sight::Rank => "rank",
            Sight::Nothing => "none",
        }
    }

    /// Of a key.
    pub fn of(key: &str) -> Option<Sight> {
        Sight::ALL.into_iter().find(|s| s.key() == key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Sight::Lowest => "公开当前最低价和名次",
            Sight::Rank => "报价人只看到自己的名次",
            Sight::Nothing => "截止前什么都不公开",
        }
    }
}

//! 统计: what is counted, by which dimensions, and the one way in which every figure is made.
//!
//! An order counts from the moment its contract takes effect, on that day, at the contract's amount, where its unit is. A
//! contract that is cancelled afterwards stops counting. Amounts are fen; shares are basis points.

mod ask;
mod cube;
mod mark;

pub use ask::{At, Cells, Figures, Found, Tables};
pub use cube::{Cube, Snapshot};
pub use mark::Mark;

use crate::calendar::Day;

/// A deadline of an order that has begun to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// When it is over, in seconds since 1970; 0 when it has not begun.
    pub due: u32,
    /// How it ended.
    pub end: End,
}

/// How a deadline ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Not yet.
    #[default]
    Open,
    /// In time.
    Kept,
    /// Too late.
    Late,
}

/// The deadlines that are counted, in their order within [`Deal::clocks`]: key and Chinese word.
pub const CLOCKS: [(&str, &str); 4] =
    [("publish", "合同公告"), ("deliver", "交货"), ("accept", "验收"), ("pay", "付款")];
/// Place of the clock of payment among [`CLOCKS`].
pub const PAY: usize = 3;

/// What a saving is measured against, each by itself: key and Chinese word. They are never added up.
pub const BASELINES: [(&str, &str); 4] =
    [("list", "上架价"), ("market", "市场参考价"), ("paid", "此前成交中位价"), ("ceiling", "最高限价")];

/// An order as statistics know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deal {
    /// Order id.
    pub order: i64,
    /// Day on which the contract took effect.
    pub day: Day,
    /// Region of the unit.
    pub region: String,
    /// Unit's id.
    pub unit: i64,
    /// Supplier's id.
    pub supplier: i64,
    /// Mode of purchase.
    pub mode: String,
    /// Form of transaction.
    pub form: String,
    /// Size of the supplier on that day: `micro`, `small`, `medium`, `large`.
    pub size: String,
    /// How many suppliers quoted; None where nobody competes.
    pub quotes: Option<u32>,
    /// Deadlines, see [`CLOCKS`].
    pub clocks: [Clock; 4],
    /// Accepted so far and not given back, fen.
    pub accepted: i64,
    /// Paid so far, fen.
    pub paid: i64,
    /// Does it no longer count?
    pub gone: bool,
    /// Lines; they never change.
    pub lines: Vec<Part>,
}

/// A line of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Second-level category.
    pub category: String,
    /// Fund that pays.
    pub fund: String,
    /// Venues the product was in.
    pub venues: Vec<String>,
    /// Product, or 0.
    pub product: i64,
    /// How many.
    pub quantity: i64,
    /// Amount, fen.
    pub amount: i64,
    /// What it would have cost by each of [`BASELINES`]; 0 where that is not known.
    pub base: [i64; 4],
}

/// What figures can be told apart by. The first three are the same for all orders of a month and a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dim {
    /// Month.
    Month,
    /// City, with everything below it.
    City,
    /// Region of the unit.
    Region,
    /// Unit.
    Unit,
    /// Supplier.
    Supplier,
    /// Mode of purchase.
    Mode,
    /// Form of transaction.
    Form,
    /// Size of the supplier.
    Size,
    /// Second-level category.
    Category,
    /// Fund.
    Fund,
    /// Venue; goods may be in several, or in none.
    Venue,
}

impl Dim {
    /// All of them: key and Chinese word.
    pub const ALL: [(Dim, &'static str, &'static str); 11] = [
        (Dim::Month, "month", "月份"),
        (Dim::City, "city", "设区市"),
        (Dim::Region, "region", "区县"),
        (Dim::Unit, "unit", "采购单位"),
        (Dim::Supplier, "supplier", "供应商"),
        (Dim::Mode, "mode", "采购模式"),
        (Dim::Form, "form", "交易方式"),
        (Dim::Size, "size", "企业规模"),
        (Dim::Category, "category", "品目"),
        (Dim::Fund, "fund", "资金来源"),
        (Dim::Venue, "venue", "特色场馆"),
    ];

    /// By its key.
    pub fn of(key: &str) -> Option<Dim> {
        Dim::ALL.iter().find(|(_, k, _)| *k == key).map(|(d, ..)| *d)
    }

    /// Its key.
    pub fn key(self) -> &'static str {
        Dim::ALL[self as usize].1
    }

    /// Chinese word.
    pub fn label(self) -> &'static str {
        Dim::ALL[self as usize].2
    }

    /// Does one order have one value of it? Else an order counts under each value its lines have.
    pub fn of_order(self) -> bool {
        !matches!(self, Dim::Category | Dim::Fund | Dim::Venue)
    }
}

/// What is counted: everything that meets all of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// The region's code begins with this.
    pub region: String,
    /// Values that are asked for; a category stands for all below it.
    pub equal: Vec<(Dim, String)>,
}

impl Filter {
    /// The same with one value more.
    pub fn with(&self, dim: Dim, value: &str) -> Filter {
        let mut f = self.clone();
        f.equal.push((dim, value.to_owned()));
        f
    }
}

/// A saving against one baseline: what the goods cost for which it is known, and what they would have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// Paid, fen.
    pub cost: i64,
    /// By the baseline, fen.
    pub base: i64,
}

impl Saving {
    /// Saved, fen; less than 0 where more was paid.
    pub fn saved(self) -> i64 {
        self.base - self.cost
    }
}

/// Deadlines of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Kept.
    pub kept: i64,
    /// Ended too late.
    pub late: i64,
    /// Still open and over.
    pub over: i64,
}

impl Kept {
    /// All that are decided.
    pub fn all(self) -> i64 {
        self.kept + self.late + self.over
    }
}

/// The two figures that rankings and charts need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Orders.
    pub orders: i64,
    /// Amount of their lines, fen.
    pub amount: i64,
}

/// Figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Orders.
    pub orders: i64,
    /// Amount of their lines, fen.
    pub amount: i64,
    /// Of it from micro, small and medium suppliers, fen.
    pub sme: i64,
    /// Of it goods of venues, fen.
    pub venue: i64,
    /// Against each of [`BASELINES`].
    pub savings: [Saving; 4],
    /// Orders for which suppliers competed.
    pub contested: i64,
    /// Quotes in all of these.
    pub quotes: i64,
    /// Of these with fewer than three.
    pub thin: i64,
    /// Each of [`CLOCKS`].
    pub clocks: [Kept; 4],
    /// Accepted and kept, fen; whole orders.
    pub accepted: i64,
    /// Paid, fen; whole orders.
    pub paid: i64,
    /// Accepted, not paid, and the time to pay is over, fen; whole orders.
    pub overdue: i64,
}

/// Concentration after Herfindahl and Hirschman: the sum of squared shares, 0 to 10,000.
pub fn concentration(amounts: impl Iterator<Item = i64> + Clone) -> i64 {
    let all: i128 = amounts.clone().map(i128::from).sum();
    if all <= 0 {
        return 0;
    }
    // Shares of shares lose nothing this way: (Σ a²) · 10000 / (Σ a)².
    let squares: i128 = amounts.map(|a| i128::from(a) * i128::from(a)).sum();
    ((squares / all) * 10_000 / all) as i64
}

/// What a unit or a place will have spent at the end of the year: what it spent so far, divided by the share of last year's
/// spending that fell on the same part of the year; evenly over the days when last year says nothing. All in fen; `day` of
/// `days` days are over. Never more than granted.
pub fn year_end(spent: i64, granted: i64, last_year: (i64, i64), (day, days): (i64, i64)) -> i64 {
    let (so_far, whole) = match last_year {
        (so_far, whole) if so_far > 0 && whole > 0 => (i128::from(so_far), i128::from(whole)),
        _ => (i128::from(day.clamp(1, days.max(1))), i128::from(days.max(1))),
    };
    let forecast = i128::from(spent) * whole / so_far;
    forecast.clamp(i128::from(spent), i128::from(granted.max(spent))) as i64
}

/// What of the rest of the year's spending will fall into December, in fen: what last December had of last year's part that
/// was still to come, or evenly over the days that are left. `rest` is what is still expected; `last_year` is what was spent
/// then in December, and from this day to the end of the year; `left` days of the year are left, today not counted.
pub fn december(rest: i64, (december, to_come): (i64, i64), left: i64) -> i64 {
    let (part, whole) = match to_come {
        n if n > 0 && december <= n => (i128::from(december), i128::from(n)),
        _ => (i128::from(left.clamp(0, 31)), i128::from(left.max(1))),
    };
    (i128::from(rest.max(0)) * part / whole) as i64
}

//! Questions to all counted orders: one pass over the shelves that a question is about answers it.
use super::cube::{DIMS, Kept, Line, OF_SHELF, Shelf, Snapshot, bit, value};
use super::mark::over;
use super::{BASELINES, CLOCKS, Cell, Dim, End, Filter, Mark, PAY, Sum};
use crate::calendar::Day;
use std::collections::HashMap;
use std::sync::Arc;

/// Figures of rows, or of rows and columns (the column is empty where there are none), sorted by both.
pub type Cells<F> = Vec<(Arc<str>, Arc<str>, F)>;

/// An answer: figures by each dimension or pair of dimensions that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables<F> {
    /// Everything together.
    pub total: Cell,
    /// In the order in which they were asked for.
    pub tables: Vec<Cells<F>>,
}

/// The orders that a figure counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many.
    pub number: usize,
    /// What of them counts, fen.
    pub amount: i64,
    /// Some of them, newest first: order, and what of it counts in fen.
    pub orders: Vec<(i64, i64)>,
}

/// The value of lines that are in no venue.
const NO_VENUE: &str = "";
/// Cells that are kept by position at most.
const DENSE_MAX: usize = 1 << 20;

/// What can be counted line by line.
pub trait Figures: Copy + Default {
    #[doc(hidden)]
    fn count(&mut self, at: &At<'_>, first: bool);
}

/// A line that meets a filter, where it stands, and the time.
pub struct At<'a> {
    shelf: &'a Shelf,
    deal: &'a Kept,
    line: &'a Line,
    /// Number of the order within the pass, from 1.
    nth: u32,
    /// Is it the first line of its order that meets the filter?
    first: bool,
    now: u32,
}

/// Does a dimension's value meet what is asked?
fn meets(dim: Dim, value: &str, asked: &str) -> bool {
    match dim {
        Dim::Category | Dim::Region => value.starts_with(asked),
        _ => value == asked,
    }
}

/// The filter against the names: for each dimension that is asked about, which values pass.
struct Compiled {
    from: Day,
    to: Day,
    passes: [Option<Vec<bool>>; DIMS],
    /// Every one of these is met by a line with one of these bits; 0 asks for none at all.
    venues: Vec<u64>,
}

impl Compiled {
    fn passes(&self, dim: Dim, at: u32) -> bool {
        self.passes[dim as usize].as_ref().is_none_or(|ok| ok[at as usize])
    }

    fn shelf(&self, s: &Shelf) -> bool {
        s.days.0 <= self.to
            && s.days.1 >= self.from
            && [Dim::Month, Dim::City, Dim::Region].into_iter().all(|d| self.passes(d, s.at[d as usize]))
    }

    fn deal(&self, asked: &[Dim], d: &Kept) -> bool {
        !d.gone
            && d.day >= self.from
            && d.day <= self.to
            && asked.iter().all(|dim| self.passes(*dim, d.at[*dim as usize - OF_SHELF]))
    }

    fn line(&self, l: &Line) -> bool {
        self.passes(Dim::Category, l.category)
            && self.passes(Dim::Fund, l.fund)
            && self.venues.iter().all(|v| if *v == 0 { l.venues == 0 } else { l.venues & v != 0 })
    }
}

impl Snapshot {
    fn compile(&self, f: &Filter) -> Compiled {
        let mut c = Compiled { from: f.from, to: f.to, passes: [const { None }; DIMS], venues: Vec::new() };
        let region = (Dim::Region, f.region.clone());
        for (dim, asked) in f.equal.iter().chain((!f.region.is_empty()).then_some(&region)) {
            let passes = self.names[*dim as usize].iter().map(|n| meets(*dim, n, asked));
            match dim {
                Dim::Venue if asked == NO_VENUE => c.venues.push(0),
                // A venue in which nothing was bought has no bit, so nothing meets it.
                Dim::Venue => {
                    let bits = passes.enumerate().filter(|(_, p)| *p).fold(0, |sum, (i, _)| sum | bit(i as u32));
                    c.venues.push(if bits == 0 { bit(u32::MAX) } else { bits });
                }
                _ => {
                    let mask = &mut c.passes[*dim as usize];
                    let old = mask.take();
                    *mask = Some(passes.enumerate().map(|(i, p)| p && old.as_ref().is_none_or(|o| o[i])).collect());
                }
            }
        }
        c
    }

    /// Looks at every line that meets a filter; the lines of an order come one after the other.
    fn each(&self, f: &Filter, now: u32, mut see: impl FnMut(&At<'_>)) {
        let c = self.compile(f);
        let all = [Dim::Unit, Dim::Supplier, Dim::Mode, Dim::Form, Dim::Size];
        let asked: Vec<Dim> = all.into_iter().filter(|d| c.passes[*d as usize].is_some()).collect();
        let mut nth = 0;
        for shelf in self.shelves.iter().filter(|s| c.shelf(s)) {
            for deal in shelf.deals.iter().filter(|d| c.deal(&asked, d)) {
                nth += 1;
                let mut first = true;
                for line in shelf.lines_of(deal).iter().filter(|l| c.line(l)) {
                    see(&At { shelf, deal, line, nth, first, now });
                    first = false;
                }
            }
        }
    }

    /// Figures of what meets a filter, by each of these dimensions or pairs of them, in one pass. `now` decides what is over,
    /// in seconds since 1970.
    pub fn tables<F: Figures>(&self, f: &Filter, wanted: &[(Dim, Option<Dim>)], now: u32) -> Tables<F> {
        let mut total = Cell::default();
        let mut groupings: Vec<Grouping<F>> = wanted.iter().map(|pair| Grouping::new(self, *pair)).collect();
        self.each(f, now, |at| {
            total.count(at, at.first);
            groupings.iter_mut().for_each(|g| g.add(at));
        });
        Tables { total, tables: groupings.into_iter().map(|g| g.finished(self)).collect() }
    }

    /// Figures of what meets a filter, all together.
    pub fn total(&self, f: &Filter, now: u32) -> Cell {
        self.tables::<Sum>(f, &[], now).total
    }

    /// Orders that meet a filter; with a mark only what counts for that figure. Some of them are listed, newest first. `now`
    /// as in [`Snapshot::tables`].
    pub fn orders(&self, f: &Filter, mark: Option<Mark>, now: u32, listed: std::ops::Range<usize>) -> Found {
        let mut all: Vec<(Day, i64, i64)> = Vec::new();
        self.each(f, now, |at| {
            let known = all.last().is_some_and(|last| last.1 == at.deal.order);
            let Some(amount) = mark.map_or(Some(at.line.amount), |m| marked(m, at, !known)) else { return };
            match all.last_mut() {
                Some(last) if known => last.2 += amount,
                _ => all.push((at.deal.day, at.deal.order, amount)),
            }
        });
        let (number, amount) = (all.len(), all.iter().map(|(.., amount)| amount).sum());
        // Only what is listed need be in order.
        if listed.end < number {
            all.select_nth_unstable_by(listed.end, |a, b| b.cmp(a));
            all.truncate(listed.end);
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        let orders = all.into_iter().skip(listed.start).map(|(_, order, amount)| (order, amount)).collect();
        Found { number, amount, orders }
    }

    /// Mean price of each product that meets a filter, fen.
    pub fn means(&self, f: &Filter) -> HashMap<i64, i64> {
        let mut sums: HashMap<i64, (i64, i64)> = HashMap::new();
        self.each(f, 0, |at| {
            let l = at.line;
            if l.product != 0 && l.quantity > 0 {
                let sum = sums.entry(l.product).or_default();
                *sum = (sum.0 + l.amount, sum.1 + l.quantity);
            }
        });
        sums.into_iter().map(|(product, (amount, quantity))| (product, amount / quantity)).collect()
    }
}

/// Where the cell of a row and a column is kept: by position while that fits, else by search. Positions hold one more than
/// the place of the cell.
enum Slots {
    Dense(Vec<u32>, usize),
    Sparse(HashMap<(u32, u32), u32>),
}

/// A cell while it is made, and the order that it counted last.
struct Slot<F> {
    row: u32,
    col: u32,
    last: u32,
    figures: F,
}

/// One grouping while it is made.
struct Grouping<F> {
    rows: Dim,
    cols: Option<Dim>,
    slots: Slots,
    cells: Vec<Slot<F>>,
    /// The place of what is in no venue: behind the last name.
    none: u32,
}

impl<F: Figures> Grouping<F> {
    fn new(all: &Snapshot, (rows, cols): (Dim, Option<Dim>)) -> Grouping<F> {
        // One place more for what is in no venue.
        let size = |d: Dim| all.names[d as usize].len() + 1;
        let (height, width) = (size(rows), cols.map_or(1, size));
        let slots = match height * width <= DENSE_MAX {
            true => Slots::Dense(vec![0; height * width], width),
            false => Slots::Sparse(HashMap::new()),
        };
        Grouping { rows, cols, slots, cells: Vec::new(), none: all.names[Dim::Venue as usize].len() as u32 }
    }

    fn add(&mut self, at: &At<'_>) {
        let of = |dim: Dim| value(dim, at.shelf, at.deal, at.line);
        // Only venues have several values; everything else goes through once.
        if self.rows != Dim::Venue && self.cols != Some(Dim::Venue) {
            return self.hit(of(self.rows), self.cols.map_or(0, of), at);
        }
        let none = self.none;
        let values = |dim: Dim| match (dim, at.line.venues) {
            (Dim::Venue, 0) => vec![none],
            (Dim::Venue, bits) => (0..64).filter(|i| bits & (1 << i) != 0).collect(),
            _ => vec![of(dim)],
        };
        let cols = self.cols.map_or(vec![0], values);
        for row in values(self.rows) {
            for col in &cols {
                self.hit(row, *col, at);
            }
        }
    }

    fn hit(&mut self, row: u32, col: u32, at: &At<'_>) {
        let place = match &mut self.slots {
            Slots::Dense(all, width) => &mut all[row as usize * *width + col as usize],
            Slots::Sparse(all) => all.entry((row, col)).or_insert(0),
        };
        if *place == 0 {
            self.cells.push(Slot { row, col, last: 0, figures: F::default() });
            *place = self.cells.len() as u32;
        }
        let slot = &mut self.cells[*place as usize - 1];
        // An order counts once in each cell, whatever number of its lines is there.
        slot.figures.count(at, slot.last != at.nth);
        slot.last = at.nth;
    }

    fn finished(self, all: &Snapshot) -> Cells<F> {
        let empty: Arc<str> = NO_VENUE.into();
        let name = |dim: Dim, at: u32| all.names[dim as usize].get(at as usize).unwrap_or(&empty).clone();
        let col = |at: u32| self.cols.map_or_else(|| empty.clone(), |d| name(d, at));
        let mut cells: Cells<F> = self.cells.iter().map(|s| (name(self.rows, s.row), col(s.col), s.figures)).collect();
        cells.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        cells
    }
}

/// What of a line counts for a figure, fen; None when nothing of it does. `first` is the first line of its order that does.
fn marked(mark: Mark, at: &At<'_>, first: bool) -> Option<i64> {
    let (l, d) = (at.line, at.deal);
    let (counts, amount) = match mark {
        Mark::Sme => (d.sme, l.amount),
        Mark::Venue => (l.venues != 0, l.amount),
        Mark::Contested => (d.quotes > 0, l.amount),
        Mark::Thin => (d.quotes > 0 && d.quotes < 4, l.amount),
        Mark::Overdue => {
            (over(d.clocks[PAY], at.now) && d.accepted > d.paid, if first { d.accepted - d.paid } else { 0 })
        }
        Mark::Based(i) => (l.base[i] > 0, l.amount),
        Mark::Saved(i) => (l.base[i] > 0, l.base[i] - l.amount),
        Mark::Kept(i) => (d.clocks[i].end == End::Kept, l.amount),
        Mark::Late(i) => (d.clocks[i].end == End::Late, l.amount),
        Mark::Over(i) => (over(d.clocks[i], at.now), l.amount),
    };
    counts.then_some(amount)
}

impl Figures for Sum {
    fn count(&mut self, at: &At<'_>, first: bool) {
        self.amount += at.line.amount;
        self.orders += i64::from(first);
    }
}

impl Figures for Cell {
    fn count(&mut self, at: &At<'_>, first: bool) {
        let (l, d) = (at.line, at.deal);
        self.amount += l.amount;
        self.sme += if d.sme { l.amount } else { 0 };
        self.venue += if l.venues != 0 { l.amount } else { 0 };
        for i in 0..BASELINES.len() {
            if l.base[i] > 0 {
                self.savings[i].cost += l.amount;
                self.savings[i].base += l.base[i];
            }
        }
        if !first {
            return;
        }
        self.orders += 1;
        self.accepted += d.accepted;
        self.paid += d.paid;
        if d.quotes > 0 {
            self.contested += 1;
            self.quotes += i64::from(d.quotes - 1);
            self.thin += i64::from(d.quotes < 4);
        }
        for i in 0..CLOCKS.len() {
            let clock = d.clocks[i];
            match clock.end {
                End::Kept => self.clocks[i].kept += 1,
                End::Late => self.clocks[i].late += 1,
                End::Open => self.clocks[i].over += i64::from(over(clock, at.now)),
            }
            if i == PAY && over(clock, at.now) {
                self.overdue += (d.accepted - d.paid).max(0);
            }
        }
    }
}

//! All counted orders in memory, and one pass over them that answers every question.
use super::mark::over;
use super::{BASELINES, CLOCKS, Cell, Clock, Deal, Dim, End, Filter, Mark, PAY};
use crate::calendar::{Day, civil};
use std::collections::HashMap;

/// The values that a dimension has, each once.
#[derive(Debug, Default)]
struct Names {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(at) = self.places.get(name) {
            return *at;
        }
        let at = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.places.insert(name.to_owned(), at);
        at
    }
}

/// Dimensions of an order, in the order of [`Dim`] without those of lines.
const OF_ORDER: usize = 8;
const DIMS: usize = Dim::ALL.len();

#[derive(Debug)]
struct Kept {
    order: i64,
    day: Day,
    at: [u32; OF_ORDER],
    /// One more than the number of quotes; 0 where nobody competes.
    quotes: u32,
    clocks: [Clock; 4],
    accepted: i64,
    paid: i64,
    gone: bool,
    sme: bool,
}

#[derive(Debug)]
struct Line {
    deal: u32,
    category: u32,
    fund: u32,
    /// A bit for each venue.
    venues: u64,
    product: i64,
    quantity: i64,
    amount: i64,
    base: [i64; 4],
}

/// All counted orders.
#[derive(Debug, Default)]
pub struct Cube {
    names: [Names; DIMS],
    deals: Vec<Kept>,
    lines: Vec<Line>,
    known: HashMap<i64, u32>,
}

/// An answer: the values of rows and columns, and the figures where there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Everything together.
    pub total: Cell,
    /// Row, column (empty without columns) and figures, sorted by row and column.
    pub cells: Vec<(String, String, Cell)>,
}

/// The value of lines that are in no venue.
const NO_VENUE: &str = "";

fn month_of(day: Day) -> String {
    let (year, month, _) = civil(day);
    format!("{year}-{month:02}")
}

/// Does a dimension's value meet what is asked?
fn meets(dim: Dim, value: &str, asked: &str) -> bool {
    match dim {
        Dim::Category | Dim::Region => value.starts_with(asked),
        _ => value == asked,
    }
}

/// The filter against the names: for each dimension of an order which values pass, and the same for lines.
struct Compiled {
    from: Day,
    to: Day,
    orders: Vec<(usize, Vec<bool>)>,
    categories: Option<Vec<bool>>,
    funds: Option<Vec<bool>>,
    /// Every one of these is met by a line with one of these bits; 0 asks for none at all.
    venues: Vec<u64>,
}

/// Where the cell of a row and a column is kept: by position while that fits, else by search. Positions hold one more than
/// the place of the cell.
enum Slots {
    Dense(Vec<u32>, usize),
    Sparse(HashMap<(u32, u32), u32>),
}

/// Cells that are kept by position at most.
const DENSE_MAX: usize = 1 << 22;

/// One grouping while it is made.
struct Grouping {
    rows: Dim,
    cols: Option<Dim>,
    slots: Slots,
    cells: Vec<(u32, u32, u32, Cell)>,
}

impl Cube {
    /// Writes an order, or what has changed of it since.
    pub fn put(&mut self, d: &Deal) {
        if let Some(at) = self.known.get(&d.order) {
            let k = &mut self.deals[*at as usize];
            (k.clocks, k.accepted, k.paid, k.gone) = (d.clocks, d.accepted, d.paid, d.gone);
            return;
        }
        let deal = self.deals.len() as u32;
        let city = format!("{}00", d.region.get(..4).unwrap_or(&d.region));
        let values: [&str; OF_ORDER] = [
            &month_of(d.day),
            &city,
            &d.region,
            &d.unit.to_string(),
            &d.supplier.to_string(),
            &d.mode,
            &d.form,
            &d.size,
        ];
        let mut at = [0; OF_ORDER];
        for (i, value) in values.into_iter().enumerate() {
            at[i] = self.names[i].place(value);
        }
        for p in &d.lines {
            let venue = |n: &mut Names, key: &String| 1_u64 << n.place(key).min(63);
            let venues = p.venues.iter().fold(0, |sum, key| sum | venue(&mut self.names[Dim::Venue as usize], key));
            self.lines.push(Line {
                deal,
                category: self.names[Dim::Category as usize].place(&p.category),
                fund: self.names[Dim::Fund as usize].place(&p.fund),
                venues,
                product: p.product,
                quantity: p.quantity,
                amount: p.amount,
                base: p.base,
            });
        }
        self.known.insert(d.order, deal);
        self.deals.push(Kept {
            order: d.order,
            day: d.day,
            at,
            quotes: d.quotes.map_or(0, |n| n + 1),
            clocks: d.clocks,
            accepted: d.accepted,
            paid: d.paid,
            gone: d.gone,
            sme: d.size != "large",
        });
    }

    /// How many orders it holds, those among them that no longer count.
    pub fn len(&self) -> usize {
        self.deals.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.deals.is_empty()
    }

    fn compile(&self, f: &Filter) -> Compiled {
        let mut c =
            Compiled { from: f.from, to: f.to, orders: Vec::new(), categories: None, funds: None, venues: Vec::new() };
        let region = (Dim::Region, f.region.clone());
        let asked = f.equal.iter().chain((!f.region.is_empty()).then_some(&region));
        for (dim, value) in asked {
            let names = &self.names[*dim as usize].list;
            let passes = names.iter().map(|n| meets(*dim, n, value));
            match dim {
                Dim::Category | Dim::Fund => {
                    let mask = if *dim == Dim::Category { &mut c.categories } else { &mut c.funds };
                    let old = mask.take();
                    *mask = Some(passes.enumerate().map(|(i, p)| p && old.as_ref().is_none_or(|o| o[i])).collect());
                }
                Dim::Venue if value == NO_VENUE => c.venues.push(0),
                // A venue in which nothing was bought has no bit, so nothing meets it.
                Dim::Venue => {
                    let bits = passes.enumerate().filter(|(_, p)| *p).fold(0, |sum, (i, _)| sum | 1_u64 << i.min(63));
                    c.venues.push(if bits == 0 { 1 << 63 } else { bits });
                }
                _ => c.orders.push((*dim as usize, passes.collect())),
            }
        }
        c
    }

    /// Lines that meet a filter, with their orders.
    fn found<'a>(&'a self, c: &'a Compiled) -> impl Iterator<Item = (&'a Line, &'a Kept)> {
        self.lines.iter().filter_map(move |l| {
            let d = &self.deals[l.deal as usize];
            let order =
                !d.gone && d.day >= c.from && d.day <= c.to && c.orders.iter().all(|(i, ok)| ok[d.at[*i] as usize]);
            let line = order
                && c.categories.as_ref().is_none_or(|ok| ok[l.category as usize])
                && c.funds.as_ref().is_none_or(|ok| ok[l.fund as usize])
                && c.venues.iter().all(|v| if *v == 0 { l.venues == 0 } else { l.venues & v != 0 });
            line.then_some((l, d))
        })
    }

    /// Figures of what meets a filter, by each of these dimensions or pairs of them, in one pass. `now` decides what is over,
    /// in seconds since 1970.
    pub fn tables(&self, f: &Filter, wanted: &[(Dim, Option<Dim>)], now: u32) -> Vec<Table> {
        let compiled = self.compile(f);
        let mut total = (u32::MAX, Cell::default());
        let mut groupings: Vec<Grouping> = wanted
            .iter()
            .map(|(rows, cols)| {
                // One place more for what is in no venue.
                let size = |d: Dim| self.names[d as usize].list.len() + 1;
                let (height, width) = (size(*rows), cols.map_or(1, size));
                let slots = match height * width <= DENSE_MAX {
                    true => Slots::Dense(vec![0; height * width], width),
                    false => Slots::Sparse(HashMap::new()),
                };
                Grouping { rows: *rows, cols: *cols, slots, cells: Vec::new() }
            })
            .collect();
        let none = self.names[Dim::Venue as usize].list.len() as u32;
        for (l, d) in self.found(&compiled) {
            count(&mut total.1, l, d, total.0 != l.deal, now);
            total.0 = l.deal;
            for g in &mut groupings {
                g.add(l, d, now, none);
            }
        }
        groupings.into_iter().map(|g| self.finished(g, total.1)).collect()
    }

    /// Figures of what meets a filter, all together.
    pub fn total(&self, f: &Filter, now: u32) -> Cell {
        self.tables(f, &[(Dim::Month, None)], now).pop().map_or(Cell::default(), |t| t.total)
    }

    fn finished(&self, g: Grouping, total: Cell) -> Table {
        // What is in no venue stands behind the last name.
        let name = |dim: Dim, at: u32| {
            self.names[dim as usize].list.get(at as usize).map_or_else(|| NO_VENUE.to_owned(), Clone::clone)
        };
        let cell = |(row, col, _, cell): (u32, u32, u32, Cell)| {
            (name(g.rows, row), g.cols.map_or(String::new(), |d| name(d, col)), cell)
        };
        let mut cells: Vec<_> = g.cells.into_iter().map(cell).collect();
        cells.sort_unstable_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        Table { total, cells }
    }

    /// Orders that meet a filter, newest first, each with the amount of its lines that meet it; with a mark only what counts
    /// for that figure. `now` as in [`Cube::tables`].
    pub fn orders(&self, f: &Filter, mark: Option<Mark>, now: u32) -> Vec<(i64, i64)> {
        let compiled = self.compile(f);
        let mut out: Vec<(Day, i64, i64)> = Vec::new();
        for (l, d) in self.found(&compiled) {
            let known = out.last().is_some_and(|last| last.1 == d.order);
            let Some(amount) = mark.map_or(Some(l.amount), |m| marked(m, l, d, !known, now)) else { continue };
            match out.last_mut() {
                Some(last) if known => last.2 += amount,
                _ => out.push((d.day, d.order, amount)),
            }
        }
        out.sort_unstable_by(|a, b| b.cmp(a));
        out.into_iter().map(|(_, order, amount)| (order, amount)).collect()
    }

    /// Mean price of each product that meets a filter, fen.
    pub fn means(&self, f: &Filter) -> HashMap<i64, i64> {
        let compiled = self.compile(f);
        let mut sums: HashMap<i64, (i64, i64)> = HashMap::new();
        for (l, _) in self.found(&compiled).filter(|(l, _)| l.product != 0 && l.quantity > 0) {
            let sum = sums.entry(l.product).or_default();
            *sum = (sum.0 + l.amount, sum.1 + l.quantity);
        }
        sums.into_iter().map(|(product, (amount, quantity))| (product, amount / quantity)).collect()
    }
}

impl Grouping {
    fn add(&mut self, l: &Line, d: &Kept, now: u32, none: u32) {
        // Only venues have several values; everything else goes through once.
        if self.rows != Dim::Venue && self.cols != Some(Dim::Venue) {
            let col = self.cols.map_or(0, |c| value(c, l, d));
            return self.hit(value(self.rows, l, d), col, l, d, now);
        }
        let venues: Vec<u32> = match l.venues {
            0 => vec![none],
            bits => (0..64).filter(|i| bits & (1 << i) != 0).collect(),
        };
        let values = |dim: Dim| if dim == Dim::Venue { venues.clone() } else { vec![value(dim, l, d)] };
        let cols = self.cols.map_or(vec![0], values);
        for row in values(self.rows) {
            for col in &cols {
                self.hit(row, *col, l, d, now);
            }
        }
    }

    fn hit(&mut self, row: u32, col: u32, l: &Line, d: &Kept, now: u32) {
        let slot = match &mut self.slots {
            Slots::Dense(all, width) => &mut all[row as usize * *width + col as usize],
            Slots::Sparse(all) => all.entry((row, col)).or_insert(0),
        };
        if *slot == 0 {
            self.cells.push((row, col, u32::MAX, Cell::default()));
            *slot = self.cells.len() as u32;
        }
        let (.., last, cell) = &mut self.cells[*slot as usize - 1];
        // The lines of an order stand together, so an order is counted once in each cell.
        count(cell, l, d, *last != l.deal, now);
        *last = l.deal;
    }
}

fn value(dim: Dim, l: &Line, d: &Kept) -> u32 {
    match dim {
        Dim::Category => l.category,
        Dim::Fund => l.fund,
        _ => d.at[dim as usize],
    }
}

/// What of a line counts for a figure, fen; None when nothing of it does. `first` is the first line of its order that does.
fn marked(mark: Mark, l: &Line, d: &Kept, first: bool, now: u32) -> Option<i64> {
    let (counts, amount) = match mark {
        Mark::Sme => (d.sme, l.amount),
        Mark::Venue => (l.venues != 0, l.amount),
        Mark::Contested => (d.quotes > 0, l.amount),
        Mark::Thin => (d.quotes > 0 && d.quotes < 4, l.amount),
        Mark::Overdue => (over(d.clocks[PAY], now) && d.accepted > d.paid, if first { d.accepted - d.paid } else { 0 }),
        Mark::Based(i) => (l.base[i] > 0, l.amount),
        Mark::Saved(i) => (l.base[i] > 0, l.base[i] - l.amount),
        Mark::Kept(i) => (d.clocks[i].end == End::Kept, l.amount),
        Mark::Late(i) => (d.clocks[i].end == End::Late, l.amount),
        Mark::Over(i) => (over(d.clocks[i], now), l.amount),
    };
    counts.then_some(amount)
}

fn count(c: &mut Cell, l: &Line, d: &Kept, first: bool, now: u32) {
    c.amount += l.amount;
    c.sme += if d.sme { l.amount } else { 0 };
    c.venue += if l.venues != 0 { l.amount } else { 0 };
    for i in 0..BASELINES.len() {
        if l.base[i] > 0 {
            c.savings[i].cost += l.amount;
            c.savings[i].base += l.base[i];
        }
    }
    if !first {
        return;
    }
    c.orders += 1;
    c.accepted += d.accepted;
    c.paid += d.paid;
    if d.quotes > 0 {
        c.contested += 1;
        c.quotes += i64::from(d.quotes - 1);
        c.thin += i64::from(d.quotes < 4);
    }
    for i in 0..CLOCKS.len() {
        let clock = d.clocks[i];
        match clock.end {
            End::Kept => c.clocks[i].kept += 1,
            End::Late => c.clocks[i].late += 1,
            End::Open => c.clocks[i].over += i64::from(over(clock, now)),
        }
        if i == PAY && over(clock, now) {
            c.overdue += (d.accepted - d.paid).max(0);
        }
    }
}

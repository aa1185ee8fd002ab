//! All counted orders in memory: how they are kept, and how they are brought up to date while others read.
use super::{Clock, Deal, Dim};
use crate::calendar::{Day, civil};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const DIMS: usize = Dim::ALL.len();
/// Dimensions that all orders of a shelf have in common; they come first in [`Dim`].
pub(super) const OF_SHELF: usize = 3;
/// Dimensions of an order that tell the orders of a shelf apart; they come next.
const OF_DEAL: usize = 5;
/// Venues that have a bit of their own; what comes later shares the last one.
const LAST_VENUE: u32 = 63;

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub order: i64,
    pub accepted: i64,
    pub paid: i64,
    pub day: Day,
    pub at: [u32; OF_DEAL],
    /// Its lines are those from here to there.
    pub first: u32,
    pub end: u32,
    /// One more than the number of quotes; 0 where nobody competes.
    pub quotes: u32,
    pub clocks: [Clock; 4],
    pub gone: bool,
    pub sme: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub amount: i64,
    pub base: [i64; 4],
    pub product: i64,
    pub quantity: i64,
    /// A bit for each venue.
    pub venues: u64,
    pub category: u32,
    pub fund: u32,
}

/// The orders of one region and one month: questions about a place and a span look at its shelves only.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub at: [u32; OF_SHELF],
    /// Days of the first and the last order on it.
    pub days: (Day, Day),
    pub deals: Vec<Kept>,
    pub lines: Vec<Line>,
}

impl Shelf {
    /// The lines of an order on it.
    pub fn lines_of(&self, d: &Kept) -> &[Line] {
        &self.lines[d.first as usize..d.end as usize]
    }
}

/// All counted orders at one moment. What comes later does not change it, so that nobody waits for anybody.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The values that each dimension has, each once.
    pub(super) names: [Arc<Vec<Arc<str>>>; DIMS],
    pub(super) shelves: Arc<Vec<Arc<Shelf>>>,
}

/// All counted orders, to be brought up to date.
#[derive(Debug, Default)]
pub struct Cube {
    now: Snapshot,
    places: [HashMap<Arc<str>, u32>; DIMS],
    /// By region and month.
    shelves: HashMap<(u32, u32), u32>,
    /// Shelf and place of each order.
    known: HashMap<i64, (u32, u32)>,
}

fn month_of(day: Day) -> String {
    let (year, month, _) = civil(day);
    format!("{year}-{month:02}")
}

impl Cube {
    /// How many orders it holds, those among them that no longer count.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Everything as it is now; costs nothing.
    pub fn snapshot(&self) -> Snapshot {
        self.now.clone()
    }

    fn place(&mut self, dim: Dim, name: &str) -> u32 {
        let places = &mut self.places[dim as usize];
        if let Some(at) = places.get(name) {
            return *at;
        }
        let list = Arc::make_mut(&mut self.now.names[dim as usize]);
        let (at, name) = (list.len() as u32, Arc::<str>::from(name));
        list.push(name.clone());
        places.insert(name, at);
        at
    }

    fn shelf(&mut self, at: [u32; OF_SHELF], day: Day) -> u32 {
        let key = (at[Dim::Region as usize], at[Dim::Month as usize]);
        let shelves = &mut self.now.shelves;
        *self.shelves.entry(key).or_insert_with(|| {
            let shelves = Arc::make_mut(shelves);
            shelves.push(Arc::new(Shelf { at, days: (day, day), deals: Vec::new(), lines: Vec::new() }));
            shelves.len() as u32 - 1
        })
    }

    /// A shelf to write on; what a snapshot holds is copied first.
    fn open(&mut self, shelf: u32) -> &mut Shelf {
        Arc::make_mut(&mut Arc::make_mut(&mut self.now.shelves)[shelf as usize])
    }

    /// Writes an order, or what has changed of it since.
    pub fn put(&mut self, d: &Deal) {
        if let Some((shelf, at)) = self.known.get(&d.order).copied() {
            let k = &mut self.open(shelf).deals[at as usize];
            (k.clocks, k.accepted, k.paid, k.gone) = (d.clocks, d.accepted, d.paid, d.gone);
            return;
        }
        let city = format!("{}00", d.region.get(..4).unwrap_or(&d.region));
        let common = [
            self.place(Dim::Month, &month_of(d.day)),
            self.place(Dim::City, &city),
            self.place(Dim::Region, &d.region),
        ];
        let at = [
            self.place(Dim::Unit, &d.unit.to_string()),
            self.place(Dim::Supplier, &d.supplier.to_string()),
            self.place(Dim::Mode, &d.mode),
            self.place(Dim::Form, &d.form),
            self.place(Dim::Size, &d.size),
        ];
        let mut lines = Vec::with_capacity(d.lines.len());
        for p in &d.lines {
            let venues = p.venues.iter().fold(0, |sum, key| sum | bit(self.place(Dim::Venue, key)));
            lines.push(Line {
                category: self.place(Dim::Category, &p.category),
                fund: self.place(Dim::Fund, &p.fund),
                venues,
                product: p.product,
                quantity: p.quantity,
                amount: p.amount,
                base: p.base,
            });
        }
        let shelf = self.shelf(common, d.day);
        let s = self.open(shelf);
        s.days = (s.days.0.min(d.day), s.days.1.max(d.day));
        let (place, first) = (s.deals.len() as u32, s.lines.len() as u32);
        s.lines.extend(lines);
        s.deals.push(Kept {
            order: d.order,
            day: d.day,
            at,
            first,
            end: s.lines.len() as u32,
            quotes: d.quotes.map_or(0, |n| n + 1),
            clocks: d.clocks,
            accepted: d.accepted,
            paid: d.paid,
            gone: d.gone,
            sme: d.size != "large",
        });
        self.known.insert(d.order, (shelf, place));
    }
}

/// The bit of a venue.
pub(super) fn bit(venue: u32) -> u64 {
    1 << venue.min(LAST_VENUE)
}

/// The value of a dimension; what has several, such as venues, has none here.
pub(super) fn value(dim: Dim, s: &Shelf, d: &Kept, l: &Line) -> u32 {
    match dim {
        Dim::Category => l.category,
        Dim::Fund => l.fund,
        Dim::Month | Dim::City | Dim::Region => s.at[dim as usize],
        _ => d.at[dim as usize - OF_SHELF],
    }
}

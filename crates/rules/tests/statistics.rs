//! The cube against somebody who adds up by hand: the same orders in plain lists, every question answered by walking all of
//! them. A failing seed is named.
use rules::calendar::{Day, civil, day_from};
use rules::statistics::{
    Cell, Clock, Cube, Deal, Dim, End, Filter, Mark, PAY, Part, Sum, concentration, december, year_end,
};
use std::collections::{BTreeMap, BTreeSet};

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, n: u64) -> i64 {
        (self.roll() % n) as i64
    }

    fn pick(&mut self, of: &[&str]) -> String {
        of[self.below(of.len() as u64) as usize].to_owned()
    }
}

const NOW: u32 = 1_800_000_000;

fn first() -> Day {
    day_from(2025, 1, 1).unwrap_or(0)
}

fn clock(d: &mut Dice) -> Clock {
    let due = if d.below(4) == 0 { 0 } else { (i64::from(NOW) - 1_000 + d.below(2_000)) as u32 };
    Clock { due, end: [End::Open, End::Kept, End::Late][d.below(3) as usize] }
}

fn deal(d: &mut Dice, order: i64) -> Deal {
    let lines = (0..=d.below(3)).map(|_| {
        let amount = 1 + d.below(500_000);
        let mut base = [0; 4];
        for b in &mut base {
            *b = if d.below(3) == 0 { 0 } else { 1 + d.below(600_000) };
        }
        let venues: BTreeSet<String> = (0..d.below(3)).map(|_| d.pick(&["local", "poverty", "green"])).collect();
        Part {
            category: d.pick(&["A0201", "A0202", "C0301"]),
            fund: d.pick(&["一般公共预算", "其他"]),
            venues: venues.into_iter().collect(),
            product: d.below(5),
            quantity: 1 + d.below(9),
            amount,
            base,
        }
    });
    Deal {
        lines: lines.collect(),
        order,
        day: first() + d.below(500) as Day,
        region: d.pick(&["370112", "370102", "370300", "370000"]),
        unit: d.below(6),
        supplier: 100 + d.below(5),
        mode: d.pick(&["supermarket", "batch", "fixed"]),
        form: d.pick(&["direct", "auction"]),
        size: d.pick(&["micro", "small", "medium", "large"]),
        quotes: [None, Some(0), Some(2), Some(3), Some(7)][d.below(5) as usize],
        clocks: [clock(d), clock(d), clock(d), clock(d)],
        accepted: d.below(900_000),
        paid: d.below(900_000),
        gone: d.below(10) == 0,
    }
}

fn values(dim: Dim, d: &Deal, p: &Part) -> Vec<String> {
    let (year, month, _) = civil(d.day);
    match dim {
        Dim::Month => vec![format!("{year}-{month:02}")],
        Dim::City => vec![format!("{}00", &d.region[..4])],
        Dim::Region => vec![d.region.clone()],
        Dim::Unit => vec![d.unit.to_string()],
        Dim::Supplier => vec![d.supplier.to_string()],
        Dim::Mode => vec![d.mode.clone()],
        Dim::Form => vec![d.form.clone()],
        Dim::Size => vec![d.size.clone()],
        Dim::Category => vec![p.category.clone()],
        Dim::Fund => vec![p.fund.clone()],
        Dim::Venue if p.venues.is_empty() => vec![String::new()],
        Dim::Venue => p.venues.clone(),
    }
}

/// By hand: which lines of which orders.
fn chosen<'a>(deals: &'a [Deal], f: &Filter) -> Vec<(&'a Deal, &'a Part)> {
    let asked = |d: &Deal, p: &Part| {
        f.equal.iter().all(|(dim, value)| match dim {
            Dim::Category => p.category.starts_with(value.as_str()),
            Dim::Region => d.region.starts_with(value.as_str()),
            _ => values(*dim, d, p).contains(value),
        })
    };
    let all = deals.iter().filter(|d| !d.gone && d.day >= f.from && d.day <= f.to && d.region.starts_with(&f.region));
    all.flat_map(|d| d.lines.iter().map(move |p| (d, p))).filter(|(d, p)| asked(d, p)).collect()
}

fn by_hand(lines: &[(&Deal, &Part)]) -> Cell {
    let mut c = Cell::default();
    let orders: BTreeMap<i64, &Deal> = lines.iter().map(|(d, _)| (d.order, *d)).collect();
    c.orders = orders.len() as i64;
    c.amount = lines.iter().map(|(_, p)| p.amount).sum();
    c.sme = lines.iter().filter(|(d, _)| d.size != "large").map(|(_, p)| p.amount).sum();
    c.venue = lines.iter().filter(|(_, p)| !p.venues.is_empty()).map(|(_, p)| p.amount).sum();
    for i in 0..4 {
        let known = || lines.iter().filter(|(_, p)| p.base[i] > 0);
        c.savings[i].cost = known().map(|(_, p)| p.amount).sum();
        c.savings[i].base = known().map(|(_, p)| p.base[i]).sum();
    }
    for d in orders.values() {
        c.contested += i64::from(d.quotes.is_some());
        c.quotes += i64::from(d.quotes.unwrap_or(0));
        c.thin += i64::from(d.quotes.is_some_and(|n| n < 3));
        c.accepted += d.accepted;
        c.paid += d.paid;
        for i in 0..4 {
            let over = d.clocks[i].end == End::Open && d.clocks[i].due > 0 && d.clocks[i].due < NOW;
            c.clocks[i].kept += i64::from(d.clocks[i].end == End::Kept);
            c.clocks[i].late += i64::from(d.clocks[i].end == End::Late);
            c.clocks[i].over += i64::from(over);
            if i == PAY && over && d.accepted > d.paid {
                c.overdue += d.accepted - d.paid;
            }
        }
    }
    c
}

fn filter(d: &mut Dice) -> Filter {
    let from = first() + d.below(400) as Day;
    let mut f = Filter {
        from,
        to: from + d.below(200) as Day,
        region: d.pick(&["", "37", "3701", "370112", "41"]),
        equal: vec![],
    };
    for _ in 0..d.below(3) {
        let pair = match d.below(6) {
            0 => (Dim::Category, d.pick(&["A", "A0201", "C", "B"])),
            1 => (Dim::Venue, d.pick(&["local", "", "nowhere"])),
            2 => (Dim::Mode, d.pick(&["batch", "fixed"])),
            3 => (Dim::Unit, d.below(6).to_string()),
            4 => (Dim::Fund, d.pick(&["其他", "一般公共预算"])),
            _ => (Dim::Size, d.pick(&["micro", "large"])),
        };
        f.equal.push(pair);
    }
    f
}

/// What a table says of a figure: orders and fen, where it says so.
fn figure(c: &Cell, mark: Mark) -> (Option<i64>, Option<i64>) {
    match mark {
        Mark::Sme => (None, Some(c.sme)),
        Mark::Venue => (None, Some(c.venue)),
        Mark::Contested => (Some(c.contested), None),
        Mark::Thin => (Some(c.thin), None),
        Mark::Overdue => (None, Some(c.overdue)),
        Mark::Based(i) => (None, Some(c.savings[i].cost)),
        Mark::Saved(i) => (None, Some(c.savings[i].saved())),
        Mark::Kept(i) => (Some(c.clocks[i].kept), None),
        Mark::Late(i) => (Some(c.clocks[i].late), None),
        Mark::Over(i) => (Some(c.clocks[i].over), None),
    }
}

#[test]
fn the_cube_answers_what_adding_up_by_hand_answers() {
    for seed in 0..120 {
        let mut d = Dice(seed * 7919 + 1);
        let mut deals: Vec<Deal> = (1..=d.below(80) + 1).map(|n| deal(&mut d, n)).collect();
        let mut cube = Cube::default();
        deals.iter().for_each(|x| cube.put(x));
        // Then time goes on: deadlines end, money is paid, contracts are cancelled.
        for x in &mut deals {
            if d.below(3) == 0 {
                let old = std::mem::take(x);
                *x = Deal { clocks: [clock(&mut d); 4], paid: d.below(900_000), gone: d.below(4) == 0, ..old };
                cube.put(x);
            }
        }
        assert_eq!(cube.len(), deals.len(), "seed {seed}");
        let now = cube.snapshot();
        for _ in 0..20 {
            let f = filter(&mut d);
            let rows = Dim::ALL[d.below(11) as usize].0;
            let cols = (d.below(2) == 0).then(|| Dim::ALL[d.below(11) as usize].0).filter(|c| *c != rows);
            let lines = chosen(&deals, &f);
            let table = now.tables::<Cell>(&f, &[(rows, cols)], NOW);
            assert_eq!(table.total, by_hand(&lines), "seed {seed}, {f:?}");
            assert_eq!(now.total(&f, NOW), table.total);
            let mut expected: BTreeMap<(String, String), Vec<(&Deal, &Part)>> = BTreeMap::new();
            for (x, p) in &lines {
                for row in values(rows, x, p) {
                    for col in cols.map_or(vec![String::new()], |c| values(c, x, p)) {
                        expected.entry((row.clone(), col)).or_default().push((x, p));
                    }
                }
            }
            let expected: Vec<_> = expected.into_iter().map(|((r, c), l)| (r.into(), c.into(), by_hand(&l))).collect();
            assert_eq!(table.tables, [expected], "seed {seed}, {rows:?} by {cols:?}, {f:?}");
            // The short figures are the same figures.
            let short: Vec<_> = table.tables[0]
                .iter()
                .map(|(r, c, x)| (r.clone(), c.clone(), Sum { orders: x.orders, amount: x.amount }))
                .collect();
            assert_eq!(now.tables::<Sum>(&f, &[(rows, cols)], NOW).tables, [short], "seed {seed}, {f:?}");
            // Every figure opens the orders it counts.
            for (row, col, cell) in &table.tables[0] {
                let mut narrow = f.with(rows, row);
                if let Some(c) = cols {
                    narrow = narrow.with(c, col);
                }
                let found = now.orders(&narrow, None, NOW, 0..usize::MAX);
                assert_eq!(found.number as i64, cell.orders, "seed {seed}, {narrow:?}");
                assert_eq!(found.orders.len(), found.number, "seed {seed}, {narrow:?}");
                assert_eq!(found.orders.iter().map(|(_, a)| a).sum::<i64>(), cell.amount, "seed {seed}, {narrow:?}");
                assert_eq!(found.amount, cell.amount, "seed {seed}, {narrow:?}");
                // A page of them is the same page.
                let (from, to) = (found.number / 3, found.number * 2 / 3);
                let page = now.orders(&narrow, None, NOW, from..to);
                assert_eq!(page.orders, found.orders[from..to], "seed {seed}, {narrow:?}");
                assert_eq!((page.number, page.amount), (found.number, found.amount), "seed {seed}, {narrow:?}");
            }
            for (_, mark, word) in Mark::all() {
                let found = now.orders(&f, Some(mark), NOW, 0..usize::MAX);
                let (number, sum) = figure(&table.total, mark);
                if let Some(number) = number {
                    assert_eq!(found.number as i64, number, "seed {seed}, {word}, {f:?}");
                }
                if let Some(sum) = sum {
                    assert_eq!(found.amount, sum, "seed {seed}, {word}, {f:?}");
                }
            }
            let means = now.means(&f);
            for product in 1..5 {
                let of: Vec<&Part> = lines.iter().map(|(_, p)| *p).filter(|p| p.product == product).collect();
                let quantity: i64 = of.iter().map(|p| p.quantity).sum();
                let mean = (quantity > 0).then(|| of.iter().map(|p| p.amount).sum::<i64>() / quantity);
                assert_eq!(means.get(&product).copied(), mean, "seed {seed}, {f:?}");
            }
            assert!(!means.contains_key(&0), "what is no product has no price");
        }
    }
}

#[test]
fn what_comes_later_does_not_change_what_somebody_reads() {
    let (mut d, mut cube) = (Dice(3), Cube::default());
    let all = Filter { from: 0, to: Day::MAX, region: String::new(), equal: vec![] };
    let mut kept = Vec::new();
    for n in 1..60 {
        let mut x = Deal { gone: false, ..deal(&mut d, n) };
        cube.put(&x);
        x.paid += 1;
        kept.push((cube.snapshot(), cube.snapshot().total(&all, NOW)));
        cube.put(&x);
    }
    for (n, (snapshot, total)) in kept.iter().enumerate() {
        assert_eq!(snapshot.total(&all, NOW), *total);
        assert_eq!(total.orders, n as i64 + 1);
    }
    assert_eq!(cube.snapshot().total(&all, NOW).paid, kept[58].1.paid + 1);
}

#[test]
fn concentration_is_the_sum_of_squared_shares() {
    assert_eq!(concentration([].into_iter()), 0);
    assert_eq!(concentration([5_000].into_iter()), 10_000);
    assert_eq!(concentration([100, 100].into_iter()), 5_000);
    // 60 %, 30 %, 10 %: 3600 + 900 + 100.
    assert_eq!(concentration([6_000_000_000_000, 3_000_000_000_000, 1_000_000_000_000].into_iter()), 4_600);
}

#[test]
fn the_year_ends_as_last_year_did_or_evenly() {
    // Last year 40 % were spent by this day.
    assert_eq!(year_end(200, 1_000, (40, 100), (180, 365)), 500);
    // Never more than granted, never less than spent.
    assert_eq!(year_end(600, 1_000, (40, 100), (180, 365)), 1_000);
    assert_eq!(year_end(1_200, 1_000, (40, 100), (180, 365)), 1_200);
    // Without a last year: evenly over the days.
    assert_eq!(year_end(100, 1_000, (0, 0), (73, 365)), 500);
    assert_eq!(year_end(0, 1_000, (0, 90), (73, 365)), 0);
}

#[test]
fn december_has_what_it_had_last_year_or_its_days() {
    // Of what was still to come last year 70 % came in December.
    assert_eq!(december(1_000, (70, 100), 61), 700);
    assert_eq!(december(1_000, (0, 100), 61), 0);
    // Without a last year: 31 of the 62 days that are left, all of them in December itself.
    assert_eq!(december(1_000, (0, 0), 62), 500);
    assert_eq!(december(1_000, (0, 0), 10), 1_000);
    assert_eq!(december(1_000, (0, 0), 0), 0, "the last day");
    assert_eq!(december(-5, (70, 100), 61), 0);
    // In December last year's December is cut where this day was: the caller says what was still to come.
    assert_eq!(december(1_000, (40, 40), 15), 1_000);
}

//! From candidates to an answer: filters, counts, order, page.
use crate::index::{Col, Doc, Index, Quick};
use crate::{Answer, Hit, Query, Sort, ladder};
use std::collections::HashMap;

/// Flags counted: bits 0 to 15.
const FLAGS: u32 = 16;
/// Bounds of the price bands, fen.
const BANDS: [i64; 7] = [0, 5_000, 10_000, 50_000, 100_000, 300_000, 1_000_000];
/// Attribute names shown.
const ATTRS_MAX: usize = 6;
/// Attributes are counted up to so many results; beyond it they would not help to choose.
const ATTRS_UP_TO: usize = 20_000;

/// The filters a document fails, a bit each; counting leaves out one's own.
const BRAND: u32 = 1;
const CATEGORY: u32 = 2;
const FLAG: u32 = 4;
const ATTR: u32 = 8;
const PRICE: u32 = 16;
const HARD: u32 = 32;

struct Fit {
    doc: u32,
    score: f32,
    best: usize,
    offers: u32,
}

pub(crate) fn search(index: &Index, q: &Query) -> Answer {
    let (mut candidates, mut relaxed) = (None, None);
    if let Some((found, words)) = ladder::candidates(index, &q.text) {
        candidates = Some(found);
        relaxed = words;
    }
    let bit = q.region.as_deref().map(|r| index.region_bit(r));
    let brands: Vec<Option<u32>> = q.brands.iter().map(|b| index.brands.find(b)).collect();
    let in_category: Option<Vec<bool>> =
        q.category.as_deref().map(|p| index.categories.list.iter().map(|c| c.starts_with(p)).collect());
    let mut fits: Vec<Fit> = Vec::new();
    let mut counts = Counts::new(index);
    let mut see = |n: u32, score: f32| {
        let quick = &index.quick[n as usize];
        if !quick.alive {
            return;
        }
        let mut fails = 0;
        if !brands.is_empty() && !brands.contains(&Some(quick.brand)) {
            fails |= BRAND;
        }
        if in_category.as_ref().is_some_and(|c| !c[quick.category as usize]) {
            fails |= CATEGORY;
        }
        if quick.flags & q.flags != q.flags {
            fails |= FLAG;
        }
        // Two filters failed: it counts nowhere, whatever its offers are.
        if fails & (fails.wrapping_sub(1)) != 0 {
            return;
        }
        if !q.attrs.is_empty() && !has_attrs(&index.docs[n as usize], &q.attrs) {
            fails |= ATTR;
        }
        let (best, offers, any) =
            if quick.single { single(quick, q, bit) } else { offers(&index.docs[n as usize], q, bit) };
        if any == 0 {
            fails |= HARD;
        } else if offers == 0 {
            fails |= PRICE;
        }
        counts.see(quick, fails);
        if fails == 0 {
            fits.push(Fit { doc: n, score, best, offers });
        }
    };
    match &candidates {
        Some(list) => list.iter().for_each(|(n, score)| see(*n, *score)),
        None => (0..index.docs.len() as u32).for_each(|n| see(n, 0.0)),
    }
    let total = fits.len();
    let mut attrs = Vec::new();
    if total <= ATTRS_UP_TO && (candidates.is_some() || q.category.is_some()) {
        attrs = count_attrs(index, &fits);
    }
    let price_bands = bands(index, &fits);
    let size = q.size.max(1);
    let from = (q.page.max(1) - 1) * size;
    order(index, &mut fits, q.sort, from + size);
    let hits = fits.iter().skip(from).take(size).map(|f| hit(index, f)).collect();
    let mut answer = Answer { total, hits, attrs, price_bands, relaxed, ..Answer::default() };
    counts.into_answer(index, &mut answer);
    answer
}

fn hit(index: &Index, f: &Fit) -> Hit {
    let doc = &index.docs[f.doc as usize];
    let best = &doc.offers[f.best];
    Hit { product: doc.product.id, best_offer: best.id, price: best.price, offers: f.offers, sales: doc.sales }
}

/// The same as [`offers`] for a product with one offer, without looking it up.
fn single(c: &Quick, q: &Query, bit: Option<Option<usize>>) -> (usize, u32, u32) {
    let reaches = match bit {
        None => true,
        Some(None) => false,
        Some(Some(b)) => c.reach[b / 64] >> (b % 64) & 1 == 1,
    };
    if !reaches || q.supplier.is_some_and(|s| s != c.supplier) || (q.in_stock && c.stock <= 0) {
        return (0, 0, 0);
    }
    let dear = q.price_min.is_some_and(|p| c.price < p) || q.price_max.is_some_and(|p| c.price > p);
    (0, u32::from(!dear), 1)
}

/// The cheapest offer that fits, how many fit, and how many would without the price filter.
fn offers(doc: &Doc, q: &Query, bit: Option<Option<usize>>) -> (usize, u32, u32) {
    let reaches = |c: &Col| match bit {
        None => true,
        Some(None) => false,
        Some(Some(b)) => c.reach[b / 64] >> (b % 64) & 1 == 1,
    };
    let (mut best, mut n, mut any) = (0, 0, 0);
    for (i, c) in doc.offers.iter().enumerate() {
        if !reaches(c) || q.supplier.is_some_and(|s| s != c.supplier) || (q.in_stock && c.stock <= 0) {
            continue;
        }
        any += 1;
        if q.price_min.is_some_and(|p| c.price < p) || q.price_max.is_some_and(|p| c.price > p) {
            continue;
        }
        if n == 0 {
            best = i;
        }
        n += 1;
    }
    (best, n, any)
}

/// For each name asked for, one of its asked values.
fn has_attrs(doc: &Doc, asked: &[(String, String)]) -> bool {
    asked.iter().all(|(name, _)| {
        let values = asked.iter().filter(|(n, _)| n == name).map(|(_, v)| v);
        values.into_iter().any(|v| doc.product.attrs.iter().any(|(n, have)| n == name && have == v))
    })
}

struct Counts {
    brands: Vec<u32>,
    categories: Vec<u32>,
    flags: [u32; FLAGS as usize],
}

impl Counts {
    fn new(index: &Index) -> Counts {
        let (b, c) = (index.brands.list.len(), index.categories.list.len());
        Counts { brands: vec![0; b], categories: vec![0; c], flags: [0; FLAGS as usize] }
    }

    fn see(&mut self, doc: &Quick, fails: u32) {
        if fails & !BRAND == 0 {
            self.brands[doc.brand as usize] += 1;
        }
        if fails & !CATEGORY == 0 {
            self.categories[doc.category as usize] += 1;
        }
        if fails & !FLAG == 0 {
            let mut bits = doc.flags;
            while bits != 0 {
                let b = bits.trailing_zeros();
                if b < FLAGS {
                    self.flags[b as usize] += 1;
                }
                bits &= bits - 1;
            }
        }
    }

    fn into_answer(self, index: &Index, a: &mut Answer) {
        a.brands = most(&index.brands.list, &self.brands);
        a.categories = most(&index.categories.list, &self.categories);
        a.flags = self.flags.iter().enumerate().filter(|(_, n)| **n > 0).map(|(b, n)| (1 << b, *n as usize)).collect();
    }
}

fn most(names: &[String], counts: &[u32]) -> Vec<(String, usize)> {
    let mut out: Vec<(String, usize)> =
        names.iter().zip(counts).filter(|(_, n)| **n > 0).map(|(s, n)| (s.clone(), *n as usize)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}

fn count_attrs(index: &Index, fits: &[Fit]) -> Vec<(String, Vec<(String, usize)>)> {
    let mut counts = vec![0_u32; index.pairs.list.len()];
    for f in fits {
        for pair in &index.docs[f.doc as usize].attrs {
            counts[*pair as usize] += 1;
        }
    }
    let mut by_name: HashMap<&str, Vec<(String, usize)>> = HashMap::new();
    for (pair, n) in index.pairs.list.iter().zip(&counts).filter(|(_, n)| **n > 0) {
        if let Some((name, value)) = pair.split_once('\n') {
            by_name.entry(name).or_default().push((value.to_owned(), *n as usize));
        }
    }
    let mut names: Vec<(String, Vec<(String, usize)>)> = by_name.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    let sum = |v: &[(String, usize)]| v.iter().map(|(_, n)| n).sum::<usize>();
    names.sort_by(|a, b| sum(&b.1).cmp(&sum(&a.1)).then_with(|| a.0.cmp(&b.0)));
    names.truncate(ATTRS_MAX);
    for (_, values) in &mut names {
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    names
}

fn bands(index: &Index, fits: &[Fit]) -> Vec<(i64, Option<i64>, usize)> {
    let mut counts = [0_usize; BANDS.len()];
    for f in fits {
        let price = index.docs[f.doc as usize].offers[f.best].price;
        counts[BANDS.partition_point(|b| *b <= price).max(1) - 1] += 1;
    }
    (0..BANDS.len()).filter(|i| counts[*i] > 0).map(|i| (BANDS[i], BANDS.get(i + 1).copied(), counts[i])).collect()
}

/// Puts the first `wanted` in order; the rest need no order.
fn order(index: &Index, fits: &mut [Fit], sort: Sort, wanted: usize) {
    let doc = |f: &Fit| &index.docs[f.doc as usize];
    let price = |f: &Fit| doc(f).offers[f.best].price;
    let newest = |f: &Fit| doc(f).offers.iter().map(|o| o.at).max().unwrap_or(0);
    let credit = |f: &Fit| doc(f).offers[f.best].credit;
    let by = |a: &Fit, b: &Fit| {
        let first = match sort {
            Sort::Relevance => b.score.total_cmp(&a.score).then_with(|| doc(b).sales.cmp(&doc(a).sales)),
            Sort::PriceUp => price(a).cmp(&price(b)),
            Sort::PriceDown => price(b).cmp(&price(a)),
            Sort::Sales => doc(b).sales.cmp(&doc(a).sales),
            Sort::Newest => newest(b).cmp(&newest(a)),
        };
        first
            .then_with(|| credit(b).cmp(&credit(a)))
            .then_with(|| price(a).cmp(&price(b)))
            .then_with(|| doc(a).product.id.cmp(&doc(b).product.id))
    };
    if wanted < fits.len() {
        fits.select_nth_unstable_by(wanted, by);
        fits[..wanted].sort_unstable_by(by);
    } else {
        fits.sort_unstable_by(by);
    }
}

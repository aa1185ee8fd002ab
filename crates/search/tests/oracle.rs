//! Brute force as the oracle: filters, counts and order on small random catalogues.
use proptest::prelude::*;
use search::{Change, Engine, Offer, Product, Query, Region, Sort};
use std::collections::BTreeMap;

const REGIONS: [(&str, Option<&str>); 4] =
    [("37", None), ("3701", Some("37")), ("370112", Some("3701")), ("3702", Some("37"))];

type Raw = (usize, usize, u32, Vec<(i64, i64, usize)>);

fn build(raw: &[Raw]) -> (Engine, Vec<Product>, Vec<Offer>) {
    let regions: Vec<Region> =
        REGIONS.iter().map(|(c, p)| Region { code: (*c).into(), parent: p.map(str::to_owned) }).collect();
    let engine = Engine::new("", &regions, &[]);
    let (mut products, mut offers) = (Vec::new(), Vec::new());
    for (i, (brand, category, flags, list)) in raw.iter().enumerate() {
        let id = i as i64 + 1;
        let (brand, category) = (["甲", "乙", "丙"][*brand], ["A0101", "A0102", "A0201"][*category]);
        products.push(Product {
            id,
            category: category.into(),
            brand: brand.into(),
            model: format!("M{id}"),
            title: format!("{brand}品"),
            words: String::new(),
            attrs: vec![],
            flags: *flags,
            picture: String::new(),
        });
        for (n, (price, stock, area)) in list.iter().enumerate() {
            offers.push(Offer {
                id: id * 100 + n as i64,
                product: id,
                supplier: n as i64,
                price: *price,
                stock: *stock,
                areas: vec![REGIONS[*area].0.into()],
                sales: 0,
                credit: 100,
                at: 0,
            });
        }
    }
    engine.apply(products.iter().cloned().map(Change::Product).collect());
    engine.apply(offers.iter().cloned().map(Change::Offer).collect());
    (engine, products, offers)
}

/// Does an area reach a region? Codes are prefixes of what lies below them here.
fn reaches(area: &str, region: &str) -> bool {
    region.starts_with(area)
}

fn check(raw: &[Raw], q: &Query) {
    let (engine, products, offers) = build(raw);
    let fit_offers = |p: &Product, price: bool| -> Vec<&Offer> {
        let mut list: Vec<&Offer> = offers
            .iter()
            .filter(|o| o.product == p.id)
            .filter(|o| q.region.as_deref().is_none_or(|r| o.areas.iter().any(|a| reaches(a, r))))
            .filter(|o| !q.in_stock || o.stock > 0)
            .filter(|o| {
                !price || (q.price_min.is_none_or(|m| o.price >= m) && q.price_max.is_none_or(|m| o.price <= m))
            })
            .collect();
        list.sort_by_key(|o| (o.price, o.id));
        list
    };
    let others = |p: &Product, brand: bool, category: bool| {
        (!brand || q.brands.is_empty() || q.brands.contains(&p.brand))
            && (!category || q.category.as_deref().is_none_or(|c| p.category.starts_with(c)))
            && p.flags & q.flags == q.flags
            && !fit_offers(p, true).is_empty()
    };
    let mut want: Vec<(i64, i64)> =
        products.iter().filter(|p| others(p, true, true)).map(|p| (fit_offers(p, true)[0].price, p.id)).collect();
    want.sort();
    let answer = engine.search(q);
    assert_eq!(answer.total, want.len());
    let got: Vec<(i64, i64)> = answer.hits.iter().map(|h| (h.price, h.product)).collect();
    assert_eq!(got, want.into_iter().take(q.size).collect::<Vec<_>>());
    let mut brands: BTreeMap<&str, usize> = BTreeMap::new();
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    for p in &products {
        if others(p, false, true) {
            *brands.entry(&p.brand).or_default() += 1;
        }
        if others(p, true, false) {
            *categories.entry(&p.category).or_default() += 1;
        }
    }
    assert_eq!(answer.brands.iter().map(|(b, n)| (b.as_str(), *n)).collect::<BTreeMap<_, _>>(), brands);
    assert_eq!(answer.categories.iter().map(|(c, n)| (c.as_str(), *n)).collect::<BTreeMap<_, _>>(), categories);
}

proptest! {
    #[test]
    fn the_engine_agrees_with_brute_force(
        raw in prop::collection::vec((0..3usize, 0..3usize, 0..4u32, prop::collection::vec((1..9i64, 0..2i64, 0..4usize), 0..4)), 0..30),
        brand in prop::option::of(0..3usize), category in prop::option::of(0..3usize), flags in 0..4u32,
        region in prop::option::of(0..4usize), min in prop::option::of(1..9i64), max in prop::option::of(1..9i64), stock: bool,
    ) {
        let q = Query {
            brands: brand.map(|b| ["甲", "乙", "丙"][b].to_owned()).into_iter().collect(),
            category: category.map(|c| ["A01", "A0102", "A02"][c].to_owned()),
            flags,
            region: region.map(|r| REGIONS[r].0.to_owned()),
            price_min: min,
            price_max: max,
            in_stock: stock,
            sort: Sort::PriceUp,
            page: 1,
            size: 10,
            ..Query::default()
        };
        check(&raw, &q);
    }
}

#[test]
fn a_change_is_seen_by_the_next_search() {
    let (engine, _, offers) = build(&[(0, 0, 0, vec![(5, 1, 0), (3, 1, 0)])]);
    let q = Query { page: 1, size: 5, ..Query::default() };
    assert_eq!(engine.search(&q).hits[0].price, 3);
    engine.apply(vec![Change::Offer(Offer { price: 9, ..offers[1].clone() })]);
    assert_eq!(engine.search(&q).hits[0].price, 5);
    engine.apply(vec![Change::DropOffer(offers[0].id), Change::DropOffer(offers[1].id)]);
    assert_eq!(engine.search(&q).total, 0);
}

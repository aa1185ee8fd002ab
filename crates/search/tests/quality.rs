//! Judged queries on the demo catalogue: what a person wants is on the first page.
use search::{Change, Engine, Offer, Product, Query, Region};
use std::collections::BTreeSet;
use std::path::Path;

const PAGE: usize = 20;
const RECALL_MIN: f64 = 0.98;
const QUERIES_MIN: usize = 150;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn catalogue() -> (Engine, Vec<Product>) {
    let names: Vec<(String, String)> =
        rows(&root().join("categories-2022.csv")).into_iter().map(|r| (r[0].clone(), r[1].clone())).collect();
    let synonyms = std::fs::read_to_string(root().join("synonyms.txt")).unwrap();
    let regions = [Region { code: "370000".into(), parent: None }];
    let engine = Engine::new(&synonyms, &regions, &names);
    let mut files: Vec<_> = std::fs::read_dir(root().join("catalogue")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut products = Vec::new();
    for file in files {
        for r in rows(&file) {
            let name = names.iter().find(|(c, _)| *c == r[0]).map_or("", |(_, n)| n);
            let id = products.len() as i64 + 1;
            let attrs = r[6].split(';').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect();
            let words = format!("{name} {}", r[11]);
            products.push(Product {
                id,
                category: r[0].clone(),
                brand: r[1].clone(),
                model: r[2].clone(),
                title: r[3].clone(),
                words,
                attrs,
                flags: 0,
                picture: String::new(),
            });
        }
    }
    engine.apply(products.iter().cloned().map(Change::Product).collect());
    let offer = |p: &Product| Offer {
        id: p.id,
        product: p.id,
        supplier: 1,
        price: 100,
        stock: 1,
        areas: vec!["370000".into()],
        sales: 0,
        credit: 100,
        at: 0,
    };
    engine.apply(products.iter().map(|p| Change::Offer(offer(p))).collect());
    (engine, products)
}

fn wanted(products: &[Product], rule: &str) -> BTreeSet<i64> {
    let fits = |p: &&Product| {
        rule.split('&').all(|part| match part.split_once('=').unwrap() {
            ("category", v) => p.category == v,
            ("brand", v) => p.brand == v,
            ("model", v) => p.model == v,
            ("title", v) => p.title.contains(v),
            (other, _) => panic!("no field {other}"),
        })
    };
    products.iter().filter(fits).map(|p| p.id).collect()
}

fn found(engine: &Engine, words: &str, size: usize) -> Vec<i64> {
    let q = Query { text: words.into(), page: 1, size, ..Query::default() };
    engine.search(&q).hits.iter().map(|h| h.product).collect()
}

#[test]
fn judged_queries_find_what_people_want() {
    let (engine, products) = catalogue();
    let judged = std::fs::read_to_string(root().join("search/judged.tsv")).unwrap();
    let lines: Vec<Vec<&str>> =
        judged.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect();
    assert!(lines.len() >= QUERIES_MIN, "{} queries", lines.len());
    let (mut sum, mut poor) = (0.0, Vec::new());
    for l in &lines {
        let want = wanted(&products, l[2]);
        assert!(!want.is_empty(), "{l:?} wants nothing");
        let got = found(&engine, l[1], PAGE);
        let hit = got.iter().filter(|id| want.contains(id)).count();
        let recall = hit as f64 / want.len().min(PAGE) as f64;
        sum += recall;
        if recall < 1.0 {
            poor.push(format!("{recall:.2} {l:?}"));
        }
    }
    let recall = sum / lines.len() as f64;
    println!("recall@{PAGE} {recall:.4} over {} queries; below 1: {poor:#?}", lines.len());
    assert!(recall >= RECALL_MIN, "recall {recall:.4}: {poor:#?}");
}

#[test]
fn variants_of_writing_find_the_same_set() {
    let (engine, _) = catalogue();
    let set = |words: &str| found(&engine, words, 1000).into_iter().collect::<BTreeSet<_>>();
    for group in [
        &["Z7503", "z7503", "Ｚ７５０３", "Z-7503", "z 7503", "Z_7503"][..],
        &["W1110A", "w1110a", "W-1110A", "Ｗ１１１０Ａ"],
        &["复印纸", "復印紙", " 复印纸 ", "复印纸　"],
        &["交换机", "交換機"],
        &["deli", "DELI", "Ｄｅｌｉ"],
        &["KFR-35GW", "kfr35gw", "KFR 35GW", "ＫＦＲ－３５ＧＷ"],
    ] {
        let first = set(group[0]);
        assert!(!first.is_empty(), "{} finds nothing", group[0]);
        for other in &group[1..] {
            assert_eq!(set(other), first, "{} and {other}", group[0]);
        }
    }
}

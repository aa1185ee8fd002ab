//! Offers of the demo: the catalogue's products at several suppliers, then as many generated ones as asked for.
use super::{Dice, Size, store, table};
use kit::db::Val;
use kit::{Entry, Fail, Result, params};
use rules::Fen;
use rules::calendar::day_of;
use rules::certificate::number_of;
use serde::Deserialize;
use supply::certificates::{self, Certificate};
use supply::offers::{NewOffer, NewProduct, put};
use watch::Watch;

/// Admin and order clerk of the supplier that the README's walk uses.
pub const GUIDE_ADMIN: &str = "lantian.guanli";
/// See [`GUIDE_ADMIN`].
pub const GUIDE_ORDERS: &str = "lantian.dingdan";

const FILES: [(&str, &str); 9] = [
    ("paper-office.csv", include_str!("../../../../data/catalogue/paper-office.csv")),
    ("it.csv", include_str!("../../../../data/catalogue/it.csv")),
    ("appliances.csv", include_str!("../../../../data/catalogue/appliances.csv")),
    ("furniture.csv", include_str!("../../../../data/catalogue/furniture.csv")),
    ("cleaning-daily.csv", include_str!("../../../../data/catalogue/cleaning-daily.csv")),
    ("lab-medical-teaching.csv", include_str!("../../../../data/catalogue/lab-medical-teaching.csv")),
    ("vehicles-services.csv", include_str!("../../../../data/catalogue/vehicles-services.csv")),
    ("food-832.csv", include_str!("../../../../data/catalogue/food-832.csv")),
    ("works-safety.csv", include_str!("../../../../data/catalogue/works-safety.csv")),
];

/// Suppliers that offer one product of the catalogue, at most.
const SELLERS_MAX: i64 = 5;
/// Rows of one transaction of generated goods.
const PIECE: u64 = 5_000;
/// Price points are spread over so many days before today.
const HISTORY_DAYS: i64 = 120;
const DAY: i64 = 86_400_000;
/// Demo certificates hold so many days before and after today.
const YEARS: i32 = 1_100;

#[derive(Deserialize, Clone)]
struct Line {
    category: String,
    brand: String,
    model: String,
    title: String,
    unit: String,
    price_yuan: String,
    attrs: String,
    flags: String,
    origin: String,
    certificate: String,
    per_unit: String,
    keywords: String,
}

/// A product of the catalogue with its usual price.
pub(crate) struct Good {
    /// The product.
    pub product: NewProduct,
    /// Price, fen.
    pub price: i64,
}

/// The products of the catalogue.
pub(crate) fn catalogue() -> Result<Vec<Good>> {
    let mut out = Vec::new();
    for (name, text) in FILES {
        for l in table::<Line>(name, text)? {
            let price =
                Fen::parse_yuan(&l.price_yuan).ok_or_else(|| Fail::Fault(format!("{name}: price {}", l.price_yuan)))?.0;
            let flags = supply::shelf::flags_of(&l.flags).map_err(|w| Fail::Fault(format!("{name}: flag {w}")))?;
            let attrs = l
                .attrs
                .split(';')
                .filter_map(|p| p.split_once('='))
                .map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
                .collect();
            let product = NewProduct {
                category: l.category,
                brand: l.brand,
                model: l.model,
                title: l.title,
                unit: l.unit,
                attrs,
                words: l.keywords,
                flags,
                origin: l.origin,
                certificate: l.certificate,
                per_unit: l.per_unit,
            };
            out.push(Good { product, price });
        }
    }
    Ok(out)
}

/// Makes the offers; returns how many there are.
pub async fn fill(watch: &Watch, size: Size, say: &mut (dyn FnMut(String) + Send)) -> Result<u64> {
    let goods = catalogue()?;
    let sellers = store::suppliers(watch.db()).await?;
    let mut dice = Dice::new(size.seed);
    let mut offers: Vec<NewOffer> = Vec::new();
    for g in &goods {
        let can: Vec<_> = sellers.iter().filter(|(_, _, cats)| admits(cats, &g.product.category)).collect();
        if can.is_empty() {
            return Err(Fail::Fault(format!("no demo supplier sells category {}", g.product.category)));
        }
        let wanted = dice.between(2, SELLERS_MAX + 1).min(can.len() as i64) as usize;
        let first = dice.between(0, can.len() as i64) as usize;
        for i in 0..wanted {
            let (id, areas, _) = can[(first + i) % can.len()];
            // Between 94 and 108 per cent of the catalogue's price, to the nearest ten fen where that is more than a yuan.
            let raw = g.price * dice.between(940, 1081) / 1000;
            let price = if raw > 1000 { raw / 10 * 10 } else { raw.max(1) };
            let stock = dice.between(20, 2000);
            offers.push(NewOffer {
                product: g.product.clone(),
                supplier: *id,
                price,
                stock,
                areas: areas.clone(),
                link: String::new(),
            });
        }
    }
    for piece in offers.chunks(500) {
        put_piece(watch, piece, size.seed).await?;
    }
    register(watch, &goods).await?;
    let mut made = offers.len() as u64;
    while made < size.offers {
        let n = PIECE.min(size.offers - made);
        generate(watch, &goods, &sellers, &mut dice, made, n).await?;
        made += n;
        say(bar(made, size.offers));
    }
    Ok(made)
}

/// The certifiers' register of the demo: an invented certificate for each product that names one, good for years.
async fn register(watch: &Watch, goods: &[Good]) -> Result<()> {
    let today = day_of(watch.db().now());
    let of = |p: &NewProduct| Certificate {
        number: number_of(&p.certificate),
        kind: "节能产品认证（演示）".into(),
        holder: format!("{}示例制造有限公司", p.brand),
        brand: p.brand.clone(),
        models: p.model.clone(),
        since: today - YEARS,
        until: today + YEARS,
        state: rules::certificate::State::Valid,
        source: "演示证书库".into(),
    };
    let all: Vec<Certificate> =
        goods.iter().map(|g| &g.product).filter(|p| !p.certificate.is_empty()).map(of).collect();
    let (all, root) = (&all, &watch.facts().root);
    watch
        .db()
        .write("demo.certificates", |tx| {
            Box::pin(async move {
                for c in all {
                    certificates::put(tx, c).await?;
                }
                tx.journal(Entry {
                    region: root.clone(),
                    room: "certificates",
                    kind: "certificates.taken",
                    subject: "demo".into(),
                    actor: 0,
                    via: "demo",
                    data: serde_json::json!({"rows": all.len()}),
                })
                .await
                .map(|_| ())
            })
        })
        .await
}

fn admits(categories: &str, code: &str) -> bool {
    categories.is_empty() || categories.split_whitespace().any(|p| code.starts_with(p))
}

/// A line of progress: ██████░░░░ 61% 610000/1000000.
fn bar(done: u64, all: u64) -> String {
    let full = (done * 30 / all) as usize;
    format!("{}{} {:>3}% {done}/{all} offers", "█".repeat(full), "░".repeat(30 - full), done * 100 / all)
}

fn entry(region: &str, products: Vec<String>) -> Entry {
    Entry {
        region: region.to_owned(),
        room: "offers",
        kind: "offers.loaded",
        subject: "demo".into(),
        actor: 0,
        via: "demo",
        data: serde_json::json!({"products": products}),
    }
}

async fn put_piece(watch: &Watch, piece: &[NewOffer], seed: u64) -> Result<()> {
    let root = watch.facts().root.clone();
    let root = &root;
    watch
        .db()
        .write("demo.offers", |tx| {
            Box::pin(async move {
                let mut dice = Dice::new(seed ^ piece.len() as u64);
                let (mut products, mut points) = (std::collections::BTreeSet::new(), Vec::new());
                for o in piece {
                    let (did, product) = put(tx, o).await?;
                    let (supply::offers::Put::Made(id)
                    | supply::offers::Put::Changed(id)
                    | supply::offers::Put::Same(id)) = did;
                    products.insert(product.to_string());
                    // A past for the price chart: three earlier prices a little above and below today's.
                    for back in [3, 2, 1] {
                        let at = tx.now() - (back * HISTORY_DAYS / 4 + dice.between(0, 20)) * DAY;
                        points.push(params![id, at, (o.price * dice.between(970, 1060) / 1000).max(1)].to_vec());
                    }
                }
                store::add_price_points(tx, &points).await?;
                tx.journal(entry(root, products.into_iter().collect())).await?;
                Ok(())
            })
        })
        .await
}

/// Generated goods: a catalogue product under a further model number, at one supplier.
async fn generate(
    watch: &Watch,
    goods: &[Good],
    sellers: &[(i64, String, String)],
    dice: &mut Dice,
    from: u64,
    n: u64,
) -> Result<()> {
    let root = watch.facts().root.clone();
    let now = watch.db().now();
    let (mut products, mut offers) = (Vec::new(), Vec::new());
    for i in from..from + n {
        let g = &goods[(dice.roll() % goods.len() as u64) as usize];
        let can: Vec<_> = sellers.iter().filter(|(_, _, cats)| admits(cats, &g.product.category)).collect();
        let (seller, areas, _) = can[(dice.roll() % can.len() as u64) as usize];
        let (product, offer) = (watch.db().id(), watch.db().id());
        let model = format!("{}-{i:06}", g.product.model);
        let attrs = serde_json::to_string(&g.product.attrs).map_err(Fail::fault)?;
        let p = &g.product;
        let title = format!("{} {i:06} 款", p.title);
        products.push(
            params![
                product,
                &p.category,
                &p.brand,
                &model,
                rules::naming::model_key(&model),
                title,
                &p.unit,
                attrs,
                &p.words,
                p.flags,
                &p.origin,
                &p.certificate,
                &p.per_unit,
                now
            ]
            .to_vec(),
        );
        let price = (g.price * dice.between(800, 1300) / 1000).max(1);
        offers.push(params![offer, product, *seller, price, dice.between(1, 5000), areas, now].to_vec());
    }
    let points: Vec<Vec<Val>> = offers.iter().map(|o| vec![o[0].clone(), Val::Int(now), o[3].clone()]).collect();
    let (root, products, offers, points) = (&root, &products, &offers, &points);
    watch
        .db()
        .write("demo.generate", |tx| {
            Box::pin(async move {
                store::add_products(tx, products).await?;
                store::add_offers(tx, offers).await?;
                store::add_price_points(tx, points).await?;
                // Followers re-read what an entry names; the search engine is filled once afterwards instead.
                tx.journal(Entry { kind: "offers.generated", ..entry(root, Vec::new()) }).await?;
                Ok(())
            })
        })
        .await
}

//! Deal prices: what was paid, beside what equal goods cost now.
use crate::Watch;
use crate::disclosure::deals::store::{self, Deal};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{day_of, show_day};
use rules::price::{distance, quartiles};

const PAGE: usize = 30;
/// Quartiles are of so many days, and of at most so many deals.
pub(super) const PAID_DAYS: i64 = 90;
pub(super) const PAID_MAX: usize = 500;
/// A deal this far above what equal goods cost now is marked.
const FAR_PERCENT: i64 = 10;

struct DealItem {
    d: Deal,
    title: String,
    price: String,
    day: String,
    place: String,
    /// How far above what equal goods cost now, when that is far.
    above: Option<String>,
}

#[derive(Template)]
#[template(path = "disclosure/pages/deals.html")]
struct Deals {
    s: Shell,
    items: Vec<DealItem>,
    product: i64,
    paid: Option<(usize, [String; 3])>,
    live: Option<String>,
    heading: String,
    total: i64,
    page: usize,
    pages: usize,
}

pub(super) async fn deals(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let product = cx.param("product").parse().unwrap_or(0);
    // One product's prices are worth comparing over the whole province; the list of all is the station's own.
    let prefix = if product == 0 { rules::place::prefix(&cx.station) } else { "" };
    let (found, total) = store::deals(watch.db(), product, prefix, cx.page(), PAGE).await?;
    // What was paid lately, and what equal goods cost now: the look after the deal.
    let since = watch.db().now() - PAID_DAYS * 86_400_000;
    let paid =
        if product == 0 { Vec::new() } else { store::paid(watch.db(), product, since, i64::MAX, PAID_MAX).await? };
    let asked: Vec<i64> = match product {
        0 => Vec::new(),
        _ => supply::offers::of_product(watch.db(), product).await?.iter().map(|o| o.price).collect(),
    };
    let live = quartiles(&asked).map(|q| q[1]);
    let titles = store::titles(watch.db(), &found.iter().map(|d| d.product).collect::<Vec<_>>()).await?;
    let items = found
        .into_iter()
        .map(|d| DealItem {
            title: titles.get(&d.product).cloned().unwrap_or_default(),
            price: Fen(d.price).yuan(),
            day: show_day(day_of(d.at)),
            place: facts.region_name(&d.region),
            above: live.filter(|m| d.price * 100 > m * (100 + FAR_PERCENT)).map(|m| distance(d.price, m)),
            d,
        })
        .collect::<Vec<_>>();
    let heading = match (product, items.first()) {
        (0, _) => format!("{}成交价格", facts.region_name(&cx.station)),
        (_, Some(i)) => format!("{} 成交价格", i.title),
        (_, None) => "成交价格".into(),
    };
    let pages = (total as usize).div_ceil(PAGE).max(1);
    web::html(&Deals {
        s: Shell::public(&cx, "成交价格"),
        items,
        product,
        paid: quartiles(&paid).map(|q| (paid.len(), q.map(|p| Fen(p).yuan()))),
        live: live.map(|p| Fen(p).yuan()),
        heading,
        total,
        page: cx.page(),
        pages,
    })
}

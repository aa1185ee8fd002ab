//! Public pages: notices with RSS, deal prices.
mod index;

use super::store::{self, Deal, Notice};
use crate::Watch;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Gate, Routes};
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{day_of, show_day, show_time};
use rules::price::{distance, quartiles};

const PAGE: usize = 30;

struct Item {
    n: Notice,
    day: String,
    amount: String,
    place: String,
}

#[derive(Template)]
#[template(path = "disclosure/pages/notices.html")]
struct Notices<'a> {
    s: Shell,
    items: Vec<Item>,
    words: &'a str,
    total: i64,
    page: usize,
    pages: usize,
    place: String,
}

async fn notices(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let prefix = rules::place::prefix(&cx.station);
    let (found, total) = store::notices(watch.db(), prefix, cx.param("words"), cx.page(), PAGE).await?;
    let items = found
        .into_iter()
        .map(|n| Item {
            day: show_day(day_of(n.published_at)),
            amount: Fen(n.amount).yuan(),
            place: facts.region_name(&n.region),
            n,
        })
        .collect();
    web::html(&Notices {
        s: Shell::public(&cx, "公开公示"),
        items,
        words: cx.param("words"),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        place: facts.region_name(&cx.station),
    })
}

#[derive(Template)]
#[template(path = "disclosure/pages/notice.html")]
struct One {
    s: Shell,
    n: Notice,
    published: String,
    due: String,
    place: String,
    finance: String,
}

async fn notice(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let n = store::notice(watch.db(), id).await?;
    let facts = cx.base.facts();
    web::html(&One {
        s: Shell::public(&cx, n.title.clone()),
        published: show_time(n.published_at),
        due: show_day(day_of(n.due_at)),
        place: facts.region_name(&n.region),
        finance: facts.region(&n.region).map_or(String::new(), |r| r.finance()),
        n,
    })
}

async fn rss(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let (found, _) = store::notices(watch.db(), rules::place::prefix(&cx.station), "", 1, PAGE).await?;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>");
    out.push_str("<title>政府采购网上商城公告</title><link>/notices</link><description>合同公告</description>");
    for n in found {
        let title = n.title.replace('&', "&amp;").replace('<', "&lt;");
        out.push_str(&format!(
            "<item><title>{title}</title><link>/notices/{}</link><guid isPermaLink=\"false\">{}</guid></item>",
            n.id, n.number
        ));
    }
    out.push_str("</channel></rss>");
    Ok(([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], out).into_response())
}

/// Quartiles are of so many days, and of at most so many deals.
const PAID_DAYS: i64 = 90;
const PAID_MAX: usize = 500;
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

async fn deals(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let product = cx.param("product").parse().unwrap_or(0);
    // One product's prices are worth comparing over the whole province; the list of all is the station's own.
    let prefix = if product == 0 { rules::place::prefix(&cx.station) } else { "" };
    let (found, total) = store::deals(watch.db(), product, prefix, cx.page(), PAGE).await?;
    // What was paid lately, and what equal goods cost now: the look after the deal.
    let since = watch.db().now() - PAID_DAYS * 86_400_000;
    let paid = if product == 0 { Vec::new() } else { store::paid(watch.db(), product, since, PAID_MAX).await? };
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

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/notices", Gate::Public, notices)
        .get("/notices.rss", Gate::Public, rss)
        .get("/notices/{id}", Gate::Public, notice)
        .get("/deals/index", Gate::Public, index::index)
        .get("/deals", Gate::Public, deals)
}

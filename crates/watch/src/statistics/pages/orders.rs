//! The orders that a figure counts, and their sum.
use super::asked::Asked;
use crate::Watch;
use crate::statistics::{names, store};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Fail, Result, sheet, web};
use rules::Fen;
use rules::calendar::show_day;
use rules::statistics::{Found, Mark};

const PAGE: usize = 50;
/// Rows of a file at most.
const FILE_MAX: usize = 100_000;

struct Item {
    number: String,
    notice: i64,
    day: String,
    place: String,
    unit: String,
    supplier: String,
    counted: String,
    /// The whole contract, where only some of its lines count.
    whole: Option<String>,
}

#[derive(Template)]
#[template(path = "statistics/pages/orders.html")]
struct Page {
    s: Shell,
    a: Asked,
    /// The figure whose orders these are.
    figure: Option<String>,
    items: Vec<Item>,
    total: usize,
    amount: String,
    capitals: String,
    position: i64,
    page: usize,
    pages: usize,
    before: String,
    after: String,
    file: String,
    back: String,
}

async fn items(watch: &Watch, found: &[(i64, i64)]) -> Result<Vec<Item>> {
    let mut out = Vec::new();
    for piece in found.chunks(500) {
        let ids: Vec<i64> = piece.iter().map(|(order, _)| *order).collect();
        let known = store::some(watch.db(), &ids).await?;
        let numbers = names::numbers(watch, &ids).await?;
        let sides: Vec<i64> = known.values().flat_map(|c| [c.unit, c.supplier]).collect();
        let orgs = base::orgs::names(watch.db(), &sides).await?;
        let name = |id: i64| orgs.get(&id).cloned().unwrap_or_default();
        for (order, counted) in piece {
            let Some(c) = known.get(order) else { continue };
            out.push(Item {
                number: numbers.get(order).cloned().unwrap_or_default(),
                notice: c.notice,
                day: show_day(c.day),
                place: watch.facts().region_name(&c.region),
                unit: name(c.unit),
                supplier: name(c.supplier),
                counted: Fen(*counted).yuan(),
                whole: (c.amount != *counted).then(|| Fen(c.amount).yuan()),
            });
        }
    }
    Ok(out)
}

pub(super) async fn orders(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let mut a = Asked::read(&watch, &cx, None).await?;
    a.file = !cx.param("format").is_empty();
    let key = cx.param("counted").to_owned();
    let mark = match key.as_str() {
        "" => None,
        k => Some(Mark::of(k).ok_or_else(|| {
            Fail::field("counted", "statistics.figure", format!("没有“{k}”这个指标，请从统计页面点数字进来。"))
        })?),
    };
    let counted = mark.as_ref().map(|(m, _)| *m);
    let desk = watch.desk();
    if a.file {
        let found = desk.orders(&watch, &a.filter, counted, 0..FILE_MAX).await?;
        let position = found.position;
        let mut rows =
            vec![["订单编号", "成交日期", "地区", "采购单位", "供应商", "统计金额（元）"].map(str::to_owned).to_vec()];
        for i in items(&watch, &found.made.orders).await? {
            rows.push(vec![i.number, i.day, i.place, i.unit, i.supplier, i.counted.replace(['¥', ','], "")]);
        }
        let name = format!("orders-{}-{}-{position}.csv", a.from, a.to);
        return Ok(web::download(&name, web::CSV, sheet::csv_of(&rows)?));
    }
    let listed = |page: usize| (page - 1) * PAGE..page * PAGE;
    let mut page = cx.page();
    let mut found = desk.orders(&watch, &a.filter, counted, listed(page)).await?;
    let pages = found.made.number.div_ceil(PAGE).max(1);
    // Behind the last page stands the last page.
    if page > pages {
        page = pages;
        found = desk.orders(&watch, &a.filter, counted, listed(page)).await?;
    }
    let Found { number, amount, orders } = &*found.made;
    let link = |n: usize| a.link("/statistics/orders", &[("counted", &key), ("page", &n.to_string())]);
    web::html(&Page {
        s: Shell::public(&cx, "计入的订单"),
        figure: mark.map(|(_, word)| word),
        items: items(&watch, orders).await?,
        total: *number,
        amount: Fen(*amount).yuan(),
        capitals: Fen(*amount).capitals(),
        position: found.position,
        page,
        pages,
        before: link(page.saturating_sub(1).max(1)),
        after: link(page + 1),
        file: a.link("/statistics/orders", &[("counted", &key), ("format", "csv")]),
        back: a.link("/statistics", &[]),
        a,
    })
}

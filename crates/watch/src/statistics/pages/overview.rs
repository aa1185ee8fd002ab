//! The overview of a place, as a public page, as the month's report for printing, and as the cockpit.
use super::asked::{Asked, month_of, year_before};
use super::chart::Chart;
use super::forecast::{Forecast, forecast};
use super::{mean, share, top, wan};
use crate::statistics::names;
use crate::{Watch, alerts};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Result, web};
use rules::Fen;
use rules::calendar::{civil, day_from, day_of, show_day, show_time};
use rules::statistics::{BASELINES, CLOCKS, Dim, Filter, Mark, Sum, concentration};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of a ranking.
const TOP: usize = 10;
/// Above this the market counts as concentrated, below it as not; the line that peers draw.
const CONCENTRATED: i64 = 2_500;

/// A figure on top of the page.
pub(super) struct Tile {
    title: &'static str,
    value: String,
    unit: &'static str,
    /// What it is compared with, or made of.
    more: String,
    link: String,
}

/// A row of a ranking or a breakdown.
pub(super) struct Row {
    name: String,
    amount: String,
    orders: i64,
    share: String,
    /// Length of its bar in percent of the longest.
    bar: i64,
    /// Where it opens: the place below, or the orders.
    link: String,
    orders_link: String,
}

/// Rows of one dimension.
pub(super) struct Block {
    title: &'static str,
    rows: Vec<Row>,
    /// All of them.
    link: String,
    all: usize,
}

/// A saving against one baseline.
pub(super) struct Saved {
    title: &'static str,
    cost: String,
    base: String,
    saved: String,
    rate: String,
    /// Addresses of the orders for which the baseline is known, and of what was saved on each.
    based_link: String,
    saved_link: String,
    /// Share of the whole amount for which the baseline is known.
    covered: String,
}

/// How deadlines of a kind were kept.
pub(super) struct Timely {
    title: &'static str,
    kept: i64,
    late: i64,
    over: i64,
    rate: String,
    /// Addresses of the orders that were in time, late, and over.
    links: [String; 3],
}

/// Everything the overview shows.
pub(super) struct Overview {
    a: Asked,
    until: String,
    position: i64,
    /// Spans of one click: word, first and last month, whether it is shown.
    spans: [(&'static str, String, String, bool); 3],
    tiles: Vec<Tile>,
    trend: Option<String>,
    months: Vec<(String, String, i64, String, String)>,
    savings: Vec<Saved>,
    timely: Vec<Timely>,
    blocks: Vec<Block>,
}

/// The dimension in which a place is divided.
fn below(f: &Filter) -> Dim {
    match f.region.len() {
        2 => Dim::City,
        4 => Dim::Region,
        _ => Dim::Unit,
    }
}

/// How much more than the year before.
fn against(now: i64, before: i64) -> String {
    match before {
        0 => "上年同期无".into(),
        b if now >= b => format!("同比 +{}", share(now - b, b)),
        b => format!("同比 -{}", share(b - now, b)),
    }
}

impl Overview {
    /// Asks for this span, for the same a year before, and for what prices did between them.
    pub(super) async fn of(watch: &Watch, a: Asked) -> Result<Overview> {
        let child = below(&a.filter);
        let wanted = [
            (Dim::Month, None),
            (child, None),
            (Dim::Category, None),
            (Dim::Mode, None),
            (Dim::Form, None),
            (Dim::Size, None),
            (Dim::Supplier, None),
            (Dim::Fund, None),
            (Dim::Venue, None),
        ];
        let before = a.year_before();
        let now = watch.desk().sums(watch, &a.filter, &wanted).await?;
        let old = watch.desk().sums(watch, &before, &[(Dim::Month, None)]).await?;
        let index = watch.desk().index(watch, &before, &a.filter).await?;
        let (c, was) = (now.made.total, old.made.total);
        let by = |dim: Dim| wanted.iter().position(|(d, _)| *d == dim).map_or(&[][..], |i| &now.made.tables[i]);
        let hhi = concentration(by(Dim::Supplier).iter().map(|(.., c)| c.amount));
        let (trend, months) = trend(&a, by(Dim::Month), &old.made.tables[0]);
        let mut blocks = Vec::new();
        let titles = [
            (child, if child == Dim::Unit { "采购单位排名" } else { "地区排名" }),
            (Dim::Category, "品目"),
            (Dim::Supplier, "供应商排名"),
            (Dim::Mode, "采购模式"),
            (Dim::Form, "交易方式"),
            (Dim::Size, "企业规模"),
            (Dim::Venue, "特色场馆"),
            (Dim::Fund, "资金来源"),
        ];
        for (dim, title) in titles.into_iter().filter(|(d, _)| !a.filter.equal.iter().any(|(known, _)| known == d)) {
            blocks.push(block(watch, &a, (dim, title), by(dim), c.amount).await?);
        }
        let orders = a.link("/statistics/orders", &[]);
        let overdue = a.counted(Mark::Overdue, &[]);
        let table = |dim: Dim| a.link("/statistics/table", &[("rows", dim.key())]);
        let tile = |title, value: String, unit, more, link: &str| {
            let unit = if value == "—" { "" } else { unit };
            Tile { title, value, unit, more, link: link.to_owned() }
        };
        let contested = match c.contested {
            0 => "还没有竞争项目".to_owned(),
            n => format!("{n} 个竞争项目，不足三家 {}", share(c.thin, n)),
        };
        let tiles = vec![
            tile("成交额", wan(c.amount), "万元", against(c.amount, was.amount), &orders),
            tile("订单", c.orders.to_string(), "个", against(c.orders, was.orders), &orders),
            tile("中小企业份额", share(c.sme, c.amount), "", Fen(c.sme).yuan(), &a.counted(Mark::Sme, &[])),
            tile("特色场馆份额", share(c.venue, c.amount), "", Fen(c.venue).yuan(), &a.counted(Mark::Venue, &[])),
            tile("平均报价", mean(&c), "家", contested, &a.counted(Mark::Contested, &[])),
            tile(
                "供应商集中度",
                if c.amount > 0 { hhi.to_string() } else { "—".into() },
                "HHI",
                match hhi {
                    _ if c.amount <= 0 => "还没有成交",
                    hhi if hhi > CONCENTRATED => "高度集中",
                    _ => "不到 2500，未高度集中",
                }
                .into(),
                &table(Dim::Supplier),
            ),
            tile(
                "价格指数",
                index.map_or("—".into(), |bp| format!("{}.{}", bp / 100, bp % 100 / 10)),
                "",
                "同款商品，上年同期 100".into(),
                "/deals/index",
            ),
            tile("逾期未付", wan(c.overdue), "万元", format!("已验收 {}", Fen(c.accepted).yuan()), &overdue),
        ];
        let savings = BASELINES.iter().zip(c.savings).enumerate().map(|(i, ((_, title), s))| Saved {
            title,
            based_link: a.counted(Mark::Based(i), &[]),
            saved_link: a.counted(Mark::Saved(i), &[]),
            cost: Fen(s.cost).yuan(),
            base: Fen(s.base).yuan(),
            saved: Fen(s.saved()).yuan(),
            rate: share(s.saved(), s.base),
            covered: share(s.cost, c.amount),
        });
        let timely = CLOCKS.iter().zip(c.clocks).enumerate().map(|(i, ((_, title), k))| Timely {
            title,
            links: [Mark::Kept(i), Mark::Late(i), Mark::Over(i)].map(|m| a.counted(m, &[])),
            kept: k.kept,
            late: k.late,
            over: k.over,
            rate: share(k.kept, k.all()),
        });
        let (savings, timely) = (savings.collect(), timely.collect());
        Ok(Overview {
            until: show_day(a.filter.to),
            position: now.position,
            spans: a.spans(day_of(watch.db().now())),
            tiles,
            trend,
            months,
            savings,
            timely,
            blocks,
            a,
        })
    }
}

/// Figures of one value.
type Of = (Arc<str>, Arc<str>, Sum);
type Months = Vec<(String, String, i64, String, String)>;

/// Amounts by month beside those of the year before: the chart, and the rows (month, amount, orders, the year before, link).
fn trend(a: &Asked, now: &[Of], old: &[Of]) -> (Option<String>, Months) {
    let of = |t: &[Of]| -> HashMap<Arc<str>, Sum> { t.iter().map(|(m, _, c)| (m.clone(), *c)).collect() };
    let (now, old) = (of(now), of(old));
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    let mut first = a.filter.from;
    while first <= a.filter.to {
        let (month, before) = (month_of(first), month_of(year_before(first)));
        let (c, was) = (
            now.get(month.as_str()).copied().unwrap_or_default(),
            old.get(before.as_str()).copied().unwrap_or_default(),
        );
        series.push((month.clone(), vec![c.amount, was.amount]));
        let link = a.link("/statistics/orders", &[("from", &month), ("to", &month)]);
        rows.push((month, Fen(c.amount).yuan(), c.orders, Fen(was.amount).yuan(), link));
        first = rules::conduct::months_on(first, 1);
    }
    let legend = ["本期".to_owned(), "上年同期".to_owned()];
    let chart = Chart::months("各月成交额，本期和上年同期", &legend, &series);
    (chart.and_then(|c| c.render().ok()), rows)
}

async fn block(watch: &Watch, a: &Asked, (dim, title): (Dim, &'static str), all: &[Of], whole: i64) -> Result<Block> {
    let shown = top(all.iter().collect(), TOP, |(v, _, x), (w, _, y)| (y.amount, v).cmp(&(x.amount, w)));
    let words = names::words(watch, dim, shown.iter().map(|(v, ..)| &**v)).await?;
    let most = shown.first().map_or(1, |(.., c)| c.amount.max(1));
    let row = |(value, _, c): &&Of| {
        let value: &str = value;
        let down = match dim {
            // What belongs to no city is the province's own.
            Dim::City if rules::place::prefix(value).len() == 4 => {
                a.link("/statistics", &[("region", rules::place::prefix(value))])
            }
            Dim::Region => a.link("/statistics", &[("region", value)]),
            Dim::Unit => a.link("/statistics", &[("unit", value)]),
            _ => a.orders(&[(dim, value)]),
        };
        Row {
            name: words.get(value).cloned().unwrap_or_else(|| value.to_owned()),
            amount: Fen(c.amount).yuan(),
            orders: c.orders,
            share: share(c.amount, whole),
            bar: (i128::from(c.amount.max(0)) * 100 / i128::from(most)) as i64,
            link: down,
            orders_link: a.orders(&[(dim, value)]),
        }
    };
    let rows = shown.iter().map(row).collect();
    Ok(Block { title, rows, link: a.link("/statistics/table", &[("rows", dim.key())]), all: all.len() })
}

#[derive(Template)]
#[template(path = "statistics/pages/overview.html")]
struct Page {
    s: Shell,
    o: Overview,
    above: Vec<(String, String)>,
    table: String,
    report: String,
    file: String,
}

/// The way down to a place: name and address of each place above it.
fn above(watch: &Watch, a: &Asked) -> Vec<(String, String)> {
    let facts = watch.facts();
    let code = format!("{:0<6}", a.filter.region);
    let mut out: Vec<(String, String)> = facts
        .path(&code)
        .into_iter()
        .map(|at| (facts.region_name(at), a.link("/statistics", &[("region", rules::place::prefix(at)), ("unit", "")])))
        .collect();
    // Where one is needs no link, unless a unit is chosen below it.
    if a.filter.equal.is_empty() {
        out.pop();
    }
    out
}

pub(super) async fn public(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let a = Asked::read(&watch, &cx, None).await?;
    let above = above(&watch, &a);
    let o = Overview::of(&watch, a).await?;
    web::html(&Page {
        s: Shell::public(&cx, format!("{}统计", o.a.place)),
        table: o.a.link("/statistics/table", &[]),
        report: o.a.link("/statistics/report", &[("from", ""), ("to", ""), ("month", &o.a.to)]),
        file: o.a.link("/statistics/table", &[("rows", "month"), ("format", "xlsx")]),
        above,
        o,
    })
}

#[derive(Template)]
#[template(path = "statistics/pages/report.html")]
struct Report {
    s: Shell,
    o: Overview,
    month: String,
    printed: String,
    finance: String,
}

/// One month on paper.
pub(super) async fn report(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let mut a = Asked::read(&watch, &cx, None).await?;
    let today = day_of(watch.db().now());
    // The month that is asked for is the span; asked for nothing it is the last one that is over.
    let (year, month, _) = civil(today);
    let last = rules::conduct::months_on(day_from(year, month, 1).unwrap_or(today), -1);
    let asked = a.chosen.iter().find(|(key, ..)| *key == "month").map(|(_, v, ..)| v.clone());
    let month = asked.unwrap_or_else(|| month_of(last));
    let parts = month.split_once('-').and_then(|(y, m)| Some((y.parse().ok()?, m.parse().ok()?)));
    let first = parts
        .and_then(|(y, m)| day_from(y, m, 1))
        .ok_or_else(|| kit::Fail::field("month", "statistics.month", "月份请写成“年-月”，例如 2026-01。"))?;
    a.filter.equal.retain(|(d, _)| *d != Dim::Month);
    (a.filter.from, a.filter.to) = (first, (rules::conduct::months_on(first, 1) - 1).min(today.max(first)));
    (a.from, a.to) = (month.clone(), month.clone());
    let finance = watch.facts().region(&format!("{:0<6}", a.filter.region)).map_or(String::new(), |r| r.finance());
    let o = Overview::of(&watch, a).await?;
    web::html(&Report {
        s: Shell::public(&cx, format!("{}{month} 采购月报", o.a.place)),
        o,
        month,
        printed: show_time(watch.db().now()),
        finance,
    })
}

#[derive(Template)]
#[template(path = "statistics/pages/cockpit.html")]
struct Cockpit {
    s: Shell,
    o: Overview,
    table: String,
    report: String,
    statistics: String,
    forecast: Arc<Option<Forecast>>,
    alerts: Vec<alerts::Brief>,
}

/// The place or the unit somebody answers for.
pub(super) async fn cockpit(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let scope = actor.scope();
    let a = Asked::read(&watch, &cx, Some(&scope)).await?;
    let forecast = forecast(&watch, &a).await?;
    let alerts = alerts::briefs(&watch, actor).await?;
    let o = Overview::of(&watch, a).await?;
    web::html(&Cockpit {
        s: Shell::work(&cx, "今日态势").await?,
        table: o.a.link("/statistics/table", &[]),
        report: o.a.link("/statistics/report", &[("from", ""), ("to", ""), ("month", &o.a.to)]),
        statistics: o.a.link("/statistics", &[]),
        forecast,
        alerts,
        o,
    })
}

//! Any one or two dimensions as a table, as a chart and as a file.
use super::asked::Asked;
use super::chart::Chart;
use super::{mean, share, top};
use crate::Watch;
use crate::statistics::names;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::{Fail, Result, sheet, web};
use rules::Fen;
use rules::calendar::show_day;
use rules::statistics::{BASELINES, CLOCKS, Cell, Dim, Mark, Tables};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Rows of a page; files have them all.
const PAGE: usize = 50;
/// Columns of a page of two dimensions, and parts of its bars; the rest is one column.
const COLUMNS: usize = 8;
const SERIES: usize = 4;
/// Bars of a chart.
const BARS: usize = 16;

/// What a table of two dimensions shows: key and word.
const MEASURES: [(&str, &str); 9] = [
    ("amount", "成交额"),
    ("orders", "订单数"),
    ("sme", "中小企业份额"),
    ("list", "较上架价节约率"),
    ("market", "较市场参考价节约率"),
    ("quotes", "平均报价家数"),
    ("deliver", "按时交货率"),
    ("accept", "按时验收率"),
    ("pay", "按时付款率"),
];

fn measure(key: &str, c: &Cell) -> String {
    let rate = |i: usize| share(c.clocks[i].kept, c.clocks[i].all());
    let saving = |i: usize| share(c.savings[i].saved(), c.savings[i].base);
    match key {
        "orders" => c.orders.to_string(),
        "sme" => share(c.sme, c.amount),
        "list" => saving(0),
        "market" => saving(1),
        "quotes" => mean(c),
        "deliver" => rate(1),
        "accept" => rate(2),
        "pay" => rate(3),
        _ => Fen(c.amount).yuan(),
    }
}

/// What rows are ranked by: the measure, exactly; what is not known comes last.
fn rank(key: &str, c: &Cell) -> i128 {
    let ratio = |part: i64, whole: i64| match whole {
        w if w > 0 => i128::from(part) * 1_000_000 / i128::from(w),
        _ => i128::MIN,
    };
    let rate = |i: usize| ratio(c.clocks[i].kept, c.clocks[i].all());
    match key {
        "orders" => i128::from(c.orders),
        "sme" => ratio(c.sme, c.amount),
        "list" => ratio(c.savings[0].saved(), c.savings[0].base),
        "market" => ratio(c.savings[1].saved(), c.savings[1].base),
        "quotes" => ratio(c.quotes, c.contested),
        "deliver" => rate(1),
        "accept" => rate(2),
        "pay" => rate(3),
        _ => i128::from(c.amount),
    }
}

/// Columns of a table of one dimension. Sums of whole orders make no sense where an order is under several values.
fn headings(dim: Dim) -> Vec<String> {
    let mut out = vec![dim.label().to_owned(), "成交额（元）".into(), "占比".into(), "订单".into(), "同比".into()];
    out.extend(["中小企业份额", "平均报价家数"].map(str::to_owned));
    out.extend(BASELINES.iter().map(|(_, w)| format!("较{w}节约率")));
    out.extend(CLOCKS.iter().map(|(_, w)| format!("按时{w}率")));
    if dim.of_order() {
        out.extend(["已验收（元）", "已付款（元）", "逾期未付（元）"].map(str::to_owned));
    }
    out
}

/// The columns of a row, each with the address of the orders that it counts; `at` is the row's value, None for the sum.
fn values(
    a: &Asked,
    dim: Dim,
    at: Option<&str>,
    c: &Cell,
    total: &Cell,
    before: Option<&Cell>,
) -> Vec<(String, String)> {
    let here: Vec<(Dim, &str)> = at.map(|v| (dim, v)).into_iter().collect();
    let of = |m: Mark| a.counted(m, &here);
    let yuan = |fen: i64| Fen(fen).yuan();
    let growth = before.filter(|b| b.amount > 0).map_or("—".into(), |b| {
        let diff = c.amount - b.amount;
        format!("{}{}", if diff >= 0 { "+" } else { "" }, share(diff, b.amount))
    });
    let mut out = vec![
        (yuan(c.amount), a.orders(&here)),
        (share(c.amount, total.amount), String::new()),
        (c.orders.to_string(), a.orders(&here)),
        (growth, String::new()),
        (share(c.sme, c.amount), of(Mark::Sme)),
        (mean(c), of(Mark::Contested)),
    ];
    out.extend(c.savings.iter().enumerate().map(|(i, s)| (share(s.saved(), s.base), of(Mark::Saved(i)))));
    out.extend(c.clocks.iter().enumerate().map(|(i, k)| (share(k.kept, k.all()), of(Mark::Kept(i)))));
    if dim.of_order() {
        let plain = |fen: i64| (yuan(fen), String::new());
        out.extend([plain(c.accepted), plain(c.paid), (yuan(c.overdue), of(Mark::Overdue))]);
    }
    // What is not known opens nothing.
    out.iter_mut().filter(|(v, _)| v == "—").for_each(|(_, link)| link.clear());
    out
}

/// A row: name, address of its orders, and each column with the address of its orders (empty for none).
struct Row {
    name: String,
    link: String,
    cells: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "statistics/pages/table.html")]
struct Page {
    s: Shell,
    a: Asked,
    dims: Vec<(&'static str, &'static str, bool, bool)>,
    measures: Vec<(&'static str, &'static str, bool)>,
    title: String,
    headings: Vec<String>,
    rows: Vec<Row>,
    all: usize,
    total: Vec<(String, String)>,
    /// Columns that found no room.
    more: usize,
    chart: Option<String>,
    position: i64,
    until: String,
    many: bool,
    files: [(String, &'static str); 2],
    back: String,
}

/// The table as rows of text.
struct Made {
    headings: Vec<String>,
    rows: Vec<Row>,
    /// How many rows there are.
    all: usize,
    total: Vec<(String, String)>,
    more: usize,
    chart: Option<Chart>,
}

/// Months stand beside each other where each is one bar; everything else lies below each other.
fn drawn(dim: Dim, label: &str, legend: &[String], bars: &[(String, Vec<i64>)]) -> Option<Chart> {
    match dim {
        Dim::Month if legend.is_empty() => Chart::months(label, legend, bars),
        _ => Chart::lying(label, legend, bars),
    }
}

/// Figures of one value of rows and one of columns.
type Of = (Arc<str>, Arc<str>, Cell);

/// All rows of a file, or those of a page.
fn most(all: bool, page: usize) -> usize {
    if all { usize::MAX } else { page }
}

async fn one(watch: &Watch, a: &Asked, dim: Dim, key: &str, t: &Tables<Cell>) -> Result<Made> {
    let before = watch.desk().tables(watch, &a.year_before(), &[(dim, None)]).await?.made;
    // Months of the year before have other names.
    let place = |v: &str| if dim == Dim::Month { v.get(4..).unwrap_or(v).to_owned() } else { v.to_owned() };
    let old: HashMap<String, Cell> = before.tables[0].iter().map(|(v, _, c)| (place(v), *c)).collect();
    let all = &t.tables[0];
    let shown = top(all.iter().collect(), most(a.file, PAGE), |x: &&Of, y: &&Of| match dim {
        Dim::Month => x.0.cmp(&y.0),
        _ => (rank(key, &y.2), y.2.amount, &x.0).cmp(&(rank(key, &x.2), x.2.amount, &y.0)),
    });
    let words = names::words(watch, dim, shown.iter().map(|(v, ..)| &**v)).await?;
    let name = |v: &str| words.get(v).cloned().unwrap_or_else(|| v.to_owned());
    let row = |(value, _, c): &&Of| Row {
        name: name(value),
        link: a.orders(&[(dim, value)]),
        cells: values(a, dim, Some(value), c, &t.total, old.get(&place(value))),
    };
    let bars: Vec<(String, Vec<i64>)> = shown.iter().take(BARS).map(|(v, _, c)| (name(v), vec![c.amount])).collect();
    let label = format!("各{}成交额，{} 至 {}", dim.label(), a.from, a.to);
    Ok(Made {
        headings: headings(dim),
        rows: shown.iter().map(row).collect(),
        all: all.len(),
        total: values(a, dim, None, &t.total, &t.total, Some(&before.total)),
        more: 0,
        chart: drawn(dim, &label, &[], &bars),
    })
}

/// A figure of a table of two dimensions with the address of the orders that it counts.
fn figure(a: &Asked, key: &str, c: Option<&Cell>, at: &[(Dim, &str)]) -> (String, String) {
    let value = c.map_or("—".into(), |c| measure(key, c));
    let link = match key {
        _ if value == "—" => String::new(),
        "sme" => a.counted(Mark::Sme, at),
        "list" => a.counted(Mark::Saved(0), at),
        "market" => a.counted(Mark::Saved(1), at),
        "quotes" => a.counted(Mark::Contested, at),
        "deliver" => a.counted(Mark::Kept(1), at),
        "accept" => a.counted(Mark::Kept(2), at),
        "pay" => a.counted(Mark::Kept(3), at),
        _ => a.orders(at),
    };
    (value, link)
}

/// Two dimensions: every pair of values, every row and every column.
fn asked(rows: Dim, cols: Option<Dim>) -> Vec<(Dim, Option<Dim>)> {
    match cols {
        None => vec![(rows, None)],
        Some(c) => vec![(rows, cols), (rows, None), (c, None)],
    }
}

async fn two(watch: &Watch, a: &Asked, (rows, cols): (Dim, Dim), key: &str, t: &Tables<Cell>) -> Result<Made> {
    let [cells, heights, widths] = &t.tables[..] else { return Err(Fail::fault("two dimensions make three tables")) };
    let by: HashMap<(&str, &str), &Cell> = cells.iter().map(|(row, col, c)| ((&**row, &**col), c)).collect();
    let shown = top(heights.iter().collect(), most(a.file, PAGE), |x: &&Of, y: &&Of| match rows {
        Dim::Month => x.0.cmp(&y.0),
        _ => (rank(key, &y.2), y.2.amount, &x.0).cmp(&(rank(key, &x.2), x.2.amount, &y.0)),
    });
    let columns =
        top(widths.iter().collect(), most(a.file || cols == Dim::Month, COLUMNS), |x: &&Of, y: &&Of| match cols {
            Dim::Month => x.0.cmp(&y.0),
            _ => (y.2.amount, &x.0).cmp(&(x.2.amount, &y.0)),
        });
    let row_words = names::words(watch, rows, shown.iter().map(|(v, ..)| &**v)).await?;
    let col_words = names::words(watch, cols, columns.iter().map(|(v, ..)| &**v)).await?;
    let word = |words: &HashMap<String, String>, v: &str| words.get(v).cloned().unwrap_or_else(|| v.to_owned());
    let cell = |row: &str, col: &str| by.get(&(row, col)).copied();
    let row = |(value, _, sum): &&Of| Row {
        name: word(&row_words, value),
        link: a.orders(&[(rows, value)]),
        cells: columns
            .iter()
            .map(|(col, ..)| figure(a, key, cell(value, col), &[(rows, value), (cols, col)]))
            .chain([figure(a, key, Some(sum), &[(rows, value)])])
            .collect(),
    };
    let last = columns.iter().map(|(col, _, sum)| figure(a, key, Some(sum), &[(cols, col)]));
    let total: Vec<(String, String)> = last.chain([figure(a, key, Some(&t.total), &[])]).collect();
    // The bars show the largest columns; everything else is their last part, so that they are as long as the row's sum.
    let large = top(columns.clone(), SERIES, |(v, _, x), (w, _, y)| (y.amount, v).cmp(&(x.amount, w)));
    let rest = widths.len() > large.len();
    let mut legend: Vec<String> = large.iter().map(|(c, ..)| word(&col_words, c)).collect();
    legend.extend(rest.then(|| "其他".to_owned()));
    let bar = |(r, _, sum): &&Of| {
        let mut parts: Vec<i64> = large.iter().map(|(c, ..)| cell(r, c).map_or(0, |x| x.amount)).collect();
        parts.extend(rest.then(|| sum.amount - parts.iter().sum::<i64>()));
        (word(&row_words, r), parts)
    };
    let bars: Vec<(String, Vec<i64>)> = shown.iter().take(BARS).map(bar).collect();
    let mut headings = vec![format!("{} ＼ {}", rows.label(), cols.label())];
    headings.extend(columns.iter().map(|(c, ..)| word(&col_words, c)));
    headings.push("合计".into());
    let label = format!("各{}成交额，按{}", rows.label(), cols.label());
    Ok(Made {
        rows: shown.iter().map(row).collect(),
        all: heights.len(),
        headings,
        total,
        more: widths.len() - columns.len(),
        chart: drawn(rows, &label, &legend, &bars),
    })
}

fn file(a: &Asked, format: &str, position: i64, made: &Made) -> Result<Response> {
    let plain =
        |v: &String| if v.starts_with('¥') || v.starts_with("-¥") { v.replace(['¥', ','], "") } else { v.clone() };
    let mut rows = vec![vec![format!("{}，{} 至 {}，截至全程留痕第 {position} 条", a.place, a.from, a.to)]];
    rows.push(made.headings.clone());
    for r in &made.rows {
        let mut row = vec![r.name.clone()];
        row.extend(r.cells.iter().map(|(v, _)| plain(v)));
        rows.push(row);
    }
    if !made.total.is_empty() {
        let mut row = vec!["合计".to_owned()];
        row.extend(made.total.iter().map(|(v, _)| plain(v)));
        rows.push(row);
    }
    let name = format!("statistics-{}-{}-{position}.{format}", a.from, a.to);
    Ok(match format {
        "csv" => web::download(&name, web::CSV, sheet::csv_of(&rows)?),
        _ => web::download(&name, web::XLSX, sheet::xlsx_of("统计", &rows)?),
    })
}

pub(super) async fn table(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let mut a = Asked::read(&watch, &cx, None).await?;
    a.file = !cx.param("format").is_empty();
    let dim = |param: &str| match cx.param(param) {
        "" => Ok(None),
        key => Dim::of(key)
            .map(Some)
            .ok_or_else(|| Fail::field("rows", "statistics.dimension", format!("没有“{key}”这个维度，请从列表里选。"))),
    };
    let rows = dim("rows")?.unwrap_or(Dim::Month);
    let cols = dim("cols")?.filter(|c| *c != rows);
    let key = MEASURES.iter().map(|(k, _)| *k).find(|k| *k == cx.param("measure")).unwrap_or("amount");
    let answer = watch.desk().tables(&watch, &a.filter, &asked(rows, cols)).await?;
    let made = match cols {
        None => one(&watch, &a, rows, key, &answer.made).await?,
        Some(cols) => two(&watch, &a, (rows, cols), key, &answer.made).await?,
    };
    if a.file {
        return file(&a, cx.param("format"), answer.position, &made);
    }
    let chosen: HashSet<&str> = [rows.key(), cols.map_or("", Dim::key)].into();
    let link = |format: &'static str| {
        let also = [("rows", rows.key()), ("cols", cols.map_or("", Dim::key)), ("measure", key), ("format", format)];
        a.link("/statistics/table", &also)
    };
    let word = MEASURES.iter().find(|(k, _)| *k == key).map_or("", |(_, w)| *w);
    web::html(&Page {
        s: Shell::public(&cx, "统计表"),
        dims: Dim::ALL.iter().map(|(d, k, w)| (*k, *w, *d == rows, cols == Some(*d))).collect(),
        measures: MEASURES.iter().map(|(k, w)| (*k, *w, *k == key)).collect(),
        title: cols
            .map_or_else(|| format!("按{}", rows.label()), |c| format!("按{}和{}的{word}", rows.label(), c.label())),
        all: made.all,
        headings: made.headings,
        rows: made.rows,
        total: made.total,
        more: made.more,
        chart: made.chart.and_then(|c| c.render().ok()),
        position: answer.position,
        until: show_day(a.filter.to),
        many: chosen.contains(Dim::Venue.key()),
        files: [(link("xlsx"), "下载 XLSX"), (link("csv"), "下载 CSV")],
        back: a.link("/statistics", &[]),
        a,
    })
}

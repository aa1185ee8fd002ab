//! How deadlines of publication were kept, unit by unit: agrees with the notices that the list counts.
use crate::Watch;
use crate::disclosure::compliance::store::{self, Kept};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::text::percent;
use kit::{Result, sheet, web};
use rules::calendar::{civil, day_from, day_of, parse_day, show_day, start_of};
use rules::conduct::months_on;

const MINUTE: i64 = 60_000;

/// A length of time in the largest unit that says enough.
fn length(ms: i64) -> String {
    match ms / MINUTE {
        0 if ms == 0 => "—".into(),
        0 => "不到 1 分钟".into(),
        n @ 1..60 => format!("{n} 分钟"),
        n @ 60..1440 => format!("{} 小时 {} 分", n / 60, n % 60),
        n => format!("{} 天 {} 小时", n / 1440, n % 1440 / 60),
    }
}

struct Line {
    k: Kept,
    place: String,
    late: i64,
    rate: String,
    longest: String,
    mean: String,
    link: String,
}

fn rate(kept: i64, all: i64) -> String {
    if all == 0 { "—".into() } else { format!("{}.{:02}%", kept * 100 / all, kept * 10_000 / all % 100) }
}

#[derive(Template)]
#[template(path = "disclosure/pages/compliance.html")]
struct Page {
    s: Shell,
    place: String,
    month: String,
    before: String,
    after: String,
    lines: Vec<Line>,
    all: i64,
    kept: i64,
    late: i64,
    missing: i64,
    rate: String,
    longest: String,
}

pub(super) async fn page(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let facts = watch.facts();
    let today = day_of(watch.db().now());
    let (year, month, _) = civil(today);
    let this = day_from(year, month, 1).unwrap_or(today);
    let first = parse_day(&format!("{}-01", cx.param("month"))).unwrap_or(this);
    let next = months_on(first, 1);
    let prefix = rules::place::prefix(&cx.station);
    let found = store::kept(watch.db(), prefix, start_of(first), start_of(next)).await?;
    let (from, to) = (show_day(first), show_day(next - 1));
    let lines: Vec<Line> = found
        .into_iter()
        .map(|k| Line {
            place: facts.region_name(&k.region),
            late: k.all - k.kept,
            rate: rate(k.kept, k.all + k.missing),
            longest: length(k.longest),
            mean: length(k.delay / (k.all - k.kept).max(1)),
            link: format!(
                "/notices?station={}&unit={}&from={from}&to={to}",
                k.region,
                percent(&format!("\"{}\"", k.unit))
            ),
            k,
        })
        .collect();
    if cx.param("format") == "csv" {
        let head =
            ["地区", "单位", "应公开", "按时", "逾期", "未公开", "按时率", "最长逾期（分钟）", "逾期合计（分钟）"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for l in &lines {
            let k = &l.k;
            rows.push(vec![
                l.place.clone(),
                k.unit.clone(),
                (k.all + k.missing).to_string(),
                k.kept.to_string(),
                l.late.to_string(),
                k.missing.to_string(),
                l.rate.clone(),
                (k.longest / MINUTE).to_string(),
                (k.delay / MINUTE).to_string(),
            ]);
        }
        let name = format!("notices-{}-{}.csv", cx.station, &from[..7]);
        return Ok(web::download(&name, web::CSV, sheet::csv_of(&rows)?));
    }
    let sum = |f: fn(&Line) -> i64| lines.iter().map(f).sum::<i64>();
    let (all, kept, late, missing) = (sum(|l| l.k.all), sum(|l| l.k.kept), sum(|l| l.late), sum(|l| l.k.missing));
    web::html(&Page {
        s: Shell::public(&cx, "公开时限"),
        place: facts.region_name(&cx.station),
        month: from[..7].to_owned(),
        before: show_day(months_on(first, -1))[..7].to_owned(),
        after: show_day(next)[..7].to_owned(),
        rate: rate(kept, all + missing),
        longest: length(lines.iter().map(|l| l.k.longest).max().unwrap_or(0)),
        lines,
        all: all + missing,
        kept,
        late,
        missing,
    })
}

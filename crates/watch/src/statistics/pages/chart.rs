//! Charts as SVG, made on the server; every mark says its value when pointed at, and stands in a table beside.
use super::wan;
use askama::Template;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;
/// Room for the labels below.
const FOOT: i64 = 24;

/// One bar, or the part of one.
pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// Which colour.
    pub series: usize,
    /// Words shown when pointed at.
    pub tip: String,
}

/// Bars side by side, each perhaps of parts.
#[derive(Template)]
#[template(path = "statistics/pages/chart.html")]
pub(super) struct Chart {
    pub bars: Vec<Bar>,
    /// Position and word below each group.
    pub feet: Vec<(i64, String)>,
    /// What it shows, for those who do not see it.
    pub label: String,
    pub legend: Vec<String>,
    pub width: i64,
    pub height: i64,
}

impl Chart {
    /// A chart of rows, each with the same series of amounts in fen; stacked, or side by side. Nothing to show without a value.
    pub(super) fn of(label: &str, legend: &[String], rows: &[(String, Vec<i64>)], stacked: bool) -> Option<Chart> {
        let size = |values: &[i64]| match stacked {
            true => values.iter().sum(),
            false => values.iter().copied().max().unwrap_or(0),
        };
        let most = rows.iter().map(|(_, v)| size(v)).max().filter(|m| *m > 0)?;
        let slot = WIDTH / rows.len() as i64;
        let series = if stacked { 1 } else { legend.len().max(1) as i64 };
        let width = ((slot * 7 / 10) / series).clamp(2, 40);
        let room = HEIGHT - FOOT;
        let tall = |v: i64| (i128::from(v.max(0)) * i128::from(room - 8) / i128::from(most)) as i64;
        let (mut bars, mut feet) = (Vec::new(), Vec::new());
        // Words below every bar while they fit.
        let every = (rows.len() as i64 * 52 / WIDTH) as usize + 1;
        for (i, (name, values)) in rows.iter().enumerate() {
            let left = slot * i as i64 + (slot - width * series) / 2;
            let mut base = room;
            for (n, v) in values.iter().enumerate() {
                let height = tall(*v);
                let (x, y) = match stacked {
                    true => (left, base - height),
                    false => (left + width * n as i64, room - height),
                };
                base -= height;
                let what = legend.get(n).filter(|_| legend.len() > 1).map_or(String::new(), |l| format!(" {l}"));
                if *v > 0 {
                    let tip = format!("{name}{what}：{} 万元", wan(*v));
                    bars.push(Bar { x, y, width: width - 1, height: height.max(1), series: n + 1, tip });
                }
            }
            if i % every == 0 {
                feet.push((slot * i as i64 + slot / 2, name.chars().take(7).collect()));
            }
        }
        let legend = if legend.len() > 1 { legend.to_vec() } else { Vec::new() };
        Some(Chart { bars, feet, label: label.to_owned(), legend, width: WIDTH, height: HEIGHT })
    }
}

//! Charts as SVG, made on the server; every mark says its value when pointed at, and stands in a table beside.
use super::wan;
use askama::Template;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;
/// Room for the labels below.
const FOOT: i64 = 24;
/// Of lying bars: room for the name before them, height of a row and of its bar.
const SIDE: i64 = 190;
const ROW: i64 = 26;
const THICK: i64 = 16;
/// Characters of a name that find room before a lying bar.
const NAME_MAX: usize = 14;

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

/// Words beside or below a bar: position, and whether the middle of the words is there.
pub(super) struct Word {
    pub x: i64,
    pub y: i64,
    pub middle: bool,
    pub text: String,
}

/// Bars, each perhaps of parts.
#[derive(Template)]
#[template(path = "statistics/pages/chart.html")]
pub(super) struct Chart {
    pub bars: Vec<Bar>,
    pub words: Vec<Word>,
    /// What it shows, for those who do not see it.
    pub label: String,
    pub legend: Vec<String>,
    pub width: i64,
    pub height: i64,
    /// Do its bars lie?
    pub lying: bool,
}

/// Rows of a chart: a name and the same series of amounts in fen each.
pub(super) type Rows = [(String, Vec<i64>)];

fn tip(name: &str, legend: &[String], n: usize, v: i64) -> String {
    let what = legend.get(n).filter(|_| legend.len() > 1).map_or(String::new(), |l| format!(" {l}"));
    format!("{name}{what}：{} 万元", wan(v))
}

/// Length of an amount where the longest has `room`.
fn length(v: i64, most: i64, room: i64) -> i64 {
    (i128::from(v.max(0)) * i128::from(room) / i128::from(most)) as i64
}

impl Chart {
    fn made(label: &str, legend: &[String], (height, lying): (i64, bool), bars: Vec<Bar>, words: Vec<Word>) -> Chart {
        let legend = if legend.len() > 1 { legend.to_vec() } else { Vec::new() };
        Chart { bars, words, label: label.to_owned(), legend, width: WIDTH, height, lying }
    }

    /// Months from left to right, their series side by side. Nothing to show without a value.
    pub(super) fn months(label: &str, legend: &[String], rows: &Rows) -> Option<Chart> {
        let most = rows.iter().flat_map(|(_, v)| v.iter().copied()).max().filter(|m| *m > 0)?;
        let slot = WIDTH / rows.len() as i64;
        let width = ((slot * 7 / 10) / legend.len().max(1) as i64).clamp(2, 40);
        let room = HEIGHT - FOOT;
        let (mut bars, mut words) = (Vec::new(), Vec::new());
        // Words below every bar while they fit.
        let every = (rows.len() as i64 * 44 / WIDTH) as usize + 1;
        let years = rows.first().map(|r| &r.0[..4.min(r.0.len())]) != rows.last().map(|r| &r.0[..4.min(r.0.len())]);
        for (i, (name, values)) in rows.iter().enumerate() {
            let left = slot * i as i64 + (slot - width * values.len() as i64) / 2;
            for (n, v) in values.iter().enumerate().filter(|(_, v)| **v > 0) {
                let height = length(*v, most, room - 8).max(1);
                let x = left + width * n as i64;
                let tip = tip(name, legend, n, *v);
                bars.push(Bar { x, y: room - height, width: width - 1, height, series: n + 1, tip });
            }
            if i % every == 0 {
                let x = slot * i as i64 + slot / 2;
                words.push(Word { x, y: HEIGHT - 8, middle: true, text: foot(name, years && (i == 0 || every > 1)) });
            }
        }
        Some(Chart::made(label, legend, (HEIGHT, false), bars, words))
    }

    /// Names from top to bottom, each with one bar of all its parts. Nothing to show without a value.
    pub(super) fn lying(label: &str, legend: &[String], rows: &Rows) -> Option<Chart> {
        let most = rows.iter().map(|(_, v)| v.iter().sum::<i64>()).max().filter(|m| *m > 0)?;
        let (mut bars, mut words) = (Vec::new(), Vec::new());
        for (i, (name, values)) in rows.iter().enumerate() {
            let top = i as i64 * ROW + (ROW - THICK) / 2;
            let mut x = SIDE;
            for (n, v) in values.iter().enumerate().filter(|(_, v)| **v > 0) {
                let width = length(*v, most, WIDTH - SIDE - 4).max(1);
                bars.push(Bar { x, y: top, width, height: THICK, series: n + 1, tip: tip(name, legend, n, *v) });
                x += width;
            }
            let mut text: String = name.chars().take(NAME_MAX).collect();
            if name.chars().count() > NAME_MAX {
                text.pop();
                text.push('…');
            }
            words.push(Word { x: 0, y: top + THICK - 3, middle: false, text });
        }
        Some(Chart::made(label, legend, (rows.len() as i64 * ROW, true), bars, words))
    }
}

/// A month such as 2026-03 in short: 3月; with its year where that is not clear.
fn foot(month: &str, with_year: bool) -> String {
    match month.split_once('-') {
        Some((year, m)) if with_year || m == "01" => {
            format!("{}/{}", &year[2.min(year.len())..], m.trim_start_matches('0'))
        }
        Some((_, m)) => format!("{}月", m.trim_start_matches('0')),
        None => month.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_bar_lie_end_to_end_and_the_longest_fills_the_room() {
        let rows = [("甲".to_owned(), vec![300, 100]), ("很长很长很长很长很长的单位名称一".to_owned(), vec![0, 200])];
        let c = Chart::lying("x", &["a".into(), "b".into()], &rows).unwrap();
        let at: Vec<_> = c.bars.iter().map(|b| (b.x, b.width, b.series)).collect();
        assert_eq!(at, [(190, 334, 1), (524, 111, 2), (190, 223, 2)]);
        assert_eq!(c.words[1].text, "很长很长很长很长很长的单位…");
        assert_eq!(c.height, 52);
        assert!(Chart::lying("x", &[], &[("甲".into(), vec![0])]).is_none());
    }

    #[test]
    fn months_are_named_in_short() {
        assert_eq!(foot("2026-03", false), "3月");
        assert_eq!(foot("2026-01", false), "26/1");
        assert_eq!(foot("2025-11", true), "25/11");
    }
}

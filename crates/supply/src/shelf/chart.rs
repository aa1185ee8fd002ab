//! A price history as an SVG line chart with its table; drawn by the server, readable without script.
use rules::Fen;
use rules::calendar::{day_of, show_day};

/// One point: day and lowest price on offer that day, fen.
pub struct Point {
    /// Day as text.
    pub day: String,
    /// Price as text.
    pub price: String,
    /// Position.
    pub x: i64,
    /// Position.
    pub y: i64,
}

/// A chart: points in a box of [`WIDTH`] × [`HEIGHT`].
pub struct Chart {
    /// Points, oldest first.
    pub points: Vec<Point>,
    /// The stepped line through them.
    pub path: String,
    /// Lowest price as text.
    pub low: String,
    /// Highest price as text.
    pub high: String,
}

/// Width of the drawing.
pub const WIDTH: i64 = 640;
/// Height of the drawing.
pub const HEIGHT: i64 = 180;
const MARGIN: i64 = 12;

/// The lowest price on offer over time, from each offer's price changes (offer, time, price), oldest first.
pub fn lowest(points: &[(i64, i64, i64)], now: i64) -> Option<Chart> {
    let mut current: std::collections::BTreeMap<i64, i64> = Default::default();
    let mut days: Vec<(i32, i64)> = Vec::new();
    for (offer, at, price) in points {
        current.insert(*offer, *price);
        let low = current.values().copied().min()?;
        let day = day_of(*at);
        match days.last_mut() {
            Some((d, p)) if *d == day => *p = low,
            _ => days.push((day, low)),
        }
    }
    let (first, last) = (days.first()?.0, day_of(now).max(days.last()?.0));
    let (low, high) = (days.iter().map(|d| d.1).min()?, days.iter().map(|d| d.1).max()?);
    let span_x = i64::from(last - first).max(1);
    let span_y = (high - low).max(1);
    let x = |day: i32| MARGIN + i64::from(day - first) * (WIDTH - 2 * MARGIN) / span_x;
    let y = |price: i64| {
        if high == low { HEIGHT / 2 } else { HEIGHT - MARGIN - (price - low) * (HEIGHT - 2 * MARGIN) / span_y }
    };
    let mut path = String::new();
    for (i, (day, price)) in days.iter().enumerate() {
        let (x, y) = (x(*day), y(*price));
        path.push_str(&if i == 0 { format!("M{x} {y}") } else { format!(" H{x} V{y}") });
    }
    path.push_str(&format!(" H{}", x(last)));
    let points =
        days.iter().map(|(d, p)| Point { day: show_day(*d), price: Fen(*p).yuan(), x: x(*d), y: y(*p) }).collect();
    Some(Chart { points, path, low: Fen(low).yuan(), high: Fen(high).yuan() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_price_is_followed_by_day() {
        const DAY: i64 = 86_400_000;
        let c = lowest(&[(1, 0, 500), (2, DAY, 450), (2, 2 * DAY, 600), (1, 2 * DAY, 480)], 4 * DAY).unwrap();
        let got: Vec<_> = c.points.iter().map(|p| (p.day.as_str(), p.price.as_str())).collect();
        assert_eq!(got, [("1970-01-01", "¥5.00"), ("1970-01-02", "¥4.50"), ("1970-01-03", "¥4.80")]);
        assert!(lowest(&[], 0).is_none());
    }
}

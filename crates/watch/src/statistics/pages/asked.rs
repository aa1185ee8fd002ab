//! What the address of a page asks for: a span of months, a place, values of dimensions.
use crate::Watch;
use crate::statistics::names::{self, NONE};
use base::access::{Cx, Scope};
use kit::text::percent;
use kit::{Fail, Result};
use rules::calendar::{Day, civil, day_from, day_of};
use rules::conduct::months_on;
use rules::statistics::{Dim, Filter, Mark};

/// Room for most addresses.
const LINK: usize = 160;
/// Earliest year that makes sense; the mall is younger.
const YEAR_MIN: i32 = 2000;

/// What is asked for.
pub(super) struct Asked {
    /// Everything that counts.
    pub filter: Filter,
    /// First month, such as 2026-01.
    pub from: String,
    /// Last month.
    pub to: String,
    /// Values asked for: key, value as in addresses, word of the dimension, word of the value.
    pub chosen: Vec<(&'static str, String, &'static str, String)>,
    /// Name of the place.
    pub place: String,
    /// Is the answer a file? Files have no addresses.
    pub file: bool,
}

fn month(text: &str) -> Option<Day> {
    let (year, month) = text.split_once('-')?;
    let year: i32 = year.parse().ok().filter(|y| (YEAR_MIN..=9999).contains(y))?;
    day_from(year, month.parse().ok()?, 1)
}

/// The month a day is in.
pub(super) fn month_of(day: Day) -> String {
    let (year, month, _) = civil(day);
    format!("{year}-{month:02}")
}

/// A day a year earlier; the 29th of February becomes the 28th.
pub(super) fn year_before(day: Day) -> Day {
    let (year, month, date) = civil(day);
    day_from(year - 1, month, date).or_else(|| day_from(year - 1, month, date - 1)).unwrap_or(day - 365)
}

impl Asked {
    /// Reads the address. Without a span it is this year so far; without a place it is the station's. What somebody may not
    /// leave (`within`) narrows it.
    pub(super) async fn read(watch: &Watch, cx: &Cx, within: Option<&Scope>) -> Result<Asked> {
        let facts = watch.facts();
        let today = day_of(watch.db().now());
        let (year, ..) = civil(today);
        let wrong = |field| Fail::field(field, "statistics.month", "月份请写成“年-月”，例如 2026-01。");
        let first = match cx.param("from") {
            "" => day_from(year, 1, 1).unwrap_or(today),
            text => month(text).ok_or_else(|| wrong("from"))?,
        };
        let last = match cx.param("to") {
            "" => today,
            text => month(text).ok_or_else(|| wrong("to"))?,
        };
        let to = (months_on(day_from(civil(last).0, civil(last).1, 1).unwrap_or(last), 1) - 1).min(today.max(first));
        if to < first {
            return Err(Fail::field("to", "statistics.span", "结束月份不能早于开始月份。"));
        }
        let mut region = match cx.param("region") {
            "" => rules::place::prefix(&cx.station).to_owned(),
            text => text.to_owned(),
        };
        if region.is_empty() || !region.bytes().all(|b| b.is_ascii_digit()) || region.len() > 6 {
            return Err(Fail::field("region", "statistics.region", "没有这个地区，请从上一级页面点选。"));
        }
        let (mut equal, mut chosen) = (Vec::new(), Vec::new());
        let mut own = async |dim: Dim, id: i64| -> Result<()> {
            let name = names::words(watch, dim, std::iter::once(id.to_string().as_str())).await?;
            let name = name.into_values().next().unwrap_or_default();
            equal.push((dim, id.to_string()));
            chosen.push((dim.key(), id.to_string(), dim.label(), name));
            Ok(())
        };
        match within {
            Some(Scope::Region(prefix)) if !region.starts_with(prefix) => region.clone_from(prefix),
            Some(Scope::Unit(id)) => own(Dim::Unit, *id).await?,
            Some(Scope::Supplier(id)) => own(Dim::Supplier, *id).await?,
            _ => {}
        }
        let place = facts.region_name(&format!("{region:0<6}"));
        let mut f = Filter { from: first, to, region, equal };
        for (dim, key, label) in Dim::ALL {
            let value = cx.param(key).to_owned();
            // What somebody may not leave is chosen already.
            if value.is_empty() || dim == Dim::Region || chosen.iter().any(|(k, ..)| *k == key) {
                continue;
            }
            let word = names::words(watch, dim, std::iter::once(value.as_str())).await?;
            let word = word.get(&value).cloned().unwrap_or_else(|| value.clone());
            f.equal.push((dim, if value == NONE { String::new() } else { value.clone() }));
            chosen.push((key, value, label, word));
        }
        Ok(Asked { from: month_of(first), to: month_of(to), filter: f, chosen, place, file: false })
    }

    /// What most people want to see: this month, this year, the year before.
    pub(super) fn spans(&self, today: Day) -> [(&'static str, String, String, bool); 3] {
        let (year, ..) = civil(today);
        let now = month_of(today);
        let all = [
            ("本月", now.clone(), now.clone()),
            ("本年", format!("{year}-01"), now),
            ("上年", format!("{}-01", year - 1), format!("{}-12", year - 1)),
        ];
        all.map(|(word, from, to)| {
            let on = from == self.from && to == self.to;
            (word, from, to, on)
        })
    }

    /// The same of the year before.
    pub(super) fn year_before(&self) -> Filter {
        Filter { from: year_before(self.filter.from), to: year_before(self.filter.to), ..self.filter.clone() }
    }

    /// An address that asks for the same, and for this too; a dimension given anew replaces the old value.
    pub(super) fn link(&self, path: &str, also: &[(&str, &str)]) -> String {
        if self.file {
            return String::new();
        }
        let set = |key: &str| also.iter().any(|(k, _)| *k == key);
        let span = [("from", self.from.as_str()), ("to", &self.to), ("region", &self.filter.region)];
        // What a scope added is part of the address as well.
        let values = self.filter.equal.iter().map(|(d, v)| (d.key(), if v.is_empty() { NONE } else { v.as_str() }));
        let kept = span.into_iter().chain(values).filter(|(k, _)| !set(k));
        let new = also.iter().copied().filter(|(k, v)| *k == "region" || !v.is_empty());
        let mut out = String::with_capacity(LINK);
        out.push_str(path);
        for (i, (k, v)) in kept.chain(new).enumerate() {
            out.push(if i == 0 { '?' } else { '&' });
            out.push_str(k);
            out.push('=');
            out.push_str(&percent(v));
        }
        out
    }

    /// The address of the orders that a figure counts, with these values of dimensions.
    pub(super) fn counted(&self, mark: Mark, also: &[(Dim, &str)]) -> String {
        let mut out = self.orders(also);
        out.push_str("&counted=");
        mark.key().into_iter().for_each(|part| out.push_str(part));
        out
    }

    /// The address of the orders with these values of dimensions.
    pub(super) fn orders(&self, also: &[(Dim, &str)]) -> String {
        let also: Vec<(&str, &str)> =
            also.iter().map(|(d, v)| (d.key(), if v.is_empty() { NONE } else { *v })).collect();
        self.link("/statistics/orders", &also)
    }
}

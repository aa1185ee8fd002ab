//! Days and terms (期限): Beijing days, the working-day calendar of the State Council's yearly notices, deadlines.

use std::collections::{BTreeMap, BTreeSet};

/// A Beijing day: days since 1970-01-01.
pub type Day = i32;

/// An instant: milliseconds since 1970-01-01 00:00 UTC.
pub type Ms = i64;

/// Milliseconds of one day; Beijing has had no summer time since 1991.
pub const DAY_MS: Ms = 86_400_000;

/// Beijing is eight hours ahead of UTC.
const OFFSET_MS: Ms = 8 * 3_600_000;

/// The longest term that is counted, in days (100 years); a longer one ends there.
pub const TERM_DAYS_MAX: u32 = 36_525;

/// The Beijing day on which `at` falls.
pub fn day_of(at: Ms) -> Day {
    let day = at.saturating_add(OFFSET_MS).div_euclid(DAY_MS);
    day.clamp(Day::MIN.into(), Day::MAX.into()) as Day
}

/// The first millisecond of a Beijing day.
pub fn start_of(day: Day) -> Ms {
    Ms::from(day) * DAY_MS - OFFSET_MS
}

/// The last millisecond of a Beijing day.
pub fn end_of(day: Day) -> Ms {
    start_of(day) + DAY_MS - 1
}

/// Year, month (1–12) and day of the month of a day.
pub fn civil(day: Day) -> (i32, u32, u32) {
    // Counted from 0000-03-01, so that the leap day is the last of its year; an era is 400 years.
    let days = i64::from(day) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, date as u32)
}

/// The day of a date; `None` when there is no such date or the year is not within 1–9999.
pub fn day_from(year: i32, month: u32, date: u32) -> Option<Day> {
    if !(1..=9999).contains(&year) || date == 0 || date > days_in(year, month)? {
        return None;
    }
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let shifted_month = if month > 2 { month - 3 } else { month + 9 } as i32;
    let (era, of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let of_year = (153 * shifted_month + 2) / 5 + date as i32 - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn days_in(year: i32, month: u32) -> Option<u32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Reads `2026-09-17`, in exactly this form.
pub fn parse_day(text: &str) -> Option<Day> {
    let b = text.as_bytes();
    let formed = b.len() == 10
        && b.iter().enumerate().all(|(i, c)| match i {
            4 | 7 => *c == b'-',
            _ => c.is_ascii_digit(),
        });
    if !formed {
        return None;
    }
    day_from(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
}

/// `2026-09-17`.
pub fn show_day(day: Day) -> String {
    let (y, m, d) = civil(day);
    format!("{y:04}-{m:02}-{d:02}")
}

/// `2026-09-17 14:03`, Beijing time.
pub fn show_time(at: Ms) -> String {
    let s = show_stamp(at);
    s[..s.len() - 3].to_string()
}

/// `2026-09-17 14:03:59`, Beijing time.
pub fn show_stamp(at: Ms) -> String {
    let s = at.saturating_add(OFFSET_MS).rem_euclid(DAY_MS) / 1000;
    format!("{} {:02}:{:02}:{:02}", show_day(day_of(at)), s / 3600, s / 60 % 60, s % 60)
}

/// The calendar year of a day: budgets, catalogues and yearly limits follow it.
pub fn year_of(day: Day) -> i32 {
    civil(day).0
}

/// A running number of the month of a day: year × 12 + (month − 1).
pub fn month_of(day: Day) -> i32 {
    let (y, m, _) = civil(day);
    y * 12 + m as i32 - 1
}

/// 1 January of the year of a day.
pub fn first_day_of_year(day: Day) -> Day {
    let (y, m, d) = civil(day);
    let leap = days_in(y, 2) == Some(29);
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][m as usize - 1];
    day - before - i32::from(leap && m > 2) - (d as i32 - 1)
}

/// The end of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Last millisecond within the term: an act at this instant is in time.
    pub at: Ms,
    /// The count passed a year whose holidays are not known yet, so the end may still move.
    pub provisional: bool,
}

/// Holidays and make-up working days, from the yearly notices of the State Council's General Office.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Days that differ from the week's pattern; true = off.
    days: BTreeMap<Day, bool>,
    years: BTreeSet<i32>,
}

impl Calendar {
    /// A calendar of listed days: (day, true = day off, false = make-up working day).
    pub fn new(days: impl Iterator<Item = (Day, bool)>) -> Calendar {
        let days: BTreeMap<Day, bool> = days.collect();
        let years = days.keys().map(|d| year_of(*d)).collect();
        Calendar { days, years }
    }

    /// Is it a working day? Days that no notice lists follow the week: Monday to Friday work.
    pub fn is_working(&self, day: Day) -> bool {
        match self.days.get(&day) {
            Some(off) => !off,
            // 1970-01-01 was a Thursday, so 0 is Monday here.
            None => (i64::from(day) + 3).rem_euclid(7) < 5,
        }
    }

    /// Is the notice for the year of this day in the table?
    pub fn covers(&self, day: Day) -> bool {
        self.years.contains(&year_of(day))
    }

    /// The end of the `n`-th working day after the day of `from`; that day itself does not count.
    pub fn end_after_working(&self, from: Ms, n: u32) -> Deadline {
        let (mut day, mut left) = (day_of(from), n.min(TERM_DAYS_MAX));
        let mut provisional = false;
        while left > 0 {
            day += 1;
            provisional |= !self.covers(day);
            left -= u32::from(self.is_working(day));
        }
        Deadline { at: end_of(day), provisional }
    }

    /// The end of the `n`-th calendar day after the day of `from`; holidays do not move it.
    pub fn end_after_calendar(&self, from: Ms, n: u32) -> Deadline {
        Deadline { at: end_of(day_of(from) + n.min(TERM_DAYS_MAX) as Day), provisional: false }
    }

    /// Working days after the day of `a` up to and with the day of `b`; 0 when `b` is not on a later day.
    pub fn working_days_between(&self, a: Ms, b: Ms) -> u32 {
        (day_of(a) + 1..=day_of(b)).filter(|d| self.is_working(*d)).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        parse_day(text).unwrap()
    }

    /// An instant in Beijing time, hour and minute of a day.
    fn at(text: &str, hour: i64, minute: i64) -> Ms {
        start_of(day(text)) + (hour * 60 + minute) * 60_000
    }

    fn shipped() -> Calendar {
        let rows = include_str!("../../../data/holidays.csv").lines();
        Calendar::new(rows.filter(|l| !l.starts_with('#') && !l.starts_with("date")).map(|l| {
            let mut cells = l.split(',');
            (day(cells.next().unwrap()), cells.next() == Some("off"))
        }))
    }

    #[test]
    fn dates_round_trip_over_leap_years_and_eras() {
        for (y, m, d, want) in [
            (1970, 1, 1, Some(0)),
            (1969, 12, 31, Some(-1)),
            (2000, 2, 29, Some(11_016)),
            (2024, 2, 29, Some(19_782)),
            (2026, 9, 17, Some(20_713)),
            (2026, 2, 29, None),
            (2100, 2, 29, None),
            (1900, 2, 29, None),
            (2026, 4, 31, None),
            (2026, 13, 1, None),
            (2026, 0, 1, None),
            (2026, 1, 0, None),
            (0, 1, 1, None),
            (10_000, 1, 1, None),
        ] {
            assert_eq!(day_from(y, m, d), want, "{y}-{m}-{d}");
        }
        let mut expected = (1600, 1, 1);
        for d in day("1600-01-01")..=day("2400-12-31") {
            let (y, m, date) = civil(d);
            assert_eq!((y, m, date), expected);
            assert_eq!(day_from(y, m, date), Some(d));
            assert_eq!(first_day_of_year(d), day_from(y, 1, 1).unwrap());
            expected = match days_in(y, m) {
                Some(last) if date < last => (y, m, date + 1),
                _ if m < 12 => (y, m + 1, 1),
                _ => (y + 1, 1, 1),
            };
        }
    }

    #[test]
    fn days_are_read_and_shown_in_one_form() {
        for (text, want) in [
            ("2026-09-17", Some("2026-09-17")),
            ("2026-9-17", None),
            ("2026/09/17", None),
            ("2026-09-31", None),
            ("+026-09-17", None),
            ("2026-09-17 ", None),
            ("二〇二六", None),
            ("", None),
        ] {
            assert_eq!(parse_day(text).map(show_day).as_deref(), want, "{text}");
        }
        assert_eq!((year_of(day("2026-12-31")), month_of(day("2026-12-31"))), (2026, 24_323));
    }

    #[test]
    fn the_day_turns_at_midnight_in_beijing() {
        let last = at("2026-09-17", 23, 59) + 59_999;
        for (ms, d, time, stamp) in [
            (0, 0, "1970-01-01 08:00", "1970-01-01 08:00:00"),
            (last, 20_713, "2026-09-17 23:59", "2026-09-17 23:59:59"),
            (last + 1, 20_714, "2026-09-18 00:00", "2026-09-18 00:00:00"),
            (-28_800_001, -1, "1969-12-31 23:59", "1969-12-31 23:59:59"),
        ] {
            assert_eq!((day_of(ms), show_time(ms).as_str(), show_stamp(ms).as_str()), (d, time, stamp));
        }
        assert_eq!(start_of(20_714), last + 1);
        assert_eq!(end_of(20_713), last);
    }

    #[test]
    fn holidays_and_make_up_days_of_2026_are_known() {
        let c = shipped();
        for (d, working) in [
            ("2026-01-01", false),
            ("2026-01-04", true), // a Sunday
            ("2026-02-16", false),
            ("2026-02-28", true), // a Saturday
            ("2026-09-17", true),
            ("2026-09-19", false), // a Saturday
            ("2026-09-20", true),  // a Sunday
            ("2026-09-25", false),
            ("2026-10-07", false),
            ("2026-10-10", true),
            ("2027-10-01", true), // not known yet: a Friday
        ] {
            assert_eq!(c.is_working(day(d)), working, "{d}");
        }
        assert!(c.covers(day("2019-06-01")) && c.covers(day("2026-12-31")));
        assert!(!c.covers(day("2018-12-31")) && !c.covers(day("2027-01-01")));
        let off = (day("2026-01-01")..=day("2026-12-31")).filter(|d| !c.is_working(*d)).count();
        assert_eq!(off, 117);
    }

    #[test]
    fn terms_end_on_the_last_moment_of_the_last_day() {
        let c = shipped();
        let check = |from: Ms, n: u32, want: &str, provisional: bool| {
            let got = c.end_after_working(from, n);
            let want = Deadline { at: end_of(day(want)), provisional };
            assert_eq!(got, want, "{} + {n}", show_time(from));
            assert_eq!(c.working_days_between(from, got.at), n);
        };
        // Thursday; the Sunday is worked for National Day, Mid-Autumn is off Friday to Sunday.
        check(at("2026-09-17", 14, 3), 1, "2026-09-18", false);
        check(at("2026-09-17", 23, 59), 2, "2026-09-20", false);
        check(at("2026-09-17", 0, 0), 7, "2026-09-28", false);
        check(at("2026-09-30", 9, 0), 1, "2026-10-08", false);
        // Three working days from the eve of Spring Festival week.
        check(at("2026-02-13", 9, 0), 3, "2026-02-25", false);
        check(at("2026-12-31", 9, 0), 1, "2027-01-01", true);
        check(at("2026-12-30", 9, 0), 1, "2026-12-31", false);
        check(at("2026-09-17", 9, 0), 0, "2026-09-17", false);

        let plain = c.end_after_calendar(at("2026-12-15", 9, 0), 30);
        assert_eq!((show_stamp(plain.at), plain.provisional), ("2027-01-14 23:59:59".into(), false));
        assert_eq!(c.working_days_between(at("2026-09-18", 9, 0), at("2026-09-17", 9, 0)), 0);
        assert!(c.end_after_working(0, u32::MAX).provisional);
    }
}

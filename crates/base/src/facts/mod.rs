//! Facts: region tree, categories, calendar, rulebook. Kept in the database, held in memory as one immutable snapshot.
//!
//! The files in `data/` are the first content of an empty installation; another province brings its own.

mod keys;
pub mod pages;
mod show;
mod store;
pub mod words;

use rules::calendar::{Calendar, Day, Deadline, Ms};
use rules::rulebook::{Effective, Rulebook, Scope};
use std::collections::BTreeMap;

pub use keys::Key;
pub(crate) use show::{LIST_SHOWN, beginning, beyond, pair, show_brief};
pub use show::{scope_words, show_value};
pub use store::{json_of, load, publish, rules, seed, value_of};

/// A region: province, city, county, zone, or a level's own node (本级).
#[derive(Clone, Debug)]
pub struct Region {
    /// Six-digit code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name for narrow places.
    pub short: String,
    /// `province`, `city`, `county`, `zone`, `own`.
    pub kind: String,
    /// Code of the region above; empty for the top.
    pub parent: String,
    /// State of its station: `preparing`, `trial`, `live`, `closed`.
    pub state: String,
    /// Day its station went live.
    pub since: Option<Day>,
}

impl Region {
    /// Chinese word for the station's state.
    pub fn state_word(&self) -> &'static str {
        match self.state.as_str() {
            "live" => "已上线",
            "trial" => "试运行",
            "closed" => "已关闭",
            _ => "筹备中",
        }
    }

    /// Name of the finance department that answers for the station.
    pub fn finance(&self) -> String {
        match self.kind.as_str() {
            "province" => format!("{}财政厅", self.name),
            "own" => format!("{}财政局", self.name.trim_end_matches("本级")),
            _ => format!("{}财政局", self.name),
        }
    }
}

/// A category of the procurement catalogue.
#[derive(Clone, Debug)]
pub struct Category {
    /// Code, such as A05040101.
    pub code: String,
    /// Name.
    pub name: String,
    /// 0 letter, 1–4 pairs of digits, 5 the long leaves.
    pub level: i64,
    /// Code above.
    pub parent: String,
}

/// One immutable snapshot of all facts.
pub struct Facts {
    /// Regions by code.
    pub regions: BTreeMap<String, Region>,
    /// Categories of the version in force, by code.
    pub categories: BTreeMap<String, Category>,
    /// 2013 → 2022 codes where known.
    pub category_map: BTreeMap<String, String>,
    /// Working days.
    pub calendar: Calendar,
    /// All rules.
    pub rulebook: Rulebook,
    /// What their keys are called.
    pub keys: BTreeMap<String, Key>,
    /// The top of the region tree.
    pub root: String,
}

impl Facts {
    /// Region codes from the top down to `code`; unknown codes give the top alone.
    pub fn path(&self, code: &str) -> Vec<&str> {
        let mut up = Vec::new();
        let mut at = self.regions.get(code).or_else(|| self.regions.get(&self.root));
        while let Some(region) = at {
            up.push(region.code.as_str());
            at = self.regions.get(&region.parent);
        }
        up.reverse();
        up
    }

    /// The region of a code, if known.
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.regions.get(code)
    }

    /// Name of a region, or the code itself.
    pub fn region_name(&self, code: &str) -> String {
        self.regions.get(code).map_or_else(|| code.to_owned(), |r| r.name.clone())
    }

    /// Name of a category, or the code itself.
    pub fn category_name(&self, code: &str) -> String {
        self.category(code).map_or_else(|| code.to_owned(), |c| c.name.clone())
    }

    /// The category of a code or of a prefix such as `A0504`.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.get(code).or_else(|| self.categories.get(&full_code(code)))
    }

    /// Names from the second level down to the category: 办公设备 › 打印机 › 激光打印机.
    pub fn category_path(&self, code: &str) -> Vec<&Category> {
        let mut up = Vec::new();
        let mut at = self.category(code);
        while let Some(c) = at {
            if c.level >= 2 || up.is_empty() {
                up.push(c);
            }
            at = self.categories.get(&c.parent);
        }
        up.reverse();
        up
    }

    /// Chinese title of a key of the rulebook, or the key itself.
    pub fn key_title<'a>(&'a self, key: &'a str) -> &'a str {
        self.keys.get(key).map_or(key, |k| &k.title)
    }

    /// The effective rule of `key` at `region` on `day`, with its origin.
    pub fn rule(&self, key: &str, region: &str, scope: &Scope<'_>, day: Day) -> Option<Effective<'_>> {
        self.rulebook.resolve(key, &self.path(region), scope, day)
    }

    /// A number from the rulebook, `or` when no rule is in force.
    pub fn number(&self, key: &str, region: &str, scope: &Scope<'_>, day: Day, or: i64) -> i64 {
        self.rule(key, region, scope, day).and_then(|e| e.int()).unwrap_or(or)
    }

    /// Where a rule comes from, in words: 济南市规定，2026-01-01 起执行。依据：….
    pub fn origin(&self, e: &Effective<'_>) -> String {
        let bounded =
            e.bounded_by.map_or(String::new(), |b| format!("；受{}的上下限约束", self.region_name(&b.region)));
        format!("{}{bounded}", self.rule_origin(e.rule))
    }

    /// Where a rule comes from, in words, without what bounds it.
    pub fn rule_origin(&self, rule: &rules::rulebook::Rule) -> String {
        let set_by = self.region_name(&rule.region);
        let from = rules::calendar::show_day(rule.from);
        let mark =
            if matches!(rule.grade.as_str(), "GK" | "PROP") { "（默认值，待财政部门核定）" } else { "" };
        format!("{set_by}规定，{from} 起执行{mark}。依据：{}", rule.basis)
    }

    /// The end of the clock `key` that starts at `from`, in the unit the rule names. None when no rule is in force.
    pub fn clock(&self, key: &str, region: &str, scope: &Scope<'_>, from: Ms) -> Option<Deadline> {
        let e = self.rule(key, region, scope, rules::calendar::day_of(from))?;
        let n = e.int()?;
        Some(match e.rule.unit.as_str() {
            "working_days" => self.calendar.end_after_working(from, n.max(0) as u32),
            "calendar_days" => self.calendar.end_after_calendar(from, n.max(0) as u32),
            "hours" => Deadline { at: from + n.max(0) * 3_600_000, provisional: false },
            // Years and counts are no clocks; such a key asked for here is our own mistake.
            other => unreachable!("{key} is no clock: its unit is {other}"),
        })
    }
}

/// Code without its trailing pairs of zeros: A05040000 → A0504.
pub fn short_code(code: &str) -> &str {
    let mut p = code;
    while p.len() > 3 && p.ends_with("00") {
        p = &p[..p.len() - 2];
    }
    p
}

/// The nine-character code of a prefix: A0504 → A05040000; longer codes stay.
pub fn full_code(prefix: &str) -> String {
    format!("{prefix:0<9}")
}

/// Second-level category of a code: A05040101 → A0504.
pub fn second_level(code: &str) -> &str {
    code.get(..5).unwrap_or(code)
}

//! The rulebook: law and local settings as data, and which rule holds for a place, a purchase and a day.

use crate::calendar::Day;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number in the rule's unit.
    Int(i64),
    /// One word of a closed list.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Several words: categories, duties, features.
    List(Vec<String>),
}

/// One rule for one scope, as a finance department has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Number of this version; records that were judged by it keep it.
    pub id: i64,
    /// Dotted name, such as `limit.direct.order_fen`.
    pub key: String,
    /// Region code; the rule holds there and below.
    pub region: String,
    /// Mode of purchase (supermarket, batch, fixed); none = every mode.
    pub mode: Option<String>,
    /// Form of transaction (direct, auction); none = every form.
    pub form: Option<String>,
    /// Category code or its prefix; none = every category.
    pub category: Option<String>,
    /// Lower edge of the amount band in fen, included.
    pub amount_from: Option<i64>,
    /// Upper edge of the amount band in fen, not included.
    pub amount_below: Option<i64>,
    /// What it says.
    pub value: Value,
    /// Unit of the value: fen, percent, bp, working_days, calendar_days, hours, count, years, list, bool.
    pub unit: String,
    /// Least value that lower levels may set.
    pub min: Option<i64>,
    /// Greatest value that lower levels may set.
    pub max: Option<i64>,
    /// Lower levels may not change the rule.
    pub fixed: bool,
    /// First day in force.
    pub from: Day,
    /// Last day in force; none = until replaced.
    pub to: Option<Day>,
    /// Legal basis in Chinese, shown to users.
    pub basis: String,
    /// Grade of evidence: A, B, C, GK, PROP (header of data/rulebook.toml).
    pub grade: String,
}

/// The purchase for which a rule is sought. A field that is not known matches only rules that leave it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Mode of purchase.
    pub mode: Option<&'a str>,
    /// Form of transaction.
    pub form: Option<&'a str>,
    /// Full category code.
    pub category: Option<&'a str>,
    /// Amount in fen.
    pub amount: Option<i64>,
}

impl Rule {
    /// Is the rule in force on this day?
    pub fn in_force(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Does the rule speak about this purchase?
    pub fn matches(&self, scope: &Scope<'_>) -> bool {
        let same = |own: &Option<String>, asked: Option<&str>| match own {
            None => true,
            Some(own) => asked == Some(own.as_str()),
        };
        let category = match &self.category {
            None => true,
            Some(own) => scope.category.is_some_and(|c| c.starts_with(stem(own))),
        };
        let banded = self.amount_from.is_some() || self.amount_below.is_some();
        let amount = match scope.amount {
            None => !banded,
            Some(a) => self.amount_from.is_none_or(|from| from <= a) && self.amount_below.is_none_or(|below| a < below),
        };
        same(&self.mode, scope.mode) && same(&self.form, scope.form) && category && amount
    }

    /// Greater for the narrower scope: category, then amount band, form, mode; then the younger rule.
    fn narrowness(&self) -> impl Ord + use<> {
        let category = self.category.as_deref().map_or(0, |c| stem(c).len());
        let from = self.amount_from.unwrap_or(0);
        let width = self.amount_below.unwrap_or(i64::MAX).saturating_sub(from);
        let scope = (category, Reverse(width), self.form.is_some(), self.mode.is_some());
        (scope, self.from, self.id)
    }
}

/// The rule that holds, and the value after the bounds of upper levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective<'a> {
    /// The value to apply.
    pub value: Value,
    /// The rule that holds.
    pub rule: &'a Rule,
    /// The upper rule whose bound changed the value.
    pub bounded_by: Option<&'a Rule>,
    /// Lower levels may not change it.
    pub fixed: bool,
}

impl Effective<'_> {
    /// The number; none when the rule holds something else.
    pub fn int(&self) -> Option<i64> {
        match self.value {
            Value::Int(n) => Some(n),
            Value::Text(_) | Value::Flag(_) | Value::List(_) => None,
        }
    }

    /// Yes or no; none when the rule holds something else.
    pub fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Flag(yes) => Some(yes),
            Value::Int(_) | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// The word; none when the rule holds something else.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(word) => Some(word),
            Value::Int(_) | Value::Flag(_) | Value::List(_) => None,
        }
    }

    /// The words; none when the rule holds something else.
    pub fn list(&self) -> Option<&[String]> {
        match &self.value {
            Value::List(words) => Some(words),
            Value::Int(_) | Value::Text(_) | Value::Flag(_) => None,
        }
    }
}

/// All rules of an installation, those of the past and of the future among them.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    rules: BTreeMap<String, Vec<Rule>>,
}

impl Rulebook {
    /// A rulebook of these rules.
    pub fn new(list: Vec<Rule>) -> Rulebook {
        let mut rules: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
        for rule in list {
            rules.entry(rule.key.clone()).or_default().push(rule);
        }
        Rulebook { rules }
    }

    /// The rulebook as it is after a publication.
    pub fn with(&self, o: &crate::draft::Outcome) -> Rulebook {
        let ended = |r: &Rule| {
            let to = o.ended.iter().find(|(id, _)| *id == r.id).map(|(_, to)| *to);
            Rule { to: to.or(r.to), ..r.clone() }
        };
        Rulebook::new(self.rules.values().flatten().map(ended).chain(o.made.iter().cloned()).collect())
    }

    /// Every key that has a rule, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// The rule of an id, as orders keep it.
    pub fn by_id(&self, id: i64) -> Option<&Rule> {
        self.rules.values().flatten().find(|r| r.id == id)
    }

    /// Every rule of a key, whatever its place and time.
    pub fn all(&self, key: &str) -> &[Rule] {
        self.rules.get(key).map_or(&[], Vec::as_slice)
    }

    /// The rule of `key` that holds on `day` at the last region of `path` (region codes from the root to the leaf).
    ///
    /// In each region the rule with the narrowest scope speaks. The nearest region wins, but a fixed rule
    /// stops all below it, the bounds of every upper rule on the way clamp a number, and a lower rule in
    /// another unit than a bounded upper one does not count, since the bounds could not hold it.
    pub fn resolve(&self, key: &str, path: &[&str], scope: &Scope<'_>, day: Day) -> Option<Effective<'_>> {
        let rules = self.all(key);
        let mut bounds = Bounds::default();
        let mut holder: Option<&Rule> = None;
        for region in path {
            let speaking = rules
                .iter()
                .filter(|r| r.region == *region && r.in_force(day) && r.matches(scope))
                .max_by_key(|r| r.narrowness());
            let Some(rule) = speaking else { continue };
            if let Some(upper) = holder {
                if upper.fixed {
                    break;
                }
                bounds.tighten(upper);
                if bounds.any() && upper.unit != rule.unit {
                    continue;
                }
            }
            holder = Some(rule);
        }
        holder.map(|rule| bounds.apply(rule))
    }
}

/// The bounds collected on the way down, each with the rule that set it.
#[derive(Default)]
struct Bounds<'a> {
    min: Option<(i64, &'a Rule)>,
    max: Option<(i64, &'a Rule)>,
}

impl<'a> Bounds<'a> {
    fn any(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Takes over the bounds of `rule` where they are tighter, but never past the opposite bound of an upper rule.
    fn tighten(&mut self, rule: &'a Rule) {
        if let Some(min) = rule.min {
            let min = self.max.map_or(min, |(max, _)| min.min(max));
            if self.min.is_none_or(|(own, _)| min > own) {
                self.min = Some((min, rule));
            }
        }
        if let Some(max) = rule.max {
            let max = self.min.map_or(max, |(min, _)| max.max(min));
            if self.max.is_none_or(|(own, _)| max < own) {
                self.max = Some((max, rule));
            }
        }
    }

    fn apply(&self, rule: &'a Rule) -> Effective<'a> {
        let bound = match (&rule.value, self.min, self.max) {
            (Value::Int(n), Some(min), _) if *n < min.0 => Some(min),
            (Value::Int(n), _, Some(max)) if *n > max.0 => Some(max),
            (Value::Int(_) | Value::Text(_) | Value::Flag(_) | Value::List(_), _, _) => None,
        };
        Effective {
            value: bound.map_or_else(|| rule.value.clone(), |(n, _)| Value::Int(n)),
            rule,
            bounded_by: bound.map(|(_, upper)| upper),
            fixed: rule.fixed,
        }
    }
}

/// Is the category within a list of category codes or prefixes?
pub fn in_list(code: &str, list: &[String]) -> bool {
    list.iter().any(|entry| code.starts_with(stem(entry)))
}

/// A category code without its trailing pairs of zeros: A05040000 → A0504, C10000000 → C10.
pub fn stem(code: &str) -> &str {
    let mut s = code;
    // The letter stays, and so does the first pair: the tree begins below it.
    while s.len() > 3 && s.len() % 2 == 1 && s.ends_with("00") {
        s = &s[..s.len() - 2];
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: [&str; 3] = ["370000", "370100", "370102"];

    fn rule(id: i64, region: &str, value: i64) -> Rule {
        Rule {
            id,
            key: "k".into(),
            region: region.into(),
            mode: None,
            form: None,
            category: None,
            amount_from: None,
            amount_below: None,
            value: Value::Int(value),
            unit: "count".into(),
            min: None,
            max: None,
            fixed: false,
            from: 0,
            to: None,
            basis: "测试".into(),
            grade: "PROP".into(),
        }
    }

    /// Resolves at the county on day 100: (value, rule, bounding rule).
    fn resolve(rules: &[Rule], scope: &Scope<'_>) -> Option<(i64, i64, Option<i64>)> {
        let book = Rulebook::new(rules.to_vec());
        let e = book.resolve("k", &PATH, scope, 100)?;
        Some((e.int()?, e.rule.id, e.bounded_by.map(|r| r.id)))
    }

    #[track_caller]
    fn check(rules: &[Rule], want: Option<(i64, i64, Option<i64>)>) {
        assert_eq!(resolve(rules, &Scope::default()), want);
    }

    #[test]
    fn the_nearest_region_wins() {
        let (province, city, county) = (rule(1, "370000", 10), rule(2, "370100", 20), rule(3, "370102", 30));
        check(&[], None);
        check(&[rule(9, "370200", 1)], None);
        check(std::slice::from_ref(&province), Some((10, 1, None)));
        check(&[city.clone(), province.clone()], Some((20, 2, None)));
        check(&[county, city, province], Some((30, 3, None)));
    }

    #[test]
    fn a_fixed_rule_stops_all_below_it() {
        let province = Rule { fixed: true, ..rule(1, "370000", 10) };
        check(&[province, rule(2, "370100", 20)], Some((10, 1, None)));
        let city = Rule { fixed: true, ..rule(2, "370100", 20) };
        check(&[rule(1, "370000", 10), city.clone(), rule(3, "370102", 30)], Some((20, 2, None)));
        // The city's fixed rule keeps to the bounds of the province, and the county cannot undo that.
        let province = Rule { max: Some(15), ..rule(1, "370000", 10) };
        check(&[province, city, rule(3, "370102", 12)], Some((15, 2, Some(1))));
        // The most that a contract may agree does not touch the fixed value itself.
        check(&[Rule { fixed: true, max: Some(5), ..rule(1, "370000", 10) }], Some((10, 1, None)));
    }

    #[test]
    fn upper_bounds_clamp_lower_numbers() {
        let province = Rule { min: Some(5), max: Some(15), ..rule(1, "370000", 10) };
        for (value, want) in [(4, (5, 3, Some(1))), (5, (5, 3, None)), (15, (15, 3, None)), (16, (15, 3, Some(1)))] {
            check(&[province.clone(), rule(3, "370102", value)], Some(want));
        }
        let city = Rule { min: Some(8), max: Some(99), ..rule(2, "370100", 9) };
        // The tighter bound counts, whoever set it.
        check(&[province.clone(), city.clone(), rule(3, "370102", 6)], Some((8, 3, Some(2))));
        check(&[province.clone(), city, rule(3, "370102", 60)], Some((15, 3, Some(1))));
        // A city cannot push the county out of the province's bounds.
        let city = Rule { min: Some(40), ..rule(2, "370100", 12) };
        check(&[province.clone(), city, rule(3, "370102", 12)], Some((15, 3, Some(2))));
        // Own bounds bind those below, not the rule itself.
        check(&[Rule { max: Some(3), ..rule(1, "370000", 10) }], Some((10, 1, None)));
        // Hours cannot be held by bounds in days.
        let hours = Rule { unit: "hours".into(), ..rule(3, "370102", 72) };
        check(&[province, hours.clone()], Some((10, 1, None)));
        check(&[rule(1, "370000", 10), hours], Some((72, 3, None)));
    }

    #[test]
    fn only_rules_in_force_speak_and_the_younger_replaces_the_older() {
        let old = Rule { from: 0, to: Some(99), ..rule(1, "370000", 1) };
        let new = Rule { from: 100, ..rule(2, "370000", 2) };
        let next = Rule { from: 101, ..rule(3, "370000", 3) };
        let book = Rulebook::new(vec![old, new, next]);
        let on = |day| book.resolve("k", &PATH, &Scope::default(), day).map(|e| e.rule.id);
        let days = [on(-1), on(0), on(99), on(100), on(101)];
        assert_eq!(days, [None, Some(1), Some(1), Some(2), Some(3)]);
        assert_eq!(on(i32::MAX), Some(3));
        // Two versions of one day: the later entered one.
        check(&[rule(7, "370000", 7), rule(8, "370000", 8)], Some((8, 8, None)));
    }

    #[test]
    fn the_narrower_scope_speaks_for_its_region() {
        let text = |s: &str| Some(s.to_string());
        let rules = [
            rule(1, "370000", 1),
            Rule { mode: text("fixed"), ..rule(2, "370000", 2) },
            Rule { form: text("direct"), ..rule(3, "370000", 3) },
            Rule { amount_below: Some(500), form: text("direct"), ..rule(4, "370000", 4) },
            Rule { amount_from: Some(100), amount_below: Some(500), ..rule(5, "370000", 5) },
            Rule { category: text("A05"), ..rule(6, "370000", 6) },
            Rule { category: text("A05040000"), ..rule(7, "370000", 7) },
            Rule { category: text("A0504"), amount_from: Some(500), ..rule(8, "370000", 8) },
        ];
        for (mode, form, category, amount, want) in [
            (None, None, None, None, 1),
            (Some("fixed"), None, None, None, 2),
            (Some("batch"), None, None, None, 1),
            (Some("fixed"), Some("direct"), None, None, 3),
            (None, Some("direct"), None, Some(99), 4),
            (None, Some("direct"), None, Some(100), 5),
            (None, Some("direct"), None, Some(499), 5),
            (None, Some("direct"), None, Some(500), 3),
            (None, None, Some("A05010201"), Some(100), 6),
            (None, Some("direct"), Some("A05040101"), None, 7),
            (None, None, Some("A05040101"), Some(499), 7),
            (None, None, Some("A05040101"), Some(500), 8),
            (None, None, Some("A06010101"), None, 1),
        ] {
            let scope = Scope { mode, form, category, amount };
            assert_eq!(resolve(&rules, &scope).map(|r| r.1), Some(want), "{scope:?}");
        }
        // A nearer region wins even with a wider scope.
        let near = [rules[6].clone(), rule(9, "370102", 9)];
        let scope = Scope { category: Some("A05040101"), ..Scope::default() };
        assert_eq!(resolve(&near, &scope), Some((9, 9, None)));
    }

    #[test]
    fn a_value_is_read_as_what_it_is() {
        let values = [Value::Int(1), Value::Text("lowest".into()), Value::Flag(true), Value::List(vec!["A02".into()])];
        for (i, value) in values.into_iter().enumerate() {
            let book = Rulebook::new(vec![Rule { value, fixed: true, ..rule(1, "370000", 0) }]);
            let e = book.resolve("k", &PATH, &Scope::default(), 0).unwrap();
            let read = [e.int().is_some(), e.text().is_some(), e.flag().is_some(), e.list().is_some()];
            assert_eq!(read, std::array::from_fn(|k| k == i));
            assert!(e.fixed);
        }
        let book = Rulebook::new(vec![rule(1, "370000", 0), Rule { key: "a".into(), ..rule(2, "370100", 0) }]);
        assert_eq!(book.keys().collect::<Vec<_>>(), ["a", "k"]);
        assert_eq!((book.all("a").len(), book.all("b").len()), (1, 0));
    }

    #[test]
    fn categories_belong_to_lists_by_prefix() {
        let list = ["A02010105".to_string(), "A05040000".into(), "C10000000".into()];
        for (code, yes) in [
            ("A02010105", true),
            ("A02010108", false),
            ("A0201010501", true),
            ("A05040101", true),
            ("A05050000", false),
            ("C10020100", true),
            ("C11000000", false),
        ] {
            assert_eq!(in_list(code, &list), yes, "{code}");
        }
        assert!(in_list("B07000000", &["B".to_string()]));
        assert!(!in_list("A02010105", &[]));
        assert_eq!(
            [stem("A"), stem("A02000000"), stem("A20000000"), stem("A05040100")],
            ["A", "A02", "A20", "A050401"]
        );
    }
}

//! Changes as people type them: fields of the form from a rule, and a change from the fields.
use crate::access::Form;
use crate::facts::{Facts, Key, beginning, pair};
use kit::{Fail, Result};
use rules::Fen;
use rules::calendar::{Day, parse_day, show_day};
use rules::draft::{Change, Set, Words};
use rules::duty::Duty;
use rules::rulebook::{Rule, Value};

/// A word that may be chosen: stable key, Chinese, chosen?
pub(super) type Choice = (String, String, bool);

/// How a value is entered.
pub(super) enum Input {
    /// A number, with the word for its unit.
    Number(String, String),
    /// Yes or no.
    YesNo(bool),
    /// One of these.
    One(Vec<Choice>),
    /// Some of these.
    Some(Vec<Choice>),
    /// Some of these in an order, each place a list of its own.
    Ordered(Vec<Vec<Choice>>),
    /// One a line, with what to write.
    Lines(String, &'static str),
    /// A text.
    Text(String),
}

/// The form of one change.
pub(super) struct Fields {
    pub(super) key: String,
    pub(super) modes: Vec<Choice>,
    pub(super) forms: Vec<Choice>,
    pub(super) category: String,
    pub(super) from: String,
    pub(super) below: String,
    pub(super) end: bool,
    pub(super) input: Input,
    /// Units a time may be counted in; empty for anything else.
    pub(super) units: Vec<Choice>,
    /// Is it a number, so that those below can be bounded?
    pub(super) bounded: bool,
    /// The word for the unit of its bounds, empty for none.
    pub(super) measure: String,
    pub(super) min: String,
    pub(super) max: String,
    pub(super) fixed: bool,
    pub(super) to: String,
}

const MODES: [(&str, &str); 4] =
    [("", "全部"), ("supermarket", "超市采购"), ("batch", "批量采购"), ("fixed", "定点采购")];
const FORMS: [(&str, &str); 3] = [("", "全部"), ("direct", "直购"), ("auction", "竞价")];
const TIMES: [(&str, &str); 3] = [("working_days", "个工作日"), ("calendar_days", "日"), ("hours", "小时")];
/// Places of an ordered list.
const PLACES: usize = 4;

fn choices(all: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    all.iter().map(|(k, w)| ((*k).to_owned(), (*w).to_owned(), *k == chosen)).collect()
}

/// The word for a unit behind a number of a key.
fn unit_word(key: &Key, unit: &str) -> String {
    match unit {
        "fen" => "元",
        "percent" | "bp" => "%",
        "years" => "年",
        "minutes" => "分钟",
        _ => &key.measure,
    }
    .to_owned()
}

fn is_time(unit: &str) -> bool {
    TIMES.iter().any(|(k, _)| *k == unit)
}

/// A number as it is typed. Basis points are typed as percent with two decimals, as fen are as yuan.
fn plain(n: i64, unit: &str) -> String {
    match unit {
        "fen" | "bp" => Fen(n).plain(),
        _ => n.to_string(),
    }
}

fn number(form: &Form, name: &'static str, label: &str, unit: &str) -> Result<i64> {
    let text = form.get(name);
    let wrong = |how: &str| Fail::field(name, "form.number", format!("{label}请写成{how}，现在是“{text}”。"));
    match unit {
        "fen" => Fen::parse_yuan(text).map(|f| f.0).ok_or_else(|| wrong("元，例如 30000 或 30000.00")),
        "bp" => Fen::parse_yuan(text).map(|f| f.0).ok_or_else(|| wrong("百分数，例如 5 或 5.50")),
        _ => text.parse().map_err(|_| wrong("整数，例如 3")),
    }
}

/// The form of a change, from the rule it begins with.
pub(super) fn fields(facts: &Facts, key: &Key, name: &str, r: &Rule) -> Fields {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let yuan = |v: Option<i64>| v.map_or(String::new(), |n| Fen(n).plain());
    let bound = |v: Option<i64>| v.map_or(String::new(), |n| plain(n, &r.unit));
    Fields {
        key: name.to_owned(),
        modes: choices(&MODES, &text(&r.mode)),
        forms: choices(&FORMS, &text(&r.form)),
        category: text(&r.category),
        from: yuan(r.amount_from),
        below: yuan(r.amount_below),
        end: false,
        input: input(facts, (name, key), &r.value, &r.unit),
        units: if is_time(&r.unit) { choices(&TIMES, &r.unit) } else { Vec::new() },
        bounded: matches!(r.value, Value::Int(_)),
        measure: unit_word(key, &r.unit),
        min: bound(r.min),
        max: bound(r.max),
        fixed: r.fixed,
        to: r.to.map_or(String::new(), show_day),
    }
}

fn input(facts: &Facts, (name, key): (&str, &Key), value: &Value, unit: &str) -> Input {
    let all = |chosen: &dyn Fn(&str) -> bool| -> Vec<Choice> {
        key.choices.iter().map(|(k, w)| (k.clone(), w.clone(), chosen(k))).collect()
    };
    match (value, &key.words) {
        (Value::Int(n), _) => Input::Number(plain(*n, unit), unit_word(key, unit)),
        (Value::Flag(yes), _) => Input::YesNo(*yes),
        (Value::Text(t), Words::Of(_)) => Input::One(all(&|w| w == t)),
        (Value::Text(t), _) => Input::Text(t.clone()),
        (Value::List(l), Words::Of(_)) => Input::Some(all(&|w| l.iter().any(|x| x == w))),
        // A template of a role has duties; a chain of approvals has steps.
        (Value::List(l), Words::Duty) if name.starts_with("role.") => {
            let duty = |d: &Duty| (d.key().to_owned(), d.label().to_owned(), l.iter().any(|w| w == d.key()));
            Input::Some(Duty::ALL.iter().map(duty).collect())
        }
        (Value::List(l), Words::Duty) => Input::Ordered((0..PLACES).map(|n| duties(l.get(n))).collect()),
        (Value::List(l), Words::Pairs) => Input::Lines(shown_pairs(l), "每行一对，写成“经办人/验收人”"),
        (Value::List(l), Words::Key) => Input::Some(beginnings(facts, l)),
        (Value::List(l), Words::Category) => {
            let name = |c: &String| facts.category(c).map_or("", |found| &found.name);
            let line = |c: &String| format!("{c} {}", name(c)).trim_end().to_owned();
            let hint = "每行一个品目编码，写开头几位即包括其下各级；编码后面的名称可写可不写";
            Input::Lines(l.iter().map(line).collect::<Vec<_>>().join("\n"), hint)
        }
        (Value::List(l), Words::Free) => Input::Lines(l.join("\n"), "每行一项"),
    }
}

fn duties(chosen: Option<&String>) -> Vec<Choice> {
    let none = [(String::new(), "（无）".to_owned(), chosen.is_none())];
    let duty = |d: &Duty| (d.key().to_owned(), d.label().to_owned(), chosen.is_some_and(|c| c == d.key()));
    none.into_iter().chain(Duty::BUSINESS.iter().map(duty)).collect()
}

fn shown_pairs(list: &[String]) -> String {
    list.iter().map(|p| pair(p)).collect::<Vec<_>>().join("\n")
}

fn typed_pair(line: &str) -> String {
    let key = |w: &str| {
        let duty = Duty::ALL.into_iter().find(|d| d.label() == w.trim());
        duty.map_or_else(|| w.trim().to_owned(), |d| d.key().to_owned())
    };
    line.split_once(['/', '／']).map_or(line.to_owned(), |(a, b)| format!("{}/{}", key(a), key(b)))
}

/// The groups of keys, and narrower beginnings already in use.
fn beginnings(facts: &Facts, chosen: &[String]) -> Vec<Choice> {
    let mut all: Vec<String> =
        facts.keys.keys().filter_map(|k| k.split_once('.')).map(|(group, _)| format!("{group}.")).collect();
    all.extend(chosen.iter().cloned());
    all.sort_unstable();
    all.dedup();
    all.iter().map(|k| (k.clone(), beginning(facts, k), chosen.contains(k))).collect()
}

/// The fields again as they were typed, after something was wrong.
pub(super) fn retyped(mut f: Fields, form: &Form) -> Fields {
    let got = |name: &str| form.get(name).to_owned();
    let mark = |list: &mut Vec<Choice>, name: &str| {
        let values = form.all(name);
        list.iter_mut().for_each(|c| c.2 = values.contains(&c.0.as_str()));
    };
    mark(&mut f.modes, "mode");
    mark(&mut f.forms, "form");
    mark(&mut f.units, "unit");
    (f.category, f.from, f.below, f.to) = (got("category"), got("from"), got("below"), got("to"));
    (f.min, f.max) = (got("min"), got("max"));
    (f.fixed, f.end) = (form.get("fixed") == "1", form.get("end") == "1");
    f.input = match f.input {
        Input::Number(_, word) => Input::Number(got("value"), word),
        Input::YesNo(_) => Input::YesNo(form.get("value") == "1"),
        Input::Text(_) => Input::Text(got("value")),
        Input::Lines(_, hint) => Input::Lines(got("value"), hint),
        Input::One(mut list) => {
            mark(&mut list, "value");
            Input::One(list)
        }
        Input::Some(mut list) => {
            mark(&mut list, "value");
            Input::Some(list)
        }
        Input::Ordered(mut places) => {
            let values = form.all("value");
            for (n, place) in places.iter_mut().enumerate() {
                place.iter_mut().for_each(|c| c.2 = values.get(n).is_some_and(|v| *v == c.0));
            }
            Input::Ordered(places)
        }
    };
    f
}

/// The change that a form asks for. `like` is a rule of the key, for the kind of its value.
pub(super) fn change(form: &Form, name: &str, key: &Key, like: &Rule) -> Result<Change> {
    let word = |name: &str| Some(form.get(name)).filter(|w| !w.is_empty()).map(str::to_owned);
    let one_of = |field: &'static str, all: &[(&str, &str)]| match form.get(field) {
        w if all.iter().any(|(k, _)| *k == w) => Ok(word(field)),
        _ => Err(Fail::field(field, "rulebook.scope", "请从列表里选择适用范围。")),
    };
    let yuan = |field: &'static str, label: &str| match form.get(field) {
        "" => Ok(None),
        _ => number(form, field, label, "fen").map(Some),
    };
    let (mode, kind) = (one_of("mode", &MODES)?, one_of("form", &FORMS)?);
    let amount_from = yuan("from", "金额下限")?;
    let amount_below = yuan("below", "金额上限")?;
    let set = if form.get("end") == "1" { None } else { Some(set(form, key, like)?) };
    Ok(Change { key: name.to_owned(), mode, form: kind, category: word("category"), amount_from, amount_below, set })
}

fn set(form: &Form, key: &Key, like: &Rule) -> Result<Set> {
    let unit = match form.get("unit") {
        u if is_time(&like.unit) && is_time(u) => u,
        _ => &like.unit,
    };
    let bound = |field: &'static str, label: &str| match (&like.value, form.get(field)) {
        (Value::Int(_), text) if !text.is_empty() => number(form, field, label, unit).map(Some),
        _ => Ok(None),
    };
    let to: Option<Day> = match form.get("to") {
        "" => None,
        text => {
            let wrong = || Fail::field("to", "form.day", format!("截止日期应写成 2026-12-31，现在是“{text}”。"));
            Some(parse_day(text).ok_or_else(wrong)?)
        }
    };
    Ok(Set {
        value: value(form, key, like, unit)?,
        unit: unit.to_owned(),
        min: bound("min", "给下级的下限")?,
        max: bound("max", "给下级的上限")?,
        fixed: form.get("fixed") == "1",
        to,
    })
}

fn value(form: &Form, key: &Key, like: &Rule, unit: &str) -> Result<Value> {
    Ok(match &like.value {
        Value::Int(_) => Value::Int(number(form, "value", &key.title, unit)?),
        Value::Flag(_) => Value::Flag(form.get("value") == "1"),
        Value::Text(_) => Value::Text(form.need("value", &key.title, 200)?.to_owned()),
        Value::List(_) => Value::List(match &key.words {
            Words::Of(_) | Words::Duty | Words::Key => {
                form.all("value").into_iter().filter(|w| !w.is_empty()).map(str::to_owned).collect()
            }
            Words::Pairs => lines(form).map(typed_pair).collect(),
            Words::Category => lines(form).flat_map(codes).map(str::to_owned).collect(),
            Words::Free => lines(form).map(str::to_owned).collect(),
        }),
    })
}

/// The codes of a line: what stands behind a code and is none is its name.
fn codes(line: &str) -> Vec<&str> {
    let words: Vec<&str> =
        line.split([' ', '\t', '、', '，', ',', '；', ';', '\u{3000}']).filter(|w| !w.is_empty()).collect();
    let code = |w: &&str| w.starts_with(|c: char| c.is_ascii_uppercase()) && w[1..].chars().all(|c| c.is_ascii_digit());
    match words.iter().any(code) {
        true => words.into_iter().filter(code).collect(),
        false => words,
    }
}

fn lines(form: &Form) -> impl Iterator<Item = &str> {
    form.get("value").lines().map(str::trim).filter(|l| !l.is_empty())
}

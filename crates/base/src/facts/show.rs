//! Rules for people: values and scopes in words, never the keys of the machine.
use super::Facts;
use super::pages::GROUPS;
use rules::Fen;
use rules::draft::Words;
use rules::duty::Duty;
use rules::rulebook::{Rule, Value};

fn duty(key: &str) -> String {
    Duty::of(key).map_or_else(|| key.to_owned(), |d| d.label().to_owned())
}

/// A pair of duties: `经办人/验收人`.
pub(crate) fn pair(p: &str) -> String {
    p.split_once('/').map_or_else(|| duty(p), |(a, b)| format!("{}/{}", duty(a), duty(b)))
}

/// What a beginning of keys covers: the title of a key, or its group.
pub(crate) fn beginning(facts: &Facts, key: &str) -> String {
    let group = key.split('.').next().unwrap_or_default();
    let title = GROUPS.iter().find(|(g, _)| *g == group).map_or(group, |(_, w)| w);
    match facts.keys.get(key) {
        Some(known) => known.title.clone(),
        None if key.matches('.').count() > 1 => format!("{title}（{key}…）"),
        None => title.to_owned(),
    }
}

/// One word of a text or a list of a key.
fn word(facts: &Facts, key: &str, w: &str) -> String {
    let Some(known) = facts.keys.get(key) else { return w.to_owned() };
    match &known.words {
        Words::Of(_) => known.choices.iter().find(|(k, _)| k == w).map_or_else(|| w.to_owned(), |(_, c)| c.clone()),
        Words::Category => format!("{} {w}", facts.category_name(w)),
        Words::Duty => duty(w),
        Words::Pairs => pair(w),
        Words::Key => beginning(facts, w),
        Words::Free => w.to_owned(),
    }
}

/// Words of a list that another does not have, in words.
pub(crate) fn beyond(facts: &Facts, key: &str, list: &[String], other: &[String]) -> Vec<String> {
    list.iter().filter(|w| !other.contains(w)).map(|w| word(facts, key, w)).collect()
}

/// Of lists longer than this, pages that show many rules name the first.
pub(crate) const LIST_SHOWN: usize = 8;

/// The value of a rule, a long list by its beginning and its length.
pub(crate) fn show_brief(facts: &Facts, key: &str, v: &Value, unit: &str) -> String {
    match v {
        Value::List(l) if l.len() > LIST_SHOWN => {
            let first: Vec<String> = l.iter().take(LIST_SHOWN / 2).map(|w| word(facts, key, w)).collect();
            format!("{}等 {} 项", first.join("、"), l.len())
        }
        v => show_value(facts, key, v, unit),
    }
}

/// The value of a rule of `key` with its unit, for people.
pub fn show_value(facts: &Facts, key: &str, v: &Value, unit: &str) -> String {
    match v {
        Value::Int(n) => match unit {
            "fen" => Fen(*n).yuan(),
            "percent" => format!("{n}%"),
            "bp" => format!("{}.{:02}%", n / 100, n % 100),
            "working_days" => format!("{n} 个工作日"),
            "calendar_days" => format!("{n} 日"),
            "hours" => format!("{n} 小时"),
            "minutes" => format!("{n} 分钟"),
            "years" => format!("{n} 年"),
            _ => match facts.keys.get(key).map(|k| k.measure.as_str()) {
                Some(measure) if !measure.is_empty() => format!("{n} {measure}"),
                _ => n.to_string(),
            },
        },
        Value::Flag(b) => if *b { "是" } else { "否" }.into(),
        Value::Text(t) => word(facts, key, t),
        Value::List(l) if l.is_empty() => "（空）".into(),
        Value::List(l) => {
            // An order of duties is a chain of steps.
            let between = if key.starts_with("approval.chain") { " → " } else { "、" };
            l.iter().map(|w| word(facts, key, w)).collect::<Vec<_>>().join(between)
        }
    }
}

/// What a rule speaks about, for people.
pub fn scope_words(facts: &Facts, r: &Rule) -> String {
    let mut scope: Vec<String> = Vec::new();
    scope.extend(r.mode.as_deref().map(|m| match m {
        "supermarket" => "超市采购".into(),
        "batch" => "批量采购".into(),
        "fixed" => "定点采购".into(),
        other => other.to_owned(),
    }));
    scope.extend(r.form.as_deref().map(|f| match f {
        "direct" => "直购".into(),
        "auction" => "竞价".into(),
        other => other.to_owned(),
    }));
    scope.extend(r.category.as_ref().map(|c| format!("{} {c}", facts.category_name(c))));
    if r.amount_from.is_some() || r.amount_below.is_some() {
        let yuan = |v: i64| Fen(v).yuan();
        scope.push(match (r.amount_from.filter(|v| *v > 0), r.amount_below) {
            (Some(from), Some(below)) => format!("{} 以上、不到 {}", yuan(from), yuan(below)),
            (None, Some(below)) => format!("不到 {}", yuan(below)),
            (from, None) => format!("{} 以上", yuan(from.unwrap_or(0))),
        });
    }
    if scope.is_empty() { "全部".into() } else { scope.join("，") }
}

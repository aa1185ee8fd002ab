//! What the keys of the rulebook are called, and what their texts and lists may hold: `data/rule-keys.csv`.
use super::store::table;
use kit::{Fail, Result};
use rules::draft::Words;
use std::collections::BTreeMap;

const KEYS: &str = include_str!("../../../../data/rule-keys.csv");

/// A key of the rulebook.
#[derive(Clone, Debug)]
pub struct Key {
    /// Chinese title.
    pub title: String,
    /// What a text or a list may hold.
    pub words: Words,
    /// The word a number is counted with, where its unit does not say it: 家, 次, 分.
    pub measure: String,
    /// Words with what they mean, where the key has its own.
    pub choices: Vec<(String, String)>,
}

/// All keys.
pub(super) fn load() -> Result<BTreeMap<String, Key>> {
    let key = |mut r: BTreeMap<String, String>| -> Result<(String, Key)> {
        let mut take = |name: &str| r.remove(name).ok_or_else(|| Fail::Fault(format!("rule keys: no column {name}")));
        let (name, title, words) = (take("key")?, take("title")?, take("words")?);
        let choice = |w: &str| w.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
        let choices: Vec<(String, String)> = words.split('|').filter_map(choice).collect();
        let measure = words.strip_prefix('#').unwrap_or_default().to_owned();
        let words = match words.as_str() {
            "@category" => Words::Category,
            "@duty" => Words::Duty,
            "@pairs" => Words::Pairs,
            "@key" => Words::Key,
            _ if choices.is_empty() => Words::Free,
            _ => Words::Of(choices.iter().map(|(word, _)| word.clone()).collect()),
        };
        Ok((name, Key { title, words, measure, choices }))
    };
    table(KEYS)?.into_iter().map(key).collect()
}

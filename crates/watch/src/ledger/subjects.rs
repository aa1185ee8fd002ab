//! What entries are about, in words: 订单 and its number, 供应商 and its name.
use super::store;
use crate::Watch;
use base::access::Actor;
use base::facts::words;
use kit::Result;
use kit::journal::Recorded;
use rules::duty::Duty;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What an entry is about.
pub struct Subject {
    /// As the journal has it, such as `order/123`.
    pub code: String,
    /// Chinese noun.
    pub noun: String,
    /// Number or name among people, else the id; empty where there is but one.
    pub name: String,
    /// Its page, for a reader who may open it.
    pub page: Option<String>,
}

impl Subject {
    /// Noun and name.
    pub fn words(&self) -> String {
        if self.name.is_empty() { self.noun.clone() } else { format!("{} {}", self.noun, self.name) }
    }
}

/// The noun and the id of a subject.
fn parts(code: &str) -> (&str, &str) {
    code.split_once('/').unwrap_or((code, ""))
}

/// Names by noun and id.
async fn names(watch: &Watch, codes: &BTreeSet<&str>) -> Result<HashMap<(String, i64), String>> {
    let mut ids: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (noun, id) in codes.iter().map(|c| parts(c)) {
        if let Ok(id) = id.parse() {
            ids.entry(noun).or_default().push(id);
        }
    }
    let mut out = HashMap::new();
    for (noun, ids) in ids {
        let found = match noun {
            "org" | "supplier" | "platform" => base::orgs::names(watch.db(), &ids).await?,
            "person" => base::orgs::person_names(watch.db(), &ids).await?,
            _ => store::numbers(watch.db(), noun, &ids).await?,
        };
        out.extend(found.into_iter().map(|(id, name)| ((noun.to_owned(), id), name)));
    }
    Ok(out)
}

/// May an office open the page of a record of its area? Audits are the auditors' until they are reported.
fn opens(reader: &Actor, noun: &str) -> bool {
    match noun {
        "audit" => reader.may(Duty::Auditor),
        "station" | "rule_draft" => reader.may(Duty::Regulator) || reader.may(Duty::Auditor),
        _ => true,
    }
}

/// The subjects of entries, in their order; links only for a reader of an office.
pub async fn of(watch: &Watch, reader: Option<&Actor>, entries: &[Recorded]) -> Result<Vec<Subject>> {
    let codes: BTreeSet<&str> = entries.iter().map(|e| e.subject.as_str()).collect();
    let (names, facts) = (names(watch, &codes).await?, watch.facts());
    let subject = |e: &Recorded| {
        let (noun, id) = parts(&e.subject);
        let named = || id.parse().ok().and_then(|n: i64| names.get(&(noun.to_owned(), n)).cloned());
        let name = if noun == "station" { Some(facts.region_name(id)) } else { named() };
        let page = reader.filter(|r| opens(r, noun)).and_then(|_| words::page(noun, id));
        Subject {
            code: e.subject.clone(),
            noun: words::say(noun).to_owned(),
            name: name.unwrap_or_else(|| id.to_owned()),
            page,
        }
    };
    Ok(entries.iter().map(subject).collect())
}

/// The subject of one entry, without a link.
pub async fn one(watch: &Watch, e: &Recorded) -> Result<Subject> {
    let found = of(watch, None, std::slice::from_ref(e)).await?;
    Ok(found.into_iter().next().expect("a subject for every entry"))
}

/// What a reader asks for: a subject as the journal has it, or the number of a record.
pub async fn asked(watch: &Watch, typed: &str) -> Result<String> {
    if typed.is_empty() || typed.contains('/') {
        return Ok(typed.to_owned());
    }
    Ok(store::subject(watch.db(), typed).await?.unwrap_or_else(|| typed.to_owned()))
}

//! Working papers: everything an auditor may read of an order in one place, the checklist filled in by the machine, and what the
//! auditor says to each line.

mod flow;
mod store;

pub use flow::{Answer, work};
pub use store::head;

use super::store as audits;
use crate::Watch;
use base::access::Actor;
use kit::journal::{self, Recorded};
use kit::{Fail, Result};
use rules::Fen;
use rules::audit::checklist::{Fit, Seen, examine};
use rules::calendar::{Day, show_day, show_stamp, show_time};
use rules::orders::State;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use store::{Cell, Head, Kind, SECTIONS};
use trade::orders::KeptCheck;

/// A table as pages and files show it.
pub struct Table {
    /// Key in files.
    pub key: &'static str,
    /// Chinese title.
    pub title: &'static str,
    /// Titles of the columns, and whether they hold figures.
    pub columns: Vec<(&'static str, bool)>,
    /// Rows as people read them.
    pub rows: Vec<Vec<String>>,
    /// Rows as programs read them.
    pub data: Vec<Value>,
}

/// A line of the checklist with what the machine and the auditor say.
pub struct Line {
    /// Code.
    pub code: &'static str,
    /// Question.
    pub title: &'static str,
    /// On what law.
    pub basis: &'static str,
    /// What the machine says.
    pub seen: Seen,
    /// What the auditor said, if anything.
    pub said: Option<audits::Said>,
}

/// An entry about the order.
pub struct Event {
    /// Number in the journal; 0 while it has none.
    pub seq: i64,
    /// When.
    pub at: String,
    /// What happened: key, and in words.
    pub kind: String,
    /// The words.
    pub what: String,
    /// Who, as id; 0 for the system.
    pub actor: i64,
    /// Hash of its words.
    pub hash: String,
}

/// A working paper.
pub struct Paper {
    /// What stands in the audit about it.
    pub p: audits::Paper,
    /// Head of the order: title and text.
    pub head: Vec<(&'static str, String)>,
    /// Address of the project it came from, or empty.
    pub project: String,
    /// Checks when it was ordered, with the rules they went by.
    pub checks: Vec<KeptCheck>,
    /// Tables that are not empty.
    pub tables: Vec<Table>,
    /// The checklist.
    pub lines: Vec<Line>,
    /// Its journal.
    pub events: Vec<Event>,
}

fn shown(cell: &Cell, kind: Kind, people: &HashMap<i64, String>) -> String {
    match (cell, kind) {
        (Cell::None, _) => String::new(),
        (Cell::Text(key), Kind::Word(words)) => store::chinese(words, key),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Int(fen), Kind::Money) => Fen(*fen).yuan(),
        (Cell::Int(at), Kind::Time) => show_time(*at),
        (Cell::Int(day), Kind::Day) => show_day(*day as Day),
        (Cell::Int(id), Kind::Person) => person(*id, people),
        (Cell::Int(n), _) => n.to_string(),
    }
}

/// People by name for those who may read the order, as ids in files.
fn person(id: i64, people: &HashMap<i64, String>) -> String {
    match people.get(&id) {
        Some(name) => name.clone(),
        None if id == 0 => "系统".into(),
        None => format!("人员 {id}"),
    }
}

fn written(cell: &Cell, kind: Kind) -> Value {
    match (cell, kind) {
        (Cell::None, _) => Value::Null,
        (Cell::Text(text), _) => json!(text),
        (Cell::Int(id), Kind::Person) => json!(id.to_string()),
        (Cell::Int(day), Kind::Day) => json!(show_day(*day as Day)),
        (Cell::Int(n), _) => json!(n),
    }
}

async fn tables(watch: &Watch, order: i64, named: bool, handler: i64) -> Result<(Vec<Table>, HashMap<i64, String>)> {
    let mut read = Vec::new();
    for s in SECTIONS {
        read.push((s, store::rows(watch.db(), s, order).await?));
    }
    let mut ids = vec![handler];
    for (s, rows) in &read {
        for (cell, (_, _, kind)) in rows.iter().flat_map(|row| row.iter().zip(s.columns)) {
            if let (Cell::Int(id), Kind::Person) = (cell, kind) {
                ids.push(*id);
            }
        }
    }
    let people = if named { base::orgs::person_names(watch.db(), &ids).await? } else { HashMap::new() };
    let mut out = Vec::new();
    for (s, found) in read {
        if found.is_empty() {
            continue;
        }
        let pairs = |row: &Vec<Cell>| -> Map<String, Value> {
            row.iter().zip(s.columns).map(|(c, (key, _, kind))| ((*key).to_owned(), written(c, *kind))).collect()
        };
        out.push(Table {
            key: s.key,
            title: s.title,
            columns: s.columns.iter().map(|(_, t, k)| (*t, matches!(k, Kind::Money | Kind::Number))).collect(),
            rows: found
                .iter()
                .map(|row| row.iter().zip(s.columns).map(|(c, (_, _, kind))| shown(c, *kind, &people)).collect())
                .collect(),
            data: found.iter().map(|row| Value::Object(pairs(row))).collect(),
        });
    }
    Ok((out, people))
}

fn head_words(
    watch: &Watch,
    h: &Head,
    names: &HashMap<i64, String>,
    people: &HashMap<i64, String>,
) -> Vec<(&'static str, String)> {
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let state = State::of(&h.state).map_or(h.state.clone(), |s| s.label().to_owned());
    vec![
        ("订单", h.number.clone()),
        ("状态", state),
        ("采购人", name(h.unit)),
        ("供应商", name(h.supplier)),
        ("地区", watch.facts().region_name(&h.region)),
        ("方式", h.method.clone()),
        ("金额", Fen(h.total).yuan()),
        ("用途", h.purpose.clone()),
        ("经办人", person(h.handler, people)),
        ("提交时间", show_time(h.made_at)),
    ]
}

/// What the machine says to each line of the checklist about an order now.
pub(super) async fn examined(watch: &Watch, order: i64, h: &Head, checks: &[KeptCheck]) -> Result<Vec<Seen>> {
    let bad = checks.iter().filter(|c| c.verdict == "bad").count() as i64;
    Ok(examine(&store::figures(watch.db(), order, h, (checks.len() as i64, bad)).await?))
}

/// The checks that an order keeps.
pub(super) fn checks_of(h: &Head) -> Result<Vec<KeptCheck>> {
    serde_json::from_str(&h.checks).map_err(Fail::fault)
}

fn event(e: &Recorded) -> Event {
    Event {
        seq: e.seq,
        at: show_stamp(e.at),
        kind: e.kind.clone(),
        what: trade::orders::words_of(e),
        actor: e.actor,
        hash: e.hash.clone(),
    }
}

/// Puts a working paper together; with names of people for pages, with ids for files.
pub async fn gather(watch: &Watch, audit: i64, order: i64, named: bool) -> Result<Paper> {
    let db = watch.db();
    let p = audits::paper(db, audit, order).await?;
    let h = store::head(db, order).await?;
    let checks = checks_of(&h)?;
    let names = base::orgs::names(db, &[h.unit, h.supplier]).await?;
    let said = audits::said(db, audit, order).await?;
    let mut lines = Vec::new();
    for seen in examined(watch, order, &h, &checks).await? {
        let about = super::lists::line(seen.line)?;
        let said = said.iter().find(|s| s.line == seen.line).cloned();
        lines.push(Line { code: seen.line, title: &about.title, basis: &about.basis, seen, said });
    }
    let (tables, people) = tables(watch, order, named, h.handler).await?;
    Ok(Paper {
        head: head_words(watch, &h, &names, &people),
        project: h.project,
        checks,
        tables,
        lines,
        events: journal::about(db, &format!("order/{order}")).await?.iter().map(event).collect(),
        p,
    })
}

impl Paper {
    /// The paper as programs read it.
    pub fn json(&self) -> Value {
        let head: Map<String, Value> = self.head.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        let tables: Map<String, Value> = self.tables.iter().map(|t| (t.key.to_owned(), json!(t.data))).collect();
        let line = |l: &Line| {
            let said = l.said.as_ref().map(|s| {
                json!({"machine": s.seen.key(), "figures": s.figures, "verdict": s.fit.key(), "words": s.words, "at": s.at})
            });
            json!({
                "line": l.code, "title": l.title, "basis": l.basis, "machine_now": l.seen.fit.key(), "figures_now": l.seen.figures,
                "auditor": said,
            })
        };
        let event =
            |e: &Event| json!({"seq": e.seq, "at": e.at, "kind": e.kind, "actor": e.actor.to_string(), "hash": e.hash});
        json!({
            "order": self.p.order.to_string(), "number": self.p.number, "how": if self.p.named { "named" } else { "drawn" },
            "points": self.p.points, "reason": self.p.reason, "finished": self.p.done, "head": head, "checks": self.checks,
            "tables": tables, "checklist": self.lines.iter().map(line).collect::<Vec<_>>(),
            "journal": self.events.iter().map(event).collect::<Vec<_>>(),
        })
    }

    /// How many lines do not fit by the auditor's word, or by the machine's where the auditor has said nothing.
    pub fn differing(&self) -> usize {
        let fit = |l: &Line| l.said.as_ref().map_or(l.seen.fit, |s| s.fit);
        self.lines.iter().filter(|l| fit(l) == Fit::Differs).count()
    }
}

/// May the person write on papers of this audit now?
pub fn may_work(actor: &Actor, a: &audits::Audit) -> bool {
    super::flow::leads(actor, a) && a.state == rules::audit::State::Working
}

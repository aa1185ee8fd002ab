//! Commands of erasing.
use super::store::{self, Erasure};
use crate::Watch;
use crate::ledger::log;
use base::access::Actor;
use kit::journal::{self, Recorded};
use kit::{Entry, Fail, Query, Result};
use rules::duty::Duty;
use rules::erasure::{self, Ground, Refusal};
use serde_json::{Value, json};

/// Words of a reason, a basis or a note, characters.
pub const WORDS_MAX: usize = 200;

/// Only the finance department of the whole province.
pub(super) fn must_be_root(watch: &Watch, actor: &Actor) -> Result<()> {
    let root = actor.may(Duty::Regulator) && actor.org_kind == "finance" && actor.region == watch.facts().root;
    if root { Ok(()) } else { Err(Fail::Denied) }
}

/// May this person ask for erasing at all?
pub fn may_ask(watch: &Watch, actor: &Actor) -> bool {
    must_be_root(watch, actor).is_ok()
}

/// Is this person offered to erase the words of an entry of this kind?
pub fn offered(watch: &Watch, actor: &Actor, kind: &str) -> bool {
    may_ask(watch, actor) && erasure::may(kind)
}

fn refusal(why: Refusal) -> Fail {
    let (code, words) = match why {
        Refusal::Kind => (
            "erase.kind",
            "这类记录的内容不能删除：合同、付款、报价等资金和成交事实，以及公告、统计依据的记录，依法要完整保存。能删除的种类列在本页下方。",
        ),
        Refusal::Gone => ("erase.gone", "这条记录的内容已经删除，不用再办理。"),
        Refusal::Unread => ("erase.unread", "这条记录刚写入，公告、统计和日志还没有读完，请一分钟后再试。"),
        Refusal::Drawn => ("erase.drawn", "这条记录的摘要用于抽签或抽样，别人要靠它复核，内容不能删除。"),
        Refusal::Own => ("erase.own", "不能批准自己提出的删除，请由另一位监管人员办理。"),
    };
    Fail::refuse(code, words)
}

/// The entry, when its words may be erased now.
async fn erasable(q: &dyn Query, seq: i64) -> Result<Recorded> {
    let e = journal::one(q, seq).await?;
    let followed = journal::positions(q).await?.iter().map(|(_, at)| *at).min().unwrap_or(0);
    let logged = journal::position(q, log::PROJECTION).await?;
    let drawn = store::drawn(q, seq).await?;
    let entry = erasure::Entry { seq, kind: &e.kind, erased: e.erased(), followed: followed.min(logged), drawn };
    erasure::check(&entry).map_err(refusal)?;
    let name = e.subject.split_once('/').map_or("", |(_, name)| name);
    let named = |fact: &str| e.data[fact].as_str().is_some_and(|w| !w.is_empty() && w == name);
    if store::facts(&e.kind).into_iter().any(named) {
        let words = "这条早期记录以这些文字为对象名称，对象名称要保留，删不干净，不能办理。";
        return Err(Fail::refuse("erase.subject", words));
    }
    if let Some(other) = repeated(q, &e).await?.iter().find(|other| !erasure::may(&other.kind)) {
        let words = format!(
            "同样的文字还写在流水 {}（{}）里。那条记录依法要完整保存，不能删除，只删这一条没有用；已经公开的公告请由采购人更正或者撤回。",
            other.seq, other.kind
        );
        return Err(Fail::refuse("erase.repeated", words));
    }
    Ok(e)
}

/// Entries about the same subject that say the same words again: they go by requests of their own.
pub(super) async fn repeated(q: &dyn Query, e: &Recorded) -> Result<Vec<Recorded>> {
    let facts = store::facts(&e.kind);
    if facts.is_empty() || e.erased() {
        return Ok(Vec::new());
    }
    let same = |other: &Recorded| {
        let mut words = facts.iter().map(|f| (e.data[*f].as_str().unwrap_or_default(), &other.data[*f]));
        words.any(|(words, again)| !words.is_empty() && again == words)
    };
    let mut all = journal::about(q, &e.subject).await?;
    all.retain(|other| other.id != e.id && !other.erased() && same(other));
    Ok(all)
}

fn entry(watch: &Watch, seq: i64, kind: &'static str, actor: &Actor, data: Value) -> Entry {
    Entry {
        region: watch.facts().root.clone(),
        room: "erasure",
        kind,
        subject: format!("entry/{seq}"),
        actor: actor.person,
        via: "page",
        data,
    }
}

/// Asks to erase the words of an entry.
pub async fn ask(watch: &Watch, actor: &Actor, seq: i64, ground: Ground, basis: &str, reason: &str) -> Result<()> {
    must_be_root(watch, actor)?;
    watch
        .db()
        .write("erase.ask", |tx| {
            Box::pin(async move {
                let e = erasable(tx, seq).await?;
                let new = Erasure {
                    id: tx.id(),
                    seq,
                    kind: e.kind,
                    ground: ground.key().into(),
                    basis: basis.to_owned(),
                    reason: reason.to_owned(),
                    state: "asked".into(),
                    asked_by: actor.person,
                    asked_at: tx.now(),
                    decided_by: 0,
                    decided_at: 0,
                    note: String::new(),
                };
                if !store::add(tx, &new).await? {
                    return Err(Fail::refuse("erase.asked", "这条记录的删除已经有人提出，正在等另一位监管人员决定。"));
                }
                let words = format!("流水 {seq} 的内容有人提出删除，请由另一位监管人员决定。");
                base::messages::tell(tx, actor.org, Duty::Regulator, "/erasures", &words).await?;
                let data =
                    json!({"seq": seq, "kind": new.kind, "ground": new.ground, "basis": basis, "reason": reason});
                tx.journal(entry(watch, seq, "journal.erase_asked", actor, data)).await.map(|_| ())
            })
        })
        .await
}

/// Another person decides; a yes erases at once.
pub async fn decide(watch: &Watch, actor: &Actor, id: i64, yes: bool, note: &str) -> Result<()> {
    must_be_root(watch, actor)?;
    watch
        .db()
        .write("erase.decide", |tx| {
            Box::pin(async move {
                let r = store::one(tx, id).await?;
                erasure::may_decide(r.asked_by, actor.person).map_err(refusal)?;
                if !store::decide(tx, id, if yes { "done" } else { "declined" }, actor.person, note).await? {
                    return Err(Fail::refuse("erase.state", "这条申请已经办理过了，请刷新页面。"));
                }
                let about = json!({
                    "seq": r.seq, "kind": r.kind, "ground": r.ground, "basis": r.basis, "reason": r.reason,
                    "asked_by": r.asked_by.to_string(), "note": note,
                });
                if !yes {
                    return tx.journal(entry(watch, r.seq, "journal.erase_declined", actor, about)).await.map(|_| ());
                }
                let e = erasable(tx, r.seq).await?;
                let mut data = about;
                // What the columns say is vouched for by this entry from now on, and the leaf can be made again from it.
                data["hash"] = json!(log::hash_of(tx, &e).await?);
                data["id"] = json!(e.id.to_string());
                data["at"] = json!(e.at);
                data["region"] = json!(e.region);
                data["room"] = json!(e.room);
                data["subject"] = json!(e.subject);
                data["actor"] = json!(e.actor.to_string());
                // The rooms' own rows lose the words too; which, the entry says.
                let rooms = store::blank(tx, &e).await?;
                data["rooms"] = rooms
                    .iter()
                    .map(|b| json!({"table": b.table, "column": b.column, "row": b.row.to_string()}))
                    .collect();
                if !journal::erase(tx, r.seq).await? {
                    return Err(Fail::Retry);
                }
                tx.journal(entry(watch, r.seq, log::ERASED, actor, data)).await.map(|_| ())
            })
        })
        .await
}

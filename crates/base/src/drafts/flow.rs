//! Writing a draft, having it checked, publishing it, taking it back.
use super::store::{self, Draft, Line, WANTED, line_json};
use super::{GRADE, at_desk, findings};
use crate::Base;
use crate::access::Actor;
use crate::{facts, messages};
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{Day, day_of, show_day};
use rules::check::Verdict;
use rules::draft::{Act, Change, Set, State, check, next, outcome, replaced, undone};
use rules::duty::Duty;
use rules::rulebook::{Rulebook, Scope};
use serde_json::{Value, json};

/// Changes a draft may hold.
pub(super) const CHANGES_MAX: usize = 200;
/// Signs of a title and of a basis.
pub(super) const TITLE_MAX: usize = 60;
pub(super) const BASIS_MAX: usize = 300;

/// What a draft says of itself.
pub(super) struct Head {
    pub(super) title: String,
    pub(super) basis: String,
    pub(super) from: Day,
}

fn entry(d: &Draft, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry {
        region: d.region.clone(),
        room: "rulebook",
        kind,
        subject: format!("rule_draft/{}", d.id),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data,
    }
}

/// Begins a draft for the department's own region; one that takes a publication back brings its changes along.
pub(super) async fn begin(base: &Base, actor: &Actor, head: &Head, undoes: Option<i64>) -> Result<i64> {
    actor.must(&[Duty::Regulator])?;
    base.db()
        .write("rulebook.draft", |tx| {
            Box::pin(async move {
                let mut lines = Vec::new();
                if let Some(id) = undoes {
                    let before = own(tx, actor, id).await?;
                    if before.state != State::Published {
                        return Err(Fail::refuse("rulebook.undo", "只有已发布的规则变更可以撤回。"));
                    }
                    let was: Vec<Option<Set>> = before.lines.iter().map(|l| l.was.clone()).collect();
                    lines.extend(undone(&before.changes(), &was).into_iter().map(|change| Line { change, was: None }));
                }
                let id = tx.id();
                let d = Draft {
                    id,
                    number: format!("GZ{}", kit::ids::tail(id)),
                    region: actor.region.clone(),
                    title: head.title.clone(),
                    basis: head.basis.clone(),
                    from: head.from,
                    state: State::Editing,
                    lines,
                    simulated: String::new(),
                    note: String::new(),
                    undoes,
                    made_by: actor.person,
                    made_at: tx.now(),
                    decided_by: None,
                    decided_at: None,
                    version: 1,
                };
                store::add(tx, &d).await?;
                let data = json!({"number": d.number, "title": d.title, "undoes": undoes.map(|u| u.to_string())});
                tx.journal(entry(&d, "rulebook.drafted", actor.person, data)).await?;
                Ok(id)
            })
        })
        .await
}

/// A draft of the actor's own region.
async fn own(tx: &Tx<'_>, actor: &Actor, id: i64) -> Result<Draft> {
    actor.must(&[Duty::Regulator])?;
    let d = store::load(tx, &actor.scope(), id).await?;
    // A draft of a place below is read, not written.
    if d.region == actor.region { Ok(d) } else { Err(Fail::Hidden) }
}

/// Changes a draft that is being written; what past orders said of the one before no longer holds.
async fn edit(
    base: &Base,
    actor: &Actor,
    id: i64,
    change: impl Fn(&mut Draft) -> Result<()> + Send + Sync,
) -> Result<()> {
    let change = &change;
    base.db()
        .write("rulebook.edit", |tx| {
            Box::pin(async move {
                let mut d = own(tx, actor, id).await?;
                if d.state != State::Editing {
                    return Err(Fail::refuse("rulebook.state", "这份变更已经提交或办结，不能再改；请退回后再改。"));
                }
                change(&mut d)?;
                d.simulated = String::new();
                store::save(tx, &d).await?;
                let lines: Vec<Value> = d.lines.iter().map(line_json).collect();
                let data = json!({"number": d.number, "from": show_day(d.from), "changes": lines});
                tx.journal(entry(&d, "rulebook.edited", actor.person, data)).await.map(|_| ())
            })
        })
        .await
}

/// Gives a draft another title, basis or first day.
pub(super) async fn describe(base: &Base, actor: &Actor, id: i64, head: &Head) -> Result<()> {
    edit(base, actor, id, |d| {
        (d.title, d.basis, d.from) = (head.title.clone(), head.basis.clone(), head.from);
        Ok(())
    })
    .await
}

fn same(a: &Change, b: &Change) -> bool {
    (&a.key, &a.mode, &a.form, &a.category, a.amount_from, a.amount_below)
        == (&b.key, &b.mode, &b.form, &b.category, b.amount_from, b.amount_below)
}

/// Puts a change into a draft, in the place of one about the same. What is wrong with it is said on the page, and stops publishing.
pub(super) async fn put(base: &Base, actor: &Actor, id: i64, change: &Change) -> Result<()> {
    edit(base, actor, id, |d| {
        let line = Line { change: change.clone(), was: None };
        if let Some(old) = d.lines.iter_mut().find(|l| same(&l.change, change)) {
            *old = line;
            return Ok(());
        }
        if d.lines.len() >= CHANGES_MAX {
            let words = format!("一份变更最多 {CHANGES_MAX} 条，请另起草一份。");
            return Err(Fail::refuse("rulebook.many", words));
        }
        d.lines.push(line);
        Ok(())
    })
    .await
}

/// Takes a change out of a draft.
pub(super) async fn take_out(base: &Base, actor: &Actor, id: i64, n: usize) -> Result<()> {
    edit(base, actor, id, |d| {
        if n >= d.lines.len() {
            return Err(Fail::refuse("rulebook.gone", "这一条已经不在了，请刷新页面。"));
        }
        d.lines.remove(n);
        Ok(())
    })
    .await
}

/// Asks for a draft to be tried on past orders.
pub(super) async fn want(base: &Base, actor: &Actor, id: i64) -> Result<()> {
    base.db()
        .write("rulebook.want", |tx| {
            Box::pin(async move {
                let mut d = own(tx, actor, id).await?;
                if !matches!(d.state, State::Editing | State::Submitted) {
                    return Err(Fail::refuse("rulebook.state", "这份变更已经办结，不用再试算。"));
                }
                if d.lines.is_empty() {
                    return Err(Fail::refuse("rulebook.empty", "还没有要改的规则，请先加一条。"));
                }
                d.simulated = WANTED.into();
                store::save(tx, &d).await?;
                tx.journal(entry(&d, "rulebook.simulating", actor.person, json!({"number": d.number})))
                    .await
                    .map(|_| ())
            })
        })
        .await
}

/// Writes down what past orders said, unless the draft was changed meanwhile. `short` goes into the journal.
pub async fn keep(base: &Base, draft: &Draft, result: &Value, short: &Value) -> Result<()> {
    base.db()
        .write("rulebook.simulated", |tx| {
            Box::pin(async move {
                let mut d = draft.clone();
                d.simulated = result.to_string();
                store::save(tx, &d).await?;
                tx.journal(entry(&d, "rulebook.simulated", 0, short.clone())).await.map(|_| ())
            })
        })
        .await
}

/// Moves a draft on.
pub(super) async fn act(base: &Base, actor: &Actor, id: i64, what: Act, words: &str) -> Result<()> {
    if what == Act::Return && words.is_empty() {
        return Err(Fail::field("words", "rulebook.words", "请写明退回的原因。"));
    }
    let today = day_of(base.db().now());
    let facts = base.facts();
    let facts = &*facts;
    base.db()
        .write("rulebook.act", |tx| {
            Box::pin(async move {
                let mut d = own(tx, actor, id).await?;
                let state = next(d.state, what)
                    .ok_or_else(|| Fail::refuse("rulebook.state", "现在不能这样办理，请刷新页面看最新状态。"))?;
                let all = Scope::default();
                let second = facts.rule("rulebook.second_person", &d.region, &all, today).and_then(|e| e.flag());
                if second.unwrap_or(true) {
                    alone(&d, actor, what)?;
                }
                d.note = words.to_owned();
                let mut data = json!({"number": d.number, "title": d.title, "state": state.key(), "words": words});
                match what {
                    Act::Submit => unblocked(findings(base, &d.region, d.from, &d.changes()))?,
                    Act::Publish => data = publish(tx, facts, &mut d, today).await?,
                    Act::Return | Act::Drop => {}
                }
                d.state = state;
                if matches!(what, Act::Publish | Act::Drop) {
                    (d.decided_by, d.decided_at) = (Some(actor.person), Some(tx.now()));
                }
                store::save(tx, &d).await?;
                tell(tx, &d, actor, what).await?;
                let kind = if what == Act::Publish { "rulebook.published" } else { "rulebook.moved" };
                tx.journal(entry(&d, kind, actor.person, data)).await.map(|_| ())
            })
        })
        .await?;
    if what == Act::Publish {
        base.reload_facts().await?;
    }
    Ok(())
}

/// Drafting and publishing are two people's.
fn alone(d: &Draft, actor: &Actor, what: Act) -> Result<()> {
    let own = d.made_by == actor.person;
    match what {
        Act::Publish if d.state == State::Editing => {
            Err(Fail::refuse("rulebook.submit_first", "请先提交审核，由另一人发布。"))
        }
        Act::Publish if own => Err(Fail::refuse("rulebook.own", "起草和发布要由不同的人办理，请同事发布。")),
        _ => Ok(()),
    }
}

fn unblocked(found: Vec<rules::draft::Finding>) -> Result<()> {
    match found.into_iter().find(|f| f.verdict == Verdict::Block) {
        None => Ok(()),
        Some(f) => {
            let at = f.change.map_or(String::new(), |n| format!("第 {} 条：", n + 1));
            Err(Fail::refuse("rulebook.blocked", format!("{at}{}", f.words)))
        }
    }
}

/// Begins and ends versions as the database stands now, whatever this node remembers.
async fn publish(tx: &Tx<'_>, known: &facts::Facts, d: &mut Draft, today: Day) -> Result<Value> {
    store::queue_up(tx).await?;
    let book = Rulebook::new(facts::rules(tx).await?);
    let changes = d.changes();
    let (found, was, done) = at_desk(known, &book, &d.region, (d.from, today), |desk| {
        let was: Vec<Option<Set>> = changes.iter().map(|c| replaced(desk, c).map(set_of)).collect();
        (check(desk, &changes), was, outcome(desk, &changes, &d.basis, GRADE, &mut || tx.id()))
    });
    unblocked(found)?;
    facts::publish(tx, &done).await?;
    d.lines.iter_mut().zip(was).for_each(|(line, was)| line.was = was);
    let lines: Vec<Value> = d.lines.iter().map(line_json).collect();
    Ok(json!({
        "number": d.number, "title": d.title, "basis": d.basis, "from": show_day(d.from), "changes": lines,
        "made": done.made.iter().map(|r| r.id.to_string()).collect::<Vec<_>>(),
        "ended": done.ended.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>(),
    }))
}

fn set_of(r: &rules::rulebook::Rule) -> Set {
    Set { value: r.value.clone(), unit: r.unit.clone(), min: r.min, max: r.max, fixed: r.fixed, to: r.to }
}

/// Tells colleagues, and once published the departments below.
async fn tell(tx: &Tx<'_>, d: &Draft, actor: &Actor, what: Act) -> Result<()> {
    let link = format!("/rulebook/{}", d.id);
    let words = match what {
        Act::Submit => format!("规则变更 {}（{}）待审核发布。", d.number, d.title),
        Act::Return => format!("规则变更 {}（{}）已退回：{}。", d.number, d.title, d.note),
        Act::Publish => format!("规则变更 {}（{}）已发布，{} 起执行。", d.number, d.title, show_day(d.from)),
        Act::Drop => return Ok(()),
    };
    messages::tell(tx, actor.org, Duty::Regulator, &link, &words).await?;
    if what == Act::Publish {
        let below = crate::orgs::finance_below(tx, rules::place::prefix(&d.region), actor.org).await?;
        let list = format!("{words}请在“规则查询”里查看。");
        messages::tell_many(tx, &below, Duty::Regulator, "/rules", &list).await?;
    }
    Ok(())
}

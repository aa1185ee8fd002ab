//! Who may do what in a case, and what each act brings about.
use super::flow::{MATTER, apply, clock, desk, entry};
use super::score::{self, credit_of};
use super::store::{self, Case};
use crate::Supply;
use base::Base;
use base::access::Actor;
use base::said::{self, Said};
use kit::{Fail, Result, Tx};
use rules::calendar::day_of;
use rules::conduct::{Act, Level, Own, Side, State, exposed_to, indicator_of, next, own_part};
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::json;

/// The acts that a page may ask for: key, act, word on the button.
pub const ACTS: [(&str, Act, &str); 9] = [
    ("answer", Act::Answer, "提交陈述申辩"),
    ("uphold", Act::Uphold, "认定并处理"),
    ("drop", Act::Drop, "不予处理"),
    ("appeal", Act::Appeal, "提出申诉"),
    ("confirm", Act::Confirm, "维持处理"),
    ("revoke", Act::Revoke, "撤销处理"),
    ("mend", Act::Mend, "提交整改"),
    ("accept", Act::Accept, "整改合格，恢复"),
    ("reject", Act::Reject, "整改不合格"),
];

/// The act of a key.
pub fn act_of(key: &str) -> Option<Act> {
    ACTS.iter().find(|(k, ..)| *k == key).map(|(_, a, _)| *a)
}

fn key_of(act: Act) -> &'static str {
    ACTS.iter().find(|(_, a, _)| *a == act).map_or(if act == Act::Pass { "pass" } else { "lapse" }, |(k, ..)| k)
}

/// Why this person cannot decide what the office has to decide now; None where nothing stands in the way.
pub fn kept_out(actor: &Actor, c: &Case) -> Option<String> {
    let decisions = [Act::Uphold, Act::Drop, Act::Confirm, Act::Revoke];
    let own = decisions
        .into_iter()
        .filter(|a| next(c.state, *a).is_some() && holds_office(actor, c, *a))
        .find_map(|a| own_part(a, actor.person, c.opened_by, c.decided_by))?;
    let (what, other) = match own {
        Own::Opened => ("告知", "认定"),
        Own::Decided => ("认定", "裁决申诉"),
    };
    let words = format!(
        "这件事项由您{what}，不能再由您{other}：告知、认定、裁决申诉应由不同的人办理。请本机构另一位同事或者上级机构办理。"
    );
    Some(words)
}

/// Is it this person's office that does such an act?
fn holds_office(actor: &Actor, c: &Case, act: Act) -> bool {
    let unit = indicator_of(&c.rule).is_some_and(|i| i.side == Side::Unit);
    let appeal = matches!(act, Act::Confirm | Act::Revoke);
    actor.may(if unit || appeal { Duty::Regulator } else { Duty::Centre })
}

/// May this person do it now? The page shows just these.
pub fn may(actor: &Actor, c: &Case, act: Act, now: i64) -> bool {
    if next(c.state, act).is_none() {
        return false;
    }
    let own = actor.org == c.org && actor.may(desk(c));
    match act {
        Act::Answer => own && c.due.is_none_or(|d| now <= d),
        Act::Appeal => own && c.appeal_to.is_some_and(|d| now <= d),
        Act::Mend => own,
        Act::Uphold | Act::Drop | Act::Confirm | Act::Revoke | Act::Accept | Act::Reject => {
            holds_office(actor, c, act) && own_part(act, actor.person, c.opened_by, c.decided_by).is_none()
        }
        Act::Lapse | Act::Pass => false,
    }
}

/// Does an act as a person; wrong times and wrong hands are refused.
pub async fn act(supply: &Supply, actor: &Actor, id: i64, act: Act, words: &str, digest: &str) -> Result<()> {
    supply
        .db()
        .write("conduct.act", |tx| {
            Box::pin(async move {
                let mut c = store::load(tx, &actor.scope(), id).await?;
                if next(c.state, act).is_none() {
                    let words = format!("这件事项现在是“{}”，不能这样办理，请刷新页面。", c.state.label());
                    return Err(Fail::refuse("conduct.state", words));
                }
                if !may(actor, &c, act, tx.now()) {
                    let late = matches!(act, Act::Answer | Act::Appeal) && actor.org == c.org;
                    let words = "期限已过，或已经申诉过一次。可以提交整改，恢复诚信。";
                    if late {
                        return Err(Fail::refuse("conduct.late", words));
                    }
                    let kept = kept_out(actor, &c).filter(|_| holds_office(actor, &c, act));
                    return Err(kept.map_or(Fail::Denied, |words| Fail::refuse("conduct.second_person", words)));
                }
                step(supply, tx, &mut c, act, (actor.person, actor.org), words, digest).await
            })
        })
        .await
}

/// Moves a case, brings about what follows, says it to the other side and journals it.
pub(super) async fn step(
    base: &Base,
    tx: &Tx<'_>,
    c: &mut Case,
    act: Act,
    (person, org): (i64, i64),
    words: &str,
    digest: &str,
) -> Result<()> {
    let (was, now) = (c.state, tx.now());
    let to = next(was, act).ok_or_else(|| Fail::refuse("conduct.state", "这件事项已经办理过，请刷新页面。"))?;
    c.state = to;
    if to.holds() && !was.holds() {
        (c.decided_at, c.decided_by) = (Some(now), Some(person));
        c.appeal_to = clock(base, &c.region, "clock.credit_appeal");
        c.exposed_to = exposed_to(now, exposure_months(base, tx, c).await?);
    }
    if act == Act::Drop {
        (c.decided_at, c.decided_by) = (None, Some(person));
    }
    if act == Act::Appeal {
        // One appeal; the next word is the office above's.
        c.appeal_to = None;
    }
    c.due = match to {
        State::Answered | State::Appealed | State::Mending => clock(base, &c.region, "clock.credit_decide"),
        _ => None,
    };
    store::save(tx, c).await?;
    let products = if to.holds() == was.holds() { Vec::new() } else { apply(tx, c, to.holds(), person).await? };
    let score = score::refresh(base, tx, c.org).await?;
    let spoken = Said { at: now, org, act: key_of(act).into(), words: words.to_owned(), digest: digest.to_owned() };
    said::say(tx, MATTER, c.id, person, &spoken).await?;
    let link = format!("/conduct/{}", c.id);
    let said = format!("诚信事项 {}：{}。", c.number, to.label());
    if org == c.org || act == Act::Pass {
        let unit = indicator_of(&c.rule).is_some_and(|i| i.side == Side::Unit);
        let (kind, duty) =
            if unit || to == State::Appealed { ("finance", Duty::Regulator) } else { ("centre", Duty::Centre) };
        for region in base.facts().path(&c.region).into_iter().rev() {
            let offices = base::orgs::of_kind(tx, kind, region).await?;
            base::messages::tell_many(tx, &offices, duty, &link, &said).await?;
            if !offices.is_empty() {
                break;
            }
        }
    } else {
        base::messages::tell(tx, c.org, desk(c), &link, &said).await?;
    }
    let mut data = json!({
        "number": c.number, "org": c.org.to_string(), "rule": c.rule, "act": key_of(act), "from": was.key(), "to": to.key(),
        "points": c.points, "score": score, "products": products, "evidence": digest,
    });
    if to.holds() && !was.holds() {
        // What the public is told of a decision.
        data["name"] = json!(base::orgs::org(tx, c.org).await?.name);
        data["measure"] = json!(c.measure);
        data["until"] = json!(c.until);
        data["exposed_to"] = json!(c.exposed_to);
    }
    tx.journal(entry(c, "conduct.moved", person, data)).await.map(|_| ())
}

/// Months on the exposure list, by the level that the score has with this case.
async fn exposure_months(base: &Base, tx: &Tx<'_>, c: &Case) -> Result<i64> {
    let org = base::orgs::org(tx, c.org).await?;
    let today = day_of(tx.now());
    let with_it = (credit_of(base, tx, &org).await?.score - c.points).max(0);
    let level = Level::of(with_it, score::lines(base, &org.region, today));
    let any = Scope { mode: None, form: None, category: None, amount: None };
    Ok(base.facts().number(&format!("credit.exposure_months.{}", level.key()), &org.region, &any, today, 0))
}

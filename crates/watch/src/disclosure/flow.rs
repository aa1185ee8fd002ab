//! Commands on notices: correcting free words and withdrawing, each with its reason. The record itself is never changed here.
use super::store::{self, NewAct, Notice};
use crate::Watch;
use base::access::Actor;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::duty::Duty;
use rules::mask;
use rules::notice::{Change, Wrong, correct as decide, corrected};
use serde_json::json;

/// May this person correct or withdraw a notice? The unit's signer its own, the centre its own and those of its region's office.
pub fn may(actor: &Actor, n: &Notice) -> bool {
    let signer = actor.may(Duty::Signer) && actor.org == n.owner;
    let centre = actor.may(Duty::Centre) && (actor.org == n.owner || n.owner == 0 && actor.region == n.region);
    signer || centre
}

/// A notice this person answers for; to everybody else it is as if there were nothing to correct.
pub async fn own(q: &dyn Query, actor: &Actor, id: i64) -> Result<Notice> {
    let n = store::notice(q, id).await?;
    if may(actor, &n) { Ok(n) } else { Err(Fail::Hidden) }
}

fn refusal(w: Wrong) -> Fail {
    match w {
        Wrong::Fixed(label) => Fail::refuse(
            "notice.fixed",
            format!(
                "“{label}”来自订单、合同等记录，不能在公告里改。记录本身有误的，请按退货、注销等程序办理，系统会另行公告。"
            ),
        ),
        Wrong::Missing(label) => Fail::refuse("notice.field", format!("公告里没有“{label}”这一项，请刷新页面。")),
        Wrong::Nothing => Fail::refuse("notice.same", "和现在的内容一样，没有需要更正的。"),
        Wrong::Personal(what) => personal(what),
        Wrong::TooLong(label) => {
            let words = format!("“{label}”最多 {} 个字。", rules::notice::WORDS_MAX);
            Fail::refuse("notice.too_long", words)
        }
    }
}

fn personal(what: mask::Personal) -> Fail {
    Fail::refuse("notice.personal", format!("内容里有疑似{}，公告不能含个人信息，请删去后再提交。", what.label()))
}

fn reasoned(reason: &str) -> Result<()> {
    match mask::personal(reason) {
        Some(what) => Err(personal(what)),
        None => Ok(()),
    }
}

/// What is done to a notice, decided under its next number.
struct Done<'a> {
    act: &'a str,
    kind: &'static str,
    changes: Vec<Change>,
    reason: &'a str,
    n: i64,
}

async fn write_down(tx: &Tx<'_>, actor: &Actor, n: &Notice, d: &Done<'_>) -> Result<()> {
    let by = (actor.org, actor.person);
    let act = NewAct { notice: n.id, n: d.n, act: d.act, changes: &d.changes, reason: d.reason, by };
    if !store::add_act(tx, &act).await? {
        return Err(Fail::Retry);
    }
    let entry = Entry {
        region: n.region.clone(),
        room: "disclosure",
        kind: d.kind,
        subject: format!("notice/{}", n.id),
        actor: actor.person,
        via: "page",
        data: json!({"number": n.number, "changes": store::changes_json(&d.changes), "reason": d.reason}),
    };
    tx.journal(entry).await.map(|_| ())
}

fn gone() -> Fail {
    Fail::refuse("notice.withdrawn", "这份公告已经撤回，不能再办理。")
}

/// Corrects free words of a notice: label and new words; a notice of its own says what was changed.
pub async fn correct(watch: &Watch, actor: &Actor, id: i64, wanted: &[(String, String)], reason: &str) -> Result<()> {
    reasoned(reason)?;
    watch
        .db()
        .write("notice.correct", |tx| {
            Box::pin(async move {
                let n = own(tx, actor, id).await?;
                let (before, acts, withdrawn) = store::acts(tx, id).await?;
                if withdrawn || n.withdrawn() {
                    return Err(gone());
                }
                let changes = decide(&corrected(&n.body, &before), wanted).map_err(refusal)?;
                let done = Done { act: "correct", kind: "notice.corrected", changes, reason, n: acts + 1 };
                write_down(tx, actor, &n, &done).await
            })
        })
        .await
}

/// Withdraws a notice: its address stays, its body gives way to the reason.
pub async fn withdraw(watch: &Watch, actor: &Actor, id: i64, reason: &str) -> Result<()> {
    reasoned(reason)?;
    watch
        .db()
        .write("notice.withdraw", |tx| {
            Box::pin(async move {
                let n = own(tx, actor, id).await?;
                let (_, acts, withdrawn) = store::acts(tx, id).await?;
                if withdrawn || n.withdrawn() {
                    return Err(gone());
                }
                let done = Done { act: "withdraw", kind: "notice.withdrawn", changes: Vec::new(), reason, n: acts + 1 };
                write_down(tx, actor, &n, &done).await
            })
        })
        .await
}

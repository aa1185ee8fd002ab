//! What a centre does: sends back with coded reasons, admits, refuses.
use super::brands;
use super::flow::entry;
use super::store::{self, Application, Remark};
use crate::Supply;
use base::access::Actor;
use kit::{Fail, Result, Tx};
use rules::admission::{Act, FIELDS, REASONS, field_label, next, reason_label};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::json;

/// What the centre decides.
pub enum Verdict {
    /// Holds in the whole province from now on.
    Admit,
    /// To be mended; at least one reason.
    Return(Vec<Remark>),
    /// Refused; at least one reason.
    Refuse(Vec<Remark>),
}

fn check(list: &[Remark]) -> Result<()> {
    if list.is_empty() {
        return Err(Fail::field("code", "review.reason", "退回或不予通过，至少要在一项上选择原因。"));
    }
    for r in list {
        let known = FIELDS.iter().any(|(f, _)| *f == r.field) && REASONS.iter().any(|(c, _)| *c == r.code);
        if !known {
            return Err(Fail::field("code", "review.code", "请从列表中选择原因。"));
        }
        if r.code == "R99" && r.words.trim().is_empty() {
            let words = format!("“{}”选了其他原因，请写明。", field_label(&r.field));
            return Err(Fail::field("words", "review.words", words));
        }
    }
    Ok(())
}

/// Decides an application of the actor's area. Own ones of the centre's people do not exist: centres do not apply.
pub async fn decide(supply: &Supply, actor: &Actor, id: i64, verdict: &Verdict) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    let (act, remarks): (Act, &[Remark]) = match verdict {
        Verdict::Admit => (Act::Admit, &[]),
        Verdict::Return(list) => (Act::Return, list),
        Verdict::Refuse(list) => (Act::Refuse, list),
    };
    if act != Act::Admit {
        check(remarks)?;
    }
    supply
        .db()
        .write("admission.decide", |tx| Box::pin(async move { decided(supply, tx, actor, id, act, remarks).await }))
        .await?;
    if act == Act::Admit {
        supply.reload_suppliers().await?;
    }
    Ok(())
}

async fn decided(supply: &Supply, tx: &Tx<'_>, actor: &Actor, id: i64, act: Act, remarks: &[Remark]) -> Result<()> {
    let mut a = store::load(tx, &actor.scope(), id).await?;
    let words = || Fail::refuse("application.decided", format!("申请现在是“{}”，请刷新页面。", a.state.label()));
    a.state = next(a.state, act).ok_or_else(words)?;
    a.decided_at = Some(tx.now());
    store::save(tx, &a).await?;
    for r in remarks {
        store::add_remark(tx, id, a.rounds, r).await?;
    }
    let told = match act {
        Act::Admit => {
            admit(supply, tx, actor, &a).await?;
            "已通过，全省有效".to_owned()
        }
        _ => {
            let list: Vec<String> = remarks
                .iter()
                .map(|r| format!("{}：{}{}", field_label(&r.field), reason_label(&r.code), dash(&r.words)))
                .collect();
            format!("{}。{}", if act == Act::Return { "退回补正" } else { "不予通过" }, list.join("；"))
        }
    };
    base::messages::tell(tx, a.org, Duty::SupplierAdmin, "/admission", &format!("入驻申请 {}{told}。", a.number))
        .await?;
    let kind = match act {
        Act::Admit => "supplier.admitted",
        Act::Return => "application.returned",
        _ => "application.refused",
    };
    let codes: Vec<String> = remarks.iter().map(|r| format!("{}:{}", r.field, r.code)).collect();
    let data = json!({
        "number": a.number, "org": a.org.to_string(), "purpose": a.purpose, "round": a.rounds, "reasons": codes,
        "kind": a.kind, "areas": a.areas, "categories": a.categories,
    });
    tx.journal(entry(&a, kind, actor.person, data)).await.map(|_| ())
}

fn dash(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("（{words}）") }
}

async fn admit(supply: &Supply, tx: &Tx<'_>, actor: &Actor, a: &Application) -> Result<()> {
    let any = Scope { mode: None, form: None, category: None, amount: None };
    let start = supply.facts().number("credit.start", &a.region, &any, day_of(tx.now()), 100);
    store::put_supplier(tx, a, start).await?;
    store::papers_good(tx, a.org).await?;
    if a.kind == "厂商" {
        brands::own(supply, tx, actor, a).await?;
    }
    Ok(())
}

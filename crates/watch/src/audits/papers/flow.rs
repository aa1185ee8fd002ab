//! What the auditor says to the lines of a paper.
use super::{checks_of, examined, store};
use crate::Watch;
use crate::audits::flow::{entry, working};
use crate::audits::store as audits;
use base::access::Actor;
use kit::text::sha256;
use kit::{Fail, Result, Tx};
use rules::audit::checklist::{Fit, LINES, Seen};
use serde_json::json;

/// What the auditor says to one line; an empty verdict leaves it open.
pub struct Answer {
    /// Code of the line.
    pub line: String,
    /// Key of the verdict.
    pub fit: String,
    /// Why.
    pub words: String,
}

/// Whoever says otherwise than the machine, or that something does not fit, says why.
fn checked(answers: &[Answer], seen: &[Seen], now: i64) -> Result<Vec<audits::Said>> {
    let mut out = Vec::new();
    for a in answers.iter().filter(|a| !a.fit.is_empty()) {
        let fit = Fit::of(&a.fit).filter(|f| *f != Fit::People);
        let fit = fit.ok_or_else(|| Fail::refuse("audit.verdict", "结论请选符合、不符合或者不适用。"))?;
        let saw = seen.iter().find(|s| s.line == a.line).ok_or(Fail::Hidden)?;
        let decided = matches!(saw.fit, Fit::Fits | Fit::Differs);
        if a.words.is_empty() && (fit == Fit::Differs || decided && fit != saw.fit) {
            let title = &crate::audits::lists::line(saw.line)?.title;
            let words = format!("“{title}”：不符合的、与系统核对结果不同的，要写明理由。");
            return Err(Fail::field("words", "audit.why", words));
        }
        out.push(audits::Said {
            line: a.line.clone(),
            seen: saw.fit,
            figures: saw.figures.clone(),
            fit,
            words: a.words.clone(),
            at: now,
        });
    }
    Ok(out)
}

/// Keeps what the auditor says to a paper; with `finish` the paper is done, which needs a word to every line.
pub async fn work(
    watch: &Watch,
    actor: &Actor,
    audit: i64,
    order: i64,
    answers: &[Answer],
    finish: bool,
) -> Result<()> {
    let h = store::head(watch.db(), order).await?;
    let seen = &examined(watch, order, &h, &checks_of(&h)?).await?;
    watch
        .db()
        .write("audit.work", |tx| {
            Box::pin(async move { worked(tx, actor, (audit, order), answers, seen, finish).await })
        })
        .await
}

async fn worked(
    tx: &Tx<'_>,
    actor: &Actor,
    (audit, order): (i64, i64),
    answers: &[Answer],
    seen: &[Seen],
    finish: bool,
) -> Result<()> {
    let a = working(tx, actor, audit).await?;
    audits::paper(tx, audit, order).await?;
    let said = checked(answers, seen, tx.now())?;
    if finish && said.len() < LINES.len() {
        let words = format!("还有 {} 项没有结论，不能完成底稿。", LINES.len() - said.len());
        return Err(Fail::refuse("audit.lines", words));
    }
    for s in &said {
        audits::say(tx, audit, order, s, actor.person).await?;
    }
    audits::finish(tx, audit, order, finish, actor.person).await?;
    let lines: Vec<_> = said
        .iter()
        .map(|s| json!([s.line, s.seen.key(), s.fit.key(), sha256(&[s.figures.as_bytes(), b"\n", s.words.as_bytes()])]))
        .collect();
    let data = json!({"number": a.number, "order": order.to_string(), "finished": finish, "lines": lines});
    tx.journal(entry(&a, "audit.checked", actor.person, data)).await.map(|_| ())
}

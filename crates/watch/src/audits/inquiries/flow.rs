//! Asking, answering, hearing, confirming, handing over, putting right.
use super::store::{self, Found, Row};
use crate::Watch;
use crate::audits::flow::{entry, leads, working};
use crate::audits::lists;
use crate::audits::store::{self as audits, Audit};
use base::access::Actor;
use base::said::{self, File, Said};
use kit::fail::carried;
use kit::text::sha256;
use kit::{Entry, Fail, Result, Tx};
use rules::audit::{finding, question, severity};
use rules::calendar::show_time;
use rules::duty::Duty;
use rules::rulebook;
use serde_json::{Value, json};
use supply::conduct;

/// The matter under which what is said to questions is kept.
pub(in crate::audits) const QUESTION: &str = "audit_question";
/// The matter under which what is said to findings is kept.
pub(in crate::audits) const FINDING: &str = "audit_finding";
/// Overdue ones handled at a time.
const OVERDUE: usize = 100;
/// Most questions and findings of one audit.
const PUT_MAX: usize = 500;
const ANY: rulebook::Scope<'static> = rulebook::Scope { mode: None, form: None, category: None, amount: None };

/// What a person says, with the file that goes with it.
pub struct Put<'a> {
    /// Words.
    pub words: &'a str,
    /// File.
    pub file: Option<&'a File>,
}

impl Put<'_> {
    fn digest(&self) -> &str {
        self.file.map_or("", |f| &f.digest)
    }
}

/// A question to be asked.
pub struct Question {
    /// Who is asked.
    pub org: i64,
    /// About which order; None for none in particular.
    pub order: Option<i64>,
}

/// A finding to be drafted.
pub struct Finding {
    /// Whom it concerns.
    pub org: i64,
    /// Kind.
    pub kind: String,
    /// How serious.
    pub severity: String,
    /// What it is about, fen.
    pub amount: i64,
    /// Facts; no personal data.
    pub facts: String,
    /// Recommendation.
    pub advice: String,
    /// Orders it is about.
    pub orders: Vec<i64>,
}

fn clock(watch: &Watch, key: &str, region: &str) -> Option<i64> {
    watch.facts().clock(key, region, &ANY, watch.db().now()).map(|d| d.at)
}

fn until(due: Option<i64>, what: &str) -> String {
    due.map_or(String::new(), |d| format!("，请在 {} 前{what}", show_time(d)))
}

/// Entries about a question or a finding carry its digest of words, never the words.
fn noted(a: &Audit, kind: &'static str, actor: &Actor, subject: String, p: &Put<'_>, mut data: Value) -> Entry {
    data["audit"] = json!(a.number);
    data["words_digest"] = json!(sha256(&[p.words.as_bytes()]));
    data["evidence"] = json!(p.digest());
    Entry { subject, ..entry(a, kind, actor.person, data) }
}

/// The region whose finance department answers for somebody: a unit's own; firms sell everywhere and are dealt with where the audit is.
async fn place(q: &dyn kit::Query, a: &Audit, org: i64) -> Result<String> {
    let o = base::orgs::org(q, org).await?;
    Ok(if o.kind == "unit" { o.region } else { a.scope.region.clone() })
}

/// Who answers on the other side.
async fn desk(q: &dyn kit::Query, org: i64) -> Result<Duty> {
    Ok(if base::orgs::org(q, org).await?.kind == "unit" { Duty::Signer } else { Duty::SupplierAdmin })
}

async fn tell_side(tx: &Tx<'_>, org: i64, link: &str, words: &str) -> Result<()> {
    let duty = desk(tx, org).await?;
    base::messages::tell(tx, org, duty, link, words).await
}

async fn speak(tx: &Tx<'_>, matter: &str, id: i64, actor: &Actor, act: &str, p: &Put<'_>) -> Result<()> {
    if let Some(f) = p.file {
        said::keep(tx, matter, id, f).await?;
    }
    let step = Said {
        at: tx.now(),
        org: actor.org,
        act: act.to_owned(),
        words: p.words.to_owned(),
        digest: p.digest().to_owned(),
    };
    said::say(tx, matter, id, actor.person, &step).await
}

/// Units and suppliers of the papers are those who may be asked; the order must be theirs.
async fn party(tx: &Tx<'_>, audit: i64, org: i64, orders: &[i64]) -> Result<()> {
    let papers = audits::papers(tx, audit).await?;
    let theirs = |p: &&audits::Paper| p.unit == org || p.supplier == org;
    if !papers.iter().any(|p| theirs(&p)) {
        return Err(Fail::field("org", "audit.party", "请选择本项目底稿里的采购人或者供应商。"));
    }
    if orders.iter().all(|o| papers.iter().filter(theirs).any(|p| p.order == *o)) {
        return Ok(());
    }
    Err(Fail::field("order", "audit.party_order", "所选的订单不是这一方的，请重新选择。"))
}

/// Asks a unit or a supplier.
pub async fn ask(watch: &Watch, actor: &Actor, audit: i64, what: &Question, p: &Put<'_>) -> Result<i64> {
    if p.words.is_empty() {
        return Err(Fail::field("words", "audit.question", "请写明要对方说明什么。"));
    }
    watch
        .db()
        .write("audit.ask", |tx| {
            Box::pin(async move {
                let a = working(tx, actor, audit).await?;
                party(tx, audit, what.org, &what.order.into_iter().collect::<Vec<_>>()).await?;
                let n = store::questions_of(tx, audit).await?.len();
                if n >= PUT_MAX {
                    return Err(Fail::refuse("audit.put_max", format!("一个项目最多 {PUT_MAX} 件质询。")));
                }
                let id = tx.id();
                let q = Row {
                    id,
                    audit,
                    number: format!("{}-Z{:03}", a.number, n + 1),
                    org: what.org,
                    region: place(tx, &a, what.org).await?,
                    order: what.order,
                    state: question::State::Asked,
                    asked_at: tx.now(),
                    due: clock(watch, "clock.audit_answer", &a.scope.region),
                    escalated: false,
                    version: 1,
                };
                store::add_question(tx, &q).await?;
                speak(tx, QUESTION, id, actor, "ask", p).await?;
                let words = format!("审计质询 {}{}。", q.number, until(q.due, "答复"));
                tell_side(tx, q.org, &link(&q), &words).await?;
                let data = json!({
                    "number": q.number, "org": q.org.to_string(), "order": q.order.map(|o| o.to_string()), "due": q.due,
                });
                let subject = format!("audit_question/{id}");
                tx.journal(noted(&a, "audit_question.asked", actor, subject, p, data)).await?;
                Ok(id)
            })
        })
        .await
}

fn link(q: &Row) -> String {
    format!("/inquiries/questions/{}", q.id)
}

/// What people do with questions: key of the button, act, Chinese name.
pub(super) const QUESTION_ACTS: [(&str, question::Act, &str); 4] = [
    ("answer", question::Act::Answer, "提交答复"),
    ("follow", question::Act::Follow, "继续追问"),
    ("accept", question::Act::Accept, "已核实，了结"),
    ("withdraw", question::Act::Withdraw, "撤回质询"),
];

/// Is this act the auditor's? The other ones are of the side asked.
pub(super) fn may_question(actor: &Actor, a: &Audit, q: &Row, act: question::Act) -> bool {
    question::next(q.state, act).is_some()
        && match act {
            question::Act::Answer => answers(actor, q.org),
            question::Act::Follow | question::Act::Accept | question::Act::Withdraw => leads(actor, a),
        }
}

fn answers(actor: &Actor, org: i64) -> bool {
    actor.org == org && (actor.may(Duty::Signer) || actor.may(Duty::SupplierAdmin))
}

fn stale() -> Fail {
    Fail::refuse("audit.stale", "现在不能这样办理，请刷新页面看最新状态。")
}

fn need_words(p: &Put<'_>) -> Result<()> {
    match p.words.is_empty() {
        true => Err(Fail::field("words", "audit.say", "请写明答复、要求或者理由。")),
        false => Ok(()),
    }
}

/// Does something with a question.
pub async fn answer_question(watch: &Watch, actor: &Actor, id: i64, key: &str, p: &Put<'_>) -> Result<()> {
    let found = QUESTION_ACTS.iter().find(|(k, ..)| *k == key);
    let (key, what, _) = found.ok_or_else(|| Fail::refuse("audit.act", "请用页面上的按钮办理。"))?;
    need_words(p)?;
    watch
        .db()
        .write("audit.question", |tx| {
            Box::pin(async move {
                let mut q = store::question(tx, actor, id).await?;
                let a = audits::any(tx, q.audit).await?;
                if !may_question(actor, &a, &q, *what) {
                    return Err(stale());
                }
                q.state = question::next(q.state, *what).ok_or_else(stale)?;
                let runs = q.state == question::State::Asked;
                q.due = if runs { clock(watch, "clock.audit_answer", &a.scope.region) } else { None };
                q.escalated = false;
                store::save_question(tx, &q).await?;
                speak(tx, QUESTION, id, actor, key, p).await?;
                let number = &q.number;
                match what {
                    question::Act::Answer => {
                        let words = format!("审计质询 {number} 已答复，请核实。");
                        base::messages::tell(tx, a.org, Duty::Auditor, &link(&q), &words).await?;
                    }
                    question::Act::Follow => {
                        let words = format!("审计质询 {number} 有追问{}。", until(q.due, "答复"));
                        tell_side(tx, q.org, &link(&q), &words).await?;
                    }
                    question::Act::Accept | question::Act::Withdraw => {
                        let words = format!("审计质询 {number} {}。", q.state.label());
                        tell_side(tx, q.org, &link(&q), &words).await?;
                    }
                }
                let data = json!({"number": number, "act": key, "state": q.state.key()});
                let subject = format!("audit_question/{id}");
                tx.journal(noted(&a, "audit_question.moved", actor, subject, p, data)).await.map(|_| ())
            })
        })
        .await
}

/// Drafts a finding; nobody is told yet.
pub async fn find(watch: &Watch, actor: &Actor, audit: i64, f: &Finding) -> Result<i64> {
    let kind = lists::kind(&f.kind).ok_or_else(|| Fail::field("kind", "audit.kind", "请选择问题种类。"))?;
    severity(&f.severity).ok_or_else(|| Fail::field("severity", "audit.severity", "请选择严重程度。"))?;
    if f.facts.is_empty() || f.advice.is_empty() {
        return Err(Fail::field("facts", "audit.facts", "请写明事实和处理建议。"));
    }
    if f.orders.is_empty() {
        return Err(Fail::field("order", "audit.no_order", "请勾选涉及的订单。"));
    }
    watch
        .db()
        .write("audit.find", |tx| {
            Box::pin(async move {
                let a = working(tx, actor, audit).await?;
                party(tx, audit, f.org, &f.orders).await?;
                let side = base::orgs::org(tx, f.org).await?.kind;
                if kind.side != "both" && kind.side != side {
                    return Err(Fail::field("kind", "audit.kind_side", "这种问题不适用于所选的一方，请换问题种类。"));
                }
                let n = store::findings_of(tx, audit, true).await?.len();
                if n >= PUT_MAX {
                    return Err(Fail::refuse("audit.put_max", format!("一个项目最多 {PUT_MAX} 个问题。")));
                }
                let id = tx.id();
                let found = Found {
                    id,
                    audit,
                    number: format!("{}-W{:03}", a.number, n + 1),
                    org: f.org,
                    region: place(tx, &a, f.org).await?,
                    kind: f.kind.clone(),
                    severity: f.severity.clone(),
                    amount: f.amount,
                    facts: f.facts.clone(),
                    advice: f.advice.clone(),
                    state: finding::State::Draft,
                    made_at: tx.now(),
                    sent_at: None,
                    final_at: None,
                    closed_at: None,
                    due: None,
                    escalated: false,
                    conduct: None,
                    finance_at: None,
                    version: 1,
                };
                store::add_finding(tx, &found, &f.orders).await?;
                let p = Put { words: &f.facts, file: None };
                let data = json!({
                    "number": found.number, "org": found.org.to_string(), "finding": found.kind, "severity": found.severity,
                    "amount": found.amount, "orders": f.orders.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    "advice_digest": sha256(&[f.advice.as_bytes()]),
                });
                let subject = format!("audit_finding/{id}");
                tx.journal(noted(&a, "audit_finding.drafted", actor, subject, &p, data)).await?;
                Ok(id)
            })
        })
        .await
}

/// What people do with a finding beside moving it: hand it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Do {
    /// Move it.
    Move(finding::Act),
    /// Open a case of conduct.
    Conduct,
    /// Hand it to the finance department as a lead.
    Finance,
}

/// Keys of buttons, what they do, Chinese names.
pub(super) const FINDING_ACTS: [(&str, Do, &str); 9] = [
    ("send", Do::Move(finding::Act::Send), "发给对方征求意见"),
    ("answer", Do::Move(finding::Act::Answer), "提交意见"),
    ("confirm", Do::Move(finding::Act::Confirm), "认定"),
    ("drop", Do::Move(finding::Act::Drop), "不予认定"),
    ("mend", Do::Move(finding::Act::Mend), "报告整改结果"),
    ("verify", Do::Move(finding::Act::Verify), "核实整改完成"),
    ("reject", Do::Move(finding::Act::Reject), "整改不到位，退回"),
    ("conduct", Do::Conduct, "移送为诚信事项"),
    ("finance", Do::Finance, "移送财政部门"),
];

/// May a person do this with a finding now?
pub(super) fn may_finding(actor: &Actor, a: &Audit, f: &Found, what: Do) -> bool {
    match what {
        Do::Move(act) => {
            finding::next(f.state, act).is_some()
                && match act {
                    finding::Act::Answer | finding::Act::Mend => answers(actor, f.org),
                    finding::Act::Lapse => false,
                    finding::Act::Send
                    | finding::Act::Confirm
                    | finding::Act::Drop
                    | finding::Act::Reject
                    | finding::Act::Verify => leads(actor, a),
                }
        }
        Do::Conduct => {
            let indicator = lists::kind(&f.kind).is_some_and(|k| !k.indicator.is_empty());
            leads(actor, a) && f.state.confirmed() && f.conduct.is_none() && indicator
        }
        Do::Finance => leads(actor, a) && f.state.confirmed() && f.finance_at.is_none(),
    }
}

fn finding_link(f: &Found) -> String {
    format!("/inquiries/findings/{}", f.id)
}

/// Does something with a finding.
pub async fn answer_finding(watch: &Watch, actor: &Actor, id: i64, key: &str, p: &Put<'_>) -> Result<()> {
    let found = FINDING_ACTS.iter().find(|(k, ..)| *k == key);
    let (key, what, _) = found.ok_or_else(|| Fail::refuse("audit.act", "请用页面上的按钮办理。"))?;
    need_words(p)?;
    watch
        .db()
        .write("audit.finding", |tx| {
            Box::pin(async move {
                let mut f = store::finding(tx, actor, id).await?;
                let a = audits::any(tx, f.audit).await?;
                if !may_finding(actor, &a, &f, *what) {
                    return Err(stale());
                }
                match what {
                    Do::Move(act) => moved(watch, tx, &a, &mut f, *act).await?,
                    Do::Conduct => f.conduct = Some(charge(watch, tx, actor, &f, p).await?),
                    Do::Finance => {
                        f.finance_at = Some(tx.now());
                        let words = format!("审计移送 {}：{}，请依职权处理。", f.number, title(&f));
                        tell_finance(watch, tx, &f.region, false, &finding_link(&f), &words).await?;
                    }
                }
                store::save_finding(tx, &f).await?;
                speak(tx, FINDING, id, actor, key, p).await?;
                let data = json!({
                    "number": f.number, "act": key, "state": f.state.key(), "due": f.due, "case": f.conduct.map(|c| c.to_string()),
                });
                let subject = format!("audit_finding/{id}");
                tx.journal(noted(&a, "audit_finding.moved", actor, subject, p, data)).await.map(|_| ())
            })
        })
        .await
}

fn title(f: &Found) -> &'static str {
    lists::kind(&f.kind).map_or("审计发现", |k| k.title.as_str())
}

/// Moves a finding: its clock, and who is told.
async fn moved(watch: &Watch, tx: &Tx<'_>, a: &Audit, f: &mut Found, act: finding::Act) -> Result<()> {
    f.state = finding::next(f.state, act).ok_or_else(stale)?;
    (f.due, f.escalated) = (None, false);
    let region = &a.scope.region;
    let (number, link) = (f.number.clone(), finding_link(f));
    let told = match act {
        finding::Act::Send => {
            (f.sent_at, f.due) = (Some(tx.now()), clock(watch, "clock.audit_hearing", region));
            format!("审计发现 {number}（{}）征求意见{}。", title(f), until(f.due, "陈述"))
        }
        finding::Act::Confirm | finding::Act::Reject => {
            if act == finding::Act::Confirm {
                f.final_at = Some(tx.now());
            }
            f.due = clock(watch, "clock.audit_rectify", region);
            let what = if act == finding::Act::Confirm { "已认定" } else { "整改不到位" };
            format!("审计发现 {number}（{}）{what}{}。", title(f), until(f.due, "整改并报告结果"))
        }
        finding::Act::Drop | finding::Act::Verify => {
            f.closed_at = Some(tx.now());
            format!("审计发现 {number}（{}）：{}。", title(f), f.state.label())
        }
        finding::Act::Answer | finding::Act::Mend => {
            let words = format!("审计发现 {number} {}。", f.state.label());
            return base::messages::tell(tx, a.org, Duty::Auditor, &link, &words).await;
        }
        finding::Act::Lapse => return Ok(()),
    };
    // A draft that is given up was never shown to anybody.
    if f.sent_at.is_some() { tell_side(tx, f.org, &link, &told).await } else { Ok(()) }
}

/// Opens a case of conduct; the one concerned is told and heard there again before anything follows.
async fn charge(watch: &Watch, tx: &Tx<'_>, actor: &Actor, f: &Found, p: &Put<'_>) -> Result<i64> {
    let kind = lists::kind(&f.kind).ok_or(Fail::Hidden)?;
    let words = format!("审计发现 {}（{}）：{}", f.number, kind.title, f.facts);
    let charge = conduct::Charge {
        region: &f.region,
        org: f.org,
        rule: &kind.indicator,
        subject: &format!("audit_finding/{}", f.id),
        words: &words,
        digest: p.digest(),
        measure: conduct::Measure::None,
        points: None,
        by: (actor.person, actor.org),
    };
    conduct::open(watch, tx, &charge).await
}

/// Tells the finance department of the place, and with `above` the one above it too.
async fn tell_finance(watch: &Watch, tx: &Tx<'_>, region: &str, above: bool, link: &str, words: &str) -> Result<()> {
    let ladder = base::orgs::finance_ladder(tx, &watch.facts().path(region)).await?;
    let all: Vec<i64> = ladder.into_iter().take(if above { 2 } else { 1 }).flatten().collect();
    base::messages::tell_many(tx, &all, Duty::Regulator, link, words).await
}

/// What time does: questions nobody answers and findings nobody puts right go to the finance departments of the place and above, once;
/// the time to state a view ends.
pub async fn run_due(watch: &Watch) -> Result<usize> {
    let (questions, findings) = store::overdue(watch.db(), watch.db().now(), OVERDUE).await?;
    let mut done = 0;
    for id in questions {
        let moved =
            watch.db().write("audit.overdue", |tx| Box::pin(async move { late_question(watch, tx, id).await })).await;
        done += usize::from(carried("audit question", id, moved));
    }
    for id in findings {
        let moved =
            watch.db().write("audit.overdue", |tx| Box::pin(async move { late_finding(watch, tx, id).await })).await;
        done += usize::from(carried("audit finding", id, moved));
    }
    Ok(done)
}

/// What the mall itself notes in a matter.
async fn note(tx: &Tx<'_>, matter: &str, id: i64, act: &str, words: &str) -> Result<()> {
    let step = Said { at: tx.now(), org: 0, act: act.to_owned(), words: words.to_owned(), digest: String::new() };
    said::say(tx, matter, id, 0, &step).await
}

async fn late_question(watch: &Watch, tx: &Tx<'_>, id: i64) -> Result<()> {
    let mut q = store::any_question(tx, id).await?;
    if q.state != question::State::Asked || q.escalated || q.due.is_none_or(|d| d > tx.now()) {
        return Ok(());
    }
    let a = audits::any(tx, q.audit).await?;
    q.escalated = true;
    store::save_question(tx, &q).await?;
    let words = format!("审计质询 {} 逾期没有答复，请督促。", q.number);
    tell_finance(watch, tx, &q.region, true, &link(&q), &words).await?;
    note(tx, QUESTION, id, "escalate", &words).await?;
    let e = entry(&a, "audit_question.escalated", 0, json!({"number": q.number}));
    tx.journal(Entry { subject: format!("audit_question/{id}"), ..e }).await.map(|_| ())
}

async fn late_finding(watch: &Watch, tx: &Tx<'_>, id: i64) -> Result<()> {
    let mut f = store::any_finding(tx, id).await?;
    if f.due.is_none_or(|d| d > tx.now()) {
        return Ok(());
    }
    let a = audits::any(tx, f.audit).await?;
    let (kind, act, words) = match f.state {
        finding::State::Sent => {
            moved(watch, tx, &a, &mut f, finding::Act::Lapse).await?;
            let words = format!("审计发现 {} 逾期没有陈述意见，可以作出认定。", f.number);
            base::messages::tell(tx, a.org, Duty::Auditor, &finding_link(&f), &words).await?;
            ("audit_finding.lapsed", "lapse", words)
        }
        finding::State::Final if !f.escalated => {
            f.escalated = true;
            let words = format!("审计发现 {}（{}）逾期没有整改，请督促。", f.number, title(&f));
            tell_finance(watch, tx, &f.region, true, &finding_link(&f), &words).await?;
            ("audit_finding.escalated", "escalate", words)
        }
        _ => return Ok(()),
    };
    store::save_finding(tx, &f).await?;
    note(tx, FINDING, id, act, &words).await?;
    let e = entry(&a, kind, 0, json!({"number": f.number, "state": f.state.key()}));
    tx.journal(Entry { subject: format!("audit_finding/{id}"), ..e }).await.map(|_| ())
}

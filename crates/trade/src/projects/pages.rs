//! Pages that all procedures share: the list, approvals, and the frame of a procedure's own page.
use super::store::{self, Approval, Project};
use crate::orders::KeptCheck;
use crate::{Trade, auctions, batch, direct, fixed};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Scope};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Query, Result, journal, web};
use rules::Fen;
use rules::calendar::show_time;
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[
    Duty::Handler,
    Duty::Reviewer,
    Duty::Signer,
    Duty::Receiver,
    Duty::Accountant,
    Duty::Regulator,
    Duty::Centre,
    Duty::Auditor,
]);
const APPROVER: Gate = Gate::Any(&[Duty::Reviewer, Duty::Signer]);
const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
const PAGE: usize = 20;
const COUNTED_MAX: usize = 99;

/// Word and tone of a state, by the kind's own table.
fn label(p: &Project) -> (&'static str, &'static str) {
    match p.kind.as_str() {
        "demand" => batch::label(&p.state),
        "job" => fixed::label(&p.state),
        _ => auctions::label(&p.state),
    }
}

/// What a journal entry of a project means, in Chinese.
fn words(e: &journal::Recorded) -> String {
    let said = match e.kind.split('.').next() {
        Some("demand") => batch::words(e),
        Some("job") => fixed::words(e),
        _ => auctions::words(e),
    };
    if e.erased() { format!("{said}（内容已依法删除）") } else { said }
}

/// The part of a form that says which clauses are secret.
pub(crate) struct SecretPart {
    pub(crate) basis: String,
    pub(crate) words: String,
    /// May it be a secret of the state's?
    pub(crate) state: bool,
}

impl SecretPart {
    pub(crate) fn of(s: &direct::Secret, state: bool) -> SecretPart {
        SecretPart { basis: s.basis.clone(), words: s.words.clone(), state }
    }

    /// What was typed.
    pub(crate) fn typed(form: &Form) -> direct::Secret {
        direct::Secret { basis: form.get("secret").to_owned(), words: form.get("secret_words").to_owned() }
    }
}

/// What every procedure's page shows around its own part.
pub(crate) struct Frame {
    pub(crate) p: Project,
    pub(crate) unit: String,
    pub(crate) handler: String,
    pub(crate) state: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) category: String,
    pub(crate) place: String,
    pub(crate) ceiling: String,
    pub(crate) held: String,
    pub(crate) due: String,
    /// The reader may see what is internal to the unit.
    pub(crate) inside: bool,
    pub(crate) may_approve: bool,
    pub(crate) may_withdraw: bool,
    pub(crate) approvals: Vec<(Approval, String, String)>,
    pub(crate) orders: Vec<(i64, String)>,
    pub(crate) events: Vec<(String, String, String)>,
}

impl Frame {
    /// The checks it was judged by, for those inside.
    pub(crate) fn checks(&self) -> &[KeptCheck] {
        if self.inside { &self.p.checks } else { &[] }
    }

    /// What whoever approves reads first.
    pub(crate) fn raised(&self) -> Vec<&KeptCheck> {
        KeptCheck::raised(self.checks())
    }
}

/// The frame of a project for a reader. `inside`: the project is within the reader's scope.
pub(crate) async fn frame(trade: &Trade, actor: Option<&Actor>, p: Project, inside: bool) -> Result<Frame> {
    let (db, facts) = (trade.db(), trade.facts());
    let unit = base::orgs::org(db, p.unit).await?.name;
    let (mut approvals, mut events) = (Vec::new(), Vec::new());
    let mut handler = String::new();
    let mut orders = Vec::new();
    let mut given = false;
    if inside {
        let found = store::approvals(db, p.id).await?;
        let about = journal::about(db, &p.subject()).await?;
        let mut people: Vec<i64> = found.iter().map(|a| a.person).chain(about.iter().map(|e| e.actor)).collect();
        people.push(p.handler);
        people.retain(|id| *id > 0);
        let names = base::orgs::person_names(db, &people).await?;
        let who = |id: i64| names.get(&id).cloned().unwrap_or_else(|| "系统".into());
        handler = who(p.handler);
        given = actor.is_some_and(|a| found.iter().any(|v| !v.void && v.person == a.person));
        approvals = found.into_iter().map(|a| (who(a.person), show_time(a.at), a)).map(|(w, t, a)| (a, w, t)).collect();
        let quiet =
            |e: &&journal::Recorded| !matches!(e.kind.as_str(), "auction.looked" | "auction.quoted" | "demand.closed");
        events = about
            .iter()
            .filter(quiet)
            .map(|e| (show_time(e.at), words(e), if e.actor > 0 { who(e.actor) } else { "系统".into() }))
            .collect();
        orders = store::orders(db, p.id).await?;
    }
    let (state, tone) = label(&p);
    let own = actor.is_some_and(|a| a.org == p.unit && a.person == p.handler);
    let may_approve = !own && !given && actor.is_some_and(|a| a.org == p.unit && p.awaits().is_some_and(|d| a.may(d)));
    Ok(Frame {
        unit,
        handler,
        state,
        tone,
        category: facts.category_name(&p.category),
        place: facts.region_name(&p.address_region),
        ceiling: Fen(p.ceiling).yuan(),
        held: Fen(p.held).yuan(),
        due: p.next_due.map_or(String::new(), show_time),
        inside,
        may_approve,
        may_withdraw: own && matches!(p.state.as_str(), "approving" | "returned" | "submitted"),
        approvals,
        orders,
        events,
        p,
    })
}

/// A project and whether it is within the reader's scope; hidden when it is neither that nor public.
pub(crate) async fn seen(q: &dyn Query, actor: Option<&Actor>, id: i64, kind: &str) -> Result<(Project, bool)> {
    let inside = match actor {
        Some(a) => match store::load(q, &a.scope(), id).await {
            Ok(p) => Some(p),
            Err(Fail::Hidden) => None,
            Err(e) => return Err(e),
        },
        None => None,
    };
    let (p, inside) = match inside {
        Some(p) => (p, true),
        None => (store::any(q, id).await?, false),
    };
    if p.kind != kind || (!inside && matches!(p.state.as_str(), "approving" | "returned" | "withdrawn")) {
        return Err(Fail::Hidden);
    }
    if !inside && !p.secret.is_empty() && !let_in(q, actor, &p).await? {
        return Err(Fail::Hidden);
    }
    Ok((p, inside))
}

/// Is a procedure with secret clauses shown to this outsider? To suppliers that may quote, and to whoever supervises the unit.
async fn let_in(q: &dyn Query, actor: Option<&Actor>, p: &Project) -> Result<bool> {
    let Some(a) = actor else { return Ok(false) };
    Ok(match p.kind.as_str() {
        "auction" => a.org_kind == "supplier",
        "demand" => base::orgs::org(q, p.unit).await?.parent == Some(a.org),
        _ => false,
    })
}

struct Item {
    p: Project,
    unit: String,
    state: &'static str,
    tone: &'static str,
    ceiling: String,
    made: String,
}

#[derive(Template)]
#[template(path = "projects/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
}

async fn list(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let (found, total) = store::list(trade.db(), &cx.actor()?.scope(), "", cx.page(), PAGE).await?;
    let ids: Vec<i64> = found.iter().map(|p| p.unit).collect();
    let names = base::orgs::names(trade.db(), &ids).await?;
    let items = found
        .into_iter()
        .map(|p| Item {
            unit: names.get(&p.unit).cloned().unwrap_or_default(),
            state: label(&p).0,
            tone: label(&p).1,
            ceiling: Fen(p.ceiling).yuan(),
            made: show_time(p.made_at),
            p,
        })
        .collect();
    let pages = (total as usize).div_ceil(PAGE).max(1);
    web::html(&List { s: Shell::work(&cx, "采购项目").await?, items, total, page: cx.page(), pages })
}

/// Something that waits for a person, on the list of what to do.
pub(crate) struct Waiting {
    pub(crate) href: String,
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) amount: String,
    pub(crate) state: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) words: &'static str,
}

/// Projects that wait for a person, of all kinds.
pub(crate) async fn todo(q: &dyn Query, a: &Actor) -> Result<Vec<Waiting>> {
    let mut found: Vec<(Project, &'static str)> = Vec::new();
    if a.org_kind == "unit" {
        let what = |p: &Project| match p.state.as_str() {
            "returned" => "重新发起或撤回",
            "checking" => "核验响应、确定成交",
            "quoted" => "确认报价",
            _ => "审批",
        };
        found.extend(store::waiting(q, a, COUNTED_MAX).await?.into_iter().map(|p| (what(&p), p)).map(|(w, p)| (p, w)));
    }
    found.extend(auctions::todo(q, a).await?);
    found.extend(fixed::todo(q, a).await?);
    found.extend(batch::to_review(q, a).await?.into_iter().map(|p| (p, "审核批量需求")));
    let ids: Vec<i64> = found.iter().map(|(p, _)| p.unit).collect();
    let names = base::orgs::names(q, &ids).await?;
    let waiting = |(p, words): (Project, &'static str)| Waiting {
        href: p.href(),
        unit: names.get(&p.unit).cloned().unwrap_or_default(),
        amount: Fen(p.ceiling).yuan(),
        state: label(&p).0,
        tone: label(&p).1,
        words,
        number: p.number,
        title: p.title,
    };
    let mut out: Vec<Waiting> = found.into_iter().map(waiting).collect();
    for (id, number, title, amount) in needs_of(q, a).await? {
        out.push(Waiting {
            href: format!("/needs/{id}"),
            unit: String::new(),
            amount: Fen(amount).yuan(),
            state: "待答复",
            tone: "warn",
            words: "答复无货需求",
            number,
            title,
        });
    }
    Ok(out)
}

/// Needs nobody meets wait for the centre of the area.
async fn needs_of(q: &dyn Query, a: &Actor) -> Result<Vec<(i64, String, String, i64)>> {
    match a.scope() {
        Scope::Region(prefix) if a.may(Duty::Centre) => crate::needs::waiting(q, &prefix, COUNTED_MAX).await,
        _ => Ok(Vec::new()),
    }
}

/// How many projects wait for a person.
pub(crate) async fn count_waiting(q: &dyn Query, a: &Actor) -> Result<i64> {
    let own = if a.org_kind == "unit" { store::waiting(q, a, COUNTED_MAX).await?.len() } else { 0 };
    let reviews = batch::to_review(q, a).await?.len() + fixed::todo(q, a).await?.len() + needs_of(q, a).await?.len();
    Ok((own + reviews + auctions::todo(q, a).await?.len()) as i64)
}

async fn kind_of(trade: &Trade, cx: &Cx, id: i64) -> Result<Project> {
    store::load(trade.db(), &cx.actor()?.scope(), id).await
}

fn back(p: &Project, words: &str) -> Response {
    web::see(&format!("{}?done={}", p.href(), percent(words)))
}

/// Approves a project of any kind.
pub async fn approve(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    let p = store::load(trade.db(), &actor.scope(), id).await?;
    match p.kind.as_str() {
        "auction" => auctions::approve(trade, actor, id).await,
        "demand" => batch::approve(trade, actor, id).await,
        "job" => fixed::approve(trade, actor, id).await,
        _ => Err(Fail::Hidden),
    }
}

async fn approve_project(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let p = kind_of(&trade, &cx, id).await?;
    approve(&trade, cx.actor()?, id).await?;
    Ok(back(&p, "已同意。"))
}

async fn send_back(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let p = kind_of(&trade, &cx, id).await?;
    let reason = form.need("reason", "退回理由", 200)?;
    match p.kind.as_str() {
        "auction" => auctions::send_back(&trade, cx.actor()?, id, reason).await?,
        "demand" => batch::send_back(&trade, cx.actor()?, id, reason).await?,
        "job" => fixed::send_back(&trade, cx.actor()?, id, reason).await?,
        _ => return Err(Fail::Hidden),
    }
    Ok(back(&p, "已退回经办人，预算已释放。"))
}

async fn withdraw(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let p = kind_of(&trade, &cx, id).await?;
    match p.kind.as_str() {
        "auction" => auctions::withdraw(&trade, cx.actor()?, id).await?,
        "demand" => batch::withdraw(&trade, cx.actor()?, id).await?,
        "job" => fixed::withdraw(&trade, cx.actor()?, id).await?,
        _ => return Err(Fail::Hidden),
    }
    Ok(back(&p, "已撤回，占用的预算已释放。"))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/projects", READERS, list)
        .post("/projects/{id}/approve", APPROVER, approve_project)
        .post("/projects/{id}/return", APPROVER, send_back)
        .post("/projects/{id}/withdraw", HANDLER, withdraw)
}

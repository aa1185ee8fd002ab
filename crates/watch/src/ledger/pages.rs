//! Pages of the journal.
use super::subjects::{self, Subject};
use super::{erasure, log};
use crate::{Watch, disclosure};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Scope};
use base::facts::words::{self, Family};
use base::shell::Shell;
use kit::journal::{self, Recorded};
use kit::{Fail, Result, web};
use rules::calendar::show_stamp;
use rules::duty::Duty;

const OVERSEER: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::Auditor]);
const PAGE: i64 = 50;

struct Item {
    e: Recorded,
    /// The kind in words.
    said: String,
    about: Subject,
    at: String,
    who: String,
    place: String,
}

async fn items(watch: &Watch, reader: &Actor, found: Vec<Recorded>) -> Result<Vec<Item>> {
    let facts = watch.facts();
    let subjects = subjects::of(watch, Some(reader), &found).await?;
    let names =
        base::orgs::person_names(watch.db(), &found.iter().map(|e| e.actor).filter(|a| *a > 0).collect::<Vec<_>>())
            .await?;
    let item = |(e, about): (Recorded, Subject)| Item {
        said: words::say(&e.kind).to_owned(),
        about,
        at: show_stamp(e.at),
        who: names.get(&e.actor).cloned().unwrap_or_else(|| "系统".into()),
        place: facts.region_name(&e.region),
        e,
    };
    Ok(found.into_iter().zip(subjects).map(item).collect())
}

#[derive(Template)]
#[template(path = "ledger/pages/journal.html")]
struct Journal<'a> {
    s: Shell,
    items: Vec<Item>,
    /// The kind asked for, or the beginning of a family of kinds with its dot.
    kind: &'a str,
    /// Kinds to choose from.
    families: Vec<Family>,
    subject: &'a str,
    head: i64,
    next: Option<i64>,
    may_erase: bool,
}

impl Journal<'_> {
    /// Was something asked for that is not among the choices?
    fn unlisted(&self) -> bool {
        let family = self.kind.strip_suffix('.').unwrap_or("");
        let listed = words::known(self.kind) || self.families.iter().any(|f| f.code == family);
        !self.kind.is_empty() && !listed
    }

    fn chosen(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Is a whole family asked for?
    fn whole(&self, family: &str) -> bool {
        self.kind.strip_suffix('.') == Some(family)
    }
}

/// The region prefix an overseer may read.
fn reach(cx: &Cx) -> Result<String> {
    match cx.actor()?.scope() {
        Scope::Region(prefix) => Ok(prefix),
        Scope::Unit(_) | Scope::Supplier(_) | Scope::Nothing => Err(Fail::Denied),
    }
}

async fn explorer(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let prefix = reach(&cx)?;
    let before = cx.param("before").parse().unwrap_or(0);
    let subject = subjects::asked(&watch, cx.param("subject").trim()).await?;
    let found = journal::page(watch.db(), before, &prefix, cx.param("kind"), &subject, PAGE).await?;
    let next = (found.len() as i64 == PAGE).then(|| found.last().map_or(0, |e| e.seq));
    web::html(&Journal {
        s: Shell::work(&cx, "全程留痕").await?,
        items: items(&watch, cx.actor()?, found).await?,
        kind: cx.param("kind"),
        families: words::families(),
        subject: cx.param("subject"),
        head: journal::head(watch.db()).await?,
        next,
        may_erase: erasure::may_ask(&watch, cx.actor()?),
    })
}

#[derive(Template)]
#[template(path = "ledger/pages/entry.html")]
struct Entry {
    s: Shell,
    i: Item,
    fits: bool,
    erased_by: Option<i64>,
    may_erase: bool,
}

async fn entry(State(watch): State<Watch>, cx: Cx, Path(seq): Path<i64>) -> Result<Response> {
    let prefix = reach(&cx)?;
    let found = journal::after(watch.db(), seq - 1, 1).await?;
    let e = found.into_iter().find(|e| e.seq == seq && e.region.starts_with(&prefix)).ok_or(Fail::Hidden)?;
    let fits = journal::leaf(&e.body) == e.hash;
    let erased_by = if e.erased() { log::erased_by(watch.db(), seq).await?.map(|by| by.seq) } else { None };
    let may_erase = erasure::offered(&watch, cx.actor()?, &e.kind);
    let i = items(&watch, cx.actor()?, vec![e]).await?.pop().ok_or(Fail::Hidden)?;
    let s = Shell::work(&cx, format!("留痕记录 {seq}")).await?;
    web::html(&Entry { s, i, fits, erased_by, may_erase })
}

struct Lag {
    name: String,
    /// Chinese name, and what the follower does.
    said: (String, &'static str),
    seq: i64,
    lag: i64,
}

#[derive(Template)]
#[template(path = "ledger/pages/status.html")]
struct Status {
    s: Shell,
    now: String,
    may_rehearse: bool,
    engine: &'static str,
    head: i64,
    lags: Vec<Lag>,
    products: usize,
    statements: u64,
}

async fn status(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let head = journal::head(watch.db()).await?;
    let mut lags: Vec<(String, i64)> = journal::positions(watch.db()).await?;
    if !lags.iter().any(|(n, _)| n == disclosure::PROJECTION) {
        lags.push((disclosure::PROJECTION.into(), 0));
    }
    lags.push(("search".into(), watch.engine().position()));
    web::html(&Status {
        s: Shell::work(&cx, "运行状态").await?,
        now: show_stamp(watch.db().now()),
        may_rehearse: watch.settings().demo,
        engine: watch.db().engine(),
        head,
        lags: lags
            .into_iter()
            .map(|(name, seq)| Lag { lag: head - seq, said: words::follower(&name), name, seq })
            .collect(),
        products: watch.engine().len(),
        statements: watch.db().statements(),
    })
}

/// Where a demo keeps how far its clock is ahead, ms.
fn ahead(watch: &Watch) -> std::path::PathBuf {
    watch.settings().data.join("clock-ahead")
}

/// A demo whose clock was moved goes on from there after a restart.
pub fn rehearse(watch: &Watch) -> Result<()> {
    match std::fs::read_to_string(ahead(watch)) {
        Ok(text) => watch.clock().advance(text.trim().parse().map_err(Fail::fault)?),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// In a demo time can be moved forward, so that one sees what happens at a deadline without waiting for it.
async fn move_clock(State(watch): State<Watch>, cx: Cx, form: Form) -> Result<Response> {
    cx.actor()?;
    if !watch.settings().demo {
        return Err(Fail::Hidden);
    }
    let hours = form.int("hours", "小时数")?;
    if !(1..=2_000).contains(&hours) {
        return Err(Fail::field("hours", "clock.hours", "请填 1 到 2000 之间的小时数。"));
    }
    let known: i64 = std::fs::read_to_string(ahead(&watch)).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(0);
    std::fs::write(ahead(&watch), (known + hours * 3_600_000).to_string())?;
    watch.clock().advance(hours * 3_600_000);
    Ok(web::see(&format!("/status?done={}", kit::text::percent("演示时钟已快进，到时的事项会自动办理。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/journal", OVERSEER, explorer)
        .get("/journal/{seq}", OVERSEER, entry)
        .get("/status", Gate::Any(&[Duty::Operator]), status)
        .post("/demo/clock", Gate::Any(&[Duty::Operator]), move_clock)
}

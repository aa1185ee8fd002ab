//! The page of erasing.
use super::flow::{self, WORDS_MAX};
use super::store::{self, Erasure};
use crate::Watch;
use crate::ledger::subjects::{self, Subject};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::facts::words;
use base::shell::Shell;
use kit::journal::{self, Recorded};
use kit::{Fail, Refused, Result, web};
use rules::calendar::show_time;
use rules::duty::Duty;
use rules::erasure::{Ground, KINDS};

const REGULATOR: Gate = Gate::Any(&[Duty::Regulator]);
/// Requests listed.
const LISTED: usize = 100;

struct Line {
    e: Erasure,
    said: String,
    ground: &'static str,
    asked_by: String,
    asked_at: String,
    decided_by: String,
    decided_at: String,
    mine: bool,
}

/// The entry asked about.
struct Asked {
    e: Recorded,
    said: String,
    about: Subject,
    /// May an entry of this kind be without words?
    may: bool,
    /// Entries about the same subject that say the same words again.
    again: Vec<Recorded>,
}

#[derive(Template)]
#[template(path = "ledger/erasure/pages/erasures.html")]
struct Erasures {
    s: Shell,
    seq: String,
    ground: String,
    basis: String,
    reason: String,
    bad: &'static str,
    entry: Option<Asked>,
    lines: Vec<Line>,
    /// Kinds that may be erased: code, words.
    kinds: Vec<(&'static str, String)>,
    grounds: [Ground; 2],
}

async fn page(watch: &Watch, cx: &Cx, typed: Option<(&Form, &Refused)>) -> Result<Erasures> {
    let actor = cx.actor()?;
    flow::must_be_root(watch, actor)?;
    let found = store::newest(watch.db(), LISTED).await?;
    let people: Vec<i64> = found.iter().flat_map(|e| [e.asked_by, e.decided_by]).filter(|p| *p > 0).collect();
    let names = base::orgs::person_names(watch.db(), &people).await?;
    let who = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let line = |e: Erasure| Line {
        said: words::full(&e.kind),
        ground: Ground::of(&e.ground).map_or("", Ground::label),
        asked_by: who(e.asked_by),
        asked_at: show_time(e.asked_at),
        decided_by: who(e.decided_by),
        decided_at: if e.decided_at > 0 { show_time(e.decided_at) } else { String::new() },
        mine: e.asked_by == actor.person,
        e,
    };
    let field = |name: &str| typed.map_or_else(|| cx.param(name).to_owned(), |(f, _)| f.get(name).to_owned());
    let seq = field("seq");
    let entry = match seq.parse::<i64>() {
        Ok(n) => match journal::one(watch.db(), n).await {
            Ok(e) => {
                let again = flow::repeated(watch.db(), &e).await?;
                let (may, said) = (rules::erasure::may(&e.kind), words::full(&e.kind));
                Some(Asked { may, said, about: subjects::one(watch, &e).await?, again, e })
            }
            Err(Fail::Hidden) => None,
            Err(e) => return Err(e),
        },
        Err(_) => None,
    };
    let s = Shell::work(cx, "删除留痕内容").await?;
    Ok(Erasures {
        s: match typed {
            Some((_, refused)) => s.with_refusal(refused),
            None => s,
        },
        seq,
        ground: field("ground"),
        basis: field("basis"),
        reason: field("reason"),
        bad: typed.and_then(|(_, r)| r.field).unwrap_or(""),
        entry,
        lines: found.into_iter().map(line).collect(),
        kinds: KINDS.iter().map(|k| (*k, words::full(k))).collect(),
        grounds: Ground::ALL,
    })
}

async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    web::html(&page(&watch, &cx, None).await?)
}

async fn asked(watch: &Watch, cx: &Cx, form: &Form) -> Result<()> {
    flow::must_be_root(watch, cx.actor()?)?;
    let seq = form.int("seq", "流水号")?;
    let ground = Ground::of(form.get("ground"));
    let ground = ground.ok_or_else(|| Fail::field("ground", "erase.ground", "请选择删除的原因类别。"))?;
    let basis = form.need("basis", "法律依据", WORDS_MAX)?;
    let reason = form.need("reason", "说明", WORDS_MAX)?;
    match flow::ask(watch, cx.actor()?, seq, ground, basis, reason).await {
        Err(Fail::Hidden) => Err(Fail::field("seq", "erase.seq", format!("没有流水号为 {seq} 的记录，请核对。"))),
        done => done,
    }
}

async fn ask(State(watch): State<Watch>, cx: Cx, form: Form) -> Result<Response> {
    match asked(&watch, &cx, &form).await {
        Ok(()) => {
            let words = "已提出。由另一位监管人员决定后，内容才会删除。";
            Ok(web::see(&format!("/erasures?done={}", kit::text::percent(words))))
        }
        Err(Fail::Refused(r)) => {
            let shown = page(&watch, &cx, Some((&form, &r))).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn decide(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::must_be_root(&watch, cx.actor()?)?;
    let yes = match form.get("act") {
        "erase" => true,
        "decline" => false,
        _ => return Err(Fail::refuse("erase.act", "请选择同意删除或不同意。")),
    };
    let note = if yes { form.get("note") } else { form.need("note", "不同意的理由", WORDS_MAX)? };
    if note.chars().count() > WORDS_MAX {
        return Err(Fail::field("note", "form.too_long", format!("说明最多 {WORDS_MAX} 个字。")));
    }
    flow::decide(&watch, cx.actor()?, id, yes, note).await?;
    let words =
        if yes { "内容已删除，留痕凭证仍然有效。" } else { "已记录不同意，内容保留。" };
    Ok(web::see(&format!("/erasures?done={}", kit::text::percent(words))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default().get("/erasures", REGULATOR, list).post("/erasures", REGULATOR, ask).post(
        "/erasures/{id}",
        REGULATOR,
        decide,
    )
}

//! The log for programs (C2SP's tlog-tiles) and for people: heads, tiles, receipts.
use super::keys::Keys;
use super::verify::Given;
use super::{find, flow, store};
use crate::Watch;
use crate::ledger::erasure;
use crate::ledger::subjects::{self, Subject};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Gate, Routes};
use base::facts::words;
use base::shell::Shell;
use kit::{Fail, Result, journal, merkle, web};
use rules::calendar::show_stamp;
use serde_json::{Value, json};

/// A note of a witness, bytes.
const NOTE_MAX: usize = 4096;

fn plain(kind: &'static str, keep: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], body).into_response()
}

async fn checkpoint(State(watch): State<Watch>) -> Result<Response> {
    let head = store::newest(watch.db()).await?.ok_or(Fail::Hidden)?;
    Ok(plain("text/plain; charset=utf-8", "no-store", head.note))
}

async fn key(State(watch): State<Watch>) -> Result<Response> {
    Ok(plain("text/plain; charset=utf-8", "public, max-age=3600", format!("{}\n", watch.signer().verifier().vkey())))
}

async fn key_sm2(State(watch): State<Watch>) -> Result<Response> {
    Ok(plain("application/x-pem-file", "public, max-age=3600", watch.sm2().verifier().pem()))
}

/// A tile of hashes, or of entries (`entries` in the place of the level); partial ones end in `.p/W`.
async fn tile(State(watch): State<Watch>, Path((level, path)): Path<(String, String)>) -> Result<Response> {
    let (n, width) = merkle::numbered(&path).ok_or(Fail::Hidden)?;
    let keep = if width == merkle::TILE { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    if level == "entries" {
        let bundle = store::bundle(watch.db(), n).await?;
        let part: Vec<&[u8]> = flow::leaves(&bundle).take(width as usize).collect();
        if (part.len() as u64) < width {
            return Err(Fail::Hidden);
        }
        let len: usize = part.iter().map(|l| l.len() + 2).sum();
        return Ok(plain("application/octet-stream", keep, bundle[..len].to_vec()));
    }
    let level: u32 = level.parse().ok().filter(|l: &u32| *l < 8 && l.to_string() == level).ok_or(Fail::Hidden)?;
    let hashes = store::tile(watch.db(), level, n).await?;
    let part = hashes.get(..width as usize).ok_or(Fail::Hidden)?;
    Ok(plain("application/octet-stream", keep, part.concat()))
}

/// A witness brings its signature under one of our checkpoints.
async fn witness(State(watch): State<Watch>, body: Bytes) -> Result<Response> {
    let answer = |status: StatusCode, v: Value| {
        (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], v.to_string()).into_response()
    };
    let note = std::str::from_utf8(&body).ok().filter(|n| n.len() <= NOTE_MAX);
    let done = match note {
        Some(note) => flow::cosign(&watch, note).await,
        None => Err(Fail::refuse("witness.note", "内容应是不超过 4 KB 的签名说明（signed note）。")),
    };
    match done {
        Ok(name) => Ok(answer(StatusCode::OK, json!({"witness": name}))),
        Err(Fail::Refused(r)) => {
            // Without the signature of a witness nobody speaks here; what a witness says may still be wrong.
            let unsigned = r.code == "witness.note" || r.code == "witness.unknown";
            let status = if unsigned { StatusCode::UNAUTHORIZED } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok(answer(status, json!({"error": {"code": r.code, "message": r.words}})))
        }
        Err(e) => Err(e),
    }
}

struct Line {
    seq: i64,
    at: String,
    /// Empty for whoever may not read it.
    kind: String,
    /// The kind in words.
    said: String,
    erased: bool,
    logged: bool,
}

#[derive(Template)]
#[template(path = "ledger/log/pages/log.html")]
struct Log {
    s: Shell,
    asked: String,
    lines: Vec<Line>,
    size: u64,
    at: String,
    root: String,
    /// SM3 of the head's text, hex.
    sm3: String,
    /// Has the SM2 key signed the head?
    sm2: bool,
    witnesses: Vec<String>,
    vkey: String,
    sm2_key: String,
    heads: Vec<Head>,
    gone: Vec<Gone>,
}

async fn found(watch: &Watch, cx: &Cx, asked: &str) -> Result<Vec<Line>> {
    let size = store::newest(watch.db()).await?.map_or(0, |c| c.size as i64);
    let mut out = Vec::new();
    for e in find::entries(watch, asked).await? {
        let may = find::may_read(watch, cx.actor.as_ref(), &e).await?;
        let kind = if may { e.kind.clone() } else { String::new() };
        out.push(Line {
            seq: e.seq,
            at: show_stamp(e.at),
            said: words::say(&kind).to_owned(),
            kind,
            erased: e.erased(),
            logged: e.seq > 0 && e.seq <= size,
        });
    }
    Ok(out)
}

/// Heads shown with those who signed them.
const HEADS: usize = 20;
/// Erased entries shown.
const ERASED: usize = 50;

/// A head with those who signed it beside us.
struct Head {
    size: u64,
    at: String,
    witnesses: String,
}

/// An entry whose words were erased.
struct Gone {
    seq: i64,
    at: String,
    ground: &'static str,
    basis: String,
}

async fn log(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let asked = cx.param("number").trim().to_owned();
    let lines = if asked.is_empty() { Vec::new() } else { found(&watch, &cx, &asked).await? };
    let (keys, _) = Keys::of(&watch).with_former(watch.db()).await?;
    let head = store::newest(watch.db()).await?;
    let note = head.as_ref().map_or("", |h| h.note.as_str());
    let text = kit::note::parts(note).map_or("", |(text, _)| text);
    let signed = keys.read(note).ok();
    let heads = store::witnessed(watch.db(), HEADS).await?.into_iter().map(|c| Head {
        size: c.size,
        at: show_stamp(c.at),
        witnesses: keys.read(&c.note).map_or(String::new(), |s| s.witnesses.join("、")),
    });
    let gone = erasure::done(watch.db(), ERASED).await?.into_iter().map(|e| Gone {
        seq: e.seq,
        at: show_stamp(e.decided_at),
        ground: rules::erasure::Ground::of(&e.ground).map_or("", |g| g.label()),
        basis: e.basis,
    });
    web::html(&Log {
        s: Shell::public(&cx, "可信留痕"),
        asked,
        lines,
        size: head.as_ref().map_or(0, |h| h.size),
        at: head.as_ref().map_or(String::new(), |h| show_stamp(h.at)),
        root: note.lines().nth(2).unwrap_or_default().to_owned(),
        sm3: kit::sm::sm3(text.as_bytes()),
        sm2: signed.as_ref().is_some_and(|s| s.sm2),
        witnesses: signed.map(|s| s.witnesses).unwrap_or_default(),
        vkey: keys.own.vkey(),
        sm2_key: keys.sm2.pem(),
        heads: heads.collect(),
        gone: gone.collect(),
    })
}

/// What those concerned read of an entry.
struct Told {
    said: String,
    kind: String,
    about: Subject,
    body: String,
}

#[derive(Template)]
#[template(path = "ledger/log/pages/receipt.html")]
struct Receipt {
    s: Shell,
    seq: i64,
    at: String,
    size: u64,
    verdict: Option<String>,
    /// What the SM2 line of the head says.
    sm2: kit::sm::Line,
    words: Option<Told>,
    /// The entry by which the words were erased, when, and on what basis.
    erased: Option<(i64, String, String)>,
    proof: String,
}

/// One entry's receipt as a page, or as a file when the name ends in `.json`.
async fn receipt(State(watch): State<Watch>, cx: Cx, Path(name): Path<String>) -> Result<Response> {
    let (stem, file) = name.strip_suffix(".json").map_or((name.as_str(), false), |s| (s, true));
    let seq: i64 = stem.parse().map_err(|_| Fail::Hidden)?;
    let e = journal::one(watch.db(), seq).await?;
    let mut proof = flow::proof(&watch, seq, cx.param("old").parse().ok()).await?;
    let may = find::may_read(&watch, cx.actor.as_ref(), &e).await? && !e.erased();
    if may {
        (proof["salt"], proof["body"]) = (json!(e.salt), json!(e.body));
    }
    let by = if e.erased() { flow::erased_by(watch.db(), seq).await? } else { None };
    if let Some(by) = &by {
        proof["erased"] = json!({"by": by.seq, "at": by.at, "ground": by.data["ground"], "basis": by.data["basis"]});
    }
    if file {
        let name = format!("receipt-{seq}.json");
        return Ok(web::download(&name, "application/json", proof.to_string().into_bytes()));
    }
    let size = store::newest(watch.db()).await?.map_or(0, |c| c.size);
    // The proof is of the leaf; what the mall holds of the entry has to make that leaf again.
    let held = super::audit::intact(watch.db(), &e).await?;
    proof["held"] = json!(held);
    let verdict = match super::verify::receipt(&proof, &Given::default()).err() {
        None if !held => Some(format!("entry {seq} was altered: what the mall holds of it does not fit the log")),
        other => other,
    };
    let words = match may {
        true => Some(Told {
            said: words::say(&e.kind).to_owned(),
            kind: e.kind.clone(),
            about: subjects::one(&watch, &e).await?,
            body: e.body.clone(),
        }),
        false => None,
    };
    web::html(&Receipt {
        s: Shell::public(&cx, format!("留痕凭证 {seq}")),
        seq,
        at: show_stamp(e.at),
        size,
        verdict,
        sm2: watch.sm2().verifier().found(proof["checkpoint"].as_str().unwrap_or_default()),
        words,
        erased: by.map(|by| (by.seq, show_stamp(by.at), by.data["basis"].as_str().unwrap_or_default().to_owned())),
        proof: proof.to_string(),
    })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/log", Gate::Public, log)
        .get("/log/checkpoint", Gate::Public, checkpoint)
        .get("/log/key", Gate::Public, key)
        .get("/log/key.sm2", Gate::Public, key_sm2)
        .get("/log/tile/{level}/{*path}", Gate::Public, tile)
        .get("/log/receipt/{name}", Gate::Public, receipt)
        .post("/api/witness", Gate::Public, witness)
}

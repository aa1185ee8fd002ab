//! The log for programs (C2SP's tlog-tiles) and for people: heads, tiles, receipts.
use super::{flow, store};
use crate::Watch;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{FromRef, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Actor, Cx, Gate, Routes, Scope};
use base::shell::Shell;
use kit::journal::{self, Recorded};
use kit::{Fail, Result, merkle, web};
use rules::calendar::show_stamp;
use serde_json::{Value, json};

/// Entries listed of one number.
const ABOUT_MAX: usize = 200;
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
    kind: String,
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
    witnesses: Vec<String>,
    vkey: String,
}

/// May a person read the words of an entry: offices by region, and whoever's organisation wrote it.
async fn may_read(watch: &Watch, actor: Option<&Actor>, e: &Recorded) -> Result<bool> {
    let Some(a) = actor else { return Ok(false) };
    if let Scope::Region(prefix) = a.scope() {
        return Ok(e.region.starts_with(&prefix));
    }
    Ok(e.actor > 0 && store::org_of(watch.db(), e.actor).await? == Some(a.org))
}

async fn found(watch: &Watch, cx: &Cx, asked: &str) -> Result<Vec<Line>> {
    let db = watch.db();
    let size = store::newest(db).await?.map_or(0, |c| c.size as i64);
    let mut entries: Vec<Recorded> = Vec::new();
    for subject in store::subjects(db, asked).await? {
        entries.extend(journal::about(db, &subject).await?);
    }
    // A receipt names the entry itself.
    if let (true, Ok(id)) = (entries.is_empty(), asked.parse::<i64>()) {
        match journal::receipt(db, id).await {
            Ok(e) => entries.push(e),
            Err(Fail::Hidden) => {}
            Err(e) => return Err(e),
        }
    }
    entries.truncate(ABOUT_MAX);
    let mut out = Vec::new();
    for e in entries {
        let kind = if may_read(watch, cx.actor.as_ref(), &e).await? { e.kind.clone() } else { String::new() };
        out.push(Line { seq: e.seq, at: show_stamp(e.at), kind, logged: e.seq > 0 && e.seq <= size });
    }
    Ok(out)
}

async fn log(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let asked = cx.param("number").trim().to_owned();
    let lines = if asked.is_empty() { Vec::new() } else { found(&watch, &cx, &asked).await? };
    let verifier = watch.signer().verifier();
    let head = store::newest(watch.db()).await?;
    let note = head.as_ref().map_or("", |h| h.note.as_str());
    let signed = kit::note::parts(note).map_or("", |(_, lines)| lines);
    let witnesses = signed.lines().filter_map(|l| l.strip_prefix("— ")?.split(' ').next());
    web::html(&Log {
        s: Shell::public(&cx, "可信留痕"),
        asked,
        lines,
        size: head.as_ref().map_or(0, |h| h.size),
        at: head.as_ref().map_or(String::new(), |h| show_stamp(h.at)),
        root: note.lines().nth(2).unwrap_or_default().to_owned(),
        witnesses: witnesses.filter(|n| *n != verifier.name).map(str::to_owned).collect(),
        vkey: verifier.vkey(),
    })
}

#[derive(Template)]
#[template(path = "ledger/log/pages/receipt.html")]
struct Receipt {
    s: Shell,
    seq: i64,
    at: String,
    size: u64,
    verdict: Option<String>,
    words: Option<(String, String)>,
    proof: String,
}

/// One entry's receipt as a page, or as a file when the name ends in `.json`.
async fn receipt(State(watch): State<Watch>, cx: Cx, Path(name): Path<String>) -> Result<Response> {
    let (stem, file) = name.strip_suffix(".json").map_or((name.as_str(), false), |s| (s, true));
    let seq: i64 = stem.parse().map_err(|_| Fail::Hidden)?;
    let e = journal::after(watch.db(), seq - 1, 1).await?.into_iter().find(|e| e.seq == seq).ok_or(Fail::Hidden)?;
    let mut proof = flow::proof(&watch, seq, cx.param("old").parse().ok()).await?;
    let may = may_read(&watch, cx.actor.as_ref(), &e).await?;
    if may {
        (proof["salt"], proof["body"]) = (json!(e.salt), json!(e.body));
    }
    if file {
        let name = format!("receipt-{seq}.json");
        return Ok(web::download(&name, "application/json", proof.to_string().into_bytes()));
    }
    let size = store::newest(watch.db()).await?.map_or(0, |c| c.size);
    web::html(&Receipt {
        s: Shell::public(&cx, format!("留痕凭证 {seq}")),
        seq,
        at: show_stamp(e.at),
        size,
        verdict: super::verify::receipt(&proof, None).err(),
        words: may.then(|| (e.kind.clone(), e.body.clone())),
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
        .get("/log/tile/{level}/{*path}", Gate::Public, tile)
        .get("/log/receipt/{name}", Gate::Public, receipt)
        .post("/api/witness", Gate::Public, witness)
}

//! Open data for programs and for people: files by month, records by process, the change feed.
use super::flow::chained;
use super::release::{compiled, time};
use super::store::{self, Release};
use crate::Watch;
use askama::Template;
use axum::body::Body;
use axum::extract::{FromRef, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Gate, Routes};
use base::shell::Shell;
use futures_util::stream::try_unfold;
use futures_util::{Stream, StreamExt, TryStreamExt};
use kit::{Fail, Result, web};
use serde_json::{Value, json};

/// Releases read at a time.
const PIECE: usize = 500;
/// Releases of one call of the feed.
const FEED: usize = 500;
/// The extension of the standard that bids come from.
const BIDS: &str =
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json";
const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";
const HEADINGS: [&str; 13] = [
    "seq",
    "ocid",
    "release",
    "date",
    "tag",
    "tender",
    "title",
    "buyerId",
    "buyer",
    "supplierId",
    "supplier",
    "amount",
    "currency",
];

/// What a file is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Package,
    Lines,
    Table,
}

fn package(watch: &Watch, name: &str, published: &str) -> Value {
    let base = watch.settings().address.trim_end_matches('/');
    json!({
        "uri": format!("{base}/open/{name}"), "version": "1.1", "publishedDate": published,
        "publisher": {"name": watch.facts().region(&watch.facts().root).map_or("齐采".into(), |r| format!("{}政府采购网上商城", r.name))},
        "extensions": [BIDS], "license": LICENCE, "publicationPolicy": format!("{base}/open"),
    })
}

/// The part of a package before its list, and after it.
fn around(head: &Value, list: &str) -> (String, String) {
    let whole = head.to_string();
    (format!("{},\"{list}\":[", &whole[..whole.len() - 1]), "]}\n".into())
}

fn row(seq: i64, v: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let (award, contract) = (&v["awards"][0], &v["contracts"][0]);
    let paid = &contract["implementation"]["transactions"][0]["value"];
    let value = [&contract["value"], &award["value"], paid, &v["tender"]["value"]];
    let value = value.into_iter().find(|v| v.is_object()).unwrap_or(&Value::Null);
    let tags: Vec<String> = v["tag"].as_array().into_iter().flatten().map(text).collect();
    let parties = v["parties"].as_array();
    let has = |p: &&Value, role: &str| p["roles"].as_array().into_iter().flatten().any(|r| r == role);
    let seller = parties.and_then(|all| all.iter().find(|p| has(p, "supplier"))).unwrap_or(&Value::Null);
    let title =
        [&v["tender"]["title"], &award["title"]].into_iter().map(text).find(|t| !t.is_empty()).unwrap_or_default();
    vec![
        seq.to_string(),
        text(&v["ocid"]),
        text(&v["id"]),
        text(&v["date"]),
        tags.join(";"),
        text(&v["tender"]["id"]),
        title,
        text(&v["buyer"]["id"]),
        text(&v["buyer"]["name"]),
        text(&seller["id"]),
        text(&seller["name"]),
        value["amount"].as_f64().map_or(String::new(), |a| format!("{a:.2}")),
        text(&value["currency"]),
    ]
}

fn written(form: Form, piece: &[Release], first: bool) -> Result<String> {
    Ok(match form {
        Form::Package => {
            let all: Vec<&str> = piece.iter().map(|r| r.body.as_str()).collect();
            format!("{}{}", if first { "" } else { "," }, all.join(","))
        }
        Form::Lines => piece.iter().map(|r| format!("{}\n", r.body)).collect(),
        Form::Table => {
            let mut rows = Vec::new();
            if first {
                rows.push(HEADINGS.map(str::to_owned).to_vec());
            }
            for r in piece {
                rows.push(row(r.seq, &serde_json::from_str(&r.body).map_err(Fail::fault)?));
            }
            let text = String::from_utf8(kit::sheet::csv_of(&rows)?).map_err(Fail::fault)?;
            if first { text } else { text.trim_start_matches('\u{feff}').to_owned() }
        }
    })
}

/// A month as a file, piece by piece: the memory it takes does not grow with the month.
async fn month(watch: &Watch, month: String, form: Form) -> Result<impl Stream<Item = Result<String>> + use<>> {
    let known = store::months(watch.db()).await?;
    let (.., last) = known.into_iter().find(|(m, ..)| *m == month).ok_or(Fail::Hidden)?;
    let newest = store::of_month(watch.db(), &month, last - 1, 1).await?;
    let date = newest.first().and_then(|r| serde_json::from_str::<Value>(&r.body).ok());
    let date = date.and_then(|v| v["date"].as_str().map(str::to_owned)).unwrap_or_default();
    let (before, after) = match form {
        Form::Package => around(&package(watch, &format!("{month}.json"), &date), "releases"),
        _ => (String::new(), String::new()),
    };
    let watch = watch.clone();
    let pieces = try_unfold((0_i64, true), move |(seq, first)| {
        let (watch, month) = (watch.clone(), month.clone());
        async move {
            let piece = store::of_month(watch.db(), &month, seq, PIECE).await?;
            // What came after the file was begun belongs to the next one.
            let piece: Vec<Release> = piece.into_iter().filter(|r| r.seq <= last).collect();
            let Some(end) = piece.last().map(|r| r.seq) else { return Ok(None) };
            Ok(Some((written(form, &piece, first)?, (end, false))))
        }
    });
    let ends = |text: String| futures_util::stream::iter([Ok(text)]);
    Ok(ends(before).chain(pieces).chain(ends(after)))
}

/// `2026-11.json`, `.jsonl`, `.csv`, or `.sha256` with the sums of all three.
async fn file(State(watch): State<Watch>, Path(name): Path<String>) -> Result<Response> {
    let (stem, ending) = name.split_once('.').ok_or(Fail::Hidden)?;
    if name == "head.json" {
        return head(&watch).await;
    }
    let forms = [("json", Form::Package), ("jsonl", Form::Lines), ("csv", Form::Table)];
    if ending == "sha256" {
        let mut out = String::new();
        for (ending, form) in forms {
            let mut sum = kit::text::Sum::default();
            let mut pieces = std::pin::pin!(month(&watch, stem.to_owned(), form).await?);
            while let Some(piece) = pieces.try_next().await? {
                sum.add(piece.as_bytes());
            }
            out.push_str(&format!("{}  {stem}.{ending}\n", sum.hex()));
        }
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], out).into_response());
    }
    let (_, form) = forms.into_iter().find(|(e, _)| *e == ending).ok_or(Fail::Hidden)?;
    let kind = match form {
        Form::Package => "application/json",
        Form::Lines => "application/jsonl; charset=utf-8",
        Form::Table => "text/csv; charset=utf-8",
    };
    let body = Body::from_stream(
        month(&watch, stem.to_owned(), form).await?.map_err(|e| std::io::Error::other(e.to_string())),
    );
    let name = format!("attachment; filename=\"ocds-{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// Where the feed stands: how many releases there are, the chain over them, the journal number up to which events were looked at. Who
/// has read as far has everything.
async fn head(watch: &Watch) -> Result<Response> {
    // The position first: what is looked at then holds all that was followed up to there.
    let followed = kit::journal::position(watch.db(), super::PROJECTION).await?;
    let (seq, n, chain) = store::newest(watch.db()).await?;
    Ok(web::json(json!({"n": n, "chain": chain, "seq": seq, "followed": followed}).to_string()))
}

/// The change feed: a line for each release after a journal number, in commit order. `n` counts without a gap and `chain` is
/// SHA-256 over the chain before it and the release.
async fn feed(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let after = cx.param("after").parse().unwrap_or(0);
    let found = store::after(watch.db(), after, FEED).await?;
    let mut out = String::new();
    for r in &found {
        let release: Value = serde_json::from_str(&r.body).map_err(Fail::fault)?;
        out.push_str(&json!({"seq": r.seq, "n": r.n, "chain": r.chain, "release": release}).to_string());
        out.push('\n');
    }
    let next = found.last().map_or(after, |r| r.seq);
    let link = format!("</open/feed?after={next}>; rel=\"next\"");
    Ok(([(header::CONTENT_TYPE, "application/jsonl; charset=utf-8".to_owned()), (header::LINK, link)], out)
        .into_response())
}

/// A record: all releases of one process, and what they say together.
async fn record(State(watch): State<Watch>, Path(name): Path<String>) -> Result<Response> {
    let ocid = name.strip_suffix(".json").ok_or(Fail::Hidden)?;
    let found = store::of_process(watch.db(), ocid).await?;
    let releases: Vec<Value> = found
        .iter()
        .map(|r| serde_json::from_str(&r.body))
        .collect::<std::result::Result<_, _>>()
        .map_err(Fail::fault)?;
    let last = releases.last().ok_or(Fail::Hidden)?;
    let mut p = package(&watch, &format!("records/{name}"), last["date"].as_str().unwrap_or_default());
    p["records"] = json!([{"ocid": ocid, "compiledRelease": compiled(&releases), "releases": releases}]);
    Ok(web::json(p.to_string()))
}

struct Month {
    name: String,
    releases: i64,
    from: i64,
    to: i64,
}

#[derive(Template)]
#[template(path = "open/pages/open.html")]
struct Page {
    s: Shell,
    months: Vec<Month>,
    prefix: String,
    newest: i64,
    chain: String,
    now: String,
}

async fn page(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let months = store::months(watch.db()).await?;
    let (_, newest, chain) = store::newest(watch.db()).await?;
    web::html(&Page {
        s: Shell::public(&cx, "开放数据"),
        months: months.into_iter().map(|(name, releases, from, to)| Month { name, releases, from, to }).collect(),
        prefix: watch.settings().ocid_prefix.clone(),
        newest,
        chain: if chain.is_empty() { chained("", "") } else { chain },
        now: time(watch.db().now()),
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
        .get("/open", Gate::Public, page)
        .get("/open/feed", Gate::Public, feed)
        .get("/open/records/{name}", Gate::Public, record)
        .get("/open/{name}", Gate::Public, file)
}

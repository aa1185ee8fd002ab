//! Asking for mails about notices, confirming by the link that was sent, ending.
use super::list::Asked as Question;
use crate::Watch;
use crate::disclosure::mail::{self, Subscriber};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base::access::{Cx, Form};
use base::shell::Shell;
use kit::{Fail, Marks, Refused, Result, web};
use rules::notice::{KINDS, Wish};

#[derive(Template)]
#[template(path = "disclosure/pages/subscribe.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    on: bool,
    asked: bool,
    address: String,
    station: String,
    stations: Vec<(String, String)>,
    words: String,
    kinds: Vec<(&'static str, &'static str, bool)>,
}

fn page(watch: &Watch, cx: &Cx, station: String, chosen: &[String], words: String) -> Page {
    let facts = watch.facts();
    let mut codes: Vec<String> = facts.path(&station).into_iter().map(str::to_owned).collect();
    if !codes.contains(&station) {
        codes.push(station.clone());
    }
    Page {
        s: Shell::public(cx, "邮件订阅公告"),
        wrong: None,
        on: watch.mailer().on(),
        asked: false,
        address: String::new(),
        stations: codes.into_iter().map(|c| (facts.region_name(&c), c)).collect(),
        station,
        words,
        kinds: KINDS.iter().map(|k| (k.key, k.word, chosen.iter().any(|c| c == k.key))).collect(),
    }
}

pub(super) async fn form(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let q = Question::read(&watch, &cx);
    let chosen = [q.sought.kind.clone()];
    web::html(&page(&watch, &cx, q.station, &chosen, q.sought.words))
}

/// The network a request came from, as the proxy in front of us says; whoever comes without is one.
fn network(headers: &HeaderMap) -> String {
    let from = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default();
    from.split(',').next().unwrap_or_default().trim().to_owned()
}

pub(super) async fn ask(State(watch): State<Watch>, cx: Cx, headers: HeaderMap, form: Form) -> Result<Response> {
    let kinds: Vec<String> = form.all("kind").into_iter().filter(|k| !k.is_empty()).map(str::to_owned).collect();
    let wish = Wish { station: form.get("station").to_owned(), kinds, words: form.get("words").to_owned() };
    let station = if watch.facts().region(&wish.station).is_some() { &wish.station } else { &cx.station };
    let mut shown = page(&watch, &cx, station.clone(), &wish.kinds, wish.words.clone());
    let network = network(&headers);
    match mail::ask(&watch, &mail::Asked { address: form.get("address"), wish, network: &network }).await {
        Ok(()) => {
            shown.asked = true;
            web::html(&shown)
        }
        Err(Fail::Refused(r)) => {
            shown.address = form.get("address").to_owned();
            shown.wrong = Some(*r);
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "disclosure/pages/subscription.html")]
struct One {
    s: Shell,
    /// `asked`, `on`, `ended`.
    state: String,
    place: String,
    kinds: String,
    words: String,
    key: String,
}

/// The key is in the address: nobody keeps or passes on this page.
fn one(watch: &Watch, cx: &Cx, found: &Subscriber, state: &str) -> Result<Response> {
    let kinds: Vec<&str> = found.wish.kinds.iter().filter_map(|k| rules::notice::kind(k)).map(|k| k.word).collect();
    let mut response = web::html(&One {
        s: Shell::public(cx, "公告订阅"),
        state: state.to_owned(),
        place: watch.facts().region_name(&found.wish.station),
        kinds: if kinds.is_empty() { "全部".into() } else { kinds.join("、") },
        words: found.wish.words.clone(),
        key: found.secret.clone(),
    })?;
    let head = response.headers_mut();
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    head.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    Ok(response)
}

pub(super) async fn subscription(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    let found = mail::found(&watch, &key).await?;
    one(&watch, &cx, &found, &found.state)
}

pub(super) async fn confirm(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>, _: Form) -> Result<Response> {
    mail::confirm(&watch, &key).await?;
    one(&watch, &cx, &mail::found(&watch, &key).await?, "on")
}

pub(super) async fn end(State(watch): State<Watch>, cx: Cx, Path(key): Path<String>, _: Form) -> Result<Response> {
    let found = mail::found(&watch, &key).await?;
    mail::end(&watch, &key).await?;
    one(&watch, &cx, &found, "ended")
}

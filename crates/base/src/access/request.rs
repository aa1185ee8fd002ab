//! What handlers get of a request: the context, forms and uploads whose token was checked; and the outer guard.
use super::{Actor, store};
use crate::Base;
use axum::extract::{ConnectInfo, FromRef, FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kit::{Fail, Result};
use std::net::{IpAddr, SocketAddr};

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "qicai_session";
/// Name of the cookie that remembers the station.
pub const STATION_COOKIE: &str = "qicai_station";
/// Largest form without files, bytes.
const FORM_MAX: usize = 512 * 1024;
/// A session's last use is written down at most this often, ms.
const TOUCH_EVERY: i64 = 5 * 60_000;

/// The context of a request.
#[derive(Clone)]
pub struct Cx {
    /// The district.
    pub base: Base,
    /// Who asks; None for the public.
    pub actor: Option<Actor>,
    /// Region whose station is shown.
    pub station: String,
    /// Path and query of this page.
    pub here: String,
    /// One-time message from the page before, from the query parameter `done`.
    pub done: Option<String>,
    /// Network address that the request came from, empty when nobody says; kept only where people are told so.
    pub network: String,
    query: Vec<(String, String)>,
}

impl Cx {
    /// The signed-in person; the gate has made sure there is one where this is called.
    pub fn actor(&self) -> Result<&Actor> {
        self.actor.as_ref().ok_or(Fail::SignIn)
    }

    /// A query parameter, trimmed, empty when missing.
    pub fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }

    /// All values of a query parameter.
    pub fn params(&self, name: &str) -> Vec<String> {
        self.query.iter().filter(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v.clone()).collect()
    }

    /// All query parameters as they came.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The page number asked for, from 1.
    pub fn page(&self) -> usize {
        self.param("page").parse().ok().filter(|n| (1..=10_000).contains(n)).unwrap_or(1)
    }
}

impl<S> FromRequestParts<S> for Cx
where
    S: Send + Sync,
    Base: FromRef<S>,
{
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Cx> {
        let base = Base::from_ref(state);
        let actor = parts.extensions.get::<Actor>().cloned();
        let query: Vec<(String, String)> =
            axum::extract::Query::try_from_uri(&parts.uri).map(|axum::extract::Query(q)| q).unwrap_or_default();
        let query = query.into_iter().map(|(k, v)| (k, plain(v))).collect::<Vec<_>>();
        let facts = base.facts();
        let station = cookie(&parts.headers, STATION_COOKIE)
            .filter(|code| facts.region(code).is_some())
            .or_else(|| actor.as_ref().map(|a| a.region.clone()))
            .unwrap_or_else(|| facts.root.clone());
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let done = query.iter().find(|(k, _)| k == "done").map(|(_, v)| v.chars().take(200).collect());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(at)| at.ip());
        let network = network(&parts.headers, peer);
        Ok(Cx { base, actor, station, here, done, network, query })
    }
}

/// Words without the sign 0, which nobody types and PostgreSQL does not take.
fn plain(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// Where a request came from. A proxy in front of the mall writes the last word of `X-Forwarded-For`; it is believed only when
/// the connection itself comes from this machine or a private network, for anybody else writes there what he likes.
fn network(headers: &HeaderMap, peer: Option<IpAddr>) -> String {
    let peer = peer.map(|at| at.to_canonical());
    let near = match peer {
        None => true,
        Some(IpAddr::V4(at)) => at.is_loopback() || at.is_private(),
        Some(IpAddr::V6(at)) => at.is_loopback() || at.is_unique_local(),
    };
    let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    let said = said.and_then(|v| v.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    match said.filter(|_| near).or(peer).map(|at| at.to_canonical()) {
        None => String::new(),
        Some(IpAddr::V4(at)) => at.to_string(),
        // A subscriber of IPv6 has a whole /64 to himself.
        Some(IpAddr::V6(at)) => {
            let [a, b, c, d, ..] = at.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// A cookie's value.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (k, v) = pair.trim().split_once('=')?;
        (k == name && !v.is_empty()).then(|| v.to_owned())
    })
}

/// A posted form. Its `_csrf` was compared with the session's.
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// A field, trimmed; empty when missing.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(k, _)| k == name).map(|(_, v)| v.trim()).collect()
    }

    /// All fields.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// A whole number from a field, refused with the field's own label when it is not one.
    pub fn int(&self, name: &'static str, label: &str) -> Result<i64> {
        let wrong = || Fail::field(name, "form.number", format!("{label}应填整数，现在是“{}”。", self.get(name)));
        self.get(name).parse().map_err(|_| wrong())
    }

    /// Words of several lines, trimmed, at most `max` characters; the end of a line counts as one, as it does in browsers.
    pub fn lines(&self, name: &'static str, label: &str, max: usize) -> Result<String> {
        let text = self.get(name).replace("\r\n", "\n");
        match text.chars().count() {
            n if n > max => Err(Fail::field(name, "form.too_long", format!("{label}最多 {max} 个字，现在有 {n} 个。"))),
            _ => Ok(text),
        }
    }

    /// A field that must not be empty, at most `max` characters.
    pub fn need(&self, name: &'static str, label: &str, max: usize) -> Result<&str> {
        let v = self.get(name);
        match v.chars().count() {
            0 => Err(Fail::field(name, "form.missing", format!("请填写{label}。"))),
            n if n > max => Err(Fail::field(name, "form.too_long", format!("{label}最多 {max} 个字，现在有 {n} 个。"))),
            _ => Ok(v),
        }
    }
}

fn check_token(actor: Option<&Actor>, given: &str) -> Result<()> {
    match actor {
        // Without a session there is nothing to forge; the outer guard has checked where the form came from.
        None => Ok(()),
        Some(a) if !given.is_empty() && given == a.csrf => Ok(()),
        Some(_) => Err(Fail::Stale),
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Fail;

    async fn from_request(request: Request, _: &S) -> Result<Form> {
        let actor = request.extensions().get::<Actor>().cloned();
        let bytes = axum::body::to_bytes(request.into_body(), FORM_MAX)
            .await
            .map_err(|_| Fail::refuse("form.too_large", "提交的内容太多，请分几次提交。"))?;
        let form = Form { fields: urlencoded(&bytes) };
        check_token(actor.as_ref(), form.get("_csrf"))?;
        Ok(form)
    }
}

/// The pairs of a urlencoded body.
fn urlencoded(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|b| *b == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            (decode(&pair[..at]), plain(decode(pair.get(at + 1..).unwrap_or_default())))
        })
        .collect()
}

fn decode(raw: &[u8]) -> String {
    let mut out = Vec::with_capacity(raw.len());
    let mut i = 0;
    while i < raw.len() {
        match raw[i] {
            b'+' => out.push(b' '),
            b'%' => match raw
                .get(i + 1..i + 3)
                .and_then(|h| std::str::from_utf8(h).ok())
                .and_then(|h| u8::from_str_radix(h, 16).ok())
            {
                Some(byte) => {
                    out.push(byte);
                    i += 2;
                }
                None => out.push(b'%'),
            },
            byte => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A file from an upload form.
pub struct UploadedFile {
    /// Field it came in.
    pub field: String,
    /// Name it had on the sender's machine.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A posted form with files. Its `_csrf` was compared with the session's.
pub struct Upload {
    /// The fields.
    pub form: Form,
    /// The files, none empty.
    pub files: Vec<UploadedFile>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Fail;

    async fn from_request(request: Request, state: &S) -> Result<Upload> {
        let actor = request.extensions().get::<Actor>().cloned();
        let broken = |_| Fail::refuse("form.broken", "上传中断或文件太大，请重新选择文件后再提交。");
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Fail::refuse("form.broken", "请用页面上的表单上传文件。"))?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let bytes = part.bytes().await.map_err(broken)?.to_vec();
                    if !bytes.is_empty() {
                        files.push(UploadedFile { field, name, bytes });
                    }
                }
                None => {
                    let text = part.text().await.map_err(broken)?;
                    fields.push((field, plain(text)));
                }
            }
        }
        let form = Form { fields };
        check_token(actor.as_ref(), form.get("_csrf"))?;
        Ok(Upload { form, files })
    }
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Around every request: finds the session, refuses forms from elsewhere, sets the security headers.
pub async fn guard(State(base): State<Base>, mut request: Request, next: Next) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD && !same_origin(request.headers()) {
        return crate::shell::dress(&base, None, ("/", "/"), Fail::Denied.into_response()).await;
    }
    // No address of ours has the sign 0, and PostgreSQL does not take it.
    if request.uri().path().contains("%00") {
        return crate::shell::dress(&base, None, ("/", "/"), Fail::Hidden.into_response()).await;
    }
    let came = came_from(request.headers());
    let here = match *request.method() {
        Method::GET | Method::HEAD => request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        // Where a form is sent to can often not be looked at; whoever has to sign in first goes back to the form's page.
        _ => came.clone().unwrap_or_else(|| "/todo".to_owned()),
    };
    let live = match find(&base, request.headers()).await {
        Ok(live) => live,
        Err(e) => return crate::shell::dress(&base, None, (&here, "/"), e.into_response()).await,
    };
    // A password that somebody else chose opens nothing but the page where it is replaced.
    let path = request.uri().path();
    let elsewhere = !matches!(path, "/account" | "/logout" | "/favicon.ico") && !path.starts_with("/assets/");
    if elsewhere && live.as_ref().is_some_and(|l| l.fresh) {
        return kit::web::see("/account");
    }
    let page = matches!(*request.method(), Method::GET | Method::HEAD) && !path.starts_with("/api/");
    let actor = live.map(|l| l.actor);
    let private = actor.is_some();
    let back = came.unwrap_or_else(|| if private { "/todo" } else { "/" }.to_owned());
    if let Some(a) = &actor {
        request.extensions_mut().insert(a.clone());
    }
    let response = next.run(request).await;
    let response = if page { known(response) } else { response };
    let mut response = crate::shell::dress(&base, actor, (&here, &back), response).await;
    let head = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &'static str| {
        head.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    if private && !head.contains_key(header::CACHE_CONTROL) {
        head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

async fn find(base: &Base, headers: &HeaderMap) -> Result<Option<store::Live>> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let token_hash = kit::text::sha256(&[token.as_bytes()]);
    let now = base.db().now();
    let Some(live) = store::live(base.db(), &token_hash, now).await? else {
        return Ok(None);
    };
    if now - live.seen_at > TOUCH_EVERY {
        let session = live.actor.session;
        base.db().upkeep("session.touch", |tx| Box::pin(async move { store::touch(tx, session).await })).await?;
    }
    Ok(Some(live))
}

/// Addresses that lead nowhere look all the same: one with a word where a number belongs (axum answers 400 in plain text), and one that
/// only takes forms (405, without a word), where a reader comes who opens a refused form's address again.
fn known(response: Response) -> Response {
    let plain = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Fail::Hidden.into_response(),
        StatusCode::BAD_REQUEST if plain => Fail::Hidden.into_response(),
        _ => response,
    }
}

/// Browsers say where a form was sent from: `Sec-Fetch-Site` in new ones, `Origin` in all of the last ten years.
fn same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match headers.get(header::ORIGIN).and_then(|v| v.to_str().ok()) {
        None => true,
        Some(origin) => {
            let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, from)| from == host)
        }
    }
}

/// The page of this mall that somebody came from.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (_, rest) = text(header::REFERER).split_once("://").unwrap_or_default();
    let path = rest.strip_prefix(text(header::HOST)).filter(|path| kit::web::local(path));
    path.map(str::to_owned)
}

/// The cookie that opens a session.
pub fn session_cookie(base: &Base, token: &str) -> String {
    let secure = if base.settings().secure_cookies { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { super::SESSION_HOURS * 3600 };
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(forwarded: &[&str], peer: &str) -> String {
        let mut h = HeaderMap::new();
        for f in forwarded {
            h.append("x-forwarded-for", HeaderValue::from_str(f).unwrap());
        }
        network(&h, peer.parse().ok())
    }

    #[test]
    fn only_a_proxy_nearby_is_believed() {
        assert_eq!(from(&[], "203.0.113.7"), "203.0.113.7");
        assert_eq!(from(&["198.51.100.1"], "203.0.113.7"), "203.0.113.7", "written by the visitor itself");
        assert_eq!(from(&["198.51.100.1"], "127.0.0.1"), "198.51.100.1");
        assert_eq!(from(&["1.1.1.1, 198.51.100.1"], "10.0.0.2"), "198.51.100.1", "the last word is the proxy's");
        assert_eq!(from(&["1.1.1.1", "198.51.100.2"], "::ffff:10.0.0.2"), "198.51.100.2");
        assert_eq!(from(&["nonsense"], "127.0.0.1"), "127.0.0.1");
        assert_eq!(from(&["2001:db8:1:2:aaaa::1"], "::1"), from(&["2001:db8:1:2:bbbb::9"], "::1"), "one subscriber");
        assert_eq!(from(&[], ""), "");
    }
}

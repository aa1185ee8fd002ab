//! A mall in a box: fresh database, demo province, people who log in and click.
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kit::{Clock, Query, params};
use qicai::{MIGRATIONS, Mall, demo, open, settle};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running mall of one test.
pub struct Box {
    pub mall: Mall,
    pub clock: Clock,
    pub folder: PathBuf,
}

/// PostgreSQL to test on, when asked for.
pub fn postgres() -> Option<String> {
    if std::env::var("QICAI_TEST_ENGINE").as_deref() != Ok("postgres") {
        return None;
    }
    Some(std::env::var("QICAI_TEST_POSTGRES").expect("QICAI_TEST_POSTGRES names the server to test on"))
}

/// A database of its own for one test: a folder on SQLite, a schema on PostgreSQL. Returns the URL, if any.
pub async fn place() -> (PathBuf, Option<String>) {
    let n = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("t{}_{n}", std::process::id());
    let folder = std::env::temp_dir().join(format!("qicai-it-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let Some(url) = postgres() else { return (folder, None) };
    let db = kit::Db::postgres(&url, Clock::default(), 0).await.unwrap();
    // Each schema is recorded as a migration of the common one, which also serialises nothing else.
    let sql: &'static str = std::boxed::Box::leak(format!("CREATE SCHEMA {name};").into_boxed_str());
    let label: &'static str = std::boxed::Box::leak(name.clone().into_boxed_str());
    // Two tests making the common table at once: the second looks again.
    let mut tries = 0;
    while let Err(e) = db.migrate(&[(label, sql)]).await {
        tries += 1;
        assert!(tries < 50, "{e}");
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    }
    (folder, Some(format!("{url}?options=-csearch_path%3D{name}")))
}

pub fn settings(folder: &std::path::Path) -> base::Settings {
    base::Settings::demo(folder)
}

impl Box {
    /// A mall with the demo province and no orders.
    pub async fn new() -> Box {
        Box::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut base::Settings)) -> Box {
        let clock = Clock::default();
        let (folder, url) = place().await;
        let db = qicai::open_db(&folder, url.as_deref(), 1, clock.clone()).await.unwrap();
        db.migrate(MIGRATIONS).await.unwrap();
        let mut settings = settings(&folder);
        change(&mut settings);
        let mall = open(db, settings).await.unwrap();
        demo::fill(&mall.watch, demo::Size { seed: 1, offers: 0, orders: 0, auctions: false }, &mut |_| {})
            .await
            .unwrap();
        Box { mall, clock, folder }
    }

    /// Runs followers and due commands until all is quiet.
    pub async fn settle(&self) {
        settle(&self.mall.watch).await.unwrap();
        let trade = self.mall.watch.trade();
        let watch = &self.mall.watch;
        while trade::run_daily(trade).await.unwrap()
            + trade::run_due(trade).await.unwrap()
            + watch::run_daily(watch).await.unwrap()
            + watch::alerts::run_due(watch).await.unwrap()
            + watch::audits::run_due(watch).await.unwrap()
            > 0
        {}
        settle(&self.mall.watch).await.unwrap();
    }

    /// One number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        self.mall.watch.db().one(sql, params![]).await.unwrap().int(0)
    }

    /// A visitor without login.
    pub fn visitor(&self) -> Visitor {
        Visitor { router: self.mall.router.clone(), cookie: String::new(), csrf: String::new() }
    }

    /// Someone of the demo logged in.
    pub async fn login(&self, login: &str) -> Visitor {
        self.login_with(login, base::access::pages::DEMO_PASSWORD).await
    }

    /// A colleague of someone, with the same duties, logged in.
    pub async fn deputy(&self, of: &str, login: &str) -> Visitor {
        let people = base::orgs::people(self.mall.watch.db(), None).await.unwrap();
        let p = people.iter().find(|p| p.login == of).unwrap();
        let password = base::access::hash_password(base::access::pages::DEMO_PASSWORD).unwrap();
        let duties = p.duties.list();
        let new = base::orgs::NewPerson {
            org: p.org,
            login,
            name: "样本同事",
            phone: "1",
            password: &password,
            duties: &duties,
        };
        let new = &new;
        self.mall
            .watch
            .db()
            .upkeep("test", |tx| std::boxed::Box::pin(async move { base::orgs::add_person(tx, new).await }))
            .await
            .unwrap();
        self.login(login).await
    }

    /// Someone who still has to replace a first password.
    pub async fn login_fresh(&self, login: &str, password: &str) -> Visitor {
        let mut v = self.visitor();
        v.cookie =
            v.post("/login", &[("login", login), ("password", password)]).await.cookie.expect("a session cookie");
        v.csrf = v.get("/account").await.field("_csrf");
        v
    }

    /// Someone logged in.
    pub async fn login_with(&self, login: &str, password: &str) -> Visitor {
        let mut v = self.visitor();
        let page = v.post("/login", &[("login", login), ("password", password)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{login} logs in: {}", page.text());
        v.cookie = page.cookie.expect("a session cookie");
        v.csrf = v.get("/sessions").await.field("_csrf");
        v
    }

    /// All sums agree and nothing is half-done.
    pub async fn sound(&self) {
        self.speaks().await;
        let mut lines = Vec::new();
        let watch = &self.mall.watch;
        let done = qicai::doctor::examine(watch.db(), Some(watch), &mut |l| lines.push(l)).await;
        assert!(done.is_ok(), "{lines:#?}");
    }
}

impl Box {
    /// Whatever the mall wrote into its journal has words for people, and so has everybody who follows it.
    async fn speaks(&self) {
        let db = self.mall.watch.db();
        for r in db.rows("SELECT DISTINCT kind, subject FROM journal WHERE room <> 'test'", params![]).await.unwrap() {
            let (kind, subject) = (r.text(0), r.text(1));
            assert!(base::facts::words::known(&kind), "{kind} has no words");
            let noun = subject.split('/').next().unwrap_or_default();
            assert!(base::facts::words::known(noun), "{subject} has no noun");
        }
        for (name, _) in kit::journal::positions(db).await.unwrap() {
            assert!(!base::facts::words::follower(&name).1.is_empty(), "{name} has no words");
        }
    }
}

impl Drop for Box {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A browser of one person.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    cookie: String,
    csrf: String,
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub body: Vec<u8>,
    pub location: String,
    cookie: Option<String>,
    pub headers: axum::http::HeaderMap,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Value of the first hidden field of a name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.fields(name).into_iter().next().unwrap_or_else(|| panic!("no field {name} in {}", self.text()))
    }

    /// Values of all fields of a name.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let mark = format!("name=\"{name}\" value=\"");
        text.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    /// Fails unless the page went well and holds these words.
    #[track_caller]
    pub fn shows(&self, words: &[&str]) -> &Page {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        for w in words {
            assert!(self.text().contains(w), "“{w}” is missing in {}", self.text());
        }
        self
    }

    /// Fails unless it is a refusal with this code or words.
    #[track_caller]
    pub fn refused(&self, what: &str) -> &Page {
        assert_eq!(self.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", self.text());
        assert!(self.text().contains(what), "“{what}” is missing in {}", self.text());
        self
    }

    /// Fails unless it leads on; returns where to.
    #[track_caller]
    pub fn leads(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        assert!(!self.location.starts_with("/login"), "the session is over");
        &self.location
    }
}

impl Visitor {
    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut body = format!("_csrf={}", self.csrf);
        for (k, v) in fields {
            body.push_str(&format!("&{}={}", kit::text::percent(k), kit::text::percent(v)));
        }
        self.post_raw(path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// Posts a form from a network address, as the proxy before the mall reports it.
    pub async fn post_from(&self, address: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut body = format!("_csrf={}", self.csrf);
        for (k, v) in fields {
            body.push_str(&format!("&{}={}", kit::text::percent(k), kit::text::percent(v)));
        }
        let headers = [("cookie", self.cookie.as_str()), ("x-forwarded-for", address), ("user-agent", "wps")];
        self.post_with(path, &headers, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    pub async fn post_raw(&self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let r = Request::post(path).header(header::COOKIE, &self.cookie).header(header::CONTENT_TYPE, kind);
        self.send(r.body(Body::from(body)).unwrap()).await
    }

    /// Posts with headers of one's own.
    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], kind: &str, body: Vec<u8>) -> Page {
        let mut r = Request::post(path).header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            r = r.header(*name, *value);
        }
        self.send(r.body(Body::from(body)).unwrap()).await
    }

    /// Posts a form with one file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], field: &str, name: &str, bytes: &[u8]) -> Page {
        let mut body = Vec::new();
        let csrf = [("_csrf", self.csrf.as_str())];
        for (k, v) in csrf.iter().chain(fields) {
            body.extend(format!("--b\r\ncontent-disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n").bytes());
        }
        body.extend(
            format!("--b\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n").bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n--b--\r\n");
        self.post_raw(path, "multipart/form-data; boundary=b", body).await
    }

    /// What opens the session, for requests with headers of one's own.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The same visitor with a forged or missing token.
    pub fn without_token(&self) -> Visitor {
        Visitor { csrf: "0".repeat(32), ..self.clone() }
    }

    async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let text = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap().to_owned());
        let cookie = text(header::SET_COOKIE).map(|c| c.split(';').next().unwrap().to_owned());
        let location = text(header::LOCATION).unwrap_or_default();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Page { status, body, location, cookie, headers }
    }
}

//! A small HTTP client for closed loops: one keep-alive connection per caller, no more than the bench needs.
use crate::demo::Dice;
use base::access::pages::DEMO_PASSWORD;
use kit::text::percent;
use kit::{Fail, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request.
pub struct Step {
    method: &'static str,
    path: String,
    cookie: String,
    body: String,
}

impl Step {
    /// A GET without cookie.
    pub fn get(path: impl Into<String>) -> Step {
        Step { method: "GET", path: path.into(), cookie: String::new(), body: String::new() }
    }
}

/// Makes the requests of one operation, from the caller's number and its count.
pub type Make = Arc<dyn Fn(usize, u64) -> Vec<Step> + Send + Sync>;

/// What a loop measured.
pub struct Load {
    /// Operations done.
    pub done: u64,
    seconds: f64,
    times: Vec<u32>,
}

impl Load {
    /// Operations per second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// A percentile of the times, ms.
    pub fn percentile(&self, p: usize) -> f64 {
        let at = (self.times.len() * p / 100).min(self.times.len().saturating_sub(1));
        self.times.get(at).map_or(0.0, |t| f64::from(*t) / 1000.0)
    }
}

/// Runs a closed loop on `n` connections.
pub async fn load(address: &str, n: &usize, seconds: u64, make: Make) -> Result<Load> {
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..*n)
        .map(|who| {
            let (address, make) = (address.to_owned(), make.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut c = Connection::open(&address).await?;
                let mut i = 0;
                while Instant::now() < end {
                    let t = Instant::now();
                    for step in make(who, i) {
                        let (status, body) = c.ask(&step).await?;
                        if status >= 400 {
                            let text = String::from_utf8_lossy(&body);
                            return Err(Fail::Fault(format!("{} {} gave {status}: {text}", step.method, step.path)));
                        }
                    }
                    times.push(t.elapsed().as_micros() as u32);
                    i += 1;
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for t in tasks {
        times.extend(t.await.map_err(Fail::fault)??);
    }
    times.sort_unstable();
    Ok(Load { done: times.len() as u64, seconds: began.elapsed().as_secs_f64(), times })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::new() })
    }

    /// Sends a request and reads its whole answer: status and head with body.
    async fn ask(&mut self, s: &Step) -> Result<(u16, Vec<u8>)> {
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{}",
            s.method,
            s.path,
            s.cookie,
            s.body.len(),
            s.body
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.buffer.clear();
        let mut piece = [0_u8; 16 * 1024];
        loop {
            let n = self.stream.read(&mut piece).await?;
            if n == 0 {
                return Err(Fail::fault("the server closed the connection"));
            }
            self.buffer.extend_from_slice(&piece[..n]);
            if let Some(end) = whole(&self.buffer) {
                let status = std::str::from_utf8(&self.buffer[9..12]).ok().and_then(|t| t.parse().ok());
                return Ok((status.unwrap_or(0), self.buffer[..end].to_vec()));
            }
        }
    }
}

/// Length of the answer when it is complete.
fn whole(buffer: &[u8]) -> Option<usize> {
    let at = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..at]).ok()?.to_ascii_lowercase();
    if let Some(length) = head.split("content-length: ").nth(1) {
        let n: usize = length.split("\r\n").next()?.parse().ok()?;
        return (buffer.len() >= at + n).then_some(at + n);
    }
    if head.contains("transfer-encoding: chunked") {
        return buffer.ends_with(b"0\r\n\r\n").then_some(buffer.len());
    }
    Some(at)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split(from).nth(1)?.split(to).next()
}

async fn page(address: &str, s: Step) -> Result<String> {
    let (_, body) = Connection::open(address).await?.ask(&s).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Someone logged in: cookie and form token.
async fn login(address: &str, who: &str) -> Result<(String, String)> {
    let body = format!("login={who}&password={DEMO_PASSWORD}");
    let text = page(address, Step { method: "POST", path: "/login".into(), cookie: String::new(), body }).await?;
    let cookie = between(&text, "set-cookie: ", ";").ok_or_else(|| Fail::fault("no login"))?.to_owned();
    let text = page(address, Step { cookie: cookie.clone(), ..Step::get("/sessions") }).await?;
    let csrf = between(&text, "name=\"_csrf\" value=\"", "\"").ok_or_else(|| Fail::fault("no token"))?;
    Ok((cookie, csrf.to_owned()))
}

/// Steps of somebody logged in.
pub async fn as_who(address: &str, who: &str) -> Result<impl Fn(&str) -> Step + Clone + Send + Sync + use<>> {
    let (cookie, _) = login(address, who).await?;
    Ok(move |path: &str| Step { cookie: cookie.clone(), ..Step::get(path) })
}

/// Statements the server has sent to its database so far.
pub async fn statements(address: &str) -> Result<u64> {
    let (cookie, _) = login(address, "yunwei").await?;
    let text = page(address, Step { cookie, ..Step::get("/status") }).await?;
    let n = between(&text, "启动以来语句数</dt><dd class=\"num\">", "<").and_then(|n| n.parse().ok());
    n.ok_or_else(|| Fail::fault("no count of statements"))
}

/// The operations of the table.
pub struct Caller;

const BUYERS: [&str; 16] = [
    "licheng", "lcsx", "lczx", "lixia", "lxyy", "jngx", "jntsg", "szmz", "hyjt", "zqny", "gxzw", "licheng", "lcsx",
    "lixia", "jngx", "jntsg",
];
const WORDS: [&str; 8] = ["复印纸", "得力 中性笔", "联想台式机", "空调", "办公椅", "硒鼓", "U盘 128G", "A4 70g"];
const CATEGORIES: [&str; 6] = ["A0504", "A0201", "A0206", "A0501", "A0202", "A05040101"];

impl Caller {
    /// Logs in and finds what checkouts need; returns the operations with their names.
    pub async fn prepare(address: &str, ids: &[i64]) -> Result<Vec<(&'static str, Make)>> {
        let products = ids.to_vec();
        let pick = move |who: usize, i: u64, ids: &[i64]| {
            ids[(Dice::new(who as u64 * 1_000_003 + i).roll() % ids.len() as u64) as usize]
        };
        let ids_json = products.clone();
        let mut buyers = Vec::new();
        for b in BUYERS {
            buyers.push(login(address, &format!("{b}.jingban")).await?);
        }
        let found =
            page(address, Step::get(format!("/api/search?area=370100&q={}&sort=price", percent("华泰 HT70A4"))))
                .await?;
        let offer = between(&found, "\"best_offer\":\"", "\"").ok_or_else(|| Fail::fault("no offer"))?.to_owned();
        let mut forms = Vec::new();
        for (cookie, csrf) in &buyers {
            let add = format!("_csrf={csrf}&offer={offer}&quantity=1");
            page(address, Step { method: "POST", path: "/cart/add".into(), cookie: cookie.clone(), body: add.clone() })
                .await?;
            let text = page(address, Step { cookie: cookie.clone(), ..Step::get("/checkout") }).await?;
            let price = between(&text, &format!("name=\"price-{offer}\" value=\""), "\"").unwrap_or("");
            let plan = between(&text, &format!("name=\"plan-{offer}\""), "</select>")
                .and_then(|p| between(p, "<option value=\"", "\""));
            let place =
                between(&text, "id=\"address\"", "</select>").and_then(|p| between(p, "<option value=\"", "\""));
            let rest = format!(
                "_csrf={csrf}&offer={offer}&quantity-{offer}=1&price-{offer}={price}&plan-{offer}={}&address={}&purpose=bench",
                plan.unwrap_or(""),
                place.unwrap_or("")
            );
            forms.push((cookie.clone(), add, rest));
        }
        let list_cookie = buyers[0].0.clone();
        Ok(vec![
            (
                "product detail JSON",
                Arc::new(move |w, i| vec![Step::get(format!("/api/products/{}", pick(w, i, &ids_json)))]) as Make,
            ),
            ("product page", Arc::new(move |w, i| vec![Step::get(format!("/products/{}", pick(w, i, &products)))])),
            (
                "listing with facets, price sort",
                Arc::new(|w, i| {
                    let mut d = Dice::new(w as u64 * 7919 + i);
                    let c = CATEGORIES[(d.roll() % 6) as usize];
                    // A lower bound that hardly repeats keeps kept answers out of the figure.
                    vec![Step::get(format!(
                        "/api/search?area=370112&category={c}&sort=price&min={}.{:02}",
                        d.between(1, 60),
                        d.between(0, 100)
                    ))]
                }),
            ),
            (
                "Chinese search",
                Arc::new(|w, i| {
                    let mut d = Dice::new(w as u64 * 104_729 + i);
                    let q = percent(WORDS[(d.roll() % 8) as usize]);
                    vec![Step::get(format!(
                        "/api/search?area=370112&q={q}&min={}.{:02}",
                        d.between(1, 60),
                        d.between(0, 100)
                    ))]
                }),
            ),
            ("order list", Arc::new(move |_, _| vec![Step { cookie: list_cookie.clone(), ..Step::get("/orders") }])),
            (
                "checkout (cart and order)",
                Arc::new(move |w, _| {
                    let (cookie, add, rest) = &forms[w % forms.len()];
                    let key = kit::ids::random_hex(8);
                    let post = |path: &str, body: String| Step {
                        method: "POST",
                        path: path.into(),
                        cookie: cookie.clone(),
                        body,
                    };
                    vec![post("/cart/add", add.clone()), post("/checkout", format!("{rest}&key={key}"))]
                }),
            ),
        ])
    }
}

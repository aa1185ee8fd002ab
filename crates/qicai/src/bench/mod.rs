//! The bench: generated data, the real server as a process of its own, closed loops over real connections.
//!
//! Beside each figure stands the limit measured in the same run on the same machine: a bare handler for reads, the
//! least possible durable order for checkouts. Ratios travel between machines; absolute figures do not.

pub mod auctions;
mod client;
pub mod prices;
pub mod statistics;
mod store;

use crate::{MIGRATIONS, demo};
use client::{Caller, Load, Step};
use kit::{Clock, Db, Fail, Result};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What to measure.
pub struct Options {
    /// Offers to generate.
    pub offers: u64,
    /// Seconds for each line of the table.
    pub seconds: u64,
    /// Connections of each round.
    pub connections: Vec<usize>,
}

struct Server {
    child: Child,
    address: String,
    started: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(data: &Path) -> Result<Server> {
    let began = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or_else(|| Fail::fault("no output"))?;
    let mut lines = BufReader::new(out).lines();
    let address = lines
        .by_ref()
        .map_while(std::result::Result::ok)
        .find_map(|l| Some(l.strip_prefix("Open http://")?.trim_end_matches('/').to_owned()))
        .ok_or_else(|| Fail::fault("the server did not start"))?;
    std::thread::spawn(move || lines.for_each(drop));
    Ok(Server { child, address, started: began.elapsed() })
}

/// CPU time of a process so far, ms, and its resident memory, MiB. Linux only; zeros elsewhere.
fn cost(pid: u32) -> (u64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| after.get(i).and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let rss =
        status.lines().find_map(|l| l.strip_prefix("VmRSS:")).and_then(|l| l.split_whitespace().next()?.parse().ok());
    // The clock tick is 10 ms on every Linux we run on.
    ((ticks(11) + ticks(12)) * 10, rss.unwrap_or(0_u64) / 1024)
}

/// Runs all of it and prints a table.
pub async fn run(o: Options) -> Result<()> {
    let data: PathBuf = std::env::temp_dir().join(format!("qicai-bench-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    println!("Making {} offers in {}", o.offers, data.display());
    let ids = {
        let db = crate::open_db(&data, None, 0, Clock::default()).await?;
        db.migrate(MIGRATIONS).await?;
        let settings = base::Settings::demo(&data);
        let mall = crate::open(db, settings).await?;
        let size = demo::Size { seed: 1, offers: o.offers, orders: 24, auctions: false };
        demo::fill(&mall.watch, size, &mut |_| {}).await?;
        store::make_room(mall.watch.db()).await?;
        store::products(mall.watch.db(), 5000).await?
    };
    let server = serve(&data)?;
    let (_, rss) = cost(server.child.id());
    println!("Start to first answer {} ms, resident {rss} MiB after start\n", server.started.as_millis());
    println!("| operation | connections | per second | p50 ms | p99 ms | CPU ms | statements | share of limit |");
    println!("|---|---|---|---|---|---|---|---|");
    let bare = bare_server().await?;
    let steps = Caller::prepare(&server.address, &ids).await?;
    for n in &o.connections {
        let hello = client::load(&bare, n, o.seconds, Arc::new(|_, _| vec![Step::get("/")])).await?;
        line("bare axum handler", *n, &hello, None, None, None);
        for (name, make) in &steps {
            let before = (cost(server.child.id()).0, client::statements(&server.address).await?);
            let l = client::load(&server.address, n, o.seconds, make.clone()).await?;
            let after = (cost(server.child.id()).0, client::statements(&server.address).await?);
            let per = |a: u64, b: u64| (b - a) as f64 / l.done.max(1) as f64;
            let limit = if name.starts_with("checkout") { bare_orders(*n, o.seconds).await? } else { hello.rate() };
            line(name, *n, &l, Some(per(before.0, after.0)), Some(per(before.1, after.1)), Some(l.rate() / limit));
        }
    }
    println!("\nResident {} MiB at the end", cost(server.child.id()).1);
    drop(server);
    let db = crate::open_db(&data, None, 0, Clock::default()).await?;
    println!("Doctor after the run:");
    crate::doctor::examine(&db, None, &mut |l| println!("  {l}")).await?;
    let _ = std::fs::remove_dir_all(&data);
    Ok(())
}

fn line(name: &str, n: usize, l: &Load, cpu: Option<f64>, statements: Option<f64>, share: Option<f64>) {
    let opt = |v: Option<f64>, d: usize| v.map_or("–".to_owned(), |v| format!("{v:.d$}"));
    println!(
        "| {name} | {n} | {:.0} | {:.2} | {:.2} | {} | {} | {} |",
        l.rate(),
        l.percentile(50),
        l.percentile(99),
        opt(cpu, 3),
        opt(statements, 1),
        share.map_or("–".to_owned(), |s| format!("{:.0} %", s * 100.0))
    );
}

/// A handler that does nothing, on a port of its own: what HTTP itself costs here.
async fn bare_server() -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(crate::hello(listener));
    Ok(address)
}

/// The least possible durable orders per second at `n` callers.
async fn bare_orders(n: usize, seconds: u64) -> Result<f64> {
    let folder = std::env::temp_dir().join(format!("qicai-bare-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let db = Db::sqlite(&folder, Clock::default())?;
    db.migrate(&[MIGRATIONS[0], ("bare", store::BARE)]).await?;
    let done = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            let (db, done) = (db.clone(), done.clone());
            tokio::spawn(async move {
                while Instant::now() < end && store::bare_order(&db).await.is_ok() {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for t in tasks {
        t.await.map_err(Fail::fault)?;
    }
    let _ = std::fs::remove_dir_all(&folder);
    Ok(done.load(Ordering::Relaxed) as f64 / seconds as f64)
}

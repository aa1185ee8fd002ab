//! Auctions under load: bids on one event beside the engine's own hot row, a thousand closings in one minute, a thousand
//! people watching one event.
use super::store;
use crate::{MIGRATIONS, demo};
use kit::{Clock, Db, Fail, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Mutex;
use trade::Trade;
use trade::auctions;

/// What to measure.
pub struct Options {
    /// Seconds for each line of the table.
    pub seconds: u64,
    /// Callers of each round.
    pub callers: Vec<usize>,
    /// Events that close at once.
    pub closings: usize,
    /// Watchers of one event.
    pub watchers: usize,
    /// PostgreSQL to measure on too.
    pub url: Option<String>,
}

/// Bidders of each closing event.
const BIDDERS: usize = 20;
/// A quote is lower than the bidder's last by this, fen.
const STEP: i64 = 1;
/// Ceiling of the event that is bid on, fen: room for any number of steps.
const CEILING: i64 = 90_000_000_000;
/// Changes that the watchers see.
const CHANGES: i64 = 20;

/// Runs all of it on SQLite, then on PostgreSQL when there is one.
pub async fn run(o: Options) -> Result<()> {
    println!(
        "| engine | operation | callers | per second | p50 ms | p99 ms | hot row per second | times the hot row |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let folder: PathBuf = std::env::temp_dir().join(format!("qicai-bench-a{}", std::process::id()));
    let urls = std::iter::once(None).chain(o.url.clone().map(Some));
    for url in urls {
        let _ = std::fs::remove_dir_all(&folder);
        let clock = Clock::default();
        let db = crate::open_db(&folder, url.as_deref(), 0, clock.clone()).await?;
        db.migrate(MIGRATIONS).await?;
        let mall = crate::open(db.clone(), base::Settings::demo(&folder)).await?;
        let size = demo::Size { seed: 1, offers: 0, orders: 0, auctions: false };
        demo::fill(&mall.watch, size, &mut |_| {}).await?;
        let suppliers = store::bidders(&db, o.callers.iter().copied().max().unwrap_or(1).max(BIDDERS)).await?;
        let trade = mall.watch.trade();
        for n in &o.callers {
            let event = store::event(&db, &suppliers, CEILING, STEP, clock.now() + 3_600_000).await?;
            let (rate, p50, p99) = bids(trade, event, &suppliers[..*n], o.seconds).await?;
            let hot = hot_row(&folder, url.as_deref(), *n, o.seconds).await?;
            println!(
                "| {} | bid on one event | {n} | {rate:.0} | {p50:.2} | {p99:.2} | {hot:.0} | {:.1} |",
                db.engine(),
                rate / hot
            );
        }
        watch(&db, &mall, &suppliers, o.watchers, clock.now() + 3_600_000).await?;
        close(&db, trade, &clock, &suppliers[..BIDDERS], o.closings).await?;
        crate::settle(&mall.watch).await?;
        let mut lines = Vec::new();
        let sound = crate::doctor::examine(&db, None, &mut |l| lines.push(l)).await;
        println!(
            "| {} | doctor | | {} | | | | |",
            db.engine(),
            if sound.is_ok() { "all sums agree" } else { "NOT SOUND" }
        );
        if sound.is_err() {
            lines.iter().for_each(|l| println!("{l}"));
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

fn percentile(sorted: &[f64], p: usize) -> f64 {
    sorted.get((sorted.len() * p / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// Callers quote one after the other, each answered after its commit: per second, p50 and p99 in ms.
async fn bids(trade: &Trade, event: i64, suppliers: &[i64], seconds: u64) -> Result<(f64, f64, f64)> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = suppliers
        .iter()
        .map(|supplier| {
            let (trade, supplier) = (trade.clone(), *supplier);
            tokio::spawn(async move {
                let (mut price, mut times) = (CEILING, Vec::new());
                while Instant::now() < end {
                    price -= STEP;
                    let began = Instant::now();
                    auctions::quote(&trade, event, supplier, 0, price).await?;
                    times.push(began.elapsed().as_secs_f64() * 1e3);
                }
                Ok::<_, Fail>(times)
            })
        })
        .collect();
    let mut all = Vec::new();
    for t in tasks {
        all.extend(t.await.map_err(Fail::fault)??);
    }
    all.sort_by(f64::total_cmp);
    Ok((all.len() as f64 / seconds as f64, percentile(&all, 50), percentile(&all, 99)))
}

/// What the engine does by itself with one hot row: a durable update and a journal entry a transaction.
async fn hot_row(folder: &std::path::Path, url: Option<&str>, n: usize, seconds: u64) -> Result<f64> {
    let bare = folder.join("hot");
    let _ = std::fs::remove_dir_all(&bare);
    let db = match url {
        Some(url) => Db::postgres(url, Clock::default(), 1).await?,
        None => {
            std::fs::create_dir_all(&bare)?;
            Db::sqlite(&bare, Clock::default())?
        }
    };
    store::make_hot(&db).await?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut done = 0_u64;
                while Instant::now() < end {
                    // A conflict that outlasts the retries is part of what a hot row costs.
                    match store::hit_hot(&db).await {
                        Ok(()) => done += 1,
                        Err(Fail::Retry) => {}
                        Err(e) => return Err(e),
                    }
                }
                Ok::<_, Fail>(done)
            })
        })
        .collect();
    let mut done = 0;
    for t in tasks {
        done += t.await.map_err(Fail::fault)??;
    }
    Ok(done as f64 / seconds as f64)
}

/// Many events whose time is over in the same minute: how long until all are closed and have a winner.
async fn close(db: &Db, trade: &Trade, clock: &Clock, suppliers: &[i64], events: usize) -> Result<()> {
    let ends = clock.now() + 120_000;
    let mut ids = Vec::new();
    for _ in 0..events {
        ids.push(store::event(db, suppliers, CEILING, STEP, ends).await?);
    }
    let began = Instant::now();
    for id in &ids {
        let mut line = Vec::new();
        for (i, s) in suppliers.iter().enumerate() {
            line.push(auctions::quote(trade, *id, *s, 0, CEILING - 1 - i as i64));
        }
        for answer in futures_util::future::join_all(line).await {
            answer?;
        }
    }
    let quotes = (events * suppliers.len()) as f64 / began.elapsed().as_secs_f64();
    clock.advance(130_000);
    let (began, mut worst) = (Instant::now(), 0.0_f64);
    let mut done = 0;
    while store::open_events(db).await? > 0 {
        let step = Instant::now();
        done += trade::run_due(trade).await?;
        worst = worst.max(step.elapsed().as_secs_f64() * 1e3);
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "| {} | {events} events × {} bidders close in one minute | 1 | {:.0} | all in {took:.1} s | {worst:.0} a step of 50 | quotes before: {quotes:.0} per second | {done} |",
        db.engine(),
        suppliers.len(),
        events as f64 / took
    );
    Ok(())
}

/// Many watchers of one event: how long after a quote's commit they see it.
async fn watch(db: &Db, mall: &crate::Mall, suppliers: &[i64], n: usize, ends: i64) -> Result<()> {
    let event = store::event(db, suppliers, CEILING, STEP, ends).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(crate::serve_on(listener, mall.router.clone()));
    let seen: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (ready, open) = (Arc::new(tokio::sync::Semaphore::new(0)), Instant::now());
    let mut tasks = Vec::new();
    for _ in 0..n {
        let (seen, ready) = (seen.clone(), ready.clone());
        tasks.push(tokio::spawn(async move {
            let mut s = tokio::net::TcpStream::connect(address).await?;
            s.write_all(format!("GET /auctions/{event}/live HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes()).await?;
            let (mut buffer, mut text, mut events) = (vec![0; 16 * 1024], String::new(), 0);
            loop {
                let got = s.read(&mut buffer).await?;
                if got == 0 {
                    return Ok::<_, Fail>(());
                }
                text.push_str(&String::from_utf8_lossy(&buffer[..got]));
                while let Some(at) = text.find("event: live") {
                    text.drain(..at + 11);
                    events += 1;
                    if events == 1 {
                        ready.add_permits(1);
                    } else {
                        seen.lock().await.push(Instant::now());
                    }
                }
            }
        }));
    }
    let all = u32::try_from(n).map_err(Fail::fault)?;
    let _ = ready.acquire_many(all).await.map_err(Fail::fault)?;
    let opened = open.elapsed();
    let mut delays = Vec::new();
    for i in 0..CHANGES {
        seen.lock().await.clear();
        auctions::quote(mall.watch.trade(), event, suppliers[0], 0, CEILING - 1 - i * STEP).await?;
        let acknowledged = Instant::now();
        while seen.lock().await.len() < n {
            if acknowledged.elapsed() > Duration::from_secs(20) {
                return Err(Fail::Fault("not all watchers saw a quote within 20 s".into()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let all = seen.lock().await;
        delays.extend(all.iter().map(|t| t.saturating_duration_since(acknowledged).as_secs_f64() * 1e3));
    }
    delays.sort_by(f64::total_cmp);
    println!(
        "| {} | {n} watchers of one event, a quote until seen | {n} | all connected in {:.1} s | {:.0} | {:.0} | | |",
        db.engine(),
        opened.as_secs_f64(),
        percentile(&delays, 50),
        percentile(&delays, 99)
    );
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    server.abort();
    Ok(())
}

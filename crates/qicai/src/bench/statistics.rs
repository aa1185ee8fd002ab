//! Statistics over many orders: how fast each follower reads the journal again, how long pages take, how far followers are
//! behind under writes, how fast the whole log is audited.
use super::client::{self, Step};
use super::{cost, serve, store};
use crate::{MIGRATIONS, Mall, demo, open_db};
use kit::{Clock, Result, journal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use watch::Watch;
use watch::ledger::log::Keys;

/// What to measure.
pub struct Options {
    /// Concluded orders to generate.
    pub orders: u64,
    /// Units that place them.
    pub units: u64,
    /// Seconds for each line of the table of pages.
    pub seconds: u64,
    /// Connections of each round.
    pub connections: Vec<usize>,
    /// Entries that the alert rules judge; they ask the database most.
    pub judged: i64,
    /// Writes per second while the lag of followers is measured.
    pub writes: u64,
    /// Folder in which the orders are kept for the next time.
    pub data: Option<PathBuf>,
}

/// A server that uses less of a second has nothing to do, ms.
const IDLE_MS: u64 = 100;

async fn mall(data: &Path) -> Result<Mall> {
    let db = open_db(data, None, 0, Clock::default()).await?;
    db.migrate(MIGRATIONS).await?;
    crate::open(db, base::Settings::demo(data)).await
}

/// Runs a follower until it has nothing left, or until it has read so many entries; prints its rate.
async fn read_all<F, R>(name: &str, most: i64, step: F) -> Result<()>
where
    F: Fn() -> R,
    R: Future<Output = Result<usize>>,
{
    let (began, mut seen) = (Instant::now(), 0);
    while seen < most {
        match step().await? {
            0 => break,
            n => seen += n as i64,
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!("| {name} | {seen} | {took:.1} | {:.0} |", seen as f64 / took);
    Ok(())
}

/// Runs all of it and prints what was measured.
pub async fn run(o: Options) -> Result<()> {
    let own = std::env::temp_dir().join(format!("qicai-bench-statistics-{}", std::process::id()));
    let data = o.data.clone().unwrap_or_else(|| own.clone());
    if !data.exists() {
        // Beside it first: what was broken off is not taken for whole the next time.
        let part = data.with_extension("part");
        let _ = std::fs::remove_dir_all(&part);
        made(&part, &o).await?;
        std::fs::rename(&part, &data)?;
    }
    let (keys, regions, logins) = {
        let mall = mall(&data).await?;
        let db = mall.watch.db();
        (Keys::of(&mall.watch), store::regions(db).await?, store::watchers(db).await?)
    };
    pages(&data, &o, regions, &logins).await?;
    let db = open_db(&data, None, 0, Clock::default()).await?;
    let began = Instant::now();
    let found = watch::ledger::log::audit(&db, &keys).await?;
    println!(
        "\nAudit of the whole log: {} entries in {:.1} s, {:.0} a second, {} wrong",
        found.entries,
        began.elapsed().as_secs_f64(),
        found.entries as f64 / began.elapsed().as_secs_f64(),
        found.wrong.len()
    );
    drop(db);
    lag(&data, &o).await?;
    let _ = std::fs::remove_dir_all(&own);
    Ok(())
}

/// Makes the orders and measures the followers while they read them.
async fn made(data: &Path, o: &Options) -> Result<()> {
    println!("Making {} orders of {} units over two years", o.orders, o.units);
    let mall = mall(data).await?;
    let size = demo::Size { seed: 1, offers: 5_000, orders: 0, auctions: false };
    demo::fill(&mall.watch, size, &mut |_| {}).await?;
    crate::settle(&mall.watch).await?;
    let began = Instant::now();
    let market = store::market(mall.watch.db(), o.units).await?;
    store::deals(mall.watch.db(), &market, o.orders).await?;
    journal::sequence(mall.watch.db()).await?;
    println!("Written in {:.0} s\n", began.elapsed().as_secs_f64());
    rates(&mall.watch, o).await
}

async fn rates(watch: &Watch, o: &Options) -> Result<()> {
    println!("| follower | entries | seconds | per second |\n|---|---|---|---|");
    let w = watch;
    read_all("notices and deal prices", i64::MAX, || watch::disclosure::follow(w)).await?;
    read_all("statistics", i64::MAX, || watch::statistics::follow(w)).await?;
    read_all("open data", i64::MAX, || watch::open::follow(w)).await?;
    read_all("log", i64::MAX, || watch::ledger::log::follow(w)).await?;
    read_all("alerts", o.judged, || watch::alerts::follow(w)).await?;
    // What is left would be judged while pages are measured; that is a measure of its own.
    store::skip(watch.db(), watch::alerts::PROJECTION).await?;
    let rss = cost(std::process::id()).1;
    println!("\nResident {rss} MiB with everything counted in memory\n");
    Ok(())
}

/// Waits until a server has nothing left to do beside requests; seconds.
async fn idle(pid: u32) -> f64 {
    let began = Instant::now();
    loop {
        let before = cost(pid).0;
        tokio::time::sleep(Duration::from_secs(1)).await;
        if cost(pid).0 - before < IDLE_MS {
            return began.elapsed().as_secs_f64() - 1.0;
        }
    }
}

async fn pages(data: &Path, o: &Options, regions: Vec<String>, logins: &[String]) -> Result<()> {
    let server = serve(data)?;
    // The first page waits until everything counted is read.
    let began = Instant::now();
    client::load(&server.address, &1, 0, Arc::new(|_, _| vec![Step::get("/statistics")])).await?;
    client::load(&server.address, &1, 1, Arc::new(|_, _| vec![Step::get("/statistics")])).await?;
    println!(
        "Start to first answer {} ms, first statistics after {:.1} s more, resident {} MiB\n",
        server.started.as_millis(),
        began.elapsed().as_secs_f64(),
        cost(server.child.id()).1
    );
    println!("What is done once a day took {:.0} s\n", idle(server.child.id()).await);
    println!("| page | connections | per second | p50 ms | p99 ms |\n|---|---|---|---|---|");
    let of = regions.clone();
    let some = move |who: usize, i: u64, path: &str| {
        let n = demo::Dice::new(who as u64 * 7_919 + i).roll();
        // One in ten asks for the whole province.
        let region = if n.is_multiple_of(10) { "37" } else { of[(n / 10) as usize % of.len()].as_str() };
        vec![Step::get(format!("{path}region={region}"))]
    };
    let reports: [(&str, &'static str); 5] = [
        ("overview of a place", "/statistics?"),
        ("units of a place, all measures", "/statistics/table?rows=unit&"),
        ("category by month", "/statistics/table?rows=category&cols=month&"),
        ("supplier by region, file", "/statistics/table?rows=supplier&cols=region&format=csv&"),
        ("orders of a category", "/statistics/orders?category=A0504&"),
    ];
    let mut all: Vec<(&str, client::Make)> = Vec::new();
    for (name, path) in reports {
        let make = some.clone();
        all.push((name, Arc::new(move |who, i| make(who, i, path))));
    }
    let mut offices = Vec::new();
    for who in logins {
        offices.push(client::as_who(&server.address, who).await?);
    }
    all.push((
        "cockpit of a finance department",
        Arc::new(move |who, _| vec![offices[who % offices.len()]("/cockpit")]),
    ));
    for n in &o.connections {
        for (name, make) in &all {
            let l = client::load(&server.address, n, o.seconds, make.clone()).await?;
            println!("| {name} | {n} | {:.0} | {:.1} | {:.1} |", l.rate(), l.percentile(50), l.percentile(99));
        }
    }
    println!("\nResident {} MiB at the end", cost(server.child.id()).1);
    Ok(())
}

/// Concluded orders arrive at a steady rate; how far is each follower behind?
async fn lag(data: &Path, o: &Options) -> Result<()> {
    let mall = mall(data).await?;
    let watch = &mall.watch;
    watch::statistics::follow(watch).await?;
    let market = store::market(watch.db(), o.units).await?;
    let running = crate::start(watch)?;
    let (mut behind, began, mut written) = (std::collections::BTreeMap::<String, Vec<i64>>::new(), Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(o.seconds) {
        let due = (began.elapsed().as_secs_f64() * o.writes as f64) as u64;
        if written < due {
            let n = (due - written).min(50);
            store::deals(watch.db(), &market, n).await?;
            written += n;
        }
        let head = journal::head(watch.db()).await?;
        for (name, at) in journal::positions(watch.db()).await? {
            behind.entry(name).or_default().push(head - at);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = written as f64 / began.elapsed().as_secs_f64();
    println!("\nUnder {rate:.0} concluded orders a second, entries behind:\n\n| follower | p50 | p99 |\n|---|---|---|");
    for (name, mut all) in behind {
        all.sort_unstable();
        let at = |p: usize| all.get((all.len() - 1) * p / 100).copied().unwrap_or(0);
        println!("| {name} | {} | {} |", at(50), at(99));
    }
    drop(running);
    Ok(())
}

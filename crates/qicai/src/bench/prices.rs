//! The daily look at every offer, and how soon a price change is found on another node.
use super::{cost, store};
use crate::{MIGRATIONS, Mall, demo, open_db};
use kit::{Clock, Result};
use std::path::Path;
use std::time::{Duration, Instant};

/// What to measure.
pub struct Options {
    /// Offers to generate.
    pub offers: u64,
    /// Price changes watched from another node.
    pub changes: usize,
    /// PostgreSQL URL of an empty database for two nodes; without it that part is left out.
    pub database_url: Option<String>,
}

async fn mall(data: &Path, url: Option<&str>, node: u8) -> Result<Mall> {
    let db = open_db(data, url, node, Clock::default()).await?;
    db.migrate(MIGRATIONS).await?;
    crate::open(db, base::Settings::demo(data)).await
}

/// Runs all of it and prints what was measured.
pub async fn run(o: Options) -> Result<()> {
    let data = std::env::temp_dir().join(format!("qicai-bench-prices-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    println!("Making {} offers", o.offers);
    let mall = mall(&data, None, 0).await?;
    let size = demo::Size { seed: 1, offers: o.offers, orders: 0, auctions: false };
    demo::fill(&mall.watch, size, &mut |_| {}).await?;
    let seen = store::observe_all(mall.watch.db()).await?;
    println!("{seen} observations, three sources for every product\n");
    println!("| daily look | offers | changed | seconds | per second | resident MiB before | after |");
    println!("|---|---|---|---|---|---|---|");
    let supply = mall.watch.trade().supply().clone();
    for name in ["first", "second, nothing new", "after 5,000 prices doubled"] {
        if name.starts_with("after") {
            store::raise_some(mall.watch.db(), 5_000).await?;
        }
        let (before, began) = (cost(std::process::id()).1, Instant::now());
        let (offers, changed) = supply::prices::check_all(&supply).await?;
        let took = began.elapsed().as_secs_f64();
        let after = cost(std::process::id()).1;
        println!("| {name} | {offers} | {changed} | {took:.1} | {:.0} | {before} | {after} |", offers as f64 / took);
    }
    drop(mall);
    let _ = std::fs::remove_dir_all(&data);
    match &o.database_url {
        Some(url) => two_nodes(url, o.changes).await,
        None => Ok(()),
    }
}

/// A supplier cuts a price on one node; how long until the search of another node has it?
async fn two_nodes(url: &str, changes: usize) -> Result<()> {
    let folder = |n: u8| std::env::temp_dir().join(format!("qicai-bench-node{n}-{}", std::process::id()));
    let first = mall(&folder(1), Some(url), 1).await?;
    let size = demo::Size { seed: 1, offers: 0, orders: 0, auctions: false };
    demo::fill(&first.watch, size, &mut |_| {}).await?;
    let second = mall(&folder(2), Some(url), 2).await?;
    let running = [crate::start(&first.watch)?, crate::start(&second.watch)?];
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (offer, product, price) = store::some_offer(first.watch.db()).await?;
    let mut waits: Vec<u128> = Vec::new();
    for i in 0..changes {
        let cheaper = price - 1 - i as i64;
        store::reprice(first.watch.db(), offer, product, cheaper).await?;
        let began = Instant::now();
        let lowest = || second.watch.trade().supply().engine().offers(product).first().map(|o| o.price);
        while lowest() != Some(cheaper) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        waits.push(began.elapsed().as_millis());
        // Not in step with the followers' own rhythm.
        tokio::time::sleep(Duration::from_millis(17 + (i as u64 * 37) % 90)).await;
    }
    waits.sort_unstable();
    let at = |p: usize| waits.get((waits.len() - 1) * p / 100).copied().unwrap_or(0);
    println!(
        "\nPrice change to the search of another node (PostgreSQL, {changes} changes): p50 {} ms, p99 {} ms, most {} ms",
        at(50),
        at(99),
        at(100)
    );
    drop(running);
    Ok(())
}

//! The command line of the mall.
use clap::{Args, Parser, Subcommand};
use kit::{Clock, Db, Fail, Result, journal};
use qicai::settings::File;
use qicai::{MIGRATIONS, demo, open, open_db};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "qicai", version, about = "Qicai: the online mall for government procurement of a province")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone)]
struct Place {
    /// Settings file; see qicai.example.toml
    #[arg(long, env = "QICAI_CONFIG")]
    config: Option<PathBuf>,
    /// Folder for the database and the search index
    #[arg(long, env = "QICAI_DATA")]
    data: Option<PathBuf>,
    /// PostgreSQL URL; SQLite without it
    #[arg(long, env = "QICAI_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Number of this process among those that share a database
    #[arg(long, env = "QICAI_NODE")]
    node: Option<u8>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the mall until stopped
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address to listen on
        #[arg(long, env = "QICAI_LISTEN")]
        listen: Option<String>,
        /// Show demo accounts on the login page
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database schema up to date
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Fill an empty database with the demo province
    Demo {
        #[command(flatten)]
        place: Place,
        /// Same seed, same data
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// At least so many offers
        #[arg(long, default_value_t = 0)]
        offers: u64,
        /// So many orders, led through the real flow
        #[arg(long, default_value_t = 24)]
        orders: u64,
    },
    /// Compute the outcome of an auction or a draw again from its public record and compare
    Recompute {
        /// The file
        file: PathBuf,
    },
    /// Say how good the machine is at finding tricks in goods: precision and recall on seeded listings
    Detectors {
        /// Seed of the listings
        #[arg(long, default_value_t = qicai::detectors::HELD)]
        seed: u64,
        /// So many listings
        #[arg(long, default_value_t = 20_000)]
        listings: u64,
    },
    /// Say how good the alert rules are: precision and recall on seeded cases; fails when a rule is not good enough
    Alerts {
        /// Seed of the cases
        #[arg(long, default_value_t = watch::alerts::shadow::HELD)]
        seed: u64,
        /// So many cases of each rule
        #[arg(long, default_value_t = 2_000)]
        cases: u64,
    },
    /// What a supplier sells, as a folder of YAML, CSV or XLSX files and pictures says it
    Supplier {
        #[command(subcommand)]
        what: Shop,
    },
    /// Load data from files
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Make projections (notices, deal prices, open data, the log's tree) again from the first journal entry
    Rebuild {
        #[command(flatten)]
        place: Place,
    },
    /// Measure the server on generated data and print a table
    Bench {
        /// Offers to generate
        #[arg(long, default_value_t = 100_000)]
        offers: u64,
        /// Seconds for each line of the table
        #[arg(long, default_value_t = 3)]
        seconds: u64,
        /// Connections of each round
        #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
        connections: Vec<usize>,
    },
    /// Measure auctions: bids on one event, closings, watchers; on PostgreSQL too when its URL is given
    BenchAuctions {
        /// Seconds for each line of the table
        #[arg(long, default_value_t = 3)]
        seconds: u64,
        /// Callers of each round
        #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
        callers: Vec<usize>,
        /// Events that close in one minute
        #[arg(long, default_value_t = 1_000)]
        closings: usize,
        /// Watchers of one event
        #[arg(long, default_value_t = 1_000)]
        watchers: usize,
        /// PostgreSQL URL of an empty database
        #[arg(long, env = "QICAI_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
    },
    /// Measure the daily look at every price, and how soon a price change is found on another node
    BenchPrices {
        /// Offers to generate
        #[arg(long, default_value_t = 1_000_000)]
        offers: u64,
        /// Price changes watched from another node
        #[arg(long, default_value_t = 200)]
        changes: usize,
        /// PostgreSQL URL of an empty database for two nodes
        #[arg(long, env = "QICAI_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
    },
    /// Measure statistics, followers and the audit of the log over many orders
    BenchStatistics {
        /// Concluded orders to generate
        #[arg(long, default_value_t = 1_000_000)]
        orders: u64,
        /// Units that place them
        #[arg(long, default_value_t = 2_000)]
        units: u64,
        /// Seconds for each line
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Connections
        #[arg(long, value_delimiter = ',', default_value = "16")]
        connections: Vec<usize>,
        /// Entries that the alert rules judge
        #[arg(long, default_value_t = 20_000)]
        judged: i64,
        /// Writes per second while the lag of followers is measured
        #[arg(long, default_value_t = 1_000)]
        writes: u64,
        /// Folder in which the orders are kept for the next time; made when it is not there
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Check an installation: schema, sums, journal
    Doctor {
        #[command(flatten)]
        place: Place,
        /// Compare every row that the log covers, and name the first that was altered
        #[arg(long)]
        audit: bool,
    },
    /// Write the log with all entries into a file that `verify` checks; it holds words that are not public
    Log {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Check a receipt or a dump of the log, with nothing but the file
    Verify {
        /// The receipt or the dump
        file: PathBuf,
        /// The key to believe, as the mall publishes it at /log/key; without it the one in the file
        #[arg(long)]
        key: Option<String>,
        /// File with the SM2 key to believe, as the mall publishes it at /log/key.sm2; without it the one in the file
        #[arg(long)]
        sm2_key: Option<PathBuf>,
    },
    /// Witness a mall's log: see whether its newest head continues the last one signed here, sign it, bring it to the mall
    Witness {
        /// This witness's own key, made when missing; keep it apart from the mall
        #[arg(long)]
        key: PathBuf,
        /// This witness's name, a host and path such as finance.jinan.example/witness
        #[arg(long)]
        name: String,
        /// The mall's address, or a file: a dump of its log, or a receipt that shows the way from the last head
        #[arg(long)]
        log: String,
        /// The log's key as the mall publishes it at /log/key, learnt from elsewhere; needed the first time
        #[arg(long)]
        log_key: Option<String>,
        /// Where the last signed head is kept; without it beside the key
        #[arg(long)]
        state: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum Shop {
    /// Say what the folder would bring about, row by row, and change nothing
    Plan {
        #[command(flatten)]
        shop: Folder,
    },
    /// Bring it about; rows that are refused are named and left out
    Apply {
        #[command(flatten)]
        shop: Folder,
        /// Take what the folder does not name off the shelf
        #[arg(long)]
        prune: bool,
    },
}

#[derive(Args)]
struct Folder {
    /// The folder
    folder: PathBuf,
    /// The supplier's unified social credit code
    #[arg(long)]
    supplier: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum Import {
    /// Offers of one supplier from an XLSX or CSV made from the template
    Offers {
        /// The file
        file: PathBuf,
        /// The supplier's unified social credit code
        #[arg(long)]
        supplier: String,
        /// Load the correct rows even when others have errors
        #[arg(long)]
        partial: bool,
        #[command(flatten)]
        place: Place,
    },
}

fn settings(place: &Place) -> Result<File> {
    let mut file = match &place.config {
        Some(path) => qicai::settings::read(path).map_err(Fail::Fault)?,
        None => File::default(),
    };
    if let Some(data) = &place.data {
        file.data.clone_from(data);
    }
    if place.database_url.is_some() {
        file.database_url.clone_from(&place.database_url);
    }
    file.node = place.node.unwrap_or(file.node);
    Ok(file)
}

fn base_settings(file: &File) -> base::Settings {
    base::Settings {
        data: file.data.clone(),
        demo: file.demo,
        secure_cookies: file.secure_cookies,
        treasury: file.treasury.clone(),
        platforms: file.platforms.clone(),
        log_name: file.log_name.clone(),
        log_key: file.log_key.clone().unwrap_or_else(|| base::log_key_in(&file.data)),
        log_sm2_key: file.log_sm2_key.clone().unwrap_or_else(|| base::log_sm2_key_in(&file.data)),
        witnesses: file.witnesses.clone(),
        address: file.address.clone(),
        ocid_prefix: file.ocid_prefix.clone(),
        mail: file.mail.clone(),
        mail_from: file.mail_from.clone(),
        keepers: file.keepers.clone().unwrap_or_else(|| base::keepers_in(&file.data)),
    }
}

async fn opened(place: &Place, clock: Clock) -> Result<qicai::Mall> {
    let file = settings(place)?;
    let db = open_db(&file.data, file.database_url.as_deref(), file.node, clock).await?;
    db.migrate(MIGRATIONS).await?;
    open(db, base_settings(&file)).await
}

async fn serve(place: &Place, listen: Option<String>, demo: bool) -> Result<()> {
    let mut file = settings(place)?;
    file.demo |= demo;
    let began = std::time::Instant::now();
    let db = open_db(&file.data, file.database_url.as_deref(), file.node, Clock::default()).await?;
    db.migrate(MIGRATIONS).await?;
    let mall = open(db, base_settings(&file)).await?;
    if file.demo {
        watch::ledger::rehearse(&mall.watch)?;
    }
    let listen = listen.unwrap_or(file.listen);
    let listener =
        tokio::net::TcpListener::bind(&listen).await.map_err(|e| Fail::Fault(format!("listen on {listen}: {e}")))?;
    let beside = qicai::start(&mall.watch)?;
    let address = listener.local_addr()?;
    println!(
        "Qicai is ready after {} ms on {} with {} products.",
        began.elapsed().as_millis(),
        mall.watch.db().engine(),
        mall.watch.engine().len()
    );
    println!("Open http://{address}/");
    if file.demo {
        println!("Demo accounts, password {}:", base::access::pages::DEMO_PASSWORD);
        for (login, who) in demo::GUIDE {
            println!("  {login:<24} {who}");
        }
    }
    let service = mall.router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped()).await?;
    drop(beside);
    println!("Stopped.");
    Ok(())
}

/// Resolves when the process is asked to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

async fn import_offers(file: &PathBuf, supplier: &str, partial: bool, place: &Place) -> Result<()> {
    use supply::offers::import;
    let mall = opened(place, Clock::default()).await?;
    let supply: &supply::Supply = &mall.watch;
    let org = base::orgs::by_uscc(supply.db(), supplier)
        .await?
        .filter(|o| o.kind == "supplier")
        .ok_or_else(|| Fail::Fault(format!("no supplier has the credit code {supplier}")))?;
    let actor = demo::stand_in(&org);
    let name = file.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let id = import::receive(supply, &actor, &name, &std::fs::read(file)?, "command").await?;
    qicai::settle(&mall.watch).await?;
    let found = import::file(supply.db(), org.id, id).await?;
    println!("{} rows, {} without errors, {} with errors", found.total, found.good(), found.bad);
    for row in import::rows(supply.db(), id, "bad", 0, 100).await? {
        println!("  line {}: {}", row.line, row.wrong);
    }
    if found.state == "checked" && (found.bad == 0 || partial) {
        import::confirm(supply, &actor, id, "command").await?;
        qicai::settle(&mall.watch).await?;
        let done = import::file(supply.db(), org.id, id).await?;
        println!("{} offers made or changed, {} were already so", done.loaded, done.unchanged);
        return Ok(());
    }
    if found.state == "checked" {
        import::drop_file(supply, &actor, id).await?;
        return Err(Fail::Fault("nothing was loaded: correct the rows above, or add --partial".into()));
    }
    Ok(())
}

async fn shop(f: &Folder) -> Result<(qicai::Mall, base::orgs::Org)> {
    let mall = opened(&f.place, Clock::default()).await?;
    let found = base::orgs::by_uscc(mall.watch.db(), &f.supplier).await?.filter(|o| o.kind == "supplier");
    let org = found.ok_or_else(|| Fail::Fault(format!("no supplier has the credit code {}", f.supplier)))?;
    Ok((mall, org))
}

fn print_rows(at: &[String], did: &[supply::intake::Did]) {
    for (at, d) in at.iter().zip(did) {
        println!("{at}: {} {}", d.key(), d.words());
    }
}

async fn shop_plan(f: &Folder) -> Result<()> {
    let (mall, org) = shop(f).await?;
    let folder = qicai::folder::Folder::read(&f.folder)?;
    let plan = supply::intake::plan(mall.watch.trade().supply(), org.id, 0, &folder.rows).await?;
    print_rows(&folder.at, &plan.rows);
    for (brand, model, _) in &folder.pictures {
        println!("picture of {brand} {model}");
    }
    for (_, _, title) in &plan.missing {
        println!("on the shelf, not in the folder: {title}");
    }
    Ok(())
}

async fn shop_apply(f: &Folder, prune: bool) -> Result<()> {
    let (mall, org) = shop(f).await?;
    let folder = qicai::folder::Folder::read(&f.folder)?;
    let rows = &folder.rows;
    let supply = mall.watch.trade().supply();
    let missing = if prune { supply::intake::plan(supply, org.id, 0, rows).await?.missing } else { Vec::new() };
    print_rows(&folder.at, &supply::intake::apply(supply, org.id, 0, rows).await?);
    for line in folder.bring_pictures(supply, org.id).await? {
        println!("{line}");
    }
    if prune {
        println!("{} offers taken off the shelf", supply::intake::put_off(supply, org.id, 0, &missing).await?);
    }
    Ok(())
}

async fn doctor(place: &Place, audit: bool) -> Result<()> {
    let file = settings(place)?;
    let db = open_db(&file.data, file.database_url.as_deref(), file.node, Clock::default()).await?;
    if !audit {
        return qicai::doctor::examine(&db, None, &mut |line| println!("{line}")).await;
    }
    // On SQLite the audit looks at a copy of this moment: making notices again would hold up everybody who writes.
    let folder = file.data.join(format!("audit-{}", std::process::id()));
    let done = async {
        let looked_at = match db.copy_to(&folder).await? {
            true => Db::sqlite(&folder, Clock::default())?,
            false => db.clone(),
        };
        let watch = qicai::districts(looked_at.clone(), base_settings(&file)).await?;
        qicai::doctor::examine(&looked_at, Some(&watch), &mut |line| println!("{line}")).await
    };
    let done = done.await;
    let _ = std::fs::remove_dir_all(&folder);
    done
}

/// Writes the log with all entries into a file.
async fn dump(place: &Place, file: &Path) -> Result<()> {
    use std::io::Write;
    let mall = opened(place, Clock::default()).await?;
    journal::sequence(mall.watch.db()).await?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    let size = watch::ledger::log::dump(&mall.watch, &mut |line| Ok(writeln!(out, "{line}")?)).await?;
    out.flush()?;
    println!("{size} entries written");
    Ok(())
}

fn verify(file: &Path, key: Option<&str>, sm2_key: Option<&Path>) -> Result<()> {
    let wrong = |path: &Path, e: std::io::Error| Fail::Fault(format!("{}: {e}", path.display()));
    let content = std::fs::File::open(file).map_err(|e| wrong(file, e))?;
    let pem = sm2_key.map(|p| std::fs::read_to_string(p).map_err(|e| wrong(p, e))).transpose()?;
    let given = watch::ledger::log::verify::Given { key, sm2: pem.as_deref() };
    let said = watch::ledger::log::verify::file(std::io::BufReader::new(content), &given);
    println!("OK: {}", said.map_err(|e| Fail::Fault(format!("{}: {e}", file.display())))?);
    Ok(())
}

/// Signs the newest head of a mall's log when it continues the last one.
async fn witness(key: &Path, name: &str, log: &str, log_key: Option<&str>, state: &Path) -> Result<()> {
    use watch::ledger::log::witness;
    let signer = kit::note::Signer::open(key, name)?;
    println!("This witness: {}", signer.verifier().vkey());
    let done = witness::run(&witness::Order { signer: &signer, log, key: log_key, state }).await?;
    match done.before {
        0 => println!("OK: first head of {} entries signed", done.size),
        before => println!("OK: the log of {} entries continues that of {before}; signed", done.size),
    }
    if !done.posted {
        println!("Bring this to POST /api/witness of the mall:\n{}", done.note);
    }
    Ok(())
}

/// Replays a public record of an auction or of a draw.
fn recompute(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).map_err(|e| Fail::Fault(format!("{}: {e}", file.display())))?;
    let wrong = |e: String| Fail::Fault(format!("{} does not fit: {e}", file.display()));
    let v: serde_json::Value = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    if v["kind"].as_str() == Some("draw") {
        println!("{}: agrees with the record", trade::fixed::verify(&v).map_err(wrong)?);
        return Ok(());
    }
    if v["kind"].as_str() == Some("sample") {
        println!("{}: agrees with the record", watch::inspections::verify(&v).map_err(wrong)?);
        return Ok(());
    }
    if v["kind"].as_str() == Some("audit_sample") {
        println!("{}: agrees with the record", watch::audits::verify(&v).map_err(wrong)?);
        return Ok(());
    }
    let v = trade::auctions::verify(&text).map_err(wrong)?;
    println!("{}\n{} quotes replayed, outcome {}: agrees with the record", v.title, v.quotes, v.outcome);
    Ok(())
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { place, listen, demo } => serve(&place, listen, demo).await,
        Command::Migrate { place } => {
            let file = settings(&place)?;
            let db = open_db(&file.data, file.database_url.as_deref(), file.node, Clock::default()).await?;
            let done = db.migrate(MIGRATIONS).await?;
            println!("{} migrations applied{}{}", done.len(), if done.is_empty() { "" } else { ": " }, done.join(", "));
            Ok(())
        }
        Command::Demo { place, seed, offers, orders } => {
            let mall = opened(&place, Clock::behind(demo::BEFORE)).await?;
            demo::fill(&mall.watch, demo::Size { seed, offers, orders, auctions: true }, &mut |line| println!("{line}"))
                .await
        }
        Command::Recompute { file } => recompute(&file),
        Command::Supplier { what: Shop::Plan { shop } } => shop_plan(&shop).await,
        Command::Supplier { what: Shop::Apply { shop, prune } } => shop_apply(&shop, prune).await,
        Command::Detectors { seed, listings } => qicai::detectors::report(seed, listings),
        Command::Alerts { seed, cases } => qicai::shadow::report(seed, cases),
        Command::Import { what: Import::Offers { file, supplier, partial, place } } => {
            import_offers(&file, &supplier, partial, &place).await
        }
        Command::Rebuild { place } => {
            let mall = opened(&place, Clock::default()).await?;
            journal::sequence(mall.watch.db()).await?;
            println!("disclosure made again from {} entries", watch::disclosure::rebuild(&mall.watch).await?);
            println!("open data made again from {} entries", watch::open::rebuild(&mall.watch).await?);
            println!("statistics made again from {} entries", watch::statistics::rebuild(&mall.watch).await?);
            println!("log made again from {} entries", watch::ledger::log::rebuild(&mall.watch).await?);
            Ok(())
        }
        Command::BenchPrices { offers, changes, database_url } => {
            qicai::bench::prices::run(qicai::bench::prices::Options { offers, changes, database_url }).await
        }
        Command::BenchStatistics { orders, units, seconds, connections, judged, writes, data } => {
            let o = qicai::bench::statistics::Options { orders, units, seconds, connections, judged, writes, data };
            qicai::bench::statistics::run(o).await
        }
        Command::Bench { offers, seconds, connections } => {
            qicai::bench::run(qicai::bench::Options { offers, seconds, connections }).await
        }
        Command::BenchAuctions { seconds, callers, closings, watchers, database_url: url } => {
            qicai::bench::auctions::run(qicai::bench::auctions::Options { seconds, callers, closings, watchers, url })
                .await
        }
        Command::Doctor { place, audit } => doctor(&place, audit).await,
        Command::Log { file, place } => dump(&place, &file).await,
        Command::Verify { file, key, sm2_key } => verify(&file, key.as_deref(), sm2_key.as_deref()),
        Command::Witness { key, name, log, log_key, state } => {
            let state = state.unwrap_or_else(|| key.with_extension("state.json"));
            witness(&key, &name, &log, log_key.as_deref(), &state).await
        }
    }
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("QICAI_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(r) => r,
        Err(e) => {
            eprintln!("qicai: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Fail::Refused(r)) => {
            eprintln!("qicai: {} ({})", r.words, r.code);
            ExitCode::FAILURE
        }
        Err(e) => {
            eprintln!("qicai: {e}");
            ExitCode::FAILURE
        }
    }
}

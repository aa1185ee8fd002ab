//! kill -9 under load: every acknowledged order is there afterwards, and the sums agree.
use crate::mall::place;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BUYERS: usize = 8;
const ACKNOWLEDGED_MIN: usize = 30;

fn qicai(folder: &std::path::Path, url: &Option<String>, args: &[&str]) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_qicai"));
    c.args(args).arg("--data").arg(folder);
    if let Some(u) = url {
        c.arg("--database-url").arg(u);
    }
    c
}

fn serve(folder: &std::path::Path, url: &Option<String>) -> (Child, String) {
    let mut child = qicai(folder, url, &["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map(|l| l.unwrap())
        .find_map(|l| Some(l.strip_prefix("Open http://")?.trim_end_matches('/').to_owned()));
    // Keep the pipe open so that the server can go on writing.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address.expect("the server says its address"))
}

/// One request on a connection of its own; None when the server is gone.
fn ask(address: &str, method: &str, path: &str, cookie: &str, body: &str) -> Option<(u16, String)> {
    let mut s = TcpStream::connect(address).ok()?;
    s.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let kind = "application/x-www-form-urlencoded";
    write!(
        s,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut out = Vec::new();
    s.read_to_end(&mut out).ok()?;
    let text = String::from_utf8_lossy(&out).into_owned();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    text.contains("\r\n\r\n").then_some((status, text))
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split(from).nth(1)?.split(to).next()
}

/// A buyer that orders until the server is gone; returns the keys of the orders it was told are placed.
fn buyer(address: String, n: usize, stop: Arc<AtomicBool>, done: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let password = base::access::pages::DEMO_PASSWORD;
    let login = ["licheng.jingban", "lcsx.jingban", "lixia.jingban", "jngx.jingban"][n % 4];
    let (_, page) = ask(&address, "POST", "/login", "", &format!("login={login}&password={password}"))?;
    let cookie = between(&page, "set-cookie: ", ";")?.to_owned();
    let (_, page) = ask(&address, "GET", "/sessions", &cookie, "")?;
    let csrf = between(&page, "name=\"_csrf\" value=\"", "\"")?.to_owned();
    let (_, found) = ask(&address, "GET", "/api/search?q=%E5%8D%8E%E6%B3%B0%20HT70A4&area=370112", &cookie, "")?;
    let offer = between(&found, "\"best_offer\":\"", "\"")?.to_owned();
    let add = format!("_csrf={csrf}&offer={offer}&quantity=1");
    for i in 0.. {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        ask(&address, "POST", "/cart/add", &cookie, &add)?;
        let (_, page) = ask(&address, "GET", "/checkout", &cookie, "")?;
        let Some(price) = between(&page, &format!("name=\"price-{offer}\" value=\""), "\"") else { continue };
        let plan = between(&page, &format!("name=\"plan-{offer}\""), "</select>")?;
        let plan = between(plan, "<option value=\"", "\"")?;
        let address_id = between(between(&page, "id=\"address\"", "</select>")?, "<option value=\"", "\"")?;
        let key = format!("kill-{n}-{i}");
        let body = format!(
            "_csrf={csrf}&key={key}&offer={offer}&quantity-{offer}=1&price-{offer}={price}&plan-{offer}={plan}&address={address_id}&purpose=x"
        );
        let (status, text) = ask(&address, "POST", "/checkout", &cookie, &body)?;
        if status == 303 && text.contains("location: /orders/") {
            done.lock().unwrap().push(key);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_order_is_lost() {
    let (folder, url) = place().await;
    let done = qicai(&folder, &url, &["demo", "--orders", "0"]).stdout(Stdio::null()).status().unwrap();
    assert!(done.success());
    let (mut child, address) = serve(&folder, &url);
    let (stop, keys) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let buyers: Vec<_> = (0..BUYERS)
        .map(|n| {
            let (address, stop, keys) = (address.clone(), stop.clone(), keys.clone());
            std::thread::spawn(move || buyer(address, n, stop, keys))
        })
        .collect();
    // Enough orders to be under load, however slow the machine is.
    while keys.lock().unwrap().len() < ACKNOWLEDGED_MIN {
        assert!(child.try_wait().unwrap().is_none(), "the server stopped by itself");
        assert!(buyers.iter().any(|b| !b.is_finished()), "no buyer could order");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    stop.store(true, Ordering::Relaxed);
    for b in buyers {
        let _ = b.join();
    }
    let keys = keys.lock().unwrap().clone();
    let db = qicai::open_db(&folder, url.as_deref(), 2, kit::Clock::default()).await.unwrap();
    kit::journal::sequence(&db).await.unwrap();
    let found = kit::Query::rows(&db, "SELECT idem_key FROM orders", kit::params![]).await.unwrap();
    let found: std::collections::HashSet<String> = found.iter().map(|r| r.text(0)).collect();
    for k in &keys {
        assert!(found.contains(k), "{k} was acknowledged and is gone");
    }
    let mut lines = Vec::new();
    assert!(qicai::doctor::examine(&db, None, &mut |l| lines.push(l)).await.is_ok(), "{lines:#?}");
    let _ = std::fs::remove_dir_all(&folder);
}

/// A bidder that quotes lower and lower until the server is gone; returns what it was told is accepted, fen in all.
fn bidder(address: &str, path: &str, login: &str, first: i64, apart: i64) -> Vec<i64> {
    let mut done = Vec::new();
    let mut run = || -> Option<()> {
        let password = base::access::pages::DEMO_PASSWORD;
        let (_, page) = ask(address, "POST", "/login", "", &format!("login={login}&password={password}"))?;
        let cookie = between(&page, "set-cookie: ", ";")?.to_owned();
        let (_, page) = ask(address, "GET", "/sessions", &cookie, "")?;
        let csrf = between(&page, "name=\"_csrf\" value=\"", "\"")?.to_owned();
        for i in 0.. {
            let price = first - i * apart;
            let body = format!("_csrf={csrf}&price={}.{:02}", price / 100, price % 100);
            let (status, text) = ask(address, "POST", &format!("{path}/quote"), &cookie, &body)?;
            if status == 303 && text.contains(&format!("location: {path}")) {
                done.push(price * 6);
            }
        }
        None
    };
    run();
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_bid_of_the_last_second_counts() {
    let (folder, url) = place().await;
    assert!(qicai(&folder, &url, &["demo", "--orders", "0"]).stdout(Stdio::null()).status().unwrap().success());
    let db = qicai::open_db(&folder, url.as_deref(), 2, kit::Clock::default()).await.unwrap();
    let sql = "SELECT p.id FROM project p JOIN auction a ON a.id = p.id WHERE p.state = 'live' AND a.phase = 'open' AND p.quantity = 6";
    let id = kit::Query::one(&db, sql, kit::params![]).await.unwrap().int(0);
    // It ends soon, without extensions, and each bidder has only its own last quote to beat.
    let ends = db.now() + 6_000;
    db.upkeep("test", |tx| {
        Box::pin(async move {
            let sql = "UPDATE auction SET until_at = $2, closes_at = $2, settings = REPLACE(REPLACE(REPLACE(settings, '\"window\":300000', \
                       '\"window\":0'), '\"against\":\"best\"', '\"against\":\"own\"'), '\"step\":{\"fen\":10000}', '\"step\":{\"fen\":1}') \
                       WHERE id = $1";
            tx.must(sql, kit::params![id, ends]).await?;
            tx.must("UPDATE project SET next_due = $2 WHERE id = $1", kit::params![id, ends]).await
        })
    })
    .await
    .unwrap();
    drop(db);
    let (mut child, address) = serve(&folder, &url);
    let path = format!("/auctions/{id}");
    let bidders: Vec<_> = [("taishan.dingdan", 440_000), ("xinchuang.dingdan", 439_999), ("qilu.dingdan", 439_998)]
        .into_iter()
        .map(|(login, first)| {
            let (address, path) = (address.clone(), path.clone());
            std::thread::spawn(move || bidder(&address, &path, login, first, 3))
        })
        .collect();
    let clock = kit::Clock::default();
    while clock.now() < ends - 400 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let acknowledged: Vec<i64> = bidders.into_iter().flat_map(|b| b.join().unwrap()).collect();
    assert!(acknowledged.len() >= ACKNOWLEDGED_MIN, "only {} bids before the end", acknowledged.len());

    // After the restart it closes by itself, and the lowest acknowledged bid wins.
    let (mut child, address) = serve(&folder, &url);
    let mut record = String::new();
    for _ in 0..300 {
        if let Some((200, text)) = ask(&address, "GET", &format!("{path}/record.json"), "", "") {
            record = text.split("\r\n\r\n").nth(1).unwrap().to_owned();
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let db = qicai::open_db(&folder, url.as_deref(), 2, clock).await.unwrap();
    let sql = "SELECT amount FROM auction_quote WHERE auction = $1";
    let found = kit::Query::rows(&db, sql, kit::params![id]).await.unwrap();
    let found: std::collections::HashSet<i64> = found.iter().map(|r| r.int(0)).collect();
    for amount in &acknowledged {
        assert!(found.contains(amount), "{amount} was acknowledged and is gone");
    }
    let json = &record[record.find('{').unwrap()..=record.rfind('}').unwrap()];
    let verdict = trade::auctions::verify(json).unwrap();
    let won: i64 = verdict.outcome.rsplit(' ').next().unwrap().parse().unwrap();
    assert_eq!(won, *found.iter().min().unwrap());
    assert!(won <= *acknowledged.iter().min().unwrap());
    kit::journal::sequence(&db).await.unwrap();
    let mut lines = Vec::new();
    assert!(qicai::doctor::examine(&db, None, &mut |l| lines.push(l)).await.is_ok(), "{lines:#?}");
    let _ = std::fs::remove_dir_all(&folder);
}

//! 开放数据: releases in the order of the journal, gapless, the same when made again, without anything personal.
use crate::mall::{Box, Page};
use axum::http::StatusCode;
use kit::{Query, params};
use serde_json::Value;

fn lines(p: &Page) -> Vec<Value> {
    assert_eq!(p.status, StatusCode::OK, "{}", p.text());
    p.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

async fn traded() -> Box {
    let mall = Box::new().await;
    qicai::demo::more_orders(&mall.mall.watch, 5, 20).await.unwrap();
    mall.settle().await;
    mall
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_no_gap_and_says_the_same_when_made_again() {
    let mall = traded().await;
    let v = mall.visitor();
    let feed = lines(&v.get("/open/feed").await);
    let contracts = mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'contract.concluded'").await;
    assert!(contracts > 5);
    let tagged = |tag: &str| {
        feed.iter().filter(|l| l["release"]["tag"].as_array().unwrap().iter().any(|t| t == tag)).count() as i64
    };
    assert_eq!(tagged("contract"), contracts);
    assert_eq!(
        tagged("implementation"),
        mall.number("SELECT COUNT(*) FROM journal WHERE kind IN ('acceptance.recorded', 'payment.paid')").await
    );
    let mut chain = String::new();
    for (i, l) in feed.iter().enumerate() {
        assert_eq!(l["n"].as_u64(), Some(i as u64 + 1));
        chain = kit::text::sha256(&[chain.as_bytes(), l["release"].to_string().as_bytes()]);
        assert_eq!(l["chain"].as_str(), Some(chain.as_str()), "{i}");
    }
    // Anybody may come back where they left off.
    let half = &feed[feed.len() / 2];
    let rest = lines(&v.get(&format!("/open/feed?after={}", half["seq"])).await);
    assert_eq!(rest, feed[feed.len() / 2 + 1..]);
    watch::open::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!(lines(&v.get("/open/feed").await), feed);
    v.get("/open").await.shows(&["开放数据", &chain[..16], "CC BY 4.0"]);

    // People and places of delivery stay out.
    let all = v.get("/open/feed").await.text();
    let db = mall.mall.watch.db();
    for r in db.rows("SELECT name, phone FROM person", params![]).await.unwrap() {
        assert!(!all.contains(r.str(0)) && !all.contains(r.str(1)), "{}", r.str(0));
    }
    for r in db.rows("SELECT DISTINCT address, contact FROM orders", params![]).await.unwrap() {
        assert!(!all.contains(r.str(0)) && !all.contains(r.str(1)), "{}", r.str(0));
    }
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_agree_with_each_other_and_with_the_orders() {
    let mall = traded().await;
    let v = mall.visitor();
    let db = mall.mall.watch.db();
    let month = db.one("SELECT month FROM open_release LIMIT 1", params![]).await.unwrap().text(0);
    let json = v.get(&format!("/open/{month}.json")).await;
    let package: Value = serde_json::from_str(&json.text()).unwrap();
    let releases = package["releases"].as_array().unwrap();
    assert_eq!(package["version"], "1.1");
    let jsonl = v.get(&format!("/open/{month}.jsonl")).await;
    assert_eq!(&lines(&jsonl), releases);
    let csv = v.get(&format!("/open/{month}.csv")).await;
    assert_eq!(csv.text().lines().count(), releases.len() + 1);
    let sums = v.get(&format!("/open/{month}.sha256")).await.text();
    for (page, ending) in [(&json, "json"), (&jsonl, "jsonl"), (&csv, "csv")] {
        let sum = kit::text::sha256(&[&page.body]);
        assert!(sums.contains(&format!("{sum}  {month}.{ending}\n")), "{ending}: {sums}");
    }
    for bad in ["/open/2019-01.json", "/open/x.json", &format!("/open/{month}.xml"), "/open/records/none.json"] {
        assert_eq!(v.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }

    // To the fen: what is contracted and paid, process by process.
    let fen = |v: &Value| (v["amount"].as_f64().unwrap() * 100.0).round() as i64;
    let sql = "SELECT o.number, o.total, COALESCE((SELECT CAST(SUM(p.amount) AS BIGINT) FROM payment p WHERE p.orders = o.id AND p.state = 'paid'), 0) \
               FROM orders o WHERE o.id IN (SELECT orders FROM notice WHERE kind = 'contract')";
    let orders = db.rows(sql, params![]).await.unwrap();
    assert!(orders.len() > 5);
    for o in orders {
        let page = v.get(&format!("/open/records/ocds-qicai0-{}.json", o.str(0))).await;
        let record: Value = serde_json::from_str(&page.text()).unwrap();
        let c = &record["records"][0]["compiledRelease"];
        assert_eq!(fen(&c["contracts"][0]["value"]), o.int(1), "{}", o.str(0));
        assert_eq!(fen(&c["awards"][0]["value"]), o.int(1));
        let paid: i64 = c["contracts"][0]["implementation"]["transactions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|t| fen(&t["value"]))
            .sum();
        assert_eq!(paid, o.int(2), "{}", o.str(0));
        assert_eq!(c["tender"]["procurementMethod"], "direct");
        assert!(c["contracts"][0]["documents"][0]["url"].as_str().unwrap().contains("/notices/"));
    }
}

/// After an auction led to a contract: one process from its notice to its contract.
pub async fn one_process(mall: &Box) {
    let feed = lines(&mall.visitor().get("/open/feed").await);
    let tags: Vec<String> = feed.iter().map(|l| l["release"]["tag"].to_string()).collect();
    assert_eq!(tags, [r#"["tender"]"#, r#"["award"]"#, r#"["award","contract"]"#]);
    let ocids: Vec<&str> = feed.iter().filter_map(|l| l["release"]["ocid"].as_str()).collect();
    assert!(ocids.iter().all(|o| *o == ocids[0]), "{ocids:?}");
    let page = mall.visitor().get(&format!("/open/records/{}.json", ocids[0])).await;
    let record: Value = serde_json::from_str(&page.text()).unwrap();
    let c = &record["records"][0]["compiledRelease"];
    assert_eq!(c["awards"].as_array().unwrap().len(), 1, "the award of the auction is the one of the contract");
    assert_eq!(c["awards"][0]["suppliers"], feed[1]["release"]["awards"][0]["suppliers"]);
    assert_eq!((&c["tender"]["procurementMethod"], &c["tender"]["status"]), (&"open".into(), &"complete".into()));
    assert_eq!(c["tender"]["awardCriteria"], "priceOnly");
    bids(mall, c).await;
}

/// What outside tools compute from: who took part, at what price, when, and how each was judged.
async fn bids(mall: &Box, c: &Value) {
    let bids = c["bids"]["details"].as_array().unwrap();
    let quoted = mall.number("SELECT COUNT(DISTINCT supplier) FROM auction_quote").await;
    assert_eq!(bids.len() as i64, quoted);
    assert_eq!(
        (&c["tender"]["numberOfTenderers"], c["tender"]["tenderers"].as_array().unwrap().len()),
        (&quoted.into(), bids.len())
    );
    let fen = |v: &Value| (v["amount"].as_f64().unwrap() * 100.0).round() as i64;
    let valid: Vec<&Value> = bids.iter().filter(|b| b["status"] == "valid").collect();
    let lowest = valid.iter().min_by_key(|b| fen(&b["value"])).unwrap();
    assert_eq!(fen(&lowest["value"]), mall.number("SELECT amount FROM auction").await);
    assert_eq!(lowest["tenderers"], c["awards"][0]["suppliers"], "the lowest valid bid is the award's");
    let out = mall.number("SELECT COUNT(*) FROM auction_entry WHERE verdict = 'fail' OR explained = 'rejected'").await;
    assert_eq!((bids.len() - valid.len()) as i64, out);
    let end = c["tender"]["tenderPeriod"]["endDate"].as_str().unwrap();
    for b in bids {
        assert!(b["date"].as_str().unwrap() <= end, "{b} after {end}");
        let who = &b["tenderers"][0]["id"];
        let party = c["parties"].as_array().unwrap().iter().find(|p| p["id"] == *who).unwrap();
        assert!(party["roles"].as_array().unwrap().iter().any(|r| r == "tenderer"), "{party}");
    }
    let number = c["tender"]["id"].as_str().unwrap();
    // The same in plain words, under the result's own address.
    let sql = "SELECT number FROM notice WHERE kind = 'auction_award'";
    let notice = mall.mall.watch.db().one(sql, params![]).await.unwrap().text(0);
    let v = mall.visitor();
    v.get(&format!("/deals/why/{notice}")).await.shows(&["竞价过程", "qicai recompute", "名次", number]);
    let why: Value = serde_json::from_str(&v.get(&format!("/deals/why/{notice}.json")).await.text()).unwrap();
    let quotes = why["auction"]["quotes"].as_array().unwrap();
    assert_eq!(quotes.len(), bids.len());
    let place = |q: &Value| q["place"].as_i64().filter(|p| *p > 0).unwrap_or(i64::MAX);
    assert!(quotes.windows(2).all(|w| place(&w[0]) <= place(&w[1])));
    assert_eq!(quotes.iter().filter(|q| q["out"] != "").count() as i64, out);
}

/// After an auction whose winners all left, one after the other: awards that were taken back, bids as they were judged.
pub async fn everybody_left(mall: &Box) {
    let feed = lines(&mall.visitor().get("/open/feed").await);
    let tags: Vec<String> = feed.iter().map(|l| l["release"]["tag"][0].as_str().unwrap().to_owned()).collect();
    let (award, gone) = ("award".to_owned(), "awardCancellation".to_owned());
    let named = mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'auction.awarded'").await as usize;
    assert!(named > 1);
    assert_eq!(tags.iter().filter(|t| **t == award).count(), named);
    assert_eq!(tags.iter().filter(|t| **t == gone).count(), named);
    assert_eq!(tags.last().unwrap(), "tenderUpdate");
    let ocid = feed[0]["release"]["ocid"].as_str().unwrap();
    let page = mall.visitor().get(&format!("/open/records/{ocid}.json")).await;
    let record: Value = serde_json::from_str(&page.text()).unwrap();
    assert!(record["extensions"][0].as_str().unwrap().contains("ocds_bid_extension"));
    let c = &record["records"][0]["compiledRelease"];
    let awards = c["awards"].as_array().unwrap();
    assert!(awards.len() == named && awards.iter().all(|a| a["status"] == "cancelled"), "{awards:?}");
    assert_eq!(c["tender"]["status"], "unsuccessful");
    let bids = c["bids"]["details"].as_array().unwrap();
    let out = bids.iter().filter(|b| b["status"] == "disqualified").count() as i64;
    assert_eq!(
        out,
        mall.number("SELECT COUNT(*) FROM auction_entry WHERE verdict = 'fail' OR explained = 'rejected'").await
    );
    assert!(bids.iter().all(|b| b["tenderers"].is_array()), "names stay public once they were");
    watch::open::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!(lines(&mall.visitor().get("/open/feed").await), feed, "bids are the same when made again");
}

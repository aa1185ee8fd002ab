//! 统计分析: figures that agree to the fen with the orders they count, however they are cut, and are the same when made again.
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

/// What counts, asked of the orders themselves.
const COUNTED: &str = "FROM orders o JOIN contract c ON c.orders = o.id WHERE c.signed_at IS NOT NULL AND o.state IN ('performing', 'completed')";

async fn traded(seed: u64, orders: u64) -> Box {
    let mall = Box::new().await;
    qicai::demo::more_orders(&mall.mall.watch, seed, orders).await.unwrap();
    mall.settle().await;
    mall
}

fn fen(yuan: &str) -> i64 {
    (yuan.parse::<f64>().unwrap() * 100.0).round() as i64
}

/// A file of statistics: rows without the line that says what it is, and without headings and the sum; then the sum.
async fn file(v: &Visitor, query: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let p = v.get(&format!("/statistics/table?format=csv&{query}")).await;
    assert_eq!(p.status, StatusCode::OK, "{}", p.text());
    let text = p.text();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let all: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    let sum = all.last().filter(|r| r[0] == "合计").cloned().unwrap_or_default();
    let rows = all.into_iter().skip(2).filter(|r| r[0] != "合计").collect();
    (rows, sum)
}

/// The sum and the number on the page of the orders that a figure opens.
async fn opened(v: &Visitor, query: &str) -> (usize, i64) {
    let p = v.get(&format!("/statistics/orders?format=csv&{query}")).await;
    let text = p.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let amounts: Vec<i64> = reader.records().map(|r| fen(&r.unwrap()[5])).collect();
    (amounts.len(), amounts.iter().sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_agrees_with_its_orders_to_the_fen() {
    let mall = traded(11, 40).await;
    let v = mall.visitor();
    let amount = mall.number(&format!("SELECT CAST(SUM(o.total) AS BIGINT) {COUNTED}")).await;
    let orders = mall.number(&format!("SELECT COUNT(*) {COUNTED}")).await;
    assert!(orders > 10, "{orders}");
    for dim in ["month", "city", "region", "unit", "supplier", "mode", "form", "size"] {
        let (rows, sum) = file(&v, &format!("rows={dim}")).await;
        assert_eq!(rows.iter().map(|r| fen(&r[1])).sum::<i64>(), amount, "{dim}");
        assert_eq!(rows.iter().map(|r| r[3].parse::<i64>().unwrap()).sum::<i64>(), orders, "{dim}");
        assert_eq!((fen(&sum[1]), sum[3].parse::<i64>().unwrap()), (amount, orders), "{dim}");
    }
    for dim in ["category", "fund"] {
        let (rows, _) = file(&v, &format!("rows={dim}")).await;
        assert_eq!(rows.iter().map(|r| fen(&r[1])).sum::<i64>(), amount, "{dim}");
    }
    assert_eq!(opened(&v, "").await, (orders as usize, amount));

    // By region, asked of the orders and asked of the statistics; and what the figure opens.
    let db = mall.mall.watch.db();
    let sql = format!(
        "SELECT o.region, CAST(SUM(o.total) AS BIGINT), COUNT(*) {COUNTED} GROUP BY o.region ORDER BY o.region"
    );
    for r in db.rows(&sql, params![]).await.unwrap() {
        let query = format!("region={}", r.str(0));
        assert_eq!(opened(&v, &query).await, (r.int(2) as usize, r.int(1)), "{query}");
        v.get(&format!("/statistics?{query}")).await.shows(&["统计", "成交额走势"]);
    }
    // Two dimensions: the cells of a row open their orders.
    let sql = "SELECT o.supplier, SUBSTR(l.category, 1, 5), CAST(SUM(l.price * l.quantity) AS BIGINT), COUNT(DISTINCT o.id) FROM orders o \
               JOIN order_line l ON l.orders = o.id JOIN contract c ON c.orders = o.id \
               WHERE c.signed_at IS NOT NULL AND o.state IN ('performing', 'completed') GROUP BY o.supplier, SUBSTR(l.category, 1, 5)";
    let cells = db.rows(sql, params![]).await.unwrap();
    assert!(cells.len() > 5);
    for r in &cells {
        let query = format!("supplier={}&category={}", r.int(0), r.str(1));
        assert_eq!(opened(&v, &query).await, (r.int(3) as usize, r.int(2)), "{query}");
    }
    let (rows, _) = file(&v, "rows=supplier&cols=category&measure=amount").await;
    let inner = |r: &[String]| r[1..r.len() - 1].iter().filter(|c| *c != "—").map(|c| fen(c)).sum::<i64>();
    assert_eq!(rows.iter().map(|r| inner(r)).sum::<i64>(), amount);
    for r in &rows {
        assert_eq!(inner(r), fen(&r[r.len() - 1]), "a row's sum stands at its end");
    }

    // Every figure of the page opens its orders: the address stands on the figure itself.
    let page = v.get("/statistics").await.text();
    for key in [
        "sme",
        "venue",
        "contested",
        "overdue",
        "saved-list",
        "based-market",
        "kept-publish",
        "late-deliver",
        "over-pay",
    ] {
        assert!(page.contains(&format!("counted={key}\"")), "{key}");
    }
    let sme = "SELECT CAST(SUM(d.amount) AS BIGINT), COUNT(*) FROM stat_deal d WHERE d.gone = 0 AND d.size <> 'large'";
    let sme = db.one(sme, params![]).await.unwrap();
    assert_eq!(opened(&v, "counted=sme").await, (sme.int(1) as usize, sme.int(0)));
    let saved = "SELECT CAST(SUM(list - amount) AS BIGINT) FROM stat_line WHERE list > 0";
    assert_eq!(opened(&v, "counted=saved-list").await.1, mall.number(saved).await);
    let paid = mall.number("SELECT COUNT(*) FROM stat_deal WHERE gone = 0 AND pay_end = 1").await;
    assert_eq!(opened(&v, "counted=kept-pay").await.0 as i64, paid);
    v.get("/statistics/orders?counted=kept-pay").await.shows(&["计入“按时付款”的订单", "counted=kept-pay"]);
    v.get("/statistics/orders?counted=x").await.refused("没有“x”这个指标");

    // The money that moved: accepted and paid are those of acceptances and payments.
    let accepted = mall.number("SELECT CAST(SUM(amount) AS BIGINT) FROM acceptance").await;
    let paid = mall.number("SELECT CAST(SUM(amount) AS BIGINT) FROM payment WHERE state = 'paid'").await;
    // Ranked by what is asked for.
    let (rows, _) = file(&v, "rows=unit&measure=orders").await;
    let ranked: Vec<i64> = rows.iter().map(|r| r[3].parse().unwrap()).collect();
    assert!(ranked.is_sorted_by(|a, b| a >= b) && ranked.len() > 2, "{ranked:?}");
    let (_, sum) = file(&v, "rows=month").await;
    assert_eq!((fen(&sum[sum.len() - 3]), fen(&sum[sum.len() - 2])), (accepted, paid));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counted_again_it_is_the_same_and_a_second_node_knows_it_too() {
    let mall = traded(23, 30).await;
    let watch = &mall.mall.watch;
    let rows = || async {
        let deals = "SELECT orders, seq, since, gone, day, region, size, amount, accepted, paid, publish_end, deliver_due, deliver_end, \
                     accept_due, accept_end, pay_due, pay_end FROM stat_deal ORDER BY orders";
        let lines = "SELECT orders, line, category, fund, venues, amount, list, market, paid, ceiling FROM stat_line ORDER BY orders, line";
        let mut out: Vec<String> = Vec::new();
        for sql in [deals, lines] {
            out.extend(watch.db().rows(sql, params![]).await.unwrap().iter().map(|r| format!("{r:?}")));
        }
        out
    };
    let (before, page) = (rows().await, mall.visitor().get("/statistics").await.text());
    assert!(before.len() > 20);
    watch::statistics::rebuild(watch).await.unwrap();
    assert_eq!(rows().await, before);
    assert_eq!(mall.visitor().get("/statistics").await.text(), page);

    let other = watch::Watch::open(watch.trade().clone()).unwrap();
    watch::statistics::follow(&other).await.unwrap();
    qicai::demo::more_orders(watch, 24, 6).await.unwrap();
    mall.settle().await;
    // The second node has nothing to write, and reads what the first wrote.
    watch::statistics::follow(&other).await.unwrap();
    let filter = rules::statistics::Filter { from: 0, to: i32::MAX, region: "37".into(), equal: Vec::new() };
    let wanted = [(rules::statistics::Dim::Month, None)];
    let (mine, theirs) = (
        watch.desk().tables(watch, &filter, &wanted).await.unwrap(),
        other.desk().tables(&other, &filter, &wanted).await.unwrap(),
    );
    assert_eq!(mine.made, theirs.made);
    assert_eq!(mine.position, theirs.position);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_cancelled_afterwards_stops_counting() {
    let mall = traded(31, 24).await;
    let v = mall.visitor();
    let db = mall.mall.watch.db();
    // One whose contract holds and of which nothing is shipped.
    let sql = format!(
        "SELECT o.id, o.total, p.login, o.supplier, o.region {} AND o.state = 'performing' AND NOT EXISTS \
         (SELECT 1 FROM order_line l WHERE l.orders = o.id AND l.shipped > 0) ORDER BY o.id",
        COUNTED.replace("WHERE", "JOIN person p ON p.id = o.handler WHERE")
    );
    let found = db.rows(&sql, params![]).await.unwrap();
    let o = found.first().expect("an order that can be cancelled");
    let (count, amount) = opened(&v, "").await;
    let handler = mall.login(o.str(2)).await;
    handler.post(&format!("/orders/{}/cancel", o.int(0)), &[("reason", "需求取消")]).await.leads();
    let sql = "SELECT p.login FROM person p JOIN org g ON g.id = p.org WHERE g.kind = 'finance' AND g.region = $1 AND p.login LIKE '%jianguan'";
    let office = db.row(sql, params![o.str(4)]).await.unwrap().map_or("sd.jianguan".to_owned(), |r| r.text(0));
    let office = mall.login(&office).await;
    office.post(&format!("/orders/{}/cancel/decide", o.int(0)), &[("agree", "1")]).await.leads();
    mall.settle().await;
    assert_eq!(opened(&v, "").await, (count - 1, amount - o.int(1)));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_are_answered_in_words() {
    let mall = Box::new().await;
    let v = mall.visitor();
    v.get("/statistics?from=2026").await.refused("月份请写成");
    v.get("/statistics?from=2026-05&to=2026-04").await.refused("不能早于");
    v.get("/statistics?region=37'--").await.refused("没有这个地区");
    v.get("/statistics/table?rows=person").await.refused("没有“person”这个维度");
    v.get("/statistics/report?month=13").await.refused("月份请写成");
    // What is asked of nothing is nothing, and says so.
    v.get("/statistics?region=4101").await.shows(&["这段时间没有成交"]);
    v.get("/statistics/orders?venue=nowhere").await.shows(&["没有符合条件的订单"]);
    v.get("/statistics/table?rows=venue&cols=size").await.shows(&["这段时间没有成交"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cockpit_shows_what_is_ones_own() {
    let mall = traded(47, 40).await;
    let county = mall.login("licheng.jianguan").await;
    let whole = county.get("/cockpit?region=37").await;
    whole.shows(&["今日态势", "历城区", "预算执行预测"]);
    let amount = mall
        .number(&format!("SELECT COALESCE(CAST(SUM(o.total) AS BIGINT), 0) {COUNTED} AND o.region = '370112'"))
        .await;
    let tile = rules::Fen(amount);
    let shown = format!("{:.2}", tile.0 as f64 / 1_000_000.0);
    whole.shows(&[&shown]);
    let handler = mall.login("licheng.jingban").await;
    let own = handler.get("/cockpit").await;
    let sql = "SELECT g.name FROM person p JOIN org g ON g.id = p.org WHERE p.login = 'licheng.jingban'";
    let name = mall.mall.watch.db().one(sql, params![]).await.unwrap().text(0);
    own.shows(&["今日态势", "预算执行预测", &name]);
    let unit = mall.number("SELECT org FROM person WHERE login = 'licheng.jingban'").await;
    let others = mall.number(&format!("SELECT COUNT(*) {COUNTED} AND o.unit <> {unit}")).await;
    assert!(others > 0);
    let amount =
        mall.number(&format!("SELECT COALESCE(CAST(SUM(o.total) AS BIGINT), 0) {COUNTED} AND o.unit = {unit}")).await;
    own.shows(&[&format!("{:.2}", amount as f64 / 1_000_000.0)]);
    // What a unit has not spent is not for the public.
    assert!(!mall.visitor().get("/statistics").await.text().contains("预算执行预测"));
    assert_eq!(mall.visitor().get("/cockpit").await.status, StatusCode::SEE_OTHER);
}

//! 巡检: announced before drawn, drawn by nobody's choice, findings heard before anything follows, the month's bulletin.
use crate::job::{paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

async fn announce(v: &Visitor, kind: &str, category: &str, size: &str, month: &str) -> Page {
    let fields = [("title", "打印机巡检"), ("kind", kind), ("category", category), ("size", size), ("month", month)];
    v.post("/inspections", &fields).await
}

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

async fn record(v: &Visitor, at: &str, offer: i64, rule: &str, words: &str, delist: &str) -> Page {
    let fields = [("rule", rule), ("words", words), ("delist", delist)];
    v.upload(&format!("{at}/tasks/{offer}"), &fields, "file", "a.jpg", b"photo").await
}

async fn offers(mall: &Box, at: &str) -> Vec<i64> {
    let id = at.trim_start_matches("/inspections/");
    let sql = format!("SELECT offer FROM inspection_task WHERE inspection = {id} ORDER BY place");
    mall.mall.watch.db().rows(&sql, params![]).await.unwrap().iter().map(|r| r.int(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_by_nobodys_choice_and_can_be_drawn_again() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    announce(&centre, "king", "", "5", "").await.refused("巡检方式");
    announce(&centre, "sample", "X99", "5", "").await.refused("没有这个品目");
    announce(&centre, "sample", "", "0", "").await.refused("1 到 2000");
    announce(&centre, "sample", "", "五", "").await.refused("抽样数量");
    announce(&centre, "deals", "", "", "").await.refused("哪个月");
    assert_eq!(
        announce(&mall.login("jinan.jianguan").await, "sample", "", "5", "").await.status,
        StatusCode::FORBIDDEN
    );
    let at = path(&announce(&centre, "sample", "A020210", "5", "").await);
    mall.visitor().get(&at).await.shows(&["随机数承诺", "已公告"]);
    assert_eq!(mall.visitor().get(&format!("{at}/record.json")).await.status, StatusCode::NOT_FOUND);
    // Nothing was recorded since: who draws now would know what decides.
    centre.post(&format!("{at}/draw"), &[]).await.refused("还没有别的记录");
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&[("XJ-1", "100.00", "50")])).await;
    assert_eq!(mall.login("zibo.jicai").await.post(&format!("{at}/draw"), &[]).await.status, StatusCode::NOT_FOUND);
    centre.post(&format!("{at}/draw"), &[]).await.leads();
    centre.post(&format!("{at}/draw"), &[]).await.refused("不能这样办理");
    let text = mall.visitor().get(&format!("{at}/record.json")).await.text();
    let v: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(watch::inspections::verify(&v).unwrap().contains("drew 5 of"));
    let mut touched = v.clone();
    touched["chosen"][0] = "1".into();
    assert!(watch::inspections::verify(&touched).is_err());

    // Findings are told to the supplier, who is heard; the public sees numbers, not names.
    let all = offers(&mall, &at).await;
    assert_eq!(all.len(), 5);
    record(&centre, &at, all[0], "credit.deduct.buyer_split", "x", "").await.refused("问题种类");
    record(&centre, &at, all[0], "credit.deduct.goods_differ", "", "").await.refused("写明事实");
    record(&centre, &at, all[0], "credit.deduct.goods_differ", "速度与所列不符", "1").await.leads();
    record(&centre, &at, all[0], "", "", "").await.refused("已经检查过");
    centre.post(&format!("{at}/close"), &[]).await.refused("还有 4 件没有检查");
    for offer in &all[1..] {
        record(&centre, &at, *offer, "", "", "").await.leads();
    }
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.goods_differ' AND state = 'told'").await,
        1
    );
    assert_eq!(
        mall.number(&format!("SELECT stops FROM offer WHERE id = {}", all[0])).await & 2,
        0,
        "not before the hearing"
    );
    let public = mall.visitor().get(&at).await.text();
    assert!(!public.contains("速度与所列不符"), "{public}");
    mall.login("jinan.shenji").await.get(&at).await.shows(&["速度与所列不符"]);
    centre.post(&format!("{at}/close"), &[]).await.leads();
    mall.visitor().get("/inspections").await.shows(&[
        "打印机巡检",
        "20.00%",
        "所供与所列不符 1 件",
        "月末之后自动发布",
    ]);

    mall.settle().await;
    let notice = mall.number("SELECT id FROM notice WHERE kind = 'inspection'").await;
    let told = mall.visitor().get(&format!("/notices/{notice}")).await;
    told.shows(&[
        "打印机巡检（巡检公示）",
        "没有问题 4 件，有问题 1 件",
        &format!("href=\"{at}\""),
        "/inspections?month=",
    ]);
    // The office of the region answers for it, and no other.
    centre.get(&format!("/notices/{notice}/correct")).await.shows(&["更正文字"]);
    let zibo = mall.login("zibo.jicai").await;
    assert_eq!(zibo.get(&format!("/notices/{notice}/correct")).await.status, StatusCode::NOT_FOUND);

    // The month ends: its bulletin is published by itself, once, and stays.
    let month = rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()))[..7].to_owned();
    crate::auctions::later(&mall, 32 * 86_400_000).await;
    crate::auctions::later(&mall, 86_400_000).await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM inspection_bulletin").await, 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'inspection.bulletin'").await, 1);
    assert_eq!(mall.number("SELECT looked * 100 + found FROM inspection_bulletin").await, 501);
    let old = mall.visitor().get(&format!("/inspections?month={month}")).await;
    old.shows(&["自动发布，已记入", "历月通报", "5 件", "20.00%"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_looks_at_everything_and_at_all_that_was_bought() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let seller = mall.login("lantian.guanli").await;
    shelve(&mall, &seller, &paper(&[("XJ-2", "100.00", "50")])).await;
    crate::auctions::force(&mall, "UPDATE product SET attrs = '[[\"克重\",\"7g\"]]' WHERE model = 'XJ-2'").await;
    let at = path(&announce(&centre, "machine", "A05040101", "", "").await);
    shelve(&mall, &seller, &paper(&[("XJ-3", "100.00", "50")])).await;
    centre.post(&format!("{at}/draw"), &[]).await.leads();
    let found = centre.get(&at).await;
    found.shows(&["机器提示", "不在合理范围里", "缺少参数"]);
    let listed = mall
        .number("SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.category LIKE 'A05040101%' AND o.state = 'listed'")
        .await;
    assert_eq!(mall.number("SELECT MAX(population) FROM inspection").await, listed);
    assert_eq!(offers(&mall, &at).await.len(), 1, "only what the machine doubts is left to people");

    // The deals of this month: none yet, and that is said.
    let month = rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()));
    let at = path(&announce(&centre, "deals", "", "", &month[..7]).await);
    shelve(&mall, &seller, &paper(&[("XJ-4", "100.00", "50")])).await;
    centre.post(&format!("{at}/draw"), &[]).await.leads();
    assert_eq!(offers(&mall, &at).await.len(), 0);
    centre.post(&format!("{at}/close"), &[]).await.leads();
    mall.sound().await;
}

//! 投诉、调解、举报: both sides are heard, clocks run by themselves, what is upheld becomes a case with its own hearing.
use crate::auctions::later;
use crate::conduct::stay;
use crate::job::{buy, find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;

const DAY: i64 = 86_400_000;

async fn act(v: &Visitor, at: &str, act: &str, words: &str) -> Page {
    v.upload(&format!("{at}/act"), &[("act", act), ("words", words)], "file", "a.jpg", b"photo").await
}

async fn file(v: &Visitor, order: &str, reason: &str, words: &str) -> Page {
    v.upload(&format!("{order}/dispute"), &[("reason", reason), ("words", words)], "file", "", b"").await
}

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

async fn an_order(mall: &Box) -> String {
    let handler = mall.login("licheng.jingban").await;
    shelve(mall, &mall.login("lantian.guanli").await, &paper(&[("TS-1", "100.00", "50")])).await;
    let product = find(&handler, "TS-1").await;
    path(&buy(&handler, &product, "2").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_heard_and_decided() {
    let mall = Box::new().await;
    let order = an_order(&mall).await;
    let (buyer, seller) = (mall.login("licheng.jingban").await, mall.login("lantian.dingdan").await);
    let centre = mall.login("jinan.jicai").await;
    stay(&mall).await;
    buyer.get(&order).await.shows(&["由集采机构调解"]);
    file(&buyer, &order, "fee", "x").await.refused("还没有送到供应商");
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[]).await.leads();
    file(&buyer, &order, "", "x").await.refused("选择投诉的事由");
    file(&buyer, &order, "pay", "x").await.refused("选择投诉的事由");
    file(&buyer, &order, "fee", "").await.refused("事实和要求");
    assert_eq!(file(&mall.login("quancheng.dingdan").await, &order, "pay", "x").await.status, StatusCode::NOT_FOUND);
    let at = path(&file(&buyer, &order, "fee", "送货时另收了 50 元搬运费").await);
    file(&buyer, &order, "late", "又一件").await.refused("已有一件投诉");

    // Only the two sides and their centre; the other side answers first.
    assert_eq!(mall.login("quancheng.dingdan").await.get(&at).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.login("zibo.jicai").await.get(&at).await.status, StatusCode::NOT_FOUND);
    act(&centre, &at, "uphold", "x").await.refused("不能这样办理");
    assert_eq!(act(&buyer, &at, "answer", "x").await.status, StatusCode::FORBIDDEN);
    act(&seller, &at, "answer", "").await.refused("说明");
    act(&seller, &at, "answer", "搬到五楼的费用").await.leads();
    act(&buyer, &at, "say", "合同写明送到桌前").await.leads();
    centre.get(&at).await.shows(&["另收运费", "搬到五楼", "送到桌前", "认定成立"]);
    assert_eq!(act(&seller, &at, "uphold", "x").await.status, StatusCode::FORBIDDEN);
    act(&centre, &at, "uphold", "价格包括送货上门").await.leads();
    act(&buyer, &at, "withdraw", "x").await.refused("不能这样办理");
    let case = "SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.complaint_upheld' AND state = 'told'";
    assert_eq!(mall.number(case).await, 1, "a notice, not yet a point");
    buyer.get(&at).await.shows(&["成立", "已告知"]);

    // The supplier complains too; nobody answers, the centre goes on; it is settled.
    let at = path(&file(&seller, &order, "accept", "货到十天没有验收").await);
    later(&mall, 6 * DAY).await;
    centre.get(&at).await.shows(&["逾期未答复", "待集采机构处理"]);
    act(&seller, &at, "settle", "已经验收了").await.leads();
    centre.get(&at).await.shows(&["已和解"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_reports_a_high_price_and_finds_it_again() {
    let mall = Box::new().await;
    an_order(&mall).await;
    let offer = mall.number("SELECT o.id FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'TS-1'").await;
    let at = format!("/offers/{offer}/report");
    let somebody = mall.visitor();
    let report = async |v: &Visitor, words: &str| v.upload(&at, &[("words", words)], "file", "", b"").await;
    report(&somebody, "").await.refused("在哪里看到更低的价格");
    let text = report(&somebody, "https://shop.example 2026-11-20 卖 80 元").await.text();
    let codes: Vec<&str> = text.split("<b class=\"mono\">").skip(1).map(|r| r.split('<').next().unwrap()).collect();
    let [number, key] = codes[..] else { panic!("{text}") };
    let stored = mall.number(&format!("SELECT COUNT(*) FROM dispute WHERE key_hash LIKE '%{key}%'")).await;
    assert_eq!(stored, 0, "the key itself is kept nowhere");
    let track = async |n: &str, k: &str| somebody.post("/reports", &[("number", n), ("key", k)]).await;
    track(number, "000000").await.refused("编号或查询码不对");
    track(number, "").await.refused("编号或查询码不对");
    track(number, key).await.shows(&["待对方答复", "卖 80 元", "社会公众"]);

    let own = mall.login("lantian.dingdan").await;
    report(&own, "x").await.refused("不能举报本单位自己");
    let rival = mall.login("quancheng.dingdan").await;
    report(&rival, "市场上 79 元").await.shows(&["已收到举报", "投诉与调解"]);
    report(&rival, "再来一次").await.refused("正在办理");
    rival.get("/disputes").await.shows(&["价格高于市场"]);

    let id = mall.number("SELECT MIN(id) FROM dispute").await;
    act(&own, &format!("/disputes/{id}"), "answer", "含送货上门").await.leads();
    let centre = mall.login("jinan.jicai").await;
    let centre =
        if centre.get(&format!("/disputes/{id}")).await.status == 200 { centre } else { mall.login("sd.jicai").await };
    act(&centre, &format!("/disputes/{id}"), "dismiss", "同款含运费价格相当").await.leads();
    track(number, key).await.shows(&["不成立", "含运费价格相当"]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.complaint_upheld'").await, 0);
    mall.sound().await;
}

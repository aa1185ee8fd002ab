//! 全程留痕 and 运行状态 speak Chinese: kinds, subjects and followers have words, the code stands small beside them.
use crate::job::{buy, find};
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

/// An order of Licheng's, its id, its number and the number of its first entry.
async fn ordered(mall: &Box) -> (i64, String, i64) {
    let buyer = mall.login("licheng.jingban").await;
    let product = find(&buyer, "得力 Z7503").await;
    buy(&buyer, &product, "2").await.leads();
    mall.settle().await;
    let sql = "SELECT id, number FROM orders ORDER BY id DESC LIMIT 1";
    let o = mall.mall.watch.db().one(sql, params![]).await.unwrap();
    let seq = mall.number("SELECT seq FROM journal WHERE kind = 'order.placed' ORDER BY seq DESC LIMIT 1").await;
    (o.int(0), o.text(1), seq)
}

async fn lacks(v: &Visitor, path: &str, words: &[&str]) {
    let text = v.get(path).await.text();
    for w in words {
        assert!(!text.contains(w), "{path} shows {w}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_reads_what_happened_to_what_in_words() {
    let mall = Box::new().await;
    let (id, number, seq) = ordered(&mall).await;
    let said = "提交订单，冻结预算，锁定价格和库存";
    let (code, link) = (format!("order/{id}"), format!("<a href=\"/orders/{id}\">订单 {number}</a>"));
    let office = mall.login("jinan.jianguan").await;
    office.get("/journal").await.shows(&[said, "<span class=\"mono muted small\">order.placed</span>", &link, &code]);
    // The filter offers families and kinds; a kind is exactly that kind, a family all of its kinds.
    let one = office.get("/journal?kind=order.placed").await;
    one.shows(&[
        "<optgroup label=\"订单\"><option value=\"order.\">订单：全部</option>",
        "<option value=\"order.placed\" selected>订单：提交订单，冻结预算，锁定价格和库存</option>",
        said,
    ]);
    office.get("/journal?kind=order.").await.shows(&["<option value=\"order.\" selected>", said]);
    office.get("/journal?kind=order.place").await.shows(&[
        "<option value=\"order.place\" selected>order.place</option>",
        "没有符合条件的记录。<a href=\"/journal\">看全部记录</a>",
    ]);
    // A record is found by the number on paper as well as by the journal's code.
    office.get(&format!("/journal?subject={number}")).await.shows(&[said, &link]);
    office.get(&format!("/journal?subject={code}")).await.shows(&[said, &link]);
    office.get("/journal?subject=370000-000000-NONE").await.shows(&["没有符合条件的记录。"]);
    office.get(&format!("/journal/{seq}")).await.shows(&[said, "order.placed", &link, &code, "与内容一致"]);
    assert_eq!(office.get(&format!("/orders/{id}")).await.status, StatusCode::OK, "the link opens");
    // Another city's office reads neither the entry nor, by the number, that there is one.
    let other = mall.login("weihai.jianguan").await;
    lacks(&other, &format!("/journal?subject={number}"), &[&format!("{said}<br>"), &link]).await;
    assert_eq!(other.get(&format!("/journal/{seq}")).await.status, StatusCode::NOT_FOUND);
    // Who is written about by id is shown by name to the office; a page that is not the reader's is no link.
    let root = mall.login("sd.jianguan").await;
    root.get("/journal?kind=facts.").await.shows(&["写入地区、品目和规则", "基础资料"]);
    let centre = mall.login("jinan.jicai").await;
    lacks(&centre, "/journal", &["href=\"/golive/", "href=\"/audits/", "href=\"/rulebook/"]).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_what_it_is_about_to_those_concerned_only() {
    let mall = Box::new().await;
    let (id, number, seq) = ordered(&mall).await;
    let (at, said) = (format!("/log/receipt/{seq}"), "提交订单，冻结预算，锁定价格和库存");
    let unit = mall.login("licheng.jingban").await;
    let about = format!("订单 {number}");
    unit.get(&at).await.shows(&[said, "order.placed", &about, &format!("order/{id}")]);
    unit.get(&format!("/log?number={number}")).await.shows(&[said, "order.placed"]);
    for stranger in [mall.visitor(), mall.login("lixia.jingban").await] {
        stranger.get(&at).await.shows(&["内容只对办理的单位"]);
        lacks(&stranger, &at, &[said, "order.placed", &about]).await;
        lacks(&stranger, &format!("/log?number={number}"), &[said, "order.placed"]).await;
    }
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_and_erasable_kinds_have_names() {
    let mall = Box::new().await;
    mall.settle().await;
    mall.login("yunwei").await.get("/status").await.shows(&[
        "公开公示 <span class=\"mono muted small\">disclosure</span>",
        "商品搜索 <span class=\"mono muted small\">search</span>",
        "把每一条记录写进公开日志并签名",
    ]);
    mall.login("sd.jianguan").await.get("/erasures").await.shows(&[
        "品牌：申请收录品牌（<span class=\"mono muted small\">brand.asked</span>）",
        "批量需求：退回，预算释放（<span class=\"mono muted small\">demand.returned</span>）",
    ]);
    mall.sound().await;
}

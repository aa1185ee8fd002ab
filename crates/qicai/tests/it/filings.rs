//! 商品审核: what waits, what does not, who decides, what a decision brings about.
use crate::auctions::later;
use crate::conduct::stay;
use crate::job::{find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};
use supply::offers::import::{COLUMNS, example};

const DAY: i64 = 86_400_000;

/// A file with rows made from the example by changing columns.
fn rows(list: &[&[(usize, &str)]]) -> Vec<u8> {
    let mut out = vec![COLUMNS.map(str::to_owned).to_vec()];
    for changes in list {
        let mut r = example();
        for (i, v) in *changes {
            r[*i] = (*v).to_owned();
        }
        out.push(r);
    }
    kit::sheet::xlsx_of("商品", &out).unwrap()
}

/// Uploads and confirms, whatever becomes of the rows; returns the page of the file.
async fn send(mall: &Box, seller: &Visitor, file: &[u8]) -> Page {
    let at = seller.upload("/imports", &[], "file", "offers.xlsx", file).await.leads().to_owned();
    mall.settle().await;
    seller.post(&format!("{at}/confirm"), &[]).await.leads();
    mall.settle().await;
    seller.get(&at).await
}

/// Ids of what waits, oldest first.
async fn waiting(mall: &Box) -> Vec<i64> {
    let sql = "SELECT id FROM filing WHERE state = 'waiting' ORDER BY id";
    mall.mall.watch.db().rows(sql, params![]).await.unwrap().iter().map(|r| r.int(0)).collect()
}

async fn judge(v: &Visitor, id: i64, pass: bool, code: &str) -> Page {
    v.post(&format!("/filings/{id}/judge"), &[("pass", if pass { "1" } else { "0" }), ("code", code)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rise_waits_a_cut_does_not() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    shelve(&mall, &seller, &paper(&[("SH-1", "100.00", "50")])).await;
    let product = find(&centre, "SH-1").await;
    let id = product.trim_start_matches("/products/");
    let sql = format!("SELECT id FROM offer WHERE product = {id}");
    let offer = mall.number(&sql).await;
    let price = format!("SELECT price FROM offer WHERE id = {offer}");
    let set = async |v: &str, stock: &str| {
        seller.post(&format!("/offers/{offer}"), &[("price", v), ("stock", stock), ("listed", "1")]).await
    };
    set("90.00", "60").await.leads();
    assert_eq!(mall.number(&price).await, 9_000);
    set("120.00", "70").await.leads();
    assert_eq!(mall.number(&price).await, 9_000, "the old price holds while the new one waits");
    assert_eq!(mall.number(&format!("SELECT stock FROM offer WHERE id = {offer}")).await, 70);
    // A newer wish takes the place of the older one; by file it is the same.
    set("110.00", "70").await.leads();
    send(&mall, &seller, &paper(&[("SH-1", "115.00", "80")])).await.shows(&["其中待审核"]);
    assert_eq!(waiting(&mall).await.len(), 1);
    assert_eq!(mall.number(&format!("SELECT stock FROM offer WHERE id = {offer}")).await, 80);
    let first = waiting(&mall).await[0];

    centre.get("/filings").await.shows(&["涨价", "¥90.00", "¥115.00", "高 27.7%"]);
    mall.login("jinan.shenji").await.get("/filings").await.shows(&["待审核"]);
    assert!(!mall.login("zibo.jicai").await.get("/filings").await.text().contains("SH-1"));
    assert_eq!(judge(&mall.login("zibo.jicai").await, first, true, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(judge(&seller, first, true, "").await.status, StatusCode::FORBIDDEN);
    judge(&centre, first, false, "").await.refused("选择原因");
    judge(&centre, first, false, "G99").await.refused("写明");
    judge(&centre, first, false, "G06").await.leads();
    judge(&centre, first, true, "").await.refused("已经审完");
    assert_eq!(mall.number(&price).await, 9_000);
    seller.get("/filings").await.shows(&["未通过", "涨价没有依据"]);

    // Once more, taken back; and once more, passed.
    set("95.00", "80").await.leads();
    let second = waiting(&mall).await[0];
    assert_eq!(
        mall.login("quancheng.guanli").await.post(&format!("/filings/{second}/withdraw"), &[]).await.status,
        404
    );
    seller.post(&format!("/filings/{second}/withdraw"), &[]).await.leads();
    set("95.00", "80").await.leads();
    let third = waiting(&mall).await[0].to_string();
    centre.post("/filings/batch", &[("pass", "1")]).await.refused("先勾选");
    centre.post("/filings/batch", &[("pass", "1"), ("id", &third), ("id", "1"), ("id", "x")]).await.leads();
    assert_eq!(mall.number(&price).await, 9_500);
    mall.settle().await;
    mall.visitor().get(&product).await.shows(&["¥95.00"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_asks_people_where_it_doubts() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    let shelf = "SELECT COUNT(*) FROM product WHERE model LIKE 'JQ-%'";
    let page = send(
        &mall,
        &seller,
        &rows(&[
            &[(3, "JQ-1"), (11, "https://shop.example/1")],
            &[(3, "JQ-1 Z")],
            &[(3, "JQ-2"), (0, "机关特供 A4 纸")],
            &[(3, "JQ-3"), (4, "张")],
            &[(3, "JQ-4"), (8, "规格=A4")],
            &[(3, "JQ-5"), (8, "规格=A4;克重=70g;颜色=彩色(+5元)")],
        ]),
    )
    .await;
    page.shows(&["其中待审核", "特供"]);
    assert_eq!(mall.number(shelf).await, 1, "only the one without a doubt is on the shelf");
    centre.get("/filings").await.shows(&[
        "goods.duplicate",
        "goods.unit",
        "goods.attr_missing",
        "goods.bundle",
        "箱、包、令",
    ]);
    let all = waiting(&mall).await;
    assert_eq!(all.len(), 4);
    judge(&centre, all[0], false, "G04").await.leads();
    judge(&centre, all[2], true, "").await.leads();
    mall.settle().await;
    assert_eq!(mall.number(shelf).await, 2);
    find(&centre, "JQ-4").await;

    // Other parameters for goods that are there wait too; the difference alone is shown.
    send(&mall, &seller, &rows(&[&[(3, "JQ-1"), (8, "克重=80g;规格=A4;包装=5包/箱"), (11, "https://shop.example/1")]]))
        .await;
    let change = *waiting(&mall).await.last().unwrap();
    let text = centre.get("/filings").await.text();
    let card = text.split("参数变更").nth(1).unwrap().split("</article>").next().unwrap();
    let card = card.split("class=\"diff\"").nth(1).unwrap();
    assert!(card.contains("70g") && card.contains("80g") && !card.contains("5包/箱"), "{card}");
    judge(&centre, change, true, "").await.leads();
    let attrs = "SELECT COUNT(*) FROM product WHERE model = 'JQ-1' AND attrs LIKE '%80g%'";
    assert_eq!(mall.number(attrs).await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reviewers_look_independently_and_a_third_decides() {
    let mall = Box::new().await;
    let seller = mall.login("yiliao.guanli").await;
    let (city, province) = (mall.login("jinan.jicai").await, mall.login("sd.jicai").await);
    let third = mall.deputy("sd.jicai", "sd.fuhe").await;
    let row = |model: &'static str| -> Vec<(usize, &'static str)> {
        vec![
            (0, "测试口罩 不含运费另"),
            (1, "A02323000"),
            (2, "稳健"),
            (3, model),
            (4, "盒"),
            (5, "30.00"),
            (7, "370000"),
            (8, "数量=50只;类型=医用外科"),
        ]
    };
    let (a, b) = (row("KZ-1"), row("KZ-2"));
    send(&mall, &seller, &rows(&[&a, &b])).await;
    let all = waiting(&mall).await;
    assert_eq!(all.len(), 2);
    let state = async |id: i64, want: &str| {
        let sql = format!("SELECT COUNT(*) FROM filing WHERE id = {id} AND state = '{want}'");
        assert_eq!(mall.number(&sql).await, 1, "{id} {want}");
    };
    // They agree: decided. What the first found is not shown to the second.
    judge(&city, all[0], false, "G07").await.leads();
    judge(&city, all[0], true, "").await.refused("已经审过");
    state(all[0], "waiting").await;
    assert!(!province.get("/filings").await.text().contains("已审 1"));
    judge(&province, all[0], false, "G07").await.leads();
    state(all[0], "refused").await;
    // They differ: a third person decides.
    judge(&city, all[1], true, "").await.leads();
    judge(&province, all[1], false, "G07").await.leads();
    state(all[1], "waiting").await;
    third.get("/filings").await.shows(&["第三人复核"]);
    judge(&third, all[1], true, "").await.leads();
    state(all[1], "passed").await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_nobody_confirms_go_off_the_shelf() {
    let mall = Box::new().await;
    let seller = mall.login("lantian.guanli").await;
    shelve(&mall, &seller, &paper(&[("CQ-1", "100.00", "50")])).await;
    stay(&mall).await;
    let live =
        "SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'CQ-1' AND o.stops & 16 = 0";
    let warned = "SELECT COUNT(*) FROM message m JOIN org g ON g.id = m.org WHERE g.name LIKE '%蓝天示例%' AND m.words LIKE '长期没有更新%'";
    later(&mall, 165 * DAY).await;
    later(&mall, 2 * DAY).await;
    assert_eq!(mall.number(warned).await, 1, "warned once");
    assert_eq!(mall.number(live).await, 1);
    later(&mall, 20 * DAY).await;
    assert_eq!(mall.number(live).await, 0);
    seller.post("/offers/confirm", &[]).await.leads();
    assert_eq!(mall.number(live).await, 1);
    later(&mall, DAY).await;
    assert_eq!(mall.number(live).await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_wish_keeps_its_place_and_goods_off_the_shelf_stay_off() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    shelve(&mall, &seller, &paper(&[("TY-1", "100.00", "50"), ("TY-2", "100.00", "50")])).await;
    send(&mall, &seller, &paper(&[("TY-1", "110.00", "50")])).await;
    let first = waiting(&mall).await;
    send(&mall, &seller, &paper(&[("TY-1", "110.00", "60")])).await;
    assert_eq!(waiting(&mall).await, first, "the same wish again keeps its place");
    send(&mall, &seller, &paper(&[("TY-1", "111.00", "60")])).await;
    assert_ne!(waiting(&mall).await, first, "another wish takes its place");

    // Taken off, then asked dearer: it comes back at the new price or not at all.
    let offer = "SELECT o.id FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'TY-2'";
    let offer = mall.number(offer).await;
    seller.post(&format!("/offers/{offer}"), &[("price", "100.00"), ("stock", "50")]).await.leads();
    send(&mall, &seller, &paper(&[("TY-2", "120.00", "70")])).await;
    let listed =
        |price: i64| format!("SELECT COUNT(*) FROM offer WHERE id = {offer} AND state = 'listed' AND price = {price}");
    assert_eq!(mall.number(&listed(10_000)).await, 0, "not sold at a price nobody asks any more");
    let last = *waiting(&mall).await.last().unwrap();
    judge(&centre, last, true, "").await.leads();
    assert_eq!(mall.number(&listed(12_000)).await, 1);
    mall.sound().await;
}

//! 电商平台对接 against the reference server: the test console, what is pulled, what a platform may not make the mall do, orders
//! handed over, and that nothing waits while a foreign server sleeps.
use crate::auctions::force;
use crate::conduct::stay;
use crate::job::find;
use crate::mall::{Box, Visitor};
use crate::reference::{Goods, Shop};
use axum::http::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};

const MINUTE: i64 = 60_000;

fn paper(price: &'static str, model: &str) -> Goods {
    Goods {
        name: "得力 A4 复印纸 70g",
        brand: "得力",
        category: "A05040101",
        price,
        listed: true,
        remain: 300,
        param: json!({"型号": model, "单位": "箱", "规格": "A4", "克重": "70g", "可比数量": "2500 张"}),
    }
}

fn stocked(shop: &Shop) {
    shop.with(|i| {
        i.goods.insert("S1", paper("100.00", "PT-1"));
        i.goods.insert("S2", paper("120.00", "PT-2"));
        i.goods.insert("S3", Goods { brand: "没有这个牌子", ..paper("90.00", "PT-3") });
        let mut png = std::io::Cursor::new(Vec::new());
        let image = image::RgbImage::from_fn(300, 300, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        i.picture = png.into_inner();
    });
}

async fn run(mall: &Box) {
    supply::platforms::run(mall.mall.watch.trade()).await.unwrap();
    mall.settle().await;
}

async fn describe(v: &Visitor, address: &str, secret: &str) -> crate::mall::Page {
    v.post("/platform", &[("address", address), ("app_key", "qicai-demo"), ("secret", secret)]).await
}

/// A supplier whose platform passed and is on.
async fn switched_on(mall: &Box, shop: &Shop) -> (Visitor, i64) {
    let seller = mall.login("lantian.guanli").await;
    describe(&seller, &format!("{}/mall", shop.address), "open sesame").await.leads();
    seller.post("/platform/test", &[]).await.leads();
    run(mall).await;
    let id = mall.number("SELECT supplier FROM platform").await;
    mall.login("sd.jicai").await.post(&format!("/platforms/{id}/switch"), &[("on", "1")]).await.leads();
    (seller, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_tested_switched_on_and_pulled() {
    let shop = Shop::open().await;
    stocked(&shop);
    let mall = Box::with(|s| s.platforms = vec![shop.address.clone()]).await;
    stay(&mall).await;
    let (seller, province) = (mall.login("lantian.guanli").await, mall.login("sd.jicai").await);
    let address = format!("{}/mall", shop.address);

    // Only registered addresses, whatever they look like.
    for bad in [
        "http://127.0.0.1:1/mall",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        &format!("{}.evil.example/x", shop.address),
    ] {
        describe(&seller, bad, "x").await.refused("还没有在平台登记").refused(&bad.replace('&', "&amp;"));
    }
    seller.post("/platform/test", &[]).await.refused("请先填写");
    assert_eq!(mall.login("lantian.dingdan").await.get("/platform").await.status, StatusCode::FORBIDDEN);

    // A wrong secret: the first call says so, the others are not tried, and it cannot be switched on.
    describe(&seller, &address, "wrong").await.leads();
    seller.post("/platform/test", &[]).await.leads();
    seller.get("/platform").await.shows(&["正在测试"]);
    run(&mall).await;
    seller.get("/platform").await.shows(&["未通过", "TOKEN001", "没有测", "待测试"]);
    let id = mall.number("SELECT supplier FROM platform").await;
    let switch = format!("/platforms/{id}/switch");
    province.post(&switch, &[("on", "1")]).await.refused("全部通过后才能启用");
    mall.login("jinan.jicai").await.post(&switch, &[("on", "1")]).await.refused("由省级启用");

    // One call that answers nonsense keeps it out too.
    describe(&seller, &address, "open sesame").await.leads();
    shop.with(|i| i.broken = Some(("getProductInventory", json!({"isSuccess": true, "result": {"state": "有"}}))));
    seller.post("/platform/test", &[]).await.leads();
    run(&mall).await;
    seller.get("/platform").await.shows(&["state 应是 00 或 03", "待测试"]);
    shop.with(|i| i.broken = None);
    seller.post("/platform/test", &[]).await.leads();
    run(&mall).await;
    seller.get("/platform").await.shows(&["测试通过，待省级启用", "对方单号 W1"]);
    shop.with(|i| assert_eq!(i.orders.values().next().unwrap()["remark"], "接口测试，请勿发货"));
    let secret =
        mall.number("SELECT COUNT(*) FROM platform WHERE app_key LIKE '%sesame%' OR report LIKE '%sesame%'").await;
    assert_eq!(secret, 0);

    // On: what it sells comes through the same door as a file.
    province.post(&switch, &[("on", "1")]).await.leads();
    run(&mall).await;
    seller.get("/platform").await.shows(&["已启用", "没有收的商品", "S3", "品牌库里没有"]);
    let product = find(&seller, "PT-1").await;
    mall.visitor().get(&product).await.shows(&["蓝天示例", "100.00", "70g"]);
    assert_eq!(
        mall.number("SELECT stock FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'PT-1'").await,
        300
    );
    assert_eq!(mall.number("SELECT COUNT(*) FROM goods_picture").await, 2, "from its own address only");

    // Nothing new: descriptions and pictures are not read again, prices and stock are.
    let (details, images) = (shop.calls("getProductDetail"), shop.calls("getProductImage"));
    let journal = mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'platform.pulled'").await;
    run(&mall).await;
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'platform.pulled'").await,
        journal,
        "not due yet"
    );
    shop.with(|i| {
        i.goods.get_mut("S1").unwrap().price = "95.50";
        i.goods.get_mut("S2").unwrap().price = "150.00";
        i.tokens += 1;
    });
    mall.clock.advance(31 * MINUTE);
    run(&mall).await;
    assert_eq!((shop.calls("getProductDetail"), shop.calls("getProductImage")), (details, images));
    let price =
        |model: &str| format!("SELECT price FROM offer o JOIN product p ON p.id = o.product WHERE p.model = '{model}'");
    assert_eq!(mall.number(&price("PT-1")).await, 9_550, "a cut takes effect, a token that lapsed is asked for anew");
    assert_eq!(mall.number(&price("PT-2")).await, 12_000, "a rise waits");
    seller.get("/filings").await.shows(&["涨价", "150.00"]);

    // Off their shelf is off ours; back comes back.
    shop.with(|i| i.goods.get_mut("S1").unwrap().listed = false);
    mall.clock.advance(31 * MINUTE);
    run(&mall).await;
    let listed =
        "SELECT COUNT(*) FROM offer o JOIN product p ON p.id = o.product WHERE p.model = 'PT-1' AND o.state = 'listed'";
    assert_eq!(mall.number(listed).await, 0);
    shop.with(|i| i.goods.get_mut("S1").unwrap().listed = true);
    mall.clock.advance(31 * MINUTE);
    run(&mall).await;
    assert_eq!(mall.number(listed).await, 1);

    // Trouble is told after three times, asked ever more rarely, and changes no goods.
    shop.with(|i| i.broken = Some(("getProductPool", json!("nonsense"))));
    for _ in 0..4 {
        mall.clock.advance(7 * 60 * MINUTE);
        run(&mall).await;
    }
    assert_eq!(mall.number("SELECT fails FROM platform").await, 4);
    assert_eq!(mall.number("SELECT COUNT(*) FROM message WHERE words LIKE '平台对接连续 3 次失败%'").await, 1);
    assert_eq!(mall.number(listed).await, 1);
    stay(&mall).await;
    let province = mall.login("sd.jicai").await;
    province.get("/platforms").await.shows(&["蓝天示例", "出错", "getProductPool"]);
    let seller = mall.login("lantian.guanli").await;
    seller.post("/platform/pause", &[]).await.leads();
    seller.post("/platform/pause", &[]).await.refused("没有启用");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_server_keeps_nobody_waiting() {
    let shop = Shop::open().await;
    stocked(&shop);
    let mall = Box::with(|s| s.platforms = vec![shop.address.clone()]).await;
    let (seller, _) = switched_on(&mall, &shop).await;
    shop.with(|i| i.sleeps = Some("getProductPool"));
    let trade = mall.mall.watch.trade().clone();
    let asking = tokio::spawn(async move { supply::platforms::run(&trade).await });
    while shop.calls("getProductPool") < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The call is under way and will not be answered; pages, orders and everything due go on.
    let began = Instant::now();
    mall.settle().await;
    seller.get("/platform").await.shows(&["已启用"]);
    mall.visitor().get("/search?q=纸").await.shows(&["得力"]);
    assert!(!asking.is_finished(), "after {:?}", began.elapsed());
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_order_is_handed_over_once() {
    let shop = Shop::open().await;
    stocked(&shop);
    let mall = Box::with(|s| s.platforms = vec![shop.address.clone()]).await;
    stay(&mall).await;
    let (_, id) = switched_on(&mall, &shop).await;
    run(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "PT-1").await;
    crate::job::buy(&handler, &product, "2").await.leads();
    let order = mall.number(&format!("SELECT id FROM orders WHERE supplier = {id}")).await;
    let hand_over = async || trade::run_outside(mall.mall.watch.trade()).await.unwrap();
    hand_over().await;
    assert_eq!(shop.with(|i| i.orders.len()), 1, "only the test's: nothing is signed yet");

    // Signed: handed over with all that delivery needs, once, however often it is tried.
    force(&mall, "UPDATE orders SET state = 'performing'").await;
    shop.with(|i| i.broken = Some(("createOrder", json!({"isSuccess": false, "returnMsg": "稍后再试"}))));
    hand_over().await;
    let page = format!("/orders/{order}");
    handler.get(&page).await.shows(&["正在送供应商平台", "稍后再试"]);
    shop.with(|i| i.broken = None);
    hand_over().await;
    assert_eq!(shop.with(|i| i.orders.len()), 1, "not before its time");
    mall.clock.advance(10 * MINUTE);
    hand_over().await;
    handler.get(&page).await.shows(&["已送供应商平台", "W2", "三日内"]);
    let number = shop.with(|i| {
        let (number, o) = i.orders.iter().find(|(n, _)| !n.starts_with("TEST")).unwrap();
        assert_eq!((o["sku"][0]["skuId"].as_str(), o["sku"][0]["num"].as_i64()), (Some("S1"), Some(2)));
        assert_eq!((o["sku"][0]["price"].as_str(), o["amount"].as_str()), (Some("100.00"), Some("200.00")));
        assert!(o["companyName"].as_str().unwrap().contains("历城区教育局"));
        number.clone()
    });
    mall.clock.advance(600 * MINUTE);
    hand_over().await;
    assert_eq!(shop.calls("createOrder"), 3, "the test, the failure, the success");
    assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM orders WHERE number = '{number}'")).await, 1);

    // An answer with a code is an answer: it is not asked again, and the supplier is told.
    force(&mall, "DELETE FROM platform_order").await;
    shop.with(|i| {
        i.broken = Some(("createOrder", json!({"isSuccess": false, "code": "ORDER006_4", "returnMsg": "已涨价"})));
    });
    hand_over().await;
    mall.login("lantian.dingdan").await.get(&page).await.shows(&["没有送到供应商平台", "价格已变化", "已涨价"]);
    mall.clock.advance(600 * MINUTE);
    hand_over().await;
    assert_eq!(shop.calls("createOrder"), 4);
}

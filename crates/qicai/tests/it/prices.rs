//! 价格监控: observations make a reference, the reference judges orders, nobody outside the offices writes any of it.
use crate::auctions::same_paper;
use crate::job::{buy, buy_dearer, buy_offer, find};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};
use rules::calendar::{day_of, show_day};

/// One of the product's price in fen, times a share in basis points, in yuan.
pub fn yuan(fen: i64, bp: i64) -> String {
    rules::Fen(fen * bp / 10_000).plain().replace(',', "")
}

pub async fn observe(v: &Visitor, path: &str, source: &str, price: &str, day: &str) -> Page {
    let fields = [("source", source), ("price", price), ("day", day), ("url", "https://shop.example/1")];
    v.upload(path, &fields, "evidence", "a.png", b"seen").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_above_the_market_is_not_ordered() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "得力 Z7503").await;
    let path = product.replace("/products/", "/prices/");
    let centre = mall.login("jinan.jicai").await;
    let asked = mall
        .number(&format!(
            "SELECT MIN(price) FROM offer WHERE product = {} AND state = 'listed'",
            product.trim_start_matches("/products/")
        ))
        .await;
    let db = mall.mall.watch.db();
    let id = product.trim_start_matches("/products/");
    let mine = format!("SELECT COUNT(*) FROM observation WHERE product = {id}");
    let told = async |kind: &str| mall.number(&format!("SELECT COUNT(*) FROM journal WHERE kind = '{kind}'")).await;
    let before = told("price.observed").await;
    let day = |back: i32| show_day(day_of(db.now()) - back);
    let today = day(0);

    // What is wrong is named, what was typed stays, nothing is written.
    observe(&centre, &path, "", "1", &today).await.refused("请填写来源").refused("https://shop.example/1");
    observe(&centre, &path, "甲商城", "一百", &today).await.refused("现在是“一百”").refused("甲商城");
    observe(&centre, &path, "甲商城", "0", &today).await.refused("大于 0");
    observe(&centre, &path, "甲商城", "1", &day(-1)).await.refused("不能晚于今天");
    observe(&centre, &path, "甲商城", "1", "昨天").await.refused("日期应写成");
    let no_proof = [("source", "甲商城"), ("price", "1"), ("day", today.as_str()), ("url", "")];
    centre.upload(&path, &no_proof, "evidence", "", b"").await.refused("上传截图");
    let script = [("source", "甲商城"), ("price", "1"), ("day", today.as_str()), ("url", "javascript:alert(1)")];
    centre.upload(&path, &script, "evidence", "", b"").await.refused("https://");
    assert_eq!(observe(&handler, &path, "甲商城", "1", &today).await.status, StatusCode::FORBIDDEN);
    assert_eq!(observe(&centre, "/prices/1", "甲商城", "1", &today).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.number(&mine).await, 0);

    // Two sources are too few: nothing is judged, and the page says so.
    let fair = yuan(asked, 8_000);
    for source in ["甲商城", "乙商城"] {
        observe(&centre, &path, source, &fair, &today).await.leads();
        observe(&centre, &path, source, &fair, &today).await.leads();
    }
    assert_eq!(mall.number(&mine).await, 2, "a second click changes nothing");
    observe(&centre, &path, "甲商城", &yuan(asked, 9_000), &today).await.refused("已有另一条观测");
    mall.visitor().get(&path).await.shows(&["还没有参考价", "至少 3 个来源", "甲商城", "山东省规定"]);
    buy(&handler, &product, "1").await.leads();

    // The third makes the reference: the offer is 25 % above it, red, and nobody orders it.
    observe(&centre, &path, "丙商城", &fair, &today).await.leads();
    mall.visitor().get(&product).await.shows(&["市场参考价", "3 个来源"]);
    handler.get(&product).await.shows(&["价格合理", "高 25.0%", "红色", "现在不能直购"]);
    buy(&handler, &product, "1").await.refused("高 25.0%");
    mall.login("jinan.jianguan").await.get("/prices").await.shows(&["得力", "高 25.0%", "不能下单"]);

    // Old observations do not count; nor do those that were withdrawn.
    let ids =
        db.rows(&format!("SELECT id FROM observation WHERE product = {id} ORDER BY id"), params![]).await.unwrap();
    let last = format!("/observations/{}/withdraw", ids[2].int(0));
    centre.post(&last, &[("reason", "")]).await.refused("撤销理由");
    let zibo = mall.login("zibo.jianguan").await;
    assert_eq!(zibo.post(&last, &[("reason", "x")]).await.status, StatusCode::NOT_FOUND, "another city's");
    assert_eq!(handler.post(&last, &[("reason", "x")]).await.status, StatusCode::FORBIDDEN);
    centre.post(&last, &[("reason", "抄错了")]).await.leads();
    centre.post(&last, &[("reason", "又点一次")]).await.leads();
    mall.visitor().get(&path).await.shows(&["还没有参考价", "已撤销", "抄错了"]);
    assert!(!mall.visitor().get(&path).await.text().contains("又点一次"));
    buy(&handler, &product, "1").await.leads();
    observe(&centre, &path, "丙商城", &fair, &day(31)).await.leads();
    mall.visitor().get(&path).await.shows(&["还没有参考价"]);
    observe(&centre, &path, "丙商城", &yuan(asked, 12_000), &today).await.leads();
    observe(&centre, &path, "丁商城", &yuan(asked, 12_000), &day(30)).await.leads();
    // Median of 80, 80, 120 and 120 per cent: the offer is in order again.
    buy(&handler, &product, "1").await.leads();
    assert_eq!(told("price.observed").await - before, 6);
    assert_eq!(told("price.withdrawn").await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_dearer_goods_says_why_and_everybody_reads_it() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "GJ-1").await;
    let handler = mall.login("licheng.jingban").await;
    let dearest =
        mall.number(&format!("SELECT id FROM offer WHERE product = {product} ORDER BY price DESC LIMIT 1")).await;
    buy_offer(&handler, dearest.to_string(), "1")
        .await
        .refused("蓝天示例")
        .refused("不选更低报价的理由")
        .refused("¥100.00");
    let order = buy_dearer(&handler, dearest.to_string(), "1", "只有这一家当天送到").await;
    let order = order.leads().split('?').next().unwrap().to_owned();
    handler.get(&order).await.shows(&["只有这一家当天送到"]);
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[]).await.leads();
    mall.login("baojie.dingdan").await.post(&format!("{order}/confirm"), &[]).await.leads();
    handler.post(&format!("{order}/sign"), &[]).await;
    for who in ["licheng.queren", "baojie.dingdan"] {
        mall.login(who).await.post(&format!("{order}/sign"), &[]).await;
    }
    mall.settle().await;
    let notice = mall.number("SELECT MAX(id) FROM notice WHERE kind = 'contract'").await;
    mall.visitor().get(&format!("/notices/{notice}")).await.shows(&["价格选择说明", "只有这一家当天送到"]);

    // A price put up by a third just before the order is not ordered.
    let cheap = mall.number(&format!("SELECT id FROM offer WHERE product = {product} ORDER BY price LIMIT 1")).await;
    mall.clock.advance(1000);
    crate::auctions::force(&mall, "UPDATE offer SET price = 13500 WHERE price = 10000 AND product IN (SELECT id FROM product WHERE model = 'GJ-1')").await;
    buy_dearer(&handler, cheap.to_string(), "1", "x").await.refused("近 30 天最低 ¥100.00");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_observations_says_which_rows_it_took() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let today = show_day(day_of(mall.mall.watch.db().now()));
    let file = format!(
        "品牌,型号,来源,网址,日期,价格（元）\n得力,Z7503,甲商城,https://a.example,{today},110\ndeli,z 7503,乙商城,https://b.example,{today},¥111.5\n\
         没有的牌,1,甲,https://a.example,{today},1\n得力,没有的型号,甲,https://a.example,{today},1\n得力,Z7503,,https://a.example,{today},1\n\
         得力,Z7503,丙,https://a.example,昨天,1\n得力,Z7503,丁,https://a.example,{today},一百\n得力,Z7503,戊,,{today},100\n"
    );
    let before = mall.number("SELECT COUNT(*) FROM observation").await;
    let send = async |v: &Visitor, bytes: &[u8]| v.upload("/prices", &[], "file", "观测.csv", bytes).await;
    for _ in 0..2 {
        let page = send(&centre, file.as_bytes()).await;
        page.shows(&[
            "2 行已在观测记录里，6 行没有收",
            "第 4 行：品牌库里没有",
            "没有的型号",
            "没有填来源",
            "昨天",
            "一百",
            "第 9 行",
        ]);
    }
    assert_eq!(mall.number("SELECT COUNT(*) FROM observation").await, before + 2);
    send(&centre, "品牌,型号\n得力,Z7503\n".as_bytes()).await.refused("第 3 列应是“来源”");
    assert_eq!(send(&mall.login("jinan.shenji").await, file.as_bytes()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_six_goods_stand_side_by_side() {
    let mall = Box::new().await;
    let public = mall.visitor();
    let ids = mall
        .mall
        .watch
        .db()
        .rows("SELECT id FROM product WHERE category = 'A05040101' ORDER BY id LIMIT 8", params![])
        .await
        .unwrap();
    let query = |n: usize| ids[..n].iter().map(|r| format!("product={}", r.int(0))).collect::<Vec<_>>().join("&");
    public.get(&format!("/compare?{}", query(2))).await.shows(&["可比单价", "/ 张", "克重", "不同", "最低报价"]);
    let page = public.get(&format!("/compare?{}", query(8))).await;
    page.shows(&["最多对比六件"]);
    assert_eq!(page.text().matches("scope=\"col\"").count(), 7);
    let twice = format!("/compare?{0}&{0}&product=1&product=x", query(1));
    public.get(&twice).await.shows(&["请在搜索结果里勾选"]);
    public.get("/compare").await.shows(&["去搜索"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_is_compared_with_what_is_asked() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "ZS-1").await;
    // Deals as the journal would have made them, in two months; the engine of the page is what is tested.
    let deal = |n: i64, price: i64, at: &str| {
        let day = rules::calendar::start_of(rules::calendar::parse_day(at).unwrap());
        format!(
            "INSERT INTO deal (entry, line, product, orders, region, unit, supplier, price, quantity, at) \
             VALUES (-{n}, 0, {product}, 1, '370112', '甲', '乙', {price}, 2, {day})"
        )
    };
    let now = show_day(day_of(mall.mall.watch.db().now()));
    let last = show_day(rules::conduct::months_on(day_of(mall.mall.watch.db().now()), -1));
    for (n, price, at) in [(1, 10_000, &last), (2, 10_400, &last), (3, 11_220, &now), (4, 12_000, &now)] {
        let sql: &'static str = std::boxed::Box::leak(deal(n, price, at).into_boxed_str());
        crate::auctions::force(&mall, sql).await;
    }
    let page = mall.visitor().get(&format!("/deals?product={product}")).await;
    page.shows(&["4 笔", "下四分位", "¥104.00", "¥112.20", "在售中位数", "¥101.00", "比在售中位数高 18.8%"]);
    // 102.00 to 116.10 on average: 113.8 of 100.
    mall.visitor().get("/deals/index").await.shows(&["办公用品", "100.0", "113.8", "(1)"]);
}

//! 动态预警 about orders: each group of rules hits through the real flow, misses by a little, and says when it cannot judge;
//! the buyer is told in the cart what the office would be told afterwards.
use crate::auctions::later;
use crate::conduct::stay;
use crate::job::{buy_dearer, buy_offer, find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use crate::prices::observe;
use axum::http::StatusCode;
use kit::{Query, params};
use rules::calendar::{day_of, show_day, year_of};

const DAY: i64 = 86_400_000;

async fn force(mall: &Box, sql: String) {
    let (db, sql) = (mall.mall.watch.db(), sql.as_str());
    let done = db.upkeep("test", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await })).await;
    done.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// Sets a number of the rulebook wherever it is set.
async fn set(mall: &Box, key: &str, value: i64) {
    force(mall, format!("UPDATE rule SET value = '{value}' WHERE key = '{key}'")).await;
    mall.mall.watch.reload_facts().await.unwrap();
}

async fn leads(mall: &Box, rule: &str) -> i64 {
    mall.settle().await;
    mall.number(&format!("SELECT COUNT(*) FROM alert WHERE rule = '{rule}'")).await
}

async fn blind(mall: &Box, rule: &str) -> i64 {
    mall.settle().await;
    mall.number(&format!("SELECT COALESCE(SUM(blind), 0) FROM alert_tally WHERE rule = '{rule}'")).await
}

/// Words and level of the newest lead of a rule.
async fn newest(mall: &Box, rule: &str) -> (String, String) {
    let sql = format!("SELECT words, level FROM alert WHERE rule = '{rule}' ORDER BY id DESC LIMIT 1");
    let r = mall.mall.watch.db().one(&sql, params![]).await.unwrap();
    (r.text(0), r.text(1))
}

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

/// The offer of a supplier (part of its name) of a product.
async fn offer(mall: &Box, product: &str, supplier: &str) -> String {
    let sql = format!(
        "SELECT o.id FROM offer o JOIN org g ON g.id = o.supplier WHERE o.product = {} AND g.name LIKE '%{supplier}%'",
        product.trim_start_matches("/products/")
    );
    mall.number(&sql).await.to_string()
}

/// Paper of one supplier; its offer.
async fn one_seller(mall: &Box, model: &str, price: &str) -> String {
    shelve(mall, &mall.login("lantian.guanli").await, &paper(&[(model, price, "5000")])).await;
    let product = find(&mall.login("licheng.jingban").await, model).await;
    offer(mall, &product, "蓝天示例").await
}

/// All approvals of an order of Licheng's education office.
async fn approve(mall: &Box, order: &str) {
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[]).await.leads();
    // Small orders need one approval only.
    mall.login("licheng.queren").await.post(&format!("{order}/approve"), &[]).await;
}

/// Confirmed at a price in yuan, signed by both.
async fn conclude(mall: &Box, order: &str, price: &str) {
    approve(mall, order).await;
    let seller = mall.login("lantian.dingdan").await;
    let line = seller.get(order).await.field("line");
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), price)]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    mall.settle().await;
}

/// What the cart says while goods are in it; the cart is empty afterwards.
async fn foreseen(v: &Visitor, offer: &str, quantity: &str) -> String {
    v.post("/cart/add", &[("offer", offer), ("quantity", quantity)]).await.leads();
    let (cart, checkout) = (v.get("/cart").await.text(), v.get("/checkout").await.text());
    v.post("/cart/update", &[("offer", offer), ("quantity", "0")]).await.leads();
    assert_eq!(cart.matches("预警规则").count(), checkout.matches("预警规则").count());
    checkout
}

#[tokio::test(flavor = "multi_thread")]
async fn split_orders_are_told_to_the_buyer_first_and_to_the_office_then() {
    let mall = Box::new().await;
    let offer = one_seller(&mall, "CF-1001", "100.00").await;
    let handler = mall.login("licheng.jingban").await;
    // The limit is 30,000.00; each of these orders is 11,000.00.
    for _ in 0..2 {
        assert!(!foreseen(&handler, &offer, "110").await.contains("R011"));
        buy_offer(&handler, offer.clone(), "110").await.leads();
    }
    assert_eq!(leads(&mall, "R011").await, 0, "22,000.00 in two orders");
    assert!(!foreseen(&handler, &offer, "80").await.contains("R011"), "30,000.00 in three is as much as one may");
    let told = foreseen(&handler, &offer, "81").await;
    assert!(told.contains("30 天内同类直购 3 单共 ¥30,100.00") && told.contains("预警规则 R011"), "{told}");
    assert!(told.contains("提交前请看") && told.contains("依据："), "{told}");
    let order = path(&buy_offer(&handler, offer.clone(), "81").await);
    assert_eq!(leads(&mall, "R011").await, 1, "told, and done all the same");
    let (words, level) = newest(&mall, "R011").await;
    assert_eq!(
        (words.as_str(), level.as_str()),
        ("30 天内同类直购 3 单共 ¥30,100.00，每单不超过而合计超过直购限额 ¥30,000.00", "orange")
    );
    assert!(told.contains(&words), "cart and lead never disagree");
    let evidence = "SELECT COUNT(*) FROM alert WHERE rule = 'R011' AND evidence LIKE '/orders/% /orders/%'";
    assert_eq!(mall.number(evidence).await, 1, "the others are shown beside it");
    handler.get(&order).await.shows(&["短期内拆分下单"]);
    // Whoever approves reads it before the button.
    let asked = mall.login("licheng.shenhe").await.get(&order).await.text();
    let (before, _) = asked.split_once("同意</button>").unwrap();
    assert!(before.contains("请看过再定") && before.contains("短期内拆分下单"), "{asked}");
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "R011").await, 1, "the same month is one lead");

    // The year against the limit of public tender: not, over, and not judged where there is none.
    assert_eq!(leads(&mall, "W01").await, 0);
    set(&mall, "limit.tender.annual_fen", 3_070_000).await;
    let told = foreseen(&handler, &offer, "7").await;
    assert!(told.contains("预警规则 W01") && told.contains("¥30,800.00"), "{told}");
    buy_offer(&handler, offer.clone(), "6").await.leads();
    assert_eq!(leads(&mall, "W01").await, 0, "the limit itself is kept; a small order is another project's");
    buy_offer(&handler, offer.clone(), "6").await.leads();
    assert_eq!(leads(&mall, "W01").await, 1);
    assert_eq!(newest(&mall, "W01").await.1, "red");
    force(&mall, "DELETE FROM rule WHERE key = 'limit.tender.annual_fen'".into()).await;
    mall.mall.watch.reload_facts().await.unwrap();
    let before = blind(&mall, "W01").await;
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(blind(&mall, "W01").await, before + 1);
    mall.login("licheng.jianguan").await.get("/alerts/rules").await.shows(&["规则库没有规定公开招标数额标准"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_near_limits_are_seen_one_by_one_and_over_the_year() {
    let mall = Box::new().await;
    let offer = one_seller(&mall, "CF-2001", "100.00").await;
    let handler = mall.login("lixia.jingban").await;
    // Lixia's limit is 20,000.00.
    buy_offer(&handler, offer.clone(), "189").await.leads();
    assert_eq!((leads(&mall, "R002").await, leads(&mall, "W04").await), (0, 0));
    assert!(foreseen(&handler, &offer, "190").await.contains("2 单接近直购限额"), "the second near the limit");
    buy_offer(&handler, offer.clone(), "190").await.leads();
    assert_eq!((leads(&mall, "R002").await, leads(&mall, "W04").await), (1, 1));
    assert_eq!(newest(&mall, "R002").await.0, "本单 ¥19,000.00，限额 ¥20,000.00，为限额的 95%");

    // The year: 37,900.00 of 50,000.00 is less than eight tenths, 40,000.00 is not.
    assert_eq!(leads(&mall, "W02").await, 0);
    set(&mall, "limit.decentralised.annual_fen", 5_000_000).await;
    buy_offer(&handler, offer.clone(), "20").await.leads();
    assert_eq!(leads(&mall, "W02").await, 0, "39,900.00");
    assert!(foreseen(&handler, &offer, "1").await.contains("快到限额了"));
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "W02").await, 1);
    assert_eq!(newest(&mall, "W02").await.1, "yellow");
    buy_offer(&handler, offer.clone(), "100").await.leads();
    assert_eq!(
        (leads(&mall, "W02").await, newest(&mall, "W02").await.1.as_str()),
        (2, "red"),
        "reached is another stage"
    );

    // One seller, and a reason of six characters: enough, and not where seven are asked.
    assert_eq!(leads(&mall, "R010").await, 0);
    set(&mall, "limit.decentralised.annual_fen", 50_000_000).await;
    set(&mall, "alert.justify.chars", 7).await;
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "R010").await, 1);
    assert!(blind(&mall, "R013").await > 0, "too few orders for a share");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_held_against_offers_history_market_and_deals() {
    let mall = Box::new().await;
    stay(&mall).await;
    for (seller, price) in [("lantian", "100.00"), ("quancheng", "100.00"), ("qilu", "122.00")] {
        shelve(&mall, &mall.login(&format!("{seller}.guanli")).await, &paper(&[("JG-1001", price, "500")])).await;
    }
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "JG-1001").await;
    let (fair, dear) = (offer(&mall, &product, "蓝天").await, offer(&mall, &product, "齐鲁").await);
    buy_offer(&handler, fair, "1").await.leads();
    assert_eq!((leads(&mall, "M01").await, leads(&mall, "M02").await), (0, 0));
    buy_dearer(&handler, dear.clone(), "1", "只有这家能当天送到").await.leads();
    assert_eq!((leads(&mall, "M01").await, leads(&mall, "M02").await), (1, 0));
    let words = "单价 ¥122.00，3 份同款在售报价的中位数 ¥100.00，为中位数的 122%";
    assert_eq!(newest(&mall, "M01").await.0, words);
    let then = mall.mall.watch.db().now() - 5 * DAY;
    force(&mall, format!("INSERT INTO price_point (offer, at, price) VALUES ({dear}, {then}, 10000)")).await;
    buy_dearer(&handler, dear.clone(), "1", "只有这家能当天送到").await.leads();
    assert_eq!(leads(&mall, "M02").await, 1);

    // A contract without a market is not judged; with one, it lies in a band.
    let offer = one_seller(&mall, "JG-2001", "100.00").await;
    let one = path(&buy_offer(&handler, offer.clone(), "1").await);
    conclude(&mall, &one, "100").await;
    assert_eq!((leads(&mall, "W10").await, leads(&mall, "R016").await), (0, 0));
    assert!(blind(&mall, "W10").await > 0 && blind(&mall, "R016").await > 0);
    let centre = mall.login("jinan.jicai").await;
    let today = show_day(day_of(mall.mall.watch.db().now()));
    let goods = find(&handler, "JG-2001").await;
    for source in ["甲商城", "乙商城", "丙商城"] {
        observe(&centre, &goods.replace("/products/", "/prices/"), source, "94.00", &today).await.leads();
    }
    let two = path(&buy_offer(&handler, offer.clone(), "1").await);
    conclude(&mall, &two, "98").await;
    assert_eq!(leads(&mall, "W10").await, 0, "4.2 % above");
    let id = goods.trim_start_matches("/products/");
    force(
        &mall,
        format!(
            "INSERT INTO deal (entry, line, product, orders, region, unit, supplier, price, quantity, at) \
             SELECT -id, 0, {id}, -id, '370112', '甲', '乙', 9700, 1, {then} FROM offer ORDER BY id LIMIT 5"
        ),
    )
    .await;
    let three = path(&buy_offer(&handler, offer, "1").await);
    conclude(&mall, &three, "100").await;
    assert_eq!(leads(&mall, "W10").await, 1);
    let want = ("成交单价 ¥100.00，市场参考价 ¥94.00，高 6.3%，黄色：偏高".to_owned(), "yellow".to_owned());
    assert_eq!(newest(&mall, "W10").await, want);
    assert_eq!(leads(&mall, "R016").await, 0, "three hundredths are within the spread");
    set(&mall, "alert.outlier.z", 250).await;
    let four = path(&buy_offer(&handler, offer_of(&mall, id).await, "1").await);
    conclude(&mall, &four, "100").await;
    assert_eq!(leads(&mall, "R016").await, 1);
    // Deals that come from no entry would be named by the audit.
    force(&mall, "DELETE FROM deal WHERE entry < 0".into()).await;
    mall.sound().await;
}

async fn offer_of(mall: &Box, product: &str) -> String {
    mall.number(&format!("SELECT id FROM offer WHERE product = {product}")).await.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_are_held_against_standards_policy_and_their_papers() {
    let mall = Box::new().await;
    stay(&mall).await;
    // Some goods of the demo lack the certificate that their category needs; each of their sellers is a lead.
    let bare = leads(&mall, "W13").await;
    assert!(bare > 0 && newest(&mall, "W13").await.0.contains("强制节能品目无有效证书"));
    force(&mall, "UPDATE product SET certificate = 'DEMO' WHERE certificate = ''".into()).await;
    force(&mall, "DELETE FROM alert WHERE rule = 'W13'".into()).await;
    let offer = one_seller(&mall, "PZ-1001", "100.00").await;
    let handler = mall.login("licheng.jingban").await;
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!((leads(&mall, "W15").await, leads(&mall, "W16").await, leads(&mall, "W13").await), (0, 0, 0));

    // The standard was lowered after the order went through the checks.
    force(
        &mall,
        "UPDATE rule SET category = 'A0504' WHERE key = 'asset.unit_price_fen' AND category = 'A02021003'".into(),
    )
    .await;
    set(&mall, "asset.unit_price_fen", 10_000).await;
    force(&mall, "UPDATE rule SET max = NULL WHERE key = 'asset.unit_price_fen'".replace("max", "bound_max")).await;
    mall.mall.watch.reload_facts().await.unwrap();
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "W15").await, 0, "as much as the standard allows");
    buy_offer(&handler, offer.clone(), "1").await.leads();
    set(&mall, "asset.unit_price_fen", 9_999).await;
    assert_eq!(leads(&mall, "W15").await, 1);
    assert_eq!(newest(&mall, "W15").await.0, "单价 ¥100.00，标准上限 ¥99.99");
    set(&mall, "asset.unit_price_fen", 9_999_999).await;

    // Found to be imported after the order was made.
    buy_offer(&handler, offer.clone(), "1").await.leads();
    let flag = supply::shelf::IMPORTED;
    force(
        &mall,
        format!("UPDATE product SET flags = flags + {flag} WHERE id = (SELECT product FROM offer WHERE id = {offer})"),
    )
    .await;
    assert_eq!(leads(&mall, "W16").await, 1);
    assert!(newest(&mall, "W16").await.0.contains("进口产品"));

    // Papers that end in sixteen days are not said, in fifteen they are; once a month.
    let day = i64::from(day_of(mall.mall.watch.db().now()));
    let at = mall.mall.watch.db().now();
    force(
        &mall,
        format!(
            "INSERT INTO paper (id, org, kind, number, until, name, digest, mime, bytes, state, warned, person, at) \
             SELECT 1, o.supplier, 'licence', '1', {}, 'a', 'a', 'application/pdf', p.bytes, 'good', 1, h.id, {at} \
             FROM offer o JOIN person h ON h.login = 'lantian.guanli' JOIN (SELECT CAST('' AS {}) AS bytes) p ON 1 = 1 WHERE o.id = {offer}",
            day + 17,
            if crate::mall::postgres().is_some() { "BYTEA" } else { "BLOB" }
        ),
    )
    .await;
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "W13").await, 0);
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "W13").await, 1);
    assert!(newest(&mall, "W13").await.0.contains("1 份入驻材料在 15 天内到期"));
    assert!(blind(&mall, "W13").await > 0, "most sell what nobody looked at outside");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_clock_has_three_stages_and_money_its_contract() {
    let mall = Box::new().await;
    stay(&mall).await;
    let offer = one_seller(&mall, "LY-1001", "100.00").await;
    let handler = mall.login("licheng.jingban").await;
    let order = path(&buy_offer(&handler, offer.clone(), "10").await);
    conclude(&mall, &order, "90").await;
    assert_eq!(leads(&mall, "R059").await, 0, "a tenth is not more than a tenth");
    let other = path(&buy_offer(&handler, offer.clone(), "10").await);
    conclude(&mall, &other, "89").await;
    assert_eq!(leads(&mall, "R059").await, 1);
    assert_eq!(newest(&mall, "R059").await.0, "下单 ¥1,000.00，合同 ¥890.00，低 11.0%");
    let waiting = path(&buy_offer(&handler, offer, "10").await);
    approve(&mall, &waiting).await;

    // Goods are due in seven days; both contracts run.
    let stages = async |step: &str| {
        mall.settle().await;
        let mut out = Vec::new();
        for level in ["yellow", "orange", "red"] {
            let sql = format!(
                "SELECT COUNT(*) FROM alert WHERE rule = 'W12' AND key LIKE '%/{step}/%' AND level = '{level}'"
            );
            out.push(mall.number(&sql).await);
        }
        out
    };
    assert_eq!(stages("deliver").await, [0, 0, 0]);
    for _ in 0..6 {
        later(&mall, DAY).await;
    }
    assert_eq!(stages("deliver").await, [0, 0, 0], "more than a day is left");
    later(&mall, DAY).await;
    assert_eq!(stages("deliver").await, [2, 0, 0]);
    later(&mall, DAY).await;
    assert_eq!(stages("deliver").await, [2, 2, 0]);
    for _ in 0..4 {
        later(&mall, DAY).await;
    }
    assert_eq!(stages("deliver").await, [2, 2, 0]);
    later(&mall, DAY).await;
    assert_eq!(stages("deliver").await, [2, 2, 2]);
    assert_eq!(stages("confirm").await, [1, 1, 0], "said before it expired, and when it did");
    assert_eq!(
        (stages("publish").await, stages("file").await),
        (vec![0, 0, 0], vec![0, 0, 0]),
        "the mall does that itself"
    );
    let supplier =
        "SELECT COUNT(*) FROM alert a JOIN org g ON g.id = a.org WHERE a.rule = 'W12' AND g.kind = 'supplier'";
    assert_eq!(mall.number(supplier).await, 8, "all of these were the supplier's to do");

    // Accepted in time; what is paid keeps to the contract, until somebody touches the books.
    let seller = mall.login("lantian.dingdan").await;
    let line = seller.get(&order).await.field("line");
    let ship = format!("ship-{line}");
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "10"), ("carrier", "自送")]).await.leads();
    let good = format!("good-{line}");
    let receiver = mall.login("licheng.yanshou").await;
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();
    assert_eq!(stages("deliver").await, [2, 2, 2], "late, as was said before");
    let today = show_day(day_of(mall.mall.watch.db().now()));
    let invoice = [
        ("number", "25372000000012345678"),
        ("kind", "电子普通发票"),
        ("seller", "济南蓝天示例办公用品有限公司"),
        ("buyer", "济南市历城区教育局"),
        ("amount", "900"),
        ("day", today.as_str()),
    ];
    seller.post(&format!("{order}/invoices"), &invoice).await.leads();
    handler.post(&format!("{order}/payments"), &[("amount", "900")]).await.leads();
    let payment = mall.number("SELECT id FROM payment").await;
    mall.login("licheng.caiwu").await.post(&format!("{order}/payments/{payment}/approve"), &[]).await.leads();
    let id = order.trim_start_matches("/orders/");
    force(&mall, format!("UPDATE payment SET amount = 90001 WHERE orders = {id}")).await;
    assert_eq!(leads(&mall, "R068").await, 1);
    assert_eq!(newest(&mall, "R068").await.0, "累计付款 ¥900.01，合同金额 ¥900.00");
    force(&mall, format!("UPDATE payment SET amount = 90000 WHERE orders = {id}")).await;

    // Goods that come back: too few of the class to say anything.
    assert_eq!(blind(&mall, "M17").await, 0);
    let fields = [("kind", "return"), ("line", line.as_str()), ("quantity", "1"), ("reason", "受潮")];
    handler.post(&format!("{order}/returns"), &fields).await.leads();
    let case = mall.number("SELECT id FROM return_case").await;
    seller.post(&format!("{order}/returns/{case}/answer"), &[("agree", "1"), ("words", "同意")]).await.leads();
    assert_eq!((blind(&mall, "M17").await, leads(&mall, "M17").await), (1, 0));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relations_lists_and_dependence_are_seen() {
    let mall = Box::new().await;
    let offer = one_seller(&mall, "GX-1001", "100.00").await;
    let handler = mall.login("licheng.jingban").await;
    assert!(!foreseen(&handler, &offer, "1").await.contains("R033"));
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!((leads(&mall, "R033").await, leads(&mall, "R046").await, leads(&mall, "R044").await), (0, 0, 0));

    // The receiver has the telephone that the supplier gave; the number itself is shown to nobody.
    force(&mall, "UPDATE person SET phone = '13900000000' WHERE login = 'licheng.yanshou'".into()).await;
    let told = foreseen(&handler, &offer, "1").await;
    assert!(told.contains("采购单位有 1 人的电话与供应商登记的电话相同") && !told.contains("13900000000"), "{told}");
    assert!(told.contains("应当回避"), "{told}");
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!((leads(&mall, "R033").await, newest(&mall, "R033").await.1.as_str()), (1, "red"));
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "R033").await, 1, "once a year");
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE body LIKE '%13900000000%'").await, 0);

    // All its orders are of one unit.
    assert_eq!(leads(&mall, "D02").await, 0);
    assert!(blind(&mall, "D02").await > 0 && blind(&mall, "D01").await > 0 && blind(&mall, "R040").await > 0);
    set(&mall, "alert.captive.orders", 4).await;
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "D02").await, 1);
    assert_eq!(newest(&mall, "D02").await.0, "12 个月内 4 单共 ¥400.00，全部来自同一单位");

    // Others list it: told at once, and every order from then on.
    let db = mall.mall.watch.db();
    let uscc = db.one("SELECT uscc FROM org WHERE name LIKE '%蓝天示例%'", params![]).await.unwrap().text(0);
    let until = show_day(day_of(db.now()) + 90);
    let file = format!("统一社会信用代码,单位名称,失信行为,依据文号,截止日期\n{uscc},甲,行贿,鲁采罚 1 号,{until}\n");
    mall.login("sd.jianguan")
        .await
        .upload("/conduct/import", &[], "list", "名单.csv", file.as_bytes())
        .await
        .shows(&["1 家"]);
    assert_eq!((leads(&mall, "W17").await, leads(&mall, "R046").await), (1, 0));
    assert_eq!(
        newest(&mall, "W17").await,
        ("名单事项已告知，供应商目前仍在册；履约中的订单 0 单".into(), "red".into())
    );
    buy_offer(&handler, offer.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "R046").await, 1);
    force(
        &mall,
        format!("UPDATE supplier SET phone = '见名片' WHERE org = (SELECT supplier FROM offer WHERE id = {offer})"),
    )
    .await;
    buy_offer(&handler, offer, "1").await.leads();
    assert_eq!(
        (leads(&mall, "R044").await, newest(&mall, "R044").await.0.as_str()),
        (1, "联系电话不是 7 至 12 位号码")
    );
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exceptions_withdrawn_complaints_and_early_marks_are_seen() {
    let mall = Box::new().await;
    stay(&mall).await;
    for (seller, price) in [("lantian", "100.00"), ("qilu", "110.00")] {
        shelve(&mall, &mall.login(&format!("{seller}.guanli")).await, &paper(&[("RY-1001", price, "500")])).await;
    }
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "RY-1001").await;
    let (cheap, dear) = (offer(&mall, &product, "蓝天").await, offer(&mall, &product, "齐鲁").await);
    for n in 1..=3 {
        let order = path(&buy_dearer(&handler, dear.clone(), "1", "只有这家能当天送到").await);
        approve(&mall, &order).await;
        assert_eq!(leads(&mall, "M14").await, i64::from(n == 3), "{n}");
    }
    assert_eq!(newest(&mall, "M14").await.0, "同一审批人 12 个月内对这家供应商放行 3 单“不选更低报价”的订单");

    // A complaint that was taken back, and an order soon after; not of another supplier.
    let order = path(&buy_offer(&handler, cheap.clone(), "1").await);
    approve(&mall, &order).await;
    let fields = [("reason", "fee"), ("words", "另收搬运费")];
    let at = path(&handler.upload(&format!("{order}/dispute"), &fields, "file", "", b"").await);
    handler.upload(&format!("{at}/act"), &[("act", "withdraw"), ("words", "已协商")], "file", "", b"").await.leads();
    buy_dearer(&handler, dear, "1", "只有这家能当天送到").await.leads();
    assert_eq!(leads(&mall, "M15").await, 0, "of somebody else");
    buy_offer(&handler, cheap.clone(), "1").await.leads();
    buy_offer(&handler, cheap.clone(), "1").await.leads();
    assert_eq!(leads(&mall, "M15").await, 1, "once for one complaint");
    later(&mall, 31 * DAY).await;
    force(&mall, "DELETE FROM alert WHERE rule = 'M15'".into()).await;
    buy_offer(&handler, cheap, "1").await.leads();
    assert_eq!(leads(&mall, "M15").await, 0, "long ago");

    // Marks: too few to judge; and marks without anything accepted.
    qicai::demo::more_orders(&mall.mall.watch, 5, 20).await.unwrap();
    assert_eq!(leads(&mall, "M16").await, 0);
    let given = "SELECT COUNT(*) FROM evaluation WHERE side = 'unit'";
    assert!(mall.number(given).await > 0 && blind(&mall, "M16").await == mall.number(given).await);
    let before = mall.number(given).await;
    qicai::demo::more_orders(&mall.mall.watch, 6, 20).await.unwrap();
    force(&mall, "UPDATE acceptance SET at = at + 1000000000000".into()).await;
    let seen = leads(&mall, "M16").await;
    force(&mall, "UPDATE acceptance SET at = at - 1000000000000".into()).await;
    assert_eq!(seen, mall.number(given).await - before);
    assert!(seen > 0);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inspector_who_never_finds_anything_is_asked_through_the_centre() {
    let mall = Box::new().await;
    stay(&mall).await;
    let centre = mall.login("jinan.jicai").await;
    let fields = [("title", "打印机巡检"), ("kind", "sample"), ("category", "A020210"), ("size", "3"), ("month", "")];
    let at = path(&centre.post("/inspections", &fields).await);
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&[("XJ-9", "100.00", "50")])).await;
    mall.settle().await;
    centre.post(&format!("{at}/draw"), &[]).await.leads();
    let id = at.trim_start_matches("/inspections/").to_owned();
    let sql = format!("SELECT offer FROM inspection_task WHERE inspection = {id} ORDER BY place");
    let drawn: Vec<i64> = mall.mall.watch.db().rows(&sql, params![]).await.unwrap().iter().map(|r| r.int(0)).collect();
    let record = async |offer: i64| {
        let fields = [("rule", ""), ("words", ""), ("delist", "")];
        centre.upload(&format!("{at}/tasks/{offer}"), &fields, "file", "a.jpg", b"photo").await.leads();
    };
    record(drawn[0]).await;
    assert_eq!((blind(&mall, "M18").await, leads(&mall, "M18").await), (1, 0), "nobody to compare with");

    // Others found something in one of ten; two clean goods are chance, forty-six are not.
    let now = mall.mall.watch.db().now();
    let looked = |login: &str, from: i64, n: i64, state: &str| {
        format!(
            "INSERT INTO inspection_task (inspection, offer, place, hint, state, rule, words, digest, person, at) \
             SELECT {id}, o.id, 1000, '', '{state}', '', '', '', p.id, {now} FROM offer o JOIN person p ON p.login = '{login}' \
             WHERE NOT EXISTS (SELECT 1 FROM inspection_task t WHERE t.inspection = {id} AND t.offer = o.id) ORDER BY o.id LIMIT {n} OFFSET {from}"
        )
    };
    force(&mall, looked("zibo.jicai", 0, 90, "clean")).await;
    force(&mall, looked("zibo.jicai", 0, 10, "found")).await;
    record(drawn[1]).await;
    assert_eq!(leads(&mall, "M18").await, 0);
    force(&mall, looked("jinan.jicai", 0, 43, "clean")).await;
    record(drawn[2]).await;
    assert_eq!(leads(&mall, "M18").await, 1);
    assert!(newest(&mall, "M18").await.0.starts_with("检查 46 件，全部合格；其他检查员 100 件中发现 10 件问题"));

    // The city's finance department asks, the centre answers; another centre sees nothing, and the centre no other lead.
    let lead = format!("/alerts/{}", mall.number("SELECT id FROM alert WHERE rule = 'M18'").await);
    let office = mall.login("jinan.jianguan").await;
    assert_eq!(centre.get(&lead).await.status, StatusCode::NOT_FOUND, "not asked yet");
    let act = async |v: &Visitor, act: &str, words: &str| {
        v.upload(&lead, &[("act", act), ("words", words)], "file", "a.pdf", b"paper").await
    };
    act(&office, "ask", "请说明检查的办法").await.leads();
    centre.get("/alerts").await.shows(&["检查员从不发现问题"]);
    centre.get("/todo").await.shows(&["检查员从不发现问题"]);
    assert_eq!(mall.login("zibo.jicai").await.get(&lead).await.status, StatusCode::NOT_FOUND);
    act(&centre, "justify", "x").await.refused("不能这样办理");
    act(&centre, "explain", "抽到的都是新机").await.leads();
    act(&office, "verify", "抽查属实").await.leads();
    act(&office, "correct", "改由两人检查").await.leads();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_are_looked_at_once_a_day() {
    let mall = Box::new().await;
    stay(&mall).await;
    // What is reserved is counted by the year: no new one begins before the end.
    let now = mall.mall.watch.db().now();
    if year_of(day_of(now + 10 * DAY)) > year_of(day_of(now)) {
        later(&mall, 10 * DAY).await;
    }
    let offer = one_seller(&mall, "FZ-1001", "100.00").await;
    let (one, two) = (mall.login("licheng.jingban").await, mall.login("lcsx.jingban").await);
    buy_offer(&one, offer.clone(), "5").await.leads();
    buy_offer(&one, offer.clone(), "5").await.leads();
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "R050").await, 0);
    assert!(blind(&mall, "R050").await > 0, "one unit, two orders");
    assert!(blind(&mall, "M10").await > 0, "too few lines");
    set(&mall, "alert.market.deals", 3).await;
    buy_offer(&two, offer.clone(), "5").await.leads();
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "R050").await, 1);
    let want = "12 个月内 2 家单位 3 单共 ¥1,500.00，1 家供应商，最大一家占 100%，HHI 1.0000";
    assert_eq!(newest(&mall, "R050").await.0, want);
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "R050").await, 1, "once in half a year");

    // Small firms have all of it; then the firm has grown.
    set(&mall, "alert.reserve.from_month", 1).await;
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "W16").await, 0);
    force(
        &mall,
        format!("UPDATE supplier SET size = 'large' WHERE org = (SELECT supplier FROM offer WHERE id = {offer})"),
    )
    .await;
    later(&mall, DAY).await;
    assert_eq!(leads(&mall, "W16").await, 2, "two units");
    let (words, level) = newest(&mall, "W16").await;
    assert!(words.contains("中小企业 ¥0.00（0.00%），目标 40%") && level == "yellow", "{words}");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_rules_is_grouped_and_filtered() {
    let mall = Box::new().await;
    let office = mall.login("licheng.jianguan").await;
    let all = office.get("/alerts/rules").await;
    all.shows(&[
        "限额与拆分",
        "竞价与报价",
        "订单数 &#62; 2<details>",
        "〔直购限额（每单）〕",
        "limit.same_kind.orders_per_month",
    ]);
    assert_eq!(all.text().matches("依据和参数</summary>").count(), rules::alert::RULES.len());
    let prices = office.get("/alerts/rules?topic=prices").await;
    prices.shows(&["M01", "W10", "R016"]);
    assert!(!prices.text().contains("W03 "));
    office.get("/alerts/rules?topic=prices&level=red").await.shows(&["M04", "显示 1 条"]);
    office.get("/alerts/rules?hit=1").await.shows(&["没有这样的规则"]);
    assert_eq!(mall.login("licheng.queren").await.get("/alerts/rules").await.status, StatusCode::FORBIDDEN);
    assert_eq!(mall.login("jinan.jicai").await.get("/alerts/rules").await.status, StatusCode::FORBIDDEN);
}

//! 互评: stars are public; a quarter that enough counterparts were unhappy with is told and can be answered.
//! Market prices that suppliers point out count only after an office looked.
use crate::auctions::{force, later, same_paper};
use crate::conduct::{act, case_of, stay};
use crate::job::{buy, find};
use crate::mall::Box;
use crate::prices::observe;
use axum::http::StatusCode;
use rules::calendar::{day_of, month_of, show_day};

const DAY: i64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_low_stars_is_answered_for() {
    let mall = Box::new().await;
    stay(&mall).await;
    // The quarter does not end within the next day.
    let quarter = |at: i64| month_of(day_of(at)) / 3;
    let now = mall.mall.watch.db().now();
    if quarter(now + 2 * DAY) != quarter(now) {
        later(&mall, 2 * DAY).await;
    }
    let units = ["licheng", "lixia", "jngx"];
    for u in units {
        let v = mall.login(&format!("{u}.jingban")).await;
        let product = find(&v, "百旺 PW7001").await;
        buy(&v, &product, "1").await.leads();
    }
    let seller = mall.number("SELECT MIN(supplier) FROM orders").await;
    assert_eq!(mall.number("SELECT COUNT(DISTINCT supplier) FROM orders").await, 1);
    let path = format!("/evaluations/{seller}");
    mall.visitor().get(&path).await.shows(&["近一年还没有评价"]);
    force(
        &mall,
        "INSERT INTO evaluation (orders, side, quality, delivery, service, words, person, at) \
         SELECT id, 'unit', 1, 3, 4, '箱子破了', handler, made_at FROM orders",
    )
    .await;
    mall.visitor().get(&path).await.shows(&["2.66", "3 家 · 3 单", "<td class=\"mono\""]);
    assert!(!mall.visitor().get(&path).await.text().contains("箱子破了"), "words are for the two sides");

    let cases = "SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.evaluated_low'";
    later(&mall, DAY).await;
    assert_eq!(mall.number(cases).await, 0, "the quarter has not ended");
    later(&mall, 92 * DAY).await;
    later(&mall, DAY).await;
    assert_eq!(mall.number(cases).await, 1, "told once");

    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.buyer_evaluated_low'").await, 0);
    let login = mall.number(&format!("SELECT id FROM org WHERE id = {seller} AND name LIKE '%齐鲁示例%'")).await;
    assert_eq!(login, seller);
    let v = mall.login("qilu.guanli").await;
    let case = case_of(&v).await;
    v.get(&case).await.shows(&["采购人评价低", "平均 2.66 分", "3 家、3 单", &path]);
    act(&v, &case, "answer", "运输公司换了").await.leads();
    act(&mall.login("sd.jicai").await, &case, "uphold", "属实").await.leads();
    mall.visitor().get(&format!("/scores/{seller}")).await.shows(&["采购人评价低", "97", &path]);
    // Evaluations that the test wrote past the mall have no entries; the audit would name them.
    force(&mall, "DELETE FROM evaluation").await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_pointed_out_counts_after_an_office_looked() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "ZT-3301").await;
    let path = format!("/prices/{product}");
    let today = show_day(day_of(mall.mall.watch.db().now()));
    let (seller, centre) = (mall.login("qilu.guanli").await, mall.login("jinan.jicai").await);
    let counted = format!("SELECT COUNT(*) FROM observation WHERE product = {product}");

    observe(&seller, &path, "甲商城", "0", &today).await.refused("大于 0");
    assert_eq!(
        observe(&mall.login("qilu.dingdan").await, &path, "甲商城", "60", &today).await.status,
        StatusCode::FORBIDDEN
    );
    observe(&seller, &path, "甲商城", "60", &today).await.leads();
    observe(&seller, &path, "甲商城", "60", &today).await.leads();
    observe(&seller, &path, "乙商城", "1", &today).await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM price_tip").await, 2, "a second click changes nothing");
    assert_eq!(mall.number(&counted).await, 0);
    seller.get("/price-tips").await.shows(&["ZT-3301", "等待核实"]);
    centre.get("/prices").await.shows(&["等待核实", "甲商城", "齐鲁示例", "乙商城"]);

    let (first, second) = (
        mall.number("SELECT id FROM price_tip WHERE source = '甲商城'").await,
        mall.number("SELECT id FROM price_tip WHERE source = '乙商城'").await,
    );
    let (take, decline) = (format!("/price-tips/{first}/take"), format!("/price-tips/{second}/decline"));
    assert_eq!(seller.post(&take, &[]).await.status, StatusCode::FORBIDDEN);
    centre.post(&take, &[]).await.leads();
    centre.post(&take, &[]).await.leads();
    centre.post(&format!("/price-tips/{first}/decline"), &[("reason", "x")]).await.refused("已经有人处理过");
    centre.post(&decline, &[("reason", "")]).await.refused("不采用的理由");
    centre.post(&decline, &[("reason", "网页是二手商品")]).await.leads();
    assert_eq!(mall.number(&counted).await, 1);
    mall.visitor().get(&path).await.shows(&["甲商城", "济南市"]);
    seller.get("/price-tips").await.shows(&["已采用", "未采用", "网页是二手商品"]);
    seller.get("/todo").await.shows(&["没有采用"]);
    mall.sound().await;
}

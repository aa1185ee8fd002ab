//! What else happens to orders and files: silence, refusal, cancellation, returns, double loading.
use crate::job::{buy, find, paper, shelve};
use crate::mall::{Box, Visitor};

const DAY: i64 = 86_400_000;

/// A small order of the education bureau, approved; returns its path, the line and the supplier's clerk.
pub async fn approved(mall: &Box, quantity: &str) -> (String, String, Visitor) {
    let admin = mall.login("lantian.guanli").await;
    shelve(mall, &admin, &paper(&[("T-9900", "50.00", "100")])).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "T-9900").await;
    let page = buy(&handler, &product, quantity).await;
    let order = page.leads().split('?').next().unwrap().to_owned();
    mall.login("licheng.shenhe").await.post(&format!("{order}/approve"), &[]).await.leads();
    let seller = mall.login("lantian.dingdan").await;
    let line = seller.get(&order).await.field("line");
    (order, line, seller)
}

async fn nothing_held(mall: &Box) {
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, 0);
    assert_eq!(mall.number("SELECT CAST(SUM(used) AS BIGINT) FROM plan_line").await, 0);
    assert_eq!(mall.number("SELECT CAST(SUM(held) AS BIGINT) FROM offer").await, 0);
    assert_eq!(mall.number("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM annual_sum").await, 0);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_supplier_loses_the_order_by_itself() {
    let mall = Box::new().await;
    let (order, _, seller) = approved(&mall, "3").await;
    mall.clock.advance(DAY);
    mall.settle().await;
    seller_sees(&mall, &order, "待供应商确认").await;
    mall.clock.advance(2 * DAY);
    mall.settle().await;
    let handler = mall.login("licheng.jingban").await;
    handler.get(&order).await.shows(&["逾期未确认", "自动取消"]);
    mall.login("lantian.dingdan").await.post(&format!("{order}/confirm"), &[]).await.refused("order.state");
    drop(seller);
    nothing_held(&mall).await;
}

async fn seller_sees(mall: &Box, order: &str, words: &str) {
    mall.login("lantian.dingdan").await.get(order).await.shows(&[words]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_order_frees_everything() {
    let mall = Box::new().await;
    let (order, _, seller) = approved(&mall, "3").await;
    seller.post(&format!("{order}/refuse"), &[("reason", "缺货")]).await.leads();
    mall.login("licheng.jingban").await.get(&order).await.shows(&["供应商不接单", "缺货"]);
    nothing_held(&mall).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_needs_both_and_after_filing_the_finance_department() {
    let mall = Box::new().await;
    let (order, line, seller) = approved(&mall, "3").await;
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), "50")]).await.leads();
    let handler = mall.login("licheng.jingban").await;
    handler.post(&format!("{order}/cancel"), &[("reason", "不需要了")]).await.leads();
    handler.post(&format!("{order}/cancel/answer"), &[("agree", "1")]).await.refused("cancel.own");
    seller.post(&format!("{order}/cancel/answer"), &[("agree", "0")]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    handler.post(&format!("{order}/cancel"), &[("reason", "项目取消")]).await.leads();
    seller.post(&format!("{order}/cancel/answer"), &[("agree", "1")]).await.refused("cancel.filed");
    let regulator = mall.login("licheng.jianguan").await;
    regulator.get("/cancellations").await.shows(&["项目取消"]);
    let elsewhere = mall.login("zibo.jianguan").await;
    assert_eq!(elsewhere.post(&format!("{order}/cancel/decide"), &[("agree", "1")]).await.status.as_u16(), 404);
    regulator.post(&format!("{order}/cancel/decide"), &[("agree", "1")]).await.leads();
    mall.settle().await;
    mall.visitor().get("/notices").await.shows(&["合同注销公告"]);
    handler.get(&order).await.shows(&["已取消"]);
    nothing_held(&mall).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn returned_goods_are_not_paid_and_exchanged_ones_come_again() {
    let mall = Box::new().await;
    let (order, line, seller) = approved(&mall, "10").await;
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), "50")]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    let ship = format!("ship-{line}");
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "10"), ("carrier", "自送")]).await.leads();
    let receiver = mall.login("licheng.yanshou").await;
    let good = format!("good-{line}");
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();
    for (kind, n) in [("return", "4"), ("exchange", "2")] {
        let ask = [("kind", kind), ("line", line.as_str()), ("quantity", n), ("reason", "破损")];
        receiver.post(&format!("{order}/returns"), &ask).await.leads();
        let case = mall.number("SELECT MAX(id) FROM return_case").await;
        seller.post(&format!("{order}/returns/{case}/finish"), &[]).await.refused("return.state");
        seller.post(&format!("{order}/returns/{case}/answer"), &[("agree", "1")]).await.leads();
        seller.post(&format!("{order}/returns/{case}/finish"), &[]).await.leads();
    }
    let ask = [("kind", "return"), ("line", line.as_str()), ("quantity", "5"), ("reason", "破损")];
    receiver.post(&format!("{order}/returns"), &ask).await.refused("能退换的数量是 4");
    assert_eq!(mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await, 30_000);
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "2"), ("carrier", "自送")]).await.leads();
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "2")], "photos", "", &[]).await.leads();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_changes_nothing_and_bad_rows_come_back() {
    let mall = Box::new().await;
    let admin = mall.login("lantian.guanli").await;
    let file = paper(&[("T-1", "10.00", "5"), ("T-2", "zehn", "5"), ("T-3", "30.00", "-1")]);
    let page = admin.upload("/imports", &[], "file", "a.xlsx", &file).await;
    let at = page.leads().to_owned();
    mall.settle().await;
    admin.get(&at).await.shows(&["单价（元）：应是大于 0", "库存：应是 0 到", "确认上架 1 行"]);
    let errors = kit::sheet::read(&admin.get(&format!("{at}/errors.xlsx")).await.body).unwrap();
    assert_eq!(
        (errors.len(), errors[0].last().map(String::as_str), errors[1][3].as_str()),
        (3, Some("错误说明"), "T-2")
    );
    let offers = mall.number("SELECT COUNT(*) FROM offer").await;
    admin.post(&format!("{at}/confirm"), &[]).await.leads();
    mall.settle().await;
    admin.post(&format!("{at}/confirm"), &[]).await.refused("import.state");
    assert_eq!(mall.number("SELECT COUNT(*) FROM offer").await, offers + 1);
    // Again, under another spelling of brand and model: the same product, nothing to change.
    let twin = paper(&[("Ｔ１", "10.00", "5")]);
    shelve(&mall, &admin, &twin).await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM offer").await, offers + 1);
    assert_eq!(mall.number("SELECT CAST(SUM(unchanged) AS BIGINT) FROM import_file").await, 1);
    let other = mall.login("quancheng.guanli").await;
    assert_eq!(other.get(&at).await.status.as_u16(), 404);
    admin.upload("/imports", &[], "file", "a.xlsx", b"not a sheet \xff").await.refused("file.encoding");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_refuse_before_anything_is_bought() {
    let mall = Box::new().await;
    let small = mall.login("lcsx.jingban").await;
    // A supplier that does not deliver here, an imported camera, a computer over the standard.
    let camera = find(&small, "佳能 EOS R50").await;
    buy(&small, &camera, "1").await.refused("进口产品");
    let dear = find(&small, "戴尔 OptiPlex7010").await;
    buy(&small, &dear, "1").await.refused("资产配置标准");
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 0);
    let paper = find(&small, "百旺 PW7001").await;
    mall.mall
        .watch
        .db()
        .upkeep("test.narrow", |tx| {
            std::boxed::Box::pin(async move { tx.run("UPDATE offer SET areas = '371300'", kit::params![]).await })
        })
        .await
        .unwrap();
    buy(&small, &paper, "1").await.refused("不在供应商的供货区域里");
    nothing_held(&mall).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_an_account_for_a_while() {
    let mall = Box::new().await;
    let v = mall.visitor();
    for _ in 0..5 {
        v.post("/login", &[("login", "licheng.shenhe"), ("password", "nope")]).await.refused("用户名或密码不对");
    }
    let right = base::access::pages::DEMO_PASSWORD;
    v.post("/login", &[("login", "licheng.shenhe"), ("password", right)]).await.refused("账号已锁定");
    mall.clock.advance(16 * 60_000);
    mall.login("licheng.shenhe").await.get("/sessions").await.shows(&["本次登录"]);
}

//! Batch purchase over HTTP: demand, review, summing, offers or auction, one order a unit; late demand; pooling.
use crate::auctions::{choice, force, frozen, later};
use crate::job::{buy, find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};
use rules::calendar::{day_of, show_day};

const CATEGORY: &str = "A02061804";
const DAY: i64 = 86_400_000;

/// Air conditioners on the shelf: value and shelf price of the first package offered to the centre.
async fn package(centre: &Visitor) -> String {
    let page = centre.get(&format!("/batch/new?category={CATEGORY}")).await;
    page.shows(&["配置包", "家在售"]).field("product")
}

pub async fn open(mall: &Box, centre: &Visitor, method: &str, winners: &str) -> String {
    let due = show_day(day_of(mall.clock.now()) + 6);
    let product = package(centre).await;
    let fields = [
        ("category", CATEGORY),
        ("title", "空调批量采购"),
        ("due_on", due.as_str()),
        ("method", method),
        ("winners", winners),
        ("product", &product),
    ];
    path_of(&centre.post("/batch", &fields).await)
}

fn path_of(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

async fn file(v: &Visitor, round: &str, quantity: &str) -> Page {
    let page = v.get(round).await;
    let (key, package) = (page.field("key"), choice(&page, "package"));
    let (plan, address) = (choice(&page, "plan"), choice(&page, "address"));
    let fields = [
        ("key", key.as_str()),
        ("package", &package),
        ("quantity", quantity),
        ("purpose", "教室降温"),
        ("plan", &plan),
        ("address", &address),
    ];
    v.post(&format!("{round}/demand"), &fields).await
}

/// Files and approves inside the unit.
pub async fn filed(mall: &Box, unit: &str, round: &str, quantity: &str) -> String {
    let handler = mall.login(&format!("{unit}.jingban")).await;
    let path = path_of(&file(&handler, round, quantity).await);
    let id = path.rsplit('/').next().unwrap();
    for duty in ["shenhe", "queren"] {
        let v = mall.login(&format!("{unit}.{duty}")).await;
        if v.get(&path).await.text().contains("请您审批") {
            v.post(&format!("/projects/{id}/approve"), &[]).await.leads();
        }
    }
    handler.get(&path).await.shows(&["主管单位审核"]);
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn units_file_demand_and_each_gets_its_own_order_at_the_batch_price() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let before = frozen(&mall).await;
    let bad =
        [("category", CATEGORY), ("title", "x"), ("due_on", "2020-01-01"), ("method", "discount"), ("winners", "1")];
    centre.post("/batch", &bad).await.refused("截止日");
    centre
        .post("/batch", &[("category", "A050401"), ("title", "x"), ("due_on", "bald"), ("winners", "1")])
        .await
        .refused("日期");
    let due = show_day(day_of(mall.clock.now()) + 6);
    let other =
        [("category", "A050401"), ("title", "x"), ("due_on", due.as_str()), ("method", "discount"), ("winners", "1")];
    centre.post("/batch", &other).await.refused("批量采购品目");
    let round = open(&mall, &centre, "discount", "2").await;
    mall.settle().await;
    mall.visitor().get("/notices").await.shows(&["批量采购征集公告"]);
    mall.visitor().get(&round).await.shows(&["征集需求"]);
    assert_eq!(mall.login("licheng.jingban").await.get("/batch/new").await.status, StatusCode::FORBIDDEN);

    // While the round collects, the shelf is closed for these goods.
    let licheng = mall.login("licheng.jingban").await;
    let product = package(&centre).await;
    licheng.get(&format!("/products/{product}")).await.shows(&["现在正在征集需求"]);
    let stopped = buy(&licheng, &format!("/products/{product}"), "1").await;
    stopped.refused("请到“批量采购”填报需求");
    // What is in the way stands first, what is in order is folded away below.
    let (above, below) =
        stopped.text().split_once("其余各条都符合").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(above.contains("请到“批量采购”填报需求") && !above.contains("<li class=\"ok\">"));
    assert!(below.contains("<li class=\"ok\">") && !below.contains("<li class=\"bad\">"));

    file(&licheng, &round, "0").await.refused("数量");
    let stopped = file(&licheng, &round, "5000").await;
    stopped.refused("计划");
    assert!(!stopped.text().contains("<li class=\"ok\">"), "only what is in the way");
    assert_eq!(frozen(&mall).await, before);
    let zibo = mall.login("zdjy.jingban").await;
    assert!(!zibo.get(&round).await.text().contains("填报本单位需求"), "another city's round");

    let parent = filed(&mall, "licheng", &round, "3").await;
    let school = filed(&mall, "lcsx", &round, "4").await;
    let lixia = filed(&mall, "lixia", &round, "2").await;
    assert!(frozen(&mall).await > before);

    // The school is reviewed by the bureau above it, the bureau by the centre; nobody else even sees it.
    let bureau = mall.login("licheng.shenhe").await;
    bureau.get("/todo").await.shows(&["审核批量需求"]);
    bureau.get(&school).await.shows(&["请审核下级单位的需求"]);
    let stranger = mall.login("lixia.shenhe").await;
    assert_eq!(stranger.get(&school).await.status, StatusCode::NOT_FOUND);
    let accept = [("accept", "1")];
    assert_eq!(stranger.post(&format!("{school}/review"), &accept).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bureau.post(&format!("{parent}/review"), &accept).await.status, StatusCode::NOT_FOUND, "not its own");
    bureau.post(&format!("{school}/review"), &[("accept", "0"), ("reason", "")]).await.refused("退回理由");
    bureau.post(&format!("{school}/review"), &accept).await.leads();
    bureau.post(&format!("{school}/review"), &accept).await.refused("project.state");
    centre.get("/todo").await.shows(&["审核批量需求"]);
    centre.post(&format!("{parent}/review"), &accept).await.leads();
    mall.visitor()
        .get(&round)
        .await
        .shows(&["已审核需求 <b class=\"num\">7</b>", "<span class=\"num\">2</span> 台在审批和审核中"]);

    // The due day passes: what is not reviewed rolls over, the rest is offered for.
    later(&mall, 7 * DAY).await;
    mall.visitor().get(&round).await.shows(&["供应商报价"]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM batch_round").await, 2, "a next round for the late demand");
    lixia_moved(&mall, &lixia).await;
    let sellers =
        [mall.login("dianqi.dingdan").await, mall.login("taishan.dingdan").await, mall.login("qilu.dingdan").await];
    let page = sellers[0].get(&round).await;
    let package = page.fields("package")[0].clone();
    let shelf = mall.number("SELECT shelf_price FROM batch_package ORDER BY id LIMIT 1").await;
    let yuan = |percent: i64| rules::Fen(shelf * percent / 100).plain();
    let offer = async |v: &Visitor, price: &str, most: &str| {
        let goods =
            [("package", package.as_str()), ("brand", "甲牌"), ("model", "K1"), ("price", price), ("most", most)];
        v.post(&format!("{round}/offer"), &goods).await
    };
    offer(&sellers[0], &yuan(99), "10").await.refused("批量折扣");
    offer(&sellers[0], "viel", "10").await.refused("单价应填金额");
    offer(&mall.login("jiaju.dingdan").await, &yuan(90), "10").await.refused("没有入驻这个品目");
    offer(&sellers[0], &yuan(95), "3").await.leads();
    offer(&sellers[0], &yuan(90), "3").await.leads();
    offer(&sellers[1], &yuan(92), "100").await.leads();
    offer(&sellers[2], &yuan(96), "100").await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM batch_offer WHERE price IS NOT NULL").await, 0, "sealed");
    let all = [mall.visitor(), centre.clone(), mall.login("jinan.shenji").await];
    for v in &all {
        assert!(!v.get(&round).await.text().contains("山东示例电器"), "who offers stays hidden");
    }

    later(&mall, 4 * DAY).await;
    mall.visitor().get(&round).await.shows(&["已成交", "山东示例电器有限公司", "山东泰山示例科技有限公司", "节约"]);
    let db = mall.mall.watch.db();
    let sql = "SELECT g.name, o.total, l.quantity FROM orders o JOIN org g ON g.id = o.supplier JOIN order_line l ON l.orders = o.id \
               WHERE o.project IS NOT NULL ORDER BY l.quantity";
    let orders = db.rows(sql, params![]).await.unwrap();
    assert_eq!(orders.len(), 2, "one order a unit");
    assert_eq!((orders[0].text(0), orders[0].int(2)), ("山东示例电器有限公司".into(), 3), "whole with whom it fits");
    assert_eq!(orders[0].int(1), shelf * 90 / 100 * 3);
    assert_eq!((orders[1].text(0), orders[1].int(2)), ("山东泰山示例科技有限公司".into(), 4));
    licheng.get(&parent).await.shows(&["已成交", "节约", "已生成订单"]);
    let result = mall.number("SELECT id FROM notice WHERE kind = 'batch_result'").await;
    let page = mall.visitor().get(&format!("/notices/{result}")).await;
    page.shows(&[
        "批量采购结果公告",
        "山东示例电器有限公司",
        "甲牌 K1 3",
        "山东泰山示例科技有限公司",
        "货架价",
        "成交金额",
    ]);
    let number =
        db.one("SELECT number FROM orders WHERE project IS NOT NULL ORDER BY total LIMIT 1", params![]).await.unwrap();
    for who in ["licheng.queren", "dianqi.dingdan"] {
        let id = db.one("SELECT id FROM orders WHERE number = $1", params![number.str(0)]).await.unwrap().int(0);
        mall.login(who).await.post(&format!("/orders/{id}/sign"), &[]).await.leads();
    }
    mall.settle().await;
    let why = mall.visitor().get(&format!("/deals/why/{}", number.str(0))).await;
    why.shows(&["怎样选定供应商", "需求汇总后密封报价", "开批时货架价", "选中", "报价较高，需求已分完", "适用的规则"]);
    let held = mall.number("SELECT CAST(SUM(held) AS BIGINT) FROM project WHERE state = 'ordered'").await;
    assert_eq!(held, 0, "what was not needed is free again");
    mall.sound().await;
}

async fn lixia_moved(mall: &Box, lixia: &str) {
    let handler = mall.login("lixia.jingban").await;
    handler.get(lixia).await.shows(&["转入下一批", "主管单位审核"]);
}

/// A round whose demand is in goes through its auction; the third of three wins at 800 yuan and confirms.
pub async fn by_auction(mall: &Box, centre: &Visitor, round: &str) {
    let page = mall.visitor().get(round).await;
    page.shows(&["批量竞价", "看竞价"]);
    let id = page.text().split("href=\"/auctions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let auction = format!("/auctions/{id}");
    mall.visitor().get(&auction).await.shows(&["批量竞价", "公开报价中"]);
    let demands = page.text().matches("<li>").count();
    assert!(demands > 0);
    let prices = ["1000", "900", "800"];
    let sellers =
        [mall.login("dianqi.dingdan").await, mall.login("taishan.dingdan").await, mall.login("qilu.dingdan").await];
    for (v, price) in sellers.iter().zip(prices) {
        let page = v.get(&auction).await;
        let text = page.text();
        // Every requirement is one value: the answer is that value.
        let mut fields = vec![("brand", "甲牌".to_owned()), ("model", "K1".into()), ("maker", "示例制造".into())];
        for label in text.split("<label for=\"answer-").skip(1) {
            let words = label.split('>').nth(1).unwrap().split('<').next().unwrap();
            fields.push(("answer", words.split(" 为 ").nth(1).unwrap_or("16").to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        v.post(&format!("{auction}/enter"), &fields).await.leads();
        v.post(&format!("{auction}/quote"), &[("price", price)]).await.leads();
    }
    later(mall, 4 * DAY).await;
    for alias in centre.get(&auction).await.fields("alias") {
        centre.post(&format!("{auction}/check"), &[("alias", &alias), ("pass", "1")]).await.leads();
    }
    // The three are far below the shelf price: the centre hears why, then awards.
    for v in &sellers {
        let page = v.post(&format!("{auction}/explain"), &[("words", "工厂直供")]).await;
        assert!(page.status.is_redirection() || page.status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    for alias in centre.get(&auction).await.fields("alias") {
        centre
            .post(&format!("{auction}/judge"), &[("alias", &alias), ("accept", "1"), ("reason", "有成本构成")])
            .await
            .leads();
    }
    centre.post(&format!("{auction}/award"), &[]).await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 0);
    sellers[2].post(&format!("{auction}/confirm"), &[]).await.leads();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_by_auction_becomes_orders_when_the_winner_confirms() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let round = open(&mall, &centre, "auction", "1").await;
    let school = filed(&mall, "lcsx", &round, "4").await;
    mall.login("licheng.shenhe").await.post(&format!("{school}/review"), &[("accept", "1")]).await.leads();
    later(&mall, 7 * DAY).await;
    by_auction(&mall, &centre, &round).await;
    assert_eq!(mall.number("SELECT total FROM orders").await, 4 * 80_000);
    mall.login("lcsx.jingban").await.get(&school).await.shows(&["已成交", "已生成订单"]);
    mall.visitor().get(&round).await.shows(&["已成交"]);
    mall.sound().await;
    // What was awarded is of the category it was bought as.
    force(&mall, "UPDATE order_line SET category = 'A02010199'").await;
    let mut found = watch::ledger::log::Found::default();
    watch::ledger::compare::audit(&mall.mall.watch, &mut found).await.unwrap();
    assert!(found.wrong.iter().any(|w| w.contains("category is")), "{:?}", found.wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_round_and_one_nobody_offers_for_free_the_money() {
    let mall = Box::new().await;
    let before = frozen(&mall).await;
    let centre = mall.login("jinan.jicai").await;
    let round = open(&mall, &centre, "discount", "1").await;
    let school = filed(&mall, "lcsx", &round, "4").await;
    assert_eq!(
        mall.login("zibo.jicai").await.post(&format!("{round}/cancel"), &[("reason", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
    centre.post(&format!("{round}/cancel"), &[("reason", "预算调整")]).await.leads();
    assert_eq!(frozen(&mall).await, before);
    mall.login("lcsx.jingban").await.get(&school).await.shows(&["未成交", "预算调整"]);
    let round = open(&mall, &centre, "discount", "1").await;
    let school = filed(&mall, "lcsx", &round, "4").await;
    mall.login("licheng.shenhe").await.post(&format!("{school}/review"), &[("accept", "1")]).await.leads();
    later(&mall, 7 * DAY).await;
    later(&mall, 4 * DAY).await;
    mall.visitor().get(&round).await.shows(&["未成交", "没有有效报价"]);
    assert_eq!(frozen(&mall).await, before);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn like_needs_are_proposed_for_pooling_and_names_stay_hidden_until_both_agree() {
    let mall = Box::new().await;
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&[("T-6001", "100.00", "500")])).await;
    let (one, two) = (mall.login("licheng.jingban").await, mall.login("lixia.jingban").await);
    let product = find(&one, "T-6001").await;
    for v in [&one, &two] {
        let offer = v.get(&product).await.field("offer");
        v.post("/cart/add", &[("offer", &offer), ("quantity", "7")]).await.leads();
    }
    let page = one.get("/cart").await;
    page.shows(&["合并采购建议", "<b>1</b> 家单位"]);
    assert!(!page.text().contains("历下区卫生健康局"));
    let id = product.trim_start_matches("/products/");
    one.post("/pools", &[("product", id), ("agree", "1")]).await.leads();
    let page = one.get("/cart").await;
    page.shows(&["等其他单位"]);
    assert!(!page.text().contains("历下区卫生健康局"));
    assert!(!two.get("/cart").await.text().contains("历城区教育局</"), "the other's name is hidden too");
    two.post("/pools", &[("product", id), ("agree", "1")]).await.leads();
    one.get("/cart").await.shows(&["历下区卫生健康局", "集采机构已收到建议"]);
    mall.login("jinan.jicai").await.get("/todo").await.shows(&["2 家单位愿意合并采购", "共 14"]);
    force(&mall, "DELETE FROM cart_line").await;
    one.post("/pools", &[("product", id), ("agree", "1")]).await.refused("pool.empty");
}

//! 强制公开: notices of every kind under numbers without gaps, corrected and withdrawn in the open, secrets kept, deadlines counted, why
//! this one, mails to those who asked.
use crate::auctions::{later, same_paper};
use crate::job::{buy_dearer, buy_with, find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};
use serde_json::Value;

const DAY: i64 = 86_400_000;

async fn text(mall: &Box, sql: &str) -> String {
    mall.mall.watch.db().one(sql, params![]).await.unwrap().text(0)
}

/// The number of the newest notice of a kind.
async fn number(mall: &Box, kind: &str) -> String {
    text(mall, &format!("SELECT number FROM notice WHERE kind = '{kind}' ORDER BY id DESC LIMIT 1")).await
}

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

/// An order of paper by the education bureau, with more fields of the form; nothing is approved yet.
async fn ordered(mall: &Box, model: &str, price: &str, quantity: &str, more: &[(&str, &str)]) -> String {
    shelve(mall, &mall.login("lantian.guanli").await, &paper(&[(model, price, "500")])).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, model).await;
    let offer = handler.get(&product).await.field("offer");
    path(&buy_with(&handler, offer, quantity, more).await)
}

/// Everybody who has to approves; the supplier takes it.
async fn confirmed(mall: &Box, order: &str, seller: &str) {
    for who in ["licheng.shenhe", "licheng.queren"] {
        let v = mall.login(who).await;
        if v.get(order).await.text().contains("请您审批") {
            v.post(&format!("{order}/approve"), &[]).await.leads();
        }
    }
    mall.login(seller).await.post(&format!("{order}/confirm"), &[]).await.leads();
}

async fn signed(mall: &Box, order: &str, seller: &str) {
    confirmed(mall, order, seller).await;
    for who in ["licheng.queren", seller] {
        mall.login(who).await.post(&format!("{order}/sign"), &[]).await.leads();
    }
    mall.settle().await;
}

/// All goods are sent; the receiver takes some and refuses the rest with a reason.
async fn accepted(mall: &Box, order: &str, good: &str, bad: &str, reason: &str) {
    let seller = mall.login("lantian.dingdan").await;
    let line = seller.get(order).await.field("line");
    let all = (good.parse::<i64>().unwrap() + bad.parse::<i64>().unwrap()).to_string();
    let ship = [("line", line.as_str()), (&format!("ship-{line}"), &all), ("carrier", "自送")];
    seller.post(&format!("{order}/ship"), &ship).await.leads();
    let (g, b) = (format!("good-{line}"), format!("bad-{line}"));
    let fields = [("line", line.as_str()), (&g, good), (&b, bad), ("reason", reason)];
    let receiver = mall.login("licheng.yanshou").await;
    receiver.upload(&format!("{order}/accept"), &fields, "photos", "", &[]).await.leads();
    mall.settle().await;
}

async fn rows(mall: &Box) -> String {
    let sql = "SELECT id, number, kind, unit, owner, title, amount, body, state, about, changes, reason, published_at, changed_at \
               FROM notice ORDER BY id";
    format!("{:?}", mall.mall.watch.db().rows(sql, params![]).await.unwrap())
}

async fn same_again(mall: &Box) {
    let before = (rows(mall).await, text(mall, "SELECT CAST(SUM(at) AS TEXT) FROM notice_issue").await);
    watch::disclosure::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!((rows(mall).await, text(mall, "SELECT CAST(SUM(at) AS TEXT) FROM notice_issue").await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_from_deal_to_acceptance() {
    let mall = Box::new().await;
    let v = mall.visitor();
    let large = ordered(&mall, "GK-1", "150.00", "80", &[]).await;
    confirmed(&mall, &large, "lantian.dingdan").await;
    mall.settle().await;
    let year = rules::calendar::year_of(rules::calendar::day_of(mall.mall.watch.db().now()));
    let result = format!("370112-{year}-CJ-000001");
    assert_eq!(number(&mall, "result").await, result);
    let page = v.get(&format!("/notices/{result}")).await;
    page.shows(&["成交结果公告", "供应商名称", "¥12,000.00（壹万贰仟元整）", "公告期限", "其他补充事宜", &result]);
    for who in ["licheng.queren", "lantian.dingdan"] {
        mall.login(who).await.post(&format!("{large}/sign"), &[]).await.leads();
    }
    mall.settle().await;
    accepted(&mall, &large, "70", "10", "受潮，联系 13812345678 或 a.b@c.cn").await;
    // Small orders have no result of their own; their contracts go on with the series.
    let small = ordered(&mall, "GK-2", "20.00", "3", &[]).await;
    signed(&mall, &small, "lantian.dingdan").await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'result'").await, 1);
    assert_eq!(number(&mall, "contract").await, format!("370112-{year}-HT-000002"));
    // In the order of the national format.
    let body: Vec<(String, String)> =
        serde_json::from_str(&text(&mall, "SELECT body FROM notice WHERE kind = 'contract' ORDER BY id LIMIT 1").await)
            .unwrap();
    let labels: Vec<&str> = body.iter().map(|(l, _)| l.as_str()).collect();
    let want = [
        "合同编号",
        "合同名称",
        "订单编号",
        "采购人（甲方）",
        "甲方统一社会信用代码",
        "供应商（乙方）",
        "乙方统一社会信用代码",
        "乙方地址",
        "乙方规模",
        "主要标的",
        "合同金额",
        "履约期限和地点",
        "采购方式",
        "合同签订日期",
        "公告日期",
        "其他补充事宜",
    ];
    assert_eq!(labels, want);

    // What people wrote is told without what is theirs, in the notice and in the journal.
    let acceptance = number(&mall, "acceptance").await;
    let page = v.get(&format!("/notices/{acceptance}")).await;
    page.shows(&["验收结果公告", "部分合格", "合格 70", "不合格 10", "受潮，联系 〔电话已隐去〕 或 〔邮箱已隐去〕"]);
    let kept = text(&mall, "SELECT body FROM journal WHERE kind = 'acceptance.recorded'").await;
    assert!(!kept.contains("13812345678") && !kept.contains("a.b@c.cn"), "{kept}");

    // Found by words, kind, unit, day, amount and region; id and number lead to the same.
    let id = mall.number("SELECT id FROM notice WHERE kind = 'acceptance'").await;
    v.get(&format!("/notices/{id}")).await.shows(&[&acceptance]);
    let today = rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()));
    let count = async |query: &str| {
        let page = v.get(&format!("/notices?{query}")).await;
        let text = page.shows(&["公告"]).text();
        text.split("共 <span class=\"num\">").nth(1).unwrap().split('<').next().unwrap().parse::<i64>().unwrap()
    };
    assert_eq!(count("").await, 4);
    assert_eq!(count("kind=contract").await, 2);
    assert_eq!(count("kind=nonsense").await, 4);
    assert_eq!(count("words=gk-1").await, 3, "words of the body, in any case");
    assert_eq!(count("kind=contract&least=1000&most=20000").await, 1);
    assert_eq!(count(&format!("from={today}&to={today}")).await, 4);
    assert_eq!(count("to=2020-01-01").await, 0);
    assert_eq!(count("unit=%E5%8E%86%E5%9F%8E").await, 4);
    assert_eq!(count("station=370300").await, 0);
    assert_eq!(count("words=%25").await, 0, "a sign that means something to the database is a sign");
    assert_eq!(count("words=GK_1").await, 0);
    assert_eq!(count("words=GK-1%00").await, 3, "what nobody types is passed over");
    assert_eq!(v.get("/notices/370112%00").await.status, StatusCode::NOT_FOUND);
    assert_eq!(v.get("/log?number=%00").await.status, StatusCode::OK);
    assert_eq!(v.get("/notices/370112-2026-HT-999999").await.status, StatusCode::NOT_FOUND);

    // Feeds say the same with absolute addresses.
    for (feed, kind, mark) in [("rss", "rss+xml", "<item>"), ("atom", "atom+xml", "<entry>")] {
        let page = v.get(&format!("/notices.{feed}?kind=contract&words=GK-2")).await;
        assert!(page.headers["content-type"].to_str().unwrap().contains(kind));
        let text = page.text();
        assert_eq!(text.matches(mark).count(), 1, "{text}");
        assert!(text.contains(&format!("https://qicai.example/notices/370112-{year}-HT-000002")), "{text}");
        assert!(text.contains("words=GK-2&amp;kind=contract") && !text.contains("href=\"/"), "{text}");
    }
    same_again(&mall).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_are_counted_by_when_the_public_could_read() {
    let mall = Box::new().await;
    let v = mall.visitor();
    let first = ordered(&mall, "SX-1", "20.00", "3", &[]).await;
    signed(&mall, &first, "lantian.dingdan").await;
    let month =
        |mall: &Box| rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()))[..7].to_owned();
    let csv = async |month: &str| v.get(&format!("/notices/compliance?format=csv&month={month}")).await.text();
    let then = month(&mall);
    v.get("/notices/compliance").await.shows(&["公开时限", "济南市历城区教育局", "100.00%"]);
    assert!(csv(&then).await.contains("济南市历城区教育局,1,1,0,0,100.00%,0,0"), "{}", csv(&then).await);
    // However many orders there are, the page looks at the month's acceptances only.
    if crate::mall::postgres().is_none() {
        let sql = format!("EXPLAIN QUERY PLAN {}", watch::disclosure::UNTOLD);
        let plan = mall.mall.watch.db().rows(&sql, params!["37%", 0, 1]).await.unwrap();
        assert!(plan[0].str(3).starts_with("SEARCH a USING INDEX acceptance_at (at>? AND at<?)"), "{}", plan[0].str(3));
        assert!(plan.iter().all(|r| !r.str(3).starts_with("SCAN")), "no table is read whole");
    }

    // The follower sleeps: the contract is not told, and the page says so though there is no notice to count.
    let second = ordered(&mall, "SX-2", "20.00", "3", &[]).await;
    confirmed(&mall, &second, "lantian.dingdan").await;
    for who in ["licheng.queren", "lantian.dingdan"] {
        mall.login(who).await.post(&format!("{second}/sign"), &[]).await.leads();
    }
    assert!(csv(&then).await.contains("济南市历城区教育局,2,1,0,1,50.00%,0,0"), "{}", csv(&then).await);
    // It wakes twelve days later: late for ever, whoever makes notices again.
    later(&mall, 12 * DAY).await;
    let line = csv(&then).await;
    assert!(line.contains("济南市历城区教育局,2,1,1,0,50.00%,"), "{line}");
    same_again(&mall).await;
    assert_eq!(csv(&then).await, line);
    // The page's figures open the notices they count.
    let page = v.get(&format!("/notices/compliance?month={then}")).await.text();
    let link = page.split("href=\"/notices?station=370112").nth(1).unwrap().split('"').next().unwrap();
    let link = format!("/notices?station=370112{}", link.replace("&#38;", "&").replace("&amp;", "&"));
    v.get(&link).await.shows(&["共 <span class=\"num\">2</span> 条"]);
    v.get(&format!("/notices/{}", number(&mall, "contract").await)).await.shows(&["晚于时限"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_are_corrected_and_withdrawn_in_the_open() {
    let mall = Box::new().await;
    let v = mall.visitor();
    let product = same_paper(&mall, "GZ-1").await;
    let handler = mall.login("licheng.jingban").await;
    let sql = format!("SELECT id FROM offer WHERE product = {product} ORDER BY price DESC LIMIT 1");
    let dearest = mall.number(&sql).await.to_string();
    let order = path(&buy_dearer(&handler, dearest, "2", "只有这一家当天送到").await);
    signed(&mall, &order, "baojie.dingdan").await;
    let (id, old) = (mall.number("SELECT id FROM notice").await, number(&mall, "contract").await);
    let (correct, withdraw) = (format!("/notices/{id}/correct"), format!("/notices/{id}/withdraw"));

    // Whose it is not does not learn that there is something to do.
    assert!(v.get(&correct).await.leads_to_login());
    assert_eq!(handler.get(&correct).await.status, StatusCode::FORBIDDEN);
    for other in ["lixia.queren", "jinan.jicai"] {
        let who = mall.login(other).await;
        assert_eq!(who.get(&correct).await.status, StatusCode::NOT_FOUND, "{other}");
        let fields = [("价格选择说明", "x"), ("reason", "y")];
        assert_eq!(who.post(&correct, &fields).await.status, StatusCode::NOT_FOUND, "{other}");
        assert_eq!(who.post(&withdraw, &[("reason", "y")]).await.status, StatusCode::NOT_FOUND, "{other}");
    }
    let signer = mall.login("licheng.queren").await;
    signer.get(&format!("/notices/{old}")).await.shows(&["更正或撤回"]);
    signer.get(&correct).await.shows(&["合同金额", "价格选择说明"]);
    let choice = text(&mall, "SELECT body FROM notice").await;
    let choice: Vec<(String, String)> = serde_json::from_str(&choice).unwrap();
    let before = &choice.iter().find(|(l, _)| l == "价格选择说明").unwrap().1;
    let post = async |fields: &[(&str, &str)]| signer.post(&correct, fields).await;
    post(&[("价格选择说明", "写错了"), ("reason", "")]).await.refused("请填写更正原因").refused("写错了");
    post(&[("合同金额", "¥1.00"), ("reason", "改价")]).await.refused("来自订单、合同等记录");
    post(&[("没有", "x"), ("reason", "改")]).await.refused("没有“没有”这一项");
    post(&[("价格选择说明", before), ("reason", "改")]).await.refused("一样");
    post(&[("其他补充事宜", "打 0531-86123456"), ("reason", "改")]).await.refused("电话号码");
    post(&[("其他补充事宜", "附件另行公开"), ("reason", "找 a@b.cn")]).await.refused("电子邮箱");
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice_act").await, 0);

    post(&[("其他补充事宜", "附件另行公开"), ("reason", "漏写附件")]).await.leads();
    post(&[("其他补充事宜", "附件另行公开"), ("reason", "漏写附件")]).await.refused("一样");
    mall.settle().await;
    let correction = number(&mall, "correction").await;
    assert!(correction.ends_with("-GZ-000001"), "{correction}");
    v.get(&format!("/notices/{correction}")).await.shows(&[
        "更正公告",
        &old,
        "“无”改为“附件另行公开”",
        "漏写附件",
        "首次公告日期",
    ]);
    v.get(&format!("/notices/{old}")).await.shows(&[
        &correction,
        "<del>无</del> 改为 <b>附件另行公开</b>",
        "只有这一家当天送到",
    ]);
    v.get("/notices").await.shows(&["已更正", "（更正）"]);

    signer.post(&withdraw, &[("reason", "")]).await.refused("请填写撤回原因");
    signer.post(&withdraw, &[("reason", "误发，重新公告")]).await.leads();
    signer.post(&withdraw, &[("reason", "又点一次")]).await.refused("已经撤回");
    mall.settle().await;
    let page = v.get(&format!("/notices/{old}")).await;
    page.shows(&["撤回", "误发，重新公告", &old]);
    assert!(!page.text().contains("只有这一家当天送到") && !page.text().contains("合同金额"), "{}", page.text());
    post(&[("其他补充事宜", "再改"), ("reason", "改")]).await.refused("已经撤回");
    v.get("/notices").await.shows(&["已撤回"]);
    assert!(!v.get("/notices?words=%E5%BD%93%E5%A4%A9%E9%80%81%E5%88%B0").await.text().contains(&old));
    let feed = v.get("/notices.atom?kind=contract").await.text();
    assert!(feed.contains("〔已撤回〕") && feed.contains("误发，重新公告") && !feed.contains("当天送到"), "{feed}");
    assert_eq!(v.get(&format!("/deals/why/{old}")).await.status, StatusCode::NOT_FOUND);
    for (kind, n) in [("notice.corrected", 1), ("notice.withdrawn", 1)] {
        assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM journal WHERE kind = '{kind}'")).await, n);
    }
    same_again(&mall).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_clauses_stay_inside() {
    let mall = Box::new().await;
    let v = mall.visitor();
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&[("MM-0", "150.00", "500")])).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "MM-0").await;
    let offer = handler.get(&product).await.field("offer");
    buy_with(&handler, offer.clone(), "1", &[("secret", "none")]).await.refused("国家秘密或商业秘密");
    buy_with(&handler, offer, "1", &[("secret", "trade")]).await.refused("哪些条款涉密");
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 0);

    for (model, basis) in [("MM-1", "trade"), ("MM-2", "state")] {
        let words = [("secret", basis), ("secret_words", "规格涉密，见定密依据")];
        // Too small for the signer otherwise.
        let order = ordered(&mall, model, "150.00", "70", &words).await;
        let steps = text(&mall, &format!("SELECT steps FROM orders WHERE secret = '{basis}'")).await;
        assert!(steps.split(' ').any(|s| s == "signer"), "{steps}");
        mall.login("licheng.shenhe").await.get(&order).await.shows(&["秘密条款", "规格涉密，见定密依据"]);
        signed(&mall, &order, "lantian.dingdan").await;
        accepted(&mall, &order, "70", "0", "").await;
        mall.login("jinan.shenji").await.get(&order).await.shows(&["¥10,500.00", model]);
    }
    let plain = ordered(&mall, "MM-3", "20.00", "3", &[]).await;
    signed(&mall, &plain, "lantian.dingdan").await;
    // Of the state's secret nothing, of the trade's that there is a contract.
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice").await, 2);
    assert_eq!(mall.number("SELECT COUNT(*) FROM deal").await, 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM stat_deal").await, 1);
    let numbers = mall.mall.watch.db().rows("SELECT number FROM orders WHERE secret <> ''", params![]).await.unwrap();
    let told = text(&mall, "SELECT number FROM notice WHERE amount = 0").await;
    v.get(&format!("/notices/{told}")).await.shows(&["含商业秘密", "第五十条", "合同编号"]);
    for public in [
        "/notices",
        &format!("/notices/{told}"),
        "/notices.rss",
        "/deals",
        "/open/feed",
        "/statistics",
        "/statistics/orders",
    ] {
        let page = v.get(public).await.shows(&[]).text();
        for secret in ["MM-1", "MM-2", "10,500", "10500"] {
            assert!(!page.contains(secret), "{public} tells {secret}");
        }
    }
    for r in &numbers {
        assert_eq!(v.get(&format!("/deals/why/{}", r.str(0))).await.status, StatusCode::NOT_FOUND);
    }
    let feed = v.get("/open/feed").await.text();
    assert_eq!(feed.lines().count(), 2, "{feed}");
    let bare: Value = serde_json::from_str(feed.lines().next().unwrap()).unwrap();
    let bare = &bare["release"];
    assert_eq!(bare["tag"].to_string(), r#"["contract"]"#);
    assert!(bare["contracts"][0]["value"].is_null() && bare["awards"].is_null() && !bare.to_string().contains("蓝天"));
    v.get("/notices/compliance").await.shows(&["100.00%"]);
    same_again(&mall).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_why_this_one_and_no_other() {
    let mall = Box::new().await;
    let v = mall.visitor();
    let product = same_paper(&mall, "WS-1").await;
    // One of the four is out of stock, one is stopped; both still stand in the comparison.
    crate::auctions::force(
        &mall,
        "UPDATE offer SET stock = 1 WHERE price = 10100 AND product IN (SELECT id FROM product WHERE model = 'WS-1')",
    )
    .await;
    crate::auctions::force(
        &mall,
        "UPDATE offer SET stops = 1 WHERE price = 10200 AND product IN (SELECT id FROM product WHERE model = 'WS-1')",
    )
    .await;
    let handler = mall.login("licheng.jingban").await;
    let sql = format!("SELECT id FROM offer WHERE product = {product} AND price = 10300");
    let offer = mall.number(&sql).await.to_string();
    let order = path(&buy_dearer(&handler, offer, "2", "当天送到，问 13912345678").await);
    let order_number = text(&mall, "SELECT number FROM orders").await;
    let why = format!("/deals/why/{order_number}");
    assert_eq!(v.get(&why).await.status, StatusCode::NOT_FOUND, "not public before the contract");
    signed(&mall, &order, "baojie.dingdan").await;
    // Its supplier is not told either how much the unit has left.
    handler.get(&order).await.shows(&["计划金额够用", "预算可用"]);
    let seller = mall.login("baojie.dingdan").await.get(&order).await;
    seller.shows(&["采购计划够用", "预算够用"]);
    assert!(!seller.text().contains("预算可用") && !seller.text().contains("还剩"));
    let notice = number(&mall, "contract").await;
    v.get(&format!("/notices/{notice}")).await.shows(&["为什么是这家", &format!("/deals/why/{notice}")]);
    let page = v.get(&format!("/deals/why/{notice}")).await;
    page.shows(&[
        "与全程留痕一致",
        "更便宜，未选",
        "库存不够",
        "停售中",
        "选中",
        "当天送到，问 〔电话已隐去〕",
        "审核人同意",
    ]);
    for name in ["样本", "13912345678"] {
        assert!(!page.text().contains(name), "{name}");
    }
    let of = async |key: &str| -> Value {
        serde_json::from_str(&v.get(&format!("/deals/why/{key}.json")).await.shows(&[]).text()).unwrap()
    };
    let w = of(&order_number).await;
    assert_eq!(of(&mall.number("SELECT id FROM notice").await.to_string()).await, w, "by order, number and id");
    let offers: Vec<(i64, &str)> = w["lines"][0]["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["price"].as_i64().unwrap(), o["why"].as_str().unwrap()))
        .collect();
    assert_eq!(offers, [(10_300, "chosen"), (10_000, "cheaper"), (10_100, "stock"), (10_200, "stopped")]);
    assert_eq!(w["lines"][0]["offered_then"]["median"], 10_100);
    assert_eq!(w["agrees_with_journal"], true);
    assert_eq!(w["lines"][0]["paid_90_days"], Value::Null, "nothing was paid before");
    assert!(w["checks"].as_array().unwrap().iter().any(|c| c["code"] == "direct.cheaper" && c["rule"] != ""));
    for c in w["checks"].as_array().unwrap() {
        assert!(!c["figures"].as_str().unwrap().contains("预算可用"), "{c}");
    }

    // Prices move on; what was compared does not. Whoever touches it is found out.
    crate::auctions::force(&mall, "UPDATE offer SET price = 9000 WHERE price = 10000 AND product IN (SELECT id FROM product WHERE model = 'WS-1')").await;
    assert_eq!(of(&notice).await, w);
    mall.sound().await;
    let kept = &text(&mall, "SELECT body FROM order_compared").await;
    let set = async |body: Option<String>| {
        let body = &body;
        let db = mall.mall.watch.db();
        db.upkeep("test", |tx| {
            std::boxed::Box::pin(async move {
                tx.run("DELETE FROM order_compared", params![]).await?;
                let sql = "INSERT INTO order_compared (orders, body, digest) SELECT id, $1, '' FROM orders";
                match body {
                    Some(body) => tx.run(sql, params![body]).await,
                    None => Ok(0),
                }
            })
        })
        .await
        .unwrap();
    };
    // The doctor says it once, with the audit and without.
    let ill = async || {
        let watch = &mall.mall.watch;
        for audit in [None, Some(watch)] {
            let mut lines = Vec::new();
            assert!(qicai::doctor::examine(watch.db(), audit, &mut |l| lines.push(l)).await.is_err());
            assert_eq!(lines.iter().filter(|l| l.contains("what was compared")).count(), 1, "{lines:#?}");
        }
    };
    set(Some(kept.replace("10000", "10500"))).await;
    v.get(&format!("/deals/why/{notice}")).await.shows(&["不一致"]);
    ill().await;
    set(None).await;
    v.get(&format!("/deals/why/{notice}")).await.shows(&["没有保存当时的比较", "规则检查"]);
    ill().await;
    set(Some(kept.clone())).await;
    assert_eq!(of(&notice).await, w);
    mall.sound().await;
}

trait ToLogin {
    fn leads_to_login(&self) -> bool;
}

impl ToLogin for Page {
    fn leads_to_login(&self) -> bool {
        self.status == StatusCode::SEE_OTHER && self.location.starts_with("/login")
    }
}

/// Mails in the folder, each as its head and its decoded text; those that came since `seen`.
fn mails(folder: &std::path::Path, seen: &mut Vec<String>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for at in names {
        let name = at.display().to_string();
        if seen.contains(&name) {
            continue;
        }
        let raw = std::fs::read_to_string(&at).unwrap();
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let body: String = body.split_whitespace().collect();
        out.push((head.to_owned(), String::from_utf8(kit::text::unbase64(&body).unwrap()).unwrap()));
        seen.push(name);
    }
    out
}

async fn subscribe(v: &Visitor, address: &str, more: &[(&str, &str)], network: &str) -> Page {
    let mut body = format!("address={}", kit::text::percent(address));
    for (k, value) in more {
        body.push_str(&format!("&{k}={}", kit::text::percent(value)));
    }
    let head = [("x-forwarded-for", network)];
    v.post_with("/notices/subscribe", &head, "application/x-www-form-urlencoded", body.into_bytes()).await
}

fn link(text: &str) -> String {
    let rest = text.rsplit("https://qicai.example").next().unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_confirms_is_told_once_and_can_end_it() {
    let folder = std::env::temp_dir().join(format!("qicai-mail-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let to = folder.display().to_string();
    let mall = Box::with(|s| s.mail = to).await;
    let (v, watch, mut seen) = (mall.visitor(), &mall.mall.watch, Vec::new());
    let send = async || watch::disclosure::mail::send(watch).await.unwrap();
    let here = [("station", "370112"), ("kind", "contract"), ("words", "DY-1")];
    v.get("/notices/subscribe?station=370112&kind=contract").await.shows(&["电子邮箱", "checked"]);
    subscribe(&v, "no address", &here, "1.1.1.1").await.refused("不像一个电子邮箱").refused("no address");
    subscribe(&v, "a@b.cn", &[("station", "999999")], "1.1.1.1").await.refused("从列表里选择");
    subscribe(&v, "reader@mail.example", &here, "1.1.1.1").await.shows(&["请到邮箱里确认"]);
    subscribe(&v, "other@mail.example", &[("station", "370000")], "1.1.1.1").await.shows(&["请到邮箱里确认"]);
    assert_eq!(send().await, 2);
    assert_eq!(send().await, 0, "asked once");
    let asked = mails(&folder, &mut seen);
    assert_eq!(asked.len(), 2);
    let mine = asked.iter().find(|(head, _)| head.contains("reader@mail.example")).unwrap();
    let page = link(&mine.1);
    v.get(&page).await.shows(&["还没有确认", "历城区", "DY-1"]);
    assert_eq!(v.get("/notices/subscriptions/none").await.status, StatusCode::NOT_FOUND);

    // Nothing goes to an address that has not confirmed; from then on each notice that fits goes once.
    let order = ordered(&mall, "DY-1", "20.00", "3", &[]).await;
    signed(&mall, &order, "lantian.dingdan").await;
    assert_eq!(send().await, 0);
    v.post(&format!("{page}/confirm"), &[]).await.shows(&["订阅有效"]);
    v.post(&format!("{page}/confirm"), &[]).await.shows(&["订阅有效"]);
    mall.clock.advance(1000);
    for model in ["DY-12", "DY-2", "DY-13"] {
        let order = ordered(&mall, model, "20.00", "3", &[]).await;
        signed(&mall, &order, "lantian.dingdan").await;
    }
    assert_eq!(watch::disclosure::mail::follow(watch).await.unwrap(), 0);
    assert_eq!(mall.number("SELECT COUNT(*) FROM outbox WHERE notice <> 0").await, 2);
    watch::disclosure::rebuild(watch).await.unwrap();
    mall.settle().await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM outbox WHERE notice <> 0").await, 2, "made again is not told again");
    assert_eq!(send().await, 1);
    assert_eq!(send().await, 0);
    let told = mails(&folder, &mut seen);
    assert_eq!(told.len(), 1, "two notices in one mail");
    let (head, body) = &told[0];
    assert!(head.contains("reader@mail.example") && head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    assert!(body.contains("DY-12") && body.contains("DY-13") && !body.contains("DY-2采"), "{body}");
    assert!(body.contains("https://qicai.example/notices/370112-") && body.contains(&page), "{body}");

    // Bundled by the hour, and only so many mails a day.
    for n in 0..7 {
        let model = format!("DY-1{n}0");
        let order = ordered(&mall, &model, "20.00", "3", &[]).await;
        signed(&mall, &order, "lantian.dingdan").await;
        assert_eq!(send().await, 0, "not within the hour");
        later(&mall, 3_600_000).await;
        send().await;
    }
    let days: std::collections::BTreeSet<i64> = mall
        .mall
        .watch
        .db()
        .rows("SELECT sent_today FROM subscriber", params![])
        .await
        .unwrap()
        .iter()
        .map(|r| r.int(0))
        .collect();
    assert!(days.iter().all(|n| *n <= 6), "{days:?}");

    // The other one never confirmed: gone after a day, address and all.
    later(&mall, DAY).await;
    send().await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM subscriber WHERE mail = 'other@mail.example'").await, 0);
    // Ended by one click of the mail program, without a form.
    let (one, kind) = (format!("{page}/end"), "application/x-www-form-urlencoded");
    v.post_raw(&one, kind, b"List-Unsubscribe=One-Click".to_vec()).await.shows(&["已经退订"]);
    assert_eq!(v.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM subscriber").await + mall.number("SELECT COUNT(*) FROM outbox").await,
        0
    );
    for table in ["journal", "notice", "message"] {
        let column = if table == "message" { "words" } else { "body" };
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%mail.example%'");
        assert_eq!(mall.number(&sql).await, 0, "{table}");
    }
    mall.sound().await;
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_floods_an_address_or_the_mall() {
    let folder = std::env::temp_dir().join(format!("qicai-flood-{}", std::process::id()));
    let to = folder.display().to_string();
    let mall = Box::with(|s| s.mail = to).await;
    let v = mall.visitor();
    let here = [("station", "370112")];
    for n in 0..3 {
        subscribe(&v, "a@mail.example", &here, &format!("10.0.0.{n}")).await.shows(&["请到邮箱里确认"]);
    }
    subscribe(&v, "A@mail.example", &here, "10.0.0.9").await.refused("过一小时再试");
    for n in 0..20 {
        subscribe(&v, &format!("b{n}@mail.example"), &here, "10.1.1.1, 10.9.9.9").await.shows(&["请到邮箱里确认"]);
    }
    subscribe(&v, "c@mail.example", &here, "10.1.1.1").await.refused("过一小时再试");
    subscribe(&v, "c@mail.example", &here, "10.1.1.2").await.shows(&["请到邮箱里确认"]);
    let kept = format!("{:?}", mall.mall.watch.db().rows("SELECT hash FROM ask_count", params![]).await.unwrap());
    assert!(!kept.contains("10.") || kept.matches("10.1.1").count() == 0, "no address of a network is kept: {kept}");
    mall.clock.advance(3_600_000);
    subscribe(&v, "a@mail.example", &here, "10.0.0.9").await.shows(&["请到邮箱里确认"]);

    // A folder that cannot be written to: tried again later and later, then given up.
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(watch::disclosure::mail::send(&mall.mall.watch).await.unwrap() > 20);
    assert_eq!(watch::disclosure::mail::send(&mall.mall.watch).await.unwrap(), 0, "not at once again");
    assert_eq!(mall.number("SELECT MAX(fails) FROM subscriber").await, 1);
    mall.clock.advance(300_001);
    assert!(watch::disclosure::mail::send(&mall.mall.watch).await.unwrap() > 20);
    assert_eq!(mall.number("SELECT MAX(fails) FROM subscriber").await, 2);

    // Where nothing is sent nobody can ask.
    let quiet = Box::new().await;
    quiet.visitor().get("/notices/subscribe").await.shows(&["没有开通邮件订阅"]);
    subscribe(&quiet.visitor(), "a@mail.example", &here, "1.1.1.1").await.refused("没有开通邮件订阅");
    mall.sound().await;
}

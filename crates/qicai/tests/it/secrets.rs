//! 涉密条款 in every way of buying: what is secret stays with those who need it; nothing of it in notices, prices, open data, statistics,
//! reasons and lists.
use crate::auctions::{approve, choice, later, launch, path_of, same_paper};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

const DAY: i64 = 86_400_000;
const TRADE: [(&str, &str); 2] = [("secret", "trade"), ("secret_words", "报价含供应商的成本构成")];

/// Everything the public reads, and none of it holds any of these words.
async fn silent(mall: &Box, words: &[&str], more: &[String]) {
    let v = mall.visitor();
    let pages = [
        "/notices",
        "/notices.rss",
        "/notices.atom",
        "/deals",
        "/open/feed",
        "/statistics",
        "/statistics/orders",
        "/auctions?area=all",
        "/notices/compliance",
    ];
    for public in pages.iter().map(|p| (*p).to_owned()).chain(more.iter().cloned()) {
        let page = v.get(&public).await.shows(&[]).text();
        for secret in words {
            assert!(!page.contains(secret), "{public} tells {secret}");
        }
    }
    let notices = mall.mall.watch.db().rows("SELECT number FROM notice", params![]).await.unwrap();
    for n in &notices {
        let page = v.get(&format!("/notices/{}", n.str(0))).await.shows(&[]).text();
        for secret in words {
            assert!(!page.contains(secret), "notice {} tells {secret}", n.str(0));
        }
    }
    let orders = mall.mall.watch.db().rows("SELECT number FROM orders WHERE secret <> ''", params![]).await.unwrap();
    for o in &orders {
        assert_eq!(v.get(&format!("/deals/why/{}", o.str(0))).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM deal d JOIN orders o ON o.id = d.orders WHERE o.secret <> ''").await,
        0
    );
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM stat_deal d JOIN orders o ON o.id = d.orders WHERE o.secret <> ''").await,
        0
    );
}

async fn signed(mall: &Box, seller: &str) {
    let order = mall.number("SELECT MAX(id) FROM orders").await;
    for who in [seller, "licheng.queren"] {
        mall.login(who).await.post(&format!("/orders/{order}/sign"), &[]).await.leads();
    }
    mall.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auction_with_a_trade_secret_is_shown_to_those_who_may_quote() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "SM-1").await;
    let handler = mall.login("licheng.jingban").await;
    let basic = [("quantity", "20"), ("price", "100"), ("format", "open")];
    let with = |more: &[(&'static str, &'static str)]| [&basic[..], more].concat();
    let asked = async |more: &[(&'static str, &'static str)]| {
        launch(&handler, &format!("product={product}"), &with(more)).await
    };
    asked(&[("secret", "state"), ("secret_words", "定密依据")]).await.refused("不能这样采购");
    asked(&[("secret", "trade")]).await.refused("哪些条款涉密");
    let half = [("secret", ""), ("secret_words", "报价含成本构成")];
    let page = asked(&half).await;
    page.refused("还要选涉及什么秘密").refused("<details open><summary>合同里有涉密条款").refused("报价含成本构成");
    assert_eq!(mall.number("SELECT COUNT(*) FROM project").await, 0);
    let path = path_of(&asked(&TRADE).await);
    mall.login("licheng.shenhe").await.get(&path).await.shows(&["商业秘密", "成本构成"]);
    let steps = mall.mall.watch.db().one("SELECT steps FROM project", params![]).await.unwrap().text(0);
    assert!(steps.split(' ').any(|s| s == "signer"), "{steps}");
    approve(&mall, &path).await;
    // Visitors and other units see nothing; suppliers do, without the words that are for the unit.
    for v in [mall.visitor(), mall.login("lixia.jingban").await] {
        for page in ["", "/live", "/record.json"] {
            assert_eq!(v.get(&format!("{path}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
        }
    }
    let mut sellers = Vec::new();
    for name in ["lantian", "quancheng", "qilu"] {
        sellers.push(mall.login(&format!("{name}.dingdan")).await);
    }
    assert!(!sellers[0].get(&path).await.shows(&["商业秘密", "测试竞价"]).text().contains("成本构成"));
    sellers[0].get("/auctions?area=all").await.shows(&["测试竞价"]);
    for (v, price) in sellers.iter().zip(["98.00", "96.00", "93.77"]) {
        v.post(&format!("{path}/enter"), &[]).await.leads();
        v.post(&format!("{path}/quote"), &[("price", price)]).await.leads();
    }
    mall.settle().await;
    let told = mall.mall.watch.db().one("SELECT number FROM notice", params![]).await.unwrap().text(0);
    mall.visitor().get(&format!("/notices/{told}")).await.shows(&["竞价公告", "含商业秘密", "报价时间"]);
    assert_eq!(mall.visitor().get(&format!("/deals/why/{told}")).await.status, StatusCode::NOT_FOUND);
    later(&mall, 2 * DAY).await;
    sellers[2].post(&format!("{path}/confirm"), &[]).await.leads();
    signed(&mall, "qilu.dingdan").await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders WHERE secret = 'trade'").await, 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'auction_award'").await, 0);
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'contract' AND amount = 0").await, 1);
    silent(&mall, &["SM-1", "测试竞价", "93.77", "1,875.40", "1875.4", "齐鲁示例"], &[]).await;
    let feed = mall.visitor().get("/open/feed").await.text();
    assert_eq!(feed.lines().count(), 1, "that there is a contract: {feed}");
    mall.login("jinan.shenji").await.get(&path).await.shows(&["测试竞价"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_keep_both_kinds_of_secrets() {
    let mall = Box::new().await;
    let agreement = crate::fixed::agreement(&mall, "jinan.jicai", crate::fixed::MEMBERS).await;
    let fuwu = mall.number("SELECT id FROM org WHERE name LIKE '%综合服务%'").await.to_string();
    for (basis, n) in [("trade", "3"), ("state", "4")] {
        let more = [("supplier", fuwu.as_str()), ("secret", basis), ("secret_words", "服务对象涉密")];
        let job = crate::fixed::called(&mall, &agreement, "direct", &more).await;
        mall.login("licheng.shenhe").await.get(&job).await.shows(&["秘密", "服务对象涉密"]);
        crate::fixed::quote(&mall, "fuwu", &job, &[n, "", ""]).await.leads();
        mall.login("licheng.jingban").await.post(&format!("{job}/accept"), &[]).await.leads();
        signed(&mall, "fuwu.dingdan").await;
        assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM orders WHERE secret = '{basis}'")).await, 1);
    }
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'job_deal'").await, 0);
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'contract'").await,
        1,
        "of the trade secret that there is one"
    );
    silent(&mall, &["1 号车保养", "306.00", "408.00", "服务对象"], &[agreement]).await;
    alone(&mall, 1).await;
    // A draw is repeated by those who may see the job only.
    let job = crate::fixed::called(&mall, &crate_agreement(&mall).await, "draw", &TRADE).await;
    crate::log::fill(&mall, 3).await;
    assert!(mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'job.drawn'").await > 0);
    assert_eq!(mall.visitor().get(&format!("{job}/draw.json")).await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

/// Nothing in the releases of secret purchases tells of what they are part: numbers and titles of agreements and of rounds' auctions.
async fn alone(mall: &Box, releases: usize) {
    let db = mall.mall.watch.db();
    let sql = "SELECT r.body FROM open_release r JOIN project p ON p.secret = 'trade' AND r.ocid LIKE '%-' || p.number";
    let found = db.rows(sql, params![]).await.unwrap();
    assert_eq!(found.len(), releases);
    let sql = "SELECT number, title FROM agreement UNION SELECT number, title FROM batch_round \
               UNION SELECT number, title FROM project WHERE kind = 'auction'";
    let mut wholes = 0;
    for whole in db.rows(sql, params![]).await.unwrap() {
        wholes += 1;
        for r in &found {
            assert!(!r.str(0).contains(whole.str(0)) && !r.str(0).contains(whole.str(1)), "{}", r.str(0));
        }
    }
    assert!(wholes > 0 && found.iter().all(|r| !r.str(0).contains("relatedProcesses")));
}

/// Statements that make the releases of an agreement, its members and one secret contract again; reading the quotes for the contract would be six more.
const RELEASES: u64 = 31;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_quoted_for_in_secret_does_not_tell_its_agreement() {
    let mall = Box::new().await;
    let agreement = crate::fixed::agreement(&mall, "jinan.jicai", crate::fixed::MEMBERS).await;
    let job = crate::fixed::called(&mall, &agreement, "compete", &TRADE).await;
    for (who, price) in [("fuwu", "900"), ("yinwu", "851.37"), ("lantian", "870")] {
        mall.login(&format!("{who}.dingdan")).await.post(&format!("{job}/bid"), &[("price", price)]).await.leads();
    }
    later(&mall, 5 * DAY).await;
    mall.login("licheng.jingban").await.post(&format!("{job}/accept"), &[]).await.leads();
    signed(&mall, "yinwu.dingdan").await;
    silent(&mall, &["1 号车保养", "851.37", "成本构成"], &[agreement]).await;
    alone(&mall, 1).await;
    // Quotes and agreement are not even read for it.
    let before = mall.mall.watch.db().statements();
    watch::open::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!(mall.mall.watch.db().statements() - before, RELEASES);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_demand_does_not_tell_the_auction_of_its_round() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let round = crate::batch::open(&mall, &centre, "auction", "1").await;
    let demand = path_of(&file(&mall.login("licheng.jingban").await, &round, &TRADE).await);
    approve(&mall, &demand).await;
    centre.post(&format!("{demand}/review"), &[("accept", "1")]).await.leads();
    later(&mall, 7 * DAY).await;
    crate::batch::by_auction(&mall, &centre, &round).await;
    signed(&mall, "qilu.dingdan").await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM contract WHERE signed_at IS NOT NULL").await, 1);
    alone(&mall, 1).await;
    mall.sound().await;
}

async fn crate_agreement(mall: &Box) -> String {
    format!("/fixed/{}", mall.number("SELECT MAX(id) FROM agreement").await)
}

async fn file(v: &Visitor, round: &str, more: &[(&str, &str)]) -> Page {
    let page = v.get(round).await;
    let (key, package) = (page.field("key"), choice(&page, "package"));
    let (plan, address) = (choice(&page, "plan"), choice(&page, "address"));
    let fields = [
        ("key", key.as_str()),
        ("package", &package),
        ("quantity", "3"),
        ("purpose", "教室降温"),
        ("plan", &plan),
        ("address", &address),
    ];
    v.post(&format!("{round}/demand"), &[&fields[..], more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_demand_counts_in_the_round_and_is_told_nowhere() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    let round = crate::batch::open(&mall, &centre, "discount", "2").await;
    let handler = mall.login("licheng.jingban").await;
    file(&handler, &round, &[("secret", "state"), ("secret_words", "x")]).await.refused("不能这样采购");
    let demand = path_of(&file(&handler, &round, &TRADE).await);
    approve(&mall, &demand).await;
    centre.post(&format!("{demand}/review"), &[("accept", "1")]).await.leads();
    let school = crate::batch::filed(&mall, "lcsx", &round, "4").await;
    mall.login("licheng.shenhe").await.post(&format!("{school}/review"), &[("accept", "1")]).await.leads();
    later(&mall, 7 * DAY).await;
    let seller = mall.login("dianqi.dingdan").await;
    let package = seller.get(&round).await.fields("package")[0].clone();
    let shelf = mall.number("SELECT shelf_price FROM batch_package ORDER BY id LIMIT 1").await;
    let price = rules::Fen(shelf * 90 / 100).plain();
    let goods =
        [("package", package.as_str()), ("brand", "甲牌"), ("model", "K1"), ("price", price.as_str()), ("most", "100")];
    seller.post(&format!("{round}/offer"), &goods).await.leads();
    later(&mall, 4 * DAY).await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders WHERE secret = 'trade'").await, 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders WHERE secret = ''").await, 1);
    // The result tells what the others get.
    let told = mall.number("SELECT id FROM notice WHERE kind = 'batch_result'").await;
    let total = rules::Fen(shelf * 90 / 100 * 4).yuan();
    mall.visitor().get(&format!("/notices/{told}")).await.shows(&["甲牌 K1 4", &total]);
    let secret = rules::Fen(shelf * 90 / 100 * 3).yuan();
    silent(&mall, &[&secret, "成本构成"], &[]).await;
    mall.sound().await;
}

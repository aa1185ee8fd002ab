//! 动态预警: leads come once, from figures; the department of the place asks, the one concerned explains, the department closes;
//! what is left lying goes upwards; how well a rule does stands beside it.
use crate::auctions::{force, later};
use crate::conduct::stay;
use crate::job::{buy, find};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;

const DAY: i64 = 86_400_000;

async fn act(v: &Visitor, path: &str, act: &str, words: &str) -> Page {
    v.upload(path, &[("act", act), ("words", words)], "file", "a.pdf", b"paper").await
}

/// So many small orders of paper by one unit in one month.
async fn orders(mall: &Box, login: &str, n: usize) {
    let handler = mall.login(login).await;
    let product = find(&handler, "百旺 PW7001").await;
    for _ in 0..n {
        buy(&handler, &product, "1").await.leads();
    }
    mall.settle().await;
}

async fn raised(mall: &Box, rule: &str) -> i64 {
    mall.number(&format!("SELECT COUNT(*) FROM alert WHERE rule = '{rule}'")).await
}

/// The first lead of a rule, as an office finds it.
async fn first(v: &Visitor, rule: &str) -> String {
    let text = v.get(&format!("/alerts?rule={rule}")).await.text();
    let rest = text.split("href=\"/alerts/").find(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    format!("/alerts/{}", rest.unwrap_or_else(|| panic!("no {rule} in {text}")).split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn small_orders_are_noticed_asked_about_explained_and_closed() {
    let mall = Box::new().await;
    stay(&mall).await;
    let most = 4;
    orders(&mall, "licheng.jingban", most).await;
    assert_eq!(raised(&mall, "W03").await, 0, "as many as may be");
    orders(&mall, "licheng.jingban", 1).await;
    assert_eq!(raised(&mall, "W03").await, 1);
    orders(&mall, "licheng.jingban", 1).await;
    assert_eq!(raised(&mall, "W03").await, 1, "the same month is one lead");
    let journal = "SELECT COUNT(*) FROM journal WHERE kind = 'alert.raised' AND body LIKE '%W03%'";
    assert_eq!(mall.number(journal).await, 1);
    assert_eq!(mall.number("SELECT judged FROM alert_tally WHERE rule = 'W03'").await, 6);

    // The department of the place and those above see it; another city's and the unit itself do not, before it is asked.
    let (office, unit) = (mall.login("licheng.jianguan").await, mall.login("licheng.queren").await);
    office.get("/alerts").await.shows(&["频繁零星采购", "本月同类订单 5 单，超过 4 单", "待处理"]);
    let path = first(&office, "W03").await;
    mall.login("jinan.shenji").await.get(&path).await.shows(&["频繁零星采购"]);
    for login in ["zibo.jianguan", "licheng.queren"] {
        assert_eq!(mall.login(login).await.get(&path).await.status, StatusCode::NOT_FOUND, "{login}");
    }
    assert_eq!(mall.login("licheng.jingban").await.get(&path).await.status, StatusCode::FORBIDDEN);
    assert!(!unit.get("/alerts").await.text().contains("频繁零星采购"));

    // Asked, explained, asked again, explained, closed; each by who may.
    act(&office, &path, "explain", "x").await.refused("不能这样办理");
    act(&office, &path, "ask", "").await.refused("请写明");
    act(&office, &path, "nonsense", "x").await.refused("按钮");
    assert_eq!(act(&mall.login("jinan.shenji").await, &path, "ask", "x").await.status, StatusCode::FORBIDDEN);
    act(&office, &path, "ask", "为什么分五次买纸").await.leads();
    act(&office, &path, "ask", "再问").await.refused("不能这样办理");
    unit.get("/todo").await.shows(&["频繁零星采购", "请在"]);
    unit.get(&path).await.shows(&["为什么分五次买纸", "提交说明"]);
    act(&unit, &path, "justify", "x").await.refused("不能这样办理");
    act(&unit, &path, "explain", "五个科室各自申请").await.leads();
    office.get("/todo").await.shows(&["说明已提交"]);
    act(&office, &path, "ask", "请提供各科室申请").await.leads();
    act(&unit, &path, "explain", "见附件").await.leads();
    // Checked before it is closed.
    for what in ["correct", "justify", "sanction"] {
        act(&office, &path, what, "x").await.refused("不能这样办理");
    }
    act(&office, &path, "verify", "各科室申请属实，没有合并").await.leads();
    act(&unit, &path, "explain", "x").await.refused("不能这样办理");
    act(&office, &path, "correct", "今后合并采购").await.leads();
    act(&office, &path, "justify", "x").await.refused("不能这样办理");
    unit.get(&path).await.shows(&["已纠正", "今后合并采购", "a.pdf"]);
    office.get("/alerts/rules").await.shows(&["W03", "100%", "limit.same_kind.orders_per_month"]);

    // Whoever may see the lead opens its files, nobody else.
    let file = format!("{path}/files/{}", kit::text::sha256(&[b"paper"]));
    for v in [&office, &unit, &mall.login("jinan.shenji").await] {
        let page = v.get(&file).await;
        assert_eq!((page.status, page.body.as_slice()), (StatusCode::OK, b"paper".as_slice()));
    }
    for login in ["zibo.jianguan", "lcsx.queren"] {
        assert_eq!(mall.login(login).await.get(&file).await.status, StatusCode::NOT_FOUND, "{login}");
    }
    assert_eq!(unit.get(&format!("{path}/files/00")).await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_lying_goes_upwards_step_by_step() {
    let mall = Box::new().await;
    stay(&mall).await;
    orders(&mall, "licheng.jingban", 5).await;
    let told = "SELECT COUNT(*) FROM message WHERE words LIKE '%频繁零星采购%逾期未办结%'";
    later(&mall, DAY).await;
    assert_eq!(mall.number(told).await, 0);
    later(&mall, 10 * DAY).await;
    assert_eq!(mall.number(told).await, 1, "the city's department");
    later(&mall, 10 * DAY).await;
    assert_eq!(mall.number(told).await, 2, "then the province's");
    later(&mall, 10 * DAY).await;
    assert_eq!(mall.number(told).await, 2, "each once; nobody is above the province");
    let own = "SELECT COUNT(*) FROM message WHERE words LIKE '%频繁零星采购%已经逾期%'";
    assert_eq!(mall.number(own).await, 1, "the department itself is reminded");
    mall.login("sd.jianguan").await.get("/todo").await.shows(&["逾期未办结，请督办"]);
    let above = mall.login("jinan.jianguan").await;
    let path = first(&above, "W03").await;
    above.get(&path).await.shows(&["报上一级督办", "逾期", "已报上级督办"]);
    // The department above may deal with it itself.
    act(&above, &path, "justify", "年底结算").await.leads();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haste_and_prices_that_fall_after_the_order_are_seen() {
    let mall = Box::new().await;
    stay(&mall).await;
    qicai::demo::more_orders(&mall.mall.watch, 5, 16).await.unwrap();
    mall.settle().await;
    // The demo accepts within the second: every acceptance is a lead, said with its figures.
    let accepted = mall.number("SELECT COUNT(DISTINCT orders) FROM acceptance").await;
    assert!(accepted > 3);
    assert_eq!(raised(&mall, "M08").await, accepted);
    // Where nobody else bought the same, that is said and not passed over.
    assert!(mall.number("SELECT blind FROM alert_tally WHERE rule = 'M07'").await > 0);

    // Put up before, down after: seen when the fortnight is over, not earlier, and once.
    force(&mall, "DELETE FROM price_point").await;
    force(
        &mall,
        "INSERT INTO price_point (offer, at, price) SELECT l.offer, MAX(o.made_at) - 777600000, MIN(l.price) * 100 / 115 FROM order_line l \
         JOIN orders o ON o.id = l.orders WHERE o.form = 'direct' GROUP BY l.offer",
    )
    .await;
    force(
        &mall,
        "INSERT INTO price_point (offer, at, price) SELECT l.offer, MAX(o.made_at) + 86400000, MIN(l.price) * 80 / 100 FROM order_line l \
         JOIN orders o ON o.id = l.orders WHERE o.form = 'direct' GROUP BY l.offer",
    )
    .await;
    later(&mall, 13 * DAY).await;
    assert_eq!(raised(&mall, "M04").await, 0);
    later(&mall, 2 * DAY).await;
    let seen = raised(&mall, "M04").await;
    assert!(seen > 0);
    later(&mall, DAY).await;
    assert_eq!(raised(&mall, "M04").await, seen, "once");
    mall.login("sd.jianguan").await.get("/alerts?rule=M04").await.shows(&[
        "下单前涨、下单后降",
        "红色",
        "后 14 天最低",
    ]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_given_to_somebody_and_whoever_is_silent_is_judged_without_him() {
    let mall = Box::new().await;
    stay(&mall).await;
    orders(&mall, "licheng.jingban", 5).await;
    let office = mall.login("licheng.jianguan").await;
    let path = first(&office, "W03").await;
    let person =
        async |login: &str| mall.number(&format!("SELECT id FROM person WHERE login = '{login}'")).await.to_string();
    let give = async |v: &Visitor, owner: &str| v.post(&format!("{path}/owner"), &[("owner", owner)]).await;
    let colleague = person("licheng.fabu").await;
    for login in ["jinan.jianguan", "zibo.jianguan", "licheng.queren"] {
        give(&office, &person(login).await).await.refused("从列表里选");
    }
    give(&office, "nobody").await.refused("承办人");
    give(&office, &colleague).await.leads();
    give(&office, &colleague).await.refused("没有变");
    assert_eq!(give(&mall.login("licheng.queren").await, &colleague).await.status, StatusCode::FORBIDDEN);
    assert_eq!(give(&mall.login("zibo.jianguan").await, &colleague).await.status, StatusCode::NOT_FOUND);
    // The city may give it to the county's people or its own.
    give(&mall.login("jinan.jianguan").await, &person("jinan.jianguan").await).await.leads();
    give(&office, &colleague).await.leads();
    office.get(&path).await.shows(&["已交办", "指定承办", "济南市历城区财政局"]);
    assert!(!office.get("/alerts?mine=1").await.text().contains("本月同类订单"));
    mall.login("licheng.fabu").await.get("/alerts?mine=1").await.shows(&["本月同类订单", "承办"]);
    office.get("/alerts?words=历城区教育局&level=yellow&state=open").await.shows(&["频繁零星采购"]);
    office.get("/alerts?words=历城区教育局&level=red").await.shows(&["没有这样的预警"]);
    let file = office.get("/alerts?rule=W03&format=csv").await.text();
    assert!(file.contains("频繁零星采购") && file.contains("已交办") && file.lines().count() == 2, "{file}");

    // Whoever was asked has his time; after it the office goes on, and says so.
    act(&office, &path, "ask", "请说明").await.leads();
    act(&office, &path, "verify", "没有说明").await.refused("不能这样办理");
    office.get(&path).await.shows(&["等对方说明"]);
    later(&mall, 10 * DAY).await;
    mall.login("licheng.queren").await.get("/todo").await.shows(&["说明已经逾期"]);
    office.get("/todo").await.shows(&["没有按期说明，可以直接核实"]);
    office.get("/alerts?late=1").await.shows(&["频繁零星采购"]);
    act(&office, &path, "verify", "到期没有说明，按订单核实").await.leads();

    // A sanction is a case of conduct, in which the unit is heard again; it needs an indicator of the unit's.
    act(&office, &path, "sanction", "拆分采购").await.refused("请选择评价指标");
    let with = async |indicator: &str| {
        let fields = [("act", "sanction"), ("words", "拆分采购"), ("indicator", indicator)];
        office.upload(&path, &fields, "file", "b.pdf", b"more").await
    };
    with("credit.deduct.goods_differ").await.refused("不适用");
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE subject LIKE 'alert/%'").await, 0);
    let (a, b) = tokio::join!(with("credit.deduct.buyer_split"), with("credit.deduct.buyer_split"));
    assert_eq!([&a, &b].iter().filter(|p| p.status == StatusCode::SEE_OTHER).count(), 1, "twice at once is once");
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE subject LIKE 'alert/%' AND state = 'told'").await, 1);
    let unit = mall.login("licheng.queren").await;
    unit.get(&path).await.shows(&["已作诚信处理", "查看事项"]);
    unit.get(
        &unit
            .get(&path)
            .await
            .text()
            .split("href=\"/conduct/")
            .nth(1)
            .map(|r| format!("/conduct/{}", r.split('"').next().unwrap()))
            .unwrap(),
    )
    .await
    .shows(&["拆分采购"]);

    // The auditor looks at what was closed; by that the rule is measured.
    let look = async |v: &Visitor, found: &str, words: &str| {
        v.upload(&format!("{path}/review"), &[("found", found), ("words", words)], "file", "c.pdf", b"third").await
    };
    office.get("/alerts/rules?hit=1").await.shows(&["100%"]);
    let auditor = mall.login("jinan.shenji").await;
    auditor.get(&path).await.shows(&["审计复核"]);
    look(&auditor, "", "x").await.refused("请选择复核结论");
    look(&auditor, "wrong", "").await.refused("请写明复核的依据");
    assert_eq!(look(&office, "wrong", "x").await.status, StatusCode::FORBIDDEN);
    look(&auditor, "wrong", "确属五个单位分别申请").await.leads();
    look(&auditor, "wrong", "x").await.refused("不能这样办理");
    office.get(&path).await.shows(&["复核：没有问题", "已作诚信处理"]);
    office.get("/alerts/rules?hit=1").await.shows(&["0%", "复核 1"]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'alert.reviewed'").await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_altered_is_named() {
    let mall = Box::new().await;
    stay(&mall).await;
    orders(&mall, "licheng.jingban", 5).await;
    let office = mall.login("licheng.jianguan").await;
    let path = first(&office, "W03").await;
    act(&office, &path, "ask", "请说明").await.leads();
    mall.sound().await;
    force(&mall, "UPDATE said_file SET digest = '00' || digest").await;
    let mut found = Default::default();
    watch::ledger::compare::audit(&mall.mall.watch, &mut found).await.unwrap();
    let id = path.rsplit('/').next().unwrap();
    assert!(
        found.wrong.iter().any(|f| f.starts_with(&format!("said_file of alert {id} differs"))),
        "{:?}",
        found.wrong
    );
    // Too large a file is refused, with what was typed.
    let large = vec![b'x'; base::said::FILE_BYTES_MAX + 1];
    let fields = [("act", "explain"), ("words", "写好的说明")];
    let page = mall.login("licheng.queren").await.upload(&path, &fields, "file", "big.pdf", &large).await;
    assert!(page.refused("附件超过 10 MB").text().contains("写好的说明"), "what was typed stays");
}

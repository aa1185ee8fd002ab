//! Auctions over HTTP: same-product and by requirement, with the refusals, the seals, the record anybody can recompute.
use crate::job::{find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// The first value of a select.
pub fn choice(page: &Page, id: &str) -> String {
    let text = page.text();
    let select = text.split(&format!("<select id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id} in {text}"));
    select.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Whatever a test wants to change behind the mall's back.
pub async fn force(mall: &Box, sql: &'static str) {
    let db = mall.mall.watch.db();
    db.upkeep("test", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await })).await.unwrap();
}

pub async fn frozen(mall: &Box) -> i64 {
    mall.number("SELECT CAST(SUM(frozen) AS BIGINT) FROM budget_line").await
}

/// Makes an auction; `more` comes after the usual fields. Returns what came back.
pub async fn launch(handler: &Visitor, query: &str, more: &[(&str, &str)]) -> Page {
    let page = handler.get(&format!("/auctions/new?{query}")).await;
    let (key, product, category) = (page.field("key"), page.field("product"), page.field("category"));
    let (plan, address) = (choice(&page, "plan"), choice(&page, "address"));
    // The first value of a name counts.
    let mut fields = more.to_vec();
    fields.extend([
        ("key", key.as_str()),
        ("product", &product),
        ("category", &category),
        ("title", "测试竞价"),
        ("measure", "箱"),
        ("purpose", "办公需要"),
        ("hours", "24"),
        ("plan", &plan),
        ("address", address.as_str()),
    ]);
    handler.post("/auctions", &fields).await
}

pub fn path_of(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

/// Approves with everybody who has to.
pub async fn approve(mall: &Box, path: &str) {
    let id = path.rsplit('/').next().unwrap();
    for login in ["licheng.shenhe", "licheng.queren"] {
        let v = mall.login(login).await;
        if v.get(path).await.text().contains("请您审批") {
            v.post(&format!("/projects/{id}/approve"), &[]).await.leads();
        }
    }
    mall.settle().await;
}

async fn quote(v: &Visitor, path: &str, price: &str) -> Page {
    v.post(&format!("{path}/quote"), &[("price", price)]).await
}

/// Time passes, but nobody has to sign in again.
async fn wait(mall: &Box, ms: i64) {
    force(mall, "UPDATE session SET ends_at = 9007199254740991").await;
    mall.clock.advance(ms);
}

pub async fn later(mall: &Box, ms: i64) {
    wait(mall, ms).await;
    mall.settle().await;
}

/// Four suppliers sell the same paper.
pub async fn same_paper(mall: &Box, model: &str) -> String {
    for (seller, price) in [("lantian", "100.00"), ("quancheng", "101.00"), ("qilu", "102.00"), ("baojie", "103.00")] {
        let v = mall.login(&format!("{seller}.guanli")).await;
        shelve(mall, &v, &paper(&[(model, price, "500")])).await;
    }
    let handler = mall.login("licheng.jingban").await;
    find(&handler, model).await.trim_start_matches("/products/").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_same_product_auction_from_launch_to_order() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "T-7001").await;
    let handler = mall.login("licheng.jingban").await;
    let before = frozen(&mall).await;

    // Refusals name what is wrong, and nothing is frozen.
    let query = format!("product={product}");
    launch(&handler, &query, &[("quantity", "80"), ("price", "abc"), ("format", "open")]).await.refused("最高限价");
    launch(&handler, &query, &[("quantity", "x"), ("price", "100"), ("format", "open")]).await.refused("数量应填整数");
    launch(&handler, &query, &[("quantity", "80"), ("price", "100"), ("format", "")]).await.refused("报价方式");
    launch(&handler, &query, &[("quantity", "900"), ("price", "100"), ("format", "open")]).await.refused("计划");
    assert_eq!(frozen(&mall).await, before);

    let made = launch(&handler, &query, &[("quantity", "80"), ("price", "100"), ("format", "open")]).await;
    let path = path_of(&made);
    assert_eq!(frozen(&mall).await, before + 800_000, "the ceiling is frozen");
    handler.get(&path).await.shows(&["审批中", "发起，冻结预算", "¥8,000.00"]);

    // Nobody outside learns of it before publication; the handler does not approve.
    let public = mall.visitor();
    assert_eq!(public.get(&path).await.status, StatusCode::NOT_FOUND);
    let seller = mall.login("lantian.dingdan").await;
    assert_eq!(seller.get(&path).await.status, StatusCode::NOT_FOUND);
    let foreign = mall.login("lixia.shenhe").await;
    assert_eq!(foreign.get(&path).await.status, StatusCode::NOT_FOUND);
    let id = path.rsplit('/').next().unwrap().to_owned();
    let approval = format!("/projects/{id}/approve");
    assert_eq!(foreign.post(&approval, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(handler.post(&approval, &[]).await.status, StatusCode::FORBIDDEN);
    mall.login("licheng.shenhe").await.get("/todo").await.shows(&["审批", "测试竞价"]);
    approve(&mall, &path).await;
    public.get(&path).await.shows(&["公开报价中", "登录后参加", "自动顺延"]);
    public.get("/auctions?area=all").await.shows(&["测试竞价", "反拍"]);
    public.get("/notices").await.shows(&["竞价公告"]);

    // Only who sells it takes part; only who takes part quotes.
    let zibo = mall.login("zibo-bg.dingdan").await;
    // A supplier sees the whole province unless it asks for less, and is told that there is more.
    zibo.get("/auctions").await.shows(&["测试竞价"]);
    let own = zibo.get("/auctions?area=own").await;
    own.shows(&["看全省的竞价"]);
    assert!(!own.text().contains("测试竞价"));
    zibo.post(&format!("{path}/enter"), &[]).await.refused("供货区域");
    quote(&seller, &path, "99").await.refused("quote.not_entered");
    let (quancheng, qilu) = (mall.login("quancheng.dingdan").await, mall.login("qilu.dingdan").await);
    for v in [&seller, &quancheng, &qilu] {
        let page = v.post(&format!("{path}/enter"), &[]).await;
        assert!(page.leads().contains(&kit::text::percent("代号")), "{}", page.location);
        let again = v.post(&format!("{path}/enter"), &[]).await;
        assert_eq!(again.leads(), page.leads(), "a second click changes nothing");
    }

    quote(&seller, &path, "nichts").await.refused("单价应填金额").refused("nichts");
    quote(&seller, &path, "100.01").await.refused("quote.above_ceiling");
    quote(&seller, &path, "99.00").await.leads();
    // The least step is a hundredth of the ceiling here, measured against the best.
    quote(&quancheng, &path, "99.00").await.refused("quote.step").refused("不高于 ¥7,8");
    quote(&quancheng, &path, "97.00").await.leads();
    quote(&qilu, &path, "95.50").await.leads();
    let shown = public.get(&path).await;
    shown.shows(&["¥7,640.00", "参加家数截止后公开"]);
    for secret in ["示例商贸", "齐鲁示例电商", "¥7,760.00"] {
        assert!(!shown.text().contains(secret), "{secret} is shown before the end");
    }
    handler.post(&format!("{path}/award"), &[]).await.refused("project.state");

    // A quote in the last minutes extends the time.
    wait(&mall, 24 * HOUR - 2 * MINUTE).await;
    quote(&seller, &path, "94.00").await.leads();
    public.get(&path).await.shows(&["已顺延 1 次"]);
    later(&mall, 3 * MINUTE).await;
    quote(&quancheng, &path, "93.00").await.leads();
    later(&mall, 30 * MINUTE).await;
    quote(&qilu, &path, "90.00").await.refused("已经截止");
    public.get(&path).await.shows(&["待成交供应商确认", "济南泉城示例商贸有限公司", "¥7,440.00", "下载公开记录"]);
    mall.settle().await;
    public.get("/notices").await.shows(&["成交结果公告"]);

    // Anybody recomputes the award; a record that was touched does not fit.
    let record = public.get(&format!("{path}/record.json")).await.text();
    let verdict = trade::auctions::verify(&record).unwrap();
    assert!(verdict.outcome.ends_with(" 744000"), "{}", verdict.outcome);
    assert_eq!(verdict.quotes, 5);
    assert!(trade::auctions::verify(&record.replace("744000", "743000")).is_ok(), "a consistent record is consistent");
    for (from, to) in
        [("764000", "740000"), ("\"ceiling\": 800000", "\"ceiling\": 750000"), ("\"seed\": \"", "\"seed\": \"0")]
    {
        assert!(record.contains(from), "{from} in {record}");
        assert!(trade::auctions::verify(&record.replacen(from, to, 1)).is_err(), "{from} → {to}");
    }
    let receipt = shown.text().split("href=\"/receipts/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    public.get(&format!("/receipts/{receipt}")).await.shows(&["留痕编号", "SHA-256"]);

    // The winner alone confirms, once; the order is paid from what the project held.
    seller.post(&format!("{path}/confirm"), &[]).await.refused("award.not_named");
    quancheng.get("/todo").await.shows(&["确认成交"]);
    let order = path_of(&quancheng.post(&format!("{path}/confirm"), &[]).await);
    quancheng.post(&format!("{path}/confirm"), &[]).await.refused("award.not_named");
    assert_eq!(frozen(&mall).await, before + 744_000, "what was not needed is free again");
    handler.get(&order).await.shows(&["竞价", "¥7,440.00", "按成交结果生成订单", "确认合同"]);
    handler.get(&path).await.shows(&["已成交", "已生成订单"]);
    let signer = mall.login("licheng.queren").await;
    quancheng.post(&format!("{order}/sign"), &[]).await.leads();
    signer.post(&format!("{order}/sign"), &[]).await.leads();
    mall.settle().await;
    public.get("/notices").await.shows(&["合同公告"]);
    crate::open::one_process(&mall).await;
    assert_eq!(
        mall.number(
            "SELECT o.stock FROM offer o JOIN org g ON g.id = o.supplier JOIN product p ON p.id = o.product \
                     WHERE p.model = 'T-7001' AND g.name LIKE '%泉城%'"
        )
        .await,
        420,
        "stock is taken"
    );
    mall.sound().await;
}

pub const DEMANDS: &[(&str, &str)] = &[
    ("d-name", "内存"),
    ("d-kind", "number"),
    ("d-min", "16"),
    ("d-max", ""),
    ("d-unit", "GB"),
    ("d-words", ""),
    ("d-name", "颜色"),
    ("d-kind", "one_of"),
    ("d-min", ""),
    ("d-max", ""),
    ("d-unit", ""),
    ("d-words", "黑、白"),
    ("d-name", "售后"),
    ("d-kind", "words"),
    ("d-min", ""),
    ("d-max", ""),
    ("d-unit", ""),
    ("d-words", ""),
];

async fn by_requirement(handler: &Visitor, more: &[(&str, &str)]) -> Page {
    let fields = [&[("quantity", "2"), ("price", "5000")], DEMANDS, more].concat();
    launch(handler, "category=A02010105", &fields).await
}

async fn answer(v: &Visitor, path: &str, brand: &str, memory: &str) -> Page {
    let fields = [
        ("brand", brand),
        ("model", "M1"),
        ("maker", "示例制造"),
        ("answer", memory),
        ("answer", "黑"),
        ("answer", "三年上门"),
    ];
    v.post(&format!("{path}/enter"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_quotes_by_requirement_with_explanation_and_next_in_line() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let before = frozen(&mall).await;
    let meter = [&[("category", "A02010105")], DEMANDS].concat();
    handler.post("/auctions/meter", &[meter, vec![("product", "0")]].concat()).await.shows(&["种满足全部要求"]);
    let wrong = [("quantity", "2"), ("price", "5000"), ("format", "sealed"), ("d-name", "内存"), ("d-kind", "number")];
    launch(&handler, "category=A02010105", &wrong).await.refused("请至少填不低于或不高于");
    let path = path_of(&by_requirement(&handler, &[("format", "sealed")]).await);
    approve(&mall, &path).await;

    // Who may: category, then the requirement itself.
    let furniture = mall.login("jiaju.dingdan").await;
    answer(&furniture, &path, "甲牌", "16GB").await.refused("没有入驻品目");
    let sellers: Vec<Visitor> = [
        mall.login("lantian.dingdan").await,
        mall.login("qilu.dingdan").await,
        mall.login("taishan.dingdan").await,
        mall.login("xinchuang.dingdan").await,
    ]
    .to_vec();
    answer(&sellers[0], &path, "甲牌", "8GB").await.refused("第 1 项要求");
    answer(&sellers[0], &path, "", "16GB").await.refused("品牌");
    for (v, brand) in sellers.iter().zip(["甲牌", "乙牌", "丙牌", "丁牌"]) {
        answer(v, &path, brand, "16GB").await.leads();
    }
    sellers[1].post(&format!("{path}/ask"), &[("question", "能否含键盘？")]).await.leads();
    let question = handler.get(&path).await.field("question");
    handler.post(&format!("{path}/answer"), &[("question", &question), ("words", "含键盘鼠标。")]).await.leads();
    mall.visitor().get(&path).await.shows(&["能否含键盘？", "含键盘鼠标。"]);

    for (v, price) in sellers.iter().zip(["4800", "4500", "4600", "1200"]) {
        quote(v, &path, price).await.leads();
    }
    quote(&sellers[1], &path, "4400").await.leads();

    // Sealed: nothing readable in the database, the journal or on any page, for anybody.
    let db = mall.mall.watch.db();
    assert_eq!(mall.number("SELECT COUNT(*) FROM auction_quote WHERE amount IS NOT NULL").await, 0);
    assert_eq!(mall.number("SELECT COUNT(*) FROM auction_quote WHERE sealed IS NULL").await, 0);
    let told = db.rows("SELECT body FROM journal WHERE kind = 'auction.quoted'", params![]).await.unwrap();
    assert_eq!(told.len(), 5);
    for (row, secret) in told.iter().flat_map(|r| ["960000", "900000", "880000", "920000"].map(|s| (r, s))) {
        assert!(!row.text(0).contains(secret), "{secret}");
    }
    for v in [&handler, &sellers[0], &mall.visitor(), &mall.login("jinan.shenji").await] {
        let text = v.get(&path).await.text();
        for secret in ["¥9,600.00", "¥8,800.00", "¥2,400.00", "甲牌", "丁牌"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert_eq!(mall.visitor().get(&format!("{path}/record.json")).await.status, StatusCode::NOT_FOUND);
    sellers[0].get(&path).await.shows(&["已收到贵方密封报价"]);

    later(&mall, 24 * HOUR + 1000).await;
    handler.get(&path).await.shows(&["响应核验", "甲牌", "¥9,600.00", "¥2,400.00"]);
    assert!(!mall.visitor().get(&path).await.text().contains("甲牌"), "responses are not public before the award");
    let aliases = handler.get(&path).await.fields("alias");
    assert_eq!(aliases.len(), 4, "lowest first");
    handler.post(&format!("{path}/award"), &[]).await.refused("逐家核验");
    handler.post(&format!("{path}/check"), &[("alias", &aliases[3]), ("pass", "0")]).await.refused("写明");
    let reason = [("alias", aliases[3].as_str()), ("pass", "0"), ("reason", "颜色不符")];
    handler.post(&format!("{path}/check"), &reason).await.leads();
    for alias in &aliases[..3] {
        handler.post(&format!("{path}/check"), &[("alias", alias), ("pass", "1")]).await.leads();
    }
    // 1,200 is far below the others: it must be explained.
    handler.get(&path).await.shows(&["等供应商说明"]);
    handler.post(&format!("{path}/award"), &[]).await.refused("异常低价");
    sellers[3].get("/todo").await.shows(&["说明低价"]);
    sellers[0].post(&format!("{path}/explain"), &[("words", "x")]).await.refused("explain.closed");
    sellers[3].post(&format!("{path}/explain"), &[("words", "库存清仓")]).await.leads();
    let judged = [("alias", aliases[0].as_str()), ("accept", "1"), ("reason", "说明了成本构成")];
    handler.post(&format!("{path}/judge"), &judged).await.leads();
    handler.post(&format!("{path}/award"), &[]).await.leads();
    mall.visitor().get(&path).await.shows(&["济南示例信息系统有限公司", "¥2,400.00"]);

    // The winner leaves: a case is opened and costs nothing until it was heard; the next is named; that one lets the time pass; then the third confirms.
    let credit = "SELECT s.credit FROM supplier s JOIN org g ON g.id = s.org WHERE g.name LIKE '%信息系统%'";
    let had = mall.number(credit).await;
    sellers[1].post(&format!("{path}/abandon"), &[("reason", "x")]).await.refused("award.not_named");
    sellers[3].post(&format!("{path}/abandon"), &[("reason", "供不了")]).await.leads();
    assert_eq!(mall.number(credit).await, had, "nothing is taken before the notice was answered or its time is over");
    sellers[3].get("/conduct").await.shows(&["放弃成交", "已告知"]);
    mall.visitor().get(&path).await.shows(&["山东齐鲁示例电商有限公司", "¥8,800.00"]);
    let record = mall.visitor().get(&format!("{path}/record.json")).await.text();
    trade::auctions::verify(&record).unwrap();
    later(&mall, 30 * 24 * HOUR).await;
    mall.visitor().get(&path).await.shows(&["山东泰山示例科技有限公司", "¥9,200.00"]);
    later(&mall, 30 * 24 * HOUR).await;
    mall.visitor().get(&path).await.shows(&["竞价失败"]);
    assert!(mall.number(credit).await < had, "nobody answered, leaving costs points");
    assert_eq!(frozen(&mall).await, before, "everybody left in line let it pass, the money is free");
    crate::open::everybody_left(&mall).await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_quotes_prolong_once_then_fail_and_may_run_again() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let before = frozen(&mall).await;
    let path = path_of(&by_requirement(&handler, &[("format", "sealed")]).await);
    approve(&mall, &path).await;
    let one = mall.login("qilu.dingdan").await;
    answer(&one, &path, "甲牌", "16GB").await.leads();
    quote(&one, &path, "4800").await.leads();
    later(&mall, 24 * HOUR + 1000).await;
    mall.visitor().get(&path).await.shows(&["报价不足，已自动延长"]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM auction_quote WHERE amount IS NOT NULL").await, 0, "still sealed");
    later(&mall, 24 * HOUR + 1000).await;
    mall.visitor().get(&path).await.shows(&["竞价失败", "不足 3 家"]);
    assert_eq!(frozen(&mall).await, before);
    mall.visitor().get("/notices").await.shows(&["竞价终止公告"]);

    let id = path.rsplit('/').next().unwrap();
    let page = handler.get(&format!("/auctions/new?from={id}")).await;
    page.shows(&["内存", "黑、白"]);
    let mut again = page;
    for run in 0.. {
        let (rerun, key) = (again.field("rerun_of"), again.field("key"));
        assert_ne!(rerun, "0");
        let fields = [
            &[("quantity", "2"), ("price", "5000"), ("format", "sealed"), ("rerun_of", rerun.as_str()), ("key", &key)]
                [..],
            DEMANDS,
        ]
        .concat();
        let made = launch(&handler, "category=A02010105", &fields).await;
        if run == 2 {
            made.refused("最多重新竞价 2 次");
            break;
        }
        let path = path_of(&made);
        approve(&mall, &path).await;
        handler.post(&format!("{path}/cancel"), &[("reason", "需求有变")]).await.leads();
        handler.get(&path).await.shows(&["已终止", "需求有变"]);
        again = handler.get(&format!("/auctions/new?from={}", path.rsplit('/').next().unwrap())).await;
    }
    handler.post(&format!("{path}/switch"), &[("reason", "只有一家能供")]).await.leads();
    handler.get(&path).await.shows(&["改用其他方式：只有一家能供"]);
    assert_eq!(frozen(&mall).await, before);

    // Sent back: nothing frozen, made again from what was there; withdrawn at the end.
    let path = path_of(&by_requirement(&handler, &[("format", "open")]).await);
    let id = path.rsplit('/').next().unwrap();
    let reviewer = mall.login("licheng.shenhe").await;
    reviewer.post(&format!("/projects/{id}/return"), &[("reason", "")]).await.refused("退回理由");
    reviewer.post(&format!("/projects/{id}/return"), &[("reason", "数量不对")]).await.leads();
    assert_eq!(frozen(&mall).await, before);
    handler.get("/todo").await.shows(&["重新发起或撤回"]);
    handler.get(&path).await.shows(&["数量不对", "修改后重新发起"]);
    handler.post(&format!("/projects/{id}/withdraw"), &[]).await.leads();
    handler.post(&format!("/projects/{id}/withdraw"), &[]).await.refused("project.state");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn related_suppliers_are_barred_and_shared_traces_are_flagged() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let path = path_of(&by_requirement(&handler, &[("format", "sealed")]).await);
    approve(&mall, &path).await;
    let name = |part: &str| format!("(SELECT id FROM org WHERE name LIKE '%{part}%')");
    let sql = format!(
        "UPDATE supplier SET controller = '某某集团' WHERE org IN ({}, {})",
        name("蓝天示例"),
        name("泰山示例")
    );
    force(&mall, String::leak(sql)).await;
    let sql =
        format!("UPDATE supplier SET phone = '13900009999' WHERE org IN ({}, {})", name("蓝天示例"), name("齐鲁示例"));
    force(&mall, String::leak(sql)).await;
    force(&mall, String::leak(format!("UPDATE supplier SET credit = 10 WHERE org = {}", name("信息系统")))).await;
    let lantian = mall.login("lantian.dingdan").await;
    answer(&lantian, &path, "甲牌", "16GB").await.leads();
    let taishan = mall.login("taishan.dingdan").await;
    let page = answer(&taishan, &path, "乙牌", "16GB").await;
    page.refused("控股、管理关系").refused("第十八条");
    assert!(!page.text().contains("蓝天"), "who the other is stays hidden");
    let low = mall.login("xinchuang.dingdan").await;
    answer(&low, &path, "丙牌", "16GB").await.refused("信用 10 分");
    let qilu = mall.login("qilu.dingdan").await;
    answer(&qilu, &path, "丁牌", "16GB").await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM auction_entry WHERE flags LIKE '%联系电话相同%'").await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_and_one_last_sealed_quote_run_by_the_clock() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "T-7002").await;
    let handler = mall.login("licheng.jingban").await;
    let query = format!("product={product}");
    let sellers =
        [mall.login("lantian.dingdan").await, mall.login("quancheng.dingdan").await, mall.login("qilu.dingdan").await];
    let start = async |format: &str| {
        let made = launch(&handler, &query, &[("quantity", "10"), ("price", "100"), ("format", format)]).await;
        let path = path_of(&made);
        approve(&mall, &path).await;
        for v in &sellers {
            v.post(&format!("{path}/enter"), &[]).await.leads();
        }
        path
    };

    let path = start("rounds").await;
    for (v, price) in sellers.iter().zip(["99", "98", "97"]) {
        quote(v, &path, price).await.leads();
    }
    later(&mall, 24 * HOUR + 1000).await;
    mall.visitor().get(&path).await.shows(&["轮次间歇"]);
    quote(&sellers[0], &path, "96").await.refused("quote.not_your_turn");
    later(&mall, 5 * MINUTE).await;
    // The worst comes first.
    quote(&sellers[2], &path, "95").await.refused("quote.not_your_turn");
    quote(&sellers[0], &path, "90").await.leads();
    let shown = mall.visitor().get(&path).await;
    assert!(!shown.text().contains("¥900.00"), "a quote of the running turn is secret");
    later(&mall, 2 * MINUTE).await;
    mall.visitor().get(&path).await.shows(&["¥900.00"]);
    later(&mall, HOUR).await;
    mall.visitor().get(&path).await.shows(&["济南蓝天示例办公用品有限公司", "¥900.00"]);
    trade::auctions::verify(&mall.visitor().get(&format!("{path}/record.json")).await.text()).unwrap();

    let path = start("final").await;
    for (v, price) in sellers.iter().zip(["99", "97", "95"]) {
        quote(v, &path, price).await.leads();
    }
    later(&mall, 24 * HOUR + 1000).await;
    mall.visitor().get(&path).await.shows(&["最后一次密封报价"]);
    quote(&sellers[1], &path, "91").await.leads();
    quote(&sellers[1], &path, "90").await.refused("quote.repeated");
    quote(&sellers[0], &path, "92").await.leads();
    assert!(!handler.get(&path).await.text().contains("¥910.00"));
    later(&mall, HOUR).await;
    mall.visitor().get(&path).await.shows(&["济南泉城示例商贸有限公司", "¥910.00"]);
    trade::auctions::verify(&mall.visitor().get(&format!("{path}/record.json")).await.text()).unwrap();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_gives_the_time_back_to_all_alike() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "T-7003").await;
    let handler = mall.login("licheng.jingban").await;
    let query = format!("product={product}");
    let mut paths = Vec::new();
    for hours in ["24", "25", "40"] {
        let fields = [("quantity", "10"), ("price", "100"), ("format", "open"), ("hours", hours)];
        let path = path_of(&launch(&handler, &query, &fields).await);
        approve(&mall, &path).await;
        paths.push(path);
    }
    let until = async || {
        let rows = mall.mall.watch.db().rows("SELECT until_at FROM auction ORDER BY id", params![]).await.unwrap();
        rows.iter().map(|r| r.int(0)).collect::<Vec<i64>>()
    };
    let was = until().await;
    // Ten minutes away: the first would have ended meanwhile, the second soon after, the third is far off.
    let (from, to) = (was[0] - 4 * MINUTE, was[1] - 20 * MINUTE);
    wait(&mall, to - mall.clock.now()).await;
    let done = trade::auctions::make_good(mall.mall.watch.trade(), from, to).await.unwrap();
    assert_eq!(done, 2);
    let now = until().await;
    let given = to - from + 5 * MINUTE;
    assert_eq!(now, [was[0] + given, was[1] + given, was[2]]);
    assert_eq!(trade::auctions::make_good(mall.mall.watch.trade(), from, to).await.unwrap(), 0, "given once");
    mall.settle().await;
    mall.visitor().get(&paths[0]).await.shows(&["公开报价中"]);
    handler.get(&paths[0]).await.shows(&["系统中断，已补时并公告"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_quotes_at_once_are_put_in_one_line() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "T-7004").await;
    let handler = mall.login("licheng.jingban").await;
    let fields = [("quantity", "1"), ("price", "50000"), ("format", "open")];
    let path = path_of(&launch(&handler, &format!("product={product}"), &fields).await);
    approve(&mall, &path).await;
    let mut tasks = tokio::task::JoinSet::new();
    for (n, login) in ["lantian", "quancheng", "qilu", "baojie"].into_iter().enumerate() {
        let v = mall.login(&format!("{login}.dingdan")).await;
        v.post(&format!("{path}/enter"), &[]).await.leads();
        for i in 0..30 {
            let (v, path) = (v.clone(), path.clone());
            tasks.spawn(async move {
                let price = 49_900 - (i * 4 + n) * 300;
                quote(&v, &path, &price.to_string()).await.status
            });
        }
    }
    let (mut taken, mut refused) = (0, 0);
    while let Some(status) = tasks.join_next().await {
        match status.unwrap() {
            StatusCode::SEE_OTHER => taken += 1,
            StatusCode::UNPROCESSABLE_ENTITY => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(taken + refused, 120);
    assert_eq!(mall.number("SELECT COUNT(*) FROM auction_quote").await, taken);
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE kind = 'auction.quoted'").await, taken);
    assert_eq!(mall.number("SELECT MIN(amount) FROM auction_quote").await, (49_900 - 119 * 300) * 100);
    later(&mall, 25 * HOUR).await;
    trade::auctions::verify(&mall.visitor().get(&format!("{path}/record.json")).await.text()).unwrap();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_measure_reaches_quotes_no_more_and_does_not_win() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "T-7005").await;
    let handler = mall.login("licheng.jingban").await;
    let made =
        launch(&handler, &format!("product={product}"), &[("quantity", "80"), ("price", "100"), ("format", "open")])
            .await;
    let path = path_of(&made);
    approve(&mall, &path).await;
    let mut sellers = Vec::new();
    for (login, price) in [("lantian", "99.00"), ("quancheng", "97.00"), ("qilu", "95.00"), ("baojie", "90.00")] {
        let v = mall.login(&format!("{login}.dingdan")).await;
        v.post(&format!("{path}/enter"), &[]).await.leads();
        quote(&v, &path, price).await.leads();
        sellers.push(v);
    }
    // The best is closed for paper while the quotation runs; a measure elsewhere touches nobody here.
    let province = mall.login("sd.jicai").await;
    let measure = async |name: &str, category: &str| {
        let id = mall.number(&format!("SELECT id FROM org WHERE name LIKE '%{name}%'")).await;
        let fields = [("kind", "frozen"), ("level", "category"), ("category", category), ("reason", "核实")];
        province.post(&format!("/suppliers/{id}/measures"), &fields).await.leads();
    };
    measure("示例日化", "A0504").await;
    measure("齐鲁示例", "A0201").await;
    quote(&sellers[3], &path, "80.00").await.refused("quote.not_admitted");
    later(&mall, 30 * 24 * HOUR).await;
    handler.post(&format!("{path}/award"), &[]).await;
    let page = mall.visitor().get(&path).await;
    page.shows(&["山东齐鲁示例电商有限公司", "报价后入驻被冻结"]);
    let record = mall.visitor().get(&format!("{path}/record.json")).await.text();
    trade::auctions::verify(&record).unwrap();
    mall.sound().await;
}

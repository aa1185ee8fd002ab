//! 诚信评价: notice, answer, decision, appeal, rectification; prices far above the market; measures against suppliers.
use crate::auctions::{force, later, same_paper};
use crate::job::{buy, buy_offer, find};
use crate::mall::{Box, Page, Visitor};
use crate::prices::observe;
use axum::http::StatusCode;
use kit::Query;
use rules::calendar::{day_of, show_day};

const DAY: i64 = 86_400_000;

pub async fn act(v: &Visitor, case: &str, act: &str, words: &str) -> Page {
    v.upload(&format!("{case}/act"), &[("act", act), ("words", words)], "file", "a.pdf", b"paper").await
}

/// The newest case of somebody, as they see it.
pub async fn case_of(v: &Visitor) -> String {
    let text = v.get("/conduct").await.text();
    let rest = text.split("href=\"/conduct/").nth(1).unwrap_or_else(|| panic!("no case in {text}"));
    format!("/conduct/{}", rest.split('"').next().unwrap())
}

/// Sessions outlive any jump of the clock.
pub async fn stay(mall: &Box) {
    force(mall, "UPDATE session SET ends_at = 99999999999999").await;
}

async fn credit(mall: &Box, name: &str) -> i64 {
    mall.number(&format!("SELECT s.credit FROM supplier s JOIN org g ON g.id = s.org WHERE g.name LIKE '%{name}%'"))
        .await
}

/// Two shops ask 60 yuan, one 61; the paper of `same_paper` costs 100 and more.
async fn market(mall: &Box, product: &str) {
    let centre = mall.login("jinan.jicai").await;
    let today = show_day(day_of(mall.mall.watch.db().now()));
    for (source, price) in [("甲商城", "60.00"), ("乙商城", "60.00"), ("丙商城", "61.00")] {
        observe(&centre, &format!("/prices/{product}"), source, price, &today).await.leads();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_warning_to_the_restoration() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "ZX-2201").await;
    market(&mall, &product).await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("sd.jicai").await);
    let (regulator, handler) = (mall.login("sd.jianguan").await, mall.login("licheng.jingban").await);
    stay(&mall).await;
    let page = format!("/products/{product}");

    // The daily look tells all four and opens a case each; nothing is frozen yet and nothing charged, but nobody can buy at
    // that price. After the time of the notice all four are frozen.
    later(&mall, DAY).await;
    let stopped = format!("SELECT COUNT(*) FROM offer WHERE product = {product} AND stops = 1");
    assert_eq!(mall.number(&stopped).await, 0);
    let notices =
        "SELECT COUNT(*) FROM message WHERE words LIKE '%请在 % 前降价，逾期冻结；在此之前，按这个价格也不能下单。'";
    assert!(mall.number(notices).await >= 4);
    buy(&handler, &page, "1").await.refused("红色：严重偏高");
    later(&mall, DAY).await;
    assert_eq!(mall.number(&stopped).await, 4);
    let told = "SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.price_red' AND state = 'told'";
    assert_eq!(mall.number(told).await, 4);
    assert_eq!(credit(&mall, "蓝天示例").await, 100);
    later(&mall, DAY).await;
    let red = "SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.price_red'";
    assert_eq!(mall.number(red).await, 4, "the same is not told twice");
    seller.get("/offers").await.shows(&["暂停销售", "降价后自动恢复"]);
    assert!(!mall.visitor().get(&page).await.text().contains("蓝天示例"), "frozen goods are not on the shelf");

    // Hearing: only the one concerned, only in time, only once; the office waits for the answer.
    let case = case_of(&seller).await;
    seller.get("/todo").await.shows(&["<a href=\"/conduct\">诚信事项</a>：2 件等您办理"]);
    // Whoever cannot answer has not received it for the firm.
    assert!(!mall.login("lantian.dingdan").await.get(&case).await.text().contains("已送达"));
    seller.get(&case).await.shows(&["价格严重偏高", "提交陈述申辩", "已送达", "¥60.00"]);
    assert_eq!(mall.login("quancheng.guanli").await.get(&case).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.login("jinan.jicai").await.get(&case).await.status, StatusCode::NOT_FOUND);
    assert_eq!(act(&handler, &case, "answer", "x").await.status, StatusCode::FORBIDDEN);
    act(&centre, &case, "uphold", "x").await.refused("不能这样办理");
    act(&seller, &case, "answer", "").await.refused("理由或说明");
    act(&seller, &case, "nonsense", "x").await.refused("按钮");
    assert_eq!(act(&seller, &case, "drop", "x").await.status, StatusCode::FORBIDDEN);
    act(&seller, &case, "answer", "纸浆涨价，有进货发票").await.leads();
    act(&seller, &case, "answer", "再说一次").await.refused("不能这样办理");
    assert_eq!(act(&regulator, &case, "uphold", "x").await.status, StatusCode::FORBIDDEN, "the centre decides");
    act(&centre, &case, "uphold", "发票价格仍低于报价四成").await.leads();
    assert_eq!(credit(&mall, "蓝天示例").await, 85);
    centre.get(&case).await.shows(&["已处理", "商品下架", "纸浆涨价", "现在 85 分"]);
    mall.visitor().get("/exposure").await.shows(&["蓝天示例", "价格严重偏高"]);
    mall.settle().await;
    let told = format!("/notices/{}", mall.number("SELECT MAX(id) FROM notice WHERE kind = 'conduct'").await);
    mall.visitor().get(&told).await.shows(&[
        "违规处理公告",
        "蓝天示例",
        "价格严重偏高",
        "15 分，现为 85 分",
        "商品下架",
    ]);

    // Appeal: once, decided by the finance department.
    act(&seller, &case, "appeal", "同行也是这个价").await.leads();
    assert_eq!(act(&centre, &case, "revoke", "x").await.status, StatusCode::FORBIDDEN);
    act(&regulator, &case, "confirm", "同行同样已告知").await.leads();
    act(&seller, &case, "appeal", "再申诉").await.refused("申诉过一次");
    let score = seller.get("/conduct").await.text();
    let score = score.split("href=\"/scores/").nth(1).unwrap().split('"').next().unwrap();
    mall.visitor().get(&format!("/scores/{score}")).await.shows(&["100 − 15", "计入", "B 级"]);

    // A lower price alone lifts the freeze, not the decision; the accepted rectification lifts that.
    let mine = "SELECT o.id FROM offer o JOIN org g ON g.id = o.supplier WHERE g.name LIKE '%蓝天%' AND o.product =";
    let offer = mall.number(&format!("{mine} {product}")).await;
    let lower = [("price", "60.00"), ("stock", "500"), ("listed", "1")];
    seller.post(&format!("/offers/{offer}"), &lower).await.leads();
    mall.settle().await;
    assert_eq!(mall.number(&format!("SELECT stops FROM offer WHERE id = {offer}")).await, 2);
    act(&seller, &case, "mend", "已降到市场价").await.leads();
    act(&centre, &case, "reject", "请附价目表").await.leads();
    act(&seller, &case, "mend", "附价目表").await.leads();
    act(&centre, &case, "accept", "已核实").await.leads();
    mall.settle().await;
    assert_eq!(credit(&mall, "蓝天示例").await, 100);
    assert!(!mall.visitor().get("/exposure").await.text().contains("蓝天示例"));
    let gone = mall.visitor().get(&told).await;
    gone.shows(&["撤回", "已经整改合格"]);
    assert!(!gone.text().contains("价格严重偏高"), "what is made good is no longer told");
    assert_eq!(find(&handler, "ZX-2201").await, page);
    buy(&handler, &page, "1").await.leads();

    // Those who never answered: after the time the facts stand, and the shelf is closed to them.
    later(&mall, 10 * DAY).await;
    assert_eq!(credit(&mall, "泉城示例").await, 100, "the notice was never opened: it is given once more");
    mall.number("SELECT id FROM message WHERE words LIKE '诚信事项再次告知%' LIMIT 1").await;
    later(&mall, 10 * DAY).await;
    assert_eq!(credit(&mall, "泉城示例").await, 85);
    assert_eq!(mall.number(&format!("{red} AND state = 'in_force'")).await, 3);
    act(&mall.login("quancheng.guanli").await, &case_of(&mall.login("quancheng.guanli").await).await, "answer", "晚了")
        .await
        .refused("不能这样办理");
    // The year turns: points of the old year no longer count unless still exposed; exposure at level B lasts one month.
    later(&mall, 400 * DAY).await;
    assert_eq!(credit(&mall, "泉城示例").await, 100);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn offices_open_cases_and_units_have_scores_too() {
    let mall = Box::new().await;
    let db = mall.mall.watch.db();
    let uscc = async |name: &str| {
        let sql = format!("SELECT uscc FROM org WHERE name LIKE '%{name}%' ORDER BY id LIMIT 1");
        db.one(&sql, &[]).await.unwrap().text(0)
    };
    let (unit, firm) = (uscc("历城区").await, uscc("蓝天示例").await);
    let regulator = mall.login("jinan.jianguan").await;
    let fields = |who: &str, rule: &str, about: &str, until: &str| {
        [("uscc", who), ("rule", rule), ("subject", about), ("words", "查实的事实"), ("until", until)]
            .map(|(k, v)| (k, v.to_owned()))
    };
    let open = async |v: &Visitor, f: [(&'static str, String); 5]| {
        let f: Vec<(&str, &str)> = f.iter().map(|(k, v)| (*k, v.as_str())).collect();
        v.upload("/conduct", &f, "file", "a.pdf", b"proof").await
    };
    let fake = "credit.deduct.fake_trade";
    open(&regulator, fields("91370100XXXXXXXXXX", fake, "1 号", "")).await.refused("没有找到");
    open(&regulator, fields(&unit, fake, "1 号", "")).await.refused("不适用");
    open(&regulator, fields(&firm, fake, "1 号", "2020-01-01")).await.refused("不能早于今天");
    open(&regulator, fields(&firm, fake, "1 号", "明天")).await.refused("现在是“明天”");
    open(&regulator, fields(&firm, "credit.start", "1 号", "")).await.refused("请选择评价指标");
    let centre = mall.login("jinan.jicai").await;
    let split = "credit.deduct.buyer_split";
    assert_eq!(open(&centre, fields(&unit, split, "2 号", "")).await.status, StatusCode::FORBIDDEN);
    let until = show_day(day_of(db.now()) + 60);
    // What holds in the whole province is the province's to decide; a unit answers to its own finance department.
    open(&regulator, fields(&firm, fake, "1 号", &until)).await.refused("由省级作出");
    open(&mall.login("zibo.jianguan").await, fields(&unit, split, "2 号", "")).await.refused("不归本级管理");
    let province = mall.login("sd.jianguan").await;
    open(&province, fields(&firm, fake, "1 号", &until)).await.leads();
    open(&province, fields(&firm, fake, "1 号", &until)).await.leads();
    open(&regulator, fields(&unit, split, "2 号", "")).await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct").await, 2, "one case for one rule and document");

    // Nobody answers: what a person charged goes to a second person, time alone decides nothing.
    let (seller, handler) = (mall.login("lantian.guanli").await, mall.login("licheng.jingban").await);
    stay(&mall).await;
    let live = "SELECT COUNT(*) FROM offer o JOIN org g ON g.id = o.supplier WHERE g.name LIKE '%蓝天示例%' AND o.stops & 4 = 0";
    let had = mall.number(live).await;
    assert!(had > 0);
    later(&mall, 10 * DAY).await;
    later(&mall, 10 * DAY).await;
    assert_eq!(mall.number(live).await, had);
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE state = 'answered'").await, 2);
    let of = async |rule: &str| {
        format!("/conduct/{}", mall.number(&format!("SELECT id FROM conduct WHERE rule = '{rule}'")).await)
    };
    let (firms, units) = (of(fake).await, of(split).await);
    seller.get(&firms).await.shows(&["期满，转决定", "由告知人以外的人", "待决定"]);
    assert_eq!(
        act(&province, &firms, "uphold", "x").await.status,
        StatusCode::FORBIDDEN,
        "the centre decides on firms"
    );
    let judge = mall.login("sd.jicai").await;
    act(&judge, &firms, "uphold", "资金流水属实").await.leads();
    act(&judge, &firms, "uphold", "再点一次").await.refused("不能这样办理");
    // The finance department of the city told the unit; another of its people decides, or one above.
    act(&regulator, &units, "uphold", "自己告知自己认定").await.refused("这件事项由您告知，不能再由您认定");
    act(&regulator, &units, "drop", "自己告知自己放过").await.refused("同事或者上级机构办理");
    let page = regulator.get(&units).await.text();
    assert!(page.contains("这件事项由您告知") && !page.contains("value=\"uphold\""), "no button that would be refused");
    let colleague = mall.login("jinan.fabu").await;
    act(&colleague, &units, "uphold", "属实").await.leads();
    // In force: the firm is suspended until the day, then by itself free again; its quotes and offers with it.
    mall.settle().await;
    assert_eq!(mall.number(live).await, 0);
    assert_eq!(credit(&mall, "蓝天示例").await, 50);
    let id = mall.number("SELECT id FROM org WHERE name LIKE '%蓝天示例%'").await;
    mall.visitor().get(&format!("/scores/{id}")).await.shows(&["暂停交易", "D 级", &until]);
    mall.visitor().get("/scores?kind=unit&words=历城区").await.shows(&["80"]);
    handler.get("/conduct").await.shows(&["拆分采购", "80"]);
    // An appeal goes to neither of the two.
    act(&mall.login("licheng.queren").await, &units, "appeal", "不是同一项目").await.leads();
    act(&colleague, &units, "confirm", "x").await.refused("这件事项由您认定，不能再由您裁决申诉");
    act(&regulator, &units, "revoke", "x").await.refused("由您告知");
    act(&province, &units, "confirm", "同一项目").await.leads();
    later(&mall, 50 * DAY).await;
    assert_eq!(mall.number(live).await, had, "the last day is past");
    // A revoked case would have lifted it; this one only costs its points.
    let id = mall.number(&format!("SELECT id FROM conduct WHERE rule = '{fake}'")).await;
    let before = credit(&mall, "蓝天示例").await;
    act(&seller, &format!("/conduct/{id}"), "mend", "已整改").await.leads();
    assert_eq!(act(&centre, &format!("/conduct/{id}"), "accept", "x").await.status, StatusCode::NOT_FOUND);
    act(&mall.login("sd.jicai").await, &format!("/conduct/{id}"), "accept", "属实").await.leads();
    assert_eq!(credit(&mall, "蓝天示例").await, before + 50);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measure_closes_the_whole_a_category_or_an_area() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "ZX-3301").await;
    let id = mall.number("SELECT id FROM org WHERE name LIKE '%蓝天示例%'").await;
    let path = format!("/suppliers/{id}/measures");
    let (city, province) = (mall.login("jinan.jicai").await, mall.login("sd.jicai").await);
    let handler = mall.login("licheng.jingban").await;
    let live = format!("SELECT COUNT(*) FROM offer WHERE supplier = {id} AND stops & 4 = 0");
    let had = mall.number(&live).await;
    let shown = async || mall.visitor().get(&format!("/products/{product}")).await.text().contains("蓝天示例");
    assert_eq!(handler.get(&path).await.status, StatusCode::FORBIDDEN);
    let whole = [("kind", "frozen"), ("level", "whole"), ("reason", "核实中"), ("until", "")];
    city.post(&path, &whole).await.refused("由省级作出");
    province.post(&path, &[("kind", "suspended"), ("level", "whole"), ("reason", "x")]).await.refused("截止日期");
    province.post(&path, &[("kind", "king"), ("level", "whole"), ("reason", "x")]).await.refused("请选择措施");
    province.post(&path, &[("kind", "frozen"), ("level", "category"), ("reason", "x")]).await.refused("请选择品目");
    city.post(&path, &[("kind", "frozen"), ("level", "area"), ("area", "370300"), ("reason", "x")])
        .await
        .refused("本级管理的区域");
    province.post(&path, &whole).await.leads();
    mall.settle().await;
    assert_eq!(mall.number(&live).await, 0);
    assert!(!shown().await);
    let lift = format!("/measures/{}/lift", mall.number("SELECT MAX(id) FROM standing").await);
    assert_eq!(city.post(&lift, &[("why", "x")]).await.status, StatusCode::NOT_FOUND);
    province.post(&lift, &[("why", "")]).await.refused("解除理由");
    province.post(&lift, &[("why", "核实无误")]).await.leads();
    province.post(&lift, &[("why", "又一次")]).await.leads();
    mall.settle().await;
    assert_eq!(mall.number(&live).await, had);
    assert!(shown().await);

    // One category: the paper is gone, the rest stays.
    province
        .post(&path, &[("kind", "withdrawn"), ("level", "category"), ("category", "A0504"), ("reason", "不再供应")])
        .await
        .leads();
    mall.settle().await;
    assert!(!shown().await);
    let left = mall.number(&live).await;
    assert!(left > 0 && left < had, "{left} of {had}");
    let lift = format!("/measures/{}/lift", mall.number("SELECT MAX(id) FROM standing").await);
    province.post(&lift, &[("why", "恢复供应")]).await.leads();

    // One area: Licheng cannot buy, the shelf stays for others.
    city.post(&path, &[("kind", "frozen"), ("level", "area"), ("area", "370112"), ("reason", "当地核实")])
        .await
        .leads();
    mall.settle().await;
    assert!(shown().await);
    let offer = mall.number(&format!("SELECT id FROM offer WHERE supplier = {id} AND product = {product}")).await;
    assert_ne!(
        handler.get(&format!("/products/{product}")).await.field("offer"),
        offer.to_string(),
        "others come first"
    );
    buy_offer(&handler, offer.to_string(), "1").await.refused("不在供应商的供货区域里");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_others_becomes_cases_that_can_be_answered() {
    let mall = Box::new().await;
    let regulator = mall.login("sd.jianguan").await;
    let db = mall.mall.watch.db();
    let uscc = db.one("SELECT uscc FROM org WHERE name LIKE '%蓝天示例%'", &[]).await.unwrap().text(0);
    let stranger = rules::uscc::complete("91370112MA0000007").unwrap();
    let day = |n: i32| show_day(day_of(db.now()) + n);
    let file = format!(
        "统一社会信用代码,单位名称,失信行为,依据文号,截止日期\n{uscc},甲,行贿,鲁采罚 1 号,{}\n{stranger},乙,行贿,鲁采罚 2 号,{}\n\
         {uscc},甲,旧事,鲁采罚 3 号,{}\n91370112,丙,行贿,鲁采罚 4 号,{}\n{uscc},甲,行贿,鲁采罚 5 号,明年\n{uscc},甲,,鲁采罚 6 号,{}\n",
        day(90),
        day(90),
        day(-1),
        day(90),
        day(90)
    );
    let send = async |v: &Visitor, bytes: &[u8]| v.upload("/conduct/import", &[], "list", "名单.csv", bytes).await;
    for _ in 0..2 {
        let page = send(&regulator, file.as_bytes()).await;
        page.shows(&["1 家，已逐家告知", "1 行不是", "1 行已经到期", "3 行有错", "第 5 行", "明年", "第 7 行"]);
    }
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE rule = 'credit.deduct.blacklisted'").await, 1);
    send(&regulator, b"a,b\n1,2\n").await.refused("第 1 列应是");
    send(&regulator, b"").await.refused("请选择名单文件");
    assert_eq!(send(&mall.login("licheng.jingban").await, b"x").await.status, StatusCode::FORBIDDEN);
    assert_eq!(credit(&mall, "蓝天示例").await, 100, "told, not yet decided");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observation_taken_back_takes_its_consequences_back() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "ZX-4401").await;
    market(&mall, &product).await;
    stay(&mall).await;
    later(&mall, DAY).await;
    later(&mall, DAY).await;
    let stopped = format!("SELECT COUNT(*) FROM offer WHERE product = {product} AND stops & 1 <> 0");
    assert_eq!(mall.number(&stopped).await, 4);
    // A file with a lower price frees at once what the daily look had frozen.
    let seller = mall.login("lantian.guanli").await;
    crate::job::shelve(&mall, &seller, &crate::job::paper(&[("ZX-4401", "60.00", "50")])).await;
    assert_eq!(mall.number(&stopped).await, 3);
    // The observations were of other goods: all are withdrawn, nothing is left that could freeze anything.
    let centre = mall.login("jinan.jicai").await;
    let ids = format!("SELECT id FROM observation WHERE product = {product} AND withdrawn = '' ORDER BY id");
    for r in mall.mall.watch.db().rows(&ids, &[]).await.unwrap() {
        centre.post(&format!("/observations/{}/withdraw", r.int(0)), &[("reason", "看错了商品")]).await.leads();
    }
    assert_eq!(mall.number(&stopped).await, 0);
    let watched =
        format!("SELECT COUNT(*) FROM price_watch w JOIN offer o ON o.id = w.offer WHERE o.product = {product}");
    assert_eq!(mall.number(&watched).await, 0);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_firm_lists_nothing_new_and_an_applicant_is_nobodys_business() {
    let mall = Box::new().await;
    let id = mall.number("SELECT id FROM org WHERE name LIKE '%蓝天示例%'").await;
    let frozen = [("kind", "frozen"), ("level", "whole"), ("reason", "核实中"), ("until", "")];
    mall.login("sd.jicai").await.post(&format!("/suppliers/{id}/measures"), &frozen).await.leads();
    let seller = mall.login("lantian.guanli").await;
    let file = crate::job::paper(&[("DJ-1", "60.00", "50")]);
    let at = seller.upload("/imports", &[], "file", "a.xlsx", &file).await.leads().to_owned();
    mall.settle().await;
    seller.get(&at).await.shows(&["已冻结、暂停或退出，不能上架"]);
    let fields = [
        ("uscc", ""),
        ("name", "丁示例公司"),
        ("region", "370112"),
        ("login", "ding.guanli"),
        ("password", "Entry-test-2026"),
        ("again", "Entry-test-2026"),
        ("person", "样本"),
        ("phone", "13900009999"),
    ];
    let code = rules::uscc::complete("91370112MA0000007").unwrap();
    let fields = fields.map(|(k, v)| if k == "uscc" { (k, code.as_str()) } else { (k, v) });
    assert_eq!(mall.visitor().post("/join/register", &fields).await.status, StatusCode::SEE_OTHER);
    let firm = mall.login_with("ding.guanli", "Entry-test-2026").await;
    for path in ["/authorisations", "/admission/account"] {
        firm.get(path).await.refused("通过入驻审核后");
    }
    let id = mall.number("SELECT id FROM org WHERE name = '丁示例公司'").await;
    assert_eq!(mall.visitor().get(&format!("/scores/{id}")).await.status, StatusCode::NOT_FOUND);
}

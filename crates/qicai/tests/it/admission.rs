//! 准入: from registration to the first sale; papers that end; the account that two people change; makers and agents.
use crate::auctions::{force, later};
use crate::conduct::stay;
use crate::job::{buy, find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use rules::calendar::{day_of, show_day};

const DAY: i64 = 86_400_000;
const PDF: &[u8] = b"%PDF-1.7 invented";
const PASSWORD: &str = "Entry-test-2026";

pub fn uscc(first17: &str) -> String {
    rules::uscc::complete(first17).unwrap()
}

async fn register(mall: &Box, code: &str, name: &str, login: &str) -> Page {
    let fields = [
        ("uscc", code),
        ("name", name),
        ("region", "370112"),
        ("login", login),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("person", "样本管理员"),
        ("phone", "13900009999"),
    ];
    mall.visitor().post("/join/register", &fields).await
}

async fn show_paper(v: &Visitor, kind: &str, until: &str) -> Page {
    v.upload("/admission/papers", &[("kind", kind), ("number", "SD-1"), ("until", until)], "file", "a.pdf", PDF).await
}

fn profile(kind: &'static str, act: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("kind", kind),
        ("size", "small"),
        ("areas", "370112"),
        ("areas", "370100"),
        ("categories", "A0504"),
        ("legal_person", "法人样本"),
        ("phone", "0531-8600 0001"),
        ("address", "历城区示例路 9 号"),
        ("bank_account", "0000 4321 0000 9999"),
        ("committed", "2026-1"),
        ("act", act),
    ]
}

async fn all_papers(v: &Visitor) {
    for kind in ["licence", "no_violation", "tax"] {
        show_paper(v, kind, "").await.leads();
    }
}

/// The application a centre sees first.
async fn first_in_queue(centre: &Visitor) -> String {
    let text = centre.get("/admissions").await.text();
    let rest = text.split("href=\"/admissions/").nth(1).unwrap_or_else(|| panic!("nobody waits: {text}"));
    format!("/admissions/{}", rest.split('"').next().unwrap())
}

pub async fn enter(
    mall: &Box,
    code: &str,
    name: &str,
    login: &str,
    kind: &'static str,
    more: &[(&str, &str)],
) -> Visitor {
    assert_eq!(register(mall, code, name, login).await.status, StatusCode::SEE_OTHER);
    let v = mall.login_with(login, PASSWORD).await;
    all_papers(&v).await;
    let mut fields = more.to_vec();
    fields.extend(profile(kind, "submit"));
    v.post("/admission", &fields).await.leads();
    let centre = mall.login("jinan.jicai").await;
    let at = first_in_queue(&centre).await;
    centre.post(&format!("{at}/decide"), &[("verdict", "admit")]).await.leads();
    mall.settle().await;
    v
}

#[tokio::test(flavor = "multi_thread")]
async fn from_registration_to_the_first_sale() {
    let mall = Box::new().await;
    let code = uscc("91370112MA0000007");
    mall.visitor().get("/join").await.shows(&["不收费", "营业执照", "承诺书", "5 个工作日"]);

    // Registration: what is wrong is named, what was typed stays, one firm has one account.
    let bad = register(&mall, "913701120000000000", "甲示例公司", "jia.guanli").await;
    bad.refused("校验码").refused("甲示例公司");
    register(&mall, &code, "甲示例公司", "x y").await.refused("用户名用 4 到 40 个");
    register(&mall, &code, "甲示例公司", "lantian.guanli").await.refused("有人用了");
    assert_eq!(register(&mall, &code, "甲示例公司", "jia.guanli").await.status, StatusCode::SEE_OTHER);
    register(&mall, &code.to_lowercase(), "甲示例公司", "jia.second").await.refused("已经注册");
    let firm = mall.login_with("jia.guanli", PASSWORD).await;
    stay(&mall).await;

    // Nothing is for sale before admission, and the firm is no supplier yet.
    firm.upload("/imports", &[], "file", "a.xlsx", &paper(&[("JIA-1", "90.00", "50")])).await.refused("入驻审核");
    assert!(!mall.visitor().get("/scores?words=甲示例").await.text().contains("href=\"/scores/1"));

    // Everything that is missing is named at once; what is there is kept.
    firm.post("/admission", &[("kind", "电商"), ("act", "submit")]).await.refused("还差").refused("营业执照");
    firm.post("/admission", &[("legal_person", "只存这个"), ("act", "save")]).await.leads();
    firm.get("/admission").await.shows(&["只存这个", "填写中"]);
    show_paper(&firm, "licence", "2020-01-01").await.refused("已经过期");
    show_paper(&firm, "licence", "明年").await.refused("明年");
    show_paper(&firm, "king", "").await.refused("材料种类");
    let script = [("kind", "licence"), ("number", "1"), ("until", "")];
    firm.upload("/admission/papers", &script, "file", "a.pdf", b"<script>").await.refused("PDF");
    all_papers(&firm).await;
    let mut nothing = profile("代理商", "submit");
    nothing.retain(|(k, _)| *k != "committed");
    firm.post("/admission", &nothing).await.refused("承诺书");
    let mut old = profile("代理商", "submit");
    old.retain(|(k, _)| *k != "committed");
    old.push(("committed", "1999-1"));
    firm.post("/admission", &old).await.refused("新版本");
    firm.post("/admission", &profile("代理商", "submit")).await.leads();
    firm.post("/admission", &profile("代理商", "save")).await.refused("不能修改");
    firm.get("/admission").await.shows(&["待审核", "审核时限"]);

    // The centre of Jinan receives it first; others of the city read, another city does not see it.
    let centre = mall.login("jinan.jicai").await;
    let at = first_in_queue(&centre).await;
    mall.login("jinan.shenji").await.get(&at).await.shows(&["甲示例公司"]);
    assert_eq!(mall.login("zibo.jicai").await.get(&at).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.login("licheng.jingban").await.get(&at).await.status, StatusCode::FORBIDDEN);
    let decide = format!("{at}/decide");
    let post = async |v: &Visitor, fields: &[(&str, &str)]| v.post(&decide, fields).await;
    assert_eq!(post(&mall.login("jinan.jianguan").await, &[("verdict", "admit")]).await.status, StatusCode::FORBIDDEN);
    post(&centre, &[("verdict", "return")]).await.refused("至少要在一项");
    post(&centre, &[("verdict", "return"), ("code-site", "R77")]).await.refused("从列表中选择");
    post(&centre, &[("verdict", "return"), ("code-site", "R99")]).await.refused("写明");
    post(&centre, &[("verdict", "admit"), ("code-address", "R07")]).await.refused("不能直接通过");
    let back = [("verdict", "return"), ("code-address", "R07"), ("words-address", "门牌查不到")];
    post(&centre, &back).await.leads();
    post(&centre, &back).await.refused("请刷新");
    firm.get("/admission").await.shows(&["退回补正", "地址", "无法核实", "门牌查不到"]);
    mall.visitor().get("/join").await.shows(&["无法核实"]);
    firm.post("/admission", &profile("代理商", "submit")).await.leads();
    centre.get(&at).await.shows(&["第 2 次", "门牌查不到"]);
    firm.post("/admission/withdraw", &[]).await.leads();
    post(&centre, &[("verdict", "admit")]).await;
    assert_eq!(mall.number("SELECT COUNT(*) FROM application WHERE state = 'admitted'").await, 0, "taken back in time");
    firm.post("/admission", &profile("代理商", "submit")).await.leads();
    post(&centre, &[("verdict", "admit")]).await.leads();
    mall.settle().await;

    // Who was admitted long ago renews its papers and changes what was admitted, too.
    mall.login("quancheng.guanli").await.get("/admission").await.shows(&["已入驻，全省有效", "上传材料", "变更类型"]);

    // One verdict for the whole province, at once: the shelf is open, the county is within the city that was chosen.
    firm.get("/admission").await.shows(&["已通过"]);
    let areas =
        "SELECT COUNT(*) FROM supplier s JOIN org g ON g.id = s.org WHERE g.name = '甲示例公司' AND s.areas = '370100'";
    assert_eq!(mall.number(areas).await, 1);
    shelve(&mall, &firm, &paper(&[("JIA-1", "90.00", "50")])).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "JIA-1").await;
    handler.get(&product).await.shows(&["甲示例公司", "100 分"]);
    buy(&handler, &product, "1").await.leads();
    mall.visitor().get("/scores?words=甲示例").await.shows(&["甲示例公司"]);

    // A change is an application too; the supplier goes on meanwhile.
    firm.post("/admission/change", &[]).await.leads();
    firm.post("/admission/change", &[]).await.leads();
    let mut wider = profile("代理商", "submit");
    wider.push(("categories", "A0503"));
    firm.post("/admission", &wider).await.leads();
    let at = first_in_queue(&centre).await;
    centre.get(&at).await.shows(&["变更", "<del"]);
    centre.post(&format!("{at}/decide"), &[("verdict", "refuse"), ("code-categories", "R05")]).await.leads();
    firm.get("/admission").await.shows(&["不予通过", "与所选品目不符"]);
    let categories = "SELECT COUNT(*) FROM supplier WHERE categories = 'A0504'";
    assert_eq!(mall.number(categories).await, 1, "refused changes nothing");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_ends_takes_the_goods_with_it() {
    let mall = Box::new().await;
    let firm = enter(&mall, &uscc("91370112MA0000015"), "乙示例公司", "yi.guanli", "代理商", &[]).await;
    shelve(&mall, &firm, &paper(&[("YI-1", "91.00", "50")])).await;
    stay(&mall).await;
    let centre = mall.login("jinan.jicai").await;
    let org = mall.number("SELECT id FROM org WHERE name = '乙示例公司'").await;
    let room = format!("/suppliers/{org}/papers");
    let day = |n: i32| show_day(day_of(mall.mall.watch.db().now()) + n);
    let live = format!("SELECT COUNT(*) FROM offer WHERE supplier = {org} AND stops = 0");

    // A renewal counts when the centre found it good; then it ends in twenty days and the firm is warned once.
    show_paper(&firm, "licence", &day(20)).await.leads();
    centre.get("/todo").await.shows(&["上传了新的营业执照"]);
    centre.get(&room).await.shows(&["待核对"]);
    assert_eq!(mall.login("zibo.jicai").await.get(&room).await.status, StatusCode::NOT_FOUND);
    centre.post(&room, &[]).await.leads();
    later(&mall, DAY).await;
    later(&mall, DAY).await;
    let warned = format!("SELECT COUNT(*) FROM message WHERE org = {org} AND words LIKE '%到期，请及时%'");
    assert_eq!(mall.number(&warned).await, 1);
    assert_eq!(mall.number(&live).await, 1);
    later(&mall, 20 * DAY).await;
    assert_eq!(mall.number(&live).await, 0, "the licence has ended");
    firm.get("/offers").await.shows(&["证照或货源证明已过期"]);
    show_paper(&firm, "licence", "").await.leads();
    assert_eq!(mall.number(&live).await, 0, "not before it was found good");
    centre.post(&room, &[]).await.leads();
    assert_eq!(mall.number(&live).await, 1);

    // Papers are for the firm and its offices.
    let id = mall.number(&format!("SELECT MAX(id) FROM paper WHERE org = {org}")).await;
    let path = format!("/papers/{id}");
    assert_eq!(firm.get(&path).await.body, PDF);
    assert_eq!(centre.get(&path).await.body, PDF);
    assert_eq!(mall.login("lantian.guanli").await.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mall.login("zibo.jianguan").await.get(&path).await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_changes_by_two_people_and_time() {
    let mall = Box::new().await;
    let (first, second) = (mall.login("lantian.guanli").await, mall.login("lantian.dingdan").await);
    stay(&mall).await;
    let now = "SELECT COUNT(*) FROM supplier WHERE bank_account = '1111 2222 3333'";
    first.post("/admission/account", &[("account", "12")]).await.refused("8 到 32 位");
    assert_eq!(second.post("/admission/account", &[("account", "1111 2222 3333")]).await.status, StatusCode::FORBIDDEN);
    first.post("/admission/account/confirm", &[]).await.refused("没有正在办理");
    first.post("/admission/account", &[("account", "1111 2222 3333")]).await.leads();
    first.post("/admission/account", &[("account", "1111 2222 3334")]).await.refused("已有一次变更");
    first.post("/admission/account/confirm", &[]).await.refused("另一位同事");
    second.get("/admission/account").await.shows(&["尾号 3333", "待第二人确认"]);
    second.post("/admission/account/confirm", &[]).await.leads();
    second.post("/admission/account/confirm", &[]).await.refused("已经确认");
    later(&mall, 2 * DAY).await;
    assert_eq!(mall.number(now).await, 0, "the cooling time runs");
    first.post("/admission/account/stop", &[]).await.leads();
    later(&mall, 5 * DAY).await;
    assert_eq!(mall.number(now).await, 0, "stopped is stopped");
    first.post("/admission/account", &[("account", "1111 2222 3333")]).await.leads();
    second.post("/admission/account/confirm", &[]).await.leads();
    later(&mall, 4 * DAY).await;
    assert_eq!(mall.number(now).await, 1);
    let leaked = "SELECT COUNT(*) FROM journal WHERE body LIKE '%11112222%' OR body LIKE '%2222 333%'";
    assert_eq!(mall.number(leaked).await, 0, "accounts stay out of the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_sell_a_brand_while_its_maker_lets_them() {
    let mall = Box::new().await;
    let agent = mall.login("lantian.guanli").await;
    shelve(&mall, &agent, &paper(&[("SQ-1", "92.00", "50")])).await;
    let ask = |until: &str| [("brand", "deli"), ("areas", "370100"), ("until", until)].map(|(k, v)| (k, v.to_owned()));
    let post = async |v: &Visitor, f: [(&'static str, String); 3]| {
        let f: Vec<(&str, &str)> = f.iter().map(|(k, v)| (*k, v.as_str())).collect();
        v.post("/authorisations", &f).await
    };
    let day = |n: i32| show_day(day_of(mall.mall.watch.db().now()) + n);
    post(&agent, ask(&day(30))).await.refused("还没有厂商登记");

    // A maker is admitted with its brand: agents without its word are off the shelf, at once.
    let code = uscc("91370112MA0000023");
    let maker = enter(&mall, &code, "丙示例制造", "bing.guanli", "厂商", &[("brands", "得力")]).await;
    stay(&mall).await;
    let live = "SELECT COUNT(*) FROM offer o JOIN org g ON g.id = o.supplier JOIN product p ON p.id = o.product \
                WHERE g.name LIKE '%蓝天示例%' AND p.brand = '得力' AND o.stops & 64 = 0";
    assert_eq!(mall.number(live).await, 0);
    agent.get("/offers").await.shows(&["厂商授权缺失"]);
    let page = agent.upload("/imports", &[], "file", "a.xlsx", &paper(&[("SQ-2", "92.00", "50")])).await;
    let at = page.leads().to_owned();
    mall.settle().await;
    agent.get(&at).await.shows(&["要有厂商授权"]);

    post(&agent, ask(&day(-1))).await.refused("不能早于今天");
    post(&agent, ask(&day(30))).await.leads();
    post(&agent, ask(&day(30))).await.refused("请等厂商答复");
    let id = mall.number("SELECT MAX(id) FROM authorisation").await;
    let answer = format!("/authorisations/{id}/answer");
    agent.post(&answer, &[("to", "verified")]).await.refused("不能这样办理");
    let other = mall.login("quancheng.guanli").await;
    assert_eq!(other.post(&answer, &[("to", "verified")]).await.status, StatusCode::NOT_FOUND);
    maker.post(&answer, &[("to", "refused")]).await.refused("理由");
    maker.post(&answer, &[("to", "verified")]).await.leads();
    assert!(mall.number(live).await > 0);
    // It ends by itself, and the goods with it.
    later(&mall, 32 * DAY).await;
    assert_eq!(mall.number(live).await, 0);
    agent.get("/authorisations").await.shows(&["已终止", "到期"]);
    force(&mall, "UPDATE brand SET maker = NULL").await;
    mall.sound().await;
}

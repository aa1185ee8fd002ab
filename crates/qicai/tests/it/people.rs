//! 人员与岗位: accounts are opened by whoever looks after the organisation, with duties from templates that each level may narrow;
//! a first password opens nothing but the page where it is replaced; nobody changes their own duties.
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use rules::calendar::{day_of, show_day};

/// The first password on a page, shown once.
fn word(page: &Page) -> String {
    page.shows(&["只显示这一次"]);
    let text = page.text();
    text.split("初始密码：<b class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// Logs in with a first password and replaces it.
async fn arrive(mall: &Box, login: &str, word: &str, own: &str) -> Visitor {
    let page = mall.visitor().post("/login", &[("login", login), ("password", word)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
    let v = mall.login_fresh(login, word).await;
    for path in ["/", "/orders", "/todo"] {
        assert_eq!(v.get(path).await.location, "/account", "{path}");
    }
    v.post("/account", &[("old", "wrong"), ("new", own), ("again", own)]).await.refused("现在的密码不对");
    v.post("/account", &[("old", word), ("new", "short"), ("again", "short")]).await.refused("至少 10 个字符");
    v.post("/account", &[("old", word), ("new", own), ("again", "another one")]).await.refused("不一样");
    v.post("/account", &[("old", word), ("new", own), ("again", own)]).await.leads();
    assert_eq!(v.get("/account").await.status, StatusCode::OK);
    v
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_unit_gets_its_people_and_they_get_to_work() {
    let mall = Box::new().await;
    let office = mall.login("licheng.jianguan").await;
    let unit = [("name", "历城示例图书馆"), ("uscc", "123701120000000000"), ("region", "370112"), ("headcount", "20")];
    office.post("/orgs", &unit).await.refused("统一社会信用代码不对");
    let good = [("name", "历城示例图书馆"), ("uscc", "12370112MB0000019H"), ("region", "370100"), ("headcount", "20")];
    office.post("/orgs", &good).await.refused("本级或下级");
    let code = rules_code();
    let good = [("name", "历城示例图书馆"), ("uscc", code.as_str()), ("region", "370112"), ("headcount", "20")];
    office.post("/orgs", &good).await.leads();
    office.post("/orgs", &good).await.refused("已经登记过");
    let id = mall.number(&format!("SELECT id FROM org WHERE uscc = '{code}'")).await.to_string();

    // The signer first; the signer opens the others. Logins are unique, a role is needed.
    let new = |org: &str, login: &str, role: &str| {
        [("org", org), ("login", login), ("name", "样本馆员"), ("phone", "1"), ("role", role)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
    };
    let add = async |v: &Visitor, fields: [(String, String); 5]| {
        let f: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        v.post("/people", &f).await
    };
    add(&office, new(&id, "licheng.jingban", "role.signer")).await.refused("已经有人用了");
    add(&office, new(&id, "Bad Login", "role.signer")).await.refused("小写字母");
    add(&office, new(&id, "tushuguan.queren", "role.regulator")).await.refused("请选择岗位");
    let first = word(&add(&office, new(&id, "tushuguan.queren", "role.signer")).await);
    let signer = arrive(&mall, "tushuguan.queren", &first, "a long own password").await;
    let handler = word(&add(&signer, new("", "tushuguan.jingban", "role.handler")).await);
    let handler = arrive(&mall, "tushuguan.jingban", &handler, "another own password").await;
    handler.get("/cart").await.shows(&["采购车"]);
    assert_eq!(handler.get("/people").await.status, StatusCode::FORBIDDEN);
    // The password is nowhere to be found again, names are not in the journal.
    assert!(!office.get(&format!("/people?org={id}")).await.text().contains(&first));
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE body LIKE '%样本馆员%'").await, 0);

    // Another role ends the sessions; nobody changes their own; other units are not there.
    let person = mall.number("SELECT id FROM person WHERE login = 'tushuguan.jingban'").await;
    let own = mall.number("SELECT id FROM person WHERE login = 'tushuguan.queren'").await;
    let act = |p: i64| format!("/people/{p}");
    signer.post(&act(own), &[("act", "role"), ("role", "role.handler")]).await.refused("不能改自己的岗位");
    signer.post(&act(person), &[("act", "role"), ("role", "")]).await.refused("请选择岗位");
    signer.post(&act(person), &[("act", "role"), ("role", "role.receiver")]).await.leads();
    assert!(handler.get("/orders").await.location.starts_with("/login"), "the session is over");
    let other = mall.number("SELECT id FROM person WHERE login = 'licheng.jingban'").await;
    assert_eq!(signer.post(&act(other), &[("act", "off")]).await.status, StatusCode::NOT_FOUND);
    for stranger in ["zibo.jianguan", "licheng.queren", "lantian.guanli"] {
        let v = mall.login(stranger).await;
        assert_eq!(v.get(&format!("/people?org={id}")).await.status, StatusCode::NOT_FOUND, "{stranger}");
        assert_eq!(v.post(&act(person), &[("act", "off")]).await.status, StatusCode::NOT_FOUND, "{stranger}");
    }
    // Taken out, let in again, given a fresh password.
    signer.post(&act(person), &[("act", "off")]).await.leads();
    let page =
        mall.visitor().post("/login", &[("login", "tushuguan.jingban"), ("password", "another own password")]).await;
    page.refused("用户名或密码不对");
    signer.post(&act(person), &[("act", "on")]).await.leads();
    let fresh = word(&signer.post(&act(person), &[("act", "reset")]).await);
    arrive(&mall, "tushuguan.jingban", &fresh, "a third own password").await;
    mall.sound().await;
}

/// A valid code of nobody.
fn rules_code() -> String {
    code(0)
}

/// One of the codes that have both check signs right.
fn code(n: usize) -> String {
    let head = "12370112MB9999";
    let signs = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let tries = (0..1000).flat_map(|n| signs.chars().map(move |c| format!("{head}{n:03}{c}")));
    let mut good = tries.filter(|c| rules::uscc::valid(c));
    good.nth(n).expect("there are some with both check signs right")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_narrows_its_templates_and_departments_are_looked_after_from_above() {
    let mall = Box::new().await;
    let (first, second) = (mall.login("licheng.jianguan").await, mall.login("licheng.fabu").await);
    let today = show_day(day_of(mall.mall.watch.db().now()));
    let fields = [("title", "岗位"), ("basis", "示财采〔2026〕11号"), ("from", today.as_str())];
    let path = first.post("/rulebook", &fields).await.leads().to_owned();
    let put = async |duties: &[&str]| {
        let mut f = vec![("key", "role.small_unit")];
        f.extend(duties.iter().map(|d| ("value", *d)));
        first.post(&format!("{path}/change"), &f).await.leads();
    };
    put(&["reviewer", "signer", "handler"]).await;
    first.get(&path).await.shows(&["上级的岗位模板里没有“经办人”"]);
    put(&["reviewer"]).await;
    first.post(&format!("{path}/act"), &[("act", "submit")]).await.leads();
    second.post(&format!("{path}/act"), &[("act", "publish")]).await.leads();
    let signer = mall.login("licheng.queren").await;
    let page = signer.get("/people").await;
    page.shows(&["审核兼确认岗 <span class=\"muted small\">审核人</span>"]);
    // Elsewhere the template is as the province has it.
    mall.login("lixia.queren").await.get("/people").await.shows(&["审核人、确认人"]);

    // A department's own accounts are looked after by the one above or the operator.
    let org = |login: &str| format!("SELECT org FROM person WHERE login = '{login}'");
    let (own, above) = (mall.number(&org("licheng.jianguan")).await, mall.number(&org("jinan.jianguan")).await);
    assert_eq!(first.get(&format!("/people?org={own}")).await.status, StatusCode::NOT_FOUND);
    mall.login("jinan.jianguan").await.get(&format!("/people?org={own}")).await.shows(&["licheng.jianguan"]);
    mall.login("yunwei").await.get(&format!("/people?org={above}")).await.shows(&["jinan.jianguan"]);
    let unit = mall.number(&org("licheng.jingban")).await;
    assert_eq!(mall.login("yunwei").await.get(&format!("/people?org={unit}")).await.status, StatusCode::NOT_FOUND);
    mall.login("yunwei").await.get("/orgs").await.shows(&["财政部门", "审计机关"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn offices_are_entered_from_above_and_everybody_says_how_to_reach_him() {
    let mall = Box::new().await;
    let enter = async |v: &Visitor, kind: &str, uscc: &str, region: &str| {
        let fields = [
            ("kind", kind),
            ("name", "示例机关"),
            ("uscc", uscc),
            ("region", region),
            ("headcount", if kind == "unit" { "0" } else { "" }),
        ];
        v.post("/orgs", &fields).await
    };
    let (city, desk) = (mall.login("jinan.jianguan").await, mall.login("yunwei").await);
    enter(&city, "unit", &code(1), "370103").await.refused("编制人数");
    enter(&city, "audit", &code(1), "370103").await.refused("单位类型");
    enter(&city, "finance", &code(1), "370100").await.refused("由上级财政部门");
    enter(&city, "finance", &code(1), "370199").await.refused("不登记在“本级”");
    enter(&city, "finance", &code(1), "370112").await.refused("已经登记了财政部门");
    enter(&city, "finance", &code(1), "370300").await.refused("本级或下级");
    enter(&city, "finance", &code(1), "370103").await.leads();
    enter(&desk, "unit", &code(2), "370103").await.refused("单位类型");
    enter(&desk, "audit", &code(2), "370300").await.leads();
    // A unit of the city itself belongs to the city's own node.
    let own = [("name", "济南市示例局"), ("uscc", &code(3)), ("region", "370199"), ("headcount", "9")];
    city.post("/orgs", &own).await.leads();
    assert_eq!(mall.login("licheng.jingban").await.get("/orgs").await.status, StatusCode::FORBIDDEN);

    // Each says how it can be reached; an office's telephone, not a person's; it stands in the notices of the unit.
    let org = async |login: &str| mall.number(&format!("SELECT org FROM person WHERE login = '{login}'")).await;
    let unit = format!("/orgs/{}", org("licheng.queren").await);
    let say = async |v: &Visitor, at: &str, address: &str, phone: &str| {
        v.post(at, &[("address", address), ("phone", phone)]).await
    };
    let signer = mall.login("licheng.queren").await;
    signer.get(&unit).await.shows(&["公告里的联系方式", "办公电话"]);
    say(&signer, &unit, "", "0531-66600000").await.refused("地址");
    say(&signer, &unit, "历城区示例路 8 号", "电话").await.refused("区号和号码");
    let kept = say(&signer, &unit, "历城区示例路 8 号", "13812345678").await;
    assert!(kept.refused("这是手机号码").text().contains("value=\"历城区示例路 8 号\""), "what was typed stays");
    for mobile in ["86 138 1234 5678", "013812345678", "0086-13812345678"] {
        say(&signer, &unit, "历城区示例路 8 号", mobile).await.refused("这是手机号码");
    }
    say(&signer, &unit, "历城区示例路 8 号", "0531-66600000 转 8001").await.leads();
    say(&signer, &unit, "历城区示例路 8 号", "0531-66600000 转 8001").await.refused("没有变");
    for login in ["zibo.jianguan", "lcsx.queren"] {
        let v = mall.login(login).await;
        assert_eq!(v.get(&unit).await.status, StatusCode::NOT_FOUND, "{login}");
        assert_eq!(say(&v, &unit, "x", "0531-66600000").await.status, StatusCode::NOT_FOUND, "{login}");
    }
    for login in ["licheng.jingban", "jinan.shenji"] {
        assert_eq!(mall.login(login).await.get(&unit).await.status, StatusCode::FORBIDDEN, "{login}");
    }
    mall.login("licheng.jianguan").await.get("/orgs").await.shows(&["已填"]);
    city.get("/orgs?words=济南市示例局").await.shows(&["未填"]);
    let office = format!("/orgs/{}", org("licheng.jianguan").await);
    say(&mall.login("licheng.jianguan").await, &office, "历城区示例路 9 号", "0531-66600009").await.leads();
    qicai::demo::more_orders(&mall.mall.watch, 5, 16).await.unwrap();
    mall.settle().await;
    let owner = mall.number("SELECT MIN(owner) FROM notice WHERE kind = 'contract' AND supplier <> ''").await;
    let signed = format!(
        "SELECT p.login FROM person p JOIN duty d ON d.person = p.id WHERE p.org = {owner} AND d.duty = 'signer'"
    );
    let login = kit::Query::one(mall.mall.watch.db(), &signed, kit::params![]).await.unwrap().text(0);
    say(&mall.login(&login).await, &format!("/orgs/{owner}"), "示例路 88 号", "0000-66600088").await.leads();
    let notice = mall
        .number(&format!("SELECT MIN(id) FROM notice WHERE kind = 'contract' AND supplier <> '' AND owner = {owner}"))
        .await;
    mall.visitor().get(&format!("/notices/{notice}")).await.shows(&[
        "凡对本次公告内容提出询问，请按以下方式联系",
        "采购人",
        "示例路 88 号",
        "0000-66600088",
        "供应商",
        "监督部门",
    ]);
    mall.sound().await;
}

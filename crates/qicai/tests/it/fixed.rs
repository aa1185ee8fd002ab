//! Fixed-point purchase over HTTP: agreement, the four ways to find a supplier, completion, statement, ledger, end.
use crate::auctions::{choice, force, frozen, later};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};
use rules::calendar::{day_of, show_day};

const CATEGORY: &str = "C231203";
const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const PHOTO: &[u8] = &[0x89, b'P', b'N', b'G', 1, 2, 3];

fn path_of(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

/// An agreement of a centre by discount on a list, with these members.
pub async fn agreement(mall: &Box, centre: &str, members: &[(&str, &str)]) -> String {
    agreement_for(mall, centre, members, CATEGORY).await
}

async fn agreement_for(mall: &Box, centre: &str, members: &[(&str, &str)], category: &str) -> String {
    let v = mall.login(centre).await;
    let today = day_of(mall.clock.now());
    let (from, to) = (show_day(today), show_day(today + 300));
    let fields = [
        ("category", category),
        ("title", "公务车辆维修定点"),
        ("pricing", "discount"),
        ("list_title", "2026 年维修参考价目"),
        ("list_day", from.as_str()),
        ("from", &from),
        ("to", &to),
        ("places", "5"),
        ("refill", "1"),
        ("items", "工时，小保养，次，120\n材料,机油滤清器,个,45\n工时\t更换轮胎\t条\t80"),
    ];
    let path = path_of(&v.post("/fixed", &fields).await);
    for (name, discount) in members {
        let id = supplier(mall, name).await;
        v.post(&format!("{path}/members"), &[("supplier", &id), ("discount", discount)]).await.leads();
    }
    path
}

async fn supplier(mall: &Box, name: &str) -> String {
    mall.number(&format!("SELECT id FROM org WHERE name LIKE '%{name}%'")).await.to_string()
}

pub const MEMBERS: &[(&str, &str)] = &[("综合服务", "15"), ("示例印务", "12"), ("蓝天示例", "10.5")];
const LOGINS: [(&str, &str); 3] = [("综合服务", "fuwu"), ("示例印务", "yinwu"), ("蓝天示例", "lantian")];

async fn call(v: &Visitor, agreement: &str, way: &str, more: &[(&str, &str)]) -> Page {
    let page = v.get(agreement).await;
    let (key, plan, address) = (page.field("key"), choice(&page, "plan"), choice(&page, "address"));
    let mut fields = more.to_vec();
    fields.extend([
        ("key", key.as_str()),
        ("title", "1 号车保养"),
        ("purpose", "到保养里程"),
        ("ceiling", "1000"),
        ("way", way),
        ("plan", &plan),
        ("address", address.as_str()),
    ]);
    v.post(&format!("{agreement}/jobs"), &fields).await
}

/// A job of the bureau that is approved.
pub async fn called(mall: &Box, agreement: &str, way: &str, more: &[(&str, &str)]) -> String {
    let handler = mall.login("licheng.jingban").await;
    let path = path_of(&call(&handler, agreement, way, more).await);
    let id = path.rsplit('/').next().unwrap();
    for login in ["licheng.shenhe", "licheng.queren"] {
        let v = mall.login(login).await;
        if v.get(&path).await.text().contains("请您审批") {
            v.post(&format!("/projects/{id}/approve"), &[]).await.leads();
        }
    }
    mall.settle().await;
    path
}

/// Who is asked now, by login.
async fn asked(mall: &Box, path: &str) -> &'static str {
    let id = path.rsplit('/').next().unwrap();
    let sql = format!("SELECT g.name FROM job j JOIN org g ON g.id = j.supplier WHERE j.id = {id}");
    let row = mall.mall.watch.db().one(&sql, params![]).await.unwrap();
    LOGINS.iter().find(|(name, _)| row.str(0).contains(name)).unwrap().1
}

pub async fn quote(mall: &Box, who: &str, path: &str, counts: &[&str]) -> Page {
    let v = mall.login(&format!("{who}.dingdan")).await;
    let items = v.get(path).await.fields("item");
    let names: Vec<String> = items.iter().map(|i| format!("count-{i}")).collect();
    let mut fields: Vec<(&str, &str)> = items.iter().map(|i| ("item", i.as_str())).collect();
    fields.extend(names.iter().zip(counts).map(|(n, c)| (n.as_str(), *c)));
    v.post(&format!("{path}/quote"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_from_call_off_to_the_months_statement() {
    let mall = Box::new().await;
    let centre = mall.login("jinan.jicai").await;
    // An agreement that the rules do not allow is refused with the row or field.
    let today = day_of(mall.clock.now());
    let (from, far) = (show_day(today), show_day(today + 2000));
    let base = [
        ("category", CATEGORY),
        ("title", "x"),
        ("pricing", "discount"),
        ("list_day", from.as_str()),
        ("from", &from),
        ("places", "3"),
    ];
    let with = |more: &[(&'static str, &str)]| {
        let fields: Vec<(String, String)> =
            base.iter().chain(more.iter()).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        fields
    };
    for (more, words) in [
        (vec![("to", far.as_str()), ("items", "工时，x，次，1")], "最长 2 年"),
        (vec![("to", from.as_str()), ("items", "工时，x，次，1")], "期限应在开始日之后"),
        (vec![("to", "morgen"), ("items", "工时，x，次，1")], "到期日应是日期"),
        (vec![("to", from.as_str()), ("items", "工时，x，次，1\n零件，y，个，2")], "价目第 2 行：类别应是"),
        (vec![("to", from.as_str()), ("items", "工时，x，次")], "价目第 1 行：应有四栏"),
        (vec![("to", from.as_str()), ("items", "工时，x，次，-3")], "价目第 1 行：单价"),
    ] {
        let fields = with(&more);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        centre.post("/fixed", &fields).await.refused(words);
    }
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let taishan = supplier(&mall, "泰山示例").await;
    centre
        .post(&format!("{path}/members"), &[("supplier", &taishan), ("discount", "20")])
        .await
        .refused("没有入驻这个品目");
    let quancheng = supplier(&mall, "泉城示例").await;
    centre
        .post(&format!("{path}/members"), &[("supplier", &quancheng), ("discount", "3")])
        .await
        .refused("优惠率应不低于");
    mall.visitor().get(&path).await.shows(&["小保养", "¥120.00", "15.00%", "10.50%"]);
    let zibo = mall.login("zibo.jicai").await;
    assert_eq!(
        zibo.post(&format!("{path}/members"), &[("supplier", &quancheng), ("discount", "20")]).await.status,
        StatusCode::NOT_FOUND
    );

    // Service goods of this category cannot be bought from the shelf; here they can.
    let before = frozen(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let fuwu = supplier(&mall, "综合服务").await;
    call(&handler, &path, "direct", &[]).await.refused("请选一家供应商");
    call(&handler, &path, "direct", &[("supplier", &taishan)]).await.refused("不在入围名单");
    call(&handler, &path, "compete", &[("supplier", &fuwu)]).await.refused("至少邀请 3 家");
    call(&handler, &path, "direct", &[("supplier", &fuwu), ("ceiling", "999999")]).await.refused("计划");
    assert_eq!(frozen(&mall).await, before);
    let job = called(&mall, &path, "direct", &[("supplier", &fuwu)]).await;
    assert_eq!(frozen(&mall).await, before + 100_000);
    handler.get(&job).await.shows(&["待供应商报价", "济南示例综合服务有限公司"]);
    let other = mall.login("yinwu.dingdan").await;
    assert_eq!(other.get(&job).await.status, StatusCode::NOT_FOUND, "not asked, not seen");
    mall.login("fuwu.dingdan").await.get("/todo").await.shows(&["报价", "1 号车保养"]);

    quote(&mall, "fuwu", &job, &["", "", ""]).await.refused("至少填一项");
    quote(&mall, "fuwu", &job, &["20", "", ""]).await.refused("超过采购人的上限");
    quote(&mall, "fuwu", &job, &["x", "", ""]).await.refused("数量应是整数");
    quote(&mall, "fuwu", &job, &["2", "3", ""]).await.leads();
    // 120 and 45 less 15 %, twice and three times.
    let total = 2 * 10_200 + 3 * 3_825;
    handler.get("/todo").await.shows(&["确认报价"]);
    handler.get(&job).await.shows(&["¥102.00", "¥38.25", "¥318.75"]);
    let order = path_of(&handler.post(&format!("{job}/accept"), &[]).await);
    handler.post(&format!("{job}/accept"), &[]).await.refused("project.state");
    assert_eq!(frozen(&mall).await, before + total);
    handler.get(&order).await.shows(&["定点", "¥318.75"]);
    let seller = mall.login("fuwu.dingdan").await;
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    mall.settle().await;
    // Who is in the agreement was told, in the order of coming in; why this firm can be read.
    let v = mall.visitor();
    assert_eq!(mall.number("SELECT COUNT(*) FROM notice WHERE kind = 'agreement_joined'").await, 3);
    let joined = mall.number("SELECT MIN(id) FROM notice WHERE kind = 'agreement_joined'").await;
    let words = ["入围结果公告", "济南示例综合服务有限公司", "优惠率 15.00%", "入围顺序", "-RW-000001"];
    v.get(&format!("/notices/{joined}")).await.shows(&words);
    let number = mall.mall.watch.db().one("SELECT number FROM orders", params![]).await.unwrap().text(0);
    let why = v.get(&format!("/deals/why/{number}")).await;
    why.shows(&[
        "怎样选定供应商",
        "直接选定",
        "济南示例综合服务有限公司",
        "¥318.75",
        "选中",
        "适用的规则",
        "最低优惠率",
    ]);
    // In the open data the call-off names its agreement, which is a process of its own.
    let feed = v.get("/open/feed").await.text();
    let releases: Vec<serde_json::Value> =
        feed.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["release"].clone()).collect();
    let call = releases.iter().find(|r| r["contracts"].is_array()).unwrap();
    let related = &call["relatedProcesses"][0];
    assert_eq!(related["relationship"][0], "framework");
    let own: Vec<_> = releases.iter().filter(|r| r["ocid"] == related["identifier"]).collect();
    let tags: Vec<String> = own.iter().map(|r| r["tag"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(tags, ["tender", "award", "award", "award"]);
    assert!(call["contracts"][0]["milestones"][0]["dueDate"].is_string(), "{call}");
    let deal = mall.number("SELECT id FROM notice WHERE kind = 'job_deal'").await;
    mall.visitor().get(&format!("/notices/{deal}")).await.shows(&["定点成交公告", "¥318.75", "协议", "单价 ¥102.00"]);

    // Done, with a photo; accepted; invoiced.
    seller
        .upload(&format!("{job}/complete"), &[("words", "换机油")], "photos", "a.txt", b"no picture")
        .await
        .refused("不能用");
    seller.upload(&format!("{job}/complete"), &[("words", "换机油")], "photos", "a.png", PHOTO).await.leads();
    seller.upload(&format!("{job}/complete"), &[("words", "再来")], "photos", "a.png", PHOTO).await.refused("数量");
    handler.get(&job).await.shows(&["换机油"]);
    let receiver = mall.login("licheng.yanshou").await;
    let page = receiver.get(&order).await;
    let lines = page.fields("line");
    let mut fields: Vec<(String, String)> = lines.iter().map(|l| ("line".to_owned(), l.clone())).collect();
    for (l, n) in lines[..2].iter().zip(["2", "3"]) {
        fields.extend([(format!("good-{l}"), n.to_owned()), (format!("bad-{l}"), "0".to_owned())]);
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    receiver.upload(&format!("{order}/accept"), &fields, "photos", "a.png", PHOTO).await.leads();

    // Next month the statement is there, once; the accountant confirms it, once.
    mall.login("licheng.caiwu").await.get("/fixed/statements").await.shows(&["还没有结算单"]);
    later(&mall, 32 * DAY).await;
    later(&mall, DAY).await;
    let accountant = mall.login("licheng.caiwu").await;
    accountant.get("/fixed/statements").await.shows(&["济南示例综合服务有限公司", "¥318.75", "待确认"]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM statement").await, 1);
    let id = mall.number("SELECT id FROM statement").await;
    let confirm = format!("/fixed/statements/{id}/confirm");
    assert_eq!(mall.login("lixia.caiwu").await.post(&confirm, &[]).await.status, StatusCode::NOT_FOUND);
    accountant.post(&confirm, &[]).await.leads();
    accountant.post(&confirm, &[]).await.refused("已经确认过");
    mall.login("jinan.jicai").await.get(&path).await.shows(&["执行台账", "¥318.75"]);
    assert!(!mall.visitor().get(&path).await.text().contains("执行台账"), "the ledger is for those who oversee it");

    // The agreement ends by itself, with its sums on record.
    later(&mall, 300 * DAY).await;
    mall.visitor().get(&path).await.shows(&["已到期"]);
    let row =
        mall.mall.watch.db().one("SELECT body FROM journal WHERE kind = 'agreement.ended'", params![]).await.unwrap();
    assert!(row.str(0).contains(&format!("\"done\":{total}")), "{}", row.str(0));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_go_round_and_who_declines_is_passed_over() {
    let mall = Box::new().await;
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let handler = mall.login("licheng.jingban").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let job = called(&mall, &path, "rotate", &[]).await;
        let who = asked(&mall, &job).await;
        seen.push(who);
        quote(&mall, who, &job, &["1", "", ""]).await.leads();
        handler.post(&format!("{job}/accept"), &[]).await.leads();
    }
    assert_eq!(seen, ["fuwu", "yinwu", "lantian"]);
    let job = called(&mall, &path, "rotate", &[]).await;
    let credit = "SELECT s.credit FROM supplier s JOIN org g ON g.id = s.org WHERE g.name LIKE '%综合服务%'";
    let had = mall.number(credit).await;
    let fuwu = mall.login("fuwu.dingdan").await;
    fuwu.post(&format!("{job}/decline"), &[("reason", "忙")]).await.leads();
    assert_eq!(mall.number(credit).await, had, "told, not yet decided");
    assert_eq!(asked(&mall, &job).await, "yinwu");
    assert_eq!(fuwu.post(&format!("{job}/decline"), &[("reason", "忙")]).await.status, StatusCode::NOT_FOUND);
    // The next does not answer in time, the last declines: nobody left, the money is free.
    later(&mall, 4 * DAY).await;
    assert_eq!(asked(&mall, &job).await, "lantian");
    let before = frozen(&mall).await;
    mall.login("lantian.dingdan").await.post(&format!("{job}/decline"), &[("reason", "忙")]).await.leads();
    assert_eq!(frozen(&mall).await, before - 100_000);
    mall.login("licheng.jingban").await.get(&job).await.shows(&["已终止", "都没有接单"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_can_be_repeated_by_anybody() {
    let mall = Box::new().await;
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let job = called(&mall, &path, "draw", &[]).await;
    let promised = mall.mall.watch.db().one("SELECT commitment FROM job", params![]).await.unwrap().text(0);
    let record = mall.visitor().get(&format!("{job}/draw.json")).await;
    let v: serde_json::Value = serde_json::from_slice(&record.body).unwrap();
    assert_eq!(v["commitment"], promised.as_str());
    trade::fixed::verify(&v).unwrap();
    let mut touched = v.clone();
    touched["chosen"] = "甲".into();
    assert!(trade::fixed::verify(&touched).is_err());
    let seq = v["entry"].as_i64().unwrap();
    let row =
        mall.mall.watch.db().one(&format!("SELECT hash FROM journal WHERE seq = {seq}"), params![]).await.unwrap();
    assert_eq!(v["entry_hash"], row.str(0), "the entry is in the journal");
    let first = asked(&mall, &job).await;
    mall.login(&format!("{first}.dingdan")).await.post(&format!("{job}/decline"), &[("reason", "忙")]).await.leads();
    mall.settle().await;
    assert_ne!(asked(&mall, &job).await, first);
    let again: serde_json::Value =
        serde_json::from_slice(&mall.visitor().get(&format!("{job}/draw.json")).await.body).unwrap();
    assert_ne!(again["secret"], v["secret"], "a known secret is not used again");
    assert_eq!(again["members"].as_array().unwrap().len(), 2);
    trade::fixed::verify(&again).unwrap();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invited_quotes_stay_sealed_and_the_lowest_wins() {
    let mall = Box::new().await;
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let before = frozen(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let bid = async |job: &str, who: &str, price: &str| {
        mall.login(&format!("{who}.dingdan")).await.post(&format!("{job}/bid"), &[("price", price)]).await
    };
    // Two of three: too few.
    let job = called(&mall, &path, "compete", &[]).await;
    bid(&job, "fuwu", "1000.01").await.refused("不高于");
    bid(&job, "fuwu", "teuer").await.refused("报价应填金额");
    bid(&job, "fuwu", "900").await.leads();
    bid(&job, "yinwu", "800").await.leads();
    assert_eq!(bid(&job, "qilu", "1").await.status, StatusCode::NOT_FOUND, "not invited");
    assert_eq!(mall.number("SELECT COUNT(*) FROM job_quote WHERE amount IS NOT NULL").await, 0);
    let text = handler.get(&job).await.text();
    assert!(!text.contains("示例印务") && !text.contains("¥800.00"));
    later(&mall, 5 * DAY).await;
    mall.login("licheng.jingban").await.get(&job).await.shows(&["已终止", "有效报价 2 家"]);
    assert_eq!(frozen(&mall).await, before);

    let job = called(&mall, &path, "compete", &[]).await;
    for (who, price) in [("fuwu", "900"), ("yinwu", "850"), ("lantian", "850"), ("fuwu", "860")] {
        bid(&job, who, price).await.leads();
        mall.clock.advance(HOUR / 60);
    }
    later(&mall, 5 * DAY).await;
    bid(&job, "fuwu", "1").await.refused("已经截止");
    let handler = mall.login("licheng.jingban").await;
    handler.get(&job).await.shows(&["待采购人确认", "济南示例印务有限公司", "¥850.00，中选", "¥860.00"]);
    handler.post(&format!("{job}/reject"), &[("reason", "")]).await.refused("理由");
    handler.post(&format!("{job}/accept"), &[]).await.leads();
    assert_eq!(frozen(&mall).await, before + 85_000);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_says_which_ways_may_be_used() {
    let mall = Box::new().await;
    force(&mall, "UPDATE supplier SET areas = '370000' WHERE org IN (SELECT id FROM org WHERE name LIKE '%印务%')")
        .await;
    let path = agreement_for(&mall, "zibo.jicai", &MEMBERS[..2], "C230901").await;
    let handler = mall.login("zdjy.jingban").await;
    let page = handler.get(&path).await;
    page.shows(&["随机抽取"]);
    assert!(!page.text().contains("直接选定</option>"));
    let fuwu = supplier(&mall, "综合服务").await;
    call(&handler, &path, "direct", &[("supplier", &fuwu)]).await.refused("本地不能用“直接选定”");
    let jinan = mall.login("licheng.jingban").await;
    assert!(!jinan.get(&path).await.text().contains("提出服务需求"), "another city's agreement");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_comes_back_has_its_place_of_before() {
    let mall = Box::new().await;
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let centre = mall.login("jinan.jicai").await;
    let fuwu = supplier(&mall, "综合服务").await;
    centre.post(&format!("{path}/members/{fuwu}/out"), &[("reason", "停业整修")]).await.leads();
    centre.post(&format!("{path}/members"), &[("supplier", &fuwu), ("discount", "16")]).await.leads();
    mall.settle().await;
    assert_eq!(mall.number(&format!("SELECT place FROM agreement_member WHERE supplier = {fuwu}")).await, 1);
    let sql = "SELECT body FROM journal WHERE kind = 'agreement.joined' ORDER BY seq DESC LIMIT 1";
    let told = mall.mall.watch.db().one(sql, params![]).await.unwrap().text(0);
    assert!(told.contains("\"place\":1"), "{told}");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_under_a_measure_gets_no_jobs_until_it_is_lifted() {
    let mall = Box::new().await;
    let path = agreement(&mall, "jinan.jicai", MEMBERS).await;
    let id = mall.number("SELECT id FROM org WHERE name LIKE '%综合服务%'").await;
    let province = mall.login("sd.jicai").await;
    let frozen = [("kind", "frozen"), ("level", "whole"), ("reason", "核实"), ("until", "")];
    province.post(&format!("/suppliers/{id}/measures"), &frozen).await.leads();
    mall.login("licheng.jingban").await.get(&path).await.shows(&["暂停承接"]);
    let job = called(&mall, &path, "rotate", &[]).await;
    assert_eq!(asked(&mall, &job).await, "yinwu", "whose turn it was is passed over");
    let measure = mall.number("SELECT MAX(id) FROM standing").await;
    province.post(&format!("/measures/{measure}/lift"), &[("why", "核实无误")]).await.leads();
    let job = called(&mall, &path, "rotate", &[]).await;
    assert_eq!(asked(&mall, &job).await, "fuwu");
    mall.sound().await;
}

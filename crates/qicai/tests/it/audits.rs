//! 审计: announced before drawn, drawn by nobody's choice, papers worked, questions answered in time, nobody blamed unheard, a case
//! file that is checked without the mall; auditors read everything of their place and change nothing else.
use crate::auctions::{force, later};
use crate::conduct::stay;
use crate::job::{buy, find};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use base::access::Gate;
use kit::{Query, params};
use rules::calendar::{day_of, show_day};
use rules::duty::Duty;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use watch::ledger::log::verify;

const DAY: i64 = 86_400_000;

fn today(mall: &Box) -> String {
    show_day(day_of(mall.mall.watch.db().now()))
}

/// Plans an audit; what is said first counts.
async fn plan(mall: &Box, v: &Visitor, more: &[(&str, &str)]) -> Page {
    let day = today(mall);
    let mut fields = more.to_vec();
    fields.extend([
        ("title", "合规审计"),
        ("region", "370100"),
        ("day_from", day.as_str()),
        ("day_to", &day),
        ("method", "random"),
        ("size", "3"),
    ]);
    v.post("/audits", &fields).await
}

fn path(page: &Page) -> String {
    page.leads().split('?').next().unwrap().to_owned()
}

async fn act(v: &Visitor, at: &str, act: &str, words: &str) -> Page {
    v.post(&format!("{at}/act"), &[("act", act), ("opinion", words)]).await
}

async fn say(v: &Visitor, at: &str, act: &str, words: &str) -> Page {
    v.upload(at, &[("act", act), ("words", words)], "file", "a.pdf", b"paper").await
}

async fn ask(v: &Visitor, at: &str, org: i64, order: &str, words: &str) -> Page {
    let org = org.to_string();
    let fields = [("q_org", org.as_str()), ("q_order", order), ("q_words", words)];
    v.upload(&format!("{at}/questions"), &fields, "file", "a.pdf", b"paper").await
}

async fn draft(v: &Visitor, at: &str, org: i64, kind: &str, order: i64) -> Page {
    let (org, order) = (org.to_string(), order.to_string());
    let fields = [
        ("f_org", org.as_str()),
        ("f_kind", kind),
        ("f_severity", "serious"),
        ("f_amount", "12.50"),
        ("f_order", &order),
        ("f_facts", "付款晚于期限"),
        ("f_advice", "完善付款流程"),
    ];
    v.post(&format!("{at}/findings"), &fields).await
}

/// Orders of many units, to different points of their way.
async fn orders(mall: &Box, seed: u64, n: u64) {
    qicai::demo::more_orders(&mall.mall.watch, seed, n).await.unwrap();
    mall.settle().await;
}

/// An audit whose orders are drawn and on which work has begun.
async fn begun(mall: &Box, v: &Visitor, more: &[(&str, &str)]) -> String {
    let at = path(&plan(mall, v, more).await);
    act(v, &at, "announce", "").await.leads();
    // Something else has to happen; the same seed would place the same order, which is placed once.
    let n = mall.number("SELECT COUNT(*) FROM audit").await;
    orders(mall, 70 + n as u64, 1).await;
    act(v, &at, "draw", "").await.leads();
    act(v, &at, "begin", "").await.leads();
    at
}

fn id_of(at: &str) -> String {
    at.rsplit('/').next().unwrap().to_owned()
}

/// Papers of an audit: order, unit, supplier.
async fn papers(mall: &Box, at: &str) -> Vec<(i64, i64, i64)> {
    let sql = format!(
        "SELECT p.orders, o.unit, o.supplier FROM audit_paper p JOIN orders o ON o.id = p.orders WHERE p.audit = {} ORDER BY p.how, p.place",
        id_of(at)
    );
    let rows = mall.mall.watch.db().rows(&sql, params![]).await.unwrap();
    rows.iter().map(|r| (r.int(0), r.int(1), r.int(2))).collect()
}

/// Somebody with a duty in an organisation.
async fn of(mall: &Box, org: i64, duty: Duty) -> Visitor {
    let people = base::orgs::people(mall.mall.watch.db(), Some(org)).await.unwrap();
    mall.login(&people.iter().find(|p| p.duties.has(duty)).unwrap().login).await
}

/// The newest question or finding of an audit, as its page.
async fn newest(mall: &Box, what: &str) -> String {
    let table = if what == "questions" { "audit_question" } else { "audit_finding" };
    format!("/inquiries/{what}/{}", mall.number(&format!("SELECT MAX(id) FROM {table}")).await)
}

/// Says to every line what the machine is sure of, and that the rest fits.
async fn work(mall: &Box, v: &Visitor, at: &str, order: i64) {
    let paper = format!("{at}/orders/{order}");
    let text = v.get(&paper).await.text();
    let mut fields: Vec<(String, String)> = vec![("act".into(), "finish".into())];
    for line in rules::audit::checklist::LINES {
        let select = text.split(&format!("name=\"fit-{line}\"")).nth(1).unwrap().split("</select>").next().unwrap();
        let chosen = select.split("<option value=\"").skip(1).find(|o| o.contains("selected"));
        let fit = chosen.map_or("fits", |o| o.split('"').next().unwrap());
        fields.push((format!("fit-{line}"), fit.into()));
        fields.push((format!("words-{line}"), if fit == "differs" { "已核对原件".into() } else { String::new() }));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    v.post(&paper, &fields).await.leads();
    assert_eq!(mall.number(&format!("SELECT COUNT(*) FROM audit_check WHERE orders = {order}")).await, 20);
}

/// The files of an archive.
fn unzip(page: &Page) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let mut zip = zip::ZipArchive::new(Cursor::new(page.body.clone())).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut f = zip.by_index(i).unwrap();
            let mut bytes = Vec::new();
            f.read_to_end(&mut bytes).unwrap();
            (f.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> serde_json::Value {
    serde_json::from_slice(&files[name]).unwrap()
}

/// Another city's auditor.
async fn stranger(mall: &Box) -> Visitor {
    let password = base::access::hash_password(base::access::pages::DEMO_PASSWORD).unwrap();
    let org = base::orgs::Org {
        id: 0,
        kind: "audit".into(),
        name: "淄博市示例审计机关".into(),
        uscc: rules::uscc::complete("11370300DM0000399").unwrap_or_else(|| "11370300DM0000399A".into()),
        region: "370300".into(),
        parent: None,
        headcount: 0,
    };
    let (org, password) = (&org, password.as_str());
    let add = mall.mall.watch.db().upkeep("test", |tx| {
        std::boxed::Box::pin(async move {
            let org = base::orgs::add_org(tx, org).await?;
            let duties = [Duty::Auditor];
            let new = base::orgs::NewPerson {
                org,
                login: "zibo.shenji",
                name: "样本审计",
                phone: "1",
                password,
                duties: &duties,
            };
            base::orgs::add_person(tx, &new).await
        })
    });
    add.await.unwrap();
    mall.login("zibo.shenji").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_refused_in_words_and_keeps_what_was_typed() {
    let mall = Box::new().await;
    let v = mall.login("jinan.shenji").await;
    v.get("/audits/new").await.shows(&["按金额加权抽样", "济南市"]);
    for (field, value, words) in [
        ("title", "", "请填写名称"),
        ("region", "370300", "管辖范围内"),
        ("day_from", "2026年", "2026-01-31"),
        ("day_to", "2001-01-01", "从早到晚"),
        ("day_to", "2999-01-01", "不晚于今天"),
        ("category", "X99", "没有这个品目"),
        ("mode", "magic", "请选择采购方式"),
        ("unit", "没有的单位", "没有找到采购人"),
        ("amount_min", "一百", "最低金额"),
        ("method", "guess", "抽取方法"),
        ("size", "0", "1 到 300"),
        ("size", "五", "应填整数"),
    ] {
        let page = plan(&mall, &v, &[(field, value)]).await;
        page.refused(words);
        assert!(field == "title" || page.text().contains("value=\"合规审计\""), "{field}");
    }
    plan(&mall, &v, &[("amount_min", "9"), ("amount_max", "5")]).await.refused("从小到大");
    assert_eq!(mall.number("SELECT COUNT(*) FROM audit").await, 0);
    for login in ["jinan.jianguan", "jinan.jicai", "licheng.queren", "lantian.guanli"] {
        assert_eq!(plan(&mall, &mall.login(login).await, &[]).await.status, StatusCode::FORBIDDEN, "{login}");
    }
    let at = path(&plan(&mall, &v, &[("unit", "济南市历城区教育局"), ("category", "a0504")]).await);
    v.get(&at).await.shows(&["拟定", "济南市历城区教育局", "公告，锁定随机数", "撤销"]);
    act(&v, &at, "draw", "").await.refused("不能这样办理");
    act(&v, &at, "nonsense", "").await.refused("按钮");
    act(&v, &at, "drop", "").await.refused("撤销的理由");
    act(&v, &at, "drop", "范围写错").await.leads();
    act(&v, &at, "announce", "").await.refused("不能这样办理");
    v.get(&at).await.shows(&["已撤销", "范围写错"]);
    assert_eq!(v.get(&format!("{at}/case.zip")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(v.get(&format!("{at}/report")).await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_by_nobodys_choice_and_others_only_read() {
    let mall = Box::new().await;
    orders(&mall, 5, 27).await;
    let v = mall.login("jinan.shenji").await;
    let at = path(&plan(&mall, &v, &[]).await);
    act(&v, &at, "announce", "").await.leads();
    v.get(&at).await.shows(&["随机数承诺", "已公告"]);
    act(&v, &at, "draw", "").await.refused("还没有别的记录");
    // What the auditor does in this room decides nothing.
    plan(&mall, &v, &[]).await.leads();
    mall.settle().await;
    act(&v, &at, "draw", "").await.refused("还没有别的记录");
    let secret = mall.number(&format!("SELECT COUNT(*) FROM audit WHERE id = {} AND secret <> ''", id_of(&at))).await;
    assert_eq!(secret, 1);
    assert_eq!(v.get(&format!("{at}/record.json")).await.status, StatusCode::NOT_FOUND, "not before it is drawn");
    orders(&mall, 71, 1).await;
    act(&v, &at, "draw", "").await.leads();
    act(&v, &at, "draw", "").await.refused("不能这样办理");
    act(&v, &at, "drop", "不满意").await.refused("不能这样办理");
    let record: serde_json::Value = serde_json::from_str(&v.get(&format!("{at}/record.json")).await.text()).unwrap();
    let signed = "SELECT COUNT(*) FROM orders o JOIN contract c ON c.orders = o.id WHERE c.signed_at IS NOT NULL AND o.region LIKE '3701%'";
    let population = mall.number(signed).await;
    assert!(population > 3, "{population}");
    let said = watch::audits::verify(&record).unwrap();
    assert!(said.contains(&format!("drew 3 of {population} by entry")) && said.ends_with("0 named by hand"), "{said}");
    let mut touched = record.clone();
    touched["chosen"][0][0] = "1".into();
    assert!(watch::audits::verify(&touched).is_err());
    assert_eq!(papers(&mall, &at).await.len(), 3);

    // The province's auditor reads, the city's finance department not yet, another city learns nothing.
    let above = mall.login("sd.shenji").await;
    above.get(&at).await.shows(&["您可以查看", "合规审计"]);
    act(&above, &at, "begin", "").await.refused("由其他审计机关办理");
    let elsewhere = stranger(&mall).await;
    for page in [at.clone(), format!("{at}/report"), format!("{at}/case.zip"), format!("{at}/record.json")] {
        assert_eq!(elsewhere.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
        assert_eq!(mall.login("jinan.jianguan").await.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert!(!elsewhere.get("/audits").await.text().contains("合规审计"));
    assert_eq!(act(&elsewhere, &at, "begin", "").await.status, StatusCode::NOT_FOUND);

    // Named by hand: with a reason, once, from the place, and shown as such.
    let name = async |number: &str, reason: &str| {
        v.post(&format!("{at}/named"), &[("number", number), ("reason", reason)]).await
    };
    let other = "SELECT o.number FROM orders o WHERE o.region LIKE '3701%' AND NOT EXISTS \
                 (SELECT 1 FROM audit_paper p WHERE p.orders = o.id) ORDER BY o.id LIMIT 1";
    let number = mall.mall.watch.db().one(other, params![]).await.unwrap().text(0);
    name(&number, "").await.refused("写明理由");
    name("没有的编号", "举报").await.refused("没有这个编号");
    let far =
        mall.mall.watch.db().one("SELECT number FROM orders WHERE region NOT LIKE '3701%' LIMIT 1", params![]).await;
    name(far.unwrap().str(0), "举报").await.refused("没有这个编号");
    name(&number, "群众举报").await.leads();
    name(&number, "群众举报").await.refused("已经在底稿里");
    v.get(&at).await.shows(&["指定", "群众举报"]);
    let record: serde_json::Value = serde_json::from_str(&v.get(&format!("{at}/record.json")).await.text()).unwrap();
    assert!(watch::audits::verify(&record).unwrap().ends_with("1 named by hand"));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_weighs_and_everything_is_everything() {
    let mall = Box::new().await;
    orders(&mall, 5, 18).await;
    let v = mall.login("sd.shenji").await;
    let day = today(&mall);
    let scope = [("region", "370000"), ("day_from", day.as_str())];
    let at = begun(&mall, &v, &[scope[0], scope[1], ("method", "weighted"), ("size", "4")]).await;
    let record: serde_json::Value = serde_json::from_str(&v.get(&format!("{at}/record.json")).await.text()).unwrap();
    watch::audits::verify(&record).unwrap();
    let total = mall.number(&format!("SELECT population_amount FROM audit WHERE id = {}", id_of(&at))).await;
    assert_eq!(record["interval"], total / 4);
    let points = format!("SELECT CAST(SUM(points) AS BIGINT) FROM audit_paper WHERE audit = {}", id_of(&at));
    assert_eq!(mall.number(&points).await, 4);
    let at = begun(&mall, &v, &[scope[0], scope[1], ("method", "all"), ("size", "")]).await;
    let all = mall.number("SELECT COUNT(*) FROM contract WHERE signed_at IS NOT NULL").await;
    assert_eq!(papers(&mall, &at).await.len() as i64, all);
    // A scope in which nothing happened.
    let at = path(&plan(&mall, &v, &[("region", "370000"), ("amount_min", "99999999")]).await);
    act(&v, &at, "announce", "").await.leads();
    orders(&mall, 90, 1).await;
    act(&v, &at, "draw", "").await.refused("没有期间内生效的合同");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_question_to_the_case_file_everybody_is_heard() {
    let mall = Box::new().await;
    stay(&mall).await;
    orders(&mall, 5, 27).await;
    let v = mall.login("jinan.shenji").await;
    let at = begun(&mall, &v, &[]).await;
    let all = papers(&mall, &at).await;
    let (order, unit, supplier) = all[0];
    let other = all.iter().map(|p| p.1).chain([0]).find(|u| *u != unit).unwrap();

    // The paper: machine's figures, other verdicts need words, all lines before it is done.
    let paper = format!("{at}/orders/{order}");
    v.get(&paper).await.shows(&[
        "经办、审批、合同确认由不同的人办理",
        "互不相同",
        "由审计人员判断",
        "下单时的检查",
        "留痕",
    ]);
    assert_eq!(v.get(&format!("{at}/orders/1")).await.status, StatusCode::NOT_FOUND);
    v.post(&paper, &[("act", "finish"), ("fit-need.real", "fits")]).await.refused("还有 19 项没有结论");
    v.post(&paper, &[("act", "keep"), ("fit-chain.distinct", "differs")]).await.refused("要写明理由");
    v.post(&paper, &[("act", "keep"), ("fit-chain.distinct", "guess")]).await.refused("结论请选");
    let said = [("act", "keep"), ("fit-chain.distinct", "differs"), ("words-chain.distinct", "审批人是同一科室")];
    v.post(&paper, &said).await.leads();
    v.get(&paper).await.shows(&["审批人是同一科室"]);
    for (order, ..) in &all {
        work(&mall, &v, &at, *order).await;
    }
    act(&v, &at, "conclude", "").await.refused("审计意见");

    // A question: only to those concerned, seen by them alone, answered, asked on, closed.
    let o = order.to_string();
    ask(&v, &at, unit, &o, "").await.refused("请写明要对方说明什么");
    ask(&v, &at, 1, "", "x").await.refused("底稿里的采购人或者供应商");
    ask(&v, &at, unit, &o, "请说明验收经过").await.leads();
    let q = newest(&mall, "questions").await;
    let signer = of(&mall, unit, Duty::Signer).await;
    signer.get("/todo").await.shows(&["审计质询", "答复"]);
    signer.get("/inquiries").await.shows(&["待答复"]);
    signer.get(&q).await.shows(&["请说明验收经过", "答复期限", "提交答复"]);
    assert_eq!(signer.get(&at).await.status, StatusCode::FORBIDDEN, "the audit itself is not theirs");
    for login in ["zdjy.queren", "lantian.guanli"] {
        assert_eq!(mall.login(login).await.get(&q).await.status, StatusCode::NOT_FOUND, "{login}");
    }
    assert_eq!(mall.login("jinan.jianguan").await.get(&q).await.status, StatusCode::NOT_FOUND, "not before it is late");
    assert_eq!(mall.login("licheng.jingban").await.get(&q).await.status, StatusCode::FORBIDDEN);
    say(&v, &q, "accept", "x").await.refused("不能这样办理");
    say(&signer, &q, "answer", "").await.refused("请写明");
    say(&signer, &q, "accept", "x").await.refused("不能这样办理");
    say(&mall.login("sd.shenji").await, &q, "withdraw", "x").await.refused("不能这样办理");
    say(&signer, &q, "answer", "由三人验收小组办理").await.leads();
    say(&signer, &q, "answer", "再说一次").await.refused("不能这样办理");
    v.get("/todo").await.shows(&["已答复，请核实"]);
    say(&v, &q, "follow", "请提供名单").await.leads();
    say(&signer, &q, "answer", "名单见附件").await.leads();
    act(&v, &at, "conclude", "基本合规").await.refused("1 件质询没有了结");
    say(&v, &q, "accept", "已核实").await.leads();

    // A finding: nobody sees the draft, nobody is blamed unheard.
    draft(&v, &at, unit, "collusion", order).await.refused("不适用于所选的一方");
    draft(&v, &at, supplier, "late_delivery", 1).await.refused("不是这一方的");
    draft(&v, &at, unit, "pay_late", order).await.leads();
    let f = newest(&mall, "findings").await;
    assert_eq!(signer.get(&f).await.status, StatusCode::NOT_FOUND, "a draft is the auditor's");
    say(&v, &f, "confirm", "x").await.refused("不能这样办理");
    say(&v, &f, "conduct", "x").await.refused("不能这样办理");
    say(&v, &f, "send", "请陈述").await.leads();
    signer.get(&f).await.shows(&["付款晚于期限", "保障中小企业款项支付条例", "提交意见", "¥12.50"]);
    if other != 0 {
        assert_eq!(of(&mall, other, Duty::Signer).await.get(&f).await.status, StatusCode::NOT_FOUND);
    }
    say(&v, &f, "confirm", "x").await.refused("不能这样办理");
    say(&signer, &f, "answer", "年底集中支付所致").await.leads();
    act(&v, &at, "conclude", "基本合规").await.refused("1 个问题没有听取意见");
    say(&v, &f, "confirm", "事实清楚").await.leads();
    assert_eq!(mall.number("SELECT COUNT(*) FROM conduct WHERE subject LIKE 'audit_finding/%'").await, 0);
    say(&v, &f, "conduct", "移送处理").await.leads();
    say(&v, &f, "conduct", "移送处理").await.refused("不能这样办理");
    let told = "SELECT COUNT(*) FROM conduct WHERE subject LIKE 'audit_finding/%' AND state = 'told' AND rule = 'credit.deduct.buyer_late_payment'";
    assert_eq!(mall.number(told).await, 1, "heard there again before anything follows");
    say(&v, &f, "finance", "请关注").await.leads();
    let place = mall.mall.watch.db().one("SELECT region FROM org WHERE id = $1", params![unit]).await.unwrap().text(0);
    if place == "370112" {
        mall.login("licheng.jianguan").await.get(&f).await.shows(&["移送财政部门"]);
    }
    mall.login("jinan.jianguan").await.get(&f).await.shows(&["付款晚于期限"]);
    say(&signer, &f, "mend", "已建立台账").await.leads();
    say(&v, &f, "reject", "没有附件").await.leads();
    say(&signer, &f, "mend", "台账见附件").await.leads();

    // Another finding that is not confirmed leaves no trace in the report.
    draft(&v, &at, supplier, "goods_differ", order).await.leads();
    let dropped = newest(&mall, "findings").await;
    say(&v, &dropped, "drop", "证据不足").await.leads();
    let shop = of(&mall, supplier, Duty::SupplierAdmin).await;
    assert_eq!(shop.get(&dropped).await.status, StatusCode::NOT_FOUND);

    act(&v, &at, "conclude", "基本合规，付款需要改进").await.leads();
    act(&v, &at, "conclude", "x").await.refused("不能这样办理");
    v.post(&paper, &[("act", "keep"), ("fit-need.real", "fits")]).await.refused("实施中才能");
    ask(&v, &at, unit, "", "还有").await.refused("实施中才能");
    // Rectification goes on after the report.
    say(&v, &f, "verify", "已核实台账").await.leads();
    v.get(&f).await.shows(&["整改完成", "台账见附件"]);
    let finance = mall.login("jinan.jianguan").await;
    finance.get("/todo").await.shows(&["已出具报告"]);
    finance.get(&at).await.shows(&["基本合规，付款需要改进", "您可以查看"]);
    finance.get(&format!("{at}/report")).await.shows(&["认定的问题", "逾期付款", "年底集中支付所致", "整改完成"]);
    assert!(!finance.get(&format!("{at}/report")).await.text().contains("证据不足"));
    assert_eq!(finance.get(&dropped).await.status, StatusCode::NOT_FOUND, "who was not heard is not named");
    assert!(!finance.get(&at).await.text().contains("不予认定"));
    case_holds(&mall, &v.get(&format!("{at}/case.zip")).await, unit, all.len()).await;
    let theirs = unzip(&finance.get(&format!("{at}/case.zip")).await);
    assert_eq!(json(&theirs, "findings.json").as_array().unwrap().len(), 1);
    assert!(!theirs.values().any(|b| String::from_utf8_lossy(b).contains("证据不足")));

    // The journal keeps that something was said, not what.
    for words in ["请说明验收经过", "年底集中支付", "基本合规", "审批人是同一科室", "事实清楚"]
    {
        let sql = format!("SELECT COUNT(*) FROM journal WHERE room = 'audits' AND body LIKE '%{words}%'");
        assert_eq!(mall.number(&sql).await, 0, "{words}");
    }
    mall.sound().await;
}

/// The log's key, as somebody who checks a file gives it.
fn given(key: &str) -> verify::Given<'_> {
    verify::Given { key: Some(key.trim()), sm2: None }
}

/// The case file holds by itself: sums, receipts, draw, and no name of a person.
async fn case_holds(mall: &Box, page: &Page, unit: i64, n: usize) {
    let files = unzip(page);
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    assert_eq!(sums.lines().count(), files.len() - 1);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(kit::text::sha256(&[&files[name]]), sum, "{name}");
    }
    assert!(watch::audits::verify(&json(&files, "draw.json")).unwrap().contains("drew 3 of"));
    let key = String::from_utf8(files["log-key.txt"].clone()).unwrap();
    assert_eq!(key, mall.visitor().get("/log/key").await.text());
    let receipts: Vec<&String> = files.keys().filter(|k| k.starts_with("receipts/")).collect();
    for name in &receipts {
        let said = verify::file(files[*name].as_slice(), &given(&key)).unwrap();
        assert!(said.contains("stands in the log"), "{name}: {said}");
    }
    let kinds =
        |kind: &str| receipts.iter().filter(|r| json(&files, r)["body"].as_str().unwrap().contains(kind)).count();
    assert_eq!(kinds("\"audit.announced\""), 1);
    assert_eq!(kinds("\"audit.drawn\""), 1);
    assert_eq!(kinds("\"contract.concluded\""), n, "one for every order");
    let index = json(&files, "index.json");
    assert_eq!(index.as_array().unwrap().len(), n);
    for i in index.as_array().unwrap() {
        let paper = json(&files, i["file"].as_str().unwrap());
        assert_eq!(paper["checklist"].as_array().unwrap().len(), 20);
        assert!(paper["checklist"].as_array().unwrap().iter().all(|l| l["auditor"]["verdict"].is_string()));
        assert!(paper["tables"]["contract"][0]["digest"].as_str().unwrap().len() == 64);
        for e in paper["journal"].as_array().unwrap() {
            assert!(files.contains_key(&format!("receipts/{}.json", e["seq"])), "{e}");
        }
        let page = i["file"].as_str().unwrap().replace(".json", ".html");
        assert!(String::from_utf8_lossy(&files[&page]).contains("审计底稿"));
    }
    assert_eq!(json(&files, "questions.json")[0]["said"].as_array().unwrap().len(), 5);
    let findings = json(&files, "findings.json");
    assert_eq!((findings[0]["state"].as_str(), findings[1]["state"].as_str()), (Some("closed"), Some("dropped")));
    let people = base::orgs::people(mall.mall.watch.db(), Some(unit)).await.unwrap();
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for p in &people {
            assert!(!text.contains(&p.name) && !text.contains(&p.login), "{name} names {}", p.login);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_answers_goes_to_the_finance_departments_once() {
    let mall = Box::new().await;
    stay(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "百旺 PW7001").await;
    buy(&handler, &product, "1").await.leads();
    orders(&mall, 5, 18).await;
    let v = mall.login("jinan.shenji").await;
    let at = begun(&mall, &v, &[("method", "all"), ("size", "")]).await;
    // The unit's own department, then the one above it: the case is that of a district.
    let number = mall
        .mall
        .watch
        .db()
        .one("SELECT number FROM orders WHERE region = '370112' ORDER BY id LIMIT 1", params![])
        .await;
    let number = number.unwrap().text(0);
    v.post(&format!("{at}/named"), &[("number", &number), ("reason", "核实")]).await;
    let found = papers(&mall, &at).await;
    let sql = "SELECT id FROM org WHERE name = '济南市历城区教育局'";
    let unit = mall.number(sql).await;
    let order = mall.number("SELECT MIN(id) FROM orders WHERE region = '370112'").await;
    assert!(found.iter().any(|(o, u, _)| *o == order || *u == unit));
    let unit = found.iter().find(|(o, ..)| *o == order).unwrap().1;
    ask(&v, &at, unit, "", "请说明需求依据").await.leads();
    let q = newest(&mall, "questions").await;
    let late = "SELECT COUNT(*) FROM message WHERE words LIKE '%没有答复%'";
    later(&mall, DAY).await;
    assert_eq!(mall.number(late).await, 0);
    later(&mall, 20 * DAY).await;
    later(&mall, 20 * DAY).await;
    assert_eq!(mall.number(late).await, 2, "the district's and the city's department, once each");
    for login in ["licheng.jianguan", "jinan.jianguan"] {
        mall.login(login).await.get(&q).await.shows(&["报财政部门督促", "逾期"]);
    }
    assert_eq!(mall.login("zibo.jianguan").await.get(&q).await.status, StatusCode::NOT_FOUND);
    let signer = of(&mall, unit, Duty::Signer).await;
    say(&signer, &q, "answer", "补充答复").await.leads();

    // Who says nothing to a finding in time is not heard for ever, but may still speak; what is not put right is told once.
    draft(&v, &at, unit, "publish", order).await.leads();
    let f = newest(&mall, "findings").await;
    say(&v, &f, "send", "请陈述").await.leads();
    later(&mall, 15 * DAY).await;
    v.get(&f).await.shows(&["逾期未陈述"]);
    say(&signer, &f, "answer", "迟到的意见").await.leads();
    say(&v, &f, "confirm", "认定").await.leads();
    let late = "SELECT COUNT(*) FROM message WHERE words LIKE '%没有整改%'";
    later(&mall, 100 * DAY).await;
    later(&mall, 100 * DAY).await;
    assert_eq!(mall.number(late).await, 2);
    mall.login("licheng.jianguan").await.get(&f).await.shows(&["报财政部门督促"]);
    assert_eq!(
        mall.number("SELECT COUNT(*) FROM journal WHERE kind IN ('audit_question.escalated', 'audit_finding.escalated', 'audit_finding.lapsed')").await,
        3
    );
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_everything_of_his_place_and_changes_nothing_else() {
    let mall = Box::new().await;
    orders(&mall, 5, 27).await;
    let v = mall.login("jinan.shenji").await;
    for page in [
        "/cockpit",
        "/orders",
        "/orders.xlsx",
        "/projects",
        "/plans",
        "/payments",
        "/needs",
        "/prices",
        "/admissions",
        "/filings",
        "/pictures",
        "/brands",
        "/platforms",
        "/inspections",
        "/disputes",
        "/conduct",
        "/alerts",
        "/alerts/rules",
        "/reserved",
        "/cancellations",
        "/fixed",
        "/fixed/statements",
        "/batch",
        "/auctions",
        "/venues",
        "/notices",
        "/deals",
        "/statistics",
        "/statistics/report",
        "/statistics/table",
        "/rules",
        "/stations",
        "/scores",
        "/exposure",
        "/certificates",
        "/journal",
        "/log",
        "/open",
        "/audits",
        "/inquiries",
    ] {
        assert_eq!(v.get(page).await.status, StatusCode::OK, "{page}");
    }
    let shop = mall.number("SELECT MIN(id) FROM org WHERE kind = 'supplier'").await;
    let measures = v.get(&format!("/suppliers/{shop}/measures")).await;
    measures.shows(&["措施记录"]);
    assert!(!measures.text().contains("采取措施"), "nothing to press");
    assert!(!v.get("/pictures").await.text().contains("/decide"));

    // Nothing but his own room takes a command of his; about a closed lead he says whether it was right, which moves nothing.
    let own = ["/audits", "/inquiries/", "/alerts/{id}/review", "/sessions/", "/logout"];
    for r in mall.mall.table.iter().filter(|r| r.method == "POST" && r.gate != Gate::Public) {
        let filled: Vec<&str> = r.path.split('/').map(|p| if p.starts_with('{') { "1" } else { p }).collect();
        let mine = own.iter().any(|p| r.path.starts_with(p));
        let status = v.without_token().post(&filled.join("/"), &[]).await.status;
        assert!(mine || status == StatusCode::FORBIDDEN, "{}: {status}", r.path);
        if !mine && let Gate::Any(list) = r.gate {
            assert!(!list.contains(&Duty::Auditor), "{}", r.path);
        }
    }

    // His place: the city and below. Elsewhere orders and payments are as if they were not.
    let db = mall.mall.watch.db();
    let one = async |sql: &str| db.one(sql, params![]).await.unwrap().text(0);
    let far = one("SELECT CAST(MIN(id) AS TEXT) FROM orders WHERE region NOT LIKE '3701%'").await;
    let near = one("SELECT CAST(MIN(id) AS TEXT) FROM orders WHERE region LIKE '3701%'").await;
    assert_eq!(v.get(&format!("/orders/{far}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(v.get(&format!("/orders/{near}")).await.status, StatusCode::OK);
    let elsewhere = stranger(&mall).await;
    assert_eq!(elsewhere.get(&format!("/orders/{near}")).await.status, StatusCode::NOT_FOUND);
    let paid = "SELECT p.number FROM payment p JOIN orders o ON o.id = p.orders WHERE o.region LIKE '3701%' ORDER BY p.id LIMIT 1";
    let paid = one(paid).await;
    v.get("/payments").await.shows(&[&paid]);
    assert!(!elsewhere.get("/payments").await.text().contains(&paid));
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_altered_is_found() {
    let mall = Box::new().await;
    orders(&mall, 5, 18).await;
    let v = mall.login("jinan.shenji").await;
    let at = begun(&mall, &v, &[]).await;
    mall.settle().await;
    mall.sound().await;
    let order = papers(&mall, &at).await[0].0;
    let seq = mall
        .number(&format!("SELECT seq FROM journal WHERE subject = 'order/{order}' AND kind = 'order.placed'"))
        .await;
    v.get(&format!("{at}/orders/{order}")).await.shows(&[&format!("/log/receipt/{seq}")]);
    v.get(&format!("/log/receipt/{seq}")).await.shows(&["一致"]);
    // Somebody with the database in hand lowers a sum and makes the hash fit again.
    let db = mall.mall.watch.db();
    let sql = format!("SELECT body FROM journal WHERE seq = {seq}");
    let was = db.one(&sql, params![]).await.unwrap().text(0);
    let now = was.replacen("\"total\":", "\"total\":1", 1);
    assert_ne!(was, now);
    let write = async |body: &str| {
        let (body, hash) = (body.to_owned(), kit::journal::leaf(body));
        db.upkeep("test", |tx| {
            let (body, hash) = (body.clone(), hash.clone());
            std::boxed::Box::pin(async move {
                tx.run("UPDATE journal SET body = $1, hash = $2 WHERE seq = $3", params![body, hash, seq]).await
            })
        })
        .await
        .unwrap();
    };
    write(&now).await;
    v.get(&format!("/log/receipt/{seq}")).await.shows(&["不符", &format!("entry {seq} was altered")]);
    let files = unzip(&v.get(&format!("{at}/case.zip")).await);
    let key = mall.visitor().get("/log/key").await.text();
    let bad: Vec<&String> = files
        .keys()
        .filter(|k| k.starts_with("receipts/") && verify::file(files[*k].as_slice(), &given(&key)).is_err())
        .collect();
    assert_eq!(bad, [&format!("receipts/{seq}.json")], "this one and no other");
    let mut lines = Vec::new();
    assert!(qicai::doctor::examine(db, Some(&mall.mall.watch), &mut |l| lines.push(l)).await.is_err());
    assert!(
        lines.iter().any(|l| l.contains(&format!("journal entry {seq} (order.placed order/{order}"))),
        "{lines:#?}"
    );
    write(&was).await;
    // A sample that was exchanged does not fit its secret.
    let record = v.get(&format!("{at}/record.json")).await.text();
    watch::audits::verify(&serde_json::from_str(&record).unwrap()).unwrap();
    force(&mall, "UPDATE audit_population SET lines = REPLACE(lines, ' ', ' 1')").await;
    let record = v.get(&format!("{at}/record.json")).await.text();
    let said = watch::audits::verify(&serde_json::from_str(&record).unwrap()).unwrap_err();
    assert_eq!(said, "the population does not fit its digest");
    force(&mall, "UPDATE audit_population SET lines = REPLACE(lines, ' 1', ' ')").await;
    force(&mall, "UPDATE audit_paper SET points = points + 1 WHERE place = 0").await;
    let record = v.get(&format!("{at}/record.json")).await.text();
    assert!(watch::audits::verify(&serde_json::from_str(&record).unwrap()).is_err());
}

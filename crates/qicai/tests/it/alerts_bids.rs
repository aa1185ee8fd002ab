//! 动态预警 about auctions: whence quotes come and how they look, requirements and who answers, comparison with the class, turns;
//! each with hits, near misses and what cannot be judged, through real auctions.
use crate::auctions::{DEMANDS, approve, force, later, launch, path_of};
use crate::conduct::stay;
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;

const HOUR: i64 = 3_600_000;
const SELLERS: [&str; 4] = ["lantian", "qilu", "taishan", "xinchuang"];

async fn sellers(mall: &Box) -> Vec<Visitor> {
    let mut out = Vec::new();
    for s in SELLERS {
        out.push(mall.login(&format!("{s}.dingdan")).await);
    }
    out
}

/// A sealed auction by requirement, published.
async fn begin(mall: &Box, handler: &Visitor, demands: &[(&str, &str)], hours: &str) -> String {
    let fields = [&[("quantity", "1"), ("price", "600"), ("format", "sealed"), ("hours", hours)][..], demands].concat();
    let path = path_of(&launch(handler, "category=A02010105", &fields).await);
    approve(mall, &path).await;
    path
}

/// Takes part from an address (empty for none) and quotes.
async fn bid(v: &Visitor, path: &str, address: &str, price: &str) {
    let fields = [
        ("brand", "甲牌"),
        ("model", "M1"),
        ("maker", "示例制造"),
        ("answer", "16GB"),
        ("answer", "黑"),
        ("answer", "三年上门"),
    ];
    match address {
        "" => v.post(&format!("{path}/enter"), &fields).await.leads(),
        _ => v.post_from(address, &format!("{path}/enter"), &fields).await.leads(),
    };
    v.post(&format!("{path}/quote"), &[("price", price)]).await.leads();
}

/// Checks every response, lowest first; fails the first `out` of them.
async fn check(handler: &Visitor, path: &str, out: usize) {
    for (i, alias) in handler.get(path).await.fields("alias").iter().enumerate() {
        let pass = if i < out { "0" } else { "1" };
        let fields = [("alias", alias.as_str()), ("pass", pass), ("reason", "颜色不符")];
        handler.post(&format!("{path}/check"), &fields).await.leads();
    }
}

async fn award(mall: &Box, handler: &Visitor, path: &str, out: usize) {
    check(handler, path, out).await;
    handler.post(&format!("{path}/award"), &[]).await.leads();
    mall.settle().await;
}

/// Rules with leads about an auction, by its path.
async fn leads(mall: &Box, path: &str) -> Vec<String> {
    let subject = path.trim_start_matches('/').replace("auctions/", "auction/");
    let sql = format!("SELECT rule FROM alert WHERE subject = '{subject}' ORDER BY rule");
    let rows = kit::Query::rows(mall.mall.watch.db(), &sql, kit::params![]).await.unwrap();
    rows.iter().map(|r| r.text(0)).collect()
}

async fn tally(mall: &Box, rule: &str, what: &str) -> i64 {
    mall.number(&format!("SELECT COALESCE(MAX({what}), 0) FROM alert_tally WHERE rule = '{rule}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_from_one_place_by_one_sheet_are_seen_and_honest_ones_are_not() {
    let mall = Box::new().await;
    stay(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let sellers = sellers(&mall).await;
    let guilty = begin(&mall, &handler, DEMANDS, "24").await;
    let honest = begin(&mall, &handler, DEMANDS, "72").await;
    let unknown = begin(&mall, &handler, DEMANDS, "72").await;
    // One office sends all: the same address, equal odd steps, one after the other; the cheapest is a stranger.
    for ((v, price), address) in sellers
        .iter()
        .zip(["461.11", "462.22", "463.33", "450.00"])
        .zip(["10.1.1.1", "10.1.1.1", "10.1.1.1", "10.9.9.9"])
    {
        bid(v, &guilty, address, price).await;
        bid(v, &unknown, "", price.replace("462.22", "474.50").as_str()).await;
    }
    // Others come hours apart, from their own places, with prices of their own.
    for ((v, price), n) in sellers.iter().zip(["452.10", "468.35", "481.99", "459.60"]).zip(1..) {
        mall.clock.advance(2 * HOUR);
        bid(v, &honest, &format!("10.2.2.{n}"), price).await;
    }
    later(&mall, 24 * HOUR).await;
    mall.clock.advance(HOUR);
    award(&mall, &handler, &guilty, 1).await;
    later(&mall, 48 * HOUR).await;
    mall.clock.advance(HOUR);
    award(&mall, &handler, &honest, 0).await;
    award(&mall, &handler, &unknown, 0).await;

    // The winner was not the lowest, the lowest was out: what the rules say of the first, and nothing of the second.
    assert_eq!(leads(&mall, &guilty).await, ["R034", "R036", "W06", "W08"]);
    assert_eq!(leads(&mall, &honest).await, [""; 0]);
    assert_eq!(leads(&mall, &unknown).await, ["R034"], "nobody knows whence they came");
    assert_eq!((tally(&mall, "W06", "judged").await, tally(&mall, "W06", "hits").await), (3, 1));
    assert_eq!(tally(&mall, "W06", "blind").await, 1);
    assert_eq!((tally(&mall, "W07", "judged").await, tally(&mall, "W07", "hits").await), (3, 0));
    assert_eq!(tally(&mall, "R024", "blind").await, 3, "no class to compare with yet");

    // Leads say figures and aliases, never addresses or names of people; the office asks the winner.
    let office = mall.login("licheng.jianguan").await;
    let page = office.get("/alerts?rule=W06").await;
    page.shows(&["不同供应商同一地址报价", "网络地址和设备相同", "红色", "济南蓝天示例办公用品有限公司"]);
    office.get("/alerts?rule=W08").await.shows(&["3 家报价等差，每级相差 ¥1.11"]);
    for journal in ["10.1.1.1", "13900000000", "张法人样本"] {
        let sql = format!("SELECT COUNT(*) FROM journal WHERE kind LIKE 'alert.%' AND body LIKE '%{journal}%'");
        assert_eq!(mall.number(&sql).await, 0, "{journal}");
        assert!(!page.text().contains(journal), "{journal}");
    }
    let rest = page.text();
    let lead = rest.split("href=\"/alerts/").find(|r| r.starts_with(|c: char| c.is_ascii_digit())).unwrap().to_owned();
    let lead = format!("/alerts/{}", lead.split('"').next().unwrap());
    for login in ["zibo.jianguan", "lantian.guanli", "qilu.guanli"] {
        assert_eq!(mall.login(login).await.get(&lead).await.status, StatusCode::NOT_FOUND, "{login}");
    }
    office.upload(&lead, &[("act", "ask"), ("words", "为何与他人同一地址报价")], "file", "", b"").await.leads();
    let asked = mall.login("lantian.guanli").await;
    asked.get(&lead).await.shows(&["为何与他人同一地址报价", "提交说明"]);
    assert_eq!(mall.login("qilu.guanli").await.get(&lead).await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_phones_requirements_for_one_product_and_lonely_answers_are_seen() {
    let mall = Box::new().await;
    stay(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let sellers = sellers(&mall).await;
    // A processor that one model has, against a memory that many have.
    let one = [
        ("d-name", "处理器"),
        ("d-kind", "one_of"),
        ("d-min", ""),
        ("d-max", ""),
        ("d-unit", ""),
        ("d-words", "飞腾D2000"),
    ];
    let pointed = begin(&mall, &handler, &one, "48").await;
    assert_eq!(leads(&mall, &pointed).await, ["M11"]);
    mall.login("licheng.jianguan").await.get("/alerts?rule=M11").await.shows(&["满足全部条款的只有 1 种"]);
    let memory =
        [("d-name", "内存"), ("d-kind", "number"), ("d-min", "8"), ("d-max", ""), ("d-unit", "GB"), ("d-words", "")];
    let wide = begin(&mall, &handler, &memory, "72").await;
    assert_eq!(leads(&mall, &wide).await, [""; 0]);
    assert_eq!(tally(&mall, "M11", "judged").await, 2);

    // One seller alone answers three requests; the third in a row is the lead, and cannot be judged before.
    let more = [begin(&mall, &handler, &memory, "72").await, begin(&mall, &handler, &memory, "48").await];
    for path in [&more[1], &wide, &more[0]] {
        let fields = [("brand", "甲牌"), ("model", "M1"), ("maker", "示例制造"), ("answer", "16GB")];
        sellers[0].post(&format!("{path}/enter"), &fields).await.leads();
        sellers[0].post(&format!("{path}/quote"), &[("price", "455.10")]).await.leads();
    }
    later(&mall, 73 * HOUR).await;
    assert_eq!(leads(&mall, &more[1]).await, ["R018"], "one came");
    assert_eq!((tally(&mall, "M09", "judged").await, tally(&mall, "M09", "blind").await), (2, 2), "two are no row");
    assert_eq!(leads(&mall, &pointed).await, ["M11"], "nobody came");
    later(&mall, 25 * HOUR).await;
    assert_eq!((tally(&mall, "M09", "judged").await, tally(&mall, "M09", "hits").await), (4, 1));
    assert_eq!(mall.number("SELECT COUNT(*) FROM alert WHERE rule = 'M09'").await, 1, "one lead a month");
    mall.login("licheng.jianguan")
        .await
        .get("/alerts?rule=M09")
        .await
        .shows(&["最近 3 场竞价都只有一家报价，而且是同一家"]);
    assert_eq!(tally(&mall, "R018", "hits").await, 3);

    // Two of four share a phone: red, with the aliases. Nobody shares anything in the next one.
    let related = begin(&mall, &handler, DEMANDS, "72").await;
    for (v, price) in sellers.iter().zip(["452.10", "468.35", "481.99", "459.60"]) {
        mall.clock.advance(2 * HOUR);
        bid(v, &related, "", price).await;
    }
    force(&mall, "UPDATE supplier SET phone = '13900000002' WHERE phone = '13900000003'").await;
    later(&mall, 73 * HOUR).await;
    mall.clock.advance(HOUR);
    award(&mall, &handler, &related, 0).await;
    assert_eq!(leads(&mall, &related).await, ["W07"]);
    mall.login("licheng.jianguan").await.get("/alerts?rule=W07").await.shows(&["电话相同或关联"]);
    force(&mall, "UPDATE supplier SET phone = '13900000003' WHERE legal_person = '赵法人样本'").await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_gaps_and_cover_quotes_stand_out_from_a_class_once_there_is_one() {
    let mall = Box::new().await;
    stay(&mall).await;
    let handler = mall.login("licheng.jingban").await;
    let sellers = sellers(&mall).await;
    // Two win in turn; the runner-up is always about a twentieth above.
    let mut all: Vec<(String, [i64; 3])> = Vec::new();
    for i in 0..11 {
        let low = 40_000 + 317 * i;
        all.push((String::new(), [low, low * 105 / 100 + 131 * (i % 4), low * 112 / 100 + 97 * (i % 3)]));
    }
    // Known beforehand; never meant.
    all.push((String::new(), [40_001, 40_005, 40_011]));
    all.push((String::new(), [30_000, 40_013, 40_231]));
    for (path, _) in &mut all {
        *path = begin(&mall, &handler, DEMANDS, "72").await;
    }
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    for (i, (path, quotes)) in all.iter().enumerate() {
        let order = if i % 2 == 0 { [0, 1, 2] } else { [1, 0, 2] };
        for (who, amount) in order.iter().zip(quotes) {
            bid(&sellers[*who], path, "", &yuan(*amount)).await;
        }
    }
    bid(&sellers[3], &all[12].0, "", "403.07").await;
    later(&mall, 73 * HOUR).await;
    mall.clock.advance(HOUR);
    for (path, _) in &all[..9] {
        award(&mall, &handler, path, 0).await;
    }
    assert_eq!(tally(&mall, "R057", "hits").await, 0, "nine awards say nothing");
    assert_eq!(tally(&mall, "R057", "blind").await, 9);
    for rule in ["R024", "R058", "K01"] {
        assert_eq!((tally(&mall, rule, "judged").await, tally(&mall, rule, "blind").await), (9, 9), "{rule}");
    }
    for (path, _) in &all[9..] {
        award(&mall, &handler, path, 0).await;
    }
    // The tenth award makes the turns a lead, once; the eleventh can be compared and is as usual.
    assert_eq!(mall.number("SELECT COUNT(*) FROM alert WHERE rule = 'R057'").await, 1);
    mall.login("jinan.jianguan")
        .await
        .get("/alerts?rule=R057")
        .await
        .shows(&["10 场只有 2 家成交，9 次相邻中 9 次换人"]);
    let of = |path: &str| {
        let (mall, path) = (&mall, path.to_owned());
        async move {
            let found = leads(mall, &path).await;
            found.into_iter().filter(|r| ["R024", "R058", "K01", "K02"].contains(&r.as_str())).collect::<Vec<_>>()
        }
    };
    assert_eq!(of(&all[10].0).await, [""; 0]);
    assert_eq!(of(&all[11].0).await, ["K01", "R024"], "too near");
    assert_eq!(of(&all[12].0).await, ["K02", "R058"], "too far, and the others side by side");
    assert_eq!(tally(&mall, "K02", "blind").await, 12, "three quotes have no losers to compare");
    // Nobody is out, nobody wins in many classes, nobody quotes often enough: said by the daily look.
    later(&mall, 25 * HOUR).await;
    for rule in ["R029", "R038", "R048"] {
        assert!(tally(&mall, rule, "blind").await > 0, "{rule}");
        assert_eq!(tally(&mall, rule, "hits").await, 0, "{rule}");
    }
    // Beside each rule stands how it does on cases of which the truth is known.
    let office = mall.login("licheng.jianguan").await;
    office.get("/alerts/rules").await.shows(&[
        "试题查准",
        "试题查全</th>",
        "R057 少数几家轮流成交",
        "alert.rotation.awards",
    ]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_a_rule_names_stands_in_the_rulebook() {
    let mall = Box::new().await;
    let facts = mall.mall.watch.facts();
    let keys: std::collections::BTreeSet<&str> = facts.rulebook.keys().collect();
    for r in rules::alert::RULES {
        for part in [r.formula, r.basis].iter().flat_map(|t| t.split('{').skip(1)) {
            let key = part.split('}').next().unwrap();
            assert!(keys.contains(key), "{}: {key}", r.id);
        }
    }
}

//! What is open to everybody is not open without end: registrations and reports are counted by network and by firm.
use crate::auctions::force;
use crate::job::{find, paper, shelve};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::Query;

/// Posts a form as if it came through the proxy from an address.
async fn post_from(v: &Visitor, path: &str, from: &str, fields: &[(&str, &str)]) -> Page {
    let pair = |(k, v): &(&str, &str)| format!("{}={}", kit::text::percent(k), kit::text::percent(v));
    let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
    v.post_with(path, &[("x-forwarded-for", from)], "application/x-www-form-urlencoded", body.into_bytes()).await
}

async fn report_from(v: &Visitor, path: &str, from: &str, key: &str, words: &str) -> Page {
    let part = |k: &str, v: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n");
    let body = format!("{}{}--b--\r\n", part("words", words), part("key", key));
    v.post_with(path, &[("x-forwarded-for", from)], "multipart/form-data; boundary=b", body.into_bytes()).await
}

async fn register(v: &Visitor, from: &str, code: &str, login: &str, phone: &str) -> Page {
    let fields = [
        ("uscc", code),
        ("name", "甲示例公司"),
        ("region", "370112"),
        ("login", login),
        ("password", "Entry-test-2026"),
        ("again", "Entry-test-2026"),
        ("person", "样本"),
        ("phone", phone),
    ];
    post_from(v, "/join/register", from, &fields).await
}

/// Credit codes that are right in themselves.
fn codes() -> impl Iterator<Item = String> {
    (900..).filter_map(|n: u32| rules::uscc::complete(&format!("91370112MA{n:07}")))
}

/// The rule of a key allows so many from now on.
async fn allow(mall: &Box, key: &str, most: i64) {
    let sql = format!("UPDATE rule SET value = '{most}' WHERE key = '{key}'");
    force(mall, std::boxed::Box::leak(sql.into_boxed_str())).await;
    mall.mall.watch.reload_facts().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_network_registers_so_many_firms_a_day() {
    let mall = Box::new().await;
    allow(&mall, "open.register.network_per_day", 3).await;
    let v = mall.visitor();
    let all: Vec<String> = codes().take(3).collect();
    let code = |n: usize| all[n].clone();
    register(&v, "203.0.113.7", &code(0), "care.yi", "1").await.refused("联系电话至少有 7 位");
    assert_eq!(register(&v, "203.0.113.7", &code(0), "care.yi", "13900009999").await.status, StatusCode::SEE_OTHER);
    // Asking which codes are known uses it up too.
    for _ in 0..2 {
        register(&v, "203.0.113.7", &code(0), "care.er", "13900009999").await.refused("已经注册");
    }
    let page = register(&v, "203.0.113.7", &code(1), "care.er", "13900009999").await;
    page.refused("您所在的网络今天已注册 3 次");
    assert!(page.text().contains("联系集采机构") && page.text().contains(&code(1)), "what was typed stays");
    // Written by the visitor in front of what the proxy writes: it counts for nothing.
    register(&v, "198.51.100.1, 203.0.113.7", &code(1), "care.er", "13900009999").await.refused("今天不再受理");
    assert_eq!(register(&v, "203.0.113.8", &code(1), "care.er", "13900009999").await.status, StatusCode::SEE_OTHER);

    // The address itself stands nowhere, and with the next day not even its digest.
    let rows = mall.mall.watch.db().rows("SELECT who FROM allowance ORDER BY who", &[]).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|r| r.text(0).len() == 64));
    let before = mall.number("SELECT MAX(day) FROM allowance").await;
    mall.clock.advance(86_400_000);
    assert_eq!(register(&v, "203.0.113.7", &code(2), "care.san", "13900009999").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mall.number("SELECT MIN(day) FROM allowance").await, before + 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM allowance_salt").await, 1);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_counted_once_each() {
    let mall = Box::new().await;
    allow(&mall, "open.register.network_per_day", 4).await;
    let v = mall.visitor();
    let tries = codes().take(12).enumerate().map(|(n, code)| {
        let v = v.clone();
        tokio::spawn(
            async move { register(&v, "203.0.113.9", &code, &format!("care.many{n}"), "13900009999").await.status },
        )
    });
    let mut made = 0;
    for t in tries.collect::<Vec<_>>() {
        made += usize::from(t.await.unwrap() == StatusCode::SEE_OTHER);
    }
    assert_eq!(made, 4);
    assert_eq!(mall.number("SELECT used FROM allowance").await, 4);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_counted_and_the_same_one_is_one() {
    let mall = Box::new().await;
    allow(&mall, "open.report.network_per_day", 2).await;
    allow(&mall, "open.report.org_per_day", 1).await;
    let handler = mall.login("licheng.jingban").await;
    let goods = [("JB-1", "100.00", "50"), ("JB-2", "120.00", "50")];
    shelve(&mall, &mall.login("lantian.guanli").await, &paper(&goods)).await;
    find(&handler, "JB-1").await;
    let offer = async |model: &str| {
        let sql = format!("SELECT o.id FROM offer o JOIN product p ON p.id = o.product WHERE p.model = '{model}'");
        format!("/offers/{}/report", mall.number(&sql).await)
    };
    let (first, second) = (offer("JB-1").await, offer("JB-2").await);
    let v = mall.visitor();
    let key = v.get(&first).await.field("key");
    let codes = |p: &Page| {
        let text = p.text();
        text.split("<b class=\"mono\">").skip(1).map(|r| r.split('<').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A double click, or a page sent again: one report, the same number and key.
    let once = codes(&report_from(&v, &first, "203.0.113.7", &key, "甲店 80 元").await);
    let twice = codes(&report_from(&v, &first, "203.0.113.7", &key, "甲店 80 元").await);
    assert_eq!(once, twice);
    assert_eq!(once[1], key);
    assert_eq!(mall.number("SELECT COUNT(*) FROM dispute").await, 1);
    // The same key for other goods is another report; a broken key is replaced.
    assert_ne!(codes(&report_from(&v, &second, "203.0.113.7", "x", "乙店 90 元").await)[1], "x");
    let page = report_from(&v, &second, "203.0.113.7", "", "丙店 70 元").await;
    page.refused("您所在的网络今天已举报 2 次");
    assert!(page.text().contains("丙店 70 元"), "what was typed stays");
    report_from(&v, &second, "203.0.113.8", "", "丙店 70 元").await.shows(&["已收到举报"]);
    // A firm has its own count, wherever it comes from.
    let rival = mall.login("quancheng.dingdan").await;
    let report = async |at: &str| rival.upload(at, &[("words", "市场 79 元")], "file", "", b"").await;
    report(&first).await.shows(&["已收到举报"]);
    report(&second).await.refused("贵单位今天已举报 1 次");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_again_comes_back_to_the_page_of_the_form() {
    let mall = Box::new().await;
    let v = mall.visitor();
    let send = async |referer: &str| {
        let from = [("host", "mall.example"), ("referer", referer)];
        let page = v.post_with("/offers/7", &from, "application/x-www-form-urlencoded", b"price=1".to_vec()).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        page.location
    };
    assert_eq!(send("https://mall.example/offers?page=2").await, "/login?back=%2Foffers%3Fpage%3D2");
    assert_eq!(send("https://elsewhere.example/offers").await, "/login?back=%2Ftodo");
    assert_eq!(send("https://mall.example.evil.example/offers").await, "/login?back=%2Ftodo");
    assert_eq!(send("https://mall.example//evil.example").await, "/login?back=%2Ftodo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_what_happened_and_leads_back() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let form = "application/x-www-form-urlencoded";
    let from =
        [("cookie", handler.cookie()), ("host", "mall.example"), ("referer", "https://mall.example/search?q=a4")];
    // A form of an earlier session changes nothing and says so; it is not a matter of duties.
    let page = handler.post_with("/cart/update", &from, form, b"offer=1".to_vec()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    for words in ["重新登录过", "form.stale", "href=\"/search?q=a4\">回到刚才的页面"] {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(!page.text().contains("岗位职责"));
    // Whoever comes from nowhere is led to what waits, or to the first page.
    let lost = handler.get("/nowhere").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.text().contains("没有找到") && lost.text().contains("href=\"/todo\">去待办事项"));
    let stranger = mall.visitor().get("/nowhere").await;
    assert!(!stranger.text().contains("回到刚才的页面"));
    // A word where a number belongs, and the address of a form opened again, lead nowhere too.
    for path in ["/orders/abc", "/orders/1/approve"] {
        let page = handler.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text().contains("没有找到"), "{path}");
    }
}

//! Statements per request, so that they cannot creep: each counts a round trip on PostgreSQL.
use crate::job::{buy, find};
use crate::mall::{Box, Visitor};

async fn cost(mall: &Box, v: &Visitor, path: &str) -> u64 {
    let before = mall.mall.watch.db().statements();
    assert_eq!(v.get(path).await.status.as_u16(), 200, "{path}");
    mall.mall.watch.db().statements() - before
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_cost_what_they_did() {
    let mall = Box::new().await;
    let public = mall.visitor();
    let product = find(&public, "得力 Z7503").await;
    for (path, want) in [
        ("/", 0),
        ("/search?q=A4", 0),
        ("/api/search?category=A0504&sort=price", 0),
        ("/suggest?q=fuyin", 0),
        (format!("/api{product}").as_str(), 0),
        (product.as_str(), 4),
        ("/notices", 2),
    ] {
        assert_eq!(cost(&mall, &public, path).await, want, "{path}");
    }
    let handler = mall.login("licheng.jingban").await;
    // The session is one of them; orders, projects and disputes that wait and the size of the cart four more.
    assert_eq!(cost(&mall, &handler, "/orders").await, 7);
    buy(&handler, &product, "1").await.leads();
    let offer = handler.get(&product).await.field("offer");
    handler.post("/cart/add", &[("offer", &offer), ("quantity", "1")]).await.leads();
    let page = handler.get("/checkout").await;
    let text = page.text();
    let plan =
        text.split("<option value=\"").find(|o| o.contains("selected")).unwrap().split('"').next().unwrap().to_owned();
    let (key, price) = (page.field("key"), page.field(&format!("price-{offer}")));
    let address = text
        .split("id=\"address\"")
        .nth(1)
        .unwrap()
        .split("<option value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let before = mall.mall.watch.db().statements();
    let fields = [
        ("key", key.as_str()),
        ("offer", &offer),
        (&format!("quantity-{offer}"), "1"),
        (&format!("price-{offer}"), &price),
        (&format!("plan-{offer}"), &plan),
        ("address", address),
        ("purpose", "x"),
    ];
    handler.post("/checkout", &fields).await.leads();
    assert_eq!(mall.mall.watch.db().statements() - before, CHECKOUT);
}

/// However many stations are on their way, and whatever they have: the overview asks as often.
#[tokio::test(flavor = "multi_thread")]
async fn the_overview_of_stations_costs_the_same_for_one_and_for_many() {
    let mall = Box::new().await;
    let office = mall.login("sd.jianguan").await;
    let plan = async |code: &str| {
        let day = rules::calendar::show_day(rules::calendar::day_of(mall.mall.watch.db().now()) + 40);
        office.post(&format!("/golive/{code}/plan"), &[("planned", &day)]).await.leads();
    };
    let waiting: Vec<String> = {
        let facts = mall.mall.watch.facts();
        let idle =
            facts.regions.values().filter(|r| r.kind == "county" && r.code.starts_with("3709") && r.state != "live");
        idle.map(|r| r.code.clone()).collect()
    };
    assert!(waiting.len() > 3, "{waiting:?}");
    plan(&waiting[0]).await;
    let one = cost(&mall, &office, "/golive").await;
    for code in &waiting[1..] {
        plan(code).await;
    }
    assert_eq!(cost(&mall, &office, "/golive").await, one);
    assert_eq!(cost(&mall, &office, "/golive?sort=blockers&page=2").await, one);
    assert_eq!((one, cost(&mall, &mall.visitor(), "/stations/map").await), (OVERVIEW, 2));
}

/// The session, the menu's counts, and what the table shows.
const OVERVIEW: u64 = 22;

/// One supplier, one line, everything checked and held, what stood beside it kept. What the unit bought in the year and what its
/// people share with the supplier are two of them; one asks within the transaction whether the station is open.
const CHECKOUT: u64 = 26;

//! Any number on paper leads to its receipts, for the public and for those concerned.
use crate::auctions::{approve, launch, path_of, same_paper};
use crate::mall::{Box, Visitor};
use kit::{Query, params};

async fn text(mall: &Box, sql: &str) -> String {
    mall.mall.watch.db().one(sql, params![]).await.unwrap().text(0)
}

async fn look(v: &Visitor, number: &str) -> String {
    let page = v.get(&format!("/log?number={}", kit::text::percent(number))).await;
    page.shows(&["核对凭证"]);
    page.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_orders_contracts_payments_and_notices_lead_to_receipts() {
    let mall = Box::new().await;
    qicai::demo::more_orders(&mall.mall.watch, 3, 12).await.unwrap();
    mall.settle().await;
    let public = mall.visitor();
    for sql in [
        "SELECT number FROM orders ORDER BY id LIMIT 1",
        "SELECT number FROM contract ORDER BY orders LIMIT 1",
        "SELECT number FROM payment WHERE state = 'paid' ORDER BY id LIMIT 1",
        "SELECT number FROM notice WHERE kind = 'contract' ORDER BY id LIMIT 1",
    ] {
        let number = text(&mall, sql).await;
        let shown = look(&public, &number).await;
        assert!(!shown.contains("order.placed"), "{number}: the public sees that entries are there, not what they are");
        let id = format!("{}-{number}", mall.mall.watch.settings().ocid_prefix);
        if sql.contains("orders ORDER BY id") {
            look(&public, &id).await;
        }
    }
    // Both sides read what the system itself wrote about their order; others do not.
    let number = text(
        &mall,
        "SELECT o.number FROM orders o JOIN org u ON u.id = o.unit WHERE o.state = 'performing' ORDER BY o.id LIMIT 1",
    )
    .await;
    let seq = mall
        .number(&format!("SELECT MAX(j.seq) FROM journal j JOIN orders o ON j.subject = 'order/' || o.id WHERE o.number = '{number}' AND j.kind = 'contract.concluded'"))
        .await;
    for side in ["unit", "supplier"] {
        let sql = format!(
            "SELECT p.login FROM person p JOIN orders o ON o.{side} = p.org WHERE o.number = '{number}' ORDER BY p.id LIMIT 1"
        );
        let v = mall.login(&text(&mall, &sql).await).await;
        assert!(look(&v, &number).await.contains("contract.concluded"), "{side}");
        v.get(&format!("/log/receipt/{seq}")).await.shows(&["contract.concluded", "一致"]);
    }
    let sql = format!(
        "SELECT p.login FROM person p JOIN org g ON g.id = p.org WHERE g.kind = 'unit' AND g.id <> (SELECT unit FROM orders WHERE number = '{number}') ORDER BY p.id LIMIT 1"
    );
    let stranger = mall.login(&text(&mall, &sql).await).await;
    assert!(!look(&stranger, &number).await.contains("contract.concluded"));
    stranger.get(&format!("/log/receipt/{seq}")).await.shows(&["一致", "只对办理的单位"]);
    // An entry's own number works too.
    look(&public, "3").await;
    public.get("/log?number=999999999").await.shows(&["没有这个编号"]);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bidder_reads_its_own_bid_and_nobody_else_before_the_end() {
    let mall = Box::new().await;
    let product = same_paper(&mall, "L-5000").await;
    let handler = mall.login("licheng.jingban").await;
    let made =
        launch(&handler, &format!("product={product}"), &[("quantity", "80"), ("price", "100"), ("format", "open")])
            .await;
    let path = path_of(&made);
    approve(&mall, &path).await;
    let (own, other) = (mall.login("lantian.dingdan").await, mall.login("qilu.dingdan").await);
    for v in [&own, &other] {
        v.post(&format!("{path}/enter"), &[]).await.leads();
    }
    own.post(&format!("{path}/quote"), &[("price", "99.00")]).await.leads();
    mall.settle().await;
    let bid = mall.number("SELECT MAX(id) FROM auction_quote").await.to_string();
    let seq = mall.number("SELECT MAX(seq) FROM journal WHERE kind = 'auction.quoted'").await;
    assert!(look(&own, &bid).await.contains("auction.quoted"));
    own.get(&format!("/log/receipt/{seq}")).await.shows(&["792000", "一致"]);
    for (who, v) in [("another bidder", &other), ("the unit", &handler), ("the public", &mall.visitor())] {
        assert!(!look(v, &bid).await.contains("auction.quoted"), "{who}");
        let page = v.get(&format!("/log/receipt/{seq}")).await;
        page.shows(&["一致"]);
        assert!(!page.text().contains("792000"), "{who}");
        let file = v.get(&format!("/log/receipt/{seq}.json")).await.text();
        assert!(!file.contains("792000"), "{who}");
    }
    // The project's number leads to all its entries, its notice's number to the entry it was made from.
    let number = text(&mall, "SELECT number FROM project ORDER BY id DESC LIMIT 1").await;
    let shown = look(&other, &number).await;
    assert!(!shown.contains("auction.quoted"));
    look(
        &mall.visitor(),
        &text(&mall, "SELECT number FROM notice WHERE kind = 'auction' ORDER BY id DESC LIMIT 1").await,
    )
    .await;
    mall.sound().await;
}

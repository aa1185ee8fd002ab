//! Statements that the alert rules ask for each entry they judge, by its kind: each counts a round trip on PostgreSQL.
use crate::mall::Box;
use kit::{Query, params};

/// Moves a follower to a number.
async fn at(mall: &Box, name: &str, seq: i64) {
    let db = mall.mall.watch.db();
    let moved = db.upkeep("test", |tx| {
        std::boxed::Box::pin(async move {
            tx.run("UPDATE projection SET seq = $2 WHERE name = $1", params![name, seq]).await
        })
    });
    assert_eq!(moved.await.unwrap(), 1, "{name}");
}

/// Judges every kind of entry by itself, in pieces of it; returns kind, entries, statements.
async fn costs(mall: &Box) -> Vec<(String, i64, u64)> {
    const FROM: i64 = 1_000_000;
    let db = mall.mall.watch.db();
    // The journal sorted by kind: nobody but this follower reads it any more.
    let sorted = "UPDATE journal SET seq = n.s FROM (SELECT id AS i, 1000000 + row_number() OVER (ORDER BY kind, id) AS s FROM journal) AS n \
                  WHERE journal.id = n.i";
    db.upkeep("test", |tx| std::boxed::Box::pin(async move { tx.run(sorted, params![]).await })).await.unwrap();
    let kinds = "SELECT kind, COUNT(*), MIN(seq), MAX(seq) FROM journal GROUP BY kind ORDER BY kind";
    let mut out = Vec::new();
    for r in db.rows(kinds, params![]).await.unwrap() {
        at(mall, watch::alerts::PROJECTION, r.int(2) - 1).await;
        at(mall, watch::disclosure::PROJECTION, r.int(3)).await;
        assert!(r.int(2) > FROM);
        let before = db.statements();
        let mut judged = 0;
        while judged < r.int(1) {
            judged += watch::alerts::follow(&mall.mall.watch).await.unwrap() as i64;
        }
        out.push((r.text(0), r.int(1), db.statements() - before));
    }
    out
}

/// Statements that the entries of a kind cost together, in pieces of up to two hundred: (kind, entries, statements). Four of each
/// piece move the follower on; before its books were read together an order cost 18 and a contract 10.
const COSTS: [(&str, i64, u64); 10] = [
    ("acceptance.recorded", 60, 8),
    ("contract.concluded", 105, 28),
    ("contract.signed", 210, 10),
    ("evaluation.made", 30, 66),
    ("invoice.recorded", 45, 5),
    ("order.approved", 152, 5),
    ("order.confirmed", 120, 5),
    ("order.placed", 150, 157),
    ("payment.paid", 30, 8),
    ("shipment.received", 75, 7),
];

#[tokio::test(flavor = "multi_thread")]
async fn judging_an_entry_costs_what_it_did() {
    let mall = Box::new().await;
    qicai::demo::more_orders(&mall.mall.watch, 5, 150).await.unwrap();
    mall.settle().await;
    let found = costs(&mall).await;
    for (kind, entries, statements) in COSTS {
        let (_, n, cost) = found.iter().find(|(k, ..)| k == kind).unwrap_or_else(|| panic!("no {kind}"));
        assert_eq!((*n, *cost), (entries, statements), "{kind}");
    }
}

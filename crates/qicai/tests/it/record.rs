//! The journal: no change without entry, dense numbers, final hashes, followers exactly once.
use crate::job::{buy, find};
use crate::mall::Box;
use kit::{Query, journal, params};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_an_entry_is_undone() {
    let mall = Box::new().await;
    let db = mall.mall.watch.db();
    let before = mall.number("SELECT CAST(SUM(stock) AS BIGINT) FROM offer").await;
    let done = db
        .write("test.silent", |tx| {
            std::boxed::Box::pin(async move { tx.run("UPDATE offer SET stock = stock + 1", params![]).await })
        })
        .await;
    assert!(matches!(done, Err(kit::Fail::Fault(ref f)) if f.contains("without a journal entry")), "{done:?}");
    assert_eq!(mall.number("SELECT CAST(SUM(stock) AS BIGINT) FROM offer").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_dense_and_a_rebuild_gives_the_same() {
    let mall = Box::new().await;
    qicai::demo::more_orders(&mall.mall.watch, 3, 12).await.unwrap();
    mall.settle().await;
    let db = mall.mall.watch.db();
    let head = journal::head(db).await.unwrap();
    assert_eq!(head, mall.number("SELECT COUNT(*) FROM journal").await);
    assert_eq!(journal::position(db, watch::disclosure::PROJECTION).await.unwrap(), head);
    assert_eq!(mall.mall.watch.engine().position(), head);
    let snapshot = || async {
        let notices = db
            .rows("SELECT id, number, title, amount, body, published_at FROM notice ORDER BY id", params![])
            .await
            .unwrap();
        let deals = db
            .rows("SELECT entry, line, product, price, quantity FROM deal ORDER BY entry, line", params![])
            .await
            .unwrap();
        format!("{notices:?} {deals:?}")
    };
    let before = snapshot().await;
    assert!(before.contains("HT-"), "some contracts were concluded");
    // A second pass makes nothing twice.
    assert_eq!(watch::disclosure::follow(&mall.mall.watch).await.unwrap(), 0);
    watch::disclosure::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!(snapshot().await, before);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_stays_out_of_the_record() {
    let mall = Box::new().await;
    let handler = mall.login("licheng.jingban").await;
    let product = find(&handler, "得力 Z7503").await;
    buy(&handler, &product, "2").await.leads();
    let people = mall.mall.watch.db().rows("SELECT name, phone FROM person", params![]).await.unwrap();
    let bodies = mall.mall.watch.db().rows("SELECT body FROM journal", params![]).await.unwrap();
    for b in &bodies {
        for p in &people {
            assert!(!b.str(0).contains(p.str(0)) && !b.str(0).contains(p.str(1)), "{}", b.str(0));
        }
    }
}

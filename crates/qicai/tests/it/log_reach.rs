//! How far erasing reaches: rooms' rows, messages, what was made of an entry; and how far not.
use crate::log_erase::{WORDS, ask, body, decide, run};
use crate::mall::{Box, Page, Visitor};
use kit::{Query, params};

/// An order whose contract holds; returns its path, the handler and the seller.
async fn contracted(mall: &Box) -> (String, Visitor, Visitor) {
    let (order, line, seller) = crate::edges::approved(mall, "3").await;
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), "50")]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    (order, mall.login("licheng.jingban").await, seller)
}

/// Two people of the province's finance department erase an entry.
pub async fn erased(mall: &Box, seq: i64) -> Page {
    let (one, two) = (mall.login("sd.jianguan").await, mall.login("sd.jianguan2").await);
    ask(&one, &seq.to_string()).await.leads();
    decide(mall, &two, "erase").await
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_reaches_all_that_repeats_the_words_and_nothing_else() {
    let mall = Box::new().await;
    let (order, handler, _) = contracted(&mall).await;
    let regulator = mall.login("licheng.jianguan").await;
    // The same words twice: once declined, once agreed to.
    for agree in ["0", "1"] {
        handler.post(&format!("{order}/cancel"), &[("reason", WORDS)]).await.leads();
        mall.clock.advance(60_000);
        regulator.post(&format!("{order}/cancel/decide"), &[("agree", agree)]).await.leads();
        mall.clock.advance(60_000);
    }
    mall.settle().await;
    let seqs = "SELECT seq FROM journal WHERE kind = 'cancel.asked' ORDER BY seq";
    let seqs: Vec<i64> = mall.mall.watch.db().rows(seqs, params![]).await.unwrap().iter().map(|r| r.int(0)).collect();
    assert_eq!(seqs.len(), 2);
    // Everybody reads who asked and who agreed; the words are for the sides.
    let notice = mall.number("SELECT id FROM notice WHERE kind = 'cancelled'").await;
    let page = mall.visitor().get(&format!("/notices/{notice}")).await;
    assert!(!page.shows(&["采购人申请取消，财政部门审核同意"]).text().contains("张三"));
    handler.get(&order).await.shows(&[WORDS]);
    assert_eq!(mall.number("SELECT COUNT(*) FROM journal WHERE body LIKE '%张三%'").await, 2);
    let told = "SELECT COUNT(*) FROM message WHERE words LIKE '%张三%'";
    assert_eq!(mall.number(told).await, 2);

    // Who erases the first reads that there is a second, which keeps its words until somebody asks for it.
    let page = mall.login("sd.jianguan").await.get(&format!("/erasures?seq={}", seqs[0])).await;
    page.shows(&["同样的文字还在", &format!("/erasures?seq={}", seqs[1])]);
    erased(&mall, seqs[0]).await.leads();
    let asks = "SELECT reason FROM cancel_ask ORDER BY id";
    let rows = mall.mall.watch.db().rows(asks, params![]).await.unwrap();
    assert_eq!((rows[0].str(0), rows[1].str(0)), ("（内容已依法删除）", WORDS));
    assert_eq!(mall.number(told).await, 1, "each request was told in a message of its own");
    mall.settle().await;
    erased(&mall, seqs[1]).await.leads();
    for sql in [
        "SELECT COUNT(*) FROM cancel_ask WHERE reason LIKE '%张三%'",
        "SELECT COUNT(*) FROM orders WHERE note LIKE '%张三%'",
        "SELECT COUNT(*) FROM notice WHERE body LIKE '%张三%'",
        "SELECT COUNT(*) FROM journal WHERE body LIKE '%张三%'",
        told,
    ] {
        assert_eq!(mall.number(sql).await, 0, "{sql}");
    }
    handler.get(&order).await.shows(&["内容已依法删除"]);
    mall.settle().await;
    watch::disclosure::rebuild(&mall.mall.watch).await.unwrap();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_for_a_brand_is_erased_and_the_same_of_another_day_is_not() {
    let mall = Box::new().await;
    let (seller, centre) = (mall.login("lantian.guanli").await, mall.login("jinan.jicai").await);
    for _ in 0..2 {
        let wish = [("written", "张三丰牌子"), ("latin", "ZSF"), ("proof", "商标注册证 12345678 号")];
        seller.post("/brands", &wish).await.leads();
        mall.clock.advance(60_000);
        let id = mall.number("SELECT MAX(id) FROM brand_ask").await;
        let no = [("to", "refuse"), ("reason", "不是注册商标")];
        centre.post(&format!("/brands/asks/{id}"), &no).await.leads();
        mall.clock.advance(60_000);
    }
    mall.settle().await;
    let of = |kind: &str| format!("SELECT MIN(seq) FROM journal WHERE kind = '{kind}'");
    for kind in ["brand.asked", "brand.answered"] {
        let seq = mall.number(&of(kind)).await;
        erased(&mall, seq).await.leads();
        mall.settle().await;
    }
    // Of each place one of two is left: the second wish, its answer, the message.
    for (sql, left) in [
        ("SELECT COUNT(*) FROM journal WHERE body LIKE '%张三丰%'", 2),
        ("SELECT COUNT(*) FROM journal WHERE subject LIKE '%张三丰%'", 0),
        ("SELECT COUNT(*) FROM brand_ask WHERE written LIKE '%张三丰%' OR folded LIKE '%张三丰%'", 1),
        ("SELECT COUNT(*) FROM message WHERE words LIKE '%张三丰%'", 1),
    ] {
        assert_eq!(mall.number(sql).await, left, "{sql}");
    }
    mall.sound().await;
    // Entries of before are about the words themselves, and what they are about stays.
    let db = mall.mall.watch.db();
    db.write("test.stage", |tx| {
        std::boxed::Box::pin(async move {
            tx.journal(kit::Entry {
                region: "370100".into(),
                room: "brands",
                kind: "brand.asked",
                subject: "brand/李四牌子".into(),
                actor: 0,
                via: "page",
                data: serde_json::json!({"written": "李四牌子"}),
            })
            .await
        })
    })
    .await
    .unwrap();
    mall.settle().await;
    let seq = mall.number("SELECT MAX(seq) FROM journal WHERE kind = 'brand.asked'").await;
    ask(&mall.login("sd.jianguan").await, &seq.to_string()).await.refused("对象名称要保留");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_about_something_else_keep_their_words() {
    let mall = Box::new().await;
    let (order, handler, _) = contracted(&mall).await;
    handler.post(&format!("{order}/cancel"), &[("reason", WORDS)]).await.leads();
    mall.settle().await;
    // In the same moment somebody else is told the same about another order.
    let id: i64 = order.rsplit('/').next().unwrap().parse().unwrap();
    run(
        &mall,
        format!("INSERT INTO message (id, org, duty, orders, words, at) SELECT id + 1, org, duty, {id} + 1, words, at FROM message WHERE words LIKE '%张三%'"),
    )
    .await;
    let seq = mall.number("SELECT seq FROM journal WHERE kind = 'cancel.asked'").await;
    erased(&mall, seq).await.leads();
    let left = mall.number("SELECT orders FROM message WHERE words LIKE '%张三%'").await;
    assert_eq!(left, id + 1);
    assert_eq!(mall.number("SELECT COUNT(*) FROM message WHERE words LIKE '%内容已依法删除%'").await, 1);
    mall.settle().await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_an_entry_has_to_keep_are_not_erased_by_halves() {
    let mall = Box::new().await;
    let (order, handler, _) = contracted(&mall).await;
    handler.post(&format!("{order}/cancel"), &[("reason", WORDS)]).await.leads();
    // Entries of before repeated the reason when the order was cancelled, and notices are made of them.
    let subject = order[1..].replace("orders", "order");
    let db = mall.mall.watch.db();
    db.write("test.stage", |tx| {
        let subject = subject.clone();
        std::boxed::Box::pin(async move {
            tx.journal(kit::Entry {
                region: "370112".into(),
                room: "orders",
                kind: "order.cancelled",
                subject,
                actor: 0,
                via: "page",
                data: serde_json::json!({"contract": null, "reason": WORDS}),
            })
            .await
        })
    })
    .await
    .unwrap();
    mall.settle().await;
    let seq = mall.number("SELECT seq FROM journal WHERE kind = 'cancel.asked'").await;
    let other = mall.number("SELECT seq FROM journal WHERE kind = 'order.cancelled'").await;
    let one = mall.login("sd.jianguan").await;
    ask(&one, &seq.to_string()).await.refused(&format!("同样的文字还写在流水 {other}（order.cancelled）里"));
    assert!(body(&mall, seq).await.contains(WORDS));
}

//! Many at once on one budget line and one stock; one key many times.
use crate::mall::Box;
use base::access::Actor;
use rules::duty::{Duties, Duty};
use std::sync::Arc;
use trade::direct::{Outcome, Submit, SubmitLine, submit};

struct Stage {
    buyer: Actor,
    offer: i64,
    price: i64,
    plan: i64,
    address: i64,
}

async fn stage(mall: &Box) -> Stage {
    let db = mall.mall.watch.db();
    let people = base::orgs::people(db, None).await.unwrap();
    let p = people.iter().find(|p| p.login == "licheng.jingban").unwrap();
    let org = base::orgs::org(db, p.org).await.unwrap();
    let buyer = Actor {
        person: p.id,
        name: p.name.clone(),
        org: org.id,
        org_name: org.name,
        org_kind: org.kind,
        region: org.region,
        duties: Duties::of(&[Duty::Handler]),
        session: 0,
        csrf: String::new(),
    };
    let hit = mall
        .mall
        .watch
        .engine()
        .search(&search::Query { text: "百旺 PW7001".into(), page: 1, size: 1, ..Default::default() })
        .hits[0]
        .clone();
    let plans = trade::plans::plan_lines(db, org.id, qicai::demo::year(&mall.mall.watch)).await.unwrap();
    let plan = plans.iter().find(|p| p.category == "A0504").unwrap().id;
    let address = trade::plans::addresses(db, org.id).await.unwrap()[0].id;
    Stage { buyer, offer: hit.best_offer, price: hit.price, plan, address }
}

fn order(s: &Stage, key: String, quantity: i64) -> Submit {
    let line = SubmitLine { offer: s.offer, quantity, price_seen: s.price, plan_line: s.plan };
    Submit { key, address: s.address, purpose: "并发".into(), dearer: "x".into(), lines: vec![line], via: "page" }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_buyers_never_overrun_budget_or_stock() {
    let mall = Arc::new(Box::new().await);
    let s = Arc::new(stage(&mall).await);
    let (offer, plan) = (s.offer, s.plan);
    // Money for 20 of them, goods for 30.
    let room = s.price * 20 + 1;
    mall.mall
        .watch
        .db()
        .upkeep("test.stage", |tx| {
            std::boxed::Box::pin(async move {
                tx.run("UPDATE offer SET stock = 30 WHERE id = $1", kit::params![offer]).await?;
                tx.run("UPDATE plan_line SET amount = $2 WHERE id = $1", kit::params![plan, room]).await
            })
        })
        .await
        .unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let (mall, s) = (mall.clone(), s.clone());
            tokio::spawn(async move { submit(mall.mall.watch.trade(), &s.buyer, &order(&s, format!("k{n}"), 1)).await })
        })
        .collect();
    let mut placed = 0;
    for t in tasks {
        match t.await.unwrap() {
            Ok(Outcome::Placed(ids)) => placed += ids.len() as i64,
            Ok(Outcome::Blocked(_)) => {}
            Err(kit::Fail::Refused(_)) => {}
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!(placed, 20);
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 20);
    assert_eq!(mall.number(&format!("SELECT stock FROM offer WHERE id = {offer}")).await, 10);
    assert_eq!(mall.number(&format!("SELECT used FROM plan_line WHERE id = {plan}")).await, s.price * 20);
    kit::journal::sequence(mall.mall.watch.db()).await.unwrap();
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_buys_once_whatever_runs_at_the_same_time() {
    let mall = Arc::new(Box::new().await);
    let s = Arc::new(stage(&mall).await);
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (mall, s) = (mall.clone(), s.clone());
            tokio::spawn(async move { submit(mall.mall.watch.trade(), &s.buyer, &order(&s, "same".into(), 2)).await })
        })
        .collect();
    let mut answers = std::collections::BTreeSet::new();
    for t in tasks {
        match t.await.unwrap().unwrap() {
            Outcome::Placed(ids) => answers.insert(ids),
            Outcome::Blocked(c) => panic!("{c:?}"),
        };
    }
    assert_eq!(answers.len(), 1, "every sender gets the one order");
    assert_eq!(mall.number("SELECT COUNT(*) FROM orders").await, 1);
    mall.sound().await;
}

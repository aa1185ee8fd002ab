//! 删除留痕内容: words go, proofs stay; two people of the province's finance department, listed kinds only, nothing is lost silently.
use crate::auctions::{approve, force, launch, path_of, same_paper};
use crate::log::fill;
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::{Query, journal, params};
use serde_json::Value;
use watch::ledger::compare;
use watch::ledger::log::verify::{self, Given};
use watch::ledger::log::{self, Keys};

pub const WORDS: &str = "请联系 张三 13800001234";

/// A question with somebody's name and number in a running auction; returns the number of its entry.
async fn question(mall: &Box) -> i64 {
    let product = same_paper(mall, "E-4000").await;
    let handler = mall.login("licheng.jingban").await;
    let fields = [("quantity", "80"), ("price", "100"), ("format", "open")];
    let path = path_of(&launch(&handler, &format!("product={product}"), &fields).await);
    approve(mall, &path).await;
    let seller = mall.login("lantian.dingdan").await;
    seller.post(&format!("{path}/enter"), &[]).await.leads();
    seller.post(&format!("{path}/ask"), &[("question", WORDS)]).await.leads();
    mall.settle().await;
    mall.number("SELECT MAX(seq) FROM journal WHERE kind = 'auction.asked'").await
}

pub async fn ask(v: &Visitor, seq: &str) -> Page {
    let basis = "《中华人民共和国个人信息保护法》第四十七条";
    v.post("/erasures", &[("seq", seq), ("ground", "personal"), ("basis", basis), ("reason", "误写联系人")]).await
}

pub async fn decide(mall: &Box, v: &Visitor, act: &str) -> Page {
    let id = mall.number("SELECT MAX(id) FROM erasure").await;
    v.post(&format!("/erasures/{id}"), &[("act", act), ("note", "还要再看")]).await
}

pub async fn body(mall: &Box, seq: i64) -> String {
    mall.mall.watch.db().one("SELECT body FROM journal WHERE seq = $1", params![seq]).await.unwrap().text(0)
}

async fn dump(mall: &Box) -> Vec<String> {
    let mut lines = Vec::new();
    log::dump(&mall.mall.watch, &mut |l| {
        lines.push(l);
        Ok(())
    })
    .await
    .unwrap();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_erase_words_and_every_proof_holds_on() {
    let mall = Box::new().await;
    let seq = question(&mall).await;
    let n = seq.to_string();
    let (one, two) = (mall.login("sd.jianguan").await, mall.login("sd.jianguan2").await);
    one.get(&format!("/journal/{n}")).await.shows(&[WORDS, "提出删除内容"]);
    one.get(&format!("/erasures?seq={n}")).await.shows(&["auction.asked", WORDS]);

    // Only the province's finance department, only with ground, basis and reason, only listed kinds.
    for login in ["licheng.jianguan", "jinan.jianguan", "yunwei", "jinan.shenji", "licheng.jingban"] {
        let v = mall.login(login).await;
        assert_eq!(v.get("/erasures").await.status, StatusCode::FORBIDDEN, "{login}");
        assert_eq!(ask(&v, &n).await.status, StatusCode::FORBIDDEN, "{login}");
    }
    one.post("/erasures", &[("seq", &n), ("ground", "personal"), ("reason", "x")])
        .await
        .refused("请填写法律依据")
        .refused(&n);
    one.post("/erasures", &[("seq", &n), ("basis", "x"), ("reason", "x")]).await.refused("请选择删除的原因类别");
    ask(&one, "99999999").await.refused("没有流水号");
    let published = mall.number("SELECT MAX(seq) FROM journal WHERE kind = 'auction.published'").await.to_string();
    ask(&one, &published).await.refused("这类记录的内容不能删除");
    assert_eq!(mall.number("SELECT COUNT(*) FROM erasure").await, 0);

    // Asked once, decided by another; a no leaves everything.
    ask(&one, &n).await.leads();
    ask(&one, &n).await.refused("已经有人提出");
    decide(&mall, &one, "erase").await.refused("erase.own");
    assert_eq!(decide(&mall, &mall.login("jinan.jianguan").await, "erase").await.status, StatusCode::FORBIDDEN);
    decide(&mall, &two, "decline").await.leads();
    decide(&mall, &two, "erase").await.refused("erase.state");
    assert!(body(&mall, seq).await.contains(WORDS));
    ask(&one, &n).await.leads();
    mall.settle().await;
    let before = dump(&mall).await;
    let old = mall.number("SELECT MAX(size) FROM log_checkpoint").await;
    decide(&mall, &two, "erase").await.leads();
    decide(&mall, &two, "erase").await.refused("erase.state");
    ask(&one, &n).await.refused("已经删除");
    mall.settle().await;

    // The words, and what they could be guessed from, are gone everywhere in the journal; who, why and by whom is there.
    assert_eq!(body(&mall, seq).await, "");
    let e = journal::one(mall.mall.watch.db(), seq).await.unwrap();
    assert!(e.erased() && e.hash.is_empty() && e.salt.is_empty() && e.kind == "auction.asked");
    let all = mall.mall.watch.db().rows("SELECT body FROM journal", params![]).await.unwrap();
    assert!(all.iter().all(|r| !r.str(0).contains("张三")));
    // In the room's own row too, and on its page.
    let row = mall.mall.watch.db().one("SELECT id, auction, question FROM auction_question", params![]).await.unwrap();
    assert_eq!(row.str(2), "（内容已依法删除）");
    let page = mall.visitor().get(&format!("/auctions/{}", row.int(1))).await;
    assert!(page.shows(&["内容已依法删除"]).text().find("13800001234").is_none());
    let mut found = log::audit(mall.mall.watch.db(), &Keys::of(&mall.mall.watch)).await.unwrap();
    compare::audit(&mall.mall.watch, &mut found).await.unwrap();
    assert!(found.wrong.is_empty(), "{:?}", found.wrong);
    force(&mall, "UPDATE auction_question SET question = '请联系 张三'").await;
    compare::audit(&mall.mall.watch, &mut found).await.unwrap();
    let named = format!("auction_question {} has words again", row.int(0));
    assert!(found.wrong.iter().any(|w| w.contains(&named)), "{:?}", found.wrong);
    force(&mall, "UPDATE auction_question SET question = '（内容已依法删除）'").await;
    let by = log::erased_by(mall.mall.watch.db(), seq).await.unwrap().unwrap();
    assert_eq!((by.data["seq"].as_i64(), by.data["ground"].as_str()), (Some(seq), Some("personal")));
    one.get(&format!("/journal/{n}")).await.shows(&["内容已依法删除", &format!("/journal/{}", by.seq)]);
    one.get("/erasures").await.shows(&["已删除", "误写联系人"]);
    mall.visitor().get("/log").await.shows(&["依法删除了内容的记录", "第四十七条"]);
    mall.visitor().get(&format!("/log?number={n}")).await.shows(&["内容已依法删除", "核对凭证"]);

    // Receipts: of the erased entry, which says so; of others; and that the log only grew.
    let vkey = mall.mall.watch.signer().verifier().vkey();
    let given = Given { key: Some(&vkey), sm2: None };
    let page = one.get(&format!("/log/receipt/{n}")).await;
    page.shows(&["内容已于", "依法删除", "一致"]);
    assert!(!page.text().contains("张三"));
    for (seq, erased) in [(seq, true), (seq - 1, false), (by.seq, false)] {
        let text = one.get(&format!("/log/receipt/{seq}.json?old={old}")).await.text();
        let v: Value = serde_json::from_str(&text).unwrap();
        let said = verify::receipt(&v, &given).unwrap();
        assert_eq!(said.contains("words were erased"), erased, "{said}");
        assert_eq!(v["body"].is_null(), erased);
        assert!(v["consistency"].is_array());
    }

    // The tree made again is the same, and so are notices, deals and releases.
    log::rebuild(&mall.mall.watch).await.unwrap();
    watch::disclosure::rebuild(&mall.mall.watch).await.unwrap();
    watch::open::rebuild(&mall.mall.watch).await.unwrap();
    watch::statistics::rebuild(&mall.mall.watch).await.unwrap();
    mall.sound().await;

    // A dump of before and one of after hold, and have the same leaves.
    let after = dump(&mall).await;
    let check = |lines: &[String]| verify::file(lines.join("\n").as_bytes(), &given);
    check(&before).unwrap();
    check(&after).unwrap();
    let leaf = |l: &str| serde_json::from_str::<Value>(l).unwrap()["leaf"].clone();
    for i in 1..before.len() {
        assert_eq!(leaf(&before[i]), leaf(&after[i]), "entry {i}");
    }
    // Words that vanish without an entry that says so are found.
    let mut silent = before.clone();
    silent[seq as usize].clone_from(&after[seq as usize]);
    assert_eq!(
        check(&silent).unwrap_err(),
        format!("entry {seq} has no words and no entry says that they were erased")
    );
    let mut back = after.clone();
    back[seq as usize].clone_from(&before[seq as usize]);
    assert!(check(&back).unwrap_err().contains("which is not so"));
}

pub async fn run(mall: &Box, sql: String) {
    let db = mall.mall.watch.db();
    let sql = &sql;
    let n = db.upkeep("test.stage", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await }));
    assert_eq!(n.await.unwrap(), 1, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_words_silently() {
    let mall = Box::new().await;
    fill(&mall, 5).await;
    let db = mall.mall.watch.db();
    let keys = Keys::of(&mall.mall.watch);
    let seq = mall.number("SELECT MAX(seq) FROM journal WHERE kind = 'test.filled'").await;
    let was = journal::one(db, seq).await.unwrap();
    // Somebody with the database blanks words: the audit names the entry, and who follows stops instead of passing over it.
    run(&mall, format!("UPDATE journal SET body = '', hash = '', salt = '' WHERE seq = {seq}")).await;
    let wrong = log::audit(db, &keys).await.unwrap().wrong;
    assert!(
        wrong[0].contains(&format!("journal entry {seq} (test.filled")) && wrong[0].contains("no words"),
        "{wrong:?}"
    );
    for rebuilt in [
        watch::disclosure::rebuild(&mall.mall.watch).await.map(|_| ()),
        watch::open::rebuild(&mall.mall.watch).await.map(|_| ()),
        watch::statistics::rebuild(&mall.mall.watch).await.map(|_| ()),
        log::rebuild(&mall.mall.watch).await.map(|_| ()),
    ] {
        // Behind the notices everybody waits; the notices themselves and the log say why they stop.
        if let Err(e) = rebuilt {
            assert!(e.to_string().contains("no words"), "{e}");
        }
    }
    assert!(journal::position(db, watch::disclosure::PROJECTION).await.unwrap() < seq);
    assert!(journal::position(db, log::PROJECTION).await.unwrap() < seq);
    run(
        &mall,
        format!(
            "UPDATE journal SET body = '{}', hash = '{}', salt = '{}' WHERE seq = {seq}",
            was.body.replace('\'', "''"),
            was.hash,
            was.salt
        ),
    )
    .await;
    mall.settle().await;
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_row_is_vouched_for_by_the_entry_that_erased_it() {
    let mall = Box::new().await;
    let seq = question(&mall).await;
    let was = journal::one(mall.mall.watch.db(), seq).await.unwrap();
    let (one, two) = (mall.login("sd.jianguan").await, mall.login("sd.jianguan2").await);
    ask(&one, &seq.to_string()).await.leads();
    decide(&mall, &two, "erase").await.leads();
    mall.settle().await;
    let db = mall.mall.watch.db();
    let keys = Keys::of(&mall.mall.watch);
    assert!(log::audit(db, &keys).await.unwrap().wrong.is_empty());
    for (column, other, same) in [
        ("kind", "'auction.answered'", format!("'{}'", was.kind)),
        ("subject", "'auction/1'", format!("'{}'", was.subject)),
        ("region", "'370100'", format!("'{}'", was.region)),
        ("room", "'x'", format!("'{}'", was.room)),
        ("actor", "7", was.actor.to_string()),
        ("at", "7", was.at.to_string()),
        ("hash", "'00'", "''".into()),
        ("salt", "'00'", "''".into()),
        ("body", "'{}'", "''".into()),
    ] {
        run(&mall, format!("UPDATE journal SET {column} = {other} WHERE seq = {seq}")).await;
        let wrong = log::audit(db, &keys).await.unwrap().wrong;
        assert!(wrong.iter().any(|w| w.contains(&format!("journal entry {seq} ("))), "{column}: {wrong:?}");
        run(&mall, format!("UPDATE journal SET {column} = {same} WHERE seq = {seq}")).await;
    }
    // So is what /log shows of it.
    for column in ["ground", "basis", "reason", "asked_by", "decided_by", "note"] {
        let other = match column {
            "ground" => "'secret'",
            "asked_by" | "decided_by" => "7",
            _ => "'other'",
        };
        let was = db.one(&format!("SELECT {column} FROM erasure"), params![]).await.unwrap().all()[0].clone();
        run(&mall, format!("UPDATE erasure SET {column} = {other}")).await;
        let mut found = log::audit(db, &keys).await.unwrap();
        compare::audit(&mall.mall.watch, &mut found).await.unwrap();
        assert_eq!(found.wrong.len(), 1, "{column}: {:?}", found.wrong);
        assert!(found.wrong[0].contains(&format!("erasure of entry {seq}")), "{column}: {:?}", found.wrong);
        let back = match was {
            kit::db::Val::Int(n) => n.to_string(),
            kit::db::Val::Text(t) => format!("'{t}'"),
            other => panic!("{other:?}"),
        };
        run(&mall, format!("UPDATE erasure SET {column} = {back}")).await;
    }
    // From an old copy the words come back: that is found too.
    let body = was.body.replace('\'', "''");
    let sql =
        format!("UPDATE journal SET body = '{body}', hash = '{}', salt = '{}' WHERE seq = {seq}", was.hash, was.salt);
    run(&mall, sql).await;
    let wrong = log::audit(db, &keys).await.unwrap().wrong;
    assert!(wrong.iter().any(|w| w.contains(&format!("journal entry {seq} has words again"))), "{wrong:?}");
}

/// No follower makes anything of an entry whose words may be erased.
#[test]
fn kinds_that_may_be_erased_are_followed_by_nobody() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let followers = [
        "watch/src/disclosure",
        "watch/src/open",
        "watch/src/statistics",
        "watch/src/alerts",
        "watch/src/ledger/compare",
    ];
    let mut files = vec![root.join("supply/src/shelf/feed.rs")];
    for f in followers {
        let mut open = vec![root.join(f)];
        while let Some(at) = open.pop() {
            for entry in std::fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => files.push(path),
                }
            }
        }
    }
    assert!(files.len() > 20);
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "rs")) {
        let code = std::fs::read_to_string(path).unwrap();
        for kind in rules::erasure::KINDS {
            assert!(!code.contains(&format!("\"{kind}\"")), "{} reads {kind}", path.display());
        }
    }
}

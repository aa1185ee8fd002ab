//! 国密: every head bears a second line by SM2 with SM3, and who knows only the other key passes over it.
use crate::log::fill;
use crate::mall::Box;
use axum::http::StatusCode;
use kit::sm::{self, Line};
use kit::{Query, params};
use serde_json::Value;
use watch::ledger::log::verify::{self, Given};
use watch::ledger::log::{self, Keys};

#[tokio::test(flavor = "multi_thread")]
async fn every_head_bears_both_signatures() {
    let mall = Box::new().await;
    fill(&mall, 20).await;
    let public = mall.visitor();
    let note = public.get("/log/checkpoint").await.text();
    let pem = public.get("/log/key.sm2").await.text();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");
    let key = sm::Verifier::parse("qicai.example/log", &pem).unwrap();
    assert_eq!(key.found(&note), Line::Holds);
    let own = kit::note::Verifier::parse(&public.get("/log/key").await.text()).unwrap();
    let text = own.open(&note).unwrap();
    assert_eq!(note.matches("— ").count(), 2, "{note}");
    let digest = sm::sm3(text.as_bytes());
    public.get("/log").await.shows(&["国密 SM2", &digest, "BEGIN PUBLIC KEY"]);
    public.get("/log/receipt/3").await.shows(&["国密签名（SM2）", "有效"]);

    // A receipt says which signatures hold, and by which key.
    let vkey = own.vkey();
    let v: Value = serde_json::from_str(&public.get("/log/receipt/3.json").await.text()).unwrap();
    let check = |v: &Value, sm2: Option<&str>| verify::receipt(v, &Given { key: Some(&vkey), sm2 });
    let said = check(&v, Some(&pem)).unwrap();
    assert!(said.contains("Ed25519 and SM2 signatures hold") && said.contains("SM2 by the key given"), "{said}");
    assert!(check(&v, None).unwrap().contains("SM2 by the key in the file"));
    let mut none = v.clone();
    none["sm2_key"] = Value::Null;
    assert!(check(&none, None).unwrap().contains("SM2 was not checked"));

    // One byte of the SM2 line makes the receipt wrong; a head of before SM2 has none, and that is said.
    let (head, last) = note.trim_end().rsplit_once('\n').unwrap();
    let at = last.len() - 12;
    let other = if last.as_bytes()[at] == b'A' { 'B' } else { 'A' };
    let mut bad = v.clone();
    bad["checkpoint"] = format!("{head}\n{}{other}{}\n", &last[..at], &last[at + 1..]).into();
    assert_eq!(check(&bad, Some(&pem)).unwrap_err(), "the SM2 signature of the checkpoint does not hold");
    let mut old = v.clone();
    old["checkpoint"] = format!("{head}\n").into();
    assert!(check(&old, Some(&pem)).unwrap().contains("the head has no SM2 line"));
    let stranger = sm::Signer::open(&mall.folder.join("other.pem"), "qicai.example/log").unwrap().verifier().pem();
    assert!(check(&v, Some(&stranger)).unwrap().contains("the head has no SM2 line"));
    assert_eq!(check(&v, Some("no key")).unwrap_err(), "the SM2 key cannot be read");
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_of_before_stay_as_they_are() {
    let mall = Box::new().await;
    fill(&mall, 3).await;
    let db = mall.mall.watch.db();
    // As it was before there was an SM2 key: one line.
    let (size, note) = {
        let r = db.one("SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1", params![]).await.unwrap();
        (r.int(0), r.text(1))
    };
    let old = &note[..note.trim_end().rfind('\n').unwrap() + 1];
    db.upkeep("test", |tx| {
        std::boxed::Box::pin(async move {
            tx.run("UPDATE log_checkpoint SET note = $1 WHERE size = $2", params![old, size]).await
        })
    })
    .await
    .unwrap();
    mall.visitor().get("/log").await.shows(&["早于国密签名启用"]);
    fill(&mall, 3).await;
    let found = log::audit(db, &Keys::of(&mall.mall.watch)).await.unwrap();
    assert!(found.wrong.is_empty(), "{:?}", found.wrong);
    assert_eq!(found.without_sm2, 1);
    let mut lines = Vec::new();
    log::dump(&mall.mall.watch, &mut |l| {
        lines.push(l);
        Ok(())
    })
    .await
    .unwrap();
    let (vkey, pem) = (mall.mall.watch.signer().verifier().vkey(), mall.mall.watch.sm2().verifier().pem());
    let given = Given { key: Some(&vkey), sm2: Some(&pem) };
    let said = verify::file(lines.join("\n").as_bytes(), &given).unwrap();
    assert!(said.contains("Ed25519 and SM2 signatures hold") && said.contains(" 1 have no SM2 line"), "{said}");
    let receipt = mall.visitor().get(&format!("/log/receipt/2.json?old={size}")).await;
    assert_eq!(receipt.status, StatusCode::OK);
    assert!(verify::file(&receipt.body[..], &given).unwrap().contains("Ed25519 and SM2 signatures hold"));
    mall.sound().await;
}

//! A station's finance department witnesses the log from outside: what continues is signed and brought back, what does not is shouted.
use crate::log::fill;
use crate::mall::Box;
use kit::note::Signer;
use kit::{Query, params};
use std::path::{Path, PathBuf};
use watch::ledger::log::verify;
use watch::ledger::log::witness::{Order, run};

/// The mall's pages on a port of its own.
async fn serve(mall: &Box) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = mall.mall.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn place(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("qicai-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Files beside the state that hold evidence.
fn evidence(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.filter(|n| n.contains("evidence")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_signs_what_continues_and_shouts_at_what_does_not() {
    let folder = place("station");
    let signer = Signer::open(&folder.join("w.key"), "finance.jinan.example/witness").unwrap();
    let vkey = signer.verifier().vkey();
    let mall = Box::with(|s| s.witnesses = vec![vkey]).await;
    fill(&mall, 300).await;
    let base = serve(&mall).await;
    let key = mall.mall.watch.signer().verifier().vkey();
    let state = folder.join("w.state.json");
    let order = |key| Order { signer: &signer, log: &base, key, state: &state };

    // The log's key is told, not taken from the log.
    assert!(run(&order(None)).await.unwrap_err().to_string().contains("--log-key"));
    let stranger = Signer::open(&folder.join("x.key"), "qicai.example/log").unwrap().verifier().vkey();
    assert!(run(&order(Some(&stranger))).await.unwrap_err().to_string().contains("is not signed by"));
    let first = run(&order(Some(&key))).await.unwrap();
    assert!(first.posted && first.before == 0 && first.size > 256);
    mall.visitor().get("/log").await.shows(&[
        "谁见证了哪个签名",
        "finance.jinan.example/witness",
        &first.size.to_string(),
    ]);

    // Later heads are shown to continue, across tiles; the same head twice harms nothing.
    assert_eq!(run(&order(None)).await.unwrap().before, first.size);
    fill(&mall, 700).await;
    let second = run(&order(None)).await.unwrap();
    assert!(second.before == first.size && second.size >= first.size + 700);
    assert!(run(&order(Some(&stranger))).await.unwrap_err().to_string().contains("is not the one kept"));
    let note = mall.visitor().get("/log/checkpoint").await.text();
    assert!(signer.verifier().open(&note).is_some(), "{note}");
    mall.sound().await;

    // By file: a dump, or a receipt that shows the way.
    fill(&mall, 9).await;
    let mut lines = Vec::new();
    let keep = &mut |l| {
        lines.push(l);
        Ok(())
    };
    watch::ledger::log::dump(&mall.mall.watch, keep).await.unwrap();
    let file = folder.join("dump");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let by_file = Order { signer: &signer, log: file.to_str().unwrap(), key: None, state: &state };
    let third = run(&by_file).await.unwrap();
    assert!(!third.posted && third.before == second.size && signer.verifier().open(&third.note).is_some());
    let bring = mall.visitor().post_raw("/api/witness", "text/plain", third.note.into_bytes()).await;
    bring.shows(&["finance.jinan.example/witness"]);
    fill(&mall, 3).await;
    let receipt = mall.visitor().get("/log/receipt/5.json").await.body;
    std::fs::write(&file, &receipt).unwrap();
    assert!(run(&by_file).await.unwrap_err().to_string().contains(&format!("?old={}", third.size)));
    let receipt = mall.visitor().get(&format!("/log/receipt/5.json?old={}", third.size)).await.body;
    std::fs::write(&file, &receipt).unwrap();
    assert_eq!(run(&by_file).await.unwrap().before, third.size);
    assert_eq!(evidence(&folder), 0);

    // Another mall with the same key and name: a history of its own. Nothing is signed, both heads are kept.
    let (own, sm2) = (mall.folder.join("keepers/log.key"), mall.folder.join("keepers/log.sm2.pem"));
    let other = Box::with(|s| (s.log_key, s.log_sm2_key) = (own, sm2)).await;
    fill(&other, 2_000).await;
    let fork = serve(&other).await;
    let before = std::fs::read_to_string(&state).unwrap();
    let forked = Order { signer: &signer, log: &fork, key: None, state: &state };
    let said = run(&forked).await.unwrap_err().to_string();
    assert!(said.contains("THE LOG CONTRADICTS ITSELF") && said.contains("does not continue"), "{said}");
    assert_eq!(evidence(&folder), 1);
    assert_eq!(std::fs::read_to_string(&state).unwrap(), before, "what was signed stays what was signed");
    let kept = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
    let kept = kept.into_iter().find(|p| p.to_string_lossy().contains("evidence")).unwrap();
    let v: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    let verifier = mall.mall.watch.signer().verifier();
    for head in ["signed_before", "shown_now"] {
        assert!(verifier.open(v[head].as_str().unwrap()).is_some(), "anybody can check the evidence");
    }
    // One that is shorter than what was signed is a contradiction as well.
    let short = Box::with(|s| {
        s.log_key = mall.folder.join("keepers/log.key");
        s.log_sm2_key = mall.folder.join("keepers/log.sm2.pem");
    })
    .await;
    let shrunk = serve(&short).await;
    let said = run(&Order { log: &shrunk, ..forked }).await.unwrap_err().to_string();
    assert!(said.contains("CONTRADICTS") && said.contains("now shows"), "{said}");
    assert_eq!(evidence(&folder), 2);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_witness_that_left_can_still_be_checked() {
    let folder = place("former");
    let signer = Signer::open(&folder.join("w.key"), "witness.example/w1").unwrap();
    let vkey = signer.verifier().vkey();
    let mall = Box::with(|s| s.witnesses = vec![vkey]).await;
    mall.settle().await;
    let note = mall.visitor().get("/log/checkpoint").await.text();
    let text = kit::note::parts(&note).unwrap().0.to_owned();
    mall.visitor().post_raw("/api/witness", "text/plain", signer.note(&text).into_bytes()).await.shows(&["witness"]);
    let db = mall.mall.watch.db();
    assert_eq!(db.rows("SELECT vkey FROM log_witness", params![]).await.unwrap().len(), 1);
    let mut keys = watch::ledger::log::Keys::of(&mall.mall.watch);
    keys.witnesses.clear();
    assert!(watch::ledger::log::audit(db, &keys).await.unwrap().wrong.is_empty());
    // A receipt with that line is still one.
    let receipt = mall.visitor().get("/log/receipt/1.json").await.body;
    verify::file(&receipt[..], &verify::Given::default()).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

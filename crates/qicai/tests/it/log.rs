//! 可信留痕: everybody can check that an entry stands in the log and that the log only grew; nobody reads what is not theirs;
//! whatever is altered is named.
use crate::job::{buy, find};
use crate::mall::{Box, Page, Visitor};
use axum::http::StatusCode;
use kit::note::{Signer, Verifier};
use kit::{Query, journal, merkle, params};
use serde_json::Value;
use watch::ledger::log::verify::Given;
use watch::ledger::log::{self, Keys, verify};

fn json(p: &Page) -> Value {
    assert_eq!(p.status, StatusCode::OK, "{}", p.text());
    serde_json::from_str(&p.text()).unwrap()
}

/// So many entries more.
pub async fn fill(mall: &Box, n: usize) {
    let db = mall.mall.watch.db();
    let write = db.write("test.fill", |tx| {
        std::boxed::Box::pin(async move {
            for i in 0..n {
                tx.journal(kit::Entry {
                    region: "370000".into(),
                    room: "test",
                    kind: "test.filled",
                    subject: format!("test/{i}"),
                    actor: 0,
                    via: "command",
                    data: serde_json::json!({"n": i}),
                })
                .await?;
            }
            Ok(())
        })
    });
    write.await.unwrap();
    mall.settle().await;
}

fn given(vkey: &str) -> Given<'_> {
    Given { key: Some(vkey), sm2: None }
}

async fn receipt(v: &Visitor, seq: i64, query: &str) -> Value {
    json(&v.get(&format!("/log/receipt/{seq}.json{query}")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_holds_for_everybody_and_shows_words_only_to_those_concerned() {
    let mall = Box::new().await;
    let (public, buyer) = (mall.visitor(), mall.login("licheng.jingban").await);
    let product = find(&buyer, "得力 Z7503").await;
    buy(&buyer, &product, "2").await.leads();
    mall.settle().await;
    let sql = "SELECT seq FROM journal WHERE kind = 'order.placed' ORDER BY seq DESC LIMIT 1";
    let seq = mall.number(sql).await;
    let number =
        mall.mall.watch.db().one("SELECT number FROM orders ORDER BY id DESC LIMIT 1", params![]).await.unwrap();
    let vkey = public.get("/log/key").await.text();
    let old = mall.number("SELECT MAX(size) FROM log_checkpoint").await;

    // The number leads to the entries; the public sees that they are there, the unit what they are.
    let page = format!("/log?number={}", number.str(0));
    public.get(&page).await.shows(&["核对凭证", "登录后按权限查看", &format!("/log/receipt/{seq}")]);
    buyer.get(&page).await.shows(&["order.placed"]);
    mall.login("jinan.shenji").await.get(&page).await.shows(&["order.placed"]);
    mall.login("lantian.dingdan").await.get(&page).await.shows(&["登录后按权限查看"]);
    public.get("/log?number=没有的编号").await.shows(&["没有这个编号"]);

    let theirs = receipt(&public, seq, "").await;
    assert!(theirs["body"].is_null() && theirs["salt"].is_null());
    assert!(!theirs.to_string().contains("order"), "the leaf says nothing of what happened: {theirs}");
    assert!(verify::receipt(&theirs, &given(&vkey)).unwrap().starts_with(&format!("entry {seq} of")));
    public.get(&format!("/log/receipt/{seq}")).await.shows(&["一致", "只对办理的单位"]);
    let mine = receipt(&buyer, seq, "").await;
    assert!(mine["body"].as_str().unwrap().contains("order.placed"));
    verify::receipt(&mine, &given(&vkey)).unwrap();
    buyer.get(&format!("/log/receipt/{seq}")).await.shows(&["一致", "order.placed"]);

    // Every byte of it matters.
    let altered = |key: &str, to: Value| {
        let mut v = mine.clone();
        v[key] = to;
        verify::receipt(&v, &given(&vkey)).unwrap_err()
    };
    let body = mine["body"].as_str().unwrap().replace("\"total\":", "\"Total\":");
    assert!(altered("body", body.into()).contains("was altered"));
    assert!(altered("salt", "00".into()).contains("was altered"));
    assert!(altered("index", (seq as u64).into()).contains("is not in the log"));
    assert!(altered("inclusion", Value::Array(Vec::new())).contains("is not in the log"));
    let other = Signer::open(&mall.folder.join("other.key"), "qicai.example/log").unwrap();
    assert!(verify::receipt(&mine, &given(&other.verifier().vkey())).unwrap_err().contains("not signed by"));
    let forged =
        other.note(&format!("{}\n", kit::note::parts(mine["checkpoint"].as_str().unwrap()).unwrap().0.trim_end()));
    assert!(altered("checkpoint", forged.into()).contains("not signed by"));

    // The log only grows: a later receipt proves it against the head from before.
    buy(&buyer, &product, "1").await.leads();
    mall.settle().await;
    let later = receipt(&buyer, seq, &format!("?old={old}")).await;
    assert!(later["consistency"].is_array());
    verify::receipt(&later, &given(&vkey)).unwrap();
    let mut rewritten = later.clone();
    rewritten["consistency"][0] = rewritten["inclusion"][0].clone();
    assert!(verify::receipt(&rewritten, &given(&vkey)).unwrap_err().contains("does not continue"));
    assert_eq!(public.get("/log/receipt/99999999.json").await.status, StatusCode::NOT_FOUND);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tiles_give_the_signed_root() {
    let mall = Box::new().await;
    fill(&mall, 650).await;
    let public = mall.visitor();
    let key = Verifier::parse(&public.get("/log/key").await.text()).unwrap();
    let note = public.get("/log/checkpoint").await.text();
    let text = key.open(&note).unwrap();
    let mut lines = text.lines().skip(1);
    let (size, root) = (lines.next().unwrap().parse::<u64>().unwrap(), lines.next().unwrap());
    assert!(size > 256, "more than one tile: {size}");
    assert_eq!(size, journal::head(mall.mall.watch.db()).await.unwrap() as u64);

    // As an outside monitor does it: entries, their hashes, the tiles, the root.
    let mut hashes = Vec::new();
    for n in 0..size.div_ceil(256) {
        let width = (size - n * 256).min(256);
        let part = if width == 256 { String::new() } else { format!(".p/{width}") };
        let at = merkle::number(n);
        let bundle = public.get(&format!("/log/tile/entries/{at}{part}")).await.body;
        let tile = public.get(&format!("/log/tile/0/{at}{part}")).await.body;
        let mut rest = &bundle[..];
        let mut mine = Vec::new();
        while let Some((len, after)) = rest.split_first_chunk::<2>() {
            let (leaf, next) = after.split_at(usize::from(u16::from_be_bytes(*len)));
            mine.push(merkle::leaf(leaf));
            rest = next;
        }
        assert_eq!(mine.concat(), tile);
        hashes.extend(mine);
    }
    fn mth(d: &[merkle::Hash]) -> merkle::Hash {
        match d.len() {
            1 => d[0],
            n => {
                let k = n.next_power_of_two() / 2;
                merkle::node(&mth(&d[..k]), &mth(&d[k..]))
            }
        }
    }
    assert_eq!(kit::text::base64(&mth(&hashes)), root);
    for bad in [
        "/log/tile/0/1",
        "/log/tile/9/000",
        "/log/tile/0/x001/000",
        "/log/tile/0/000.p/300",
        "/log/tile/entries/x999/999",
    ] {
        assert_eq!(public.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }

    // Made again from the journal it is the same, and so are the heads that were signed.
    log::rebuild(&mall.mall.watch).await.unwrap();
    assert_eq!(public.get("/log/checkpoint").await.text(), note);
    mall.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_altered_is_named() {
    let mall = Box::new().await;
    fill(&mall, 300).await;
    let db = mall.mall.watch.db();
    let key = Keys::of(&mall.mall.watch);
    let found = log::audit(db, &key).await.unwrap();
    assert!(found.wrong.is_empty() && found.entries > 256 && found.checkpoints > 0, "{found:?}");
    let run = async |sql: String| {
        let n = db.upkeep("test.stage", |tx| {
            let sql = sql.clone();
            std::boxed::Box::pin(async move { tx.run(&sql, params![]).await })
        });
        assert_eq!(n.await.unwrap(), 1, "{sql}");
    };
    // One byte of one column of one row, each in its turn; then put back.
    for column in ["body", "hash", "salt", "kind", "subject", "region", "room"] {
        let was = db.one(&format!("SELECT {column} FROM journal WHERE seq = 200"), params![]).await.unwrap().text(0);
        let last = was.chars().last().unwrap_or('x');
        let other = if last == '0' { '1' } else { '0' };
        let now = format!("{}{other}", &was[..was.len() - last.len_utf8()]);
        run(format!("UPDATE journal SET {column} = '{now}' WHERE seq = 200")).await;
        let found = log::audit(db, &key).await.unwrap();
        assert!(
            found.wrong.len() == 1 && found.wrong[0].contains("journal entry 200 ("),
            "{column}: {:?}",
            found.wrong
        );
        let mut lines = Vec::new();
        assert!(qicai::doctor::examine(db, Some(&mall.mall.watch), &mut |l| lines.push(l)).await.is_err());
        run(format!("UPDATE journal SET {column} = '{}' WHERE seq = 200", was.replace('\'', "''"))).await;
    }
    for column in ["at", "actor", "id"] {
        run(format!("UPDATE journal SET {column} = {column} + 100000 WHERE seq = 200")).await;
        let found = log::audit(db, &key).await.unwrap();
        assert!(
            found.wrong.len() == 1 && found.wrong[0].contains("journal entry 200 ("),
            "{column}: {:?}",
            found.wrong
        );
        run(format!("UPDATE journal SET {column} = {column} - 100000 WHERE seq = 200")).await;
    }
    run("UPDATE journal SET seq = 999999 WHERE seq = 200".into()).await;
    assert!(log::audit(db, &key).await.unwrap().wrong[0].contains("journal entry 200 is missing"));
    run("UPDATE journal SET seq = 200 WHERE seq = 999999".into()).await;

    // The tree's own rows.
    for (table, column, filter, names) in [
        ("log_tile", "hashes", "level = 0 AND n = 0", "log_tile 0/0"),
        ("log_tile", "hashes", "level = 1 AND n = 0", "log_tile 1/0"),
        ("log_bundle", "entries", "n = 0", "log_bundle 0"),
    ] {
        let sql = format!("SELECT {column} FROM {table} WHERE {filter}");
        let was = db.one(&sql, params![]).await.unwrap().bytes(0);
        let mut now = was.clone();
        now[20] ^= 1;
        for bytes in [now, was] {
            let clean = log::audit(db, &key).await.unwrap().wrong;
            let sql = format!("UPDATE {table} SET {column} = $1 WHERE {filter}");
            db.upkeep("test.stage", |tx| {
                let (sql, bytes) = (sql.clone(), bytes.clone());
                std::boxed::Box::pin(async move { tx.run(&sql, params![bytes]).await })
            })
            .await
            .unwrap();
            let after = log::audit(db, &key).await.unwrap().wrong;
            let wrong = if clean.is_empty() { after } else { clean };
            assert!(wrong.iter().any(|w| w.contains(names)), "{names}: {wrong:?}");
        }
    }
    run("UPDATE log_checkpoint SET note = REPLACE(note, 'qicai', 'Qicai') WHERE size = (SELECT MAX(size) FROM log_checkpoint)".into()).await;
    assert!(log::audit(db, &key).await.unwrap().wrong[0].contains("log_checkpoint"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_checked_without_the_mall() {
    let mall = Box::new().await;
    mall.settle().await;
    let mut lines = Vec::new();
    let mut keep = |l| {
        lines.push(l);
        Ok(())
    };
    let size = log::dump(&mall.mall.watch, &mut keep).await.unwrap() as usize;
    assert_eq!(lines.len(), size + 1);
    let vkey = mall.mall.watch.signer().verifier().vkey();
    let check = |lines: &[String]| verify::file(lines.join("\n").as_bytes(), &given(&vkey));
    assert!(check(&lines).unwrap().starts_with(&format!("{size} entries fit")));

    let mut altered = lines.clone();
    altered[7] = altered[7].replacen("region", "Region", 1);
    altered[9] = altered[9].replacen("region", "Region", 1);
    assert_eq!(check(&altered).unwrap_err(), "entry 7 was altered: its words do not fit its leaf");
    let mut gone = lines.clone();
    gone.remove(5);
    assert!(check(&gone).unwrap_err().starts_with("entry 5 is missing"));
    assert!(check(&lines[..size]).unwrap_err().starts_with(&format!("entry {size} is missing")));
    // With its leaf altered too it is found by the signed heads.
    let mut v: Value = serde_json::from_str(&lines[7]).unwrap();
    v["body"] = "{}".into();
    let salt: Vec<u8> =
        (0..32).step_by(2).map(|i| u8::from_str_radix(&v["salt"].as_str().unwrap()[i..i + 2], 16).unwrap()).collect();
    let own: Vec<u8> = {
        let h = journal::leaf("{}");
        (0..64).step_by(2).map(|i| u8::from_str_radix(&h[i..i + 2], 16).unwrap()).collect()
    };
    let leaf =
        serde_json::json!({"v": 1, "seq": 7, "at": v["at"], "hash": kit::text::sha256(&[&salt, &own])}).to_string();
    v["leaf"] = kit::text::base64(&merkle::leaf(leaf.as_bytes())).into();
    let mut both = lines.clone();
    both[7] = v.to_string();
    let said = check(&both).unwrap_err();
    assert!(said.starts_with("an entry from 1 to ") && said.ends_with("was altered together with its leaf"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_sign_what_we_signed_and_nothing_else() {
    let place = std::env::temp_dir().join(format!("qicai-witness-{}", std::process::id()));
    let witness = Signer::open(&place.join("w.key"), "witness.example/w1").unwrap();
    let vkey = witness.verifier().vkey();
    let mall = Box::with(|s| s.witnesses = vec![vkey]).await;
    mall.settle().await;
    let public = mall.visitor();
    let bring = async |note: String| public.post_raw("/api/witness", "text/plain", note.into_bytes()).await;
    let note = public.get("/log/checkpoint").await.text();
    let text = kit::note::parts(&note).unwrap().0.to_owned();
    bring(witness.note(&text)).await.shows(&["witness.example/w1"]);
    bring(witness.note(&text)).await.shows(&["witness.example/w1"]);
    let both = public.get("/log/checkpoint").await.text();
    assert_eq!(both.matches("— ").count(), 3, "Ed25519, SM2, the witness: {both}");
    assert!(witness.verifier().open(&both).is_some() && mall.mall.watch.signer().verifier().open(&both).is_some());
    public.get("/log").await.shows(&["witness.example/w1"]);

    let stranger = Signer::open(&place.join("s.key"), "witness.example/w1").unwrap();
    assert_eq!(bring(stranger.note(&text)).await.status, StatusCode::UNAUTHORIZED);
    let root = text.lines().nth(2).unwrap();
    let forged = text.replace(root, &kit::text::base64(&[7; 32]));
    bring(witness.note(&forged)).await.refused("witness.differs");
    let size = text.lines().nth(1).unwrap();
    bring(witness.note(&text.replace(size, "1"))).await.refused("witness.size");
    bring(witness.note("something else\n")).await.refused("witness.text");
    assert_eq!(bring("no note".into()).await.status, StatusCode::UNAUTHORIZED);
    mall.sound().await;
    std::fs::remove_dir_all(place).unwrap();
}

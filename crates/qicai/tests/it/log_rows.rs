//! One byte of any row that the log covers is altered, at random places with a seed; the audit names the row.
use crate::arrivals::contracted;
use crate::auctions::{approve, later, launch, path_of, same_paper};
use crate::log::fill;
use crate::log_covered::COVERED;
use crate::mall::Box;
use kit::db::Val;
use kit::note::Signer;
use kit::{Query, params};
use watch::ledger::compare;
use watch::ledger::log::{self, Found, Keys};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

async fn audit(mall: &Box) -> Found {
    let mut found = log::audit(mall.mall.watch.db(), &Keys::of(&mall.mall.watch)).await.unwrap();
    compare::audit(&mall.mall.watch, &mut found).await.unwrap();
    found
}

/// Writes one value; false when the database itself refuses it.
async fn put(mall: &Box, table: &str, column: &str, filter: &str, value: &Val) -> bool {
    let sql = &format!("UPDATE {table} SET {column} = $1 WHERE {filter}");
    let db = mall.mall.watch.db();
    let done = db
        .upkeep("test.stage", |tx| std::boxed::Box::pin(async move { tx.run(sql, std::slice::from_ref(value)).await }));
    matches!(done.await, Ok(1))
}

/// The value with one bit or one sign of it altered; None when it has none.
fn altered(d: &mut Dice, v: &Val) -> Option<Val> {
    Some(match v {
        Val::Null => return None,
        Val::Int(n) => Val::Int(n ^ (1 << d.roll(16))),
        Val::Text(t) if t.is_empty() => return None,
        Val::Text(t) => {
            // One sign, so that it stays text: the journal's own are one byte each but for names.
            let mut signs: Vec<char> = t.chars().collect();
            let at = d.roll(signs.len());
            signs[at] = if signs[at] == 'x' { 'y' } else { 'x' };
            Val::Text(signs.into_iter().collect())
        }
        Val::Bytes(b) if b.is_empty() => return None,
        Val::Bytes(b) => {
            let mut b = b.clone();
            let at = d.roll(b.len());
            b[at] ^= 1 << d.roll(8);
            Val::Bytes(b)
        }
    })
}

/// Rows of other rooms: an order on which the sides do not agree, goods that go back, a price, a need, a case, a file, an erasure.
async fn beside(mall: &Box) {
    let (order, line, seller) = crate::edges::approved(mall, "10").await;
    seller.post(&format!("{order}/confirm"), &[("line", &line), (&format!("price-{line}"), "50")]).await.leads();
    let handler = mall.login("licheng.jingban").await;
    handler.post(&format!("{order}/cancel"), &[("reason", "请联系 张三")]).await.leads();
    seller.post(&format!("{order}/cancel/answer"), &[("agree", "0")]).await.leads();
    seller.post(&format!("{order}/sign"), &[]).await.leads();
    mall.login("licheng.queren").await.post(&format!("{order}/sign"), &[]).await.leads();
    let ship = format!("ship-{line}");
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "10"), ("carrier", "自送")]).await.leads();
    let (receiver, good) = (mall.login("licheng.yanshou").await, format!("good-{line}"));
    receiver.upload(&format!("{order}/accept"), &[("line", &line), (&good, "10")], "photos", "", &[]).await.leads();
    let ask = [("kind", "return"), ("line", line.as_str()), ("quantity", "4"), ("reason", "破损")];
    receiver.post(&format!("{order}/returns"), &ask).await.leads();
    // Another is still asked about.
    let product = crate::job::find(&handler, "T-9900").await;
    let again = crate::job::buy(&handler, &product, "1").await.leads().split('?').next().unwrap().to_owned();
    mall.login("licheng.shenhe").await.post(&format!("{again}/approve"), &[]).await.leads();
    seller.post(&format!("{again}/confirm"), &[]).await.leads();
    handler.post(&format!("{again}/cancel"), &[("reason", "不需要了")]).await.leads();

    let day = rules::calendar::show_day(rules::calendar::day_of(mall.clock.now()));
    let centre = mall.login("jinan.jicai").await;
    let prices = product.replace("/products/", "/prices/");
    crate::prices::observe(&centre, &prices, "甲商城", "52.00", &day).await.leads();
    let need = [
        ("category", "A02010105"),
        ("words", "台式计算机 128G 内存"),
        ("reason", "parameters"),
        ("amount", "30000"),
        ("explanation", "内存都不到 128G"),
    ];
    handler.post("/needs", &need).await.leads();
    let unit = "SELECT uscc FROM org WHERE name LIKE '%历城区%' ORDER BY id LIMIT 1";
    let unit = mall.mall.watch.db().one(unit, params![]).await.unwrap().text(0);
    let charge = [
        ("uscc", unit.as_str()),
        ("rule", "credit.deduct.buyer_split"),
        ("subject", "2 号"),
        ("words", "查实的事实"),
        ("until", ""),
    ];
    mall.login("jinan.jianguan").await.upload("/conduct", &charge, "file", "a.pdf", b"proof").await.leads();
    crate::stations::filed(mall).await;
    mall.settle().await;
    let asked = mall.number("SELECT MIN(seq) FROM journal WHERE kind = 'cancel.asked'").await;
    crate::log_reach::erased(mall, asked).await.leads();
}

/// Orders with all that follows, an auction that runs, one that was sealed and opened, a witness.
async fn stage(witness: &Signer) -> Box {
    let vkey = witness.verifier().vkey();
    let mall = Box::with(|s| s.witnesses = vec![vkey]).await;
    qicai::demo::more_orders(&mall.mall.watch, 3, 14).await.unwrap();
    let product = same_paper(&mall, "R-3000").await;
    let handler = mall.login("licheng.jingban").await;
    let mut sellers = Vec::new();
    for name in ["lantian", "quancheng", "qilu"] {
        sellers.push(mall.login(&format!("{name}.dingdan")).await);
    }
    for format in ["sealed", "open"] {
        let fields = [("quantity", "20"), ("price", "100"), ("format", format)];
        let path = path_of(&launch(&handler, &format!("product={product}"), &fields).await);
        approve(&mall, &path).await;
        for (v, price) in sellers.iter().zip(["98.00", "96.00", "94.00"]) {
            v.post(&format!("{path}/enter"), &[]).await.leads();
            v.post(&format!("{path}/quote"), &[("price", price)]).await.leads();
        }
        if format == "sealed" {
            later(&mall, 25 * 3_600_000).await;
        }
    }
    // Goods that were sent and wait to be accepted.
    let (order, line, seller) = contracted(&mall).await;
    let ship = format!("ship-{line}");
    seller.post(&format!("{order}/ship"), &[("line", &line), (&ship, "10"), ("carrier", "自送")]).await.leads();
    beside(&mall).await;
    // An agreement with members, a round, a notice that was corrected.
    crate::fixed::agreement(&mall, "jinan.jicai", crate::fixed::MEMBERS).await;
    crate::batch::open(&mall, &mall.login("jinan.jicai").await, "discount", "2").await;
    fill(&mall, 120).await;
    let sql = "SELECT n.id, p.login FROM notice n JOIN person p ON p.org = n.owner JOIN duty d ON d.person = p.id AND d.duty = 'signer' \
               WHERE n.kind = 'contract' ORDER BY n.id, p.id LIMIT 1";
    let found = mall.mall.watch.db().one(sql, params![]).await.unwrap();
    let (notice, signer) = (found.int(0), found.text(1));
    let fields = [("其他补充事宜", "附件另行公开"), ("reason", "漏写附件")];
    mall.login(&signer).await.post(&format!("/notices/{notice}/correct"), &fields).await.leads();
    mall.settle().await;
    let note = mall.visitor().get("/log/checkpoint").await.text();
    let text = kit::note::parts(&note).unwrap().0.to_owned();
    let brought = mall.visitor().post_raw("/api/witness", "text/plain", witness.note(&text).into_bytes()).await;
    brought.shows(&["witness"]);
    mall
}

async fn stage_sql(mall: &Box, sql: &str) {
    let done = mall
        .mall
        .watch
        .db()
        .upkeep("test.stage", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await }));
    done.await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// A row that somebody deletes is named: table, which, and what the audit says. The row is put back.
async fn gone(mall: &Box) {
    for (table, key, which, named) in [
        ("approval", "id", "1 = 1", "approval of order/"),
        ("project_approval", "id", "1 = 1", "project_approval of auction/"),
        ("acceptance", "id", "1 = 1", "acceptance of order/"),
        ("evaluation", "at", "1 = 1", "evaluation of order/"),
        ("payment", "id", "state = 'paid'", "payment of order/"),
        ("invoice", "id", "1 = 1", "invoice of order/"),
        ("shipment", "id", "received_at IS NOT NULL", "shipment of order/"),
        ("cancel_ask", "id", "state = 'asked'", "cancel_ask of order/"),
        ("return_case", "id", "1 = 1", "return_case of order/"),
        ("notice_act", "notice", "1 = 1", "notice_act of notice/"),
        ("conduct", "id", "1 = 1", "conduct of conduct/"),
        ("need", "id", "1 = 1", "need of need/"),
        ("observation", "id", "1 = 1", "observation of observation/"),
        ("agreement_member", "supplier", "1 = 1", "agreement_member "),
        ("said_file", "about", "1 = 1", "said_file of station_task "),
        ("erasure", "id", "state = 'done'", "erasure of entry "),
        ("order_compared", "orders", "1 = 1", "what was compared differs"),
        ("deal", "entry", "1 = 1", "is missing"),
    ] {
        let filter = format!("{key} = (SELECT MIN({key}) FROM {table} WHERE {which}) AND {which}");
        stage_sql(mall, &format!("CREATE TABLE kept_row AS SELECT * FROM {table} WHERE {filter}")).await;
        stage_sql(mall, &format!("DELETE FROM {table} WHERE {filter}")).await;
        let found = audit(mall).await.wrong;
        assert!(found.iter().any(|w| w.contains(named)), "{table}: {found:?}");
        stage_sql(mall, &format!("INSERT INTO {table} SELECT * FROM kept_row")).await;
        stage_sql(mall, "DROP TABLE kept_row").await;
    }
    let after = audit(mall).await;
    assert!(after.wrong.is_empty(), "all was put back: {:?}", after.wrong);
}

/// A time that somebody takes away is named.
async fn lost(mall: &Box) {
    for (table, column, named) in [
        ("payment", "approved_at", "payment of order/"),
        ("payment", "paid_at", "payment of order/"),
        ("shipment", "received_at", "shipment of order/"),
        ("contract", "unit_signed_at", "contract of order/"),
        ("contract", "supplier_signed_at", "contract of order/"),
    ] {
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 1");
        let was = mall.number(&sql).await;
        let sql = format!("SELECT MIN(orders) FROM {table} WHERE {column} = {was}");
        let order = mall.number(&sql).await;
        stage_sql(mall, &format!("UPDATE {table} SET {column} = NULL WHERE {column} = {was} AND orders = {order}"))
            .await;
        let found = audit(mall).await.wrong;
        assert!(found.iter().any(|w| w.contains(named)), "{table}.{column}: {found:?}");
        let open = format!("{column} IS NULL AND orders = {order}");
        stage_sql(mall, &format!("UPDATE {table} SET {column} = {was} WHERE {open}")).await;
    }
    let after = audit(mall).await;
    assert!(after.wrong.is_empty(), "all was put back: {:?}", after.wrong);
    // A file that no entry names proves nothing.
    let copy = "INSERT INTO said_file (matter, about, digest, name, bytes, at) SELECT matter, about + 1, digest, name, bytes, at FROM said_file";
    stage_sql(mall, copy).await;
    let found = audit(mall).await.wrong;
    assert!(found.iter().any(|w| w.contains("comes from no entry of the journal")), "{found:?}");
    let sql = "DELETE FROM said_file WHERE about = (SELECT MAX(about) FROM said_file)";
    stage_sql(mall, sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_anywhere_is_found_and_the_row_is_named() {
    let seed = std::env::var("QICAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(11_u64);
    let mut d = Dice(seed);
    let place = std::env::temp_dir().join(format!("qicai-rows-{}", std::process::id()));
    let witness = Signer::open(&place.join("w.key"), "witness.example/w1").unwrap();
    let mall = stage(&witness).await;
    let clean = audit(&mall).await;
    assert!(clean.wrong.is_empty() && clean.rows > 50, "{clean:?}");
    let db = mall.mall.watch.db();
    let mut tried = 0;
    for (table, keys, columns, which, names) in COVERED {
        let order = keys.join(", ");
        let rows =
            db.rows(&format!("SELECT {order} FROM {table} WHERE {which} ORDER BY {order}"), params![]).await.unwrap();
        assert!(!rows.is_empty(), "{table}: nothing to alter");
        for column in columns {
            let mut done = false;
            // What the database itself refuses (a doubled key, a word outside a list) is tried elsewhere; few columns are always refused.
            for _ in 0..40 {
                let row = &rows[d.roll(rows.len())];
                let id: Vec<i64> = (0..keys.len()).map(|i| row.int(i)).collect();
                let filter = |ids: &[i64]| {
                    keys.iter().zip(ids).map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(" AND ")
                };
                let was =
                    db.one(&format!("SELECT {column} FROM {table} WHERE {}", filter(&id)), params![]).await.unwrap();
                let Some(now) = altered(&mut d, &was.all()[0]) else { continue };
                if !put(&mall, table, column, &filter(&id), &now).await {
                    continue;
                }
                let found = audit(&mall).await.wrong;
                let named = |ids: &[i64]| {
                    names
                        .iter()
                        .map(|n| ids.iter().fold((*n).to_owned(), |n, v| n.replacen("{}", &v.to_string(), 1)))
                        .collect::<Vec<_>>()
                };
                // A row whose own name was altered goes by either.
                let mut moved = id.clone();
                if let (Some(i), Val::Int(v)) = (keys.iter().position(|k| k == column), &now) {
                    moved[i] = *v;
                }
                let all = [named(&id), named(&moved)].concat();
                assert!(
                    found.iter().any(|w| all.iter().any(|n| w.contains(n.as_str()))),
                    "seed {seed}: {table}.{column} of {id:?}: {:?} → {now:?} is not named: {found:?}",
                    was.all()[0]
                );
                assert!(put(&mall, table, column, &filter(&moved), &was.all()[0]).await, "{table}.{column}");
                done = true;
                tried += 1;
                break;
            }
            assert!(
                done || matches!(
                    (table, *column),
                    ("payment", "state") | ("orders", "state") | ("approval", "verdict" | "orders")
                ),
                "{table}.{column} was never altered"
            );
        }
    }
    assert!(tried >= 150, "{tried}");
    let after = audit(&mall).await;
    assert!(after.wrong.is_empty(), "all was put back: {:?}", after.wrong);

    gone(&mall).await;
    lost(&mall).await;

    // Rows that nobody wrote are named as well.
    for (sql, name) in [
        (
            "UPDATE orders SET state = 'completed' WHERE id = (SELECT MIN(id) FROM orders WHERE state = 'performing')",
            "state is completed",
        ),
        ("UPDATE agreement SET state = 'ended'", "has ended or not"),
        ("UPDATE log_witness SET vkey = 'x' || vkey", "log_witness"),
        ("UPDATE projection SET seq = seq - 1 WHERE name = 'log'", "log_tile"),
    ] {
        db.upkeep("test.stage", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await })).await.unwrap();
        let found = audit(&mall).await.wrong;
        assert!(found.iter().any(|w| w.contains(name)), "{sql}: {found:?}");
    }
    std::fs::remove_dir_all(place).unwrap();
}

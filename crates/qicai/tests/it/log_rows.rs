//! One byte of any row that the log covers is altered, at random places with a seed; the audit names the row.
use crate::arrivals::contracted;
use crate::auctions::{approve, later, launch, path_of, same_paper};
use crate::log::fill;
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

/// What is covered: table, columns that name a row, columns that are altered, which rows, how the audit names the row (`{}` for each
/// naming column's value).
type Covered = (&'static str, &'static [&'static str], &'static [&'static str], &'static str, &'static [&'static str]);

const COVERED: [Covered; 29] = [
    (
        "journal",
        &["seq"],
        &["id", "seq", "at", "region", "room", "kind", "subject", "actor", "body", "hash", "salt"],
        "1 = 1",
        &["journal entry {} "],
    ),
    ("log_tile", &["level", "n"], &["level", "n", "hashes"], "1 = 1", &["log_tile {}/{}"]),
    ("log_bundle", &["n"], &["n", "entries"], "1 = 1", &["log_bundle {}"]),
    ("log_checkpoint", &["size"], &["size", "note", "at", "witnessed"], "1 = 1", &["log_checkpoint {}"]),
    (
        "notice",
        &["id"],
        &[
            "id",
            "number",
            "kind",
            "region",
            "unit",
            "supplier",
            "orders",
            "title",
            "amount",
            "body",
            "due_at",
            "published_at",
            "entry",
            "year",
            "letters",
            "serial",
            "owner",
            "changes",
            "changed_at",
        ],
        "1 = 1",
        &["notice {}"],
    ),
    (
        "deal",
        &["entry", "line"],
        &["entry", "line", "product", "orders", "region", "unit", "supplier", "price", "quantity", "at"],
        "1 = 1",
        &["deal {}/{}"],
    ),
    (
        "open_release",
        &["seq"],
        &["seq", "n", "ocid", "at", "month", "region", "body", "chain"],
        "1 = 1",
        &["open_release {}"],
    ),
    (
        "stat_deal",
        &["orders"],
        &[
            "seq",
            "since",
            "gone",
            "notice",
            "day",
            "region",
            "unit",
            "supplier",
            "mode",
            "form",
            "size",
            "amount",
            "accepted",
            "paid",
            "publish_due",
        ],
        "1 = 1",
        &["stat_deal {} "],
    ),
    (
        "stat_line",
        &["orders", "line"],
        &["category", "product", "quantity", "amount", "market", "day", "since", "gone"],
        "1 = 1",
        &["stat_line {}/{} "],
    ),
    (
        "orders",
        &["id"],
        &[
            "number",
            "region",
            "unit",
            "supplier",
            "total",
            "state",
            "mode",
            "form",
            "purpose",
            "address",
            "contact",
            "phone",
            "address_region",
            "salt",
        ],
        "1 = 1",
        &["order {} "],
    ),
    (
        "order_line",
        &["orders", "id"],
        &[
            "product",
            "price",
            "quantity",
            "category",
            "brand",
            "model",
            "title",
            "unit",
            "offer",
            "plan_line",
            "budget",
            "listed_price",
            "accepted",
        ],
        "1 = 1",
        &["order {} "],
    ),
    // What was refused can only be altered where something sent is not accepted.
    ("order_line", &["orders", "id"], &["refused"], "shipped > accepted + refused", &["order {} "]),
    ("order_compared", &["orders"], &["body"], "1 = 1", &["order {} "]),
    (
        "contract",
        &["orders"],
        &[
            "number",
            "body",
            "digest",
            "signed_at",
            "publish_due",
            "file_due",
            "unit_signed_at",
            "unit_signed_by",
            "supplier_signed_at",
            "supplier_signed_by",
        ],
        "signed_at IS NOT NULL",
        &["contract {}"],
    ),
    ("approval", &["id"], &["orders", "duty", "person", "verdict", "at"], "1 = 1", &["approval {} "]),
    ("project_approval", &["id"], &["duty", "person", "at"], "1 = 1", &["project_approval {} "]),
    ("acceptance", &["id"], &["amount", "lines", "person", "at"], "1 = 1", &["acceptance {} "]),
    (
        "shipment",
        &["id"],
        &["carrier", "lines", "shipped_by", "shipped_at", "received_by", "received_at"],
        "received_at IS NOT NULL",
        &["shipment {} "],
    ),
    (
        "payment",
        &["orders", "id"],
        &["number", "amount", "state", "applied_by", "applied_at", "approved_by", "approved_at", "due_at", "paid_at"],
        "state = 'paid'",
        &["payment ", "order {} "],
    ),
    (
        "invoice",
        &["id"],
        &["number", "kind", "seller", "buyer", "amount", "day", "recorded_by", "at"],
        "1 = 1",
        &["invoice {} "],
    ),
    ("budget_entry", &["orders", "id"], &["amount"], "credit = 'spent'", &["order {} "]),
    ("auction_quote", &["id"], &["seq", "supplier", "amount", "sealed"], "1 = 1", &["auction_quote"]),
    ("auction", &["id"], &["opens_at", "commitment"], "opens_at > 0", &["auction {} "]),
    (
        "project",
        &["id"],
        &["number", "region", "handler", "category", "quantity", "ceiling"],
        "1 = 1",
        &["project {} "],
    ),
    (
        "agreement",
        &["id"],
        &["number", "region", "category", "title", "from_day", "to_day", "places", "made_by"],
        "1 = 1",
        &["agreement {} "],
    ),
    (
        "agreement_item",
        &["agreement", "id"],
        &["title", "measure", "price"],
        "1 = 1",
        &["agreement_item of agreement {} "],
    ),
    ("agreement_member", &["agreement", "supplier"], &["discount_bp", "place"], "1 = 1", &["agreement_member {}/{} "]),
    ("batch_round", &["id"], &["number", "title", "category", "due_on"], "1 = 1", &["batch_round {} "]),
    ("notice_act", &["notice", "n"], &["changes", "reason", "person", "at"], "1 = 1", &["notice_act {}/{} "]),
];

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

    // Rows that are gone, or that nobody wrote, are named as well.
    for (sql, name) in [
        ("DELETE FROM deal WHERE entry = (SELECT MIN(entry) FROM deal)", "is missing"),
        (
            "UPDATE orders SET state = 'completed' WHERE id = (SELECT MIN(id) FROM orders WHERE state = 'performing')",
            "state is completed",
        ),
        ("UPDATE log_witness SET vkey = 'x' || vkey", "log_witness"),
        ("UPDATE projection SET seq = seq - 1 WHERE name = 'log'", "log_tile"),
    ] {
        db.upkeep("test.stage", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await })).await.unwrap();
        let found = audit(&mall).await.wrong;
        assert!(found.iter().any(|w| w.contains(name)), "{sql}: {found:?}");
    }
    std::fs::remove_dir_all(place).unwrap();
}

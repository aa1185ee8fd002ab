//! What the audit covers: one list, held against the statements of the audit itself and against docs/log.md.
use std::collections::BTreeSet;
use std::path::Path;

/// What is covered: table, columns that name a row, columns that are altered, which rows, how the audit names the row (`{}` for each
/// naming column's value).
pub type Covered =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static str, &'static [&'static str]);

pub const COVERED: [Covered; 37] = [
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
    (
        "evaluation",
        &["orders", "person"],
        &["quality", "delivery", "service", "words", "at"],
        "words <> ''",
        &["evaluation {}/"],
    ),
    ("cancel_ask", &["id"], &["reason", "person", "at"], "state = 'asked'", &["cancel_ask {} "]),
    ("return_case", &["id"], &["quantity", "asked_by", "asked_at"], "1 = 1", &["return_case {} "]),
    ("conduct", &["id"], &["number", "rule", "subject", "points", "opened_at"], "1 = 1", &["conduct {} "]),
    (
        "need",
        &["id"],
        &["number", "category", "reason", "amount", "digest", "valid_to", "at", "person"],
        "1 = 1",
        &["need {} "],
    ),
    ("observation", &["id"], &["source", "url", "price", "day", "made_at"], "1 = 1", &["observation {} "]),
    ("erasure", &["seq"], &["basis", "reason", "asked_by", "decided_by"], "1 = 1", &["erasure of entry {} "]),
    ("said_file", &["about"], &["digest", "bytes"], "1 = 1", &["said_file of station_task {} "]),
];

/// Compared tables whose rows are named by words: altered by a test of their own.
const BY_WORDS: [&str; 1] = ["log_witness"];
/// Tables that the audit reads by other rooms' functions, with what stands in its source then.
const ELSEWHERE: [(&str, &str); 5] = [
    ("said_file", "said::kept("),
    ("agreement_item", "schedule_digest("),
    ("notice", "(\"notice\", &[\"id\"])"),
    ("deal", "(\"deal\", &[\"entry\", \"line\"])"),
    ("open_release", "(\"open_release\", &[\"seq\"])"),
];
/// Tables that the audit reads only to find a row's entries.
const BESIDE: [&str; 2] = ["auction_entry", "station_task"];

fn code(at: &Path, out: &mut String) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Tables that statements in some code read.
fn tables(code: &str) -> BTreeSet<String> {
    let words: Vec<&str> = code.split_whitespace().collect();
    let name = |w: &str| w.trim_end_matches(|c: char| !c.is_ascii_lowercase()).to_owned();
    words
        .windows(2)
        .filter(|w| w[0].ends_with("FROM") || w[0] == "JOIN")
        .map(|w| name(w[1]))
        .filter(|t| !t.is_empty() && t.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

#[test]
fn the_list_is_what_is_compared_and_what_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut compare = String::new();
    code(&root.join("crates/watch/src/ledger/compare"), &mut compare);
    let mut compared = tables(&compare);
    for (table, call) in ELSEWHERE {
        assert!(compare.contains(call), "{table} is not compared any more");
        compared.insert(table.to_owned());
    }
    for table in BESIDE {
        assert!(compared.remove(table), "{table} is not read any more");
    }
    let log = std::fs::read_to_string(root.join("crates/watch/src/ledger/log/store.rs")).unwrap();
    compared.extend(tables(&log).into_iter().filter(|t| t.starts_with("log_")));
    let listed = COVERED.iter().map(|c| c.0).chain(BY_WORDS).map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(listed, compared, "left: tried by tests, right: read by the audit");

    let page = std::fs::read_to_string(root.join("docs/log.md")).unwrap();
    let part = page.split("## What the audit covers").nth(1).unwrap();
    let said: BTreeSet<String> = part
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| table"))
        .flat_map(|l| l.split('|').nth(1).unwrap().split(',').map(|t| t.trim().to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(said, compared, "left: docs/log.md, right: read by the audit");
}

//! The laws of the house, read from the tree.
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All Rust files below a folder with their text, without their test modules.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
                out.push((path.strip_prefix(root()).unwrap().to_string_lossy().replace("/../..", ""), code));
            }
        }
    }
    assert!(!out.is_empty(), "no sources in {folder}");
    out
}

/// Lines of code that hold one of these words, comments left out.
fn hits(code: &str, words: &[&str]) -> Vec<String> {
    let code = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    code.filter(|l| words.iter().any(|w| l.contains(w))).map(str::to_owned).collect()
}

const DISTRICTS: [&str; 5] = ["base", "supply", "trade", "watch", "qicai"];

#[test]
fn rules_are_pure() {
    let manifest = std::fs::read_to_string(root().join("crates/rules/Cargo.toml")).unwrap();
    assert_eq!(manifest.split("[dependencies]").nth(1).map(str::trim), Some(""), "rules depends on nothing");
    for (path, code) in sources("crates/rules/src") {
        let bad = hits(
            &code,
            &[
                "std::time",
                "std::fs",
                "std::net",
                "std::env",
                "std::process",
                "async ",
                "println!",
                "static mut",
                "SystemTime",
            ],
        );
        assert!(bad.is_empty(), "{path}: {bad:?}");
    }
}

#[test]
fn sql_stands_in_stores_only() {
    for d in DISTRICTS {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            if path.ends_with("/store.rs") {
                continue;
            }
            let bad = hits(&code, &["SELECT ", "INSERT INTO", "DELETE FROM", "\"UPDATE "]);
            assert!(bad.is_empty(), "{path}: {bad:?}");
        }
    }
    for d in DISTRICTS.iter().chain(&["kit"]) {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            let allowed = path.starts_with("crates/kit/src/db/")
                || path.ends_with("kit/src/fail.rs")
                || path.ends_with("kit/src/journal.rs");
            let bad = hits(&code, &["rusqlite::", "tokio_postgres::", "deadpool_postgres::"]);
            assert!(allowed || bad.is_empty(), "{path}: {bad:?}");
        }
    }
}

#[test]
fn http_stands_in_pages_only() {
    for d in DISTRICTS {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            let door =
                ["/pages.rs", "/lib.rs", "qicai/src/main.rs", "access/gate.rs", "access/request.rs", "shell/mod.rs"]
                    .iter()
                    .any(|p| path.ends_with(p));
            let bad = hits(&code, &["axum::"]);
            let door = door || path.contains("/pages/");
            assert!(door || bad.is_empty(), "{path}: {bad:?}");
        }
    }
}

#[test]
fn districts_look_down_only() {
    let order = ["rules", "kit", "search", "base", "supply", "trade", "watch", "qicai"];
    for (i, d) in order.iter().enumerate() {
        let manifest = std::fs::read_to_string(root().join(format!("crates/{d}/Cargo.toml"))).unwrap();
        for above in &order[i + 1..] {
            assert!(!manifest.contains(&format!("\n{above}.workspace")), "{d} must not know {above}");
        }
    }
    let kit = std::fs::read_to_string(root().join("crates/kit/Cargo.toml")).unwrap();
    assert!(!kit.contains("rules.workspace"), "kit knows no business");
}

#[test]
fn kit_and_search_know_no_business_word() {
    for d in ["kit", "search"] {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            let words: &[&str] = &["procurement", "budget", "invoice", "tender", "采购", "预算", "合同", "订单"];
            let bad = hits(&code, words);
            assert!(bad.is_empty(), "{path}: {bad:?}");
        }
    }
}

/// What may change rows without a journal entry: nothing that is a fact of the business.
const UPKEEP: [&str; 26] = [
    "alert.follow",
    "allowance.take",
    "bench.skip",
    "cart.add",
    "cart.set",
    "disclosure.clear",
    "disclosure.follow",
    "import.check",
    "import.finish",
    "journal.sequence",
    "key.used",
    "log.clear",
    "log.follow",
    "log.witness",
    "mail.claim",
    "mail.count",
    "mail.follow",
    "mail.sent",
    "open.clear",
    "open.follow",
    "platform.claim",
    "platform.keep",
    "pulse",
    "session.touch",
    "statistics.clear",
    "statistics.follow",
];

/// Is the text before a literal the beginning of something that writes or reads an entry's kind?
fn tells_a_kind(before: &str, after: &str) -> bool {
    let statement = before.rfind(';').map_or(before, |at| &before[at..]);
    let refused = ["refuse(", "write(", "upkeep(", "field("].iter().any(|f| statement.trim_end().ends_with(f));
    let made =
        ["kind:", "kind =", "kind)", "(kind", "entry(", "journal(", "noted(", "said(", "of_wish(", "turn(", "ERASED: "];
    let made =
        made.iter().any(|f| statement.contains(f)) && !["Fail::", "Refusal::"].iter().any(|f| statement.contains(f));
    // A function that gives a kind with the entry's data.
    let given = before.ends_with('(')
        && ["data)", "json!("].iter().any(|d| after.trim_start_matches([',', ' ']).starts_with(d));
    !refused && (made || given)
}

/// Literals such as `order.placed` with the text before and after them.
fn dotted(code: &str) -> Vec<(&str, &str, &str)> {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let quotes: Vec<usize> = code.match_indices('"').map(|(at, _)| at).collect();
    let between = |p: &[usize]| (&code[..p[0]], &code[p[0] + 1..p[1]], &code[p[1] + 1..]);
    let kind = |w: &str| w.split_once('.').is_some_and(|(a, b)| word(a) && word(b));
    quotes.windows(2).map(between).filter(|(_, w, _)| kind(w)).collect()
}

#[test]
fn every_kind_of_entry_has_words_and_every_word_its_kind() {
    let mut written = std::collections::BTreeSet::new();
    let mut everything = String::new();
    let rules = std::fs::read_to_string(root().join("data/rule-keys.csv")).unwrap();
    let rule = |w: &str| rules.lines().any(|l| l.split(',').next() == Some(w));
    for d in ["kit", "base", "supply", "trade", "watch", "qicai"] {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            let lines: Vec<&str> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            let code = lines.join("\n");
            for (before, kind, after) in dotted(&code) {
                let near = before.char_indices().rev().nth(400).map_or(before, |(at, _)| &before[at..]);
                if tells_a_kind(near, after) && !rule(kind) {
                    let known = base::facts::words::known(kind);
                    assert!(known, "{path}: the kind {kind} has no words in data/journal-words.csv");
                    written.insert(kind.to_owned());
                }
            }
            everything.push_str(&code);
        }
    }
    assert!(written.len() > 200, "the scan finds {} kinds", written.len());
    for family in base::facts::words::families() {
        for (kind, words) in family.kinds {
            assert!(everything.contains(&format!("\"{kind}\"")), "nobody writes {kind} ({words})");
        }
    }
}

#[test]
fn upkeep_is_a_closed_list() {
    for d in DISTRICTS.iter().chain(&["kit"]) {
        for (path, code) in sources(&format!("crates/{d}/src")) {
            for rest in code.split(".upkeep(").skip(1) {
                let name = rest.trim_start().trim_start_matches('"').split('"').next().unwrap();
                assert!(
                    rest.starts_with('&') || UPKEEP.contains(&name) || path.ends_with("db/mod.rs"),
                    "{path}: upkeep {name}"
                );
            }
        }
    }
}

#[test]
fn every_state_of_an_order_has_its_word_and_every_move_its_people() {
    use rules::orders::state::MOVES;
    for (from, act, to, who) in MOVES {
        assert_eq!(rules::orders::next(from, act), Some(to));
        let timer = matches!(
            act,
            rules::orders::Act::Expire
                | rules::orders::Act::Conclude
                | rules::orders::Act::Lapse
                | rules::orders::Act::Complete
        );
        assert_eq!(who.is_empty(), timer, "{from:?} {act:?}");
    }
}

#[test]
fn nothing_names_a_machine_or_a_mirror() {
    let home = format!("/{}/", "root");
    for name in
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "Cargo.toml", "bin/run", "bin/test", "bin/bench", ".ci/run"]
    {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!text.contains(&home), "{name} names a path of one machine");
    }
}

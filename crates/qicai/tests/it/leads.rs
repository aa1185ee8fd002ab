//! What tests of leads share: reading them, following their evidence as the one who handles them, asking the one concerned.
use crate::mall::{Box, Visitor};
use axum::http::StatusCode;
use kit::{Query, params};

/// A lead as it was written.
#[derive(Debug)]
pub struct Lead {
    pub id: i64,
    pub words: String,
    pub level: String,
    pub org: i64,
    /// Name of the one it is about.
    pub name: String,
    pub region: String,
    pub evidence: Vec<String>,
}

/// All leads of a rule, oldest first.
pub async fn leads(mall: &Box, rule: &str) -> Vec<Lead> {
    let sql = "SELECT a.id, a.words, a.level, a.org, g.name, a.region, a.evidence FROM alert a JOIN org g ON g.id = a.org \
               WHERE a.rule = $1 ORDER BY a.id";
    let rows = mall.mall.watch.db().rows(sql, params![rule]).await.unwrap();
    let links = |evidence: &str| evidence.split_whitespace().map(str::to_owned).collect();
    let read = |r: &kit::db::Row| Lead {
        id: r.int(0),
        words: r.text(1),
        level: r.text(2),
        org: r.int(3),
        name: r.text(4),
        region: r.text(5),
        evidence: links(r.str(6)),
    };
    rows.iter().map(read).collect()
}

/// The only lead of a rule.
#[track_caller]
pub fn only(rule: &str, found: Vec<Lead>) -> Lead {
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found.into_iter().next().unwrap()
}

/// How often a rule judged, hit, could not judge.
pub async fn tally(mall: &Box, rule: &str) -> [i64; 3] {
    let sql = "SELECT judged, hits, blind FROM alert_tally WHERE rule = $1";
    let row = mall.mall.watch.db().row(sql, params![rule]).await.unwrap();
    row.map_or([0; 3], |r| [r.int(0), r.int(1), r.int(2)])
}

/// Changes something behind the mall's back.
pub async fn force(mall: &Box, sql: String) -> u64 {
    let (db, sql) = (mall.mall.watch.db(), sql.as_str());
    let done = db.upkeep("test", |tx| std::boxed::Box::pin(async move { tx.run(sql, params![]).await })).await;
    done.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// Sets a number of the rulebook wherever it is set, as a finance department may.
pub async fn set(mall: &Box, key: &str, value: i64) {
    let changed = force(mall, format!("UPDATE rule SET value = '{value}' WHERE key = '{key}'")).await;
    assert!(changed > 0, "{key}");
    mall.mall.watch.reload_facts().await.unwrap();
}

/// Who answers for an organisation.
async fn who_answers(mall: &Box, org: i64) -> String {
    let sql = "SELECT p.login FROM person p JOIN duty d ON d.person = p.id WHERE p.org = $1 AND p.active = 1 \
               AND d.duty IN ('signer', 'supplier_admin', 'centre', 'regulator') ORDER BY p.id LIMIT 1";
    mall.mall.watch.db().one(sql, params![org]).await.unwrap().text(0)
}

async fn follow(v: &Visitor, l: &Lead, who: &str) {
    for link in &l.evidence {
        assert_eq!(v.get(link).await.status, StatusCode::OK, "{who} opens {link} of {l:?}");
    }
}

/// The office sees the lead with its figures and opens all that shows them; whoever it is about sees nothing before it is
/// asked, then the same, and explains.
pub async fn handled(mall: &Box, office: &Visitor, l: &Lead) {
    let path = format!("/alerts/{}", l.id);
    office.get(&path).await.shows(&[&l.words, &l.name]);
    assert!(!l.evidence.is_empty(), "nothing to look at: {l:?}");
    follow(office, l, "the office").await;
    let concerned = mall.login(&who_answers(mall, l.org).await).await;
    if concerned.get(&path).await.status == StatusCode::OK {
        // A finance department is asked by the one above it, and sees its own area.
        assert!(l.name.contains("财政"), "{l:?}");
    }
    office.upload(&path, &[("act", "ask"), ("words", "请说明")], "file", "", b"").await.leads();
    concerned.get("/todo").await.shows(&[&path]);
    concerned.get(&path).await.shows(&[&l.words, "提交说明"]);
    follow(&concerned, l, "the one concerned").await;
    concerned.upload(&path, &[("act", "explain"), ("words", "情况如下")], "file", "", b"").await.leads();
    office.get(&path).await.shows(&["情况如下"]);
}

//! Numbers for people, of the records that the journal tells about by their ids.
use kit::{Query, Result, params};
use std::collections::HashMap;

/// Subjects whose records have a number or a title: the table, the column, and a condition where a table holds several kinds.
const NUMBERED: [(&str, &str, &str, &str); 19] = [
    ("order", "orders", "number", ""),
    ("auction", "project", "number", " AND kind = 'auction'"),
    ("demand", "project", "number", " AND kind = 'demand'"),
    ("job", "project", "number", " AND kind = 'job'"),
    ("batch", "batch_round", "number", ""),
    ("agreement", "agreement", "number", ""),
    ("statement", "statement", "number", ""),
    ("need", "need", "number", ""),
    ("conduct", "conduct", "number", ""),
    ("dispute", "dispute", "number", ""),
    ("application", "application", "number", ""),
    ("inspection", "inspection", "number", ""),
    ("alert", "alert", "number", ""),
    ("audit", "audit", "number", ""),
    ("audit_question", "audit_question", "number", ""),
    ("audit_finding", "audit_finding", "number", ""),
    ("rule_draft", "rule_draft", "number", ""),
    ("notice", "notice", "number", ""),
    ("pool", "pool", "title", ""),
];

/// What records of one sort are called among people, by id; nothing for sorts without numbers.
pub async fn numbers(q: &dyn Query, noun: &str, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let Some((_, table, column, _)) = NUMBERED.iter().find(|n| n.0 == noun).filter(|_| !ids.is_empty()) else {
        return Ok(HashMap::new());
    };
    let sql = format!("SELECT id, {column} FROM {table} WHERE id IN ({})", kit::text::marks(1, ids.len()));
    let values: Vec<_> = ids.iter().map(kit::db::Val::from).collect();
    Ok(q.rows(&sql, &values).await?.iter().map(|r| (r.int(0), r.text(1))).collect())
}

/// The subject of the record with a number.
pub async fn subject(q: &dyn Query, number: &str) -> Result<Option<String>> {
    for (noun, table, column, more) in NUMBERED.iter().filter(|n| n.2 == "number") {
        let sql = format!("SELECT id FROM {table} WHERE {column} = $1{more} ORDER BY id");
        if let Some(r) = q.row(&sql, params![number]).await? {
            return Ok(Some(format!("{noun}/{}", r.int(0))));
        }
    }
    Ok(None)
}

//! Rows that commands wrote beside orders: each is held against the entry that was written in its transaction, found by subject, time,
//! person and kind.
mod store;

use crate::ledger::log::Found;
use kit::journal::Recorded;
use kit::{Query, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use store::Kept;

/// An agreement that moves all the time is looked at so often; then it is left to the next audit.
const LOOKS: usize = 5;

/// Does a row say what its entry says? `v` holds the row's columns in the order of the query, `d` the entry's facts.
type Fits = fn(v: &[Value], d: &Value) -> bool;

/// A table, the query that gives its rows with their entries, and what has to agree.
struct Table {
    name: &'static str,
    sql: &'static str,
    fits: Fits,
}

/// Is a fact of the entry the same, or does the entry say nothing of it (entries of before the fact was told)?
fn same(d: &Value, key: &str, v: &Value) -> bool {
    let told = &d[key];
    told.is_null() || told == v || told.as_str().is_some_and(|t| v.as_i64().is_some_and(|n| t == n.to_string()))
}

/// Digest over a list of facts.
fn digest(v: &[Value]) -> String {
    kit::text::sha256(&[Value::Array(v.to_vec()).to_string().as_bytes()])
}

fn text(v: &Value) -> &str {
    v.as_str().unwrap_or_default()
}

const TABLES: [Table; 22] = [
    Table { name: "approval", sql: store::APPROVALS, fits: |v, d| same(d, "duty", &v[0]) },
    Table { name: "project_approval", sql: store::PROJECT_APPROVALS, fits: |v, d| same(d, "duty", &v[0]) },
    Table {
        name: "acceptance",
        sql: store::ACCEPTANCES,
        fits: |v, d| {
            let lines: Value = serde_json::from_str(text(&v[2])).unwrap_or_default();
            d["verdict"] == v[0]
                && d["amount"] == v[1]
                && d["lines"] == lines
                && trade::orders::salted(text(&v[4]), text(&v[3]))
                    .is_none_or(|hash| same(d, "reason_digest", &hash.into()))
        },
    },
    Table {
        name: "evaluation",
        sql: store::EVALUATIONS,
        fits: |v, d| {
            let words = kit::text::sha256(&[text(&v[4]).as_bytes()]);
            d["side"] == v[0] && d["scores"] == Value::Array(v[1..4].to_vec()) && same(d, "words_digest", &words.into())
        },
    },
    Table { name: "payment", sql: store::APPLIED, fits: |v, d| d["amount"] == v[0] && same(d, "due_at", &v[1]) },
    Table { name: "payment", sql: store::DECIDED, fits: |v, d| d["payment"] == v[0] && d["amount"] == v[1] },
    Table { name: "payment", sql: store::PAID, fits: |v, d| d["payment"] == v[0] && d["amount"] == v[1] },
    Table {
        name: "invoice",
        sql: store::INVOICES,
        fits: |v, d| d["amount"] == v[4] && same(d, "digest", &digest(v).into()),
    },
    Table { name: "contract", sql: store::SIGNED, fits: |v, d| d["side"] == v[0] },
    Table {
        name: "contract",
        sql: store::CONCLUDED,
        fits: |v, d| same(d, "publish_due", &v[0]) && same(d, "file_due", &v[1]),
    },
    Table {
        name: "notice_act",
        sql: store::NOTICE_ACTS,
        fits: |v, d| {
            let changes: Value = serde_json::from_str(text(&v[0])).unwrap_or_default();
            d["changes"] == changes && d["reason"] == v[1]
        },
    },
    Table {
        name: "agreement",
        sql: store::AGREEMENTS,
        fits: |v, d| {
            let keys = ["number", "title", "category", "pricing", "from", "to", "places"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
    Table {
        name: "project",
        sql: store::PROJECTS,
        fits: |v, d| {
            let keys = ["number", "quantity", "category", "ceiling"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
    Table {
        name: "auction",
        sql: store::AUCTIONS,
        fits: |v, d| {
            let keys = ["basis", "opens_at", "commitment"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
    Table { name: "shipment", sql: store::SHIPPED, fits: |v, d| same(d, "parcel", &digest(v).into()) },
    Table { name: "shipment", sql: store::RECEIVED, fits: |_, _| true },
    Table { name: "cancel_ask", sql: store::CANCEL_ASKED, fits: |v, d| d["side"] == v[0] && d["reason"] == v[1] },
    Table { name: "return_case", sql: store::RETURNS, fits: |v, d| d["kind"] == v[0] && d["quantity"] == v[1] },
    Table {
        name: "conduct",
        sql: store::CASES,
        fits: |v, d| {
            let keys = ["number", "org", "rule", "about", "points", "measure"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
    Table {
        name: "need",
        sql: store::NEEDS,
        fits: |v, d| {
            let keys = ["number", "category", "reason", "amount", "digest", "valid_to", "stated_at"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
    Table {
        name: "observation",
        sql: store::OBSERVED,
        fits: |v, d| {
            let day =
                v[3].as_i64().and_then(|n| i32::try_from(n).ok()).map_or(String::new(), rules::calendar::show_day);
            // The product is that of now: joining brands or models moves what was observed.
            let keys = ["source", "url", "price"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v)) && same(d, "day", &day.into())
        },
    },
    Table {
        name: "batch_round",
        sql: store::ROUNDS,
        fits: |v, d| {
            let keys = ["number", "title", "category", "due_on", "method", "winners"];
            keys.iter().zip(v).all(|(k, v)| same(d, k, v))
        },
    },
];

/// Names every row that does not agree with its entry, or has none.
pub async fn compare(q: &dyn Query, out: &mut Found) -> Result<()> {
    for t in &TABLES {
        let mut last = (i64::MIN, i64::MIN);
        loop {
            let mut piece = store::kept(q, t.sql, last).await?;
            let full = piece.len() as i64 == store::PIECE;
            // The last row may have more entries than came with this piece: it comes again, whole, with the next.
            if let (true, Some(end)) = (full, piece.last().map(|k| k.key))
                && piece.first().is_some_and(|k| k.key != end)
            {
                piece.retain(|k| k.key != end);
            }
            for row in piece.chunk_by(|a, b| a.key == b.key) {
                out.rows += 1;
                if let Some(wrong) = judge(t, row) {
                    out.say(wrong);
                }
            }
            match piece.last() {
                Some(k) if full => last = k.key,
                _ => break,
            }
        }
    }
    agreements(q, out).await
}

/// Names the rows that these entries tell of and that are not there, or have lost their time.
pub async fn missing(q: &dyn Query, piece: &[Recorded], out: &mut Found) -> Result<()> {
    for (table, told, sql) in store::TOLD {
        let mut kinds = told.split(' ');
        let of = kinds.next().unwrap_or_default();
        let kinds: Vec<&str> = kinds.collect();
        let about = |e: &Recorded| e.subject.strip_prefix(of)?.strip_prefix('/')?.parse::<i64>().ok();
        let said: Vec<(i64, &Recorded)> =
            piece.iter().filter(|e| kinds.contains(&e.kind.as_str())).filter_map(|e| Some((about(e)?, e))).collect();
        if said.is_empty() {
            continue;
        }
        let there = store::there(q, sql, &said.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
        for (id, e) in said {
            let known = [(e.at, e.actor), (-1, e.actor), (e.at, -1), (-1, -1)];
            if !known.iter().any(|(at, person)| there.contains(&(id, *at, *person))) {
                out.say(format!(
                    "{table} of {} is missing or lost its time: journal entry {} ({}) tells of it",
                    e.subject, e.seq, e.kind
                ));
            }
        }
    }
    Ok(())
}

/// What is wrong with a row. It comes once with each entry of its subject, time, person and kind: two of the same millisecond are told
/// apart by what they say, so one that fits is enough.
fn judge(t: &Table, row: &[Kept]) -> Option<String> {
    let key = row.first()?.key;
    let named = if key.1 == 0 { format!("{} {}", t.name, key.0) } else { format!("{} {}/{}", t.name, key.0, key.1) };
    if row.iter().all(|k| k.entry.is_none()) {
        return Some(format!("{named} comes from no entry of the journal, or was altered"));
    }
    let fits = row.iter().filter_map(|k| Some((k, k.entry.as_ref()?))).any(|(k, e)| {
        // What was erased says nothing more; that it was erased is compared elsewhere.
        e.is_empty() || {
            let d = serde_json::from_str::<Value>(e).map(|mut v| v["data"].take()).unwrap_or_default();
            (t.fits)(&k.columns, &d)
        }
    });
    (!fits).then(|| format!("{named} differs from its journal entry"))
}

/// Price schedules and members of framework agreements: many rows of one entry, and one row of many entries. One that seems to differ is
/// looked at again: what still differs, while no entry came in between, does differ.
async fn agreements(q: &dyn Query, out: &mut Found) -> Result<()> {
    for id in store::agreements(q).await? {
        let subject = format!("agreement/{id}");
        for _ in 0..LOOKS {
            let entries = kit::journal::about(q, &subject).await?;
            let (members, wrong) = agreement(q, id, &entries).await?;
            if wrong.is_empty() || kit::journal::about(q, &subject).await?.len() == entries.len() {
                out.rows += members;
                wrong.into_iter().for_each(|w| out.say(w));
                break;
            }
        }
    }
    Ok(())
}

/// How many members an agreement has, and what is wrong with it.
async fn agreement(q: &dyn Query, id: i64, entries: &[Recorded]) -> Result<(usize, Vec<String>)> {
    let mut wrong = Vec::new();
    if let Some(told) = entries.iter().find_map(|e| e.data["schedule"].as_str())
        && told != trade::fixed::schedule_digest(q, id).await?
    {
        wrong.push(format!("agreement_item of agreement {id} differs from its journal entry"));
    }
    if store::ended(q, id).await? != entries.iter().any(|e| e.kind == "agreement.ended") {
        wrong.push(format!("agreement {id} has ended or not, the journal says otherwise"));
    }
    let members = store::members(q, id).await?;
    for m in &members {
        let who = m.supplier.to_string();
        let last = entries.iter().rfind(|e| match e.kind.as_str() {
            "agreement.joined" => e.data["supplier_id"] == who.as_str(),
            "agreement.left" => e.data["supplier"] == who.as_str(),
            _ => false,
        });
        let joined = entries.iter().rfind(|e| e.kind == "agreement.joined" && e.data["supplier_id"] == who.as_str());
        // Entries of before do not say who by id.
        let old = entries.iter().any(|e| e.kind == "agreement.joined" && e.data["supplier_id"].is_null());
        let fits = match (joined, last) {
            (Some(j), Some(l)) => {
                j.data["discount_bp"] == m.discount_bp
                    && j.data["place"] == m.place
                    && (l.kind == "agreement.joined") == (m.state == "in")
            }
            _ => old,
        };
        if !fits {
            wrong.push(format!("agreement_member {id}/{who} differs from its journal entries"));
        }
    }
    let joined = entries.iter().filter(|e| e.kind == "agreement.joined").filter_map(|e| e.data["supplier_id"].as_str());
    for who in joined.collect::<BTreeSet<_>>() {
        if !members.iter().any(|m| m.supplier.to_string() == who) {
            wrong.push(format!("agreement_member {id}/{who} is missing, the journal tells of it"));
        }
    }
    Ok((members.len(), wrong))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_entries_of_one_moment_the_one_that_fits_counts() {
        let t = Table { name: "payment", sql: "", fits: |v, d| d["amount"] == v[0] };
        let row = |amount: i64, entry: Option<Value>| Kept {
            key: (7, 0),
            columns: vec![amount.into()],
            entry: entry.map(|d| json!({"data": d}).to_string()),
        };
        let both = |amount: i64| [100, 200].map(|said| row(amount, Some(json!({"amount": said}))));
        assert_eq!(judge(&t, &both(100)), None);
        assert_eq!(judge(&t, &both(200)), None);
        assert_eq!(judge(&t, &both(300)).as_deref(), Some("payment 7 differs from its journal entry"));
        let alone = judge(&t, &[row(100, None)]);
        assert_eq!(alone.as_deref(), Some("payment 7 comes from no entry of the journal, or was altered"));
        assert_eq!(judge(&t, &[Kept { entry: Some(String::new()), ..row(1, None) }]), None, "erased");
    }
}

//! Facts to and from the database; the first content of an empty one from the files in `data/`.
use super::{Category, Facts, Region};
use kit::db::Row;
use kit::{Db, Entry, Fail, Query, Result, Tx, params};
use rules::calendar::{Calendar, day_from, parse_day};
use rules::draft::Outcome;
use rules::rulebook::{Rule, Rulebook, Value};
use serde::Deserialize;
use std::collections::BTreeMap;

const REGIONS: &str = include_str!("../../../../data/regions.csv");
const CATEGORIES: &str = include_str!("../../../../data/categories-2022.csv");
const CATEGORIES_2013: &str = include_str!("../../../../data/categories-2013.csv");
const HOLIDAYS: &str = include_str!("../../../../data/holidays.csv");
const RULEBOOK: &str = include_str!("../../../../data/rulebook.toml");

#[derive(Deserialize)]
struct File {
    rule: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    key: String,
    region: String,
    mode: Option<String>,
    form: Option<String>,
    category: Option<String>,
    amount_from_fen: Option<i64>,
    amount_below_fen: Option<i64>,
    value: toml::Value,
    unit: String,
    min: Option<i64>,
    max: Option<i64>,
    #[serde(default)]
    fixed: bool,
    from: toml::Value,
    to: Option<toml::Value>,
    basis: String,
    grade: String,
}

fn day(v: &toml::Value) -> Result<i32> {
    let text = match v {
        toml::Value::String(s) => s.clone(),
        toml::Value::Datetime(d) => d.to_string(),
        _ => String::new(),
    };
    parse_day(&text).ok_or_else(|| Fail::Fault(format!("rulebook: {text} is not a day")))
}

/// Rows of a CSV file with `#` comments, by heading.
pub(crate) fn table(text: &str) -> Result<Vec<BTreeMap<String, String>>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.map_err(|e| Fail::Fault(format!("data file: {e}")))).collect()
}

const WRITE: &str = "INSERT INTO rule (id, key, region, mode, form, category, amount_from, amount_below, value, unit, bound_min, bound_max, \
                     fixed, day_from, day_to, basis, grade) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)";

/// Writes what a publication begins, and the last day of what it ends.
pub async fn publish(tx: &Tx<'_>, o: &Outcome) -> Result<()> {
    for (id, last) in &o.ended {
        tx.must("UPDATE rule SET day_to = $2 WHERE id = $1", params![*id, i64::from(*last)]).await?;
    }
    for r in &o.made {
        let rule = params![
            r.id,
            &r.key,
            &r.region,
            r.mode.as_ref(),
            r.form.as_ref(),
            r.category.as_ref(),
            r.amount_from,
            r.amount_below,
            json_of(&r.value).to_string(),
            &r.unit,
            r.min,
            r.max,
            r.fixed,
            i64::from(r.from),
            r.to.map(i64::from),
            &r.basis,
            &r.grade
        ];
        tx.run(WRITE, rule).await?;
    }
    Ok(())
}

/// A rule's value as JSON, as the database and the journal keep it.
pub fn json_of(v: &Value) -> serde_json::Value {
    match v {
        Value::Int(n) => (*n).into(),
        Value::Flag(b) => (*b).into(),
        Value::Text(t) => t.as_str().into(),
        Value::List(l) => l.iter().map(String::as_str).collect(),
    }
}

/// Writes the files' facts into an installation that has none.
pub async fn seed(db: &Db) -> Result<()> {
    if db.row("SELECT code FROM region LIMIT 1", params![]).await?.is_some() {
        return Ok(());
    }
    let file: File = toml::from_str(RULEBOOK).map_err(|e| Fail::Fault(format!("rulebook: {e}")))?;
    let (regions, categories) = (table(REGIONS)?, table(CATEGORIES)?);
    let (old, holidays) = (table(CATEGORIES_2013)?, table(HOLIDAYS)?);
    let (file, regions, categories, old, holidays) = (&file, &regions, &categories, &old, &holidays);
    db.write("facts.seed", |tx| {
        Box::pin(async move {
            let rows: Vec<_> = regions
                .iter()
                .map(|r| {
                    let state = if r["station_state"].is_empty() { "none" } else { &r["station_state"] };
                    let p = params![&r["code"], &r["name"], &r["short"], &r["kind"], &r["parent"], &r["abbr"], state, parse_day(&r["station_since"])];
                    p.to_vec()
                })
                .collect();
            tx.run_many("INSERT INTO region (code, name, short, kind, parent, abbr, state, since) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)", &rows).await?;
            let rows = categories
                .iter()
                .map(|r| {
                    let level: i64 = r["level"].parse().map_err(|_| Fail::Fault("category level".into()))?;
                    Ok(params!["2022", &r["code"], &r["name"], level, &r["parent"], &r["kind"]].to_vec())
                })
                .collect::<Result<Vec<_>>>()?;
            tx.run_many("INSERT INTO category (version, code, name, level, parent, kind) VALUES ($1,$2,$3,$4,$5,$6)", &rows).await?;
            let rows: Vec<_> =
                old.iter().map(|r| params!["2013", &r["code"], &r["name"], &r["code_2022"], &r["grade"]].to_vec()).collect();
            tx.run_many("INSERT INTO category_map (version, code, name, code_2022, grade) VALUES ($1,$2,$3,$4,$5)", &rows).await?;
            let rows: Vec<_> = holidays
                .iter()
                .filter_map(|r| Some(params![parse_day(&r["date"])?, r["kind"] == "off", &r["name"]].to_vec()))
                .collect();
            tx.run_many("INSERT INTO holiday (day, off, name) VALUES ($1,$2,$3)", &rows).await?;
            for r in &file.rule {
                let value = serde_json::to_string(&r.value).map_err(Fail::fault)?;
                let to = r.to.as_ref().map(day).transpose()?;
                let rule = params![
                    tx.id(), &r.key, &r.region, r.mode.as_ref(), r.form.as_ref(), r.category.as_ref(), r.amount_from_fen,
                    r.amount_below_fen, value, &r.unit, r.min, r.max, r.fixed, day(&r.from)?, to, &r.basis, &r.grade
                ];
                tx.run(WRITE, rule).await?;
            }
            tx.journal(Entry {
                region: regions[0]["code"].clone(),
                room: "facts",
                kind: "facts.seeded",
                subject: "facts".into(),
                actor: 0,
                via: "command",
                data: serde_json::json!({"regions": regions.len(), "categories": categories.len(), "rules": file.rule.len()}),
            })
            .await?;
            Ok(())
        })
    })
    .await
}

/// Reads the snapshot.
pub async fn load(db: &Db) -> Result<Facts> {
    let regions: BTreeMap<String, Region> = db
        .rows("SELECT code, name, short, kind, parent, state, since FROM region", params![])
        .await?
        .iter()
        .map(|r| {
            let region = Region {
                code: r.text(0),
                name: r.text(1),
                short: r.text(2),
                kind: r.text(3),
                parent: r.text(4),
                state: r.text(5),
                since: r.opt_int(6).map(|d| d as i32),
            };
            (r.text(0), region)
        })
        .collect();
    let categories = db
        .rows("SELECT code, name, level, parent FROM category WHERE version = '2022'", params![])
        .await?
        .iter()
        .map(|r| (r.text(0), Category { code: r.text(0), name: r.text(1), level: r.int(2), parent: r.text(3) }))
        .collect();
    let category_map = db
        .rows("SELECT code, code_2022 FROM category_map WHERE version = '2013'", params![])
        .await?
        .iter()
        .map(|r| (r.text(0), r.text(1)))
        .collect();
    let holidays = db.rows("SELECT day, off FROM holiday", params![]).await?;
    let calendar = Calendar::new(holidays.iter().map(|r| (r.int(0) as i32, r.flag(1))));
    let list = rules(db).await?;
    let root = regions.values().find(|r| r.parent.is_empty()).map_or(String::new(), |r| r.code.clone());
    debug_assert!(day_from(2026, 1, 1).is_some());
    let keys = super::keys::load()?;
    Ok(Facts { regions, categories, category_map, calendar, rulebook: Rulebook::new(list), keys, root })
}

/// Every rule there is, as the database has it now.
pub async fn rules(q: &dyn Query) -> Result<Vec<Rule>> {
    let sql = "SELECT id, key, region, mode, form, category, amount_from, amount_below, value, unit, bound_min, bound_max, fixed, \
               day_from, day_to, basis, grade FROM rule ORDER BY id";
    let read = |r: &Row| {
        Ok(Rule {
            id: r.int(0),
            key: r.text(1),
            region: r.text(2),
            mode: r.opt_text(3),
            form: r.opt_text(4),
            category: r.opt_text(5),
            amount_from: r.opt_int(6),
            amount_below: r.opt_int(7),
            value: value_of(r.str(8))?,
            unit: r.text(9),
            min: r.opt_int(10),
            max: r.opt_int(11),
            fixed: r.flag(12),
            from: r.int(13) as i32,
            to: r.opt_int(14).map(|d| d as i32),
            basis: r.text(15),
            grade: r.text(16),
        })
    };
    q.rows(sql, params![]).await?.iter().map(read).collect()
}

/// A rule's value from its JSON text.
pub fn value_of(json: &str) -> Result<Value> {
    let v: serde_json::Value = serde_json::from_str(json).map_err(Fail::fault)?;
    Ok(match v {
        serde_json::Value::Number(n) => Value::Int(n.as_i64().ok_or_else(|| Fail::Fault("rule value".into()))?),
        serde_json::Value::Bool(b) => Value::Flag(b),
        serde_json::Value::String(s) => Value::Text(s),
        serde_json::Value::Array(list) => {
            Value::List(list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => {
            return Err(Fail::Fault(format!("rule value {json}")));
        }
    })
}

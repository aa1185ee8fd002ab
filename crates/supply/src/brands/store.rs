//! The brand library: one canonical name per brand, found by any alias in any width or case.
use kit::{Db, Entry, Fail, Query, Result, params};
use rules::naming::brand_key;
use std::collections::HashMap;

const BRANDS: &str = include_str!("../../../../data/brands.csv");

/// Canonical brands by folded alias.
#[derive(Default)]
pub struct Brands {
    by_alias: HashMap<String, String>,
    shandong: HashMap<String, bool>,
}

impl Brands {
    /// The canonical name of a brand written in any way.
    pub fn find(&self, written: &str) -> Option<&str> {
        self.by_alias.get(&brand_key(written)).map(String::as_str)
    }

    /// The brand with which a title begins, the longest that fits; Latin names end where a word ends.
    pub fn in_title(&self, title: &str) -> Option<&str> {
        let key = brand_key(title);
        let fits = |alias: &str| {
            let next = key[alias.len()..].chars().next();
            let latin = alias.is_ascii() && next.is_some_and(|c| c.is_ascii_alphanumeric());
            alias.chars().count() >= 2 && !latin
        };
        let found = self.by_alias.iter().filter(|(alias, _)| key.starts_with(alias.as_str()) && fits(alias));
        found.max_by_key(|(alias, _)| alias.len()).map(|(_, brand)| brand.as_str())
    }

    /// Is it a brand of the province?
    pub fn is_local(&self, brand: &str) -> bool {
        self.shandong.get(brand).copied().unwrap_or(false)
    }
}

#[derive(serde::Deserialize)]
struct Line {
    brand: String,
    latin: String,
    aliases: String,
    home: String,
    shandong: String,
}

/// Fills an empty library from the file in `data/`.
pub async fn seed(db: &Db) -> Result<()> {
    if db.row("SELECT name FROM brand LIMIT 1", params![]).await?.is_some() {
        return Ok(());
    }
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(BRANDS.as_bytes());
    let lines = reader.deserialize().collect::<std::result::Result<Vec<Line>, _>>().map_err(Fail::fault)?;
    let lines = &lines;
    db.write("brands.seed", |tx| {
        Box::pin(async move {
            let mut seen = std::collections::HashSet::new();
            for b in lines {
                let local = b.shandong == "1";
                tx.run(
                    "INSERT INTO brand (name, latin, home, shandong) VALUES ($1,$2,$3,$4)",
                    params![&b.brand, &b.latin, &b.home, local],
                )
                .await?;
                let both = format!("{}({})", b.brand, b.latin);
                for alias in [b.brand.as_str(), b.latin.as_str(), both.as_str()].into_iter().chain(b.aliases.split('|'))
                {
                    let key = brand_key(alias);
                    if !key.is_empty() && seen.insert(key.clone()) {
                        tx.run("INSERT INTO brand_alias (folded, brand) VALUES ($1,$2)", params![key, &b.brand])
                            .await?;
                    }
                }
            }
            tx.journal(Entry {
                region: String::new(),
                room: "offers",
                kind: "brands.seeded",
                subject: "brands".into(),
                actor: 0,
                via: "command",
                data: serde_json::json!({"brands": lines.len()}),
            })
            .await?;
            Ok(())
        })
    })
    .await
}

/// Reads the library.
pub async fn load(q: &dyn Query) -> Result<Brands> {
    let found = q
        .rows("SELECT a.folded, b.name, b.shandong FROM brand_alias a JOIN brand b ON b.name = a.brand", params![])
        .await?;
    let mut out = Brands::default();
    for r in &found {
        out.by_alias.insert(r.text(0), r.text(1));
        out.shandong.insert(r.text(1), r.flag(2));
    }
    Ok(out)
}

//! Receiving a file, checking and loading it piece by piece, confirming, dropping.
use super::check::Checker;
use super::shape;
use super::store::{self, File};
use crate::filings::{self, Filed};
use crate::{Supply, admission, brands, prices, suppliers};
use base::access::Actor;
use base::facts::Facts;
use kit::db::Val;
use kit::{Entry, Fail, Query, Result, params};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of one piece of work, one transaction.
const PIECE: i64 = 500;

/// Takes a file in; the same content twice leads to the same file. Returns its id.
pub async fn receive(supply: &Supply, actor: &Actor, name: &str, bytes: &[u8], via: &'static str) -> Result<i64> {
    if admission::supplier_kind(supply.db(), actor.org).await?.is_none() {
        let words = "贵单位还没有通过入驻审核，不能上架商品。请先在“入驻资料”里提交申请。";
        return Err(Fail::refuse("import.not_admitted", words));
    }
    let shape::Shaped { rows: lines, repeated } = shape::shape(kit::sheet::read(bytes)?)?;
    if lines.is_empty() {
        return Err(Fail::field("file", "import.empty", "文件里没有商品，请从表头下一行开始填写。"));
    }
    let digest = kit::text::sha256(&[bytes]);
    if let Some(id) = store::twin(supply.db(), actor.org, &digest).await? {
        return Ok(id);
    }
    let id = supply.db().id();
    let cells = lines
        .iter()
        .map(|(line, r)| {
            // A second row of the same goods is the sender's mistake, whichever of the two is right.
            let twice = repeated.iter().find(|(at, _)| at == line).map(|(_, first)| first);
            let wrong = twice.map_or(String::new(), |first| format!("与第 {first} 行是同一个品牌型号，请只留一行。"));
            let state = if twice.is_some() { "bad" } else { "new" };
            Ok(params![id, *line, serde_json::to_string(r).map_err(Fail::fault)?, wrong, state].to_vec())
        })
        .collect::<Result<Vec<Vec<Val>>>>()?;
    let file = File {
        id,
        supplier: actor.org,
        person: actor.person,
        name: name.chars().take(120).collect(),
        state: "checking".into(),
        total: lines.len() as i64,
        checked: repeated.len() as i64,
        bad: repeated.len() as i64,
        loaded: 0,
        unchanged: 0,
        waiting: 0,
        made_at: 0,
    };
    let (file, digest, cells) = (&file, &digest, &cells);
    supply
        .db()
        .write("import.receive", |tx| {
            Box::pin(async move {
                store::add(tx, file, digest, cells).await?;
                tx.journal(entry(
                    actor,
                    "import.received",
                    file.id,
                    via,
                    json!({"rows": file.total, "digest": digest}),
                ))
                .await?;
                Ok(())
            })
        })
        .await?;
    Ok(id)
}

fn entry(actor: &Actor, kind: &'static str, id: i64, via: &'static str, data: serde_json::Value) -> Entry {
    Entry {
        region: actor.region.clone(),
        room: "offers",
        kind,
        subject: format!("import/{id}"),
        actor: actor.person,
        via,
        data,
    }
}

/// The owner confirms: correct rows go on the shelf.
pub async fn confirm(supply: &Supply, actor: &Actor, id: i64, via: &'static str) -> Result<()> {
    turn(supply, actor, id, "loading", "import.confirmed", via).await
}

/// The owner gives the file up; nothing of it was loaded.
pub async fn drop_file(supply: &Supply, actor: &Actor, id: i64) -> Result<()> {
    turn(supply, actor, id, "dropped", "import.dropped", "page").await
}

async fn turn(
    supply: &Supply,
    actor: &Actor,
    id: i64,
    to: &'static str,
    kind: &'static str,
    via: &'static str,
) -> Result<()> {
    // Also hides files of other suppliers.
    store::file(supply.db(), actor.org, id).await?;
    supply
        .db()
        .write("import.turn", |tx| {
            Box::pin(async move {
                if !store::turn(tx, id, "checked", to).await? {
                    return Err(Fail::refuse(
                        "import.state",
                        "这个文件还没有检查完，或者已经办过了，请刷新页面看它现在的状态。",
                    ));
                }
                tx.journal(entry(actor, kind, id, via, json!({}))).await?;
                Ok(())
            })
        })
        .await
}

/// All that the checks of one supplier's rows need to know.
pub struct Court {
    facts: Arc<Facts>,
    brands: brands::Brands,
    supplier: i64,
    seller: store::Seller,
    admitted: bool,
    closed: String,
    makers: HashMap<String, Vec<String>>,
    certificate_needed: Vec<String>,
}

impl Court {
    /// Reads what is known of a supplier; hidden when it is none.
    pub async fn of(supply: &Supply, q: &dyn Query, supplier: i64) -> Result<Court> {
        let facts = supply.facts();
        let seller = store::seller(q, supplier).await?;
        let day = rules::calendar::day_of(supply.db().now());
        let me = suppliers::get(q, supplier).await?;
        let needed = facts.rule("energy.mandatory", &seller.region, &Default::default(), day);
        let certificate_needed = needed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
        Ok(Court {
            brands: brands::load(q).await?,
            supplier,
            admitted: me.state == "admitted",
            closed: me.closed,
            makers: admission::makers(q, supplier, day).await?,
            certificate_needed,
            seller,
            facts,
        })
    }

    /// Region of the supplier.
    pub fn region(&self) -> &str {
        &self.seller.region
    }

    /// Kind of supplier.
    pub fn kind(&self) -> &str {
        &self.seller.kind
    }

    /// What checks its rows.
    pub fn checker(&self) -> Checker<'_> {
        Checker {
            facts: &self.facts,
            brands: &self.brands,
            supplier: self.supplier,
            supplier_areas: self.seller.areas.clone(),
            supplier_categories: self.seller.categories.clone(),
            admitted: self.admitted,
            closed: self.closed.clone(),
            makers: self.makers.clone(),
            certificate_needed: self.certificate_needed.clone(),
        }
    }
}

/// Does one piece of waiting work; false when there is none.
pub async fn work(supply: &Supply) -> Result<bool> {
    let Some(file) = store::next_open(supply.db()).await? else { return Ok(false) };
    let court = Court::of(supply, supply.db(), file.supplier).await?;
    let checker = court.checker();
    if file.state == "checking" {
        check_piece(supply, &file, &checker).await?;
    } else {
        load_piece(supply, &file, &checker, (court.region(), court.kind())).await?;
    }
    Ok(true)
}

async fn check_piece(supply: &Supply, file: &File, checker: &Checker<'_>) -> Result<()> {
    let rows = store::rows(supply.db(), file.id, "new", 0, PIECE).await?;
    let marks: Vec<Vec<Val>> = rows
        .iter()
        .map(|r| {
            let wrong = checker.check(&r.cells).err().map_or(String::new(), |w| w.join(" "));
            let state = if wrong.is_empty() { "good" } else { "bad" };
            params![state, wrong, file.id, r.line].to_vec()
        })
        .collect();
    let bad = marks.iter().filter(|m| m[0] == Val::from("bad")).count() as i64;
    let marks = &marks;
    supply
        .db()
        .upkeep("import.check", |tx| {
            Box::pin(async move {
                if marks.is_empty() {
                    store::turn(tx, file.id, "checking", "checked").await?;
                } else if store::count_checked(tx, file, marks.len() as i64, bad).await? {
                    store::mark(tx, file.id, marks).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn load_piece(supply: &Supply, file: &File, checker: &Checker<'_>, (region, kind): (&str, &str)) -> Result<()> {
    let rows = store::rows(supply.db(), file.id, "good", 0, PIECE).await?;
    if rows.is_empty() {
        return supply
            .db()
            .upkeep("import.finish", |tx| {
                Box::pin(async move { store::turn(tx, file.id, "loading", "loaded").await.map(|_| ()) })
            })
            .await;
    }
    let offers: Vec<_> = rows.iter().filter_map(|r| Some((r.line, checker.check(&r.cells).ok()?))).collect();
    let rows = &rows;
    let offers = &offers;
    let touched = supply
        .db()
        .write("import.load", |tx| {
            Box::pin(async move {
                let (mut marks, mut changed, mut products) = (Vec::new(), Vec::new(), Vec::new());
                let mut waiting = 0;
                let who = (file.supplier, region, kind);
                let mut desk = filings::Desk::of(supply, tx, who, "file", file.person).await?;
                for (line, offer) in offers {
                    let (state, words) = match filings::file(&mut desk, tx, offer).await? {
                        Filed::Same => ("same", String::new()),
                        Filed::Done(id, product) => {
                            changed.push(id.to_string());
                            products.push(product);
                            ("loaded", String::new())
                        }
                        Filed::Waits(_, product) => {
                            products.extend(product);
                            waiting += 1;
                            ("loaded", "已提交审核，在“商品申报”里看结果。".to_owned())
                        }
                        Filed::Refused(words) => ("bad", words),
                    };
                    marks.push(params![state, words, file.id, *line].to_vec());
                }
                // Rows whose facts changed between check and load (a region closed, say) fall out with the reason.
                for r in rows.iter().filter(|r| offers.iter().all(|(line, _)| *line != r.line)) {
                    marks.push(params!["bad", "确认时已不符合规定，请重新上传检查。", file.id, r.line].to_vec());
                }
                let same = marks.iter().filter(|m| m[0] == Val::from("same")).count() as i64;
                let bad = marks.iter().filter(|m| m[0] == Val::from("bad")).count() as i64;
                let counts = [changed.len() as i64 + waiting, same, waiting, bad];
                if !store::count_loaded(tx, file, counts).await? {
                    return Err(Fail::Retry);
                }
                store::mark(tx, file.id, &marks).await?;
                let names: Vec<String> = products.iter().map(ToString::to_string).collect();
                tx.journal(Entry {
                    region: region.to_owned(),
                    room: "offers",
                    kind: "offers.loaded",
                    subject: format!("import/{}", file.id),
                    actor: file.person,
                    via: "file",
                    data: json!({"supplier": file.supplier.to_string(), "offers": changed, "products": names, "waiting": waiting}),
                })
                .await?;
                Ok(products)
            })
        })
        .await?;
    // What was too dear and is not any more is sold again at once.
    prices::check(supply, &touched).await.map(|_| ())
}

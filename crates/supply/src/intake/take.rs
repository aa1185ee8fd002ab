//! Taking rows in: each is checked, filed and answered for itself. A plan is the same, undone at the end.
use super::store;
use crate::filings::{self, Desk, Filed};
use crate::offers::{NewOffer, import};
use crate::{Supply, pictures, prices};
use kit::{Entry, Fail, Result, Tx};
use rules::naming::model_key;
use serde_json::json;
use std::sync::Mutex;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// On the shelf, new or changed.
    Done,
    /// It was so.
    Same,
    /// Waits for review.
    Waits,
    /// Not taken: why.
    Refused(String),
}

impl Did {
    /// Stable key for the API.
    pub fn key(&self) -> &'static str {
        match self {
            Did::Done => "done",
            Did::Same => "same",
            Did::Waits => "waits",
            Did::Refused(_) => "refused",
        }
    }

    /// In words; empty when nothing is to be said.
    pub fn words(&self) -> &str {
        match self {
            Did::Refused(words) => words,
            Did::Waits => "已提交审核",
            _ => "",
        }
    }
}

/// Who brings rows: supplier, person, and how (`api`, `folder`).
#[derive(Clone, Copy)]
struct Bringer<'a> {
    supplier: i64,
    person: i64,
    via: &'a str,
}

/// Takes rows in the shape of the template; one answer each, in order.
pub async fn take(supply: &Supply, supplier: i64, person: i64, via: &str, rows: &[Vec<String>]) -> Result<Vec<Did>> {
    let from = Bringer { supplier, person, via };
    let (found, products) =
        supply.db().write("intake.take", |tx| Box::pin(async move { all(supply, tx, from, rows).await })).await?;
    prices::check(supply, &products).await?;
    Ok(found)
}

async fn all(supply: &Supply, tx: &Tx<'_>, from: Bringer<'_>, rows: &[Vec<String>]) -> Result<(Vec<Did>, Vec<i64>)> {
    let court = import::Court::of(supply, tx, from.supplier).await?;
    let checker = court.checker();
    let who = (from.supplier, court.region(), court.kind());
    let mut desk = Desk::of(supply, tx, who, from.via, from.person).await?;
    let (mut out, mut changed, mut products) = (Vec::new(), Vec::new(), Vec::new());
    for cells in rows {
        let did = match checker.check(cells) {
            Err(wrong) => Did::Refused(wrong.join(" ")),
            Ok(offer) => match filings::file(&mut desk, tx, &offer).await? {
                Filed::Same => Did::Same,
                Filed::Done(id, product) => {
                    changed.push(id.to_string());
                    products.push(product);
                    Did::Done
                }
                Filed::Waits(_, product) => {
                    products.extend(product);
                    Did::Waits
                }
                Filed::Refused(words) => Did::Refused(words),
            },
        };
        out.push(did);
    }
    let names: Vec<String> = products.iter().map(ToString::to_string).collect();
    tx.journal(Entry {
        region: court.region().to_owned(),
        room: "intake",
        kind: "offers.taken",
        subject: format!("supplier/{}", from.supplier),
        actor: from.person,
        via: via_word(from.via),
        data: json!({"supplier": from.supplier.to_string(), "rows": rows.len(), "offers": changed, "products": names}),
    })
    .await?;
    Ok((out, products))
}

/// How a journal entry says it came.
fn via_word(via: &str) -> &'static str {
    match via {
        "api" => "api",
        "page" => "page",
        "pull" => "timer",
        _ => "command",
    }
}

/// Takes one picture of goods that a supplier offers or has filed, named by brand and model; returns how many are new.
pub async fn picture(
    supply: &Supply,
    (supplier, person): (i64, i64),
    via: &str,
    brand: &str,
    model: &str,
    bytes: Vec<u8>,
) -> Result<usize> {
    let db = supply.db();
    let library = crate::brands::load(db).await?;
    let no_brand = || Fail::field("brand", "picture.brand", format!("品牌库里没有“{brand}”。"));
    let (brand, key) = (library.find(brand).ok_or_else(no_brand)?, model_key(model));
    let no_goods = || Fail::field("model", "picture.goods", format!("本企业没有上架或申报 {brand} {model}。"));
    let (model, category) = store::brought(db, supplier, brand, &key).await?.ok_or_else(no_goods)?;
    let goods = pictures::Goods { brand: brand.to_owned(), model, key, category };
    let org = base::orgs::org(db, supplier).await?;
    let from = pictures::Bringer { supplier, region: &org.region, person, via: via_word(via) };
    pictures::add(supply, from, &goods, vec![bytes]).await
}

/// What a folder would bring about.
#[derive(Debug, Default)]
pub struct Plan {
    /// One answer for each row, in order.
    pub rows: Vec<Did>,
    /// Offers on the shelf that the folder does not name: id, product, title.
    pub missing: Vec<(i64, i64, String)>,
}

/// Says what rows would bring about, by doing it and undoing it.
pub async fn plan(supply: &Supply, supplier: i64, person: i64, rows: &[Vec<String>]) -> Result<Plan> {
    let found: Mutex<Plan> = Mutex::default();
    let from = Bringer { supplier, person, via: "folder" };
    let undone = supply
        .db()
        .write("intake.plan", |tx| {
            let found = &found;
            Box::pin(async move {
                let (answers, _) = all(supply, tx, from, rows).await?;
                let missing = missing(supply, tx, supplier, rows).await?;
                *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Plan { rows: answers, missing };
                Err::<(), _>(Fail::refuse("intake.plan", "只是预演，没有写入。"))
            })
        })
        .await;
    match undone {
        Err(Fail::Refused(r)) if r.code == "intake.plan" => {}
        Err(e) => return Err(e),
        Ok(()) => return Err(Fail::Fault("a plan must leave nothing behind".into())),
    }
    Ok(found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Offers on the shelf that no good row names.
async fn missing(supply: &Supply, tx: &Tx<'_>, supplier: i64, rows: &[Vec<String>]) -> Result<Vec<(i64, i64, String)>> {
    let court = import::Court::of(supply, tx, supplier).await?;
    let checker = court.checker();
    let mut named = Vec::new();
    for offer in rows.iter().filter_map(|r| checker.check(r).ok()) {
        let NewOffer { product, .. } = &offer;
        named.extend(store::offered(tx, supplier, &product.brand, &model_key(&product.model)).await?);
    }
    let mut all = store::on_shelf(tx, supplier).await?;
    all.retain(|(offer, ..)| !named.contains(offer));
    Ok(all)
}

/// Takes the rows of a folder in.
pub async fn apply(supply: &Supply, supplier: i64, person: i64, rows: &[Vec<String>]) -> Result<Vec<Did>> {
    take(supply, supplier, person, "folder", rows).await
}

/// Takes what a folder does not name off the shelf; returns how many.
pub async fn put_off(supply: &Supply, supplier: i64, person: i64, list: &[(i64, i64, String)]) -> Result<usize> {
    let org = base::orgs::org(supply.db(), supplier).await?;
    let region = &org.region;
    supply
        .db()
        .write("intake.off", |tx| {
            Box::pin(async move {
                let mut products = Vec::new();
                for (offer, product, _) in list {
                    if store::off(tx, supplier, *offer).await? {
                        products.push(product.to_string());
                    }
                }
                let n = products.len();
                tx.journal(Entry {
                    region: region.clone(),
                    room: "intake",
                    kind: "offers.put_off",
                    subject: format!("supplier/{supplier}"),
                    actor: person,
                    via: "command",
                    data: json!({"supplier": supplier.to_string(), "products": products}),
                })
                .await?;
                Ok(n)
            })
        })
        .await
}

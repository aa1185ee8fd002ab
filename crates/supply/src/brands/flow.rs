//! The library grows and is put right: suppliers ask for brands it misses, a centre makes, joins and separates them.
use super::store::{self, Ask};
use crate::Supply;
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx};
use rules::duty::Duty;
use rules::naming::{brand_key, model_key};
use serde_json::json;

fn entry(actor: &Actor, kind: &'static str, brand: &str, data: serde_json::Value) -> Entry {
    about(actor, kind, format!("brand/{brand}"), data)
}

/// Of a wish the entry names the row: what a supplier writes may have to be erased, and a subject stays.
fn of_wish(actor: &Actor, kind: &'static str, ask: i64, data: serde_json::Value) -> Entry {
    about(actor, kind, format!("brand_ask/{ask}"), data)
}

fn about(actor: &Actor, kind: &'static str, subject: String, data: serde_json::Value) -> Entry {
    Entry { region: actor.region.clone(), room: "brands", kind, subject, actor: actor.person, via: "page", data }
}

/// A supplier asks for a brand that the library misses.
pub async fn ask(supply: &Supply, actor: &Actor, written: &str, latin: &str, proof: &str) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    let folded = brand_key(written);
    if folded.is_empty() {
        return Err(Fail::field("written", "brand.empty", "品牌要有文字。"));
    }
    let folded = &folded;
    supply
        .db()
        .write("brand.ask", |tx| {
            Box::pin(async move {
                crate::suppliers::get(tx, actor.org).await?;
                if let Some(known) = store::load(tx).await?.find(written) {
                    let words = format!("品牌库里已经有了，写作“{known}”。");
                    return Err(Fail::field("written", "brand.known", words));
                }
                let Some(id) = store::add_ask(tx, actor.org, written, folded, latin, proof).await? else {
                    return Err(Fail::field("written", "brand.asked", "已经有人申请了这个品牌，请等集采机构处理。"));
                };
                let data = json!({"written": written, "supplier": actor.org.to_string()});
                tx.journal(of_wish(actor, "brand.asked", id, data)).await.map(|_| ())
            })
        })
        .await
}

/// What a centre decides about a wish.
pub enum Answer {
    /// A brand of its own: its Latin name and where it comes from.
    Make(String, String),
    /// Another way to write a brand that is there.
    Alias(String),
    /// Not taken, with the reason.
    Refuse(String),
}

/// A centre answers a wish.
pub async fn answer(supply: &Supply, actor: &Actor, id: i64, a: &Answer) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    supply.db().write("brand.answer", |tx| Box::pin(async move { answered(tx, actor, id, a).await })).await
}

async fn answered(tx: &Tx<'_>, actor: &Actor, id: i64, a: &Answer) -> Result<()> {
    let ask: Ask = store::ask(tx, id).await?;
    let library = store::load(tx).await?;
    let (state, brand, reason, told) = match a {
        Answer::Make(latin, home) => {
            if library.find(&ask.written).is_some() {
                return Err(Fail::refuse("brand.known", "品牌库里已经有了，请改为别名。"));
            }
            store::add_brand(tx, &ask.written, latin, home).await?;
            for alias in [ask.written.as_str(), latin, &format!("{}({latin})", ask.written)] {
                store::add_alias(tx, &brand_key(alias), &ask.written).await?;
            }
            store::add_event(tx, "made", &ask.written, "", "", actor.person).await?;
            ("made", ask.written.clone(), String::new(), format!("品牌“{}”已登记，可以上架了", ask.written))
        }
        Answer::Alias(of) => {
            let unknown = || Fail::field("of", "brand.unknown", format!("品牌库里没有“{of}”。"));
            let brand = library.find(of).ok_or_else(unknown)?.to_owned();
            store::add_alias(tx, &ask.folded, &brand).await?;
            store::add_event(tx, "alias", &brand, &ask.written, "", actor.person).await?;
            let told = format!("“{}”登记为品牌“{brand}”的另一种写法，可以上架了", ask.written);
            ("alias", brand, String::new(), told)
        }
        Answer::Refuse(reason) if reason.is_empty() => {
            return Err(Fail::field("reason", "brand.reason", "不登记要写明理由。"));
        }
        Answer::Refuse(reason) => {
            let told = format!("品牌“{}”没有登记：{reason}", ask.written);
            ("refused", String::new(), reason.clone(), told)
        }
    };
    if !store::close_ask(tx, id, state, &brand, &reason).await? {
        return Err(Fail::refuse("brand.decided", "这条申请已经办理过，请刷新页面。"));
    }
    base::messages::tell(tx, ask.supplier, Duty::SupplierAdmin, "/brands", &format!("{told}。")).await?;
    let data = json!({"written": ask.written, "state": state, "brand": brand, "reason": reason});
    tx.journal(of_wish(actor, "brand.answered", id, data)).await.map(|_| ())
}

/// Joins a brand to another: its products, aliases and authorisations go over; equal models become one product.
pub async fn merge(supply: &Supply, actor: &Actor, from: &str, into: &str, why: &str) -> Result<usize> {
    actor.must(&[Duty::Centre])?;
    supply
        .db()
        .write("brand.merge", |tx| {
            Box::pin(async move {
                let library = store::load(tx).await?;
                let known = |name: &str, field: &'static str| {
                    let words = format!("品牌库里没有“{name}”。");
                    library.find(name).map(str::to_owned).ok_or_else(|| Fail::field(field, "brand.unknown", words))
                };
                let (from, into) = (known(from, "from")?, known(into, "into")?);
                if from == into {
                    return Err(Fail::field("into", "brand.same", "这已经是同一个品牌。"));
                }
                let mut touched = Vec::new();
                for (product, key) in store::products_of(tx, &from).await? {
                    touched.push(product.to_string());
                    match store::product_of(tx, &into, &key).await? {
                        Some(other) => {
                            store::join_products(tx, product, other).await?;
                            touched.push(other.to_string());
                        }
                        None => store::set_brand(tx, product, &into).await?,
                    }
                }
                store::drop_brand(tx, &from, &into).await?;
                store::add_event(tx, "merged", &into, &from, why, actor.person).await?;
                let data = json!({"from": from, "into": into, "why": why, "products": touched});
                tx.journal(entry(actor, "brand.merged", &into, data)).await?;
                Ok(touched.len())
            })
        })
        .await
}

/// Separates a way of writing from a brand: it becomes a brand of its own, with the models that are its.
pub async fn split(supply: &Supply, actor: &Actor, alias: &str, models: &[String], why: &str) -> Result<usize> {
    actor.must(&[Duty::Centre])?;
    supply
        .db()
        .write("brand.split", |tx| {
            Box::pin(async move {
                let library = store::load(tx).await?;
                let words = format!("品牌库里没有“{alias}”这种写法。");
                let unknown = || Fail::field("alias", "brand.unknown", words.clone());
                let brand = library.find(alias).ok_or_else(unknown)?.to_owned();
                if brand_key(&brand) == brand_key(alias) {
                    return Err(Fail::field("alias", "brand.main", "这是品牌的正名，不能拆出。"));
                }
                store::add_brand(tx, alias, "", "").await?;
                store::move_alias(tx, &brand_key(alias), alias).await?;
                let mut touched = Vec::new();
                for model in models {
                    let none = || Fail::field("models", "brand.model", format!("{brand} 没有型号“{model}”。"));
                    let product = store::product_of(tx, &brand, &model_key(model)).await?.ok_or_else(none)?;
                    store::set_brand(tx, product, alias).await?;
                    touched.push(product.to_string());
                }
                store::add_event(tx, "split", alias, &brand, why, actor.person).await?;
                let data = json!({"from": brand, "brand": alias, "why": why, "products": touched});
                tx.journal(entry(actor, "brand.split", alias, data)).await?;
                Ok(touched.len())
            })
        })
        .await
}

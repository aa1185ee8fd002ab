//! Models of a brand: two that are one under two names are joined, and separated again where that was wrong.
use super::store::{self, Joined};
use crate::Supply;
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx};
use rules::duty::Duty;
use rules::naming::model_key;
use serde_json::json;

/// Two ways to write a model, as a centre names them.
pub struct Pair<'a> {
    /// Brand, in any way it is written.
    pub brand: &'a str,
    /// The way of writing that goes.
    pub from: &'a str,
    /// The model it is.
    pub into: &'a str,
    /// Why.
    pub why: &'a str,
}

fn entry(actor: &Actor, kind: &'static str, brand: &str, data: serde_json::Value) -> Entry {
    Entry {
        region: actor.region.clone(),
        room: "brands",
        kind,
        subject: format!("brand/{brand}"),
        actor: actor.person,
        via: "page",
        data,
    }
}

async fn brand_of(tx: &Tx<'_>, written: &str) -> Result<String> {
    let unknown = || Fail::field("brand", "brand.unknown", format!("品牌库里没有“{written}”。"));
    store::load(tx).await?.find(written).map(str::to_owned).ok_or_else(unknown)
}

/// Joins a model to another of its brand: offers and market prices go over, and whoever writes the old name is understood.
pub async fn join(supply: &Supply, actor: &Actor, p: &Pair<'_>) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    supply.db().write("model.merge", |tx| Box::pin(async move { joined(tx, actor, p).await })).await
}

async fn joined(tx: &Tx<'_>, actor: &Actor, p: &Pair<'_>) -> Result<()> {
    let brand = brand_of(tx, p.brand).await?;
    let (from_key, into_key) = (model_key(p.from), model_key(p.into));
    if from_key == into_key {
        return Err(Fail::field("into", "model.same", "这已经是同一个型号。"));
    }
    if store::joined(tx, &brand, &from_key).await?.is_some() {
        return Err(Fail::field("from", "model.joined", format!("{brand} {} 已经并入别的型号。", p.from)));
    }
    let mut found = [0_i64; 2];
    for (at, (field, model, key)) in [("from", p.from, &from_key), ("into", p.into, &into_key)].into_iter().enumerate()
    {
        let none = || Fail::field(field, "brand.model", format!("{brand} 没有型号“{model}”。"));
        found[at] = store::product_of(tx, &brand, key).await?.ok_or_else(none)?;
    }
    let [from, into] = found;
    let (ours, theirs) = (store::unit_of(tx, from).await?, store::unit_of(tx, into).await?);
    if ours != theirs {
        let words = format!("两个型号的计量单位不同（{ours}、{theirs}），价格没有可比性，不能合并。");
        return Err(Fail::field("into", "model.unit", words));
    }
    let (offers, observations) = store::going_over(tx, from, into).await?;
    store::join_products(tx, from, into).await?;
    store::follow_on(tx, from, into).await?;
    let j =
        Joined { brand: brand.clone(), model_key: from_key, product: from, into_product: into, offers, observations };
    store::add_joined(tx, &j).await?;
    let other = format!("{} → {}", p.from, p.into);
    store::add_event(tx, "model_merged", &brand, &other, p.why, actor.person).await?;
    let products = [from.to_string(), into.to_string()];
    let data = json!({"brand": brand, "from": p.from, "into": p.into, "why": p.why, "products": products});
    tx.journal(entry(actor, "model.merged", &brand, data)).await.map(|_| ())
}

/// Separates a way of writing again: what had gone over and is still there goes back.
pub async fn part(supply: &Supply, actor: &Actor, brand: &str, model: &str, why: &str) -> Result<()> {
    actor.must(&[Duty::Centre])?;
    supply
        .db()
        .write("model.split", |tx| {
            Box::pin(async move {
                let brand = brand_of(tx, brand).await?;
                let none = || Fail::field("from", "model.not_joined", format!("{brand} {model} 没有并入过别的型号。"));
                let j = store::joined(tx, &brand, &model_key(model)).await?.ok_or_else(none)?;
                store::bring_back(tx, &j).await?;
                store::drop_joined(tx, &j).await?;
                store::add_event(tx, "model_split", &brand, model, why, actor.person).await?;
                let products = [j.product.to_string(), j.into_product.to_string()];
                let data = json!({"brand": brand, "model": model, "why": why, "products": products});
                tx.journal(entry(actor, "model.split", &brand, data)).await.map(|_| ())
            })
        })
        .await
}

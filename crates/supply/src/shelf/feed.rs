//! Feeding the search engine: all at start, then whatever the journal names.
use super::store;
use crate::Supply;
use base::Base;
use kit::journal::{self, Recorded};
use kit::{Fail, Result};
use search::{Change, Engine, Region};
use std::collections::BTreeSet;

const SYNONYMS: &str = include_str!("../../../../data/synonyms.txt");
/// Rows read at a time while filling.
const PIECE: i64 = 2000;
/// Entries followed at a time.
const ENTRIES: i64 = 500;

/// An engine that knows this installation's regions and categories.
pub fn new_engine(base: &Base) -> Engine {
    let facts = base.facts();
    let regions: Vec<Region> = facts
        .regions
        .values()
        .map(|r| Region { code: r.code.clone(), parent: (!r.parent.is_empty()).then(|| r.parent.clone()) })
        .collect();
    let names: Vec<(String, String)> = facts.categories.values().map(|c| (c.code.clone(), c.name.clone())).collect();
    Engine::new(SYNONYMS, &regions, &names)
}

fn indexed(supply: &Supply, p: store::Product) -> search::Product {
    let facts = supply.facts();
    let path: Vec<&str> = facts.category_path(&p.category).iter().map(|c| c.name.as_str()).collect();
    search::Product {
        id: p.id,
        words: format!("{} {}", path.join(" "), p.words),
        category: p.category,
        brand: p.brand,
        model: p.model,
        title: p.title,
        attrs: p.attrs,
        flags: p.flags as u32,
        picture: p.pictures.into_iter().next().unwrap_or_default(),
    }
}

fn offered((offer, listed): (search::Offer, bool)) -> Change {
    if listed { Change::Offer(offer) } else { Change::DropOffer(offer.id) }
}

/// Fills the engine from the tables. The journal's head is read first: what changes meanwhile is seen again by the follower.
pub async fn fill(supply: &Supply) -> Result<()> {
    let head = journal::head(supply.db()).await?;
    supply.engine().clear();
    let mut after = 0;
    loop {
        let piece = store::products_after(supply.db(), after, PIECE).await?;
        let Some(last) = piece.last() else { break };
        after = last.id;
        supply.engine().apply(piece.into_iter().map(|p| Change::Product(indexed(supply, p))).collect());
    }
    after = 0;
    loop {
        let piece = store::offers_after(supply.db(), after, PIECE).await?;
        let Some((last, _)) = piece.last() else { break };
        after = last.id;
        supply.engine().apply(piece.into_iter().map(offered).collect());
    }
    supply.engine().reached(head);
    Ok(())
}

/// Follows the journal once; returns how many entries were seen.
pub async fn follow(supply: &Supply) -> Result<usize> {
    let from = supply.engine().position();
    let entries = journal::after(supply.db(), from, ENTRIES).await?;
    let Some(last) = entries.last() else { return Ok(0) };
    entries.iter().try_for_each(|e| e.whole(rules::erasure::may))?;
    let touched: BTreeSet<i64> = entries.iter().flat_map(products_of).collect();
    let mut changes = Vec::new();
    for id in touched {
        match store::product(supply.db(), id).await {
            Ok(p) => changes.push(Change::Product(indexed(supply, p))),
            Err(Fail::Hidden) => changes.push(Change::DropProduct(id)),
            Err(e) => return Err(e),
        }
        changes.extend(store::offers_of(supply.db(), id).await?.into_iter().map(offered));
    }
    for e in entries.iter().filter(|e| e.kind == "acceptance.recorded") {
        for l in e.data["lines"].as_array().into_iter().flatten() {
            if let (Some(product), Some(sold)) = (id_of(&l["product"]), l["accepted"].as_i64()) {
                changes.push(Change::Sales { product, sold });
            }
        }
    }
    if entries.iter().any(|e| e.kind.starts_with("supplier.")) {
        supply.reload_suppliers().await?;
    }
    // A publication, or a station moved, on another node is known here from now on as well.
    if entries.iter().any(|e| matches!(e.kind.as_str(), "rulebook.published" | "station.moved")) {
        supply.reload_facts().await?;
    }
    supply.engine().apply(changes);
    supply.engine().reached(last.seq);
    Ok(entries.len())
}

fn id_of(v: &serde_json::Value) -> Option<i64> {
    v.as_i64().or_else(|| v.as_str()?.parse().ok())
}

/// The products an entry names: a list `products`, or `product` of each of its `lines`.
fn products_of(e: &Recorded) -> Vec<i64> {
    let list = e.data["products"].as_array().into_iter().flatten();
    let lines = e.data["lines"].as_array().into_iter().flatten().map(|l| &l["product"]);
    list.chain(lines).filter_map(id_of).collect()
}

//! Makers and their agents: who owns a brand, who may sell it where and until when. Offers die with the authorisation.
use super::flow::entry;
use super::store::{self, Application, Authorisation};
use crate::offers::stop;
use crate::{Supply, brands};
use base::access::Actor;
use kit::fail::carried;
use kit::{Entry, Fail, Query, Result, Tx};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use serde_json::json;
use std::collections::HashMap;

/// Authorisations ended at a time.
const PIECE: usize = 100;

/// The brands a maker named become its own, where the library knows them and nobody else owns them.
pub(super) async fn own(supply: &Supply, tx: &Tx<'_>, actor: &Actor, a: &Application) -> Result<()> {
    let library = brands::load(tx).await?;
    let mut owned = Vec::new();
    for written in a.brands.split(['、', ',', '，']).map(str::trim).filter(|w| !w.is_empty()) {
        let Some(brand) = library.find(written) else { continue };
        if !store::own_brand(tx, brand, a.org).await? {
            let words = format!("品牌“{brand}”已经登记在另一家厂商名下，请核对后退回。");
            return Err(Fail::field("brands", "application.brand", words));
        }
        owned.push(brand.to_owned());
        let _ = watch(supply, tx, brand, actor.person).await?;
    }
    if !owned.is_empty() {
        tx.journal(entry(a, "brand.owned", actor.person, json!({"maker": a.org.to_string(), "brands": owned}))).await?;
    }
    Ok(())
}

/// How an agent stands with a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Authorised {
    /// No maker is known, nothing is needed.
    Free,
    /// In these areas.
    In(Vec<String>),
    /// A maker is known and has not let it.
    No,
}

/// May a supplier of a kind sell a brand today?
async fn authorised(q: &dyn Query, supplier: i64, kind: &str, brand: &str, today: Day) -> Result<Authorised> {
    if kind != "代理商" || store::maker_of(q, brand).await?.is_none() {
        return Ok(Authorised::Free);
    }
    let found = store::for_brand(q, supplier, brand).await?;
    let holding = found.iter().filter(|a| a.state == "verified" && a.until >= today).max_by_key(|a| a.until);
    Ok(holding.map_or(Authorised::No, |a| Authorised::In(a.areas.split_whitespace().map(str::to_owned).collect())))
}

/// Brings the offers of a brand's agents in line with their authorisations. Returns the products touched.
async fn watch(supply: &Supply, tx: &Tx<'_>, brand: &str, actor: i64) -> Result<usize> {
    let today = day_of(tx.now());
    let mut touched = Vec::new();
    let mut told = Vec::new();
    for (offer, product, agent) in store::agents_offers(tx, brand).await? {
        let may = authorised(tx, agent, "代理商", brand, today).await? != Authorised::No;
        if stop::set(tx, offer, stop::AUTHORISATION, !may).await? {
            touched.push(product.to_string());
            told.push((agent, may));
        }
    }
    if touched.is_empty() {
        return Ok(0);
    }
    told.sort_unstable();
    told.dedup();
    for (agent, may) in told {
        let words = match may {
            true => format!("“{brand}”的厂商授权有效，商品恢复销售。"),
            false => format!("“{brand}”没有有效的厂商授权，商品暂停销售。请向厂商申请授权。"),
        };
        base::messages::tell(tx, agent, Duty::SupplierAdmin, "/authorisations", &words).await?;
    }
    let n = touched.len();
    tx.journal(Entry {
        region: supply.facts().root.clone(),
        room: "admission",
        kind: "brand.watched",
        subject: format!("brand/{brand}"),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data: json!({"brand": brand, "products": touched}),
    })
    .await?;
    Ok(n)
}

fn said(a: &Authorisation, region: &str, kind: &'static str, actor: i64) -> Entry {
    Entry {
        region: region.to_owned(),
        room: "admission",
        kind,
        subject: format!("authorisation/{}", a.id),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data: json!({
            "maker": a.maker.to_string(), "agent": a.agent.to_string(), "brand": a.brand, "areas": a.areas,
            "until": show_day(a.until), "reason": a.reason,
        }),
    }
}

/// An agent asks the maker of a brand.
pub async fn ask(supply: &Supply, actor: &Actor, written: &str, areas: &[String], until: Day) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    if until < day_of(supply.db().now()) {
        return Err(Fail::field("until", "authorisation.past", "授权截止日期不能早于今天。"));
    }
    if areas.is_empty() || areas.iter().any(|a| supply.facts().region(a).is_none()) {
        return Err(Fail::field("areas", "authorisation.areas", "请选择授权区域。"));
    }
    supply
        .db()
        .write("authorisation.ask", |tx| {
            Box::pin(async move {
                let (kind, _) = store::account(tx, actor.org).await?.ok_or(Fail::Hidden)?;
                if kind != "代理商" {
                    return Err(Fail::refuse("authorisation.kind", "只有代理商需要厂商授权。"));
                }
                let library = brands::load(tx).await?;
                let unknown = || Fail::field("brand", "authorisation.brand", format!("品牌库里没有“{written}”。"));
                let brand = library.find(written).ok_or_else(unknown)?.to_owned();
                let nobody = || {
                    let words = format!("“{brand}”还没有厂商登记，现在不需要授权。");
                    Fail::field("brand", "authorisation.maker", words)
                };
                let maker = store::maker_of(tx, &brand).await?.ok_or_else(nobody)?;
                let mut a = Authorisation {
                    id: 0,
                    maker,
                    agent: actor.org,
                    brand,
                    areas: areas.join(" "),
                    until,
                    state: "asked".into(),
                    reason: String::new(),
                };
                if store::for_brand(tx, actor.org, &a.brand).await?.iter().any(|k| k.state == "asked") {
                    return Err(Fail::refuse("authorisation.open", "已经申请过这个品牌，请等厂商答复。"));
                }
                a.id = store::add_authorisation(tx, &a).await?;
                let words = format!("{}申请代理“{}”，请核实后答复。", actor.org_name, a.brand);
                base::messages::tell(tx, maker, Duty::SupplierAdmin, "/authorisations", &words).await?;
                tx.journal(said(&a, &actor.region, "authorisation.asked", actor.person)).await.map(|_| ())
            })
        })
        .await
}

/// The maker verifies, refuses, or ends what it had verified; the agent may end it too.
pub async fn answer(supply: &Supply, actor: &Actor, id: i64, to: &str, reason: &str) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("authorisation.answer", |tx| {
            Box::pin(async move {
                let mut a = store::authorisation(tx, actor.org, id).await?;
                let maker = actor.org == a.maker;
                let legal = match (a.state.as_str(), to) {
                    ("asked", "verified" | "refused") => maker,
                    ("asked" | "verified", "ended") => true,
                    _ => false,
                };
                if !legal {
                    return Err(Fail::refuse("authorisation.state", "这项授权现在不能这样办理，请刷新页面。"));
                }
                if to != "verified" && reason.is_empty() {
                    return Err(Fail::field("reason", "authorisation.reason", "请写明理由。"));
                }
                if !store::move_authorisation(tx, &a, to, reason).await? {
                    return Err(Fail::Retry);
                }
                (a.state, a.reason) = (to.to_owned(), reason.to_owned());
                let word = match to {
                    "verified" => "已核实",
                    "refused" => "未获同意",
                    _ => "已终止",
                };
                let other = if maker { a.agent } else { a.maker };
                let words = format!("“{}”的代理授权{word}。", a.brand);
                base::messages::tell(tx, other, Duty::SupplierAdmin, "/authorisations", &words).await?;
                tx.journal(said(&a, &actor.region, "authorisation.answered", actor.person)).await?;
                watch(supply, tx, &a.brand, actor.person).await.map(|_| ())
            })
        })
        .await
}

/// Ends authorisations whose last day is past.
pub async fn end_due(supply: &Supply) -> Result<usize> {
    let root = &supply.facts().root;
    let mut done = 0;
    for a in &store::lapsed(supply.db(), day_of(supply.db().now()), PIECE).await? {
        let ended = supply
            .db()
            .write("authorisation.end", |tx| {
                Box::pin(async move {
                    if !store::move_authorisation(tx, a, "ended", "到期").await? {
                        return Ok(());
                    }
                    tx.journal(said(a, root, "authorisation.ended", 0)).await?;
                    watch(supply, tx, &a.brand, 0).await.map(|_| ())
                })
            })
            .await;
        done += usize::from(carried("authorisation", a.id, ended));
    }
    Ok(done)
}

/// Brands that a maker owns, with the areas in which a supplier may sell them; none at all when it may not.
pub async fn makers(q: &dyn Query, supplier: i64, today: Day) -> Result<HashMap<String, Vec<String>>> {
    let mut out = HashMap::new();
    if store::account(q, supplier).await?.is_none_or(|(kind, _)| kind != "代理商") {
        return Ok(out);
    }
    for brand in store::owned(q).await? {
        let may = match authorised(q, supplier, "代理商", &brand, today).await? {
            Authorised::In(areas) => areas,
            _ => Vec::new(),
        };
        out.insert(brand, may);
    }
    Ok(out)
}

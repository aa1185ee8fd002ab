//! How a batch or a framework agreement led to its supplier: who was asked or offered, at which price, why not the others.
use crate::Watch;
use kit::Result;
use rules::fixed::Way;
use serde_json::{Value, json};
use trade::{batch, fixed};

/// One who was asked or who offered.
pub struct Beside {
    /// Name.
    pub supplier: String,
    /// What was offered; empty for a service.
    pub goods: String,
    /// Price of one, or of the whole job, fen; None for none.
    pub price: Option<i64>,
    /// When, ms UTC; 0 for not.
    pub at: i64,
    /// Code, see [`super::words`].
    pub why: &'static str,
}

/// How a procedure led to its supplier.
pub struct Found {
    /// Heading: what it was.
    pub title: String,
    /// How the supplier was found, in a sentence.
    pub way: String,
    /// Where the procedure can be read.
    pub page: String,
    /// The record that anybody can recompute; empty for none.
    pub record: String,
    /// Price of one on the shelf when the round was opened, fen; 0 for none.
    pub shelf: i64,
    /// Who was asked or offered; the winners first.
    pub beside: Vec<Beside>,
    /// The auction that decided for the whole batch.
    pub auction: Option<i64>,
}

/// How the project behind an order found its supplier; None for auctions and orders without a project.
pub async fn of(watch: &Watch, project: Option<&(i64, String)>) -> Result<Option<Found>> {
    Ok(match project {
        Some((id, kind)) if kind == "demand" => Some(demand(watch, *id).await?),
        Some((id, kind)) if kind == "job" => Some(job(watch, *id).await?),
        _ => None,
    })
}

async fn demand(watch: &Watch, id: i64) -> Result<Found> {
    let m = batch::met(watch.db(), id).await?;
    let names = base::orgs::names(watch.db(), &m.offers.iter().map(|o| o.supplier).collect::<Vec<_>>()).await?;
    let beside = m.offers.iter().map(|o| Beside {
        supplier: names.get(&o.supplier).cloned().unwrap_or_default(),
        goods: o.goods.clone(),
        price: (o.price > 0).then_some(o.price),
        at: o.at,
        why: match (o.price, o.awarded) {
            (0, _) => "unreadable",
            (_, 0) => "full",
            _ => "chosen",
        },
    });
    let way = match m.auction {
        Some(_) => "各单位的需求汇总后竞价，成交价适用于本批全部订单。".to_owned(),
        None => format!(
            "各单位的需求汇总后密封报价，报价从低到高分配，每个配置包最多 {} 家成交；同一家的价格对各单位相同。",
            m.winners
        ),
    };
    Ok(Found {
        title: format!("批量采购 {} · {}", m.number, m.package),
        way,
        page: format!("/batch/{}", m.round),
        record: String::new(),
        shelf: m.shelf,
        beside: beside.collect(),
        auction: m.auction,
    })
}

async fn job(watch: &Watch, id: i64) -> Result<Found> {
    let c = fixed::called(watch.db(), id).await?;
    let names = base::orgs::names(watch.db(), &c.parts.iter().map(|p| p.supplier).collect::<Vec<_>>()).await?;
    let beside = c.parts.iter().map(|p| Beside {
        supplier: names.get(&p.supplier).cloned().unwrap_or_default(),
        goods: String::new(),
        price: p.amount,
        at: p.at.unwrap_or(0),
        why: match (p.won, p.amount) {
            (true, _) => "chosen",
            (false, Some(_)) => "dearer",
            (false, None) => "silent",
        },
    });
    let how = match c.way {
        Way::Direct => "采购人在入围供应商中直接选定",
        Way::Compete => "邀请入围供应商密封报价，到时同时开启，最低者中选，同价先报者先",
        Way::Rotate => "入围供应商按承接次数从少到多轮流",
        Way::Draw => "在入围供应商中随机抽取，种子事先承诺、事后公开",
    };
    let pricing = match c.pricing.as_str() {
        "discount" => "价格是协议价目减去该供应商入围时的优惠率",
        "items" => "价格是协议价目",
        _ => "价格由供应商在上限内报出",
    };
    Ok(Found {
        title: format!("定点协议 {} · {}", c.number, c.title),
        way: format!("{how}。{pricing}。"),
        page: format!("/fixed/{}", c.agreement),
        record: if c.drawn { format!("/fixed/jobs/{id}/draw.json") } else { String::new() },
        shelf: 0,
        beside: beside.collect(),
        auction: None,
    })
}

/// The same for programs. Amounts in fen; times in ms UTC.
pub(super) fn json(f: &Found) -> Value {
    json!({
        "title": f.title, "way": f.way, "page": f.page, "record": f.record, "shelf_price": f.shelf, "auction": f.auction.map(|a| a.to_string()),
        "beside": f.beside.iter().map(|b| json!({
            "supplier": b.supplier, "goods": b.goods, "price": b.price, "at": b.at, "why": b.why,
        })).collect::<Vec<_>>(),
    })
}

//! The follower that publishes.
use super::store::{self, Deal, Notice};
use crate::Watch;
use kit::Result;
use kit::journal::{self, Recorded};
use rules::Fen;
use rules::calendar::show_day;
use serde_json::Value;

/// Name of this projection.
pub const PROJECTION: &str = "disclosure";
/// Entries of one transaction.
const PIECE: i64 = 200;

/// Follows the journal by one piece; returns how many entries were seen.
pub async fn follow(watch: &Watch) -> Result<usize> {
    let from = journal::position(watch.db(), PROJECTION).await?;
    let entries = journal::after(watch.db(), from, PIECE).await?;
    let Some(last) = entries.last().map(|e| e.seq) else { return Ok(0) };
    let entries = &entries;
    watch
        .db()
        .upkeep("disclosure.follow", |tx| {
            Box::pin(async move {
                // Another node may have done this piece meanwhile; then there is nothing to do.
                if !journal::advance(tx, PROJECTION, from, last).await? {
                    return Ok(());
                }
                for e in entries {
                    match e.kind.as_str() {
                        "contract.concluded" => concluded(tx, e).await?,
                        "order.cancelled" if !e.data["contract"].is_null() => cancelled(tx, e).await?,
                        _ => {}
                    }
                }
                Ok(())
            })
        })
        .await?;
    Ok(entries.len())
}

/// Forgets what was made and makes it again from the first entry. Returns how many entries were read.
pub async fn rebuild(watch: &Watch) -> Result<usize> {
    watch
        .db()
        .upkeep("disclosure.clear", |tx| {
            Box::pin(async move {
                store::clear(tx).await?;
                journal::forget(tx, PROJECTION).await
            })
        })
        .await?;
    let mut seen = 0;
    loop {
        match follow(watch).await? {
            0 => return Ok(seen),
            n => seen += n,
        }
    }
}

fn text(v: &Value, key: &str) -> String {
    v[key].as_str().unwrap_or_default().to_owned()
}

fn id(v: &Value) -> i64 {
    v.as_i64().or_else(|| v.as_str()?.parse().ok()).unwrap_or(0)
}

async fn concluded(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let orders = e.subject.strip_prefix("order/").and_then(|s| s.parse().ok()).unwrap_or(0);
    let lines: Vec<&Value> = d["lines"].as_array().into_iter().flatten().collect();
    let goods: Vec<String> = lines
        .iter()
        .map(|l| {
            let price = Fen(l["price"].as_i64().unwrap_or(0));
            format!(
                "{}（{} {}）{} {}，单价 {}",
                text(l, "title"),
                text(l, "brand"),
                text(l, "model"),
                l["quantity"],
                text(l, "unit"),
                price.yuan()
            )
        })
        .collect();
    let total = Fen(d["total"].as_i64().unwrap_or(0));
    let signed = d["signed_at"].as_i64().unwrap_or(e.at);
    // The fields of the contract notice of the 2020 national format (财办库〔2020〕50号).
    let body = [
        ("合同编号", text(d, "contract")),
        ("合同名称", format!("{}采购合同", text(d, "title"))),
        ("订单编号", text(d, "number")),
        ("采购方式", "网上商城 · 超市采购 · 直购".to_owned()),
        ("采购人（甲方）", text(d, "unit")),
        ("供应商（乙方）", text(d, "supplier")),
        ("主要标的", goods.join("；")),
        ("合同金额", format!("{}（{}）", total.yuan(), total.capitals())),
        ("合同签订日期", show_day(rules::calendar::day_of(signed))),
        ("公告日期", show_day(rules::calendar::day_of(e.at))),
    ];
    let notice = Notice {
        id: e.id,
        number: format!("HT-{}", text(d, "number")),
        kind: "contract".into(),
        region: e.region.clone(),
        unit: text(d, "unit"),
        supplier: text(d, "supplier"),
        orders,
        title: format!("{}{}采购合同公告", text(d, "unit"), text(d, "title")),
        amount: total.0,
        body: body.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        due_at: d["publish_due"].as_i64().unwrap_or(e.at),
        published_at: e.at,
    };
    store::publish(tx, &notice).await?;
    for (i, l) in lines.iter().enumerate() {
        let deal = Deal {
            product: id(&l["product"]),
            orders,
            region: e.region.clone(),
            unit: text(d, "unit"),
            supplier: text(d, "supplier"),
            price: l["price"].as_i64().unwrap_or(0),
            quantity: l["quantity"].as_i64().unwrap_or(0),
            at: signed,
        };
        store::add_deal(tx, e.id, i as i64, &deal).await?;
    }
    Ok(())
}

async fn cancelled(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let orders = e.subject.strip_prefix("order/").and_then(|s| s.parse().ok()).unwrap_or(0);
    let body = [
        ("合同编号", text(d, "contract")),
        ("订单编号", text(d, "number")),
        ("采购人（甲方）", text(d, "unit")),
        ("供应商（乙方）", text(d, "supplier")),
        ("注销原因", text(d, "reason")),
        ("公告日期", show_day(rules::calendar::day_of(e.at))),
    ];
    let notice = Notice {
        id: e.id,
        number: format!("ZX-{}", text(d, "number")),
        kind: "cancelled".into(),
        region: e.region.clone(),
        unit: text(d, "unit"),
        supplier: text(d, "supplier"),
        orders,
        title: format!("{}采购合同注销公告", text(d, "unit")),
        amount: d["total"].as_i64().unwrap_or(0),
        body: body.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        due_at: e.at,
        published_at: e.at,
    };
    store::publish(tx, &notice).await?;
    store::drop_deals(tx, orders).await
}

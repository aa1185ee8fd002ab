//! The follower that publishes.
use super::store::{self, Deal, Notice};
use crate::Watch;
use kit::Result;
use kit::journal::{self, Recorded};
use rules::Fen;
use rules::calendar::{show_day, show_time};
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
                apply(tx, entries).await
            })
        })
        .await?;
    Ok(entries.len())
}

/// Publishes what these entries say.
pub async fn apply(tx: &kit::Tx<'_>, entries: &[Recorded]) -> Result<()> {
    for e in entries {
        e.whole(rules::erasure::may)?;
        match e.kind.as_str() {
            "contract.concluded" => concluded(tx, e).await?,
            "order.cancelled" if !e.data["contract"].is_null() => cancelled(tx, e).await?,
            "auction.published" => auction(tx, e).await?,
            "auction.awarded" => awarded(tx, e).await?,
            "auction.failed" | "auction.cancelled" => ended(tx, e).await?,
            "agreement.made" | "agreement.ended" => agreement(tx, e).await?,
            "batch.opened" => round(tx, e).await?,
            "batch.shared" | "batch.failed" | "batch.cancelled" => round_over(tx, e).await?,
            _ => {}
        }
    }
    Ok(())
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
    let mut body = vec![
        ("合同编号", text(d, "contract")),
        ("合同名称", format!("{}采购合同", text(d, "title"))),
        ("订单编号", text(d, "number")),
        ("采购方式", format!("网上商城 · {}", d["method"].as_str().unwrap_or("超市采购 · 直购"))),
        ("采购人（甲方）", text(d, "unit")),
        ("供应商（乙方）", text(d, "supplier")),
        ("主要标的", goods.join("；")),
        ("合同金额", format!("{}（{}）", total.yuan(), total.capitals())),
        ("合同签订日期", show_day(rules::calendar::day_of(signed))),
        ("公告日期", show_day(rules::calendar::day_of(e.at))),
    ];
    if d["choice"].as_str().is_some_and(|c| !c.is_empty()) {
        body.push(("价格选择说明", text(d, "choice")));
    }
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
    // What came without a product of the catalogue has no price to compare.
    let products = lines.iter().enumerate().filter(|(_, l)| id(&l["product"]) != 0);
    for (i, l) in products {
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

/// What a notice about an auction starts from.
fn about(e: &Recorded, kind: &str, number: String, title: String, body: Vec<(&str, String)>) -> Notice {
    let page = format!("/{}", e.subject.replace("auction/", "auctions/").replace("agreement/", "fixed/"));
    let mut body: Vec<(String, String)> = body.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    body.push(("公告日期".into(), show_day(rules::calendar::day_of(e.at))));
    body.push(("过程和结果".into(), page));
    Notice {
        id: e.id,
        number,
        kind: kind.into(),
        region: e.region.clone(),
        unit: text(&e.data, "unit"),
        supplier: text(&e.data, "supplier"),
        orders: 0,
        title,
        amount: e.data["amount"].as_i64().or_else(|| e.data["ceiling"].as_i64()).unwrap_or(0),
        body,
        due_at: e.data["publish_due"].as_i64().unwrap_or(e.at),
        published_at: e.at,
    }
}

async fn auction(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let list = |key: &str| {
        let items: Vec<&str> = d[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        items.join("；")
    };
    let time = |key: &str| show_time(d[key].as_i64().unwrap_or(0));
    let demands = if text(d, "basis") == "product" { "同款商品反拍".to_owned() } else { list("demands") };
    let body = vec![
        ("项目编号", text(d, "number")),
        ("采购人", text(d, "unit")),
        ("品目", format!("{} {}", text(d, "category"), text(d, "category_name"))),
        ("数量", format!("{} {}", d["quantity"], text(d, "measure"))),
        ("最高限价", Fen(d["ceiling"].as_i64().unwrap_or(0)).yuan()),
        ("采购需求", demands),
        ("报价方式", text(d, "format")),
        ("报价时间", format!("{} 至 {}", time("opens_at"), time("closes_at"))),
        ("收货地", text(d, "place")),
        ("规则", list("rules")),
        ("随机数承诺", text(d, "commitment")),
    ];
    let title = format!("{}{}竞价公告", text(d, "unit"), text(d, "title"));
    store::publish(tx, &about(e, "auction", format!("GG-{}", text(d, "number")), title, body)).await
}

async fn awarded(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let total = Fen(d["amount"].as_i64().unwrap_or(0));
    let body = vec![
        ("项目编号", text(d, "number")),
        ("采购人", text(d, "unit")),
        ("成交供应商", text(d, "supplier")),
        ("成交金额", format!("{}（{}）", total.yuan(), total.capitals())),
        ("成交标的", format!("{} {}，{} {}", text(d, "brand"), text(d, "model"), d["quantity"], text(d, "measure"))),
        ("最高限价", Fen(d["ceiling"].as_i64().unwrap_or(0)).yuan()),
        ("成交办法", "最低有效报价成交，同价先报者先".to_owned()),
    ];
    let title = format!("{}{}成交结果公告", text(d, "unit"), text(d, "title"));
    // The next in line has a notice of its own, so the alias is part of the number.
    let number = format!("CJ-{}-{}", text(d, "number"), text(d, "alias"));
    store::publish(tx, &about(e, "auction_award", number, title, body)).await
}

async fn ended(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let body = vec![("项目编号", text(d, "number")), ("采购人", text(d, "unit")), ("终止原因", text(d, "reason"))];
    let title = format!("{}{}竞价终止公告", text(d, "unit"), text(d, "title"));
    store::publish(tx, &about(e, "auction_end", format!("ZZ-{}", text(d, "number")), title, body)).await
}

/// A framework agreement begins, or has ended with its sums.
async fn agreement(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let day = |key: &str| show_day(d[key].as_i64().unwrap_or(0) as i32);
    let yuan = |key: &str| Fen(d[key].as_i64().unwrap_or(0)).yuan();
    let mut body = vec![("协议编号", text(d, "number"))];
    let (kind, word, letters) = if e.kind == "agreement.made" {
        body.extend([
            ("集采机构", text(d, "unit")),
            ("期限", format!("{} 至 {}", day("from"), day("to"))),
            ("价目", format!("{} 项", d["items"])),
            ("入围家数", format!("最多 {} 家", d["places"])),
        ]);
        ("agreement", "定点协议", "KJ")
    } else {
        body.extend([
            ("承接供应商", format!("{} 家", d["suppliers"])),
            ("服务次数", d["jobs"].to_string()),
            ("下单金额", yuan("ordered")),
            ("验收金额", yuan("done")),
            ("支付金额", yuan("paid")),
        ]);
        ("agreement_end", "定点协议到期", "DQ")
    };
    let title = format!("{}{word}公告", text(d, "title"));
    store::publish(tx, &about(e, kind, format!("{letters}-{}", text(d, "number")), title, body)).await
}

async fn round(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let package =
        |p: &Value| format!("{}（货架价 {}）", text(p, "title"), Fen(p["shelf"].as_i64().unwrap_or(0)).yuan());
    let packages: Vec<String> = d["packages"].as_array().into_iter().flatten().map(package).collect();
    let body = vec![
        ("批次编号", text(d, "number")),
        ("集采机构", text(d, "unit")),
        ("配置包", packages.join("；")),
        ("成交办法", if text(d, "method") == "auction" { "竞价".into() } else { "批量折扣".into() }),
        ("需求报送截止", show_day(d["due_on"].as_i64().unwrap_or(0) as i32)),
    ];
    let title = format!("{}批量采购需求征集公告", text(d, "title"));
    store::publish(tx, &about(e, "batch", format!("ZJ-{}", text(d, "number")), title, body)).await
}

async fn round_over(tx: &kit::Tx<'_>, e: &Recorded) -> Result<()> {
    let d = &e.data;
    let won = e.kind == "batch.shared";
    let mut body = vec![("批次编号", text(d, "number"))];
    if !text(d, "reason").is_empty() {
        body.push(("原因", text(d, "reason")));
    }
    let word = if won { "成交结果" } else { "终止" };
    let title = format!("{}批量采购{word}公告", text(d, "title"));
    let kind = if won { "batch_result" } else { "batch_end" };
    store::publish(tx, &about(e, kind, format!("PJ-{}", text(d, "number")), title, body)).await
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

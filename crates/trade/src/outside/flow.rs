//! Handing over, again and again until it is taken or given up.
use super::store::{self, Handed};
use crate::Trade;
use crate::orders::flow::entry;
use crate::orders::store as orders;
use futures_util::StreamExt;
use kit::fail::carried;
use kit::{Fail, Result};
use rules::duty::Duty;
use rules::naming::model_key;
use serde_json::json;
use supply::platforms::{self, Ordered, Trouble};

/// Orders handed over at a time.
const PIECE: usize = 50;
const AT_ONCE: usize = 4;
/// Attempts before the mall gives up: about two days.
const TRIES_MAX: i64 = 12;

/// What the codes of the interface mean.
const CODES: [(&str, &str); 7] = [
    ("ORDER001_02", "收货地址不被接受"),
    ("ORDER002", "付款方式不被接受"),
    ("ORDER003", "发票信息不被接受"),
    ("ORDER005", "商品数据不对"),
    ("ORDER006_3", "商品已下架"),
    ("ORDER006_4", "价格已变化"),
    ("ORDER006_6", "总金额不一致"),
];

/// Hands over what is due; returns how many were tried.
pub async fn run(trade: &Trade) -> Result<usize> {
    let due = store::due(trade.db(), trade.db().now(), PIECE).await?;
    let moved = futures_util::stream::iter(due).map(|id| async move { carried("handover", id, one(trade, id).await) });
    Ok(moved.buffer_unordered(AT_ONCE).filter(|moved| std::future::ready(*moved)).count().await)
}

async fn one(trade: &Trade, id: i64) -> Result<()> {
    let db = trade.db();
    let o = &orders::any(db, id).await?;
    let Some(place) = platforms::place(db, o.supplier).await? else { return Ok(()) };
    let before = store::of_order(db, id).await?;
    let tries = before.map_or(0, |h| h.tries) + 1;
    let unit = base::orgs::org(db, o.unit).await?.name;
    let mut lines = Vec::new();
    for l in orders::lines(db, id).await? {
        let sku = platforms::sku_of(db, o.supplier, &l.brand, &model_key(&l.model)).await?;
        lines.push(sku.map(|sku| (sku, l.quantity, l.price)));
    }
    let city = format!("{}00", o.address_region.get(..4).unwrap_or_default());
    let said = match lines.into_iter().collect::<Option<Vec<_>>>() {
        None => Err((Trouble { call: "", code: String::new(), words: "有的商品不在您的平台上。".into() }, true)),
        Some(lines) => {
            let ordered = Ordered {
                number: o.number.clone(),
                lines,
                contact: o.contact.clone(),
                phone: o.phone.clone(),
                place: [trade.facts().root.clone(), city, o.address_region.clone()],
                address: o.address.clone(),
                unit,
                total: o.total,
                remark: o.purpose.clone(),
            };
            // A code of the other side is an answer: asking again changes nothing. Silence is not.
            let answer = platforms::speaker(trade, &place)?.order(&ordered).await;
            answer.map_err(|t| (t.clone(), t.code.starts_with("ORDER")))
        }
    };
    let (handed, next_at) = match said {
        Ok((foreign_id, arrives)) => {
            (Handed { state: "sent".into(), foreign_id, arrives, tries, error: String::new() }, 0)
        }
        Err((t, last)) => {
            let known = CODES.iter().find(|(c, _)| *c == t.code).map_or("", |(_, w)| w);
            let error = [known, t.code.as_str(), t.words.as_str()].join(" ").trim().to_owned();
            let over = last || tries >= TRIES_MAX;
            let state = if over { "given_up" } else { "waiting" };
            let wait = (60_000_i64 << tries.min(8)).min(4 * 3_600_000);
            let handed =
                Handed { state: state.into(), foreign_id: String::new(), arrives: String::new(), tries, error };
            (handed, db.now() + wait)
        }
    };
    let h = &handed;
    let done = db.write("order.hand_over", |tx| {
        Box::pin(async move {
            if !store::put(tx, id, o.supplier, h, next_at).await? {
                return Ok(());
            }
            if h.state == "given_up" {
                let words = format!("订单 {} 没有送到您的平台：{}。请在商城里办理。", o.number, h.error);
                orders::tell(tx, o.supplier, Duty::SupplierOrders, id, &words).await?;
            }
            let data = json!({"state": h.state, "foreign": h.foreign_id, "tries": h.tries, "error": h.error});
            tx.journal(entry(o, "outside", "order.handed_over", 0, data)).await.map(|_| ())
        })
    });
    match done.await {
        Err(Fail::Refused(r)) => Err(Fail::Fault(r.words)),
        other => other,
    }
}

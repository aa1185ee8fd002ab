//! Forms of delivery; the order page shows them.
use super::flow::{self, Accept, PHOTO_BYTES_MAX, PHOTOS_MAX};
use super::store;
use crate::Trade;
use crate::orders::store as orders;
use axum::extract::{FromRef, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload, UploadedFile};
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::calendar::parse_day;
use rules::duty::Duty;

const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const RECEIVER: Gate = Gate::Any(&[Duty::Receiver]);
const UNIT: Gate = Gate::Any(&[Duty::Receiver, Duty::Handler]);

pub(crate) fn back(id: i64, words: &str) -> Response {
    web::see(&format!("/orders/{id}?done={}", percent(words)))
}

/// Pairs of line and number from fields such as `ship-<line>`.
fn numbers(form: &Form, name: &str) -> Result<Vec<(i64, i64)>> {
    let mut out = Vec::new();
    for line in form.all("line") {
        let given = form.get(&format!("{name}-{line}"));
        let n = if given.is_empty() { Ok(0) } else { given.parse::<i64>() };
        let n = n.map_err(|_| Fail::field("quantity", "form.number", format!("数量应填整数，现在是“{given}”。")))?;
        out.push((line.parse().map_err(|_| Fail::Hidden)?, n));
    }
    Ok(out)
}

async fn ship(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let (carrier, tracking) = (form.need("carrier", "承运方式", 40)?, form.get("tracking"));
    let wrong = || {
        Fail::field("expected", "shipment.expected", "预计到货日请写成“年-月-日”，例如 2026-10-30；不知道可以不填。")
    };
    let expected = match form.get("expected") {
        "" => None,
        text => Some(parse_day(text).ok_or_else(wrong)?),
    };
    let way = flow::Way { carrier, tracking, expected };
    flow::ship(&trade, cx.actor()?, id, &way, &numbers(&form, "ship")?).await?;
    Ok(back(id, "已登记发货。"))
}

async fn receive(
    State(trade): State<Trade>,
    cx: Cx,
    Path((id, shipment)): Path<(i64, i64)>,
    _: Form,
) -> Result<Response> {
    flow::receive(&trade, cx.actor()?, id, shipment).await?;
    Ok(back(id, "已登记收货，请验收人验收。"))
}

async fn miss(State(trade): State<Trade>, cx: Cx, Path((id, shipment)): Path<(i64, i64)>, _: Form) -> Result<Response> {
    flow::miss(&trade, cx.actor()?, id, shipment).await?;
    Ok(back(id, "已告诉供应商还没有收到，验收期限没有开始。"))
}

/// The kind of an uploaded photo; refused when it is none or too large.
pub(crate) fn photo_kind(f: &UploadedFile) -> Result<&'static str> {
    let kind = flow::picture(&f.bytes).filter(|_| f.bytes.len() <= PHOTO_BYTES_MAX);
    let words = || format!("“{}”不能用：照片应是 5 MB 以内的 JPG、PNG 或 WebP。", f.name);
    kind.ok_or_else(|| Fail::field("photos", "acceptance.photo", words()))
}

async fn accept(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let (good, bad) = (numbers(&upload.form, "good")?, numbers(&upload.form, "bad")?);
    let lines = good.into_iter().zip(bad).map(|((line, g), (_, b))| (line, g, b)).collect();
    if upload.files.len() > PHOTOS_MAX {
        return Err(Fail::field("photos", "acceptance.photos", format!("照片最多 {PHOTOS_MAX} 张。")));
    }
    let mut photos = Vec::new();
    for f in upload.files {
        photos.push((photo_kind(&f)?, f.bytes));
    }
    let reason = upload.form.get("reason").chars().take(300).collect();
    flow::accept(&trade, cx.actor()?, id, &Accept { lines, reason, photos }).await?;
    Ok(back(id, "验收已记录。"))
}

async fn photo(State(trade): State<Trade>, cx: Cx, Path((id, photo)): Path<(i64, i64)>) -> Result<Response> {
    orders::load(trade.db(), &cx.actor()?.scope(), id).await?;
    let (kind, bytes) = store::photo(trade.db(), id, photo).await?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

async fn ask(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let (line, quantity) = (form.int("line", "商品")?, form.int("quantity", "数量")?);
    let reason = form.need("reason", "理由", 200)?;
    flow::ask_return(&trade, cx.actor()?, id, form.get("kind") == "exchange", line, quantity, reason).await?;
    Ok(back(id, "已提出，等供应商答复。"))
}

async fn answer(
    State(trade): State<Trade>,
    cx: Cx,
    Path((id, case)): Path<(i64, i64)>,
    form: Form,
) -> Result<Response> {
    flow::answer_return(&trade, cx.actor()?, id, case, form.get("agree") == "1", form.get("words")).await?;
    Ok(back(id, "已答复。"))
}

async fn finish(State(trade): State<Trade>, cx: Cx, Path((id, case)): Path<(i64, i64)>, _: Form) -> Result<Response> {
    flow::finish_return(&trade, cx.actor()?, id, case).await?;
    Ok(back(id, "退换货已办结。"))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .post("/orders/{id}/ship", SELLER, ship)
        .post("/orders/{id}/shipments/{shipment}/receive", UNIT, receive)
        .post("/orders/{id}/shipments/{shipment}/missing", UNIT, miss)
        .post("/orders/{id}/accept", RECEIVER, accept)
        .get("/orders/{id}/photos/{photo}", Gate::SignedIn, photo)
        .post("/orders/{id}/returns", UNIT, ask)
        .post("/orders/{id}/returns/{case}/answer", SELLER, answer)
        .post("/orders/{id}/returns/{case}/finish", SELLER, finish)
}

//! Forms of settlement; the order page shows them. The list of payments.
use super::flow::{self, Invoice};
use super::store;
use crate::Trade;
use crate::delivery::pages::back;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::{Fail, Result, web};
use rules::Fen;
use rules::calendar::{parse_day, show_time};
use rules::duty::Duty;

const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const ACCOUNTANT: Gate = Gate::Any(&[Duty::Accountant]);
const PAYERS: Gate = Gate::Any(&[Duty::Handler, Duty::Accountant]);
/// Who sees what was paid: those who pay, and auditors in their area.
const READERS: Gate = Gate::Any(&[Duty::Handler, Duty::Accountant, Duty::Auditor]);
/// Payments of the list.
const LIST_MAX: usize = 200;

fn money(form: &Form, name: &'static str, label: &str) -> Result<i64> {
    let given = form.get(name);
    let wrong = || Fail::field(name, "form.money", format!("{label}应是最多两位小数的数，现在是“{given}”。"));
    Fen::parse_yuan(given).map(|f| f.0).ok_or_else(wrong)
}

async fn invoice(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let day =
        parse_day(form.get("day")).ok_or_else(|| Fail::field("day", "form.day", "开票日期应写成 2026-09-17 这样。"))?;
    let i = Invoice {
        number: form.need("number", "发票号码", 30)?.to_owned(),
        kind: form.get("kind").chars().take(20).collect(),
        seller: form.need("seller", "销售方名称", 80)?.to_owned(),
        buyer: form.need("buyer", "购买方名称", 80)?.to_owned(),
        amount: money(&form, "amount", "价税合计")?,
        day,
    };
    flow::record_invoice(&trade, cx.actor()?, id, &i).await?;
    Ok(back(id, "发票已登记，与订单一致。"))
}

async fn apply(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::apply(&trade, cx.actor()?, id, money(&form, "amount", "申请金额")?).await?;
    Ok(back(id, "付款申请已提交，等财务审批。"))
}

async fn approve(
    State(trade): State<Trade>,
    cx: Cx,
    Path((id, payment)): Path<(i64, i64)>,
    _: Form,
) -> Result<Response> {
    flow::approve(&trade, cx.actor()?, id, payment).await?;
    Ok(back(id, "已批准，已送支付。"))
}

async fn decline(
    State(trade): State<Trade>,
    cx: Cx,
    Path((id, payment)): Path<(i64, i64)>,
    form: Form,
) -> Result<Response> {
    flow::decline(&trade, cx.actor()?, id, payment, form.need("reason", "理由", 200)?).await?;
    Ok(back(id, "已退回付款申请。"))
}

struct Item {
    p: store::Payment,
    order: String,
    amount: String,
    applied: String,
    due: String,
    word: &'static str,
}

#[derive(Template)]
#[template(path = "settlement/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
}

/// Chinese word for a payment's state.
pub(crate) fn word(state: &str) -> &'static str {
    match state {
        "applied" => "待审批",
        "approved" => "已批准，支付中",
        "paid" => "已支付",
        _ => "已退回",
    }
}

async fn list(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let found = store::payments_of(trade.db(), &cx.actor()?.scope(), LIST_MAX).await?;
    let items = found
        .into_iter()
        .map(|(p, order)| Item {
            amount: Fen(p.amount).yuan(),
            applied: show_time(p.applied_at),
            due: show_time(p.due_at),
            word: word(&p.state),
            order,
            p,
        })
        .collect();
    web::html(&List { s: Shell::work(&cx, "付款").await?, items })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/payments", READERS, list)
        .post("/orders/{id}/invoices", SELLER, invoice)
        .post("/orders/{id}/payments", PAYERS, apply)
        .post("/orders/{id}/payments/{payment}/approve", ACCOUNTANT, approve)
        .post("/orders/{id}/payments/{payment}/decline", ACCOUNTANT, decline)
}

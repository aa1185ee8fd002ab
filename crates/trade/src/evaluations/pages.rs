//! The form on the order page; what the others said about one organisation, for everybody.
use super::{flow, store};
use crate::Trade;
use crate::delivery::pages::back;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::{Fail, Result, web};
use rules::calendar::{day_of, end_of, show_day, start_of};
use rules::duty::Duty;
use rules::evaluation::{Mean, mean, quarter_before};

const BOTH: Gate = Gate::Any(&[Duty::Handler, Duty::SupplierOrders]);
/// Evaluations shown one by one.
const SHOWN_MAX: usize = 200;

async fn evaluate(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let scores = [form.int("quality", "质量")?, form.int("delivery", "履约")?, form.int("service", "服务")?];
    let words: String = form.get("words").trim().chars().take(300).collect();
    flow::evaluate(&trade, cx.actor()?, id, scores, &words).await?;
    Ok(back(id, "谢谢评价。"))
}

#[derive(Template)]
#[template(path = "evaluations/pages/org.html")]
struct Page {
    s: Shell,
    org: i64,
    name: String,
    unit: bool,
    year: Option<Mean>,
    quarter: Option<Mean>,
    quarter_name: String,
    rows: Vec<(String, String, [i64; 3])>,
    more: bool,
}

async fn org(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let org = base::orgs::org(trade.db(), id).await?;
    if org.kind != "unit" && org.kind != "supplier" {
        return Err(Fail::Hidden);
    }
    let now = trade.db().now();
    let today = day_of(now);
    let (quarter_name, first, last) = quarter_before(today);
    let unit = org.kind == "unit";
    let year = store::received(trade.db(), id, unit, (start_of(today - 365), now), flow::READ_MAX).await?;
    let within = |at: i64| (start_of(first)..=end_of(last)).contains(&at);
    let of_quarter: Vec<_> = year.iter().filter(|r| within(r.at)).map(|r| r.given).collect();
    let all: Vec<_> = year.iter().map(|r| r.given).collect();
    let row = |r: &store::Received| (show_day(day_of(r.at)), r.order.clone(), r.given.stars);
    web::html(&Page {
        s: Shell::public(&cx, format!("{}收到的评价", org.name)),
        org: id,
        name: org.name,
        unit,
        year: mean(&all),
        quarter: mean(&of_quarter),
        quarter_name,
        rows: year.iter().take(SHOWN_MAX).map(row).collect(),
        more: year.len() > SHOWN_MAX,
    })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default().post("/orders/{id}/evaluate", BOTH, evaluate).get("/evaluations/{org}", Gate::Public, org)
}

//! What past orders say of a draft.
use crate::access::Cx;
use crate::drafts::store::{self, Draft};
use crate::shell::Shell;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kit::{Fail, Result, sheet, web};
use rules::Fen;
use rules::calendar::{show_day, show_time};
use serde_json::Value;

/// The numbers that matter.
pub(super) struct Summary {
    pub(super) at: String,
    pub(super) orders: i64,
    pub(super) units: i64,
    pub(super) blocked: i64,
    pub(super) blocked_units: i64,
    pub(super) blocked_amount: String,
    pub(super) warned: i64,
    pub(super) freed: i64,
    pub(super) chains: i64,
    pub(super) failed: i64,
    pub(super) late: i64,
    pub(super) blind: Vec<String>,
}

/// Reads what a simulation left; None before there is one.
pub(super) fn summary(text: &str) -> Option<Summary> {
    let v: Value = serde_json::from_str(text).ok()?;
    let n = |k: &str| v[k].as_i64().unwrap_or(0);
    Some(Summary {
        at: show_time(n("at")),
        orders: n("orders"),
        units: n("units"),
        blocked: n("blocked"),
        blocked_units: n("blocked_units"),
        blocked_amount: Fen(n("blocked_amount")).yuan(),
        warned: n("warned"),
        freed: n("freed"),
        chains: n("chains"),
        failed: n("failed"),
        late: n("late"),
        blind: v["blind"].as_array().into_iter().flatten().filter_map(|b| b.as_str().map(str::to_owned)).collect(),
    })
}

struct Row {
    order: String,
    number: String,
    unit: String,
    day: String,
    amount: String,
    what: &'static str,
    tone: &'static str,
    words: String,
}

fn row(v: &Value) -> Row {
    let text = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
    let (what, tone) = match v["what"].as_str().unwrap_or_default() {
        "blocked" => ("会拦下", "bad"),
        "warned" => ("会提醒", "warn"),
        "late" => ("会逾期", "warn"),
        "freed" => ("不再提醒", "ok"),
        "chain" => ("审批改变", "info"),
        _ => ("竞价会失败", "bad"),
    };
    Row {
        order: text("order"),
        number: text("number"),
        unit: text("unit"),
        day: show_day(v["day"].as_i64().unwrap_or(0) as i32),
        amount: Fen(v["amount"].as_i64().unwrap_or(0)).yuan(),
        what,
        tone,
        words: text("words"),
    }
}

#[derive(Template)]
#[template(path = "drafts/pages/simulated.html")]
struct Page {
    s: Shell,
    d: Draft,
    o: Summary,
    rows: Vec<Row>,
    most: i64,
}

pub(super) async fn page(cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let d = store::load(cx.base.db(), &cx.actor()?.scope(), id).await?;
    let o = summary(&d.simulated).ok_or(Fail::Hidden)?;
    let v: Value = serde_json::from_str(&d.simulated).map_err(Fail::fault)?;
    let rows: Vec<Row> = v["rows"].as_array().into_iter().flatten().map(row).collect();
    if cx.param("format") == "csv" {
        let mut lines =
            vec![["订单编号", "采购单位", "日期", "金额（元）", "结果", "原因"].map(str::to_owned).to_vec()];
        let line = |r: Row| vec![r.number, r.unit, r.day, r.amount.replace(['¥', ','], ""), r.what.into(), r.words];
        lines.extend(rows.into_iter().map(line));
        return Ok(web::download(&format!("试算-{}.csv", d.number), web::CSV, sheet::csv_of(&lines)?));
    }
    let most = v["rows_max"].as_i64().unwrap_or(0);
    web::html(&Page { s: Shell::work(&cx, "试算结果").await?, d, o, rows, most })
}

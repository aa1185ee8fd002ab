//! Pages of plans, budget ledger, addresses.
use super::flow::{self, COLUMNS};
use super::store::{self, Address, BudgetLine, PlanLine};
use crate::Trade;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload};
use base::facts::Region;
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::Fen;
use rules::calendar::{day_of, show_time, year_of};
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[
    Duty::Handler,
    Duty::Reviewer,
    Duty::Signer,
    Duty::Receiver,
    Duty::Accountant,
    Duty::Regulator,
    Duty::Auditor,
]);
const ACCOUNTANT: Gate = Gate::Any(&[Duty::Accountant]);
const HANDLER: Gate = Gate::Any(&[Duty::Handler]);

struct Budget {
    b: BudgetLine,
    granted: String,
    available: String,
    frozen: String,
    spent: String,
    plans: Vec<Plan>,
}

struct Plan {
    p: PlanLine,
    category: String,
    amount: String,
    left: String,
}

#[derive(Template)]
#[template(path = "plans/pages/list.html")]
struct List {
    s: Shell,
    year: i64,
    budgets: Vec<Budget>,
    may_enter: bool,
    columns: String,
}

async fn list(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let facts = trade.facts();
    let year = cx.param("year").parse().unwrap_or_else(|_| i64::from(year_of(day_of(trade.db().now()))));
    let mut budgets = Vec::new();
    for b in store::budgets(trade.db(), &actor.scope(), year).await? {
        let plans = store::plan_lines_of(trade.db(), b.id)
            .await?
            .into_iter()
            .map(|p| Plan {
                category: format!("{} {}", facts.category_name(&p.category), p.category),
                amount: Fen(p.amount).yuan(),
                left: Fen(p.amount - p.used).yuan(),
                p,
            })
            .collect();
        budgets.push(Budget {
            granted: Fen(b.granted).yuan(),
            available: Fen(b.available).yuan(),
            frozen: Fen(b.frozen).yuan(),
            spent: Fen(b.spent).yuan(),
            plans,
            b,
        });
    }
    let may_enter = actor.may(Duty::Accountant);
    web::html(&List {
        s: Shell::work(&cx, "计划与预算").await?, year, budgets, may_enter, columns: COLUMNS.join("、")
    })
}

async fn enter(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let row: Vec<String> = ["year", "code", "budget", "fund", "granted", "plan", "category", "title", "amount"]
        .map(|f| form.get(f).to_owned())
        .to_vec();
    flow::load_rows(&trade, cx.actor()?, &[COLUMNS.map(str::to_owned).to_vec(), row], "page").await?;
    Ok(web::see(&format!("/plans?done={}", percent("计划已录入。"))))
}

async fn load(State(trade): State<Trade>, cx: Cx, upload: Upload) -> Result<Response> {
    let file = upload.files.first().ok_or_else(|| Fail::field("file", "plan.no_file", "请先选择要上传的文件。"))?;
    let rows = kit::sheet::read(&file.bytes)?;
    let done = flow::load_rows(&trade, cx.actor()?, &rows, "file").await?;
    let words = format!("载入 {} 行，{} 行原来就有。", done.made, done.same);
    Ok(web::see(&format!("/plans?done={}", percent(&words))))
}

async fn template(_: Cx) -> Result<Response> {
    let example =
        ["2026", "205-01", "办公费", "一般公共预算资金", "80000.00", "2026 年办公用品", "A0504", "复印纸", "20000.00"];
    let rows = [COLUMNS.map(str::to_owned).to_vec(), example.map(str::to_owned).to_vec()];
    Ok(web::download("采购计划模板.csv", web::CSV, kit::sheet::csv_of(&rows)?))
}

struct Movement {
    at: String,
    reason: String,
    from: &'static str,
    to: &'static str,
    amount: String,
    available: String,
    frozen: String,
    spent: String,
    orders: Option<i64>,
}

#[derive(Template)]
#[template(path = "plans/pages/ledger.html")]
struct Ledger {
    s: Shell,
    b: BudgetLine,
    granted: String,
    movements: Vec<Movement>,
}

fn account(name: &str) -> &'static str {
    match name {
        "granted" => "下达",
        "available" => "可用",
        "frozen" => "冻结",
        _ => "已支付",
    }
}

async fn ledger(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let b = store::budget(trade.db(), &cx.actor()?.scope(), id).await?;
    let (mut available, mut frozen, mut spent) = (0, 0, 0);
    let movements = store::ledger(trade.db(), id)
        .await?
        .into_iter()
        .map(|e| {
            for (name, sign) in [(&e.debit, -1), (&e.credit, 1)] {
                match name.as_str() {
                    "available" => available += sign * e.amount,
                    "frozen" => frozen += sign * e.amount,
                    "spent" => spent += sign * e.amount,
                    _ => {}
                }
            }
            Movement {
                at: show_time(e.at),
                from: account(&e.debit),
                to: account(&e.credit),
                reason: e.reason,
                amount: Fen(e.amount).yuan(),
                available: Fen(available).yuan(),
                frozen: Fen(frozen).yuan(),
                spent: Fen(spent).yuan(),
                orders: e.orders,
            }
        })
        .collect();
    web::html(&Ledger { s: Shell::work(&cx, "预算明细").await?, granted: Fen(b.granted).yuan(), b, movements })
}

#[derive(Template)]
#[template(path = "plans/pages/addresses.html")]
struct Addresses {
    s: Shell,
    list: Vec<(Address, String)>,
    regions: Vec<Region>,
    mine: String,
}

async fn addresses(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let facts = trade.facts();
    let list = store::addresses(trade.db(), actor.org)
        .await?
        .into_iter()
        .map(|a| (a.clone(), facts.region_name(&a.region)))
        .collect();
    let regions = facts.regions.values().filter(|r| matches!(r.kind.as_str(), "county" | "zone")).cloned().collect();
    web::html(&Addresses { s: Shell::work(&cx, "收货地址").await?, list, regions, mine: actor.region.clone() })
}

async fn add_address(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let line = form.need("line", "详细地址", 100)?;
    let (contact, phone) = (form.need("contact", "联系人", 20)?, form.need("phone", "电话", 20)?);
    flow::add_address(&trade, cx.actor()?, form.get("region"), line, contact, phone).await?;
    Ok(web::see(&format!("/addresses?done={}", percent("地址已保存。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/plans", READERS, list)
        .post("/plans", ACCOUNTANT, enter)
        .post("/plans/load", ACCOUNTANT, load)
        .get("/plans/template.csv", ACCOUNTANT, template)
        .get("/budgets/{id}", READERS, ledger)
        .get("/addresses", HANDLER, addresses)
        .post("/addresses", HANDLER, add_address)
}

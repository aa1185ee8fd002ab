//! Rows of budget lines, plan lines, addresses; the double-entry ledger.
use base::access::Scope;
use kit::db::Row;
use kit::{Fail, Query, Result, Tx, params};
use rules::Fen;

/// A budget line to be granted.
pub struct NewBudget<'a> {
    /// Unit.
    pub org: i64,
    /// Its region.
    pub region: &'a str,
    /// Budget year.
    pub year: i64,
    /// Budget code, unique in unit and year.
    pub code: &'a str,
    /// Title.
    pub title: &'a str,
    /// Kind of fund.
    pub fund: &'a str,
    /// Granted, fen.
    pub granted: i64,
}

/// A budget line with its money.
#[derive(Clone, Debug)]
pub struct BudgetLine {
    /// Id.
    pub id: i64,
    /// Unit's name.
    pub unit: String,
    /// Budget year.
    pub year: i64,
    /// Budget code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Kind of fund.
    pub fund: String,
    /// Granted, fen.
    pub granted: i64,
    /// Available, fen.
    pub available: i64,
    /// Frozen for orders, fen.
    pub frozen: i64,
    /// Spent, fen.
    pub spent: i64,
}

/// A plan line with what is left of it and of its budget.
#[derive(Clone, Debug)]
pub struct PlanLine {
    /// Id.
    pub id: i64,
    /// Budget line.
    pub budget: i64,
    /// Number.
    pub number: String,
    /// Title of the plan.
    pub plan_title: String,
    /// Category prefix.
    pub category: String,
    /// What for.
    pub title: String,
    /// Planned, fen.
    pub amount: i64,
    /// Used by orders, fen.
    pub used: i64,
    /// Available in the budget line, fen.
    pub available: i64,
}

/// A place of delivery.
#[derive(Clone, Debug)]
pub struct Address {
    /// Id.
    pub id: i64,
    /// Region.
    pub region: String,
    /// Street and number.
    pub line: String,
    /// Contact; personal data.
    pub contact: String,
    /// Phone; personal data.
    pub phone: String,
}

/// One entry of the ledger.
pub struct LedgerEntry {
    /// Time, ms UTC.
    pub at: i64,
    /// Account the money left.
    pub debit: String,
    /// Account it went to.
    pub credit: String,
    /// Amount, fen.
    pub amount: i64,
    /// Order, if any.
    pub orders: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Grants a budget line. Refuses a code that exists.
pub async fn add_budget(tx: &Tx<'_>, b: &NewBudget<'_>) -> Result<i64> {
    let id = tx.id();
    let made = tx
        .run(
            "INSERT INTO budget_line (id, org, region, year, code, title, fund, granted, available, frozen, spent) \
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$8,0,0) ON CONFLICT (org, year, code) DO NOTHING",
            params![id, b.org, b.region, b.year, b.code, b.title, b.fund, b.granted],
        )
        .await?;
    if made == 0 {
        let words = format!("{} 年已经有编码为 {} 的预算，请换一个编码。", b.year, b.code);
        return Err(Fail::field("code", "plan.code_taken", words));
    }
    if b.granted > 0 {
        entry(tx, id, "granted", "available", b.granted, None, "下达预算").await?;
    }
    Ok(id)
}

/// Adds a plan line to a budget line.
pub async fn add_plan_line(
    tx: &Tx<'_>,
    budget: i64,
    org: i64,
    plan: &str,
    category: &str,
    title: &str,
    amount: i64,
) -> Result<i64> {
    let id = tx.id();
    let number = format!("JH{}", kit::ids::tail(id));
    tx.run(
        "INSERT INTO plan_line (id, budget, org, number, plan_title, category, title, amount, used) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0)",
        params![id, budget, org, number, plan, category, title, amount],
    )
    .await?;
    Ok(id)
}

async fn entry(
    tx: &Tx<'_>,
    line: i64,
    debit: &str,
    credit: &str,
    amount: i64,
    order: Option<i64>,
    reason: &str,
) -> Result<()> {
    tx.run(
        "INSERT INTO budget_entry (id, line, at, debit, credit, amount, orders, reason) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        params![tx.id(), line, tx.now(), debit, credit, amount, order, reason],
    )
    .await?;
    Ok(())
}

/// available → frozen, and the plan line is used; refused when either is too small.
pub async fn freeze(tx: &Tx<'_>, budget: i64, plan: i64, amount: i64, order: i64) -> Result<()> {
    let sql = "UPDATE plan_line SET used = used + $2 WHERE id = $1 AND used + $2 <= amount";
    if tx.run(sql, params![plan, amount]).await? == 0 {
        let words = format!(
            "计划剩余的金额不够这次要用的 {}，可能刚被同事的订单用掉，请刷新后重新选择计划。",
            Fen(amount).yuan()
        );
        return Err(Fail::refuse("plan.short", words));
    }
    let sql =
        "UPDATE budget_line SET available = available - $2, frozen = frozen + $2 WHERE id = $1 AND available >= $2";
    if tx.run(sql, params![budget, amount]).await? == 0 {
        let words = format!("预算可用余额不够这次要用的 {}，请减少数量，或请财务调整预算。", Fen(amount).yuan());
        return Err(Fail::refuse("budget.short", words));
    }
    entry(tx, budget, "available", "frozen", amount, Some(order), "下单冻结").await
}

/// frozen → available, and the plan line is free again.
pub async fn release(tx: &Tx<'_>, budget: i64, plan: i64, amount: i64, order: i64, reason: &str) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let sql = "UPDATE budget_line SET available = available + $2, frozen = frozen - $2 WHERE id = $1 AND frozen >= $2";
    tx.must(sql, params![budget, amount]).await?;
    tx.must("UPDATE plan_line SET used = used - $2 WHERE id = $1 AND used >= $2", params![plan, amount]).await?;
    entry(tx, budget, "frozen", "available", amount, Some(order), reason).await
}

/// frozen → spent.
pub async fn spend(tx: &Tx<'_>, budget: i64, amount: i64, order: i64) -> Result<()> {
    let sql = "UPDATE budget_line SET spent = spent + $2, frozen = frozen - $2 WHERE id = $1 AND frozen >= $2";
    tx.must(sql, params![budget, amount]).await?;
    entry(tx, budget, "frozen", "spent", amount, Some(order), "支付").await
}

/// spent → available after a refund, and the plan line is free again.
pub async fn unspend(tx: &Tx<'_>, budget: i64, plan: i64, amount: i64, order: i64, reason: &str) -> Result<()> {
    let sql = "UPDATE budget_line SET available = available + $2, spent = spent - $2 WHERE id = $1 AND spent >= $2";
    tx.must(sql, params![budget, amount]).await?;
    tx.must("UPDATE plan_line SET used = used - $2 WHERE id = $1 AND used >= $2", params![plan, amount]).await?;
    entry(tx, budget, "spent", "available", amount, Some(order), reason).await
}

const PLAN: &str = "SELECT p.id, p.budget, p.number, p.plan_title, p.category, p.title, p.amount, p.used, b.available \
                    FROM plan_line p JOIN budget_line b ON b.id = p.budget";

fn read_plan(r: &Row) -> PlanLine {
    PlanLine {
        id: r.int(0),
        budget: r.int(1),
        number: r.text(2),
        plan_title: r.text(3),
        category: r.text(4),
        title: r.text(5),
        amount: r.int(6),
        used: r.int(7),
        available: r.int(8),
    }
}

/// A unit's plan lines of a year, those with money first.
pub async fn plan_lines(q: &dyn Query, org: i64, year: i64) -> Result<Vec<PlanLine>> {
    let sql = format!("{PLAN} WHERE p.org = $1 AND b.year = $2 ORDER BY p.category, p.id");
    Ok(q.rows(&sql, params![org, year]).await?.iter().map(read_plan).collect())
}

/// Plan lines of one budget line.
pub async fn plan_lines_of(q: &dyn Query, budget: i64) -> Result<Vec<PlanLine>> {
    Ok(q.rows(&format!("{PLAN} WHERE p.budget = $1 ORDER BY p.id"), params![budget])
        .await?
        .iter()
        .map(read_plan)
        .collect())
}

const BUDGET: &str = "SELECT b.id, o.name, b.year, b.code, b.title, b.fund, b.granted, b.available, b.frozen, b.spent \
                      FROM budget_line b JOIN org o ON o.id = b.org";

fn read_budget(r: &Row) -> BudgetLine {
    BudgetLine {
        id: r.int(0),
        unit: r.text(1),
        year: r.int(2),
        code: r.text(3),
        title: r.text(4),
        fund: r.text(5),
        granted: r.int(6),
        available: r.int(7),
        frozen: r.int(8),
        spent: r.int(9),
    }
}

/// Most budget lines of a list.
const LINES_MAX: usize = 500;

/// Budget lines of a year in a scope.
pub async fn budgets(q: &dyn Query, scope: &Scope, year: i64) -> Result<Vec<BudgetLine>> {
    let (condition, who) = scope.condition("b.org", "b.org", "b.region", 1);
    let sql = format!("{BUDGET} WHERE {condition} AND b.year = $2 ORDER BY b.org, b.code LIMIT $3");
    Ok(q.rows(&sql, &[who, year.into(), LINES_MAX.into()]).await?.iter().map(read_budget).collect())
}

/// A budget line in a scope.
pub async fn budget(q: &dyn Query, scope: &Scope, id: i64) -> Result<BudgetLine> {
    let (condition, who) = scope.condition("b.org", "b.org", "b.region", 1);
    Ok(read_budget(&q.one(&format!("{BUDGET} WHERE {condition} AND b.id = $2"), &[who, id.into()]).await?))
}

/// A unit's budget line by code.
pub async fn budget_by_code(q: &dyn Query, org: i64, year: i64, code: &str) -> Result<Option<BudgetLine>> {
    let sql = format!("{BUDGET} WHERE b.org = $1 AND b.year = $2 AND b.code = $3");
    Ok(q.row(&sql, params![org, year, code]).await?.as_ref().map(read_budget))
}

/// Is the same plan line there already?
pub async fn has_plan_line(
    q: &dyn Query,
    budget: i64,
    plan: &str,
    category: &str,
    title: &str,
    amount: i64,
) -> Result<bool> {
    let sql = "SELECT id FROM plan_line WHERE budget = $1 AND plan_title = $2 AND category = $3 AND title = $4 AND amount = $5";
    Ok(q.row(sql, params![budget, plan, category, title, amount]).await?.is_some())
}

/// The ledger of a budget line, oldest first.
pub async fn ledger(q: &dyn Query, line: i64) -> Result<Vec<LedgerEntry>> {
    let sql = "SELECT at, debit, credit, amount, orders, reason FROM budget_entry WHERE line = $1 ORDER BY id";
    let read = |r: &Row| LedgerEntry {
        at: r.int(0),
        debit: r.text(1),
        credit: r.text(2),
        amount: r.int(3),
        orders: r.opt_int(4),
        reason: r.text(5),
    };
    Ok(q.rows(sql, params![line]).await?.iter().map(read).collect())
}

/// Adds a place of delivery.
pub async fn add_address(tx: &Tx<'_>, org: i64, region: &str, line: &str, contact: &str, phone: &str) -> Result<i64> {
    let id = tx.id();
    tx.run(
        "INSERT INTO address (id, org, region, line, contact, phone) VALUES ($1,$2,$3,$4,$5,$6)",
        params![id, org, region, line, contact, phone],
    )
    .await?;
    Ok(id)
}

fn read_address(r: &Row) -> Address {
    Address { id: r.int(0), region: r.text(1), line: r.text(2), contact: r.text(3), phone: r.text(4) }
}

/// A unit's places of delivery.
pub async fn addresses(q: &dyn Query, org: i64) -> Result<Vec<Address>> {
    let sql = "SELECT id, region, line, contact, phone FROM address WHERE org = $1 ORDER BY id";
    Ok(q.rows(sql, params![org]).await?.iter().map(read_address).collect())
}

/// One of a unit's places of delivery.
pub async fn address(q: &dyn Query, org: i64, id: i64) -> Result<Address> {
    let sql = "SELECT id, region, line, contact, phone FROM address WHERE org = $1 AND id = $2";
    Ok(read_address(&q.one(sql, params![org, id]).await?))
}

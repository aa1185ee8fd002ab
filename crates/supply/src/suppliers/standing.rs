//! Measures against a supplier: frozen, suspended, withdrawn; as a whole, for a category or for an area.
//!
//! A measure works at once on every offer and on every quotation that runs; open orders go on to their end.
use super::store::{self, Standing};
use crate::{Supply, offers};
use kit::fail::carried;
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use serde_json::json;

/// Measures lifted by time, at most at a time.
const PIECE: usize = 50;

/// A measure to be imposed.
pub struct Measure<'a> {
    /// Supplier.
    pub supplier: i64,
    /// Region of the office that imposes it.
    pub region: &'a str,
    /// `frozen`, `suspended`, `withdrawn`.
    pub kind: &'a str,
    /// `whole`, `category`, `area`.
    pub level: &'a str,
    /// Category prefix or area; empty for the whole.
    pub code: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The case it follows from.
    pub conduct: Option<i64>,
    /// The last day, None for open.
    pub until: Option<Day>,
    /// Person, 0 for the mall itself.
    pub actor: i64,
}

/// Chinese word of a kind of measure.
pub fn kind_word(kind: &str) -> &'static str {
    match kind {
        "frozen" => "冻结",
        "suspended" => "暂停交易",
        _ => "退出",
    }
}

/// Imposes a measure; returns its id.
pub async fn impose(tx: &Tx<'_>, m: &Measure<'_>) -> Result<i64> {
    let s = Standing {
        id: 0,
        supplier: m.supplier,
        region: m.region.to_owned(),
        kind: m.kind.to_owned(),
        level: m.level.to_owned(),
        code: m.code.to_owned(),
        reason: m.reason.to_owned(),
        conduct: m.conduct,
        from_at: tx.now(),
        until: m.until,
        lifted_at: None,
        lifted_why: String::new(),
    };
    if m.until.is_some_and(|d| d < day_of(tx.now())) {
        return Err(Fail::field("until", "standing.past", "截止日期不能早于今天。"));
    }
    let id = store::add_standing(tx, &s).await?;
    let touched = apply(tx, m.supplier).await?;
    let until = m.until.map_or(String::new(), |d| format!("，至 {} 止", show_day(d)));
    let words = format!("贵单位被{}{until}：{}。在途订单请继续履行。", kind_word(m.kind), m.reason);
    base::messages::tell(tx, m.supplier, Duty::SupplierAdmin, &format!("/scores/{}", m.supplier), &words).await?;
    tx.journal(Entry {
        region: m.region.to_owned(),
        room: "suppliers",
        kind: "supplier.measure",
        subject: format!("supplier/{}", m.supplier),
        actor: m.actor,
        via: if m.actor == 0 { "timer" } else { "page" },
        data: json!({
            "standing": id.to_string(), "kind": m.kind, "level": m.level, "code": m.code, "reason": m.reason,
            "until": m.until.map(show_day), "conduct": m.conduct.map(|c| c.to_string()), "products": touched,
        }),
    })
    .await?;
    Ok(id)
}

/// Lifts a measure; a second call changes nothing.
pub async fn lift(tx: &Tx<'_>, s: &Standing, why: &str, actor: i64) -> Result<bool> {
    if !store::lift_standing(tx, s.id, why).await? {
        return Ok(false);
    }
    let touched = apply(tx, s.supplier).await?;
    let words = format!("对贵单位的{}已解除：{why}。", kind_word(&s.kind));
    base::messages::tell(tx, s.supplier, Duty::SupplierAdmin, &format!("/scores/{}", s.supplier), &words).await?;
    tx.journal(Entry {
        region: s.region.clone(),
        room: "suppliers",
        kind: "supplier.measure_lifted",
        subject: format!("supplier/{}", s.supplier),
        actor,
        via: if actor == 0 { "timer" } else { "page" },
        data: json!({"standing": s.id.to_string(), "why": why, "products": touched}),
    })
    .await?;
    Ok(true)
}

/// Brings state, closed parts and offers in line with all measures in force. Returns the products touched.
async fn apply(tx: &Tx<'_>, supplier: i64) -> Result<Vec<String>> {
    let today = day_of(tx.now());
    let all = store::standings(tx, supplier).await?;
    let holds = |s: &&Standing| s.lifted_at.is_none() && s.until.is_none_or(|d| d >= today);
    let mut state = "admitted";
    let mut closed = Vec::new();
    offers::stop_all(tx, supplier, "", offers::stop::SUPPLIER, false).await?;
    for s in all.iter().filter(holds) {
        match s.level.as_str() {
            "whole" => {
                // The gravest stands.
                let rank = |k: &str| ["admitted", "frozen", "suspended", "withdrawn"].iter().position(|x| *x == k);
                if rank(&s.kind) > rank(state) {
                    state = &s.kind;
                }
                offers::stop_all(tx, supplier, "", offers::stop::SUPPLIER, true).await?;
            }
            "category" => {
                closed.push(format!("c:{}", s.code));
                offers::stop_all(tx, supplier, &s.code, offers::stop::SUPPLIER, true).await?;
            }
            _ => closed.push(format!("a:{}", s.code)),
        }
    }
    closed.sort();
    closed.dedup();
    store::set_standing(tx, supplier, state, &closed.join(" ")).await?;
    Ok(offers::products_of(tx, supplier, "").await?.iter().map(ToString::to_string).collect())
}

/// Lifts measures whose last day is past.
pub async fn run_due(supply: &Supply) -> Result<usize> {
    let mut done = 0;
    for s in &store::ended(supply.db(), day_of(supply.db().now()), PIECE).await? {
        let lifted = supply
            .db()
            .write("standing.end", |tx| Box::pin(async move { lift(tx, s, "期满自动解除", 0).await.map(|_| ()) }))
            .await;
        done += usize::from(carried("measure", s.id, lifted));
    }
    Ok(done)
}

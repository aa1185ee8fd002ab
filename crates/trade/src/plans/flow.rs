//! Entering and loading plans, adding addresses.
use super::store::{self, NewBudget};
use crate::Trade;
use base::access::Actor;
use kit::{Entry, Fail, Result};
use rules::Fen;
use rules::naming::fold;
use serde_json::json;

/// The columns of a plan file, in order.
pub const COLUMNS: [&str; 9] = [
    "年度",
    "预算编码",
    "预算名称",
    "资金来源",
    "预算金额（元）",
    "计划名称",
    "品目编码",
    "计划内容",
    "计划金额（元）",
];

struct Line {
    year: i64,
    code: String,
    budget_title: String,
    fund: String,
    granted: i64,
    plan: String,
    category: String,
    title: String,
    amount: i64,
}

/// What loading did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Plan lines made.
    pub made: usize,
    /// Plan lines that were there already.
    pub same: usize,
}

/// Loads rows of a plan file (heading first) for the actor's unit: all of them, or none with every error named.
pub async fn load_rows(trade: &Trade, actor: &Actor, rows: &[Vec<String>], via: &'static str) -> Result<Load> {
    let lines = check(trade, rows)?;
    let lines = &lines;
    trade
        .db()
        .write("plans.load", |tx| {
            Box::pin(async move {
                let mut done = Load { made: 0, same: 0 };
                for l in lines {
                    let budget = match store::budget_by_code(tx, actor.org, l.year, &l.code).await? {
                        Some(b) if b.granted != l.granted => {
                            let words = format!(
                                "预算 {} 已经下达 {}，文件里写的是 {}，请核对。",
                                l.code,
                                Fen(b.granted).yuan(),
                                Fen(l.granted).yuan()
                            );
                            return Err(Fail::field("file", "plan.granted_differs", words));
                        }
                        Some(b) => b.id,
                        None => {
                            let new = NewBudget {
                                org: actor.org,
                                region: &actor.region,
                                year: l.year,
                                code: &l.code,
                                title: &l.budget_title,
                                fund: &l.fund,
                                granted: l.granted,
                            };
                            store::add_budget(tx, &new).await?
                        }
                    };
                    if store::has_plan_line(tx, budget, &l.plan, &l.category, &l.title, l.amount).await? {
                        done.same += 1;
                        continue;
                    }
                    store::add_plan_line(tx, budget, actor.org, &l.plan, &l.category, &l.title, l.amount).await?;
                    done.made += 1;
                }
                if done.made > 0 {
                    tx.journal(Entry {
                        region: actor.region.clone(),
                        room: "plans",
                        kind: "plan.entered",
                        subject: format!("org/{}", actor.org),
                        actor: actor.person,
                        via,
                        data: json!({"lines": done.made}),
                    })
                    .await?;
                }
                Ok(done)
            })
        })
        .await
}

/// Errors shown at once.
const ERRORS_MAX: usize = 12;

fn check(trade: &Trade, rows: &[Vec<String>]) -> Result<Vec<Line>> {
    let facts = trade.facts();
    let (mut out, mut wrong) = (Vec::new(), Vec::new());
    for (i, r) in rows.iter().enumerate().skip(1).filter(|(_, r)| r.iter().any(|c| !c.is_empty())) {
        let at = |n: usize| r.get(n).map_or("", |c| c.trim());
        let mut bad = |column: usize, words: &str| wrong.push(format!("第 {} 行“{}”：{words}", i + 1, COLUMNS[column]));
        let year: i64 = at(0).parse().unwrap_or(0);
        if !(2020..=2100).contains(&year) {
            bad(0, "应是四位年份。");
        }
        for n in [1, 2, 3, 5, 7] {
            if at(n).is_empty() {
                bad(n, "没有填。");
            }
        }
        let category = fold(at(6)).to_uppercase();
        if facts.category(&category).is_none() {
            bad(6, "2022 年版目录里没有这个编码。");
        }
        let mut money = |n: usize| match Fen::parse_yuan(at(n)) {
            Some(f) if f.0 > 0 => f.0,
            _ => {
                wrong.push(format!(
                    "第 {} 行“{}”：应是大于 0、最多两位小数的数，现在是“{}”。",
                    i + 1,
                    COLUMNS[n],
                    at(n)
                ));
                0
            }
        };
        let (granted, amount) = (money(4), money(8));
        out.push(Line {
            year,
            code: at(1).to_owned(),
            budget_title: at(2).to_owned(),
            fund: at(3).to_owned(),
            granted,
            plan: at(5).to_owned(),
            category: base::facts::short_code(&category).to_owned(),
            title: at(7).to_owned(),
            amount,
        });
    }
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(ERRORS_MAX);
        wrong.truncate(ERRORS_MAX);
        let tail = if more > 0 { format!("……另有 {more} 处。") } else { String::new() };
        return Err(Fail::field("file", "plan.rows", format!("没有载入，请改好后再上传。{}{tail}", wrong.join(""))));
    }
    if out.is_empty() {
        return Err(Fail::field("file", "plan.empty", "没有计划行，请从表头下一行开始填写。"));
    }
    Ok(out)
}

/// Adds a place of delivery for the actor's unit.
pub async fn add_address(
    trade: &Trade,
    actor: &Actor,
    region: &str,
    line: &str,
    contact: &str,
    phone: &str,
) -> Result<()> {
    if trade.facts().region(region).is_none() {
        return Err(Fail::field("region", "address.region", "请选择收货地所在的地区。"));
    }
    trade
        .db()
        .write("address.add", |tx| {
            Box::pin(async move {
                let id = store::add_address(tx, actor.org, region, line, contact, phone).await?;
                tx.journal(Entry {
                    region: actor.region.clone(),
                    room: "plans",
                    kind: "address.added",
                    subject: format!("address/{id}"),
                    actor: actor.person,
                    via: "page",
                    data: json!({"region": region}),
                })
                .await?;
                Ok(())
            })
        })
        .await
}

//! Organisations, people, suppliers, plans of the demo province.
use super::{store, table};
use base::orgs::{self, NewPerson, Org};
use kit::{Entry, Fail, Result};
use rules::Fen;
use rules::duty::Duty;
use serde::Deserialize;
use std::collections::BTreeMap;
use watch::Watch;

const ORGS: &str = include_str!("../../../../data/demo/orgs.csv");
const PEOPLE: &str = include_str!("../../../../data/demo/people.csv");
const SUPPLIERS: &str = include_str!("../../../../data/demo/suppliers.csv");
const PLANS: &str = include_str!("../../../../data/demo/plans.csv");

#[derive(Deserialize)]
struct OrgLine {
    key: String,
    kind: String,
    name: String,
    uscc: String,
    region: String,
    parent: String,
    headcount: i64,
}

#[derive(Deserialize)]
struct SupplierLine {
    key: String,
    name: String,
    uscc: String,
    region: String,
    kind: String,
    areas: String,
    categories: String,
    size: String,
    legal_person: String,
    phone: String,
    address: String,
    bank_account: String,
    controller: String,
}

#[derive(Deserialize)]
struct PersonLine {
    login: String,
    org_key: String,
    name: String,
    phone: String,
    duties: String,
}

#[derive(Deserialize)]
struct PlanLine {
    org_key: String,
    budget_code: String,
    budget_title: String,
    fund: String,
    granted_yuan: String,
    plan_title: String,
    category: String,
    line_title: String,
    line_yuan: String,
}

/// What was made.
pub struct Made {
    /// Organisations.
    pub orgs: usize,
    /// People.
    pub people: usize,
    /// Plan lines.
    pub plans: usize,
}

fn fen(text: &str) -> Result<i64> {
    Fen::parse_yuan(text).map(|f| f.0).ok_or_else(|| Fail::Fault(format!("demo data: {text} is no amount")))
}

/// Writes all bodies in one transaction.
pub async fn fill(watch: &Watch, years: std::ops::RangeInclusive<i64>) -> Result<Made> {
    let orgs_in: Vec<OrgLine> = table("orgs.csv", ORGS)?;
    let suppliers: Vec<SupplierLine> = table("suppliers.csv", SUPPLIERS)?;
    let people: Vec<PersonLine> = table("people.csv", PEOPLE)?;
    let plans: Vec<PlanLine> = table("plans.csv", PLANS)?;
    let password = base::access::hash_password(base::access::pages::DEMO_PASSWORD)?;
    let facts = watch.facts();
    let root = facts.root.clone();
    let made = Made { orgs: orgs_in.len() + suppliers.len(), people: people.len(), plans: plans.len() };
    let (orgs_in, suppliers, people, plans, password, root) = (&orgs_in, &suppliers, &people, &plans, &password, &root);
    let yearly: Vec<(i64, &PlanLine)> = years.flat_map(|year| plans.iter().map(move |p| (year, p))).collect();
    let yearly = &yearly;
    let facts = &facts;
    watch
        .db()
        .write("demo.bodies", |tx| {
            Box::pin(async move {
                let mut ids: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
                for o in orgs_in {
                    let parent = ids.get(o.parent.as_str()).map(|p| p.0);
                    let org = Org {
                        id: 0,
                        kind: o.kind.clone(),
                        name: o.name.clone(),
                        uscc: o.uscc.clone(),
                        region: o.region.clone(),
                        parent,
                        headcount: o.headcount,
                    };
                    let id = orgs::add_org(tx, &org).await?;
                    let road = format!("{}示例路 1 号（演示）", facts.region_name(&o.region));
                    // Numbers of no exchange: the region's code behind zeros.
                    orgs::set_contact(tx, id, &road, &format!("0000-00{}（演示）", o.region)).await?;
                    ids.insert(&o.key, (id, &o.region));
                    if o.kind == "unit" {
                        let line = format!("{}示例路 1 号", facts.region_name(&o.region));
                        trade::plans::add_address(tx, id, &o.region, &line, "收货室", "13800009999").await?;
                    }
                }
                for s in suppliers {
                    let org = Org {
                        id: 0,
                        kind: "supplier".into(),
                        name: s.name.clone(),
                        uscc: s.uscc.clone(),
                        region: s.region.clone(),
                        parent: None,
                        headcount: 0,
                    };
                    let id = orgs::add_org(tx, &org).await?;
                    ids.insert(&s.key, (id, &s.region));
                    store::admit(
                        tx,
                        &store::Supplier {
                            org: id,
                            kind: &s.kind,
                            size: &s.size,
                            areas: &s.areas,
                            categories: &s.categories,
                            legal_person: &s.legal_person,
                            phone: &s.phone,
                            address: &s.address,
                            bank_account: &s.bank_account,
                            controller: &s.controller,
                        },
                    )
                    .await?;
                }
                for p in people {
                    let (org, _) = *ids.get(p.org_key.as_str()).ok_or_else(|| Fail::Fault(format!("no organisation {}", p.org_key)))?;
                    let duties = p
                        .duties
                        .split('|')
                        .map(|d| Duty::of(d).ok_or_else(|| Fail::Fault(format!("people.csv: no duty {d}"))))
                        .collect::<Result<Vec<_>>>()?;
                    let new = NewPerson { org, login: &p.login, name: &p.name, phone: &p.phone, password, duties: &duties };
                    orgs::add_person(tx, &new).await?;
                }
                let mut budgets: BTreeMap<(i64, i64, &str), i64> = BTreeMap::new();
                for (year, p) in yearly.iter().copied() {
                    let named = |title: &str| title.replace("{year}", &year.to_string());
                    let (org, region) = *ids.get(p.org_key.as_str()).ok_or_else(|| Fail::Fault(format!("no organisation {}", p.org_key)))?;
                    let key = (org, year, p.budget_code.as_str());
                    let budget = match budgets.get(&key) {
                        Some(id) => *id,
                        None => {
                            let id = trade::plans::add_budget(
                                tx,
                                &trade::plans::NewBudget {
                                    org,
                                    region,
                                    year,
                                    code: &p.budget_code,
                                    title: &p.budget_title,
                                    fund: &p.fund,
                                    granted: fen(&p.granted_yuan)?,
                                },
                            )
                            .await?;
                            budgets.insert(key, id);
                            id
                        }
                    };
                    trade::plans::add_plan_line(tx, budget, org, &named(&p.plan_title), &p.category, &p.line_title, fen(&p.line_yuan)?).await?;
                }
                tx.journal(Entry {
                    region: root.clone(),
                    room: "demo",
                    kind: "supplier.demo",
                    subject: "demo".into(),
                    actor: 0,
                    via: "demo",
                    data: serde_json::json!({"orgs": orgs_in.len(), "suppliers": suppliers.len(), "people": people.len()}),
                })
                .await?;
                Ok(())
            })
        })
        .await?;
    Ok(made)
}

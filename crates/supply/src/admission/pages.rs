//! Pages of admission: the standing notice, what a firm fills in, what a centre decides.
mod firm;
mod office;

use super::flow::{self, Registered, commitment};
use super::store;
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::facts::Facts;
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::admission::{KINDS, paper_label, reason_label};
use rules::calendar::{day_of, show_day};
use rules::duty::Duty;
use rules::rulebook::Scope;

const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
const FIRM: Gate = Gate::Any(&[Duty::SupplierAdmin, Duty::SupplierOrders]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const OVERSEER: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::Auditor]);
const PAPER_READERS: Gate =
    Gate::Any(&[Duty::SupplierAdmin, Duty::SupplierOrders, Duty::Regulator, Duty::Centre, Duty::Auditor]);
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };
/// What is public about the queue covers so many days.
const LOOK_BACK_DAYS: i64 = 90;
/// Decisions that the public figures are made from, newest first.
const DECISIONS_MAX: usize = 5000;
const DAY: i64 = 86_400_000;

/// A rule of one place about what suppliers must show beyond the common ones.
struct Extra {
    place: String,
    words: String,
    basis: String,
    reuse: String,
}

#[derive(Template)]
#[template(path = "admission/pages/join.html")]
struct Join {
    s: Shell,
    kinds: [(&'static str, &'static str); 4],
    common: String,
    online: String,
    commitment: &'static str,
    version: &'static str,
    waiting: i64,
    decided: usize,
    median: String,
    slowest: String,
    reasons: Vec<(&'static str, i64)>,
    clock: String,
    extras: Vec<Extra>,
}

fn papers_of(facts: &Facts, key: &str, day: rules::calendar::Day) -> String {
    let rule = facts.rule(key, &facts.root, &ANY, day);
    let list = rule.as_ref().and_then(|e| e.list()).unwrap_or_default();
    list.iter().map(|k| paper_label(k)).collect::<Vec<_>>().join("、")
}

/// Local demands as the rulebook has them, and how many of all stations make the same one.
fn extras(facts: &Facts, day: rules::calendar::Day) -> Vec<Extra> {
    let all: Vec<_> = facts
        .rulebook
        .all("supplier.extra")
        .iter()
        .filter(|r| r.from <= day && r.to.is_none_or(|t| day <= t))
        .collect();
    let words = |r: &rules::rulebook::Rule| match &r.value {
        rules::rulebook::Value::List(list) => list.join("；"),
        rules::rulebook::Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let stations = facts.regions.len().max(1);
    all.iter()
        .map(|r| {
            let same = all.iter().filter(|o| words(o) == words(r)).count();
            Extra {
                place: facts.region_name(&r.region),
                words: words(r),
                basis: r.basis.clone(),
                reuse: format!("{same} / {stations} 个站点"),
            }
        })
        .collect()
}

fn days(ms: i64) -> String {
    format!("{}.{} 天", ms / DAY, ms % DAY * 10 / DAY)
}

async fn join(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let (db, facts) = (supply.db(), supply.facts());
    let today = day_of(db.now());
    let since = db.now() - LOOK_BACK_DAYS * DAY;
    let took = store::durations(db, since, DECISIONS_MAX).await?;
    let (version, text, _) = commitment();
    let clock = facts.rule("clock.supplier_review", &facts.root, &ANY, today);
    web::html(&Join {
        s: Shell::public(&cx, "供应商入驻"),
        kinds: KINDS,
        common: papers_of(&facts, "supplier.papers", today),
        online: papers_of(&facts, "supplier.papers.online", today),
        commitment: text,
        version,
        waiting: store::in_queue(db).await?,
        decided: took.len(),
        median: took.get(took.len() / 2).map_or("暂无".into(), |ms| days(*ms)),
        slowest: took.last().map_or("暂无".into(), |ms| days(*ms)),
        reasons: store::reasons_since(db, since).await?.iter().map(|(c, n)| (reason_label(c), *n)).collect(),
        clock: clock
            .map_or("未规定".into(), |e| format!("{} 个工作日（{}）", e.int().unwrap_or(0), facts.origin(&e))),
        extras: extras(&facts, today),
    })
}

#[derive(Template)]
#[template(path = "admission/pages/register.html")]
struct Register {
    s: Shell,
    wrong: Option<Refused>,
    places: Vec<(String, String)>,
    f: Vec<(&'static str, String)>,
}

impl Register {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

fn register_page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Register {
    let facts = supply.facts();
    let places = facts.regions.values().filter(|r| r.code != facts.root).map(|r| {
        let upper = facts.region(&r.parent).filter(|u| u.code != facts.root).map_or("", |u| u.short.as_str());
        (r.code.clone(), format!("{upper}{}", r.name))
    });
    Register {
        s: Shell::public(cx, "供应商注册"),
        wrong,
        places: places.collect(),
        f: ["uscc", "name", "region", "login", "person", "phone"]
            .map(|k| (k, form.map_or(String::new(), |f| f.get(k).to_owned())))
            .into(),
    }
}

async fn register_form(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&register_page(&supply, &cx, None, None))
}

fn read_registered(form: &Form) -> Result<Registered> {
    if form.get("password") != form.get("again") {
        return Err(Fail::field("again", "register.again", "两次输入的密码不一样。"));
    }
    Ok(Registered {
        uscc: form.need("uscc", "统一社会信用代码", 18)?.to_uppercase(),
        name: form.need("name", "单位名称", 100)?.to_owned(),
        region: form.get("region").to_owned(),
        login: form.need("login", "用户名", 40)?.to_owned(),
        password: form.get("password").to_owned(),
        person: form.need("person", "管理员姓名", 40)?.to_owned(),
        phone: form.need("phone", "联系电话", 30)?.to_owned(),
    })
}

async fn register(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = match read_registered(&form) {
        Ok(r) => flow::register(&supply, &r, &cx.network).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/login?back=/admission&done={}", percent("注册成功，请登录后填写入驻申请。")))),
        Err(Fail::Refused(r)) => {
            let page = register_page(&supply, &cx, Some(*r), Some(&form));
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

fn area_names(facts: &Facts, areas: &str) -> String {
    areas.split_whitespace().map(|a| facts.region_name(a)).collect::<Vec<_>>().join("、")
}

fn category_names(facts: &Facts, categories: &str) -> String {
    categories.split_whitespace().map(|c| facts.category_name(c)).collect::<Vec<_>>().join("、")
}

fn size_word(size: &str) -> &'static str {
    match size {
        "micro" => "微型企业",
        "small" => "小型企业",
        "medium" => "中型企业",
        "large" => "大型企业",
        _ => "未填",
    }
}

struct PaperRow {
    p: store::Paper,
    label: &'static str,
    until: String,
    ended: bool,
}

async fn paper_rows(supply: &Supply, org: i64) -> Result<Vec<PaperRow>> {
    let today = day_of(supply.db().now());
    let row = |p: store::Paper| PaperRow {
        label: paper_label(&p.kind),
        until: p.until.map_or("长期".into(), show_day),
        ended: p.until.is_some_and(|d| d < today),
        p,
    };
    Ok(store::papers(supply.db(), org).await?.into_iter().map(row).collect())
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/join", Gate::Public, join)
        .get("/join/register", Gate::Public, register_form)
        .post("/join/register", Gate::Public, register)
        .merge(firm::routes())
        .merge(office::routes())
}

//! Forms of audits: a plan, a question, a finding.
use super::store;
use crate::Watch;
use crate::audits::flow::{self, Scope};
use crate::audits::inquiries::{Finding, Question};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Actor, Cx, Form, Scope as Reach, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::audit::sample::Method;
use rules::calendar::{Day, parse_day};

/// Most characters of what is typed in one field.
pub const WORDS_MAX: usize = 4000;
/// Modes of purchase: key and Chinese word.
pub const MODES: [(&str, &str); 3] = [("supermarket", "超市采购"), ("batch", "批量采购"), ("fixed", "定点采购")];
/// Forms of transaction: key and Chinese word.
pub const FORMS: [(&str, &str); 2] = [("direct", "直购"), ("auction", "竞价")];

/// The Chinese word of a key; empty for none.
pub fn word(words: &[(&str, &str)], key: &str) -> String {
    words.iter().find(|(k, _)| *k == key).map_or(String::new(), |(_, w)| (*w).to_owned())
}

#[derive(Template)]
#[template(path = "audits/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    regions: Vec<(String, String)>,
    methods: &'static [Method],
    typed: Vec<(String, String)>,
    most: usize,
}

impl New {
    fn get(&self, name: &str) -> &str {
        self.typed.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }
}

async fn page(watch: &Watch, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Result<New> {
    let actor = cx.actor()?;
    let within = |code: &str| matches!(actor.scope(), Reach::Region(p) if code.starts_with(&p));
    Ok(New {
        s: Shell::work(cx, "新的审计项目").await?,
        wrong,
        regions: watch
            .facts()
            .regions
            .values()
            .filter(|r| within(&r.code))
            .map(|r| (r.code.clone(), r.name.clone()))
            .collect(),
        methods: Method::ALL,
        typed: form.map_or_else(|| cx.query().to_vec(), |f| f.fields().to_vec()),
        most: flow::PAPERS_MAX,
    })
}

/// The form of a plan.
pub async fn new(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    web::html(&page(&watch, &cx, None, None).await?)
}

fn day(form: &Form, name: &'static str, label: &str) -> Result<Day> {
    let given = form.get(name);
    parse_day(given)
        .ok_or_else(|| Fail::field(name, "form.day", format!("{label}应写成 2026-01-31，现在是“{given}”。")))
}

fn money(form: &Form, name: &'static str, label: &str, or: i64) -> Result<i64> {
    let given = form.get(name);
    if given.is_empty() {
        return Ok(or);
    }
    let wrong = || Fail::field(name, "form.money", format!("{label}应是最多两位小数的数，现在是“{given}”。"));
    Fen::parse_yuan(given).map(|f| f.0).ok_or_else(wrong)
}

async fn party(watch: &Watch, form: &Form, name: &'static str, kind: &str, label: &str) -> Result<i64> {
    let given = form.get(name);
    if given.is_empty() {
        return Ok(0);
    }
    let unknown = || {
        let words = format!("没有找到{label}“{given}”，请填完整的名称或者统一社会信用代码。");
        Fail::field(name, "audit.org", words)
    };
    store::org_of(watch.db(), kind, given).await?.ok_or_else(unknown)
}

async fn planned(watch: &Watch, actor: &Actor, form: &Form) -> Result<i64> {
    let title = form.need("title", "名称", 80)?;
    let method = Method::of(form.get("method"));
    let method = method.ok_or_else(|| Fail::field("method", "audit.method", "请选择抽取方法。"))?;
    let size = if method == Method::All { 0 } else { form.int("size", "抽取数量")? };
    let known = |words: &[(&str, &str)], key: &str| key.is_empty() || words.iter().any(|(k, _)| *k == key);
    if !known(&MODES, form.get("mode")) || !known(&FORMS, form.get("form")) {
        return Err(Fail::field("mode", "audit.mode", "请选择采购方式和交易方式。"));
    }
    let scope = Scope {
        region: form.get("region").to_owned(),
        day_from: day(form, "day_from", "开始日期")?,
        day_to: day(form, "day_to", "截止日期")?,
        category: form.get("category").to_uppercase(),
        mode: form.get("mode").to_owned(),
        form: form.get("form").to_owned(),
        unit: party(watch, form, "unit", "unit", "采购人").await?,
        supplier: party(watch, form, "supplier", "supplier", "供应商").await?,
        amount_min: money(form, "amount_min", "最低金额", 0)?,
        amount_max: money(form, "amount_max", "最高金额", i64::MAX)?,
    };
    flow::plan(watch, actor, title, &scope, (method, size)).await
}

/// Writes a plan down.
pub async fn plan(State(watch): State<Watch>, cx: Cx, form: Form) -> Result<Response> {
    match planned(&watch, cx.actor()?, &form).await {
        Ok(id) => Ok(web::see(&format!("/audits/{id}?done={}", percent("已拟定，核对后公告。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&watch, &cx, Some(*r), Some(&form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// A question with its words.
pub fn question(upload: &Upload) -> Result<(Question, String)> {
    let form = &upload.form;
    let what = Question { org: form.get("q_org").parse().unwrap_or(0), order: form.get("q_order").parse().ok() };
    Ok((what, form.lines("q_words", "质询", WORDS_MAX)?))
}

/// A finding to be drafted.
pub fn finding(form: &Form) -> Result<Finding> {
    Ok(Finding {
        org: form.get("f_org").parse().unwrap_or(0),
        kind: form.get("f_kind").to_owned(),
        severity: form.get("f_severity").to_owned(),
        amount: money(form, "f_amount", "涉及金额", 0)?,
        facts: form.lines("f_facts", "事实", WORDS_MAX)?,
        advice: form.lines("f_advice", "处理建议", WORDS_MAX)?,
        orders: form.all("f_order").iter().filter_map(|o| o.parse().ok()).collect(),
    })
}

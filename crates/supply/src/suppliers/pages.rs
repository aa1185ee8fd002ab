//! Pages of measures against a supplier.
use super::standing::{self, Measure, kind_word};
use super::store::{self, Standing};
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Scope};
use base::facts::Facts;
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::calendar::{day_of, parse_day, show_day};
use rules::duty::Duty;

const OFFICE: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre]);

/// Who sees measures: auditors look on.
const READERS: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre, Duty::Auditor]);

/// A measure in words: what, and of what.
pub fn measure_words(facts: &Facts, m: &Standing) -> String {
    let what = kind_word(&m.kind);
    let of = match m.level.as_str() {
        "category" => format!("品目“{}”", facts.category_name(&m.code)),
        "area" => format!("供货区域“{}”", facts.region_name(&m.code)),
        _ => "全部业务".into(),
    };
    format!("{what}{of}：{}", m.reason)
}

struct Row {
    id: i64,
    words: String,
    from: String,
    until: String,
    lifted: String,
    mine: bool,
}

#[derive(Template)]
#[template(path = "suppliers/pages/measures.html")]
struct Page {
    s: Shell,
    wrong: Option<String>,
    org: i64,
    name: String,
    rows: Vec<Row>,
    categories: Vec<(String, String)>,
    areas: Vec<(String, String)>,
    f: Vec<(&'static str, String)>,
    may: bool,
}

impl Page {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

fn covers(actor: &Actor, region: &str) -> bool {
    matches!(actor.scope(), Scope::Region(prefix) if region.starts_with(&prefix))
}

async fn page(supply: &Supply, cx: &Cx, org: i64, wrong: Option<String>, form: Option<&Form>) -> Result<Page> {
    let (db, facts, actor) = (supply.db(), supply.facts(), cx.actor()?);
    let me = store::get(db, org).await?;
    let may = actor.may(Duty::Regulator) || actor.may(Duty::Centre);
    let rows = store::standings(db, org).await?.into_iter().map(|m| Row {
        id: m.id,
        words: measure_words(&facts, &m),
        from: show_day(day_of(m.from_at)),
        until: m.until.map_or("未定".into(), show_day),
        lifted: m.lifted_at.map_or(String::new(), |at| format!("{} {}", show_day(day_of(at)), m.lifted_why)),
        mine: may && m.lifted_at.is_none() && covers(actor, &m.region),
    });
    let own: Vec<&str> = me.categories.split_whitespace().collect();
    let categories = facts
        .categories
        .values()
        .filter(|c| {
            c.level == 2
                && (own.is_empty()
                    || own.iter().any(|o| o.starts_with(base::facts::short_code(&c.code)) || c.code.starts_with(o)))
        })
        .map(|c| (base::facts::short_code(&c.code).to_owned(), c.name.clone()));
    let areas = facts.regions.values().filter(|r| covers(actor, &r.code)).map(|r| (r.code.clone(), r.name.clone()));
    Ok(Page {
        s: Shell::work(cx, format!("对{}的措施", me.name)).await?,
        wrong,
        org,
        rows: rows.collect(),
        categories: categories.collect(),
        areas: areas.collect(),
        f: ["kind", "level", "category", "area", "reason", "until"]
            .map(|k| (k, form.map_or(String::new(), |f| f.get(k).to_owned())))
            .into(),
        may,
        name: me.name,
    })
}

async fn measures(State(supply): State<Supply>, cx: Cx, Path(org): Path<i64>) -> Result<Response> {
    web::html(&page(&supply, &cx, org, None, None).await?)
}

/// A whole measure is for whoever answers for the whole province; a local office closes its own area.
async fn impose(supply: &Supply, actor: &Actor, org: i64, form: &Form) -> Result<()> {
    let level = form.get("level");
    let code = match level {
        "whole" => "",
        "category" => form.get("category"),
        "area" => form.get("area"),
        _ => return Err(Fail::field("level", "standing.level", "请选择范围。")),
    };
    let kind = form.get("kind");
    if !matches!(kind, "frozen" | "suspended" | "withdrawn") {
        return Err(Fail::field("kind", "standing.kind", "请选择措施。"));
    }
    let facts = supply.facts();
    match level {
        "category" if facts.category(code).is_none() => {
            return Err(Fail::field("category", "standing.category", "请选择品目。"));
        }
        "area" if !covers(actor, code) || facts.region(code).is_none() => {
            return Err(Fail::field("area", "standing.area", "请选择本级管理的区域。"));
        }
        "area" => {}
        // One admission holds in the whole province; so does ending it.
        _ if actor.region != facts.root => {
            let words = "全部业务和品目的措施全省有效，由省级作出；本级可以关闭本地的供货区域，或告知诚信事项。";
            return Err(Fail::field("level", "standing.reach", words));
        }
        _ => {}
    }
    let reason = form.need("reason", "理由和依据", 500)?;
    let typed = form.get("until");
    let until = match parse_day(typed) {
        None if typed.is_empty() => None,
        None => return Err(Fail::field("until", "form.day", format!("日期应写成 2026-01-31，现在是“{typed}”。"))),
        day => day,
    };
    if kind == "suspended" && until.is_none() {
        return Err(Fail::field("until", "standing.until", "暂停要写截止日期，到期自动解除。"));
    }
    let m = &Measure {
        supplier: org,
        region: &actor.region,
        kind,
        level,
        code,
        reason,
        conduct: None,
        until,
        actor: actor.person,
    };
    supply.db().write("standing.impose", |tx| Box::pin(async move { standing::impose(tx, m).await.map(|_| ()) })).await
}

async fn add(State(supply): State<Supply>, cx: Cx, Path(org): Path<i64>, form: Form) -> Result<Response> {
    match impose(&supply, cx.actor()?, org, &form).await {
        Ok(()) => {
            Ok(web::see(&format!("/suppliers/{org}/measures?done={}", percent("措施已生效，供应商已收到通知。"))))
        }
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, org, Some(r.words), Some(&form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn lift(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let actor = cx.actor()?;
    let why = form.need("why", "解除理由", 200)?;
    let m = &store::standing(supply.db(), id).await?;
    if !covers(actor, &m.region) {
        return Err(Fail::Hidden);
    }
    supply
        .db()
        .write("standing.lift", |tx| {
            Box::pin(async move { standing::lift(tx, m, why, actor.person).await.map(|_| ()) })
        })
        .await?;
    Ok(web::see(&format!("/suppliers/{}/measures?done={}", m.supplier, percent("已解除。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/suppliers/{id}/measures", READERS, measures)
        .post("/suppliers/{id}/measures", OFFICE, add)
        .post("/measures/{id}/lift", OFFICE, lift)
}

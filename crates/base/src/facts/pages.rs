//! Public pages about facts: choose a station, look up the rules that hold there.
mod history;

use crate::Base;
use crate::access::{Cx, Gate, Routes};
use crate::facts::{Region, scope_words, show_brief, show_value};
use crate::shell::Shell;
use askama::Template;
use axum::extract::{FromRef, Path};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use kit::{Fail, Result};
use rules::calendar::{day_of, show_day};
use rules::rulebook::Value;
use std::collections::BTreeSet;

struct City {
    region: Region,
    below: Vec<Region>,
}

#[derive(Template)]
#[template(path = "facts/pages/stations.html")]
struct Stations<'a> {
    s: Shell,
    root: Region,
    own: Option<Region>,
    cities: Vec<City>,
    back: &'a str,
}

async fn stations(cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let root = facts.region(&facts.root).ok_or(Fail::Hidden)?.clone();
    let below = |code: &str| facts.regions.values().filter(|r| r.parent == code).cloned().collect::<Vec<_>>();
    let (own, cities): (Vec<_>, Vec<_>) = below(&root.code).into_iter().partition(|r| r.kind == "own");
    let mut cities: Vec<City> = cities.into_iter().map(|region| City { below: below(&region.code), region }).collect();
    cities.sort_by_key(|c| (c.region.state != "live", c.region.code.clone()));
    let back = if kit::web::local(cx.param("back")) { kit::text::percent(cx.param("back")) } else { "%2F".into() };
    let page =
        Stations { s: Shell::public(&cx, "选择分站"), root, own: own.into_iter().next(), cities, back: &back };
    kit::web::html(&page)
}

async fn choose(cx: Cx, Path(code): Path<String>) -> Result<Response> {
    cx.base.facts().region(&code).ok_or(Fail::Hidden)?;
    let back = cx.param("back");
    let mut res = kit::web::see(if kit::web::local(back) { back } else { "/" });
    let cookie = format!("{}={code}; Path=/; SameSite=Lax; Max-Age=31536000", crate::access::STATION_COOKIE);
    res.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&cookie).map_err(Fail::fault)?);
    Ok(res)
}

struct RuleLine {
    key: String,
    words: &'static str,
    title: String,
    scope: String,
    value: String,
    /// Is the value a figure, which stands at the right?
    figure: bool,
    place: String,
    from: String,
    basis: String,
    grade: &'static str,
    here: bool,
    fixed: bool,
}

#[derive(Template)]
#[template(path = "facts/pages/rules.html")]
struct Rules<'a> {
    s: Shell,
    place: String,
    path: String,
    filter: &'a str,
    lines: Vec<RuleLine>,
    groups: Vec<(&'static str, &'static str)>,
}

/// Groups of keys: their first word, and Chinese.
pub(crate) const GROUPS: [(&str, &str); 31] = [
    ("limit", "限额"),
    ("catalogue", "目录"),
    ("asset", "资产配置标准"),
    ("energy", "节能环保"),
    ("approval", "审批"),
    ("clock", "时限"),
    ("pay", "付款"),
    ("price", "价格监控"),
    ("auction", "竞价"),
    ("quote", "报价"),
    ("batch", "批量采购"),
    ("sme", "中小企业"),
    ("credit", "诚信评价"),
    ("supplier", "供应商"),
    ("alert", "动态预警"),
    ("venue", "特色场馆"),
    ("station", "分站"),
    ("fixed", "定点采购"),
    ("offer", "商品管理"),
    ("publish", "公开"),
    ("notice", "公告"),
    ("open", "注册和举报"),
    ("need", "商城无货"),
    ("import", "进口产品"),
    ("env", "环境标志"),
    ("domestic", "本国产品"),
    ("delivery", "交货"),
    ("software", "软件"),
    ("contact", "联系方式"),
    ("rulebook", "规则库"),
    ("role", "岗位模板"),
];

fn words(key: &str) -> &'static str {
    GROUPS.iter().find(|(k, _)| key.split('.').next() == Some(k)).map_or("其他", |(_, w)| w)
}

/// Where the group of a key stands among the groups.
fn place_of(key: &str) -> usize {
    GROUPS.iter().position(|(k, _)| key.split('.').next() == Some(k)).unwrap_or(GROUPS.len())
}

/// Is it a figure? Texts and lists may be long: they stand at the left and wrap.
fn figure(v: &Value) -> bool {
    !matches!(v, Value::Text(_) | Value::List(_))
}

async fn rulebook(cx: Cx) -> Result<Response> {
    let facts = cx.base.facts();
    let path = facts.path(&cx.station);
    let day = day_of(cx.base.db().now());
    let filter = cx.param("group");
    let chosen = |k: &&str| filter.is_empty() || k.split('.').next() == Some(filter);
    // In the order of the groups above the table.
    let keys: BTreeSet<(usize, &str)> = facts.rulebook.keys().filter(chosen).map(|k| (place_of(k), k)).collect();
    // Among all rules a long list is shown by its beginning; the whole stands with its group and in its history.
    let show = if filter.is_empty() { show_brief } else { show_value };
    let mut lines = Vec::new();
    for (_, key) in keys {
        for r in facts.rulebook.all(key) {
            let in_force = r.from <= day && r.to.is_none_or(|to| to >= day);
            if !in_force || !path.contains(&r.region.as_str()) {
                continue;
            }
            lines.push(RuleLine {
                key: key.to_owned(),
                words: words(key),
                title: facts.key_title(key).to_owned(),
                scope: scope_words(&facts, r),
                value: show(&facts, key, &r.value, &r.unit),
                figure: figure(&r.value),
                place: facts.region_name(&r.region),
                from: show_day(r.from),
                basis: r.basis.clone(),
                grade: match r.grade.as_str() {
                    "A" => "法规原文",
                    "B" => "官方说明",
                    "C" => "转载",
                    _ => "默认值，待核定",
                },
                here: r.region == cx.station,
                fixed: r.fixed,
            });
        }
    }
    let names: Vec<String> = path.iter().map(|c| facts.region_name(c)).collect();
    let page = Rules {
        s: Shell::public(&cx, "规则查询"),
        place: facts.region_name(&cx.station),
        path: names.join(" › "),
        filter,
        lines,
        groups: GROUPS.to_vec(),
    };
    kit::web::html(&page)
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
{
    Routes::default()
        .get("/stations", Gate::Public, stations)
        .get("/s/{code}", Gate::Public, choose)
        .get("/rules", Gate::Public, rulebook)
        .get("/rules/history", Gate::Public, history::history)
        .get("/rules/compare", Gate::Public, history::compare)
}

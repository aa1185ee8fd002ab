//! One listing by form, for who sells little and has a phone: the category first, then what goods of that category need.
use crate::intake::take::{self, Did};
use crate::offers::import::Court;
use crate::{Supply, pictures};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, web};
use rules::calendar::{Day, day_of};
use rules::goods::{Attr, Kind, spec_of};
use rules::naming::model_key;
use rules::rulebook::Value;
use std::collections::{BTreeSet, HashMap};

/// Categories found at a time.
const FOUND_MAX: usize = 40;
/// Fields of the form, in the order of the template's columns; what is empty is no field of its own.
const FIELDS: [&str; 15] = [
    "title",
    "category",
    "brand",
    "model",
    "unit",
    "price",
    "stock",
    "areas",
    "",
    "flags",
    "origin",
    "link",
    "certificate",
    "per_unit",
    "words",
];

#[derive(Template)]
#[template(path = "intake/pages/category.html")]
struct Categories {
    s: Shell,
    words: String,
    found: Vec<(String, String)>,
    more: bool,
}

struct Ask {
    name: String,
    hint: String,
    choices: Vec<String>,
    required: bool,
    value: String,
}

#[derive(Template)]
#[template(path = "intake/pages/one.html")]
struct One {
    s: Shell,
    wrong: Vec<String>,
    category: String,
    category_name: String,
    units: Vec<String>,
    asks: Vec<Ask>,
    certificate: bool,
    f: HashMap<&'static str, String>,
    other: String,
}

impl One {
    fn get(&self, name: &str) -> &str {
        self.f.get(name).map_or("", String::as_str)
    }
}

/// The categories that any station's catalogue has on a day, as beginnings of codes.
fn traded(facts: &base::facts::Facts, day: Day) -> BTreeSet<String> {
    let rules = facts.rulebook.all("catalogue.member").iter().filter(|r| r.in_force(day));
    rules.filter_map(|r| if let Value::List(l) = &r.value { Some(l.clone()) } else { None }).flatten().collect()
}

/// The categories a supplier may list in that bear some words.
async fn categories(supply: &Supply, cx: &Cx) -> Result<Response> {
    let words = cx.param("words").trim().to_owned();
    let me = crate::suppliers::get(supply.db(), cx.actor()?.org).await?;
    let facts = supply.facts();
    let traded = traded(&facts, day_of(supply.db().now()));
    let fits = |c: &&base::facts::Category| {
        // Without a word one looks for an idea of what there is: what no station buys would stand first.
        let named = match words.as_str() {
            "" => traded.is_empty() || traded.iter().any(|t| c.code.starts_with(t.as_str())),
            words => c.name.contains(words) || c.code.contains(&words.to_uppercase()),
        };
        c.level >= 3 && me.covers(&c.code) && named
    };
    let mut found: Vec<(String, String)> =
        facts.categories.values().filter(fits).take(FOUND_MAX + 1).map(|c| (c.code.clone(), c.name.clone())).collect();
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    web::html(&Categories { s: Shell::work(cx, "上架一件商品").await?, words, found, more })
}

fn hint(a: &Attr) -> String {
    match &a.kind {
        Kind::Number(unit, low, high) => match (low, high) {
            (Some(l), Some(h)) => format!("{l}–{h} {unit}"),
            (Some(l), None) => format!("不小于 {l} {unit}"),
            (None, Some(h)) => format!("不大于 {h} {unit}"),
            _ => format!("单位 {unit}"),
        },
        _ => String::new(),
    }
}

async fn page(supply: &Supply, cx: &Cx, category: &str, form: Option<&Form>, wrong: Vec<String>) -> Result<One> {
    let facts = supply.facts();
    let known = facts.categories.get(category).ok_or(Fail::Hidden)?;
    let spec = spec_of(&supply.library().specs, category);
    let value = |name: &str| form.map_or(String::new(), |f| f.get(name).to_owned());
    let ask = |(i, a): (usize, &Attr)| Ask {
        name: a.name.clone(),
        hint: hint(a),
        choices: if let Kind::List(all) = &a.kind { all.clone() } else { Vec::new() },
        required: a.required,
        value: value(&format!("attr-{i}")),
    };
    let court = Court::of(supply, supply.db(), cx.actor()?.org).await?;
    let certificate = rules::rulebook::in_list(category, &court.checker().certificate_needed);
    Ok(One {
        s: Shell::work(cx, "上架一件商品").await?,
        wrong,
        category: known.code.clone(),
        category_name: known.name.clone(),
        units: spec.map_or_else(Vec::new, |s| s.units.clone()),
        asks: spec.map_or_else(Vec::new, |s| s.attrs.iter().enumerate().map(ask).collect()),
        certificate,
        f: FIELDS.iter().filter(|n| !n.is_empty()).map(|n| (*n, value(n))).collect(),
        other: value("other"),
    })
}

pub(super) async fn new(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    match cx.param("category") {
        "" => categories(&supply, &cx).await,
        code => web::html(&page(&supply, &cx, code, None, Vec::new()).await?),
    }
}

/// The form as a row of the template.
fn cells(supply: &Supply, form: &Form) -> Vec<String> {
    let mut out: Vec<String> = FIELDS.iter().map(|n| form.get(n).trim().to_owned()).collect();
    let spec = spec_of(&supply.library().specs, &out[1]);
    let asked = spec.iter().flat_map(|s| s.attrs.iter().enumerate());
    let filled = asked.filter_map(|(i, a)| {
        let v = form.get(&format!("attr-{i}")).trim().replace([';', '；'], "，");
        (!v.is_empty()).then(|| format!("{}={v}", a.name))
    });
    let other = form.get("other").trim().to_owned();
    out[8] = filled.chain((!other.is_empty()).then_some(other)).collect::<Vec<_>>().join(";");
    out
}

/// Pictures first, goods after: the machine compares both.
async fn bring(supply: &Supply, cx: &Cx, upload: &mut Upload) -> Result<Vec<Did>> {
    let (actor, db) = (cx.actor()?, supply.db());
    let row = cells(supply, &upload.form);
    let court = Court::of(supply, db, actor.org).await?;
    let offer = match court.checker().check(&row) {
        Ok(offer) => offer,
        Err(wrong) => return Ok(wrong.into_iter().map(Did::Refused).collect()),
    };
    let files: Vec<Vec<u8>> = upload.files.drain(..).map(|f| f.bytes).collect();
    if !files.is_empty() {
        let p = offer.product;
        let goods = pictures::Goods { key: model_key(&p.model), brand: p.brand, model: p.model, category: p.category };
        let from = pictures::Bringer { supplier: actor.org, region: &actor.region, person: actor.person, via: "page" };
        pictures::add(supply, from, &goods, files).await?;
    }
    take::take(supply, actor.org, actor.person, "page", &[row]).await
}

pub(super) async fn make(State(supply): State<Supply>, cx: Cx, mut upload: Upload) -> Result<Response> {
    let wrong = match bring(&supply, &cx, &mut upload).await {
        Ok(did) => match did.first() {
            Some(Did::Done) => return Ok(web::see(&format!("/offers?done={}", percent("已上架。")))),
            Some(Did::Same) => return Ok(web::see(&format!("/offers?done={}", percent("这件商品已经是这样了。")))),
            Some(Did::Waits) => return Ok(web::see(&format!("/filings?done={}", percent("已提交审核。")))),
            _ => did.iter().map(|d| d.words().to_owned()).collect(),
        },
        Err(Fail::Refused(r)) => vec![r.words],
        Err(e) => return Err(e),
    };
    let category = upload.form.get("category").to_owned();
    let shown = page(&supply, &cx, &category, Some(&upload.form), wrong).await?;
    Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
}

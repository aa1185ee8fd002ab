//! The form that makes an auction: requirements, the meter of what satisfies them, means, submission.
use super::super::flow::{self, Launch, Launched};
use super::super::store;
use super::fit::answers;
use crate::projects::{Ready, SecretPart, store as headers};
use crate::{Trade, direct, plans};
use askama::Template;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::auction::{Demand, Format, Kind, meets, shut_out};
use rules::calendar::day_of;
use rules::check::Check;
use rules::duty::Duty;
use std::collections::BTreeMap;
use supply::shelf;

const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
/// Rows for requirements on an empty form.
const DEMAND_ROWS: usize = 8;
/// Products of a category that the meter looks at.
const METER_MAX: usize = 5_000;

#[derive(Clone, Default)]
struct DemandField {
    name: String,
    kind: String,
    min: String,
    max: String,
    unit: String,
    words: String,
}

#[derive(Default)]
struct Fields {
    product: i64,
    rerun_of: i64,
    title: String,
    category: String,
    quantity: String,
    measure: String,
    price: String,
    purpose: String,
    demands: Vec<DemandField>,
    format: String,
    hours: String,
    plan: i64,
    address: i64,
    secret: direct::Secret,
}

/// How many products satisfy the requirements, and which clause shuts out most.
struct Meter {
    all: usize,
    fit: usize,
    makers: usize,
    sellers: usize,
    clauses: Vec<(String, usize)>,
}

#[derive(Template)]
#[template(path = "auctions/pages/new.html")]
struct New {
    s: Shell,
    f: Fields,
    key: String,
    wrong: Option<Refused>,
    blocked: Vec<(Check, String)>,
    product_title: String,
    category_name: String,
    categories: Vec<(String, String)>,
    formats: Vec<(&'static str, &'static str)>,
    hours: String,
    plans: Vec<(i64, String, bool)>,
    addresses: Vec<(i64, String, bool)>,
    meter: Option<Meter>,
    sec: SecretPart,
}

#[derive(Template)]
#[template(path = "auctions/pages/meter.html")]
struct MeterPart {
    meter: Option<Meter>,
}

fn thousandths(text: &str, name: &'static str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Fail::field("demand", "demand.number", format!("“{name}”应填数，现在是“{text}”。"));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.chars().all(|c| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let part: i64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    let n = whole.checked_mul(1000).and_then(|w| w.checked_add(part)).ok_or_else(wrong)?;
    if n < 0 { Err(wrong()) } else { Ok(Some(n)) }
}

/// The requirements of the form; empty rows do not count.
fn demands(rows: &[DemandField]) -> Result<Vec<Demand>> {
    let mut out = Vec::new();
    for (i, d) in rows.iter().enumerate().filter(|(_, d)| !d.name.is_empty()) {
        let kind = match d.kind.as_str() {
            "number" => {
                let (min, max) = (thousandths(&d.min, "不低于")?, thousandths(&d.max, "不高于")?);
                if min.is_none() && max.is_none() {
                    let words = format!("第 {} 项“{}”是数值范围，请至少填不低于或不高于。", i + 1, d.name);
                    return Err(Fail::field("demand", "demand.range", words));
                }
                if let (Some(a), Some(b)) = (min, max)
                    && a > b
                {
                    let words = format!("第 {} 项“{}”的不低于大于不高于。", i + 1, d.name);
                    return Err(Fail::field("demand", "demand.range", words));
                }
                Kind::Number { min, max }
            }
            "one_of" => {
                let words: Vec<String> = d
                    .words
                    .split(['、', '，', ',', '|', '；', ';'])
                    .map(|w| w.trim().to_owned())
                    .filter(|w| !w.is_empty())
                    .collect();
                if words.is_empty() {
                    let words = format!("第 {} 项“{}”请写出可选值，用顿号隔开。", i + 1, d.name);
                    return Err(Fail::field("demand", "demand.words", words));
                }
                Kind::OneOf(words)
            }
            "yes" => Kind::Yes,
            _ => Kind::Words,
        };
        out.push(Demand { name: d.name.clone(), unit: d.unit.clone(), kind });
    }
    Ok(out)
}

fn field_of(d: &Demand) -> DemandField {
    let n = |v: Option<i64>| {
        v.map_or(String::new(), |v| {
            let text = format!("{}.{:03}", v / 1000, v % 1000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        })
    };
    let (kind, min, max, words) = match &d.kind {
        Kind::Number { min, max } => ("number", n(*min), n(*max), String::new()),
        Kind::OneOf(words) => ("one_of", String::new(), String::new(), words.join("、")),
        Kind::Yes => ("yes", String::new(), String::new(), String::new()),
        Kind::Words => ("words", String::new(), String::new(), String::new()),
    };
    DemandField { name: d.name.clone(), kind: kind.to_owned(), min, max, unit: d.unit.clone(), words }
}

fn fields(form: &Form) -> Fields {
    let text = |name: &str| form.get(name).to_owned();
    let column = |name: &str| form.all(name);
    let (kinds, mins, maxs) = (column("d-kind"), column("d-min"), column("d-max"));
    let (units, words) = (column("d-unit"), column("d-words"));
    let at = |list: &[&str], i: usize| list.get(i).map_or(String::new(), |v| (*v).to_owned());
    let demands = column("d-name").into_iter().enumerate().map(|(i, name)| DemandField {
        name: name.to_owned(),
        kind: at(&kinds, i),
        min: at(&mins, i),
        max: at(&maxs, i),
        unit: at(&units, i),
        words: at(&words, i),
    });
    Fields {
        product: form.get("product").parse().unwrap_or(0),
        rerun_of: form.get("rerun_of").parse().unwrap_or(0),
        title: text("title"),
        category: text("category"),
        quantity: text("quantity"),
        measure: text("measure"),
        price: text("price"),
        purpose: text("purpose"),
        demands: demands.collect(),
        format: text("format"),
        hours: text("hours"),
        plan: form.get("plan").parse().unwrap_or(0),
        address: form.get("address").parse().unwrap_or(0),
        secret: SecretPart::typed(form),
    }
}

/// The answers that products of a category give by their attributes, with brand and suppliers.
async fn meter(trade: &Trade, category: &str, demands: &[Demand]) -> Result<Meter> {
    let found = answers(trade, category, demands).await?;
    let rows: Vec<Vec<Option<String>>> = found.iter().map(|(.., row)| row.clone()).collect();
    let (fit, alone) = shut_out(demands, &rows);
    let fits = |row: &Vec<Option<String>>| {
        demands.iter().zip(row).all(|(d, a)| match a {
            Some(a) => meets(d, a) != Some(false),
            None => d.kind == Kind::Words,
        })
    };
    let good = found.iter().filter(|(.., row)| fits(row));
    let (mut makers, mut sellers) = (Vec::<&str>::new(), Vec::<i64>::new());
    for (p, who, _) in good {
        makers.push(&p.brand);
        sellers.extend(who);
    }
    makers.sort_unstable();
    makers.dedup();
    sellers.sort_unstable();
    sellers.dedup();
    let mut clauses: Vec<(String, usize)> =
        demands.iter().map(Demand::words).zip(alone).filter(|(_, n)| *n > 0).collect();
    clauses.sort_by_key(|c| std::cmp::Reverse(c.1));
    Ok(Meter { all: found.len(), fit, makers: makers.len(), sellers: sellers.len(), clauses })
}

/// Attributes that most products of a category have, as rows to start from.
async fn usual(trade: &Trade, category: &str) -> Result<Vec<DemandField>> {
    let found = shelf::in_category(trade.db(), base::facts::short_code(category), METER_MAX).await?;
    let mut names: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (k, v) in found.iter().flat_map(|(p, _)| &p.attrs) {
        let n = names.entry(k).or_default();
        n.0 += 1;
        n.1 += usize::from(v.starts_with(|c: char| c.is_ascii_digit()));
    }
    let mut names: Vec<(&str, (usize, usize))> = names.into_iter().filter(|(_, n)| n.0 * 2 >= found.len()).collect();
    names.sort_by_key(|n| std::cmp::Reverse(n.1.0));
    let row = |(name, (all, numbers)): (&str, (usize, usize))| DemandField {
        name: name.to_owned(),
        kind: if numbers * 2 > all { "number" } else { "one_of" }.to_owned(),
        ..DemandField::default()
    };
    // A row without a value is refused, so the names stand there as a proposal with kind words.
    let known = names.into_iter().take(DEMAND_ROWS - 2).map(row);
    Ok(known
        .map(|mut d| {
            if d.kind == "one_of" {
                d.kind = "words".to_owned();
            }
            d
        })
        .collect())
}

/// Categories that the mall trades at a station, leaves only.
fn categories(trade: &Trade, region: &str) -> Vec<(String, String)> {
    let facts = trade.facts();
    let day = day_of(trade.db().now());
    let scope =
        rules::rulebook::Scope { mode: Some("supermarket"), form: Some("auction"), category: None, amount: None };
    let members = facts.rule("catalogue.member", region, &scope, day);
    let members: Vec<String> = members.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    let parents: std::collections::HashSet<&str> = facts.categories.values().map(|c| c.parent.as_str()).collect();
    facts
        .categories
        .values()
        .filter(|c| !parents.contains(c.code.as_str()) && members.iter().any(|m| c.code.starts_with(m.as_str())))
        .map(|c| (c.code.clone(), format!("{} {}", c.code, c.name)))
        .collect()
}

async fn new_page(trade: &Trade, cx: &Cx, mut f: Fields, key: String) -> Result<New> {
    let actor = cx.actor()?;
    let facts = trade.facts();
    let product_title = if f.product == 0 {
        String::new()
    } else {
        let p = shelf::product(trade.db(), f.product).await?;
        f.category.clone_from(&p.category);
        if f.title.is_empty() {
            f.title = format!("{} {}", p.brand, p.title);
        }
        if f.measure.is_empty() {
            f.measure.clone_from(&p.unit);
        }
        p.title
    };
    if f.quantity.is_empty() {
        f.quantity = "1".into();
    }
    if f.measure.is_empty() {
        f.measure = "台".into();
    }
    if f.format.is_empty() {
        f.format = if f.product == 0 { Format::Sealed } else { Format::Open }.key().into();
    }
    let scope = rules::rulebook::Scope {
        mode: Some("supermarket"),
        form: Some("auction"),
        category: Some(&f.category),
        amount: None,
    };
    let day = day_of(trade.db().now());
    let n = |key: &str, or: i64| facts.number(key, &actor.region, &scope, day, or);
    if f.hours.is_empty() {
        f.hours = n("auction.hours_default", 72).to_string();
    }
    while f.product == 0 && f.demands.len() < DEMAND_ROWS {
        f.demands.push(DemandField { kind: "number".into(), ..DemandField::default() });
    }
    let plans = direct::unit_plans(trade, actor).await?;
    let fitting = plans.iter().filter(|p| f.category.starts_with(&p.category));
    let plans: Vec<(i64, String, bool)> = fitting
        .map(|p| {
            let room = format!("还剩 {}，预算可用 {}", Fen(p.amount - p.used).yuan(), Fen(p.available).yuan());
            (p.id, format!("{} · {}（{room}）", p.plan_title, p.title), p.id == f.plan)
        })
        .collect();
    let addresses = plans::addresses(trade.db(), actor.org)
        .await?
        .into_iter()
        .map(|a| (a.id, format!("{} {}（{}）", facts.region_name(&a.region), a.line, a.contact), a.id == f.address))
        .collect();
    let needs_choice = f.product == 0 && f.category.is_empty();
    Ok(New {
        s: Shell::work(cx, "发起竞价").await?,
        key,
        wrong: None,
        blocked: Vec::new(),
        product_title,
        category_name: facts.category_name(&f.category),
        categories: if needs_choice { categories(trade, &actor.region) } else { Vec::new() },
        formats: Format::ALL.iter().map(|f| (f.key(), f.label())).collect(),
        hours: format!("{} 到 {}", n("auction.hours_min", 24), n("auction.hours_max", 240)),
        plans,
        addresses,
        meter: None,
        sec: SecretPart::of(&f.secret, false),
        f,
    })
}

async fn new_form(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let mut f = Fields::default();
    if let Ok(from) = cx.param("from").parse::<i64>() {
        let p = headers::load(trade.db(), &cx.actor()?.scope(), from).await?;
        let a = store::get(trade.db(), from).await?;
        f = Fields {
            product: a.product,
            rerun_of: if matches!(p.state.as_str(), "failed" | "cancelled") { p.id } else { 0 },
            title: p.title.clone(),
            category: p.category.clone(),
            quantity: p.quantity.to_string(),
            measure: p.measure.clone(),
            price: Fen(p.ceiling / p.quantity).plain(),
            purpose: p.purpose.clone(),
            demands: a.demands.iter().map(field_of).collect(),
            format: a.settings.format.key().to_owned(),
            hours: a.hours.to_string(),
            plan: p.plan_line.unwrap_or(0),
            address: 0,
            secret: direct::Secret { basis: p.secret.clone(), words: p.secret_words.clone() },
        };
    } else if let Ok(product) = cx.param("product").parse::<i64>() {
        f.product = product;
        let cheapest = supply::offers::of_product(trade.db(), product).await?.into_iter().map(|o| o.price).min();
        f.price = cheapest.map_or(String::new(), |p| Fen(p).plain());
        f.quantity = cx.param("quantity").to_owned();
    } else if trade.facts().category(cx.param("category")).is_some() {
        f.category = cx.param("category").to_owned();
        f.title = trade.facts().category_name(&f.category);
        f.demands = usual(&trade, &f.category).await?;
    }
    web::html(&new_page(&trade, &cx, f, kit::ids::random_hex(16)).await?)
}

fn launch_of(f: &Fields, key: &str) -> Result<Launch> {
    let number = |text: &str, name: &'static str, label: &str| {
        text.parse::<i64>().map_err(|_| Fail::field(name, "form.number", format!("{label}应填整数，现在是“{text}”。")))
    };
    let quantity = number(&f.quantity, "quantity", "数量")?;
    let price = Fen::parse_yuan(&f.price).filter(|p| p.0 > 0).ok_or_else(|| {
        Fail::field("price", "auction.price", format!("最高限价应是大于零的金额，现在是“{}”。", f.price))
    })?;
    let ceiling =
        price.times(quantity).ok_or_else(|| Fail::field("price", "auction.price", "单价乘数量太大，请检查。"))?;
    Ok(Launch {
        ready: Ready {
            kind: "auction",
            mode: "supermarket",
            form: "auction",
            title: f.title.chars().take(80).collect(),
            purpose: f.purpose.chars().take(200).collect(),
            category: f.category.clone(),
            quantity,
            measure: f.measure.chars().take(8).collect(),
            ceiling: ceiling.0,
            plan_line: f.plan,
            address: f.address,
            parent: None,
            secret: f.secret.clone(),
        },
        key: key.to_owned(),
        product: f.product,
        format: Format::of(&f.format).ok_or_else(|| Fail::field("format", "auction.format", "请选择一种报价方式。"))?,
        sight: None,
        hours: number(&f.hours, "hours", "报价时间")?,
        demands: demands(&f.demands)?,
        invited: Vec::new(),
        rerun_of: (f.rerun_of != 0).then_some(f.rerun_of),
        via: "page",
    })
}

async fn launch(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let f = fields(&form);
    let key = form.get("key").to_owned();
    let tried = match launch_of(&f, &key) {
        Ok(l) => flow::launch(&trade, cx.actor()?, &l).await,
        Err(e) => Err(e),
    };
    let page = match tried {
        Ok(Launched::Made(id)) => {
            return Ok(web::see(&format!("/auctions/{id}?done={}", percent("已提交。"))));
        }
        Ok(Launched::Blocked(checks)) => {
            New { blocked: crate::direct::in_the_way(checks), ..new_page(&trade, &cx, f, key).await? }
        }
        Err(Fail::Refused(r)) => New { wrong: Some(*r), ..new_page(&trade, &cx, f, key).await? },
        Err(e) => return Err(e),
    };
    Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
}

/// The meter, as a part for the script or as the whole form again.
async fn show_meter(State(trade): State<Trade>, cx: Cx, headers: HeaderMap, form: Form) -> Result<Response> {
    let f = fields(&form);
    let asked = match demands(&f.demands) {
        Ok(d) => Ok(meter(&trade, &f.category, &d).await?),
        Err(Fail::Refused(r)) => Err(*r),
        Err(e) => return Err(e),
    };
    let part = headers.get("x-part").is_some();
    match asked {
        Ok(m) if part => web::html(&MeterPart { meter: Some(m) }),
        Err(why) if part => Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, why.words)),
        Ok(m) => {
            let key = form.get("key").to_owned();
            web::html(&New { meter: Some(m), ..new_page(&trade, &cx, f, key).await? })
        }
        Err(why) => {
            let key = form.get("key").to_owned();
            web::html(&New { wrong: Some(why), ..new_page(&trade, &cx, f, key).await? })
        }
    }
}

/// Routes of the form.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default().get("/auctions/new", HANDLER, new_form).post("/auctions", HANDLER, launch).post(
        "/auctions/meter",
        HANDLER,
        show_meter,
    )
}

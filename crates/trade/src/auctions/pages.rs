//! Pages of auctions: the hall, making one, the event itself with its live part, receipts, the public record.
use super::flow::{self, Launch, Launched};
use super::live::{self, Snapshot};
use super::store::{self, Auction, Entry, Question};
use super::view::{self, Seen};
use super::{close, desk, entry, record};
use crate::projects::{self, Frame, Project, Ready, store as headers};
use crate::{Trade, direct, plans};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Result, journal, web};
use rules::Fen;
use rules::auction::{Demand, Event as Happened, Format, Kind, Phase, meets, shut_out};
use rules::calendar::{day_of, show_time};
use rules::check::Check;
use rules::duty::Duty;
use serde_json::json;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use supply::shelf;

const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
/// Whoever acts for the buyer: a unit's handler, or the centre that holds a batch's auction.
const DESK: Gate = Gate::Any(&[Duty::Handler, Duty::Centre]);
const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const PAGE: usize = 20;
/// Rows for requirements on an empty form.
const DEMAND_ROWS: usize = 8;
/// Products of a category that the meter looks at.
const METER_MAX: usize = 5_000;
/// A comment line keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

// The hall.

struct Item {
    p: Project,
    unit: String,
    ceiling: String,
    format: &'static str,
    state: &'static str,
    tone: &'static str,
    until: String,
}

#[derive(Template)]
#[template(path = "auctions/pages/hall.html")]
struct Hall {
    s: Shell,
    items: Vec<Item>,
    states: Vec<(&'static str, &'static str)>,
    chosen: String,
    whole: bool,
    page: usize,
    pages: usize,
}

async fn hall(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let facts = trade.facts();
    let whole = cx.param("area") == "all";
    let region = if whole { &facts.root } else { &cx.station };
    let prefix = base::facts::short_code(region);
    let states = ["live", "checking", "awarded", "concluded", "failed", "cancelled"];
    let chosen = states.into_iter().find(|s| *s == cx.param("state")).unwrap_or_default();
    let (ids, total) = store::hall(trade.db(), prefix, chosen, cx.page(), PAGE).await?;
    let mut headers = headers::some(trade.db(), &ids).await?;
    let auctions = store::some(trade.db(), &ids).await?;
    headers.sort_by_key(|p| ids.iter().position(|id| *id == p.id));
    let names = base::orgs::names(trade.db(), &headers.iter().map(|p| p.unit).collect::<Vec<_>>()).await?;
    let item = |p: Project| {
        let a = auctions.iter().find(|a| a.id == p.id)?;
        let (state, tone) = view::label(&p.state);
        Some(Item {
            unit: names.get(&p.unit).cloned().unwrap_or_default(),
            ceiling: Fen(p.ceiling).yuan(),
            format: if a.basis == "product" { "反拍" } else { a.settings.format.label() },
            state,
            tone,
            until: show_time(a.until),
            p,
        })
    };
    web::html(&Hall {
        s: Shell::public(&cx, "竞价大厅"),
        items: headers.into_iter().filter_map(item).collect(),
        states: states.into_iter().map(|k| (k, view::label(k).0)).collect(),
        chosen: chosen.to_owned(),
        whole,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

// Making one.

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
    wrong: Option<String>,
    blocked: Vec<(Check, String)>,
    product_title: String,
    category_name: String,
    categories: Vec<(String, String)>,
    formats: Vec<(&'static str, &'static str)>,
    hours: String,
    plans: Vec<(i64, String, bool)>,
    addresses: Vec<(i64, String, bool)>,
    meter: Option<Meter>,
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
    }
}

/// The answers that products of a category give by their attributes, with brand and suppliers.
async fn meter(trade: &Trade, category: &str, demands: &[Demand]) -> Result<Meter> {
    let found = shelf::in_category(trade.db(), base::facts::short_code(category), METER_MAX).await?;
    let answer = |attrs: &[(String, String)], d: &Demand| {
        let name = rules::naming::fold(&d.name);
        attrs.iter().find(|(k, _)| rules::naming::fold(k) == name).map(|(_, v)| v.clone())
    };
    let rows: Vec<Vec<Option<String>>> =
        found.iter().map(|(p, _)| demands.iter().map(|d| answer(&p.attrs, d)).collect()).collect();
    let (fit, alone) = shut_out(demands, &rows);
    let fits = |row: &Vec<Option<String>>| {
        demands.iter().zip(row).all(|(d, a)| match a {
            Some(a) => meets(d, a) != Some(false),
            None => d.kind == Kind::Words,
        })
    };
    let good = found.iter().zip(&rows).filter(|(_, row)| fits(row)).map(|(f, _)| f);
    let (mut makers, mut sellers) = (Vec::<&str>::new(), Vec::<i64>::new());
    for (p, who) in good {
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
    let mut page = match tried {
        Ok(Launched::Made(id)) => {
            return Ok(web::see(&format!("/auctions/{id}?done={}", percent("已提交。"))));
        }
        Ok(Launched::Blocked(checks)) => New { blocked: checks, ..new_page(&trade, &cx, f, key).await? },
        Err(Fail::Refused(r)) => New { wrong: Some(r.words), ..new_page(&trade, &cx, f, key).await? },
        Err(e) => return Err(e),
    };
    page.blocked.retain(|(c, _)| c.verdict.key() != "pass");
    Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
}

/// The meter, as a part for the script or as the whole form again.
async fn show_meter(State(trade): State<Trade>, cx: Cx, headers: HeaderMap, form: Form) -> Result<Response> {
    let f = fields(&form);
    let asked = match demands(&f.demands) {
        Ok(d) => Ok(meter(&trade, &f.category, &d).await?),
        Err(Fail::Refused(r)) => Err(r.words),
        Err(e) => return Err(e),
    };
    let part = headers.get("x-part").is_some();
    match asked {
        Ok(m) if part => web::html(&MeterPart { meter: Some(m) }),
        Err(words) if part => Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, words)),
        Ok(m) => {
            let key = form.get("key").to_owned();
            web::html(&New { meter: Some(m), ..new_page(&trade, &cx, f, key).await? })
        }
        Err(words) => {
            let key = form.get("key").to_owned();
            web::html(&New { wrong: Some(words), ..new_page(&trade, &cx, f, key).await? })
        }
    }
}

// The event.

struct Checked {
    e: Entry,
    amount: String,
    /// Requirement, answer, look.
    answers: Vec<(String, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "auctions/pages/auction.html")]
struct Page {
    s: Shell,
    f: Frame,
    v: Seen,
    now: i64,
    version: i64,
    started: bool,
    refresh: bool,
    closed: bool,
    steps: Vec<(&'static str, &'static str)>,
    winner: Option<(String, String)>,
    is_winner: bool,
    is_handler: bool,
    is_product: bool,
    may_enter: bool,
    may_quote: bool,
    may_ask: bool,
    sign_in: bool,
    must_explain: bool,
    low_words: String,
    checks: Vec<Checked>,
    demands: Vec<String>,
    questions: Vec<Question>,
    rules: Vec<(&'static str, String)>,
    commitment: String,
    typed: String,
}

/// The rules of the event in words.
fn rule_rows(a: &Auction) -> Vec<(&'static str, String)> {
    let s = &a.settings;
    let minutes = |ms: i64| format!("{} 分钟", ms / 60_000);
    let mut rows = vec![("报价方式", s.format.label().to_owned())];
    if a.opens_at > 0 {
        rows.push(("开始", show_time(a.opens_at)));
        rows.push(("公告截止", show_time(a.closes_at)));
    } else {
        rows.push(("报价时间", format!("发布后 {} 小时", a.hours)));
    }
    rows.push(("公开范围", s.sight.label().to_owned()));
    rows.push(("最少有效报价", format!("{} 家", s.minimum)));
    let open = matches!(s.format, Format::Open | Format::Final);
    if open || s.format == Format::Rounds {
        let whom = if s.against == rules::auction::Against::Own { "自己上一次" } else { "当前最低" };
        let by = match s.step {
            rules::auction::Step::Fen(n) => Fen(n).yuan(),
            rules::auction::Step::Bp(n) => format!("{}.{:02}%", n / 100, n % 100),
        };
        rows.push(("最小降幅", format!("比{whom}报价低总价 {by}")));
    }
    if open && s.window > 0 {
        let words = format!(
            "截止前 {} 内有新报价，顺延 {}，最多 {} 次",
            minutes(s.window),
            minutes(s.extend_by),
            s.extensions_max
        );
        rows.push(("自动顺延", words));
    }
    if s.format == Format::Rounds {
        rows.push(("轮次", format!("{} 轮，每家每轮 {}，间歇 {}", s.rounds, minutes(s.turn), minutes(s.pause))));
    }
    if s.format == Format::Final {
        let bp = s.final_within_bp;
        let words = format!(
            "前 {} 名，以及高于最低报价 {}.{:02}% 以内的，{} 内密封报一次",
            s.final_least,
            bp / 100,
            bp % 100,
            minutes(s.final_time)
        );
        rows.push(("最后报价", words));
    }
    if s.tail_max > 0 {
        rows.push(("随机截止", format!("公告截止后再过不到 {} 的随机时间", minutes(s.tail_max))));
    }
    if s.retry_by > 0 {
        rows.push(("报价不足", format!("自动延长一次 {} 小时", s.retry_by / 3_600_000)));
    }
    rows.push(("同价", "先报者先".to_owned()));
    rows
}

/// The supplier behind a reader, if it is one.
fn supplier_of(actor: Option<&Actor>) -> Option<i64> {
    actor.filter(|a| a.org_kind == "supplier").map(|a| a.org)
}

async fn page(trade: &Trade, cx: &Cx, id: i64, typed: &str, wrong: Option<&kit::Refused>) -> Result<Page> {
    let db = trade.db();
    let actor = cx.actor.as_ref();
    let (p, inside) = projects::seen(db, actor, id, "auction").await?;
    let a = store::get(db, id).await?;
    let supplier = supplier_of(actor);
    let snapshot = live::snapshot(trade, id).await?;
    let v = view::seen(&snapshot, supplier);
    let entries = store::entries(db, id).await?;
    let own = supplier.and_then(|who| entries.iter().find(|e| e.supplier == who));
    let named = matches!(p.state.as_str(), "awarded" | "concluded");
    let winner = match a.winner.filter(|_| named) {
        Some(who) => {
            let name = base::orgs::org(db, who).await?.name;
            Some((name, Fen(a.amount.unwrap_or(0)).yuan()))
        }
        None => None,
    };
    let is_handler = actor.is_some_and(|x| x.person == p.handler && x.org == p.unit);
    let orders = supplier.is_some() && actor.is_some_and(|x| x.may(Duty::SupplierOrders));
    let live_now = p.state == "live";
    let early = matches!(snapshot.book.phase(), Phase::Waiting | Phase::Sealed | Phase::Open);
    let may_quote = orders && live_now && own.is_some() && v.mine.as_ref().is_some_and(|m| m.open);
    // Until the award the responses are for the unit; each supplier sees what became of its own.
    let after = matches!(p.state.as_str(), "checking" | "awarded" | "concluded" | "failed");
    let shown = |e: &&Entry| after && e.place > 0 && (inside || named || supplier == Some(e.supplier));
    let amount = |who: i64| {
        let s = snapshot.book.standing().iter().find(|s| s.bidder == who).and_then(|s| s.amount);
        s.map_or(String::new(), |v| Fen(v).yuan())
    };
    let mut checks: Vec<Checked> = entries
        .iter()
        .filter(shown)
        .map(|e| Checked {
            amount: amount(e.supplier),
            answers: a
                .demands
                .iter()
                .enumerate()
                .map(|(i, d)| {
                    let answer = e.answers.get(i).cloned().unwrap_or_default();
                    let look = if meets(d, &answer) == Some(true) { "pass" } else { "warn" };
                    (d.words(), answer, look)
                })
                .collect(),
            e: e.clone(),
        })
        .collect();
    checks.sort_by_key(|c| c.e.place);
    let must_explain = orders && p.state == "checking" && own.is_some_and(|e| e.explained == "asked");
    let mut s = Shell::public(cx, format!("竞价 {}", p.title));
    if actor.is_some() {
        s = Shell::work(cx, format!("竞价 {}", p.title)).await?;
    }
    if let Some(r) = wrong {
        s = s.with_refusal(r);
    }
    Ok(Page {
        s,
        now: db.now(),
        version: snapshot.version,
        started: a.opens_at > 0,
        refresh: live_now && typed.is_empty() && wrong.is_none(),
        closed: a.phase == Phase::Closed.key() || matches!(p.state.as_str(), "cancelled"),
        steps: view::steps(&p, a.settings.format),
        is_winner: orders && p.state == "awarded" && a.winner == supplier,
        winner,
        is_handler,
        is_product: a.basis == "product",
        may_enter: orders && live_now && own.is_none() && early,
        may_quote,
        may_ask: orders && live_now,
        sign_in: actor.is_none() && live_now,
        must_explain,
        low_words: own.map_or(String::new(), |e| e.abnormal.clone()),
        checks,
        demands: a.demands.iter().map(Demand::words).collect(),
        questions: store::questions(db, id).await?,
        rules: rule_rows(&a),
        commitment: a.commitment.clone(),
        typed: typed.to_owned(),
        f: projects::frame(trade, actor, p, inside).await?,
        v,
    })
}

async fn auction(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&trade, &cx, id, "", None).await?)
}

#[derive(Template)]
#[template(path = "auctions/pages/live.html")]
struct LivePart<'a> {
    v: &'a Seen,
}

fn render(s: &Snapshot, supplier: Option<i64>) -> String {
    LivePart { v: &view::seen(s, supplier) }.render().unwrap_or_default()
}

/// The live part as a stream: the server's clock, then the part itself each time something changed.
async fn stream(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    projects::seen(trade.db(), cx.actor.as_ref(), id, "auction").await?;
    // Only those who take part see more than the public; everybody else shares one rendering.
    let supplier = match supplier_of(cx.actor.as_ref()) {
        Some(who) => store::entry(trade.db(), id, who).await?.map(|e| e.supplier),
        None => None,
    };
    let hear = live::watch(&trade, id).await?;
    // What is older than the page that asks is not news.
    let shown: i64 = cx.param("v").parse().unwrap_or(0);
    let events = futures_util::stream::unfold((hear, true, trade), move |(mut hear, first, trade)| async move {
        if !first && hear.changed().await.is_err() {
            return None;
        }
        let mut s: Arc<Snapshot> = hear.borrow_and_update().clone();
        while s.version < shown {
            if hear.changed().await.is_err() {
                return None;
            }
            s = hear.borrow_and_update().clone();
        }
        let html = match supplier {
            None => s.public(|s| render(s, None)),
            who => Arc::from(render(&s, who)),
        };
        let event = Event::default().event("live").id(trade.db().now().to_string()).data(&*html);
        Some((Ok::<_, Infallible>(event), (hear, false, trade)))
    });
    let mut res = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    res.headers_mut().insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    Ok(res)
}

/// What the browser sends that is the same each time; kept as a digest, to compare entries with each other.
fn device(headers: &HeaderMap) -> String {
    let text = |name: header::HeaderName| headers.get(name).map_or(&b""[..], |v| v.as_bytes());
    let (agent, language) = (text(header::USER_AGENT), text(header::ACCEPT_LANGUAGE));
    if agent.is_empty() { String::new() } else { kit::text::sha256(&[agent, b"\n", language]) }
}

fn event_page(id: i64, words: &str) -> Response {
    web::see(&format!("/auctions/{id}?done={}", percent(words)))
}

/// A refusal is shown on the event's own page, with what was typed; everything else went well or is no refusal.
async fn told(trade: &Trade, cx: &Cx, id: i64, typed: &str, done: Result<String>) -> Result<Response> {
    match done {
        Ok(words) => Ok(event_page(id, &words)),
        Err(Fail::Refused(mut r)) => {
            // The code is what a supplier can quote when it asks.
            r.words = format!("{}（{}）", r.words, r.code);
            let page = page(trade, cx, id, typed, Some(&r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn enter(
    State(trade): State<Trade>,
    cx: Cx,
    Path(id): Path<i64>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    let short = |name: &str, most: usize| form.get(name).chars().take(most).collect::<String>();
    let e = entry::Entering {
        brand: short("brand", 40),
        model: short("model", 60),
        maker: short("maker", 80),
        answers: form.all("answer").iter().map(|a| a.chars().take(200).collect()).collect(),
        address: headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned(),
        device: device(&headers),
    };
    let done = entry::enter(&trade, cx.actor()?, id, &e).await;
    told(&trade, &cx, id, "", done.map(|alias| format!("已参加，代号是供应商 {alias}。"))).await
}

async fn quote(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let (actor, typed) = (cx.actor()?, form.get("price"));
    let p = headers::any(trade.db(), id).await?;
    let total = Fen::parse_yuan(typed).and_then(|v| v.times(p.quantity));
    let done = match total {
        None => Err(Fail::field("price", "quote.not_money", format!("单价应填金额（元），现在是“{typed}”。"))),
        Some(total) => desk::quote(&trade, id, actor.org, actor.person, total.0)
            .await
            .map(|r| format!("报价已记入，{}，回执 {} 号，摘要 {}。", view::wall(r.at), r.seq, &r.hash[..12])),
    };
    told(&trade, &cx, id, typed, done).await
}

async fn ask(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::ask(&trade, cx.actor()?, id, form.need("question", "问题", 500)?).await?;
    Ok(event_page(id, "已提问，采购人答复后对所有人公开。"))
}

async fn answer(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let question = form.int("question", "问题")?;
    flow::answer(&trade, cx.actor()?, id, question, form.need("words", "答复", 500)?).await?;
    Ok(event_page(id, "已公开答复。"))
}

async fn check(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let reason: String = form.get("reason").chars().take(200).collect();
    let done = close::check(&trade, cx.actor()?, id, form.get("alias"), form.get("pass") == "1", &reason).await;
    told(&trade, &cx, id, "", done.map(|()| "已记录核验结果。".to_owned())).await
}

async fn judge(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let reason = form.need("reason", "理由", 200)?;
    let accept = form.get("accept") == "1";
    let done = close::judge_explanation(&trade, cx.actor()?, id, form.get("alias"), accept, reason).await;
    told(&trade, &cx, id, "", done.map(|()| "已记录判断。".to_owned())).await
}

async fn explain(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    close::explain(&trade, cx.actor()?, id, form.need("words", "说明", 1000)?).await?;
    Ok(event_page(id, "说明已提交，由采购人判断。"))
}

async fn award(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let done = close::award(&trade, cx.actor()?, id).await;
    told(&trade, &cx, id, "", done.map(|()| "已按最低有效报价处理，结果已公告。".to_owned())).await
}

async fn confirm(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let to = match close::confirm(&trade, cx.actor()?, id).await? {
        Some(order) => format!("/orders/{order}"),
        None => "/orders".to_owned(),
    };
    Ok(web::see(&format!("{to}?done={}", percent("成交已确认，请双方确认合同。"))))
}

async fn abandon(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    close::abandon(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    Ok(event_page(id, "已放弃成交。"))
}

async fn cancel(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::cancel(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    Ok(event_page(id, "已终止，预算已释放。"))
}

async fn switch(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let p = headers::any(trade.db(), id).await?;
    close::switch(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    let a = store::get(trade.db(), id).await?;
    let to =
        if a.product != 0 { format!("/products/{}", a.product) } else { format!("/search?category={}", p.category) };
    Ok(web::see(&to))
}

// What anybody may check.

async fn public_record(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let db = trade.db();
    let (p, _) = projects::seen(db, cx.actor.as_ref(), id, "auction").await?;
    let a = store::get(db, id).await?;
    if a.phase != Phase::Closed.key() {
        return Err(Fail::Hidden);
    }
    let entries = store::entries(db, id).await?;
    let alias = |who: i64| entries.iter().find(|e| e.supplier == who).map_or("", |e| e.alias.as_str());
    let named = matches!(p.state.as_str(), "awarded" | "concluded");
    let names = if named {
        base::orgs::names(db, &entries.iter().map(|e| e.supplier).collect::<Vec<_>>()).await?
    } else {
        Default::default()
    };
    let bidders = entries.iter().map(|e| match names.get(&e.supplier) {
        Some(name) => json!({"alias": e.alias, "name": name}),
        None => json!({"alias": e.alias}),
    });
    let amounts = store::amounts(db, id).await?;
    let mut quotes = amounts.iter();
    let mut events = Vec::new();
    for (happened, entry) in store::replayed(db, &a).await? {
        events.push(match happened {
            Happened::Quoted { bidder, at, .. } => match quotes.next().copied().flatten() {
                Some(v) => json!({"kind": "quoted", "alias": alias(bidder), "amount": v, "at": at, "entry": entry.to_string()}),
                None => json!({"kind": "quoted", "alias": alias(bidder), "unreadable": true, "at": at, "entry": entry.to_string()}),
            },
            Happened::Opened { at, amounts } => {
                let amounts: Vec<_> = amounts.iter().map(|(w, v)| json!({"alias": alias(*w), "amount": v})).collect();
                json!({"kind": "opened", "at": at, "amounts": amounts, "entry": entry.to_string()})
            }
            Happened::Outage { from, at, grace } => {
                json!({"kind": "outage", "from": from, "at": at, "grace": grace, "entry": entry.to_string()})
            }
        });
    }
    let out = close::excluded(&entries);
    let reason = |who: i64| entries.iter().find(|e| e.supplier == who).map_or("", |e| e.reason.as_str());
    let excluded =
        out.iter().map(|(who, why)| json!({"alias": alias(*who), "why": why, "reason": reason(*who)})).collect();
    let book = store::book_at(db, &a, db.now()).await?;
    let excluded_ids: Vec<i64> = out.iter().map(|(who, _)| *who).collect();
    let outcome = match rules::auction::decide(&record::standing(&book), &excluded_ids, a.settings.minimum) {
        rules::auction::Outcome::Won(line) => format!("{} {}", alias(line[0].bidder), line[0].amount),
        rules::auction::Outcome::TooFew(valid, need) => format!("failed: {valid} of {need} valid quotes"),
    };
    let tail = record::tail(&a.seed, a.settings.tail_max);
    let parts = record::Parts {
        number: p.number.clone(),
        title: p.title.clone(),
        settings: record::settings_json(&a.settings),
        seed: a.seed.clone(),
        opens_at: a.opens_at,
        closes_at: a.closes_at,
        ended_at: a.until + tail + 1,
        limits: close::limits_of(&trade, &p),
        bidders: bidders.collect(),
        events,
        excluded,
        outcome,
    };
    Ok(web::json(record::publish(&parts)?))
}

#[derive(Template)]
#[template(path = "auctions/pages/receipt.html")]
struct ReceiptPage {
    s: Shell,
    seq: i64,
    at: String,
    href: String,
    subject: String,
    hash: String,
}

/// Whoever holds a receipt's number sees that the entry is there; its content stays where it is.
async fn receipt(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let e = journal::receipt(trade.db(), id).await?;
    let auction = e.subject.strip_prefix("auction/").and_then(|n| n.parse::<i64>().ok()).ok_or(Fail::Hidden)?;
    let (p, _) = projects::seen(trade.db(), cx.actor.as_ref(), auction, "auction").await?;
    if e.kind != "auction.quoted" {
        return Err(Fail::Hidden);
    }
    web::html(&ReceiptPage {
        s: Shell::public(&cx, "报价回执"),
        seq: e.seq,
        at: format!("{} {}", rules::calendar::show_day(day_of(e.at)), view::wall(e.at)),
        href: p.href(),
        subject: format!("{} {}", p.number, p.title),
        hash: e.hash,
    })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/auctions", Gate::Public, hall)
        .get("/auctions/new", HANDLER, new_form)
        .post("/auctions", HANDLER, launch)
        .post("/auctions/meter", HANDLER, show_meter)
        .get("/auctions/{id}", Gate::Public, auction)
        .get("/auctions/{id}/live", Gate::Public, stream)
        .get("/auctions/{id}/record.json", Gate::Public, public_record)
        .get("/receipts/{id}", Gate::Public, receipt)
        .post("/auctions/{id}/enter", SELLER, enter)
        .post("/auctions/{id}/quote", SELLER, quote)
        .post("/auctions/{id}/ask", SELLER, ask)
        .post("/auctions/{id}/explain", SELLER, explain)
        .post("/auctions/{id}/confirm", SELLER, confirm)
        .post("/auctions/{id}/abandon", SELLER, abandon)
        .post("/auctions/{id}/answer", DESK, answer)
        .post("/auctions/{id}/check", DESK, check)
        .post("/auctions/{id}/judge", DESK, judge)
        .post("/auctions/{id}/award", DESK, award)
        .post("/auctions/{id}/cancel", DESK, cancel)
        .post("/auctions/{id}/switch", HANDLER, switch)
}

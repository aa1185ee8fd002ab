//! Pages of inspections: the public list with the bulletin of a month, one inspection, its tasks.
use super::draw;
use super::flow::{self, Finding, Plan};
use super::store::{self, Inspection, Task};
use crate::Watch;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload};
use base::shell::Shell;
use kit::text::{percent, sha256};
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::calendar::{civil, day_from, day_of, parse_day, show_day, show_time, start_of};
use rules::conduct::{INDICATORS, Indicator, Side, indicator_of, months_on};
use rules::duty::Duty;

const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const PAGE: usize = 20;
/// Tasks on one page; the rest follows as these are done.
const TASKS: usize = 50;

fn kind_word(kind: &str) -> &'static str {
    match kind {
        "machine" => "机器全检",
        "sample" => "随机抽样",
        _ => "当月成交全检",
    }
}

fn state_word(state: &str) -> (&'static str, &'static str) {
    match state {
        "announced" => ("已公告，待抽样", "info"),
        "drawn" => ("检查中", "warn"),
        _ => ("已结束", "ok"),
    }
}

struct Item {
    i: Inspection,
    kind: &'static str,
    state: (&'static str, &'static str),
    counts: [i64; 3],
    rate: String,
    at: String,
}

fn item(i: Inspection, counts: [i64; 3]) -> Item {
    let [_, clean, found] = counts;
    // Of the machine's check everything listed was looked at; people confirm what it saw.
    let looked = if i.kind == "machine" { i.population } else { clean + found };
    let rate = if looked == 0 {
        "—".into()
    } else {
        format!("{}.{:02}%", found * 100 / looked, found * 10_000 / looked % 100)
    };
    Item { kind: kind_word(&i.kind), state: state_word(&i.state), counts, rate, at: show_day(day_of(i.made_at)), i }
}

#[derive(Template)]
#[template(path = "inspections/pages/list.html")]
struct List {
    s: Shell,
    wrong: Option<Refused>,
    items: Vec<Item>,
    month: String,
    bulletin: Vec<Item>,
    /// When the bulletin of the month was published; None before.
    published: Option<String>,
    /// Bulletins of other months: month, how many were looked at and found.
    others: Vec<(String, i64, i64)>,
    by_rule: Vec<(&'static str, i64)>,
    may: bool,
    page: usize,
    pages: usize,
    f: Vec<(&'static str, String)>,
}

impl List {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

/// Bulletins named on the page, youngest first.
const BULLETINS: usize = 24;

/// The first day of a month written as 2026-11.
fn month_of(text: &str) -> Option<rules::calendar::Day> {
    parse_day(&format!("{text}-01"))
}

async fn list_page(watch: &Watch, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Result<List> {
    let db = watch.db();
    let (found, total) = store::list(db, cx.page(), PAGE).await?;
    let mut items = Vec::new();
    for i in found {
        let counts = store::counts(db, i.id).await?;
        items.push(item(i, counts));
    }
    let (year, now, _) = civil(day_of(db.now()));
    let this = day_from(year, now, 1).unwrap_or_else(|| day_of(db.now()));
    let first = month_of(cx.param("month")).unwrap_or(this);
    let (from, to) = (start_of(first), start_of(months_on(first, 1)));
    let bulletin = store::bulletin(db, from, to).await?.into_iter().map(|(i, n)| item(i, n)).collect();
    let label = |rule: String| indicator_of(&rule).map_or("其他", |i| i.label);
    let centre = cx.actor.as_ref().is_some_and(|a| a.may(Duty::Centre));
    Ok(List {
        s: if cx.actor.is_some() { Shell::work(cx, "巡检").await? } else { Shell::public(cx, "巡检") },
        wrong,
        items,
        month: show_day(first)[..7].to_owned(),
        bulletin,
        published: store::published(db, first).await?.map(|b| show_time(b.made_at)),
        others: store::bulletins(db, BULLETINS)
            .await?
            .into_iter()
            .map(|b| (show_day(b.month)[..7].to_owned(), b.looked, b.found))
            .collect(),
        by_rule: store::by_rule(db, from, to).await?.into_iter().map(|(r, n)| (label(r), n)).collect(),
        may: centre,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        f: ["title", "kind", "category", "month", "size"]
            .map(|k| (k, form.map_or(String::new(), |f| f.get(k).to_owned())))
            .into(),
    })
}

async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    web::html(&list_page(&watch, &cx, None, None).await?)
}

async fn announce(State(watch): State<Watch>, cx: Cx, form: Form) -> Result<Response> {
    let read = || -> Result<Plan> {
        let kind = form.get("kind").to_owned();
        Ok(Plan {
            title: form.need("title", "名称", 60)?.to_owned(),
            category: form.get("category").trim().to_uppercase(),
            month: month_of(form.get("month")),
            size: if kind == "sample" { form.int("size", "抽样数量")? } else { 0 },
            kind,
        })
    };
    let done = match read() {
        Ok(p) => flow::announce(&watch, cx.actor()?, &p).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => {
            Ok(web::see(&format!("/inspections/{id}?done={}", percent("已公告。抽样的随机数已锁定，稍后可以抽样。"))))
        }
        Err(Fail::Refused(r)) => {
            let shown = list_page(&watch, &cx, Some(*r), Some(&form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

struct TaskRow {
    t: Task,
    price: String,
    found: &'static str,
}

#[derive(Template)]
#[template(path = "inspections/pages/inspection.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    x: Item,
    category: String,
    drawn: String,
    tasks: Vec<TaskRow>,
    may: bool,
    all_done: bool,
    indicators: Vec<&'static Indicator>,
}

async fn page(watch: &Watch, cx: &Cx, id: i64, wrong: Option<Refused>) -> Result<Page> {
    let db = watch.db();
    let i = store::one(db, id).await?;
    let counts = store::counts(db, id).await?;
    // Tasks and findings are for the offices of the area: what is found is told to the supplier first.
    let inside = cx.actor.as_ref().is_some_and(|a| store::covers(&a.scope(), &i.region));
    let tasks = if inside { store::tasks(db, id, TASKS).await? } else { Vec::new() };
    let title = format!("巡检 {}", i.number);
    Ok(Page {
        s: if cx.actor.is_some() { Shell::work(cx, title).await? } else { Shell::public(cx, title) },
        wrong,
        category: if i.category.is_empty() { "全部品目".into() } else { watch.facts().category_name(&i.category) },
        drawn: i.drawn_at.map_or(String::new(), show_time),
        may: inside && cx.actor.as_ref().is_some_and(|a| a.may(Duty::Centre)),
        tasks: tasks
            .into_iter()
            .map(|t| TaskRow { price: Fen(t.price).yuan(), found: indicator_of(&t.rule).map_or("", |i| i.label), t })
            .collect(),
        all_done: counts[0] == 0,
        indicators: INDICATORS.iter().filter(|i| i.side == Side::Supplier).collect(),
        x: item(i, counts),
    })
}

async fn inspection(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&watch, &cx, id, None).await?)
}

async fn record_json(State(watch): State<Watch>, Path(id): Path<i64>) -> Result<Response> {
    let i = store::one(watch.db(), id).await?;
    let (Some(seq), "sample") = (i.entry_seq, i.kind.as_str()) else { return Err(Fail::Hidden) };
    let ids = store::kept_population(watch.db(), id).await?;
    let v = draw::record(&i.number, &i.secret, (seq, &i.entry_hash), &ids, i.size as usize);
    Ok(web::json(v.to_string()))
}

async fn done(watch: &Watch, cx: &Cx, id: i64, done: Result<()>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/inspections/{id}?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(watch, cx, id, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn draw_now(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let drawn = flow::draw(&watch, cx.actor()?, id).await;
    done(&watch, &cx, id, drawn, "已抽取，抽样记录公开，谁都可以重算。").await
}

async fn record(
    State(watch): State<Watch>,
    cx: Cx,
    Path((id, offer)): Path<(i64, i64)>,
    upload: Upload,
) -> Result<Response> {
    let form = &upload.form;
    let f = Finding {
        rule: form.get("rule").to_owned(),
        words: form.get("words").trim().chars().take(500).collect(),
        digest: upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes])),
        delist: form.get("delist") == "1",
    };
    let recorded = flow::record(&watch, cx.actor()?, id, offer, &f).await;
    done(&watch, &cx, id, recorded, "已记录。有问题的已告知供应商，可以陈述申辩。").await
}

async fn close(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let closed = flow::close(&watch, cx.actor()?, id).await;
    done(&watch, &cx, id, closed, "已结束，列入当月通报。").await
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Watch: FromRef<S>,
{
    Routes::default()
        .get("/inspections", Gate::Public, list)
        .post("/inspections", CENTRE, announce)
        .get("/inspections/{id}", Gate::Public, inspection)
        .get("/inspections/{id}/record.json", Gate::Public, record_json)
        .post("/inspections/{id}/draw", CENTRE, draw_now)
        .post("/inspections/{id}/tasks/{offer}", CENTRE, record)
        .post("/inspections/{id}/close", CENTRE, close)
}

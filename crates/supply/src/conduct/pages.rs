//! Pages of conduct: cases, one case with its record, the exposure list, scores with every figure they rest on.
use super::act::{ACTS, act, act_of, kept_out, may};
use super::blacklist;
use super::flow::{self, Charge, Measure};
use super::score::{self, credit_of};
use super::store::{self, Case, cost};
use crate::{Supply, suppliers};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes, Upload};
use base::said::Spoken;
use base::shell::Shell;
use kit::text::{percent, sha256};
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, parse_day, show_day, show_time};
use rules::conduct::{Cost, INDICATORS, Indicator, Level, Side, indicator_of};
use rules::duty::Duty;
use rules::rulebook::Scope;

const READERS: Gate = Gate::Any(Duty::BUSINESS);
const ACTORS: Gate = Gate::Any(&[Duty::SupplierAdmin, Duty::Signer, Duty::Regulator, Duty::Centre]);
const OFFICE: Gate = Gate::Any(&[Duty::Regulator, Duty::Centre]);
const PAGE: usize = 30;
/// Cases on the exposure page.
const EXPOSED_MAX: usize = 500;
const ANY: Scope<'static> = Scope { mode: None, form: None, category: None, amount: None };

fn label(rule: &str) -> &'static str {
    indicator_of(rule).map_or("其他", |i| i.label)
}

struct Item {
    c: Case,
    org: String,
    label: &'static str,
    opened: String,
    due: String,
    exposed: String,
    decided: String,
}

async fn items(supply: &Supply, cases: Vec<Case>) -> Result<Vec<Item>> {
    let ids: Vec<i64> = cases.iter().map(|c| c.org).collect();
    let names = base::orgs::names(supply.db(), &ids).await?;
    let item = |c: Case| Item {
        org: names.get(&c.org).cloned().unwrap_or_default(),
        label: label(&c.rule),
        opened: show_day(day_of(c.opened_at)),
        due: c.due.map_or(String::new(), show_time),
        exposed: c.exposed_to.map_or(String::new(), show_day),
        decided: c.decided_at.map_or(String::new(), |at| show_day(day_of(at))),
        c,
    };
    Ok(cases.into_iter().map(item).collect())
}

#[derive(Template)]
#[template(path = "conduct/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    may_open: bool,
    own: Option<(i64, i64, Level)>,
    total: i64,
    page: usize,
    pages: usize,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let (actor, db) = (cx.actor()?, supply.db());
    let (found, total) = store::list(db, &actor.scope(), cx.page(), PAGE).await?;
    let own = match actor.org_kind.as_str() {
        "unit" | "supplier" => {
            let standing = credit_of(&supply, db, &base::orgs::org(db, actor.org).await?).await?;
            Some((actor.org, standing.score, standing.level))
        }
        _ => None,
    };
    web::html(&List {
        s: Shell::work(&cx, "诚信事项").await?,
        items: items(&supply, found).await?,
        may_open: actor.may(Duty::Centre) || actor.may(Duty::Regulator),
        own,
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

fn what(act: &str) -> &'static str {
    match act {
        "open" => "告知",
        "remind" => "再次告知",
        "seen" => "已送达（当事单位打开）",
        "answer" => "陈述申辩",
        "uphold" => "认定",
        "lapse" => "期满认定",
        "pass" => "期满，转决定",
        "drop" => "不予处理",
        "appeal" => "申诉",
        "confirm" => "维持",
        "revoke" => "撤销",
        "mend" => "整改",
        "accept" => "整改合格",
        _ => "整改不合格",
    }
}

#[derive(Template)]
#[template(path = "conduct/pages/case.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    typed: String,
    i: Item,
    steps: Vec<Spoken>,
    acts: Vec<(&'static str, &'static str)>,
    /// Why this person does not decide, though the office does.
    kept_out: Option<String>,
    measure: String,
    appeal_to: String,
    origin: String,
    link: Option<String>,
    score: i64,
    level: Level,
}

async fn page(supply: &Supply, cx: &Cx, id: i64, wrong: Option<Refused>, typed: &str) -> Result<Page> {
    let (actor, db) = (cx.actor()?, supply.db());
    let mut c = store::load(db, &actor.scope(), id).await?;
    if c.org == actor.org && c.seen_at.is_none() && actor.may(flow::desk(&c)) {
        flow::seen(supply, actor, id).await?;
        c = store::load(db, &actor.scope(), id).await?;
    }
    let now = db.now();
    let standing = credit_of(supply, db, &base::orgs::org(db, c.org).await?).await?;
    let facts = supply.facts();
    let measure = match (c.measure.as_str(), c.until) {
        ("delist", _) => "商品下架".into(),
        ("suspend", Some(until)) => format!("暂停交易至 {}", show_day(until)),
        ("suspend", None) => "暂停交易".into(),
        _ => String::new(),
    };
    let acts = ACTS.iter().filter(|(_, a, _)| may(actor, &c, *a, now)).map(|(k, _, w)| (*k, *w)).collect();
    Ok(Page {
        s: Shell::work(cx, format!("诚信事项 {}", c.number)).await?,
        wrong,
        typed: typed.to_owned(),
        steps: base::said::spoken(db, flow::MATTER, id).await?,
        acts,
        kept_out: kept_out(actor, &c),
        measure,
        appeal_to: c.appeal_to.filter(|d| now <= *d).map_or(String::new(), show_time),
        origin: facts.rule(&c.rule, &c.region, &ANY, day_of(c.opened_at)).map_or(String::new(), |e| facts.origin(&e)),
        link: about_link(&c),
        score: standing.score,
        level: standing.level,
        i: items(supply, vec![c]).await?.remove(0),
    })
}

/// Where the record that a case is about can be read.
fn about_link(c: &Case) -> Option<String> {
    let (kind, id) = c.subject.split_once('/')?;
    let id = id.split('/').next()?;
    let room = match kind {
        "order" => "orders",
        "auction" => "auctions",
        "job" => "fixed/jobs",
        "product" => "prices",
        "dispute" => "disputes",
        "inspection" => "inspections",
        "evaluations" => "evaluations",
        "alert" => "alerts",
        "audit_finding" => "inquiries/findings",
        _ => return None,
    };
    Some(format!("/{room}/{id}"))
}

async fn case(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&supply, &cx, id, None, "").await?)
}

async fn act_on(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let done = match (act_of(form.get("act")), form.need("words", "理由或说明", 2000)) {
        (None, _) => Err(Fail::refuse("conduct.act", "请用页面上的按钮办理。")),
        (_, Err(e)) => Err(e),
        (Some(what), Ok(words)) => {
            let digest = upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes]));
            act(&supply, cx.actor()?, id, what, words, &digest).await
        }
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/conduct/{id}?done={}", percent("已办理，并通知了对方。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&supply, &cx, id, Some(*r), form.get("words")).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "conduct/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    indicators: Vec<(&'static Indicator, i64)>,
    taken: Option<blacklist::Taken>,
    /// May this office suspend trade, which holds in the whole province?
    province: bool,
    f: Vec<(&'static str, String)>,
}

impl New {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

async fn new_page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Result<New> {
    let (facts, actor, today) = (supply.facts(), cx.actor()?, day_of(supply.db().now()));
    let points = |rule: &str| facts.number(rule, &actor.region, &ANY, today, 0);
    let open_to = |i: &&Indicator| i.side == Side::Supplier || actor.may(Duty::Regulator);
    let typed = |k: &str| form.map_or_else(|| cx.param(k).to_owned(), |f| f.get(k).to_owned());
    Ok(New {
        s: Shell::work(cx, "告知诚信事项").await?,
        wrong,
        taken: None,
        province: actor.region == facts.root,
        indicators: INDICATORS.iter().filter(open_to).map(|i| (i, points(i.rule))).collect(),
        f: ["uscc", "rule", "subject", "words", "until"].map(|k| (k, typed(k))).into(),
    })
}

async fn new_form(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&new_page(&supply, &cx, None, None).await?)
}

async fn begin(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    match read_new(&supply, &cx, &upload).await {
        Ok(id) => Ok(web::see(&format!("/conduct/{id}?done={}", percent("已告知，陈述申辩期开始计时。")))),
        Err(Fail::Refused(r)) => {
            let shown = new_page(&supply, &cx, Some(*r), Some(&upload.form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn import(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    let done = match upload.files.first() {
        Some(file) => blacklist::take(&supply, cx.actor()?, &file.bytes).await,
        None => Err(Fail::field("list", "blacklist.none", "请选择名单文件。")),
    };
    match done {
        Ok(taken) => {
            let mut shown = new_page(&supply, &cx, None, None).await?;
            shown.taken = Some(taken);
            web::html(&shown)
        }
        Err(Fail::Refused(r)) => {
            let shown = new_page(&supply, &cx, Some(*r), None).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn read_new(supply: &Supply, cx: &Cx, upload: &Upload) -> Result<i64> {
    let (actor, form) = (cx.actor()?, &upload.form);
    let uscc = form.need("uscc", "统一社会信用代码", 18)?.to_uppercase();
    let unknown = || Fail::field("uscc", "conduct.org", format!("没有找到统一社会信用代码为“{uscc}”的单位。"));
    let org = base::orgs::by_uscc(supply.db(), &uscc).await?.ok_or_else(unknown)?;
    let words = form.need("words", "事实", 2000)?;
    let until = form.get("until");
    let measure = match parse_day(until) {
        None if until.is_empty() => Measure::None,
        None => return Err(Fail::field("until", "form.day", format!("日期应写成 2026-01-31，现在是“{until}”。"))),
        Some(_) if org.kind != "supplier" => {
            return Err(Fail::field("until", "conduct.suspend", "只有供应商可以暂停交易。"));
        }
        Some(day) => Measure::Suspend(day),
    };
    let digest = upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes]));
    let subject = format!("file/{}", form.need("subject", "文号或依据", 100)?);
    let charge = Charge {
        region: &actor.region,
        org: org.id,
        rule: form.get("rule"),
        subject: &subject,
        words,
        digest: &digest,
        measure,
        points: None,
        by: (actor.person, actor.org),
    };
    flow::begin(supply, actor, &charge).await
}

#[derive(Template)]
#[template(path = "conduct/pages/exposure.html")]
struct Exposure {
    s: Shell,
    items: Vec<Item>,
}

async fn exposure(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let found = store::exposed(supply.db(), day_of(supply.db().now()), EXPOSED_MAX).await?;
    web::html(&Exposure { s: Shell::public(&cx, "曝光台"), items: items(&supply, found).await? })
}

struct Scored {
    id: i64,
    name: String,
    place: String,
    score: i64,
    level: Level,
}

#[derive(Template)]
#[template(path = "conduct/pages/scores.html")]
struct Scores {
    s: Shell,
    items: Vec<Scored>,
    kind: &'static str,
    words: String,
    total: i64,
    page: usize,
    pages: usize,
}

async fn scores(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let kind = if cx.param("kind") == "unit" { "unit" } else { "supplier" };
    let words: String = cx.param("words").chars().take(50).collect();
    let (found, total) = store::orgs(supply.db(), kind, &words, cx.page(), PAGE).await?;
    let ids: Vec<i64> = found.iter().map(|(id, ..)| *id).collect();
    let costs = store::costs_of(supply.db(), &ids).await?;
    let mut items = Vec::new();
    for (id, name, region) in found {
        let own: Vec<Cost> = costs.iter().filter(|(org, _)| *org == id).map(|(_, c)| *c).collect();
        let standing = score::standing(&supply, &region, &own);
        let place = supply.facts().region_name(&region);
        items.push(Scored { id, name, place, score: standing.score, level: standing.level });
    }
    let pages = (total as usize).div_ceil(PAGE).max(1);
    web::html(&Scores { s: Shell::public(&cx, "诚信档案"), items, kind, words, total, page: cx.page(), pages })
}

struct Counted {
    i: Item,
    counts: bool,
    exposed: bool,
}

#[derive(Template)]
#[template(path = "conduct/pages/score.html")]
struct Score {
    s: Shell,
    org: i64,
    name: String,
    place: String,
    supplier: bool,
    start: i64,
    score: i64,
    level: Level,
    lines: [i64; 3],
    counted: Vec<Counted>,
    lost: i64,
    measures: Vec<(String, String)>,
    may_measure: bool,
    origin: String,
    day: String,
}

async fn score_page(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let (db, facts, today) = (supply.db(), supply.facts(), day_of(supply.db().now()));
    let org = base::orgs::org(db, id).await?;
    // Who only applies is not public yet.
    let known = match org.kind.as_str() {
        "unit" => true,
        "supplier" => suppliers::get(db, id).await.is_ok(),
        _ => false,
    };
    if !known {
        return Err(Fail::Hidden);
    }
    let standing = credit_of(&supply, db, &org).await?;
    // What is still being heard is nobody else's business yet.
    let decided: Vec<Case> = store::of_org(db, id).await?.into_iter().filter(|c| c.decided_at.is_some()).collect();
    let marks: Vec<(bool, bool)> = decided.iter().map(|c| (cost(c).counts(today), cost(c).exposed(today))).collect();
    let counted: Vec<Counted> = items(&supply, decided)
        .await?
        .into_iter()
        .zip(marks)
        .map(|(i, (counts, exposed))| Counted { i, counts, exposed })
        .collect();
    let all = if org.kind == "supplier" { suppliers::standings(db, id).await? } else { Vec::new() };
    let measures = all.iter().filter(|m| m.lifted_at.is_none()).map(|m| {
        let until = m.until.map_or("未定期限".into(), |d| format!("至 {}", show_day(d)));
        (suppliers::measure_words(&facts, m), until)
    });
    web::html(&Score {
        s: Shell::public(&cx, format!("{}的诚信档案", org.name)),
        org: id,
        place: facts.region_name(&org.region),
        supplier: org.kind == "supplier",
        start: standing.start,
        score: standing.score,
        level: standing.level,
        lines: score::lines(&supply, &org.region, today),
        lost: counted.iter().filter(|c| c.counts).map(|c| c.i.c.points).sum(),
        counted,
        measures: measures.collect(),
        may_measure: org.kind == "supplier"
            && cx
                .actor
                .as_ref()
                .is_some_and(|a| [Duty::Centre, Duty::Regulator, Duty::Auditor].into_iter().any(|d| a.may(d))),
        origin: facts.rule("credit.start", &org.region, &ANY, today).map_or(String::new(), |e| facts.origin(&e)),
        day: show_day(today),
        name: org.name,
    })
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/conduct", READERS, list)
        .get("/conduct/new", OFFICE, new_form)
        .post("/conduct", OFFICE, begin)
        .post("/conduct/import", OFFICE, import)
        .get("/conduct/{id}", READERS, case)
        .post("/conduct/{id}/act", ACTORS, act_on)
        .get("/exposure", Gate::Public, exposure)
        .get("/scores", Gate::Public, scores)
        .get("/scores/{id}", Gate::Public, score_page)
}

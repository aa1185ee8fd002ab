//! Pages of fixed-point purchase: agreements, one agreement with its schedule and ledger, one job, statements.
use super::agreement::{self, NewAgreement, NewItem};
use super::job::{self, CallOff};
use super::store::{self, Agreement, Item, Job, Statement};
use super::{answer, draw, month};
use crate::delivery;
use crate::projects::{self, Frame, store as headers};
use crate::{Trade, direct, plans};
use askama::Template;
use axum::extract::{FromRef, Path, State as Ext};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::calendar::{day_of, parse_day, show_day, show_time};
use rules::check::Check;
use rules::duty::Duty;
use rules::fixed::{State, Way, price};
use supply::suppliers;

const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const ACCOUNTANT: Gate = Gate::Any(&[Duty::Accountant]);
const SIDES: Gate = Gate::Any(Duty::BUSINESS);
const LIST_MAX: usize = 100;
const PHOTOS_MAX: usize = 6;

struct Entry {
    a: Agreement,
    category: String,
    place: String,
    to: String,
    members: usize,
}

#[derive(Template)]
#[template(path = "fixed/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Entry>,
    is_centre: bool,
}

fn pricing_word(key: &str) -> &'static str {
    match key {
        "discount" => "参考价目 × 优惠率",
        "items" => "约定单价",
        _ => "限价内报总价",
    }
}

async fn list(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let facts = trade.facts();
    let path = facts.path(&cx.station);
    let found = store::agreements(trade.db(), &path, base::facts::short_code(&cx.station), LIST_MAX).await?;
    let mut items = Vec::new();
    for a in found {
        let members = store::members(trade.db(), a.id).await?.into_iter().filter(|m| m.active).count();
        items.push(Entry {
            category: facts.category_name(&a.category),
            place: facts.region_name(&a.region),
            to: show_day(a.to),
            members,
            a,
        });
    }
    let is_centre = cx.actor.as_ref().is_some_and(|a| a.may(Duty::Centre));
    web::html(&List { s: Shell::public(&cx, "定点采购"), items, is_centre })
}

#[derive(Template)]
#[template(path = "fixed/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    categories: Vec<(String, String)>,
    f: Vec<(&'static str, String)>,
}

impl New {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

const FIELDS: [&str; 9] = ["category", "title", "pricing", "list_title", "list_day", "from", "to", "places", "items"];

async fn new_page(trade: &Trade, cx: &Cx, form: Option<&Form>, wrong: Option<Refused>) -> Result<New> {
    let actor = cx.actor()?;
    let facts = trade.facts();
    let today = day_of(trade.db().now());
    let listed = facts.rule("catalogue.fixed", &actor.region, &agreement::scope(""), today);
    let listed = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    let years = facts.number("fixed.term_years", &actor.region, &agreement::scope(""), today, 2) as i32;
    let value = |name: &'static str| match (form, name) {
        (Some(f), _) => f.get(name).to_owned(),
        (None, "from" | "list_day") => show_day(today),
        (None, "to") => show_day(today + years * 365),
        (None, "places") => "10".into(),
        (None, _) => String::new(),
    };
    Ok(New {
        s: Shell::work(cx, "新建定点协议").await?,
        wrong,
        categories: listed.into_iter().map(|c| (c.clone(), format!("{c} {}", facts.category_name(&c)))).collect(),
        f: FIELDS.into_iter().map(|n| (n, value(n))).collect(),
    })
}

async fn new_form(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    web::html(&new_page(&trade, &cx, None, None).await?)
}

/// Lines of the price schedule: kind, title, unit, price, by tab or comma.
fn items(text: &str) -> Result<Vec<NewItem>> {
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.split(['\t', ',', '，']).map(str::trim).collect();
        let wrong = |words: String| Fail::field("items", "fixed.item", format!("价目第 {} 行：{words}", i + 1));
        let &[kind, title, measure, amount] = cells.as_slice() else {
            return Err(wrong(format!("应有四栏（类别，名称，单位，单价），现在 {} 栏。", cells.len())));
        };
        let kind = match kind {
            "工时" => "labour",
            "材料" => "part",
            "服务" => "service",
            other => return Err(wrong(format!("类别应是工时、材料或服务，现在是“{other}”。"))),
        };
        let amount = Fen::parse_yuan(amount).filter(|v| v.0 > 0);
        let price = amount.ok_or_else(|| wrong(format!("单价应是大于零的金额，现在是“{}”。", cells[3])))?.0;
        if title.is_empty() || measure.is_empty() {
            return Err(wrong("名称和单位不能空。".into()));
        }
        out.push(NewItem { kind: kind.into(), title: title.into(), measure: measure.into(), price });
    }
    Ok(out)
}

fn read_agreement(form: &Form) -> Result<NewAgreement> {
    let day = |name: &'static str, label: &str| {
        let text = form.get(name);
        parse_day(text).ok_or_else(|| Fail::field(name, "form.day", format!("{label}应是日期，现在是“{text}”。")))
    };
    Ok(NewAgreement {
        category: form.get("category").to_owned(),
        title: form.need("title", "标题", 60)?.to_owned(),
        pricing: form.get("pricing").to_owned(),
        list_title: form.get("list_title").chars().take(80).collect(),
        list_day: day("list_day", "参考价目日期")?,
        from: day("from", "开始日")?,
        to: day("to", "到期日")?,
        refill: form.get("refill") == "1",
        places: form.int("places", "入围家数")?,
        items: items(form.get("items"))?,
    })
}

async fn make(Ext(trade): Ext<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let made = match read_agreement(&form) {
        Ok(n) => agreement::make(&trade, cx.actor()?, &n).await,
        Err(e) => Err(e),
    };
    match made {
        Ok(id) => Ok(web::see(&format!("/fixed/{id}?done={}", percent("协议已建立，请加入入围供应商。")))),
        Err(Fail::Refused(r)) => {
            let page = new_page(&trade, &cx, Some(&form), Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

struct ItemRow {
    i: Item,
    price: String,
}

struct MemberRow {
    supplier: i64,
    name: String,
    discount: String,
    turns: i64,
    active: bool,
    takes: bool,
}

struct Sum {
    name: String,
    jobs: i64,
    ordered: String,
    done: String,
    invoiced: String,
    paid: String,
    remaining: String,
}

#[derive(Template)]
#[template(path = "fixed/pages/agreement.html")]
struct Page {
    s: Shell,
    a: Agreement,
    category: String,
    place: String,
    centre: String,
    pricing: &'static str,
    list_day: String,
    from: String,
    to: String,
    items: Vec<ItemRow>,
    members: Vec<MemberRow>,
    ledger: Vec<Sum>,
    is_centre: bool,
    candidates: Vec<(i64, String)>,
    may_call: bool,
    ways: Vec<(&'static str, &'static str)>,
    plans: Vec<(i64, String)>,
    addresses: Vec<(i64, String)>,
    key: String,
    blocked: Vec<(Check, String)>,
    typed: Vec<(&'static str, String)>,
    sec: projects::SecretPart,
}

impl Page {
    fn get(&self, name: &str) -> &str {
        self.typed.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

fn percent_of(bp: i64) -> String {
    format!("{}.{:02}%", bp / 100, bp % 100)
}

async fn page(trade: &Trade, cx: &Cx, id: i64, form: Option<&Form>, blocked: Vec<(Check, String)>) -> Result<Page> {
    let (db, facts) = (trade.db(), trade.facts());
    let a = store::agreement(db, id).await?;
    let actor = cx.actor.as_ref();
    let today = day_of(db.now());
    let members = store::members(db, id).await?;
    let sums = store::ledger(db, id, true).await?;
    let ids: Vec<i64> = members.iter().map(|m| m.supplier).chain(sums.iter().map(|s| s.supplier)).collect();
    let names = base::orgs::names(db, &ids).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let is_centre = actor.is_some_and(|x| x.may(Duty::Centre) && x.org == a.centre);
    // What units spend with whom is for those who oversee it.
    let oversees = actor.is_some_and(|x| {
        (x.may(Duty::Centre) || x.may(Duty::Regulator) || x.may(Duty::Auditor))
            && matches!(x.scope(), base::access::Scope::Region(prefix) if a.region.starts_with(&prefix))
    });
    let ledger = sums.iter().filter(|_| oversees).map(|r| Sum {
        name: name(r.supplier),
        jobs: r.jobs,
        ordered: Fen(r.ordered).yuan(),
        done: Fen(r.done).yuan(),
        invoiced: Fen(r.invoiced).yuan(),
        paid: Fen(r.paid).yuan(),
        remaining: Fen(r.ordered - r.paid).yuan(),
    });
    let candidates = if is_centre {
        let found = suppliers::of_category(db, &a.category, &a.region).await?;
        let left = found.into_iter().filter(|s| !members.iter().any(|m| m.active && m.supplier == s.org));
        left.map(|s| (s.org, s.name)).collect()
    } else {
        Vec::new()
    };
    let may_call = a.state == "running"
        && (a.from..=a.to).contains(&today)
        && actor.is_some_and(|x| x.may(Duty::Handler) && facts.path(&x.region).contains(&a.region.as_str()));
    let (mut plan_choices, mut addresses, mut ways) = (Vec::new(), Vec::new(), Vec::new());
    if let (true, Some(x)) = (may_call, actor) {
        let rule = facts.rule("fixed.select", &x.region, &agreement::scope(&a.category), today);
        let allowed = rule.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
        ways = Way::ALL.iter().filter(|w| allowed.iter().any(|k| k == w.key())).map(|w| (w.key(), w.label())).collect();
        let known = direct::unit_plans(trade, x).await?;
        let fitting = known.iter().filter(|p| a.category.starts_with(&p.category));
        plan_choices = fitting
            .map(|p| (p.id, format!("{} · {}（还剩 {}）", p.plan_title, p.title, Fen(p.amount - p.used).yuan())))
            .collect();
        let found = plans::addresses(db, x.org).await?;
        addresses = found.into_iter().map(|d| (d.id, format!("{} {}", facts.region_name(&d.region), d.line))).collect();
    }
    let schedule = store::items(db, id).await?;
    let title = format!("定点协议 {}", a.title);
    let typed = ["title", "purpose", "ceiling", "way"];
    Ok(Page {
        s: if actor.is_some() { Shell::work(cx, title).await? } else { Shell::public(cx, title) },
        category: facts.category_name(&a.category),
        place: facts.region_name(&a.region),
        centre: base::orgs::org(db, a.centre).await?.name,
        pricing: pricing_word(&a.pricing),
        list_day: show_day(a.list_day),
        from: show_day(a.from),
        to: show_day(a.to),
        items: schedule.into_iter().map(|i| ItemRow { price: Fen(i.price).yuan(), i }).collect(),
        members: members
            .iter()
            .map(|m| MemberRow {
                supplier: m.supplier,
                name: name(m.supplier),
                discount: percent_of(m.discount_bp),
                turns: m.turns,
                active: m.active,
                takes: m.takes(),
            })
            .collect(),
        ledger: ledger.collect(),
        is_centre: is_centre && a.state == "running",
        candidates,
        may_call,
        ways,
        plans: plan_choices,
        addresses,
        key: form.map_or_else(|| kit::ids::random_hex(16), |f| f.get("key").to_owned()),
        blocked,
        typed: typed.into_iter().map(|n| (n, form.map_or(String::new(), |f| f.get(n).to_owned()))).collect(),
        sec: projects::SecretPart::of(&form.map(projects::SecretPart::typed).unwrap_or_default(), true),
        a,
    })
}

async fn show(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&trade, &cx, id, None, Vec::new()).await?)
}

/// Success leads on; a refusal is shown on the agreement's own page with what was typed.
async fn told(trade: &Trade, cx: &Cx, id: i64, form: &Form, done: Result<Response>) -> Result<Response> {
    match done {
        Err(Fail::Refused(r)) => {
            let mut page = page(trade, cx, id, Some(form), Vec::new()).await?;
            page.s = page.s.with_refusal(&r);
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        other => other,
    }
}

fn agreement_page(id: i64, words: &str) -> Response {
    web::see(&format!("/fixed/{id}?done={}", percent(words)))
}

async fn join(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let done = async {
        let supplier = form.int("supplier", "供应商")?;
        let typed = form.get("discount");
        // A percentage with up to two decimals is read like an amount.
        let bp = if typed.is_empty() { Some(0) } else { Fen::parse_yuan(typed).map(|f| f.0) };
        let bp = bp
            .ok_or_else(|| Fail::field("discount", "fixed.discount", format!("优惠率应填百分数，现在是“{typed}”。")))?;
        agreement::add_member(&trade, cx.actor()?, id, supplier, bp).await?;
        Ok(agreement_page(id, "已加入入围名单。"))
    };
    told(&trade, &cx, id, &form, done.await).await
}

async fn leave(Ext(trade): Ext<Trade>, cx: Cx, Path((id, supplier)): Path<(i64, i64)>, form: Form) -> Result<Response> {
    agreement::remove_member(&trade, cx.actor()?, id, supplier, form.need("reason", "理由", 200)?).await?;
    Ok(agreement_page(id, "已移出入围名单，未完工的服务继续。"))
}

fn call_of(id: i64, form: &Form) -> Result<CallOff> {
    let typed = form.get("ceiling");
    let ceiling = Fen::parse_yuan(typed).filter(|v| v.0 > 0);
    let way = form.get("way");
    Ok(CallOff {
        agreement: id,
        title: form.need("title", "服务内容", 80)?.to_owned(),
        purpose: form.need("purpose", "采购理由", 200)?.to_owned(),
        ceiling: ceiling
            .ok_or_else(|| Fail::field("ceiling", "job.ceiling", format!("金额上限应填金额，现在是“{typed}”。")))?
            .0,
        way: Way::of(way).ok_or_else(|| Fail::field("way", "fixed.way", "请选择怎样选定供应商。"))?,
        suppliers: form.all("supplier").iter().filter_map(|s| s.parse().ok()).collect(),
        plan: form.get("plan").parse().unwrap_or(0),
        address: form.get("address").parse().unwrap_or(0),
        secret: projects::SecretPart::typed(form),
        key: form.get("key").to_owned(),
    })
}

async fn call(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let done = match call_of(id, &form) {
        Ok(c) => match job::call_off(&trade, cx.actor()?, &c).await {
            Ok(Ok(made)) => Ok(job_page(made, "已提交。")),
            Ok(Err(checks)) => {
                let page = page(&trade, &cx, id, Some(&form), crate::direct::in_the_way(checks)).await?;
                return Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
            }
            Err(e) => Err(e),
        },
        Err(e) => Err(e),
    };
    told(&trade, &cx, id, &form, done).await
}

fn job_page(id: i64, words: &str) -> Response {
    web::see(&format!("/fixed/jobs/{id}?done={}", percent(words)))
}

struct QuoteItem {
    i: Item,
    price: String,
}

struct Line {
    title: String,
    measure: String,
    price: String,
    quantity: i64,
    sum: String,
}

#[derive(Template)]
#[template(path = "fixed/pages/job.html")]
struct JobPage {
    s: Shell,
    f: Frame,
    a: Agreement,
    j: Job,
    way: &'static str,
    supplier: String,
    lines: Vec<Line>,
    total: String,
    answer_by: String,
    is_handler: bool,
    may_bid: bool,
    has_bid: bool,
    may_quote: bool,
    may_complete: bool,
    done_at: String,
    quote_items: Vec<QuoteItem>,
    asked: Vec<(String, String)>,
}

/// A job the reader may see: inside its scope, or as a supplier that is asked about it.
async fn readable(trade: &Trade, actor: &Actor, id: i64) -> Result<(projects::Project, bool, Job)> {
    let db = trade.db();
    match headers::load(db, &actor.scope(), id).await {
        Ok(p) if p.kind == "job" => Ok((p, true, store::job(db, id).await?)),
        Err(Fail::Hidden) if actor.org_kind == "supplier" => {
            let job = store::job(db, id).await?;
            let p = headers::any(db, id).await?;
            let asked = store::asked(db, id).await?.iter().any(|a| a.supplier == actor.org);
            let early = matches!(p.state.as_str(), "approving" | "returned" | "withdrawn");
            if !asked || early { Err(Fail::Hidden) } else { Ok((p, false, job)) }
        }
        Ok(_) => Err(Fail::Hidden),
        Err(e) => Err(e),
    }
}

async fn job_view(trade: &Trade, cx: &Cx, id: i64) -> Result<JobPage> {
    let (db, actor) = (trade.db(), cx.actor()?);
    let (p, inside, j) = readable(trade, actor, id).await?;
    let a = store::agreement(db, j.agreement).await?;
    let state = job::state(&p)?;
    let asked = store::asked(db, id).await?;
    let ids: Vec<i64> = asked.iter().map(|x| x.supplier).chain(j.supplier).collect();
    let names = base::orgs::names(db, &ids).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let seller = actor.may(Duty::SupplierOrders);
    let own = asked.iter().find(|x| x.supplier == actor.org);
    let chosen = j.supplier == Some(actor.org);
    let may_quote = seller && chosen && state == State::Offered;
    let mut quote_items = Vec::new();
    if may_quote {
        let members = store::members(db, a.id).await?;
        let bp = members.iter().find(|m| m.supplier == actor.org).map_or(0, |m| m.discount_bp);
        for i in store::items(db, a.id).await? {
            let one = if a.pricing == "discount" { price(i.price, bp) } else { i.price };
            quote_items.push(QuoteItem { price: Fen(one).yuan(), i });
        }
    }
    // Until the opening nobody sees who quoted; a supplier never sees the others.
    let sees = inside && state != State::Inviting;
    let word = |x: &store::Asked| match (x.amount, x.state.as_str()) {
        (Some(v), "won") => format!("{}，中选", Fen(v).yuan()),
        (Some(v), _) => Fen(v).yuan(),
        (None, "lost") => "未接单或未报价".into(),
        (None, _) => "已邀请".into(),
    };
    let working = match j.order {
        Some(order) => seller && chosen && j.done_at.is_none() && crate::orders::performing(db, order).await?,
        None => false,
    };
    Ok(JobPage {
        s: Shell::work(cx, format!("定点服务 {}", p.title)).await?,
        way: j.way.label(),
        supplier: j.supplier.map_or(String::new(), name),
        lines: j
            .lines
            .iter()
            .filter(|_| inside || chosen)
            .map(|l| Line {
                title: l.title.clone(),
                measure: l.measure.clone(),
                price: Fen(l.price).yuan(),
                quantity: l.quantity,
                sum: Fen(l.price * l.quantity).yuan(),
            })
            .collect(),
        total: Fen(j.total).yuan(),
        answer_by: show_time(j.answer_by),
        is_handler: actor.person == p.handler && actor.org == p.unit,
        may_bid: seller && own.is_some() && state == State::Inviting,
        has_bid: own.is_some_and(|x| x.state == "quoted"),
        may_quote,
        may_complete: working,
        done_at: j.done_at.map_or(String::new(), show_time),
        quote_items,
        asked: asked.iter().filter(|_| sees).map(|x| (name(x.supplier), word(x))).collect(),
        f: projects::frame(trade, Some(actor), p, inside).await?,
        a,
        j,
    })
}

async fn show_job(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&job_view(&trade, &cx, id).await?)
}

async fn told_job(trade: &Trade, cx: &Cx, id: i64, done: Result<String>) -> Result<Response> {
    match done {
        Ok(words) => Ok(job_page(id, &words)),
        Err(Fail::Refused(r)) => {
            let mut page = job_view(trade, cx, id).await?;
            page.s = page.s.with_refusal(&r);
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn bid(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let typed = form.get("price");
    let done = match Fen::parse_yuan(typed) {
        None => Err(Fail::field("price", "job.price", format!("报价应填金额（元），现在是“{typed}”。"))),
        Some(v) => answer::bid(&trade, cx.actor()?, id, v.0).await,
    };
    told_job(&trade, &cx, id, done.map(|()| "密封报价已收到，截止前可以重新提交。".into())).await
}

async fn quote(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let mut counts = Vec::new();
    for item in form.all("item") {
        let text = form.get(&format!("count-{item}"));
        let count = if text.is_empty() { Ok(0) } else { text.parse::<i64>() };
        match (item.parse::<i64>(), count) {
            (Ok(item), Ok(n)) if n >= 0 => counts.push((item, n)),
            _ => {
                let wrong = Fail::field("quantity", "job.lines", format!("数量应是整数，现在是“{text}”。"));
                return told_job(&trade, &cx, id, Err(wrong)).await;
            }
        }
    }
    let typed = form.get("price");
    let lump = Fen::parse_yuan(typed).map(|v| v.0).filter(|v| *v > 0);
    let done = answer::quote(&trade, cx.actor()?, id, &counts, lump).await;
    told_job(&trade, &cx, id, done.map(|()| "报价已提交，等采购人确认。".into())).await
}

async fn decline(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    answer::decline(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    Ok(job_page(id, "已答复不接。"))
}

async fn accept(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    let order = answer::accept(&trade, cx.actor()?, id).await?;
    Ok(web::see(&format!("/orders/{order}?done={}", percent("已同意报价，请双方确认合同。"))))
}

async fn reject(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    answer::reject(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    Ok(job_page(id, "已终止，预算已释放。"))
}

async fn complete(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let words: String = upload.form.get("words").chars().take(300).collect();
    let done = async {
        if upload.files.len() > PHOTOS_MAX {
            return Err(Fail::field("photos", "job.photos", format!("照片最多 {PHOTOS_MAX} 张。")));
        }
        let mut photos = Vec::new();
        for f in upload.files.iter().filter(|f| !f.bytes.is_empty()) {
            photos.push((delivery::photo_kind(f)?, f.bytes.clone()));
        }
        let order = answer::complete(&trade, cx.actor()?, id, &words, &photos).await?;
        Ok(format!("已登记完工，请采购人在订单 {} 验收。", kit::ids::tail(order)))
    };
    told_job(&trade, &cx, id, done.await).await
}

/// The record of the last draw; public, so that anybody can repeat it.
async fn draw_record(Ext(trade): Ext<Trade>, Path(id): Path<i64>) -> Result<Response> {
    let p = headers::any(trade.db(), id).await?;
    if !p.secret.is_empty() {
        return Err(Fail::Hidden);
    }
    let found = kit::journal::about(trade.db(), &p.subject()).await?;
    let e = found.into_iter().rev().find(|e| e.kind == "job.drawn").ok_or(Fail::Hidden)?;
    draw::verify(&e.data).map_err(Fail::Fault)?;
    Ok(web::json(e.data.to_string()))
}

struct StatementRow {
    t: Statement,
    unit: String,
    supplier: String,
    total: String,
    jobs: Vec<(i64, String, i64, String)>,
}

#[derive(Template)]
#[template(path = "fixed/pages/statements.html")]
struct Statements {
    s: Shell,
    rows: Vec<StatementRow>,
    may_confirm: bool,
}

async fn statements(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let (db, actor) = (trade.db(), cx.actor()?);
    let found = store::statements(db, &actor.scope(), LIST_MAX).await?;
    let ids: Vec<i64> = found.iter().flat_map(|t| [t.unit, t.supplier]).collect();
    let names = base::orgs::names(db, &ids).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for t in found {
        let jobs = store::statement_jobs(db, t.id).await?;
        rows.push(StatementRow {
            unit: name(t.unit),
            supplier: name(t.supplier),
            total: Fen(t.total).yuan(),
            jobs: jobs.into_iter().map(|(j, title, order, sum)| (j, title, order, Fen(sum).yuan())).collect(),
            t,
        });
    }
    let may_confirm = actor.may(Duty::Accountant);
    web::html(&Statements { s: Shell::work(&cx, "定点服务结算单").await?, rows, may_confirm })
}

async fn confirm_statement(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    month::confirm(&trade, cx.actor()?, id).await?;
    Ok(web::see(&format!("/fixed/statements?done={}", percent("结算单已确认。"))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/fixed", Gate::Public, list)
        .get("/fixed/new", CENTRE, new_form)
        .post("/fixed", CENTRE, make)
        .get("/fixed/{id}", Gate::Public, show)
        .post("/fixed/{id}/members", CENTRE, join)
        .post("/fixed/{id}/members/{supplier}/out", CENTRE, leave)
        .post("/fixed/{id}/jobs", HANDLER, call)
        .get("/fixed/jobs/{id}", SIDES, show_job)
        .get("/fixed/jobs/{id}/draw.json", Gate::Public, draw_record)
        .post("/fixed/jobs/{id}/bid", SELLER, bid)
        .post("/fixed/jobs/{id}/quote", SELLER, quote)
        .post("/fixed/jobs/{id}/decline", SELLER, decline)
        .post("/fixed/jobs/{id}/complete", SELLER, complete)
        .post("/fixed/jobs/{id}/accept", HANDLER, accept)
        .post("/fixed/jobs/{id}/reject", HANDLER, reject)
        .get("/fixed/statements", SIDES, statements)
        .post("/fixed/statements/{id}/confirm", ACCOUNTANT, confirm_statement)
}

//! Pages of batch purchase: rounds, one round for everybody who has to do with it, one demand.
use super::demand::{self, Filing};
use super::flow::{self, NewPackage, NewRound};
use super::pools;
use super::store::{self, Package, Round};
use crate::projects::{self, Frame, store as headers};
use crate::{Trade, direct, plans};
use askama::Template;
use axum::extract::{FromRef, Path, State as Ext};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::Fen;
use rules::auction::Demand;
use rules::batch::round::State;
use rules::batch::{most_price, next_due};
use rules::calendar::{day_of, parse_day, show_day, show_time};
use rules::check::Check;
use rules::duty::Duty;

const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const REVIEW: Gate = Gate::Any(&[Duty::Reviewer, Duty::Centre]);
const READERS: Gate =
    Gate::Any(&[Duty::Handler, Duty::Reviewer, Duty::Signer, Duty::Regulator, Duty::Centre, Duty::Auditor]);
const ROUNDS_MAX: usize = 60;

struct Item {
    r: Round,
    category: String,
    place: String,
    due: String,
}

#[derive(Template)]
#[template(path = "batch/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    is_centre: bool,
}

async fn list(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    let facts = trade.facts();
    let path = facts.path(&cx.station);
    let found = store::rounds(trade.db(), &path, base::facts::short_code(&cx.station), ROUNDS_MAX).await?;
    let items = found
        .into_iter()
        .map(|r| Item {
            category: facts.category_name(&r.category),
            place: facts.region_name(&r.region),
            due: show_day(r.due_on),
            r,
        })
        .collect();
    let is_centre = cx.actor.as_ref().is_some_and(|a| a.may(Duty::Centre));
    web::html(&List { s: Shell::public(&cx, "批量采购"), items, is_centre })
}

#[derive(Template)]
#[template(path = "batch/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    categories: Vec<(String, String)>,
    category: String,
    title: String,
    due_on: String,
    method: String,
    winners: String,
    /// Product, title, shelf price, chosen.
    products: Vec<(i64, String, String, bool)>,
}

async fn new_page(trade: &Trade, cx: &Cx, form: Option<&Form>, wrong: Option<Refused>) -> Result<New> {
    let actor = cx.actor()?;
    let facts = trade.facts();
    let today = day_of(trade.db().now());
    let given = |name: &str| form.map_or(String::new(), |f| f.get(name).to_owned());
    let wanted: Option<i64> = cx.param("product").parse().ok();
    let mut category = if form.is_some() { given("category") } else { cx.param("category").to_owned() };
    if let Some(product) = wanted {
        category = supply::shelf::product(trade.db(), product).await?.category;
    }
    let scope = flow::scope("");
    let listed = facts.rule("catalogue.batch", &actor.region, &scope, today);
    let listed = listed.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    let categories: Vec<(String, String)> =
        listed.into_iter().map(|c| (c.clone(), format!("{c} {}", facts.category_name(&c)))).collect();
    let mut products = Vec::new();
    let chosen: Vec<i64> =
        form.map_or(Vec::new(), |f| f.all("product").iter().filter_map(|p| p.parse().ok()).collect());
    if !category.is_empty() {
        for (p, _) in supply::shelf::in_category(trade.db(), base::facts::short_code(&category), 200).await? {
            let offers = supply::offers::of_product(trade.db(), p.id).await?;
            let low = offers.iter().map(|o| o.price).min().unwrap_or(0);
            let words = format!("{} {} {}（{} 家在售）", p.brand, p.model, p.title, offers.len());
            products.push((p.id, words, Fen(low).yuan(), chosen.contains(&p.id) || wanted == Some(p.id)));
        }
    }
    let period = facts.rule("batch.period", &actor.region, &flow::scope(&category), today);
    let period = period.and_then(|e| e.text().map(str::to_owned)).unwrap_or_default();
    let submit = facts.number("batch.submit_day", &actor.region, &flow::scope(&category), today, 10);
    let due = show_day(next_due(today, submit, &period));
    let or = |name: &str, or: String| if form.is_some() { given(name) } else { or };
    Ok(New {
        s: Shell::work(cx, "开一批批量采购").await?,
        wrong,
        title: or("title", if category.is_empty() { String::new() } else { facts.category_name(&category) }),
        due_on: or("due_on", due),
        method: or("method", "discount".into()),
        winners: or("winners", "1".into()),
        products,
        categories,
        category,
    })
}

async fn new_form(Ext(trade): Ext<Trade>, cx: Cx) -> Result<Response> {
    web::html(&new_page(&trade, &cx, None, None).await?)
}

async fn open(Ext(trade): Ext<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let made = match read_round(&form) {
        Ok(n) => flow::open_round(&trade, cx.actor()?, &n).await,
        Err(e) => Err(e),
    };
    match made {
        Ok(id) => Ok(web::see(&format!("/batch/{id}?done={}", percent("已开放征集需求。")))),
        Err(Fail::Refused(r)) => {
            let page = new_page(&trade, &cx, Some(&form), Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

fn read_round(form: &Form) -> Result<NewRound> {
    let due = form.get("due_on");
    Ok(NewRound {
        category: form.get("category").to_owned(),
        title: form.need("title", "标题", 60)?.to_owned(),
        due_on: parse_day(due)
            .ok_or_else(|| Fail::field("due_on", "form.day", format!("截止日应是日期，现在是“{due}”。")))?,
        method: form.get("method").to_owned(),
        winners: form.int("winners", "成交供应商家数")?,
        packages: form
            .all("product")
            .iter()
            .map(|p| NewPackage { title: String::new(), product: p.parse().unwrap_or(0) })
            .collect(),
    })
}

struct Offer {
    supplier: String,
    price: String,
    most: i64,
    awarded: i64,
}

struct Pack {
    p: Package,
    shelf: String,
    demands: Vec<String>,
    /// Reviewed demand.
    counted: i64,
    waiting: i64,
    top: String,
    offers: Vec<Offer>,
    saved: String,
    own_offer: bool,
    auction: Option<String>,
}

#[derive(Template)]
#[template(path = "batch/pages/round.html")]
struct Page {
    s: Shell,
    r: Round,
    category: String,
    place: String,
    centre: String,
    due: String,
    until: String,
    steps: Vec<(&'static str, &'static str)>,
    packs: Vec<Pack>,
    saved: String,
    may_file: bool,
    may_offer: bool,
    may_cancel: bool,
    plans: Vec<(i64, String)>,
    addresses: Vec<(i64, String)>,
    key: String,
    blocked: Vec<(Check, String)>,
    typed: (String, String),
    sec: projects::SecretPart,
}

fn steps(r: &Round) -> Vec<(&'static str, &'static str)> {
    let middle = if r.method == "auction" { "竞价" } else { "密封报价" };
    let at = match r.state {
        State::Collecting => 0,
        State::Offering | State::Auctioning => 1,
        State::Done => 3,
        State::Failed | State::Cancelled => usize::MAX,
    };
    let look = |i: usize| match at {
        usize::MAX => "",
        at if i < at => "done",
        at if i == at => "now",
        _ => "",
    };
    ["征集和审核需求", middle, "分单成交"].into_iter().enumerate().map(|(i, w)| (w, look(i))).collect()
}

async fn page(trade: &Trade, cx: &Cx, id: i64, form: Option<&Form>, blocked: Vec<(Check, String)>) -> Result<Page> {
    let (db, facts) = (trade.db(), trade.facts());
    let r = store::round(db, id).await?;
    let demands = store::demands(db, id).await?;
    let actor = cx.actor.as_ref();
    let supplier = actor.filter(|a| a.org_kind == "supplier").map(|a| a.org);
    let discount = flow::figure(trade, &r, "batch.discount_bp_min", 0);
    let (mut packs, mut saved) = (Vec::new(), 0);
    for p in store::packages(db, id).await? {
        let offers = store::offers(db, p.id).await?;
        let names = base::orgs::names(db, &offers.iter().map(|o| o.supplier).collect::<Vec<_>>()).await?;
        let own = |states: &[&str]| {
            let found = demands.iter().filter(|(d, k)| *k == p.id && states.contains(&d.state.as_str()));
            found.map(|(d, _)| d.quantity).sum::<i64>()
        };
        let mut saved_here = 0;
        if r.state == State::Done {
            for (d, _) in demands.iter().filter(|(d, k)| *k == p.id && d.state == "ordered") {
                let spent = headers::spent(db, d.id).await?;
                saved_here += p.shelf * headers::ordered(db, d.id).await? - spent;
            }
        }
        saved += saved_here;
        // Who offered and at what price comes out when the offers are open.
        let open = r.state == State::Done;
        let shown = offers.iter().filter(|o| open && o.price > 0).map(|o| Offer {
            supplier: names.get(&o.supplier).cloned().unwrap_or_default(),
            price: Fen(o.price).yuan(),
            most: o.most,
            awarded: o.awarded,
        });
        packs.push(Pack {
            shelf: Fen(p.shelf).yuan(),
            demands: p.demands.iter().map(Demand::words).collect(),
            counted: own(&["accepted", "ordered"]),
            waiting: own(&["approving", "submitted"]),
            top: Fen(most_price(p.shelf, discount)).yuan(),
            own_offer: supplier.is_some_and(|s| offers.iter().any(|o| o.supplier == s)),
            offers: shown.collect(),
            saved: Fen(saved_here).yuan(),
            auction: headers::of_parent(db, p.id, "auction").await?.first().map(|a| a.href()),
            p,
        });
    }
    let today = day_of(db.now());
    let here = actor.is_some_and(|a| facts.path(&a.region).contains(&r.region.as_str()));
    let may_file = r.state == State::Collecting
        && (r.opens_on..=r.due_on).contains(&today)
        && here
        && actor.is_some_and(|a| a.may(Duty::Handler));
    let (mut plan_choices, mut addresses) = (Vec::new(), Vec::new());
    if let (true, Some(a)) = (may_file, actor) {
        let known = direct::unit_plans(trade, a).await?;
        let fitting = known.iter().filter(|p| r.category.starts_with(&p.category));
        plan_choices = fitting
            .map(|p| (p.id, format!("{} · {}（还剩 {}）", p.plan_title, p.title, Fen(p.amount - p.used).yuan())))
            .collect();
        let found = plans::addresses(db, a.org).await?;
        addresses = found.into_iter().map(|a| (a.id, format!("{} {}", facts.region_name(&a.region), a.line))).collect();
    }
    let given = |name: &str| form.map_or(String::new(), |f| f.get(name).to_owned());
    let s = if actor.is_some() {
        Shell::work(cx, format!("批量采购 {}", r.title)).await?
    } else {
        Shell::public(cx, format!("批量采购 {}", r.title))
    };
    Ok(Page {
        s,
        category: facts.category_name(&r.category),
        place: facts.region_name(&r.region),
        centre: base::orgs::org(db, r.centre).await?.name,
        due: show_day(r.due_on),
        until: show_time(r.until),
        steps: steps(&r),
        packs,
        saved: Fen(saved).yuan(),
        may_file,
        may_offer: r.state == State::Offering && actor.is_some_and(|a| a.may(Duty::SupplierOrders)),
        may_cancel: matches!(r.state, State::Collecting | State::Offering)
            && actor.is_some_and(|a| a.may(Duty::Centre) && a.org == r.centre),
        plans: plan_choices,
        addresses,
        key: if form.is_some() { given("key") } else { kit::ids::random_hex(16) },
        blocked,
        typed: (given("quantity"), given("purpose")),
        sec: projects::SecretPart::of(&form.map(projects::SecretPart::typed).unwrap_or_default(), false),
        r,
    })
}

async fn round(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&trade, &cx, id, None, Vec::new()).await?)
}

fn round_page(id: i64, words: &str) -> Response {
    web::see(&format!("/batch/{id}?done={}", percent(words)))
}

/// Success leads on; a refusal is shown on the round's own page.
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

async fn file(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let filing = |form: &Form| -> Result<Filing> {
        Ok(Filing {
            package: form.int("package", "配置包")?,
            quantity: form.int("quantity", "数量")?,
            plan: form.get("plan").parse().unwrap_or(0),
            address: form.get("address").parse().unwrap_or(0),
            purpose: form.need("purpose", "采购理由", 200)?.to_owned(),
            secret: projects::SecretPart::typed(form),
            key: form.get("key").to_owned(),
        })
    };
    let done = match filing(&form) {
        Ok(f) => match demand::file(&trade, cx.actor()?, &f).await {
            Ok(Ok(made)) => Ok(web::see(&format!("/batch/demands/{made}?done={}", percent("需求已提交。")))),
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

async fn offer(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let typed = form.get("price");
    let done = async {
        let package = form.int("package", "配置包")?;
        let price = Fen::parse_yuan(typed)
            .ok_or_else(|| Fail::field("price", "batch.price", format!("单价应填金额（元），现在是“{typed}”。")))?;
        let most = form.int("most", "最多可供数量")?;
        let goods = (form.get("brand"), form.get("model"));
        flow::offer(&trade, cx.actor()?, package, price.0, most, goods).await?;
        Ok(round_page(id, "密封报价已收到，截止前可以重新提交。"))
    };
    told(&trade, &cx, id, &form, done.await).await
}

async fn cancel(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    flow::cancel(&trade, cx.actor()?, id, form.need("reason", "理由", 200)?).await?;
    Ok(round_page(id, "这一批已终止，各单位预算已释放。"))
}

#[derive(Template)]
#[template(path = "batch/pages/demand.html")]
struct DemandPage {
    s: Shell,
    f: Frame,
    round: Round,
    shelf: String,
    saved: Option<String>,
    may_review: bool,
}

async fn demand_page(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let (db, actor) = (trade.db(), cx.actor()?);
    let (p, inside) = match projects::seen(db, Some(actor), id, "demand").await {
        Ok((p, true)) => (p, true),
        // Whoever supervises the unit sees what is put before it.
        Ok((p, false)) if demand::may_review(db, actor, &p).await? => (p, true),
        _ => return Err(Fail::Hidden),
    };
    let (round, package) = store::demand(db, id).await?;
    let (round, package) = (store::round(db, round).await?, store::package(db, package).await?);
    let may_review = p.state == "submitted" && demand::may_review(db, actor, &p).await?;
    let saved = if p.state == "ordered" {
        let saved = package.shelf * headers::ordered(db, id).await? - headers::spent(db, id).await?;
        Some(Fen(saved).yuan())
    } else {
        None
    };
    web::html(&DemandPage {
        s: Shell::work(&cx, format!("批量需求 {}", p.number)).await?,
        f: projects::frame(&trade, Some(actor), p, inside).await?,
        round,
        shelf: Fen(package.shelf).yuan(),
        saved,
        may_review,
    })
}

async fn review(Ext(trade): Ext<Trade>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let accept = form.get("accept") == "1";
    let reason = if accept { "" } else { form.need("reason", "退回理由", 200)? };
    demand::review(&trade, cx.actor()?, id, accept, reason).await?;
    let words = if accept { "已审核通过，计入本批。" } else { "已退回填报单位。" };
    Ok(web::see(&format!("/todo?done={}", percent(words))))
}

async fn pool(Ext(trade): Ext<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let yes = form.get("agree") == "1";
    pools::answer(&trade, cx.actor()?, form.int("product", "商品")?, yes).await?;
    let words =
        if yes { "已同意合并采购，凑齐后由集采机构开批次。" } else { "已记下不合并。" };
    Ok(web::see(&format!("/cart?done={}", percent(words))))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/batch", Gate::Public, list)
        .get("/batch/new", CENTRE, new_form)
        .post("/batch", CENTRE, open)
        .get("/batch/{id}", Gate::Public, round)
        .post("/batch/{id}/demand", HANDLER, file)
        .post("/batch/{id}/offer", SELLER, offer)
        .post("/batch/{id}/cancel", CENTRE, cancel)
        .get("/batch/demands/{id}", READERS, demand_page)
        .post("/batch/demands/{id}/review", REVIEW, review)
        .post("/pools", HANDLER, pool)
}

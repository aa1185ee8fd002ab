//! Pages of disputes: the list, one dispute with both sides' words, filing, reports of the public.
use super::flow::{self, ACTS, Report};
use super::store::{self, Dispute};
use crate::Trade;
use crate::orders::store as orders;
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
use rules::Fen;
use rules::calendar::{day_of, show_day, show_time};
use rules::dispute::{REASONS, reason_label};
use rules::duty::Duty;

const SIDES: &[Duty] = &[Duty::Handler, Duty::Receiver, Duty::SupplierOrders];
const FILERS: Gate = Gate::Any(SIDES);
const ACTORS: Gate = Gate::Any(&[Duty::Handler, Duty::Receiver, Duty::SupplierOrders, Duty::Centre]);
const READERS: Gate = Gate::Any(Duty::BUSINESS);
const PAGE: usize = 30;

struct Item {
    d: Dispute,
    filer: String,
    against: String,
    reason: &'static str,
    filed: String,
    due: String,
    late: bool,
}

async fn items(trade: &Trade, list: Vec<Dispute>) -> Result<Vec<Item>> {
    let ids: Vec<i64> = list.iter().flat_map(|d| [d.filer.unwrap_or(0), d.against]).collect();
    let names = base::orgs::names(trade.db(), &ids).await?;
    let now = trade.db().now();
    let item = |d: Dispute| Item {
        filer: d.filer.and_then(|f| names.get(&f).cloned()).unwrap_or_else(|| "社会公众".into()),
        against: names.get(&d.against).cloned().unwrap_or_default(),
        reason: reason_label(&d.reason),
        filed: show_day(day_of(d.filed_at)),
        due: d.due.map_or(String::new(), show_time),
        late: d.due.is_some_and(|at| at < now),
        d,
    };
    Ok(list.into_iter().map(item).collect())
}

#[derive(Template)]
#[template(path = "disputes/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
}

async fn list(State(trade): State<Trade>, cx: Cx) -> Result<Response> {
    let (found, total) = store::list(trade.db(), &cx.actor()?.scope(), cx.page(), PAGE).await?;
    web::html(&List {
        s: Shell::work(&cx, "投诉与调解").await?,
        items: items(&trade, found).await?,
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
    })
}

fn what(act: &str) -> &'static str {
    match act {
        "file" => "投诉",
        "lapse" => "逾期未答复",
        key => ACTS.iter().find(|(k, ..)| *k == key).map_or("", |(_, _, w)| w),
    }
}

async fn lines(trade: &Trade, d: &Dispute) -> Result<Vec<Spoken>> {
    let mut all = base::said::spoken(trade.db(), flow::MATTER, d.id).await?;
    if d.filer.is_none() {
        all.iter_mut().filter(|l| l.said.act == "file").for_each(|l| l.who = "社会公众".into());
    }
    Ok(all)
}

#[derive(Template)]
#[template(path = "disputes/pages/dispute.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    typed: String,
    i: Item,
    lines: Vec<Spoken>,
    acts: Vec<(&'static str, &'static str)>,
    number: String,
    open_order: bool,
}

async fn page(trade: &Trade, cx: &Cx, id: i64, wrong: Option<Refused>, typed: &str) -> Result<Page> {
    let actor = cx.actor()?;
    let d = store::load(trade.db(), &actor.scope(), id).await?;
    let number = match d.order {
        Some(o) => orders::any(trade.db(), o).await?.number,
        None => String::new(),
    };
    Ok(Page {
        s: Shell::work(cx, format!("投诉 {}", d.number)).await?,
        wrong,
        typed: typed.to_owned(),
        lines: lines(trade, &d).await?,
        acts: ACTS.iter().filter(|(_, a, _)| flow::may(actor, &d, *a)).map(|(k, _, w)| (*k, *w)).collect(),
        number,
        open_order: d.order.is_some(),
        i: items(trade, vec![d]).await?.remove(0),
    })
}

async fn dispute(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&trade, &cx, id, None, "").await?)
}

fn digest(upload: &Upload) -> String {
    upload.files.first().map_or(String::new(), |f| sha256(&[&f.bytes]))
}

async fn act_on(State(trade): State<Trade>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let done = match (flow::act_of(form.get("act")), form.need("words", "说明", 2000)) {
        (None, _) => Err(Fail::refuse("dispute.act", "请用页面上的按钮办理。")),
        (_, Err(e)) => Err(e),
        (Some(act), Ok(words)) => flow::act(&trade, cx.actor()?, id, act, words, &digest(&upload)).await,
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/disputes/{id}?done={}", percent("已办理，对方会收到通知。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&trade, &cx, id, Some(*r), form.get("words")).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "disputes/pages/new.html")]
struct New {
    s: Shell,
    wrong: Option<Refused>,
    order: i64,
    number: String,
    reasons: Vec<(&'static str, &'static str)>,
    reason: String,
    words: String,
}

async fn new_page(trade: &Trade, cx: &Cx, order: i64, wrong: Option<Refused>, form: Option<&Form>) -> Result<New> {
    let actor = cx.actor()?;
    let o = orders::load(trade.db(), &actor.scope(), order).await?;
    let buyer = actor.org_kind == "unit";
    Ok(New {
        s: Shell::work(cx, "投诉").await?,
        wrong,
        order,
        number: o.number,
        reasons: REASONS.iter().filter(|(_, _, of)| *of == buyer).map(|(k, l, _)| (*k, *l)).collect(),
        reason: form.map_or(String::new(), |f| f.get("reason").to_owned()),
        words: form.map_or(String::new(), |f| f.get("words").to_owned()),
    })
}

async fn new_form(State(trade): State<Trade>, cx: Cx, Path(order): Path<i64>) -> Result<Response> {
    web::html(&new_page(&trade, &cx, order, None, None).await?)
}

async fn file(State(trade): State<Trade>, cx: Cx, Path(order): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let done = match form.need("words", "事实和要求", 2000) {
        Ok(words) => flow::file(&trade, cx.actor()?, order, form.get("reason"), words, &digest(&upload)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(web::see(&format!("/disputes/{id}?done={}", percent("已投诉，对方答复有时限。")))),
        Err(Fail::Refused(r)) => {
            let shown = new_page(&trade, &cx, order, Some(*r), Some(form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "disputes/pages/report.html")]
struct ReportPage {
    s: Shell,
    wrong: Option<Refused>,
    offer: i64,
    title: String,
    supplier: String,
    price: String,
    words: String,
    key: String,
    made: Option<(String, String)>,
}

async fn report_shown(
    trade: &Trade,
    cx: &Cx,
    offer: i64,
    wrong: Option<Refused>,
    (words, key): (&str, &str),
) -> Result<ReportPage> {
    let line = supply::offers::one(trade.db(), offer).await?;
    Ok(ReportPage {
        s: Shell::public(cx, "举报价格高"),
        wrong,
        offer,
        title: line.title,
        supplier: line.supplier_name,
        price: Fen(line.price).yuan(),
        words: words.to_owned(),
        key: if key.is_empty() { flow::new_key() } else { key.to_owned() },
        made: None,
    })
}

async fn report_form(State(trade): State<Trade>, cx: Cx, Path(offer): Path<i64>) -> Result<Response> {
    web::html(&report_shown(&trade, &cx, offer, None, ("", "")).await?)
}

async fn report(State(trade): State<Trade>, cx: Cx, Path(offer): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let file = digest(&upload);
    let done = match form.need("words", "在哪里看到更低的价格", 500) {
        Ok(words) => {
            let (station, network) = (cx.station.as_str(), cx.network.as_str());
            let r = Report { offer, station, words, digest: &file, key: form.get("key"), network };
            flow::report(&trade, cx.actor.as_ref(), &r).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(made) => {
            let mut shown = report_shown(&trade, &cx, offer, None, ("", "")).await?;
            shown.made = Some(made);
            web::html(&shown)
        }
        Err(Fail::Refused(r)) => {
            let typed = (form.get("words"), form.get("key"));
            let shown = report_shown(&trade, &cx, offer, Some(*r), typed).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "disputes/pages/track.html")]
struct Track {
    s: Shell,
    wrong: Option<Refused>,
    number: String,
    found: Option<(Item, Vec<Spoken>)>,
}

async fn track_form(cx: Cx) -> Result<Response> {
    web::html(&Track { s: Shell::public(&cx, "查询举报"), wrong: None, number: String::new(), found: None })
}

async fn track(State(trade): State<Trade>, cx: Cx, form: Form) -> Result<Response> {
    let number = form.get("number").trim().to_owned();
    let key = sha256(&[form.get("key").trim().as_bytes()]);
    let s = Shell::public(&cx, "查询举报");
    match store::tracked(trade.db(), &number, &key).await? {
        Some(d) => {
            let said = lines(&trade, &d).await?;
            let item = items(&trade, vec![d]).await?.remove(0);
            web::html(&Track { s, wrong: None, number, found: Some((item, said)) })
        }
        None => {
            let words = "编号或查询码不对，请对照举报时给出的核对。".to_owned();
            let wrong = Some(Refused { code: "report.unknown", words, field: Some("number") });
            let shown = Track { s, wrong, number, found: None };
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Trade: FromRef<S>,
{
    Routes::default()
        .get("/disputes", READERS, list)
        .get("/disputes/{id}", READERS, dispute)
        .post("/disputes/{id}/act", ACTORS, act_on)
        .get("/orders/{id}/dispute", FILERS, new_form)
        .post("/orders/{id}/dispute", FILERS, file)
        .get("/offers/{id}/report", Gate::Public, report_form)
        .post("/offers/{id}/report", Gate::Public, report)
        .get("/reports", Gate::Public, track_form)
        .post("/reports", Gate::Public, track)
}

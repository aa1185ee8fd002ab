//! Pages of auctions: the hall, making one, the event itself with its live part, receipts, the public record.
use super::flow;
use super::live::{self, Snapshot};
use super::store::{self, Auction, Entry, Question};
use super::view::{self, Seen};
use super::{close, desk, entry, record};
use crate::Trade;
use crate::projects::{self, Frame, Project, store as headers};
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
use rules::auction::{Demand, Event as Happened, Format, Phase, meets};
use rules::calendar::{day_of, show_time};
use rules::duty::Duty;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

const HANDLER: Gate = Gate::Any(&[Duty::Handler]);
/// Whoever acts for the buyer: a unit's handler, or the centre that holds a batch's auction.
const DESK: Gate = Gate::Any(&[Duty::Handler, Duty::Centre]);
const SELLER: Gate = Gate::Any(&[Duty::SupplierOrders]);
const PAGE: usize = 20;
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
    // A supplier may quote wherever it delivers, so it sees the whole province unless it asks for less.
    let whole = match cx.param("area") {
        "" => supplier_of(cx.actor.as_ref()).is_some(),
        area => area == "all",
    };
    let region = if whole { &facts.root } else { &cx.station };
    let prefix = base::facts::short_code(region);
    let states = ["live", "checking", "awarded", "concluded", "failed", "cancelled"];
    let chosen = states.into_iter().find(|s| *s == cx.param("state")).unwrap_or_default();
    // Needs with trade secrets are shown to those who may quote.
    let secret = supplier_of(cx.actor.as_ref()).is_some();
    let (ids, total) = store::hall(trade.db(), prefix, chosen, secret, (cx.page(), PAGE)).await?;
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
        address: cx.network.clone(),
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
    let excluded = out
        .iter()
        .map(|(who, why)| json!({"alias": alias(*who), "why": why, "reason": rules::mask::public(reason(*who))}))
        .collect();
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
        .get("/auctions/{id}", Gate::Public, auction)
        .get("/auctions/{id}/live", Gate::Public, stream)
        .get("/auctions/{id}/record.json", Gate::Public, public_record)
        .get("/receipts/{id}", Gate::Public, receipt)
        .merge(super::form::routes())
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

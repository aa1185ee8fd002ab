//! What a firm sees: its application, its papers, its account, its authorisations.
use super::{ADMIN, FIRM, PAPER_READERS, PaperRow, area_names, category_names, paper_rows, size_word};
use crate::Supply;
use crate::admission::flow::{self, Filled, commitment};
use crate::admission::papers::NewPaper;
use crate::admission::store::{self, AccountChange, Application, Authorisation, Remark};
use crate::admission::{account, brands, papers};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Base;
use base::access::{Cx, Form, Routes, Scope, Upload};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::admission::{KINDS, PAPERS, field_label, paper_label, reason_label};
use rules::calendar::{Day, day_of, parse_day, show_day, show_time};

/// What a firm reads that asks too early.
fn not_yet() -> Fail {
    Fail::refuse("admission.not_yet", "通过入驻审核后才能办理。请先在“入驻资料”里提交申请。")
}

struct Choice {
    code: String,
    name: String,
    on: bool,
}

/// What was admitted and holds now.
struct Now {
    kind: String,
    size: &'static str,
    areas: String,
    categories: String,
}

/// What holds of a firm; None before it is admitted.
async fn now_of(supply: &Supply, org: i64) -> Result<Option<Now>> {
    let Some(kind) = store::supplier_kind(supply.db(), org).await? else { return Ok(None) };
    let me = crate::suppliers::get(supply.db(), org).await?;
    let facts = supply.facts();
    Ok(Some(Now {
        kind,
        size: size_word(&me.size),
        areas: area_names(&facts, &me.areas),
        categories: match me.categories.is_empty() {
            true => "全部品目".into(),
            false => category_names(&facts, &me.categories),
        },
    }))
}

#[derive(Template)]
#[template(path = "admission/pages/application.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    a: Option<Application>,
    open: bool,
    now: Option<Now>,
    due: String,
    kinds: [(&'static str, &'static str); 4],
    areas: Vec<Choice>,
    categories: Vec<Choice>,
    remarks: Vec<(&'static str, &'static str, Remark)>,
    needed: Vec<&'static str>,
    papers: Vec<PaperRow>,
    paper_kinds: [(&'static str, &'static str); 9],
    commitment: &'static str,
    version: &'static str,
}

async fn page(supply: &Supply, cx: &Cx, wrong: Option<Refused>, form: Option<&Form>) -> Result<Page> {
    let (actor, db, facts) = (cx.actor()?, supply.db(), supply.facts());
    let mut a = match store::open_of(db, actor.org).await? {
        Some(open) => Some(open),
        None => store::last_of(db, actor.org).await?,
    };
    if let (Some(a), Some(f)) = (a.as_mut(), form) {
        let text = |k: &str| f.get(k).trim().to_owned();
        (a.kind, a.size, a.brands) = (text("kind"), text("size"), text("brands"));
        (a.areas, a.categories) = (f.all("areas").join(" "), f.all("categories").join(" "));
        (a.legal_person, a.phone, a.address) = (text("legal_person"), text("phone"), text("address"));
        (a.controller, a.site) = (text("controller"), text("site"));
        if a.purpose == "entry" {
            a.bank_account = text("bank_account");
        }
    }
    let remarks = match &a {
        Some(a) => store::remarks(db, a.id, a.rounds).await?,
        None => Vec::new(),
    };
    let chosen = |list: Option<&str>, code: &str| list.is_some_and(|l| l.split_whitespace().any(|c| c == code));
    let own_areas = a.as_ref().map(|a| a.areas.as_str());
    let own_categories = a.as_ref().map(|a| a.categories.as_str());
    let areas = facts.regions.values().map(|r| {
        let upper = facts.region(&r.parent).filter(|u| u.code != facts.root).map_or("", |u| u.short.as_str());
        Choice { on: chosen(own_areas, &r.code), name: format!("{upper}{}", r.name), code: r.code.clone() }
    });
    let today = day_of(db.now());
    let scope = rules::rulebook::Scope { mode: None, form: None, category: None, amount: None };
    let member = facts.rule("catalogue.member", &facts.root, &scope, today);
    let traded = member.as_ref().and_then(|e| e.list()).unwrap_or_default();
    let short = |code: &str| base::facts::short_code(code).to_owned();
    let categories = facts.categories.values().filter(|c| c.level == 2).filter_map(|c| {
        let code = short(&c.code);
        let kept = traded.is_empty() || traded.iter().any(|t| t.starts_with(&code) || code.starts_with(t.as_str()));
        kept.then(|| Choice { on: chosen(own_categories, &code), name: c.name.clone(), code })
    });
    let (version, text, _) = commitment();
    let needed = a.as_ref().map_or(Vec::new(), |a| flow::needed(supply, a));
    Ok(Page {
        s: Shell::work(cx, "入驻资料").await?,
        wrong,
        open: a.as_ref().is_some_and(|a| a.state.open()),
        now: now_of(supply, actor.org).await?,
        due: a.as_ref().and_then(|a| a.due).map_or(String::new(), show_time),
        kinds: KINDS,
        areas: areas.collect(),
        categories: categories.collect(),
        remarks: remarks.into_iter().map(|r| (field_label(&r.field), reason_label(&r.code), r)).collect(),
        needed: needed.iter().map(|k| paper_label(k)).collect(),
        papers: paper_rows(supply, actor.org).await?,
        paper_kinds: PAPERS,
        commitment: text,
        version,
        a,
    })
}

async fn application(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&page(&supply, &cx, None, None).await?)
}

async fn again(supply: &Supply, cx: &Cx, form: Option<&Form>, e: Fail) -> Result<Response> {
    match e {
        Fail::Refused(r) => {
            let shown = page(supply, cx, Some(*r), form).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        e => Err(e),
    }
}

fn filled(form: &Form) -> Filled {
    let text = |k: &str| form.get(k).trim().chars().take(200).collect::<String>();
    let list = |k: &str| form.all(k).iter().filter(|v| !v.is_empty()).map(|v| (*v).to_owned()).collect();
    Filled {
        kind: text("kind"),
        size: text("size"),
        areas: list("areas"),
        categories: list("categories"),
        brands: text("brands"),
        legal_person: text("legal_person"),
        phone: text("phone"),
        address: text("address"),
        bank_account: text("bank_account"),
        controller: text("controller"),
        site: text("site"),
        committed: Some(text("committed")).filter(|v| !v.is_empty()),
    }
}

async fn save(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let (actor, f) = (cx.actor()?, filled(&form));
    let (done, words) = if form.get("act") == "submit" {
        (flow::submit(&supply, actor, &f).await, "已提交，审核有时限，结果会通知您。")
    } else {
        (flow::fill(&supply, actor, &f).await, "已保存，可以继续填写或上传材料。")
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/admission?done={}", percent(words)))),
        Err(e) => again(&supply, &cx, Some(&form), e).await,
    }
}

async fn change(State(supply): State<Supply>, cx: Cx, _: Form) -> Result<Response> {
    flow::begin_change(&supply, cx.actor()?).await?;
    Ok(web::see("/admission"))
}

async fn withdraw(State(supply): State<Supply>, cx: Cx, _: Form) -> Result<Response> {
    flow::withdraw(&supply, cx.actor()?).await?;
    Ok(web::see(&format!("/admission?done={}", percent("已撤回。"))))
}

fn day(form: &Form, name: &'static str) -> Result<Option<Day>> {
    let typed = form.get(name);
    match parse_day(typed) {
        None if typed.is_empty() => Ok(None),
        None => Err(Fail::field(name, "form.day", format!("日期应写成 2026-01-31，现在是“{typed}”。"))),
        day => Ok(day),
    }
}

async fn add_paper(State(supply): State<Supply>, cx: Cx, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let read = || -> Result<NewPaper> {
        let none = || Fail::field("file", "paper.none", "请选择要上传的文件。");
        let file = upload.files.first().ok_or_else(none)?;
        Ok(NewPaper {
            kind: form.get("kind").to_owned(),
            number: form.need("number", "编号", 60)?.to_owned(),
            until: day(form, "until")?,
            name: file.name.clone(),
            bytes: file.bytes.clone(),
        })
    };
    let done = match read() {
        Ok(p) => papers::add_paper(&supply, cx.actor()?, &p).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/admission?done={}", percent("材料已上传。")))),
        Err(e) => again(&supply, &cx, None, e).await,
    }
}

async fn paper(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let actor = cx.actor()?;
    let p = store::paper(supply.db(), id).await?;
    let firm = base::orgs::org(supply.db(), p.org).await?;
    let may = match actor.scope() {
        Scope::Supplier(org) => org == p.org,
        Scope::Region(prefix) => firm.region.starts_with(&prefix),
        _ => false,
    };
    if !may {
        return Err(Fail::Hidden);
    }
    let (mime, bytes) = store::paper_bytes(supply.db(), id).await?;
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CACHE_CONTROL, "private, no-store".into()),
        (header::CONTENT_DISPOSITION, "inline".into()),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Template)]
#[template(path = "admission/pages/account.html")]
struct AccountPage {
    s: Shell,
    wrong: Option<Refused>,
    now: String,
    open: Option<(AccountChange, String, String)>,
    second: bool,
    may_ask: bool,
}

async fn account_shown(supply: &Supply, cx: &Cx, wrong: Option<Refused>) -> Result<AccountPage> {
    let actor = cx.actor()?;
    let (_, now) = store::account(supply.db(), actor.org).await?.ok_or_else(not_yet)?;
    let open = store::open_change(supply.db(), actor.org).await?;
    Ok(AccountPage {
        s: Shell::work(cx, "收款账户").await?,
        wrong,
        now: account::tail(&now),
        second: open.as_ref().is_some_and(|c| c.asked_by != actor.person && c.state == "asked"),
        may_ask: open.is_none() && actor.may(rules::duty::Duty::SupplierAdmin),
        open: open.map(|c| (c.clone(), account::tail(&c.account), c.effective_at.map_or(String::new(), show_time))),
    })
}

async fn account_page(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&account_shown(&supply, &cx, None).await?)
}

async fn account_done(supply: &Supply, cx: &Cx, done: Result<()>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/admission/account?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = account_shown(supply, cx, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn account_ask(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = match form.need("account", "新账户", 60) {
        Ok(new) => account::ask(&supply, cx.actor()?, new).await,
        Err(e) => Err(e),
    };
    account_done(&supply, &cx, done, "已申请，请另一位同事登录后确认。").await
}

async fn account_confirm(State(supply): State<Supply>, cx: Cx, _: Form) -> Result<Response> {
    let done = account::confirm(&supply, cx.actor()?).await;
    account_done(&supply, &cx, done, "已确认，等待期过后生效。").await
}

async fn account_stop(State(supply): State<Supply>, cx: Cx, _: Form) -> Result<Response> {
    let done = account::stop(&supply, cx.actor()?).await;
    account_done(&supply, &cx, done, "已撤销，账户不变。").await
}

struct AuthorisationRow {
    a: Authorisation,
    other: String,
    areas: String,
    until: String,
    word: &'static str,
    tone: &'static str,
    mine: bool,
}

#[derive(Template)]
#[template(path = "admission/pages/authorisations.html")]
struct Authorisations {
    s: Shell,
    wrong: Option<Refused>,
    rows: Vec<AuthorisationRow>,
    agent: bool,
    areas: Vec<(String, String)>,
}

async fn authorisations_page(supply: &Supply, cx: &Cx, wrong: Option<Refused>) -> Result<Authorisations> {
    let (actor, db, facts) = (cx.actor()?, supply.db(), supply.facts());
    let (kind, _) = store::account(db, actor.org).await?.ok_or_else(not_yet)?;
    let found = store::authorisations(db, actor.org).await?;
    let ids: Vec<i64> = found.iter().flat_map(|a| [a.maker, a.agent]).collect();
    let names = base::orgs::names(db, &ids).await?;
    let rows = found.into_iter().map(|a| {
        let mine = a.maker == actor.org;
        let (word, tone) = match a.state.as_str() {
            "asked" => ("待厂商核实", "warn"),
            "verified" => ("有效", "ok"),
            "refused" => ("未获同意", "bad"),
            _ => ("已终止", "info"),
        };
        AuthorisationRow {
            other: names.get(if mine { &a.agent } else { &a.maker }).cloned().unwrap_or_default(),
            areas: area_names(&facts, &a.areas),
            until: show_day(a.until),
            word,
            tone,
            mine,
            a,
        }
    });
    Ok(Authorisations {
        s: Shell::work(cx, "厂商授权").await?,
        wrong,
        rows: rows.collect(),
        agent: kind == "代理商",
        areas: facts.regions.values().map(|r| (r.code.clone(), r.name.clone())).collect(),
    })
}

async fn authorisations(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&authorisations_page(&supply, &cx, None).await?)
}

async fn authorisations_done(supply: &Supply, cx: &Cx, done: Result<()>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(web::see(&format!("/authorisations?done={}", percent(words)))),
        Err(Fail::Refused(r)) => {
            let shown = authorisations_page(supply, cx, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn authorisation_ask(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let read = || -> Result<(String, Vec<String>, Day)> {
        let areas = form.all("areas").iter().map(|a| (*a).to_owned()).collect();
        let until = day(&form, "until")?.ok_or_else(|| Fail::field("until", "form.day", "请填写授权截止日期。"))?;
        Ok((form.need("brand", "品牌", 60)?.to_owned(), areas, until))
    };
    let done = match read() {
        Ok((brand, areas, until)) => brands::ask(&supply, cx.actor()?, &brand, &areas, until).await,
        Err(e) => Err(e),
    };
    authorisations_done(&supply, &cx, done, "已申请，厂商会收到通知。").await
}

async fn authorisation_answer(
    State(supply): State<Supply>,
    cx: Cx,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response> {
    let reason: String = form.get("reason").trim().chars().take(200).collect();
    let done = brands::answer(&supply, cx.actor()?, id, form.get("to"), &reason).await;
    authorisations_done(&supply, &cx, done, "已办理，对方会收到通知。").await
}

/// Routes of a firm.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/admission", ADMIN, application)
        .post("/admission", ADMIN, save)
        .post("/admission/change", ADMIN, change)
        .post("/admission/withdraw", ADMIN, withdraw)
        .post("/admission/papers", ADMIN, add_paper)
        .get("/papers/{id}", PAPER_READERS, paper)
        .get("/admission/account", FIRM, account_page)
        .post("/admission/account", ADMIN, account_ask)
        .post("/admission/account/confirm", FIRM, account_confirm)
        .post("/admission/account/stop", FIRM, account_stop)
        .get("/authorisations", ADMIN, authorisations)
        .post("/authorisations", ADMIN, authorisation_ask)
        .post("/authorisations/{id}/answer", ADMIN, authorisation_answer)
}

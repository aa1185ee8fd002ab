//! Pages of people and organisations, and of one's own account.
use super::flow::{self, ADDRESS_MAX, Act, New, NewOrg, PASSWORD_MIN, PHONE_MAX};
use super::store::{self, Account};
use crate::Base;
use crate::access::{Cx, Form, Gate, Routes};
use crate::orgs::{Contact, Org};
use crate::shell::Shell;
use askama::Template;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::response::Response;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::duty::Duty;
use rules::role::keys;

const KEEPERS: Gate = Gate::Any(&[Duty::Signer, Duty::SupplierAdmin, Duty::Regulator, Duty::Centre, Duty::Operator]);
const OFFICES: Gate = Gate::Any(&[Duty::Regulator, Duty::Operator]);
/// Those whose organisation stands in notices.
const REACHED: Gate = Gate::Any(&[Duty::Signer, Duty::Regulator, Duty::Centre, Duty::Operator]);
const PAGE: usize = 30;

struct Line {
    a: Account,
    duties: String,
    own: bool,
}

struct RoleChoice {
    key: String,
    title: String,
    duties: String,
}

#[derive(Template)]
#[template(path = "people/pages/people.html")]
struct People {
    s: Shell,
    org: Org,
    place: String,
    lines: Vec<Line>,
    roles: Vec<RoleChoice>,
    wrong: Option<Refused>,
    /// A first password, shown once: for whom, and the word.
    word: Option<(String, String)>,
    typed: [String; 3],
    role: String,
    office: bool,
}

/// The organisation asked for; one's own without a word.
fn asked(cx: &Cx, given: &str) -> Result<i64> {
    match given {
        "" => Ok(cx.actor()?.org),
        id => id.parse().map_err(|_| Fail::Hidden),
    }
}

async fn people_page(cx: &Cx, org: i64, wrong: Option<Refused>, word: Option<(String, String)>) -> Result<People> {
    let actor = cx.actor()?;
    let org = flow::org(cx.base.db(), actor, org).await?;
    let facts = cx.base.facts();
    let title = |key: &str| facts.key_title(key).trim_start_matches("岗位模板：").to_owned();
    let labels = |d: &[Duty]| d.iter().map(|d| d.label()).collect::<Vec<_>>().join("、");
    let role = |key: &'static str| {
        let duties = flow::duties(&cx.base, &org, key).ok()?;
        Some(RoleChoice { key: key.to_owned(), title: title(key), duties: labels(&duties) })
    };
    let line = |a: Account| Line { duties: a.duties.labels(), own: a.id == actor.person, a };
    Ok(People {
        s: Shell::work(cx, "人员与岗位").await?,
        place: facts.region_name(&org.region),
        lines: store::of_org(cx.base.db(), org.id).await?.into_iter().map(line).collect(),
        roles: keys(&org.kind).iter().copied().filter_map(role).collect(),
        org,
        wrong,
        word,
        typed: Default::default(),
        role: String::new(),
        office: flow::reach(actor).is_some(),
    })
}

async fn people(cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let org = asked(&cx, cx.param("org"))?;
    // Offices begin with the list of those they look after; their own accounts are looked after from above.
    if cx.param("org").is_empty() && flow::reach(actor).is_some() {
        return Ok(web::see("/orgs"));
    }
    web::html(&people_page(&cx, org, None, None).await?)
}

fn new(form: &Form) -> Result<New> {
    let login = form.need("login", "用户名", 40)?;
    if !login.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_')) {
        return Err(Fail::field("login", "people.login_signs", "用户名请用小写字母、数字、点和横线。"));
    }
    Ok(New {
        login: login.to_owned(),
        name: form.need("name", "姓名", 30)?.to_owned(),
        phone: form.need("phone", "电话", 30)?.to_owned(),
        role: form.get("role").to_owned(),
    })
}

async fn add(cx: Cx, form: Form) -> Result<Response> {
    let org = asked(&cx, form.get("org"))?;
    let done = match new(&form) {
        Ok(n) => flow::add(&cx.base, cx.actor()?, org, &n).await.map(|word| (n.login, word)),
        Err(e) => Err(e),
    };
    match done {
        // The password is in this answer and nowhere else, so there is no address to come back to.
        Ok(word) => web::html(&people_page(&cx, org, None, Some(word)).await?),
        Err(Fail::Refused(r)) => {
            let mut page = people_page(&cx, org, Some(*r), None).await?;
            page.typed = ["login", "name", "phone"].map(|f| form.get(f).to_owned());
            page.role = form.get("role").to_owned();
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn change(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let act = match form.get("act") {
        "role" => Act::Role(form.get("role")),
        "on" => Act::Active(true),
        "off" => Act::Active(false),
        "reset" => Act::Reset,
        _ => return Err(Fail::refuse("people.act", "请用页面上的按钮办理。")),
    };
    let person = store::one(cx.base.db(), id).await?;
    match flow::change(&cx.base, cx.actor()?, id, &act).await {
        Ok(Some(word)) => web::html(&people_page(&cx, person.org, None, Some((person.login, word))).await?),
        Ok(None) => Ok(web::see(&format!("/people?org={}&done={}", person.org, percent("已办理，对方需要重新登录。")))),
        Err(Fail::Refused(r)) => {
            let page = people_page(&cx, person.org, Some(*r), None).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

struct Item {
    o: Org,
    kind: &'static str,
    place: String,
    people: i64,
    reachable: bool,
    open: bool,
}

#[derive(Template)]
#[template(path = "people/pages/orgs.html")]
struct Orgs {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
    words: String,
    wrong: Option<Refused>,
    regions: Vec<(String, String, bool)>,
    kinds: Vec<(&'static str, &'static str)>,
    kind: String,
    typed: [String; 3],
}

fn kind_word(kind: &str) -> &'static str {
    match kind {
        "unit" => "采购单位",
        "finance" => "财政部门",
        "centre" => "集采机构",
        "audit" => "审计机关",
        _ => "其他",
    }
}

async fn orgs_page(cx: &Cx, wrong: Option<Refused>, region: &str) -> Result<Orgs> {
    let actor = cx.actor()?;
    let (kinds, prefix) = flow::reach(actor).ok_or(Fail::Denied)?;
    let words: String = cx.param("words").chars().take(40).collect();
    let (found, total) = store::orgs(cx.base.db(), kinds, &prefix, &words, (cx.page(), PAGE)).await?;
    let facts = cx.base.facts();
    let item = |(o, people, reachable): store::Listed| Item {
        kind: kind_word(&o.kind),
        place: facts.region_name(&o.region),
        people,
        reachable,
        open: flow::looks_after(actor, &o),
        o,
    };
    let below = facts.regions.values().filter(|r| r.code.starts_with(&prefix));
    let chosen = if region.is_empty() { actor.region.as_str() } else { region };
    Ok(Orgs {
        s: Shell::work(cx, "单位与账号").await?,
        items: found.into_iter().map(item).collect(),
        total,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        words,
        wrong,
        regions: below.map(|r| (r.code.clone(), r.name.clone(), r.code == chosen)).collect(),
        kinds: kinds.iter().map(|k| (*k, kind_word(k))).collect(),
        kind: String::new(),
        typed: Default::default(),
    })
}

async fn orgs(cx: Cx) -> Result<Response> {
    web::html(&orgs_page(&cx, None, "").await?)
}

async fn add_org(cx: Cx, form: Form) -> Result<Response> {
    let read = || -> Result<NewOrg> {
        let kind = form.get("kind");
        Ok(NewOrg {
            kind: if kind.is_empty() { "unit".into() } else { kind.to_owned() },
            name: form.need("name", "单位全称", 60)?.to_owned(),
            uscc: form.get("uscc").to_uppercase(),
            region: form.get("region").to_owned(),
            headcount: match (kind, form.get("headcount")) {
                ("" | "unit", _) => form.int("headcount", "编制人数")?,
                (_, "") => 0,
                _ => form.int("headcount", "编制人数")?,
            },
        })
    };
    let done = match read() {
        Ok(n) => flow::add_org(&cx.base, cx.actor()?, &n).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => {
            let words = percent("单位已登记。请填联系方式，再给它开账号。");
            Ok(web::see(&format!("/orgs/{id}?done={words}")))
        }
        Err(Fail::Refused(r)) => {
            let mut page = orgs_page(&cx, Some(*r), form.get("region")).await?;
            page.typed = ["name", "uscc", "headcount"].map(|f| form.get(f).to_owned());
            page.kind = form.get("kind").to_owned();
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "people/pages/org.html")]
struct One {
    s: Shell,
    o: Org,
    kind: &'static str,
    place: String,
    c: Contact,
    wrong: Option<(String, String)>,
    typed: [String; 2],
    office: bool,
    people: bool,
}

impl One {
    fn bad(&self, field: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(f, _)| f == field)
    }
}

async fn org_page(cx: &Cx, id: i64, wrong: Option<(String, String)>) -> Result<One> {
    let actor = cx.actor()?;
    let o = crate::orgs::org(cx.base.db(), id).await?;
    if !flow::may_contact(actor, &o) {
        return Err(Fail::Hidden);
    }
    let c = crate::orgs::contact(cx.base.db(), id).await?;
    Ok(One {
        s: Shell::work(cx, o.name.clone()).await?,
        kind: kind_word(&o.kind),
        place: cx.base.facts().region_name(&o.region),
        typed: [c.address.clone(), c.phone.clone()],
        office: flow::reach(actor).is_some(),
        people: flow::looks_after(actor, &o),
        wrong,
        c,
        o,
    })
}

async fn org(cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&org_page(&cx, id, None).await?)
}

async fn contact(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let read = || Ok((form.need("address", "地址", ADDRESS_MAX)?, form.need("phone", "办公电话", PHONE_MAX)?));
    let done = match read() {
        Ok((address, phone)) => flow::contact(&cx.base, cx.actor()?, id, address, phone).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/orgs/{id}?done={}", percent("联系方式已保存，公告里随即显示。")))),
        Err(Fail::Refused(r)) => {
            let field = r.field.unwrap_or_default().to_owned();
            let mut page = org_page(&cx, id, Some((field, r.words))).await?;
            page.typed = ["address", "phone"].map(|f| form.get(f).to_owned());
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "people/pages/account.html")]
struct Own {
    s: Shell,
    wrong: Option<Refused>,
    fresh: bool,
    least: usize,
}

async fn own_page(cx: &Cx, wrong: Option<Refused>) -> Result<Own> {
    let fresh = store::is_fresh(cx.base.db(), cx.actor()?.person).await?;
    Ok(Own { s: Shell::work(cx, "我的账号").await?, wrong, fresh, least: PASSWORD_MIN })
}

async fn own(cx: Cx) -> Result<Response> {
    web::html(&own_page(&cx, None).await?)
}

async fn own_password(cx: Cx, form: Form) -> Result<Response> {
    // As typed: a password may begin or end with a space.
    let raw = |name: &str| form.fields().iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
    match flow::own_password(&cx.base, cx.actor()?, raw("old"), raw("new"), raw("again")).await {
        Ok(()) => Ok(web::see(&format!("/account?done={}", percent("密码已修改，其他地方的登录已经结束。")))),
        Err(Fail::Refused(r)) => {
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, own_page(&cx, Some(*r)).await?.render()?))
        }
        Err(e) => Err(e),
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
{
    Routes::default()
        .get("/account", Gate::SignedIn, own)
        .post("/account", Gate::SignedIn, own_password)
        .get("/people", KEEPERS, people)
        .post("/people", KEEPERS, add)
        .post("/people/{id}", KEEPERS, change)
        .get("/orgs", OFFICES, orgs)
        .post("/orgs", OFFICES, add_org)
        .get("/orgs/{id}", REACHED, org)
        .post("/orgs/{id}", REACHED, contact)
}

//! Login, logout, the list of one's sessions.
use super::flow::{self, Origin};
use super::request::{cookie, session_cookie};
use super::{Cx, Form, Gate, Routes, SESSION_HOURS, SessionRow, store};
use crate::Base;
use crate::orgs;
use crate::shell::Shell;
use askama::Template;
use axum::extract::{FromRef, Path};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use kit::{Fail, Result};
use rules::calendar::show_time;
use rules::duty::Duty;

struct Account {
    login: String,
    name: String,
    duties: String,
}

struct AccountGroup {
    org: String,
    accounts: Vec<Account>,
}

#[derive(Template)]
#[template(path = "access/pages/login.html")]
struct Login<'a> {
    s: Shell,
    back: &'a str,
    login: &'a str,
    wrong: Option<String>,
    groups: Vec<AccountGroup>,
    password: &'static str,
}

/// The password of every demo account, shown on the demo login page.
pub const DEMO_PASSWORD: &str = "Qicai-demo-2026";
/// How many organisations of each kind the demo login page shows, by a duty that tells the kind.
const DEMO_ORGS: [(Duty, usize); 6] = [
    (Duty::Handler, 4),
    (Duty::SupplierAdmin, 5),
    (Duty::Regulator, 3),
    (Duty::Centre, 1),
    (Duty::Auditor, 2),
    (Duty::Operator, 1),
];

async fn demo_accounts(base: &Base) -> Result<Vec<AccountGroup>> {
    if !base.settings().demo {
        return Ok(Vec::new());
    }
    let people = orgs::people(base.db(), None).await?;
    let mut shown: Vec<i64> = Vec::new();
    for (duty, most) in DEMO_ORGS {
        let mut of_kind: Vec<i64> = people.iter().filter(|p| p.duties.has(duty)).map(|p| p.org).collect();
        of_kind.dedup();
        shown.extend(of_kind.into_iter().take(most));
    }
    let account =
        |p: &orgs::Person| Account { login: p.login.clone(), name: p.name.clone(), duties: p.duties.labels() };
    let groups: Vec<(i64, Vec<Account>)> =
        shown.iter().map(|org| (*org, people.iter().filter(|p| p.org == *org).map(account).collect())).collect();
    let names = orgs::names(base.db(), &groups.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
    Ok(groups
        .into_iter()
        .map(|(id, accounts)| AccountGroup { org: names.get(&id).cloned().unwrap_or_default(), accounts })
        .collect())
}

async fn login_page(cx: Cx) -> Result<Response> {
    let groups = demo_accounts(&cx.base).await?;
    let page = Login {
        s: Shell::public(&cx, "登录"),
        back: cx.param("back"),
        login: "",
        wrong: None,
        groups,
        password: DEMO_PASSWORD,
    };
    kit::web::html(&page)
}

async fn login(cx: Cx, headers: HeaderMap, form: Form) -> Result<Response> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let from = Origin { agent, address: &cx.network };
    match flow::sign_in(&cx.base, form.get("login"), form.get("password"), from).await {
        Ok(token) => {
            let back = form.get("back");
            let mut res = kit::web::see(if kit::web::local(back) { back } else { "/todo" });
            set_cookie(&mut res, &session_cookie(&cx.base, &token));
            Ok(res)
        }
        Err(Fail::Refused(r)) => {
            let groups = demo_accounts(&cx.base).await?;
            let page = Login {
                s: Shell::public(&cx, "登录"),
                back: form.get("back"),
                login: form.get("login"),
                wrong: Some(r.words),
                groups,
                password: DEMO_PASSWORD,
            };
            Ok(kit::web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

fn set_cookie(res: &mut Response, cookie: &str) {
    if let Ok(v) = HeaderValue::from_str(cookie) {
        res.headers_mut().append(header::SET_COOKIE, v);
    }
}

async fn logout(cx: Cx, headers: HeaderMap, _: Form) -> Result<Response> {
    let actor = cx.actor()?;
    if cookie(&headers, super::request::SESSION_COOKIE).is_some() {
        flow::sign_out(&cx.base, actor, actor.session).await?;
    }
    let mut res = kit::web::see("/");
    set_cookie(&mut res, &session_cookie(&cx.base, ""));
    Ok(res)
}

struct Line {
    row: SessionRow,
    made: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "access/pages/sessions.html")]
struct Sessions {
    s: Shell,
    lines: Vec<Line>,
    hours: i64,
}

async fn sessions(cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let rows = store::sessions(cx.base.db(), actor.person, cx.base.db().now()).await?;
    let lines = rows
        .into_iter()
        .map(|row| Line {
            made: show_time(row.made_at),
            seen: show_time(row.seen_at),
            here: row.id == actor.session,
            row,
        })
        .collect();
    kit::web::html(&Sessions { s: Shell::work(&cx, "登录记录").await?, lines, hours: SESSION_HOURS })
}

async fn end_session(cx: Cx, Path(id): Path<i64>, _: Form) -> Result<Response> {
    flow::sign_out(&cx.base, cx.actor()?, id).await?;
    Ok(kit::web::see("/sessions"))
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
{
    Routes::default()
        .get("/login", Gate::Public, login_page)
        .post("/login", Gate::Public, login)
        .post("/logout", Gate::SignedIn, logout)
        .get("/sessions", Gate::SignedIn, sessions)
        .post("/sessions/{id}/end", Gate::SignedIn, end_session)
}

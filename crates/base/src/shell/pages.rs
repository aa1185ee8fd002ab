//! Assets, failures, help, settings of the eyes.
use super::{Shell, assets};
use crate::Base;
use crate::access::{Cx, Gate, Routes};
use askama::Template;
use axum::extract::{FromRef, Path};
use axum::response::Response;
use kit::{Fail, Result};

#[derive(Template)]
#[template(path = "shell/pages/failure.html")]
struct Failure<'a> {
    s: Shell,
    heading: &'a str,
    text: &'a str,
    code: &'a str,
    back: &'a str,
}

/// The page of a failure.
pub(super) fn failure(s: Shell, heading: &str, text: &str, code: &str, back: &str) -> Result<String> {
    Ok(Failure { s, heading, text, code, back }.render()?)
}

#[derive(Template)]
#[template(path = "shell/pages/help.html")]
struct Help {
    s: Shell,
}

async fn help(cx: Cx) -> Result<Response> {
    kit::web::html(&Help { s: Shell::public(&cx, "帮助") })
}

async fn asset(Path(name): Path<String>) -> Result<Response> {
    assets().into_iter().find(|a| a.href().ends_with(&name)).map(|a| a.response()).ok_or(Fail::Hidden)
}

async fn icon() -> Response {
    super::ICON.response()
}

/// Routes of the frame itself.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
{
    Routes::default().get("/assets/{name}", Gate::Public, asset).get("/favicon.ico", Gate::Public, icon).get(
        "/help",
        Gate::Public,
        help,
    )
}

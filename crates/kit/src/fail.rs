//! The three ways a command ends badly: refused (the user's matter), hidden (not there, or not yours), fault (ours).
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Result of anything that may fail.
pub type Result<T> = std::result::Result<T, Fail>;

/// What a person is told when a rule says no.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Stable code such as `order.own_approval`.
    pub code: &'static str,
    /// One Chinese sentence: what, why, what next.
    pub words: String,
    /// The form field it is about.
    pub field: Option<&'static str>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

/// What a form that may have been refused asks of each of its fields.
pub trait Marks {
    /// Is it this field that was refused?
    fn bad(&self, name: &str) -> bool;
}

impl Marks for Option<Refused> {
    fn bad(&self, name: &str) -> bool {
        self.as_ref().is_some_and(|r| r.field == Some(name))
    }
}

/// A failed command.
#[derive(Debug)]
pub enum Fail {
    /// A rule says no; nothing changed.
    Refused(Box<Refused>),
    /// The caller's duties do not allow this at all.
    Denied,
    /// Nothing here for this caller; whether it exists is not told.
    Hidden,
    /// A form of another session: whoever sent it signed in again since the page was opened.
    Stale,
    /// Please sign in first; then come back here.
    SignIn,
    /// The database asks to try again (serialization conflict or deadlock).
    Retry,
    /// Our fault, with the chain of causes for the log.
    Fault(String),
}

/// Was one of many things that run by themselves carried out? What went wrong is logged: the trouble of one must not keep
/// the others waiting, and the next look finds it again.
pub fn carried(what: &'static str, id: i64, done: Result<()>) -> bool {
    match done {
        Ok(()) => return true,
        // Someone acted on it in the same instant; the next look sees what it became.
        Err(Fail::Refused(r)) => tracing::info!(what, id, code = r.code, "due command not needed any more"),
        Err(Fail::Retry) => {}
        Err(e) => tracing::error!(what, id, cause = %e, "due command failed, will try again"),
    }
    false
}

impl Fail {
    /// A refusal in words.
    pub fn refuse(code: &'static str, words: impl Into<String>) -> Fail {
        Fail::Refused(Box::new(Refused { code, words: words.into(), field: None }))
    }

    /// A refusal about one field of a form.
    pub fn field(field: &'static str, code: &'static str, words: impl Into<String>) -> Fail {
        Fail::Refused(Box::new(Refused { code, words: words.into(), field: Some(field) }))
    }

    /// A fault with its cause.
    pub fn fault(cause: impl std::fmt::Display) -> Fail {
        Fail::Fault(cause.to_string())
    }

    /// The refusal, when it is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Fail::Refused(r) => Some(r),
            Fail::Denied | Fail::Hidden | Fail::Stale | Fail::SignIn | Fail::Retry | Fail::Fault(_) => None,
        }
    }

    /// The HTTP status that stands for it.
    pub fn status(&self) -> StatusCode {
        match self {
            Fail::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Fail::Denied | Fail::Stale => StatusCode::FORBIDDEN,
            Fail::Hidden => StatusCode::NOT_FOUND,
            Fail::SignIn => StatusCode::UNAUTHORIZED,
            Fail::Retry => StatusCode::SERVICE_UNAVAILABLE,
            Fail::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl std::fmt::Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fail::Refused(r) => write!(f, "refused {}: {}", r.code, r.words),
            Fail::Denied => write!(f, "denied"),
            Fail::Hidden => write!(f, "not found"),
            Fail::Stale => write!(f, "a form of another session"),
            Fail::SignIn => write!(f, "sign in first"),
            Fail::Retry => write!(f, "conflict, try again"),
            Fail::Fault(cause) => write!(f, "fault: {cause}"),
        }
    }
}

impl std::error::Error for Fail {}

impl From<rusqlite::Error> for Fail {
    fn from(e: rusqlite::Error) -> Fail {
        Fail::Fault(format!("sqlite: {e}"))
    }
}

impl From<tokio_postgres::Error> for Fail {
    fn from(e: tokio_postgres::Error) -> Fail {
        use tokio_postgres::error::SqlState;
        match e.code() {
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => Fail::Retry,
            _ => Fail::Fault(format!("postgres: {}", chain(&e))),
        }
    }
}

impl From<std::io::Error> for Fail {
    fn from(e: std::io::Error) -> Fail {
        Fail::Fault(format!("io: {e}"))
    }
}

impl From<askama::Error> for Fail {
    fn from(e: askama::Error) -> Fail {
        Fail::Fault(format!("template: {e}"))
    }
}

fn chain(e: &dyn std::error::Error) -> String {
    let mut out = e.to_string();
    let mut at = e.source();
    while let Some(cause) = at {
        out.push_str(": ");
        out.push_str(&cause.to_string());
        at = cause.source();
    }
    out
}

/// What the page frame needs to show a failure; carried in the response's extensions.
#[derive(Clone, Debug)]
pub enum Shown {
    /// The refusal in words.
    Refused(Refused),
    /// Only the status speaks.
    Plain,
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Fail::Fault(cause) = &self {
            // Faults are logged once, here at the edge; the page never shows the cause.
            tracing::error!(%cause, "fault");
        }
        let shown = match self {
            Fail::Refused(r) => Shown::Refused(*r),
            Fail::Stale => Shown::Refused(Refused {
                code: "form.stale",
                words: "打开这个页面以后您重新登录过，这次没有提交。请回到刚才的页面，核对后再提交。".into(),
                field: None,
            }),
            Fail::Denied | Fail::Hidden | Fail::SignIn | Fail::Retry | Fail::Fault(_) => Shown::Plain,
        };
        let mut res = status.into_response();
        res.extensions_mut().insert(shown);
        res
    }
}

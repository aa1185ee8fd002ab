//! One working paper.
use super::read;
use crate::Watch;
use crate::audits::papers::{self, Answer, Paper};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::audit::checklist::{Fit, LINES};

/// What the auditor may say to a line.
const VERDICTS: [Fit; 3] = [Fit::Fits, Fit::Differs, Fit::Open];

#[derive(Template)]
#[template(path = "audits/pages/paper.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    audit: i64,
    number: String,
    p: Paper,
    differing: usize,
    may: bool,
    verdicts: [Fit; 3],
    typed: Vec<(String, String)>,
}

impl Page {
    fn typed(&self, name: &str, line: &str) -> Option<&str> {
        let name = format!("{name}-{line}");
        self.typed.iter().find(|(k, _)| *k == name).map(|(_, v)| v.as_str())
    }

    /// The verdict that is chosen: what was typed, what was said, or what the machine is sure of.
    fn chosen(&self, l: &papers::Line) -> String {
        let said = l.said.as_ref().map(|s| s.fit.key());
        let machine = if l.seen.fit == Fit::People { "" } else { l.seen.fit.key() };
        self.typed("fit", l.code).or(said).unwrap_or(machine).to_owned()
    }

    fn words(&self, l: &papers::Line) -> String {
        let said = l.said.as_ref().map(|s| s.words.as_str());
        self.typed("words", l.code).or(said).unwrap_or("").to_owned()
    }
}

async fn page(
    watch: &Watch,
    cx: &Cx,
    (audit, order): (i64, i64),
    wrong: Option<Refused>,
    form: Option<&Form>,
) -> Result<Page> {
    let actor = cx.actor()?;
    let a = read(watch, actor, audit).await?;
    let p = papers::gather(watch, audit, order, true).await?;
    Ok(Page {
        s: Shell::work(cx, format!("底稿 {}", p.p.number)).await?,
        wrong,
        audit,
        differing: p.differing(),
        may: papers::may_work(actor, &a),
        number: a.number,
        verdicts: VERDICTS,
        typed: form.map_or(Vec::new(), |f| f.fields().to_vec()),
        p,
    })
}

/// The paper.
pub async fn one(State(watch): State<Watch>, cx: Cx, Path(at): Path<(i64, i64)>) -> Result<Response> {
    web::html(&page(&watch, &cx, at, None, None).await?)
}

/// Keeps what the auditor says.
pub async fn work(State(watch): State<Watch>, cx: Cx, Path(at): Path<(i64, i64)>, form: Form) -> Result<Response> {
    let (audit, order) = at;
    read(&watch, cx.actor()?, audit).await?;
    let answer = |line: &str| Answer {
        line: line.to_owned(),
        fit: form.get(&format!("fit-{line}")).to_owned(),
        words: form.get(&format!("words-{line}")).chars().take(500).collect(),
    };
    let answers: Vec<Answer> = LINES.iter().map(|l| answer(l)).collect();
    let finish = form.get("act") == "finish";
    match papers::work(&watch, cx.actor()?, audit, order, &answers, finish).await {
        Ok(()) if finish => Ok(web::see(&format!("/audits/{audit}?done={}", percent("底稿已完成。")))),
        Ok(()) => Ok(web::see(&format!("/audits/{audit}/orders/{order}?done={}", percent("已保存。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&watch, &cx, at, Some(*r), Some(&form)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

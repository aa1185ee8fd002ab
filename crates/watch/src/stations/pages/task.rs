//! One task: who does it, until when, what was said, and what shows that it is done.
use crate::Watch;
use crate::stations::flow::station;
use crate::stations::store::{self, Task};
use crate::stations::tasks::{self, MATTER, NewTask, TITLE_MAX, WORDS_MAX, What, day};
use askama::Template;
use axum::extract::{Path, State as Of};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form, Upload};
use base::said::{self, FILE_BYTES_MAX, File, Spoken};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::calendar::{day_of, show_day, show_time};
use rules::duty::Duty;

#[derive(Template)]
#[template(path = "stations/pages/task.html")]
struct Page {
    s: Shell,
    code: String,
    place: String,
    t: Task,
    until: String,
    /// The day in the form.
    due: String,
    late: bool,
    done_at: String,
    owner: String,
    /// Who may do it: id, name, office, is it the one?
    owners: Vec<(i64, String, String, bool)>,
    steps: Vec<Spoken>,
    /// Address before that of a file.
    files: String,
    most: usize,
    office: bool,
    wrong: Option<Refused>,
    typed: String,
}

impl Page {
    /// Is it this field that was refused?
    fn bad(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.field == Some(name))
    }
}

fn word(key: &str) -> &'static str {
    tasks::word(key)
}

/// A refused form again: why, and what was typed.
type Again<'a> = (Refused, &'a Form);

async fn page(watch: &Watch, cx: &Cx, code: &str, id: i64, again: Option<Again<'_>>) -> Result<Page> {
    let (facts, actor) = (watch.facts(), cx.actor()?);
    let region = station(&facts, actor, code)?;
    let t = store::task(watch.db(), code, id).await?;
    let path: Vec<String> = facts.path(code).into_iter().map(str::to_owned).collect();
    let known = base::orgs::regulators(watch.db(), &path).await?;
    let typed = |name: &str| again.as_ref().map_or("", |(_, form)| form.get(name));
    let due = Some(typed("due")).filter(|d| !d.is_empty()).map_or_else(|| show_day(t.due), str::to_owned);
    let owner = base::orgs::person_names(watch.db(), &t.owner.into_iter().collect::<Vec<_>>()).await?;
    Ok(Page {
        s: Shell::work(cx, t.title.clone()).await?,
        code: code.to_owned(),
        place: region.name,
        until: show_day(t.due),
        due,
        late: !t.done && t.due < day_of(watch.db().now()),
        done_at: t.done_at.map_or(String::new(), show_time),
        owner: owner.into_values().next().unwrap_or_default(),
        owners: known.into_iter().map(|p| (p.person, p.name, p.office, t.owner == Some(p.person))).collect(),
        steps: said::spoken(watch.db(), MATTER, id).await?,
        files: format!("/golive/{code}/tasks/{id}"),
        most: FILE_BYTES_MAX / 1024 / 1024,
        office: actor.may(Duty::Regulator),
        typed: typed("words").to_owned(),
        wrong: again.map(|(why, _)| why),
        t,
    })
}

pub(super) async fn one(Of(watch): Of<Watch>, cx: Cx, Path((code, id)): Path<(String, i64)>) -> Result<Response> {
    web::html(&page(&watch, &cx, &code, id, None).await?)
}

/// What a form wants.
fn wanted<'a>(form: &'a Form, words: &'a str, file: Option<&'a File>, now: i64) -> Result<What<'a>> {
    match form.get("act") {
        "assign" if form.get("owner").is_empty() => Ok(What::Assign(None)),
        "assign" => Ok(What::Assign(Some(form.int("owner", "责任人")?))),
        "due" => Ok(What::Due(day(form.get("due"), now)?)),
        "done" | "reopen" if words.is_empty() => {
            Err(Fail::field("words", "station.words", "请写明办理情况，或者为什么重新打开。"))
        }
        "done" => Ok(What::Done(words, file)),
        "reopen" => Ok(What::Reopen(words)),
        _ => Err(Fail::refuse("station.act", "请用页面上的按钮办理。")),
    }
}

pub(super) async fn act(
    Of(watch): Of<Watch>,
    cx: Cx,
    Path((code, id)): Path<(String, i64)>,
    upload: Upload,
) -> Result<Response> {
    station(&watch.facts(), cx.actor()?, &code)?;
    let words = upload.form.lines("words", "说明", WORDS_MAX);
    let did = match words.and_then(|words| Ok((words, said::uploaded(&upload)?))) {
        Ok((words, file)) => match wanted(&upload.form, &words, file.as_ref(), watch.db().now()) {
            Ok(what) => tasks::act(&watch, cx.actor()?, &code, id, what).await,
            Err(e) => Err(e),
        },
        Err(e) => Err(e),
    };
    match did {
        Ok(()) => Ok(web::see(&format!("/golive/{code}/tasks/{id}?done={}", percent("已办理。")))),
        Err(Fail::Refused(r)) => {
            let shown = page(&watch, &cx, &code, id, Some((*r, &upload.form))).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// A file that shows that a task is done, for whoever may see the station.
pub(super) async fn file(
    Of(watch): Of<Watch>,
    cx: Cx,
    Path((code, id, digest)): Path<(String, i64, String)>,
) -> Result<Response> {
    station(&watch.facts(), cx.actor()?, &code)?;
    store::task(watch.db(), &code, id).await?;
    let (name, bytes) = said::file(watch.db(), MATTER, id, &digest).await?;
    Ok(web::download(&name, web::BYTES, bytes))
}

pub(super) async fn add(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>, form: Form) -> Result<Response> {
    station(&watch.facts(), cx.actor()?, &code)?;
    let now = watch.db().now();
    let new = form.need("title", "要做什么", TITLE_MAX).and_then(|title| Ok((title, day(form.get("due"), now)?)));
    let did = match new {
        Ok((title, due)) => {
            let n = NewTask { area: form.get("area"), title, due, must: form.get("must") == "1" };
            tasks::add(&watch, cx.actor()?, &code, &n).await
        }
        Err(e) => Err(e),
    };
    super::one::with_task(&watch, &cx, &code, did, &form).await
}

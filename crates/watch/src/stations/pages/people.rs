//! Who was trained: the station's record, recording by list or one by one, and everybody's own.
use crate::Watch;
use crate::stations::flow::station;
use crate::stations::standard::{Course, standard};
use crate::stations::store::{self, Buyer};
use crate::stations::{figures, training};
use askama::Template;
use axum::extract::{Path, State as Of};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form};
use base::shell::Shell;
use base::stations::parts;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, parse_day, show_day};
use rules::duty::Duty;
use std::collections::{BTreeMap, HashSet};

struct Person {
    b: Buyer,
    /// Courses with their days, newest first.
    courses: Vec<String>,
    /// Does one of them still count?
    fit: bool,
    ticked: bool,
}

struct Group {
    unit: String,
    people: Vec<Person>,
}

#[derive(Template)]
#[template(path = "stations/pages/people.html")]
struct Page {
    s: Shell,
    code: String,
    place: String,
    groups: Vec<Group>,
    all: usize,
    fit: usize,
    since: String,
    courses: &'static [Course],
    office: bool,
    wrong: Option<Refused>,
    course: String,
    day: String,
    logins: String,
}

/// What was typed in a form that was refused.
#[derive(Default)]
struct Typed {
    course: String,
    day: String,
    logins: String,
    people: HashSet<i64>,
}

async fn page(watch: &Watch, cx: &Cx, code: &str, wrong: Option<Refused>, typed: Typed) -> Result<Page> {
    let (facts, actor) = (watch.facts(), cx.actor()?);
    let region = station(&facts, actor, code)?;
    let today = day_of(watch.db().now());
    let since = figures::trained_since(&facts, code, today);
    let (regions, known) = (parts(&facts, code), standard()?);
    let mut learned: BTreeMap<i64, Vec<(i32, String)>> = BTreeMap::new();
    for t in store::of_regions(watch.db(), &regions).await? {
        let words = format!("{} {}", show_day(t.day), known.course_title(&t.course));
        learned.entry(t.person).or_default().push((t.day, words));
    }
    let names: BTreeMap<i64, String> =
        store::units(watch.db(), &regions).await?.into_iter().map(|(id, name, _)| (id, name)).collect();
    let mut groups: Vec<(i64, Group)> = Vec::new();
    for b in store::buyers(watch.db(), &regions).await? {
        if groups.last().is_none_or(|(unit, _)| *unit != b.unit) {
            let unit = names.get(&b.unit).cloned().unwrap_or_default();
            groups.push((b.unit, Group { unit, people: Vec::new() }));
        }
        let own = learned.remove(&b.person).unwrap_or_default();
        let fit = own.iter().any(|(day, _)| *day >= since);
        let ticked = typed.people.contains(&b.person);
        let courses = own.into_iter().map(|(_, words)| words).collect();
        if let Some((_, g)) = groups.last_mut() {
            g.people.push(Person { b, courses, fit, ticked });
        }
    }
    let groups: Vec<Group> = groups.into_iter().map(|(_, g)| g).collect();
    let people = || groups.iter().flat_map(|g| &g.people);
    Ok(Page {
        s: Shell::work(cx, format!("{}培训记录", region.name)).await?,
        code: code.to_owned(),
        place: region.name,
        all: people().count(),
        fit: people().filter(|p| p.fit).count(),
        since: show_day(since),
        groups,
        courses: &known.course,
        office: actor.may(Duty::Regulator),
        wrong,
        course: typed.course,
        day: if typed.day.is_empty() { show_day(today) } else { typed.day },
        logins: typed.logins,
    })
}

pub(super) async fn list(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>) -> Result<Response> {
    web::html(&page(&watch, &cx, &code, None, Typed::default()).await?)
}

pub(super) async fn record(Of(watch): Of<Watch>, cx: Cx, Path(code): Path<String>, form: Form) -> Result<Response> {
    station(&watch.facts(), cx.actor()?, &code)?;
    let people: Vec<i64> = form.all("person").iter().filter_map(|p| p.parse().ok()).collect();
    let parts = form.get("logins").split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；'));
    let logins: Vec<String> = parts.filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let did = match parse_day(form.get("day")) {
        Some(day) => {
            let s = training::Session { course: form.get("course"), day, people: &people, logins: &logins };
            training::record(&watch, cx.actor()?, &code, &s).await
        }
        None => Err(Fail::field("day", "training.day", "培训日期请写成“年-月-日”，例如 2026-10-15。")),
    };
    match did {
        Ok(n) => {
            let words = percent(&format!("已登记 {n} 人。"));
            Ok(web::see(&format!("/golive/{code}/training?done={words}")))
        }
        Err(Fail::Refused(r)) => {
            let get = |name: &str| form.get(name).to_owned();
            let people = people.into_iter().collect();
            let typed = Typed { course: get("course"), day: get("day"), logins: get("logins"), people };
            let shown = page(&watch, &cx, &code, Some(*r), typed).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

#[derive(Template)]
#[template(path = "stations/pages/mine.html")]
struct Mine {
    s: Shell,
    /// Day, course, who recorded it.
    rows: Vec<(String, String, String)>,
    courses: &'static [Course],
}

pub(super) async fn mine(Of(watch): Of<Watch>, cx: Cx) -> Result<Response> {
    let known = standard()?;
    let found = store::of_person(watch.db(), cx.actor()?.person).await?;
    let rows =
        found.into_iter().map(|(course, day, office)| (show_day(day), known.course_title(&course).to_owned(), office));
    web::html(&Mine { s: Shell::work(&cx, "培训记录").await?, rows: rows.collect(), courses: &known.course })
}

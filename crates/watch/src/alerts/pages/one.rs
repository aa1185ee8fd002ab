//! One lead: its figures, who deals with it, what was said, and what this person can do now.
use super::list::{Item, items};
use super::quality::{Line, line};
use crate::Watch;
use crate::alerts::act::{self, ACTS, MATTER, Put, may, may_assign, may_review, reach};
use crate::alerts::store::{self, Alert, Reviewed};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::access::{Cx, Form, Upload};
use base::said::{self, FILE_BYTES_MAX, Spoken};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::alert::{State as At, rule};
use rules::calendar::day_of;
use rules::conduct::{INDICATORS, Indicator, Side};
use rules::duty::Duty;

/// Characters of what somebody says.
const WORDS_MAX: usize = 2000;

/// What was done, where it is told.
fn what(act: &str) -> &'static str {
    match act {
        "assign" => "指定承办",
        "ask" => "请对方说明",
        "explain" => "说明",
        "verify" => "核实",
        "escalate" => "报上一级督办",
        "justify" => "办结：有正当理由",
        "correct" => "办结：已纠正",
        "right" => "审计复核：确有问题",
        "wrong" => "审计复核：没有问题",
        _ => "办结：作诚信处理",
    }
}

/// What a page of evidence is called.
fn link_word(path: &str) -> &'static str {
    match path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default() {
        "orders" => "订单",
        "auctions" => "竞价",
        "scores" => "诚信档案",
        "evaluations" => "评价记录",
        "deals" => "成交价格",
        "products" => "商品和价格",
        "notices" => "公告",
        "statistics" => "统计",
        "inspections" => "巡检",
        "disputes" => "投诉与调解",
        "fixed" | "jobs" | "agreements" => "定点采购",
        _ => "有关页面",
    }
}

/// Pages that show the figures, by name; where there are several of a kind they are counted.
fn links(evidence: &str) -> Vec<(String, String)> {
    let all: Vec<&str> = evidence.split_whitespace().collect();
    let named = |(i, path): (usize, &&str)| {
        let word = link_word(path);
        let same = |p: &&&str| link_word(p) == word;
        let (before, sum) = (all[..i].iter().filter(same).count(), all.iter().filter(same).count());
        let name = if sum > 1 { format!("{word} {}", before + 1) } else { word.to_owned() };
        ((*path).to_owned(), name)
    };
    all.iter().enumerate().map(named).collect()
}

/// What the words of the form are for, from what this person can do now.
fn label(acts: &[(&'static str, &'static str)], state: At) -> (&'static str, &'static str) {
    match (acts.first().map(|(k, _)| *k), state) {
        (Some("explain"), _) => ("说明", "写清事情的经过和理由；有材料的一并上传。"),
        (_, At::Raised) => ("要求或理由", "请对方说明的，写要他说明什么；一看数据就知道没有问题的，写明理由办结。"),
        (_, At::Verified) => ("办结理由", "依据核实情况选一个办结；认为还不清楚的，可以再请对方说明。"),
        (..) => ("核实情况", "写看了哪些材料、结论是什么；记下以后才能办结。还不清楚的，可以再请对方说明。"),
    }
}

#[derive(Template)]
#[template(path = "alerts/pages/alert.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    typed: String,
    i: Item,
    about: Option<Line>,
    links: Vec<(String, String)>,
    files: String,
    steps: Vec<Spoken>,
    /// What closes or moves it by words alone, then whether a sanction is possible.
    acts: Vec<(&'static str, &'static str)>,
    label: (&'static str, &'static str),
    indicators: Vec<&'static Indicator>,
    indicator: String,
    assigning: bool,
    /// Id, name, office, is it the one?
    owners: Vec<(i64, String, String, bool)>,
    reviewing: bool,
    office: bool,
    /// Nothing to do now: for what the page waits.
    waits: &'static str,
    most: usize,
}

impl Page {
    /// Is it this field that was refused?
    fn bad(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.field == Some(name))
    }
}

/// What an office that can do nothing now waits for.
fn waits(a: &Alert, office: bool) -> &'static str {
    match (a.state, office) {
        (At::Asked, true) => "等对方说明；到期没有说明的，可以直接核实。",
        (At::Explained | At::Verified, false) => "已经收到说明，等财政部门核实办结。",
        _ => "",
    }
}

/// A refused form again: why, and what was typed.
struct Again<'a> {
    wrong: Refused,
    form: &'a Form,
}

async fn page(watch: &Watch, cx: &Cx, id: i64, again: Option<Again<'_>>) -> Result<Page> {
    let (db, actor) = (watch.db(), cx.actor()?);
    let a = store::load(db, &reach(actor), id).await?;
    let now = db.now();
    let office = actor.may(Duty::Regulator) || actor.may(Duty::Auditor);
    let mut acts: Vec<_> =
        ACTS.iter().filter(|(_, what, _)| may(actor, &a, *what, now)).map(|(k, _, w)| (*k, *w)).collect();
    let sanction = acts.iter().any(|(k, _)| *k == "sanction");
    acts.retain(|(k, _)| *k != "sanction");
    let side = match base::orgs::org(db, a.org).await?.kind.as_str() {
        "supplier" => Some(Side::Supplier),
        "unit" => Some(Side::Unit),
        _ => None,
    };
    let assigning = may_assign(actor, &a);
    let owners = if assigning { act::owners(watch, db, actor, &a).await? } else { Vec::new() };
    let typed = |name: &str| again.as_ref().map_or(String::new(), |a| a.form.get(name).to_owned());
    Ok(Page {
        s: Shell::work(cx, format!("预警 {}", a.number)).await?,
        typed: typed("words"),
        indicator: typed("indicator"),
        about: rule(&a.rule).map(|r| line(&watch.facts(), &a.region, day_of(a.raised_at), r)),
        links: links(&a.evidence),
        files: format!("/alerts/{id}"),
        steps: said::spoken(db, MATTER, id).await?,
        label: label(&acts, a.state),
        waits: if acts.is_empty() { waits(&a, office) } else { "" },
        acts,
        indicators: INDICATORS.iter().filter(|i| sanction && Some(i.side) == side).collect(),
        assigning,
        owners: owners.into_iter().map(|p| (p.person, p.name, p.office, a.owner == Some(p.person))).collect(),
        reviewing: may_review(actor, &a),
        office,
        most: FILE_BYTES_MAX / 1024 / 1024,
        i: items(watch, vec![a], office).await?.remove(0),
        wrong: again.map(|a| a.wrong),
    })
}

pub(super) async fn one(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    web::html(&page(&watch, &cx, id, None).await?)
}

/// After a command: on with it, or the page again with what was typed.
async fn after(watch: &Watch, cx: &Cx, id: i64, form: &Form, did: Result<()>, told: &str) -> Result<Response> {
    match did {
        Ok(()) => Ok(web::see(&format!("/alerts/{id}?done={}", percent(told)))),
        Err(Fail::Refused(r)) => {
            let shown = page(watch, cx, id, Some(Again { wrong: *r, form })).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

/// The version of the lead that somebody had before him.
fn version(form: &Form) -> Option<i64> {
    form.get("version").parse().ok()
}

fn words(form: &Form) -> Result<String> {
    form.lines("words", "说明", WORDS_MAX)
}

pub(super) async fn act(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, upload: Upload) -> Result<Response> {
    let form = &upload.form;
    let key = form.get("act");
    let did = match words(form).and_then(|words| Ok((words, said::uploaded(&upload)?))) {
        Ok((words, file)) => {
            let p =
                Put { words: &words, file: file.as_ref(), indicator: form.get("indicator"), version: version(form) };
            act::act(&watch, cx.actor()?, id, key, &p).await
        }
        Err(e) => Err(e),
    };
    let told = match key {
        "explain" => "说明已提交，等财政部门核实。",
        "verify" => "核实情况已记下，请选择怎样办结。",
        "sanction" => "已办结，诚信事项已开立并告知对方。",
        _ => "已办理，并通知了对方。",
    };
    after(&watch, &cx, id, form, did, told).await
}

pub(super) async fn assign(State(watch): State<Watch>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let owner = match form.get("owner") {
        "" => Ok(None),
        _ => form.int("owner", "承办人").map(Some),
    };
    let did = match owner {
        Ok(owner) => act::assign(&watch, cx.actor()?, id, owner, version(&form)).await,
        Err(e) => Err(e),
    };
    after(&watch, &cx, id, &form, did, "承办人已改。").await
}

pub(super) async fn review(
    State(watch): State<Watch>,
    cx: Cx,
    Path(id): Path<i64>,
    upload: Upload,
) -> Result<Response> {
    let put = words(&upload.form).and_then(|words| Ok((words, said::uploaded(&upload)?)));
    let did = match (Reviewed::of(upload.form.get("found")), put) {
        (Reviewed::No, _) => Err(Fail::field("found", "alert.found", "请选择复核结论。")),
        (_, Err(e)) => Err(e),
        (found, Ok((words, file))) => {
            let p = Put { words: &words, file: file.as_ref(), indicator: "", version: version(&upload.form) };
            act::review(&watch, cx.actor()?, id, found, &p).await
        }
    };
    after(&watch, &cx, id, &upload.form, did, "复核结论已记下，计入规则的准确率。").await
}

/// A file of the record, for whoever may see the lead.
pub(super) async fn file(
    State(watch): State<Watch>,
    cx: Cx,
    Path((id, digest)): Path<(i64, String)>,
) -> Result<Response> {
    store::load(watch.db(), &reach(cx.actor()?), id).await?;
    let (name, bytes) = said::file(watch.db(), MATTER, id, &digest).await?;
    Ok(web::download(&name, web::BYTES, bytes))
}

//! The list of leads, filtered by its address, as a page and as a file.
use crate::Watch;
use crate::alerts::act::reach;
use crate::alerts::store::{self, Alert, Filter};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::access::Cx;
use base::shell::Shell;
use kit::text::percent;
use kit::{Result, sheet, web};
use rules::alert::{Level, RULES, State as At, rule};
use rules::calendar::show_time;
use rules::duty::Duty;

const PAGE: usize = 30;
/// Leads of one file at most.
const FILE_MAX: usize = 5000;
/// Characters of the words that are looked for.
const WORDS_MAX: usize = 60;

/// A lead as a line shows it.
pub(super) struct Item {
    pub(super) org: String,
    pub(super) title: &'static str,
    pub(super) raised: String,
    pub(super) due: String,
    pub(super) late: bool,
    pub(super) owner: String,
    pub(super) a: Alert,
}

impl Item {
    /// What state it is in; one that was given to somebody says so.
    pub(super) fn word(&self) -> &'static str {
        if self.a.state == At::Raised && self.a.owner.is_some() { "已交办" } else { self.a.state.label() }
    }
}

/// Lines of some leads; names of people only for offices.
pub(super) async fn items(watch: &Watch, list: Vec<Alert>, office: bool) -> Result<Vec<Item>> {
    let names = base::orgs::names(watch.db(), &list.iter().map(|a| a.org).collect::<Vec<_>>()).await?;
    let owners: Vec<i64> = list.iter().filter(|_| office).filter_map(|a| a.owner).collect();
    let people = base::orgs::person_names(watch.db(), &owners).await?;
    let now = watch.db().now();
    let item = |a: Alert| Item {
        org: names.get(&a.org).cloned().unwrap_or_default(),
        title: rule(&a.rule).map_or("其他", |r| r.title),
        raised: show_time(a.raised_at),
        due: a.due.map_or(String::new(), show_time),
        late: !a.state.over() && a.due.is_some_and(|d| d < now),
        owner: a.owner.and_then(|o| people.get(&o).cloned()).unwrap_or_default(),
        a,
    };
    Ok(list.into_iter().map(item).collect())
}

/// What the address asks for.
struct Asked {
    f: Filter,
    late: bool,
    mine: bool,
}

fn asked(cx: &Cx, now: i64) -> Result<Asked> {
    let text = |name: &str| cx.param(name).trim().chars().take(WORDS_MAX).collect::<String>();
    let (late, mine) = (cx.param("late") == "1", cx.param("mine") == "1");
    let f = Filter {
        rule: text("rule"),
        state: text("state"),
        level: text("level"),
        owner: if mine { cx.actor()?.person } else { 0 },
        due_before: if late { now } else { 0 },
        words: text("words"),
    };
    Ok(Asked { f, late, mine })
}

impl Asked {
    /// The address of the list with these filters, to be followed by more.
    fn address(&self) -> String {
        let flag = |on: bool| if on { "1" } else { "" };
        let all = [
            ("rule", self.f.rule.as_str()),
            ("state", &self.f.state),
            ("level", &self.f.level),
            ("words", &self.f.words),
            ("late", flag(self.late)),
            ("mine", flag(self.mine)),
        ];
        let given: Vec<String> =
            all.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}&", percent(v))).collect();
        format!("/alerts?{}", given.concat())
    }
}

#[derive(Template)]
#[template(path = "alerts/pages/list.html")]
struct List {
    s: Shell,
    items: Vec<Item>,
    total: i64,
    page: usize,
    pages: usize,
    asked: Asked,
    address: String,
    states: Vec<(&'static str, &'static str)>,
    levels: [Level; 3],
    rules: Vec<(&'static str, &'static str)>,
    filtered: bool,
    office: bool,
    regulator: bool,
}

pub(super) async fn list(State(watch): State<Watch>, cx: Cx) -> Result<Response> {
    let actor = cx.actor()?;
    let office = actor.may(Duty::Regulator) || actor.may(Duty::Auditor);
    let asked = asked(&cx, watch.db().now())?;
    let (page, size) = if cx.param("format") == "csv" { (1, FILE_MAX) } else { (cx.page(), PAGE) };
    let (found, total) = store::list(watch.db(), &reach(actor), &asked.f, page, size).await?;
    let items = items(&watch, found, office).await?;
    if cx.param("format") == "csv" {
        return file(&items, total);
    }
    // Nobody but an office sees a lead of which nobody was asked.
    let mut states = vec![("open", "没有办结的"), ("over", "已办结的")];
    states.extend(At::ALL.iter().filter(|s| office || **s != At::Raised).map(|s| (s.key(), s.label())));
    let address = asked.address();
    web::html(&List {
        s: Shell::work(&cx, "动态预警").await?,
        items,
        total,
        page,
        pages: (total as usize).div_ceil(PAGE).max(1),
        filtered: address != "/alerts?",
        asked,
        address,
        states,
        levels: [Level::Red, Level::Orange, Level::Yellow],
        rules: RULES.iter().map(|r| (r.id, r.title)).collect(),
        office,
        regulator: actor.may(Duty::Regulator),
    })
}

fn file(items: &[Item], total: i64) -> Result<Response> {
    let head =
        ["编号", "规则", "名称", "级别", "单位", "情况", "状态", "承办人", "发现时间", "期限", "逾期", "上报级数"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for i in items {
        rows.push(vec![
            i.a.number.clone(),
            i.a.rule.clone(),
            i.title.to_owned(),
            i.a.level.label().to_owned(),
            i.org.clone(),
            i.a.words.clone(),
            i.word().to_owned(),
            i.owner.clone(),
            i.raised.clone(),
            i.due.clone(),
            if i.late { "是" } else { "否" }.to_owned(),
            i.a.escalated.to_string(),
        ]);
    }
    // A file that is not whole says so.
    if total > items.len() as i64 {
        rows.push(vec![format!("只有前 {} 条，共 {total} 条：请加上筛选条件分几次导出。", items.len())]);
    }
    Ok(web::download("动态预警.csv", web::CSV, sheet::csv_of(&rows)?))
}

//! Choosing a rule to change, and the form that changes it.
use crate::access::{Actor, Cx, Form};
use crate::drafts::flow;
use crate::drafts::store::{self, Draft};
use crate::drafts::typed::{Fields, Input, change, fields, retyped};
use crate::facts::pages::GROUPS;
use crate::facts::{Facts, Key, scope_words, show_brief};
use crate::shell::Shell;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kit::text::percent;
use kit::{Fail, Refused, Result, web};
use rules::calendar::day_of;
use rules::draft::{State, covers, delegated};
use rules::rulebook::{Rule, Scope};

/// A rule that may be changed, as the list shows it.
struct Choice {
    title: String,
    key: String,
    rule: i64,
    scope: String,
    value: String,
    place: String,
    /// Why it may not be changed here, or empty.
    not: &'static str,
}

#[derive(Template)]
#[template(path = "drafts/pages/pick.html")]
struct Pick {
    s: Shell,
    d: Draft,
    words: String,
    group: String,
    groups: Vec<(&'static str, &'static str)>,
    choices: Vec<Choice>,
}

/// A draft of the actor's own region that is being written.
async fn editable(cx: &Cx, actor: &Actor, id: i64) -> Result<Draft> {
    let d = store::load(cx.base.db(), &actor.scope(), id).await?;
    match d.region == actor.region {
        true if d.state == State::Editing => Ok(d),
        true => Err(Fail::refuse("rulebook.state", "这份变更已经提交或办结，不能再改；请退回后再改。")),
        false => Err(Fail::Hidden),
    }
}

/// The rules that hold at the department's place, of every scope; the nearest of each scope only.
fn holding<'a>(facts: &'a Facts, d: &Draft, key: &str) -> Vec<&'a Rule> {
    let path = facts.path(&d.region);
    let about = |r: &Rule| (r.mode.clone(), r.form.clone(), r.category.clone(), r.amount_from, r.amount_below);
    let mut out: Vec<&Rule> = Vec::new();
    for region in path.iter().rev() {
        let here = facts.rulebook.all(key).iter().filter(|r| r.region == **region && r.in_force(d.from));
        for r in here {
            match out.iter_mut().find(|known| about(known) == about(r)) {
                Some(known) if known.region == r.region && known.id < r.id => *known = r,
                Some(_) => {}
                None => out.push(r),
            }
        }
    }
    out
}

/// Does a nearer rule hold wherever this one would?
fn overshadowed(facts: &Facts, d: &Draft, r: &Rule) -> bool {
    let path = facts.path(&d.region);
    let at = |amount: Option<i64>| {
        let (mode, form, category) = (r.mode.as_deref(), r.form.as_deref(), r.category.as_deref());
        let found = facts.rulebook.resolve(&r.key, &path, &Scope { mode, form, category, amount }, d.from);
        found.is_some_and(|e| e.rule.region != r.region)
    };
    r.region != d.region
        && at(r.amount_from.or(r.amount_below.map(|_| 0)))
        && at(r.amount_below.map(|b| b - 1).or(Some(i64::MAX)))
}

pub(super) async fn pick(cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let actor = cx.actor()?;
    let d = editable(&cx, actor, id).await?;
    let facts = cx.base.facts();
    let path = facts.path(&d.region);
    let may = delegated(&facts.rulebook, &path, d.from);
    let (words, group) = (cx.param("words").to_owned(), cx.param("group").to_owned());
    let asked = |key: &str, k: &Key| {
        (group.is_empty() || key.split('.').next() == Some(&group))
            && (words.is_empty() || k.title.contains(&words) || key.contains(&words))
    };
    let mut choices = Vec::new();
    for (key, k) in facts.keys.iter().filter(|(key, k)| asked(key, k)) {
        for r in holding(&facts, &d, key) {
            let not = match r {
                _ if !covers(may.as_deref(), key) => "上级未下放",
                r if r.fixed && r.region != d.region => "上级规定不得变更",
                r if overshadowed(&facts, &d, r) => "本级另有规定，请改本级的",
                _ => "",
            };
            choices.push(Choice {
                title: k.title.clone(),
                key: key.clone(),
                rule: r.id,
                scope: scope_words(&facts, r),
                value: show_brief(&facts, key, &r.value, &r.unit),
                place: facts.region_name(&r.region),
                not,
            });
        }
    }
    // What is set most often comes first, as the groups stand.
    let place = |key: &str| GROUPS.iter().position(|(g, _)| key.split('.').next() == Some(g)).unwrap_or(GROUPS.len());
    choices.sort_by_key(|c| (!c.not.is_empty(), place(&c.key)));
    let groups = GROUPS.into_iter().filter(|(g, _)| facts.keys.keys().any(|k| k.split('.').next() == Some(g)));
    web::html(&Pick {
        s: Shell::work(&cx, "选择要改的规则").await?,
        d,
        words,
        group,
        groups: groups.collect(),
        choices,
    })
}

#[derive(Template)]
#[template(path = "drafts/pages/change.html")]
struct Change {
    s: Shell,
    d: Draft,
    title: String,
    wrong: Option<Refused>,
    f: Fields,
    rule: i64,
    now: String,
    origin: String,
    own: bool,
}

impl Change {
    /// Is it this field that was refused?
    fn bad(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|w| w.field == Some(name))
    }
}

/// The rule a form begins with: the one named, else any of the key.
fn like<'a>(facts: &'a Facts, d: &Draft, key: &str, rule: &str) -> Result<&'a Rule> {
    let all = facts.rulebook.all(key);
    let named = rule.parse().ok().and_then(|id: i64| all.iter().find(|r| r.id == id));
    let path = facts.path(&d.region);
    named
        .filter(|r| path.contains(&r.region.as_str()))
        .or_else(|| holding(facts, d, key).into_iter().next())
        .or(all.first())
        .ok_or(Fail::Hidden)
}

fn known<'a>(facts: &'a Facts, name: &str) -> Result<&'a Key> {
    facts.keys.get(name).ok_or(Fail::Hidden)
}

async fn shown(cx: &Cx, d: Draft, key: &str, rule: &str, typed: Option<(&Form, Refused)>) -> Result<Change> {
    let facts = cx.base.facts();
    let k = known(&facts, key)?;
    let r = like(&facts, &d, key, rule)?;
    let mut f = fields(&facts, k, key, r);
    let wrong = typed.map(|(form, wrong)| {
        f = retyped(std::mem::replace(&mut f, fields(&facts, k, key, r)), form);
        wrong
    });
    Ok(Change {
        s: Shell::work(cx, format!("修改：{}", k.title)).await?,
        title: k.title.clone(),
        wrong,
        f,
        rule: r.id,
        now: show_brief(&facts, key, &r.value, &r.unit),
        origin: facts.rule_origin(r),
        own: r.region == d.region && day_of(cx.base.db().now()) >= r.from,
        d,
    })
}

pub(super) async fn form(cx: Cx, Path(id): Path<i64>) -> Result<Response> {
    let d = editable(&cx, cx.actor()?, id).await?;
    web::html(&shown(&cx, d, cx.param("key"), cx.param("rule"), None).await?)
}

pub(super) async fn put(cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let actor = cx.actor()?;
    let d = editable(&cx, actor, id).await?;
    let (key, rule) = (form.get("key").to_owned(), form.get("rule").to_owned());
    let facts = cx.base.facts();
    let done = match change(&form, &key, known(&facts, &key)?, like(&facts, &d, &key, &rule)?) {
        Ok(c) => flow::put(&cx.base, actor, id, &c).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(web::see(&format!("/rulebook/{id}?done={}", percent("已写入，检查结果见下。")))),
        Err(Fail::Refused(r)) => {
            let page = shown(&cx, d, &key, &rule, Some((&form, *r))).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

//! Pages of venues: all of them, one with its shelf, the form of the finance department.
use super::flow::{self, NewVenue};
use super::store::{self, Venue};
use crate::Supply;
use crate::shelf::{Card, FLAGS, cards, flag_words};
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Actor, Cx, Form, Gate, Routes, Scope};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::{day_of, parse_day, show_day};
use rules::duty::Duty;
use rules::rulebook;
use rules::venue::Admission;

const REGULATOR: Gate = Gate::Any(&[Duty::Regulator]);
const PAGE: usize = 24;

/// Venues that a station shows today: of its area, in their period, switched on.
async fn shown(supply: &Supply, station: &str) -> Result<Vec<Venue>> {
    let facts = supply.facts();
    let (path, today) = (facts.path(station), day_of(supply.db().now()));
    let scope = rulebook::Scope { mode: None, form: None, category: None, amount: None };
    let on = facts.rule("station.features", station, &scope, today);
    let on = on.and_then(|e| e.list().map(<[String]>::to_vec)).unwrap_or_default();
    let mut all = store::all(supply.db()).await?;
    all.retain(|v| {
        let here = path.contains(&v.region.as_str());
        let open = v.from <= today && v.to.is_none_or(|t| t >= today);
        // What a station made itself needs no switch.
        here && open && (v.region != facts.root || on.iter().any(|f| f.strip_prefix("venue.") == Some(&v.key)))
    });
    Ok(all)
}

struct Tile {
    v: Venue,
    total: i64,
    may_edit: bool,
}

fn may_edit(actor: Option<&Actor>, v: &Venue) -> bool {
    actor.is_some_and(|a| {
        a.may(Duty::Regulator) && matches!(a.scope(), Scope::Region(prefix) if v.region.starts_with(&prefix))
    })
}

#[derive(Template)]
#[template(path = "venues/pages/list.html")]
struct List {
    s: Shell,
    tiles: Vec<Tile>,
    is_regulator: bool,
}

async fn list(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    let mut tiles = Vec::new();
    for v in shown(&supply, &cx.station).await? {
        let (_, total) = store::shelf(supply.db(), &v, "", 1, 1).await?;
        tiles.push(Tile { may_edit: may_edit(cx.actor.as_ref(), &v), total, v });
    }
    let is_regulator = cx.actor.as_ref().is_some_and(|a| a.may(Duty::Regulator));
    web::html(&List { s: Shell::public(&cx, "特色场馆"), tiles, is_regulator })
}

/// The conditions in words, one each.
fn conditions(supply: &Supply, a: &Admission) -> Vec<String> {
    let facts = supply.facts();
    let mut out: Vec<String> = flag_words(a.flags).into_iter().map(|w| format!("标有“{w}”")).collect();
    if !a.origin.is_empty() {
        out.push(format!("产地{}", a.origin));
    }
    if a.certificate {
        out.push("有认证证书".into());
    }
    if !a.categories.is_empty() {
        let names: Vec<String> = a.categories.iter().map(|c| facts.category_name(c)).collect();
        out.push(format!("品目：{}", names.join("、")));
    }
    if a.listed {
        out.push("在场馆名单里".into());
    }
    out
}

#[derive(Template)]
#[template(path = "venues/pages/venue.html")]
struct Page {
    s: Shell,
    v: Venue,
    conditions: Vec<String>,
    period: String,
    cards: Vec<Card>,
    total: i64,
    words: String,
    page: usize,
    pages: usize,
    may_edit: bool,
}

async fn venue(State(supply): State<Supply>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    let v = shown(&supply, &cx.station).await?.into_iter().find(|v| v.key == key);
    let v = match v {
        Some(v) => v,
        // Who may change it sees it out of its period and elsewhere too.
        None => {
            store::venue(supply.db(), &key).await.ok().filter(|v| may_edit(cx.actor.as_ref(), v)).ok_or(Fail::Hidden)?
        }
    };
    let words: String = cx.param("words").chars().take(40).collect();
    let (ids, total) = store::shelf(supply.db(), &v, &words, cx.page(), PAGE).await?;
    let to = v.to.map_or("长期".into(), |t| format!("到 {}", show_day(t)));
    web::html(&Page {
        s: Shell::public(&cx, v.title.clone()),
        conditions: conditions(&supply, &v.admission),
        period: format!("{} 起，{to}", show_day(v.from)),
        cards: cards(&supply, &ids),
        total,
        words,
        page: cx.page(),
        pages: (total as usize).div_ceil(PAGE).max(1),
        may_edit: may_edit(cx.actor.as_ref(), &v),
        v,
    })
}

#[derive(Template)]
#[template(path = "venues/pages/edit.html")]
struct Edit {
    s: Shell,
    wrong: Option<Refused>,
    version: i64,
    flags: Vec<(i64, &'static str, bool)>,
    f: Vec<(&'static str, String)>,
}

impl Edit {
    fn get(&self, name: &str) -> &str {
        self.f.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }
}

fn edit_of(v: &Venue, list: &[i64]) -> Vec<(&'static str, String)> {
    let flag = |yes: bool| if yes { "1" } else { "" }.to_owned();
    vec![
        ("key", v.key.clone()),
        ("title", v.title.clone()),
        ("banner", v.banner.clone()),
        ("words", v.words.clone()),
        ("from", show_day(v.from)),
        ("to", v.to.map_or(String::new(), show_day)),
        ("origin", v.admission.origin.clone()),
        ("certificate", flag(v.admission.certificate)),
        ("categories", v.admission.categories.join(" ")),
        ("listed", flag(v.admission.listed)),
        ("reserve_base", v.reserve_base.join(" ")),
        ("list", list.iter().map(i64::to_string).collect::<Vec<_>>().join("\n")),
    ]
}

async fn edit_page(cx: &Cx, v: &Venue, list: &[i64], wrong: Option<Refused>) -> Result<Edit> {
    Ok(Edit {
        s: Shell::work(cx, if v.version == 0 { "新建场馆" } else { "修改场馆" }).await?,
        wrong,
        version: v.version,
        flags: FLAGS.iter().map(|(bit, w)| (*bit, *w, v.admission.flags & bit != 0)).collect(),
        f: edit_of(v, list),
    })
}

fn fresh(cx: &Cx) -> Result<Venue> {
    Ok(Venue {
        key: String::new(),
        title: String::new(),
        banner: String::new(),
        words: String::new(),
        region: cx.actor()?.region.clone(),
        from: day_of(cx.base.db().now()),
        to: None,
        admission: Admission::default(),
        reserve_base: Vec::new(),
        place: 100,
        version: 0,
    })
}

async fn new_form(cx: Cx) -> Result<Response> {
    web::html(&edit_page(&cx, &fresh(&cx)?, &[], None).await?)
}

async fn edit_form(State(supply): State<Supply>, cx: Cx, Path(key): Path<String>) -> Result<Response> {
    let v = store::venue(supply.db(), &key).await?;
    if !may_edit(cx.actor.as_ref(), &v) {
        return Err(Fail::Hidden);
    }
    let list = store::list(supply.db(), &key).await?;
    web::html(&edit_page(&cx, &v, &list, None).await?)
}

fn read(form: &Form) -> Result<NewVenue> {
    let day = |name: &'static str| {
        let text = form.get(name);
        parse_day(text).ok_or_else(|| Fail::field(name, "form.day", format!("日期应写成 2026-01-31，现在是“{text}”。")))
    };
    let split = |name: &str| {
        form.get(name).split([' ', '、', '，', ',']).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let mut list = Vec::new();
    for (i, line) in form.get("list").lines().map(str::trim).filter(|l| !l.is_empty()).enumerate() {
        // A product's address is as good as its number.
        let id = line.rsplit('/').next().unwrap_or(line).split('?').next().unwrap_or_default();
        let wrong =
            || Fail::field("list", "venue.list", format!("名单第 {} 行“{line}”不是商品编号或商品页地址。", i + 1));
        list.push(id.parse().map_err(|_| wrong())?);
    }
    Ok(NewVenue {
        key: form.get("key").to_owned(),
        title: form.need("title", "名称", 20)?.to_owned(),
        banner: form.get("banner").chars().take(60).collect(),
        words: form.get("words").chars().take(200).collect(),
        from: day("from")?,
        to: if form.get("to").is_empty() { None } else { Some(day("to")?) },
        admission: Admission {
            flags: form.all("flag").iter().filter_map(|f| f.parse::<i64>().ok()).fold(0, |sum, bit| sum | bit),
            origin: form.get("origin").chars().take(20).collect(),
            certificate: form.get("certificate") == "1",
            categories: split("categories"),
            listed: form.get("listed") == "1",
        },
        reserve_base: split("reserve_base"),
        list,
        version: form.get("version").parse().unwrap_or(0),
    })
}

async fn save(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = match read(&form) {
        Ok(n) => flow::save(&supply, cx.actor()?, &n).await.map(|()| n.key),
        Err(e) => Err(e),
    };
    match done {
        Ok(key) => Ok(web::see(&format!("/venues/{key}?done={}", percent("场馆已保存。")))),
        Err(Fail::Refused(r)) => {
            let mut page = edit_page(&cx, &fresh(&cx)?, &[], Some(*r)).await?;
            page.version = form.get("version").parse().unwrap_or(0);
            let flags: Vec<i64> = form.all("flag").iter().filter_map(|f| f.parse().ok()).collect();
            page.flags.iter_mut().for_each(|f| f.2 = flags.contains(&f.0));
            page.f.iter_mut().for_each(|(k, v)| *v = form.get(k).to_owned());
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, page.render()?))
        }
        Err(e) => Err(e),
    }
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/venues", Gate::Public, list)
        .get("/venues/new", REGULATOR, new_form)
        .post("/venues", REGULATOR, save)
        .get("/venues/{key}", Gate::Public, venue)
        .get("/venues/{key}/edit", REGULATOR, edit_form)
}

//! The page of the library: wishes, search, joining, separating, history.
use super::flow::{self, Answer};
use super::models::{self, Pair};
use super::store::{self, Ask};
use crate::Supply;
use askama::Template;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::Base;
use base::access::{Cx, Form, Gate, Routes};
use base::shell::Shell;
use kit::text::percent;
use kit::{Fail, Marks, Refused, Result, web};
use rules::calendar::show_time;
use rules::duty::Duty;

const READERS: Gate = Gate::Any(&[Duty::SupplierAdmin, Duty::Regulator, Duty::Centre, Duty::Auditor]);
const ADMIN: Gate = Gate::Any(&[Duty::SupplierAdmin]);
const CENTRE: Gate = Gate::Any(&[Duty::Centre]);
/// Brands and events shown.
const SHOWN: usize = 50;

struct AskRow {
    a: Ask,
    supplier: String,
    state: (&'static str, &'static str),
}

struct EventRow {
    what: String,
    words: String,
    at: String,
}

#[derive(Template)]
#[template(path = "brands/pages/brands.html")]
struct Page {
    s: Shell,
    wrong: Option<Refused>,
    asks: Vec<AskRow>,
    may_ask: bool,
    may_decide: bool,
    words: String,
    brands: Vec<(String, String, String)>,
    events: Vec<EventRow>,
}

fn state_word(state: &str) -> (&'static str, &'static str) {
    match state {
        "asked" => ("待处理", "warn"),
        "made" => ("已登记", "ok"),
        "alias" => ("登记为别名", "ok"),
        _ => ("未登记", "bad"),
    }
}

async fn page(supply: &Supply, cx: &Cx, wrong: Option<Refused>) -> Result<Page> {
    let (actor, db) = (cx.actor()?, supply.db());
    let admin = actor.may(Duty::SupplierAdmin);
    let asks = store::asks(db, admin.then_some(actor.org)).await?;
    let ids: Vec<i64> = asks.iter().map(|a| a.supplier).collect();
    let names = base::orgs::names(db, &ids).await?;
    let words: String = cx.param("words").chars().take(40).collect();
    let events = store::events(db, SHOWN).await?.into_iter().map(|(kind, brand, other, words, at)| EventRow {
        what: match kind.as_str() {
            "made" => format!("登记“{brand}”"),
            "alias" => format!("“{other}”登记为“{brand}”的别名"),
            "merged" => format!("“{other}”并入“{brand}”"),
            "model_merged" => format!("“{brand}”的型号合并：{other}"),
            "model_split" => format!("“{brand}”的型号“{other}”恢复为独立型号"),
            _ => format!("从“{other}”拆出“{brand}”"),
        },
        words,
        at: show_time(at),
    });
    Ok(Page {
        s: Shell::work(cx, "品牌库").await?,
        wrong,
        asks: asks
            .into_iter()
            .map(|a| AskRow {
                supplier: names.get(&a.supplier).cloned().unwrap_or_default(),
                state: state_word(&a.state),
                a,
            })
            .collect(),
        may_ask: admin,
        may_decide: actor.may(Duty::Centre),
        brands: if words.is_empty() { Vec::new() } else { store::search(db, &words, SHOWN).await? },
        words,
        events: events.collect(),
    })
}

async fn show(State(supply): State<Supply>, cx: Cx) -> Result<Response> {
    web::html(&page(&supply, &cx, None).await?)
}

async fn answer_with(supply: &Supply, cx: &Cx, done: Result<String>) -> Result<Response> {
    match done {
        Ok(words) => Ok(web::see(&format!("/brands?done={}", percent(&words)))),
        Err(Fail::Refused(r)) => {
            let shown = page(supply, cx, Some(*r)).await?;
            Ok(web::html_with(StatusCode::UNPROCESSABLE_ENTITY, shown.render()?))
        }
        Err(e) => Err(e),
    }
}

async fn ask(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = async {
        let written = form.need("written", "品牌", 40)?;
        let proof = form.need("proof", "依据", 200)?;
        flow::ask(&supply, cx.actor()?, written, form.get("latin").trim(), proof).await?;
        Ok("已申请，集采机构处理后会通知您。".to_owned())
    };
    let done = done.await;
    answer_with(&supply, &cx, done).await
}

async fn decide(State(supply): State<Supply>, cx: Cx, Path(id): Path<i64>, form: Form) -> Result<Response> {
    let text = |k: &str| form.get(k).trim().chars().take(100).collect::<String>();
    let answer = match form.get("to") {
        "make" => Answer::Make(text("latin"), text("home")),
        "alias" => Answer::Alias(text("of")),
        _ => Answer::Refuse(text("reason")),
    };
    let done = flow::answer(&supply, cx.actor()?, id, &answer).await.map(|()| "已办理，供应商会收到通知。".to_owned());
    answer_with(&supply, &cx, done).await
}

async fn merge(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = async {
        let (from, into) = (form.need("from", "并入哪个", 40)?, form.need("into", "并到哪个", 40)?);
        let n = flow::merge(&supply, cx.actor()?, from, into, form.need("why", "理由", 200)?).await?;
        Ok(format!("已合并，涉及 {n} 个商品。"))
    };
    let done = done.await;
    answer_with(&supply, &cx, done).await
}

async fn split(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = async {
        let alias = form.need("alias", "拆出的写法", 40)?;
        let models: Vec<String> =
            form.get("models").lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
        let n = flow::split(&supply, cx.actor()?, alias, &models, form.need("why", "理由", 200)?).await?;
        Ok(format!("已拆分，移走 {n} 个商品。"))
    };
    let done = done.await;
    answer_with(&supply, &cx, done).await
}

async fn join_models(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = async {
        let pair = Pair {
            brand: form.need("brand", "品牌", 40)?,
            from: form.need("from", "并掉的型号", 60)?,
            into: form.need("into", "保留的型号", 60)?,
            why: form.need("why", "理由", 200)?,
        };
        models::join(&supply, cx.actor()?, &pair).await?;
        Ok("型号已合并，以后写旧型号也归到这里。".to_owned())
    };
    let done = done.await;
    answer_with(&supply, &cx, done).await
}

async fn part_models(State(supply): State<Supply>, cx: Cx, form: Form) -> Result<Response> {
    let done = async {
        let (brand, from) = (form.need("brand", "品牌", 40)?, form.need("from", "拆出的型号", 60)?);
        models::part(&supply, cx.actor()?, brand, from, form.need("why", "理由", 200)?).await?;
        Ok("已恢复为独立型号，合并时移过来的报价和市场价格移回去了。".to_owned())
    };
    let done = done.await;
    answer_with(&supply, &cx, done).await
}

/// Routes of this room.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Base: FromRef<S>,
    Supply: FromRef<S>,
{
    Routes::default()
        .get("/brands", READERS, show)
        .post("/brands", ADMIN, ask)
        .post("/brands/asks/{id}", CENTRE, decide)
        .post("/brands/merge", CENTRE, merge)
        .post("/brands/split", CENTRE, split)
        .post("/brands/models/merge", CENTRE, join_models)
        .post("/brands/models/split", CENTRE, part_models)
}

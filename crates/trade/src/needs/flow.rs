//! Stating a need, taking it back, the centre's answer.
use super::store::{self, Near, Need};
use crate::Trade;
use base::access::Actor;
use base::messages::tell;
use kit::{Entry, Fail, Result};
use rules::calendar::day_of;
use rules::duty::Duty;
use rules::rulebook::Scope;
use serde_json::{Value, json};
use supply::suppliers;

/// Nearest goods that are shown and kept.
const NEAREST: usize = 6;
/// Suppliers that are asked to bring the goods.
const ASKED_MAX: usize = 200;

/// Why the goods of the mall do not do: key and Chinese.
pub const REASONS: [(&str, &str); 5] = [
    ("none", "商城没有这类商品或服务"),
    ("parameters", "现有商品参数不满足需要"),
    ("price", "价格明显高于市场"),
    ("delivery", "不能按需要的时间地点送达"),
    ("service", "没有所需的安装或服务"),
];

/// A need to be stated.
pub struct Stated {
    /// Category code.
    pub category: String,
    /// What is needed.
    pub words: String,
    /// Key of the reason.
    pub reason: String,
    /// Why, in words.
    pub explanation: String,
    /// Expected amount, fen.
    pub amount: i64,
}

/// The goods of the mall nearest to a need, those that reach the unit first.
pub fn nearest(trade: &Trade, region: &str, category: &str, words: &str) -> Vec<Near> {
    let ask = |text: &str, category: Option<&str>| {
        let q = search::Query {
            text: text.to_owned(),
            category: category.map(|c| base::facts::short_code(c).to_owned()),
            region: Some(region.to_owned()),
            page: 1,
            size: NEAREST,
            ..search::Query::default()
        };
        trade.engine().search(&q).hits
    };
    // Words within the category, then the words alone, then the category alone.
    let mut out: Vec<Near> = Vec::new();
    let wide = [ask(words, Some(category)), ask(words, None), ask("", Some(category))];
    for hit in wide.into_iter().flatten() {
        if out.len() < NEAREST && !out.iter().any(|n| n.product == hit.product) {
            let title = trade.engine().product(hit.product).map_or(String::new(), |p| p.title.clone());
            out.push(Near { product: hit.product, title, price: hit.price });
        }
    }
    out
}

fn entry(n: &Need, kind: &'static str, actor: i64, data: Value) -> Entry {
    Entry { region: n.region.clone(), room: "needs", kind, subject: format!("need/{}", n.id), actor, via: "page", data }
}

/// States a need and issues its certificate. Returns its id.
pub async fn state(trade: &Trade, actor: &Actor, s: &Stated) -> Result<i64> {
    actor.must(&[Duty::Handler])?;
    let (facts, now) = (trade.facts(), trade.db().now());
    if facts.category(&s.category).is_none() {
        return Err(Fail::field("category", "need.category", "请选择品目。"));
    }
    if !REASONS.iter().any(|(k, _)| *k == s.reason) {
        return Err(Fail::field("reason", "need.reason", "请选择一个理由。"));
    }
    if s.amount <= 0 || s.amount > rules::money::FEN_MAX.0 {
        return Err(Fail::field("amount", "need.amount", "预计金额应是大于零的金额。"));
    }
    let near = nearest(trade, &actor.region, &s.category, &s.words);
    // "There is nothing" does not stand beside goods of the very category.
    let of_category = near.iter().any(|n| {
        trade.engine().product(n.product).is_some_and(|p| p.category.starts_with(base::facts::short_code(&s.category)))
    });
    if s.reason == "none" && of_category {
        let words = "商城里有同品目的商品，不能选“没有这类商品”。请看下面最接近的商品，选别的理由并写明。";
        return Err(Fail::field("reason", "need.has_goods", words));
    }
    let scope = Scope { mode: None, form: None, category: Some(&s.category), amount: Some(s.amount) };
    let days = facts.number("need.valid_days", &actor.region, &scope, day_of(now), 30);
    let id = trade.db().id();
    let day = rules::calendar::show_day(day_of(now)).replace('-', "");
    let mut n = Need {
        id,
        number: format!("{}-WH{}-{}", actor.region, &day[2..], kit::ids::tail(id)),
        region: actor.region.clone(),
        unit: actor.org,
        person: actor.person,
        category: s.category.clone(),
        words: s.words.clone(),
        reason: s.reason.clone(),
        explanation: s.explanation.clone(),
        amount: s.amount,
        nearest: near,
        state: "stated".to_owned(),
        answer: String::new(),
        digest: String::new(),
        at: now,
        valid_to: now + days * 86_400_000,
        version: 1,
    };
    n.digest = digest(&n)?;
    let n = &n;
    trade
        .db()
        .write("need.state", |tx| {
            Box::pin(async move {
                store::add(tx, n).await?;
                let words = format!("有采购人提出商城无货的需求：{}（{}）。", n.words, n.number);
                let link = format!("/needs/{}", n.id);
                for region in trade.facts().path(&n.region).into_iter().rev() {
                    let centres = base::orgs::of_kind(tx, "centre", region).await?;
                    for c in &centres {
                        tell(tx, *c, Duty::Centre, &link, &words).await?;
                    }
                    // The nearest centre above the unit takes care of it.
                    if !centres.is_empty() {
                        break;
                    }
                }
                let data = json!({
                    "number": n.number, "category": n.category, "reason": n.reason, "amount": n.amount, "digest": n.digest,
                    "nearest": n.nearest.len(), "valid_to": n.valid_to, "stated_at": n.at,
                });
                tx.journal(entry(n, "need.stated", actor.person, data)).await?;
                Ok(n.id)
            })
        })
        .await
}

/// What the certificate promises: everything on it, in one digest.
pub(super) fn digest(n: &Need) -> Result<String> {
    let nearest = serde_json::to_string(&n.nearest).map_err(Fail::fault)?;
    let body = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{nearest}\n{}\n{}",
        n.number, n.unit, n.category, n.words, n.reason, n.explanation, n.amount, n.at, n.valid_to
    );
    Ok(kit::text::sha256(&[body.as_bytes()]))
}

/// The unit takes a need back; its certificate no longer holds.
pub async fn withdraw(trade: &Trade, actor: &Actor, id: i64) -> Result<()> {
    actor.must(&[Duty::Handler])?;
    trade
        .db()
        .write("need.withdraw", |tx| {
            Box::pin(async move {
                let n = store::load(tx, &actor.scope(), id).await?;
                if n.unit != actor.org {
                    return Err(Fail::Hidden);
                }
                store::set_state(tx, &n, "withdrawn", "").await?;
                tx.journal(entry(&n, "need.withdrawn", actor.person, json!({"number": n.number}))).await?;
                Ok(())
            })
        })
        .await
}

/// The centre brings the goods into the mall (suppliers of the category are told), or says why not.
pub async fn decide(trade: &Trade, actor: &Actor, id: i64, promote: bool, answer: &str) -> Result<usize> {
    actor.must(&[Duty::Centre])?;
    trade
        .db()
        .write("need.decide", |tx| {
            Box::pin(async move {
                let n = store::load(tx, &actor.scope(), id).await?;
                store::set_state(tx, &n, if promote { "promoted" } else { "declined" }, answer).await?;
                let mut told = 0;
                if promote {
                    let words = format!("采购人需要“{}”，商城里还没有合适的，欢迎上架。", n.words);
                    let found = suppliers::of_category(tx, &n.category, &n.region).await?;
                    for s in found.iter().take(ASKED_MAX) {
                        tell(tx, s.org, Duty::SupplierAdmin, "/imports", &words).await?;
                        told += 1;
                    }
                }
                let words =
                    format!("您提出的无货需求 {}：{}", n.number, if promote { "已转入商品征集" } else { answer });
                tell(tx, n.unit, Duty::Handler, &format!("/needs/{id}"), &words).await?;
                let kind = if promote { "need.promoted" } else { "need.declined" };
                let data = json!({"number": n.number, "answer": answer, "suppliers": told});
                tx.journal(entry(&n, kind, actor.person, data)).await?;
                Ok(told)
            })
        })
        .await
}

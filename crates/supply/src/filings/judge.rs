//! What reviewers decide, and what a passed filing brings about.
use super::store::{self, Filing, Found};
use crate::offers::{self, NewOffer, Put, put, stop};
use crate::{Supply, pictures, prices};
use base::access::Actor;
use kit::{Entry, Fail, Result, Tx};
use rules::duty::Duty;
use serde_json::json;

/// Codes of reasons why goods are refused.
pub const REASONS: [(&str, &str); 10] = [
    ("G01", "参数不全或有误"),
    ("G02", "与型号不符"),
    ("G03", "品目放错"),
    ("G04", "重复铺货"),
    ("G05", "只对机关销售的改名型号"),
    ("G06", "涨价没有依据"),
    ("G07", "货源证明不足"),
    ("G08", "计量单位没有可比性"),
    ("G09", "一个商品多种配置或价格"),
    ("G99", "其他，见说明"),
];

/// Chinese name of a reason.
pub fn reason_label(code: &str) -> &'static str {
    REASONS.iter().find(|(c, _)| *c == code).map_or("其他", |(_, l)| l)
}

/// What a reviewer finds.
pub struct Verdict {
    /// Pass?
    pub pass: bool,
    /// Code of the reason for a refusal.
    pub code: String,
    /// Words.
    pub words: String,
}

/// What became of the filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Decided.
    Decided,
    /// Another reviewer has to look.
    Another,
}

/// One reviewer's verdict. Nobody looks twice at one filing.
pub async fn judge(supply: &Supply, actor: &Actor, id: i64, v: &Verdict) -> Result<Outcome> {
    actor.must(&[Duty::Centre])?;
    if !v.pass {
        if !REASONS.iter().any(|(c, _)| *c == v.code) {
            return Err(Fail::field("code", "filing.code", "不通过要选择原因。"));
        }
        if v.code == "G99" && v.words.is_empty() {
            return Err(Fail::field("words", "filing.words", "选了其他原因，请写明。"));
        }
    }
    let (outcome, product) =
        supply.db().write("filing.judge", |tx| Box::pin(async move { judged(tx, actor, id, v).await })).await?;
    if let Some(product) = product {
        prices::check(supply, &[product]).await?;
    }
    Ok(outcome)
}

async fn judged(tx: &Tx<'_>, actor: &Actor, id: i64, v: &Verdict) -> Result<(Outcome, Option<i64>)> {
    let f = store::load(tx, &actor.scope(), id).await?;
    if f.state != "waiting" {
        return Err(Fail::refuse("filing.decided", "这条申报已经审完，请刷新页面。"));
    }
    let mine = Found { person: actor.person, pass: v.pass, code: v.code.clone(), words: v.words.clone() };
    if !store::add_verdict(tx, id, &mine).await? {
        return Err(Fail::refuse("filing.again", "您已经审过这条，要由另一位同事独立审核。"));
    }
    let all = store::verdicts(tx, id).await?;
    let yes = all.iter().filter(|f| f.pass).count() as i64;
    let no = all.len() as i64 - yes;
    // One decides alone, two must agree, of three the majority decides.
    let majority = if f.needs == 1 { 1 } else { 2 };
    if yes < majority && no < majority {
        let third = f.needs == 2 && yes == 1 && no == 1;
        if third && !store::ask_third(tx, &f).await? {
            return Err(Fail::Retry);
        }
        tx.journal(entry(&f, "filing.seen", actor.person, json!({"third": third}))).await?;
        return Ok((Outcome::Another, None));
    }
    let pass = yes >= majority;
    let against = all.iter().find(|f| !f.pass);
    let reason = match against {
        Some(a) if !pass && a.words.is_empty() => reason_label(&a.code).to_owned(),
        Some(a) if !pass => format!("{}（{}）", reason_label(&a.code), a.words),
        _ => String::new(),
    };
    if !store::decide(tx, &f, if pass { "passed" } else { "refused" }, &reason).await? {
        return Err(Fail::Retry);
    }
    let product = if pass { apply(tx, &f).await? } else { None };
    if pass && f.kind == "new" {
        pictures::pass_with(tx, &f.brand, &f.model_key, f.supplier, actor).await?;
    }
    if let Some(offer) = f.offer
        && !store::waits(tx, offer).await?
    {
        stop::set(tx, offer, stop::REVIEW, false).await?;
    }
    let product = match (product, f.offer) {
        (None, Some(offer)) => Some(offers::one(tx, offer).await?.product),
        (p, _) => p,
    };
    let words = match pass {
        true => format!("“{}”的申报已通过。", f.title),
        false => format!("“{}”的申报没有通过：{reason}。", f.title),
    };
    base::messages::tell(tx, f.supplier, Duty::SupplierAdmin, "/filings", &words).await?;
    let products: Vec<String> = product.iter().map(ToString::to_string).collect();
    let codes: Vec<&str> = all.iter().filter(|f| !f.pass).map(|f| f.code.as_str()).collect();
    let data = json!({
        "supplier": f.supplier.to_string(), "kind": f.kind, "passed": pass, "reviewers": all.len(), "reasons": codes,
        "products": products,
    });
    tx.journal(entry(&f, "filing.decided", actor.person, data)).await?;
    Ok((Outcome::Decided, product))
}

fn entry(f: &Filing, kind: &'static str, actor: i64, data: serde_json::Value) -> Entry {
    Entry {
        region: f.region.clone(),
        room: "filings",
        kind,
        subject: format!("filing/{}", f.id),
        actor,
        via: "page",
        data,
    }
}

/// Brings about what was filed; returns the product touched.
async fn apply(tx: &Tx<'_>, f: &Filing) -> Result<Option<i64>> {
    let n: NewOffer = serde_json::from_str(&f.after).map_err(Fail::fault)?;
    match (f.kind.as_str(), f.offer) {
        ("new", _) => {
            let (did, product) = put(tx, &n).await?;
            Ok((!matches!(did, Put::Same(_))).then_some(product))
        }
        ("price", Some(offer)) => {
            // What was off the shelf when it was filed comes back as it was filed.
            let before: serde_json::Value = serde_json::from_str(&f.before).map_err(Fail::fault)?;
            if before["off"] == json!(true) {
                let (_, product) = put(tx, &n).await?;
                return Ok(Some(product));
            }
            // Otherwise stock and shelf are as the supplier has them now; only the price was filed.
            let now = offers::one(tx, offer).await?;
            offers::reprice(tx, &now, n.price).await?;
            Ok(Some(now.product))
        }
        ("params", Some(offer)) => {
            let now = offers::one(tx, offer).await?;
            store::set_attrs(tx, now.product, &n.product.attrs).await?;
            Ok(Some(now.product))
        }
        (kind, _) => Err(Fail::Fault(format!("filing {} of kind {kind} names no offer", f.id))),
    }
}

/// The supplier takes back what waits.
pub async fn withdraw(supply: &Supply, actor: &Actor, id: i64) -> Result<()> {
    actor.must(&[Duty::SupplierAdmin])?;
    supply
        .db()
        .write("filing.withdraw", |tx| {
            Box::pin(async move {
                let f = store::load(tx, &actor.scope(), id).await?;
                if !store::decide(tx, &f, "withdrawn", "供应商撤回").await? {
                    return Err(Fail::refuse("filing.decided", "这条申报已经审完，请刷新页面。"));
                }
                let mut products = Vec::new();
                if let Some(offer) = f.offer
                    && !store::waits(tx, offer).await?
                    && stop::set(tx, offer, stop::REVIEW, false).await?
                {
                    products.push(offers::one(tx, offer).await?.product.to_string());
                }
                tx.journal(entry(&f, "filing.withdrawn", actor.person, json!({"products": products}))).await?;
                Ok(())
            })
        })
        .await
}

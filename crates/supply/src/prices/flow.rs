//! Recording and withdrawing observations.
use super::store::{self, Observation};
use crate::Supply;
use base::access::{Actor, Scope};
use kit::{Entry, Fail, Result, Tx};
use rules::calendar::{Day, day_of, show_day};
use rules::duty::Duty;
use serde_json::json;

/// A price somebody saw.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Product.
    pub product: i64,
    /// Who asks it.
    pub source: String,
    /// Where it can be looked at.
    pub url: String,
    /// The day.
    pub day: Day,
    /// Fen, for one of the product's unit.
    pub price: i64,
    /// SHA-256 of the evidence, or empty.
    pub digest: String,
}

/// Is what was seen complete and possible?
pub(super) fn sound(supply: &Supply, s: &Seen) -> Result<()> {
    let today = day_of(supply.db().now());
    if s.price <= 0 {
        return Err(Fail::field("price", "price.positive", "价格要大于 0。"));
    }
    if s.day > today {
        return Err(Fail::field("day", "price.future", format!("观测日期不能晚于今天（{}）。", show_day(today))));
    }
    let web = s.url.starts_with("https://") || s.url.starts_with("http://");
    if !s.url.is_empty() && !web {
        return Err(Fail::field("url", "price.url", "网址应以 https:// 或 http:// 开头。"));
    }
    if s.url.is_empty() && s.digest.is_empty() {
        return Err(Fail::field("url", "price.evidence", "请填写网址，或上传截图、价目表作为依据。"));
    }
    Ok(())
}

/// Records an observation. A second click finds the first one done; another price of the same source and day is refused.
pub async fn record(supply: &Supply, actor: &Actor, s: &Seen) -> Result<()> {
    actor.must(&[Duty::Centre, Duty::Regulator])?;
    sound(supply, s)?;
    supply.db().write("price.observe", |tx| Box::pin(async move { observe(tx, actor, s).await })).await
}

/// Writes what an office saw.
pub(super) async fn observe(tx: &Tx<'_>, actor: &Actor, s: &Seen) -> Result<()> {
    let o = Observation {
        id: 0,
        product: s.product,
        source: s.source.clone(),
        url: s.url.clone(),
        day: s.day,
        price: s.price,
        digest: s.digest.clone(),
        region: actor.region.clone(),
        withdrawn: String::new(),
    };
    crate::shelf::product(tx, o.product).await?;
    let Some(id) = store::add(tx, &o, actor.person).await? else {
        let known = store::since(tx, &[o.product], i64::from(o.day)).await?;
        let same = known.iter().any(|k| k.day == o.day && k.source == o.source && k.price == o.price && k.url == o.url);
        let words = "这个来源当天已有另一条观测；原来的写错了请先撤销。";
        return if same { Ok(()) } else { Err(Fail::field("source", "price.known", words)) };
    };
    tx.journal(Entry {
        region: actor.region.clone(),
        room: "prices",
        kind: "price.observed",
        subject: format!("observation/{id}"),
        actor: actor.person,
        via: "page",
        data: json!({
            "product": o.product.to_string(), "source": o.source, "url": o.url, "day": show_day(o.day),
            "price": o.price, "evidence": o.digest,
        }),
    })
    .await
    .map(|_| ())
}

/// Withdraws an observation of the actor's area; it stays to be read, with the reason.
/// What stood on it alone is undone at once.
pub async fn withdraw(supply: &Supply, actor: &Actor, id: i64, reason: &str) -> Result<i64> {
    actor.must(&[Duty::Centre, Duty::Regulator])?;
    let product = supply
        .db()
        .write("price.withdraw", |tx| {
            Box::pin(async move {
                let o = store::one(tx, id).await?;
                if !matches!(actor.scope(), Scope::Region(prefix) if o.region.starts_with(&prefix)) {
                    return Err(Fail::Hidden);
                }
                if store::withdraw(tx, id, reason).await? {
                    tx.journal(Entry {
                        region: o.region.clone(),
                        room: "prices",
                        kind: "price.withdrawn",
                        subject: format!("observation/{id}"),
                        actor: actor.person,
                        via: "page",
                        data: json!({"product": o.product.to_string(), "reason": reason}),
                    })
                    .await?;
                }
                Ok(o.product)
            })
        })
        .await?;
    super::check(supply, &[product]).await?;
    Ok(product)
}
